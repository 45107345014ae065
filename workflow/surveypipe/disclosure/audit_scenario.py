"""Whether the scenario's estimates leave open how the parts of the groups answered.

An estimate at a multiple k rests on two answers at once, of which no joint count is published: the claim's
own, and whether somebody has the scenario's. So counts of both together are tried: whole numbers that agree
with all that is published of both questions (:mod:`surveypipe.disclosure.whole_numbers`) and that print the
same at every response odds ratio and every multiple. The ledger prints an estimate at each multiple, the
explorer its interval too. Where intervals leave too few values of a count, their multiples are left out of
the explorer, of every claim alike, so that which claim has something to hide is not told. Where the estimates
alone do, the scenario of that claim is told nowhere: not in the explorer, not in the ledger, not among the
specifications. Of the scenario's own question as many values are asked for as the curves leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.disclosure.atoms import Question, statements
from surveypipe.disclosure.audit_curves import REASON, Curve, cheapest, printed_otherwise
from surveypipe.disclosure.linear import Statement
from surveypipe.disclosure.questions import REST, Respondents, code_of
from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.sensitive_counts import POSSIBLE, WISHED, secrets
from surveypipe.disclosure.whole_numbers import Walk

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# An answer that was not given, and one that the claim is not about.
NOT_SAID, NOT_ABOUT = "", "not asked"
# Combinations that are tried, the nearest to the truth first.
MOST_TRIED = 5000
# What rows of the scenario are called in the explorer and among the specifications.
SCENARIO_ROWS = ("scenario", "reader scenario")


class Scenario(Protocol):
    """A share at each multiple of the scenario, as a function of the counts behind it."""

    @property
    def variable(self) -> str:
        """Variable of the scenario's answer."""

    @property
    def base(self) -> str:
        """Of whom the claim tells a share."""

    @property
    def ids(self) -> frozenset[str]:
        """Respondents whom the claim may be about."""

    @property
    def limits(self) -> tuple[float, ...]:
        """Limits against which the intervals may be held."""

    @property
    def ks(self) -> tuple[float, ...]:
        """Multiples, shape (P,)."""

    @property
    def k_grade(self) -> float:
        """Multiple at which the ledger prints an end of the interval."""

    def gave(self, code: object) -> bool:
        """Say whether a code of the claim's variable is the answer that is counted."""

    def has(self, code: object) -> bool:
        """Say whether a code of the scenario's variable is its answer."""

    def points(
        self, part_of: Mapping[str, int], counts: Mapping[tuple[bool | None, bool | None], Floats]
    ) -> Floats:
        """Estimate and ends of its interval, shape (K, P, values), from counts of both answers by part."""


@dataclass(frozen=True)
class Told:
    """What is told of a claim: its curve, the response odds ratios that are left, and its scenario."""

    curve: Curve
    scenario: Scenario
    kept: Flags

    def tells(self, question: Question) -> bool:
        """Whether it is a share of the answers to a question."""
        return (self.curve.variable, self.curve.base) == (question.variable, question.base)


def told_of(
    curves: Mapping[str, Curve], scenarios: Mapping[str, Scenario], explorer: pd.DataFrame
) -> dict[str, Told]:
    """Put together what the explorer would tell of each claim whose scenario it tells."""
    told = {}
    for claim in dict.fromkeys(explorer.loc[explorer["assumption"] == "scenario", "claim"]):
        if claim in scenarios:
            left = explorer.loc[explorer["claim"] == claim, "theta"].dropna().round(10)
            kept = np.isin(np.round(curves[claim].thetas, 10), left)
            told[str(claim)] = Told(curves[claim], scenarios[claim], kept)
    return told


@dataclass
class GivenAway:
    """Multiples that the explorer may not tell, and claims whose scenario nobody may."""

    ks: set[float] = field(default_factory=set)
    claims: list[str] = field(default_factory=list)


def given_away(
    told: Mapping[str, Told],
    headlines: Sequence[tuple[Question, Mapping[str, int]]],
    respondents: Respondents,
    rules: Rules,
) -> GivenAway:
    """Find what the scenario of the claims would give away.

    Parameters
    ----------
    told
        Claim to what would be told of it.
    headlines
        Questions of the claims, and the scenario's own, with the part of each respondent.
    respondents
        Those who answered.
    rules
        Thresholds.
    """
    found = GivenAway()
    for claim, one in told.items():
        for question, part_of in headlines:
            if (question.variable, question.base) != (one.curve.variable, one.curve.base):
                continue
            same_parts = (q for q, parts in headlines if parts is part_of)
            about = next((q for q in same_parts if q.variable == one.scenario.variable), None)
            beside = [other for other in told.values() if about is not None and other.tells(about)]
            lost = Joint(question, about, part_of, one, respondents).left_out(
                beside if one in beside else [*beside, one], rules, found.ks
            )
            if lost is None:
                found.claims.append(claim)
                break
            found.ks |= lost
    return found


class Joint:
    """Counts of two answers together, that of a claim and that of the scenario.

    Parameters
    ----------
    question
        The claim's question.
    about
        The scenario's; None where nothing is published of it.
    part_of
        Respondent to part.
    told
        What is told of the claim.
    respondents
        Those who answered.
    """

    def __init__(
        self,
        question: Question,
        about: Question | None,
        part_of: Mapping[str, int],
        told: Told,
        respondents: Respondents,
    ) -> None:
        self._question, self._about, self._part_of, self._told = question, about, part_of, told
        same = question.variable == told.scenario.variable
        answers = respondents.answers
        who = answers["id"].astype(str)
        mine = _codes(answers[question.variable], question).where(respondents.inside(question.base), NOT_SAID)
        beside = mine if same else _codes(answers[told.scenario.variable], about)
        # Of whom the claim tells nothing, nothing but the scenario's answer is asked.
        mine = mine.where(who.isin(told.scenario.ids), NOT_ABOUT)
        if same:
            beside = mine
        self._states = list(dict.fromkeys(zip(beside, mine, strict=True)))
        self._names = {state: f"{number}" for number, state in enumerate(self._states)}
        atoms = who.map(part_of)
        held = Counter(
            (self._names[state], int(atom))
            for state, atom in zip(zip(beside, mine, strict=True), atoms, strict=True)
            if atom == atom
        )
        self._known = {cell: float(n) for cell, n in held.items()}

    def left_out(self, told: Sequence[Told], rules: Rules, gone: Iterable[float]) -> set[float] | None:
        """Find the multiples whose intervals may not be told; None where the estimates may not be either.

        Parameters
        ----------
        told
            What is told of the claims on both questions.
        rules
            Thresholds.
        gone
            Multiples that are left out already.
        """
        both = [(self._question, 1)]
        if self._about is not None and self._about.variable != self._question.variable:
            both.append((self._about, 0))
        wanted = [
            (secret, side)
            for question, side in both
            if question.known
            for secret in secrets(question, rules)
            if not secret.wished
        ]
        if not wanted or len(self._question.atoms) < 2 or not self._question.known:
            return set()
        said = [line for question, side in both for line in self._statements(question, side)]
        sizes = [atom.size for atom in self._question.atoms]
        walk = Walk(self._known, list(self._names.values()), sizes, said)
        every = walk.solutions(said, lambda solutions: False)
        if not len(every):
            return None
        every = every[np.argsort(np.abs(every - every[0]).sum(axis=1), kind="stable")[:MOST_TRIED]]
        printed = [self._otherwise(one, walk, every) for one in told]
        on_curves, same = (~np.logical_or.reduce([one[place] for one in printed]) for place in (0, 1))
        same &= on_curves
        ends = np.logical_or.reduce([one[2] for one in printed])[same]
        ks = self._told.scenario.ks
        left = np.isin(ks, list(gone))
        for secret, side in wanted:
            counts = walk.sums(self._cells(secret.cells, side), every)
            there = counts if side else counts[on_curves]
            least = min(POSSIBLE if secret.alike else max(WISHED, secret.width), len(np.unique(there)))
            if len(np.unique(counts[same])) < least:
                return None
            left |= cheapest(counts[same], ends, left, least)
        return {k for k, lost in zip(ks, left, strict=True) if lost}

    def _cells(self, cells: Iterable[Any], side: int) -> list[Hashable]:
        """List the joint counts that add up to some of one question: 0 the scenario's, 1 the claim's."""
        return [
            (name, int(atom))
            for level, atom in cells
            for state, name in self._names.items()
            if state[side] == level
        ]

    def _statements(self, question: Question, side: int) -> list[Statement]:
        made = []
        for line in statements(question):
            counts: dict[Hashable, float] = {
                joint: coefficient
                for cell, coefficient in line.coefficients.items()
                for joint in self._cells([cell], side)
            }
            made.append(replace(line, place=(question.variable, line.place), coefficients=counts))
        return made

    def _otherwise(self, one: Told, walk: Walk, fits: Floats) -> tuple[Flags, Flags, Flags]:
        """Which combinations print another number of a claim than the true one.

        Returns
        -------
        curve, moved, ends
            On the curve, and in what the ledger tells of the scenario, shape (K,); in the interval at each
            multiple, shape (K, P).
        """
        atoms = range(len(self._question.atoms))
        mine = one.curve.variable == self._question.variable and one.curve.base == self._question.base
        side = 1 if mine else 0

        def number(states: Iterable[tuple[str, str]]) -> Floats:
            names = [self._names[state] for state in states]
            return np.stack([walk.sums([(name, atom) for name in names], fits) for atom in atoms], axis=1)

        answered = number(s for s in self._states if s[side] not in (NOT_SAID, NOT_ABOUT))
        gave = number(
            s for s in self._states if s[side] not in (NOT_SAID, NOT_ABOUT) and one.curve.counts(s[side])
        )
        values = one.curve.points(self._part_of, answered, gave)[:, one.kept]
        curve = printed_otherwise(one.curve.limits, values).any(axis=1)
        counts: dict[tuple[bool | None, bool | None], Floats] = {}
        for has in (True, False, None):
            for given in (True, False, None):
                counts[has, given] = number(
                    state
                    for state in self._states
                    if state[side] != NOT_ABOUT
                    and _said(state[0], one.scenario.has) is has
                    and _said(state[side], one.scenario.gave) is given
                )
        moved = one.scenario.points(self._part_of, counts)
        wrong = printed_otherwise(one.scenario.limits, moved[:, :, :1]).any(axis=1)
        ends = printed_otherwise(one.scenario.limits, moved[:, :, 1:])
        decides = np.isin(one.scenario.ks, one.scenario.k_grade)
        wrong |= ends[:, decides].any(axis=1)
        return np.asarray(curve), np.asarray(wrong), np.asarray(ends & ~decides)


def _said(code: str, counted: Callable[[object], bool]) -> bool | None:
    if code in (NOT_SAID, NOT_ABOUT):
        return None
    return counted(code)


def _codes(column: pd.Series, question: Question | None) -> pd.Series:
    """Answers as the question's cells have them; what it does not name is the rest, or not said."""
    given = column.map(code_of)
    if question is None:
        return given.fillna(NOT_SAID)
    known = set(question.answers())
    other = REST if REST in known else NOT_SAID
    return given.where(given.isin(known) | given.isna(), other).fillna(NOT_SAID)


def withhold(tables: Mapping[str, Release], found: GivenAway) -> None:
    """Take what the scenario would give away out of every table that tells it.

    Parameters
    ----------
    tables
        Released tables by name; changed.
    found
        What may not be told.
    """
    gone = set(found.claims)
    explorer = tables["explorer"]
    left = explorer.table["k"].isin(found.ks)
    explorer.note("explorer", [f"k {k:g}" for k in sorted(found.ks)], SUPPRESSED, REASON)
    explorer.table = explorer.table[~left].reset_index(drop=True)
    for name, release in tables.items() if gone else ():
        table = release.table
        if "claim" not in table:
            continue
        mine = table["claim"].isin(gone)
        columns = [c for c in table if str(c).startswith("reader_") and c != "reader_note"]
        for column in columns:
            table[column] = table[column].where(~mine)
        where = pd.Series(False, index=table.index)
        for column in (c for c in ("assumption", "what") if c in table):
            where |= mine & table[column].isin(SCENARIO_ROWS)
        if columns or where.any():
            release.note(name, [f"{claim}: scenario" for claim in sorted(gone)], SUPPRESSED, REASON)
        release.table = table[~where].reset_index(drop=True)
