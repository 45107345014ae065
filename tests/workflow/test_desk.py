"""What work at a desk costs is measured on demand; the page says what was, and the README its ratios."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmark import FORGETS, desk, environment
from benchmark.desk import Cost, Found, bare, edit, ratios, rules_of, run, told
from studies import ROOT

STATS = "Job stats:\njob      count\n-----  -----\nrender     2\nall        1\ntotal      3\n"
FOUND = Found(
    0.2, 0.1, Cost(40.0, 50.0, STATS), 1.0, 1.4, Cost(10.0, 9.0, STATS, 4.0), {"tables": 1}, {"model": 1}
)
OURS = "At 10,000 people R's package survey takes 6.8 times the work of our stages"


def test_the_readme_quotes_what_the_page_says():
    page = desk.PAGE.read_text(encoding="utf-8")
    assert ratios(page) in desk.README.read_text(encoding="utf-8")


def test_ratios_are_those_of_the_page():
    page = "\n".join([*told(FOUND, None, ""), OURS])
    said = ratios(page)
    assert "0.25 of a whole run" in said and "1.4 times one of bare" in said and "6.8 times" in said


def test_a_page_without_a_figure_is_told():
    with pytest.raises(ValueError, match="whole run with Pandoc"):
        ratios(OURS)


def test_the_page_names_the_commit_beside_which_it_was_measured_or_that_it_does_not_run():
    beside = "\n".join(told(FOUND, Cost(80.0, 90.0, ""), "abc"))
    assert "| the same beside commit `abc`, in one run | 40.0 | 80.0 | 0.50 |" in beside
    assert "`abc` does not run" in "\n".join(told(FOUND, None, "abc"))
    assert "| a word of the manuscript | render ×2 |" in beside


def test_planned_rules_are_read_with_their_jobs():
    assert rules_of(STATS) == {"render": 2}


def test_the_bare_snakefile_has_as_many_rules_and_files(tmp_path: Path):
    text = (bare(tmp_path / "bare", 3, 8) / "Snakefile").read_text(encoding="utf-8")
    assert text.count("rule r") == 3 and text.count("'made/") == 8 + 2 + 1


@pytest.mark.parametrize("change", [desk.WORD, desk.LABEL, desk.THRESHOLD], ids=lambda change: change[0])
def test_what_is_edited_stands_in_the_shipped_study(project: Path, change: tuple[str, str, str, str]):
    _, path, old, new = change
    before = (project / path).read_text(encoding="utf-8")
    edit(project, path, old, new)
    after = (project / path).read_text(encoding="utf-8")
    assert after != before
    edit(project, path, new, old)
    assert (project / path).read_text(encoding="utf-8") == before
    with pytest.raises(RuntimeError, match="another place"):
        edit(project, path, "words that nobody wrote", new)


def test_what_is_measured_may_keep_what_python_compiled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FORGETS, "1")
    told = run(ROOT, ROOT, "--version").told
    assert re.fullmatch(r"[\d.]+\n", told)
    assert FORGETS not in environment() and environment(FIRST="x")["FIRST"] == "x"
