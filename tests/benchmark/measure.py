"""Run surveys of growing size to their documents; write what each stage costs, and how it grows.

    python tests/benchmark/measure.py 1000 10000 100000 1000000

Every size is a whole run of Snakemake with one job at a time. R recomputes the same estimates from the same
files (``snakemake second_opinion``) up to the size of ``R_UP_TO``, where Rscript and its survey package are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmark import environment
from benchmark.survey import ITEMS, RESPONSE, ROOT, make_study

TIMED = Path(__file__).with_name("timed")
RESULTS = ROOT / "results/benchmarks"
PAGE = ROOT / "docs/performance.md"
MARKS = ("<!-- measured: by tests/benchmark/measure.py -->\n", "<!-- /measured -->")
ESTIMATED = ("ingest", "clean", "response", "weight", "analyse", "model")
R = "R, the same estimates"
# Beyond it R is not asked: by what it needs up to there it would take more than ten minutes.
R_UP_TO = 100_000
# A stage that costs less than this is mostly the start of Python.
LEAST = 3.0


def run(study: Path, *words: str) -> pd.DataFrame:
    """Run Snakemake in a study; give the costs of its processes."""
    costs = study / "costs.jsonl"
    costs.unlink(missing_ok=True)
    path = os.pathsep.join([str(TIMED), str(ROOT / "workflow")])
    line = [
        sys.executable,
        "-m",
        "snakemake",
        "-s",
        str(ROOT / "Snakefile"),
        "-d",
        str(study),
        "--cores",
        "1",
    ]
    done = subprocess.run(
        [*line, *words], env=environment(PYTHONPATH=path, STAGE_COSTS=str(costs)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit((done.stdout + done.stderr)[-4000:])
    return pd.DataFrame([json.loads(one) for one in costs.read_text(encoding="utf-8").splitlines()])


def costs_of(people: int, folder: Path) -> pd.DataFrame:
    """Cost of each stage for so many people: columns stage, seconds, megabytes, people."""
    study = make_study(folder / str(people), people)
    found = run(study)
    found["stage"] = found["stage"].replace("__main__", "snakemake and all it runs")
    found = found.groupby("stage", sort=False).agg({"seconds": "sum", "megabytes": "max"}).reset_index()
    if people <= R_UP_TO and shutil.which("Rscript"):
        asked = run(study, "second_opinion").set_index("stage")["seconds"]
        line = {"stage": R, "seconds": asked["second_opinion"], "megabytes": np.nan}
        found = pd.concat([found, pd.DataFrame([line])], ignore_index=True)
    shutil.rmtree(study)
    return found.assign(people=people)


def growth(table: pd.DataFrame) -> pd.Series:
    """Exponent of each stage's growth between the two largest sizes at which it takes time worth the name."""
    made = {}
    for stage, own in table.groupby("stage", sort=False):
        last = own.sort_values("people").tail(2)
        if len(last) == 2 and last["seconds"].max() >= LEAST:
            made[stage] = float(np.diff(np.log(last["seconds"]))[0] / np.diff(np.log(last["people"]))[0])
    return pd.Series(made, dtype=float)


def page_table(table: pd.DataFrame) -> str:
    """The costs as a table of Markdown: a row for each stage, a column for each size."""
    sizes = sorted(table["people"].unique())
    seconds = table.pivot(index="stage", columns="people", values="seconds")
    memory = table.pivot(index="stage", columns="people", values="megabytes")[sizes[-1]]
    exponents = growth(table)
    lines = [
        "| stage | " + " | ".join(f"{size:,}" for size in sizes) + " | grows as | GB at the largest |",
        "|---" * (len(sizes) + 3) + "|",
    ]
    for stage in dict.fromkeys(table["stage"]):
        cells = [f"{value:.1f}" if pd.notna(value) else "" for value in seconds.loc[stage, sizes]]
        power = f"n^{exponents[stage]:.2f}" if stage in exponents else ""
        held = f"{memory[stage] / 1024:.1f}" if pd.notna(memory[stage]) else ""
        lines.append(f"| {stage.replace('_', ' ')} | " + " | ".join(cells) + f" | {power} | {held} |")
    return "\n".join(lines) + "\n"


def told(table: pd.DataFrame) -> str:
    """What the table comes to, the worst stage by name."""
    sizes, exponents = sorted(table["people"].unique()), growth(table)
    worst = exponents.drop(labels="snakemake and all it runs", errors="ignore")
    text = f"Seconds of one processor's work, {ITEMS} items, {RESPONSE:.0%} of so many people answer.\n\n"
    text += page_table(table)
    if len(worst):
        text += (
            f"\nFrom {sizes[-2]:,} to {sizes[-1]:,} people, {worst.idxmax()} grows most: as "
            f"n^{worst.max():.2f}."
        )
    both = table[table["stage"].isin([*ESTIMATED, R])]
    compared = both[both["people"].isin(both.loc[both["stage"] == R, "people"])]
    if len(compared):
        at = compared["people"].max()
        own = compared[compared["people"] == at].set_index("stage")["seconds"]
        ours, theirs = own[list(ESTIMATED)].sum(), own[R]
        text += (
            f"\nAt {at:,} people R's package survey takes {theirs / ours:.1f} times the work of our stages "
            "from ingest to model for the same estimates (its comparison with ours included)."
        )
    return text + "\n"


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw the work of each stage against the number of people, both in powers of ten."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot()
    sizes = sorted(table["people"].unique())
    for stage, own in table.groupby("stage", sort=False):
        if own["seconds"].max() < LEAST:
            continue
        axes.loglog(own["people"], own["seconds"], marker="o", lw=1, ms=3)
        end = own.sort_values("people").iloc[-1]
        axes.annotate(
            str(stage).replace("_", " "), (end["people"], end["seconds"]), (5, 0), textcoords="offset points",
            va="center", fontsize=7,
        )  # fmt: skip
    axes.set(xlabel="People on the list", ylabel="Seconds of processor work", xlim=(sizes[0], sizes[-1] * 8))
    figure.savefig(path, dpi=150)


def main(sizes: Sequence[int]) -> None:
    """Measure the sizes; write the table among the results and the page."""
    with tempfile.TemporaryDirectory() as folder:
        table = pd.concat([costs_of(size, Path(folder)) for size in sizes], ignore_index=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    table.to_csv(RESULTS / "costs.csv", index=False)
    draw(table, RESULTS / "costs.png")
    page = PAGE.read_text(encoding="utf-8")
    start, end = page.index(MARKS[0]) + len(MARKS[0]), page.index(MARKS[1])
    PAGE.write_text(page[:start] + told(table) + page[end:], encoding="utf-8")
    from benchmark.desk import write_ratios

    write_ratios()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
