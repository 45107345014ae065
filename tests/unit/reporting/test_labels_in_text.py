"""Labels stand inside sentences as they are written, unless the study says that they are common words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surveypipe.reporting.released import Released

LIBRARY = Path(__file__).resolve().parents[3] / "workflow/surveypipe"
# The flow joins reasons of its own wording, roles of authors are words of their taxonomy; the look-up is in
# `released`; an error names a setting; the simulated populations are the tool's own.
OWN_WORDS = {
    "formatting.py",
    "study/about.py",
    "rendering/metadata.py",
    "reporting/figures/flow.py",
    "reporting/figures/flow_stages.py",
    "simulation/kept_report.py",
    "study/checks.py",
}


def released(**study) -> Released:
    about = {"id": "s", "title": "A survey", "setting": "a region", "mode": "web", "data": "real"}
    return Released({"study": about | study}, {}, {})


@pytest.mark.parametrize("label", ["Flanders", "Costa Sur", "Adult mental health", "North General", "HCA"])
def test_a_label_is_printed_as_it_is_written(label):
    assert released().in_text(label) == label


def test_a_study_may_say_that_its_labels_are_common_words_and_which_are_names():
    said = released(labels_in_text="small_first_letter", names=["Flanders"])
    assert said.in_text("Adult mental health") == "adult mental health"
    assert [said.in_text(name) for name in ("Flanders", "North General", "HCA")] == [
        "Flanders", "North General", "HCA"
    ]  # fmt: skip


def test_nothing_else_in_the_library_changes_the_case_of_a_label():
    """A first letter made small by hand would pass by what the study says."""
    found = re.compile(r"lower_first\(|\[:1\]\.lower\(\)|\[0\]\.lower\(\)")
    places = {
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        if found.search(path.read_text(encoding="utf-8"))
    }
    assert places <= OWN_WORDS
