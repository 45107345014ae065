"""Bounds of an estimand whatever those would have said of whom no answer is known (Manski 1989).

In a census they are exact: no sampling interval goes around them. In a sample whoever was drawn stands for
as many as their weight tells, those who did not answer too; the bounds then estimate those of a census.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]


def _nobody() -> Floats:
    return np.empty(0)


@dataclass(frozen=True)
class Heard:
    """What is known of the people whom an estimand is about.

    Attributes
    ----------
    values
        Answers of people known to be in the base, shape (n,).
    unanswered
        People known to be in the base of whom no answer is known; of a sample their weights summed.
    perhaps
        People who may be in the base or not, of whom no answer is known; of a sample their weights summed.
    stray
        Answers of people who may be in the base or not, shape (m,).
    weights, stray_weights
        How many people each of the answers counts for, shapes (n,) and (m,); left out: one.
    beside, stray_beside
        Answers of the same people to the question by whose sum theirs is divided, shapes (n,) and (m,); of a
        pair one may be NaN, where it is not known.
    """

    values: Floats
    unanswered: float = 0
    perhaps: float = 0
    stray: Floats = field(default_factory=_nobody)
    weights: Floats | None = None
    stray_weights: Floats | None = None
    beside: Floats | None = None
    stray_beside: Floats | None = None

    @property
    def counted(self) -> tuple[Floats, Floats]:
        """How many people each of the answers counts for, shapes (n,) and (m,)."""
        own, stray = self.weights, self.stray_weights
        return (
            np.ones(len(self.values)) if own is None else own,
            np.ones(len(self.stray)) if stray is None else stray,
        )

    @property
    def anybody(self) -> bool:
        """Whether there may be somebody in the base at all."""
        return bool(len(self.values) or self.unanswered or self.perhaps or len(self.stray))


def mean_bounds(heard: Heard, limits: Interval) -> Interval:
    """Bounds of a mean, or of a share as the mean of 0 and 1, on [least, most]; NaN if nobody may be in it.

    Of a base that is known and full that is (Σy + u·least)/N and (Σy + u·most)/N with u unknown of N. Whoever
    may be in the base lowers the mean most by being in it with the least answer; whoever answered and may be
    in it lowers the mean if, and only if, the answer lies under it. For a share among a base that is asked
    itself these are y/(m + M) and (y + M)/(m + M), with m known to be in it and M silent.
    """
    if not heard.anybody:
        return math.nan, math.nan
    least, most = limits
    return _least_mean(heard, least), -_least_mean(_turned(heard), -most)


def _turned(heard: Heard) -> Heard:
    return replace(heard, values=-heard.values, stray=-heard.stray)


def _least_mean(heard: Heard, least: float) -> float:
    unknown = heard.unanswered + heard.perhaps
    weights, extra = heard.counted
    total = float((weights * heard.values).sum()) + unknown * least
    size = float(weights.sum()) + unknown
    for place in np.argsort(heard.stray, kind="stable"):
        value, weight = float(heard.stray[place]), float(extra[place])
        if size and value >= total / size:
            break
        total, size = total + weight * value, size + weight
    return total / size if size > 0 else math.nan
