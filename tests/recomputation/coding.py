"""Reliability of scales, and agreement of two coders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from recomputation.raw import Study


@dataclass
class Reliability:
    """Coefficients of one scale from those who answered every item."""

    n: int
    items: int
    alpha: tuple[float, float, float]
    ordinal_alpha: float
    omega: float
    ordinal_omega: float
    item_total: tuple[float, float]
    dropped: tuple[float, float]


def cronbach(matrix: np.ndarray) -> float:
    k = len(matrix)
    return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))


def reliability(study: Study, items: list[str], level: float) -> Reliability:
    data = study.cases[items].astype(float).dropna()
    n, k = data.shape
    covariance = np.cov(data.T)
    alpha = cronbach(covariance)
    tail = (1 - level) / 2
    low, high = (
        1 - (1 - alpha) * stats.f.ppf(q, n - 1, (n - 1) * (k - 1)) for q in (1 - tail, tail)
    )  # Feldt (1965)
    rest = [np.delete(np.arange(k), j) for j in range(k)]
    totals = [np.corrcoef(data.iloc[:, j], data.iloc[:, rest[j]].sum(axis=1))[0, 1] for j in range(k)]
    dropped = [cronbach(covariance[np.ix_(r, r)]) for r in rest]
    poly = np.eye(k)
    for i in range(k):
        for j in range(i):
            poly[i, j] = poly[j, i] = polychoric(data.iloc[:, i], data.iloc[:, j])
    return Reliability(
        n, k, (alpha, float(low), float(high)), cronbach(poly), omega(np.corrcoef(data.T)), omega(poly),
        (min(totals), max(totals)), (min(dropped), max(dropped)),
    )  # fmt: skip


def polychoric(a: pd.Series, b: pd.Series) -> float:
    """Two-step maximum likelihood (Olsson 1979)."""
    table = pd.crosstab(a, b).to_numpy(float)
    cuts = [
        np.clip(
            stats.norm.ppf(np.concatenate([[0], np.cumsum(table.sum(axis=1 - side)) / table.sum()])), -8, 8
        )
        for side in (0, 1)
    ]

    def loss(rho: float) -> float:
        grid = np.array([[_bivariate(h, k, rho) for k in cuts[1]] for h in cuts[0]])
        p = np.diff(np.diff(grid, axis=0), axis=1)
        return -float((table * np.log(np.maximum(p, 1e-300))).sum())

    return float(optimize.minimize_scalar(loss, bounds=(-0.999, 0.999), method="bounded",
                                          options={"xatol": 1e-8}).x)  # fmt: skip


def _bivariate(h: float, k: float, rho: float) -> float:
    """P(X < h, Y < k) as the integral of P(Y < k | X = x) over the normal density of x."""
    nodes = np.linspace(-8, h, 401)
    if nodes[-1] <= nodes[0]:
        return 0.0
    values = stats.norm.pdf(nodes) * _phi((k - rho * nodes) / np.sqrt(1 - rho**2))
    step = nodes[1] - nodes[0]
    return float(step / 3 * (values[0] + values[-1] + 4 * values[1:-1:2].sum() + 2 * values[2:-1:2].sum()))


def _phi(x: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(x)


def omega(r: np.ndarray) -> float:
    """(Σλ)²/((Σλ)² + Σ(1 − λ²)), λ by least squares of the correlations off the diagonal."""
    k = len(r)
    upper = np.triu_indices(k, 1)

    def gaps(loadings: np.ndarray) -> np.ndarray:
        return np.outer(loadings, loadings)[upper] - r[upper]

    loadings = optimize.least_squares(gaps, np.full(k, 0.6), xtol=1e-14, ftol=1e-14, gtol=1e-14).x
    common = loadings.sum() ** 2
    return float(common / (common + (1 - loadings**2).sum()))


@dataclass
class Theme:
    """A theme of an open question: shares of those who wrote, and agreement."""

    shares: dict[str, float]
    kappa: tuple[float, float, float]
    alpha: float
    ac1: float


@dataclass
class Question:
    """An open question."""

    n: dict[str, int]
    themes: dict[str, Theme]
    pooled: tuple[float, float, float]


def open_questions(study: Study, group: str, levels: list[str], level: float) -> dict[str, Question]:
    codes = pd.read_csv(study.root / study.config["inputs"]["codes"], dtype=str)
    made = {}
    for question, labels in study.config["analysis"]["agreement"]["questions"].items():
        text = study.cases[question]
        wrote = [i for i in study.cases.index if isinstance(text[i], str) and text[i].strip()]
        coders = sorted(codes.loc[codes["question"] == question, "coder"].unique())
        given = {
            coder: {
                row["case_id"]: set(str(row["codes"] if isinstance(row["codes"], str) else "").split(";"))
                for _, row in codes[(codes["question"] == question) & (codes["coder"] == coder)].iterrows()
            }
            for coder in coders
        }
        both = [i for i in wrote if all(i in given[c] for c in coders)]
        first, second = (
            np.array([[code in given[c][i] for code in labels] for i in both], float) for c in coders
        )
        final = pd.DataFrame(first * second, index=both, columns=list(labels))
        places = {"all": both} | {g: [i for i in both if study.cases.loc[i, group] == g] for g in levels}
        themes = {}
        for k, code in enumerate(labels):
            shares = {place: float(final.loc[ids, code].mean()) for place, ids in places.items()}
            themes[labels[code]] = Theme(shares, *_agreement(first[:, k], second[:, k], level))
        made[question] = Question(
            {place: len(ids) for place, ids in places.items()}, themes, _pooled(first, second, level)
        )
    return made


def _agreement(a: np.ndarray, b: np.ndarray, level: float) -> tuple[tuple[float, float, float], float, float]:
    n = len(a)
    table = np.array([[((a == i) & (b == j)).mean() for j in (0, 1)] for i in (0, 1)])
    row, column = table.sum(1), table.sum(0)
    seen, chance = np.trace(table), row @ column
    kappa = (seen - chance) / (1 - chance)
    # Fleiss, Cohen and Everitt (1969).
    part = sum(table[i, i] * ((1 - chance) - (column[i] + row[i]) * (1 - seen)) ** 2 for i in (0, 1))
    part += (1 - seen) ** 2 * sum(
        table[i, j] * (column[i] + row[j]) ** 2 for i in (0, 1) for j in (0, 1) if i != j
    )
    part -= (seen * chance - 2 * chance + seen) ** 2
    se = np.sqrt(max(part, 0.0) / n) / (1 - chance) ** 2
    z = stats.norm.ppf(0.5 + level / 2)
    share = (row + column) / 2
    # Krippendorff: coincidences of 2n values; observed over expected disagreement.
    values = np.concatenate([a, b]).sum()
    expected = 2 * values * (2 * n - values) / (2 * n * (2 * n - 1))
    alpha = 1 - (1 - seen) / expected
    gwet = 2 * share[1] * (1 - share[1])
    return (
        (float(kappa), max(-1.0, float(kappa - z * se)), min(1.0, float(kappa + z * se))),
        float(alpha),
        float((seen - gwet) / (1 - gwet)),
    )


def _pooled(first: np.ndarray, second: np.ndarray, level: float) -> tuple[float, float, float]:
    """Kappa from observed and chance agreement averaged over themes; jackknife over answers."""

    def kappa(a: np.ndarray, b: np.ndarray) -> float:
        seen = (a == b).mean()
        chance = (a.mean(0) * b.mean(0) + (1 - a.mean(0)) * (1 - b.mean(0))).mean()
        return float((seen - chance) / (1 - chance))

    n = len(first)
    whole = kappa(first, second)
    each = np.array([kappa(np.delete(first, i, 0), np.delete(second, i, 0)) for i in range(n)])
    se = np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum())
    half = stats.t.ppf(0.5 + level / 2, n - 1) * se
    return whole, max(-1.0, float(whole - half)), min(1.0, float(whole + half))
