"""Links, variance functions and deviances of the generalised linear models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

Array = np.ndarray
Kind = Literal["logistic", "linear", "poisson", "ordinal"]


def family(kind: Kind) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Return the inverse link and the variance function; all links are canonical."""
    from scipy.special import expit

    if kind == "logistic":
        return expit, lambda mu: mu * (1 - mu)
    if kind == "poisson":
        return np.exp, lambda mu: mu
    return lambda eta: eta, lambda mu: np.ones_like(mu)


def deviance(kind: Kind, y: Array, mu: Array, w: Array) -> float:
    """Compute the weighted deviance of expected answers mu."""
    from scipy.special import xlogy

    if kind == "logistic":
        return float(-2 * (w * (xlogy(y, mu) + xlogy(1 - y, 1 - mu))).sum())
    if kind == "poisson":
        return float(2 * (w * (xlogy(y, np.where(y > 0, y / mu, 1.0)) - (y - mu))).sum())
    return float((w * (y - mu) ** 2).sum())


def start(kind: Kind, y: Array, w: Array) -> Array:
    """Give the linear predictor from which R's ``glm`` starts."""
    if kind == "logistic":
        mu = (w * y + 0.5) / (w + 1.0)
        return np.log(mu / (1 - mu))
    return np.log(y + 0.1) if kind == "poisson" else y
