"""Put the mechanisms of the simulation study together; draw the figure and write the account."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _shared import Output, read_csv, run, write_csv
from surveypipe.reporting.figures import simulation as figure
from surveypipe.reporting.figures.theme import save, themed
from surveypipe.simulation.coverage import broken_promises
from surveypipe.simulation.grades import grade_table
from surveypipe.simulation.kept_report import kept_account
from surveypipe.simulation.populations import Populations
from surveypipe.simulation.report import account as worded
from surveypipe.study.reading import read
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    coverage_parts: list[Path],
    judged_parts: list[Path],
    kept_parts: list[Path],
    populations: Path,
    coverage: Output,
    grades: Output,
    kept: Output,
    svg: Output,
    png: Output,
    account: Output,
) -> None:
    """Put mechanisms and populations together; draw the figure; write the account."""
    table = pd.concat([read_csv(path) for path in coverage_parts], ignore_index=True)
    judged = pd.concat([read_csv(path) for path in judged_parts], ignore_index=True)
    table[["group_level", "flag"]] = table[["group_level", "flag"]].fillna("")
    judged["group_level"] = judged["group_level"].fillna("")
    wrong = grade_table(judged, config.vocabulary)
    write_csv(table, coverage)
    write_csv(wrong, grades)
    with themed("simulation"):
        drawn = figure.draw(table, config)
        save(drawn, svg, png)
    tried = pd.concat([read_csv(path) for path in kept_parts], ignore_index=True)
    tried[["group_level", "flag"]] = tried[["group_level", "flag"]].fillna("")
    write_csv(tried, kept)
    text = worded(table, wrong, config) + "\n" + kept_account(tried, read(populations, Populations))
    account.write_text(text, encoding="utf-8")
    print("\n".join(broken_promises(table)) or "simulation: coverage and bias are as promised")


if __name__ == "__main__":
    run(main)
