"""Survey populations of known truth again and again: bias and coverage of every interval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _shared import Output, run, write_csv
from _simulation import read_designs
from surveypipe.intake.files import read_codebook
from surveypipe.simulation.coverage import coverage_table
from surveypipe.simulation.draws import MECHANISMS, draw_surveys, purpose_seed
from surveypipe.simulation.study import INTERVALS_COMPARED, run_draws
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    mechanism: Annotated[str, "response mechanism"],
    count: Annotated[int, "surveys"],
    design: Path,
    codebook: Path,
    table: Output,
) -> None:
    """Survey again and again under one mechanism; write bias and coverage of every interval."""
    population, _ = read_designs(design)
    responding = MECHANISMS[mechanism]
    draws = draw_surveys(
        population,
        config,
        read_codebook(codebook),
        responding,
        count=count,
        seed=purpose_seed(config.seed, "coverage"),
        leave_out=responding.leave_out,
    )
    methods = dict.fromkeys([config.analysis.proportion_interval, *INTERVALS_COMPARED])
    write_csv(coverage_table(run_draws(draws, config, list(methods)), config, responding), table)
    print(f"simulation: {responding.label}: coverage over {count} surveys")


if __name__ == "__main__":
    run(main)
