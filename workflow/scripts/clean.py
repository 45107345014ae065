"""Stage 2: declared cleaning rules, scales and recodes; every change goes into the log."""

from __future__ import annotations

import argparse

import pandas as pd

from _reading import read_codebook
from _shared import parser, run, write_csv, write_json, write_parquet
from surveypipe.cleaning import clean


def main(args: argparse.Namespace) -> None:
    """Read, clean and write."""
    cleaned = clean(
        pd.read_parquet(args.responses),
        pd.read_parquet(args.frame),
        read_codebook(args.codebook),
        args.config["cleaning"],
        args.config["groups"],
    )
    write_parquet(cleaned.analysis, args.analysis)
    write_parquet(cleaned.missing, args.missing)
    write_csv(cleaned.log, args.log)
    write_json(cleaned.variables, args.variables)
    counts = cleaned.log["rule"].value_counts(sort=False)
    found = ", ".join(
        f"{rule['id']} {counts.get(rule['id'], 0)}" for rule in args.config["cleaning"]["rules"]
    )
    print(f"{len(cleaned.analysis)} questionnaires accepted; found by rule: {found}.")


if __name__ == "__main__":
    run(
        parser(
            "Clean the responses by the declared rules.",
            inputs=("responses", "frame", "codebook"),
            outputs=("analysis", "missing", "log", "variables"),
        ),
        main,
    )
