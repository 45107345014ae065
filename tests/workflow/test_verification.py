"""The table "Verification" is true: each answer of R is checked where it says, or left out for a reason."""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.reporting.verification import checks_of, literal, verification_table

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden"
SOURCES = {path.stem: path.read_text() for path in sorted(GOLDEN.glob("test_*.py"))}
API, STAGE = (json.loads((GOLDEN / f"data/{n}.json").read_text())["estimates"] for n in ("api", "stage"))
REFERENCE = API | STAGE
# The known answers of the method notes.
KNOWN_ANSWERS = (1, 3, 4, 6, 7, 8, 9, 10, 13, 16, 17, 18, 19)


@pytest.fixture(scope="module")
def table():
    with (GOLDEN / "data/r_calls.csv").open(newline="") as file:
        calls = {row["id"]: row["r_call"] for row in csv.DictReader(file)}
    assert set(calls) <= set(REFERENCE)
    return verification_table(SOURCES, REFERENCE, calls).set_index("id")


def test_every_answer_of_r_is_checked_or_left_out_with_the_reason(table):
    assert len(API) == 66
    assert list(table.index[: len(REFERENCE)]) == list(REFERENCE)
    left_out = table[table["status"] == "left out"]
    assert (left_out["reason"].str.len() > 20).all()
    assert len(left_out) <= 4
    assert (table.loc[table["status"] == "checked", "tests"] != "").all()


def test_full_precision_answers_are_held_to_eight_digits(table):
    held = table[(table["tolerance_kind"] == "relative") & ~table.index.str.contains("raowu|mrb")]
    assert len(held) == 60 + len(STAGE)
    assert held["tolerance"].max() <= 1e-8
    # Simulated on both sides: within three times both simulation errors.
    assert table.loc[["strat_rep_raowu_mean", "strat_rep_mrb_mean"], "tolerance"].max() <= 3 * 0.0194 + 1e-12


@pytest.mark.parametrize("number", KNOWN_ANSWERS)
def test_every_known_answer_has_a_test_that_bears_its_number(table, number):
    assert table.loc[f"GT-{number}", "status"] == "checked"
    for name in table.loc[f"GT-{number}", "tests"].split(", "):
        tests = [
            node.name for node in ast.walk(ast.parse(SOURCES[name])) if isinstance(node, ast.FunctionDef)
        ]
        bearing = [test for test in tests if re.match(rf"test_gt_?{number}(_|$)", test)]
        assert bearing or f"GT-{number}" in re.sub(r"CHECKS = \[.*?\n\]", "", SOURCES[name], flags=re.S)


@pytest.mark.slow
def test_each_file_reads_exactly_the_answers_that_it_lists(tmp_path):
    reads = tmp_path / "reads.json"
    paths = [str(ROOT / "workflow"), str(ROOT / "tests/workflow"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "GOLDEN_READS": str(reads), "PYTHONPATH": os.pathsep.join(paths)}
    reading = [name for name, text in SOURCES.items() if re.search(r"(api|stage)\.json", text)]
    files = [str(GOLDEN / f"{name}.py") for name in reading]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "golden_reads", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    found = json.loads(reads.read_text())
    listed = {
        name: {check.entry for check in checks_of(text, name)} & set(REFERENCE)
        for name, text in SOURCES.items()
    }
    for name, entries in found.items():
        assert listed[name] <= set(entries), name
    assert {name for name, entries in listed.items() if entries} <= set(found)


def test_what_is_said_to_be_published_is_read_off_the_tables_of_the_stages(table):
    published = table[table["through"] != ""]
    assert set(published.index) == set(STAGE)
    source = SOURCES["test_stage_golden"]
    # Nothing of the library is called: the stages are run, and their tables are read.
    assert "surveypipe" not in re.sub(r'""".*?"""', "", source, flags=re.S)
    assert "snakemake(project" in source and "private/{name}.csv" in source
    for kind in ("mean", "share", "weights", "ttest", "chisq", "lm"):
        assert any(name.endswith(f"_{kind}") for name in published.index), kind


def test_an_answer_that_nobody_checks_stops_the_table():
    with pytest.raises(SurveyError, match="strat_new of the reference are in no CHECKS"):
        verification_table(SOURCES, {**REFERENCE, "strat_new": {"what": "a mean"}}, {})


def test_a_list_that_names_what_is_not_there_stops_the_table():
    extra = {
        "test_extra_golden": 'CHECKS = [("strat_gone", "svymean", 1e-8)]\nLEFT_OUT = {"strat_mean": "no"}'
    }
    with pytest.raises(SurveyError) as told:
        verification_table({**SOURCES, **extra}, REFERENCE, {})
    text = "\n".join(told.value.problems)
    assert "strat_mean are in CHECKS and in LEFT_OUT" in text
    assert "CHECKS names strat_gone" in text


def test_a_file_without_lists_checks_nothing():
    assert checks_of("x = 1", "test_x") == []
    assert literal("x = 1", "x") == 1
    assert literal("x = 1", "y") is None


def test_the_tool_holds_the_table_that_its_program_writes_from_the_tests(tmp_path):
    output = tmp_path / "verification.csv"
    command = [sys.executable, str(ROOT / "workflow/scripts/verification.py"), "--verification", str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "4 left out with the reason" in done.stdout
    assert f"{len(STAGE)} of them on what the stages publish" in done.stdout
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["r_call"] == "svymean(~api00,dstrat)"
    assert float(rows[0]["tolerance"]) <= 1e-8
    held = ROOT / "workflow/verification.csv"
    assert held.read_bytes() == output.read_bytes(), "`make docs` writes it again"
