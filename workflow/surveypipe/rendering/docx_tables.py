"""Tables of a Word file: header rows, widths, spacing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from lxml import etree

from surveypipe.column_widths import Measure, column_widths
from surveypipe.letter_widths import SANS
from surveypipe.rendering.docx_cells import (
    begins_part,
    indent_labels,
    keep_room,
    part_before_intervals,
)
from surveypipe.rendering.docx_package import properties_of, w
from surveypipe.rendering.docx_runs import add_space, next_block, set_style, style_of, text_of

TEXT_WIDTH = 9070  # twips between the margins of the reference document (A4, 2.5 cm)
# A table is not split over pages up to this share of the height of the text, upright or across (twips).
_TALL, _TEXT_HEIGHT, _HEIGHT_ACROSS = 0.3, 14120, 9180
# Twips that a line and the room of a row take.
_LINE, _ROW = {False: 210, True: 186}, {False: 80, True: 40}
_FIRST_ROWS = 4  # rows of a long table, its header among them, that stay with the caption
_LAST_ROWS = 4  # that stay with the note, so that a page does not begin with one or two and the note
_SMALL_FROM = 8  # columns from which a table is set smaller
# Mean width of a letter of the table's font at 9 and 8 pt, with a little to spare, and the margins of a cell.
_SIZES = {False: (102, 150), True: (84, 110)}
# Of a digit at these sizes, in Arial, with a little to spare, and the margin at each side of a small cell.
_DIGIT, _SMALL_MARGIN = {False: 102, True: 90}, 50
# Word ends a line at the dash of an interval too: better a table that is higher than a parted interval.
_PATIENCE = 1.35
# How much wider the bold letters of a header are.
_BOLD = 1.1
# Of the width: what words and numbers may need before a table is set smaller, so that labels have room.
_CLOSE = 0.9
# A number with its interval stays in one line.
_SIGNS = r"[\d\s.,%()<>=\u00d7\u2212\u2013-]*"
_NUMBERS = re.compile(rf"(?=.*\d){_SIGNS}(?:\bto\b{_SIGNS})?")


def finish_table(table: etree._Element, width: int = TEXT_WIDTH) -> None:
    """Repeat the header row, keep rows whole, and set widths that suit the text.

    Parameters
    ----------
    table
        A table of the body.
    width
        What there is between the margins, in twips.
    """
    rows = table.findall(w("tr"))
    properties = table.find(w("tblPr"))
    if properties.find(f"{w('tblStyle')}") is None:
        properties.insert(0, etree.Element(w("tblStyle")))
    properties.find(w("tblStyle")).set(w("val"), "Table")
    if not any(row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in rows) and len(rows) > 1:
        look = properties.find(w("tblLook"))
        if look is None or look.get(w("firstRow")) in {"1", "true", "on"}:
            etree.SubElement(_row_properties(rows[0]), w("tblHeader"))
    for row in rows:
        if row.find(f"{w('trPr')}/{w('cantSplit')}") is None:
            _row_properties(row).insert(0, etree.Element(w("cantSplit")))
    columns = len(table.findall(f"{w('tblGrid')}/{w('gridCol')}"))
    small = columns >= _SMALL_FROM or _needed(_unbroken(rows, columns), small=False) > _CLOSE * width
    _set_widths(table, rows, width, small=small)
    if small:
        for paragraph in table.iter(w("p")):
            set_style(paragraph, "CompactSmall")
        _narrow_cells(properties)
    _embolden_header(rows)
    for row in rows:
        indent_labels(row, small=small)
        keep_room(row, small=small)
        part_before_intervals(row, _SIZES[small][1], small=small)
    page = _TEXT_HEIGHT if width == TEXT_WIDTH else _HEIGHT_ACROSS
    _keep_together(rows, columns, tall=_height(rows, small=small) > _TALL * page)
    _space_after(table)


def _height(rows: Sequence[etree._Element], *, small: bool) -> int:
    """Height of a table in twips, as far as letters and widths of its cells tell it."""
    letter, margins = _SIZES[small]
    total = 0
    for row in rows:
        lines = 1
        for cell in row.findall(w("tc")):
            width = int(cell.find(f"{w('tcPr')}/{w('tcW')}").get(w("w")))
            lines = max(lines, -(-letter * len(text_of(cell)) // max(1, width - margins)))
        total += lines * _LINE[small] + _ROW[small]
    return total


def _keep_together(rows: Sequence[etree._Element], columns: int, *, tall: bool) -> None:
    # A short table stays on one page; of a long one the first rows stay with the caption, the last with the
    # note below, and a heading with what it heads.
    held = list(rows)
    if tall:
        held = [
            row
            for position, row in enumerate(rows)
            if position < _FIRST_ROWS or position >= len(rows) - _LAST_ROWS or begins_part(row, columns)
        ]
    for row in held:
        for paragraph in row.iter(w("p")):
            if paragraph.find(w("pPr")) is None:
                set_style(paragraph, "Compact")
            properties = paragraph.find(w("pPr"))
            if properties.find(w("keepNext")) is None:
                properties.insert(
                    1 if properties.find(w("pStyle")) is not None else 0, etree.Element(w("keepNext"))
                )


def _narrow_cells(properties: etree._Element) -> None:
    margins = properties.find(w("tblCellMar"))
    if margins is None:
        margins = etree.Element(w("tblCellMar"))
        # The schema has it just before the look and the caption.
        later = [
            child for child in properties if child.tag in {w("tblLook"), w("tblCaption"), w("tblDescription")}
        ]
        properties.insert(properties.index(later[0]) if later else len(properties), margins)
    for side in ("left", "right"):
        found = margins.find(w(side))
        if found is None:
            found = etree.SubElement(margins, w(side))
        found.set(w("w"), str(_SMALL_MARGIN))
        found.set(w("type"), "dxa")


def _embolden_header(rows: Sequence[etree._Element]) -> None:
    # The style says so too, but only Word reads conditional formatting of a table style in full.
    for row in rows:
        if row.find(f"{w('trPr')}/{w('tblHeader')}") is None:
            continue
        for text in row.iter(w("r")):
            properties = properties_of(text, "rPr")
            if properties.find(w("b")) is None:
                style = properties.find(w("rStyle"))
                properties.insert(0 if style is None else 1, etree.Element(w("b")))


def _space_after(table: etree._Element) -> None:
    # A table has no space of its own; an empty paragraph may stay only where it keeps two tables apart.
    following = next_block(table)
    if following is not None and following.tag == w("p") and len(following) == 0:
        beyond = next_block(following)
        if beyond is not None and beyond.tag == w("tbl"):
            return
        following.getparent().remove(following)
        following = beyond
    if (
        following is None
        or following.tag != w("p")
        or style_of(following) not in {"", "BodyText", "FirstParagraph"}
    ):
        return
    add_space(following, "before", "240")


def _row_properties(row: etree._Element) -> etree._Element:
    found = row.find(w("trPr"))
    if found is None:
        found = etree.Element(w("trPr"))
        # tblPrEx, when there is one, stands first.
        row.insert(1 if row.find(w("tblPrEx")) is not None else 0, found)
    return found


def _needed(letters: Sequence[int], *, small: bool) -> int:
    letter, margins = _SIZES[small]
    return sum(letter * count + margins for count in letters)


def _set_widths(table: etree._Element, rows: Sequence[etree._Element], width: int, *, small: bool) -> None:
    grid = table.findall(f"{w('tblGrid')}/{w('gridCol')}")
    properties = table.find(w("tblPr"))
    layout = properties.find(w("tblLayout"))
    if layout is not None and layout.get(w("type")) == "fixed":
        shares = [float(column.get(w("w"), "1")) for column in grid]
    else:
        shares = _shares_by_text(rows, len(grid))
    measure = Measure(100 * _DIGIT[small] / width, 100 * _SIZES[small][1] / width, _BOLD, _PATIENCE, SANS)
    head, *told = _texts(rows, len(grid))
    widths = [round(width * share / 100) for share in column_widths(head, shares, told, measure)]
    for column, given in zip(grid, widths, strict=True):
        column.set(w("w"), str(given))
    size = properties.find(w("tblW"))
    if size is not None:
        size.set(w("type"), "pct")
        size.set(w("w"), "5000")
    for row in rows:
        _set_cell_widths(row, widths)


def _shares_by_text(rows: Sequence[etree._Element], columns: int) -> list[float]:
    # In proportion to the longest text of a column, but long texts may wrap and no word may break.
    shares = [3.0] * columns
    for row in rows:
        for position, cell in enumerate(row.findall(w("tc"))[:columns]):
            if cell.find(f"{w('tcPr')}/{w('gridSpan')}") is None:
                words = _words(cell)
                longest = max(map(len, words), default=0)
                shares[position] = max(shares[position], longest + 1.5, min(len(" ".join(words)), 34) + 1.5)
    return shares


def _unbroken(rows: Sequence[etree._Element], columns: int) -> list[int]:
    """Letters of each column that stay in one line: the longest word, a number with its interval."""
    longest = [1] * columns
    for row in rows:
        bold = _BOLD if row.find(f"{w('trPr')}/{w('tblHeader')}") is not None else 1.0
        for position, cell in enumerate(row.findall(w("tc"))[:columns]):
            if cell.find(f"{w('tcPr')}/{w('gridSpan')}") is None:
                text = " ".join(_words(cell))
                whole = [text] if _NUMBERS.fullmatch(text) else text.split(" ")
                longest[position] = max([longest[position], *(math.ceil(bold * len(one)) for one in whole)])
    return longest


def _texts(rows: Sequence[etree._Element], columns: int) -> list[list[str]]:
    """Texts of the header and of each row that is no title of its own; that of a header may be blank."""
    full = [row.findall(w("tc")) for row in rows]
    told = [[text_of(cell) for cell in cells] for cells in full if len(cells) == columns]
    header = any(row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in rows)
    return told if header and told else [[""] * columns, *told]


def _words(cell: etree._Element) -> list[str]:
    # A space of no width is where an identifier may break.
    return re.split(r"[ \u200b]+", text_of(cell).strip(" "))


def _set_cell_widths(row: etree._Element, widths: Sequence[int]) -> None:
    position = 0
    for cell in row.findall(w("tc")):
        properties = properties_of(cell, "tcPr")
        span = properties.find(w("gridSpan"))
        count = int(span.get(w("val"))) if span is not None else 1
        size = properties.find(w("tcW"))
        if size is None:
            size = etree.Element(w("tcW"))
            properties.insert(1 if properties.find(w("cnfStyle")) is not None else 0, size)
        size.set(w("w"), str(sum(widths[position : position + count])))
        size.set(w("type"), "dxa")
        position += count
