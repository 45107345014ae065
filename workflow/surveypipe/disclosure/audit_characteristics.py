"""Counts of staff and respondents that follow from others: totals less the published parts.

The atoms are the combinations of the variables of the staff list that any table uses. Every published count
adds up some of them, whichever table it stands in; the interval of each count that is too small to publish is
worked out from all of them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.linear import Statement, System
from surveypipe.disclosure.release import SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.problems import SurveyError

if TYPE_CHECKING:
    import pandas as pd

# What is given up first: what no reader misses.
CHEAPEST_FIRST = ("weight_margins", "nonresponse", "response_cells", "weight_cells", "table_1")
STAFF, ANSWERED = "N", "n"
LEEWAY = 1e-3


@dataclass(frozen=True)
class Published:
    """A row of a released table that counts some of the atoms.

    Parameters
    ----------
    table, row
        Where it stands.
    atoms
        Which atoms it adds up.
    counts
        What it says: ``N`` staff, ``n`` respondents.
    cost
        What is lost with it; the smallest goes first.
    """

    table: str
    row: int
    atoms: frozenset[Any]
    counts: Mapping[str, float]
    cost: tuple[Any, ...] = ()


@dataclass
class Counts:
    """Everything published of one set of atoms, and what nobody may work out.

    Parameters
    ----------
    published
        Rows of the released tables.
    secrets
        Name of a count to its kind, its atoms and the width that its interval has to have.
    """

    published: list[Published]
    secrets: dict[str, tuple[str, frozenset[Any], float]] = field(default_factory=dict)

    def protect(self) -> list[Published]:
        """Give up rows, the cheapest first, until no secret can be worked out.

        Returns
        -------
        list of Published
            The rows given up.

        Raises
        ------
        SurveyError
            If nothing is left to give up.
        """
        given_up: list[Published] = []
        while exposed := self._exposed():
            telling = self._telling(exposed)
            if not telling:
                raise SurveyError(
                    f"disclosure control: the count of {exposed} could be worked out from totals alone; "
                    "merge categories or groups in the configuration."
                )
            row = min(telling, key=_cost)
            self.published.remove(row)
            given_up.append(row)
        return [row for row in sorted(given_up, key=_cost, reverse=True) if not self._may_return(row)]

    def _telling(self, name: str) -> list[Published]:
        """Rows that count some of a secret's atoms, or some of what is counted with them."""
        kind, atoms, _ = self.secrets[name]
        rows = [row for row in self.published if kind in row.counts]
        around = frozenset().union(*(row.atoms for row in rows if row.atoms & atoms))
        return [row for row in rows if row.atoms & around and row.cost[:1] != ("kept",)]

    def _may_return(self, row: Published) -> bool:
        """Whether a row that was given up turned out to tell nothing; it is published again then."""
        self.published.append(row)
        if self._exposed():
            self.published.remove(row)
            return False
        return True

    def _exposed(self) -> str:
        systems = {kind: System(list(self._statements(kind))) for kind in (STAFF, ANSWERED)}
        for name, (kind, atoms, width) in self.secrets.items():
            if systems[kind].width(atoms) < width - LEEWAY:
                return name
        return ""

    def _statements(self, kind: str) -> Iterator[Statement]:
        for row in self.published:
            if kind in row.counts:
                yield Statement((row.table, row.row), dict.fromkeys(row.atoms, 1.0), row.counts[kind], 1e-4)


def _cost(row: Published) -> tuple[Any, ...]:
    return CHEAPEST_FIRST.index(row.table), row.cost, row.row


def apply(releases: Mapping[str, Release], given_up: Iterable[Published]) -> None:
    """Empty the rows that were given up, and log each by its table and place."""
    ordered = sorted(given_up, key=lambda row: row.table)
    for name, rows in groupby(ordered, key=lambda row: row.table):
        release = releases[name]
        where = release.table.index.isin([row.row for row in rows])
        columns = ("scheme", "cell", "variable", "level", "level_label", "group_level")
        named = release.table.loc[where, [c for c in columns if c in release.table]]
        places = named.fillna("").astype(str).agg("|".join, axis=1)
        blank(release.table, release.table.index.to_series().isin(named.index))
        release.note(name, places, SUPPRESSED, "would give away a suppressed count")


def staff_counts(
    staff: pd.DataFrame,
    variables: Sequence[str],
    group: str,
    releases: Mapping[str, Release],
    schemes: Mapping[str, Any],
    rules: Rules,
    *,
    weighted_staff: bool = False,
) -> Counts:
    """Put together what all tables say of the variables of the staff list.

    Parameters
    ----------
    staff
        Eligible staff: the variables and ``respondent``.
    variables
        Variables of the staff list that any table uses, the group among them.
    group
        The variable whose levels are the published groups.
    releases
        Released tables; those among ``CHEAPEST_FIRST`` are read.
    schemes
        Weighting schemes of the configuration, to read the cells of the weights by.
    rules
        Thresholds.
    weighted_staff
        Whether the tables of weights tell weighted totals of staff, which count nobody.
    """
    atoms = [tuple(map(str, row)) for row in staff[list(variables)].itertuples(index=False)]
    book = AtomBook(tuple(variables), frozenset(atoms), group)
    total = {STAFF: Counter(atoms)}
    total[ANSWERED] = Counter(a for a, here in zip(atoms, staff["respondent"], strict=True) if here)
    published = [
        row for name in CHEAPEST_FIRST if name in releases for row in _rows(name, releases, book, schemes)
    ]
    if weighted_staff:
        published = [_without_staff(row) for row in published]
    counts = Counts(published)
    shown = {(row.table, row.atoms) for row in published}
    for name, cells in book.places():
        if ("table_1", cells) in shown:
            continue
        N, n = (sum(total[kind][atom] for atom in cells) for kind in (STAFF, ANSWERED))
        for kind, small in ((STAFF, N < rules.min_population), (ANSWERED, n < rules.min_cell)):
            if small:
                width = min(float(rules.min_cell), _pool(cells, published, kind))
                counts.secrets[f"{name} ({kind})"] = (kind, cells, width)
    return counts


def _without_staff(row: Published) -> Published:
    if row.table not in ("weight_cells", "weight_margins"):
        return row
    return replace(row, counts={kind: n for kind, n in row.counts.items() if kind != STAFF})


def _pool(cells: frozenset[Any], published: list[Published], kind: str) -> float:
    """Smallest published count that the cells are part of: no interval can be wider than it."""
    around = (row.counts[kind] for row in published if cells < row.atoms and kind in row.counts)
    return min(around, default=0.0)


@dataclass(frozen=True)
class AtomBook:
    """Atoms by the values of their variables.

    Parameters
    ----------
    variables
        Names, in the order of the values.
    atoms
        Combinations of values that exist on the staff list.
    group
        The variable of the published groups.
    """

    variables: tuple[str, ...]
    atoms: frozenset[tuple[str, ...]]
    group: str

    def where(self, **values: Iterable[str]) -> frozenset[tuple[str, ...]]:
        """Atoms whose variables have one of some values."""
        wanted = {self.variables.index(name): set(allowed) for name, allowed in values.items()}
        return frozenset(a for a in self.atoms if all(a[at] in allowed for at, allowed in wanted.items()))

    def places(self) -> Iterator[tuple[str, frozenset[tuple[str, ...]]]]:
        """Every level of every variable, for all staff and within each group, that exists."""
        groups = sorted({atom[self.variables.index(self.group)] for atom in self.atoms})
        for number, name in enumerate(self.variables):
            for level in sorted({atom[number] for atom in self.atoms}):
                yield f"{name} {level}", self.where(**{name: [level]})
                for inside in groups if name != self.group else []:
                    cells = self.where(**{name: [level], self.group: [inside]})
                    if cells:
                        yield f"{name} {level}, {inside}", cells


def _rows(
    name: str, releases: Mapping[str, Release], book: AtomBook, schemes: Mapping[str, Any]
) -> Iterator[Published]:
    """Read the counts of one released table."""
    table = releases[name].table
    reader = {
        "table_1": _table_1,
        "nonresponse": _nonresponse,
        "weight_margins": _margins,
        "response_cells": _response_cells,
        "weight_cells": _weight_cells,
    }[name]
    for index, row in enumerate(table.to_dict("records")):
        if row["status"] == SUPPRESSED:
            continue
        found = reader(row, book, releases, schemes)
        if found:
            cells, counts, cost = found
            counts = {kind: float(n) for kind, n in counts.items() if n == n}
            if cells and counts:
                yield Published(name, index, cells, counts, cost)


Row = dict[Any, Any]
Found = tuple[frozenset[Any], dict[str, float], tuple[Any, ...]] | None


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _table_1(row: Row, book: AtomBook, *_: Any) -> Found:
    if row["variable"] not in book.variables or row["level"] == NOT_ANSWERED:
        return None
    values = {row["variable"]: _text(row["level"]).split("+")}
    if inside := _text(row["group_level"]):
        values[book.group] = [inside]
    # Totals of the groups, and of all staff, are what every other table is written with.
    cost = ("kept",) if row["variable"] == book.group else (not inside, row["n"])
    return book.where(**values), {STAFF: row["frame_n"], ANSWERED: row["n"]}, cost


def _nonresponse(row: Row, book: AtomBook, *_: Any) -> Found:
    if (
        row["step"] not in ("rates", "frame")
        or row["variable"] not in book.variables
        or not _text(row["level"])
    ):
        return None
    values = {row["variable"]: [_text(row["level"])]}
    if inside := _text(row["group_level"]):
        values[book.group] = [inside]
    return book.where(**values), {STAFF: row["N"], ANSWERED: row["n"]}, (row["n"],)


def _margins(row: Row, book: AtomBook, releases: Mapping[str, Release], schemes: Any) -> Found:
    if row["variable"] not in book.variables:
        return None
    diagnostics = releases["weight_diagnostics"].table
    n = float(diagnostics["n"].iloc[0])
    counts = {STAFF: row["frame_n"], ANSWERED: row["unweighted_share"] * n}
    return book.where(**{row["variable"]: [_text(row["level"])]}), counts, (row["frame_n"],)


def _response_cells(row: Row, book: AtomBook, *_: Any) -> Found:
    names, levels = _text(row["group"]).split(":"), _text(row["group_level"]).split(":")
    if len(names) != len(levels) or not set(names) <= set(book.variables):
        return None
    cells = book.where(**{name: [level] for name, level in zip(names, levels, strict=True)})
    return cells, {STAFF: row["denominator"], ANSWERED: row["numerator"]}, (row["numerator"],)


def _weight_cells(row: Row, book: AtomBook, releases: Any, schemes: Mapping[str, Any]) -> Found:
    names = schemes.get(row["scheme"], {}).get("by", [book.group])
    members = [member.split(" × ") for member in _text(row["members"]).split("; ")]
    if not set(names) <= set(book.variables) or any(len(m) != len(names) for m in members):
        return None
    cells: frozenset[Any] = frozenset()
    for member in members:
        cells |= book.where(**{name: [level] for name, level in zip(names, member, strict=True)})
    return cells, {STAFF: row["N"], ANSWERED: row["n"]}, (row["n"],)


def answered_counts(
    variable: str, private: pd.DataFrame, released: pd.DataFrame, groups: Mapping[str, float], rules: Rules
) -> Counts:
    """Put together what Table 1 says of a characteristic that respondents told of themselves.

    Parameters
    ----------
    variable
        Its name.
    private, released
        Table 1 before and after each cell was judged by itself.
    groups
        Respondents in each group.
    rules
        Thresholds.
    """
    mine = private[(private["variable"] == variable) & (private["group"] != "overall")]
    atoms = {(str(r["level"]), _text(r["group_level"])): float(r["n"]) for r in mine.to_dict("records")}
    counts = Counts([_group_total(atoms, group, n) for group, n in groups.items()])
    rows = released[released["variable"] == variable]
    for index, row in zip(rows.index, rows.to_dict("records"), strict=True):
        levels, inside = _text(row["level"]).split("+"), _text(row["group_level"])
        cells = frozenset(a for a in atoms if a[0] in levels and inside in ("", a[1]))
        if row["status"] != SUPPRESSED:
            n, cost = {ANSWERED: float(row["n"])}, (not inside, row["level"] == NOT_ANSWERED, row["n"])
            counts.published.append(Published("table_1", int(index), cells, n, cost))
        elif cells:
            width = min(float(rules.min_cell), sum(atoms[a] for a in atoms if inside in ("", a[1])))
            counts.secrets[f"{variable} {row['level']} {inside}"] = (ANSWERED, cells, width)
    return counts


def _group_total(atoms: Mapping[tuple[str, str], float], group: str, n: float) -> Published:
    cells = frozenset(atom for atom in atoms if atom[1] == group)
    return Published("table_1", -1, cells, {ANSWERED: n}, ("kept",))
