"""Respondents as a second phase of selection within response cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.engine import Sample, neutral_columns
from surveypipe.design.linearisation import Linearisation
from surveypipe.design.variance import (
    Cells,
    VarianceTable,
    domain_degrees,
    linearised_means,
    response_cells,
    second_phase_covariance,
    second_phase_means,
    second_phase_variance,
)
from surveypipe.problems import Problems, SurveyError

if TYPE_CHECKING:
    import pandas as pd
    import svy

    from surveypipe.design.protocol import Again, CovarianceOf


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
    convenience
        Whether nobody knows who was asked: respondents are then taken for a simple random sample, and the
        texts say what that is worth.
    """

    weights: Floats
    labels: NDArray[Any]
    n_pop: Mapping[str, float]
    linearised: Linearisation | None = None
    convenience: bool = False

    @property
    def cells(self) -> Cells:
        """The cells as arrays."""
        return response_cells(self.labels, self.n_pop)

    @property
    def method(self) -> str:
        """Words for the variance, as the column ``method`` has them."""
        if self.convenience:
            return "simple random sampling"
        if self.linearised is None:
            return "second phase"
        if self.linearised.spread is not None and self.linearised.leverage is None:
            return "response propensities predicted out of fold, linearised"
        if self.linearised.spread is not None:
            return "second phase, on residuals of a penalised regression"
        if self.linearised.propensity is not None:
            return "response propensities linearised (Kim and Kim)"
        return "second phase, on regression residuals"

    def covariance(self, *, fpc: bool) -> CovarianceOf:
        """Covariance of totals of weighted influence values, as a function of the values."""
        cells = self.cells

        def of(scores: Floats, again: Again | None = None) -> Floats:
            values = np.asarray(scores, float).reshape(len(self.weights), -1)
            if self.linearised is not None:
                values = self.linearised.centred(values, self.weights)
            return second_phase_covariance(values, cells, self.linearised, fpc=fpc)

        return of

    def degrees_of_freedom(self, inside: NDArray[np.bool_]) -> int:
        """Degrees of freedom of a domain; see :func:`surveypipe.design.variance.domain_degrees`."""
        return int(domain_degrees(inside[:, None], self.cells, self.linearised)[0])

    @property
    def linearised_errors(self) -> bool:
        """Whether standard errors are linearised; else they are of estimates computed again."""
        return True

    @property
    def corrected(self) -> bool:
        """Whether there is a finite-population correction to put on or leave off."""
        return not self.convenience

    def complete(self, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether everybody answered in every cell that a domain, shape (n, k), touches."""
        if self.convenience:
            return np.zeros(inside.shape[1], dtype=bool)
        cells = self.cells
        # Sums of weights leave the last digits to chance.
        partial = (cells.f < 1 - 1e-9)[cells.codes]
        return np.asarray(inside.any(axis=0) & ~(inside & partial[:, None]).any(axis=0))

    def errors(self, Y: ArrayLike, fpc: bool = True) -> tuple[Floats, Floats]:
        """Estimates and standard errors alone."""
        found = self.means_by_formula(Y, fpc=fpc)
        return found.estimate, found.se

    def means_by_formula(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Weighted means by :func:`surveypipe.design.variance.second_phase_means` alone."""
        return second_phase_means(
            Y, self.labels, self.n_pop, weights=self.weights, fpc=fpc, linearised=self.linearised
        )

    def means(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Weighted means of many outcomes with second-phase standard errors.

        Parameters
        ----------
        Y
            Outcomes, shape (n, k); NaN puts a respondent outside that outcome's domain.
        fpc
            Finite-population correction.

        Returns
        -------
        VarianceTable
            Estimates and standard errors of weighting classes by ``svy``, of other weights by
            :mod:`surveypipe.design.variance`, as all degrees of freedom and design effects.
        """
        values = np.asarray(Y, dtype=float).reshape(len(self.weights), -1)
        table = self.means_by_formula(values, fpc=fpc)
        # Where the one member of a cell answered, svy has no rule for a single unit; the formula gives 0.
        if self.linearised is not None or values.size > SVY_LIMIT or (self.cells.n < 2).any():
            return table
        used = np.flatnonzero(table.n > 0)
        estimate, se = _svy_ratios(values[:, used], self, fpc)
        full_estimate, full_se = table.estimate.copy(), table.se.copy()
        full_estimate[used], full_se[used] = estimate, se
        return replace(table, estimate=full_estimate, se=full_se)

    def shift_variance(self, y: Floats, *, fpc: bool) -> float:
        """Variance of the weighted less the unweighted mean of the same respondents, shape (n,)."""
        Y = y[:, None]
        inside = ~np.isnan(Y)
        _, weighted = linearised_means(Y, self.weights, inside)
        _, plain = linearised_means(Y, np.ones(len(Y)), inside)
        scores, linearised = weighted * self.weights[:, None], self.linearised
        if linearised is not None:
            # What the estimation of the weights adds concerns the weighted mean only.
            scores, linearised = linearised.applied(scores), linearised.without_correction()
        return float(second_phase_variance(scores - plain, self.cells, linearised, fpc=fpc)[0])

    def sample(self, frame: pd.DataFrame, *, fpc: bool) -> Sample | None:
        """Variables of respondents beside the design, for ``svy``; None where it does not hold the weights.

        Raked and calibrated weights and inverse propensities are estimated, which svy would leave out.
        """
        import polars as pl

        if self.linearised is not None:
            return None
        names, columns = neutral_columns(frame)
        return Sample(_second_phase_sample(pl.from_pandas(columns), self, fpc), names)


def second_phase(
    weights: ArrayLike,
    cells: ArrayLike,
    n_pop: Mapping[str, float],
    *,
    linearised: Linearisation | None = None,
    convenience: bool = False,
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
    return SecondPhase(w, labels, {str(k): float(v) for k, v in n_pop.items()}, linearised, convenience)


def _svy_ratios(values: Floats, design: SecondPhase, fpc: bool) -> tuple[Floats, Floats]:
    parts = [
        _svy_batch(values[:, start : start + _BATCH], design, fpc)
        for start in range(0, values.shape[1], _BATCH)
    ]
    found = np.vstack([np.empty((0, 2)), *parts])
    return found[:, 0], found[:, 1]


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
