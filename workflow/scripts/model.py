"""Model: regressions, reliability, imputation, p-values adjusted for number, and coded open answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd

from _shared import Output, read_csv, read_json, run, write_csv
from surveypipe.design.from_weights import designs_of, respondents_of
from surveypipe.determinism import stream
from surveypipe.estimation import named_tests
from surveypipe.estimation.rows import gathered
from surveypipe.estimation.survey import Survey
from surveypipe.intake.files import read_codebook, read_text_table
from surveypipe.ledger import imputed
from surveypipe.ledger.tests_of_claims import adjusted_rows, claim_test_rows
from surveypipe.measurement import open_answers
from surveypipe.measurement.rows import reliability_rows
from surveypipe.regression.rows import model_rows
from surveypipe.study.analysis import Agreement
from surveypipe.study.sections import Sections
from surveypipe.study.weighting import scheme_in_force


def main(
    *,
    config: Sections,
    analysis: Path,
    missing: Path,
    weights: Path,
    selection: Path,
    cells: Path,
    estimates: Path,
    variables: Path,
    codebook: Path,
    codes: Annotated[Path | None, "CSV of two coders' codes"] = None,
    further: Output,
) -> None:
    """Read respondents, weights and estimates; write the further rows of the table of estimates."""
    survey, asked = load_survey(config, analysis, weights, selection, cells, variables), config.analysis
    rows = read_csv(estimates)
    parts = {}
    if asked.models:
        parts["models"] = model_rows(survey, asked.models)
    if asked.reliability:
        parts["reliability of scales"] = reliability_rows(
            survey, asked.reliability, scale_items(config), seed_of(config, "reliability")
        )
    if asked.imputation:
        parts["imputation"] = imputed.imputed_claim_rows(
            survey, asked.imputation, pd.read_parquet(missing), config.cleaning,
            read_codebook(codebook), seed_of(config, "imputation"),
        )  # fmt: skip
    if asked.further_tests:
        parts["further tests"] = named_tests.named_test_rows(survey, asked.further_tests)
    if asked.multiplicity:
        own = claim_test_rows(survey, rows)
        made = [rows, own, parts.get("models"), parts.get("further tests")]
        tests = pd.DataFrame([row for table in made for row in rows_of(table)])
        adjusted = adjusted_rows(survey, tests, asked.multiplicity)
        parts["tests and adjusted p-values"] = gathered(own, adjusted)
    if asked.agreement and codes:
        parts["open answers"] = coded_answers(asked.agreement, codes, survey, seed_of(config, "agreement"))
    write_csv(gathered(*parts.values()), further)
    counts = ", ".join(f"{name} {len(part)}" for name, part in parts.items()) or "nothing asked for"
    print(f"model: rows of estimates: {counts}")


def rows_of(table: pd.DataFrame | None) -> list[dict]:
    """Rows as records; none for a part that was not asked for."""
    return [] if table is None else table.to_dict("records")


def load_survey(
    config: Sections, analysis: Path, weights: Path, selection: Path, cells: Path, variables: Path
) -> Survey:
    """Put respondents beside their weights, with the designs of the primary scheme and without weights."""
    weighting, table = config.weighting, read_csv(cells)
    respondents = respondents_of(pd.read_parquet(analysis), pd.read_parquet(weights))
    primary, unweighted = scheme_in_force(weighting, table), weighting.unweighted
    schemes = dict.fromkeys(name for name in (primary, unweighted) if name)
    designs = designs_of(schemes, respondents, table, pd.read_parquet(selection), config.design)
    return Survey(respondents, read_json(variables), designs, primary, unweighted, config)


def scale_items(config: Sections) -> dict[str, list[str]]:
    """Items by scale."""
    return {scale.variable: list(scale.items) for scale in config.cleaning.scales}


def seed_of(config: Sections, purpose: str) -> int:
    """Seed of one purpose, drawn from the study's."""
    return int(stream(config.seed, purpose).integers(2**31))


def coded_answers(settings: Agreement, codes: Path, survey: Survey, seed: int) -> pd.DataFrame:
    """Read the coders' file, check it, say what is lacking, and make its rows."""
    table = read_text_table(codes)
    open_answers.check_codes(table, settings, str(codes))
    for note in open_answers.coding_notes(survey, table, settings):
        print(f"Note: {codes}: {note}")
    return open_answers.open_answer_rows(survey, table, settings, seed)


if __name__ == "__main__":
    run(main)
