"""Equivalence of two measures on the same people: two one-sided tests (TOST) on the paired difference.

The margin is set in the configuration, in scale points. At the confidence level 1 − α of the study the
interval at 1 − 2α within the margin is the test at α (Schuirmann 1987): the 90 % interval where the level is
95 %. The interval at the level itself tells whether the two also differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveypipe.design.intervals import t_interval
from surveypipe.problems import SurveyError
from surveypipe.study.comparing import equivalence_outcome, tost_level


@dataclass(frozen=True)
class Equivalence:
    """An equivalence test of a mean paired difference.

    Attributes
    ----------
    estimate, se, df
        Mean difference in scale points, its standard error and degrees of freedom.
    margin
        Half-width of the range held equivalent, in scale points.
    ci_tost, ci
        Intervals of the mean difference at 1 − 2α, which decides, and at 1 − α.
    p
        The greater p of the two one-sided tests.
    power_at_zero
        Probability of concluding equivalence if the true difference were 0, at this standard error.
    verdict
        See :func:`surveypipe.study.claims.equivalence_outcome`.
    """

    estimate: float
    se: float
    df: float
    margin: float
    ci_tost: tuple[float, float]
    ci: tuple[float, float]
    p: float
    power_at_zero: float
    verdict: str


def equivalence_test(
    estimate: float, se: float, df: float, margin: float, *, level: float = 0.95, known: bool = False
) -> Equivalence:
    """Test whether a mean difference lies within ± margin.

    Parameters
    ----------
    estimate, se, df
        Mean paired difference, standard error and degrees of freedom.
    margin
        In scale points, above zero; never a multiple of an estimated standard deviation.
    level
        Confidence level 1 − α of the study; each one-sided test is at α.
    known
        Whether everybody answered: the difference is then known, and its value alone decides.

    Raises
    ------
    SurveyError
        If the margin is not above zero.

    Notes
    -----
    Power at 0 is max(0, 2 F_t(margin/SE − t_{1−α}) − 1), the central-t form with the standard error taken
    as known (Julious 2004).
    """
    from scipy.special import stdtr, stdtrit

    if not margin > 0:
        raise SurveyError(f"claims: the margin of an equivalence must be above zero; it is {margin:g}.")
    inner, outer = (
        tuple(float(end) for end in t_interval(estimate, se, df, level=at))
        for at in (tost_level(level), level)
    )
    ci_tost, ci = (inner[0], inner[1]), (outer[0], outer[1])
    if known:
        value = (estimate, estimate)
        verdict = equivalence_outcome(margin, value, value)
        return Equivalence(estimate, 0.0, df, margin, value, value, np.nan, 1.0, verdict)
    if not (se > 0 and df > 0):
        return Equivalence(estimate, se, df, margin, ci_tost, ci, np.nan, np.nan, "inconclusive")
    upper = stdtr(df, (estimate - margin) / se)
    lower = stdtr(df, -(estimate + margin) / se)
    power = max(0.0, float(2 * stdtr(df, margin / se - float(stdtrit(df, level))) - 1))
    return Equivalence(
        estimate, se, df, margin, ci_tost, ci, float(max(lower, upper)), power,
        equivalence_outcome(margin, ci_tost, ci),
    )  # fmt: skip
