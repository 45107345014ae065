"""Totals over the population: sums of numbers, and how many people gave each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import escape
from surveypipe.identifiers import TOTAL
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    by_group,
    interval_note,
    short_note,
    weights_note,
    with_interval,
)
from surveypipe.study.item_types import type_of

if TYPE_CHECKING:
    import pandas as pd


def totals(released: Released) -> Table:
    """Lay out the total of each item that the configuration names, for all and by group."""
    levels = list(released.levels)
    columns = [Column("Answer", 34, "l")]
    columns += [Column(head, 20) for head in ("All", *(escape(released.abbreviation(one)) for one in levels))]
    table = Table("totals", "Totals over the population" + by_group(released, ", for all and"), columns)
    shown = [name for name in released.settings.analysis.totals if len(released.estimates(name, TOTAL))]
    for name in shown:
        table.section(released.label(name))
        for level, label in _rows(released, name):
            found = [_of(released, name, level, group) for group in ("", *levels)]
            form = _people if level else formatting.count
            table.rows.append([INDENT + escape(label), *(with_interval(row, form) for row in found)])
    numbers = [name for name in shown if not type_of(released.variables[name]).listed]
    table.notes = [
        f"Numbers of {released.vocabulary.people.many} by their weights."
        if len(numbers) < len(shown)
        else "",
        "Sums are of the numbers that were answered." if numbers else "",
        "Whoever did not answer a question counts for nothing in its totals.",
        interval_note(released),
        weights_note(released),
        short_note(released),
    ]
    return table


def _people(value: float) -> str:
    """Print a number of people: the end of an interval below nought as 0."""
    return formatting.count(max(value, 0.0))


def _rows(released: Released, name: str) -> Iterator[tuple[str, str]]:
    """Give the levels of which there is a total, with their labels, in the order of the estimates."""
    rows = released.estimates(name, TOTAL)
    for level, label in dict(zip(rows["level"], rows["level_label"], strict=True)).items():
        yield str(level), str(label) if level else "Sum"


def _of(released: Released, name: str, level: str, group: str) -> pd.Series | None:
    rows = released.estimates(name, TOTAL, group_level=group)
    rows = rows[rows["level"] == level]
    return None if rows.empty else rows.iloc[0]
