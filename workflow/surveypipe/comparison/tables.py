"""Released tables, read so that two of them can be laid beside each other row by row."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from surveypipe.problems import SurveyError

_CLAIM = ("claim", "group", "group_level")
# Columns by which the rows of a released table are told apart.
KEYS: dict[str, tuple[str, ...]] = {
    "claims": _CLAIM,
    "estimates": ("estimate_id",),
    "table_1": ("variable", "level", "group", "group_level"),
    "flow": ("stage", "group", "group_level"),
    "weight_cells": ("scheme", "cell"),
    "weight_margins": ("scheme", "variable", "level"),
    "weight_diagnostics": ("scheme",),
    "not_at_random": (*_CLAIM, "method", "parameter", "value"),
    "explorer": (*_CLAIM, "scheme", "assumption", "theta", "k"),
    "nonresponse": ("step", "measure", "variable", "level", "group", "group_level", "claim", "scheme"),
    "ledger_context": _CLAIM,
    "follow_up_check": (*_CLAIM, "stratum", "measure"),
    "multiverse": (*_CLAIM, "what", "scheme", "missing", "fpc", "interval", "k", "measure"),
    "multiverse_summary": (*_CLAIM, "measure"),
    "response_rates": ("rate", "group", "group_level"),
    "response_cells": ("rate", "group", "group_level"),
    "cleaning_summary": ("rule", "action"),
    "quotations": ("question", "group_level", "quotation"),
    "disclosure_log": ("table", "place", "status", "reason"),
}
# What is counted about the making of a release is no number of it.
NOT_RESULTS = ("disclosure_log",)
# Columns that count rows or were set; they say where a row stands, not what was found.
_NOT_FOUND = ("order", "point", "ci_level")

Place = tuple[str, ...]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A released table.

    Parameters
    ----------
    name
        Without ``.csv``.
    rows
        Key of a row to its cells as the file has them.
    columns
        In the order of the file.
    """

    name: str
    rows: Mapping[Place, Row]
    columns: Sequence[str]

    def numbers(self, place: Place) -> Iterator[tuple[str, float]]:
        """Columns of a row that hold a number, with the number."""
        keys = KEYS.get(self.name, ())
        for column, cell in self.rows[place].items():
            if column not in keys and column not in _NOT_FOUND and (value := number(cell)) is not None:
                yield column, value

    def count(self) -> int:
        """How many numbers it holds."""
        return sum(1 for place in self.rows for _ in self.numbers(place))


class Shown(NamedTuple):
    """A number of a release: where it stands, and what it is."""

    table: str
    place: Place
    column: str


def number(cell: str | None) -> float | None:
    """Give the number that a cell holds; None where it is empty or holds words."""
    try:
        value = float(cell or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read_table(path: Path) -> Table:
    """Read a released table.

    Raises
    ------
    SurveyError
        If it is no table in UTF-8 with as many fields in each line as in the first.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SurveyError(f"{path}: this file is damaged; it cannot be read as a table ({error}).") from error
    # A table of made-up answers says so in a line of its own.
    if lines and lines[0] and lines[0][0].startswith("# "):
        lines = lines[1:]
    if not lines:
        raise SurveyError(f"{path}: this file is damaged; it is empty.")
    head, *rest = lines
    uneven = [number for number, fields in enumerate(rest, start=2) if len(fields) != len(head)]
    if uneven:
        raise SurveyError(f"{path}: this file is damaged; line {uneven[0]} has other fields than the first.")
    keys = KEYS.get(path.stem) or _words_only(head, rest)
    rows: dict[Place, Row] = {}
    for fields in rest:
        row = dict(zip(head, fields, strict=True))
        place = tuple(row.get(key, "") for key in keys)
        again = sum(1 for other in rows if other[: len(place)] == place) if place in rows else 0
        rows[(*place, str(again + 1)) if again else place] = row
    return Table(path.stem, rows, head)


def _words_only(head: Sequence[str], rest: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Columns without a number, of a table that is not known."""
    return tuple(
        column for at, column in enumerate(head) if all(number(fields[at]) is None for fields in rest)
    )


def released_tables(public: Path) -> dict[str, Table]:
    """Read every released table of a folder, by name.

    Raises
    ------
    SurveyError
        With every table that is damaged.
    """
    found, wrong = {}, list[str]()
    for path in sorted(public.glob("*.csv")):
        try:
            found[path.stem] = read_table(path)
        except SurveyError as error:
            wrong += error.problems
    if wrong:
        raise SurveyError(wrong)
    return {name: found[name] for name in sorted(found, key=_order)}


def _order(name: str) -> tuple[int, str]:
    known = list(KEYS)
    return (known.index(name) if name in known else len(known), name)
