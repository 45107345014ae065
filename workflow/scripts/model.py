"""Model: regressions, reliability, imputation, p-values adjusted for number, and coded open answers."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from _reading import read_codebook, read_text_table
from _shared import parser, read_csv, read_json, run, write_csv
from surveypipe import estimation, imputed_claims, named_tests, open_answers
from surveypipe.claim_tests import adjusted_rows, claim_test_rows
from surveypipe.claims import scheme_in_force, unweighted_scheme
from surveypipe.estimate_rows import gathered
from surveypipe.model_rows import model_rows
from surveypipe.reliability_rows import reliability_rows
from surveypipe.scheme_designs import design_of, respondents_of
from surveypipe.simulation import stream

INPUTS = ("analysis", "missing", "weights", "cells", "estimates", "variables", "codebook")


def main(args: argparse.Namespace) -> None:
    """Read respondents, weights and estimates; write the further rows of the table of estimates."""
    survey, asked = load_survey(args), args.config["analysis"]
    estimates = read_csv(args.estimates)
    parts = {}
    if asked.get("models"):
        parts["models"] = model_rows(survey, asked["models"])
    if asked.get("reliability"):
        parts["reliability of scales"] = reliability_rows(
            survey, asked["reliability"], scale_items(args), seed_of(args, "reliability")
        )
    if asked.get("imputation"):
        parts["imputation"] = imputed_claims.imputed_claim_rows(
            survey, asked["imputation"], pd.read_parquet(args.missing), args.config["cleaning"],
            read_codebook(args.codebook), seed_of(args, "imputation"),
        )  # fmt: skip
    if asked.get("further_tests"):
        parts["further tests"] = named_tests.named_test_rows(survey, asked["further_tests"])
    if asked.get("multiplicity"):
        own = claim_test_rows(survey, estimates)
        made = [estimates, own, parts.get("models"), parts.get("further tests")]
        tests = pd.DataFrame([row for table in made for row in rows_of(table)])
        adjusted = adjusted_rows(survey, tests, asked["multiplicity"])
        parts["tests and adjusted p-values"] = gathered(own, adjusted)
    if asked.get("agreement") and args.codes:
        parts["open answers"] = coded_answers(args, survey)
    write_csv(gathered(*parts.values()), args.further)
    counts = ", ".join(f"{name} {len(rows)}" for name, rows in parts.items()) or "nothing asked for"
    print(f"model: rows of estimates: {counts}")


def rows_of(table: pd.DataFrame | None) -> list[dict]:
    """Rows as records; none for a part that was not asked for."""
    return [] if table is None else table.to_dict("records")


def load_survey(args: argparse.Namespace) -> estimation.Survey:
    """Put respondents beside their weights, with the designs of the primary scheme and without weights."""
    config, cells = args.config, read_csv(args.cells)
    weighting = config["weighting"]
    respondents = respondents_of(pd.read_parquet(args.analysis), pd.read_parquet(args.weights))
    primary, unweighted = scheme_in_force(weighting, cells), unweighted_scheme(weighting)
    designs = {
        scheme: design_of(scheme, respondents, cells)
        for scheme in dict.fromkeys(name for name in (primary, unweighted) if name)
    }
    return estimation.Survey(respondents, read_json(args.variables), designs, primary, unweighted, config)


def scale_items(args: argparse.Namespace) -> dict[str, list[str]]:
    """Items by scale."""
    return {scale["variable"]: list(scale["items"]) for scale in args.config["cleaning"].get("scales", [])}


def seed_of(args: argparse.Namespace, purpose: str) -> int:
    """Seed of one purpose, drawn from the study's."""
    return int(stream(args.config["seed"], purpose).integers(2**31))


def coded_answers(args: argparse.Namespace, survey: estimation.Survey) -> pd.DataFrame:
    """Read the coders' file, check it, say what is lacking, and make its rows."""
    settings = args.config["analysis"]["agreement"]
    table = read_text_table(args.codes)
    open_answers.check_codes(table, settings, str(args.codes))
    for note in open_answers.coding_notes(survey, table, settings):
        print(f"Note: {args.codes}: {note}")
    return open_answers.open_answer_rows(survey, table, settings, seed_of(args, "agreement"))


if __name__ == "__main__":
    options = parser((__doc__ or "").split("\n")[0], inputs=INPUTS, outputs=("further",))
    options.add_argument("--codes", type=Path, default=None, help="CSV of two coders' codes")
    run(options, main)
