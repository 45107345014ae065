"""Grade claims in surveys of populations of known truth, and keep each grade beside its truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import Output, run, write_csv
from _simulation import read_designs
from surveypipe.intake.files import read_codebook
from surveypipe.simulation.draws import MECHANISMS
from surveypipe.simulation.grades import judge
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    mechanism: Annotated[str, "response mechanism"],
    count: Annotated[int, "surveys of each kind of population"],
    design: Path,
    codebook: Path,
    table: Output,
) -> None:
    """Grade surveys of every kind of population under one mechanism; write each grade beside its truth."""
    population, false = read_designs(design)
    responding = MECHANISMS[mechanism]
    judged = judge(
        population,
        false,
        config,
        read_codebook(codebook),
        responding,
        count=count,
        seed=config.seed,
    )
    write_csv(judged, table)
    print(f"simulation: {responding.label}: {count} surveys of each kind of population graded")


if __name__ == "__main__":
    run(main)
