"""Tests and measures of association of two-way tables under a survey design.

Sources: Rao and Scott (1984), second order; R's ``svychisq``; Cramér (1946) for V.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.engine import FTest
from surveypipe.estimation.group_tests import Covariance, f_tail, quadratic_form

Floats = NDArray[np.float64]


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

    Returns
    -------
    RaoScott
        Nothing but X² where so many cells are empty that the interaction cannot be tested.
    """
    import pandas as pd
    from scipy.special import chdtrc

    given, of = pd.Series(np.asarray(rows)), pd.Series(np.asarray(columns))
    inside = (given.notna() & of.notna()).to_numpy()
    # An answer that nobody of the groups gave is no row of the table.
    r, c = (pd.factorize(one.where(inside), sort=True)[0] for one in (given, of))
    R, C = int(r.max()) + 1, int(c.max()) + 1
    share = np.where(inside, np.asarray(weights, float), 0.0)
    cell = np.zeros((len(share), R * C))
    cell[np.flatnonzero(inside), (r * C + c)[inside]] = 1.0
    p = share @ cell / share.sum()
    V = covariance(
        share[:, None] * np.where(inside[:, None], cell - p, 0.0) / share.sum(),
        lambda W: (cell.T @ W / W[inside].sum(axis=0)).T,
    )
    n = int(inside.sum())
    x2 = pearson_x2(p.reshape(R, C), n)
    contrast = _interaction(R, C)
    inverse = np.diag(np.where(p > 0, 1 / np.where(p > 0, p, 1.0), 0.0))
    expected = contrast.T @ (inverse / n) @ contrast
    observed = contrast.T @ inverse @ V @ inverse @ contrast
    # With too many empty cells some of the interaction is not there to be tested.
    whole = np.linalg.matrix_rank(expected) == len(expected)
    delta = np.linalg.solve(expected, observed) if whole else np.full_like(expected, np.nan)
    trace, squares = float(np.trace(delta)), float(np.trace(delta @ delta))
    if not trace > 0:
        return RaoScott(x2, np.nan, np.nan, FTest(np.nan, np.nan, np.nan, np.nan))
    k, ndf = (R - 1) * (C - 1), trace**2 / squares
    F, ddf = x2 / trace, ndf * design_df
    return RaoScott(x2, trace / k, float(chdtrc(k, x2 * k / trace)), FTest(F, ndf, ddf, f_tail(F, ndf, ddf)))


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
    V = covariance(np.column_stack(scores), partial(_departures, r, c, table.shape))
    W = quadratic_form(point, V)
    k = float(len(point))
    plain, adjusted = W / k, W * (design_df - k + 1) / (k * design_df)
    return (
        FTest(plain, k, design_df, f_tail(plain, k, design_df)),
        FTest(adjusted, k, design_df - k + 1, f_tail(adjusted, k, design_df - k + 1)),
    )


def _departures(r: NDArray[np.intp], c: NDArray[np.intp], shape: tuple[int, int], W: Floats) -> Floats:
    """Departures p_rc − p_r p_c of all but the last row and column, under weights of shape (n, R)."""
    cell = np.zeros((len(r), shape[0] * shape[1]))
    cell[np.arange(len(r)), r * shape[1] + c] = 1.0
    tables = (cell.T @ W / W.sum(axis=0)).T.reshape(-1, *shape)
    apart = tables - tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True)
    return np.asarray(apart[:, :-1, :-1].reshape(len(apart), -1))


def smallest_expected(rows: ArrayLike, columns: ArrayLike) -> float:
    """Smallest count expected in a table of unweighted counts."""
    n = len(np.asarray(rows))
    table = weighted_table(rows, columns, np.ones(n))
    return float(n * np.outer(table.sum(axis=1), table.sum(axis=0)).min())


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
