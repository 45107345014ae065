"""Verification: what is checked against which computation in R, read from the golden tests."""

from __future__ import annotations

import argparse
from pathlib import Path

from _shared import parser, read_csv, read_json, run, write_csv
from surveypipe.verification import CHECKED, verification_table


def main(args: argparse.Namespace) -> None:
    """Read the golden tests as text and write the table."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in args.tests}
    listed = read_csv(args.calls)
    calls = dict(zip(listed["id"].astype(str), listed["r_call"].astype(str), strict=True))
    reference = {
        name: about for path in args.reference for name, about in read_json(path)["estimates"].items()
    }
    table = verification_table(sources, reference, calls)
    write_csv(table, args.verification)
    checked = int((table["status"] == CHECKED).sum())
    through = int((table["through"] != "").sum())
    print(
        f"verification: {checked} known answers checked, {through} of them on what the stages publish, "
        f"{len(table) - checked} left out with the reason"
    )


if __name__ == "__main__":
    options = parser(__doc__ or "", inputs=("calls",), outputs=("verification",))
    options.add_argument("--tests", type=Path, nargs="+", required=True, help="files of golden tests")
    options.add_argument("--reference", type=Path, nargs="+", required=True, help="R's answers")
    run(options, main)
