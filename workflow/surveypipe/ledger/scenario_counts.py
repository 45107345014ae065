"""Estimates of the scenario as functions of the counts behind them, for the audit of disclosure.

The estimate at a multiple k rests on two answers at once: the claim's own, and whether somebody has the
scenario's. Whoever tries counts of both together on what the ledger and the explorer print does what stands
here; :mod:`surveypipe.ledger.scenario` does it for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from surveypipe.ledger.cases import Case, Setting
from surveypipe.study.base import Code, same_code
from surveypipe.study.claims import AnyClaim
from surveypipe.study.offered import offered

Floats = NDArray[np.float64]
State = tuple[bool | None, bool | None]
# Has the scenario's answer, has not, did not say; gave the claim's answer, another, none.
YES, NO, UNSAID = True, False, None
JOINT: tuple[State, ...] = tuple(product((YES, NO, UNSAID), (YES, NO, UNSAID)))
# Fewer silent people than this are nobody.
NOBODY = 1e-9
NEUTRAL = 0.5
Counts = Mapping[State, Floats]


@dataclass(frozen=True)
class ScenarioCurve:
    """Estimates and interval of a share at each k, from how many of each part gave both answers.

    Attributes
    ----------
    claim
        What it is the share of.
    variable, level
        The scenario's answer.
    ks, k_grade
        Multiples, shape (P,), and the one by which claims are graded.
    limits
        Limits that the interval may be held against.
    among
        Whether only those who have the scenario's answer count.
    fixed
        Answer of those who do not have it, where the question fixes it; None where it is learnt.
    min_group
        Fewest of them in a group before all groups are pooled, and before their answer is supposed.
    people
        Respondents whom the claim may be about: ``id``, ``weight``, ``asked``, ``cell``, ``group``.
    half
        Half-widths of the intervals on the logit scale, as in :class:`surveypipe.ledger.curves.Curve`.
    """

    claim: AnyClaim
    variable: str
    level: Code
    ks: tuple[float, ...]
    k_grade: float
    limits: tuple[float, ...]
    among: bool
    fixed: float | None
    min_group: int
    people: pd.DataFrame
    half: tuple[float, ...]

    @property
    def base(self) -> str:
        """Of whom it is the share."""
        return self.claim.base

    @property
    def ids(self) -> frozenset[str]:
        """Respondents whom the claim may be about."""
        return frozenset(self.people["id"])

    def gave(self, code: object) -> bool:
        """Say whether a code of the claim's variable is the answer that is counted."""
        return self.claim.counts(code)

    def has(self, code: object) -> bool:
        """Say whether a code of the scenario's variable is its answer."""
        return same_code(code, self.level)

    def points(self, part_of: Mapping[str, int], counts: Counts) -> Floats:
        """Estimates and ends of intervals; shape (K, P, 1 + ends).

        Parameters
        ----------
        part_of
            Respondent to part: people of one group who carry the same weights.
        counts
            For each of :data:`JOINT`, how many of each part; shape (K, parts).
        """
        number = next(iter(counts.values())).shape[1]
        told = self.people.assign(part=self.people["id"].map(part_of)).dropna(subset=["part"])
        told = told.assign(part=told["part"].astype(int))
        first = told.groupby("part").first().reindex(range(number))
        means = told.groupby("part")[["weight", "asked"]].mean().reindex(range(number)).fillna(0.0)
        people = _Parts(
            means["weight"].to_numpy(),
            means["asked"].to_numpy(),
            first["cell"].fillna("").to_numpy(dtype=object),
            first["group"].fillna("").to_numpy(dtype=object),
            dict(counts),
        )
        above, below = np.zeros((1, 1)), np.zeros((1, 1))
        for cell in dict.fromkeys(people.cells):
            added = self._cell(people, people.cells == cell)
            above, below = above + added[0], below + added[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            estimate = np.asarray(above / below)
        ends = [expit(logit(np.clip(estimate, 1e-12, 1 - 1e-12)) + half) for half in self.half]
        return np.stack([estimate, *ends], axis=-1)

    def _cell(self, people: _Parts, mine: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Sum of answers and number of people of one cell, each of shape (K, P)."""
        k = np.array(self.ks)
        # Whose group is not known is of any.
        group = (people.groups == people.groups[mine][0]) & (people.groups != "")
        share = people.mean([(YES, y) for y in (YES, NO, UNSAID)], [(NO, y) for y in (YES, NO, UNSAID)], mine)
        share = np.nan_to_num(share, nan=0.0)
        yes, no = [(YES, YES)], [(YES, NO)]
        answer = people.mean(yes, no, mine)
        for wider in (group, np.ones_like(mine)):
            answer = np.where(np.isnan(answer), people.mean(yes, no, wider), answer)
        answer = np.nan_to_num(answer, nan=0.0)
        silent = people.silent(mine)
        moved = k * (share * silent)[:, None]

        def asked(*states: State) -> Floats:
            return people.asked_sum(states, mine)

        if self.among:
            above = asked((YES, YES)) + asked((YES, UNSAID)) * answer
            above = above + share * (asked((UNSAID, YES)) + asked((UNSAID, UNSAID)) * answer)
            below = asked(*((YES, y) for y in (YES, NO, UNSAID)))
            below = below + share * asked(*((UNSAID, y) for y in (YES, NO, UNSAID)))
            return above[:, None] + moved * answer[:, None], below[:, None] + moved
        other = self._others(people, group)
        above = asked(*((r, YES) for r in (YES, NO, UNSAID)))
        above = above + asked((YES, UNSAID)) * answer + asked((NO, UNSAID)) * other
        above = above + asked((UNSAID, UNSAID)) * (share * answer + (1 - share) * other)
        told = moved * answer[:, None] + (silent[:, None] - moved) * other[:, None]
        return above[:, None] + told, (asked(*JOINT) + silent)[:, None] + 0 * moved

    def _others(self, people: _Parts, group: NDArray[np.bool_]) -> Floats:
        """Answer of the silent who do not have the scenario's answer; shape (K,)."""
        everybody = np.ones_like(group)
        if self.fixed is not None:
            return np.full(len(people.silent(group)), self.fixed)
        here, there = (people.number([(NO, YES), (NO, NO)], part) for part in (group, everybody))
        own, pooled = (people.mean([(NO, YES)], [(NO, NO)], part) for part in (group, everybody))
        supposed = np.where(there >= self.min_group, pooled, NEUTRAL)
        return np.asarray(np.where(here >= self.min_group, own, supposed))


@dataclass(frozen=True)
class _Parts:
    """Weights, cells and groups of parts, shape (parts,), and combinations of counts of each."""

    weight: Floats
    asked: Floats
    cells: NDArray[np.object_]
    groups: NDArray[np.object_]
    counts: dict[State, Floats]

    def _sum(self, states: Sequence[State], mine: NDArray[np.bool_], each: Floats) -> Floats:
        return np.asarray(sum((self.counts[state][:, mine] * each[mine]).sum(axis=1) for state in states))

    def number(self, states: Sequence[State], mine: NDArray[np.bool_]) -> Floats:
        return self._sum(states, mine, np.ones_like(self.weight))

    def asked_sum(self, states: Sequence[State], mine: NDArray[np.bool_]) -> Floats:
        return self._sum(states, mine, self.asked)

    def silent(self, mine: NDArray[np.bool_]) -> Floats:
        return self._sum(JOINT, mine, self.weight - self.asked)

    def mean(self, gave: Sequence[State], not_given: Sequence[State], mine: NDArray[np.bool_]) -> Floats:
        """Share over the silent for whom they stand, plain where that is nobody; NaN where there are none."""
        stands = np.clip(self.weight - self.asked, 0, None)
        both = [*gave, *not_given]
        weighed, plain = self._sum(both, mine, stands), self.number(both, mine)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(
                np.where(
                    weighed > NOBODY,
                    self._sum(gave, mine, stands) / weighed,
                    self.number(gave, mine) / plain,
                )
            )


def scenario_curves_of(
    made: Setting, gathered: Sequence[Case], ids: Sequence[str], halves: Mapping[str, tuple[float, ...]]
) -> dict[str, ScenarioCurve]:
    """Give the scenario of each claim of a share over everybody; none without a scenario.

    Parameters
    ----------
    made, gathered, ids
        As for :func:`surveypipe.ledger.curves.curves_of`.
    halves
        Claim to the half-widths of its curve.
    """
    plan = made.sensitivity.scenario
    found: dict[str, ScenarioCurve] = {}
    for case in gathered if plan is not None else ():
        if case.group != "overall" or case.key not in halves or plan is None:
            continue
        own = case.claim.variable == plan.variable and case.claim.counts(plan.level)
        people = case.people[["weight", "asked", "cell", "group", "within"]].assign(id=[str(i) for i in ids])
        found[case.key] = ScenarioCurve(
            case.claim, plan.variable, plan.level, tuple(plan.steps), plan.k_grade, offered(case.claim),
            made.beside_scenario(case.claim.base) is not None,
            0.0 if own or case.claim.variable in made.routed_no else None,
            plan.min_group, people[people["within"] == 1].drop(columns="within"), halves[case.key],
        )  # fmt: skip
    return found
