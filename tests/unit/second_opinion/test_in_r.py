"""Values as R reads them: whatever a label holds, it is a text of the program and nothing else."""

from __future__ import annotations

import subprocess

import pytest

from opinions import needs_r
from surveypipe.second_opinion import in_r

NASTY = [
    'He said "no"', "it's", "a\\b", "\\", '\\"', "two\nlines", "tab\there", "`tick`", "50 % of {x}",
    "# no comment", '"); stop("taken over', "é, ß and 漢字", "", " ",
]  # fmt: skip


def read_by_r(written: list[str]) -> list[str]:
    """What R makes of texts, each as the numbers of its letters."""
    lines = [f'cat(utf8ToInt(enc2utf8({one})), "\\n")' for one in written]
    done = subprocess.run(["Rscript", "-e", "\n".join(lines)], capture_output=True, text=True, check=True)
    return [
        "".join(chr(int(code)) for code in line.split() if code != "NA") for line in done.stdout.splitlines()
    ]


@needs_r
def test_r_reads_every_text_as_it_is() -> None:
    assert read_by_r([in_r.text(one) for one in NASTY]) == NASTY


@needs_r
def test_r_takes_every_name_of_an_entry_for_a_name() -> None:
    names = [one for one in NASTY if one]
    assert read_by_r([f"names({in_r.value({one: 1})})" for one in names]) == names


@needs_r
def test_every_column_of_the_design_may_stand_in_a_formula() -> None:
    columns = [in_r.column(".margin_", one) for one in NASTY if one]
    assert len(set(columns)) == len(columns)
    assert read_by_r([f"all.vars(~{one} + 1)" for one in columns]) == columns


def test_plain_names_stand_as_they_are() -> None:
    assert [in_r.key(one) for one in ("api00", ".cell_none", "2nd", "if")] == [
        "api00",
        ".cell_none",
        '"2nd"',
        '"if"',
    ]
    assert in_r.column(".cell_", "by_group") == ".cell_by_group"


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (True, "TRUE"),
        (0.5, "0.5"),
        (["1", "2"], 'c("1", "2")'),
        ([], "character()"),
        ({"read": ("1",), "limits": [0.1, 2]}, 'list(read = c("1"), limits = c(0.1, 2))'),
        ([{"a": 1}], "list(list(a = 1))"),
    ],
)
def test_values(given: object, written: str) -> None:
    assert in_r.value(given) == written


def test_a_comment_stays_on_its_line() -> None:
    assert in_r.comment("a title\nstop('no comment')") == "a title stop('no comment')"
