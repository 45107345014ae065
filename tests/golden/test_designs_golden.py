"""Every design held against R: the stages run on the raw file that R reads, number beside number.

See tests/designs.py; docs/verification.md is the table of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import beside_r
import designs
import row_by_row
from surveypipe.weighting.methods import METHODS

ANSWERS = designs.read_answers(beside_r.ANSWERS)
LARGEST = 1e-8
# Run whenever the tests run; the others are slow together.
QUICK = ("strata_fpc", "two_stages", "lonely_adjust", "brr", "raked")


def _run(name: str) -> object:
    return name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)


def answers(name: str) -> pd.DataFrame:
    return ANSWERS[ANSWERS["design"] == name]


@pytest.mark.parametrize("name", [_run(name) for name in designs.DESIGNS])
def test_what_the_stages_estimate_is_what_r_estimates(name: str, tmp_path: Path):
    compared = designs.beside(designs.published(name, tmp_path, tmp_path / "results"), answers(name))
    assert len(compared) > 15
    lacking = compared[compared["ours"].isna()]
    assert lacking.empty, lacking.to_string()
    far = compared[~(compared["difference"] <= LARGEST)]
    assert far.empty, far.to_string()


def test_every_design_and_every_statistic_has_its_answers():
    assert set(ANSWERS["design"]) == set(designs.DESIGNS)
    assert ANSWERS["call"].str.contains("svy").all()
    assert len(ANSWERS) >= 300
    named = {kind for kinds in beside_r.FAMILIES.values() for kind in kinds}
    assert set(ANSWERS["statistic"]) == named


def test_the_page_tells_of_every_weighting_method_and_when_it_stops():
    told = beside_r.PAGE.read_text(encoding="utf-8")
    of_methods = told[told.index("## Weighting methods") :]
    lines = [line for line in of_methods.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == list(METHODS) == list(beside_r.STOPPING)
    assert beside_r.methods() in told
    for line in lines:
        _, _, stops, published, _ = line.split("|")
        assert stops.strip() and int(published.split(":")[0]) > 0, line


def test_the_page_names_every_statistic_that_the_shipped_study_publishes(finished: Path):
    told = set(re.findall(r"`(\w+)`", beside_r.PAGE.read_text(encoding="utf-8")))
    released = pd.read_csv(finished / "results/public/estimates.csv", low_memory=False)["statistic"]
    assert set(released.str.replace(r"_(?:no)?fpc$", "", regex=True)) <= told


def test_every_row_is_computed_of_each_kind_of_weights():
    told = beside_r.PAGE.read_text(encoding="utf-8")
    of = told[told.index("## Every row") : told.index("| statistic | rows | numbers")]
    assert all(designs.DESIGNS[name]["title"] in of for name in beside_r.EVERY_ROW)
    largest = [float(text) for text in re.findall(r"^\| `\w+` \|.*?(\d\S*e-\d+) \|$", told, re.MULTILINE)]
    assert len(largest) > 20 and max(largest) <= LARGEST


@pytest.mark.slow
@pytest.mark.parametrize("name", designs.DESIGNS)
def test_r_computes_every_row_that_a_design_publishes(name: str, tmp_path: Path):
    if not designs.r_is_here():
        pytest.skip("R with its package survey is not here; docs/verification.md stands for it")
    designs.published(name, tmp_path, tmp_path / "results")
    made = row_by_row.row_by_row(name, tmp_path)
    far = made[made["reason"].isna() & ~(made["difference"] <= LARGEST)]
    assert far.empty, far.to_string()
    left = made.loc[made["reason"].notna(), "reason"]
    assert left.str.contains(
        "counts cells|in each replicate|no number|everybody answered|permutation"
    ).all(), left


def asked_now(names: list[str], folder: Path) -> None:
    """Hold the answers that are kept against those that R gives now."""
    if not designs.r_is_here():
        pytest.skip("R with its package survey is not here; the answers that are kept stand for it")
    now = designs.ask_r(folder, names)
    kept = ANSWERS[ANSWERS["design"].isin(names)]
    keys = ["design", *designs.KEYS, "fpc"]
    pd.testing.assert_frame_equal(now[keys], kept[keys].reset_index(drop=True))
    for column in designs.COMPARED:
        np.testing.assert_allclose(now[column], kept[column], rtol=1e-9, atol=1e-12, err_msg=column)


def test_the_answers_that_are_kept_are_those_of_r(tmp_path: Path):
    asked_now(["two_stages"], tmp_path)


@pytest.mark.slow
def test_all_answers_that_are_kept_are_those_of_r(tmp_path: Path):
    asked_now(list(designs.DESIGNS), tmp_path)


def test_the_page_tells_of_these_designs_and_of_no_difference_over_the_limit():
    told = beside_r.PAGE.read_text(encoding="utf-8")
    lines = {
        line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1:]
        for line in told.splitlines()
        if line.startswith("| ")
    }
    for name, design in designs.DESIGNS.items():
        own = answers(name)
        for cell, kinds in zip(lines[design["title"]], beside_r.FAMILIES.values(), strict=True):
            count = int(own["statistic"].isin(kinds).sum())
            assert cell.strip(" |").startswith(f"{count}: " if count else ""), (name, cell)
    differences = [float(text) for text in re.findall(r"\d: (?:under )?(\S+e-\d+)", told)]
    assert len(differences) > 100 and max(differences) <= LARGEST
