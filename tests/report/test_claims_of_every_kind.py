"""Small studies that make a claim of every kind: each runs whole, and the ledger says what is not known."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy import stats

import any_study
from _shared import read_csv
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


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The ledger of a census by headcounts, before it is released."""
    folder = tmp_path_factory.mktemp("headcounts")
    any_study.run_stages(any_study.configuration(folder, any_study.COUNTED), folder, last="sensitivity")
    return read_csv(folder / "private/claims.csv").set_index("claim")


def _second_phase(variable: str, trade: int, size: int) -> tuple[float, float, int, tuple[float, float]]:
    """Share of Yes in a group that is one cell: value, variance by hand, answers and bounds."""
    people = any_study.records()
    own = people.loc[people["trade"].clip(upper=3) == trade, variable]
    y, n = (own.dropna() == 1).astype(float), len(own)
    a, mean = len(y), float(y.mean())
    variance = (1 - n / size) * n / (n - 1) * float(((y - mean) ** 2).sum()) / a**2
    return mean, variance, a, (y.sum() / size, (y.sum() + size - a) / size)


def test_a_difference_of_two_groups_is_that_of_a_computation_by_hand(ledger):
    (p, v, n, (low, high)), (q, w, m, (less, more)) = (
        _second_phase("read", trade, size) for trade, size in ((1, 120), (2, 90))
    )
    # R's svyttest: the degrees of freedom of the design among those compared, less one.
    se, df = math.sqrt(v + w), n + m - 2 - 1
    for key, level in (("APART", 0.95), ("SAME", 0.9)):
        row, half = ledger.loc[key], stats.t.ppf((1 + level) / 2, df) * se
        ends = ("ci_low", "ci_high") if level == 0.95 else ("ci_tost_low", "ci_tost_high")
        assert row[["estimate", "se", "df"]].tolist() == pytest.approx([p - q, se, df], rel=1e-9)
        assert row[[*ends]].tolist() == pytest.approx([p - q - half, p - q + half], rel=1e-9)
        assert row[["bound_low", "bound_high"]].tolist() == pytest.approx([low - more, high - less])
    assert ledger.loc["SAME", "equivalence"] in ("equivalent", "different", "both", "inconclusive")


def test_the_tipping_point_of_two_groups_moves_them_against_each_other(ledger):
    row, moved = ledger.loc["APART"], []
    for trade, size, turn in ((1, 120, 1.0), (2, 90, -1.0)):
        mean, _, a, _ = _second_phase("read", trade, size)
        # The silent of the cell, and at the overall share of the group those who did not say.
        odds = mean / (1 - mean) / row["tipping_theta"] ** turn
        moved.append((a * mean + (size - a) * odds / (1 + odds)) / size)
    assert moved[0] - moved[1] == pytest.approx(row["threshold"], abs=1e-6)
