"""The one door to standard errors: what a design answers, whatever it is.

A new design is a class with these answers, and its choice in
:func:`surveypipe.design.from_weights.designs_of`; estimates, tests, models, quantiles, imputation and the
multiverse ask nothing else of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.engine import Sample
from surveypipe.design.variance import Cells, VarianceTable

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
# Weights of shape (n, R) to estimates of shape (R, k).
Again = Callable[[Floats], Floats]


class CovarianceOf(Protocol):
    """Covariance of estimates, from their weighted influence values or, with replicates, from themselves."""

    def __call__(self, scores: Floats, again: Again | None = None) -> Floats:
        """Covariance, shape (k, k).

        Parameters
        ----------
        scores
            Weighted influence values, shape (n, k), whose totals stand for the estimates.
        again
            The estimates under other weights. Designs of replicate weights compute them in each replicate;
            without it, and under all other designs, the totals of the scores are what varies.
        """


class Design(Protocol):
    """How the respondents came and were weighted."""

    @property
    def weights(self) -> Floats:
        """Final weights, shape (n,)."""

    @property
    def labels(self) -> NDArray[Any]:
        """Cell of each respondent within which answers are taken for exchangeable, shape (n,)."""

    @property
    def cells(self) -> Cells:
        """The cells as arrays: members, and the share of each that answered."""

    @property
    def method(self) -> str:
        """Words for the variance, as the column ``method`` has them."""

    def covariance(self, *, fpc: bool) -> CovarianceOf:
        """Covariance of estimates, as a function of their weighted influence values of shape (n, k)."""

    def degrees_of_freedom(self, inside: NDArray[np.bool_]) -> int:
        """Degrees of freedom of a domain, shape (n,)."""

    @property
    def linearised_errors(self) -> bool:
        """Whether standard errors are linearised; else they are of estimates computed again."""

    @property
    def corrected(self) -> bool:
        """Whether there is a finite-population correction to put on or leave off."""

    def complete(self, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether there is no sampling error at all in domains of shape (n, k)."""

    def means(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Estimate means of outcomes of shape (n, k), NaN outside the domain, with standard errors."""

    def errors(self, Y: ArrayLike, fpc: bool = True) -> tuple[Floats, Floats]:
        """Estimates and standard errors alone, each of shape (k,)."""

    def means_by_formula(self, Y: ArrayLike, *, fpc: bool = True) -> VarianceTable:
        """Weighted means by one matrix formula, for many outcomes at once."""

    def shift_variance(self, y: Floats, *, fpc: bool) -> float:
        """Variance of the weighted less the unweighted mean of the same respondents, shape (n,)."""

    def sample(self, frame: pd.DataFrame, *, fpc: bool) -> Sample | None:
        """Variables of respondents beside the design, for ``svy``; None where it does not hold the design."""
