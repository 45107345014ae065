"""Write workflow/verification.csv, what is checked against which computation in R, from the golden tests.

Run again after a change of them:  make docs
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from _shared import Output, read_csv, read_json, run, write_csv
from surveypipe.reporting.verification import CHECKED, verification_table

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
ANSWERS = (GOLDEN / "data/api.json", GOLDEN / "data/stage.json")
HELD = Output(ROOT / "workflow/verification.csv")


def main(
    *,
    tests: Annotated[Sequence[Path], "files of golden tests"] = tuple(sorted(GOLDEN.glob("test_*.py"))),
    reference: Annotated[Sequence[Path], "R's answers"] = ANSWERS,
    calls: Annotated[Path, "the calls of R that gave them"] = GOLDEN / "data/r_calls.csv",
    verification: Output = HELD,
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
