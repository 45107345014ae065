"""Heckman's selection model: only with a variable that drives response and has nothing to do with the answer.

Without such an exclusion variable (reminders sent, mode, delivery route) the model is identified by the shape
of the normal distribution alone, and its result means nothing; so it is refused.

Two steps (Heckman 1979). A probit of response on the frame and the exclusion variable over all staff gives
z'γ; among respondents the answer is regressed on the frame and on λ = φ(z'γ)/Φ(z'γ), whose coefficient is
ρσ. A silent person's answer is then expected to be x'β − ρσ φ(z'γ)/(1 − Φ(z'γ)), and the estimate over all
staff is the mean of answers given and answers expected. For a share this is a linear probability model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveypipe.ledger.probit import probit

Floats = NDArray[np.float64]

DRAWS = 200
# F = 10 of the exclusion variable in the response model, the usual mark of a weak instrument.
WEAK_Z = math.sqrt(10)


@dataclass(frozen=True)
class Selection:
    """Result of the two steps.

    Attributes
    ----------
    estimate, se
        Mean over all staff, and its bootstrap standard error.
    naive
        Mean over all staff without the selection term (regression on the frame alone).
    lambda_coefficient, lambda_se
        Coefficient ρσ of the selection term: 0 where response does not depend on the answer given the frame.
    exclusion_z
        Wald z of the strongest exclusion variable in the response model: below WEAK_Z it is weak.
    """

    estimate: float
    se: float
    naive: float
    lambda_coefficient: float
    lambda_se: float
    exclusion_z: float


def two_steps(y: Floats, X: Floats, exclusion: Floats) -> tuple[float, float, float, float]:
    """Estimate over all staff, the same without selection, ρσ, and the strongest exclusion variable's z.

    Parameters
    ----------
    y
        Answers, NaN for the silent, shape (N,).
    X
        Frame variables with a column of ones, shape (N, p).
    exclusion
        Shape (N, q).
    """
    from scipy.special import log_ndtr

    known = ~np.isnan(y)
    Z = np.column_stack([X, exclusion])
    gamma, covariance = probit(known.astype(float), Z, ridge=1e-6)
    eta = Z @ gamma
    log_density = -(eta**2) / 2 - math.log(math.sqrt(2 * math.pi))
    mills = np.exp(log_density - log_ndtr(eta))
    against = np.exp(log_density - log_ndtr(-eta))
    beta, *_ = np.linalg.lstsq(np.column_stack([X, mills])[known], y[known], rcond=None)
    plain, *_ = np.linalg.lstsq(X[known], y[known], rcond=None)
    expected = np.where(known, y, X @ beta[:-1] - beta[-1] * against)
    without = np.where(known, y, X @ plain)
    own = slice(X.shape[1], None)
    strength = np.abs(gamma[own]) / np.sqrt(np.diag(covariance)[own])
    return float(expected.mean()), float(without.mean()), float(beta[-1]), float(strength.max())


def selection(y: Floats, X: Floats, exclusion: Floats, *, seed: int, draws: int = DRAWS) -> Selection:
    """Fit the model; standard errors from resampling persons, response and answer together.

    Raises
    ------
    ValueError
        Without an exclusion variable.
    """
    if exclusion.shape[1] == 0:
        raise ValueError("a selection model needs an exclusion variable")
    estimate, naive, coefficient, strength = two_steps(y, X, exclusion)
    generator = np.random.default_rng(seed)
    again = []
    for _ in range(draws):
        rows = generator.integers(len(y), size=len(y))
        again.append(two_steps(y[rows], X[rows], exclusion[rows])[:3])
    spread = np.std(again, axis=0, ddof=1)
    return Selection(estimate, float(spread[0]), naive, coefficient, float(spread[2]), strength)
