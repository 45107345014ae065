"""One common factor and McDonald's omega."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.problems import SurveyError

Array = np.ndarray


def one_factor(R: Array, *, method: Literal["minres", "ml"] = "minres") -> Array:
    r"""Fit one factor; loadings of shape (k,), positive in sum.

    ``minres`` minimises :math:`\sum_{i<j}(r_{ij}-\lambda_i\lambda_j)^2` (Harman & Jones 1966) without
    bounds; ``ml`` the normal-theory discrepancy (Jöreskog 1967) with uniquenesses in [.005, 1].

    Raises
    ------
    SurveyError
        If there are fewer than three items, when one factor is not identified.
    """
    if len(R) < 3:
        raise SurveyError("omega needs three or more items; report alpha for a scale of two.")
    loadings = _minres(R) if method == "minres" else _maximum_likelihood(R)
    return loadings if loadings.sum() >= 0 else -loadings


def _minres(R: Array) -> Array:
    from scipy.optimize import least_squares

    upper = np.triu_indices(len(R), 1)
    values, vectors = np.linalg.eigh(R)
    start = vectors[:, -1] * np.sqrt(values[-1]) * 0.9

    def jacobian(loadings: Array) -> Array:
        made = np.zeros((len(upper[0]), len(R)))
        place = np.arange(len(upper[0]))
        made[place, upper[0]] = loadings[upper[1]]
        made[place, upper[1]] = loadings[upper[0]]
        return made

    def residuals(loadings: Array) -> Array:
        return loadings[upper[0]] * loadings[upper[1]] - R[upper]

    exact: dict[str, Any] = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "max_nfev": 5000}
    found = least_squares(residuals, start, jac=jacobian, method="lm", **exact)
    return np.asarray(found.x)


def _maximum_likelihood(R: Array) -> Array:
    from scipy.optimize import minimize

    def parts(psi: Array) -> tuple[Array, Array]:
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(R / np.outer(root, root))
        return values, vectors

    def discrepancy(psi: Array) -> tuple[float, Array]:
        values, vectors = parts(psi)
        rest = np.maximum(values[:-1], 1e-300)
        # Derivative of sum(e - log e - 1) over the rejected eigenvalues (Lawley & Maxwell 1971).
        slope = ((1 - rest) * vectors[:, :-1] ** 2).sum(axis=1) / psi
        return float((rest - np.log(rest) - 1).sum()), slope

    start = np.clip(0.5 / np.diag(np.linalg.pinv(R)), 0.05, 0.95)
    found = minimize(discrepancy, start, jac=True, method="L-BFGS-B", bounds=[(0.005, 1.0)] * len(R),
                     options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000})  # fmt: skip
    values, vectors = parts(found.x)
    return np.sqrt(found.x) * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))


@dataclass(frozen=True)
class OneFactor:
    """Loadings, omega (missing where withheld) and whether the solution is improper."""

    loadings: pd.Series
    omega: float
    heywood: bool


def omega(R: pd.DataFrame, *, method: Literal["minres", "ml"] = "minres") -> OneFactor:
    """Compute omega from a correlation matrix by one factor; withheld in a Heywood case.

    Parameters
    ----------
    R
        Correlations of the items, Pearson or polychoric.
    """
    loadings = one_factor(R.to_numpy(float), method=method)
    # An ML uniqueness on its bound of .005 is the bounded form of a loading of 1 or more.
    heywood = bool((np.abs(loadings) >= (1.0 if method == "minres" else np.sqrt(0.9949))).any())
    common = loadings.sum() ** 2
    value = common / (common + (1 - loadings**2).sum())
    return OneFactor(pd.Series(loadings, index=R.index), np.nan if heywood else float(value), heywood)
