"""Likelihood of the proportional-odds model, logit P(Y <= k) = threshold_k - x'beta (McCullagh 1980).

Parameters are the slopes followed by the thresholds; y is coded 0, 1, ..., K.
"""

from __future__ import annotations

import numpy as np

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
