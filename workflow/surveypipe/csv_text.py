"""Rows of CSV files, as programs and people of all countries write them."""

from __future__ import annotations

import codecs
import csv
import re
from io import StringIO
from pathlib import Path

from surveypipe.problems import SurveyError, shown

SEPARATORS = (",", ";", "\t", "|")
# Rows from which the separator is told.
LOOKED_AT = 100
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
Rows = list[list[str]]


def csv_rows(path: Path, encoding: str | None, notes: list[str]) -> tuple[list[str], Rows]:
    """Read the first row of a CSV and the rows below it, which have as many cells.

    The separator is the comma, semicolon, tab or bar that parts all rows alike; a first line ``sep=;`` says
    it. Empty rows are left out.

    Parameters
    ----------
    path
        The file.
    encoding
        Encoding of its text; left out: UTF-8 or UTF-16, else what Excel writes on Windows, with a note.
    notes
        What was put right is added here.

    Raises
    ------
    SurveyError
        If it is no CSV, or a row has more cells than the first.
    """
    text = _decoded(path, encoding, notes)
    said = re.match(r"\s*\"?sep=(.)\"?\s*\r?\n", text, flags=re.IGNORECASE)
    if said:
        text = text[said.end() :]
    try:
        separator = said.group(1) if said else _separator(text)
        rows = [row for row in csv.reader(StringIO(text, newline=""), delimiter=separator) if row]
    except (csv.Error, ValueError) as error:
        raise SurveyError(
            f"{path}: this cannot be read as CSV ({error}); a quotation mark may not be closed. Export the "
            "file again with texts in quotes."
        ) from error
    if not rows:
        raise SurveyError(f"{path}: the table holds nothing; export it again as CSV.")
    return _even(path, rows, notes)


def named_cells(path: Path) -> list[dict[str, str]]:
    """Read the rows of a CSV as cells by the names in its first row; nothing stands around a name or a cell.

    Raises
    ------
    SurveyError
        If it is no CSV, or a row has more cells than the first, or a name stands twice.
    """
    header, rows = csv_rows(path, None, [])
    names = [name.strip() for name in header]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise SurveyError(f"{path}: several columns are called {shown(twice)}; keep one.")
    if not rows:
        raise SurveyError(f"{path}: under the names of the columns there is nothing; export it again as CSV.")
    return [
        {name: cell.strip() for name, cell in zip(names, row, strict=True) if name or cell.strip()}
        for row in rows
    ]


def _decoded(path: Path, encoding: str | None, notes: list[str]) -> str:
    content = path.read_bytes()
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    wanted = encoding or marked or _unmarked(content)
    if wanted is None:
        named = path.suffix.lower() in (".csv", ".txt", ".tsv")
        what = "this is not a CSV file, although its name says so" if named else "this must be a CSV file"
        raise SurveyError(f"{path}: {what}; in Excel, save it as 'CSV UTF-8 (comma delimited)'.")
    try:
        return content.decode(wanted).removeprefix("\ufeff")
    except (UnicodeError, LookupError) as error:
        if encoding:
            raise SurveyError(
                f"{path}: its text cannot be read as {encoding} ({error}). Correct `inputs.encoding` in the "
                "configuration, or leave it out; windows-1252 and utf-8 are the usual ones."
            ) from error
    notes.append(
        f"{path}: the text is not in UTF-8; it is read as WINDOWS-1252. If letters look wrong, say which "
        "encoding it is under `inputs.encoding`."
    )
    return content.decode("cp1252", errors="replace")


def _unmarked(content: bytes) -> str | None:
    """Tell the encoding of text without a mark; None where it is no text."""
    if b"\0" not in content:
        return "utf-8"
    start = content[:2000]
    for odd, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = start[odd::2].count(0)
        if zeros > 0.7 * len(start[odd::2]) and not start[1 - odd :: 2].count(0):
            return name
    return None


def _separator(text: str) -> str:
    """Find the sign that parts most rows into as many cells as the first row, and into most cells."""
    sample = "\n".join(text.splitlines()[:LOOKED_AT])

    def fit(separator: str) -> tuple[float, int]:
        rows = [row for row in csv.reader(StringIO(sample, newline=""), delimiter=separator) if row]
        cells = len(rows[0]) if rows else 1
        alike = sum(len(row) == cells for row in rows) / max(1, len(rows))
        return (round(alike, 1) if cells > 1 else 0.0, cells)

    return max(SEPARATORS, key=fit)


def _even(path: Path, rows: Rows, notes: list[str]) -> tuple[list[str], Rows]:
    """Give every row as many cells as there are names; a table of R has one name fewer than cells."""
    header, cells = rows[0], rows[1:]
    while cells and not any(cell.strip() for cell in cells[-1]):
        cells.pop()
    short = sum(len(row) == len(header) + 1 for row in cells)
    if cells and short == len(cells) and any(row[-1].strip() for row in cells):
        header = ["", *header]
    width = len(header)
    long = [number for number, row in enumerate(cells, start=2) if any(cell.strip() for cell in row[width:])]
    if long:
        raise SurveyError(
            f"{path}: {len(long)} rows have more cells than the {width} names in the first row (rows "
            f"{shown(long)}); a separator stands in a text without quotes. Export the file again with texts "
            "in quotes."
        )
    torn = [number for number, row in enumerate(cells, start=2) if len(row) < width]
    if torn:
        notes.append(
            f"{path}: {len(torn)} rows have fewer cells than names (rows {shown(torn)}); the cells that are "
            "not there are read as blank."
        )
    return header, [(row + [""] * width)[:width] for row in cells]
