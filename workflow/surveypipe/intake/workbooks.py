"""Tables from Excel workbooks, and what a workbook may not be.

A workbook is an archive of XML. Either may be damaged, and either may unpack to far more than it weighs: what
would fill the memory is told before it is read.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from surveypipe.intake.text_tables import tidied
from surveypipe.problems import SurveyError, shown

if TYPE_CHECKING:
    import pandas as pd

# What the layers of a damaged workbook raise: the archive and its compression, XML, and the reader that
# misses a part or finds another. Neither a full memory nor a file that may not be read is among them.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, SyntaxError, LookupError,
    ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError,
)  # fmt: skip
# Excel puts a workbook with a password into the container in which older ones were kept.
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Bytes that a workbook may unpack to, rows that Excel knows, and cells of the rectangle from the first to the
# last that hold something, since the reader fills all of it.
MOST_BYTES, MOST_ROWS, MOST_CELLS = 2**30, 1_048_576, 50_000_000
CHUNK = 2**20
ROW = re.compile(rb"<(?:\w+:)?row\b(?:[^>]*?\br=[\"'](\d+))?")
# A cell that holds nothing but its looks ends at once.
CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]{1,3})(\d+)[\"'][^>/]*>")


def read_workbook(path: Path, notes: list[str]) -> pd.DataFrame:
    """Read the first sheet of an Excel workbook that holds data; the others are named in a note.

    Raises
    ------
    SurveyError
        If it is no workbook, is damaged or locked, or would fill the memory.
    """
    import pandas as pd

    try:
        _check_size(path)
        sheets = pd.read_excel(
            path, sheet_name=None, keep_default_na=False, na_values=[""], engine="openpyxl"
        )
    except (*BROKEN, OSError) as error:
        # An OSError with a number is the machine's; the reader raises others of a workbook without its part.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SurveyError(f"{path}: {_what_is_wrong(path)}") from error
    filled = {str(name): sheet for name, sheet in sheets.items() if not sheet.empty}
    if not filled:
        return pd.DataFrame()
    chosen, *others = filled
    if others or chosen != str(next(iter(sheets))):
        beside = f"; {shown(others)} not read" if others else ""
        notes.append(
            f"{path}: the sheet {chosen!r} is read, the first that holds data{beside}. To read another, save "
            "it as a file of its own."
        )
    table = filled[chosen].set_axis(
        [re.sub(r"^Unnamed: \d+$", "", str(name)) for name in filled[chosen].columns], axis=1
    )
    # Truth values become words, as in a CSV.
    table = table.map(lambda value: str(value) if isinstance(value, bool) else value)
    return tidied(table.dropna(how="all", axis=0).reset_index(drop=True), path, notes)


def _what_is_wrong(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(len(OLD_OR_LOCKED)) == OLD_OR_LOCKED:
            return (
                "this workbook has a password, or an older Excel (.xls) wrote it; save it from Excel as "
                ".xlsx, without a password."
            )
    return "this is not an Excel workbook (.xlsx), or it is damaged; save it again from Excel."


def _check_size(path: Path) -> None:
    """Stop before a workbook is read that would fill the memory, or keep the reader busy for hours."""
    with zipfile.ZipFile(path) as archive:
        # No more than this is unpacked of a part, whatever it holds.
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MOST_BYTES:
            raise SurveyError(
                f"{path}: unpacked, this workbook has {unpacked:,} bytes, more than the {MOST_BYTES:,} "
                "that are read; save the sheet as a CSV file."
            )
        for name in archive.namelist():
            rows, last, columns = _extent(archive, name)
            if rows > MOST_ROWS or last * columns > MOST_CELLS:
                raise SurveyError(
                    f"{path}: the cells of a sheet reach as far as row {rows:,} and column {columns:,}, more "
                    "than can be read; delete the rows and columns beyond the data, or save it as a CSV file."
                )


def _extent(archive: zipfile.ZipFile, name: str) -> tuple[int, int, int]:
    """Give the last row of a part, the last with a cell that holds something, and the last column of one."""
    number, rows, last, columns = 0, 0, 0, 0
    for text in _chunks(archive, name):
        for said in ROW.findall(text):
            number += 1
            rows = max(rows, number, int(said or 0))
        for letters, row in CELL.findall(text):
            last, columns = max(last, int(row)), max(columns, _column(letters))
    return rows, last, columns


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Give a part piece by piece, none of which ends within a tag."""
    with archive.open(name) as part:
        left = b""
        while piece := part.read(CHUNK):
            whole, end, rest = (left + piece).rpartition(b">")
            # Without an end of a tag there is text alone, which is of no use here.
            left = rest if end else rest[rest.rfind(b"<") :] if b"<" in rest else b""
            left = left if len(left) < CHUNK else b""
            yield whole + end


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
