"""How different the silent must be to overturn a claim, and the scenario."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from surveypipe.ledger import sensitivity
from surveypipe.ledger.carried import carried_end, carried_limit
from surveypipe.ledger.cases import Case, Setting
from surveypipe.ledger.cells import cells_of
from surveypipe.ledger.outcomes import ScenarioSource
from surveypipe.ledger.scenario import Scenario, nonreader_source, reader_scenario
from surveypipe.study.grades import strength
from surveypipe.study.outcomes import Crossing
from surveypipe.study.sides import Side


@dataclass(frozen=True)
class Tipping:
    """Tipping points of a claim: θ and Δ nearest to no effect over all its conditions, and what came of θ.

    Of a share with two limits `theta_other` is the θ at which the estimate reaches the other one; NaN of any
    other claim, and where no θ reaches it.
    """

    theta: float
    theta_interval: float
    shift: float
    shift_interval: float
    outcome: Crossing
    interval_outcome: Crossing
    theta_other: float = math.nan

    @property
    def note(self) -> str:
        """Say for a reader why there is no θ; '' where there are two."""
        if self.outcome is Crossing.SURE:
            return "none"
        if self.outcome is Crossing.MISSED:
            return "not supported"
        words = ["no theta reaches the threshold"] if self.outcome is Crossing.NEVER else []
        if self.interval_outcome is Crossing.MISSED:
            words.append("interval: not supported")
        elif self.interval_outcome is Crossing.NEVER and self.outcome is not Crossing.NEVER:
            words.append("interval: no theta reaches the threshold")
        return "; ".join(words)


def what_if(
    case: Case, made: Setting, scheme: str, bounded: bool, common: Common | None = None
) -> tuple[Tipping, Readers]:
    """Tipping points and scenario of a claim under a scheme, or why there are none.

    Parameters
    ----------
    bounded
        Whether its bounds support the claim.
    common
        What is the same for the claim whatever limit it is held against; left out: it is worked out.
    """
    if not made.silent_known:
        unknown = replace(NO_SCENARIO, none=ScenarioSource.SILENT_UNKNOWN)
        return without_tipping(Crossing.SILENT_UNKNOWN), unknown
    signs = case.claim.signs
    cells = common.cells if common else None
    found = tipping(case, scheme, bounded, cells) if signs else without_tipping(Crossing.UNDEFINED)
    return found, readers(case, made, scheme, common.supposed if common else None)


def tipping(
    case: Case, scheme: str, bounded: bool, cells: Sequence[sensitivity.Cells] | None = None
) -> Tipping:
    """Tipping θ of a claim for the point and for the interval, and the shift Δ of a mean.

    `cells` are those of each part that it compares; left out: they are worked out.
    """
    row, (low, high) = case.by_scheme[scheme], case.interval(scheme)
    estimate = float(row["estimate"])
    points: list[_Tip] = []
    ends: list[_Tip] = []
    for side in case.claim.sides():
        carried = carried_limit(side.limit, estimate, side.end(low, high), logit_scale=case.claim.is_share)
        points.append(_tip(case, side, estimate, cells))
        moved, reached = side._replace(limit=carried), not side.holds(low, high)
        ends.append(_tip(case, moved, estimate, cells, reached=reached))
    if _NOBODY in points:
        # A group of nobody has no estimate, and what has none supports no claim.
        return without_tipping(Crossing.MISSED)
    thetas = [one.theta for one in points]
    theta = _nearest(thetas)
    other = max(thetas, key=strength) if len(thetas) > 1 and case.claim.is_share else math.nan
    interval = math.inf if bounded else _nearest([one.theta for one in ends])
    if case.claim.binary:
        shift, shift_interval = math.nan, math.nan
    else:
        shift, shift_interval = (_smallest([one.shift for one in tips]) for tips in (points, ends))
    return Tipping(
        theta,
        interval,
        shift,
        shift_interval,
        _crossing(theta, bounded),
        _crossing(interval, bounded),
        math.nan if math.isnan(theta) or math.isinf(strength(other)) else other,
    )


class _Tip(NamedTuple):
    """The θ and the shift at which an estimate reaches one limit."""

    theta: float
    shift: float


_NOBODY = _Tip(-1.0, math.nan)


def _tip(
    case: Case,
    side: Side,
    estimate: float,
    given: Sequence[sensitivity.Cells] | None,
    *,
    reached: bool = False,
) -> _Tip:
    """Find where a claim reaches one limit: where the mean of what its answers weigh for it does.

    Parameters
    ----------
    given
        Cells of the answers themselves, of each part.
    reached
        Whether it lies beyond that limit already, so that no θ is to be found.
    """
    claim = case.claim
    y, x = (case.people[name].to_numpy(dtype=float) for name in ("y", "x"))
    tilt = claim.tilted(y, x, side)
    cells = given if tilt.itself and given else [cells_of(case, part, tilt) for part in case.parts]
    if not all(part.population > 0 for part in cells):
        return _NOBODY
    now = estimate if tilt.itself else sensitivity.mixture(cells[0], 1.0)
    # A sum over the people is their number times the mean.
    limit = tilt.mean * now / estimate if tilt.summed and estimate else tilt.mean
    theta = math.nan
    if not reached:
        theta = sensitivity.tipping_theta(cells, limit, side.direction, signs=claim.signs)
    return _Tip(theta, sensitivity.tipping_shift(cells, now, limit, side.direction))


def _crossing(theta: float, bounded: bool) -> Crossing:
    if bounded:
        return Crossing.SURE
    if math.isnan(theta):
        return Crossing.MISSED
    return Crossing.NEVER if math.isinf(theta) else Crossing.REACHED


def _nearest(thetas: list[float]) -> float:
    """Odds ratio nearest 1; NaN if any condition is crossed at 1."""
    if any(math.isnan(theta) for theta in thetas):
        return math.nan
    nearest = min(thetas, key=strength)
    return math.inf if nearest == 0 else nearest


def _smallest(shifts: list[float]) -> float:
    return math.nan if any(math.isnan(shift) for shift in shifts) else min(shifts, key=abs)


def without_tipping(why: Crossing) -> Tipping:
    """Give the tipping points of a claim that has none."""
    return Tipping(math.nan, math.nan, math.nan, math.nan, why, why)


@dataclass(frozen=True)
class Readers:
    """The reader scenario of a claim: estimates by k, and whether it stands at the k of the grade.

    Without a scenario there is no estimate, and nothing of it speaks against the claim.
    """

    neutral: dict[float, Scenario]
    worst: dict[float, Scenario]
    end: float
    supported: bool
    none: ScenarioSource = ScenarioSource.ABSENT

    @property
    def source(self) -> ScenarioSource:
        """What is taken for the answers of silent non-readers, the same at each k."""
        return next((one.source for one in self.worst.values()), self.none)


NO_SCENARIO = Readers({}, {}, math.nan, True)


# Scenario at k, with the answer that is supposed of non-readers where too few are left to learn from.
Supposed = Callable[[float, float], Scenario]


def supposing(case: Case, made: Setting) -> Supposed:
    """Give the reader scenario of a claim, each k worked out once for all limits of the claim."""
    plan = made.sensitivity.scenario
    if plan is None or not case.claim.describes:
        raise ValueError("the study has no scenario, or none is defined for this kind of claim")
    claim = case.claim
    own = claim.variable == plan.variable and claim.binary and claim.counts(plan.level)
    fixed = 0.0 if own or claim.variable in made.routed_no else None
    among = made.beside_scenario(claim.base) is not None
    people = case.people[case.people["within"] == 1]
    level = case.group_level or None

    @cache
    def at(k: float, assumed: float) -> Scenario:
        return reader_scenario(
            people, k, among=among, min_group=plan.min_group, assumed=assumed,
            nonreaders=fixed, group_level=level,
        )  # fmt: skip

    learnt = nonreader_source(people, level, plan.min_group).values()
    if among or fixed is not None or ScenarioSource.ASSUMED not in learnt:
        # Nothing is supposed, and any answer would do.
        return lambda k, assumed: at(k, math.nan)
    return at


@dataclass(frozen=True)
class Common:
    """What is the same for a claim whatever limit it is held against."""

    cells: Sequence[sensitivity.Cells]
    supposed: Supposed | None


def in_common(case: Case, made: Setting) -> Common:
    """Work out once what :func:`what_if` asks of a claim at every limit."""
    there = made.sensitivity.scenario is not None and case.claim.describes
    cells = [cells_of(case, part) for part in case.parts] if case.claim.signs else []
    return Common(cells, supposing(case, made) if there else None)


def readers(case: Case, made: Setting, scheme: str, supposed: Supposed | None = None) -> Readers:
    """Run the reader scenario for a claim.

    Where too few non-reading respondents are left to learn from, *neutral* assumes a half of the silent
    non-readers (share) or no difference (mean), and *worst case* the answer that harms the claim most; the
    worst case decides the grade.

    Parameters
    ----------
    supposed
        What :func:`supposing` gave for the same claim, held against another limit.
    """
    plan = made.sensitivity.scenario
    if plan is None:
        return NO_SCENARIO
    if not case.claim.describes:
        # What cannot be asked of a claim cannot speak for it.
        return replace(NO_SCENARIO, supported=False, none=ScenarioSource.UNDEFINED)
    at = supposed or supposing(case, made)
    least, most = case.claim.limits
    conditions = case.claim.sides()
    harmful = [least if side.direction == "above" else most for side in conditions]
    neutral = {k: at(k, (least + most) / 2) for k in plan.steps}
    worst = {k: min((at(k, end) for end in harmful), key=lambda s: _slack(s, conditions)) for k in plan.steps}
    row, (low, high) = case.by_scheme[scheme], case.interval(scheme)
    moved = worst[plan.k_grade].estimate
    ends = [
        carried_end(moved, float(row["estimate"]), end, logit_scale=case.claim.is_share)
        for end in (low, high)
    ]
    nearest = min(conditions, key=lambda side: _slack(worst[plan.k_grade], [side]))
    return Readers(neutral, worst, nearest.end(*ends), case.claim.supported(ends[0], ends[1]))


def _slack(scenario: Scenario, conditions: Sequence[Side]) -> float:
    """Distance to the nearest limit of a claim, negative beyond it."""
    return min(
        (scenario.estimate - side.limit) * (1 if side.direction == "above" else -1) for side in conditions
    )
