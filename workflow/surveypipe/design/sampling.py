"""How the rows of a model came about: weights, strata, sampling units, finite population correction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveypipe.design.linearisation import Linearisation
from surveypipe.design.protocol import Again, Design
from surveypipe.design.stages import Stage, design_covariance
from surveypipe.problems import SurveyError, shown

Array = np.ndarray


@dataclass(frozen=True)
class SurveyDesign:
    """How the rows of the data came about.

    Parameters
    ----------
    weights
        Shape (n,); ones for an unweighted model.
    strata, psu
        Shape (n,) codes; none means one stratum, and each row its own unit.
    fpc
        Shape (n,), constant within strata: either the population count of sampling units in the
        stratum, or the sampled fraction (all values at most 1). None: no finite population correction.
    linearised
        What raking, post-stratification or calibration of the weights adds to influence values.
    """

    weights: Array
    strata: Array | None = None
    psu: Array | None = None
    fpc: Array | None = None
    linearised: Linearisation | None = None

    @property
    def errors(self) -> str:
        """Words for the standard errors of a model."""
        return "linearised standard errors"

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.weights)

    def units(self) -> tuple[Array, Array]:
        """Codes of strata and of sampling units (unique over strata), each of shape (n,)."""
        strata = np.zeros(self.size, int) if self.strata is None else pd.factorize(np.asarray(self.strata))[0]
        if self.psu is None:
            return strata, np.arange(self.size)
        within = pd.factorize(np.asarray(self.psu))[0]
        return strata, pd.factorize(strata * (within.max() + 1) + within)[0]

    def degrees_of_freedom(self, rows: Array | None = None) -> int:
        """Count sampling units less strata, among the given rows."""
        strata, units = self.units()
        kept = np.ones(self.size, bool) if rows is None else rows
        return int(len(np.unique(units[kept])) - len(np.unique(strata[kept])))

    def covariance(self, influence: Array, again: Again | None = None) -> Array:
        """Covariance of a total of influence values.

        Parameters
        ----------
        influence
            Shape (n, p), weighted, zero for rows outside the domain of the model.
        again
            Taken by designs of replicate weights only.

        Returns
        -------
        ndarray of shape (p, p)

        Raises
        ------
        SurveyError
            If a stratum holds a single sampling unit, or the fpc cannot be read.
        """
        values = np.asarray(influence, float)
        if self.linearised is not None:
            values = self.linearised.applied(values)
        _, units = self.units()
        strata = np.zeros(self.size, int) if self.strata is None else np.asarray(self.strata)
        return design_covariance(values, [Stage(units, strata.astype(str), self._population())])

    def _population(self) -> Array | None:
        """Count sampling units in the population of each row's stratum; a share is turned into a count."""
        if self.fpc is None:
            return None
        strata, units = self.units()
        given = np.asarray(self.fpc, float)
        if np.isnan(given).any() or pd.Series(given).groupby(strata).nunique().gt(1).any():
            raise SurveyError(
                "the finite population correction must be one number to a stratum, with none missing."
            )
        count = pd.Series(units).groupby(strata).nunique().to_numpy()[strata]
        if ((given > 0) & (given <= 1)).all():
            return count / given
        if (given < count).any():
            low = np.unique(given[given < count])
            raise SurveyError(
                f"the finite population correction ({shown(low)}) is neither a share of at most 1 nor a "
                "population count of at least the sampling units in its stratum."
            )
        return given


@dataclass(frozen=True)
class RespondentDesign(SurveyDesign):
    """Respondents as a second phase, with all that the estimation of their weights adds.

    Parameters
    ----------
    respondents
        The design by which means and tests of the same rows are estimated, in the same order.
    """

    respondents: Design | None = None

    @property
    def errors(self) -> str:
        """Words for the standard errors of a model."""
        return (
            "linearised standard errors"
            if self._respondents().linearised_errors
            else (f"standard errors from {self._respondents().method}")
        )

    def degrees_of_freedom(self, rows: Array | None = None) -> int:
        """Degrees of freedom of the given rows; see :func:`surveypipe.design.variance.domain_degrees`."""
        kept = np.ones(self.size, bool) if rows is None else rows
        return self._respondents().degrees_of_freedom(kept)

    def covariance(self, influence: Array, again: Again | None = None) -> Array:
        """Covariance of estimates; see :class:`surveypipe.design.protocol.CovarianceOf`."""
        found = self._respondents().covariance(fpc=self.fpc is not None)
        return np.asarray(found(np.asarray(influence, float), again))

    def _respondents(self) -> Design:
        if self.respondents is None:
            raise ValueError("a design of respondents needs the design by which their means are estimated")
        return self.respondents
