"""Small studies that make a claim of every kind: each runs whole, and the ledger says what is not known."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import any_study
import made_up
from surveypipe.disclosure.digits import unit_for
from surveypipe.problems import SurveyError
from surveypipe.reporting import numbers
from surveypipe.reporting.wording import documents, results
from surveypipe.study.bounds import Heard
from surveypipe.study.bounds_of_amounts import ratio_bounds
from surveypipe.study.outcomes import Bounding, Crossing


@pytest.fixture(scope="module", params=any_study.CLAIMED)
def given(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    return any_study.released(tmp_path_factory, request.param)


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


def test_the_estimate_of_each_claim_is_told_with_its_unit(given):
    words = made_up.words_of(given.vocabulary)
    made = numbers.numbers(given) | results.sentences(given, words)
    paragraphs = documents.texts(given, words, made)["claims_found"]
    told = re.sub(r"{{< meta num\.(\S+) >}}", lambda key: made.get(key[1], key[0]), paragraphs)
    rows = [row for row in given.claim_rows() if row["group"] == "overall" and math.isfinite(row["estimate"])]
    assert len(rows) > 5
    for row in rows:
        assert f"The estimate is {given.claim_of(row).with_unit(row['estimate'])} (" in told, row["claim"]


def test_without_the_silent_there_are_no_bounds_and_the_ledger_says_so(given):
    ledger = given.table("claims")
    assert list(dict.fromkeys(ledger["claim"])) == list(any_study.CLAIMS)
    assert ledger[["bound_low", "bound_high", "tipping_theta"]].isna().all().all()
    assert (ledger["bounds_outcome"] == Bounding.SILENT_UNKNOWN).all()
    assert (ledger["tipping_outcome"] == Crossing.SILENT_UNKNOWN).all()
    assert set(ledger["grade"]) <= {0, 4, 5}
    assert given.table("not_at_random").empty


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return any_study.private_ledger(tmp_path_factory)


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


# How many are in each group, by the headcounts; each is a cell.
SIZES = {1: 120, 2: 90, 3: 150}


def pairs() -> tuple[pd.DataFrame, np.ndarray]:
    people = any_study.records()
    trade = people["trade"].clip(upper=3)
    return people, trade.map(SIZES).to_numpy() / trade.map(trade.value_counts()).to_numpy()


def test_a_ratio_is_that_of_a_computation_by_hand(ledger):
    people, w = pairs()
    y, x = people["income"].to_numpy(), people["years"].to_numpy()
    known, trade = ~np.isnan(y) & ~np.isnan(x), people["trade"].clip(upper=3).to_numpy()
    row = ledger.loc["A_YEAR"]
    ratio = (w * y)[known].sum() / (w * x)[known].sum()
    z = np.where(known, w * (y - ratio * x) / (w * x)[known].sum(), 0.0)
    variance = 0.0
    for code, size in SIZES.items():
        own = z[trade == code]
        variance += (1 - len(own) / size) * len(own) / (len(own) - 1) * ((own - own.mean()) ** 2).sum()
    df = int(known.sum()) - len(SIZES)
    assert row[["estimate", "se"]].tolist() == pytest.approx([ratio, math.sqrt(variance)], rel=1e-9)
    half = stats.t.ppf(0.975, row["df"]) * row["se"]
    assert df <= row["df"] <= len(people) - len(SIZES)
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([ratio - half, ratio + half], rel=1e-9)
    told = ~np.isnan(y) | ~np.isnan(x)
    silent = sum(SIZES.values()) - len(people)
    heard = Heard(
        y[told], silent + int((~told).sum()), weights=np.ones(told.sum()), beside=x[told],
        stray_beside=np.empty(0),
    )  # fmt: skip
    bounds = ratio_bounds(heard, (0, 200_000), (0, 60))
    assert row[["bound_low", "bound_high"]].tolist() == pytest.approx(bounds)
    assert ledger.loc["FEWER", "bounds_outcome"] == Bounding.UNLIMITED
    assert np.isnan(ledger.loc["FEWER", "bound_low"])


def _moved(y: np.ndarray, theta: float) -> np.ndarray:
    """Share of 1 of each cell when the silent and those who left it out differ by an odds ratio."""
    people, w = pairs()
    trade, known = people["trade"].clip(upper=3).to_numpy(), ~np.isnan(y)
    overall = (w * y)[known].sum() / w[known].sum()
    shift = lambda p: p / (1 - p) / theta / (1 + p / (1 - p) / theta)  # noqa: E731
    total = 0.0
    for code, size in SIZES.items():
        own, weight = trade == code, w[trade == code][0]
        heard = known & own
        silent = (weight - 1) * heard.sum()
        total += (
            y[heard].sum() + silent * shift(y[heard].mean()) + weight * (own & ~known).sum() * shift(overall)
        )
        assert own.sum() * weight == pytest.approx(size)
    return np.array(total / sum(SIZES.values()))


def test_a_median_has_a_woodruff_interval_and_the_odds_ratio_at_which_half_lie_beyond(ledger):
    people, w = pairs()
    y, row = people["years"].to_numpy(), ledger.loc["HALF"]
    known = ~np.isnan(y)
    order = np.argsort(y[known])
    reached = np.cumsum(w[known][order]) / w[known].sum()
    assert row["estimate"] == y[known][order][np.searchsorted(reached, 0.5)]
    # The share at or below the median has a t interval, whose ends are turned back into years.
    below = (y <= row["estimate"]).astype(float)
    trade, z = people["trade"].clip(upper=3).to_numpy(), np.zeros(len(y))
    z[known] = (w * (below - (w * below)[known].sum() / w[known].sum()) / w[known].sum())[known]
    variance = sum(
        (1 - own.sum() / SIZES[code]) * own.sum() / (own.sum() - 1) * ((z[own] - z[own].mean()) ** 2).sum()
        for code, own in ((code, trade == code) for code in SIZES)
    )
    centre, half = (w * below)[known].sum() / w[known].sum(), stats.t.ppf(0.975, row["df"]) * variance**0.5
    ends = [y[known][order][np.searchsorted(reached, centre + side * half)] for side in (-1, 1)]
    assert row[["ci_low", "ci_high"]].tolist() == ends
    far = np.where(known, (y > 4).astype(float), np.nan)
    assert _moved(far, row["tipping_theta"]) == pytest.approx(0.5, abs=1e-6)
    assert np.isnan(row["tipping_shift"])
    # By brute force: the silent all at one end, and at the other.
    for end, name in ((0, "bound_low"), (60, "bound_high")):
        every = np.sort([*y[known], *[end] * (sum(SIZES.values()) - known.sum())])
        assert row[name] == every[int(np.ceil(len(every) / 2)) - 1]


def test_a_total_is_that_of_a_computation_by_hand(ledger):
    people, w = pairs()
    trade = people["trade"].clip(upper=3).to_numpy()
    for key, y, silent in (
        ("ALL_YEARS", people["years"].to_numpy(), (0, 60)),
        ("READ_IT", np.where(people["read"].isna(), np.nan, people["read"] == 1).astype(float), (0, 1)),
    ):
        row, filled, known = ledger.loc[key], np.nan_to_num(y), ~np.isnan(y)
        assert row["estimate"] == pytest.approx((w * filled).sum())
        variance = 0.0
        for code, size in SIZES.items():
            own = (w * filled)[trade == code]
            variance += (1 - len(own) / size) * len(own) / (len(own) - 1) * ((own - own.mean()) ** 2).sum()
        assert row["se"] == pytest.approx(variance**0.5)
        unknown = sum(SIZES.values()) - known.sum()
        bounds = [filled.sum() + end * unknown for end in silent]
        assert row[["bound_low", "bound_high"]].tolist() == pytest.approx(bounds)
    years, row = people["years"].to_numpy(), ledger.loc["ALL_YEARS"]
    # Whoever left it out counts for nothing, and the silent of a cell like those who did.
    moved = row["estimate"] + row["tipping_shift"] * (sum(SIZES.values()) - len(people))
    assert len(years) == 150 and moved == pytest.approx(row["threshold"])
    yes = np.where(people["read"] == 1, 1.0, 0.0)
    share = _moved(yes, ledger.loc["READ_IT", "tipping_theta"])
    assert share * sum(SIZES.values()) == pytest.approx(ledger.loc["READ_IT", "threshold"], abs=1e-5)


def test_a_total_is_told_to_the_hundredth_of_the_people(tmp_path_factory: pytest.TempPathFactory):
    given = any_study.released(tmp_path_factory, any_study.COUNTED)
    row = given.table("claims").set_index("claim").loc["READ_IT"]
    unit = unit_for(sum(SIZES.values()))
    for column in ("estimate", "se", "ci_low", "ci_high", "bound_low", "bound_high"):
        assert row[column] == pytest.approx(unit * round(row[column] / unit)), column
    rows = given.table("multiverse")
    rows = rows[(rows["claim"] == "READ_IT") & (rows["what"] == "specification")]
    assert len(rows) and ((rows["estimate"] / unit).round() * unit == rows["estimate"]).all()


def test_a_total_is_refused_where_weights_count_nobody(tmp_path: Path):
    config = any_study.configuration(tmp_path, any_study.CLAIMED[0])
    config |= {
        "claims": {"READ_IT": any_study.TOTALS["READ_IT"]},
        "design": {"kind": "sample", "strata": "trade"},
    }
    with pytest.raises(SurveyError, match=r"READ_IT.*no total can be told"):
        any_study.run_stages(config, tmp_path / "results")


def test_the_tipping_shift_of_a_ratio_brings_it_to_its_threshold(ledger):
    people, w = pairs()
    y, x = people["income"].to_numpy(), people["years"].to_numpy()
    known, row = ~np.isnan(y) & ~np.isnan(x), ledger.loc["A_YEAR"]
    # The silent of each cell, and whoever left one of the two out, have that much more or less.
    heard = known.sum()
    mean = {name: (w * values)[known].sum() / w[known].sum() for name, values in (("y", y), ("x", x))}
    unheard = sum(SIZES.values()) - heard
    sums = {name: sum(SIZES.values()) * value for name, value in mean.items()}
    moved = (sums["y"] + unheard * row["tipping_shift"]) / sums["x"]
    assert moved == pytest.approx(row["threshold"], rel=1e-6)
