"""Tests of means and ranks between groups under a survey design, with effect sizes.

They are made of influence functions and a covariance, so that the same functions serve the second phase
(with or without its finite-population correction, which svy's rank test ignores) and a sample of strata and
clusters.
Those of two-way tables stand in :mod:`surveypipe.estimation.contingency`.

Sources: Lumley and Scott (2013) for ranks; R's ``svyttest`` and ``svyranktest``; Cliff (1993) for delta.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.engine import TTest
from surveypipe.design.protocol import CovarianceOf

Floats = NDArray[np.float64]
Covariance = CovarianceOf


def _t_test(estimate: float, se: float, df: float) -> TTest:
    from scipy.special import stdtr

    if not (se > 0 and df > 0):
        return TTest(estimate, se, np.nan, df, np.nan)
    t = estimate / se
    return TTest(estimate, se, t, df, float(2 * stdtr(df, -abs(t))))


def f_tail(F: float, ndf: float, ddf: float) -> float:
    """Probability of an F as large or larger on (ndf, ddf) degrees of freedom."""
    from scipy.special import fdtrc

    return float(fdtrc(ndf, ddf, F))


def quadratic_form(point: Floats, V: Floats) -> float:
    """Wald's quadratic form b' V⁻¹ b; NaN where some combination of b has no variance."""
    spread = np.sqrt(np.diag(V))
    if not (spread > 0).all() or np.linalg.matrix_rank(V / np.outer(spread, spread)) < len(point):
        return np.nan
    return float(point @ np.linalg.solve(V, point))


@dataclass(frozen=True)
class Compared:
    """Two means under one design.

    Attributes
    ----------
    first, second
        Means of the two groups.
    difference
        Second minus first, as a t test.
    log_ratio
        Logarithm of second over first, as a t test; NaN where a mean is not above zero.
    """

    first: float
    second: float
    difference: TTest
    log_ratio: TTest


def compare_means(
    y: ArrayLike, second: ArrayLike, weights: ArrayLike, covariance: Covariance, df: float
) -> Compared:
    """Compare the means of two groups by linearisation.

    Parameters
    ----------
    y
        Outcome, shape (n,); NaN leaves the comparison.
    second
        1 in the second group, 0 in the first, NaN in neither; shape (n,).
    weights
        Final weights, shape (n,).
    covariance
        Of totals of weighted influence values over all n respondents.
    df
        Degrees of freedom of the difference: those of the design less one (R's ``svyttest``).
    """
    values, group, w = (np.asarray(one, float) for one in (y, second, weights))
    means, scores = [], []
    for code in (0.0, 1.0):
        inside = (group == code) & ~np.isnan(values)
        share = np.where(inside, w, 0.0)
        mean = float((share * np.where(inside, values, 0.0)).sum() / share.sum()) if inside.any() else np.nan
        means.append(mean)
        scores.append(share * np.where(inside, values - mean, 0.0) / max(share.sum(), 1e-300))
    again = partial(_means_again, values, group)
    # A group of which all answer alike has no influence, and is yet among those compared.
    among = (~np.isnan(group) & ~np.isnan(values)).astype(float)
    V = covariance(np.column_stack([*scores, among]), again)[:2, :2]
    first, last = means
    contrast = np.array([-1.0, 1.0])
    difference = _t_test(last - first, float(np.sqrt(contrast @ V @ contrast)), df)
    if not (first > 0 and last > 0):
        return Compared(first, last, difference, TTest(np.nan, np.nan, np.nan, df, np.nan))
    slope = np.array([-1 / first, 1 / last])
    ratio = _t_test(float(np.log(last / first)), float(np.sqrt(slope @ V @ slope)), df)
    return Compared(first, last, difference, ratio)


def _means_again(values: Floats, group: Floats, W: Floats) -> Floats:
    """Means of both groups under weights of shape (n, R), shape (R, 2)."""
    found = []
    for code in (0.0, 1.0):
        inside = (group == code) & ~np.isnan(values)
        found.append((values[inside] @ W[inside]) / W[inside].sum(axis=0))
    return np.column_stack(found)


@dataclass(frozen=True)
class RankTest:
    """A design-based rank test.

    Attributes
    ----------
    estimate
        Difference in mean rank score, second less first group (two groups); NaN for more.
    statistic
        t for two groups; the Wald χ² for more.
    ndf, ddf
        Degrees of freedom; ndf is 1 for two groups.
    p
        Two-sided p.
    """

    estimate: float
    statistic: float
    ndf: float
    ddf: float
    p: float


def rank_scores(y: ArrayLike, weights: ArrayLike, *, as_r: bool = False) -> Floats:
    """Estimated population ranks of y over the population size: mid-ranks, in (0, 1), shape (n,).

    Parameters
    ----------
    y, weights
        Values and weights, shape (n,).
    as_r
        Give ties the plain mean of their cumulated weights, as R's ``svyranktest`` does: it depends on the
        order of the file where weights differ, and serves comparison with R only.
    """
    values, w = np.asarray(y, float), np.asarray(weights, float)
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(w[order]) - w[order] / 2
    _, tied = np.unique(values[order], return_inverse=True)
    share = np.ones_like(w) if as_r else np.maximum(w[order], 1e-300)
    scores = np.empty_like(w)
    scores[order] = (np.bincount(tied, share * middle) / np.bincount(tied, share))[tied]
    return scores / w.sum()


def rank_test(
    y: ArrayLike,
    group: ArrayLike,
    weights: ArrayLike,
    covariance: Covariance,
    design_df: float,
    *,
    as_r: bool = False,
) -> RankTest:
    """Wilcoxon form for two groups, Kruskal-Wallis form for more (Lumley and Scott 2013).

    Parameters
    ----------
    y
        Outcome, shape (n,); NaN leaves the test.
    group
        Codes 0, 1, ... of the group, NaN for none; shape (n,).
    weights
        Final weights, shape (n,).
    covariance
        Of totals of weighted influence values over all n respondents.
    design_df
        Degrees of freedom of the design among those compared.
    as_r
        See :func:`rank_scores`.
    """
    from scipy.special import fdtrc

    values, codes, w = (np.asarray(one, float) for one in (y, group, weights))
    inside = ~np.isnan(values) & ~np.isnan(codes)
    levels = np.unique(codes[inside])
    scores = np.zeros_like(w)
    scores[inside] = rank_scores(values[inside], w[inside], as_r=as_r)
    X = np.column_stack([inside.astype(float)] + [(codes == level).astype(float) for level in levels[1:]])
    X[~inside] = 0.0
    bread = np.linalg.inv((X * w[:, None]).T @ X)
    beta = bread @ (X * w[:, None]).T @ scores
    # Totals of influence values under replicates too, as R: ranks are not made again.
    V = covariance((X * (w * (scores - X @ beta))[:, None]) @ bread)
    if len(levels) == 2:
        test = _t_test(float(beta[1]), float(np.sqrt(V[1, 1])), design_df - 1)
        return RankTest(test.estimate, test.t, 1.0, test.df, test.p)
    chisq = quadratic_form(beta[1:], V[1:, 1:])
    ndf = float(len(levels) - 1)
    ddf = design_df - ndf
    return RankTest(np.nan, chisq, ndf, ddf, float(fdtrc(ndf, ddf, chisq / ndf)))


def cliffs_delta(y: ArrayLike, second: ArrayLike, weights: ArrayLike) -> float:
    """Weighted Cliff's delta: P(second > first) − P(second < first)."""
    values, group, w = (np.asarray(one, float) for one in (y, second, weights))
    inside = ~np.isnan(values) & ~np.isnan(group)
    a, b = inside & (group == 0), inside & (group == 1)
    if not a.any() or not b.any():
        return np.nan
    levels, codes = np.unique(values[inside], return_inverse=True)
    share = np.zeros((2, len(levels)))
    np.add.at(share, (group[inside].astype(int), codes), w[inside])
    share = share / share.sum(axis=1, keepdims=True)
    below = np.cumsum(share[0]) - share[0]
    above = 1 - np.cumsum(share[0])
    return float(share[1] @ (below - above))


def constant_within(weights: ArrayLike, group: ArrayLike) -> bool:
    """Whether weights are the same for everybody within each group compared."""
    w, g = np.asarray(weights, float), np.asarray(group)
    return all(np.ptp(w[g == level]) <= 1e-9 * w.max() for level in np.unique(g))
