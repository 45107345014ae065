"""How wide the columns of a table are: no word breaks, and the table is as short as its width allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import numpy as np

from surveypipe.letter_widths import SERIF, Font, width_in_digits

# Digits that the indent of a label takes, of each of its lines.
_INDENTED = 2.0
# What a line of one cell weighs against a line of the whole table: it decides between equal heights.
_OWN_LINE = 0.01
# Widths that are moved from column to column, and how often all pairs of columns are gone through.
_STEPS, _MOST_SWEEPS = (1, 2, 3, 5), 4
# What stands in the printed table in the place of a reference or of the number of a page.
_PRINTED = (
    (re.compile(r"`[^`]*`\{=typst\}"), ", p. 10"),
    (re.compile(r"@page:[\w.:-]+"), " (p. 10)"),
    (re.compile(r"@(?:sec|tbl|fig)-[\w-]*\w"), "Section 10"),
    (re.compile(r"\{[^}]*\}|[*\[\]\\]"), ""),
)
# A line may end at a space, a hyphen or a dash, but for the dash between two numbers.
_PIECES = re.compile(
    r"(?:[^ \u2013-]|[\u2013-](?=\d))*(?: |[\u2013-](?!\d))|(?:[^ \u2013-]|[\u2013-](?=\d))+"
)
# A number with its interval is read in one line, where there is room.
_NUMBERS = re.compile(r"(?=.*\d)[\d\s.,;%()<>=\u2020\u00d7\u2212\u2013-]*(?:\bto\b[\d\s.,()\u2212]*)?")

Cell = tuple[float, float, float, list[tuple[float, float]]]


@dataclass(frozen=True)
class Measure:
    """What takes how much of a table's width, of which there is 100.

    Parameters
    ----------
    digit
        A digit of a cell.
    padding
        The edges of a cell.
    bold
        How much wider the letters of a heading are.
    patience
        So many times as high may a table be, if no number is parted from its interval for it.
    font
        How wide other letters are, in digits.
    """

    digit: float = 0.97
    padding: float = 2.0
    bold: float = 1.12
    patience: float = 1.0
    font: Font = field(default_factory=lambda: SERIF)


# In the PDF many columns are set in smaller letters (`columns` in the typesetting's template).
_SMALLER = ((11, 7 / 9), (7, 8 / 9), (0, 1.0))


def column_widths(
    heads: Sequence[str],
    wished: Sequence[float],
    rows: Sequence[Sequence[str]],
    measure: Measure | None = None,
) -> list[float]:
    """Share a width of 100 among the columns of a table.

    Each column has what its longest word takes, and its longest number with an interval where that makes the
    table no higher. What is left goes where it saves most lines of the table, and the rest is shared as was
    wished. Where there is not enough for the longest words, each column gets its part of what all need.

    Parameters
    ----------
    heads
        Headings, Markdown.
    wished
        Relative widths.
    rows
        Cells, Markdown; rows that are a title of their own left out.
    measure
        Letters and edges; those of the PDF, unless they are given.

    Returns
    -------
    list of float
        Widths, of 100 together.
    """
    used = measure or Measure(Measure.digit * next(size for most, size in _SMALLER if len(heads) > most))
    columns = [
        [_cell(head, used, used.bold), *(_cell(row[place], used) for row in rows)]
        for place, head in enumerate(heads)
    ]
    least = [max(cell[0] for cell in column) for column in columns]
    if sum(least) > 100:
        return [100 * width / sum(least) for width in least]
    whole = [max(cell[1] for cell in column) for column in columns]
    made = []
    for start in [least, whole] if sum(whole) <= 100 else [least]:
        shifted = _shifted(columns, _widened(columns, start, wished), start)
        made.append(_evened(columns, shifted, wished, start))
    lowest, *unparted = made
    most = used.patience * _height(columns, lowest)
    return next((widths for widths in unparted if _height(columns, widths) <= most), lowest)


def _widened(
    columns: Sequence[Sequence[Cell]], least: Sequence[float], wished: Sequence[float]
) -> list[float]:
    """Give what the least widths leave to the columns that save lines by it, and the rest as is wished."""
    widths, spare = list(least), 100 - sum(least)
    lines = np.array([_lines(column, width) for column, width in zip(columns, widths, strict=True)])
    while step := _best_step(columns, widths, lines, spare):
        place, width, own = step
        spare -= width - widths[place]
        widths[place], lines[place] = width, own
    return [width + spare * share / sum(wished) for width, share in zip(widths, wished, strict=True)]


def _shifted(
    columns: Sequence[Sequence[Cell]], widths: Sequence[float], least: Sequence[float]
) -> list[float]:
    """Move width from one column to another while the table is lower for it."""
    made, known = list(widths), dict[tuple[int, int], np.ndarray]()

    def lines(place: int, width: float) -> np.ndarray:
        key = place, round(100 * width)
        if key not in known:
            known[key] = np.array(_lines(columns[place], width))
        return known[key]

    def height(tried: Sequence[float]) -> float:
        own = np.array([lines(place, width) for place, width in enumerate(tried)])
        return float(own.max(axis=0).sum() + _OWN_LINE * own.sum())

    now = height(made)
    for _ in range(_MOST_SWEEPS):
        before = now
        for giving, taking, step in product(range(len(made)), range(len(made)), _STEPS):
            if giving == taking or made[giving] - step < least[giving]:
                continue
            tried = list(made)
            tried[giving] -= step
            tried[taking] += step
            if (found := height(tried)) < now:
                made, now = tried, found
        if now == before:
            break
    return made


def _evened(
    columns: Sequence[Sequence[Cell]],
    widths: Sequence[float],
    wished: Sequence[float],
    least: Sequence[float],
) -> list[float]:
    """Make columns alike for which the same was wished, where the table is no higher for it."""
    made = list(widths)
    for share in dict.fromkeys(wished):
        alike = [place for place, own in enumerate(wished) if own == share]
        mean = sum(made[place] for place in alike) / len(alike)
        tried = [mean if place in alike else width for place, width in enumerate(made)]
        enough = all(mean >= least[place] for place in alike)
        if enough and _height(columns, tried) <= _height(columns, made):
            made = tried
    return made


def _height(columns: Sequence[Sequence[Cell]], widths: Sequence[float]) -> int:
    lines = [_lines(column, width) for column, width in zip(columns, widths, strict=True)]
    return sum(map(max, zip(*lines, strict=True)))


def _best_step(
    columns: Sequence[Sequence[Cell]], widths: Sequence[float], lines: np.ndarray, spare: float
) -> tuple[int, float, np.ndarray] | None:
    """Find the column whose widening saves most lines for the width that it takes; None if none saves any."""
    best, found = 0.0, None
    for place, column in enumerate(columns):
        others = np.delete(lines, place, axis=0).max(axis=0, initial=0)
        before = np.maximum(others, lines[place]).sum() + _OWN_LINE * lines[place].sum()
        last = lines[place]
        for width in map(float, np.arange(widths[place] + 1, widths[place] + spare)):
            own = np.array(_lines(column, width))
            if (own == last).all():
                continue
            last = own
            saved = before - np.maximum(others, own).sum() - _OWN_LINE * own.sum()
            if saved / (width - widths[place]) > best + 1e-9:
                best, found = saved / (width - widths[place]), (place, width, own)
            if own.max() == 1:
                break
    return found


def _cell(text: str, measure: Measure, bold: float = 1.0) -> Cell:
    """Measure a cell: its longest piece, the same with numbers whole, its edges and indent, and each piece.

    A piece is measured with the space after it and without.
    """
    edges = measure.padding + (_INDENTED * measure.digit if text.startswith("\u2003") else 0.0)
    size = measure.digit * max(bold, measure.bold if text.startswith("**") else 1.0)
    plain, wide = text.strip("\u2003"), partial(width_in_digits, font=measure.font)
    for mark, printed in _PRINTED:
        plain = mark.sub(printed, plain)
    pieces = [(size * wide(one), size * wide(one.rstrip(" "))) for one in _PIECES.findall(plain)]
    longest = edges + max((bare for _, bare in pieces), default=0.0)
    whole = edges + size * wide(plain) if _NUMBERS.fullmatch(plain) else longest
    return longest, whole, edges, pieces


def _lines(column: Sequence[Cell], width: float) -> list[int]:
    """Count the lines of each cell of a column."""
    return [_lines_of(cell, width + 1e-9) for cell in column]


def _lines_of(cell: Cell, width: float) -> int:
    _, _, edges, pieces = cell
    room, used, count = width - edges, 0.0, 1
    for whole, bare in pieces:
        if used and used + bare > room:
            count, used = count + 1, 0.0
        used += whole
    return count
