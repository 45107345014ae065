"""Text of a CSV that a spreadsheet would run as a formula, written so that it is shown instead.

Who opens a table in a spreadsheet runs whatever a cell says that begins with one of a few signs, even if a
respondent wrote it. An apostrophe before it makes it text (OWASP, "CSV Injection"). Numbers stay as they are,
and reading takes back what writing added.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA = re.compile(r"'*[=+\-@\t\n]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
GUARDED = re.compile(r"'+[=+\-@\t\n]")
# Alone it ends a row without quotation marks, and what follows begins a cell.
RETURN = re.compile(r"\r\n?")


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run; a carriage return becomes a line feed.

    Examples
    --------
    >>> [guard(text) for text in ("=1+1", "-0.5", "- none", "'=1", "a=b")]
    ["'=1+1", '-0.5', "'- none", "''=1", 'a=b']
    """
    text = RETURN.sub("\n", text)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def unguard(text: str) -> str:
    """Take back what :func:`guard` put before a text."""
    return text[1:] if GUARDED.match(text) else text


def guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table in which no name of a column and no cell would be run."""
    return _changed(table, guard)


def unguarded(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table as it was before :func:`guarded`."""
    return _changed(table, unguard)


def _changed(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    import pandas as pd

    made = table
    for place, (_, column) in enumerate(table.items()):
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        texts = {value for value in column.unique() if isinstance(value, str)}
        changed = {text: new for text in texts if (new := change(text)) != text}
        if changed:
            made = made.copy() if made is table else made
            made.isetitem(place, [changed.get(v, v) if isinstance(v, str) else v for v in column])
    names = [change(name) if isinstance(name, str) else name for name in table.columns]
    return made if names == list(table.columns) else made.set_axis(names, axis=1)
