"""Separated answers, and Firth's penalised likelihood for them."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd

from surveypipe.regression.families import family
from surveypipe.regression.model import INTERCEPT, ModelFit

Array = np.ndarray


def separated(X: pd.DataFrame, y: Array) -> bool:
    """Whether a combination of predictors splits the answers, by Konis's (2007) linear programme.

    ``firthmodels.detect_separation`` solves the same; importing it costs a second that most models need not
    pay.
    """
    from scipy.optimize import linprog

    columns = X.to_numpy()
    scaled = np.column_stack([np.ones(len(y)), columns / np.maximum(np.abs(columns).max(axis=0), 1e-300)])
    signed = scaled * (2 * y - 1)[:, None]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(y)), bounds=(-1, 1), method="highs")
    return bool(float(found.fun or 0.0) < -1e-7)


def fit_firth(made: ModelFit, ci_level: float) -> ModelFit:
    """Firth's penalised likelihood, with profile interval and penalised likelihood-ratio p-value.

    The weights are scaled to sum to the effective sample size ``(sum w)^2 / sum w^2`` (Kish), so that
    the likelihood counts no more information than unequal weights leave. A penalised likelihood has no
    linearised variance under separation: strata and fpc do not enter.
    """
    from firthmodels import FirthLogisticRegression

    w = made.weights * made.weights.sum() / (made.weights**2).sum()
    # firthmodels converges to an absolute tolerance, so columns are brought to one scale first.
    centre, scale = made.X.mean(), made.X.std(ddof=0)
    Z = (made.X - centre) / scale
    for tolerance in (1e-9, 1e-7, 1e-5):
        model = FirthLogisticRegression(max_iter=500, gtol=tolerance, xtol=tolerance, backend="numpy")
        with warnings.catch_warnings():
            # Halving steps can stall at rounding level: the next tolerance is tried, the last one flagged.
            warnings.simplefilter("ignore")
            model.fit(Z.to_numpy(), made.y, sample_weight=w)
            model.lrt()
            raw = model.conf_int(alpha=1 - ci_level, method="pl", max_iter=500, tol=max(tolerance, 1e-8))
        settled = bool(model.converged_) and np.isfinite(np.ravel(model.lrt_pvalues_)[: Z.shape[1]]).all()
        if settled:
            break
    names = [INTERCEPT, *made.X.columns]
    slopes = model.coef_.ravel() / scale.to_numpy()
    intercept = float(np.ravel(model.intercept_)[0]) - float(centre.to_numpy() @ slopes)
    beta = np.concatenate([[intercept], slopes])
    full = np.column_stack([np.ones(made.n), made.X.to_numpy()])
    mu = family("logistic")[0](full @ beta)
    covariance = np.linalg.inv(full.T @ (full * (w * mu * (1 - mu))[:, None]))
    interval = pd.DataFrame(np.nan, index=names, columns=["ci_low", "ci_high"])
    interval.iloc[1:] = raw[: len(slopes)] / scale.to_numpy()[:, None]
    p_values = pd.Series([np.nan, *np.ravel(model.lrt_pvalues_)[: len(slopes)]], index=names)
    return replace(
        made,
        coefficients=pd.Series(beta, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        influence=np.full((made.design.size, len(names)), np.nan),
        df=made.design.degrees_of_freedom(made.rows) - made.X.shape[1],
        log_likelihood=float(model.loglik_),
        method="Firth logistic regression, profile penalised likelihood, weights scaled to the effective n",
        flags=made.flags if settled else (*made.flags, "not converged"),
        interval=interval,
        p_values=p_values,
    )
