"""Regression models with linearised standard errors, and their average marginal effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

from recomputation.design import Scheme, variance
from recomputation.estimates import Survey


@dataclass
class Effect:
    """A coefficient or an effect, with interval and p."""

    value: float
    low: float
    high: float
    p: float


@dataclass
class Fit:
    """A fitted model: slopes first, then intercept or thresholds."""

    kind: str
    params: np.ndarray
    covariance: np.ndarray
    df: int
    x: np.ndarray
    y: np.ndarray
    w: np.ndarray
    rows: np.ndarray
    influence: np.ndarray

    def slope(self, place: int, level: float) -> Effect:
        return self._effect(self.params[place], np.sqrt(self.covariance[place, place]), level)

    def _effect(self, value: float, se: float, level: float) -> Effect:
        half = stats.t.ppf(0.5 + level / 2, self.df) * se
        return Effect(value, value - half, value + half, float(2 * stats.t.sf(abs(value / se), self.df)))

    def expected(self, x: np.ndarray, params: np.ndarray) -> np.ndarray:
        """Expected answer; of an ordinal model the probability of the highest answer."""
        p = x.shape[1]
        if self.kind == "linear":
            return x @ params[:p] + params[p]
        if self.kind == "logistic":
            return 1 / (1 + np.exp(-(x @ params[:p] + params[p])))
        return 1 - 1 / (1 + np.exp(-(params[-1] - x @ params[:p])))

    def marginal(self, place: int, indicator: bool, level: float) -> Effect:
        """Weighted mean over the cases of the change with a predictor; delta method, covariates fixed."""

        def average(params: np.ndarray) -> float:
            up, down = self.x.copy(), self.x.copy()
            if indicator:
                up[:, place], down[:, place] = 1.0, 0.0
                change = self.expected(up, params) - self.expected(down, params)
            else:
                step = 1e-4
                up[:, place] += step
                down[:, place] -= step
                change = (self.expected(up, params) - self.expected(down, params)) / (2 * step)
            return float(self.w @ change / self.w.sum())

        gradient = optimize.approx_fprime(self.params, average, 1e-6)
        return self._effect(
            average(self.params), float(np.sqrt(gradient @ self.covariance @ gradient)), level
        )


def fit(survey: Survey, scheme: Scheme, kind: str, y: np.ndarray, x: np.ndarray) -> Fit:
    """Maximum weighted likelihood; covariance from influence values, without the correction (Binder 1983).

    Rows with a missing value stay in the design with influence 0; df = n − H − p.
    """
    inside = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
    w = scheme.weight.to_numpy()[inside]
    target = y[inside]
    if kind == "ordinal":
        target = np.unique(target, return_inverse=True)[1].astype(float)
    parts = _Likelihood(kind, x[inside], target, w)
    params = parts.maximum()
    scores = parts.scores(params)
    influence = np.zeros((len(y), len(params)))
    influence[inside] = scores @ np.linalg.inv(parts.information(params))
    k = len(params)
    covariance = np.empty((k, k))
    single = [variance(scheme, influence[:, i], fpc=False) for i in range(k)]
    for i in range(k):
        for j in range(k):
            both = variance(scheme, influence[:, i] + influence[:, j], fpc=False)
            covariance[i, j] = (both - single[i] - single[j]) / 2
    df = int(inside.sum()) - scheme.cell[inside].nunique() - x.shape[1]
    return Fit(kind, params, covariance, df, x[inside], target, w, inside, influence)


class _Likelihood:
    """Log-likelihood of each case and its derivatives, by central differences where no formula is short."""

    def __init__(self, kind: str, x: np.ndarray, y: np.ndarray, w: np.ndarray) -> None:
        self.kind, self.x, self.y, self.w = kind, x, y, w
        self.p = x.shape[1]

    def each(self, params: np.ndarray) -> np.ndarray:
        if self.kind == "linear":
            return -0.5 * (self.y - self.x @ params[: self.p] - params[self.p]) ** 2
        if self.kind == "logistic":
            eta = self.x @ params[: self.p] + params[self.p]
            return self.y * eta - np.logaddexp(0, eta)
        cuts = np.concatenate([[-np.inf], params[self.p :], [np.inf]])
        eta = self.x @ params[: self.p]
        code = self.y.astype(int)
        high = 1 / (1 + np.exp(-(cuts[code + 1] - eta)))
        low = 1 / (1 + np.exp(-(cuts[code] - eta)))
        return np.log(high - low)

    def scores(self, params: np.ndarray, step: float = 1e-5) -> np.ndarray:
        moves = np.eye(len(params)) * step
        return np.column_stack(
            [self.w * (self.each(params + m) - self.each(params - m)) / (2 * step) for m in moves]
        )

    def information(self, params: np.ndarray, step: float = 1e-4) -> np.ndarray:
        moves = np.eye(len(params)) * step
        made = np.column_stack(
            [(self.scores(params + m).sum(0) - self.scores(params - m).sum(0)) / (-2 * step) for m in moves]
        )
        return (made + made.T) / 2

    def maximum(self) -> np.ndarray:
        if self.kind == "ordinal":
            shares = np.cumsum([self.w[self.y == k].sum() for k in np.unique(self.y)]) / self.w.sum()
            start = np.concatenate([np.zeros(self.p), np.log(shares[:-1] / (1 - shares[:-1]))])
        else:
            start = np.zeros(self.p + 1)
        params = start
        for _ in range(60):
            step = np.linalg.solve(self.information(params), self.scores(params).sum(0))
            params = params + step
            if np.abs(step).max() < 1e-9:
                break
        return params


@dataclass
class Model:
    """A model of the configuration: labels of its predictors and its four versions."""

    entry: dict[str, Any]
    names: list[tuple[str, Any]]
    adjusted: Fit
    alone: list[Fit]
    plain: Fit


def models(survey: Survey) -> list[Model]:
    made = []
    unweighted = next(
        survey.schemes[key]
        for key, scheme in survey.config["weighting"]["schemes"].items()
        if scheme["method"] == "none"
    )
    for entry in survey.config["analysis"]["models"]:
        names, columns = _columns(survey, entry)
        y = survey.study.cases[entry["outcome"]].to_numpy(float)
        if entry["kind"] == "logistic":
            y = np.where(np.isnan(y), np.nan, (y == survey.study.counted(entry["outcome"])).astype(float))
        x = np.column_stack(columns)
        x[np.isnan(x).any(axis=1)] = np.nan
        single = [np.where(np.isnan(x).any(axis=1), np.nan, x[:, [k]].T).T for k in range(x.shape[1])]
        made.append(
            Model(
                entry,
                names,
                fit(survey, survey.primary, entry["kind"], y, x),
                [fit(survey, survey.primary, entry["kind"], y, one) for one in single],
                fit(survey, unweighted, entry["kind"], y, x),
            )
        )
    return made


def _columns(survey: Survey, entry: dict[str, Any]) -> tuple[list[tuple[str, Any]], list[np.ndarray]]:
    cases, names, columns = survey.study.cases, [], []
    for name in entry["predictors"]:
        column = cases[name]
        if name == survey.group:
            for level in survey.levels[1:]:
                names.append((name, level))
                columns.append((column == level).to_numpy(float))
            continue
        kind = survey.study.codebook["variables"][name]["type"]
        values = column.to_numpy(float)
        if kind == "numeric":
            names.append((name, None))
            columns.append(values)
        else:
            reference = entry.get("reference", {}).get(name)
            for code in sorted(set(values[~np.isnan(values)]) - {float(reference)}):
                names.append((name, code))
                columns.append(np.where(np.isnan(values), np.nan, (values == code).astype(float)))
    return names, columns


def parallel(survey: Survey, fitted: Fit, scheme: Scheme) -> tuple[float, int, int, float, int, int]:
    """Wald test that the slopes of the logits of Y > k agree over the cuts (Brant 1990).

    Returns
    -------
    tuple
        F, df, df2, p, cuts left out because the logit has no finite maximum, cuts in all.
    """
    inside = np.flatnonzero(fitted.rows)
    cuts = len(np.unique(fitted.y)) - 1
    slopes, parts = [], []
    for cut in range(cuts):
        y = np.full(len(fitted.rows), np.nan)
        y[inside] = (fitted.y > cut).astype(float)
        x = np.full((len(y), fitted.x.shape[1]), np.nan)
        x[inside] = fitted.x
        if _separated(fitted.x, y[inside]):
            continue
        made = fit(survey, scheme, "logistic", y, x)
        p = fitted.x.shape[1]
        slopes.append(made.params[:p])
        parts.append(made.influence[:, :p])
    u = np.hstack(parts)
    k = u.shape[1]
    single = [variance(scheme, u[:, i], fpc=False) for i in range(k)]
    V = np.array(
        [
            [(variance(scheme, u[:, i] + u[:, j], fpc=False) - single[i] - single[j]) / 2 for j in range(k)]
            for i in range(k)
        ]
    )
    p = fitted.x.shape[1]
    contrast = np.hstack([-np.tile(np.eye(p), (len(slopes) - 1, 1)), np.eye(p * (len(slopes) - 1))])
    gap = contrast @ np.concatenate(slopes)
    q = len(gap)
    f = float(gap @ np.linalg.solve(contrast @ V @ contrast.T, gap)) / q
    return f, q, fitted.df, float(stats.f.sf(f, q, fitted.df)), cuts - len(slopes), cuts


def _separated(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether a combination of predictors tells yes from no without error (linear programming)."""
    signed = np.column_stack([np.ones(len(x)), x]) * (2 * y - 1)[:, None]
    bound = [(-1, 1)] * signed.shape[1]
    found = optimize.linprog(
        -signed.sum(0), A_ub=-signed, b_ub=np.zeros(len(x)), bounds=bound, method="highs"
    )
    return bool(-found.fun > 1e-7)
