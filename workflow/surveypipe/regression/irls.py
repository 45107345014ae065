"""Iteratively reweighted least squares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from surveypipe.regression.families import deviance as deviance_of
from surveypipe.regression.families import family, start
from surveypipe.regression.model import INTERCEPT, ModelFit, with_covariance

FULL = {"deviance": 0.0, "step": 1e-12, "iterations": 60}
R_GLM = {"deviance": 1e-8, "step": np.inf, "iterations": 25}


def fit_glm(made: ModelFit, stop: Mapping[str, float]) -> ModelFit:
    """Fit by iteratively reweighted least squares.

    Influence values are taken with the working weights of the last step, as R does; fully converged
    they are those of the solution.
    """
    inverse, variance = family(made.kind)
    X = np.column_stack([np.ones(made.n), made.X.to_numpy()])
    y, w = made.y, made.weights / made.weights.mean()
    eta = start(made.kind, y, w)
    mu = inverse(eta)
    deviance, beta, converged = np.inf, np.zeros(X.shape[1]), False
    for _ in range(int(stop["iterations"])):
        slope = variance(mu)
        working = w * slope
        root = np.sqrt(working)
        new = np.linalg.lstsq(X * root[:, None], (eta + (y - mu) / slope) * root, rcond=None)[0]
        eta = X @ new
        mu = inverse(eta)
        last, deviance = deviance, deviance_of(made.kind, y, mu, w)
        step, beta = np.max(np.abs(new - beta) / (1 + np.abs(new))), new
        if stop["step"] < np.inf:
            converged = bool(step <= stop["step"])
        else:
            converged = abs(deviance - last) / (abs(deviance) + 0.1) < stop["deviance"]
        if converged:
            break
    bread = np.linalg.inv(X.T @ (X * working[:, None]))
    influence = (X * (working * (y - mu) / variance(mu))[:, None]) @ bread
    names = [INTERCEPT, *made.X.columns]
    method = f"{made.kind} regression, linearised standard errors"
    return with_covariance(made, names, beta, influence, -deviance / 2, method, converged)
