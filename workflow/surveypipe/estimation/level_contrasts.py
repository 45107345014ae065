"""Outcomes set side by side between those at one level of the scenario's variable and all others.

Who had not met a thing and still reports that it helped tells how far answers to such questions go with a
readiness to agree. So every claim that was asked of both is estimated among those at the level that the
scenario names (``sensitivity.scenario``) and among the others. Whoever did
not say is one of the others, so that no few people are left over who could be worked out by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.estimation import group_tests
from surveypipe.estimation.comparisons import outcome_of
from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey, claim_of
from surveypipe.study.base import same_code
from surveypipe.study.cleaning import RoutedNo

Floats = NDArray[np.float64]
Row = dict[str, Any]
OTHERS = "others"
SHARE, MEAN, DIFFERENCE = "level_share", "level_mean", "level_difference"


def level_rows(survey: Survey) -> Iterator[Row]:
    """Estimates at the level, among the others, and their difference, under the primary scheme.

    The difference is that of two domain means, its variance the linearised one of the design
    (:func:`surveypipe.estimation.group_tests.compare_means`), its interval that of the t distribution with
    the degrees of freedom of the design among those compared, less one.
    """
    plan = survey.settings.sensitivity.scenario
    if plan is None:
        return
    inside = survey.at_scenario_level()
    label = _label(survey, plan.variable, plan.level)
    for variable in asked_of_both(survey, plan.variable, inside):
        yield from _rows_of(survey, variable, plan.variable, label, inside)


def asked_of_both(survey: Survey, name: str, inside: NDArray[np.bool_]) -> list[str]:
    """List the claims' variables that people on both sides answered and that the level does not fix."""
    recodes = survey.settings.cleaning.recodes
    fixed = {made.variable for made in recodes if isinstance(made, RoutedNo)}
    found = []
    for claim in survey.described.values():
        variable = claim.variable
        if variable == name or variable in fixed or variable in found:
            continue
        known = ~np.isnan(outcome_of(survey, variable)[0])
        if (known & inside).any() and (known & ~inside).any():
            found.append(variable)
    return found


def _label(survey: Survey, name: str, level: object) -> str:
    return next((text for code, text in survey.values(name).items() if same_code(code, level)), str(level))


def _rows_of(
    survey: Survey, variable: str, name: str, label: str, inside: NDArray[np.bool_]
) -> Iterator[Row]:
    outcome, code, answer = outcome_of(survey, variable)
    design = survey.designs[survey.primary]
    statistic = SHARE if code else MEAN
    common = {
        "claim": claim_of(survey.settings).get(variable, ""), "group": name, "scheme": survey.primary,
        "variable_label": survey.label(variable), "level": code, "level_label": answer, "fpc": survey.fpc,
        "ci_level": survey.level,
    }  # fmt: skip
    for place, domain in (("level", inside), (OTHERS, ~inside)):
        column = np.where(domain, outcome, np.nan)
        found = design.means(column, fpc=survey.fpc)[0]
        se = found.se if found.se > 0 else np.nan
        if code:
            low, high = intervals.proportion_interval(
                found.estimate, se, found.df, found.n,
                method=survey.settings.analysis.proportion_interval, level=survey.level,
            )  # fmt: skip
        else:
            low, high = intervals.t_interval(found.estimate, se, found.df, level=survey.level)
        yield estimate_row(
            variable, statistic, found.estimate, **common, group_level=place, n=int(found.n), se=se,
            df=found.df, ci_low=float(low), ci_high=float(high), method="second phase, in a domain",
            n_level=int(np.nansum(column == 1)) if code else None,
            flag=f"answered {label}" if place == "level" else "all others",
        )  # fmt: skip
    both = ~np.isnan(outcome)
    test = group_tests.compare_means(
        outcome, np.where(inside, 1.0, 0.0), design.weights, design.covariance(fpc=survey.fpc),
        design.degrees_of_freedom(both) - 1,
    ).difference  # fmt: skip
    known = test.se > 0
    low, high = intervals.t_interval(test.estimate, test.se, test.df, level=survey.level)
    yield estimate_row(
        variable, DIFFERENCE, test.estimate, **common, n=int(both.sum()), se=test.se if known else np.nan,
        df=test.df, ci_low=float(low) if known else np.nan, ci_high=float(high) if known else np.nan,
        method="at the level minus the others; second phase; t interval",
        flag="" if known else "all alike on both sides: no standard error",
    )  # fmt: skip
