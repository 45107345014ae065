"""The answers to every question, block by block: shares, means and medians, counts; for all and by group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.estimation.estimates import merged_categories
from surveypipe.formatting import NOT_APPLICABLE, escape
from surveypipe.identifiers import SHARE_OF_ANSWERS
from surveypipe.reporting.answer_blocks import Block, Question, blocks, of_variables
from surveypipe.reporting.joined_labels import joined
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    SUPPRESSED_STATUS,
    Column,
    Table,
    count_cell,
    interval_note,
    mean_cell,
    number,
    quartiles_cell,
    share_cell,
    short_note,
    weights_note,
    with_interval,
)
from surveypipe.reporting.tables.question_notes import (
    COUNTED,
    answers_notes,
    counted_row,
    of_numbers,
    only_counted,
    per_cent,
    unweighted,
    whose,
)
from surveypipe.study.item_types import MEAN, MEDIAN, type_of

if TYPE_CHECKING:
    import pandas as pd

# So many groups have columns of their own with intervals; up to so many, shares alone; more are not shown.
MOST_WITH_INTERVALS, MOST_GROUPS = 3, 6
# So many answers have columns of their own; of more the lower, middle and upper ones are put together.
MOST_COLUMNS = 7
# Cells of a row that are about all: label, number and share.
BESIDE_ALL = 3


def answer_tables(released: Released) -> dict[str, Table]:
    """Make the table of every block of questions, by its name."""
    return {block.table: _table(released, block) for block in blocks(of_variables(released.variables))}


def section_title(released: Released, section: str) -> str:
    """Name a section of the questionnaire as a reader is shown it; '' where there is none."""
    named = (str(about.get("section_label") or "") for about in released.variables.values()
             if about.get("section") == section)  # fmt: skip
    return next(filter(None, named), "") or section.replace("_", " ").capitalize()


def shown_levels(released: Released) -> list[str]:
    """List the groups that have columns of their own."""
    return list(released.levels) if len(released.levels) <= MOST_GROUPS else []


def _table(released: Released, block: Block) -> Table:
    if not _estimated(released, block):
        return _counts(released, block)
    made = _ratings(released, block) if block.ratings else _answers(released, block)
    made.notes += [interval_note(released), weights_note(released)]
    made.notes += [short_note(released)] if shown_levels(released) else []
    return made


def block_caption(released: Released, block: Block) -> str:
    """Name a block by its battery if it is one, else by its section and its place among others of it."""
    recorded = released.settings.study.recorded
    if battery := _battery(released, block):
        return f"{'Values' if recorded else 'Answers'}: {escape(battery)}"
    title = section_title(released, block.section)
    parts = [
        other
        for other in blocks(of_variables(released.variables))
        if other.section == block.section and not _battery(released, other)
    ]
    place = f" ({parts.index(block) + 1} of {len(parts)})" if len(parts) > 1 else ""
    if title:
        return f"{'Values' if recorded else 'Answers'}: {escape(title)}{place}"
    return f"{'Values of the variables' if recorded else 'Answers to the questions'}{place}"


def _battery(released: Released, block: Block) -> str:
    """Name the battery that a block holds the whole of, and nothing else; '' for none."""
    about = released.variables
    (first, *others) = {str(about[question.name].get("battery_label") or "") for question in block.questions}
    held = [
        other for other in blocks(of_variables(about))
        if other != block and any(about[one.name].get("battery_label") == first for one in other.questions)
    ]  # fmt: skip
    return "" if others or held else first


def _caption(released: Released, block: Block) -> str:
    by = ", for all and by group" if shown_levels(released) and _estimated(released, block) else ""
    return block_caption(released, block) + by


def _estimated(released: Released, block: Block) -> list[Question]:
    """Questions of a block of which more than a count is given."""
    return [question for question in block.questions if counted_row(released, question.name) is None]


def _counts(released: Released, block: Block) -> Table:
    """Lay out questions of which only those who answered are counted."""
    recorded = released.settings.study.recorded
    columns = [Column("Variable" if recorded else "Question", 60, "l")]
    columns += [Column("With a value" if recorded else "Answered", 12)]
    table = Table(block.table, _caption(released, block), columns)
    for question in block.questions:
        row = counted_row(released, question.name)
        cell = NOT_APPLICABLE if row is None else number(row["estimate"], formatting.count, row)
        table.rows.append([escape(released.label(question.name)), cell])
    words = released.vocabulary
    told = "{questionnaire.many} that hold a value" if recorded else "{respondents.many} who answered"
    what = "the values are" if recorded else "what they answered is"
    table.notes = [f"Number of {words.fill(told)}, unweighted; {what} not described here."]
    return table


# --- ratings: the answers in columns ----------------------------------------------------------------------


def _ratings(released: Released, block: Block) -> Table:
    """Lay out ratings with the same answers: one row each, the answers in columns."""
    levels, first = shown_levels(released), block.questions[0]
    values = released.values(first.name)
    each = len(values) <= MOST_COLUMNS
    merged = merged_categories(values)
    first_head = "Variable" if released.settings.study.recorded else "Statement or question"
    columns = [Column(first_head, 30, "l"), Column("*n*", 6)]
    if each:
        columns += [Column(escape(code), 5) for code in values]
    else:
        columns += [Column(_ends(released, part), 9) for _, _, part in merged]
    columns += [Column("Mean", 19)]
    upper = _ends(released, merged[-1][2]) if each else "Upper"
    narrow = len(levels) > MOST_WITH_INTERVALS
    columns += [Column(f"{upper}, all", 13)]
    columns += [Column(f"{upper}, {released.abbreviation(level)}", 7 if narrow else 13) for level in levels]
    table = Table(block.table, _caption(released, block), columns)
    for question in block.questions:
        table.rows.append(_rating_row(released, question, levels, each=each))
    together = (
        "The last columns put the upper answers together, of all with their interval."
        if levels else "The last column puts the upper answers together, with the interval."
    )  # fmt: skip
    answers = "; ".join(f"{escape(code)}, {escape(label)}" for code, label in values.items() if label != code)
    table.notes = [
        f"Answers: {answers}." if answers and len(values) <= 2 * MOST_COLUMNS else "",
        f"{per_cent(released)} of {whose(released)}{unweighted(released)}. {together}",
        "Reversed items are shown as turned round."
        if any(released.variables[question.name].get("reversed") for question in block.questions)
        else "",
        only_counted(released, block.questions),
    ]
    return table


def _ends(released: Released, codes: Sequence[str]) -> str:
    return escape(codes[0]) if len(codes) == 1 else formatting.span(escape(codes[0]), escape(codes[-1]))


def _rating_row(released: Released, question: Question, levels: list[str], *, each: bool) -> list[str]:
    name = question.name
    values = released.values(name)
    places = merged_categories(values)
    shown = list(values) if each else [level for level, _, _ in places]
    cells = [escape(released.short(name)), _base(released, name)]
    cells += [_point(released.share(name, code)) for code in shown]
    cells.append(mean_cell(released.mean(name)))
    form = _point if len(levels) > MOST_WITH_INTERVALS else share_cell
    cells.append(share_cell(released.share(name, "high")))
    return cells + [form(released.share(name, "high", group_level=level)) for level in levels]


def _point(row: pd.Series | None) -> str:
    return NOT_APPLICABLE if row is None else number(row["estimate"], formatting.points, row)


# --- everything else: the answers in rows -----------------------------------------------------------------


def _answers(released: Released, block: Block) -> Table:
    """Lay out questions of any kind: a row for each answer, indented under the question."""
    levels = shown_levels(released)
    narrow = len(levels) > MOST_WITH_INTERVALS
    head = "Variable and value" if released.settings.study.recorded else "Question and answer"
    unit = "Estimate" if of_numbers(released, block.questions) else "%"
    columns = [Column(head, 40, "l"), Column("All *n*", 8), Column(unit, 15)]
    boxed = any(question.set for question in block.questions)
    columns += [Column("% of answers", 9)] if boxed else []
    for level in levels:
        head = escape(released.abbreviation(level))
        alone = Column(head if unit != "%" else f"{head} %", 8)
        columns += [alone] if narrow else [Column(f"{head} *n*", 10), Column(unit, 15)]
    table = Table(block.table, _caption(released, block), columns)
    opened = ""
    for question in block.questions:
        if question.set and question.set != opened:
            title = str(released.variables[question.name].get("set_label") or question.set)
            table.rows.append([f"**{escape(title)}**"])
        opened = question.set
        rows = _rows(released, question, levels, narrow=narrow)
        table.rows += [_with_answers(released, question, row) for row in rows] if boxed else rows
    table.notes = list(answers_notes(released, block.questions, grouped=bool(levels)))
    return table


def _with_answers(released: Released, question: Question, cells: list[str]) -> list[str]:
    """Put what part of all answers to its set a box is beside the share of all."""
    if len(cells) <= BESIDE_ALL:
        return cells
    found = released.estimates(question.name, SHARE_OF_ANSWERS)
    cell = "" if found.empty else _point(found.iloc[0])
    return [*cells[:BESIDE_ALL], cell, *cells[BESIDE_ALL:]]


def _rows(released: Released, question: Question, levels: list[str], *, narrow: bool) -> list[list[str]]:
    name, kind = question.name, type_of(released.variables[question.name])
    label = escape(released.short(name) if question.set else released.label(name))
    row = counted_row(released, name)
    if row is not None:
        return [[f"{label} (*{COUNTED}*)", number(row["estimate"], formatting.count, row)]]
    if not kind.listed:
        return [
            [label, *_bases(released, name, levels, narrow)],
            *_number_rows(released, name, levels, narrow),
        ]
    shown = released.answers_shown(name)
    if len(shown) == 1:
        answer = "" if question.set else f": {escape(released.values(name)[shown[0]])}"
        indent = INDENT if question.set else ""
        return [_share_row(released, name, shown[0], f"{indent}{label}{answer}", levels, narrow, base=True)]
    rows = [[label, *_bases(released, name, levels, narrow)]]
    for code, text in released.values(name).items():
        rows.append(_share_row(released, name, code, INDENT + escape(text), levels, narrow))
    if levels and kind.ordered:
        for level, _, codes in merged_categories(released.values(name)):
            text = joined(released, [released.values(name)[code] for code in codes])
            if level != "middle" or len(released.values(name)) % 2 == 0:
                rows.append(_share_row(released, name, level, f"{INDENT}*{escape(text)}*", levels, narrow))
    return rows


def _share_row(
    released: Released, name: str, code: str, label: str, levels: list[str], narrow: bool, base: bool = False
) -> list[str]:
    cells = [label]
    for level in ("", *levels):
        row = released.share(name, code, group_level=level)
        if not (narrow and level):
            cells.append(_base(released, name, level) if base else "")
        if level and row is None:
            # Within a group nothing is said of an answer that is merged there, or that makes the group.
            cells.append("")
        else:
            cells.append(_point(row) if narrow and level else share_cell(row))
    return cells


def _number_rows(released: Released, name: str, levels: list[str], narrow: bool) -> list[list[str]]:
    means, medians = [f"{INDENT}Mean"], [f"{INDENT}Median"]
    for level in ("", *levels):
        low, middle, high = (
            released.summary(name, statistic, group_level=level)
            for statistic in ("lower_quartile", MEDIAN, "upper_quartile")
        )
        mean = released.summary(name, MEAN, group_level=level)
        if narrow and level:
            means.append("" if mean is None else number(mean["estimate"], formatting.weight, mean))
            medians.append("" if middle is None else number(middle["estimate"], formatting.measured, middle))
        else:
            means += ["", with_interval(mean, formatting.weight)]
            medians += ["", quartiles_cell(low, middle, high)]
    return [means, medians]


def _bases(released: Released, name: str, levels: list[str], narrow: bool) -> list[str]:
    cells = [_base(released, name), ""]
    for level in levels:
        cells += [""] if narrow else [_base(released, name, level), ""]
    return cells


def _base(released: Released, name: str, level: str = "") -> str:
    """Print how many answered, ``s`` where that is hidden."""
    rows = [
        row
        for statistic in ("proportion", MEAN)
        for _, row in released.estimates(name, statistic, group_level=level).iterrows()
    ]
    known = [float(row["n"]) for row in rows if math.isfinite(float(row["n"]))]
    hidden = any(row["status"] == SUPPRESSED_STATUS for row in rows)
    return count_cell(max(known, default=math.nan), suppressed=hidden)
