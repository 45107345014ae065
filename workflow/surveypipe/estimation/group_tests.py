"""Tests between groups under a survey design, with effect sizes.

The Rao-Scott test (second order) and cell sums come from ``svy`` through the engine; the others are made of
influence functions and a covariance, so that the same functions serve the second phase (with or without
its finite-population correction, which svy's rank test ignores) and a sample of strata and clusters.

Sources: Rao and Scott (1984); Lumley and Scott (2013) for ranks; R's ``svychisq``, ``svyttest`` and
``svyranktest``; Cliff (1993) for delta.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.engine import FTest, TTest

Floats = NDArray[np.float64]
# Covariance, shape (k, k), of the totals of weighted influence values of shape (n, k).
Covariance = Callable[[Floats], Floats]


def _t_test(estimate: float, se: float, df: float) -> TTest:
    from scipy.special import stdtr

    if not (se > 0 and df > 0):
        return TTest(estimate, se, np.nan, df, np.nan)
    t = estimate / se
    return TTest(estimate, se, t, df, float(2 * stdtr(df, -abs(t))))


def _f_tail(F: float, ndf: float, ddf: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(ndf, ddf, F))


def _quadratic(point: Floats, V: Floats) -> float:
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
    V = covariance(np.column_stack(scores))
    first, last = means
    contrast = np.array([-1.0, 1.0])
    difference = _t_test(last - first, float(np.sqrt(contrast @ V @ contrast)), df)
    if not (first > 0 and last > 0):
        return Compared(first, last, difference, TTest(np.nan, np.nan, np.nan, df, np.nan))
    slope = np.array([-1 / first, 1 / last])
    ratio = _t_test(float(np.log(last / first)), float(np.sqrt(slope @ V @ slope)), df)
    return Compared(first, last, difference, ratio)


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
    V = covariance((X * (w * (scores - X @ beta))[:, None]) @ bread)
    if len(levels) == 2:
        test = _t_test(float(beta[1]), float(np.sqrt(V[1, 1])), design_df - 1)
        return RankTest(test.estimate, test.t, 1.0, test.df, test.p)
    chisq = _quadratic(beta[1:], V[1:, 1:])
    ndf = float(len(levels) - 1)
    ddf = design_df - ndf
    return RankTest(np.nan, chisq, ndf, ddf, float(fdtrc(ndf, ddf, chisq / ndf)))


def weighted_table(rows: ArrayLike, columns: ArrayLike, weights: ArrayLike) -> Floats:
    """Weighted shares of a two-way table, levels in sorted order; shape (r, c), sum 1."""
    _, r = np.unique(np.asarray(rows), return_inverse=True)
    _, c = np.unique(np.asarray(columns), return_inverse=True)
    table = np.zeros((r.max() + 1, c.max() + 1))
    np.add.at(table, (r, c), np.asarray(weights, float))
    return table / table.sum()


def cramers_v(table: Floats) -> float:
    """Cramér's V of a table of shares; NaN where a margin has a single level."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    smaller = min(table.shape) - 1
    if smaller < 1:
        return np.nan
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / smaller))


def pearson_x2(table: Floats, n: int) -> float:
    """Pearson's X² of a table of weighted shares of n respondents."""
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    return float(n * ((table - expected) ** 2 / expected).sum())


@dataclass(frozen=True)
class RaoScott:
    """Rao-Scott tests of independence.

    Attributes
    ----------
    x2
        Pearson's X² of the weighted table.
    mean_deff
        Mean generalised design effect.
    first_order_p
        p of X² / mean_deff as χ² (R's ``statistic="Chisq"``, whose statistic is X²).
    second_order
        The F test (R's ``statistic="F"``).
    """

    x2: float
    mean_deff: float
    first_order_p: float
    second_order: FTest


def rao_scott_test(
    rows: ArrayLike, columns: ArrayLike, weights: ArrayLike, covariance: Covariance, design_df: float
) -> RaoScott:
    """Rao-Scott test from a covariance; equals ``svy`` and serves designs that it does not.

    Parameters
    ----------
    rows, columns
        Answers and groups of all n respondents; None or NaN in either leaves the test.
    weights
        Final weights, shape (n,).
    covariance
        Of totals of weighted influence values over all n respondents.
    design_df
        Degrees of freedom of the design among those compared.
    """
    import pandas as pd
    from scipy.special import chdtrc

    r, _ = pd.factorize(np.asarray(rows), sort=True)
    c, _ = pd.factorize(np.asarray(columns), sort=True)
    inside = (r >= 0) & (c >= 0)
    R, C = int(r.max()) + 1, int(c.max()) + 1
    share = np.where(inside, np.asarray(weights, float), 0.0)
    cell = np.zeros((len(share), R * C))
    cell[np.flatnonzero(inside), (r * C + c)[inside]] = 1.0
    p = share @ cell / share.sum()
    V = covariance(share[:, None] * np.where(inside[:, None], cell - p, 0.0) / share.sum())
    n = int(inside.sum())
    x2 = pearson_x2(p.reshape(R, C), n)
    contrast = _interaction(R, C)
    inverse = np.diag(np.where(p > 0, 1 / np.where(p > 0, p, 1.0), 0.0))
    expected = contrast.T @ (inverse / n) @ contrast
    observed = contrast.T @ inverse @ V @ inverse @ contrast
    delta = np.linalg.solve(expected, observed)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    if not trace > 0:
        return RaoScott(x2, np.nan, np.nan, FTest(np.nan, np.nan, np.nan, np.nan))
    k, ndf = (R - 1) * (C - 1), trace**2 / squares
    F, ddf = x2 / trace, ndf * design_df
    return RaoScott(x2, trace / k, float(chdtrc(k, x2 * k / trace)), FTest(F, ndf, ddf, _f_tail(F, ndf, ddf)))


def _interaction(R: int, C: int) -> Floats:
    """Basis of the interaction in a log-linear model of an R by C table, shape (RC, (R−1)(C−1))."""
    row = np.eye(R)[:, 1:] - 1 / R
    column = np.eye(C)[:, 1:] - 1 / C
    return np.asarray(np.kron(row, column), dtype=np.float64)


def wald_test(
    rows: ArrayLike, columns: ArrayLike, weights: ArrayLike, covariance: Covariance, design_df: float
) -> tuple[FTest, FTest]:
    """Wald test of independence on p_rc − p_r p_c, and the same adjusted for few degrees of freedom.

    Returns
    -------
    tuple of FTest
        R's ``statistic="Wald"`` and ``"adjWald"``.
    """
    _, r = np.unique(np.asarray(rows), return_inverse=True)
    _, c = np.unique(np.asarray(columns), return_inverse=True)
    w = np.asarray(weights, float)
    total = w.sum()
    table = weighted_table(rows, columns, weights)
    p_r, p_c = table.sum(axis=1), table.sum(axis=0)
    theta, scores = [], []
    for i in range(table.shape[0] - 1):
        for j in range(table.shape[1] - 1):
            theta.append(table[i, j] - p_r[i] * p_c[j])
            in_r, in_c = (r == i).astype(float), (c == j).astype(float)
            # Influence of p_rc − p_r p_c, centred.
            z = in_r * in_c - table[i, j] - p_c[j] * (in_r - p_r[i]) - p_r[i] * (in_c - p_c[j])
            scores.append(w * z / total)
    point = np.array(theta)
    W = _quadratic(point, covariance(np.column_stack(scores)))
    k = float(len(point))
    plain, adjusted = W / k, W * (design_df - k + 1) / (k * design_df)
    return (
        FTest(plain, k, design_df, _f_tail(plain, k, design_df)),
        FTest(adjusted, k, design_df - k + 1, _f_tail(adjusted, k, design_df - k + 1)),
    )


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


def smallest_expected(rows: ArrayLike, columns: ArrayLike) -> float:
    """Smallest count expected in a table of unweighted counts."""
    n = len(np.asarray(rows))
    table = weighted_table(rows, columns, np.ones(n))
    return float(n * np.outer(table.sum(axis=1), table.sum(axis=0)).min())


def constant_within(weights: ArrayLike, group: ArrayLike) -> bool:
    """Whether weights are the same for everybody within each group compared."""
    w, g = np.asarray(weights, float), np.asarray(group)
    return all(np.ptp(w[g == level]) <= 1e-9 * w.max() for level in np.unique(g))


def exact_test(rows: ArrayLike, columns: ArrayLike, *, draws: int = 9999, seed: int = 0) -> float:
    """Exact p of independence of unweighted counts.

    Fisher's test for two by two, else a permutation test of Pearson's X² with the margins held.
    """
    _, r = np.unique(np.asarray(rows), return_inverse=True)
    _, c = np.unique(np.asarray(columns), return_inverse=True)
    counts = np.zeros((r.max() + 1, c.max() + 1))
    np.add.at(counts, (r, c), 1.0)
    if counts.shape == (2, 2):
        from scipy.stats import fisher_exact

        return float(fisher_exact(counts)[1])
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / len(r)
    observed = ((counts - expected) ** 2 / expected).sum()
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(np.tile(c, (draws, 1)), axis=1)
    width = counts.shape[1]
    flat = (r * width)[None, :] + shuffled + (np.arange(draws) * counts.size)[:, None]
    drawn = np.bincount(flat.ravel(), minlength=draws * counts.size).reshape(draws, *counts.shape)
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    return float((1 + (statistics >= observed * (1 - 1e-12)).sum()) / (draws + 1))
