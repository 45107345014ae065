"""A fitted model: coefficients, covariance under the design, influence values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.design.protocol import Again
from surveypipe.design.sampling import SurveyDesign
from surveypipe.distributions import t_above, t_quantile
from surveypipe.regression.families import Kind
from surveypipe.regression.terms import Term

Array = np.ndarray
INTERCEPT = "(Intercept)"


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
        se = self.standard_errors()
        half = t_quantile(0.5 + ci_level / 2, self.df) * se
        made = pd.DataFrame({"estimate": self.coefficients, "se": se, "df": float(self.df)})
        made["t"] = made["estimate"] / made["se"]
        made["p_value"] = 2 * t_above(made["t"].abs(), self.df)
        made["ci_low"], made["ci_high"] = made["estimate"] - half, made["estimate"] + half
        if self.interval is not None and self.p_values is not None:
            made[["ci_low", "ci_high"]] = self.interval
            made["p_value"], made["t"], made["df"] = self.p_values, np.nan, np.nan
        return made


def with_covariance(
    made: ModelFit,
    names: list[str],
    beta: Array,
    influence: Array,
    loglik: float,
    method: str,
    converged: bool,
    again: Again | None = None,
) -> ModelFit:
    """Complete a fit with the covariance that its design gives to the influence values."""
    everyone = np.zeros((made.design.size, len(names)))
    everyone[made.rows] = influence
    covariance = made.design.covariance(everyone, again)
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
