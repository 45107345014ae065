"""The axis on which values of a claim are drawn, the same in every figure."""

from __future__ import annotations

import math

from surveypipe import formatting
from surveypipe.study.claim import Claim

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def ticks(claim: Claim, reach: float) -> dict[float, str]:
    """Give the places to mark on the axis and what stands there, from one end to the other.

    Parameters
    ----------
    claim
        Whose values are drawn.
    reach
        How far an axis without ends of its own goes, on either side of nought or upwards.
    """
    if claim.axis.ends is None:
        places = 2 if reach < 2 else 1
        parts = QUARTERS if claim.axis.upwards else (-1.0, -0.5, 0.0, 0.5, 1.0)
        return {part * reach: formatting.decimal(part * reach, places) for part in parts}
    low, high = claim.axis.ends
    marks = [low + part * (high - low) for part in QUARTERS]
    return {mark: claim.form.marked(mark) for mark in marks}


def reach_of(values: list[float], margin: float) -> float:
    """Give the reach of an axis that shows these values with some room, in half points."""
    known = [abs(value) for value in values if math.isfinite(value)]
    return max(0.5, math.ceil(2 * margin * max(known, default=0.5)) / 2)
