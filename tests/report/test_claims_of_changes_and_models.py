"""Changes between waves and associations as claims: each against a computation by hand and a jackknife."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_claims_of_every_kind import SIZES, pairs

import any_study
from surveypipe.reporting.tables import claims
from surveypipe.study.outcomes import Bounding, Crossing


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return any_study.private_ledger(tmp_path_factory)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory):
    return any_study.released(tmp_path_factory, any_study.CLAIMED[0])


def _second_phase_variance(z: np.ndarray, *, fpc: bool) -> float:
    """Variance of a sum of weighted influence values, respondents a second phase within trades."""
    trade, variance = pairs()[0]["trade"].clip(upper=3).to_numpy(), 0.0
    for code, size in SIZES.items():
        own = z[trade == code]
        left = 1 - len(own) / size if fpc else 1.0
        variance += left * len(own) / (len(own) - 1) * float(((own - own.mean()) ** 2).sum())
    return variance


def _jackknife(estimate: Callable[[np.ndarray], float], *, fpc: bool) -> float:
    """Variance from leaving out each person of a trade in turn, the others weighted up to it."""
    people, w = pairs()
    trade, whole, variance = people["trade"].clip(upper=3).to_numpy(), estimate(w), 0.0
    for code, size in SIZES.items():
        own = np.flatnonzero(trade == code)
        n = len(own)
        for one in own:
            without = np.where(trade == code, w * n / (n - 1), w)
            without[one] = 0.0
            left = 1 - n / size if fpc else 1.0
            variance += left * (n - 1) / n * (estimate(without) - whole) ** 2
    return variance


def test_a_change_is_that_of_a_computation_by_hand_and_of_a_jackknife(ledger):
    people, w = pairs()
    row, d = ledger.loc["ROSE"], (people["useful"] - people["short"]).to_numpy()
    row = row[row["group"] == "overall"].iloc[0]
    assert not np.isnan(d).any() and row["n"] == len(d)
    mean = float(w @ d / w.sum())
    se = math.sqrt(_second_phase_variance(w * (d - mean) / w.sum(), fpc=True))
    half = stats.t.ppf(0.975, len(d) - len(SIZES)) * se
    assert row[["estimate", "se"]].tolist() == pytest.approx([mean, se], rel=1e-9)
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([mean - half, mean + half], rel=1e-9)
    # Linear in the weights, so that the jackknife is the same to the last digit.
    assert row["se"] ** 2 == pytest.approx(_jackknife(lambda w: float(w @ d / w.sum()), fpc=True), rel=1e-9)
    # Of the silent both answers are free, from 1 to 5.
    size = sum(SIZES.values())
    bounds = [(d.sum() + end * (size - len(d))) / size for end in (-4, 4)]
    assert row[["bound_low", "bound_high"]].tolist() == pytest.approx(bounds)
    moved = mean + row["tipping_shift"] * (size - len(d)) / size
    assert moved == pytest.approx(row["threshold"], abs=1e-9)


def test_a_change_of_a_share_counts_both_answers_and_leaves_the_other_one_free(ledger):
    people, w = pairs()
    row, readers = ledger.loc["MORE"], (people["read"] == 1).to_numpy()
    now, then = (
        np.where(people[name].isna(), np.nan, people[name] == 4).astype(float) for name in ("clear", "useful")
    )
    d = np.where(readers, now - then, np.nan)
    both = ~np.isnan(d)
    mean = float(w[both] @ d[both] / w[both].sum())
    z = np.where(both, w * (np.nan_to_num(d) - mean) / w[both].sum(), 0.0)
    assert row["n"] == both.sum() and row["estimate"] == pytest.approx(mean)
    # A domain: cells of which it holds few have no part of the second phase beyond it.
    assert row["se"] == pytest.approx(math.sqrt(_second_phase_variance(z, fpc=True)), rel=1e-9)
    half_known = readers & ~both
    low = d[both].sum() + (-then[half_known]).sum()
    unknown_base = sum(SIZES.values()) - len(people) + int(people["read"].isna().sum())
    assert low / (both.sum() + half_known.sum()) > row["bound_low"] > -1 and unknown_base > 0


def test_changes_of_two_groups_are_compared(ledger):
    people, _ = pairs()
    row, trade = ledger.loc["ROSE_MORE"], people["trade"].clip(upper=3).to_numpy()
    d = (people["health"] - people["work"]).to_numpy()
    (first, v), (second, u) = (
        (own.mean(), (1 - len(own) / SIZES[code]) * own.var(ddof=1) / len(own))
        for code, own in ((code, d[trade == code]) for code in (1, 2))
    )
    df = int((trade < 3).sum()) - 2 - 1
    assert row[["estimate", "se", "df"]].tolist() == pytest.approx([first - second, math.sqrt(v + u), df])


def _design_matrix(base: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    people, _ = pairs()
    trade = people["trade"].clip(upper=3)
    X = np.column_stack([np.ones(len(people)), people["years"], trade == 2, trade == 3])
    return X, base & ~np.isnan(X).any(axis=1)


def test_a_coefficient_is_that_of_a_computation_by_hand_and_near_a_jackknife(ledger):
    people, w = pairs()
    X, known = _design_matrix((people["read"] == 1).to_numpy())
    y, X = people["income"].to_numpy()[known], X[known]

    def slope(weights: np.ndarray) -> float:
        W = weights[known]
        return float(np.linalg.solve(X.T @ (W[:, None] * X), X.T @ (W * y))[1])

    W = w[known]
    bread = np.linalg.inv(X.T @ (W[:, None] * X))
    residuals = y - X @ (bread @ X.T @ (W * y))
    z = np.zeros(len(people))
    z[known] = (W * residuals)[:, None] * X @ bread[:, 1]
    row, df = ledger.loc["POUNDS"], int(known.sum()) - len(SIZES) - 3
    se = math.sqrt(_second_phase_variance(z, fpc=False))
    assert row[["estimate", "df"]].tolist() == pytest.approx([slope(w), df], rel=1e-9)
    assert row["se"] == pytest.approx(se, rel=1e-9)
    # The jackknife takes a second-order part along, which is above nought.
    assert 1 < _jackknife(slope, fpc=False) / row["se"] ** 2 < 1.2


def test_an_odds_ratio_has_the_interval_of_its_logarithm(ledger):
    people, w = pairs()
    X, known = _design_matrix(people["read"].notna().to_numpy())
    y, X, W = (people["read"] == 1).to_numpy(float)[known], X[known], w[known]
    b = np.zeros(4)
    for _ in range(40):
        p = 1 / (1 + np.exp(-X @ b))
        bread = np.linalg.inv(X.T @ ((W * p * (1 - p))[:, None] * X))
        b = b + bread @ X.T @ (W * (y - p))
    z = np.zeros(len(people))
    z[known] = (W * (y - p))[:, None] * X @ bread[:, 2]
    row, se = ledger.loc["ODDS"], math.sqrt(_second_phase_variance(z, fpc=False))
    half = stats.t.ppf(0.975, row["df"]) * se
    assert row["estimate"] == pytest.approx(math.exp(b[2]), rel=1e-8)
    ends = [math.exp(b[2] - half), math.exp(b[2] + half)]
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(ends, rel=1e-8)
    assert row["bounds_outcome"] == Bounding.UNDEFINED and row["tipping_outcome"] == Crossing.UNDEFINED
    assert ledger.loc[["ODDS", "A_STEP", "POUNDS"], "grade"].isin([0, 3, 4]).all()


def test_an_odds_ratio_is_told_as_coarsely_as_in_the_table_of_models(given):
    ratios = given.table("claims").set_index("claim").loc[["ODDS", "A_STEP"]]
    printed = ratios[["estimate", "ci_low", "ci_high"]].to_numpy()
    coarse = np.isclose(printed, printed.round(1)) | (printed < 0.1)
    assert coarse.all() and ratios["se"].isna().all()
    estimates = given.table("estimates")
    own = estimates[(estimates["statistic"] == "odds_ratio_claimed") & (estimates["scheme"] == given.primary)]
    models = estimates[(estimates["statistic"] == "odds_ratio") & (estimates["scheme"] == given.primary)]
    told = dict(zip(own["claim"], own["estimate"], strict=True))
    of_models = models.set_index(["variable", "level"])["estimate"]
    assert told["ODDS"] == of_models[("read", "trade=2")] and told["A_STEP"] == of_models[("useful", "years")]
    assert own["se"].isna().all()


def test_each_claim_has_its_own_test_and_a_median_none(given):
    rows = given.table("estimates")
    tests = rows[rows["statistic"] == "claim_test"].set_index("claim")
    assert list(tests.index) == list(any_study.CLAIMS)
    medians = [key for key, about in any_study.CLAIMS.items() if about["kind"] == "median"]
    assert tests.loc[medians, ["estimate", "p_value"]].isna().all().all()
    adjusted = rows[rows["statistic"] == "claim_test_p_holm"]
    assert set(adjusted["claim"]) == set(any_study.CLAIMS) - set(medians)
    assert adjusted["method"].str.contains(f" {len(adjusted)} tests").all()


def test_a_total_that_the_weights_are_adjusted_to_is_known_without_error(tmp_path):
    config = any_study.configuration(tmp_path, any_study.COUNTED)
    claim = any_study.TOTALS["READ_IT"] | {"variable": "trade", "level": 2, "threshold": 80}
    config["claims"] = {"TRADE": claim}
    any_study.run_stages(config, tmp_path / "results", last="sensitivity")
    row = any_study.read_csv(tmp_path / "results/private/claims.csv").iloc[0]
    assert row[["estimate", "se", "ci_low", "ci_high"]].tolist() == pytest.approx([90, 0, 90, 90], abs=1e-9)
    assert row["grade"] not in (0, 4)


def test_the_ledger_says_that_an_association_has_no_correction(given):
    notes = claims.ledger(given).notes
    assert any("with finite-population correction; of an association without it." in note for note in notes)
    rows = given.table("estimates")
    own = rows[rows["scheme"] == given.primary].set_index("statistic")["fpc"].astype(str)
    assert set(own["change"]) == {"True"}
    assert set(own["odds_ratio_claimed"]) == {own["coefficient_claimed"]} == {"False"}
