"""Small studies that make a claim of every kind: each runs whole, and the ledger says what is not known."""

from __future__ import annotations

import pytest

import any_study
from surveypipe.study.outcomes import Bounding, Crossing


@pytest.fixture(scope="module", params=any_study.CLAIMED)
def given(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    return any_study.released(tmp_path_factory.mktemp("kinds"), request.param)


def test_a_difference_in_the_same_people_is_the_mean_of_their_differences(given):
    answers = any_study.records()
    gap = answers["health"] - answers["work"]
    row = given.table("claims").set_index("claim").loc["NOT_WORSE"]
    assert row["n"] == gap.notna().sum() and row["estimate"] == pytest.approx(gap.mean(), abs=0.006)
    # As R's svymean: the standard deviation over the root of n, with the correction where a share was drawn.
    drawn = 0.1 if given.settings.design.kind == "sample" else 0.0
    se = gap.std() * ((1 - drawn) / gap.notna().sum()) ** 0.5
    assert row["se"] == pytest.approx(se, abs=0.006)
    assert (row["grade"] == 5) == (row["ci_low"] > -2)


def test_without_the_silent_there_are_no_bounds_and_the_ledger_says_so(given):
    ledger = given.table("claims")
    assert list(ledger["claim"]) == list(any_study.CLAIMS)
    assert ledger[["bound_low", "bound_high", "tipping_theta"]].isna().all().all()
    assert (ledger["bounds_outcome"] == Bounding.SILENT_UNKNOWN).all()
    assert (ledger["tipping_outcome"] == Crossing.SILENT_UNKNOWN).all()
    assert set(ledger["grade"]) <= {0, 4, 5}
    assert given.table("not_at_random").empty
