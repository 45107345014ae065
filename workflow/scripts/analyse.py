"""Analyse: one tidy row for every estimate, test, count and diagnostic, and Table 1."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import pandas as pd

from _shared import parser, read_csv, read_json, run, write_csv
from surveypipe import comparisons, design_engine, estimation
from surveypipe.characteristics import table_1
from surveypipe.claims import scheme_in_force, unweighted_scheme
from surveypipe.problems import SurveyError, shown

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
        estimation.missing_rows(survey, pd.read_parquet(args.missing)),
        estimation.count_rows(read_csv(args.flow)),
        estimation.response_rate_rows(read_csv(args.rates)),
        estimation.diagnostic_rows(read_csv(args.diagnostics)),
    )
    write_csv(estimates, args.estimates)
    dispositions = pd.read_parquet(args.dispositions)
    characteristics = table_1(
        survey.respondents,
        survey.designs[survey.primary].weights,
        dispositions[dispositions["category"] != "IE"],
        survey.variables,
        survey.config["analysis"]["characteristics"],
        survey.config["groups"],
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
    designs = {
        scheme: design_of(scheme, settings, respondents, cells)
        for scheme, settings in config["weighting"]["schemes"].items()
    }
    return estimation.Survey(
        respondents,
        variables,
        designs,
        scheme_in_force(config["weighting"], cells),
        unweighted_scheme(config["weighting"]),
        config,
        replicates_of(args, weights),
    )


def respondents_of(analysis: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Respondents in the order of the weights, with answers and weights."""
    lacking = sorted(set(weights["id"]) - set(analysis["id"]))
    if lacking:
        raise SurveyError(
            f"weights: {len(lacking)} persons have a weight and no row in the analysis file "
            f"({shown(lacking)}); run the pipeline again from the cleaning."
        )
    return weights.merge(analysis, on="id", how="left", validate="one_to_one", sort=False)


def design_of(
    scheme: str, settings: dict[str, Any], respondents: pd.DataFrame, cells: pd.DataFrame
) -> design_engine.SecondPhase:
    """Design of a scheme: its cells and sizes, and the margins it was raked to."""
    rows = cells[cells["scheme"] == scheme]
    margins, numeric = auxiliaries_of(settings)
    aux = None
    if margins or numeric:
        shares = [pd.get_dummies(respondents[name]).to_numpy(float) for name in margins]
        aux = np.column_stack([np.ones(len(respondents)), *shares, respondents[numeric].to_numpy(float)])
    return design_engine.second_phase(
        respondents[f"w_{scheme}"],
        respondents[f"cell_{scheme}"],
        dict(zip(rows["cell"].astype(str), rows["N"].astype(float), strict=True)),
        aux=aux,
    )


def auxiliaries_of(settings: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Categorical and numeric auxiliaries that a scheme meets in its last raking or calibration."""
    for step in reversed([settings, *settings.get("steps", [])]):
        if step.get("margins") or step.get("numeric"):
            return list(step.get("margins", [])), list(step.get("numeric", []))
    return [], []


def replicates_of(
    args: argparse.Namespace, weights: pd.DataFrame
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Replicate weights of each scheme, rows in the order of the weights; empty if none were made."""
    matrix, coefs = pd.read_parquet(args.replicate_weights), pd.read_parquet(args.replicate_coefs)
    found = {}
    for scheme, rows in matrix.groupby("scheme", sort=False):
        own = coefs[coefs["scheme"] == scheme]
        ordered = rows.set_index("id").loc[list(weights["id"])]
        found[str(scheme)] = (ordered[list(own["replicate"])].to_numpy(float), own["coef"].to_numpy(float))
    return found


if __name__ == "__main__":
    run(parser((__doc__ or "").split("\n")[0], inputs=INPUTS, outputs=OUTPUTS), main)
