"""Multiverse: each claim under every scheme, treatment of unanswered items, correction and interval."""

from __future__ import annotations

import argparse

import pandas as pd

from _reading import read_codebook
from _shared import parser, read_csv, run, write_csv
from surveypipe import multiverse
from surveypipe.claim_ledger import setting
from surveypipe.scheme_designs import design_of, respondents_of

INPUTS = ("estimates", "claims", "analysis", "missing", "dispositions", "weights", "weight_cells", "codebook")
OUTPUTS = ("multiverse", "multiverse_summary")


def main(args: argparse.Namespace) -> None:
    """Read answers, weights and estimates; write all specifications and what they change."""
    config = args.config
    cells = read_csv(args.weight_cells)
    respondents = respondents_of(pd.read_parquet(args.analysis), pd.read_parquet(args.weights))
    made = setting(config, cells)
    designs = {scheme: design_of(scheme, respondents, cells) for scheme in config["weighting"]["schemes"]}
    completed, told = multiverse.completed_people(
        respondents,
        designs[made.primary].labels,
        pd.read_parquet(args.missing),
        config,
        read_codebook(args.codebook),
    )
    space = multiverse.universe(
        made,
        config,
        read_csv(args.estimates),
        respondents,
        pd.read_parquet(args.dispositions),
        designs,
        completed,
    )
    table = multiverse.table(space, read_csv(args.claims))
    note = f"imputed items: {told}" if completed is not None else f"items not imputed: {told}"
    summary = multiverse.summary(space, table, note)
    write_csv(table, args.multiverse)
    write_csv(summary, args.multiverse_summary)
    summary = summary[summary["measure"] == ""]
    moved = summary[(summary["grade_changes"] != "none") & (summary["group"] == "overall")]["claim"]
    told = (
        f"a grade changes for {', '.join(moved)}"
        if len(moved)
        else "no grade of a claim on all staff changes"
    )
    print(
        f"multiverse: {int(summary['points'].sum())} distinct estimates of {len(summary)} claims and groups; "
        f"{told}"
    )


if __name__ == "__main__":
    run(parser((__doc__ or "").split("\n")[0], inputs=INPUTS, outputs=OUTPUTS), main)
