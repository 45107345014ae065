"""The way of one answer, as docs/architecture.md tells it, looked up in a finished run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml

PAGE = (Path(__file__).resolve().parents[2] / "docs/architecture.md").read_text(encoding="utf-8")
# What is done, file, whose, column, value; the last four in backticks or empty.
STEP = re.compile(r"^\| (.+?) \| `(.+?)` \| (?:`(.+?)`)? ?\| (?:`(.+?)`)? ?\| `(.+?)` \|$", re.M)
STEPS = STEP.findall(PAGE)
READ = {
    ".sav": lambda path: pyreadstat.read_sav(path)[0],
    ".parquet": pd.read_parquet,
    ".csv": pd.read_csv,
}


def test_the_page_tells_the_whole_way():
    files = [file for _, file, *_ in STEPS]
    assert files[0].endswith(".sav") and files[-1].endswith(".html")
    assert len(files) == PAGE.partition("## Rooms and floors")[0].count("\n| ") - 1


@pytest.mark.parametrize(("done", "file", "whose", "column", "value"), STEPS, ids=[step[0] for step in STEPS])
def test_the_answer_stands_where_the_page_says(finished, done, file, whose, column, value):
    path = finished / file
    if path.suffix == ".html":
        text = re.sub(r"(?:<[^>]+>|\s)+", " ", path.read_text(encoding="utf-8"))
        assert value in text
    elif path.suffix == ".yaml":
        assert yaml.safe_load(path.read_text(encoding="utf-8"))[whose][column] == value
    else:
        key, _, name = whose.partition("=")
        table = READ[path.suffix](path)
        found = table.loc[table[key].astype(str).str.strip() == name, column].iloc[0]
        if isinstance(found, str):
            assert found == value
        else:
            decimals = len(value.partition(".")[2])
            assert round(float(found), decimals) == float(value)
