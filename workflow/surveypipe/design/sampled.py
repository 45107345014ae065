"""Respondents of a sample: strata, units of one or more stages, and what was adjusted on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.linearisation import Cells, Linearisation, deviations
from surveypipe.design.selection import Selection, units_drawn
from surveypipe.design.stages import Stage, design_deviations
from surveypipe.design.variance import VarianceTable, linearised_means, simple_random_variance
from surveypipe.grouping import group_sums

if TYPE_CHECKING:
    from surveypipe.design.engine import Sample
    from surveypipe.design.protocol import Again, CovarianceOf

Floats = NDArray[np.float64]
ROUNDING = 1e-20


@dataclass(frozen=True)
class SampledDesign:
    r"""Respondents of a sample whose selection is known.

    The variance of an estimate is that of the total of its influence values over everybody drawn,
    :math:`u`, linearised over the stages of selection. Where respondents are all who are known to have been
    drawn, and weights meet known totals, u is the residual of calibration, as in R. Where those who did not
    answer are known too, and totals are estimated from all who were drawn, u has a part for them; with the
    correction, response as a second phase then adds :math:`\sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_i (s_i -
    \bar s_h)^2 / d_i`, which nothing corrects (Fay 1991; Shao and Steel 1999). For a census all is second
    phase; for a sample drawn with replacement nothing is.

    Attributes
    ----------
    weights
        Final weights of the respondents, shape (n,).
    labels
        Cell of each respondent within which answers are taken for exchangeable, shape (n,).
    cells
        The same as arrays; where nobody else is known to have been drawn, everybody is taken to have answered
        with the chance that the weights tell.
    selection
        How everybody drawn came to be drawn.
    linearised
        What the estimation of the weights adds; None for weights that were given.
    """

    weights: Floats
    labels: NDArray[Any]
    cells: Cells
    selection: Selection
    linearised: Linearisation | None = None

    @property
    def silent_listed(self) -> bool:
        """Whether some of those drawn are known not to have answered."""
        return not bool(self.selection.answered.all())

    @property
    def method(self) -> str:
        """Words for the variance, as the column ``method`` has them."""
        stages = len(self.selection.stages)
        units = "persons" if _elements(self.selection.stages[0]) else "first-stage units"
        words = (
            f"linearised over {stages} stages"
            if stages > 1 and self.selection.corrected
            else (f"linearised over {units}")
        )
        return words if self.linearised is None else f"{words}, on regression residuals"

    def _deviations(self, scores: Floats, *, fpc: bool, jointly: bool = True) -> Floats:
        values = np.asarray(scores, float).reshape(len(self.weights), -1)
        whole = values.sum(axis=0) / self.weights.sum()
        if self.linearised is not None:
            values = self.linearised.centred(values, self.weights)
        drawn, stages = self._over_everybody_drawn(values), self._stages(fpc=fpc)
        if self.linearised is not None and self.linearised.propensity is not None:
            # The sum to which the weights are scaled is itself estimated from all who were drawn.
            drawn = drawn + self.selection.base[:, None] * whole
        found = design_deviations(drawn, stages, single_unit=self.selection.single_unit, jointly=jointly)
        if not (fpc and self.selection.corrected and self.silent_listed):
            return found
        base = self.selection.base[self.selection.answered]
        response = deviations(values, self._of_those_drawn(base), self.linearised, fpc=True)
        return np.vstack([found, response / np.sqrt(base)[:, None]])

    def _stages(self, *, fpc: bool) -> list[Stage]:
        """Stages that a variance is made of; without the correction the first stands for all."""
        first = self.selection.stages[0]
        return list(self.selection.stages) if fpc else [Stage(first.unit, first.stratum)]

    def _of_those_drawn(self, base: Floats) -> Cells:
        """Cells in which the share that answered is that of those drawn, counted by their base weights."""
        share = np.bincount(self.cells.codes, base, minlength=len(self.cells.n)) / self.cells.N
        if np.isclose(share, 1).all():
            # Weights that were not adjusted add up to those who answered, and their cells tell no rate.
            share = np.full(len(share), base.sum() / self.selection.base.sum())
        return replace(self.cells, N=self.cells.n / np.minimum(share, 1.0))

    def _over_everybody_drawn(self, values: Floats) -> Floats:
        """Influence values of everybody drawn, shape (m, k)."""
        made = np.zeros((len(self.selection.answered), values.shape[1]))
        own = values if self.linearised is None else self.linearised.applied(values)
        made[self.selection.answered] = own
        if self.linearised is not None and self.linearised.carried is not None:
            made += self.linearised.carried @ (self.linearised.slopes.T @ values)
        return made

    def covariance(self, *, fpc: bool) -> CovarianceOf:
        """Covariance of totals of weighted influence values, as a function of the values."""

        def of(scores: Floats, again: Again | None = None) -> Floats:
            found = self._deviations(scores, fpc=fpc)
            return np.asarray(found.T @ found)

        return of

    def degrees_of_freedom(self, inside: NDArray[np.bool_]) -> int:
        """First-stage units less first-stage strata among those in the domain, shape (n,); R's ``degf``."""
        return int(self._degrees(np.asarray(inside, bool)[:, None])[0])

    def _degrees(self, inside: NDArray[np.bool_]) -> Floats:
        stage = self.selection.of_respondents()
        found = np.zeros(inside.shape[1])
        for labels, sign in ((stage.unit, 1.0), (stage.stratum, -1.0)):
            codes = pd.factorize(labels)[0]
            if sign > 0 and len(np.unique(codes)) == len(codes):
                found += inside.sum(axis=0)
                continue
            members = group_sums(inside.astype(float), codes, int(codes.max(initial=-1)) + 1)
            found += sign * (members > 0).sum(axis=0)
        return found

    @property
    def linearised_errors(self) -> bool:
        """Whether standard errors are linearised; else they are of estimates computed again."""
        return True

    @property
    def corrected(self) -> bool:
        """Whether there is a finite-population correction to put on or leave off."""
        return self.selection.corrected

    def complete(self, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether everybody was drawn and answered in all that domains of shape (n, k) touch."""
        if self.silent_listed:
            return np.zeros(inside.shape[1], dtype=bool)
        partial = np.zeros(len(self.weights), dtype=bool)
        for stage in self.selection.stages:
            size = np.full(len(partial), np.inf) if stage.size is None else stage.size
            partial |= units_drawn(stage) < size * (1 - 1e-9)
        return np.asarray(inside.any(axis=0) & ~(inside & partial[:, None]).any(axis=0))

    def errors(self, Y: ArrayLike, fpc: bool = True) -> tuple[Floats, Floats]:
        """Estimates and standard errors alone."""
        found = self.means_by_formula(Y, fpc=fpc)
        return found.estimate, found.se

    def means_by_formula(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Weighted means of many outcomes with linearised standard errors."""
        values = np.asarray(Y, float).reshape(len(self.weights), -1)
        inside = ~np.isnan(values)
        estimate, z = linearised_means(values, self.weights, inside)
        found = self._deviations(z * self.weights[:, None], fpc=fpc, jointly=False)
        variance = np.einsum("mk,mk->k", found, found)
        n = inside.sum(axis=0).astype(float)
        srs = simple_random_variance(values, self.weights, inside, estimate, fpc=fpc)
        # A share that the weights were calibrated to is known; what is left of its variance is rounding.
        variance = np.where(variance < ROUNDING * srs, 0.0, variance)
        with np.errstate(invalid="ignore", divide="ignore"):
            deff = np.where(srs > 0, variance / srs, np.nan)
        se = np.where(n > 0, np.sqrt(variance), np.nan)
        return VarianceTable(estimate, se, self._degrees(inside), deff, n)

    means = means_by_formula

    def shift_variance(self, y: Floats, *, fpc: bool) -> float:
        """Variance of the weighted less the unweighted mean of the same respondents, shape (n,)."""
        Y = y[:, None]
        inside = ~np.isnan(Y)
        _, weighted = linearised_means(Y, self.weights, inside)
        _, plain = linearised_means(Y, np.ones(len(Y)), inside)
        scores = weighted * self.weights[:, None]
        whole = self._over_everybody_drawn(scores)
        whole[self.selection.answered] -= plain
        found = design_deviations(whole, self._stages(fpc=fpc), single_unit=self.selection.single_unit)
        return float((found**2).sum())

    def sample(self, frame: pd.DataFrame, *, fpc: bool) -> Sample | None:
        """Return None: the formulas of this module are the design's own."""
        return None


def _elements(stage: Stage) -> bool:
    """Whether the units of a stage are persons."""
    return len(np.unique(stage.unit)) == len(stage.unit)
