"""Two releases side by side: what their difference gives away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

from surveypipe.disclosure.rules import PRESETS
from surveypipe.disclosure.versions import compare_releases

ROOT = Path(__file__).resolve().parents[3]
RULES = PRESETS["research"]


def release(n: int = 100, estimate: float = 0.5, status: str = "released", cell: int = 40) -> dict:
    row = {"estimate_id": "q__yes", "statistic": "proportion", "scheme": "none", "n": float(n)}
    row |= {"estimate": estimate, "status": status}
    table_1 = {
        "variable": "v",
        "level": "a",
        "group_level": None,
        "n": cell,
        "frame_n": 90,
        "status": "released",
    }
    return {"estimates": pd.DataFrame([row]), "table_1": pd.DataFrame([table_1])}


def test_same_release_twice_says_nothing_more():
    assert compare_releases(release(), release(), RULES).empty


def test_few_late_returns_are_told_by_the_difference():
    made = compare_releases(release(), release(n=109, cell=44), RULES)
    assert made["reason"].tolist() == ["few people more or less"] * 2
    assert compare_releases(release(), release(n=110, cell=45), RULES).empty


def test_what_one_release_suppresses_the_other_may_not_show():
    assert compare_releases(release(status="suppressed"), release(), RULES)["reason"].tolist() == [
        "suppressed before"
    ]
    assert compare_releases(release(), release(status="suppressed"), RULES)["reason"].tolist() == [
        "suppressed now"
    ]


def test_corrected_answer_shows_whose_it_was():
    made = compare_releases(release(estimate=0.50), release(estimate=0.52), RULES)
    assert made.to_dict("records") == [
        {"table": "estimates", "place": "q__yes", "reason": "few answers changed"}
    ]
    assert compare_releases(release(estimate=0.50), release(estimate=0.60), RULES).empty


def test_script_lists_the_places_without_numbers_and_fails(tmp_path):
    for name, made in (("old", release()), ("new", release(n=103))):
        (tmp_path / name).mkdir()
        for table, rows in made.items():
            rows.to_csv(tmp_path / name / f"{table}.csv", index=False)
    command = [sys.executable, "workflow/scripts/compare_releases.py", "--old", str(tmp_path / "old")]
    done = subprocess.run(
        [*command, "--new", str(tmp_path / "new")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1 and "estimates: q__yes" in done.stdout and "103" not in done.stdout
    same = subprocess.run(
        [*command, "--new", str(tmp_path / "old")], cwd=ROOT, capture_output=True, text=True
    )
    assert same.returncode == 0, same.stderr
    none = subprocess.run([*command, "--new", str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert none.returncode == 1 and "there is no released table here" in none.stderr
