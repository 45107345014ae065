"""What each stage of the shipped study may cost: processor work, in parts of that of a loop run beside it.

    python tests/benchmark/budget.py

measures anew and writes ``budget.json``. The loop makes machines alike, and hours of more and of less work.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmark.measure import run
from studies import copy_project

BUDGET = Path(__file__).with_suffix(".json")
# A stage may come to cost so many times what it did.
SLACK = 1.5
# Rounds of the loop: about a fifth of a second's work; so many times ahead of the run, and after it.
ROUNDS, TIMES = 300_000, 5


def loop() -> float:
    """Seconds of processor work of a loop of what Python does all day: texts, numbers and look-ups."""
    start, kept = time.process_time(), {}
    for number in range(ROUNDS):
        text = f"{number * 7919 % 1009}:{number / 3:.3f}"
        kept[text[:3]] = kept.get(text[:3], 0) + len(text.split(":"))
    return time.process_time() - start


def costs(folder: Path) -> pd.Series:
    """Run the shipped study in a folder; give the work of each stage, in parts of the loop's."""
    study = copy_project(folder)
    around = [loop() for _ in range(TIMES)]
    found = run(study).groupby("stage")["seconds"].sum()
    around += [loop() for _ in range(TIMES)]
    return found / (sum(around) / len(around))


def over(found: pd.Series, budget: dict[str, float]) -> dict[str, str]:
    """Stages that cost more than they may, or of which nothing was recorded, with how much."""
    told = {name: f"{cost:.2f}, nothing is recorded" for name, cost in found.items() if name not in budget}
    for name, allowed in budget.items():
        if name in found and found[name] > SLACK * allowed:
            told[name] = f"{found[name]:.2f}, {found[name] / allowed:.2f} times what is recorded"
    return told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        measured = costs(Path(place) / "project")
    BUDGET.write_text(json.dumps(measured.round(3).to_dict(), indent=1) + "\n", encoding="utf-8")
