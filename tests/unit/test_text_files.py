"""Text that people write is read as UTF-8; what is something else is told with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studies import ROOT
from surveypipe.problems import SurveyError
from surveypipe.text_files import read_text

# Rooms that read what people write; what the tool itself wrote is UTF-8.
ROOMS = ("intake", "study", "commands")
OWN = {"study/accepted.py", "study/consistency.py", "study/places.py", "commands/compare.py"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\nCaf\xe9\n".encode("latin-1"), r"t.txt, line 2: this is not text in UTF-8 \(byte 6\)"),
        ("a\n".encode("utf-16"), "t.txt: this is text in UTF-16"),
        (b"a\nb\0c\n", "t.txt, line 2: a byte of value 0"),
    ],
    ids=["latin-1", "utf-16", "nul"],
)
def test_what_is_no_utf_8_is_told_with_its_line(content: bytes, words: str, tmp_path: Path):
    (tmp_path / "t.txt").write_bytes(content)
    with pytest.raises(SurveyError, match=words):
        read_text(tmp_path / "t.txt")


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(SurveyError, match="cannot be read as a file"):
        read_text(tmp_path)
    with pytest.raises(SurveyError, match=r"the list: there is no such file"):
        read_text(tmp_path / "none", "the list")


def test_line_ends_of_any_machine_and_a_byte_order_mark(tmp_path: Path):
    (tmp_path / "t.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read_text(tmp_path / "t.txt") == "a\nb\nc\n"


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_that_reads_what_people_write_reads_text_by_itself(room: str):
    library = ROOT / "workflow/surveypipe"
    found = [
        name
        for path in sorted((library / room).rglob("*.py"))
        if (name := path.relative_to(library).as_posix()) not in OWN
        and re.search(r"\.read_text\(", path.read_text(encoding="utf-8"))
    ]
    assert not found
