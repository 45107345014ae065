"""Rows under the first that name columns too, as survey platforms export them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Qualtrics writes under the names the questions, and under those where each column was imported from.
IMPORTED = re.compile(r'\s*\{"ImportId"')
# SurveyMonkey writes under a question what a column of it holds: an answer, or one of these.
NO_PART = ("response", "open-ended response")
PLACE = re.compile(r"column_\d+")


def without_header_rows(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str], int]:
    """Take rows that name columns out of a table of records.

    Parameters
    ----------
    table
        As read: the first row of the file as names; a column without one is called ``column_N``.

    Returns
    -------
    DataFrame
        The records, the columns under the names that the rows give.
    dict
        Column: label, where the rows tell one.
    int
        How many rows were taken out.
    """
    for last in range(min(2, len(table))):
        cells = table.iloc[last].dropna().astype(str)
        if len(cells) and cells.str.match(IMPORTED).mean() > 0.5:
            texts = table.iloc[:last].stack().droplevel(0)
            labels = {str(name): " ".join(str(text).split()) for name, text in texts.items()}
            return table.iloc[last + 1 :].reset_index(drop=True), labels, last + 1
    if _names_parts(table):
        return _with_parts(table)
    return table, {}, 0


def _names_parts(table: pd.DataFrame) -> bool:
    """Whether the first record says what the columns without a name hold, and is of nobody."""
    unnamed = [k for k, name in enumerate(table) if PLACE.fullmatch(str(name))]
    if not unnamed or len(table) < 2:
        return False
    first = table.iloc[:, 0]
    told = table.iloc[0].notna().iloc[unnamed].all()
    return bool(first.isna().iloc[0] and first.notna().iloc[1:].all() and told)


def _with_parts(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str], int]:
    names, question = [], ""
    for name, part in table.iloc[0].items():
        question = question if PLACE.fullmatch(str(name)) else str(name)
        told = "" if part is None or part != part or str(part).strip().casefold() in NO_PART else str(part)
        names.append(f"{question}: {told}" if told else question)
    records = table.iloc[1:].reset_index(drop=True).set_axis(names, axis=1)
    return records, {name: name for name in names if ": " in name}, 1
