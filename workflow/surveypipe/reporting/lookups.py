"""Rows and values of released tables, looked up."""

from __future__ import annotations

import math
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from surveypipe.formatting import escape
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd

if TYPE_CHECKING:
    import pandas as pd


def known(*values: float) -> bool:
    """Whether all values are there."""
    return all(math.isfinite(value) for value in values)


def number_of(row: pd.Series | None, column: str) -> float:
    """Value of a cell; NaN where row or value is absent."""
    if row is None:
        return math.nan
    value = row.get(column)
    return math.nan if value is None or value == "" else float(value)


def rows_of(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Keep the rows that hold the wanted text in each named column."""
    held = {name: table[name] for name in wanted}
    where = [
        (column.astype(str) if column.dtype.kind in "biuf" else column) == wanted[name]
        for name, column in held.items()
    ]
    return table[reduce(and_, where)] if where else table


def first_of(table: pd.DataFrame, **wanted: str) -> pd.Series | None:
    """First row that holds the wanted text in each named column; None if there is none."""
    found = rows_of(table, **wanted)
    return None if found.empty else found.iloc[0]


def beside(table: pd.DataFrame, claim: pd.Series) -> pd.DataFrame:
    """Keep the rows about one row of the ledger."""
    return rows_of(table, claim=str(claim["claim"]), group_level=str(claim["group_level"]))


def level_label(released: Released, variable: str, level: str) -> str:
    """Name a category of a frame variable as a reader is shown it."""
    group = released.settings.groups.get(variable)
    if group:
        return group.levels.get(level, level)
    return released.values(variable).get(level, level)


def variables_of(table: pd.DataFrame) -> list[str]:
    """List the variables of a table in order."""
    return [name for name in dict.fromkeys(table["variable"]) if name]


def unweighted_scheme(released: Released) -> str:
    """Scheme under which unweighted results are filed."""
    return released.unweighted or "none"


def name_in_text(released: Released, variable: str) -> str:
    """Name a variable as it stands inside a sentence of a table's note."""
    return escape(released.in_text(released.label(variable)))
