"""What the rows of the released tables say of the combinations of characteristics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.identifiers import NOT_ANSWERED

if TYPE_CHECKING:
    import pandas as pd

STAFF, ANSWERED = "N", "n"
# In what column each table, beside Table 1, names the characteristics that it counts by.
NAMING = {
    "weight_cells": "by",
    "weight_margins": "variable",
    "response_cells": "group",
    "nonresponse": "variable",
}
# Steps of the non-response analysis whose rows for a level count people, and steps that compute from the
# counts of all characteristics together.
COUNTED_STEPS = ("rates", "frame", "representativity")
TOGETHER_STEPS = ("response_model", "representativity")


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


def about_characteristics(nonresponse: pd.DataFrame) -> pd.Series:
    """Whether rows of the non-response analysis rest on who people are, and not on what they answered."""
    steps = nonresponse["step"].isin({*COUNTED_STEPS, *TOGETHER_STEPS})
    return steps | (nonresponse["measure"] == "v_response")


def published_rows(name: str, releases: Mapping[str, Release], book: AtomBook) -> Iterator[Published]:
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
        found = reader(row, book, releases)
        if found:
            cells, counts, cost = found
            counts = {kind: float(n) for kind, n in counts.items() if n == n}
            if cells and counts:
                yield Published(name, index, cells, counts, cost)


Row = dict[Any, Any]
Found = tuple[frozenset[Any], dict[str, float], tuple[Any, ...]] | None


def as_text(value: Any) -> str:
    """Write a cell as text, an empty one as ''."""
    return "" if value is None or value != value else str(value)


def _table_1(row: Row, book: AtomBook, *_: Any) -> Found:
    if row["variable"] not in book.variables or row["level"] == NOT_ANSWERED:
        return None
    values = {row["variable"]: as_text(row["level"]).split("+")}
    if inside := as_text(row["group_level"]):
        values[book.group] = [inside]
    # Totals of the groups, and of all staff, are what every other table is written with.
    cost = ("kept",) if row["variable"] == book.group else (not inside, row["n"])
    return book.where(**values), {STAFF: row["frame_n"], ANSWERED: row["n"]}, cost


def _nonresponse(row: Row, book: AtomBook, *_: Any) -> Found:
    if row["step"] not in COUNTED_STEPS or row["variable"] not in book.variables or not as_text(row["level"]):
        return None
    values = {row["variable"]: [as_text(row["level"])]}
    if inside := as_text(row["group_level"]):
        values[book.group] = [inside]
    return book.where(**values), {STAFF: row["N"], ANSWERED: row["n"]}, (row["n"],)


def _margins(row: Row, book: AtomBook, releases: Mapping[str, Release]) -> Found:
    if row["variable"] not in book.variables:
        return None
    diagnostics = releases["weight_diagnostics"].table
    n = float(diagnostics["n"].iloc[0])
    counts = {STAFF: row["frame_n"], ANSWERED: row["unweighted_share"] * n}
    return book.where(**{row["variable"]: [as_text(row["level"])]}), counts, (row["frame_n"],)


def _response_cells(row: Row, book: AtomBook, *_: Any) -> Found:
    names, levels = as_text(row["group"]).split(":"), as_text(row["group_level"]).split(":")
    if len(names) != len(levels) or not set(names) <= set(book.variables):
        return None
    cells = book.where(**{name: [level] for name, level in zip(names, levels, strict=True)})
    return cells, {STAFF: row["denominator"], ANSWERED: row["numerator"]}, (row["numerator"],)


def _weight_cells(row: Row, book: AtomBook, *_: Any) -> Found:
    names = as_text(row["by"]).split(":")
    members = [member.split(" × ") for member in as_text(row["members"]).split("; ")]
    if not set(names) <= set(book.variables) or any(len(m) != len(names) for m in members):
        return None
    cells: frozenset[Any] = frozenset()
    for member in members:
        cells |= book.where(**{name: [level] for name, level in zip(names, member, strict=True)})
    return cells, {STAFF: row["N"], ANSWERED: row["n"]}, (row["n"],)
