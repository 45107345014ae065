"""Agreement between coders as rows of the table of estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.measurement.agreement import (
    Agreement,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    paired_codes,
    pooled_kappa,
)
from surveypipe.problems import SurveyError, shown

Weighting = Literal["none", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def agreement_table(
    first: Sequence[Any], second: Sequence[Any], levels: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Cross-tabulate two coders' codes of the same units, leaving out units that either did not code.

    Parameters
    ----------
    first, second
        Codes, of one length.
    levels
        All codes in order; by default those that occur, sorted.

    Raises
    ------
    SurveyError
        If the lengths differ, no unit was coded twice, or a code is not among `levels`.
    """
    if len(first) != len(second):
        raise SurveyError(
            f"the coders' files have {len(first)} and {len(second)} answers; they must be the same ones."
        )
    pair = pd.DataFrame({"first": list(first), "second": list(second)}).dropna()
    if pair.empty:
        raise SurveyError("no answer was coded by both coders; agreement needs some that were.")
    found = set(pair["first"]) | set(pair["second"])
    order = sorted(found) if levels is None else list(levels)
    if found - set(order):
        raise SurveyError(
            f"codes that are not in the code list: {shown(sorted(map(str, found - set(order))))}."
        )
    return pd.crosstab(pair["first"], pair["second"]).reindex(index=order, columns=order, fill_value=0)


def coefficients(
    ratings: pd.DataFrame,
    *,
    metric: Metric = "nominal",
    levels: Sequence[Any] | None = None,
    ci_level: float = 0.95,
    seed: int = 1,
) -> list[Agreement]:
    """Compute every coefficient that applies: kappas for two coders, alpha and AC1 for any number.

    Parameters
    ----------
    ratings
        Shape (units, coders).
    metric
        Anything but ``nominal`` adds the weighted kappas.
    """
    made = []
    if ratings.shape[1] == 2:
        table = agreement_table(list(ratings.iloc[:, 0]), list(ratings.iloc[:, 1]), levels)
        weightings: tuple[Weighting, ...] = (
            ("none",) if metric == "nominal" else ("none", "linear", "quadratic")
        )
        made += [cohen_kappa(table, weighting=weighting, ci_level=ci_level) for weighting in weightings]
    made.append(krippendorff_alpha(ratings, metric=metric, levels=levels, ci_level=ci_level, seed=seed))
    made.append(gwet_ac1(ratings, levels=levels, ci_level=ci_level))
    return made


def tidy(
    ratings: Mapping[str, pd.DataFrame],
    *,
    metric: Metric = "nominal",
    levels: Sequence[Any] | None = None,
    labels: Mapping[str, str] | None = None,
    ci_level: float = 0.95,
    seed: int = 1,
    **cells: Any,
) -> pd.DataFrame:
    """Make rows of the table of estimates for questions whose answers have one code each.

    Parameters
    ----------
    ratings
        Units by coders, for each question.
    **cells
        Any further column.
    """
    rows = []
    for variable, frame in ratings.items():
        common = {"variable_label": (labels or {}).get(variable, variable), "ci_level": ci_level, **cells}
        found = coefficients(frame, metric=metric, levels=levels, ci_level=ci_level, seed=seed)
        rows += [_row(variable, one, common) for one in found]
        rows.append(_percent_row(variable, found[-1], common))
    return estimate_frame(rows)


def tidy_codes(
    variable: str,
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    ci_level: float = 0.95,
    seed: int = 1,
    **cells: Any,
) -> pd.DataFrame:
    """Make rows for one question whose answers may have several codes: by code, and pooled.

    Parameters
    ----------
    variable
        The open question.
    first, second
        Shape (answers, codes), 0/1, the two coders' decisions.
    labels
        Display names of the question and of the codes.
    """
    labels = labels or {}
    a, b = paired_codes(first, second)
    common: dict[str, Any] = {"variable_label": labels.get(variable, variable), "ci_level": ci_level, **cells}
    rows = [_row(variable, pooled_kappa(first, second, ci_level=ci_level), common)]
    for place, code in enumerate(first.columns):
        of_code = {**common, "level": str(code), "level_label": labels.get(str(code), str(code)),
                   "n_level": int((a[:, place] + b[:, place] > 0).sum())}  # fmt: skip
        ratings = pd.DataFrame({"first": a[:, place], "second": b[:, place]})
        found = coefficients(ratings, levels=[0.0, 1.0], ci_level=ci_level, seed=seed)
        rows += [_row(variable, one, of_code) for one in found]
        rows.append(_percent_row(variable, found[-1], of_code))
    return estimate_frame(rows)


def _row(variable: str, one: Agreement, common: Mapping[str, Any]) -> dict[str, Any]:
    return estimate_row(
        variable, one.statistic, one.estimate,
        **{**common, "n": one.n, "se": one.se, "df": one.df, "ci_low": one.ci_low, "ci_high": one.ci_high,
           "method": one.method, "base": "coded twice", "flag": one.flag},
    )  # fmt: skip


def _percent_row(variable: str, one: Agreement, common: Mapping[str, Any]) -> dict[str, Any]:
    cells = {
        **common,
        "n": one.n,
        "base": "coded twice",
        "method": "share of pairs of coders that agree",
        "ci_level": None,
    }
    return estimate_row(variable, "observed_agreement", one.observed, **cells)
