"""Quantiles of respondents under their design, with Woodruff's intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.design.variance import linearised_means

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Quantile:
    """A quantile in units of y, with standard error, degrees of freedom, interval and respondents."""

    estimate: float
    se: float
    df: int
    ci_low: float
    ci_high: float
    n: int


def weighted_quantiles(y: Floats, weights: Floats, p: Sequence[float]) -> Floats:
    """Smallest value at which the weighted distribution reaches p (R's rule ``math``); shape (len(p),)."""
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    # A share that rounding leaves just under p has reached it.
    place = np.searchsorted(reached, np.asarray(p) * (1 - 1e-12), side="left")
    return np.asarray(y[order][np.clip(place, 0, len(y) - 1)])


def domain_quantiles(
    y: Floats, design: Design, p: Sequence[float], *, fpc: bool, level: float
) -> list[Quantile]:
    """Quantiles with intervals made on the probability scale (Woodruff 1952; R's ``svyquantile``).

    The share at or below the quantile has a t interval under the design's covariance; its ends are turned
    back into values of y. The standard error is the width over twice the t quantile. NaN where it is 0: an
    answer scale has few steps, and a width of 0 is the step, not certainty.

    Parameters
    ----------
    y
        Outcome, shape (n,); NaN is outside the domain, which has one respondent or more.
    design
        Respondents with their weights.
    p
        Probabilities.
    """
    from scipy.special import stdtrit

    inside = ~np.isnan(y)
    values, w, df = y[inside], design.weights[inside], design.degrees_of_freedom(inside)
    found = weighted_quantiles(values, w, p)
    below = np.where(inside[:, None], y[:, None] <= found[None, :], np.nan)
    share, z = linearised_means(below, design.weights, np.repeat(inside[:, None], len(p), axis=1))
    filled = np.where(inside[:, None], below, 0.0)
    covariance = design.covariance(fpc=fpc)(
        z * design.weights[:, None], lambda W: (filled.T @ W / W[inside].sum(axis=0)).T
    )
    se = np.sqrt(np.diag(covariance))
    made = []
    for q, centre, spread in zip(found, share, se, strict=True):
        half = float(stdtrit(df, 0.5 + level / 2)) if df > 0 else np.nan
        low = high = width = np.nan
        if half * spread > 0:
            ends = [centre - half * spread, centre + half * spread]
            low, high = (float(end) for end in weighted_quantiles(values, w, ends))
            # Where the distribution is not reached, there is no such value.
            low, high = low if ends[0] >= 0 else np.nan, high if ends[1] <= 1 else np.nan
            width = (high - low) / (2 * half)
        made.append(Quantile(float(q), width if width > 0 else np.nan, df, low, high, int(inside.sum())))
    return made
