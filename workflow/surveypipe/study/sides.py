"""What a claim must clear, what came of it, and where its values are drawn."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveypipe.study.bounds import Interval

Floats = NDArray[np.float64]
Direction = Literal["above", "below"]


class Side(NamedTuple):
    """One condition of a claim: the estimate lies ``above`` or ``below`` a limit."""

    direction: Direction
    limit: float

    def holds(self, low: float, high: float) -> bool:
        """Say whether a whole interval lies strictly on the claim's side."""
        return low > self.limit if self.direction == "above" else high < self.limit

    def end(self, low: float, high: float) -> float:
        """End of an interval that is nearest to the limit when the claim holds."""
        return low if self.direction == "above" else high

    @property
    def opposite(self) -> Side:
        """The other side of the same limit."""
        return Side("below" if self.direction == "above" else "above", self.limit)


def place(side: Side, low: float, high: float) -> str:
    """Say where an interval lies: ``above`` or ``below`` a limit, or it ``includes`` it."""
    if low > side.limit:
        return "above"
    return "below" if high < side.limit else "includes"


class Outcome(StrEnum):
    """What came of a claim under one scheme."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not supported"
    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    BOTH = "both"
    INCONCLUSIVE = "inconclusive"


class Axis(NamedTuple):
    """Axis on which values of a claim are drawn.

    Attributes
    ----------
    label
        Name of the axis.
    ends
        Its ends; None where it reaches as far as what decides the claim, on either side of nought.
    upwards
        Whether an axis without ends begins at nought.
    """

    label: str
    ends: Interval | None
    upwards: bool = False


class Tilt(NamedTuple):
    """What each answer weighs for one limit of a claim: the estimate reaches it where their mean does.

    So a tipping point of what is not a mean itself is that of a mean: a ratio Σy/Σx reaches L where the mean
    of y - Lx reaches nought, a median where the share beyond it reaches a half.

    Attributes
    ----------
    values
        One for each respondent, NaN where it is not known, shape (n,).
    mean
        What their mean reaches; of a sum, what their sum does.
    limits
        Least and greatest possible value.
    itself
        Whether they are the answers, whose mean is the estimate.
    summed
        Whether the estimate is their sum over the people.
    """

    values: Floats
    mean: float
    limits: Interval
    itself: bool = False
    summed: bool = False
