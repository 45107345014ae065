"""Make the SIMULATED codes of the open answers again: two coders, same seed, same bytes.

Usage, from the folder of the Snakefile, after ``snakemake results/data/analysis.parquet``::

    python workflow/scripts/simulate_codes.py

Nobody coded anything: each made-up comment has the codes that a reader would give it, and each of two made-up
coders leaves out or adds a code now and then, at the rates below.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from _shared import write_csv
from surveypipe.determinism import stream
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

# Words of a comment -> its codes.
MEANING = {
    "comment_helped": {
        "who to ring": ["personal"],
        "link worker": ["link", "personal"],
        "training day": ["training", "personal"],
        "Joint visits": ["visits"],
        "Nothing so far": ["nothing"],
    },
    "comment_change": {
        "Shorter": ["shorter"],
        "IT system": ["records"],
        "joint meetings": ["meetings"],
        "joint supervision": ["supervision", "seniors"],
        "contact list": ["contacts"],
    },
}
# Coder -> chance of overlooking the first and a further code, and of adding one that is not meant.
SLIPS = {"A": (0.02, 0.15, 0.02), "B": (0.04, 0.30, 0.03)}


def main(args: argparse.Namespace) -> None:
    """Code every comment twice and write the coders' file."""
    config = read(Path("config/config.yaml"), Configuration)
    agreement = config.analysis.agreement
    assert agreement is not None
    people = pd.read_parquet(args.analysis).sort_values("id")
    rng = stream(config.seed, "codes")
    rows = []
    for question, meaning in MEANING.items():
        codes = list(agreement.questions[question])
        for case, text in people.set_index("id")[question].dropna().items():
            meant = next(given for words, given in meaning.items() if words in text)
            for coder, slips in SLIPS.items():
                given = decided(meant, codes, slips, rng)
                rows.append({"case_id": case, "question": question, "coder": coder, "codes": ";".join(given)})
    write_csv(pd.DataFrame(rows), args.codes)
    print(f"{args.codes}: {len(rows)} decisions by {len(SLIPS)} coders.")


def decided(
    meant: list[str], codes: list[str], slips: tuple[float, float, float], rng: np.random.Generator
) -> list[str]:
    """Codes that a coder gives, in the order of the code list."""
    first, further, added = slips
    chance = {code: first if place == 0 else further for place, code in enumerate(meant)}
    draws = rng.random(len(codes))
    kept = [
        draw >= chance[code] if code in chance else draw < added / len(codes)
        for code, draw in zip(codes, draws, strict=True)
    ]
    return [code for code, keep in zip(codes, kept, strict=True) if keep]


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Make the simulated codes of the open answers again.")
    options.add_argument("--analysis", type=Path, default=Path("results/data/analysis.parquet"))
    options.add_argument("--codes", type=Path, default=Path("data/raw/codes_SIMULATED.csv"))
    main(options.parse_args())
