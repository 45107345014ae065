"""How the rows of a model came about: weights, strata, sampling units, finite population correction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

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
    poststrata
        Shape (n,) codes of post-strata to whose totals the weights were adjusted; the influence values
        are then centred within them (Särndal, Swensson & Wretman 1992, ch. 7).
    """

    weights: Array
    strata: Array | None = None
    psu: Array | None = None
    fpc: Array | None = None
    poststrata: Array | None = None

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

    def covariance(self, influence: Array) -> Array:
        """Covariance of a total of influence values.

        Parameters
        ----------
        influence
            Shape (n, p), weighted, zero for rows outside the domain of the model.

        Returns
        -------
        ndarray of shape (p, p)

        Raises
        ------
        SurveyError
            If a stratum holds a single sampling unit, or the fpc cannot be read.
        """
        strata, units = self.units()
        values = self._centred_in_poststrata(np.asarray(influence, float))
        n_units = int(units.max()) + 1
        totals = np.zeros((n_units, values.shape[1]))
        np.add.at(totals, units, values)
        stratum_of_unit = np.zeros(n_units, int)
        stratum_of_unit[units] = strata
        count = np.bincount(stratum_of_unit)
        if (count < 2).any():
            names = np.asarray(self.strata if self.strata is not None else ["all"] * self.size)
            lonely = [str(names[strata == h][0]) for h in np.flatnonzero(count < 2)]
            raise SurveyError(
                f"strata with a single sampling unit ({shown(lonely)}) have no variance; "
                "merge each with a neighbouring cell."
            )
        means = np.zeros((len(count), values.shape[1]))
        np.add.at(means, stratum_of_unit, totals)
        centred = totals - (means / count[:, None])[stratum_of_unit]
        scale = (1.0 - self._sampled_fraction(strata, count)) * count / (count - 1.0)
        return (centred * scale[stratum_of_unit][:, None]).T @ centred

    def _centred_in_poststrata(self, values: Array) -> Array:
        if self.poststrata is None:
            return values
        codes = pd.factorize(np.asarray(self.poststrata))[0]
        weights = np.asarray(self.weights, float)
        share = weights / np.bincount(codes, weights)[codes]
        totals = np.zeros((codes.max() + 1, values.shape[1]))
        np.add.at(totals, codes, values)
        return values - totals[codes] * share[:, None]

    def _sampled_fraction(self, strata: Array, count: Array) -> Array:
        if self.fpc is None:
            return np.zeros(len(count))
        given = np.asarray(self.fpc, float)
        by_stratum = pd.Series(given).groupby(strata)
        if by_stratum.nunique().gt(1).any() or np.isnan(given).any():
            raise SurveyError(
                "the finite population correction must be one number to a stratum, with none missing."
            )
        value = np.asarray(by_stratum.first(), float)
        if (value <= 1).all() and (value >= 0).all():
            return value
        if (value < count).any():
            raise SurveyError(
                f"the finite population correction ({shown(value)}) is neither a share of at most 1 nor a "
                f"population count of at least the sampling units in its stratum ({shown(count)})."
            )
        return count / value
