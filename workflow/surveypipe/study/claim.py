"""What every claim answers, whatever its kind; the kinds stand in :mod:`surveypipe.study.claims`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from surveypipe import formatting
from surveypipe.study.base import Code, Settings
from surveypipe.study.bases import EVERYBODY, Codes
from surveypipe.study.bounds import Heard, Interval, mean_bounds
from surveypipe.study.forms import Form
from surveypipe.study.grades import Grade
from surveypipe.study.sides import Axis, Floats, Outcome, Side, Tilt
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd

    # Of the table of estimates: estimate, se, df, ci_low, ci_high, ci_level.
    Row = Mapping[str, Any] | pd.Series


class Claim(Settings, tag_field="kind"):
    """What every claim says, whatever its kind."""

    label: Annotated[str, Meta(description="The claim as a sentence.")]
    short: Annotated[str, Meta(description="Name in figures and tables.")]
    variable: Annotated[str, Meta(description="Variable of the estimand.")]
    base: Annotated[
        str, Meta(description="Of whom it is claimed: a key of `bases`, or all: everybody eligible.")
    ] = EVERYBODY
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

    # --- what is estimated ------------------------------------------------------------------------------

    @property
    def describes(self) -> bool:
        """Whether its estimand is the share or the mean by which tables describe its variable.

        Else its rows are its own, found by its key, and it may share its variable with other claims.
        """
        return True

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables that its estimand is made of."""
        return (self.variable,)

    @property
    def counted(self) -> Code | None:
        """Code of the variable that counts as the answer; None where the value itself does."""
        return None

    @property
    def statistic(self) -> str:
        """Statistic of the table of estimates that is the claim's estimand."""
        return "mean" if self.counted is None else "proportion"

    @property
    def parts(self) -> tuple[Mapping[str, Codes], ...]:
        """Conditions, beside those of its base, of each part of the people that it compares: one, of all."""
        return ({},)

    @property
    def signs(self) -> tuple[float, ...]:
        """Sign with which the mean of each part enters the estimand; none where it is not made of means."""
        return (1.0,)

    @property
    def binary(self) -> bool:
        """Whether an answer either counts or does not: θ then acts on odds."""
        return self.counted is not None

    @property
    def is_share(self) -> bool:
        """Whether its value is a share, from 0 to 1: estimates then move on the logit scale."""
        return self.binary

    @property
    def limits(self) -> Interval:
        """Least and greatest possible value of the estimand."""
        raise NotImplementedError

    @property
    def divisor(self) -> str | None:
        """Variable by whose sum that of its variable is divided; None where it is not."""
        return None

    @property
    def before(self) -> str | None:
        """Variable whose answer is taken from that to its variable, in each person; None where none is."""
        return None

    @property
    def paired(self) -> bool:
        """Whether it is made of two answers of each person, of which one may be known alone."""
        return self.divisor is not None

    @property
    def log_scale(self) -> bool:
        """Whether its interval is that of a logarithm."""
        return False

    @property
    def of_people(self) -> bool:
        """Whether it can be told only from weights that add up to people."""
        return False

    @property
    def tested(self) -> bool:
        """Whether its estimate is held against its threshold by a t test."""
        return True

    @property
    def sums(self) -> tuple[str, ...]:
        """Variables of whose sums its own estimate tells; none where it is no sum."""
        return ()

    @property
    def answer_limits(self) -> Interval:
        """Least and greatest possible answer, as the estimand counts it."""
        return self.limits

    def counts(self, code: object) -> bool:
        """Say whether a code of the variable is the answer that the claim counts; for a mean, all are."""
        if self.counted is None:
            return True
        try:
            return float(str(code)) == float(self.counted)
        except ValueError:
            return str(code) == str(self.counted)

    # --- what it is held against ------------------------------------------------------------------------

    @property
    def threshold(self) -> float:
        """Limit that the interval must clear; NaN for a kind without one."""
        return math.nan

    @property
    def upper_threshold(self) -> float | None:
        """Second limit, which the interval must stay under; None where there is none."""
        return None

    @property
    def margin(self) -> float:
        """How far from nought its limit lies; NaN for a kind without a margin."""
        return math.nan

    @property
    def within_margin(self) -> bool:
        """Whether it must lie within its margin on either side of nought: two one-sided tests decide."""
        return False

    @property
    def sensitivity_thresholds(self) -> tuple[float, ...]:
        """Other thresholds under which support is shown."""
        return ()

    @property
    def alternatives(self) -> tuple[str, ...]:
        """Variables that count the claim's answer by another rule."""
        return ()

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim, all of which must hold."""
        raise NotImplementedError

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded."""
        return (*(side.limit for side in self.sides()), *self.sensitivity_thresholds)

    def at(self, threshold: float) -> Claim:
        """Make the same claim with another threshold."""
        return replace(self, threshold=threshold)

    # --- how it is decided ------------------------------------------------------------------------------

    @property
    def bounds_can_decide(self) -> bool:
        """Whether the claim can stand whatever the silent think."""
        return True

    @property
    def tails(self) -> int:
        """Tails over which a one-sided p-value is counted: 2 where the published interval decides."""
        return 2

    def deciding_level(self, level: float) -> float:
        """Level of the interval that decides, where `level` is that of the published one."""
        return level

    def deciding_interval(self, row: Row) -> Interval:
        """Interval that decides, from a row of the table of estimates (estimate, se, df, ci_*)."""
        return float(row["ci_low"]), float(row["ci_high"])

    def supported(self, low: float, high: float) -> bool:
        """Say whether an interval, or exact bounds, support the claim; a missing end supports nothing."""
        if math.isnan(low) or math.isnan(high):
            return False
        return all(side.holds(low, high) for side in self.sides())

    def outcome(self, row: Row) -> Outcome:
        """Name what a row of the table of estimates makes of the claim."""
        holds = self.supported(*self.deciding_interval(row))
        return Outcome.SUPPORTED if holds else Outcome.NOT_SUPPORTED

    @property
    def bounded(self) -> bool:
        """Whether bounds are defined for it."""
        return True

    def bounds(self, *heard: Heard) -> Interval:
        """Bounds of the estimand, whatever the others would have said; answers count 1 or 0 for a share.

        One :class:`~surveypipe.study.bounds.Heard` for each of :attr:`parts`; NaN where none are defined.
        """
        return mean_bounds(heard[0], self.limits)

    def tilted(self, y: Floats, x: Floats, side: Side) -> Tilt:
        """Weigh answers, and those to its divisor, for one limit; see :class:`Tilt`."""
        return Tilt(y, side.limit, self.answer_limits, itself=True)

    # --- how it is said ---------------------------------------------------------------------------------

    @property
    def noun(self) -> str:
        """What the estimand is called in a sentence."""
        raise NotImplementedError

    @property
    def mean_noun(self) -> str:
        """What the mean is called that the silent move: the estimand itself, where it is one."""
        return self.noun

    @property
    def form(self) -> Form:
        """How its values are printed."""
        raise NotImplementedError

    @property
    def limit_noun(self) -> str:
        """What its limits are called."""
        return "threshold"

    @property
    def test(self) -> str:
        """What its interval must do, as a verb."""
        return "clear the threshold"

    @property
    def missed(self) -> str:
        """Sentence of a claim that is not supported."""
        return f"Not supported: the interval does not {self.test}."

    @property
    def called(self) -> str:
        """What notes of tables call a claim of its kind whose values are not shares; '' where they are."""
        return ""

    @property
    def scale_note(self) -> str:
        """What a note says of its values where they are not per cent."""
        return f"for a {self.called} the {self.noun} {self.form.note}".strip() if self.called else ""

    @property
    def test_name(self) -> str:
        """How the test of the claim is named beside its p-value."""
        raise NotImplementedError

    @property
    def axis(self) -> Axis:
        """Axis on which its values are drawn."""
        raise NotImplementedError

    def printed(self, value: float) -> str:
        """Print a value of the estimand in a sentence; see :mod:`surveypipe.study.forms`."""
        return self.form.printed(value)

    def tabled(self, value: float) -> str:
        """Print a value, or a difference of two, in a table whose note names the unit."""
        return self.form.tabled(value)

    def noted(self, value: float) -> str:
        """Write a value in a cell that lists several."""
        return self.form.noted(value)

    def shift_printed(self, value: float) -> str:
        """Print the size of a move of the estimand, with its unit."""
        return self.form.shift_printed(value)

    def shift_tabled(self, value: float) -> str:
        """Print a shift of the silent in a table whose note names the unit."""
        return formatting.decimal(value)

    @property
    def shift_unit(self) -> str:
        """Unit of the shift of the silent that would overturn it."""
        return self.form.unit

    @property
    def printed_unit(self) -> str:
        """Unit that a printed value needs beside it."""
        return self.form.printed_unit

    def with_unit(self, value: float) -> str:
        """Print a value with its unit."""
        return self.form.with_unit(value)

    def set_printed(self, value: float) -> str:
        """Print a threshold as it was set, with its unit."""
        return self.form.set_printed(value)

    def set_bare(self, value: float) -> str:
        """Print a threshold as it was set, where its unit is told otherwise."""
        return self.form.set_bare(value)

    def listed(self, values: Sequence[float]) -> str:
        """Print several thresholds in a sentence."""
        return formatting.sentence_list([self.set_printed(value) for value in values])

    def span_printed(self, low: float, high: float) -> str:
        """Print an interval in a sentence."""
        return self.form.span_printed(low, high)

    def condition_printed(self) -> str:
        """Print what the claim must clear, for a cell of a table."""
        signs = {"above": "\\>", "below": "\\<"}
        parts = [f"{signs[side.direction]} {self.form.set_tabled(side.limit)}" for side in self.sides()]
        return f",{formatting.NO_BREAK}".join(parts)

    def verdict(self, grade: Grade, words: Vocabulary) -> str:
        """One plain sentence for a grade of the claim."""
        return grade.verdict(words) or self.missed
