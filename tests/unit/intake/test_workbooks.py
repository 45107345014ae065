"""Workbooks that are damaged, locked, of another kind, or larger than they look: a word, never a hang."""

from __future__ import annotations

import errno
import io
import random
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from surveypipe.intake import workbooks
from surveypipe.intake.workbooks import read_workbook
from surveypipe.problems import SurveyError

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
# What is written in the place of a text or an attribute.
ODD = (b"", b"x", b"-1", b"99999999999", b"1e400", b"NaN", b"rId99", b"../../x", b"A0")
CASES = 300


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A workbook of two sheets with texts, numbers, dates, and cells that hold nothing."""
    made = io.BytesIO()
    rows = {"id": range(20), "a": ["yes", None] * 10, "b": [1.5, 2, None, 4] * 5}
    with pd.ExcelWriter(made) as writer:
        table = pd.DataFrame(rows | {"when": pd.date_range("2020-01-01", periods=20)})
        table.to_excel(writer, sheet_name="one", index=False)
        table.to_excel(writer, sheet_name="two", index=False)
    return made.getvalue()


def parts_of(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def with_rows(whole: bytes, rows: bytes) -> bytes:
    return packed(parts_of(whole) | {SHEET: HEAD + rows + TAIL})


def changed(whole: bytes, draw: random.Random) -> bytes:
    """Damage the archive, one of its parts, or a word, a tag or an attribute of one."""
    kind = draw.choice(("cut", "bytes", "flags", "gone", "swapped", "part", "word", "tag", "attribute"))
    if kind == "cut":
        return whole[: draw.randrange(len(whole))]
    if kind in ("bytes", "flags"):
        made = bytearray(whole)
        heads = [at.start() for at in re.finditer(rb"PK[\x01\x03][\x02\x04]", whole)]
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(made)) if kind == "bytes" else draw.choice(heads) + draw.randrange(4, 28)
            made[at] ^= 1 << draw.randrange(8)
        return bytes(made)
    parts = parts_of(whole)
    name = draw.choice(list(parts))
    if kind == "gone":
        del parts[name]
    elif kind == "swapped":
        parts[name] = parts[draw.choice(list(parts))]
    elif kind == "part":
        parts[name] = parts[name][: draw.randrange(len(parts[name]))]
    else:
        pattern = {"word": rb'"[^"]*"|>[^<]+<', "tag": rb"<[^?!][^>]*>", "attribute": rb' [\w:]+="[^"]*"'}[
            kind
        ]
        found = draw.choice(re.findall(pattern, parts[name]) or [b"<"])
        by = found[:1] + draw.choice(ODD) + found[-1:] if kind == "word" else b""
        parts[name] = parts[name].replace(found, by, draw.choice((1, -1)))
    return packed(parts)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_workbook_is_read_or_told(whole: bytes, tmp_path: Path):
    path, told = tmp_path / "s.xlsx", 0
    for seed in range(CASES):
        path.write_bytes(changed(whole, random.Random(seed)))
        try:
            read_workbook(path, [])
        except SurveyError as error:
            told += 1
            assert str(path) in str(error), seed
    assert CASES / 4 < told < CASES


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbooks.OLD_OR_LOCKED + bytes(2000), "has a password, or an older Excel"),
        (b"a,b\n1,2\n", "this is not an Excel workbook"),
        (b"<html><table></table></html>", "this is not an Excel workbook"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "not an Excel workbook"),
        (packed({"a.txt": b"a"}), "not an Excel workbook"),
    ],
    ids=["container", "csv", "page", "another_office", "archive"],
)  # fmt: skip
def test_a_file_of_another_kind_is_told(content: bytes, words: str, tmp_path: Path):
    path = tmp_path / "s.xlsx"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=words):
        read_workbook(path, [])


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000000"/>',
        b"<row/>" * 1_100_000,
    ],
    ids=["corners", "beyond", "rows"],
)
def test_a_sheet_that_would_fill_the_memory_is_told_before_it_is_read(
    rows: bytes, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "s.xlsx"
    path.write_bytes(with_rows(whole, rows))
    monkeypatch.setattr(pd, "read_excel", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(SurveyError, match="reach as far as row"):
        read_workbook(path, [])


def test_a_workbook_that_unpacks_to_too_much_is_told(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "s.xlsx"
    path.write_bytes(with_rows(whole, b" " * 3_000_000))
    monkeypatch.setattr(workbooks, "MOST_BYTES", 2_000_000)
    with pytest.raises(SurveyError, match="more than the 2,000,000 that are read"):
        read_workbook(path, [])


def test_entities_that_explode_or_read_a_file_are_told(whole: bytes, tmp_path: Path):
    path = tmp_path / "s.xlsx"
    more = b"".join(b'<!ENTITY a%d "%s">' % (k, b"&a%d;" % (k - 1) * 10) for k in range(1, 9))
    for entity, used in (
        (b'<!ENTITY a0 "lol">' + more, b"&a8;"),
        (b'<!ENTITY a SYSTEM "file:///etc/hosts">', b"&a;"),
    ):
        row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + used + b"</t></is></c></row>"
        content = b"<!DOCTYPE x [" + entity + b"]>" + HEAD + row + TAIL
        path.write_bytes(packed(parts_of(whole) | {SHEET: content}))
        with pytest.raises(SurveyError, match="damaged"):
            read_workbook(path, [])


def test_looks_without_a_value_and_far_cells_of_little_are_read(whole: bytes, tmp_path: Path):
    """Whole rows and columns that somebody coloured hold nothing, and are no data."""
    path = tmp_path / "s.xlsx"
    rows = (
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="2"><c r="A2"><v>2</v></c></row>'
    )
    path.write_bytes(with_rows(whole, rows + b'<row r="500000"><c r="A500000" s="1"/></row>'))
    assert read_workbook(path, []).shape == (1, 1)


@pytest.mark.parametrize(
    "error", [MemoryError(), PermissionError(errno.EACCES, "no", "s.xlsx"), ImportError("x")]
)
def test_what_is_no_fault_of_the_workbook_is_not_told_as_one(
    error: BaseException, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object, **__: object) -> None:
        raise error

    path = tmp_path / "s.xlsx"
    path.write_bytes(whole)
    monkeypatch.setattr(pd, "read_excel", fail)
    with pytest.raises(type(error)):
        read_workbook(path, [])


def test_a_sheet_is_measured_the_same_however_it_is_cut(whole: bytes, tmp_path: Path, monkeypatch):
    path = tmp_path / "s.xlsx"
    path.write_bytes(whole)
    found = []
    with zipfile.ZipFile(path) as archive:
        for size in (64, 500, workbooks.CHUNK):
            monkeypatch.setattr(workbooks, "CHUNK", size)
            found.append(workbooks._extent(archive, SHEET))
    assert found == [(21, 21, 4)] * 3
