"""Further tests between groups, called by name from the configuration (``analysis.further_tests``).

A test is one function, registered under its name by :func:`named_test`. It is given the answers and the
groups of those who have both, their weights, the design's covariance and degrees of freedom, and returns a
:class:`TestResult`; rows, labels, bases and adjustment of p-values follow by themselves. The default tests
(Rao-Scott, t, ranks) are in :mod:`surveypipe.estimation.comparisons`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.design.protocol import Again, Design
from surveypipe.estimation import comparisons, contingency, estimates
from surveypipe.estimation.group_tests import Covariance
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import Survey, claim_of
from surveypipe.problems import SurveyError, shown
from surveypipe.study.analysis import FurtherTest

Array = np.ndarray


@dataclass(frozen=True)
class TestResult:
    """A test's statistic, its degrees of freedom, its p-value and perhaps an effect size."""

    # The name begins as pytest's own classes do; this tells it to pass by.
    __test__ = False

    statistic: float
    p_value: float
    df: float = np.nan
    df2: float = np.nan
    effect: float = np.nan


NamedTest = Callable[[Array, Array, Array, Covariance, float], TestResult]
TESTS: dict[str, tuple[NamedTest, str]] = {}


def named_test(name: str, label: str) -> Callable[[NamedTest], NamedTest]:
    """Register a test under the name that the configuration uses, with what its rows say of the method."""

    def register(function: NamedTest) -> NamedTest:
        TESTS[name] = (function, label)
        return function

    return register


@named_test("adjusted_wald", "Adjusted Wald test of independence (F); effect: Cramér's V")
def adjusted_wald(
    answers: Array, groups: Array, weights: Array, covariance: Covariance, df: float
) -> TestResult:
    """Wald test on differences from independence, adjusted for few degrees of freedom (R's ``adjWald``)."""
    _, adjusted = contingency.wald_test(answers, groups, weights, covariance, df)
    effect = contingency.cramers_v(contingency.weighted_table(answers, groups, weights))
    return TestResult(adjusted.F, adjusted.p, adjusted.ndf, adjusted.ddf, effect)


def named_test_rows(survey: Survey, settings: Sequence[FurtherTest]) -> pd.DataFrame:
    """Make the rows of every test of ``analysis.further_tests``, under the primary scheme.

    Raises
    ------
    SurveyError
        If a test is unknown, or its groups or answers are fewer than two.
    """
    return estimate_frame([_row(survey, one.variable, one.between, one.test) for one in settings])


def _row(survey: Survey, variable: str, group: str, name: str) -> dict[str, Any]:
    if name not in TESTS:
        raise SurveyError(
            f"analysis.further_tests, {variable}: unknown test {name!r}; the tests are {shown(TESTS)}."
        )
    function, label = TESTS[name]
    design = survey.designs[survey.primary]
    outcome, _, _ = comparisons.outcome_of(survey, variable)
    _, codes = comparisons.group_codes(survey, group)
    answers = survey.respondents[variable].where(~np.isnan(outcome))
    both = answers.notna().to_numpy() & ~np.isnan(codes)
    if answers[both].nunique() < 2 or len(np.unique(codes[both])) < 2:
        raise SurveyError(
            f"analysis.further_tests, {variable} between {group}: the {int(both.sum())} answers are of one "
            "group, or all the same; leave the test out."
        )
    fpc = survey.settings.analysis.fpc.tests
    if fpc and estimates.complete(both[:, None], design)[0]:
        raise SurveyError(
            f"analysis.further_tests, {variable} between {group}: everybody answered, so that there is no "
            "sampling error to test against; leave the test out, or set analysis.fpc.tests: false."
        )
    found = function(
        answers[both].to_numpy(), codes[both], design.weights[both], _within(design, both, fpc=fpc),
        design.degrees_of_freedom(both),
    )  # fmt: skip
    based = {claim.variable: claim.base for claim in survey.described.values()}
    return estimate_row(
        variable, name, found.statistic,
        claim=claim_of(survey.settings).get(variable, ""), group=group, scheme=survey.primary,
        n=int(both.sum()), df=found.df, df2=found.df2, p_value=found.p_value, effect=found.effect, fpc=fpc,
        method=label, variable_label=survey.label(variable), base=based.get(variable, "answered"),
    )  # fmt: skip


def _within(design: Design, inside: Array, *, fpc: bool) -> Covariance:
    """Covariance of a domain's influence values, which are 0 for those outside it."""
    whole = design.covariance(fpc=fpc)

    def of(scores: Array, again: Again | None = None) -> Array:
        everybody = np.zeros((len(inside), scores.shape[1]))
        everybody[inside] = scores
        return whole(everybody, None if again is None else lambda W: again(W[inside]))

    return of
