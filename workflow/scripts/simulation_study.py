"""Simulation study: coverage and bias of every interval, and how often a grade is wrong.

Usage: ``simulation_study.py coverage`` and ``simulation_study.py grades`` survey populations of known truth
under one response mechanism; ``simulation_study.py report`` puts the mechanisms together, draws the figure
and writes the account.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from _reading import read_codebook
from _shared import parser, read_csv, run, write_csv
from surveypipe.figures import simulation as figure
from surveypipe.figures.theme import save, themed
from surveypipe.problems import SurveyError
from surveypipe.simulation import merged
from surveypipe.simulation_grades import grade_table, judge
from surveypipe.simulation_report import account
from surveypipe.simulation_study import (
    INTERVALS_COMPARED,
    MECHANISMS,
    broken_promises,
    coverage_table,
    draw_surveys,
    purpose_seed,
    run_draws,
)
from surveypipe.study.reading import read_yaml


def coverage(args: argparse.Namespace) -> None:
    """Survey again and again under one mechanism; write bias and coverage of every interval."""
    config, mechanism = args.config, MECHANISMS[args.mechanism]
    design, _ = read_designs(args.design)
    draws = draw_surveys(
        design,
        config,
        read_codebook(args.codebook),
        mechanism,
        count=args.count,
        seed=purpose_seed(int(config["seed"]), "coverage"),
        leave_out=mechanism.leave_out,
    )
    methods = dict.fromkeys([config["analysis"]["proportion_interval"], *INTERVALS_COMPARED])
    write_csv(coverage_table(run_draws(draws, config, list(methods)), config, mechanism), args.table)
    print(f"simulation: {mechanism.label}: coverage over {args.count} surveys")


def grades(args: argparse.Namespace) -> None:
    """Grade surveys of every kind of population under one mechanism; write each grade beside its truth."""
    config, mechanism = args.config, MECHANISMS[args.mechanism]
    design, false = read_designs(args.design)
    judged = judge(
        design, false, config, read_codebook(args.codebook), mechanism,
        count=args.count, seed=int(config["seed"]),
    )  # fmt: skip
    write_csv(judged, args.table)
    print(f"simulation: {mechanism.label}: {args.count} surveys of each kind of population graded")


def read_designs(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the design of the simulation, and its scenario in which every claim is false."""
    design = read_yaml(path)
    scenarios = {str(key).lower(): change for key, change in design.pop("scenarios", {}).items()}
    if "false" not in scenarios:
        raise SurveyError(f"{path}: there is no scenario 'false', whose claims a grade must not support.")
    return design, merged(design, scenarios["false"])


def report(args: argparse.Namespace) -> None:
    """Put the mechanisms together; draw the figure; write the account."""
    table = pd.concat([read_csv(path) for path in args.coverage_parts], ignore_index=True)
    judged = pd.concat([read_csv(path) for path in args.judged_parts], ignore_index=True)
    table[["group_level", "flag"]] = table[["group_level", "flag"]].fillna("")
    judged["group_level"] = judged["group_level"].fillna("")
    wrong = grade_table(judged)
    write_csv(table, args.coverage)
    write_csv(wrong, args.grades)
    with themed("simulation"):
        drawn = figure.draw(table, args.config)
        save(drawn, args.svg, args.png)
    args.account.write_text(account(table, wrong, args.config), encoding="utf-8")
    print("\n".join(broken_promises(table)) or "simulation: coverage and bias are as promised")


STEPS: dict[str, tuple[Callable[[argparse.Namespace], None], tuple[str, ...], tuple[str, ...]]] = {
    "coverage": (coverage, ("design", "codebook"), ("table",)),
    "grades": (grades, ("design", "codebook"), ("table",)),
    "report": (report, (), ("coverage", "grades", "svg", "png", "account")),
}


def main() -> None:
    """Run the step named first on the command line."""
    step = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if step not in STEPS:
        sys.exit(f"simulation_study.py: name a step first: {', '.join(STEPS)}.")
    function, inputs, outputs = STEPS[step]
    made = parser((__doc__ or "").split("\n")[0], inputs=inputs, outputs=outputs)
    if step != "report":
        made.add_argument("--mechanism", choices=list(MECHANISMS), required=True)
        made.add_argument("--count", type=int, required=True, help="surveys (of each kind of population)")
    else:
        made.add_argument("--coverage-parts", type=Path, nargs="+", required=True)
        made.add_argument("--judged-parts", type=Path, nargs="+", required=True)
    run(made, function)


if __name__ == "__main__":
    main()
