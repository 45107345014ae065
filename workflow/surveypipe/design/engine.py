"""Design-based estimates by ``svy``, the only module that imports it; arrays and pandas in, pandas out.

Published point estimates and standard errors of weighting classes come from ``svy``: all domain means of a
scheme in batched calls of its ratio estimator (a domain mean is the ratio Σwδy/Σwδ), half a millisecond for
each column. Above :data:`SVY_LIMIT` values, and for raked or calibrated weights, the same formula is
evaluated as one matrix product (:func:`surveypipe.design.variance.second_phase_means`); the tests hold the
two together to 1e-10.

Traps of svy 0.35, and what stands against each here:

* a class without respondents loses its weight without a word: :func:`second_phase` demands Σw = N;
* replicates ignore the finite-population correction: svy's replication is never called;
* the variance covers the last adjustment only: a design holds one adjustment, all auxiliaries in it;
* intervals use the units that are not missing and its ``korn-graubard`` is not R's ``beta``: intervals are
  made in :mod:`surveypipe.design.intervals`, from explicit degrees of freedom;
* the rank test ignores the finite-population correction: :mod:`surveypipe.estimation.group_tests` has its
own;
* a table with missing answers is tested after dropping their rows, so that cells shrink to those who answered
  while their staff do not: such tables go to :func:`surveypipe.estimation.contingency.rao_scott_test`;
* a batched call (a list of variables, nothing missing) and every quantile leave a calibration out of the
  variance without a word, and a domain of a calibrated mean is residualised within itself: standard errors
  under raking and calibration are the matrix formula, which equals svy's single ratio and R;
* the cells of a hand-made adjustment must be integer codes; as text they give another standard error without
  a word (23.967 where R has 23.920): :func:`sample` codes them;
* a population size that is a share is misread by other software: refused here before svy sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.problems import Problems, SurveyError, shown

if TYPE_CHECKING:
    import pandas as pd
    import svy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """A sample declared to ``svy``, whose columns bear names of ours: svy keeps some (``wr``) for itself.

    Attributes
    ----------
    made
        The sample.
    names
        Variable -> its column there.
    """

    made: svy.Sample
    names: Mapping[str, str]

    def variable(self, column: str) -> str:
        """Name of the variable in a column."""
        return next((name for name, own in self.names.items() if own == column), column)


def neutral_columns(frame: pd.DataFrame) -> tuple[dict[str, str], pd.DataFrame]:
    """Name columns by number, so that no name of a variable means anything to svy."""
    names = {str(name): f"column_{number}" for number, name in enumerate(frame.columns)}
    return names, frame.reset_index(drop=True).rename(columns=names)


def sample(
    frame: pd.DataFrame,
    *,
    weight: str,
    stratum: str | None = None,
    psu: str | None = None,
    pop_size: str | None = None,
    adjustment: Mapping[str, Any] | None = None,
) -> Sample:
    """Declare a sample survey: strata, clusters, population sizes and the last adjustment of its weights.

    Parameters
    ----------
    frame
        One row per respondent.
    weight, stratum, psu, pop_size
        Columns; `pop_size` is the number of units in the population of the stratum.
    adjustment
        Arguments of ``svy.WgtAdjustment`` but ``new_wgt``: kind, prev_wgt, and cells or aux.

    Raises
    ------
    SurveyError
        If a column is missing or has gaps, a size is a share or below the units sampled, or a stratum has
        a single unit.
    """
    import polars as pl
    import svy

    named = [c for c in (weight, stratum, psu, pop_size) if c is not None]
    problems = Problems()
    lacking = [c for c in named if c not in frame]
    if lacking:
        raise SurveyError(f"design: the data hold no column {shown(lacking)}.")
    for column in named:
        gaps = int(frame[column].isna().sum())
        if gaps:
            problems.add(f"design: {gaps} rows have no value of '{column}'; every row needs its design.")
    problems.raise_if_any()
    _check_units(frame, stratum, psu, pop_size)
    names, columns = neutral_columns(frame)
    record = None
    if adjustment is not None:
        columns, coded = _coded_cells(columns, _in_columns(adjustment, names))
        record = svy.WgtAdjustment(new_wgt=names[weight], **coded)
    parts = {"wgt": weight, "stratum": stratum, "psu": psu, "pop_size": pop_size}
    held: dict[str, Any] = {part: names[column] for part, column in parts.items() if column is not None}
    made = svy.Design(wgt_adjustment=record, **held)
    return Sample(svy.Sample(pl.from_pandas(columns), made), names)


def _in_columns(adjustment: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give an adjustment the names that its variables bear in svy."""

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value, value)
        return tuple(names.get(one, one) for one in value) if isinstance(value, tuple | list) else value

    return {key: value if key == "kind" else renamed(value) for key, value in adjustment.items()}


def _coded_cells(frame: pd.DataFrame, adjustment: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give the cells of an adjustment as the integer codes that svy takes for granted."""
    import pandas as pd

    if not adjustment.get("cells"):
        return frame, dict(adjustment)
    names = tuple(f"_cells_{name}" for name in adjustment["cells"])
    codes = {
        made: pd.factorize(frame[name], sort=True)[0].astype("int32")
        for made, name in zip(names, adjustment["cells"], strict=True)
    }
    return frame.assign(**codes), {**adjustment, "cells": names}


def _check_units(frame: pd.DataFrame, stratum: str | None, psu: str | None, pop_size: str | None) -> None:
    problems = Problems()
    groups = frame.groupby(stratum) if stratum else [("all", frame)]
    for name, rows in groups:
        units = rows[psu].nunique() if psu else len(rows)
        if units < 2:
            problems.add(f"design: stratum '{name}' has a single sampled unit; merge it with another.")
        if pop_size is None:
            continue
        sizes = rows[pop_size].unique()
        if len(sizes) > 1:
            problems.add(f"design: stratum '{name}' has {len(sizes)} population sizes; give one.")
        elif sizes[0] < units:
            hint = "; it looks like a share: give the number of units" if 0 < sizes[0] <= 1 else ""
            problems.add(
                f"design: stratum '{name}' has {units} sampled units of a population of {sizes[0]:g}{hint}."
            )
    problems.raise_if_any()


def _tidy(sample_of: Sample, results: Any) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for result in results if isinstance(results, list) else [results]:
        for one in result.estimates:
            rows.append(
                {
                    "variable": sample_of.variable(one.y),
                    "level": one.y_level,
                    "by": one.by_level[0] if one.by_level else None,
                    "prob": one.prob,
                    "estimate": one.est,
                    "se": one.se,
                    "ci_low": one.lci,
                    "ci_high": one.uci,
                    "deff": one.deff,
                    "df": one.df,
                    "n": one.n,
                }
            )
    return pd.DataFrame(rows)


def means(made: Sample, variables: Sequence[str], *, by: str | None = None) -> pd.DataFrame:
    """Means, with ``deff`` against simple random sampling without replacement.

    Where the weights sum to no more than the rows, nothing is left out to be drawn, and ``deff`` is NaN.
    """
    import svy

    y, domain = [made.names[name] for name in variables], made.names[by] if by else None
    try:
        found = made.made.estimation.mean(y, by=domain, drop_nulls=True, deff="wor")
    except svy.SvyError as error:
        if "DEFF_NOT_COMPUTABLE" not in str(error):
            raise
        found = made.made.estimation.mean(y, by=domain, drop_nulls=True)
    return _tidy(made, found).fillna({"deff": np.nan})


def totals(made: Sample, variables: Sequence[str], *, by: str | None = None) -> pd.DataFrame:
    """Totals."""
    y, domain = [made.names[name] for name in variables], made.names[by] if by else None
    return _tidy(made, made.made.estimation.total(y, by=domain, drop_nulls=True))


def proportions(made: Sample, variables: Sequence[str], *, by: str | None = None) -> pd.DataFrame:
    """Proportions of every level; logit intervals."""
    y, domain = [made.names[name] for name in variables], made.names[by] if by else None
    return _tidy(made, made.made.estimation.prop(y, by=domain, drop_nulls=True))


def ratios(made: Sample, above: str, below: str, *, by: str | None = None) -> pd.DataFrame:
    """Ratio of two totals."""
    domain = made.names[by] if by else None
    found = made.made.estimation.ratio(made.names[above], made.names[below], by=domain, drop_nulls=True)
    return _tidy(made, found)


def quantiles(
    made: Sample,
    variables: Sequence[str],
    p: Sequence[float],
    *,
    by: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Quantiles by R's ``math`` rule with Woodruff intervals on the probability scale."""
    y, domain = [made.names[name] for name in variables], made.names[by] if by else None
    results: Any = made.made.estimation.quantile(
        y, p=list(p), by=domain, drop_nulls=True, q_method="higher", alpha=1 - level
    )
    return _tidy(made, list(results))


@dataclass(frozen=True)
class FTest:
    """An F test: statistic, degrees of freedom and p."""

    F: float
    ndf: float
    ddf: float
    p: float


@dataclass(frozen=True)
class TTest:
    """A t test: estimate, standard error, t, degrees of freedom and two-sided p."""

    estimate: float
    se: float
    t: float
    df: float
    p: float


def t_test(made: Sample, outcome: str, group: str) -> TTest:
    """Design-based t test of two groups, second level less first (R's ``svyttest``)."""
    from scipy.special import stdtr

    found: Any = made.made.categorical.ttest(made.names[outcome], group=made.names[group], drop_nulls=True)
    diff, stats = found.diff[0] if isinstance(found.diff, list) else found.diff, found.stats
    # From the tail itself: one less a share of nearly 1 has no digits left.
    return TTest(diff.diff, diff.se, stats.t, stats.df, float(2 * stdtr(stats.df, -abs(stats.t))))


def rao_scott(made: Sample, rows: str, columns: str) -> FTest:
    """Rao-Scott test of independence, second order (F), of two categorical variables."""
    from scipy.special import fdtrc

    table: Any = made.made.categorical.tabulate(made.names[rows], made.names[columns], drop_nulls=True)
    found = table.stats.f
    return FTest(
        found.value, found.df_num, found.df_den, float(fdtrc(found.df_num, found.df_den, found.value))
    )
