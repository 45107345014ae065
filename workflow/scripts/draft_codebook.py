"""Draft a codebook from what a survey file says of itself: the first step of a new study.

Usage, from the folder of the Snakefile::

    python workflow/scripts/draft_codebook.py --survey data/raw/my_survey.sav --out config/codebook.yaml \
        --checksums data/raw/SHA256SUMS

The draft takes labels, answers and user-missing codes from the file and guesses the rest; what to look at
stands at its top. It never overwrites a codebook.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import run
from surveypipe.intake.drafting import draft, draft_text
from surveypipe.intake.files import add_checksums, check_present, read_survey
from surveypipe.problems import SurveyError


def main(
    *,
    survey: Annotated[Path, "survey file"],
    out: Annotated[Path, "codebook to write"],
    checksums: Annotated[Path | None, "SHA256SUMS to which missing lines are added"] = None,
    staff_list: Annotated[Path | None, "staff list, for its checksum"] = None,
    id_variable: Annotated[str | None, "variable that identifies the person"] = None,
) -> None:
    """Read the file, write the draft, record checksums."""
    if out.exists():
        raise SurveyError(f"{out}: the file exists; move it away, or give another name with --out.")
    # Everything is looked at before anything is written.
    if staff_list:
        check_present(staff_list)
    raw, labels = read_survey(survey)
    made = draft(raw, labels, id_variable)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(draft_text(made, survey.name), encoding="utf-8")
    print(f"{out}: {len(made.codebook['variables'])} variables drafted.", *made.findings, sep="\n")
    if checksums:
        files = [survey, *([staff_list] if staff_list else [])]
        added = add_checksums(checksums, files)
        print(f"{checksums}: {', '.join(added) + ' added' if added else 'nothing to add'}.")


if __name__ == "__main__":
    run(main)
