"""Cells of a Word table that Markdown can only hint at: indented labels and numbers without a bracket."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from surveypipe.letter_widths import SANS, width_in_digits
from surveypipe.rendering.docx_package import properties_of, w

INDENT = "\u2003"
PAD_STYLE = "Pad"
# Twips: an em of the table's font at 9 pt, and a digit of it.
_EM, _DIGIT = 180, 100
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# A number and the interval behind it.
_WITH_INTERVAL = re.compile(r"([^\s()]+ )(\([^()]*\d[^()]*\))")


def indent_labels(row: etree._Element, *, small: bool = False) -> None:
    """Turn the em space before a label into an indent, so that a second line stands below the first.

    Parameters
    ----------
    row
        A row of the table; its first cell is looked at.
    small
        Whether the table is set in the small size.
    """
    cell = row.find(w("tc"))
    for paragraph in cell.findall(w("p")) if cell is not None else ():
        text = next(iter(paragraph.iter(w("t"))), None)
        if text is None or not (text.text or "").startswith(INDENT):
            continue
        text.text = (text.text or "").removeprefix(INDENT)
        _indent(paragraph, "left", round(_EM * (8 / 9 if small else 1)))


def keep_room(row: etree._Element, *, small: bool = False) -> None:
    """Take out the text that only keeps room at the right of a number, and keep the room as an indent."""
    for paragraph in row.iter(w("p")):
        runs = [made for made in paragraph.findall(w("r")) if _is_pad(made)]
        if not runs:
            continue
        room = sum(_width("".join(node.text or "" for node in made.iter(w("t")))) for made in runs)
        for made in runs:
            paragraph.remove(made)
        _indent(paragraph, "right", round(room * (8 / 9 if small else 1)))


def part_before_intervals(row: etree._Element, margins: int, *, small: bool = False) -> None:
    """Begin a second line before an interval that has no room beside its number.

    Left to itself a word processor ends the line at the dash within the interval.

    Parameters
    ----------
    row
        A row of the table, whose cells know their widths.
    margins
        Of a cell, both together, in twips.
    small
        Whether the table is set in the small size.
    """
    for cell in row.findall(w("tc")):
        room = int(cell.find(f"{w('tcPr')}/{w('tcW')}").get(w("w"))) - margins
        for text in list(cell.iter(w("t"))):
            found = _WITH_INTERVAL.fullmatch(text.text or "")
            if found is None or _width(found[0]) * (8 / 9 if small else 1) <= room:
                continue
            text.text = found[1]
            text.set(_SPACE, "preserve")
            interval = etree.Element(w("t"))
            interval.text = found[2]
            text.addnext(interval)
            text.addnext(etree.Element(w("br")))


def begins_part(row: etree._Element, columns: int) -> bool:
    """Tell whether a row is a heading within the table, which spans all columns."""
    cells = row.findall(w("tc"))
    span = cells[0].find(f"{w('tcPr')}/{w('gridSpan')}") if len(cells) == 1 else None
    return span is not None and int(span.get(w("val"))) == columns > 1


def _is_pad(made: etree._Element) -> bool:
    style = made.find(f"{w('rPr')}/{w('rStyle')}")
    return style is not None and style.get(w("val")) == PAD_STYLE


def _width(text: str) -> int:
    return round(_DIGIT * width_in_digits(text, SANS))


def _indent(paragraph: etree._Element, side: str, twips: int) -> None:
    properties = properties_of(paragraph, "pPr")
    indent = properties.find(w("ind"))
    if indent is None:
        indent = etree.Element(w("ind"))
        properties.insert(_place(properties), indent)
    indent.set(w(side), str(twips))


def _place(properties: Sequence[etree._Element]) -> int:
    # After what the schema puts before an indent, of the properties that occur in a table here.
    before = {w(tag) for tag in ("pStyle", "keepNext", "keepLines", "widowControl", "numPr", "spacing")}
    return sum(child.tag in before for child in properties)
