"""Claims of amounts that are no means: a ratio of two sums, a total, a median."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from msgspec import Meta

from surveypipe.identifiers import CLAIMED_MEDIAN, TOTAL
from surveypipe.study.base import Code
from surveypipe.study.bounds import Heard, Interval
from surveypipe.study.bounds_of_amounts import median_bounds, ratio_bounds, total_bounds
from surveypipe.study.forms import Form, Whole
from surveypipe.study.measured import Beyond
from surveypipe.study.sides import Axis, Floats, Side, Tilt

NO_LIMITS = (-math.inf, math.inf)
# Statistic of the rows that a claim of a ratio has of its own.
RATIO = "ratio"


class RatioClaim(Beyond, tag="ratio", kw_only=True):
    """A ratio of two sums over the same people beyond a threshold."""

    variable: Annotated[str, Meta(description="The number whose sum is divided.")]
    over: Annotated[
        str,
        Meta(description="The number by whose sum it is divided, of the same people; never below nought."),
    ]
    range: Annotated[
        tuple[float, float] | None,
        Meta(
            description="Least and greatest possible answer to `variable`, for bounds; left out: none are "
            "given."
        ),
    ] = None
    range_over: Annotated[
        tuple[float, float] | None,
        Meta(description="Least and greatest possible answer to `over`, for bounds; the least not below 0."),
    ] = None

    describes = False
    statistic = RATIO
    noun = "ratio"
    unit_of_variable = False
    # That of the number above, which the codebook may name.
    shift_unit = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The number above and the number below."""
        return self.variable, self.over

    @property
    def sums(self) -> tuple[str, ...]:
        """Both numbers."""
        return self.variables

    @property
    def divisor(self) -> str | None:
        """Variable by whose sum that of its variable is divided."""
        return self.over

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible answer to the number above."""
        return NO_LIMITS if self.range is None else self.range

    @property
    def limits(self) -> Interval:
        """Least and greatest possible ratio: any number."""
        return NO_LIMITS

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds of the ratio; infinite where the answers have no limits."""
        return ratio_bounds(heard[0], self.answer_limits, self.range_over or (0.0, math.inf))

    def tilted(self, y: Floats, x: Floats, side: Side) -> Tilt:
        """Weigh y - Lx: its mean is nought where the ratio is L."""
        (least, most), (less, more) = self.answer_limits, self.range_over or (0.0, math.inf)
        ends = [side.limit * end if side.limit else 0.0 for end in (less, more)]
        return Tilt(y - side.limit * x, 0.0, (least - max(ends), most - min(ends)))

    @property
    def scale_note(self) -> str:
        """What a note says of its values."""
        return f"for a ratio its value {self.form.note}".strip()

    @property
    def axis(self) -> Axis:
        """Axis on either side of nought."""
        return Axis(self.titled("Ratio"), None)


class TotalClaim(Beyond, tag="total", kw_only=True):
    """A total over the population beyond a threshold: of a number, or of people with an answer."""

    level: Annotated[
        Code | None,
        Meta(
            description="A code of the variable: how many people gave it; left out: the sum of its numbers."
        ),
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Meta(
            description="Least and greatest possible answer, for bounds; left out: none are given (of people "
            "they need no limits)."
        ),
    ] = None

    describes = False
    statistic = TOTAL
    noun = "total"
    mean_noun = "mean"

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable."""
        return (self.variable,)

    @property
    def sums(self) -> tuple[str, ...]:
        """The variable."""
        return self.variables

    @property
    def counted(self) -> Code | None:
        """Code of the variable that people are counted by; None where its numbers are added up."""
        return self.level

    @property
    def is_share(self) -> bool:
        """A number of people is not a share."""
        return False

    @property
    def of_people(self) -> bool:
        """Its weights must add up to people."""
        return True

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible answer of one person."""
        if self.level is not None:
            return 0.0, 1.0
        return NO_LIMITS if self.range is None else self.range

    @property
    def limits(self) -> Interval:
        """Least and greatest possible total: nought and more of people, else any number."""
        return NO_LIMITS if self.level is None else (0.0, math.inf)

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds of the total; infinite where the answers have no limits."""
        return total_bounds(heard[0], self.answer_limits)

    def tilted(self, y: Floats, x: Floats, side: Side) -> Tilt:
        """Weigh answers, of which those left out count for nothing, as in the total."""
        return Tilt(np.where(np.isnan(y), 0.0, y), side.limit, self.answer_limits, summed=True)

    @property
    def form(self) -> Form:
        """Whole numbers in the unit, or of people."""
        return Whole(self.unit or "")

    @property
    def shift_unit(self) -> str:
        """Unit of one answer."""
        return self.unit or ""

    @property
    def scale_note(self) -> str:
        """What a note says of its values."""
        return f"for a total {self.form.note or 'the number itself'}"

    @property
    def axis(self) -> Axis:
        """Axis on either side of nought."""
        return Axis(self.titled("Total"), None)


class MedianClaim(Beyond, tag="median", kw_only=True):
    """A median beyond a threshold."""

    range: Annotated[
        tuple[float, float] | None,
        Meta(
            description="Least and greatest possible answer, for bounds; left out: they are given where "
            "fewer than half of the people are silent."
        ),
    ] = None

    describes = False
    statistic = CLAIMED_MEDIAN
    noun = "median"
    # Of its answers each lies beyond a limit or not.
    binary = True
    tested = False

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable."""
        return (self.variable,)

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible answer."""
        return NO_LIMITS if self.range is None else self.range

    @property
    def limits(self) -> Interval:
        """Least and greatest possible median."""
        return self.answer_limits

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds of the median, the silent at either end; infinite where half are silent without limits."""
        return median_bounds(heard[0], self.answer_limits)

    def tilted(self, y: Floats, x: Floats, side: Side) -> Tilt:
        """Weigh whether answers lie beyond the limit: half of them do where the median reaches it."""
        beyond = y > side.limit if side.direction == "above" else y >= side.limit
        return Tilt(np.where(np.isnan(y), np.nan, beyond.astype(float)), 0.5, (0.0, 1.0))

    @property
    def axis(self) -> Axis:
        """Axis of the answers; on either side of nought where they have no limits."""
        return Axis(self.titled("Median"), self.range)


AmountClaim = RatioClaim | TotalClaim | MedianClaim
