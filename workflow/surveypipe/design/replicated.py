"""Respondents whose replicate weights came with the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.linearisation import Cells
from surveypipe.design.variance import VarianceTable, linearised_means, simple_random_variance
from surveypipe.study.design import GivenReplicates

if TYPE_CHECKING:
    import pandas as pd

    from surveypipe.design.engine import Sample
    from surveypipe.design.protocol import Again, CovarianceOf

Floats = NDArray[np.float64]
# Singular values under this share of the greatest are rounding; R's rank of replicate weights takes the same.
RANK_TOLERANCE = 1e-5


def replicate_coefs(given: GivenReplicates) -> Floats:
    """Factors on the squared deviations of the replicates, shape (R,).

    BRR 1/R; Fay 1/(R (1 − ρ)²); JK1 (R − 1)/R; bootstrap 1/(R − 1); JKn and others as told; each times its
    entry of `rscales` (Wolter 2007; as R's ``svrepdesign``).
    """
    count = len(given.columns)
    implied = {
        "BRR": 1 / count,
        "Fay": 1 / (count * (1 - (given.rho or 0.0)) ** 2),
        "JK1": (count - 1) / count,
        "JKn": 1.0,
        "bootstrap": 1 / (count - 1) if count > 1 else 1.0,
        "other": 1.0,
    }
    scale = implied[given.type] if given.scale is None else given.scale
    return scale * (np.ones(count) if given.rscales is None else np.asarray(given.rscales, float))


@dataclass(frozen=True)
class ReplicatedDesign:
    """Respondents whose replicate weights came with the file.

    Every estimate that can be computed again is computed under each replicate; its variance is the sum of the
    squared deviations times `coefs`.

    Attributes
    ----------
    weights
        Final weights, shape (n,).
    labels, cells
        Everybody is taken for exchangeable with everybody.
    matrix
        Replicate weights, shape (n, R), each adjusted as the weights were.
    coefs
        Shape (R,).
    type
        How they were made, as the configuration names it.
    mse
        Whether deviations are from the estimate, or from the mean of the replicates.
    """

    weights: Floats
    labels: NDArray[Any]
    cells: Cells
    matrix: Floats
    coefs: Floats
    type: str
    mse: bool = False

    @property
    def method(self) -> str:
        """Words for the variance, as the column ``method`` has them."""
        return f"replicate weights ({self.type})"

    def spread(self, replicated: Floats, estimate: Floats) -> Floats:
        """Covariance of estimates of shape (k,) from their replicates of shape (R, k)."""
        used = self.coefs > 0
        centre = estimate if self.mse else replicated[used].mean(axis=0)
        gaps = (replicated - centre) * np.sqrt(self.coefs)[:, None]
        return np.asarray(gaps.T @ gaps)

    def covariance(self, *, fpc: bool) -> CovarianceOf:
        """Covariance of estimates computed in each replicate; if there is a correction, they hold it."""
        ratio = self.matrix / self.weights[:, None]

        def of(scores: Floats, again: Again | None = None) -> Floats:
            if again is not None:
                return self.spread(again(self.matrix), again(self.weights[:, None])[0])
            values = np.asarray(scores, float).reshape(len(self.weights), -1)
            return self.spread(ratio.T @ values, values.sum(axis=0))

        return of

    def degrees_of_freedom(self, inside: NDArray[np.bool_]) -> int:
        """Rank of the replicate weights in the domain, shape (n,), less one (R's ``degf``)."""
        found = np.linalg.matrix_rank(
            self.matrix[np.asarray(inside, bool)], tol=RANK_TOLERANCE * self._largest
        )
        return max(0, int(found) - 1)

    @cached_property
    def _largest(self) -> float:
        return float(np.linalg.norm(self.matrix, 2)) if self.matrix.size else 1.0

    @property
    def linearised_errors(self) -> bool:
        """Whether standard errors are linearised; else they are of estimates computed again."""
        return False

    @property
    def corrected(self) -> bool:
        """Whether there is a correction to put on or leave off; if there is one, the replicates hold it."""
        return False

    def complete(self, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether there is no sampling error at all in domains of shape (n, k); replicates never say so."""
        return np.zeros(inside.shape[1], dtype=bool)

    def means_by_formula(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Weighted means of many outcomes, computed in each replicate."""
        values = np.asarray(Y, float).reshape(len(self.weights), -1)
        inside = ~np.isnan(values)
        estimate, variance = self._variance(values, inside)
        n = inside.sum(axis=0).astype(float)
        srs = simple_random_variance(values, self.weights, inside, estimate, fpc=fpc)
        with np.errstate(invalid="ignore", divide="ignore"):
            deff = np.where(srs > 0, variance / srs, np.nan)
        se = np.where(n > 0, np.sqrt(variance), np.nan)
        return VarianceTable(estimate, se, self._degrees(inside), deff, n)

    def errors(self, Y: ArrayLike, fpc: bool = True) -> tuple[Floats, Floats]:
        """Estimates and standard errors alone: degrees of freedom cost far more than both."""
        values = np.asarray(Y, float).reshape(len(self.weights), -1)
        inside = ~np.isnan(values)
        estimate, variance = self._variance(values, inside)
        return estimate, np.where(inside.any(axis=0), np.sqrt(variance), np.nan)

    def _variance(self, values: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Weighted means and their variance over the replicates, each of shape (k,)."""
        estimate, _ = linearised_means(values, self.weights, inside)
        filled = np.where(inside, values, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            again = (self.matrix.T @ filled) / (self.matrix.T @ inside.astype(float))
        centre = estimate if self.mse else again[self.coefs > 0].mean(axis=0)
        return estimate, np.asarray(self.coefs @ (again - centre) ** 2)

    means = means_by_formula

    def _degrees(self, inside: NDArray[np.bool_]) -> Floats:
        """Degrees of freedom of each domain; domains that are the same are looked at once."""
        distinct, which = np.unique(inside, axis=1, return_inverse=True)
        found = np.array([self.degrees_of_freedom(column) for column in distinct.T], float)
        return np.asarray(found[which.reshape(-1)])

    def shift_variance(self, y: Floats, *, fpc: bool) -> float:
        """Variance of the weighted less the unweighted mean of the same respondents, shape (n,)."""
        inside = ~np.isnan(y)
        ratio = self.matrix / self.weights[:, None]
        gaps = []
        for W in (np.column_stack([self.weights, self.matrix]), np.column_stack([np.ones(len(y)), ratio])):
            gaps.append((np.where(inside, y, 0.0) @ W) / (inside.astype(float) @ W))
        moved = gaps[0] - gaps[1]
        return float(self.spread(moved[1:, None], moved[:1])[0, 0])

    def sample(self, frame: pd.DataFrame, *, fpc: bool) -> Sample | None:
        """Return None: the replicates are the design's own way."""
        return None
