"""Section ``claims``: one class to a kind of claim, which answers whatever differs between the kinds.

A claim has one estimand, fixed limits and a direction. It is *supported* when the interval that decides lies
wholly on its side of every limit. A new kind is one more class here, named in :data:`AnyClaim`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta

from surveypipe import formatting
from surveypipe.study.base import Code, Settings, Share
from surveypipe.study.grades import Grade

Interval = tuple[float, float]


class Side(NamedTuple):
    """One condition of a claim: the estimate lies ``above`` or ``below`` a limit."""

    direction: Literal["above", "below"]
    limit: float

    def holds(self, low: float, high: float) -> bool:
        """Say whether a whole interval lies strictly on the claim's side."""
        return low > self.limit if self.direction == "above" else high < self.limit

    def end(self, low: float, high: float) -> float:
        """End of an interval that is nearest to the limit when the claim holds."""
        return low if self.direction == "above" else high


class Outcome(StrEnum):
    """What came of a claim under one scheme."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not supported"
    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    BOTH = "both"
    INCONCLUSIVE = "inconclusive"


class Claim(Settings, tag_field="kind"):
    """What every claim says, whatever its kind."""

    label: Annotated[str, Meta(description="The claim as a sentence.")]
    short: Annotated[str, Meta(description="Name in figures and tables.")]
    variable: Annotated[str, Meta(description="Variable of the estimand.")]
    base: Annotated[
        Literal["all", "readers"],
        Meta(description="all: all eligible staff; readers: those who read (sensitivity.reader_variable)."),
    ] = "all"
    by: Annotated[str | None, Meta(description="Grouping variable by which the claim is also reported.")] = (
        None
    )
    secondary: Annotated[
        tuple[str, ...], Meta(description="Further variables reported under the claim.")
    ] = ()

    @property
    def kind(self) -> str:
        """Word by which the configuration chooses the kind."""
        return self.tag()

    @property
    def statistic(self) -> str:
        """Statistic of the table of estimates that is the claim's estimand."""
        raise NotImplementedError

    @property
    def binary(self) -> bool:
        """Whether an answer either counts or does not: estimates then move on the logit scale."""
        return self.statistic == "proportion"

    @property
    def bounds_can_decide(self) -> bool:
        """Whether the claim can stand whatever the silent think."""
        raise NotImplementedError

    @property
    def limits(self) -> Interval:
        """Least and greatest possible answer."""
        raise NotImplementedError

    @property
    def unit(self) -> str:
        """Unit of a printed value."""
        raise NotImplementedError

    @property
    def missed(self) -> str:
        """Sentence of a claim that is not supported."""
        raise NotImplementedError

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim, all of which must hold."""
        raise NotImplementedError

    def deciding_interval(self, row: Mapping[str, Any]) -> Interval:
        """Interval that decides, from a row of the table of estimates (estimate, se, df, ci_*)."""
        raise NotImplementedError

    def outcome(self, row: Mapping[str, Any]) -> Outcome:
        """Name what a row of the table of estimates makes of the claim."""
        raise NotImplementedError

    def printed(self, value: float) -> str:
        """Print a value of the estimand."""
        raise NotImplementedError

    def shift_printed(self, value: float) -> str:
        """Print the size of a move of the estimand, with its unit."""
        raise NotImplementedError

    def counts(self, code: object) -> bool:
        """Say whether a code of the variable is the answer that the claim counts; for a mean, all are."""
        raise NotImplementedError

    def supported(self, low: float, high: float) -> bool:
        """Say whether an interval, or exact bounds, support the claim; a missing end supports nothing."""
        if math.isnan(low) or math.isnan(high):
            return False
        return all(side.holds(low, high) for side in self.sides())

    def bounds(self, total: float, answered: float, population: float) -> Interval:
        """Bounds of the estimand over a population, part of which gave no answer (Manski 1989).

        Parameters
        ----------
        total
            Sum of the answers given, each of which counts 1 or 0 where the claim is of a share.
        answered
            Persons who gave one.
        population
            All persons.
        """
        unknown = population - answered
        least, most = self.limits
        return (total + unknown * least) / population, (total + unknown * most) / population

    def verdict(self, grade: Grade) -> str:
        """One plain sentence for a grade of the claim."""
        return grade.verdict or self.missed


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
    direction: Annotated[
        Literal["above", "below"], Meta(description="Side of the threshold on which the claim lies.")
    ] = "above"
    sensitivity_thresholds: Annotated[tuple[Share, ...], Meta(description="Other thresholds to show.")] = ()
    alternatives: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables that count the claim's answer by another rule (another cut of the scale, "
            "or the share of its items agreed with), tried in the multiverse in the place of the claim's own."
        ),
    ] = ()

    statistic = "proportion"
    bounds_can_decide = True
    limits = (0.0, 1.0)
    unit = "per cent"
    missed = "Not supported: the interval does not clear the threshold."

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one of 'some, not most'."""
        first = Side(self.direction, self.threshold)
        if self.upper_threshold is None:
            return (first,)
        return first, Side("below", self.upper_threshold)

    def deciding_interval(self, row: Mapping[str, Any]) -> Interval:
        """Interval that decides: the published one."""
        return float(row["ci_low"]), float(row["ci_high"])

    def outcome(self, row: Mapping[str, Any]) -> Outcome:
        """Name what a row of the table of estimates makes of the claim: supported or not."""
        holds = self.supported(*self.deciding_interval(row))
        return Outcome.SUPPORTED if holds else Outcome.NOT_SUPPORTED

    def printed(self, value: float) -> str:
        """Print a share in per cent."""
        return formatting.percent(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move in whole percentage points."""
        size = formatting.points(abs(value))
        return f"{size} percentage {'point' if size == '1' else 'points'}"

    def counts(self, code: object) -> bool:
        """Say whether a code of the variable is the answer that the claim counts."""
        try:
            return float(str(code)) == float(self.level)
        except ValueError:
            return str(code) == str(self.level)


class EquivalenceClaim(Claim, tag="equivalence", kw_only=True):
    """A mean difference within a margin."""

    margin: Annotated[float, Meta(description="Half-width of the margin, in scale points.", gt=0)]
    range: Annotated[tuple[float, float], Meta(description="Least and greatest possible difference.")]

    statistic = "mean"
    # Bounds of a mean difference span nearly the whole scale: such a grade could be earned only where next to
    # nobody is silent.
    bounds_can_decide = False
    unit = "scale points"
    missed = "Not supported: the interval does not lie within the margin."

    @property
    def limits(self) -> Interval:
        """Least and greatest possible difference."""
        return self.range

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: above minus the margin, and below it."""
        return Side("above", -self.margin), Side("below", self.margin)

    def deciding_interval(self, row: Mapping[str, Any]) -> Interval:
        """Interval that decides, at 1 - 2 alpha: within the margin it is the test at alpha (Schuirmann 1987).

        Without sampling error the interval is the value, and the value decides.
        """
        estimate, se, df = (float(row[key]) for key in ("estimate", "se", "df"))
        if float(row["ci_low"]) == float(row["ci_high"]):
            return estimate, estimate
        half = _quantile(df, round(2 * float(row["ci_level"]) - 1, 12)) * se
        return estimate - half, estimate + half

    def outcome(self, row: Mapping[str, Any]) -> Outcome:
        """Name what a row of the table of estimates makes of the claim, and of a difference beside it.

        *Equivalent*: the interval at 1 - 2 alpha lies within the margin. *Different*: that at 1 - alpha is
        without 0. *Both*, or *inconclusive*, which an estimate without a standard error always is.
        """
        known = float(row["ci_low"]) == float(row["ci_high"])
        if not known and not (float(row["se"]) > 0 and float(row["df"]) > 0):
            return Outcome.INCONCLUSIVE
        low, high = float(row["ci_low"]), float(row["ci_high"])
        equal, different = self.supported(*self.deciding_interval(row)), low > 0 or high < 0
        return {
            (True, True): Outcome.BOTH,
            (True, False): Outcome.EQUIVALENT,
            (False, True): Outcome.DIFFERENT,
            (False, False): Outcome.INCONCLUSIVE,
        }[equal, different]

    def printed(self, value: float) -> str:
        """Print a difference in scale points."""
        return formatting.decimal(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move in scale points."""
        return f"{formatting.decimal(abs(value))} scale points"

    def counts(self, code: object) -> bool:
        """Every code counts towards a mean."""
        return True


def _quantile(df: float, level: float) -> float:
    """Two-sided quantile of Student's t; NaN where df is not above zero."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else math.nan


AnyClaim = ShareClaim | EquivalenceClaim
