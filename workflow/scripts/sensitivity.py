"""Sensitivity: each claim under every scheme and under answers not missing at random, with its grade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from _shared import Output, read_csv, run, write_csv
from surveypipe.design.from_weights import respondents_of
from surveypipe.ledger import not_at_random as mixtures
from surveypipe.ledger.cases import cases, setting
from surveypipe.ledger.explorer import explorer_table
from surveypipe.ledger.rows import claim_tables
from surveypipe.study.sections import Sections


def main(
    *,
    config: Sections,
    estimates: Path,
    analysis: Path,
    dispositions: Path,
    weights: Path,
    weight_cells: Path,
    claims: Output,
    theta: Output,
    theta_by_group: Output,
    not_at_random: Output,
    explorer: Output,
) -> None:
    """Read estimates, answers and weights; write the ledger, the tables of θ and the explorer's."""
    respondents = respondents_of(pd.read_parquet(analysis), pd.read_parquet(weights))
    made = setting(config, read_csv(weight_cells))
    staff = pd.read_parquet(dispositions)
    estimated = read_csv(estimates)
    gathered = cases(made, estimated, respondents, staff)
    ledger, common, single = claim_tables(made, gathered)
    worlds = mixtures.table(
        [case for case in gathered if case.claim.describes] if made.silent_known else [],
        respondents,
        staff[staff["category"] != "IE"],
        config.frame.describing(config.population),
        seed=config.seed,
        plan=config.nonresponse,
    )
    write_csv(worlds, not_at_random)
    write_csv(ledger, claims)
    write_csv(common, theta)
    write_csv(single, theta_by_group)
    by_scheme = {
        scheme: gathered
        if scheme == made.primary
        else cases(replace(made, primary=scheme), estimated, respondents, staff)
        for scheme in (made.schemes if made.silent_known else ())
    }
    write_csv(explorer_table(made, by_scheme), explorer)
    whole = ledger[ledger["group"] == "overall"]
    grades = "; ".join(f"{row.claim} {row.grade_label}" for row in whole.itertuples())
    print(f"sensitivity: {grades or 'no claims'}")


if __name__ == "__main__":
    run(main)
