"""Design-based estimates by ``svy``, the only module that imports it; arrays and pandas in, pandas out.

Published point estimates and standard errors of weighting classes come from ``svy``: all domain means of a
scheme in batched calls of its ratio estimator (a domain mean is the ratio Σwδy/Σwδ), half a millisecond for
each column. Above :data:`SVY_LIMIT` values, and for raked or calibrated weights, the same formula is
evaluated as one matrix product (:func:`surveypipe.variance.second_phase_means`); the tests hold the two
together to 1e-10.

Traps of svy 0.35, and what stands against each here:

* a class without respondents loses its weight without a word: :func:`second_phase` demands Σw = N;
* replicates ignore the finite-population correction: svy's replication is never called;
* the variance covers the last adjustment only: a design holds one adjustment, all auxiliaries in it;
* intervals use the units that are not missing and its ``korn-graubard`` is not R's ``beta``: intervals are
  made in :mod:`surveypipe.intervals`, from explicit degrees of freedom;
* the rank test ignores the finite-population correction: :mod:`surveypipe.group_tests` has its own;
* a table with missing answers is tested after dropping their rows, so that cells shrink to those who answered
  while their staff do not: such tables go to :func:`surveypipe.group_tests.rao_scott_test`;
* a batched call (a list of variables, nothing missing) and every quantile leave a calibration out of the
  variance without a word, and a domain of a calibrated mean is residualised within itself: standard errors
  under raking and calibration are the matrix formula, which equals svy's single ratio and R;
* the cells of a hand-made adjustment must be integer codes; as text they give another standard error without
  a word (23.967 where R has 23.920): :func:`sample` codes them;
* a population size that is a share is misread by other software: refused here before svy sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.linearisation import Linearisation
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.variance import (
    Cells,
    VarianceTable,
    domain_degrees,
    response_cells,
    second_phase_covariance,
    second_phase_means,
)

if TYPE_CHECKING:
    import pandas as pd
    import svy

Floats = NDArray[np.float64]

# Values (rows by columns) of a call above which the matrix formula takes over. Measured: 119 by 500 is .1 s,
# 4,000 by 500 .4 s; 700,000 by 20 3.9 s, where the formula needs 1.7 s.
SVY_LIMIT = 5_000_000
# Columns in one call: svy reads the whole schema for each result, so wide frames cost the square.
_BATCH = 80
_SUM_TOLERANCE = 1e-8


@dataclass(frozen=True)
class SecondPhase:
    """Respondents as a second phase of simple random sampling within response cells.

    Attributes
    ----------
    weights
        Final weights, shape (n,).
    labels
        Response cell of each respondent, shape (n,).
    n_pop
        Staff in each cell.
    linearised
        What raking, calibration or the response model adds to influence values; None for weighting classes.
    """

    weights: Floats
    labels: NDArray[Any]
    n_pop: Mapping[str, float]
    linearised: Linearisation | None = None

    @property
    def cells(self) -> Cells:
        """The cells as arrays."""
        return response_cells(self.labels, self.n_pop)


def second_phase(
    weights: ArrayLike,
    cells: ArrayLike,
    n_pop: Mapping[str, float],
    *,
    linearised: Linearisation | None = None,
) -> SecondPhase:
    """Make a design and check it.

    Raises
    ------
    SurveyError
        If a weight is missing or below zero, if a cell's number of staff is missing, is a share or is
        below its respondents, or if the weights do not sum to the staff.
    """
    w = np.asarray(weights, dtype=float)
    labels = np.asarray(cells, dtype=str)
    problems = Problems()
    bad = int((~np.isfinite(w)).sum() + (w < 0).sum())
    if bad:
        problems.add(f"design: {bad} respondents have no weight or one below zero; weight the file again.")
    problems.raise_if_any()
    response_cells(labels, n_pop)
    staff = float(sum(n_pop.values()))
    if abs(w.sum() - staff) > _SUM_TOLERANCE * staff:
        raise SurveyError(
            f"design: the weights sum to {w.sum():.6g} and the cells hold {staff:.6g} staff; a cell without "
            "respondents has lost its weight, or the weights are of another file."
        )
    return SecondPhase(w, labels, {str(k): float(v) for k, v in n_pop.items()}, linearised)


def covariance(design: SecondPhase, *, fpc: bool) -> Callable[[Floats], Floats]:
    """Covariance of totals of weighted influence values under the design, as a function of the values."""
    cells = design.cells

    def of(scores: Floats) -> Floats:
        return second_phase_covariance(scores, cells, design.linearised, fpc=fpc)

    return of


def variance_name(design: SecondPhase) -> str:
    """Words for the variance of a design, as the column ``method`` has them."""
    if design.linearised is None:
        return "second phase"
    if design.linearised.propensity is not None:
        return "response propensities linearised (Kim and Kim)"
    return "second phase, on regression residuals"


def domain_df(design: SecondPhase, inside: NDArray[np.bool_]) -> int:
    """Degrees of freedom of a domain; see :func:`surveypipe.variance.domain_degrees`."""
    return int(domain_degrees(inside[:, None], design.cells, design.linearised)[0])


def domain_means(Y: ArrayLike, design: SecondPhase, *, fpc: bool = True) -> VarianceTable:
    """Weighted means of many outcomes with second-phase standard errors.

    Parameters
    ----------
    Y
        Outcomes, shape (n, k); NaN puts a respondent outside that outcome's domain.
    design
        See :func:`second_phase`.
    fpc
        Finite-population correction.

    Returns
    -------
    VarianceTable
        Estimates and standard errors of weighting classes by ``svy``, of other weights by
        :mod:`surveypipe.variance`, as all degrees of freedom and design effects.
    """
    values = np.asarray(Y, dtype=float).reshape(len(design.weights), -1)
    table = second_phase_means(
        values, design.labels, design.n_pop, weights=design.weights, fpc=fpc, linearised=design.linearised
    )
    # Where the one member of a cell answered, svy has no rule for a single unit; the formula gives its zero.
    if design.linearised is not None or values.size > SVY_LIMIT or (design.cells.n < 2).any():
        return table
    used = np.flatnonzero(table.n > 0)
    estimate, se = _svy_ratios(values[:, used], design, fpc)
    full_estimate, full_se = table.estimate.copy(), table.se.copy()
    full_estimate[used], full_se[used] = estimate, se
    return replace(table, estimate=full_estimate, se=full_se)


def _svy_ratios(values: Floats, design: SecondPhase, fpc: bool) -> tuple[Floats, Floats]:
    parts = [
        _svy_batch(values[:, start : start + _BATCH], design, fpc)
        for start in range(0, values.shape[1], _BATCH)
    ]
    found = np.vstack([np.empty((0, 2)), *parts])
    return found[:, 0], found[:, 1]


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


def _columns(frame: pd.DataFrame) -> tuple[dict[str, str], pd.DataFrame]:
    names = {str(name): f"column_{number}" for number, name in enumerate(frame.columns)}
    return names, frame.reset_index(drop=True).rename(columns=names)


def _svy_batch(values: Floats, design: SecondPhase, fpc: bool) -> Floats:
    """Estimate and standard error of each column, shape (k, 2)."""
    import polars as pl

    inside = ~np.isnan(values)
    filled = np.where(inside, values, 0.0)
    above = [f"y{k}" for k in range(values.shape[1])]
    below = [f"d{k}" for k in range(values.shape[1])]
    columns = dict(zip(above, filled.T, strict=True)) | dict(zip(below, inside.T.astype(float), strict=True))
    sample = _second_phase_sample(pl.DataFrame(columns), design, fpc)
    results: Any = sample.estimation.ratio(above, below)
    return np.array([[one.estimates[0].est, one.estimates[0].se] for one in results])


def _second_phase_sample(outcomes: Any, design: SecondPhase, fpc: bool) -> svy.Sample:
    import polars as pl
    import svy

    size = np.array([design.n_pop[label] for label in design.labels])
    frame = outcomes.with_columns(
        pl.Series("_weight", design.weights), pl.Series("_cell", design.labels), pl.Series("_size", size)
    )
    options: dict[str, Any] = {"wgt": "_weight", "stratum": "_cell", "pop_size": "_size" if fpc else None}
    return svy.Sample(frame, svy.Design(**options))


def second_phase_sample(frame: pd.DataFrame, design: SecondPhase, *, fpc: bool) -> Sample:
    """Put variables of respondents beside their design, for :func:`rao_scott` and :func:`t_test`.

    Raises
    ------
    ValueError
        If the weights are raked, calibrated or inverse propensities, whose estimation svy would leave out.
    """
    import polars as pl

    if design.linearised is not None:
        raise ValueError("svy holds weighting classes only; use the covariance of the design")
    names, columns = _columns(frame)
    return Sample(_second_phase_sample(pl.from_pandas(columns), design, fpc), names)


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
    names, columns = _columns(frame)
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


def interpolated_quantiles(y: ArrayLike, weights: ArrayLike, p: Sequence[float]) -> Floats:
    """Weighted quantiles by interpolation (R's rule ``hf7``); no standard error.

    Parameters
    ----------
    y, weights
        Values and weights, shape (n,).
    p
        Probabilities.
    """
    values, w = np.asarray(y, float), np.asarray(weights, float)
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(w[order])
    at = np.concatenate([[0.0], cumulated[:-1]]) / cumulated[-2]
    return np.interp(p, at, values[order])
