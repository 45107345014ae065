"""The simulated truth: how far the estimates are from it, and a population in which every claim is false."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def truth_of(path: Path) -> dict[str, float]:
    people = pd.read_csv(path)
    people = people[people["eligible"]]
    read = people["read"] == 1
    return {
        "C1": read.mean(),
        "C2": people.loc[read, "guidance_above"].mean(),
        "C3": people["risk_above"].mean(),
        "C4": people["access_any"].mean(),
        "C5": people["joint_above"].mean(),
        "C6": people["contact_minus_joint"].mean(),
    }


def test_bounds_hold_the_truth_whatever_the_silent_think(finished):
    """Item non-response counts as unknown, so a bound may never miss the truth of the very population."""
    truth = truth_of(ROOT / "tests/fixtures/truth_SIMULATED.csv")
    for row in rows(finished / "results/public/claims.csv"):
        if row["group"] == "overall":
            assert float(row["bound_low"]) <= truth[row["claim"]] <= float(row["bound_high"]), row["claim"]


def test_estimates_lie_near_the_truth_except_where_readers_answer_more(finished):
    """Response depends on having read, which no scheme can see: C1 is pulled up, as it should be."""
    truth = truth_of(ROOT / "tests/fixtures/truth_SIMULATED.csv")
    claims = {r["claim"]: r for r in rows(finished / "results/public/claims.csv") if r["group"] == "overall"}
    for claim in ("C2", "C3", "C5", "C6"):
        gap = float(claims[claim]["estimate"]) - truth[claim]
        assert abs(gap) < 4 * float(claims[claim]["se"]), claim
    assert float(claims["C1"]["estimate"]) > truth["C1"]


@pytest.mark.slow
def test_where_every_claim_is_false_none_is_supported(false_study):
    claims = [row for row in rows(false_study / "public/claims.csv") if row["group"] == "overall"]
    assert {row["claim"]: row["grade_label"] for row in claims} == dict.fromkeys(
        ("C1", "C2", "C3", "C4", "C5", "C6"), "not supported"
    )


@pytest.mark.slow
def test_where_every_claim_is_false_the_sentence_that_the_manuscript_prints_says_so(false_study):
    numbers = yaml.safe_load((false_study / "numbers.yaml").read_text(encoding="utf-8"))["num"]
    assert numbers["claims__tally"].startswith("None of the six claims is supported")
    assert "{{< meta num.claims__tally >}}" in (ROOT / "report/manuscript.qmd").read_text(encoding="utf-8")


@pytest.mark.slow
def test_where_every_claim_is_false_the_manuscript_says_so(false_study, tmp_path, snakemake):
    project = Path(shutil.copytree(false_study.parent, tmp_path / "project", symlinks=True))
    document = f"{false_study.name}/report/manuscript.html"
    done = snakemake(project, document, "--cores", "2", "--configfile", "false.yaml")
    assert done.returncode == 0, done.stderr[-4000:]
    html = (project / document).read_text()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert "None of the six claims is supported" in text
    assert "if response is at random within cells and one" not in text
