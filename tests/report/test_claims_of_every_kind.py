"""Small studies that make a claim of every kind: each runs whole, and the ledger says what is not known."""

from __future__ import annotations

import pytest

import any_study
from surveypipe.study.outcomes import Bounding, Crossing


@pytest.fixture(scope="module", params=any_study.CLAIMED)
def given(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    return any_study.released(tmp_path_factory.mktemp("kinds"), request.param)


def test_without_the_silent_there_are_no_bounds_and_the_ledger_says_so(given):
    ledger = given.table("claims")
    assert list(ledger["claim"]) == list(any_study.CLAIMS)
    assert ledger[["bound_low", "bound_high", "tipping_theta"]].isna().all().all()
    assert (ledger["bounds_outcome"] == Bounding.SILENT_UNKNOWN).all()
    assert (ledger["tipping_outcome"] == Crossing.SILENT_UNKNOWN).all()
    assert set(ledger["grade"]) <= {0, 4, 5}
    assert given.table("not_at_random").empty
