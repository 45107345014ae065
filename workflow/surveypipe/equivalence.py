"""Equivalence of two measures on the same people: two one-sided tests (TOST) on the paired difference.

The margin is set in the configuration, in scale points. The 90 % interval within the margin is the test
at 5 % (Schuirmann 1987); the 95 % interval tells whether the two also differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveypipe.claims import equivalence_verdict
from surveypipe.intervals import t_interval
from surveypipe.problems import SurveyError


@dataclass(frozen=True)
class Equivalence:
    """An equivalence test of a mean paired difference.

    Attributes
    ----------
    estimate, se, df
        Mean difference in scale points, its standard error and degrees of freedom.
    margin
        Half-width of the range held equivalent, in scale points.
    ci90, ci95
        Intervals of the mean difference.
    p
        The greater p of the two one-sided tests.
    power_at_zero
        Probability of concluding equivalence if the true difference were 0, at this standard error.
    verdict
        See :func:`surveypipe.claims.equivalence_verdict`.
    """

    estimate: float
    se: float
    df: float
    margin: float
    ci90: tuple[float, float]
    ci95: tuple[float, float]
    p: float
    power_at_zero: float
    verdict: str


def equivalence_test(estimate: float, se: float, df: float, margin: float) -> Equivalence:
    """Test whether a mean difference lies within ± margin.

    Parameters
    ----------
    estimate, se, df
        Mean paired difference, standard error and degrees of freedom.
    margin
        In scale points, above zero; never a multiple of an estimated standard deviation.

    Raises
    ------
    SurveyError
        If the margin is not above zero.

    Notes
    -----
    Power at 0 is max(0, 2 F_t(margin/SE − t_.95) − 1), the central-t form with the standard error taken
    as known (Julious 2004).
    """
    from scipy.special import stdtr, stdtrit

    if not margin > 0:
        raise SurveyError(f"claims: the margin of an equivalence must be above zero; it is {margin:g}.")
    low90, high90 = (float(end) for end in t_interval(estimate, se, df, level=0.90))
    low95, high95 = (float(end) for end in t_interval(estimate, se, df, level=0.95))
    if not (se > 0 and df > 0):
        return Equivalence(
            estimate, se, df, margin, (low90, high90), (low95, high95), np.nan, np.nan, "inconclusive"
        )
    upper = stdtr(df, (estimate - margin) / se)
    lower = stdtr(df, -(estimate + margin) / se)
    power = max(0.0, float(2 * stdtr(df, margin / se - float(stdtrit(df, 0.95))) - 1))
    return Equivalence(
        estimate, se, df, margin, (low90, high90), (low95, high95), float(max(lower, upper)), power,
        equivalence_verdict(margin, (low90, high90), (low95, high95)),
    )  # fmt: skip
