"""A simulated survey on the pipeline's own road: weighted, estimated, and held against what is true.

Nothing is estimated here: weights come from the weighting stage, intervals from the rows that the analysis
stage writes to the table of estimates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from surveypipe.design.from_weights import designs_of, respondents_of
from surveypipe.design.selection import as_table, base_weights, selection_of
from surveypipe.estimation.comparisons import difference_rows
from surveypipe.estimation.estimates import descriptive_rows, estimands, quantile_rows
from surveypipe.estimation.survey import Survey
from surveypipe.problems import SurveyError
from surveypipe.simulation.populations import YES, Tried
from surveypipe.simulation.truth import DIFFERENCE, RATIO, Known, drawn, listed, truth_of
from surveypipe.study.weighting import scheme_in_force
from surveypipe.weighting.schemes import compute_schemes

Row = Mapping[str, Any]
BASE = "base_weight"
KEY = ["variable", "statistic", "group", "group_level"]
# What is kept of a row, and under which name.
NUMBERS = {
    "n": "n", "n_level": "yes", "estimate": "estimate", "se": "se", "ci_low": "low", "ci_high": "high",
}  # fmt: skip


def surveyed(tried: Tried, known: Known) -> Survey:
    """Weight those who answered under every scheme, and make the designs, as the stages do.

    Raises
    ------
    SurveyError
        As the weighting stage does that finds something wrong.
    """
    config = tried.config
    weighting, design = config.weighting, config.design
    people = known.people[known.asked]
    base = base_weights(people, design)
    result = compute_schemes(
        people if base is None else people.assign(**{BASE: base}),
        weighting,
        group=None if design.drawn else config.frame.group,
        base=None if base is None else BASE,
        second_phase=not design.drawn,
        drawn=design.drawn,
        seed=config.seed,
    )
    selection = None
    if design.drawn:
        selection = selection_of(result.people.frame, design, result.people.base)
    respondents = respondents_of(_answered(known), result.weights)
    table = as_table(result.people.frame, selection, result.linearised)
    designs = designs_of(weighting.schemes, respondents, result.cells, table, design)
    primary = scheme_in_force(weighting, result.cells)
    return Survey(respondents, tried.variables, designs, primary, weighting.unweighted, config)


def _answered(known: Known) -> pd.DataFrame:
    whole = pd.concat([known.people.drop(columns="respondent"), known.answers], axis=1)
    return whole[known.people["respondent"]]


def interval_rows(survey: Survey, tried: Tried) -> Iterator[Row]:
    """Rows of the table of estimates whose intervals are tried, as the analysis stage makes them."""
    wanted = [
        one for one in estimands(survey) if one.variable in tried.answers and one.level in ("", str(YES))
    ]
    yield from descriptive_rows(survey, wanted)
    yield from quantile_rows(survey, wanted)
    yield from (row for row in difference_rows(survey) if row["statistic"] in (DIFFERENCE, RATIO))


def tallies(tried: Tried, *, count: int, seed: int) -> pd.DataFrame:
    """Survey a population again and again, drawn anew each time, and hold each interval against its truth.

    Parameters
    ----------
    tried
        The population.
    count
        Number of surveys.
    seed
        Seed of the study.

    Returns
    -------
    pandas.DataFrame
        One row per draw and interval: draw, scheme, variable, statistic, group, group_level, n, yes (of a
        share, those who gave the answer), estimate, se, low, high, truth. A survey that the weighting stage
        refuses has no rows.
    """
    people = listed(tried, seed)
    found: list[tuple[Any, ...]] = []
    for number in range(count):
        known = drawn(tried, people, seed=seed, number=number)
        truths: dict[tuple[str, ...], float] = {}
        try:
            rows = list(interval_rows(surveyed(tried, known), tried))
        except SurveyError:
            continue
        for row in rows:
            key = tuple(row[name] for name in KEY)
            if key not in truths:
                truths[key] = truth_of(row, known, tried)
            found.append((number, row["scheme"], *key, *(row[name] for name in NUMBERS), truths[key]))
    numbers = [*NUMBERS.values(), "truth"]
    table = pd.DataFrame(found, columns=["draw", "scheme", *KEY, *numbers])
    return table.astype(dict.fromkeys(numbers, float))
