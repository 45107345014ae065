"""Imputation: what may be filled in, what it does to bias and coverage, and Rubin's rules."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveypipe.design.phases import second_phase
from surveypipe.estimation import donor_pool, imputation
from surveypipe.estimation.pooling import estimator_of, pool, tidy
from surveypipe.problems import SurveyError

SCALES = {"one": ["a1", "a2", "a3", "a4"], "two": ["b1", "b2", "b3", "b4"]}
ITEMS = [name for names in SCALES.values() for name in names]


@pytest.fixture(scope="module")
def survey() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(17)
    n = 119
    latent = rng.normal(size=(n, 1)) * 0.7 + rng.normal(size=(n, 8)) * 0.7
    data = pd.DataFrame(np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]) + 1.0, columns=ITEMS)
    data["cell"] = rng.choice(["AMH nurse", "AMH other", "CSC"], n)
    data["read"] = (rng.random(n) < 0.7).astype(float)
    routed = pd.DataFrame(True, index=data.index, columns=ITEMS)
    routed.loc[data.read == 0, SCALES["one"]] = False
    data[ITEMS] = data[ITEMS].mask(rng.random((n, 8)) < 0.08).where(routed)
    return data, routed


@pytest.fixture(scope="module")
def filled(survey) -> imputation.Imputations:
    data, routed = survey
    return imputation.impute(data, scales=SCALES, auxiliaries=["cell", "read"], routed=routed, m=20, seed=3)


def test_only_unanswered_items_that_were_asked_are_filled(survey, filled):
    data, routed = survey
    for number in range(filled.m):
        made = filled.frame(number)
        assert (made.notna() == routed).all().all()
        given = data[ITEMS].notna()
        assert (made.where(given).fillna(0) == data[ITEMS].fillna(0)).all().all()
    assert set(np.unique(filled.values[~np.isnan(filled.values)])) <= {1.0, 2.0, 3.0, 4.0, 5.0}


def test_the_seed_decides_and_imputations_differ(survey, filled):
    data, routed = survey
    again = imputation.impute(data, scales=SCALES, auxiliaries=["cell", "read"], routed=routed, m=20, seed=3)
    other = imputation.impute(data, scales=SCALES, auxiliaries=["cell", "read"], routed=routed, m=20, seed=4)
    np.testing.assert_array_equal(filled.values, again.values)
    assert not np.array_equal(filled.values, other.values, equal_nan=True)
    assert (filled.values[0] != filled.values[1])[~np.isnan(filled.values[0])].any()


def test_complete_data_come_back_unchanged(survey):
    data, _ = survey
    whole = data.assign(**{name: data[name].fillna(3.0) for name in ITEMS})
    made = imputation.impute(whole, scales=SCALES, auxiliaries=["cell"], seed=1)
    assert made.m == 20
    np.testing.assert_array_equal(made.values, np.repeat(whole[ITEMS].to_numpy()[None], 20, axis=0))


def test_imputations_follow_the_other_items(survey):
    # With one item a copy of another, what is drawn must be close to the copy.
    data, _ = survey
    rng = np.random.default_rng(1)
    whole = data.assign(b1=rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], 119))
    whole["b2"] = whole["b1"]
    lacking = rng.random(119) < 0.2
    truth = whole.loc[lacking, "b1"].to_numpy()
    whole.loc[lacking, "b2"] = np.nan
    made = imputation.impute(whole[["b1", "b2"]], scales={"two": ["b1", "b2"]}, m=20, seed=2)
    assert np.abs(made.item("b2")[lacking] - truth[:, None]).mean() < 0.15


def test_speed_of_a_whole_questionnaire():
    rng = np.random.default_rng(0)
    names = [f"q{i}" for i in range(16)]
    latent = rng.normal(size=(119, 1)) + rng.normal(size=(119, 16))
    data = pd.DataFrame(np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]) + 1.0, columns=names)
    data = data.mask(rng.random((119, 16)) < 0.06).assign(cell=rng.choice(list("abcdef"), 119))
    scales = {f"s{k}": names[4 * k : 4 * k + 4] for k in range(4)}
    start = time.process_time()
    imputation.impute(data, scales=scales, auxiliaries=["cell"], m=20, seed=1)
    assert time.process_time() - start < 4.0  # measured .3 s of wall time; both cores may count


# Standard errors at 100 and 400 draws: of the bias .014 and .007, of the coverage .022 and .011.
@pytest.mark.parametrize(
    ("draws", "bias", "coverage"),
    [(100, 0.055, 0.087), pytest.param(400, 0.045, 0.036, marks=pytest.mark.slow)],
)
def test_bias_and_coverage_when_missing_at_random(draws: int, bias: float, coverage: float):
    rng = np.random.default_rng(5)

    def answers(n: int) -> np.ndarray:
        latent = rng.normal(size=(n, 1)) * 0.8 + rng.normal(size=(n, 3)) * 0.7
        return np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]) + 1.0

    cuts = stats.norm.sf(np.array([-1.2, -0.4, 0.4, 1.2]) / np.sqrt(0.64 + 0.49))
    truth, n = 1 + cuts.sum(), 119
    estimates, complete, covered = np.empty(draws), np.empty(draws), 0
    for draw in range(draws):
        data = pd.DataFrame(answers(n), columns=["a", "b", "c"])
        data.loc[rng.random(n) < 1 / (1 + np.exp(1.2 - 1.1 * (data.b - 3))), "a"] = np.nan
        data.loc[rng.random(n) < 0.08, "c"] = np.nan
        made = imputation.impute(data, scales={"s": ["a", "b", "c"]}, m=20, seed=draw, iterations=5)
        y = made.item("a")
        found = pool(y.mean(axis=0), y.var(axis=0, ddof=1) / n, df_complete=n - 1)
        estimates[draw], complete[draw] = found.estimate, data.a.mean()
        covered += found.ci_low < truth < found.ci_high
    # Complete cases are off by a fifth of a point.
    assert complete.mean() - truth < -0.15
    assert abs(estimates.mean() - truth) < bias
    assert abs(covered / draws - 0.95) < coverage


def test_rubin_s_rules_by_exact_fractions():
    q, u = [Fraction(x, 10) for x in (8, 9, 7, 8, 6)], Fraction(1, 100)
    mean = sum(q) / 5
    between = sum((x - mean) ** 2 for x in q) / 4
    extra = between * Fraction(6, 5)
    share = extra / (u + extra)
    old = 4 / share**2
    seen = Fraction(118, 120) * 117 * (1 - share)
    df = 1 / (1 / old + 1 / seen)
    r = extra / u
    found = pool(np.array(q, float), np.full(5, float(u)), df_complete=117)
    assert found.estimate == pytest.approx(float(mean))
    assert found.se**2 == pytest.approx(float(u + extra))
    assert found.df == pytest.approx(float(df), rel=1e-12)
    assert found.missing_information == pytest.approx(float((r + 2 / (df + 3)) / (r + 1)))
    half = stats.t.ppf(0.975, float(df)) * found.se
    assert (found.ci_low, found.ci_high) == pytest.approx((float(mean) - half, float(mean) + half))


def test_rubin_s_rules_at_their_limits():
    same = pool(np.full(20, 0.4), np.full(20, 0.01), df_complete=100)
    assert same.se == pytest.approx(0.1)
    assert same.df == pytest.approx(101 / 103 * 100)
    assert same.missing_information == 0
    # A census that everyone answered, with fpc: all uncertainty is that of the unanswered items.
    census = pool(np.array([0.4, 0.5, 0.45]), np.zeros(3), df_complete=100)
    assert census.se == pytest.approx(np.sqrt(4 / 3 * 0.0025))
    assert census.missing_information == 1
    with pytest.raises(ValueError, match="two or more"):
        pool(np.array([0.4]), np.array([0.1]))


def test_logit_interval_of_a_proportion():
    found = pool(np.full(20, 0.97), np.full(20, 0.02**2), df_complete=60, interval="logit")
    assert 0 < found.ci_low < 0.97 < found.ci_high < 1
    logit = stats.logistic.ppf
    assert logit(found.ci_high) - logit(0.97) == pytest.approx(logit(0.97) - logit(found.ci_low))


def test_share_of_people_with_an_unanswered_item(survey):
    data, routed = survey
    complete = (~(data[routed.columns].isna() & routed)).all(axis=1).sum()
    assert imputation.share_incomplete(data, routed) == pytest.approx(1 - complete / 119)


def test_number_of_imputations_and_what_is_primary():
    assert [imputation.number_of_imputations(x) for x in (0.0, 0.2, 0.29, 0.301)] == [20, 20, 29, 31]
    assert imputation.primary_analysis(0.049) == "complete cases"
    assert imputation.primary_analysis(0.05) == "multiple imputation"


def test_routing_comes_from_the_reasons_for_missing_values():
    missing = pd.DataFrame({
        "id": ["p1", "p1", "p2", "p3"], "variable": ["a1", "b1", "a1", "a1"],
        "reason": ["not_asked", "blank", "user_missing", "set_missing"],
    })  # fmt: skip
    made = imputation.routed_items(missing, ["p1", "p2", "p3"], ["a1", "b1"])
    assert made.to_numpy().tolist() == [[False, True], [False, True], [True, True]]


def test_mistakes_are_answered_in_survey_words(survey):
    data, routed = survey
    with pytest.raises(SurveyError, match="nothing are not variables"):
        imputation.impute(data, scales={"s": ["nothing"]}, seed=1)
    with pytest.raises(SurveyError, match="read is missing for 1 cases"):
        hole = data.assign(read=data.read.where(data.index > 0))
        imputation.impute(hole, scales=SCALES, auxiliaries=["read"], routed=routed, seed=1)
    with pytest.raises(SurveyError, match="a1 has 3 answers"):
        few = data.assign(a1=data.a2.where(data.a2.notna().cumsum() <= 3))
        imputation.impute(few, scales=SCALES, routed=routed, seed=1)
    with pytest.raises(SurveyError, match="rows of the data"):
        imputation.impute(data, scales=SCALES, routed=routed.head(3), seed=1)


def test_tidy_shows_both_and_marks_the_primary_one(survey, filled):
    data, routed = survey

    def estimator(outcomes):
        n = (~np.isnan(outcomes)).sum(axis=0)
        return np.nanmean(outcomes, axis=0), np.nanstd(outcomes, axis=0, ddof=1) / np.sqrt(n), n - 1.0

    share = imputation.share_incomplete(data, routed)
    rows = tidy(
        {"b1": filled.item("b1")}, {"b1": data.b1.to_numpy()}, estimator, share=share, scheme="cells"
    ).set_index("statistic")
    assert rows.loc["mean_imputed", "n"] == 119
    assert rows.loc["mean_complete_cases", "n"] == data.b1.notna().sum()
    assert rows.loc["mean_imputed", "flag"] == "primary"
    assert rows.loc["mean_complete_cases", "flag"] == ""
    assert 0 < rows.loc["mean_missing_information", "estimate"] < 0.5
    assert rows.loc["mean_imputed", "df"] < rows.loc["mean_complete_cases", "df"] + 10


def test_second_phase_variance_has_its_fpc_and_between_variance_has_none(survey, filled):
    # METHODS 4.7, by hand: the mean over imputations of W_h^2 (1 - f_h) s_h^2 / n_h, plus (1 + 1/m) B.
    data, _ = survey
    cells = np.where(data.cell == "CSC", "CSC", "AMH")
    size = {name: float((cells == name).sum()) for name in ("AMH", "CSC")}
    staff = {"AMH": 2 * size["AMH"], "CSC": 1.25 * size["CSC"]}
    weights = np.array([staff[name] / size[name] for name in cells])
    y = filled.item("b1")
    estimator = estimator_of(second_phase(weights, cells, staff))
    rows = tidy({"b1": y}, {"b1": data.b1.to_numpy()}, estimator, share=0.3, scheme="cells")
    line = rows.set_index("statistic").loc["mean_imputed"]
    total = sum(staff.values())
    within, means = 0.0, 0.0
    for name in staff:
        part = y[cells == name]
        within += (
            (staff[name] / total) ** 2
            * (1 - size[name] / staff[name])
            * part.var(axis=0, ddof=1)
            / size[name]
        )
        means += staff[name] / total * part.mean(axis=0)
    assert line.estimate == pytest.approx(means.mean())
    assert line.se**2 == pytest.approx(within.mean() + 21 / 20 * means.var(ddof=1))


@pytest.mark.parametrize("donors", [1, 3, 5])
def test_donors_beside_the_place_in_order_are_those_of_least_difference(donors: int):
    rng = np.random.default_rng(5)
    source, target = rng.normal(size=400), rng.normal(size=60)
    count = rng.multinomial(400, np.full(400, 1 / 400)).astype(float)
    every = donor_pool.nearest(source, target, count, np.zeros((60, 400)), donors)
    ordered = donor_pool.nearest_in_order(source, target, count, donors, rng)
    assert (np.sort(every, axis=1) == np.sort(ordered, axis=1)).all()
    assert (count[ordered] > 0).all()


def test_donors_of_equal_prediction_are_as_likely():
    rng = np.random.default_rng(6)
    source = np.repeat([1.0, 2.0, 3.0], 40)
    found = donor_pool.nearest_in_order(source, np.full(6000, 2.0), np.ones(120), 3, rng)
    times = np.bincount(found.ravel(), minlength=120)
    assert times[:40].sum() == times[80:].sum() == 0
    # 18,000 draws from 40 donors: 450 each, and places at the ends of the tie are a little rarer.
    assert times[40:80].min() > 0 and times[40:80].std() < 450


def test_many_people_are_filled_in_as_few_are(monkeypatch: pytest.MonkeyPatch):
    """The two ways of finding donors give means that differ by no more than draws do."""
    rng = np.random.default_rng(8)
    z = rng.normal(size=600)
    data = pd.DataFrame({f"q{k}": np.clip(np.round(3 + z + rng.normal(size=600)), 1, 5) for k in range(3)})
    data.loc[rng.random(600) < 1 / (1 + np.exp(-z)), "q0"] = np.nan
    ways = []
    for pairs in (donor_pool.MOST_PAIRS, 0):
        monkeypatch.setattr(donor_pool, "MOST_PAIRS", pairs)
        ways.append(imputation.impute(data, scales={"s": list(data)}, m=40, seed=3).item("q0").mean(axis=0))
    spread = np.hypot(*(way.std(ddof=1) for way in ways)) / np.sqrt(40)
    assert abs(ways[0].mean() - ways[1].mean()) < 4 * spread
    assert 0.5 < ways[0].std() / ways[1].std() < 2


def test_of_many_people_no_more_data_sets_are_made_than_fit():
    assert imputation.number_of_imputations(0.55, 1_000) == 55
    assert imputation.number_of_imputations(0.55, 100_000) == 40
    assert imputation.number_of_imputations(0.55, 1_000_000) == imputation.FEWEST
