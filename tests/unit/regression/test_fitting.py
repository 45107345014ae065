"""Survey models: second ways to the same number, and what is said when a model cannot be fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.design import linearisation
from surveypipe.design.sampling import SurveyDesign
from surveypipe.problems import SurveyError
from surveypipe.regression import fitting, irls
from surveypipe.regression.firth import separated
from surveypipe.regression.marginal_effects import _individual_effects, average_marginal_effects, predicted
from surveypipe.regression.proportional_odds import (
    in_replicate,
    ordinal_information,
    ordinal_log_likelihood,
    ordinal_scores,
    proportional_odds_check,
)
from surveypipe.regression.rows import tidy


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    rng = np.random.default_rng(20130501)
    n = 240
    agency = rng.choice(["AMH", "CSC"], n, p=[0.4, 0.6])
    years = rng.gamma(2.0, 4.0, n)
    latent = 0.8 * (agency == "CSC") + 0.05 * years + rng.logistic(size=n)
    return pd.DataFrame({
        "agency": agency, "years": years, "w": np.where(agency == "AMH", 4.0, 1.9) * rng.uniform(0.8, 1.2, n),
        "answer": np.digitize(latent, [-0.5, 0.7, 1.9]).astype(float) + 1, "yes": (latent > 1).astype(float),
    })  # fmt: skip


@pytest.fixture(scope="module")
def design(survey: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(survey.w.to_numpy(), strata=survey.agency.to_numpy())


@pytest.mark.parametrize(
    ("kind", "outcome"), [("linear", "answer"), ("logistic", "yes"), ("ordinal", "answer")]
)
def test_linearised_errors_agree_with_the_delete_one_jackknife(survey, design, kind, outcome):
    full = fitting.fit(survey, outcome, ["agency", "years"], kind=kind, design=design, firth="never")
    size = survey.groupby("agency").agency.transform("size").to_numpy()
    variance = np.zeros(len(full.coefficients))
    for i in range(len(survey)):
        w = survey.w.to_numpy().copy()
        same = (survey.agency == survey.agency[i]).to_numpy()
        w[same] *= size[i] / (size[i] - 1)
        keep = np.arange(len(survey)) != i
        part = SurveyDesign(w[keep], strata=survey.agency.to_numpy()[keep])
        one = fitting.fit(survey[keep], outcome, ["agency", "years"], kind=kind, design=part, firth="never")
        variance += (size[i] - 1) / size[i] * (one.coefficients - full.coefficients).to_numpy() ** 2
    np.testing.assert_allclose(full.standard_errors(), np.sqrt(variance), rtol=0.06)


def test_ordinal_scores_and_information_are_derivatives_of_the_likelihood(survey):
    X, y, w = survey[["years"]].to_numpy(), survey.answer.to_numpy() - 1, survey.w.to_numpy()
    at = np.array([0.04, -0.4, 0.9, 2.1])
    numeric = np.array([
        ordinal_log_likelihood(at + e, X, y, w) - ordinal_log_likelihood(at - e, X, y, w)
        for e in 1e-6 * np.eye(4)
    ]) / 2e-6  # fmt: skip
    np.testing.assert_allclose(ordinal_scores(at, X, y, w).sum(axis=0), numeric, rtol=1e-5)
    bent = np.array([
        (ordinal_scores(at + e, X, y, w) - ordinal_scores(at - e, X, y, w)).sum(axis=0) / 2e-6
        for e in 1e-6 * np.eye(4)
    ])  # fmt: skip
    np.testing.assert_allclose(-ordinal_information(at, X, y, w), bent, rtol=1e-5, atol=1e-4)


def test_ordinal_with_two_predictor_groups_reproduces_weighted_log_odds(survey, design):
    # With one cut dominating nothing else can be exact; unweighted statsmodels is the second way.
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    plain = fitting.fit(
        survey, "answer", ["agency", "years"], kind="ordinal", design=SurveyDesign(np.ones(240))
    )
    other = OrderedModel(survey.answer.astype(int), plain.X, distr="logit").fit(
        method="bfgs", disp=False, gtol=1e-9
    )
    np.testing.assert_allclose(plain.coefficients[:2], other.params[:2], atol=1e-5)


def test_answers_that_have_no_weight_in_a_replicate_are_left_out_of_it(survey):
    """Some replicates give whole answers, and a predictor's level, no weight at all."""
    y = survey.answer.to_numpy()
    X = survey[["years"]].assign(agency=survey.agency == "CSC").to_numpy(float)
    codes = y - 1
    # The same people without the answer that nobody gave.
    some = survey[y != 4]
    alike = SurveyDesign(np.ones(len(some)))
    plain = fitting.fit(some, "answer", ["years", "agency"], kind="ordinal", design=alike)
    alone = in_replicate(X, codes, (y != 4).astype(float), 4)
    np.testing.assert_allclose(alone[:-1], plain.coefficients, rtol=1e-9)
    assert np.isnan(alone[-1])
    assert np.ptp(in_replicate(X, codes, (y != 2).astype(float), 4)[[2, 3]]) == 0
    assert np.isfinite(in_replicate(X, codes, (survey.agency == "AMH").to_numpy(float), 4)).all()


def test_a_replicate_in_which_a_model_is_separated_has_coefficients(survey):
    X = np.column_stack([np.ones(len(survey)), survey.years, survey.agency == "CSC"]).astype(float)
    y = survey.yes.to_numpy()
    # Of one agency only those who said yes are in it, so that it parts the answers.
    w = ((survey.agency == "AMH") | (y == 1)).to_numpy(float)
    assert np.isfinite(irls.in_replicate("logistic", X, y, w)).all()
    assert np.isnan(irls.in_replicate("logistic", X, y, 0 * w)).all()
    plain = fitting.fit(
        survey, "yes", ["years", "agency"], kind="logistic", design=SurveyDesign(np.ones(len(y)))
    )
    np.testing.assert_allclose(
        irls.in_replicate("logistic", X, y, np.ones(len(y))), plain.coefficients, rtol=1e-6
    )


def test_marginal_effect_of_a_lone_predictor_is_the_difference_in_proportions(survey, design):
    fitted = fitting.fit(survey, "yes", ["agency"], kind="logistic", design=design)
    linear = fitting.fit(survey, "yes", ["agency"], kind="linear", design=design)
    effect = average_marginal_effects(fitted).iloc[0]
    line = linear.table().loc["agency=CSC"]
    np.testing.assert_allclose(
        effect[["estimate", "se", "ci_low", "p_value"]].astype(float),
        line[["estimate", "se", "ci_low", "p_value"]],
        rtol=1e-6,
    )


def test_marginal_effects_by_brute_force_and_ordinal_effects_sum_to_zero(survey, design):
    fitted = fitting.fit(survey, "yes", ["agency", "years"], kind="logistic", design=design)
    moved = fitted.X.copy()
    moved["years"] += 1e-5
    change = (predicted(fitted, moved.to_numpy()) - predicted(fitted, fitted.X.to_numpy())) / 1e-5
    effects = average_marginal_effects(fitted).set_index("variable")
    assert effects.loc["years", "estimate"] == pytest.approx(np.average(change, weights=survey.w), rel=1e-5)
    ordinal = fitting.fit(survey, "answer", ["agency", "years"], kind="ordinal", design=design)
    table = average_marginal_effects(ordinal)
    assert len(table) == 8
    np.testing.assert_allclose(table.groupby("variable").estimate.sum(), 0.0, atol=1e-12)


def test_delta_method_agrees_with_draws_of_the_coefficients(survey, design):
    fitted = fitting.fit(survey, "answer", ["agency", "years"], kind="ordinal", design=design)
    table = average_marginal_effects(fitted)
    rng = np.random.default_rng(1)
    drawn = rng.multivariate_normal(fitted.coefficients, fitted.covariance, 1500)
    share = survey.w / survey.w.sum()
    term = fitted.terms[0]
    effects = [share @ _individual_effects(fitted, term, "agency=CSC", b) for b in drawn]
    np.testing.assert_allclose(table.se[:4], np.std(effects, axis=0), rtol=0.1)


def test_sampled_covariates_add_variance(survey, design):
    fitted = fitting.fit(survey, "yes", ["agency", "years"], kind="logistic", design=design)
    fixed = average_marginal_effects(fitted)
    sampled = average_marginal_effects(fitted, covariates="sampled")
    assert (fixed.estimate == sampled.estimate).all()
    assert not np.allclose(fixed.se, sampled.se, rtol=1e-6)


def test_proportional_odds_check_keeps_its_level_and_finds_a_violation():
    rng = np.random.default_rng(3)
    rejected = 0
    for _ in range(120):
        x = rng.normal(size=200)
        answer = np.digitize(x + rng.logistic(size=200), [-1.0, 0.5, 1.5]).astype(float)
        fitted = fitting.fit(
            pd.DataFrame({"x": x, "a": answer}),
            "a",
            ["x"],
            kind="ordinal",
            design=SurveyDesign(np.ones(200)),
        )
        rejected += proportional_odds_check(fitted).loc["all", "p_value"] < 0.05
    assert 1 <= rejected <= 15  # 6 expected; 99.9 % of binomials lie below 15
    x = rng.normal(size=400)
    answer = (rng.random(400) < 1 / (1 + np.exp(-2 * x))).astype(float) + (rng.random(400) < 0.4)
    bad = fitting.fit(
        pd.DataFrame({"x": x, "a": answer}),
        "a",
        ["x"],
        kind="ordinal",
        design=SurveyDesign(np.ones(400)),
    )
    bent = x**2 > 1
    assert proportional_odds_check(bad).shape == (2, 5)
    worse = pd.DataFrame(
        {
            "x": bent.astype(float),
            "a": np.where(bent, rng.choice([0, 2], 400), rng.choice([0, 1, 2], 400, p=[0.3, 0.4, 0.3])),
        }
    )
    fitted = fitting.fit(worse.astype(float), "a", ["x"], kind="ordinal", design=SurveyDesign(np.ones(400)))
    assert proportional_odds_check(fitted).loc["x", "p_value"] < 1e-3


def test_missing_values_make_a_domain(survey, design):
    holes = survey.copy()
    holes.loc[holes.index[:30], "years"] = np.nan
    fitted = fitting.fit(holes, "yes", ["agency", "years"], kind="logistic", design=design)
    assert fitted.n == 210
    assert fitted.df == 210 - 2 - 2
    assert (fitted.influence[:30] == 0).all()


def test_a_level_of_nobody_in_the_model_has_no_column(survey, design):
    """A base may leave out a whole level: it is then no part of the model, and determines no other."""
    grade = pd.Series(np.arange(len(survey)) % 3, index=survey.index).map({0: "a", 1: "b", 2: "c"})
    data = survey.assign(grade=grade, answer=survey["answer"].where(grade != "a"))
    made = fitting.fit(data, "answer", ["grade"], kind="linear", design=design)
    assert made.slopes == ["grade=c"]


def test_fpc_as_count_and_as_share_agree_and_nonsense_is_refused(survey):
    size = survey.groupby("agency").agency.transform("size").to_numpy()
    population = np.where(survey.agency == "AMH", 400.0, 300.0)
    designs = [
        SurveyDesign(survey.w.to_numpy(), survey.agency.to_numpy(), fpc=fpc)
        for fpc in (population, size / population)
    ]
    made = [
        fitting.fit(survey, "yes", ["years"], kind="logistic", design=d).standard_errors() for d in designs
    ]
    np.testing.assert_allclose(made[0], made[1], rtol=1e-12)
    wrong = SurveyDesign(survey.w.to_numpy(), survey.agency.to_numpy(), fpc=np.full(240, 20.0))
    with pytest.raises(SurveyError, match="neither a share"):
        fitting.fit(survey, "yes", ["years"], kind="logistic", design=wrong)


def test_a_census_without_silence_has_no_error(survey):
    whole = SurveyDesign(np.ones(240), survey.agency.to_numpy(), fpc=np.ones(240))
    assert (fitting.fit(survey, "yes", ["years"], kind="linear", design=whole).standard_errors() == 0).all()


def test_a_lonely_stratum_is_named(survey):
    strata = survey.agency.to_numpy().astype(object)
    strata[0] = "Lone team"
    with pytest.raises(SurveyError, match="Lone team"):
        fitting.fit(survey, "yes", ["years"], kind="linear", design=SurveyDesign(survey.w.to_numpy(), strata))


def test_parameter_limits():
    assert fitting.parameter_limit(np.r_[np.ones(36), np.zeros(83)], "logistic") == pytest.approx(3.6)
    assert fitting.parameter_limit(np.arange(119.0), "linear") == pytest.approx(11.9)
    assert fitting.parameter_limit(np.repeat([1.0, 2.0], 50), "ordinal") == pytest.approx(7.5)


def test_too_many_parameters_are_flagged_or_refused(survey, design):
    few = survey.assign(rare=(np.arange(240) % 20 == 0).astype(float))
    assert (
        "too many parameters"
        in fitting.fit(few, "rare", ["agency", "years"], kind="logistic", design=design).flags
    )
    with pytest.raises(SurveyError, match=r"carry 1\.2"):
        fitting.fit(few, "rare", ["agency", "years"], kind="logistic", design=design, excess="raise")


@pytest.mark.parametrize(
    ("change", "outcome", "kind", "words"),
    [
        ({}, "nothing", "linear", "not a variable"),
        ({"yes": 2.0}, "yes", "logistic", "must be 0 or 1"),
        ({"answer": 1.0}, "answer", "ordinal", "three or more"),
        ({"years": 1.0}, "yes", "linear", "determine one another"),
    ],
)
def test_mistakes_are_answered_in_survey_words(survey, design, change, outcome, kind, words):
    with pytest.raises(SurveyError, match=words):
        fitting.fit(survey.assign(**change), outcome, ["agency", "years"], kind=kind, design=design)


def test_a_fit_becomes_rows_of_the_table_of_estimates(survey, design):
    fitted = fitting.fit(survey, "yes", ["agency", "years"], kind="logistic", design=design)
    rows = tidy(
        fitted,
        scheme="cells",
        labels={"agency": "Agency"},
        level_labels={"agency": {"AMH": "Adult mental health"}},
    )
    assert rows.estimate_id.is_unique
    assert rows.n.eq(240).all()
    ratio = rows[(rows.statistic == "odds_ratio") & (rows.level == "agency=CSC")].iloc[0]
    assert ratio.estimate == pytest.approx(np.exp(fitted.coefficients["agency=CSC"]))
    assert ratio.level_label == "Agency: CSC (against Adult mental health)"
    assert (rows.statistic == "average_marginal_effect").sum() == 2


def test_tidy_of_an_ordinal_model_carries_its_check(survey, design):
    fitted = fitting.fit(survey, "answer", ["agency", "years"], kind="ordinal", design=design)
    rows = tidy(fitted, scheme="cells")
    assert set(rows[rows.statistic == "proportional_odds_check"].level) == {"all", "agency", "years"}
    assert (rows.statistic == "average_marginal_effect").sum() == 8
    assert rows.estimate_id.is_unique


def test_separation_falls_back_on_firth_with_a_finite_interval(survey, design):
    split = survey.assign(yes=np.where(survey.agency == "CSC", 1.0, survey.yes))
    fitted = fitting.fit(split, "yes", ["agency", "years"], kind="logistic", design=design)
    line = fitted.table().loc["agency=CSC"]
    assert "firth" in fitted.flags
    assert np.isfinite(line[["estimate", "ci_low", "ci_high", "p_value"]].astype(float)).all()
    assert line.ci_low > 0
    assert tidy(fitted, scheme="cells").flag.eq("firth").all()


def test_raked_weights_take_out_what_the_margins_explain(survey):
    # Fitting the auxiliaries exactly leaves no error in a model of one of them.
    margins = pd.get_dummies(survey.agency).to_numpy(float)
    w = survey.w.to_numpy()
    raked = SurveyDesign(w, linearised=linearisation.calibration(margins, np.ones(len(w)), w))
    data = survey.assign(
        is_csc=(survey.agency == "CSC").astype(float), half=(np.arange(240) % 2).astype(float)
    )
    plain = fitting.fit(data, "is_csc", [], kind="linear", design=SurveyDesign(survey.w.to_numpy()))
    assert fitting.fit(data, "is_csc", [], kind="linear", design=raked).standard_errors().iloc[0] < 1e-12
    assert plain.standard_errors().iloc[0] > 0.02


def test_cases_without_a_weight_are_refused(survey):
    w = survey.w.to_numpy().copy()
    w[:3] = [0.0, np.nan, -1.0]
    with pytest.raises(SurveyError, match="3 cases"):
        fitting.fit(survey, "yes", ["years"], kind="linear", design=SurveyDesign(w))


@pytest.mark.parametrize("kind", ["complete", "quasi", "overlap"])
def test_separation_is_found_where_firthmodels_finds_it(kind):
    from firthmodels import detect_separation

    rng = np.random.default_rng(4)
    for _ in range(10):
        X = pd.DataFrame({"x": rng.normal(size=30) * 50, "g": rng.integers(0, 2, 30).astype(float)})
        y = {
            "complete": (X.x + 40 * X.g > 10).astype(float),
            "quasi": np.where(X.g == 1, 1.0, rng.integers(0, 2, 30)),
            "overlap": rng.integers(0, 2, 30).astype(float),
        }[kind]
        y = np.asarray(y, float)
        assert separated(X, y) == detect_separation(X.to_numpy() / 50, y).separation
        assert separated(X, y) == (kind != "overlap")
