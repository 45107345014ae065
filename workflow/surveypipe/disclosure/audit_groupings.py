"""Answers that follow from several groupings together.

Within one grouping a hidden group is safe from subtraction (:mod:`surveypipe.disclosure.audit_answers`). A
second grouping may give it back: where wards lie within hospitals, the wards of a hidden hospital add up to
it. So each hidden answer of a group is bounded once more from all that every grouping publishes; the unknown
counts are those of each answer in each combination of groups and weights. While too few values are possible,
a group of another grouping is hidden that has people in common with what is hidden, the smallest first. An
interval may hold no whole number but the true one, so that another one is looked for besides.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from surveypipe.disclosure.answers import DESCRIPTIVE, SHARES
from surveypipe.disclosure.atoms import HALF, UNWEIGHTED
from surveypipe.disclosure.linear import LEEWAY, Found, Statement, System, whole_numbers
from surveypipe.disclosure.questions import (
    NO_GROUP,
    WEIGHT_DECIMALS,
    Respondents,
    code_of,
    exclusive,
    parts_of,
)
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import TOTAL

if TYPE_CHECKING:
    import pandas as pd

# Of more combinations of groups and weights than this, what the weights say is left out.
MOST_COMBINATIONS = 150
# Of more unknown counts than this whole numbers are not looked for, and of each secret those nearest to it.
MOST_UNKNOWN, NEAREST = 400, 3


class Place(NamedTuple):
    """An answer of a group; grouping and group are empty for all respondents."""

    level: str
    grouping: str
    group: str


@dataclass
class Together:
    """A question and what every grouping publishes of it.

    Parameters
    ----------
    shown
        Place and scheme to the share that is published, and its base.
    parts
        Published level to the answers that it takes together.
    combinations
        Each combination of groups and weights: grouping to group.
    weights
        Scheme to the weight of each combination; of fewer schemes where weights differ within them.
    counts
        Place to the people who gave the answer, and to all who gave any.
    sizes
        People in each combination.
    """

    shown: dict[tuple[Place, str], tuple[float, float]]
    parts: Mapping[str, tuple[str, ...]]
    combinations: Sequence[Mapping[str, str]]
    weights: Mapping[str, Sequence[float]]
    counts: Mapping[Place, tuple[float, float]]
    sizes: Sequence[float]
    found: Found = field(default_factory=Found)

    def inside(self, place: Place) -> list[int]:
        """List the combinations that belong to the group of a place."""
        return [
            number
            for number, groups in enumerate(self.combinations)
            if not place.grouping or groups[place.grouping] == place.group
        ]

    def cells(self, place: Place) -> tuple[Hashable, ...]:
        """Unknown counts that a place adds up."""
        return tuple((answer, k) for answer in self.parts[place.level] for k in self.inside(place))

    def statements(self) -> Iterator[Statement]:
        """Write down what every published share says."""
        every = list(dict.fromkeys(answer for parts in self.parts.values() for answer in parts))
        for k, size in enumerate(self.sizes):
            yield Statement(("size", k), {(answer, k): 1.0 for answer in every}, size, sides=(1,))
        for (place, scheme), (share, n) in self.shown.items():
            inside = self.inside(place)
            whole: dict[Hashable, float] = {(answer, k): 1.0 for answer in every for k in inside}
            yield Statement(("n", place.grouping, place.group), whole, n)
            if scheme not in self.weights:
                continue
            weights, counted = self.weights[scheme], set(self.cells(place))
            for side in (1, -1):
                coefficients: dict[Hashable, float] = {
                    cell: weights[cell[1]] * ((cell in counted) - share - side * HALF)  # type: ignore[index]
                    for cell in whole
                }
                yield Statement((place, scheme, side), coefficients, 0.0, sides=(side,))

    def exposed(self, hidden: Sequence[Place], rules: Rules) -> Place | None:
        """First hidden place of which too few counts remain possible."""
        if not self.shown:
            return None
        system = System(list(self.statements()), self.found)
        for place in hidden:
            least = self._width(place, rules) - LEEWAY
            cells = self.cells(place)
            if not cells:
                continue
            low, high = system.reached(cells)
            if high < low or whole_numbers(low, high) < least:
                low, high = system.interval(cells)
            # Of an answer that nobody gave, or all, one count is as many as there can be.
            if whole_numbers(low, high) < least or (least > 1 and not self._another(place, cells, system)):
                return place
        return None

    def _another(self, place: Place, cells: Sequence[Hashable], system: System) -> bool:
        """Whether whole numbers fit of which those of a place add up to another count than the true one."""
        if len(self.sizes) * sum(len(parts) == 1 for parts in self.parts.values()) > MOST_UNKNOWN:
            return True
        true = self.counts[place][0]
        near = (true + step * side for step in range(1, NEAREST + 1) for side in (1, -1))
        return any(value >= 0 and system.whole(cells, value) for value in near)

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
        mine = {k for one in hidden if one.grouping == place.grouping for k in self.inside(one)}
        others = {
            (self.counts[one][1], one.grouping, one.group)
            for one, _ in self.shown
            if one.grouping not in ("", place.grouping) and mine & set(self.inside(one))
        }
        return min(others)[1:] if others else None


def audit_groupings(
    release: Release,
    private: pd.DataFrame,
    respondents: Respondents,
    groupings: Sequence[str],
    values: Mapping[str, list[str]],
    rules: Rules,
) -> None:
    """Hide what would give away, with the help of another grouping, an answer that a group hides.

    Parameters
    ----------
    release
        Released estimates, audited within each grouping; changed.
    private
        The same before.
    respondents
        Those who answered.
    groupings
        Variables by whose levels estimates are published.
    values
        Codes of each variable's answers, in order.
    rules
        Thresholds.
    """
    known = [name for name in groupings if name in respondents.answers]
    if len(known) < 2:
        return
    people, combined, sizes = _combinations(respondents, known)
    table = release.table
    for variable, base in _with_hidden(table, known):
        if variable not in respondents.answers:
            continue
        mine = (table["variable"] == variable) & (table["base"] == base)
        asked = list(
            _questions(table[mine], private, (variable, base), people, combined, sizes, known, values)
        )
        if any(question.secret(place, rules) for question, hidden in asked for place in hidden):
            _hide_totals(release, mine)
        for partner in _given_away(asked, rules):
            _hide(release, mine, *partner)
            name = "|".join([variable, base, "", partner[1]])
            release.note("estimates", [name], SUPPRESSED, "would give away a group of another grouping")


def _given_away(asked: Iterable[tuple[Together, list[Place]]], rules: Rules) -> Iterator[tuple[str, str]]:
    """List groups of one grouping that have to be hidden with those of another."""
    gone = set[tuple[str, str]]()
    for question, hidden in asked:
        secrets = [place for place in hidden if question.secret(place, rules)]
        question.forget(gone)
        while (place := question.exposed(secrets, rules)) is not None:
            partner = question.partner(place, hidden)
            if partner is None:
                break
            gone.add(partner)
            question.forget(gone)
            yield partner


def _combinations(
    respondents: Respondents, groupings: Sequence[str]
) -> tuple[list[dict[str, str]], dict[str, list[float]], list[float]]:
    """List the combinations of groups and weights that there are, with weights by scheme, and sizes."""
    schemes = [str(name) for name in respondents.weights if str(name).startswith("w_")]
    people = respondents.answers[["id", *groupings]].merge(respondents.weights[["id", *schemes]], on="id")
    for name in groupings:
        people[name] = people[name].map(code_of).fillna(NO_GROUP)
    people[schemes] = people[schemes].round(WEIGHT_DECIMALS)
    first = people[[*groupings, *schemes]].drop_duplicates(ignore_index=True)
    if len(first) > MOST_COMBINATIONS:
        schemes = [name for name in schemes if first[name].nunique() == 1]
        first = people[[*groupings, *schemes]].drop_duplicates(ignore_index=True)
    weights = {name.removeprefix("w_"): first[name].astype(float).tolist() for name in schemes}
    weights[UNWEIGHTED] = [1.0] * len(first)
    number = people.groupby([*groupings, *schemes], sort=False, dropna=False).ngroup()
    sizes = number.value_counts().sort_index().astype(float).tolist()
    groups = first[list(groupings)].to_dict("records")
    return [{str(k): str(v) for k, v in row.items()} for row in groups], weights, sizes


def _with_hidden(table: pd.DataFrame, groupings: Sequence[str]) -> list[tuple[str, str]]:
    """Questions of which some group hides a share while two groupings have any."""
    shares = table[(table["statistic"] == "proportion") & table["group"].isin(list(groupings))]
    found = []
    for (variable, base), rows in shares.groupby(["variable", "base"], sort=False):
        if (rows["status"] == SUPPRESSED).any() and rows["group"].nunique() > 1:
            found.append((str(variable), str(base)))
    return found


def _questions(
    rows: pd.DataFrame,
    private: pd.DataFrame,
    named: tuple[str, str],
    combinations: Sequence[Mapping[str, str]],
    weights: Mapping[str, Sequence[float]],
    sizes: Sequence[float],
    groupings: Sequence[str],
    values: Mapping[str, list[str]],
) -> Iterator[tuple[Together, list[Place]]]:
    """Give the question, or of themes one for each, and the places that it hides."""
    whole = private[(private["variable"] == named[0]) & (private["base"] == named[1])]
    whole = whole[(whole["statistic"] == "proportion") & (whole["scheme"] == UNWEIGHTED)]
    whole = whole[whole["group"].isin(["overall", *groupings])]
    counts = {_place(row): (float(row["n_level"]), float(row["n"])) for row in whole.to_dict("records")}
    rows = rows[(rows["statistic"] == "proportion") & rows["group"].isin(["overall", *groupings])]
    told = [(_place(row), row) for row in rows.to_dict("records")]
    overall = {place.level: count for place, count in counts.items() if not place.grouping}
    size = max(n for _, n in overall.values())
    for levels in exclusive({level: gave for level, (gave, _) in overall.items()}, size):
        shown, hidden = {}, dict[Place, None]()
        for place, row in told:
            if place not in counts or place.level not in levels:
                continue
            if row["status"] == RELEASED:
                shown[place, str(row["scheme"])] = (float(row["estimate"]), float(row["n"]))
            elif place.grouping:
                hidden[place] = None
        parts = parts_of(levels, values.get(named[0], []))
        yield Together(shown, parts, combinations, weights, counts, sizes), list(hidden)


def _place(row: Mapping[Hashable, object]) -> Place:
    group = row["group_level"]
    grouping = "" if row["group"] == "overall" else str(row["group"])
    return Place(str(row["level"]), grouping, str(group) if isinstance(group, str) else "")


def _hide_totals(release: Release, mine: pd.Series) -> None:
    """Empty how many people of each group gave an answer: wards add up to their hospital."""
    table = release.table
    totals = mine & (table["statistic"] == TOTAL) & (table["group"] != "overall")
    totals &= table["status"] == RELEASED
    reason = "would give away a group of another grouping"
    release.hide("estimates", totals, reason)


def _hide(release: Release, mine: pd.Series, grouping: str, group: str) -> None:
    """Empty what is told of a group, and what compares it with others."""
    table = release.table
    about = mine & (table["group"] == grouping) & (table["status"] == RELEASED)
    compared = ~table["statistic"].str.startswith(DESCRIPTIVE) & ~table["statistic"].isin(SHARES)
    blank(table, about & ((table["group_level"].fillna("").astype(str) == group) | compared))
