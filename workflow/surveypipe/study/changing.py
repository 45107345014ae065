"""Claims of a change: between two waves that one file links, within the same people."""

from __future__ import annotations

import math
from typing import Annotated

from msgspec import Meta

from surveypipe.identifiers import CHANGE
from surveypipe.study.base import Code
from surveypipe.study.bounds import Heard, Interval
from surveypipe.study.bounds_of_amounts import change_bounds
from surveypipe.study.comparing import DifferenceClaim, TwoGroups
from surveypipe.study.sides import Axis


class ChangeClaim(DifferenceClaim, tag="change", kw_only=True):
    """A change between two linked waves beyond nought or a margin: of a mean, or of a share."""

    variable: Annotated[str, Meta(description="The question as it was answered in the later wave.")]
    before: Annotated[
        str, Meta(description="The same question as the same people answered it in the earlier wave.")
    ]
    groups: Annotated[
        TwoGroups | None,
        Meta(description="Groups whose changes are compared; left out: the change of all in the base."),
    ] = None
    level: Annotated[
        Code | None,
        Meta(description="A code of both questions, whose share changes; left out: their mean does."),
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Meta(description="Least and greatest possible answer to either question (not for shares)."),
    ] = None

    describes = False
    statistic = CHANGE
    # Of one person it is -1, 0 or 1 where a share changes, and moves as a mean does.
    binary = False

    @property
    def variables(self) -> tuple[str, ...]:
        """Both questions, and the grouping variable where groups are compared."""
        return (self.variable, self.before, *([] if self.groups is None else [self.groups.variable]))

    @property
    def paired(self) -> bool:
        """It is made of two answers of each person."""
        return True

    @property
    def sums(self) -> tuple[str, ...]:
        """Both answers: the change tells of the difference of their sums."""
        return self.variable, self.before

    @property
    def asked_limits(self) -> Interval:
        """Least and greatest possible answer to either question, as it is counted."""
        if self.level is not None:
            return 0.0, 1.0
        return self.range if self.range is not None else (-math.inf, math.inf)

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible change of one person."""
        least, most = self.asked_limits
        return least - most, most - least

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds of the change, or of the difference between those of two groups: [L₁ − U₂, U₁ − L₂].

        Of whoever gave one of the two answers the other alone is free (:func:`change_bounds`).
        """
        each = [change_bounds(one, self.asked_limits) for one in heard]
        if len(each) == 1:
            return each[0]
        (low, high), (less, more) = each
        return low - more, high - less

    def shift_tabled(self, value: float) -> str:
        """Print a shift of the silent: of a share in percentage points."""
        return self.tabled(value)

    @property
    def noun(self) -> str:
        """What the estimand is called in a sentence."""
        what = "mean change" if self.level is None else "change in the share"
        return what if self.groups is None else f"difference in the {what}"

    @property
    def mean_noun(self) -> str:
        """What the mean is called that the silent move."""
        return "mean change" if self.level is None else "change in the share"

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind."""
        return "change" if self.level is None else "change of a share"

    @property
    def axis(self) -> Axis:
        """Axis on either side of nought."""
        return Axis(self.titled("Change"), None)
