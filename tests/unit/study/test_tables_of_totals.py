"""Tables of control totals and headcounts as people and programs write them, and as they are damaged."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from surveypipe.csv_text import csv_rows
from surveypipe.intake.frame import check_headcounts
from surveypipe.intake.frame_without_list import read_counts
from surveypipe.intake.workbooks import read_workbook
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.joint import read_cells
from surveypipe.study.margins import read_margins

TOTALS = "variable,level,n\nsite,North,60\nsite,South,40\n"
READ = {"site": {"North": 60.0, "South": 40.0}}


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        TOTALS, TOTALS.replace(",", ";"), TOTALS.replace(",", "\t"), TOTALS.replace("\n", "\r\n"),
        TOTALS.encode("utf-16"), "\ufeff" + TOTALS, TOTALS.replace("North", '"North "'), TOTALS + ",,\n",
    ],
)  # fmt: skip
def test_totals_are_read_as_whoever_saved_them_wrote_them(tmp_path: Path, content: str | bytes):
    assert read_margins(written(tmp_path, content), "t.csv") == READ


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds nothing"),
        ("variable,level,n\n", "there is nothing"),
        (TOTALS.replace("level", "levels"), "the columns are"),
        (TOTALS.replace("level", "n"), "several columns are called n"),
        (TOTALS + "site,North,1\n", "stands there twice"),
        (TOTALS + "site,East,inf\n", "give a number from 0 up"),
        (TOTALS + "site,East,nan\n", "give a number from 0 up"),
        (TOTALS + "site,East,-1\n", "give a number from 0 up"),
        (TOTALS + "site,,1\n", "level is blank"),
        (TOTALS + "site,East,many\n", "which is no number"),
        (TOTALS + "site,East,1,2\n", "more cells"),
        (TOTALS + '"' + "x" * 200_000, "cannot be read as CSV"),
        (TOTALS[:20].encode() + b"\0\0\1" + TOTALS[20:].encode(), "is not a CSV"),
    ],
)
def test_what_is_wrong_with_totals_is_said_of_the_file(tmp_path: Path, content: str | bytes, words: str):
    with pytest.raises(SurveyError, match=words) as told:
        read_margins(written(tmp_path, content), "named.csv")
    assert all(problem.startswith("named.csv") for problem in told.value.problems)


def test_cells_that_cannot_be_read_are_left_to_the_stage_that_says_so(tmp_path: Path):
    assert len(read_cells(written(tmp_path, "site;n\nNorth;60\n"))) == 1
    for content in ("", "site,n\nNorth,many\n", "site\nNorth\n", b"\xff\xfe\xff", '"' + "x" * 200_000):
        assert read_cells(written(tmp_path, content)) == ()


def test_headcounts_without_rows_or_with_one_twice_are_told():
    book = parse_codebook(
        {"variables": {"site": {"type": "categorical", "label": "Site", "values": {1: "North", 2: "South"}}}}
    )
    problems = Problems()
    assert read_counts(pd.DataFrame({"site": [], "n": []}), book, problems, "c.csv").empty
    listed = pd.DataFrame({"site": ["North", "South"]})
    for rows in ([], [("site", "North", 1), ("site", "North", 1), ("site", "South", 1)]):
        check_headcounts(pd.DataFrame(rows, columns=["variable", "level", "n"]), listed, problems, "h.csv")
    with pytest.raises(SurveyError) as raised:
        problems.raise_if_any()
    told = raised.value.problems
    assert [one.split(":")[0] for one in told] == ["c.csv", "h.csv", "h.csv"]
    assert "no rows" in told[0] and "no rows" in told[1] and "stands there twice" in told[2]


def test_a_workbook_damaged_anywhere_is_told(tmp_path: Path):
    path = tmp_path / "s.xlsx"
    pd.DataFrame({"q": range(300)}).to_excel(path, index=False)
    whole = path.read_bytes()
    told = 0
    for at in range(0, len(whole), 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            read_workbook(path, [])
        except SurveyError:
            told += 1
    assert told


def test_a_quotation_mark_that_nothing_closes_is_told(tmp_path: Path):
    with pytest.raises(SurveyError, match="may not be closed"):
        csv_rows(written(tmp_path, 'a,b\n1,"' + "x" * 200_000), None, [])
