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

import itertools
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.model_families import Kind, family, start
from surveypipe.model_families import deviance as deviance_of
from surveypipe.model_terms import Term, design_matrix, level_code
from surveypipe.problems import SurveyError, shown
from surveypipe.proportional_odds import ordinal_information, ordinal_log_likelihood, ordinal_scores
from surveypipe.survey_design import SurveyDesign

Array = np.ndarray
INTERCEPT = "(Intercept)"
_FULL = {"deviance": 0.0, "step": 1e-12, "iterations": 60}
_R_GLM = {"deviance": 1e-8, "step": np.inf, "iterations": 25}


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


@dataclass(frozen=True)
class ModelFit:
    """A fitted model.

    Attributes
    ----------
    coefficients
        By column name; for ordinal models the slopes, then the thresholds named ``low|high``.
    covariance
        Same order, squared.
    influence
        Shape (n of the design, parameters); zero outside `rows`.
    df
        Of *t*: sampling units less strata less predictors.
    interval, p_values
        Only for Firth fits: profile penalised likelihood, not Wald.
    flags
        Any of ``firth``, ``separated``, ``too many parameters``, ``not converged``.
    """

    kind: Kind
    outcome: str
    coefficients: pd.Series
    covariance: pd.DataFrame
    influence: Array
    df: int
    rows: Array
    X: pd.DataFrame
    y: Array
    levels: tuple[Any, ...]
    terms: tuple[Term, ...]
    design: SurveyDesign
    log_likelihood: float
    limit: float
    method: str
    flags: tuple[str, ...] = ()
    interval: pd.DataFrame | None = None
    p_values: pd.Series | None = None
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of cases in the model."""
        return len(self.y)

    @property
    def weights(self) -> Array:
        """Weights of the cases in the model."""
        return np.asarray(self.design.weights, float)[self.rows]

    @property
    def slopes(self) -> list[str]:
        """Names of the coefficients that belong to predictors."""
        return [column for term in self.terms for column in term.columns]

    def standard_errors(self) -> pd.Series:
        """Square roots of the covariance's diagonal."""
        return pd.Series(np.sqrt(np.diag(self.covariance)), index=self.coefficients.index)

    def table(self, ci_level: float = 0.95) -> pd.DataFrame:
        """Coefficients with standard error, *t*, p-value and interval, one row each."""
        from scipy import stats

        se = self.standard_errors()
        half = stats.t.ppf(0.5 + ci_level / 2, self.df) * se
        made = pd.DataFrame({"estimate": self.coefficients, "se": se, "df": float(self.df)})
        made["t"] = made["estimate"] / made["se"]
        made["p_value"] = 2 * stats.t.sf(made["t"].abs(), self.df)
        made["ci_low"], made["ci_high"] = made["estimate"] - half, made["estimate"] + half
        if self.interval is not None and self.p_values is not None:
            made[["ci_low", "ci_high"]] = self.interval
            made["p_value"], made["t"], made["df"] = self.p_values, np.nan, np.nan
        return made


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
    matrix, terms = design_matrix(data, predictors, reference=reference, categorical=categorical)
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
        return _fit_ordinal(made)
    if kind == "logistic" and firth != "never":
        if firth == "always" or _separated(X, y):
            return _fit_firth(replace(made, flags=(*flags, "firth")), ci_level)
    return _fit_glm(made, _R_GLM if convergence == "r" else _FULL)


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
                f"the outcome {outcome} takes {len(levels)} values; a proportional-odds model needs three or "
                "more, a yes/no outcome a logistic model."
            )
        y = np.searchsorted(levels, y)
    elif kind == "logistic" and not set(levels) <= {0, 1}:
        raise SurveyError(
            f"the outcome {outcome} of a logistic model must be 0 or 1; it takes {shown(levels)}."
        )
    if len(levels) < 2:
        raise SurveyError(
            f"the outcome {outcome} takes one value among the {len(y)} cases; nothing can be modelled."
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


def _separated(X: pd.DataFrame, y: Array) -> bool:
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


def _finish(
    made: ModelFit,
    names: list[str],
    beta: Array,
    influence: Array,
    loglik: float,
    method: str,
    converged: bool,
) -> ModelFit:
    everyone = np.zeros((made.design.size, len(names)))
    everyone[made.rows] = influence
    covariance = made.design.covariance(everyone)
    return replace(
        made,
        coefficients=pd.Series(beta, index=names),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        influence=everyone,
        df=made.design.degrees_of_freedom(made.rows) - made.X.shape[1],
        log_likelihood=float(loglik),
        method=method,
        flags=made.flags if converged else (*made.flags, "not converged"),
    )


def _fit_glm(made: ModelFit, stop: Mapping[str, float]) -> ModelFit:
    """Fit by iteratively reweighted least squares.

    Influence values are taken with the working weights of the last step, as R does; fully converged
    they are those of the solution.
    """
    inverse, variance = family(made.kind)
    X = np.column_stack([np.ones(made.n), made.X.to_numpy()])
    y, w = made.y, made.weights / made.weights.mean()
    eta = start(made.kind, y, w)
    mu = inverse(eta)
    deviance, beta, converged = np.inf, np.zeros(X.shape[1]), False
    for _ in range(int(stop["iterations"])):
        slope = variance(mu)
        working = w * slope
        root = np.sqrt(working)
        new = np.linalg.lstsq(X * root[:, None], (eta + (y - mu) / slope) * root, rcond=None)[0]
        eta = X @ new
        mu = inverse(eta)
        last, deviance = deviance, deviance_of(made.kind, y, mu, w)
        step, beta = np.max(np.abs(new - beta) / (1 + np.abs(new))), new
        if stop["step"] < np.inf:
            converged = bool(step <= stop["step"])
        else:
            converged = abs(deviance - last) / (abs(deviance) + 0.1) < stop["deviance"]
        if converged:
            break
    bread = np.linalg.inv(X.T @ (X * working[:, None]))
    influence = (X * (working * (y - mu) / variance(mu))[:, None]) @ bread
    names = [INTERCEPT, *made.X.columns]
    method = f"{made.kind} regression, linearised standard errors"
    return _finish(made, names, beta, influence, -deviance / 2, method, converged)


# --- proportional odds ------------------------------------------------------------------------------


def _fit_ordinal(made: ModelFit) -> ModelFit:
    """Proportional odds by Newton's method on logit P(Y <= k) = threshold_k - x'beta (McCullagh 1980)."""
    X, y, w = made.X.to_numpy(), made.y, made.weights / made.weights.mean()
    centre = X.mean(axis=0)
    scale = np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    Z = (X - centre) / scale
    below = np.cumsum(np.bincount(y.astype(int), w))[:-1] / w.sum()
    params = np.concatenate([np.zeros(X.shape[1]), np.log(below / (1 - below))])
    value, converged = ordinal_log_likelihood(params, Z, y, w), False
    for _ in range(100):
        step = np.linalg.solve(
            ordinal_information(params, Z, y, w), ordinal_scores(params, Z, y, w).sum(axis=0)
        )
        size = 1.0
        while (new := ordinal_log_likelihood(params + size * step, Z, y, w)) < value - 1e-9 and size > 1e-8:
            size /= 2
        params, value = params + size * step, new
        if np.max(np.abs(step) / (1 + np.abs(params))) < 1e-12:
            converged = True
            break
    slopes = params[: X.shape[1]] / scale
    params = np.concatenate([slopes, params[X.shape[1] :] + centre @ slopes])
    influence = ordinal_scores(params, X, y, w) @ np.linalg.inv(ordinal_information(params, X, y, w))
    marks = [level_code(level) for level in made.levels]
    names = [*made.X.columns, *(f"{low}|{high}" for low, high in itertools.pairwise(marks))]
    if not converged and np.abs(Z @ (slopes * scale)).max() > 20:
        made = replace(made, flags=(*made.flags, "separated"))
    return _finish(
        made,
        names,
        params,
        influence,
        value,
        "proportional-odds model, linearised standard errors",
        converged,
    )


def proportional_odds_check(fitted: ModelFit) -> pd.DataFrame:
    """Test whether the slopes are the same at every cut of the answer (Brant).

    A weighted logit of ``Y > k`` is fitted at each cut; the joint covariance of all slopes comes from
    their stacked influence values under the design, and a Wald test takes ``slope_k = slope_1`` for all
    k (Brant 1990, with a design-based covariance in place of the model's). ``F = W / q`` on (q, df).

    Returns
    -------
    DataFrame
        Rows ``all`` and one a predictor; columns `F`, `df`, `df2`, `p_value`, `note`. Cuts at which the
        logit is separated are left out, and `note` says so.
    """
    cuts = range(len(fitted.levels) - 1)
    slopes, influence, left_out = [], [], 0
    for cut in cuts:
        above = (fitted.y > cut).astype(float)
        if _separated(fitted.X, above):
            left_out += 1
            continue
        binary = _fit_glm(replace(fitted, kind="logistic", y=above, flags=()), _FULL)
        slopes.append(binary.coefficients.to_numpy()[1:])
        influence.append(binary.influence[:, 1:])
    note = f"{left_out} of {len(cuts)} cuts left out: separated" if left_out else ""
    p = fitted.X.shape[1]
    groups = {"all": list(range(p))}
    for term in fitted.terms:
        groups[term.variable] = [list(fitted.X.columns).index(column) for column in term.columns]
    if len(slopes) < 2:
        return pd.DataFrame(
            {"F": np.nan, "df": np.nan, "df2": np.nan, "p_value": np.nan, "note": note}, index=list(groups)
        )
    covariance = fitted.design.covariance(np.hstack(influence))
    table = {
        name: _equal_slopes(np.array(slopes), covariance, chosen, fitted.df)
        for name, chosen in groups.items()
    }
    return pd.DataFrame(table, index=["F", "df", "df2", "p_value"]).T.assign(note=note)


def _equal_slopes(slopes: Array, covariance: Array, chosen: list[int], df: int) -> list[float]:
    from scipy import stats

    cuts, p = slopes.shape
    contrast = np.zeros(((cuts - 1) * len(chosen), cuts * p))
    for cut in range(1, cuts):
        for place, column in enumerate(chosen):
            row = (cut - 1) * len(chosen) + place
            contrast[row, cut * p + column], contrast[row, column] = 1.0, -1.0
    difference = contrast @ slopes.ravel()
    spread = contrast @ covariance @ contrast.T
    q = np.linalg.matrix_rank(spread)
    F = float(difference @ np.linalg.pinv(spread, hermitian=True) @ difference) / q
    return [F, float(q), float(df), float(stats.f.sf(F, q, df))]


# --- Firth ------------------------------------------------------------------------------------------


def _fit_firth(made: ModelFit, ci_level: float) -> ModelFit:
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
