"""How alike response cells are in what the list knows of their members.

The distance is Gower's (1971), a weighted mean of differences that each run from 0 to 1: of a categorical
variable the share of members that would have to change their level to give both cells the same composition,
of a numeric one the difference of means over the range, and of response the difference of rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.study.weighting import RESPONSE_RATE

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trait:
    """One variable in the distance.

    Attributes
    ----------
    weight
        Its weight.
    sums
        Raw cell: people with each level, shape (levels,), or (1,) sum of a number over its range.
    numeric
        Whether it is a number.
    """

    weight: float
    sums: Mapping[str, Floats]
    numeric: bool


@dataclass(frozen=True)
class Similarity:
    """Distance between cells that are made of raw cells.

    Attributes
    ----------
    sizes
        Raw cell: people in it (or their summed base weight).
    traits
        The variables.
    rate
        Weight of the response rate.
    """

    sizes: Mapping[str, float]
    traits: tuple[Trait, ...]
    rate: float

    def distances(
        self,
        one: Sequence[str],
        others: Sequence[Sequence[str]],
        rate: float,
        rates: Sequence[float],
    ) -> Floats:
        """Distances of a cell from others.

        Parameters
        ----------
        one, others
            Raw cells that each is made of.
        rate, rates
            Their response rates.

        Returns
        -------
        ndarray
            Shape (others,), from 0 (alike) to 1.
        """
        found = self.rate * np.abs(np.asarray(rates, float) - rate)
        total = self.rate
        for trait in self.traits:
            own, theirs = self._mean(trait, one), np.array([self._mean(trait, cell) for cell in others])
            gap = np.abs(theirs - own).sum(axis=1)
            found = found + trait.weight * (gap if trait.numeric else gap / 2)
            total += trait.weight
        return np.asarray(found / total)

    def _mean(self, trait: Trait, members: Sequence[str]) -> Floats:
        size = sum(self.sizes[member] for member in members)
        return np.asarray(sum(trait.sums[member] for member in members) / size, dtype=np.float64)


def similarity(
    frame: pd.DataFrame, labels: pd.Series, base: Floats, wanted: Mapping[str, float], by: Sequence[str]
) -> Similarity:
    """Set up the distance between the raw cells of a frame.

    Parameters
    ----------
    frame
        One row per eligible person.
    labels
        Raw cell of each.
    base
        Base weights, shape (N,).
    wanted
        Variable, or ``response_rate``: its weight; empty for `by` and the response rate, 1 each.
    by
        Variables that make the cells.
    """
    chosen = dict(wanted) or {**dict.fromkeys(by, 1.0), RESPONSE_RATE: 1.0}
    cells, codes = np.unique(labels.to_numpy(dtype=str), return_inverse=True)
    sizes = np.bincount(codes, base, len(cells))
    traits = [
        _trait(frame[name], codes, base, cells, weight)
        for name, weight in chosen.items()
        if name != RESPONSE_RATE
    ]
    return Similarity(
        dict(zip(cells.tolist(), sizes.tolist(), strict=True)),
        tuple(traits),
        float(chosen.get(RESPONSE_RATE, 0.0)),
    )


def _trait(
    values: pd.Series, codes: NDArray[np.intp], base: Floats, cells: NDArray[np.str_], weight: float
) -> Trait:
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric:
        numbers = values.to_numpy(dtype=float)
        range_ = float(np.ptp(numbers)) or 1.0
        columns = (numbers - numbers.min())[:, None] / range_
    else:
        columns = pd.get_dummies(values.astype(str)).to_numpy(dtype=float)
    sums = np.stack([np.bincount(codes, base * column, len(cells)) for column in columns.T], axis=1)
    return Trait(float(weight), dict(zip(cells.tolist(), sums, strict=True)), numeric)
