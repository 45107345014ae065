"""What every grouping publishes of a question, and what follows from it all.

The unknown counts are those of each answer in each combination of groups and weights. A hidden answer of a
group is held against all shares; where other whole numbers fit these, against the errors and ends of
intervals too (:mod:`surveypipe.disclosure.errors`).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from surveypipe.disclosure.atoms import HALF, Strata, finest
from surveypipe.disclosure.errors import hidden_by_errors
from surveypipe.disclosure.linear import LEEWAY, Found, Statement, System, whole_numbers
from surveypipe.disclosure.members import Members
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.sensitive_counts import POSSIBLE
from surveypipe.disclosure.whole_numbers import Cell, Floats, Numbers, Walk

# Of more unknown counts than this whole numbers are not looked for, and of each secret those nearest to it.
MOST_UNKNOWN, NEAREST = 400, 3


class Place(NamedTuple):
    """An answer of a group; grouping and group are empty for all respondents."""

    level: str
    grouping: str
    group: str


@dataclass(frozen=True)
class Combinations:
    """Respondents by combinations of groups and weights.

    Attributes
    ----------
    groups
        Each combination: grouping to group.
    weights
        Scheme to the weight of each combination; of fewer schemes where weights differ within them.
    sizes
        People in each combination.
    of
        Respondent to the number of their combination.
    strata, members
        As in :class:`surveypipe.disclosure.atoms.Question`, combinations being the parts.
    """

    groups: Sequence[Mapping[str, str]]
    weights: Mapping[str, Sequence[float]]
    sizes: Sequence[float]
    of: Mapping[str, int]
    strata: Mapping[str, Strata] = field(default_factory=dict)
    members: Members | None = None


@dataclass
class Together:
    """A question and what every grouping publishes of it.

    Parameters
    ----------
    shown
        Place and scheme to the row of its share that is published.
    parts
        Published level to the answers that it takes together.
    combined
        Respondents by combinations of groups and weights.
    counts
        Place to the people who gave the answer, and to all who gave any.
    known
        Answers in each combination; empty where they are not known.
    given
        As in :class:`surveypipe.disclosure.atoms.Question`.
    """

    shown: dict[tuple[Place, str], Mapping[Any, Any]]
    parts: Mapping[str, tuple[str, ...]]
    combined: Combinations
    counts: Mapping[Place, tuple[float, float]]
    known: Mapping[Cell, float]
    given: Numbers | None = field(default=None, repr=False)
    found: Found = field(default_factory=Found)
    _walk: Walk | None = field(default=None, repr=False)

    @property
    def strata(self) -> Mapping[str, Strata]:
        """Cells from which the errors of a scheme follow by a formula."""
        return self.combined.strata

    @property
    def members(self) -> Members | None:
        """Respondents by their combinations, for the errors of other schemes."""
        return self.combined.members

    def answers(self) -> list[str]:
        """Distinct answers, the finest."""
        return finest(self.parts)

    def with_errors(self) -> Iterator[Mapping[Any, Any]]:
        """Rows of shares that are still published with an error."""
        return (row for row in self.shown.values() if row["se"] == row["se"])

    def inside(self, row: Mapping[Any, Any]) -> list[bool]:
        """Whether each combination belongs to the group of a row."""
        mine = self.within(place_of(row))
        return [number in mine for number in range(len(self.combined.sizes))]

    def within(self, place: Place) -> list[int]:
        """List the combinations that belong to the group of a place."""
        return [
            number
            for number, groups in enumerate(self.combined.groups)
            if not place.grouping or groups[place.grouping] == place.group
        ]

    def cells(self, place: Place) -> tuple[Hashable, ...]:
        """Unknown counts that a place adds up."""
        return tuple((answer, k) for answer in self.parts[place.level] for k in self.within(place))

    def statements(self) -> Iterator[Statement]:
        """Write down what every published share says."""
        every = self.answers()
        for k, size in enumerate(self.combined.sizes):
            yield Statement(("size", k), {(answer, k): 1.0 for answer in every}, size, sides=(1,))
        for (place, scheme), row in self.shown.items():
            inside = self.within(place)
            whole: dict[Hashable, float] = {(answer, k): 1.0 for answer in every for k in inside}
            yield Statement(("n", place.grouping, place.group), whole, float(row["n"]))
            if scheme not in self.combined.weights:
                continue
            weights, counted = self.combined.weights[scheme], set(self.cells(place))
            for side in (1, -1):
                coefficients: dict[Hashable, float] = {
                    cell: weights[cell[1]] * ((cell in counted) - float(row["estimate"]) - side * HALF)  # type: ignore[index]
                    for cell in whole
                }
                yield Statement((place, scheme, side), coefficients, 0.0, sides=(side,))

    def exposed(self, hidden: Sequence[Place], rules: Rules) -> Place | None:
        """First hidden place of which too few counts remain possible."""
        asked = [place for place in hidden if self.cells(place)]
        if not self.shown or not asked:
            return None
        told = list(self.statements())
        system = System(told, self.found)
        narrow = (place for place in asked if not self._has_room(place, system, rules))
        return next(narrow, None) or self._told_by_errors(asked, told, rules)

    def _has_room(self, place: Place, system: System, rules: Rules) -> bool:
        """Whether the shares leave as many counts of a place as there have to be, and whole numbers fit."""
        least, cells = self._width(place, rules) - LEEWAY, self.cells(place)
        low, high = system.reached(cells)
        if high < low or whole_numbers(low, high) < least:
            low, high = system.interval(cells)
        # Of an answer that nobody gave, or all, one count is as many as there can be.
        return whole_numbers(low, high) >= least and (least <= 1 or self._another(place, cells, system))

    def _another(self, place: Place, cells: Sequence[Hashable], system: System) -> bool:
        """Whether whole numbers fit of which those of a place add up to another count than the true one."""
        if len(self.combined.sizes) * sum(len(parts) == 1 for parts in self.parts.values()) > MOST_UNKNOWN:
            return True
        true = self.counts[place][0]
        near = (true + step * side for step in range(1, NEAREST + 1) for side in (1, -1))
        return any(value >= 0 and system.whole(cells, value) for value in near)

    def _told_by_errors(
        self, hidden: Sequence[Place], told: Sequence[Statement], rules: Rules
    ) -> Place | None:
        """First hidden place of which the errors rule out every count but the true one.

        Among many parts a walk finds too few counts for those that print other errors to be left out.
        """
        walk = self._walk_of(told)
        if walk is None or walk.sampled or not (self.strata or self.members):
            return None

        # What some solutions hide, more of them hide too.
        safe, tried = set[Place](), dict[bytes, bool]()

        def left(solutions: Floats) -> Iterator[Place]:
            for place in [one for one in hidden if one not in safe]:
                many = min(POSSIBLE, self._width(place, rules))
                if hidden_by_errors(self, walk, solutions, self.cells(place), many, tried):
                    safe.add(place)
                else:
                    yield place

        solutions = walk.solutions(told, lambda found: next(left(found), None) is None)
        return next(left(solutions), None)

    def _walk_of(self, told: Sequence[Statement]) -> Walk | None:
        """Search for other whole numbers; made once, since less is said whenever something was hidden."""
        if self._walk is None and self.known and len(self.combined.sizes) > 1:
            self._walk = Walk(self.known, self.answers(), self.combined.sizes, told)
        return self._walk

    def _width(self, place: Place, rules: Rules) -> float:
        gave, all_of = self.counts.get(Place(place.level, "", ""), (0.0, 0.0))
        size = self.counts[place][1]
        return min(float(rules.min_cell), size, max(1.0, min(gave, all_of - gave)))

    def secret(self, place: Place, rules: Rules) -> bool:
        """Whether a hidden place is hidden for itself: of few, of few who gave the answer, or all alike."""
        gave, size = self.counts[place]
        few = 0 < gave < rules.min_answers or (gave == 0 and rules.zeros_disclosive)
        return size < rules.min_base or few or gave in (0.0, size)

    def forget(self, gone: Collection[tuple[str, str]]) -> None:
        """Take what is told of some groups out of what is published."""
        self.shown = {key: told for key, told in self.shown.items() if key[0][1:] not in gone}

    def partner(self, place: Place, hidden: Sequence[Place]) -> tuple[str, str] | None:
        """Smallest published group of another grouping that tells of a hidden group of this one."""
        mine = {k for one in hidden if one.grouping == place.grouping for k in self.within(one)}
        others = {
            (self.counts[one][1], one.grouping, one.group)
            for one, _ in self.shown
            if one.grouping not in ("", place.grouping) and mine & set(self.within(one))
        }
        return min(others)[1:] if others else None


def place_of(row: Mapping[Any, Any]) -> Place:
    """Answer and group that a row of the estimates is about."""
    group = row["group_level"]
    grouping = "" if row["group"] == "overall" else str(row["group"])
    return Place(str(row["level"]), grouping, str(group) if isinstance(group, str) else "")
