"""Headcounts of several questions together, to which a sample is post-stratified."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.problems import SurveyError
from surveypipe.study.frame import JointCell
from surveypipe.study.joint import margins_of
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import schemes

CELLS = [
    JointCell(levels={"unit": unit, "rank": rank}, n=n)
    for unit, rank, n in [("N", "1", 40), ("N", "2", 60), ("S", "1", 30), ("S", "2", 0), ("S", "3", 20)]
]
ANSWERED = [("N", "1", 4), ("N", "2", 3), ("S", "1", 5), ("S", "3", 2)]


def sample(answered: list[tuple[str, str, int]]) -> pd.DataFrame:
    rows = [(unit, rank) for unit, rank, n in answered for _ in range(n)]
    made = pd.DataFrame(rows, columns=["unit", "rank"])
    base = 1.0 + np.arange(len(made)) % 3
    return made.assign(id=[f"p{k:02d}" for k in range(len(made))], respondent=True, base=base)


def weighted(people: pd.DataFrame, *cells: JointCell, **scheme: Any) -> schemes.WeightingResult:
    given = {"primary": "s", "schemes": {"s": {"label": "S", **scheme}}}
    plan = msgspec.convert(given, Weighting)
    told = {"known": margins_of(cells), "cells": cells, "drawn": True, "second_phase": False}
    return schemes.compute_schemes(people, plan, base="base", **told)


def sums(result: schemes.WeightingResult, people: pd.DataFrame, *by: str) -> dict[Any, float]:
    return people.assign(w=result.weights["w_s"].to_numpy()).groupby(list(by))["w"].sum().to_dict()


def test_weights_of_each_cell_add_up_to_its_headcount_and_keep_their_ratios():
    people = sample(ANSWERED)
    made = weighted(people, *CELLS, method="poststratify", by=["unit", "rank"])
    assert sums(made, people, "unit", "rank") == pytest.approx(
        {("N", "1"): 40, ("N", "2"): 60, ("S", "1"): 30, ("S", "3"): 20}
    )
    ratio = made.weights["w_s"] / people["base"]
    assert (ratio.groupby([people["unit"], people["rank"]]).nunique() == 1).all()


@pytest.mark.parametrize("scheme", [{"method": "poststratify", "by": ["rank"]},
                                    {"method": "rake", "margins": ["unit", "rank"]}])  # fmt: skip
def test_other_schemes_take_the_margins_of_the_headcounts(scheme: dict[str, Any]):
    people = sample(ANSWERED)
    made = weighted(people, *CELLS, **scheme)
    assert sums(made, people, "rank") == pytest.approx({"1": 70, "2": 60, "3": 20})


def test_a_cell_in_which_nobody_answered_is_merged_inside_its_group_or_told():
    people = sample(ANSWERED[:3])
    with pytest.raises(SurveyError, match=r"no respondent in S × 3 \(20 staff\)"):
        weighted(people, *CELLS, method="poststratify", by=["unit", "rank"])
    merged = {"min_n": 2, "within": "unit"}
    made = weighted(people, *CELLS, method="poststratify", by=["unit", "rank"], collapse=merged)
    assert sums(made, people, "unit") == pytest.approx({"N": 100, "S": 50})


def test_who_answered_of_a_cell_without_people_is_told():
    people = sample([*ANSWERED, ("S", "2", 1)])
    with pytest.raises(SurveyError, match=r"nobody in S × 2 \(1 answered\)"):
        weighted(people, *CELLS, method="poststratify", by=["unit", "rank"])
