"""Amounts that claims are made of and that are no means: a ratio of two sums, a total, a median."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.design.quantiles import domain_quantiles
from surveypipe.design.totals import ROUNDING, domain_totals
from surveypipe.estimation.estimated import Estimated, nothing, with_interval
from surveypipe.estimation.survey import Survey, answers
from surveypipe.study.amounts import MedianClaim, RatioClaim, TotalClaim

Floats = NDArray[np.float64]


def ratio(survey: Survey, claim: RatioClaim, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    r"""Ratio of two sums over those who gave both numbers.

    :math:`\hat R = \sum_i w_i y_i / \sum_i w_i x_i`, whose weighted influence values are
    :math:`w_i (y_i - \hat R x_i) / \sum_j w_j x_j` (Särndal, Swensson and Wretman 1992, section 5.6; R's
    ``svyratio``); a t interval with the degrees of freedom of the design among them.
    """
    y, x = (survey.respondents[name].to_numpy(float) for name in claim.variables)
    both = inside & ~np.isnan(y) & ~np.isnan(x)
    n = int(both.sum())
    method = f"sum of {claim.variable} over sum of {claim.over}; {survey.variance_of(design)}; t interval"
    above, below = (np.where(both, one, 0.0) for one in (y, x))
    under = float(design.weights @ below)
    if n == 0:
        return nothing(n, n, method)
    if not under > 0:
        return nothing(n, n, method, f"the sum of {claim.over} is not above nought")
    found = float(design.weights @ above) / under
    # Beside who is among them: a stratum of nothing but noughts belongs to the domain as well.
    scores = np.column_stack([(above - found * below) / under, both / under]) * design.weights[:, None]
    columns = np.column_stack([above, both.astype(float), below])

    def again(weights: Floats) -> Floats:
        sums = weights.T @ columns
        return sums[:, :2] / sums[:, 2:]

    variance = float(design.covariance(fpc=survey.fpc)(scores, again)[0, 0])
    rounding = ROUNDING * float((scores[:, 1] ** 2).sum()) * max(found**2, 1e-300)
    se = float(np.sqrt(variance)) if variance > rounding else 0.0
    df = design.degrees_of_freedom(both)
    residuals = np.abs(above - found * below)[both]
    varies = bool((residuals > 1e-12 * np.abs(above[both]).max()).any())
    return with_interval(survey, design, both, found, se, df, n, n, method, varies=varies)


def total(survey: Survey, claim: TotalClaim, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    """Total over the population, see :func:`surveypipe.design.totals.domain_totals`, with its t interval.

    Whoever left the question out counts for nothing in it.
    """
    y = np.where(inside, answers(survey.respondents, claim), np.nan)
    known = ~np.isnan(y)
    n, method = int(known.sum()), f"{survey.variance_of(design)}; t interval"
    gave = int(np.nansum(y)) if claim.level is not None else n
    if not n:
        return nothing(n, gave, method)
    table = domain_totals(y[:, None], design, fpc=survey.fpc)
    found, se, df = (float(column[0]) for column in (table.estimate, table.se, table.df))
    # Nobody or all of those who answered gave the answer; a sum of equal numbers still varies.
    varies = claim.level is None or 0 < gave < n
    return with_interval(survey, design, known, found, se, df, n, gave, method, varies=varies)


def median(survey: Survey, claim: MedianClaim, design: Design, inside: NDArray[np.bool_]) -> Estimated:
    """Median with Woodruff's interval, see :func:`surveypipe.design.quantiles.domain_quantiles`."""
    y = np.where(inside, survey.respondents[claim.variable].to_numpy(float), np.nan)
    known = ~np.isnan(y)
    n, method = int(known.sum()), f"{survey.variance_of(design)}; Woodruff interval"
    if not n:
        return nothing(n, n, method)
    found = domain_quantiles(y, design, [0.5], fpc=survey.fpc, level=survey.level)[0]
    if survey.fpc and bool(design.complete(known[:, None])[0]):
        return Estimated(found.estimate, 0.0, found.df, found.estimate, found.estimate, n, n, method)
    flag = (
        ""
        if np.isfinite([found.ci_low, found.ci_high]).all()
        else "the distribution ends within the interval"
    )
    return Estimated(found.estimate, found.se, found.df, found.ci_low, found.ci_high, n, n, method, flag)
