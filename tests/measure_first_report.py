"""From a finished file to a first report: time and edits, measured and written into docs/your_own_study.md.

Run again on a quiet machine:  python tests/measure_first_report.py
"""

from __future__ import annotations

import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from studies import ROOT, copy_project, typed

COLUMNS, ROWS, CORES = 200, 1500, 2
PAGE = ROOT / "docs/your_own_study.md"
BLOCK = re.compile(r"(<!-- measured: [^\n]*-->\n).*?(<!-- /measured -->)", re.DOTALL)


def make_file(path: Path) -> None:
    """A file as programs write them: labelled scales, yes and no, boxes, numbers, days and text."""
    import numpy as np
    import pandas as pd
    import pyreadstat

    draw = np.random.default_rng(11)
    made: dict[str, object] = {"caseno": np.arange(1, ROWS + 1)}
    values: dict[str, dict[int, str]] = {}
    labels = {"caseno": "Case number"}
    agreement = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
    answers = [agreement, {1: "Yes", 2: "No"}, {1: "North", 2: "East", 3: "South"}]
    for number in range(1, COLUMNS):
        name = f"q{number}"
        labels[name] = f"Question {number} of the questionnaire"
        kind = number % 10
        if kind == 0:
            made[name] = draw.integers(0, 60, ROWS).astype(float)
            continue
        coded = answers[0 if kind < 6 else 1 if kind < 9 else 2]
        column = draw.integers(1, len(coded) + 1, ROWS).astype(float)
        column[draw.random(ROWS) < 0.05] = np.nan
        made[name], values[name] = column, coded
    pyreadstat.write_sav(pd.DataFrame(made), str(path), column_labels=labels, variable_value_labels=values)


class Time(NamedTuple):
    """Seconds that passed, and seconds of a processor's work."""

    passed: float
    worked: float

    def __add__(self, other: Time) -> Time:  # type: ignore[override]
        return Time(self.passed + other.passed, self.worked + other.worked)


def worked() -> float:
    """Seconds that the processes begun so far have worked."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(line: str, folder: Path, tool: Path) -> Time:
    """Time that a line takes."""
    start, before = time.monotonic(), worked()
    done = typed(line, folder, tool)
    if done.returncode:
        sys.exit(f"{line}\n{(done.stdout + done.stderr)[-4000:]}")
    return Time(time.monotonic() - start, worked() - before)


def measured(folder: Path) -> str:
    """Measure in a folder; the sentences for the page."""
    tool = copy_project(folder / "tool")
    make_file(folder / "answers.sav")
    shipped = timed(f"snakemake --cores {CORES}", tool, tool)
    made = timed("surveypipe new first --survey answers.sav", folder, tool)
    run = timed(f"snakemake --cores {CORES}", folder / "first", tool)
    files = len(list((folder / "first/results/report").iterdir()))
    whole = made + run
    return (
        f"Measured with {COLUMNS} variables and {ROWS:,} rows on {CORES} cores, the environment installed, "
        f"0 edits, {files} files in `results/report/`:\n\n"
        "| | seconds passed | seconds of processor work |\n|---|---|---|\n"
        f"| `surveypipe new` | {made.passed:.0f} | {made.worked:.0f} |\n"
        f"| `snakemake` | {run.passed:.0f} | {run.worked:.0f} |\n"
        f"| both | {whole.passed:.0f} | {whole.worked:.0f} |\n"
        f"| the shipped study, in the same session | {shipped.passed:.0f} | {shipped.worked:.0f} |\n"
    )


def main() -> None:
    """Measure, and write what was found into the page."""
    with tempfile.TemporaryDirectory() as scratch:
        told = measured(Path(scratch))
    print(told)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda block: block[1] + told + block[2], text), encoding="utf-8")


if __name__ == "__main__":
    main()
