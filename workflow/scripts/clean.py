"""Stage 2: declared cleaning rules, scales and recodes; every change goes into the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from _shared import Output, run, write_csv, write_json, write_parquet
from surveypipe.intake.cleaning import clean
from surveypipe.intake.files import read_codebook
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.frame import Groups


def main(
    *,
    cleaning: Cleaning,
    groups: Groups,
    config: dict[str, Any],
    responses: Path,
    frame: Path,
    codebook: Path,
    analysis: Output,
    missing: Output,
    log: Output,
    variables: Output,
) -> None:
    """Read, clean and write."""
    cleaned = clean(
        pd.read_parquet(responses),
        pd.read_parquet(frame),
        read_codebook(codebook),
        cleaning,
        groups,
        listed=config["population"] == "list",
    )
    write_parquet(cleaned.analysis, analysis)
    write_parquet(cleaned.missing, missing)
    write_csv(cleaned.log, log)
    write_json(cleaned.variables, variables)
    counts = cleaned.log["rule"].value_counts(sort=False)
    found = ", ".join(f"{rule.name} {counts.get(rule.name, 0)}" for rule in cleaning.rules)
    print(f"{len(cleaned.analysis)} questionnaires accepted; found by rule: {found}.")


if __name__ == "__main__":
    run(main)
