"""Claims of values that are numbers and not shares: their unit, and limits beyond which they must lie."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.claim import Claim
from surveypipe.study.forms import Form
from surveypipe.study.sides import Direction, Side

# Unit of a scale, and of answers in an order.
SCALE_POINTS = "scale points"


class Measured(Claim):
    """A claim of a number with a unit; no kind of its own."""

    unit: Annotated[
        str | None,
        Meta(
            description="Unit of the value, as it is printed; left out: that of the codebook, scale points "
            "for a scale or answers in an order, else none."
        ),
    ] = None

    @property
    def unit_of_variable(self) -> bool:
        """Whether its values are in the unit of its variable."""
        return True

    @property
    def form(self) -> Form:
        """Numbers to two decimals, in the unit."""
        return Form(self.unit or "")

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind."""
        return self.noun

    def titled(self, name: str) -> str:
        """Name an axis, with the unit where there is one."""
        return f"{name} {self.form.note}".strip()


class Beyond(Measured, kw_only=True):
    """A number beyond a threshold; no kind of its own."""

    threshold: Annotated[
        float,
        Meta(
            description="What the interval's lower limit must exceed, in the unit (upper limit stay under, "
            "for direction below)."
        ),
    ]
    upper_threshold: Annotated[
        float | None, Meta(description="What the upper limit must stay under as well.")
    ] = None
    direction: Annotated[Direction, Meta(description="Side of the threshold on which the claim lies.")] = (
        "above"
    )
    sensitivity_thresholds: Annotated[
        tuple[float, ...], Meta(description="Other thresholds to show, at most 20.", max_length=20)
    ] = ()

    test_name = "t test against the claim's threshold, two-sided; effect: the threshold"

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one where there is one."""
        return beyond(self.direction, self.threshold, self.upper_threshold)


def beyond(direction: Direction, threshold: float, upper: float | None) -> tuple[Side, ...]:
    """Conditions of a value beyond a threshold, and under an upper one where there is one."""
    first = Side(direction, threshold)
    return (first,) if upper is None else (first, Side("below", upper))
