"""Agreement between coders: second ways to the same number, and what is said of unusable files."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from surveypipe.measurement import agreement
from surveypipe.measurement.agreement_rows import agreement_table, coefficients, tidy, tidy_codes
from surveypipe.problems import SurveyError


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    truth = rng.choice([1.0, 2.0, 3.0, 4.0], 150, p=[0.5, 0.25, 0.15, 0.1])
    wrong = rng.choice([1.0, 2.0, 3.0, 4.0], (150, 3))
    ratings = np.where(rng.random((150, 3)) < 0.8, truth[:, None], wrong)
    ratings[rng.random((150, 3)) < 0.1] = np.nan
    return pd.DataFrame(ratings, columns=["first", "second", "third"])


@pytest.mark.parametrize(
    ("weighting", "name"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
def test_kappa_and_its_error_against_statsmodels(coded, weighting, name):
    from statsmodels.stats.inter_rater import cohens_kappa

    table = agreement_table(list(coded["first"]), list(coded["second"]))
    found, other = agreement.cohen_kappa(table, weighting=weighting), cohens_kappa(table.to_numpy(), wt=name)
    assert found.estimate == pytest.approx(other.kappa, rel=1e-12)
    assert found.se == pytest.approx(other.std_kappa, rel=1e-10)


@pytest.mark.parametrize("weighting", ["none", "linear", "quadratic"])
def test_kappa_s_error_against_the_jackknife(coded, weighting):
    pair = coded[["first", "second"]].dropna().reset_index(drop=True)

    def kappa(frame):
        table = agreement_table(list(frame["first"]), list(frame["second"]), [1.0, 2.0, 3.0, 4.0])
        return agreement.cohen_kappa(table, weighting=weighting)

    each = np.array([kappa(pair.drop(index=i)).estimate for i in pair.index])
    jackknife = np.sqrt((len(each) - 1) / len(each) * ((each - each.mean()) ** 2).sum())
    assert kappa(pair).se == pytest.approx(jackknife, rel=0.03)


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_by_brute_force_over_pairs(coded, metric):
    units = [row.dropna().tolist() for _, row in coded.iterrows() if row.notna().sum() >= 2]
    everything = [value for unit in units for value in unit]
    n = {value: everything.count(value) for value in sorted(set(everything))}

    def distance(c, k):
        if metric == "nominal":
            return float(c != k)
        if metric == "ordinal":
            low, high = min(c, k), max(c, k)
            return (sum(n[g] for g in n if low <= g <= high) - (n[c] + n[k]) / 2) ** 2 if c != k else 0.0
        return (c - k) ** 2 if metric == "interval" else ((c - k) / (c + k)) ** 2

    observed = sum(sum(distance(c, k) for c, k in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    total = len(everything)
    expected = sum(n[c] * n[k] * distance(c, k) for c in n for k in n) / (total * (total - 1))
    found = agreement.krippendorff_alpha(coded, metric=metric)
    assert found.estimate == pytest.approx(1 - observed / total / expected, rel=1e-12)
    assert found.ci_low < found.estimate < found.ci_high


def test_krippendorff_bootstrap_is_seeded_and_near_the_jackknife(coded):
    found = agreement.krippendorff_alpha(coded, seed=3)
    assert found == agreement.krippendorff_alpha(coded, seed=3)
    kept = coded[coded.notna().sum(axis=1) >= 2]
    each = np.array(
        [agreement.krippendorff_alpha(kept.drop(index=i), draws=2).estimate for i in kept.index[:149]]
    )
    jackknife = np.sqrt((len(each) - 1) / len(each) * ((each - each.mean()) ** 2).sum())
    assert found.se == pytest.approx(jackknife, rel=0.08)


def test_ac1_error_against_the_jackknife(coded):
    levels = [1.0, 2.0, 3.0, 4.0]
    found = agreement.gwet_ac1(coded, levels=levels)
    kept = coded[coded.notna().sum(axis=1) >= 1]
    each = np.array([agreement.gwet_ac1(kept.drop(index=i), levels=levels).estimate for i in kept.index])
    jackknife = np.sqrt((len(each) - 1) / len(each) * ((each - each.mean()) ** 2).sum())
    assert found.se == pytest.approx(jackknife, rel=0.03)


def test_chance_codes_have_no_agreement_and_perfect_ones_have_all():
    rng = np.random.default_rng(2)
    noise = pd.DataFrame(rng.choice([1.0, 2.0, 3.0], (4000, 2)))
    same = pd.DataFrame({0: noise[0], 1: noise[0]})
    for one in coefficients(noise, metric="ordinal"):
        assert abs(one.estimate) < 0.06
    for one in coefficients(same, metric="ordinal"):
        assert one.estimate == pytest.approx(1.0)
        assert one.ci_high == pytest.approx(1.0)


def test_order_of_coders_and_names_of_nominal_codes_do_not_matter(coded):
    turned = coded[["third", "first", "second"]].replace({1.0: 9.0, 2.0: 7.0})
    assert agreement.krippendorff_alpha(turned).estimate == pytest.approx(
        agreement.krippendorff_alpha(coded).estimate
    )
    assert agreement.gwet_ac1(turned).estimate == pytest.approx(agreement.gwet_ac1(coded).estimate)


def test_text_codes_are_allowed():
    ratings = pd.DataFrame({"a": ["x", "y", "x", None], "b": ["x", "y", "y", "x"]})
    assert agreement.krippendorff_alpha(ratings).n == 3
    with pytest.raises(SurveyError, match="numbers"):
        agreement.krippendorff_alpha(ratings, metric="interval")


def test_one_code_only_is_flagged_not_invented():
    same = pd.DataFrame({"a": [1.0] * 10, "b": [1.0] * 10})
    for one in coefficients(same):
        assert np.isnan(one.estimate)
        assert one.flag == "one code only"


@pytest.fixture(scope="module")
def decisions() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(12)
    truth = rng.random((60, 4)) < [0.5, 0.3, 0.2, 0.05]
    first = np.where(rng.random((60, 4)) < 0.9, truth, ~truth)
    second = np.where(rng.random((60, 4)) < 0.9, truth, ~truth)
    names = ["trust", "time", "role", "rare"]
    return pd.DataFrame(first.astype(float), columns=names), pd.DataFrame(second.astype(float), columns=names)


def test_pooled_kappa_by_hand(decisions):
    first, second = decisions
    each = [
        agreement.cohen_kappa(agreement_table(list(first[c]), list(second[c]), [0.0, 1.0])) for c in first
    ]
    o, e = np.mean([k.observed for k in each]), np.mean([k.expected for k in each])
    found = agreement.pooled_kappa(first, second)
    assert found.estimate == pytest.approx((o - e) / (1 - e), rel=1e-12)
    one = agreement.pooled_kappa(first[["time"]], second[["time"]])
    assert one.estimate == pytest.approx(each[1].estimate, rel=1e-12)
    assert one.se == pytest.approx(each[1].se, rel=0.06)


def test_tables(decisions, coded):
    rows = tidy_codes("barriers", *decisions, labels={"trust": "Trust"})
    assert rows.estimate_id.is_unique
    assert len(rows) == 1 + 4 * 4
    assert rows[rows.level == "trust"].level_label.eq("Trust").all()
    rows = tidy({"barriers": coded[["first", "second"]]}, metric="ordinal")
    kappas = {"cohen_kappa", "weighted_kappa_linear", "weighted_kappa_quadratic"}
    assert set(rows.statistic) == kappas | {"krippendorff_alpha_ordinal", "gwet_ac1", "observed_agreement"}


def test_unusable_files_are_answered_in_survey_words(decisions):
    first, second = decisions
    with pytest.raises(SurveyError, match="2 and 1 answers"):
        agreement_table([1, 2], [1])
    with pytest.raises(SurveyError, match="coded by both"):
        agreement_table([1.0, np.nan], [np.nan, 1.0])
    with pytest.raises(SurveyError, match="code list: 3"):
        agreement_table([1, 3], [1, 2], [1, 2])
    with pytest.raises(SurveyError, match="square"):
        agreement.cohen_kappa(np.ones((2, 3)))
    with pytest.raises(SurveyError, match="same codes"):
        agreement.pooled_kappa(first, second[["trust"]])
    with pytest.raises(SurveyError, match="0 \\(not given\\)"):
        agreement.pooled_kappa(first + 1, second)
