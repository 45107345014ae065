"""Fitted models on the scale of the answers: predictions and average marginal effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.distributions import t_above, t_quantile
from surveypipe.regression.families import family
from surveypipe.regression.model import ModelFit
from surveypipe.regression.terms import Term, level_code

Array = np.ndarray


def predicted(fitted: ModelFit, X: Array, params: Array | None = None) -> Array:
    """Predict the answer, shape (n,); of an ordinal model the category probabilities, (n, K).

    Parameters
    ----------
    X
        Shape (n, p): predictors without intercept.
    params
        Coefficients in place of the fitted ones, in the same order.
    """
    beta = fitted.coefficients.to_numpy() if params is None else params
    if fitted.kind != "ordinal":
        return family(fitted.kind)[0](beta[0] + X @ beta[1:])
    from scipy.special import expit

    p = X.shape[1]
    below = expit(beta[p:] - (X @ beta[:p])[:, None])
    return np.diff(np.column_stack([np.zeros(len(X)), below, np.ones(len(X))]), axis=1)


def average_marginal_effects(
    fitted: ModelFit, *, ci_level: float = 0.95, covariates: Literal["fixed", "sampled"] = "fixed"
) -> pd.DataFrame:
    r"""Weighted mean, over the respondents, of the change in the expected answer with each predictor.

    For an indicator: everyone at the level less everyone at the reference level. For a number: the
    derivative. Standard errors by the delta method, :math:`G V G'` with G the gradient of the effect in the
    coefficients (central differences); ``sampled`` adds the part that comes from the sample's own
    covariates, through influence values (Korn & Graubard 1999, ch. 3).

    Returns
    -------
    DataFrame
        `variable`, `level` (of the predictor), `reference`, `answer` (of an ordinal outcome; else ''),
        `estimate`, `se`, `df`, `ci_low`, `ci_high`, `p_value`.
    """
    rows = []
    for term in fitted.terms:
        for place, column in enumerate(term.columns):

            def effect(params: Array, term: Term = term, column: str = column) -> Array:
                return _individual_effects(fitted, term, column, params)

            level = level_code(term.levels[place]) if term.categorical else ""
            base = level_code(term.reference) if term.categorical else ""
            rows += _averaged(fitted, effect, {"variable": term.variable, "level": level, "reference": base},
                              ci_level, covariates == "sampled")  # fmt: skip
    return pd.DataFrame(rows)


def _individual_effects(fitted: ModelFit, term: Term, column: str, params: Array) -> Array:
    if term.categorical:
        high, low = fitted.X.copy(), fitted.X.copy()
        high[list(term.columns)] = 0.0
        low[list(term.columns)] = 0.0
        high[column] = 1.0
        return predicted(fitted, high.to_numpy(), params) - predicted(fitted, low.to_numpy(), params)
    X = fitted.X.to_numpy()
    place = list(fitted.X.columns).index(column)
    if fitted.kind != "ordinal":
        mean = predicted(fitted, X, params)
        return family(fitted.kind)[1](mean) * params[1 + place]
    from scipy.special import expit

    p = X.shape[1]
    below = expit(params[p:] - (X @ params[:p])[:, None])
    density = np.column_stack([np.zeros(len(X)), below * (1 - below), np.zeros(len(X))])
    return -params[place] * np.diff(density, axis=1)


def _averaged(
    fitted: ModelFit, effect: Callable[[Array], Array], cells: dict[str, str], ci_level: float, sampled: bool
) -> list[dict[str, Any]]:
    share = fitted.weights / fitted.weights.sum()
    beta = fitted.coefficients.to_numpy()

    def average(params: Array) -> Array:
        return np.atleast_1d(share @ effect(params))

    estimate = average(beta)
    gradient = np.empty((len(estimate), len(beta)))
    for place in range(len(beta)):
        step = np.zeros(len(beta))
        step[place] = 6e-6 * max(1.0, abs(beta[place]))
        gradient[:, place] = (average(beta + step) - average(beta - step)) / (2 * step[place])
    if sampled:
        own = np.zeros((fitted.design.size, len(estimate)))
        each = effect(beta).reshape(fitted.n, -1)
        own[fitted.rows] = share[:, None] * (each - estimate)
        variance = np.diag(fitted.design.covariance(own + fitted.influence @ gradient.T))
    else:
        variance = np.einsum("ij,jk,ik->i", gradient, fitted.covariance.to_numpy(), gradient)
    se = np.sqrt(np.maximum(variance, 0.0))
    t = t_quantile(0.5 + ci_level / 2, fitted.df)
    answers = [level_code(level) for level in fitted.levels] if fitted.kind == "ordinal" else [""]
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = 2 * t_above(np.abs(estimate / se), fitted.df)
    return [
        {**cells, "answer": answer, "estimate": value, "se": s, "df": float(fitted.df),
         "ci_low": value - t * s, "ci_high": value + t * s, "p_value": p}
        for answer, value, s, p in zip(answers, estimate, se, p_values, strict=True)
    ]  # fmt: skip
