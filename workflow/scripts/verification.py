"""Verification: what is checked against which computation in R, read from the golden tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import Output, read_csv, read_json, run, write_csv
from surveypipe.reporting.verification import CHECKED, verification_table


def main(
    *,
    tests: Annotated[list[Path], "files of golden tests"],
    reference: Annotated[list[Path], "R's answers"],
    calls: Path,
    verification: Output,
) -> None:
    """Read the golden tests as text and write the table."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in tests}
    listed = read_csv(calls)
    called = dict(zip(listed["id"].astype(str), listed["r_call"].astype(str), strict=True))
    known = {name: about for path in reference for name, about in read_json(path)["estimates"].items()}
    table = verification_table(sources, known, called)
    write_csv(table, verification)
    checked = int((table["status"] == CHECKED).sum())
    through = int((table["through"] != "").sum())
    print(
        f"verification: {checked} known answers checked, {through} of them on what the stages publish, "
        f"{len(table) - checked} left out with the reason"
    )


if __name__ == "__main__":
    run(main)
