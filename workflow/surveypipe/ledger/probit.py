"""Probit regression of a yes/no on variables of the list, with a trace of ridge."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def probit(y: Floats, X: Floats, *, ridge: float, steps: int = 60) -> tuple[Floats, Floats]:
    r"""Fit by Fisher scoring.

    .. math:: \beta \leftarrow \beta + (X'WX + \lambda I)^{-1} \{X'D(y - \Phi(X\beta)) - \lambda\beta\}

    with :math:`D = \mathrm{diag}\{\varphi/\Phi(1-\Phi)\}` and
    :math:`W = \mathrm{diag}\{\varphi^2/\Phi(1-\Phi)\}`.

    Parameters
    ----------
    y
        0 or 1, shape (n,).
    X
        Variables with a column of ones, shape (n, p).
    ridge
        λ: keeps the predictor finite where all in a cell agree.
    steps
        Most steps.

    Returns
    -------
    coefficients
        Shape (p,).
    covariance
        Inverse information at the last step, shape (p, p).
    """
    from scipy.special import ndtr

    beta, penalty = np.zeros(X.shape[1]), ridge * np.eye(X.shape[1])
    for _ in range(steps):
        eta = np.clip(X @ beta, -6, 6)
        p, density = ndtr(eta), np.exp(-(eta**2) / 2) / math.sqrt(2 * math.pi)
        weight = density / np.clip(p * (1 - p), 1e-12, None)
        information = X.T @ (X * (weight * density)[:, None]) + penalty
        move = np.linalg.solve(information, X.T @ (weight * (y - p)) - penalty @ beta)
        beta = beta + move
        if np.abs(move).max() < 1e-10:
            break
    return np.asarray(beta, dtype=np.float64), np.asarray(np.linalg.inv(information), dtype=np.float64)
