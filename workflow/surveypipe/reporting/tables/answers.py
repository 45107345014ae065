"""What was answered: items, shares, scales."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NOT_APPLICABLE, escape
from surveypipe.reporting.answer_words import upper_note
from surveypipe.reporting.claim_names import mark
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    SUPPRESSED_STATUS,
    Column,
    Table,
    by_group,
    count_cell,
    interval_note,
    mean_cell,
    quartiles_cell,
    share_cell,
    short_note,
    weights_note,
)
from surveypipe.reporting.tables.question_notes import per_cent, unweighted
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.item_types import MEDIAN, type_of
from surveypipe.study.poles import HIGH

if TYPE_CHECKING:
    import pandas as pd


def items(released: Released) -> Table:
    """Share that chose one of the upper answers of each item, for all and by group, by battery."""
    levels = list(released.levels)
    columns = [Column("Item", 40, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 9), Column("%", 16)]
    caption = "Answers to each item" + by_group(released, ", for all and")
    table = Table("items", caption, columns)
    for battery in released.batteries():
        table.section(battery.label)
        for item in battery.items:
            cells_of = [INDENT + escape(released.short(item))]
            for level in ("", *levels):
                row = released.upper(item, level)
                hidden = row is not None and row["status"] == SUPPRESSED_STATUS
                base = float(row["n"]) if row is not None else released.base(item, level)
                cells_of += [count_cell(base, suppressed=hidden), _upper_cell(released, item, level, row)]
            table.rows.append(cells_of)
    table.notes = [
        upper_note(released, released.batteries()),
        interval_note(released),
        "Reversed items are shown as turned round." if released.settings.cleaning.reverse else "",
        weights_note(released),
        short_note(released),
    ]
    return table


def _upper_cell(released: Released, item: str, level: str, row: pd.Series | None) -> str:
    if row is not None:
        return share_cell(row)
    shares = released.merged(item, level)
    return formatting.points(shares[HIGH]) if shares else NOT_APPLICABLE


def shares(released: Released) -> Table:
    """Lay out derived variables of two answers: per cent who have the answer named, for all and by group.

    The codebook says which answer is counted (``counts``); of a variable for which nothing is counted both
    are shown. The heading names the answer where it is one and the same in all rows, else each row does.
    """
    levels, shown = list(released.levels), _two_answers(released)
    named = {released.values(name)[code] for name, code in shown}
    head_of = f"% {escape(named.pop())}" if len(named) == 1 else "%"
    columns = [Column("Derived variable", 40, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 9), Column(head_of, 16)]
    table = Table("shares", "What is derived from the answers, as shares", columns)
    for name, code in shown:
        answer = f": {escape(released.values(name)[code])}" if head_of == "%" else ""
        cells_of = [escape(released.label(name)) + answer]
        for level in ("", *levels):
            row = released.share(name, code, group_level=level)
            hidden = row is not None and row["status"] == SUPPRESSED_STATUS
            cells_of += [count_cell(float(row["n"]) if row is not None else math.nan, suppressed=hidden)]
            cells_of += [share_cell(row)]
        table.rows.append(cells_of)
    table.notes = [
        f"{per_cent(released)} of those in the base of the question{unweighted(released)}.",
        interval_note(released),
        weights_note(released),
        short_note(released),
    ]
    return table


def _two_answers(released: Released) -> list[tuple[str, str]]:
    """List the derived variables of two answers, each with a code that is shown."""
    names = [
        *released.settings.analysis.items,
        *(claim.variable for claim in released.claims.values()),
    ]
    derived = [name for name in dict.fromkeys(names) if released.variables[name].get("derived")]
    return [(name, code) for name in derived for code in released.answers_shown(name)]


def scales(released: Released) -> Table:
    """Mean of each scale for all staff and by group."""
    levels = list(released.levels)
    columns = [Column("Scale", 26, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 8), Column("Mean", 18)]
    table = Table("scales", "Scales: weighted means" if released.weighted else "Scales: means", columns)
    for scale in released.settings.cleaning.scales:
        cells_of = [escape(scale.label)]
        for level in ("", *levels):
            row = released.mean(scale.variable, group_level=level)
            hidden = row is not None and row["status"] == SUPPRESSED_STATUS
            base = float(row["n"]) if row is not None else math.nan
            cells_of += [count_cell(base, suppressed=hidden), mean_cell(row)]
        table.rows.append(cells_of)
    table.notes = [
        "Means of item scores; reversed items turned round first. *n* unweighted.",
        _other_base_note(released),
        interval_note(released),
        weights_note(released),
        short_note(released),
    ]
    return table


def numbers(released: Released) -> Table:
    """Questions answered with a number: mean, and median with quartiles, for all and by group."""
    columns = [Column("Question", 40, "l"), Column("*n*", 8), Column("Mean", 20), Column("Median", 20)]
    caption = "Questions answered with a number" + by_group(released, ", for all and")
    table = Table("numbers", caption, columns)
    for name in released.settings.analysis.items:
        if type_of(released.variables[name]).listed:
            continue
        table.section(released.label(name))
        for level, label in {"": "All", **released.levels}.items():
            table.rows.append([INDENT + escape(label), *_number_cells(released, name, level)])
    table.notes = [
        f"{'Weighted; after' if released.weighted else 'After'} a median the lower and the upper quartile"
        f"{unweighted(released)}.",
        interval_note(released),
        weights_note(released),
        short_note(released),
    ]
    return table


def _number_cells(released: Released, name: str, level: str) -> list[str]:
    stands = released.summary(name, released.stands(name), group_level=level)
    hidden = stands is not None and stands["status"] == SUPPRESSED_STATUS
    low, middle, high = (
        released.summary(name, statistic, group_level=level)
        for statistic in ("lower_quartile", MEDIAN, "upper_quartile")
    )
    return [
        count_cell(float(stands["n"]) if stands is not None else math.nan, suppressed=hidden),
        mean_cell(released.mean(name, group_level=level)),
        quartiles_cell(low, middle, high),
    ]


def _other_base_note(released: Released) -> str:
    """Say which claims rest on fewer people than the scale that they are made of."""
    scales = {scale.variable for scale in released.settings.cleaning.scales}
    claims = [
        escape(mark(released, key))
        for key, claim in released.claims.items()
        if claim.base != EVERYBODY and scales & set(claim.secondary)
    ]
    if not claims:
        return ""
    verb = "counts" if len(claims) == 1 else "count"
    return (
        f"All who answered the items are counted; {formatting.sentence_list(claims)} {verb} only those in "
        "the base of the claim, so that *n* there may be smaller."
    )
