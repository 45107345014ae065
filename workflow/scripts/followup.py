"""Plan the follow-up study with a control group: power, sample size, a figure and a page in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from _followup import read_assumptions
from _shared import Output, run, write_csv
from _wording import check_wording, wording_of
from surveypipe.panel import power as planned
from surveypipe.panel.text import planning_page
from surveypipe.reporting.figures import power_curves
from surveypipe.reporting.figures.theme import save, themed
from surveypipe.study.vocabulary import Vocabulary


def main(
    *,
    vocabulary: Vocabulary,
    assumptions: Path,
    power: Output,
    sizes: Output,
    figure_svg: Output,
    figure_png: Output,
    page: Output,
    wording: Annotated[Path, "folder of the study's own templates, if there is one"],
) -> None:
    """Read the assumptions; write the tables, the figure and the page."""
    check_wording(wording)
    config = read_assumptions(assumptions)
    table = planned.power_table(config)
    needed = planned.sample_size_table(table, config)
    with themed("power"):
        drawn = power_curves.draw(table, config)
        save(drawn, figure_svg, figure_png)
    written = planning_page(
        table,
        needed,
        config,
        wording_of(wording, vocabulary),
        vocabulary,
        source=str(assumptions),
        figure=figure_svg.name,
        alt=drawn.alt,
    )
    write_csv(table, power)
    write_csv(needed, sizes)
    page.write_text(written, encoding="utf-8")
    count = len(config.outcomes)
    print(f"followup: {count} outcomes planned, under illustrative assumptions; read {page}")


if __name__ == "__main__":
    run(main)
