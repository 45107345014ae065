"""Response propensities: logistic regression on the staff list, for many replicates at once.

The score equation solved is Σ_r d_i x_i = Σ_U d_i p_i x_i. Its right-hand side is known for the whole
frame, so a replicate changes only the left-hand side, and all replicates are fitted together.
Under separation the penalised likelihood of Firth (1993) is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.problems import SurveyError, shown

Floats = NDArray[np.float64]

# Beyond this linear predictor (p under 1e-6 or over 1 − 1e-6) a fit on a few hundred people is separated.
SEPARATED = 13.8
# Newton's method stops where no coefficient moves further.
SMALLEST_STEP = 1e-10


@dataclass(frozen=True)
class PropensityFit:
    """A fitted response model.

    Attributes
    ----------
    p
        Propensities, shape (N,) or (N, R).
    beta
        Coefficients, shape (p,) or (p, R).
    X
        Design matrix over the frame, shape (N, p).
    firth
        Whether the likelihood was penalised.
    """

    p: Floats
    beta: Floats
    X: Floats
    firth: bool


def design_matrix(frame: pd.DataFrame, predictors: Sequence[str]) -> tuple[Floats, list[str]]:
    """Intercept, indicators of all but the first level of each categorical predictor, numbers as they are.

    Raises
    ------
    RepeatedError
        If predictors are linearly dependent.
    """
    columns, names, repeated = [np.ones(len(frame))], ["(Intercept)"], []
    for name in predictors:
        before, values = len(columns), frame[name]
        if is_number(values):
            numbers = values.to_numpy(dtype=float)
            columns.append((numbers - numbers.mean()) / (numbers.std() or 1.0))
            names.append(name)
        else:
            text = values.astype(str)
            for level in sorted(text.unique())[1:]:
                columns.append((text == level).to_numpy(dtype=float))
                names.append(f"{name}={level}")
        if np.linalg.matrix_rank(np.column_stack(columns)) < len(columns):
            repeated.append(name)
            del columns[before:], names[before:]
    if repeated:
        kept = [name for name in predictors if name not in repeated]
        raise RepeatedError(
            f"The response model cannot hold {shown(repeated)} beside {shown(kept) or 'the intercept'}: of "
            "everybody who was asked it can be told from these. Leave it out of `predictors` of the scheme, "
            "or of nonresponse.auxiliaries.",
            repeated,
        )
    return np.column_stack(columns), names


class RepeatedError(SurveyError):
    """Predictors of a response model can be told from those before them, which are named.

    Parameters
    ----------
    problem
        The sentence for the researcher.
    repeated
        The predictors.
    """

    def __init__(self, problem: str, repeated: Sequence[str]) -> None:
        super().__init__(problem)
        self.repeated = list(repeated)


def told_apart(frame: pd.DataFrame, predictors: Sequence[str]) -> list[str]:
    """Keep the predictors that cannot be told from those before them, as a recode can from its source."""
    try:
        design_matrix(frame, predictors)
    except RepeatedError as error:
        return [name for name in predictors if name not in error.repeated]
    return list(predictors)


def is_number(values: pd.Series) -> bool:
    """Whether a predictor goes in as it is; else by its levels."""
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def fit(
    X: Floats, counted: Floats, size: Floats, *, firth: bool | None = None, max_iterations: int = 100
) -> PropensityFit:
    """Fit the response model by Newton's method.

    Parameters
    ----------
    X
        Design matrix over the frame, shape (N, p).
    counted
        Base weight for a respondent, 0 for a non-respondent, shape (N,) or (N, R); in a replicate the
        respondents' values carry the replicate factor.
    size
        Base weights over the frame, shape (N,); ones for a census.
    firth
        Penalise always, never, or (None) only where the maximum-likelihood fit is separated.

    Raises
    ------
    SurveyError
        If the fit does not converge.
    """
    Y = np.asarray(counted, float).reshape(len(X), -1)
    if firth is not True:
        beta, ok = _newton(X, Y, size, False, max_iterations)
        if ok or firth is False:
            return _result(X, beta, counted, False)
    beta, ok = _newton(X, Y, size, True, max_iterations)
    if not ok:
        raise SurveyError(
            "weighting: the response model did not converge, even with Firth's penalty; use fewer predictors."
        )
    return _result(X, beta, counted, True)


def _result(X: Floats, beta: Floats, counted: Floats, firth: bool) -> PropensityFit:
    p = expit(X @ beta)
    if np.ndim(counted) == 1:
        return PropensityFit(p[:, 0], beta[:, 0], X, firth)
    return PropensityFit(p, beta, X, firth)


def _newton(X: Floats, Y: Floats, size: Floats, firth: bool, max_iterations: int) -> tuple[Floats, bool]:
    beta = np.zeros((X.shape[1], Y.shape[1]))
    height = _log_likelihood(X, Y, size, beta, firth)
    for _ in range(max_iterations):
        p = expit(X @ beta)
        V = size[:, None] * p * (1 - p)
        inverse = np.linalg.pinv(_information(X, V), hermitian=True)
        score = X.T @ (Y - size[:, None] * p)
        if firth:
            hat = np.einsum("ni,rij,nj->nr", X, inverse, X, optimize=True) * V
            score = score + X.T @ (hat * (0.5 - p))
        step = np.einsum("rij,jr->ir", inverse, score)
        if np.abs(step).max() < SMALLEST_STEP:
            return beta, firth or bool(np.abs(X @ beta).max() < SEPARATED)
        beta, height = _climb(X, Y, size, beta, np.clip(step, -5, 5), height, firth)
    return beta, False


def _climb(
    X: Floats, Y: Floats, size: Floats, beta: Floats, step: Floats, height: Floats, firth: bool
) -> tuple[Floats, Floats]:
    """Halve each replicate's step until its likelihood no longer falls."""
    for _ in range(20):
        reached = _log_likelihood(X, Y, size, beta + step, firth)
        lower = reached < height - 1e-9 * np.abs(height)
        if not lower.any():
            break
        step = np.where(lower, step / 2, step)
    return beta + step, reached


def _log_likelihood(X: Floats, Y: Floats, size: Floats, beta: Floats, firth: bool) -> Floats:
    eta = np.clip(X @ beta, -30, 30)
    value = (Y * eta).sum(axis=0) - size @ np.logaddexp(0, eta)
    if firth:
        p = expit(eta)
        value = value + np.linalg.slogdet(_information(X, size[:, None] * p * (1 - p)))[1] / 2
    return np.asarray(value)


def _information(X: Floats, V: Floats) -> Floats:
    return np.asarray(np.einsum("ni,nr,nj->rij", X, V, X, optimize=True))


def expit(eta: Floats) -> Floats:
    """Give the chance of a log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(eta, -30, 30))))


def quantile_classes(p: Floats, classes: int) -> NDArray[np.intp]:
    """Classes 0, 1, ... of propensities cut at their quantiles; equal propensities share a class.

    Fewer distinct propensities than classes give fewer classes.
    """
    rounded = np.round(p, 10)
    cuts = np.unique(np.quantile(rounded, np.arange(1, classes) / classes))
    codes = np.searchsorted(cuts, rounded, side="left")
    return np.unique(codes, return_inverse=True)[1].astype(np.intp)
