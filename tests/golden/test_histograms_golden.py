"""Bins of numbers held against R's ``svytable`` over ``cut()`` on its school samples.

R's side: tests/golden/data/histograms.R.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import designs
from stages import run_stages, table

ANSWERS = pd.read_csv(designs.DATA / "histograms.csv")
BINS = {"api00": [500, 600, 700, 800], "enroll": [250, 500, 1000, 2000]}


@pytest.mark.parametrize("name", sorted(set(ANSWERS["design"])))
def test_shares_of_bins_are_those_of_r(name: str, tmp_path: Path):
    config = designs.make_study(tmp_path, name)
    config["analysis"] |= {"items": list(BINS), "bins": BINS}
    rows = table(run_stages(config, tmp_path / "results", last="analyse"), "private/estimates")
    ours = rows[rows["statistic"] == "histogram"].set_index(["variable", "level"])
    answers = ANSWERS[ANSWERS["design"] == name].set_index(["variable", "level"])
    assert set(ours.index) == set(answers.index)
    for key, answer in answers.iterrows():
        assert ours.loc[key, "estimate"] == pytest.approx(answer["estimate"], rel=1e-10)
        assert ours.loc[key, "se"] == pytest.approx(answer["se"], rel=1e-10)
