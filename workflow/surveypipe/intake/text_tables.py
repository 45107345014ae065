"""Tables from CSV files, as programs and people of all countries write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.csv_text import Rows, csv_rows
from surveypipe.problems import shown

if TYPE_CHECKING:
    import pandas as pd

DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
WHOLE = re.compile(r"[-+]?\d+")


def read_csv_text(path: Path, encoding: str | None, notes: list[str]) -> pd.DataFrame:
    """Read a CSV as text; only an empty cell is missing.

    The separator is the comma, semicolon, tab or bar that parts all rows alike; a first line ``sep=;`` says
    it. Empty columns at the end, empty rows at the end and a column of mere row numbers are left out.

    Parameters
    ----------
    path, encoding, notes
        As in :func:`surveypipe.csv_text.csv_rows`.

    Raises
    ------
    SurveyError
        As there.
    """
    header, cells = csv_rows(path, encoding, notes)
    table = _table([name or "" for name in header], cells)
    return tidied(table, path, notes)


def _table(header: Sequence[str], cells: Rows) -> pd.DataFrame:
    import pandas as pd

    columns = list(zip(*cells, strict=True)) if cells else [()] * len(header)
    made = [pd.Series([cell if cell != "" else None for cell in column], dtype="str") for column in columns]
    return pd.concat(made, axis=1, keys=range(len(made))).set_axis(list(header), axis=1)


def tidied(table: pd.DataFrame, path: Path, notes: list[str]) -> pd.DataFrame:
    """Give every column a name of its own without spaces at its ends; leave out what holds nothing.

    An unnamed column without values goes, and so does an unnamed first column of row numbers.
    """
    names = [plain_name(name) for name in table.columns]
    empty = [not name and bool(table.iloc[:, k].isna().all()) for k, name in enumerate(names)]
    if names and not names[0] and not empty[0] and numbers_rows(table.iloc[:, 0]):
        empty[0] = True
        notes.append(
            f"{path}: the first column has no name and holds the numbers of the rows; it is left out."
        )
    kept = [k for k, gone in enumerate(empty) if not gone]
    unnamed = [k + 1 for k in kept if not names[k]]
    if unnamed:
        notes.append(
            f"{path}: {len(unnamed)} columns have no name (columns {shown(unnamed)}); they are called "
            "column_N by their place."
        )
    named, twice = _each_its_own(names[k] or f"column_{k + 1}" for k in kept)
    if twice:
        notes.append(
            f"{path}: several columns are called {shown(twice)}; the second is taken as {twice[0]}.1, and "
            "so on."
        )
    return table.iloc[:, kept].set_axis(named, axis=1)


def plain_name(name: object) -> str:
    """Write a column's name without spaces at its ends, line breaks, or signs that cannot be seen."""
    return " ".join(re.sub(r"[\u200b-\u200f\u2060\ufeff]", "", str(name)).split())


def numbers_rows(column: Iterable[Any]) -> bool:
    """Whether a column holds 0..n-1 or 1..n, as text or as numbers."""
    values = [str(value).removesuffix(".0") for value in column]
    return any(values == [str(k) for k in range(first, first + len(values))] for first in (0, 1))


def _each_its_own(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Give every name a number from its second time on; beside them, the names that had one."""
    made: list[str] = []
    twice: list[str] = []
    for name in names:
        own, number = name, 0
        while own in made:
            number += 1
            own = f"{name}.{number}"
        if number and name not in twice:
            twice.append(name)
        made.append(own)
    return made, twice


def with_decimal_points(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Write decimal points in each column whose numbers have decimal commas.

    A column is such where every value is a number, whole or with one comma, and at least one comma is
    followed by other than three digits: "1,234" alone may be a thousand.

    Returns
    -------
    DataFrame
        The table.
    list of str
        Names of the columns changed.
    """
    changed = []
    made = table.copy()
    for name in table.columns:
        values = [str(value).strip() for value in table[name].dropna()]
        commas = [value for value in values if DECIMAL_COMMA.fullmatch(value)]
        if (
            commas
            and all(WHOLE.fullmatch(v) or DECIMAL_COMMA.fullmatch(v) for v in values)
            and any(len(value.rpartition(",")[2]) != 3 for value in commas)
        ):
            made[name] = table[name].map(lambda value: _pointed(value))
            changed.append(str(name))
    return made, changed


def _pointed(value: Any) -> Any:
    return value.strip().replace(",", ".") if isinstance(value, str) else value
