"""Estimates from several completed data sets as one, by Rubin's rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.design.protocol import Design
from surveypipe.distributions import t_quantile
from surveypipe.estimation.flags import ImputationFlag
from surveypipe.estimation.imputation import barnard_rubin, primary_analysis
from surveypipe.estimation.rows import estimate_frame, estimate_row

Array = np.ndarray
Estimator = Callable[[Array], tuple[Array, Array, Array]]


@dataclass(frozen=True)
class Pooled:
    """Result of Rubin's rules."""

    estimate: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    within: float
    between: float
    missing_information: float
    m: int


def pool(
    estimates: Array,
    variances: Array,
    *,
    df_complete: float = np.inf,
    ci_level: float = 0.95,
    interval: Literal["t", "logit"] = "t",
) -> Pooled:
    """Combine the estimates of m completed data sets.

    Parameters
    ----------
    estimates, variances
        Shape (m,); variances with the finite population correction of the estimate.
    df_complete
        Degrees of freedom had everyone answered (n - H).
    interval
        ``logit`` for proportions strictly between 0 and 1.

    Raises
    ------
    ValueError
        If there are fewer than two imputations.
    """
    q, u = np.asarray(estimates, float), np.asarray(variances, float)
    m = len(q)
    if m < 2:
        raise ValueError("Rubin's rules need two or more imputations")
    centre, within, between = float(q.mean()), float(u.mean()), float(q.var(ddof=1))
    if np.ptp(q) <= 1e-12 * max(1.0, float(np.abs(q).max())):
        between = 0.0
    extra = (1 + 1 / m) * between
    total = within + extra
    share = extra / total if total > 0 else 0.0
    df = barnard_rubin(m, share, df_complete)
    se = math.sqrt(total)
    half = float(t_quantile(0.5 + ci_level / 2, df)) * se
    low, high = _interval(centre, half, interval)
    if within > 0:
        r = extra / within
        information = (r + 2 / (df + 3)) / (r + 1) if between > 0 else 0.0
    else:
        information = 1.0 if between > 0 else 0.0
    return Pooled(centre, se, df, low, high, within, between, information, m)


def estimator_of(design: Design, *, fpc: bool = True) -> Estimator:
    """Make an estimator of weighted means with the standard errors of a design, for :func:`tidy`."""

    def estimator(outcomes: Array) -> tuple[Array, Array, Array]:
        made = design.means_by_formula(outcomes, fpc=fpc)
        return made.estimate, made.se, made.df

    return estimator


def tidy(
    completed: Mapping[str, Array],
    observed: Mapping[str, Array],
    estimator: Estimator,
    *,
    share: float,
    statistic: str = "mean",
    scheme: str,
    fpc: bool = True,
    levels: Mapping[str, tuple[str, str]] | None = None,
    labels: Mapping[str, str] | None = None,
    ci_level: float = 0.95,
    **cells: Any,
) -> pd.DataFrame:
    """Make rows of the table of estimates: complete cases beside multiple imputation.

    Parameters
    ----------
    completed
        By variable, shape (n, m): answers in each completed data set, NaN outside the base.
    observed
        By variable, shape (n,): answers as given.
    estimator
        Takes outcomes of shape (n, k), returns estimates, standard errors and degrees of freedom, each of
        shape (k,); for example that of :func:`estimator_of`.
    share
        Share of incomplete cases (:func:`share_incomplete`), which decides what is primary.
    statistic
        ``mean`` or ``proportion`` (logit interval).
    levels
        Code and label of the answer, by variable, for proportions.
    **cells
        Any further column.

    Returns
    -------
    DataFrame
        For each variable `<statistic>_complete_cases`, `<statistic>_imputed` and `missing_information`.
        `flag` is `PREFERRED` on the one that the rule prefers.
    """
    kind: Literal["t", "logit"] = "logit" if statistic == "proportion" else "t"
    primary = primary_analysis(share)
    rows = []
    for variable, answers in completed.items():
        code, code_label = (levels or {}).get(variable, ("", ""))
        common: dict[str, Any] = {
            "scheme": scheme, "fpc": fpc, "ci_level": ci_level, "level": code, "level_label": code_label,
            "variable_label": (labels or {}).get(variable, variable), **cells,
        }  # fmt: skip
        complete = _complete_cells(np.asarray(observed[variable], float), estimator, ci_level, kind)
        estimates, errors, freedom = estimator(answers)
        found = pool(
            estimates, errors**2, df_complete=float(freedom.mean()), ci_level=ci_level, interval=kind
        )
        filled = {
            "n": int((~np.isnan(answers[:, 0])).sum()),
            "method": f"multiple imputation, {found.m} data sets, Rubin's rules",
        }
        pooled = {**filled, "estimate": found.estimate, "se": found.se, "df": found.df,
                  "ci_low": found.ci_low, "ci_high": found.ci_high}  # fmt: skip
        information = {**filled, "estimate": found.missing_information, "ci_level": None}
        for ending, part, name in (("complete_cases", complete, "complete cases"),
                                   ("imputed", pooled, "multiple imputation"),
                                   ("missing_information", information, "")):  # fmt: skip
            line = {**common, **part, "flag": ImputationFlag.PREFERRED if name == primary else ""}
            rows.append(estimate_row(variable, f"{statistic}_{ending}", line.pop("estimate"), **line))
    return estimate_frame(rows)


def _complete_cells(given: Array, estimator: Estimator, ci_level: float, kind: str) -> dict[str, Any]:
    """Estimate from those who answered, with interval, as cells of a row."""
    estimate, se, df = (float(part[0]) for part in estimator(given[:, None]))
    half = float(t_quantile(0.5 + ci_level / 2, df)) * se
    low, high = _interval(estimate, half, kind)
    return {"estimate": estimate, "n": int((~np.isnan(given)).sum()), "se": se, "df": df, "ci_low": low,
            "ci_high": high, "method": "complete cases"}  # fmt: skip


def _interval(estimate: float, half: float, kind: str) -> tuple[float, float]:
    """Interval of half a width about an estimate: plain, or on the logit scale for a share within (0, 1)."""
    from scipy.special import expit

    if kind == "t" or not 0 < estimate < 1:
        return estimate - half, estimate + half
    place, width = math.log(estimate / (1 - estimate)), half / (estimate * (1 - estimate))
    return float(expit(place - width)), float(expit(place + width))
