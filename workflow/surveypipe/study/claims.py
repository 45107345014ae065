"""Section ``claims``: one class to a kind of claim, which answers whatever differs between the kinds.

A claim has one estimand, fixed limits and a direction. It is *supported* when the interval that decides lies
wholly on its side of every limit. A new kind is one more class here, named in :data:`AnyClaim`; what it does
not say of itself is as in :class:`surveypipe.study.claim.Claim`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from surveypipe import formatting
from surveypipe.study.base import Code, Share
from surveypipe.study.bounds import Interval
from surveypipe.study.claim import Axis, Claim, Direction, Outcome, Side

if TYPE_CHECKING:
    from surveypipe.study.claim import Row


class ShareClaim(Claim, tag="share", kw_only=True):
    """A share beyond a threshold."""

    level: Annotated[Code, Meta(description="A code or key of the variable.")]
    threshold: Annotated[
        Share,
        Meta(
            description="What the interval's lower limit must exceed (upper limit stay under, for direction "
            "below)."
        ),
    ]
    upper_threshold: Annotated[
        Share | None, Meta(description="What the upper limit must stay under as well ('some, not most').")
    ] = None
    direction: Annotated[Direction, Meta(description="Side of the threshold on which the claim lies.")] = (
        "above"
    )
    sensitivity_thresholds: Annotated[tuple[Share, ...], Meta(description="Other thresholds to show.")] = ()
    alternatives: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables that count the claim's answer by another rule (another cut of the scale, "
            "or the share of its items agreed with), tried in the multiverse in the place of the claim's own."
        ),
    ] = ()

    limits = (0.0, 1.0)
    noun = "share"
    unit = "percentage points"
    test_name = "t test on the logit scale against the claim's threshold, two-sided; effect: the threshold"
    in_points = ""
    axis = Axis("Share", (0.0, 1.0))

    @property
    def counted(self) -> Code | None:
        """Code of the variable whose share is the estimand."""
        return self.level

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one of 'some, not most'."""
        return beyond(self.direction, self.threshold, self.upper_threshold)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: a half is one, which words name."""
        return (0.5, *super().landmarks())

    def marked(self, value: float) -> str:
        """Print a share beside a tick of its axis."""
        return formatting.percent(value)

    def printed(self, value: float) -> str:
        """Print a share in per cent."""
        return formatting.percent(value)

    def tabled(self, value: float) -> str:
        """Print a share, or a difference of shares, without its unit."""
        return formatting.points(value)

    def noted(self, value: float) -> str:
        """Write a share in a cell that lists several."""
        return f"{100 * value:.0f} %"

    def shift_printed(self, value: float) -> str:
        """Print the size of a move in whole percentage points."""
        size = formatting.points(abs(value))
        return f"{size} percentage {'point' if size == '1' else 'points'}"

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval of shares in a sentence."""
        return formatting.percent_interval(low, high)


class EquivalenceClaim(Claim, tag="equivalence", kw_only=True):
    """A mean difference within a margin."""

    margin: Annotated[float, Meta(description="Half-width of the margin, in scale points.", gt=0)]
    range: Annotated[tuple[float, float], Meta(description="Least and greatest possible difference.")]

    # Bounds of a mean difference span nearly the whole scale: such a grade could be earned only where next to
    # nobody is silent.
    bounds_can_decide = False
    within_margin = True
    tails = 1
    noun = "mean difference"
    unit = "scale points"
    limit_noun = "margin"
    test = "lie within the margin"
    in_points = "comparison"
    scale_note = "for a comparison the difference in scale points"
    test_name = "two one-sided t tests against the margin; effect: the end that decides"
    axis = Axis("Difference in scale points", None)

    @property
    def limits(self) -> Interval:
        """Least and greatest possible difference."""
        return self.range

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: above minus the margin, and below it."""
        return Side("above", -self.margin), Side("below", self.margin)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: both margins, and no difference."""
        return -self.margin, 0.0, self.margin

    def deciding_level(self, level: float) -> float:
        """Level of the interval that decides; see :func:`tost_level`."""
        return tost_level(level)

    def deciding_interval(self, row: Row) -> Interval:
        """Interval that decides, at 1 - 2 alpha: within the margin it is the test at alpha (Schuirmann 1987).

        Without sampling error the interval is the value, and the value decides.
        """
        estimate, se, df = (float(row[key]) for key in ("estimate", "se", "df"))
        if float(row["ci_low"]) == float(row["ci_high"]):
            return estimate, estimate
        half = _quantile(df, self.deciding_level(float(row["ci_level"]))) * se
        return estimate - half, estimate + half

    def outcome(self, row: Row) -> Outcome:
        """Name what a row of the table of estimates makes of the claim, and of a difference beside it.

        See :func:`equivalence_outcome`; an estimate without a standard error is always inconclusive.
        """
        known = float(row["ci_low"]) == float(row["ci_high"])
        if not known and not (float(row["se"]) > 0 and float(row["df"]) > 0):
            return Outcome.INCONCLUSIVE
        published = float(row["ci_low"]), float(row["ci_high"])
        return equivalence_outcome(self.margin, self.deciding_interval(row), published)

    def printed(self, value: float) -> str:
        """Print a difference in scale points."""
        return formatting.decimal(value)

    def tabled(self, value: float) -> str:
        """Print a difference in scale points."""
        return formatting.decimal(value)

    def condition_printed(self) -> str:
        """Print the margin."""
        return f"± {formatting.decimal(self.margin)}"


class MeanClaim(Claim, tag="mean", kw_only=True):
    """A mean of a scale beyond a threshold."""

    threshold: Annotated[
        float,
        Meta(
            description="What the interval's lower limit must exceed, in scale points (upper limit stay "
            "under, for direction below)."
        ),
    ]
    range: Annotated[tuple[float, float], Meta(description="Least and greatest possible answer.")]
    upper_threshold: Annotated[
        float | None, Meta(description="What the upper limit must stay under as well.")
    ] = None
    direction: Annotated[Direction, Meta(description="Side of the threshold on which the claim lies.")] = (
        "above"
    )
    sensitivity_thresholds: Annotated[tuple[float, ...], Meta(description="Other thresholds to show.")] = ()

    noun = "mean"
    unit = "scale points"
    in_points = "mean"
    test_name = "t test against the claim's threshold, two-sided; effect: the threshold"

    @property
    def limits(self) -> Interval:
        """Least and greatest possible answer."""
        return self.range

    @property
    def axis(self) -> Axis:
        """Axis of the whole scale."""
        return Axis("Mean in scale points", self.range)

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one where there is one."""
        return beyond(self.direction, self.threshold, self.upper_threshold)

    def printed(self, value: float) -> str:
        """Print a mean in scale points."""
        return formatting.decimal(value)

    def tabled(self, value: float) -> str:
        """Print a mean, or a difference of means, in scale points."""
        return formatting.decimal(value)


class DifferenceClaim(MeanClaim, tag="difference", kw_only=True):
    """A mean difference between two answers of the same people, beyond nought or a margin."""

    variable: Annotated[
        str,
        Meta(description="A recode of type difference: of two scores, or of two questions coded 0 and 1."),
    ]
    threshold: Annotated[
        float,
        Meta(
            description="What the interval's lower limit must exceed: 0, a margin of superiority above it, "
            "or one of non-inferiority below it (upper limit stay under, for direction below)."
        ),
    ] = 0.0

    noun = "mean difference"
    in_points = "difference"
    axis = Axis("Mean difference in scale points", None)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: no difference is one."""
        return (0.0, *super().landmarks())


AnyClaim = ShareClaim | EquivalenceClaim | MeanClaim | DifferenceClaim


class SharesWithinPeople(ShareClaim, tag="shares_within_people", kw_only=True):
    """A claim on a share whose answer is counted as each person's share of items, from 0 to 1.

    No study configures it: the multiverse makes it of a claim that names such a variable among its
    ``alternatives``. Its estimand is the mean of these shares.
    """

    counted = None
    binary = True


def claims_of(config: Mapping[str, Any]) -> dict[str, AnyClaim]:
    """Read the section ``claims`` of a configuration, in its order."""
    return msgspec.convert(config["claims"], dict[str, AnyClaim])


def beyond(direction: Direction, threshold: float, upper: float | None) -> tuple[Side, ...]:
    """Conditions of a value beyond a threshold, and under an upper one where there is one."""
    first = Side(direction, threshold)
    return (first,) if upper is None else (first, Side("below", upper))


def tost_level(level: float) -> float:
    """Confidence level of the interval that decides an equivalence: 1 − 2α, where `level` is 1 − α.

    Source: Schuirmann (1987).

    Examples
    --------
    >>> tost_level(0.95), tost_level(0.9)
    (0.9, 0.8)
    """
    return round(2 * level - 1, 12)


def equivalence_outcome(margin: float, deciding: Interval, published: Interval) -> Outcome:
    """Name the outcome of an equivalence test beside a test of difference.

    Parameters
    ----------
    margin
        Half-width of the margin.
    deciding, published
        Intervals at 1 - 2 alpha and at 1 - alpha.

    Returns
    -------
    Outcome
        *Equivalent*: the first lies within the margin. *Different*: the second is without 0. *Both*, or
        *inconclusive*.
    """
    equal = -margin < deciding[0] and deciding[1] < margin
    different = published[0] > 0 or published[1] < 0
    return {
        (True, True): Outcome.BOTH,
        (True, False): Outcome.EQUIVALENT,
        (False, True): Outcome.DIFFERENT,
        (False, False): Outcome.INCONCLUSIVE,
    }[equal, different]


def _quantile(df: float, level: float) -> float:
    """Two-sided quantile of Student's t; NaN where df is not above zero."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else math.nan
