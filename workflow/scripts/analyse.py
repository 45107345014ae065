"""Analyse: one tidy row for every estimate, test, count and diagnostic, and Table 1."""

from __future__ import annotations

import argparse

import pandas as pd

from _shared import parser, read_csv, read_json, run, write_csv
from surveypipe import comparisons, estimation, level_contrasts
from surveypipe.characteristics import table_1
from surveypipe.claims import scheme_in_force, unweighted_scheme
from surveypipe.scheme_designs import design_of, replicates_of, respondents_of

INPUTS = (
    "analysis", "missing", "weights", "cells", "diagnostics", "replicate_weights", "replicate_coefs",
    "dispositions", "rates", "flow", "variables",
)  # fmt: skip
OUTPUTS = ("estimates", "table_1")


def main(args: argparse.Namespace) -> None:
    """Read respondents, weights and counts; write the table of estimates and Table 1."""
    survey = load_survey(args)
    wanted = estimation.estimands(survey)
    estimates = estimation.gather(
        estimation.descriptive_rows(survey, wanted),
        estimation.quantile_rows(survey, wanted),
        comparisons.equivalence_rows(survey),
        comparisons.test_rows(survey),
        comparisons.difference_rows(survey),
        level_contrasts.level_rows(survey),
        estimation.missing_rows(survey, pd.read_parquet(args.missing)),
        estimation.count_rows(read_csv(args.flow)),
        estimation.response_rate_rows(read_csv(args.rates)),
        estimation.diagnostic_rows(read_csv(args.diagnostics)),
    )
    write_csv(estimates, args.estimates)
    dispositions = pd.read_parquet(args.dispositions)
    group = survey.config["frame"]["group"]
    characteristics = table_1(
        survey.respondents,
        survey.designs[survey.primary].weights,
        dispositions[dispositions["category"] != "IE"],
        survey.variables,
        survey.config["analysis"]["characteristics"],
        {group: survey.config["groups"][group]},
    )
    write_csv(characteristics, args.table_1)
    print(
        f"analyse: {len(estimates)} rows for {len(survey.respondents)} respondents under "
        f"{len(survey.designs)} weighting schemes; published: {survey.primary}"
    )


def load_survey(args: argparse.Namespace) -> estimation.Survey:
    """Put respondents beside their weights, and make the design of every scheme."""
    config = args.config
    weights, cells = pd.read_parquet(args.weights), read_csv(args.cells)
    variables = read_json(args.variables)
    respondents = respondents_of(pd.read_parquet(args.analysis), weights)
    held = [str(name)[2:] for name in weights if str(name).startswith("w_")]
    estimation.check(respondents, variables, config, held)
    designs = {scheme: design_of(scheme, respondents, cells) for scheme in config["weighting"]["schemes"]}
    return estimation.Survey(
        respondents,
        variables,
        designs,
        scheme_in_force(config["weighting"], cells),
        unweighted_scheme(config["weighting"]),
        config,
        replicates_of(
            weights, pd.read_parquet(args.replicate_weights), pd.read_parquet(args.replicate_coefs)
        ),
    )


if __name__ == "__main__":
    run(parser((__doc__ or "").split("\n")[0], inputs=INPUTS, outputs=OUTPUTS), main)
