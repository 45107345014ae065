"""Analyse: one tidy row for every estimate, test, count and diagnostic, and Table 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from _shared import Output, read_csv, read_json, run, write_csv
from surveypipe.design.from_weights import designs_of, replicates_of, respondents_of
from surveypipe.disclosure.rules import rules_of
from surveypipe.estimation import (
    comparisons,
    counts,
    histograms,
    level_contrasts,
    own_rows,
    several_answers,
    totals,
)
from surveypipe.estimation import estimates as estimation
from surveypipe.estimation import table_1 as characteristics
from surveypipe.estimation.survey import Survey, check
from surveypipe.regression.claimed import association_rows
from surveypipe.study.design import silent_described
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
    diagnostics: Path,
    replicate_weights: Path,
    replicate_coefs: Path,
    dispositions: Path,
    rates: Path,
    flow: Path,
    variables: Path,
    estimates: Output,
    table_1: Output,
) -> None:
    """Read respondents, weights and counts; write the table of estimates and Table 1."""
    replicates = replicates_of(
        pd.read_parquet(weights), pd.read_parquet(replicate_weights), pd.read_parquet(replicate_coefs)
    )
    survey = load_survey(config, analysis, weights, selection, cells, variables, replicates)
    wanted = estimation.estimands(survey)
    rows = estimation.gather(
        estimation.descriptive_rows(survey, wanted),
        estimation.quantile_rows(survey, wanted),
        several_answers.share_of_answers_rows(survey),
        totals.total_rows(survey),
        histograms.histogram_rows(survey, rules_of(config.disclosure)),
        own_rows.own_rows(survey),
        association_rows(survey),
        comparisons.equivalence_rows(survey),
        comparisons.test_rows(survey),
        comparisons.difference_rows(survey),
        level_contrasts.level_rows(survey),
        counts.answered_rows(survey),
        counts.missing_rows(survey, pd.read_parquet(missing)),
        counts.count_rows(read_csv(flow)),
        counts.response_rate_rows(read_csv(rates)),
        counts.diagnostic_rows(read_csv(diagnostics), config.vocabulary),
    )
    write_csv(rows, estimates)
    staff = pd.read_parquet(dispositions)
    if not silent_described(config.population, config.frame):
        # Of those who did not answer nothing is known, to set beside those who did.
        staff = staff[["id", "category"]]
    group, groups = survey.settings.frame.group, survey.settings.groups
    described = characteristics.table_1(
        survey.respondents,
        survey.designs[survey.primary].weights,
        staff[staff["category"] != "IE"],
        survey.variables,
        survey.settings.analysis.characteristics,
        {group: groups[group]} if group in groups else {},
    )
    write_csv(described, table_1)
    for doubt in totals.doubts(survey):
        print(f"analyse: {doubt}")
    print(
        f"analyse: {len(rows)} rows for {len(survey.respondents)} respondents under "
        f"{len(survey.designs)} weighting schemes; published: {survey.primary}"
    )


def load_survey(
    config: Sections,
    analysis: Path,
    weights: Path,
    selection: Path,
    cells: Path,
    variables: Path,
    replicates: dict[str, Any],
) -> Survey:
    """Put respondents beside their weights, and make the design of every scheme."""
    given, table, meaning = pd.read_parquet(weights), read_csv(cells), read_json(variables)
    respondents = respondents_of(pd.read_parquet(analysis), given)
    held = [str(name)[2:] for name in given if str(name).startswith("w_")]
    check(respondents, meaning, config, held)
    weighting = config.weighting
    designs = designs_of(weighting.schemes, respondents, table, pd.read_parquet(selection), config.design)
    return Survey(
        respondents,
        meaning,
        designs,
        scheme_in_force(weighting, table),
        weighting.unweighted,
        config,
        replicates,
    )


if __name__ == "__main__":
    run(main)
