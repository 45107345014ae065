"""Iteratively reweighted least squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surveypipe.regression.families import Kind, family, start
from surveypipe.regression.families import deviance as deviance_of
from surveypipe.regression.model import INTERCEPT, ModelFit, with_covariance

Array = np.ndarray
FULL = {"deviance": 0.0, "step": 1e-12, "iterations": 60}
R_GLM = {"deviance": 1e-8, "step": np.inf, "iterations": 25}


def fit_glm(made: ModelFit, stop: Mapping[str, float]) -> ModelFit:
    """Fit by iteratively reweighted least squares.

    Influence values are taken with the working weights of the last step, as R does; fully converged
    they are those of the solution.
    """
    X = np.column_stack([np.ones(made.n), made.X.to_numpy()])
    found = _iterated(made.kind, X, made.y, made.weights, stop)
    bread = np.linalg.inv(X.T @ (X * found.working[:, None]))
    influence = (X * (found.working * found.residual)[:, None]) @ bread
    names = [INTERCEPT, *made.X.columns]
    method = f"{made.kind} regression, {made.design.errors}"

    def again(W: Array) -> Array:
        return np.array([in_replicate(made.kind, X, made.y, w) for w in W[made.rows].T])

    return with_covariance(
        made, names, found.beta, influence, -found.deviance / 2, method, found.converged, again
    )


def in_replicate(kind: Kind, X: Array, y: Array, w: Array) -> Array:
    """Coefficients where some cases may have no weight; NaN where none has any.

    Parameters
    ----------
    X, y, w
        Predictors with the intercept, outcome and weights, shapes (n, p), (n,) and (n,).
    """
    kept = w > 0
    if not kept.any():
        return np.full(X.shape[1], np.nan)
    return _iterated(kind, X[kept], y[kept], w[kept], FULL).beta


@dataclass(frozen=True)
class _Iterated:
    """Coefficients, with working weights and residuals of the last step."""

    beta: Array
    working: Array
    residual: Array
    deviance: float
    converged: bool


def _iterated(kind: Kind, X: Array, y: Array, weights: Array, stop: Mapping[str, float]) -> _Iterated:
    inverse, variance = family(kind)
    w = weights / weights.mean()
    eta = start(kind, y, w)
    mu = inverse(eta)
    deviance, beta, converged = np.inf, np.zeros(X.shape[1]), False
    for _ in range(int(stop["iterations"])):
        # A fitted share is never nearer to 0 or 1 than this, as in R.
        slope = np.maximum(variance(mu), np.finfo(float).eps)
        working = w * slope
        root = np.sqrt(working)
        new = np.linalg.lstsq(X * root[:, None], (eta + (y - mu) / slope) * root, rcond=None)[0]
        eta = X @ new
        mu = inverse(eta)
        last, deviance = deviance, deviance_of(kind, y, mu, w)
        step, beta = np.max(np.abs(new - beta) / (1 + np.abs(new))), new
        if stop["step"] < np.inf:
            converged = bool(step <= stop["step"])
        else:
            converged = abs(deviance - last) / (abs(deviance) + 0.1) < stop["deviance"]
        if converged:
            break
    residual = (y - mu) / np.maximum(variance(mu), np.finfo(float).eps)
    return _Iterated(beta, working, residual, float(deviance), converged)
