"""Survey a population of known truth again and again on the pipeline's own road: bias and coverage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import Output, run, write_csv
from surveypipe.simulation.kept import kept_table
from surveypipe.simulation.populations import read_population
from surveypipe.simulation.road import tallies
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    population: Annotated[str, "population of the file"],
    populations: Path,
    table: Output,
) -> None:
    """Survey one population again and again; write bias and coverage of every interval."""
    tried = read_population(populations, population)
    held = tallies(tried, count=tried.surveys, seed=config.seed)
    write_csv(kept_table(held, tried, tried.surveys), table)
    print(f"simulation: {tried.population.label}: {tried.surveys} surveys")


if __name__ == "__main__":
    run(main)
