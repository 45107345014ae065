"""What the stages of the shipped study cost does not creep up: each is held against what was recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmark.budget import BUDGET, SLACK, costs, over
from surveypipe.rendering.programs import choose_renderer

# Its budget is that of Pandoc; Quarto takes longer.
RENDER = "render"
ALL = "__main__"


def test_a_stage_that_costs_more_or_is_not_recorded_is_named():
    budget = {"clean": 1.0, "weight": 1.0}
    found = pd.Series({"clean": SLACK + 0.1, "weight": SLACK - 0.1, "new": 0.1})
    assert set(over(found, budget)) == {"clean", "new"}


def test_every_stage_of_the_budget_has_a_script():
    scripts = {path.stem for path in Path(__file__).parents[2].glob("workflow/scripts/*.py")}
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    assert set(budget) - scripts == {ALL} and {"analyse", "disclose", RENDER} <= set(budget)


@pytest.mark.slow
def test_no_stage_of_the_shipped_study_costs_more_than_its_budget(tmp_path: Path):
    """A stage that now costs more for a good reason: measure anew with tests/benchmark/budget.py."""
    found = costs(tmp_path / "project")
    if choose_renderer("auto") != "pandoc":
        found = found.drop([RENDER, ALL])
    told = over(found, json.loads(BUDGET.read_text(encoding="utf-8")))
    assert told == {}
