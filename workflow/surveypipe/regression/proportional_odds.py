"""Likelihood of the proportional-odds model, logit P(Y <= k) = threshold_k - x'beta (McCullagh 1980).

Parameters are the slopes followed by the thresholds; y is coded 0, 1, ..., K.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd

from surveypipe.distributions import f_above
from surveypipe.regression.firth import separated
from surveypipe.regression.irls import FULL, fit_glm
from surveypipe.regression.model import ModelFit, with_covariance
from surveypipe.regression.terms import level_code

Array = np.ndarray


def _ordinal_parts(params: Array, X: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """Category probability, and its derivatives in the upper and the lower cut, of each case."""
    from scipy.special import expit

    p = X.shape[1]
    cuts = np.concatenate([[-np.inf], params[p:], [np.inf]])
    code = y.astype(int)
    eta = X @ params[:p]
    upper, lower = cuts[code + 1] - eta, cuts[code] - eta
    # The smaller tail is subtracted, so that nothing cancels far from the centre.
    sign = np.where(upper + lower > 0, -1.0, 1.0)
    with np.errstate(invalid="ignore"):
        sign[~np.isfinite(upper)] = -1.0
        sign[~np.isfinite(lower)] = 1.0
    prob = np.abs(expit(sign * upper) - expit(sign * lower))
    Fu, Fl = expit(upper), expit(lower)
    return prob, Fu * (1 - Fu), Fl * (1 - Fl), np.stack([Fu, Fl])


def ordinal_log_likelihood(params: Array, X: Array, y: Array, w: Array) -> float:
    """Compute the weighted log-likelihood of slopes and thresholds; -inf if out of order."""
    if (np.diff(params[X.shape[1] :]) <= 0).any():
        return -np.inf
    with np.errstate(divide="ignore"):
        return float((w * np.log(_ordinal_parts(params, X, y)[0])).sum())


def ordinal_scores(params: Array, X: Array, y: Array, w: Array) -> Array:
    """Compute the weighted score of each case, shape (n, p + K - 1)."""
    prob, fu, fl, _ = _ordinal_parts(params, X, y)
    K = len(params) - X.shape[1]
    code = y.astype(int)
    up = (code[:, None] == np.arange(K)) * (fu / prob)[:, None]
    low = (code[:, None] - 1 == np.arange(K)) * (fl / prob)[:, None]
    return np.column_stack([-X * ((fu - fl) / prob)[:, None], up - low]) * w[:, None]


def ordinal_information(params: Array, X: Array, y: Array, w: Array) -> Array:
    """Compute the weighted information: less the second derivatives of the log-likelihood."""
    prob, fu, fl, F = _ordinal_parts(params, X, y)
    K = len(params) - X.shape[1]
    code = y.astype(int)
    A = np.column_stack([-X, code[:, None] == np.arange(K)])
    B = np.column_stack([-X, code[:, None] - 1 == np.arange(K)])
    haa = fu * (1 - 2 * F[0]) / prob - (fu / prob) ** 2
    hbb = -fl * (1 - 2 * F[1]) / prob - (fl / prob) ** 2
    hab = fu * fl / prob**2
    cross = A.T @ (B * (w * hab)[:, None])
    return -(A.T @ (A * (w * haa)[:, None]) + B.T @ (B * (w * hbb)[:, None]) + cross + cross.T)


def fit_ordinal(made: ModelFit) -> ModelFit:
    """Proportional odds by Newton's method on logit P(Y <= k) = threshold_k - x'beta (McCullagh 1980)."""
    X, y, w = made.X.to_numpy(), made.y, made.weights / made.weights.mean()
    params, value, converged, far = _solved(X, y, w)
    influence = ordinal_scores(params, X, y, w) @ _inverse(ordinal_information(params, X, y, w))
    marks = [level_code(level) for level in made.levels]
    names = [*made.X.columns, *(f"{low}|{high}" for low, high in itertools.pairwise(marks))]
    if far and not (converged and np.isfinite(influence).all()):
        # Scores vanish as a slope runs off: their spread is no standard error.
        made, influence = replace(made, flags=(*made.flags, "separated")), np.full_like(influence, np.nan)

    def again(W: Array) -> Array:
        return np.array([in_replicate(X, y, w, len(made.levels)) for w in W[made.rows].T])

    method = f"proportional-odds model, {made.design.errors}"
    return with_covariance(made, names, params, influence, value, method, converged, again)


def _inverse(information: Array) -> Array:
    """Invert the information; NaN where a separated model leaves none of some slope."""
    try:
        return np.asarray(np.linalg.inv(information))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)


def in_replicate(X: Array, y: Array, w: Array, levels: int) -> Array:
    """Slopes and thresholds where some cases, and with them whole answers, may have no weight.

    Between two answers that somebody gave, the thresholds of those that nobody gave are one. Beyond the last
    of them there is none: NaN.

    Parameters
    ----------
    X, y, w
        Predictors, codes of the answers from 0, and weights, shapes (n, p), (n,) and (n,).
    levels
        Number of answers.
    """
    kept, many = w > 0, X.shape[1]
    given, code = np.unique(y[kept].astype(int), return_inverse=True)
    found = np.full(many + levels - 1, np.nan)
    if len(given) < 2:
        return found
    params = _solved(X[kept], code, w[kept] / w[kept].mean())[0]
    place = np.searchsorted(given, np.arange(levels - 1), side="right") - 1
    inside = (place >= 0) & (place < len(given) - 1)
    found[:many] = params[:many]
    found[many:][inside] = params[many + place[inside]]
    return found


# No slope of a model that is not separated moves a logit so far.
FAR = 20


def _solved(X: Array, y: Array, w: Array) -> tuple[Array, float, bool, bool]:
    """Slopes and thresholds, log-likelihood, whether it converged, and whether a predictor ran far off."""
    centre = X.mean(axis=0)
    scale = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    Z = (X - centre) / scale
    below = np.cumsum(np.bincount(y.astype(int), w))[:-1] / w.sum()
    params = np.concatenate([np.zeros(X.shape[1]), np.log(below / (1 - below))])
    value, converged = ordinal_log_likelihood(params, Z, y, w), False
    for _ in range(100):
        step = _step(ordinal_information(params, Z, y, w), ordinal_scores(params, Z, y, w).sum(axis=0))
        size = 1.0
        while (new := ordinal_log_likelihood(params + size * step, Z, y, w)) < value - 1e-9 and size > 1e-8:
            size /= 2
        params, value = params + size * step, new
        if np.max(np.abs(step) / (1 + np.abs(params))) < 1e-12:
            converged = True
            break
    slopes = params[: X.shape[1]] / scale
    params = np.concatenate([slopes, params[X.shape[1] :] + centre @ slopes])
    return params, float(value), converged, not np.abs(Z @ (slopes * scale)).max() <= FAR


def _step(information: Array, score: Array) -> Array:
    """Newton's step; nothing of what the cases say nothing of, such as a level that nobody has."""
    try:
        return np.asarray(np.linalg.solve(information, score))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(information, score, rcond=None)[0])


def proportional_odds_check(fitted: ModelFit) -> pd.DataFrame:
    """Test whether the slopes are the same at every cut of the answer (Brant).

    A weighted logit of ``Y > k`` is fitted at each cut; the joint covariance of all slopes comes from
    their stacked influence values under the design, and a Wald test takes ``slope_k = slope_1`` for all
    k (Brant 1990, with a design-based covariance in place of the model's). ``F = W / q`` on (q, df).

    Returns
    -------
    DataFrame
        Rows ``all`` and one a predictor; columns `F`, `df`, `df2`, `p_value`, `note`. Cuts at which the
        logit is separated are left out, and `note` says so.
    """
    cuts = range(len(fitted.levels) - 1)
    slopes, influence, left_out = [], [], 0
    for cut in cuts:
        above = (fitted.y > cut).astype(float)
        if separated(fitted.X, above):
            left_out += 1
            continue
        binary = fit_glm(replace(fitted, kind="logistic", y=above, flags=()), FULL)
        slopes.append(binary.coefficients.to_numpy()[1:])
        influence.append(binary.influence[:, 1:])
    note = f"{left_out} of {len(cuts)} cuts left out: separated" if left_out else ""
    p = fitted.X.shape[1]
    groups = {"all": list(range(p))}
    for term in fitted.terms:
        groups[term.variable] = [list(fitted.X.columns).index(column) for column in term.columns]
    if len(slopes) < 2:
        return pd.DataFrame(
            {"F": np.nan, "df": np.nan, "df2": np.nan, "p_value": np.nan, "note": note}, index=list(groups)
        )
    covariance = fitted.design.covariance(np.hstack(influence))
    table = {
        name: _equal_slopes(np.array(slopes), covariance, chosen, fitted.df)
        for name, chosen in groups.items()
    }
    return pd.DataFrame(table, index=["F", "df", "df2", "p_value"]).T.assign(note=note)


def _equal_slopes(slopes: Array, covariance: Array, chosen: list[int], df: int) -> list[float]:
    cuts, p = slopes.shape
    contrast = np.zeros(((cuts - 1) * len(chosen), cuts * p))
    for cut in range(1, cuts):
        for place, column in enumerate(chosen):
            row = (cut - 1) * len(chosen) + place
            contrast[row, cut * p + column], contrast[row, column] = 1.0, -1.0
    difference = contrast @ slopes.ravel()
    spread = contrast @ covariance @ contrast.T
    q = np.linalg.matrix_rank(spread)
    F = float(difference @ np.linalg.pinv(spread, hermitian=True) @ difference) / q
    return [F, float(q), float(df), float(f_above(F, q, df))]
