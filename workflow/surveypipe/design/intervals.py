"""Confidence intervals from an estimate, its standard error and explicit degrees of freedom.

All functions take arrays or scalars and return two arrays. A proportion of 0 or 1 carries no standard error
of its own: every method then gives the Korn-Graubard interval of the effective number of respondents
(Clopper-Pearson), never a point.

Sources: Korn and Graubard (1998); Wilson (1927) on the effective sample size; R's ``svyciprop``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.problems import SurveyError, shown

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def _t(df: ArrayLike, level: float) -> Floats:
    from scipy.special import stdtrit

    nu = np.asarray(df, dtype=float)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(nu > 0, stdtrit(np.where(nu > 0, nu, 1.0), (1 + level) / 2), np.nan))


def t_interval(estimate: ArrayLike, se: ArrayLike, df: ArrayLike, *, level: float = 0.95) -> Pair:
    """Symmetric interval: estimate ± t·SE. NaN where df is not above zero."""
    centre, half = np.asarray(estimate, float), _t(df, level) * np.asarray(se, float)
    return centre - half, centre + half


def logit_interval(p: ArrayLike, se: ArrayLike, df: ArrayLike, *, level: float = 0.95) -> Pair:
    """Interval on the logit scale: expit(logit p ± t·SE / (p(1 − p)))."""
    from scipy.special import expit, logit

    share = np.asarray(p, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _t(df, level) * np.asarray(se, float) / (share * (1 - share))
        return expit(logit(share) - half), expit(logit(share) + half)


def arcsine_interval(p: ArrayLike, se: ArrayLike, df: ArrayLike, *, level: float = 0.95) -> Pair:
    """Interval on the scale of asin √p, the limits held within [0, 1]."""
    share = np.asarray(p, float)
    angle = np.arcsin(np.sqrt(share))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _t(df, level) * np.asarray(se, float) / (2 * np.sqrt(share * (1 - share)))
    low, high = np.clip(angle - half, 0, np.pi / 2), np.clip(angle + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


# Effective number of respondents from which a share is as good as known.
CERTAIN = 1e12


def effective_n(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    n: ArrayLike,
    *,
    level: float = 0.95,
    capped: bool = False,
    n_start: ArrayLike | None = None,
) -> Floats:
    """Effective number of respondents n* = p(1 − p)/SE² · (t_{n−1}/t_df)², adjusted for df.

    Parameters
    ----------
    p, se, df, n
        Proportion, standard error, degrees of freedom and respondents in its base.
    level
        Level of the interval.
    capped
        Hold n* at n (as the National Center for Health Statistics does).
    n_start
        Stands in for p(1 − p)/SE² where p is 0 or 1 and SE says nothing, for example n over the design
        effect of the weights; n if left out.
    """
    share, error, count = (np.asarray(value, float) for value in (p, se, n))
    start = count if n_start is None else np.asarray(n_start, float)
    bound = (share <= 0) | (share >= 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(bound, start, share * (1 - share) / error**2)
        size = size * (_t(count - 1, level) / _t(df, level)) ** 2
    # Without the cap a proportion of 0 or 1 would seem better known than by as many independent answers.
    return np.where(capped | bound, np.minimum(size, count), size)


def korn_graubard_interval(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    n: ArrayLike,
    *,
    level: float = 0.95,
    capped: bool = False,
    n_start: ArrayLike | None = None,
) -> Pair:
    """Clopper-Pearson interval of the effective number of respondents (R's ``beta``).

    See :func:`effective_n` for the parameters.
    """
    from scipy.special import betaincinv

    share = np.asarray(p, float)
    size = effective_n(share, se, df, n, level=level, capped=capped, n_start=n_start)
    x, alpha = size * share, (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(share <= 0, 0.0, betaincinv(np.maximum(x, 1e-300), size - x + 1, alpha))
        high = np.where(share >= 1, 1.0, betaincinv(x + 1, np.maximum(size - x, 1e-300), 1 - alpha))
    # So many respondents leave no error, and more than the beta quantile has digits for.
    certain = size > CERTAIN
    low, high = np.where(certain, share, low), np.where(certain, share, high)
    known = ~np.isnan(size)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def wilson_interval(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    n: ArrayLike,
    *,
    level: float = 0.95,
    n_start: ArrayLike | None = None,
) -> Pair:
    """Wilson interval with the effective number of respondents p(1 − p)/SE² and the quantile of t_df."""
    share, error = np.asarray(p, float), np.asarray(se, float)
    start = np.asarray(n if n_start is None else n_start, float)
    q = _t(df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where((share <= 0) | (share >= 1), start, share * (1 - share) / error**2)
        centre = (share + q**2 / (2 * size)) / (1 + q**2 / size)
        half = q / (1 + q**2 / size) * np.sqrt(share * (1 - share) / size + q**2 / (4 * size**2))
    return centre - half, centre + half


Interval = Callable[[Floats, Floats, Floats, Floats, float, Floats], Pair]

# Name in the configuration -> interval of (p, se, df, n, level, n_start).
PROPORTION_INTERVALS: dict[str, Interval] = {
    "logit": lambda p, se, df, n, level, start: logit_interval(p, se, df, level=level),
    "korn_graubard": lambda p, se, df, n, level, start: korn_graubard_interval(
        p, se, df, n, level=level, n_start=start
    ),
    "korn_graubard_capped": lambda p, se, df, n, level, start: korn_graubard_interval(
        p, se, df, n, level=level, capped=True, n_start=start
    ),
    "wilson": lambda p, se, df, n, level, start: wilson_interval(p, se, df, n, level=level, n_start=start),
    "arcsine": lambda p, se, df, n, level, start: arcsine_interval(p, se, df, level=level),
    "t": lambda p, se, df, n, level, start: t_interval(p, se, df, level=level),
}
INTERVAL_NAMES = {
    "logit": "logit interval",
    "korn_graubard": "Korn-Graubard interval",
    "korn_graubard_capped": "Korn-Graubard interval capped at n",
    "wilson": "Wilson interval",
    "arcsine": "arcsine interval",
    "t": "t interval",
}


def proportion_interval(
    p: ArrayLike,
    se: ArrayLike,
    df: ArrayLike,
    n: ArrayLike,
    *,
    method: str = "logit",
    level: float = 0.95,
    n_start: ArrayLike | None = None,
) -> Pair:
    """Interval of a proportion by a named method; Korn-Graubard where the proportion is 0 or 1.

    Parameters
    ----------
    p, se, df, n
        Proportion, standard error, degrees of freedom, respondents in the base.
    method
        A key of :data:`PROPORTION_INTERVALS`.
    level
        Level of the interval.
    n_start
        See :func:`effective_n`.

    Raises
    ------
    SurveyError
        If the method is unknown.
    """
    if method not in PROPORTION_INTERVALS:
        raise SurveyError(
            f"analysis.proportion_interval: unknown method '{method}'; choose one of "
            f"{shown(PROPORTION_INTERVALS, limit=9)}."
        )
    share, error, nu, count = np.broadcast_arrays(
        *(np.asarray(value, dtype=float) for value in (p, se, df, n))
    )
    start = count if n_start is None else np.broadcast_to(np.asarray(n_start, float), share.shape)
    low, high = PROPORTION_INTERVALS[method](share, error, nu, count, level, start)
    at_end = (share <= 0) | (share >= 1)
    kg_low, kg_high = korn_graubard_interval(share, error, nu, count, level=level, capped=True, n_start=start)
    return np.where(at_end, kg_low, low), np.where(at_end, kg_high, high)
