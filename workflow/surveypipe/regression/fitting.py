r"""Regression on survey data: logistic, linear, Poisson and proportional-odds models, design-based.

Coefficients maximise the weighted (pseudo) log-likelihood. Their covariance is the linearised one
(Binder 1983): with scores :math:`s_i = w_i \partial l_i/\partial\beta` and information
:math:`A = -\sum_i \partial s_i/\partial\beta`, the influence values are :math:`z_i = A^{-1} s_i`, and

.. math:: V = \sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_j (z_{hj} - \bar z_h)(z_{hj} - \bar z_h)'

over primary sampling units *j* (persons, where there are no clusters) in strata *h*. Intervals and
p-values use *t* with ``n - H - p`` degrees of freedom, *p* counting predictors and not the intercept.

How far this agrees with R 4.2.2 ``survey`` 4.1.1 (api data; the golden tests hold each line):

===================== ============================ ====================================================
model                 stopped where R stops        fully converged (what is used), against R
===================== ============================ ====================================================
``svyglm`` linear     closed form: 3e-13           the same
``svyglm`` logistic   1e-14                        coefficients 4e-10, SE 3e-5: ``glm`` stops when the
                                                   deviance moves by < 1e-8 and takes the covariance's
                                                   working weights from the step before
``svyglm`` Poisson    1e-12                        coefficients 2e-13, SE 2e-8: the same reason
``svyolr``            coefficients 5e-11, SE 7e-11 coefficients 8e-6, SE 2e-4: BFGS stops when the
                      (R's BFGS and its numerical  log-likelihood moves by < 1.5e-8 relative, and the
                      Hessian, in the tests)       Hessian is a difference of gradients of step 1e-3
``svy`` 0.35 ``glm``  not used                     SE of logistic models differ by 1e-5 to 3e-2
===================== ============================ ====================================================

References: Binder 1983 (Int. Stat. Rev. 51); Lumley & Scott 2017 (Stat. Sci. 32); McCullagh 1980
(JRSS-B 42); Brant 1990 (Biometrics 46); Firth 1993 (Biometrika 80); Harrell 2015 (Regression Modeling
Strategies, 4.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.design.sampling import SurveyDesign
from surveypipe.problems import SurveyError, shown
from surveypipe.regression.families import Kind
from surveypipe.regression.firth import fit_firth, separated
from surveypipe.regression.irls import FULL, R_GLM, fit_glm
from surveypipe.regression.model import ModelFit
from surveypipe.regression.proportional_odds import (
    fit_ordinal,
)
from surveypipe.regression.terms import Term, design_matrix

Array = np.ndarray


def parameter_limit(outcome: Array, kind: Kind) -> float:
    """Count the parameters that the outcome can carry: a tenth of its limiting sample size.

    The limiting size is the smaller count of a yes/no outcome, ``n - sum(n_k**3) / n**2`` of an ordered
    one, and n of a number (Harrell 2015, Table 4.1).
    """
    values = np.asarray(outcome, float)
    counts = np.unique(values, return_counts=True)[1].astype(float)
    n = counts.sum()
    if kind == "logistic":
        limiting = float(counts.min()) if len(counts) > 1 else 0.0
    elif kind == "ordinal":
        limiting = float(n - (counts**3).sum() / n**2)
    else:
        limiting = float(n)
    return limiting / 10.0


# --- fits -------------------------------------------------------------------------------------------


def fit(
    data: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    kind: Kind,
    design: SurveyDesign,
    reference: Mapping[str, Any] | None = None,
    categorical: Sequence[str] = (),
    firth: Literal["auto", "always", "never"] = "auto",
    convergence: Literal["full", "r"] = "full",
    excess: Literal["flag", "raise"] = "flag",
    ci_level: float = 0.95,
) -> ModelFit:
    """Fit a design-based model to the cases with no missing value in it.

    Parameters
    ----------
    data, design
        Of the same n rows. Rows with a missing value form the complement of a domain: they keep their
        place in the design with influence 0.
    outcome
        0/1 for ``logistic``, counts for ``poisson``, ordered codes for ``ordinal``.
    reference, categorical
        See :func:`design_matrix`.
    firth
        Whether a separated logistic model falls back on Firth's penalised likelihood.
    convergence
        ``full`` iterates to machine precision; ``r`` stops where R's ``glm`` stops (for the tests).
    excess
        What to do when the model has more parameters than :func:`parameter_limit`.
    ci_level
        Level of the profile interval of a Firth fit.

    Raises
    ------
    SurveyError
        If a variable is absent, the outcome has the wrong values, columns are collinear, too few cases
        are left, or (``excess="raise"``) the model is too large.
    """
    matrix, terms = design_matrix(
        _analysed(data, outcome, predictors), predictors, reference=reference, categorical=categorical
    )
    rows, y, levels = _model_cases(data, outcome, matrix, kind, design)
    X = matrix.loc[rows]
    limit = parameter_limit(y, kind)
    flags = _excess_flags(outcome, X.shape[1], limit, excess)
    _check_rank(outcome, X, terms)
    made = ModelFit(
        kind, outcome, pd.Series(dtype=float), pd.DataFrame(), np.empty(0), 0, rows, X, y, levels,
        tuple(terms), design, np.nan, limit, "", flags,
    )  # fmt: skip
    if kind == "ordinal":
        return fit_ordinal(made)
    if kind == "logistic" and firth != "never":
        if firth == "always" or separated(X, y):
            return fit_firth(replace(made, flags=(*flags, "firth")), ci_level)
    return fit_glm(made, R_GLM if convergence == "r" else FULL)


def _analysed(data: pd.DataFrame, outcome: str, predictors: Sequence[str]) -> pd.DataFrame:
    """Predictors of those whom the model is of, so that a level of nobody among them has no column."""
    named = [name for name in dict.fromkeys([outcome, *predictors]) if name in data]
    whole = data[named].notna().all(axis=1)
    return data[[name for name in named if name in predictors]].where(whole)


def _model_cases(
    data: pd.DataFrame, outcome: str, matrix: pd.DataFrame, kind: Kind, design: SurveyDesign
) -> tuple[Array, Array, tuple[Any, ...]]:
    """Rows without a missing value, the outcome there, and its levels (ordinal: coded 0, 1, ...)."""
    if outcome not in data:
        raise SurveyError(f"the outcome {outcome} is not a variable of the analysis file; correct its name.")
    if len(data) != design.size:
        raise SurveyError(
            f"the data have {len(data)} rows and the design {design.size}; they must be the same cases."
        )
    weights = np.asarray(design.weights, float)
    bad = int((~(np.isfinite(weights) & (weights > 0))).sum())
    if bad:
        raise SurveyError(
            f"{bad} cases of the model of {outcome} have no weight above 0; weight them or leave them out."
        )
    rows = (matrix.notna().all(axis=1) & data[outcome].notna()).to_numpy()
    y = np.asarray(data[outcome])[rows]
    levels = tuple(np.unique(y))
    if kind == "ordinal":
        if len(levels) < 3:
            raise SurveyError(
                f"analysis.models: the outcome {outcome} takes {len(levels)} values; a proportional-odds "
                "model needs three or more, a yes/no outcome a logistic model."
            )
        y = np.searchsorted(levels, y)
    elif kind == "logistic" and not set(levels) <= {0, 1}:
        raise SurveyError(
            f"the outcome {outcome} of a logistic model must be 0 or 1; it takes {shown(levels)}."
        )
    if len(levels) < 2:
        raise SurveyError(
            f"analysis.models: the outcome {outcome} takes one value among the {len(y)} cases; "
            "nothing can be modelled."
        )
    if len(y) <= matrix.shape[1] + 1:
        raise SurveyError(
            f"{len(y)} cases are too few for {matrix.shape[1]} predictors of {outcome}; leave some out."
        )
    return rows, y.astype(float), levels


def _excess_flags(outcome: str, parameters: int, limit: float, excess: str) -> tuple[str, ...]:
    if parameters <= limit:
        return ()
    if excess == "raise":
        raise SurveyError(
            f"the model of {outcome} has {parameters} parameters where its answers carry {limit:.1f}; "
            "leave predictors out or merge their categories."
        )
    return ("too many parameters",)


def _check_rank(outcome: str, X: pd.DataFrame, terms: Sequence[Term]) -> None:
    full = np.column_stack([np.ones(len(X)), X.to_numpy()])
    scaled = full / np.maximum(np.abs(full).max(axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < full.shape[1]:
        names = shown([term.variable for term in terms])
        raise SurveyError(
            f"the predictors of {outcome} ({names}) determine one another among its {len(X)} cases; "
            "leave one out."
        )
