"""Claims that compare: two groups, or two answers of the same people; a difference, or equivalence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from msgspec.structs import replace

from surveypipe.study.base import Code, Settings
from surveypipe.study.bases import Codes
from surveypipe.study.bounds import Heard, Interval, mean_bounds
from surveypipe.study.forms import Form, PercentagePoints
from surveypipe.study.measured import Measured, beyond
from surveypipe.study.sides import Axis, Direction, Outcome, Side

if TYPE_CHECKING:
    from surveypipe.study.claim import Row

# Statistic of the rows that a comparison of two groups has of its own.
OF_GROUPS = "difference_of_groups"


class TwoGroups(Settings):
    """Two groups, the second taken from the first."""

    variable: Annotated[str, Meta(description="Grouping variable: a key of `groups`.")]
    of: Annotated[Code, Meta(description="Level of the group from whose share or mean is subtracted.")]
    minus: Annotated[Code, Meta(description="Level of the group that is subtracted.")]


class Compared(Measured, kw_only=True):
    """A difference between two groups, or between two answers of the same people; no kind of its own."""

    variable: Annotated[
        str,
        Meta(
            description="With `groups`: the variable whose share or mean is compared. Without: a recode of "
            "type difference, of two scores or of two questions coded 0 and 1, within the same people."
        ),
    ]
    groups: Annotated[
        TwoGroups | None, Meta(description="The groups compared; left out: two answers of the same people.")
    ] = None
    level: Annotated[
        Code | None,
        Meta(description="With `groups`: a code of the variable, whose shares are compared; else its means."),
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Meta(
            description="With `groups`: least and greatest possible answer (not for shares); without: least "
            "and greatest possible difference."
        ),
    ] = None

    @property
    def describes(self) -> bool:
        """Whether it is within the same people, and so the mean of their differences."""
        return self.groups is None

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable, and the grouping variable where groups are compared."""
        return (self.variable,) if self.groups is None else (self.variable, self.groups.variable)

    @property
    def counted(self) -> Code | None:
        """Code of the variable whose shares are compared; None where means are."""
        return self.level

    @property
    def statistic(self) -> str:
        """The mean of differences within people; between groups a row of its own."""
        return "mean" if self.groups is None else OF_GROUPS

    @property
    def parts(self) -> tuple[Mapping[str, Codes], ...]:
        """The two groups, in the order of the subtraction; everybody within the same people."""
        if self.groups is None:
            return ({},)
        return tuple({self.groups.variable: (code,)} for code in (self.groups.of, self.groups.minus))

    @property
    def signs(self) -> tuple[float, ...]:
        """The second group is subtracted."""
        return (1.0,) if self.groups is None else (1.0, -1.0)

    @property
    def is_share(self) -> bool:
        """A difference of shares is not a share."""
        return False

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible answer of one person, or difference within one."""
        if self.level is not None:
            return 0.0, 1.0
        return self.range if self.range is not None else (-math.inf, math.inf)

    @property
    def limits(self) -> Interval:
        """Least and greatest possible difference."""
        least, most = self.answer_limits
        return (least, most) if self.groups is None else (least - most, most - least)

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds [L₁ − U₂, U₁ − L₂] of a difference between groups, from those of each; else of the mean.

        Where it is not known of everybody in which group they are, each group's bounds are taken as if all of
        those might be in it: wider than need be, and never too narrow.
        """
        if self.groups is None:
            return mean_bounds(heard[0], self.limits)
        (low, high), (less, more) = (mean_bounds(one, self.answer_limits) for one in heard)
        return low - more, high - less

    @property
    def form(self) -> Form:
        """Percentage points for shares, else numbers in the unit."""
        return Form(self.unit or "") if self.level is None else PercentagePoints()

    @property
    def noun(self) -> str:
        """What the estimand is called in a sentence."""
        if self.level is not None:
            return "difference of shares"
        return "mean difference" if self.groups is None else "difference of means"

    @property
    def axis(self) -> Axis:
        """Axis on either side of nought."""
        return Axis(self.titled(f"{self.noun[:1].upper()}{self.noun[1:]}"), None)


class EquivalenceClaim(Compared, tag="equivalence", kw_only=True):
    """A difference within a margin."""

    margin: Annotated[
        float,
        Meta(
            description="Half-width of the margin, in the unit; of shares from 0 to 1 (0.1: ten percentage "
            "points).",
            gt=0,
        ),
    ]

    # Bounds of a difference span nearly the whole scale: such a grade could be earned only where next to
    # nobody is silent.
    bounds_can_decide = False
    within_margin = True
    tails = 1
    limit_noun = "margin"
    test = "lie within the margin"
    test_name = "two one-sided t tests against the margin; effect: the end that decides"

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind."""
        return "comparison" if self.level is None else "comparison of shares"

    @property
    def scale_note(self) -> str:
        """What a note says of its values."""
        return f"for a {self.called} the difference {self.form.note}".strip()

    @property
    def axis(self) -> Axis:
        """Axis on either side of nought."""
        return Axis(self.titled("Difference"), None)

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: above minus the margin, and below it."""
        return Side("above", -self.margin), Side("below", self.margin)

    def at(self, threshold: float) -> EquivalenceClaim:
        """Make the same claim with another margin."""
        return replace(self, margin=threshold)

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

    def condition_printed(self) -> str:
        """Print the margin."""
        return f"±{self.form.set_tabled(self.margin)}"


class DifferenceClaim(Compared, tag="difference", kw_only=True):
    """A difference beyond nought or a margin."""

    threshold: Annotated[
        float,
        Meta(
            description="What the interval's lower limit must exceed: 0, a margin of superiority above it, "
            "or one of non-inferiority below it (upper limit stay under, for direction below); of shares "
            "from -1 to 1."
        ),
    ] = 0.0
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

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind."""
        return "difference" if self.level is None else "difference of shares"

    @property
    def scale_note(self) -> str:
        """What a note says of its values."""
        if self.level is not None:
            return f"for a {self.called} {self.form.unit}"
        return super().scale_note

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one where there is one."""
        return beyond(self.direction, self.threshold, self.upper_threshold)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: no difference is one."""
        return (0.0, *super().landmarks())


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
