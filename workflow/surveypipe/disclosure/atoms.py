"""The counts behind one question's answers, and what each published share, mean and base says of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.answers import (
    POINT_DECIMALS,
)
from surveypipe.disclosure.linear import Found, Statement
from surveypipe.disclosure.members import Members
from surveypipe.disclosure.release import RELEASED
from surveypipe.disclosure.whole_numbers import Walk
from surveypipe.identifiers import TOTAL

if TYPE_CHECKING:
    import pandas as pd

UNWEIGHTED = "none"
Coefficients = dict[Hashable, float]
# Weights are told to so many digits only.
TOLERANCE = 1e-3
HALF = 0.5 * 10.0**-POINT_DECIMALS
# More atoms than this and the weights differ from person to person: they say nothing linear of a group.
MOST_ATOMS = 40


class Place(NamedTuple):
    """An answer of a group; the group is empty for all respondents."""

    level: str
    group: str


def finest(parts: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Distinct answers that published levels are made of."""
    return list(dict.fromkeys(answer for inside in parts.values() for answer in inside))


@dataclass(frozen=True)
class Atom:
    """Respondents of one group who carry the same weights under every scheme.

    Parameters
    ----------
    group
        Their group.
    size
        Their number, which Table 1 and the response cells tell.
    weights
        Scheme to weight; empty where weights differ from person to person.
    """

    group: str
    size: float
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Strata:
    """Cells within which a scheme takes the respondents for drawn.

    Parameters
    ----------
    of_atom
        Cell of each atom, by number; shape (atoms,).
    people, respondents
        Of each cell, shape (cells,).
    """

    of_atom: NDArray[np.intp]
    people: NDArray[np.float64]
    respondents: NDArray[np.float64]


@dataclass
class Question:
    """A question with its base: who answered what, and what of it is published.

    Parameters
    ----------
    variable, base
        As in the table of estimates.
    rows
        Its rows of the released estimates.
    parts
        Published level to the answers it takes together.
    private
        Place to its unweighted count.
    atoms
        Those who may be told apart.
    known
        Answers in each atom, unweighted: ``known[answer, atom]``; empty where they are not known.
    primary
        The primary scheme, which is always published.
    asked
        Group to the number of those whom the question was put to, where the question before it tells.
    units
        Group to the unit to which its totals under the primary scheme are rounded.
    strata
        Scheme to the cells from which its standard errors follow by a formula.
    members
        Respondents, and what computes the errors of other schemes; without both errors are not looked at.
    given
        Number of the answer that each of them gave, in the order of :meth:`answers`, and one more of whoever
        gave none; without it nothing is tried where it matters who gave an answer.
    hidden, left_out, stepped, uncounted
        Answers, schemes within a group, answers of all groups, and groups whose totals were hidden to
        protect others.
    found
        Counts that agreed with what was published at some time.
    looked_at
        Parts for which integer programmes have looked for other counts.
    """

    variable: str
    base: str
    rows: pd.DataFrame
    parts: dict[str, tuple[str, ...]]
    private: dict[Place, float]
    atoms: tuple[Atom, ...]
    known: dict[tuple[str, int], float] = field(default_factory=dict)
    primary: str = ""
    asked: Mapping[str, float] = field(default_factory=dict)
    units: Mapping[str, float] = field(default_factory=dict)
    strata: Mapping[str, Strata] = field(default_factory=dict)
    members: Members | None = field(default=None, repr=False)
    given: NDArray[np.intp] | None = field(default=None, repr=False)
    looked_at: int = 0
    hidden: set[Place] = field(default_factory=set)
    left_out: set[tuple[str, str]] = field(default_factory=set)
    stepped: set[Place] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)
    found: Found = field(default_factory=Found, repr=False)
    _walk: Walk | None = field(default=None, repr=False)

    def walk(self) -> Walk | None:
        """Search for other whole numbers; None where the answers of the atoms are not known."""
        if self._walk is None and self.known and len(self.atoms) > 1:
            sizes = [atom.size for atom in self.atoms]
            # Nothing is said later that is not said before anything was hidden.
            bare = replace(self, hidden=set(), left_out=set(), stepped=set(), uncounted=set())
            self._walk = Walk(self.known, self.answers(), sizes, statements(bare))
        return self._walk

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """Rows as what each column holds."""
        return [{str(name): value for name, value in row.items()} for row in self.rows.to_dict("records")]

    @property
    def gone(self) -> set[Place]:
        """Places that are hidden, for whatever reason."""
        return self.hidden | self.stepped

    @property
    def scaled(self) -> bool:
        """Whether its answers are points of a scale, published in categories too."""
        return any(len(parts) > 1 for parts in self.parts.values())

    def answers(self) -> list[str]:
        """Distinct answers, the finest that any published level is made of."""
        return finest(self.parts)

    def cells(self, levels: Iterable[str], group: str) -> list[tuple[str, int]]:
        """Unknown counts of some answers in a group."""
        return [
            (level, number)
            for level in levels
            for number, atom in enumerate(self.atoms)
            if group in ("", atom.group)
        ]

    def with_errors(self) -> Iterator[Mapping[str, Any]]:
        """Rows of shares and means that are still published with an error."""
        gone = self.gone
        for row in self.records:
            level, group = str(row["level"]), str(row["group_level"])
            share = row["statistic"] == "proportion"
            if row["status"] != RELEASED or not (share or (row["statistic"] == "mean" and level == "")):
                continue
            hidden = (level, group) in gone if share else bool(group and gone)
            if not hidden and (str(row["scheme"]), group) not in self.left_out and row["se"] == row["se"]:
                yield row

    def inside(self, row: Mapping[str, Any]) -> list[bool]:
        """Whether each atom belongs to the group of a row."""
        return [row["group_level"] in ("", atom.group) for atom in self.atoms]

    def published(self) -> set[Place]:
        """Places of which some share is still published."""
        shares = self.rows[(self.rows["statistic"] == "proportion") & (self.rows["status"] == RELEASED)]
        places = zip(shares["level"], shares["group_level"], strict=True)
        return {Place(str(level), str(group)) for level, group in places} - self.gone


def statements(question: Question) -> list[Statement]:
    """Write down what every published share, mean and base of a question says."""
    every = question.answers()
    made = [_of_size(atom, number, every) for number, atom in enumerate(question.atoms)]
    made += [_of_asked(question, group, n, every) for group, n in question.asked.items()]
    for row in question.records:
        place = Place(str(row["level"]), str(row["group_level"]))
        scheme = str(row["scheme"])
        if row["status"] != RELEASED or (scheme, place.group) in question.left_out:
            continue
        if row["statistic"] == "proportion" and place not in question.gone:
            made += _of_share(question, place, scheme, float(row["n"]), float(row["estimate"]), every)
        elif row["statistic"] == TOTAL and place not in question.gone:
            made += _of_total(question, place, scheme, float(row["estimate"]))
        elif row["statistic"] == "mean" and not place.level and scheme != UNWEIGHTED:
            if place.group and question.gone:
                continue
            made += _of_mean(question, row, every)
    return made


def _of_size(atom: Atom, number: int, every: list[str]) -> Statement:
    """No more than all of an atom answered; the others left the question out, or were not asked."""
    counts: Coefficients = {(level, number): 1.0 for level in every}
    return Statement(("size", number), counts, atom.size, sides=(1,))


def _of_asked(question: Question, group: str, n: float, every: list[str]) -> Statement:
    """No more answered than were asked."""
    counts: Coefficients = dict.fromkeys(question.cells(every, group), 1.0)
    return Statement(("asked", group), counts, n, sides=(1,))


def _of_share(
    question: Question, place: Place, scheme: str, n: float, share: float, every: list[str]
) -> list[Statement]:
    inside = set(question.cells(question.parts[place.level], place.group))
    total = question.cells(every, place.group)
    made = [Statement(("n", place.group), dict.fromkeys(total, 1.0), n)]
    weights = [1.0] * len(question.atoms) if scheme == UNWEIGHTED else _weights(question, scheme)
    if weights is None:
        return made
    return made + _rounded((place, scheme), {cell: float(cell in inside) for cell in total}, share, weights)


def _of_total(question: Question, place: Place, scheme: str, total: float) -> list[Statement]:
    """Write down that people with an answer add up to what is printed, but for half a unit."""
    weights = _weights(question, scheme)
    counted = scheme == question.primary and place.group in question.units
    if weights is None or not counted or place.group in question.uncounted:
        return []
    inside = question.cells(question.parts[place.level], place.group)
    counts: Coefficients = {cell: weights[cell[1]] for cell in inside}
    half = question.units[place.group] / 2
    return [
        Statement(("total", place, scheme, side), counts, total + side * half, TOLERANCE * half, (side,))
        for side in (1, -1)
    ]


def _rounded(
    place: Hashable, values: Mapping[tuple[str, int], float], mean: float, weights: list[float]
) -> list[Statement]:
    """Write down that a weighted mean of values lies within half a unit of what is printed."""
    return [
        Statement(
            (place, side),
            {cell: weights[cell[1]] * (value - mean - side * HALF) for cell, value in values.items()},
            0.0,
            sides=(side,),
        )
        for side in (1, -1)
    ]


def _of_mean(question: Question, row: dict[Any, Any], every: list[str]) -> list[Statement]:
    weights = _weights(question, str(row["scheme"]))
    if weights is None or not all(level.replace(".", "", 1).isdigit() for level in every):
        return []
    values = {cell: float(cell[0]) for cell in question.cells(every, str(row["group_level"]))}
    return _rounded(("mean", row["group_level"], row["scheme"]), values, float(row["estimate"]), weights)


def _weights(question: Question, scheme: str) -> list[float] | None:
    weights = [atom.weights.get(scheme) for atom in question.atoms]
    return None if any(weight is None for weight in weights) else [float(w) for w in weights if w is not None]
