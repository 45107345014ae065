"""Second opinion: run the program in R, which sets its answers beside ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from _shared import Output, run
from surveypipe.problems import SurveyError

ABSENT = (
    "second opinion: {} is not here. Install R (Debian and Ubuntu: `apt install r-base-core "
    "r-cran-survey`; else from the site of R, then install.packages('survey')), and run `snakemake "
    "second_opinion` again; or take {} to a machine that has it, with the folder private/second_opinion and "
    "the tables of estimates."
)


def main(
    *, opinion: Path, respondents: Path, totals: Path, released: Path, compared: Output, told: Output
) -> None:
    """Run the program in the folder of the results."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise SurveyError(ABSENT.format("Rscript, the program that runs R,", opinion))
    held = ["-e", "quit(status = if (requireNamespace('survey', quietly = TRUE)) 0 else 1)"]
    if subprocess.run([rscript, *held], capture_output=True, check=False).returncode:
        raise SurveyError(ABSENT.format("R's package survey", opinion))
    done = subprocess.run(
        [rscript, "--vanilla", str(opinion), str(opinion.parent.parent)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode or not (compared.is_file() and told.is_file()):
        last = " ".join(done.stderr.split()[-60:])
        raise SurveyError(f"second opinion: R stopped on {opinion}: {last}")
    print(done.stdout.strip())


if __name__ == "__main__":
    run(main)
