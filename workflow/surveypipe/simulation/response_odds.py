"""How response depends on the answer in a simulated survey, and whether that harms a claim."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.study.claims import AnyClaim

Floats = NDArray[np.float64]


def response_odds_ratio(y: Floats, response: Floats, cells: NDArray[Any], *, binary: bool) -> float:
    """Odds ratio of response, within cells, of those who would say yes against those who would say no.

    Parameters
    ----------
    y
        True outcome of everybody, NaN outside the base.
    response
        1 and 0, or the chance of responding.
    cells
        Cell of each person.
    binary
        Shares: the Mantel-Haenszel odds ratio. Means: exp of the difference of respondents' and
        non-respondents' means over the respondents' standard deviation, averaged over cells by their size.

    Returns
    -------
    float
        1 where response is at random within cells; NaN where no cell tells.
    """
    known = ~np.isnan(y)
    y, r, names = y[known], response[known], cells[known].astype(str)
    codes = np.unique(names, return_inverse=True)[1]

    def total(values: Floats) -> Floats:
        return np.bincount(codes, weights=values, minlength=codes.max() + 1).astype(float)

    size = total(np.ones_like(y))
    if binary:
        above = (total(r * y) * total((1 - r) * (1 - y)) / size).sum()
        below = (total(r * (1 - y)) * total((1 - r) * y) / size).sum()
        return float(above / below) if below > 0 else (math.inf if above > 0 else math.nan)
    heard, silent = total(r), total(1 - r)
    both = (heard > 1) & (silent > 0)
    if not both.any():
        return math.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        first, second = total(r * y) / heard, total((1 - r) * y) / silent
        squares = total(r * (y - first[codes]) ** 2)
    spread = math.sqrt(squares[both].sum() / heard[both].sum())
    gap = np.average((first - second)[both], weights=size[both])
    return math.exp(gap / spread) if spread > 0 else math.nan


def differs_strongly(theta: float, claim: AnyClaim, strong: float) -> bool:
    """Whether a response odds ratio is strong on a side that harms the claim."""
    harm = {"above": theta >= strong, "below": theta <= 1 / strong}
    return any(harm[side.direction] for side in claim.sides())
