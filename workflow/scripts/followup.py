"""Plan the follow-up study with a control group: power, sample size, a figure and a page in plain words."""

from __future__ import annotations

import argparse

from _followup import read_assumptions
from _shared import parser, run, write_csv
from surveypipe import power
from surveypipe.figures import power_curves
from surveypipe.figures.theme import save, themed
from surveypipe.followup_text import planning_page


def main(args: argparse.Namespace) -> None:
    """Read the assumptions; write the tables, the figure and the page."""
    config = read_assumptions(args.assumptions)
    table = power.power_table(config)
    sizes = power.sample_size_table(table, config)
    with themed("power"):
        drawn = power_curves.draw(table, config)
        save(drawn, args.figure_svg, args.figure_png)
    page = planning_page(
        table, sizes, config, source=str(args.assumptions), figure=args.figure_svg.name, alt=drawn.alt
    )
    write_csv(table, args.power)
    write_csv(sizes, args.sizes)
    args.page.write_text(page, encoding="utf-8")
    count = len(config["outcomes"])
    print(f"followup: {count} outcomes planned, under illustrative assumptions; read {args.page}")


if __name__ == "__main__":
    outputs = ("power", "sizes", "figure_svg", "figure_png", "page")
    run(parser(__doc__ or "", inputs=("assumptions",), outputs=outputs), main)
