"""Non-response bias analysis: its tests against enumeration and closed forms, and the table as a whole."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.design.phases import second_phase
from surveypipe.ledger.cases import Case
from surveypipe.nonresponse import context, indicators, missing_information, report, tests_of_response
from surveypipe.nonresponse.study import Study
from surveypipe.nonresponse.waves import effort
from surveypipe.problems import SurveyError
from surveypipe.study.claims import EquivalenceClaim, ShareClaim
from surveypipe.study.nonresponse import Nonresponse
from surveypipe.study.weighting import Making
from surveypipe.weighting.replicates import jackknife
from surveypipe.weighting.schemes import build, population


def test_difference_from_frame_over_all_ways_to_respond():
    """Mean 0 and the stated variance over every choice of 3 respondents out of 7."""
    x = np.array([0.0, 1.0, 1.0, 0.0, 2.0, 5.0, 0.0])
    found = []
    for chosen in itertools.combinations(range(7), 3):
        r = np.isin(np.arange(7), chosen).astype(float)
        found.append(tests_of_response.difference_from_frame(x, r))
    assert np.mean([one.estimate for one in found]) == pytest.approx(0, abs=1e-12)
    assert found[0].se == pytest.approx(np.std([one.estimate for one in found]))


def test_difference_from_frame_is_pearson_chi2_for_a_category():
    """METHODS GT-10, fixture A: χ² = 26.162584; the squared ratio is (N - 1)/N of it."""
    member = np.repeat([1.0, 0.0], [180, 140])
    r = np.r_[np.ones(45), np.zeros(135), np.ones(74), np.zeros(66)]
    found = tests_of_response.difference_from_frame(member, r)
    assert (found.estimate / found.se) ** 2 == pytest.approx(26.162584 * 319 / 320, rel=1e-7)
    assert tests_of_response.difference_from_frame(np.ones(4), np.array([1.0, 0, 0, 1])).se == 0


def test_response_model_with_one_variable_is_the_table_of_four():
    frame = pd.DataFrame({"agency": np.repeat(["AMH", "CSC"], [180, 140])})
    r = np.r_[np.ones(45), np.zeros(135), np.ones(74), np.zeros(66)]
    made = tests_of_response.response_model(frame, r, ["agency"])
    line = made.terms.set_index("level").loc["CSC"]
    assert line["estimate"] == pytest.approx(math.log(74 * 135 / (66 * 45)))
    assert line["se"] == pytest.approx(math.sqrt(1 / 45 + 1 / 135 + 1 / 74 + 1 / 66))
    assert made.variables["chi2"].iloc[0] == pytest.approx((line["estimate"] / line["se"]) ** 2)
    pairs = [(a > b) + 0.5 * (a == b) for a in member_scores(r == 1) for b in member_scores(r == 0)]
    assert made.auc == pytest.approx(np.mean(pairs))


def member_scores(chosen):
    return np.repeat([0.0, 1.0], [180, 140])[chosen]


def test_association_is_cramers_v_and_the_correlation_ratio():
    from scipy import stats

    rng = np.random.default_rng(1)
    x = pd.Series(rng.choice(["a", "b", "c"], 90))
    y = (rng.random(90) < 0.4).astype(float)
    y[::9] = np.nan
    known = ~np.isnan(y)
    chi2, p, _, _ = stats.chi2_contingency(pd.crosstab(x[known], y[known]), correction=False)
    found = tests_of_response.association(x, y, binary=True)
    assert (found.value, found.n) == (pytest.approx(math.sqrt(chi2 / 80)), 80)
    assert found.p_value == pytest.approx(p)
    scores = rng.normal(size=90) + (x == "a")
    F = stats.f_oneway(*(scores[x == level] for level in "abc"))
    found = tests_of_response.association(x, np.asarray(scores), binary=False)
    assert found.p_value == pytest.approx(F.pvalue)
    assert found.value**2 == pytest.approx(2 * F.statistic / (2 * F.statistic + 87))
    assert math.isnan(tests_of_response.association(x, np.ones(90), binary=True).value)


def two_cells():
    """METHODS fixture A: agency only."""
    y = np.r_[np.ones(36), np.zeros(9), np.ones(66), np.zeros(8)]
    cells = np.repeat(["AMH", "CSC"], [45, 74])
    weights = np.repeat([4.0, 140 / 74], [45, 74])
    return y, second_phase(weights, cells, {"AMH": 180, "CSC": 140})


def test_weighting_shift_by_its_closed_form_and_by_paired_replicates():
    y, design = two_cells()
    eligible = pd.DataFrame(
        {
            "id": [f"{i:03d}" for i in range(320)],
            "agency": np.repeat(["AMH", "AMH", "CSC", "CSC"], [45, 135, 74, 66]),
            "respondent": np.repeat([True, False, True, False], [45, 135, 74, 66]),
        }
    )
    people = population(eligible, needed=["agency"], group="agency")
    plan = build(people, Making(method="poststratify", by=("agency",)), "agency")
    paired = jackknife(plan, people.start)
    variance = sum(
        (N / 320 - n / 119) ** 2 * (1 - n / N) * part.var(ddof=1) / n
        for N, n, part in ((180, 45, y[:45]), (140, 74, y[45:]))
    )
    by_replicates = tests_of_response.weighting_shift(y, design, (paired.matrix, paired.coefs))
    linearised = tests_of_response.weighting_shift(y, design)
    for found in (by_replicates, linearised):
        # METHODS GT-3: .8571429 unweighted, .8402027 post-stratified.
        assert found.before == pytest.approx(0.8571429, abs=1e-7)
        assert found.after == pytest.approx(0.8402027, abs=1e-7)
        assert found.difference.se == pytest.approx(math.sqrt(variance), rel=1e-9)
        assert found.difference.df == 117
    assert by_replicates.paired and not linearised.paired


def test_weighting_shift_of_equal_weights_is_nothing_and_is_not_tested():
    y, design = two_cells()
    inside = np.where(np.arange(119) < 45, y, np.nan)
    found = tests_of_response.weighting_shift(inside, design).difference
    assert (found.estimate, found.se) == (0.0, 0.0)
    assert math.isnan(found.p_value)


def test_conditional_partials_of_categories_add_up_to_the_variable():
    rng = np.random.default_rng(2)
    p, x = rng.random(60), pd.Series(rng.choice(["a", "b", "c"], 60))
    others = pd.DataFrame({"z": rng.choice(["u", "v"], 60)})
    table = indicators.partial_conditional_by_level(p, x, others).set_index("level")["partial"]
    assert (table[["a", "b", "c"]] ** 2).sum() == pytest.approx(table[""] ** 2)
    assert table[""] == pytest.approx(indicators.partial_conditional(p, others))
    alone = indicators.partial_conditional_by_level(p, x, others[[]]).set_index("level")["partial"]
    assert alone[""] == pytest.approx(p.std())


def test_cells_are_split_only_where_each_part_keeps_its_donors():
    frame = pd.DataFrame({"a": list("xxxxyyyy"), "b": list("mmnnmmnn")})
    known = np.array([1, 1, 1, 1, 1, 1, 1, 0], bool)
    codes = missing_information.donor_cells(frame, ["a", "b"], known, 2)
    assert [len(set(codes[:2])), len(set(codes[2:4])), len(set(codes[:4])), len(set(codes[4:]))] == [
        1,
        1,
        2,
        1,
    ]
    assert len(set(missing_information.donor_cells(frame, ["a", "b"], known, 5))) == 1


def test_missing_information_of_a_mean_is_that_of_simple_imputation():
    """The same quantity as drawn by the library's other, vectorised routine."""
    rng = np.random.default_rng(3)
    cells = np.repeat([0, 1], [150, 150])
    y = rng.normal(size=300) + 1.5 * cells
    y[rng.random(300) < 0.6] = np.nan
    ones = np.ones(300)
    r = (~np.isnan(y)).astype(float)
    estimates, variances = indicators.impute_from_cells(
        y, cells.astype(str), r, 1500, np.random.default_rng(5)
    )
    expected = indicators.fraction_of_missing_information(estimates, variances, 299)
    found = missing_information.missing_information(y, ones, cells, 1500, np.random.default_rng(4))
    assert found == pytest.approx(expected, abs=0.04)


def test_missing_information_of_a_ratio():
    """One cell, membership unknown among the silent: what is missing is the share of the silent."""
    rng = np.random.default_rng(6)
    member = np.where(np.arange(1500) < 600, rng.random(1500) < 0.5, np.nan)
    y = np.where(member == 1, (rng.random(1500) < 0.3).astype(float), np.nan)
    one_cell = np.zeros(1500, int)
    found = missing_information.missing_information(y, member, one_cell, 800, np.random.default_rng(1))
    assert found == pytest.approx(0.6, abs=0.05)


def test_nothing_is_missing_where_all_is_known_and_nothing_is_told_where_all_agree():
    def fmi(y, member):
        return missing_information.missing_information(
            y, member, np.zeros(8, int), 20, np.random.default_rng(1)
        )

    y, member = np.tile([1.0, 0.0], 4), np.ones(8)
    assert fmi(y, member) == 0
    # A non-member needs no answer.
    assert fmi(np.where(np.arange(8) < 2, np.nan, y), np.where(np.arange(8) < 2, 0.0, 1.0)) == 0
    assert math.isnan(fmi(np.ones(8), member))


# --- the table as a whole ---------------------------------------------------------------------------


def made_up(seed: int = 0, *, plan: dict | None = None) -> Study:
    rng = np.random.default_rng(seed)
    staff = pd.DataFrame(
        {
            "id": [f"S{i:03d}" for i in range(200)],
            "agency": np.repeat(["A", "B"], [110, 90]),
            "post": np.tile(["nurse", "worker"], 100),
        }
    )
    staff["respondent"] = rng.random(200) < np.where(staff["agency"] == "A", 0.35, 0.6)
    staff["invited"] = pd.Timestamp("2012-01-02")
    respondents = staff[staff["respondent"]].reset_index(drop=True)
    n = len(respondents)
    respondents["back"] = respondents["invited"] + pd.to_timedelta(3 * rng.integers(1, 15, n), unit="D")
    respondents["score"] = rng.normal(size=n)
    staff_n = staff["agency"].value_counts()
    sizes = respondents["agency"].value_counts()
    weights = (respondents["agency"].map(staff_n) / respondents["agency"].map(sizes)).to_numpy()
    people = pd.DataFrame(
        {
            "y": (rng.random(n) < 0.6).astype(float),
            "read": (rng.random(n) < 0.7).astype(float),
            "weight": weights,
            "cell": respondents["agency"],
            "group": respondents["agency"],
            "base": 1.0,
        }
    )
    people.loc[:2, "y"] = np.nan
    named = {"label": "A claim", "short": "Claim"}
    share = ShareClaim(**named, variable="q", level=1, threshold=0.5)
    equal = EquivalenceClaim(**named, variable="d", margin=0.2, range=(-4, 4))
    cases = [
        Case("C1", share, "overall", "", people, 200, {}),
        Case(
            "C2",
            msgspec.structs.replace(share, base="readers"),
            "overall",
            "",
            people.assign(base=people["read"]),
            200,
            {},
            base_known=False,
        ),
        Case("C3", equal, "overall", "", people.assign(y=respondents["score"]), 200, {}),
        Case("C1", share, "agency", "A", people, 110, {}),
        Case("C1", share, "agency", "B", people, 90, {}),
    ]
    flat = np.full(n, 200 / n)
    usual = {"waves": {"variable": "back", "since": "invited", "number": 3}}
    return Study(
        staff=staff,
        respondents=respondents,
        cases=cases,
        designs={
            "none": second_phase(flat, np.full(n, "All"), {"All": 200}),
            "agency": second_phase(weights, respondents["agency"], staff_n.to_dict()),
        },
        primary="agency",
        plan=msgspec.convert(usual if plan is None else plan, Nonresponse),
        auxiliaries=["agency", "post"],
        group="agency",
        seed=1,
    )


@pytest.fixture(scope="module")
def study():
    return made_up()


@pytest.fixture(scope="module")
def table(study):
    return report.report(study)


def test_report_holds_every_step_and_no_row_twice(table):
    assert set(table["step"]) == {
        "rates", "frame", "response_model", "auxiliaries", "weighting", "waves", "early_late",
        "extrapolation", "benchmarks", "bias_range", "representativity", "missing_information",
    }  # fmt: skip
    keys = ["step", "measure", "variable", "level", "group", "group_level", "claim", "scheme"]
    assert not table.duplicated(keys).any()
    assert list(table.columns) == list(report.COLUMNS)


def test_rates_of_subgroups_add_up(table):
    rates = table[(table["step"] == "rates") & (table["measure"] == "response_rate")]
    whole = rates[rates["variable"] == ""].iloc[0]
    for _, part in rates[rates["variable"] != ""].groupby("variable"):
        assert (part["n"].sum(), part["N"].sum()) == (whole["n"], whole["N"])


def test_last_cumulative_estimate_is_the_weighted_one(study, table):
    for claim in ("C1", "C2", "C3"):
        own = table[(table["claim"] == claim) & (table["group"] == "overall")]
        last = own[own["measure"] == "cumulative"].iloc[-1]
        after = own[(own["measure"] == "after") & (own["scheme"] == "agency")].iloc[0]
        assert last["estimate"] == pytest.approx(after["estimate"])
        assert last["n"] == after["n"]


def test_bias_range_is_the_identity(table):
    """(1 - RR)(ȳ_r - ȳ_nr) is ȳ_r less the mean over all staff."""
    own = table[(table["step"] == "bias_range") & (table["claim"] == "C1") & (table["group"] == "overall")]
    before = table[(table["measure"] == "before") & (table["claim"] == "C1")].iloc[0]
    line = own.set_index("level").loc["0.5"]
    n, mean = before["n"], before["estimate"]
    assert line["estimate"] == pytest.approx(mean - (n * mean + (200 - n) * mean / 2) / 200)


def test_early_against_late_is_pooled_by_the_staff_of_the_groups(table):
    own = table[(table["measure"] == "late_minus_early") & (table["claim"] == "C1")].set_index("group_level")
    assert own.loc["", "estimate"] == pytest.approx(
        (110 * own.loc["A", "estimate"] + 90 * own.loc["B", "estimate"]) / 200
    )
    assert own.loc["", "se"] == pytest.approx(
        math.hypot(110 * own.loc["A", "se"], 90 * own.loc["B", "se"]) / 200
    )


def test_late_are_those_after_the_middle_day_of_their_group(study, table):
    days = effort(study).to_numpy()
    own = table[(table["measure"] == "late_minus_early") & (table["claim"] == "C3")].set_index("group_level")
    ties: list[bool] = []
    for level in "AB":
        inside = (study.respondents["agency"] == level).to_numpy()
        y, day = study.respondents["score"].to_numpy()[inside], days[inside]
        late = day > np.median(day)
        ties.append((day == np.median(day)).any())
        assert own.loc[level, "estimate"] == pytest.approx(y[late].mean() - y[~late].mean())
    assert any(ties)


def test_the_standard_error_of_a_wave_is_that_of_a_domain_of_the_second_phase(study):
    """Brute force: the ratio mean of a wave, its residuals within response cells, their corrections."""
    table = report.report(study)
    case = study.cases[0]
    own = table[(table["group_level"] == "") & (table["measure"] == "wave")]
    own = own[own["claim"] == own["claim"].iloc[0]]
    y, w, days = case.outcome, study.designs["agency"].weights, effort(study).to_numpy()
    agency, before = study.respondents["agency"].to_numpy(), -np.inf
    eligible = study.staff["agency"].value_counts()
    assert len(own) == 3
    for _, row in own.iterrows():
        until = float(row["note"].split()[-2])
        inside = (days > before) & (days <= until + 0.5) & ~np.isnan(y)
        before = until
        total = w[inside].sum()
        mean = (w * np.nan_to_num(y))[inside].sum() / total
        assert row["estimate"] == pytest.approx(mean)
        u = np.where(inside, w * (np.nan_to_num(y) - mean), 0.0) / total
        variance = 0.0
        for cell in np.unique(agency):
            part, n = u[agency == cell], int((agency == cell).sum())
            variance += (1 - n / eligible[cell]) * n * part.var(ddof=1)
        assert row["se"] == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_too_few_answers_are_not_estimable_and_have_no_number():
    made = made_up(plan={"waves": {"variable": "back", "number": 3}, "fewest": 30})
    table = report.report(made)
    told = table[table["outcome"] == "refused"]
    assert told["note"].str.startswith("not estimable: ").all() and (told["refusal"] != "").all()
    assert {"waves", "early_late", "extrapolation"} <= set(told["step"])
    assert told["estimate"].isna().all()
    assert (
        table.loc[table["measure"].isin(["wave", "cumulative"]) & table["estimate"].notna(), "n"] >= 30
    ).all()


def test_differences_of_cumulative_estimates_hide_no_small_wave():
    made = made_up(plan={"waves": {"variable": "back", "number": 9}, "fewest": 12})
    table = report.report(made)
    small = table[(table["measure"] == "wave") & table["estimate"].isna()]
    assert len(small), "a wave of fewer than 12"
    for _, own in table[table["measure"] == "cumulative"].groupby("claim"):
        assert np.diff([0, *own["n"]]).min() >= 12


def test_without_dates_and_benchmarks_the_steps_say_so():
    table = report.report(made_up(plan={}))
    assert "nonresponse.waves is not set" in table[table["step"] == "waves"]["note"].iloc[0]
    assert table[table["step"] == "benchmarks"]["note"].tolist() == ["none is configured"]


def test_benchmark_is_tested_with_both_errors():
    benchmark = {
        "variable": "post",
        "level": "nurse",
        "value": 0.5,
        "se": 0.03,
        "source": "a census of staff",
    }
    made = made_up(plan={"benchmarks": [benchmark]})
    rows = report.report(made)
    rows = rows[(rows["step"] == "benchmarks") & (rows["scheme"] == "none")].iloc[0]
    y = (made.respondents["post"] == "nurse").to_numpy(float)
    n = len(y)
    own = y.var(ddof=1) / n * (1 - n / 200)
    assert rows["estimate"] == pytest.approx(y.mean() - 0.5)
    assert rows["se"] == pytest.approx(math.sqrt(own + 0.03**2))


def test_what_the_configuration_names_and_the_data_lack_is_said_at_once():
    made = made_up(
        plan={"waves": {"variable": "score"}, "benchmarks": [{"variable": "age", "value": 1, "source": ""}]}
    )
    with pytest.raises(SurveyError) as caught:
        report.report(replace(made, auxiliaries=["grade"]))
    text = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "grade" in text and "'score' is not a date" in text and "'age'" in text


def test_respondents_of_another_run_are_refused(study):
    odd = study.staff.copy()
    odd.loc[odd.index[odd["respondent"]][0], "respondent"] = False
    with pytest.raises(SurveyError, match="1 persons are respondents in one file only"):
        report.order_check(replace(study, staff=odd))
    report.order_check(study)


def test_report_does_not_depend_on_the_order_of_the_staff(study, table):
    shuffled = replace(study, staff=study.staff.sample(frac=1, random_state=3).reset_index(drop=True))
    again = report.report(shuffled)
    fixed = table["step"] != "missing_information"
    pd.testing.assert_frame_equal(again[fixed], table[fixed], rtol=1e-9)


def test_context_of_the_ledger_repeats_the_table_and_heeds_a_weak_proxy(study, table):
    phi = pd.DataFrame(
        {
            "claim": "C1", "group": "overall", "group_level": "", "method": "proxy", "parameter": "phi",
            "value": ["0", "0.5", "1"], "estimate": [0.6, 0.5, 0.1], "rho": 0.12,
            "outcome": ["estimated", "estimated", "not_for_a_headline"], "proxy_weak": True, "refusal": "",
        }
    )  # fmt: skip
    made = context.table(study, table, phi)
    assert list(made.columns) == list(context.COLUMNS)
    assert len(made) == len(study.cases)
    line = made.iloc[0]
    assert (line["phi_low"], line["phi_high"], line["rho"]) == (0.5, 0.6, 0.12)
    R = table[table["measure"] == "R"]["estimate"].iloc[0]
    assert line["R"] == pytest.approx(R)
    shift = table[(table["measure"] == "shift") & (table["claim"] == "C1") & (table["group"] == "overall")]
    assert line["weighting_shift"] == pytest.approx(shift["estimate"].iloc[0])
    strong = context.table(study, table, phi.assign(outcome="estimated", proxy_weak=False)).iloc[0]
    assert strong["phi_low"] == 0.1
