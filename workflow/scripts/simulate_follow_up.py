"""Make the SIMULATED check of non-respondents again: same seed, same bytes.

Usage, from the folder of the Snakefile::

    python workflow/scripts/simulate_follow_up.py

A random part of the silent of each agency is rung up and asked one question. What they say is what the
simulated population holds for them; how many are drawn and reached was written down once, for plausibility.
Nobody was asked anything, and the published study had no such check.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from _shared import write_csv

TRIED = 30
REACHED = 0.75


def main(args: argparse.Namespace) -> None:
    """Draw, ask, write."""
    rng = np.random.default_rng(args.seed)
    truth = pd.read_csv(args.truth)
    silent = truth[truth["eligible"] & ~truth["respondent"]].sort_values("id")
    parts = [
        part.iloc[np.sort(rng.choice(len(part), size=min(TRIED, len(part)), replace=False))]
        for _, part in silent.groupby(args.within, sort=True)
    ]
    tried = pd.concat(parts)[["id", args.question]]
    reached = rng.random(len(tried)) < REACHED
    tried[args.question] = tried[args.question].where(reached).astype("Int64")
    write_csv(tried.sort_values("id"), args.output)
    print(f"{args.output}: {len(tried)} of {len(silent)} silent staff tried, {int(reached.sum())} reached.")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Make the simulated check of non-respondents again.")
    options.add_argument("--truth", type=Path, default=Path("tests/fixtures/truth_SIMULATED.csv"))
    options.add_argument("--question", default="read")
    options.add_argument("--within", default="agency")
    options.add_argument("--seed", type=int, default=20130501)
    options.add_argument("--output", type=Path, default=Path("data/raw/follow_up_SIMULATED.csv"))
    main(options.parse_args())
