"""Sensitivity: each claim under every scheme and under answers not missing at random, with its grade."""

from __future__ import annotations

import argparse

import pandas as pd

from _shared import parser, read_csv, run, write_csv
from surveypipe import not_at_random
from surveypipe.claim_ledger import cases, claim_tables, setting

INPUTS = ("estimates", "analysis", "dispositions", "weights", "weight_cells")
OUTPUTS = ("claims", "theta", "theta_by_group", "not_at_random")


def main(args: argparse.Namespace) -> None:
    """Read estimates, answers and weights; write the ledger and the tables of θ."""
    estimates = read_csv(args.estimates)
    answers = pd.read_parquet(args.analysis)
    # A break-off has answers but no weight: it is not a respondent.
    respondents = answers.merge(pd.read_parquet(args.weights), on="id", how="inner", validate="1:1")
    made = setting(args.config, read_csv(args.weight_cells))
    dispositions = pd.read_parquet(args.dispositions)
    gathered = cases(made, estimates, respondents, dispositions)
    ledger, common, single = claim_tables(made, gathered)
    frame = args.config["frame"]
    predictors = [made.group, *(recode["variable"] for recode in frame.get("recodes", []))]
    mixtures = not_at_random.table(
        gathered,
        respondents,
        dispositions[dispositions["category"] != "IE"],
        predictors,
        seed=args.config["seed"],
        plan=args.config.get("nonresponse"),
    )
    write_csv(mixtures, args.not_at_random)
    write_csv(ledger, args.claims)
    write_csv(common, args.theta)
    write_csv(single, args.theta_by_group)
    whole = ledger[ledger["group"] == "overall"]
    grades = "; ".join(f"{row.claim} {row.grade_label}" for row in whole.itertuples())
    print(f"sensitivity: {grades}")


if __name__ == "__main__":
    run(parser(__doc__.split("\n")[0], inputs=INPUTS, outputs=OUTPUTS), main)
