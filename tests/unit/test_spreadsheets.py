"""No cell of a table is a formula to a spreadsheet, and what is read is what was written."""

from __future__ import annotations

import csv
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _shared import read_csv, write_csv
from studies import ROOT
from surveypipe.intake.files import read_survey
from surveypipe.rehearsal.raw_files import write_survey
from surveypipe.spreadsheets import guard, unguard
from surveypipe.study.codebook_parsing import parse_codebook

RUN = ("=", "+", "-", "@", "\t", "\r", "\n")
ATTACKS = [
    "=cmd|'/c calc'!A1", '=HYPERLINK("http://x.example","y")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1",
    "-", "'=1", "''=1", "- none", "+44 20 7946", "=", "-0.5", "+3", "1e-9", "a=b", "", "'quoted'", "−5",
]  # fmt: skip


@given(st.text(alphabet="=+-@\t\n'a1. "))
def test_what_is_written_is_read(text: str):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(RUN) or float(text) is not None


def test_no_cell_or_heading_of_a_table_is_run(tmp_path: Path):
    table = pd.DataFrame({"label": ATTACKS, "=n": np.arange(-3.0, len(ATTACKS) - 3), "level": ATTACKS[::-1]})
    write_csv(table, tmp_path / "t.csv", "marked")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    runs = [cell for row in rows for cell in row if cell.startswith(RUN)]
    assert [cell for cell in runs if not cell.lstrip("+-").replace(".", "").isdigit()] == []
    back = read_csv(tmp_path / "t.csv")
    kept = table.replace(r"\r", "\n", regex=True)
    pd.testing.assert_frame_equal(back.fillna(""), kept, check_dtype=False)


def test_a_table_without_formulas_has_the_bytes_it_had(tmp_path: Path):
    table = pd.DataFrame(
        {"label": ["a", None, "-0.25"], "p": [0.1, -2.5, np.nan], "yes": [True, False, True]}
    )
    write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == table.to_csv(index=False, lineterminator="\n")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="there is no R here")
def test_r_reads_what_was_written(tmp_path: Path):
    texts = [text for text in ATTACKS if text and "\r" not in text]
    write_csv(pd.DataFrame({"label": texts}), tmp_path / "t.csv")
    source = (ROOT / "workflow/second_opinion/designs.R").read_text(encoding="utf-8")
    reader = source[source.index("read_text <-") : source.index("read_respondents <-")]
    told = f"{reader}\ncat(read_text('{tmp_path}/t.csv')$label, sep = '\\n')\n"
    done = subprocess.run(["Rscript", "-e", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == texts


LABELS = [
    "=1+1", "a/b [c]: *d?", "'quoted'", "", " , ", "x" * 60, "History", "\t=1", "back\\slash", "a\x01b",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_no_cell_of_a_workbook_is_run_and_each_is_read_as_it_was(tmp_path: Path, label: str):
    path, texts = tmp_path / "t.xlsx", [text for text in ATTACKS if text and "\r" not in text]
    said = [*texts, "http://x.example", "a\x01b"]
    about = {"label": "x"}
    book = parse_codebook(
        {
            "variables": {
                "case": {"type": "string", "role": "id", **about, "in_file": "=case"},
                "remark": {"type": "string", **about, "in_file": "@remark"},
            }
        }
    )
    table = pd.DataFrame({"case": [f"-{n}" for n in range(len(said))], "remark": said})
    write_survey(table, book, path, label)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert 0 < len(sheet.title) < 32 and not set(sheet.title) & set("\\/?*:[]'")
    with zipfile.ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    back, _ = read_survey(path)
    assert list(back.columns) == ["=case", "@remark"]
    assert list(back["@remark"].astype(str)) == [*texts, "http://x.example", "ab"]
