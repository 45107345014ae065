"""Polychoric correlations of ordered answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveypipe.problems import SurveyError, shown

Array = np.ndarray
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(64)


def complete(items: pd.DataFrame, weights: Array | None) -> tuple[Array, Array]:
    """Cases that answered every item, and their weights."""
    if items.shape[1] < 2:
        raise SurveyError(f"a scale needs at least two items; {shown(items.columns)} is one.")
    rows = items.notna().all(axis=1).to_numpy()
    values = items.to_numpy(float)[rows]
    w = np.ones(len(values)) if weights is None else np.asarray(weights, float)[rows]
    if len(values) < 3:
        raise SurveyError(
            f"analysis.reliability: only {len(values)} cases answered all of {shown(items.columns)}; "
            "reliability needs three or more. Take their scale out of analysis.reliability.scales."
        )
    fixed = [
        str(name) for name, spread in zip(items.columns, np.ptp(values, axis=0), strict=True) if spread == 0
    ]
    if fixed:
        raise SurveyError(
            f"analysis.reliability: all {len(values)} who answered the whole scale gave the same answer to "
            f"{shown(fixed)}; leave it out of the scale (cleaning.scales), or the scale out of "
            "analysis.reliability.scales."
        )
    return values, w


def bivariate_normal_cdf(h: Array, k: Array, rho: float) -> Array:
    r"""Compute P(X < h, Y < k) for standard normal X, Y with correlation rho.

    Sheppard's (Plackett's) identity in the angle, :math:`\rho=\sin\theta`, by 64-point Gauss-Legendre:
    :math:`\Phi(h)\Phi(k) + \frac{1}{2\pi}\int_0^{\arcsin\rho}
    \exp\{-(h^2+k^2-2hk\sin\theta)/(2\cos^2\theta)\}\,d\theta`.

    Parameters
    ----------
    h, k
        Arrays of one shape; infinite values allowed.
    rho
        Between -1 and 1, both excluded.
    """
    from scipy.special import ndtr

    h, k = np.broadcast_arrays(np.asarray(h, float), np.asarray(k, float))
    made = np.asarray(ndtr(h) * ndtr(k))
    finite = np.isfinite(h) & np.isfinite(k)
    if not finite.any():
        return made
    half = np.arcsin(rho) / 2
    angle = half * (_NODES + 1)
    a, b = h[finite][:, None], k[finite][:, None]
    exponent = -(a * a + b * b - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    made[finite] += half * (np.exp(exponent) @ _NODE_WEIGHTS) / (2 * np.pi)
    return made


def polychoric(table: Array) -> float:
    """Estimate the correlation of two latent normals from a table of ordered answers (2x2: tetrachoric).

    Two-step maximum likelihood (Olsson 1979): thresholds from the margins, then the root of the score in
    rho, with Plackett's derivative of a cell's probability. Empty cells are left as they are.

    Parameters
    ----------
    table
        Counts or weighted counts, shape (r, c); empty rows and columns are dropped.

    Returns
    -------
    float
        Missing where either variable takes one value; +-.9999 where the likelihood rises to the limit.

    References
    ----------
    R ``psych`` 2.2.9 (``polychoric(correct=0)``) stops 1.9e-5 above the maximum, as ``optimize`` has a
    tolerance of 1.2e-4; stopped in the same place, the two agree to all printed digits (golden test).
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    counts = np.asarray(table, float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return np.nan
    total = counts.sum()
    rows = np.concatenate([[-np.inf], ndtri(np.cumsum(counts.sum(axis=1))[:-1] / total), [np.inf]])
    cols = np.concatenate([[-np.inf], ndtri(np.cumsum(counts.sum(axis=0))[:-1] / total), [np.inf]])
    h, k = np.meshgrid(rows, cols, indexing="ij")

    def score(rho: float) -> float:
        cell = np.diff(np.diff(bivariate_normal_cdf(h, k, rho), axis=0), axis=1)
        slope = np.diff(np.diff(_density(h, k, rho), axis=0), axis=1)
        filled = counts > 0
        return float((counts[filled] * slope[filled] / np.maximum(cell[filled], 1e-300)).sum())

    low, high = -0.9999, 0.9999
    if score(low) <= 0:
        return low
    if score(high) >= 0:
        return high
    return float(brentq(score, low, high, xtol=1e-14))


def _density(h: Array, k: Array, rho: float) -> Array:
    """Bivariate normal density, 0 at infinity."""
    made = np.zeros(h.shape)
    finite = np.isfinite(h) & np.isfinite(k)
    a, b, one = h[finite], k[finite], 1 - rho * rho
    made[finite] = np.exp(-(a * a + b * b - 2 * rho * a * b) / (2 * one)) / (2 * np.pi * np.sqrt(one))
    return made


def polychoric_matrix(items: pd.DataFrame, *, weights: Array | None = None) -> pd.DataFrame:
    """Compute the polychoric correlations of all pairs among the cases that answered every item.

    A matrix that is not positive definite is smoothed (negative eigenvalues raised, then rescaled to a
    unit diagonal); ``attrs["smoothed"]`` says whether it was.
    """
    values, w = complete(items, weights)
    k = values.shape[1]
    codes = [np.unique(values[:, j], return_inverse=True)[1] for j in range(k)]
    R = np.eye(k)
    for i in range(k):
        for j in range(i):
            table = np.zeros((codes[i].max() + 1, codes[j].max() + 1))
            np.add.at(table, (codes[i], codes[j]), w)
            R[i, j] = R[j, i] = polychoric(table)
    made, smoothed = _smooth(R)
    frame = pd.DataFrame(made, index=items.columns, columns=items.columns)
    frame.attrs["smoothed"] = smoothed
    return frame


def _smooth(R: Array) -> tuple[Array, bool]:
    values, vectors = np.linalg.eigh(R)
    if values.min() > 1e-8:
        return R, False
    made = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(made))
    return made / np.outer(scale, scale), True
