"""The simulation study: draws as designed, tallies by hand, and promises that can be broken."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from studies import FIXED
from surveypipe.design import linearisation
from surveypipe.design.phases import second_phase
from surveypipe.intake.files import read_codebook
from surveypipe.ledger.rows import ledger_row
from surveypipe.reporting.figures import simulation as figure
from surveypipe.reporting.figures.theme import save, themed
from surveypipe.simulation.coverage import broken_promises, coverage_table
from surveypipe.simulation.draws import MECHANISMS, draw_surveys
from surveypipe.simulation.grades import (
    POPULATIONS,
    _answered,
    _gather,
    _judged,
    _only_grade,
    blended,
    grade_of,
    grade_surveys,
    grade_table,
    judge,
)
from surveypipe.simulation.population import merged
from surveypipe.simulation.report import account, beyond_interval_error
from surveypipe.simulation.response_odds import differs_strongly, response_odds_ratio
from surveypipe.simulation.study import (
    JACKKNIFE,
    SECOND_PHASE,
    estimate,
    limits,
    outcomes,
    run_draws,
    schemes_of,
    targets,
)
from surveypipe.study.base import plain
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.reading import read
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Replicates
from surveypipe.weighting import schemes
from surveypipe.weighting.replicates import make, means, variance

ROOT = Path(__file__).resolve().parents[3]
BOOK = read(FIXED / "codebook.yaml", CodebookFile)
CONFIG = Sections(plain(completed(read(FIXED / "config.yaml", Configuration), BOOK)))
CLAIMS = CONFIG.claims
DESIGN = yaml.safe_load((FIXED / "simulation.yaml").read_text())
SCENARIOS = {str(key).lower(): change for key, change in DESIGN.pop("scenarios").items()}
FALSE = merged(DESIGN, SCENARIOS["false"])
CODEBOOK = read_codebook(FIXED / "codebook.yaml")
METHODS = ["logit", "korn_graubard_capped"]
SEED = 20130501


def draws_of(mechanism, count=8, **more):
    return draw_surveys(DESIGN, CONFIG, CODEBOOK, MECHANISMS[mechanism], count=count, seed=SEED, **more)


@pytest.fixture(scope="module")
def at_random():
    return draws_of("at_random", 40)


@pytest.fixture(scope="module")
def coverage(at_random):
    tables = []
    for key, draws in (("at_random", at_random), ("not_at_random", draws_of("not_at_random", 40))):
        tables.append(coverage_table(run_draws(draws, CONFIG, METHODS), CONFIG, MECHANISMS[key]))
    return pd.concat(tables, ignore_index=True)


def row_of(table, **wanted):
    keys = {"group_level": "", "scheme": "cells", "variance": SECOND_PHASE, "interval": "logit"} | wanted
    found = table[np.logical_and.reduce([table[key] == value for key, value in keys.items()])]
    assert len(found) == 1
    return found.iloc[0]


def test_surveys_are_those_of_the_design(at_random):
    assert [rows.stop - rows.start for rows in at_random.rows()] == [312] * 40
    counts = at_random.staff.groupby("agency")["respondent"].sum() / 40
    # 40 surveys of 45 and 74 expected respondents: standard errors of about .9 and .9.
    assert counts["AMH"] == pytest.approx(45, abs=3.5)
    assert counts["CSC"] == pytest.approx(74, abs=3.5)
    for rows in at_random.rows():
        assert at_random.staff["id"].iloc[rows].is_monotonic_increasing


def test_response_at_random_depends_on_agency_and_profession_only(at_random):
    assert at_random.staff.groupby(["agency", "profession"])["propensity"].nunique().eq(1).all()


@pytest.mark.parametrize(
    ("mechanism", "effect"), [("at_random", 0.0), ("not_at_random", 0.9), ("strong", 1.8)]
)
def test_odds_ratio_of_reading_is_that_of_the_mechanism(mechanism, effect):
    draws = draws_of(mechanism)
    reads = (draws.truth["read"] == 1).to_numpy(float)
    cells = (draws.staff["agency"] + draws.staff["profession"]).to_numpy()
    theta = response_odds_ratio(reads, draws.staff["propensity"].to_numpy(), cells, binary=True)
    assert theta == pytest.approx(np.exp(effect), rel=1e-9)


def test_mechanisms_share_their_populations():
    one, other = draws_of("at_random", 3), draws_of("strong", 3)
    pd.testing.assert_frame_equal(one.truth, other.truth)
    assert (one.staff["respondent"] != other.staff["respondent"]).any()


def test_answers_left_out_stay_in_the_truth():
    draws = draws_of("at_random", 10, leave_out=True)
    assert draws.truth["read"].notna().all()
    # The design's rates: .02 blank, .015 don't know, .005 refused.
    assert draws.given["read"].isna().mean() == pytest.approx(0.04, abs=0.01)


def test_estimates_are_those_of_the_analysis_stage(at_random):
    rows = at_random.rows()[0]
    staff = at_random.staff.iloc[rows].reset_index(drop=True)
    Y = outcomes(at_random.given.iloc[rows], staff, CONFIG)[staff["respondent"].to_numpy()]
    people, plans = schemes_of(staff, CONFIG)
    whole = schemes.compute_schemes(staff, CONFIG.weighting, group="agency")
    assert set(plans) == set(CONFIG.weighting.schemes)
    for scheme, plan in plans.items():
        made = estimate(Y, plan, people.start)
        design = second_phase(
            whole.weights[f"w_{scheme}"],
            whole.weights[f"cell_{scheme}"],
            plan.n_pop,
            linearised=linearisation.from_columns(scheme, dict(whole.weights.items())),
        )
        table = design.means(Y)
        np.testing.assert_allclose(made.estimate, table.estimate, rtol=1e-10)
        np.testing.assert_allclose(made.se[SECOND_PHASE], table.se, rtol=1e-9)
        reps = make(whole, scheme, Replicates(method="jackknife"))
        spread = variance(means(Y, reps.matrix), table.estimate, reps.coefs)
        np.testing.assert_allclose(made.se[JACKKNIFE], np.sqrt(spread), rtol=1e-9)


def test_claim_on_readers_has_only_readers(at_random):
    Y = outcomes(at_random.truth, at_random.staff, CONFIG)
    place = next(k for k, one in enumerate(targets(CONFIG)) if (one.claim, one.level) == ("C2", "AMH"))
    inside = ~np.isnan(Y[:, place])
    reads, agency = at_random.truth["read"] == 1, at_random.staff["agency"] == "AMH"
    assert (inside == (reads & agency & at_random.truth["guidance_above"].notna())).all()


def test_nothing_is_uncertain_where_everybody_answers(at_random):
    rows = at_random.rows()[0]
    staff = at_random.staff.iloc[rows].reset_index(drop=True).assign(respondent=True)
    Y = outcomes(at_random.truth.iloc[rows], staff, CONFIG)
    people, plans = schemes_of(staff, CONFIG)
    for plan in plans.values():
        made = estimate(Y, plan, people.start)
        np.testing.assert_allclose(made.estimate, np.nanmean(Y, axis=0), rtol=1e-9)
        assert max(abs(made.se[SECOND_PHASE]).max(), abs(made.se[JACKKNIFE]).max()) < 1e-7


def test_limits_take_the_method_for_shares_and_t_for_means(at_random):
    rows = at_random.rows()[0]
    staff = at_random.staff.iloc[rows].reset_index(drop=True)
    people, plans = schemes_of(staff, CONFIG)
    Y = outcomes(at_random.given.iloc[rows], staff, CONFIG)[people.respondent]
    made = estimate(Y, plans["cells"], people.start)
    shares = np.array([one.share for one in targets(CONFIG)])
    low, _ = limits(made, SECOND_PHASE, shares, "logit", 0.95)
    capped, _ = limits(made, SECOND_PHASE, shares, "korn_graubard_capped", 0.95)
    assert (low != capped)[shares].all()
    assert (low == capped)[~shares].all()


def made_up_tallies(truth, estimates, low, high, n=20.0, yes=8.0):
    """Two draws of every target, by hand."""
    rows = [
        {
            "draw": draw, "scheme": "cells", "variance": SECOND_PHASE, "interval": "logit", "target": place,
            "estimate": estimates[draw], "se": 0.1, "covered": low <= truth <= high, "below": truth < low,
            "above": truth > high, "length": high - low, "truth": truth, "yes": yes, "no": n - yes,
        }
        for draw in range(2)
        for place in range(len(targets(CONFIG)))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_table_of_coverage_by_hand():
    table = coverage_table(made_up_tallies(0.5, (0.5, 0.7), 0.6, 0.8), CONFIG, MECHANISMS["at_random"])
    row = row_of(table, claim="C1")
    assert row["bias"] == pytest.approx(0.1)
    assert row["sd"] == pytest.approx(np.sqrt(0.02))
    assert row["bias_mcse"] == pytest.approx(0.1)
    assert (row["coverage"], row["below"], row["above"]) == (0, 1, 0)
    assert row["mean_length"] == pytest.approx(0.2)
    assert row["flag"] == "interval unreliable"
    assert row["promised"]
    assert row["min_expected"] == 8
    assert any("C1" in text and "coverage" in text for text in broken_promises(table))


def test_nothing_is_promised_for_few_expected_answers_or_response_not_at_random():
    few = coverage_table(made_up_tallies(0.5, (0.5, 0.5), 0.4, 0.6, yes=4.0), CONFIG, MECHANISMS["at_random"])
    assert not few.loc[few["claim"] != "C6", "promised"].any()
    selected = coverage_table(made_up_tallies(0.5, (0.5, 0.5), 0.4, 0.6), CONFIG, MECHANISMS["strong"])
    assert not selected["promised"].any()


def test_bias_beyond_simulation_error_breaks_the_promise():
    tallies = made_up_tallies(0.5, (0.5, 0.5), 0.4, 0.6)
    many = pd.concat([tallies.assign(draw=k, estimate=0.52 + 0.001 * (k % 2)) for k in range(20)])
    table = coverage_table(many, CONFIG, MECHANISMS["at_random"])
    assert any("bias" in text for text in broken_promises(table))


def test_few_draws_agree_with_the_promise(coverage):
    """40 draws of 6 claims: coverage near 95 % over all, and no bias beyond simulation error."""
    promised = coverage[coverage["promised"] & (coverage["variance"] == SECOND_PHASE)]
    assert list(promised["claim"]) == ["C1", "C2", "C3", "C4", "C5", "C6"]
    # 240 correlated intervals: a true 95 % falls under 88 % about once in a thousand such tests.
    assert promised["coverage"].mean() >= 0.88
    assert (promised["coverage"] < 1).any()
    assert promised["bias_ratio"].abs().max() < 4.5
    assert (promised["mean_se"] / promised["sd"]).between(0.65, 1.5).all()


def test_coarse_weights_and_selective_response_show(coverage):
    coarse = row_of(coverage, claim="C1", scheme="none", mechanism="at_random")
    assert coarse["bias_ratio"] > 3.5
    selected = row_of(coverage, claim="C1", mechanism="not_at_random")
    assert selected["coverage"] < 0.5
    assert selected["flag"] == "interval unreliable"
    assert selected["bias"] > 0.08


def test_jackknife_equals_second_phase_for_weighting_classes(coverage):
    """METHODS: in a census with weighting classes the two agree exactly for a mean over all staff."""
    first = row_of(coverage, claim="C1", mechanism="at_random")
    second = row_of(coverage, claim="C1", mechanism="at_random", variance=JACKKNIFE)
    assert first["mean_se"] == pytest.approx(second["mean_se"], rel=1e-9)


def test_odds_ratio_of_response_by_hand():
    # Cell a: yes 3 of 4 respond, no 1 of 4: odds ratio 9. Cell b: yes 2 of 3, no 1 of 3: odds ratio 4.
    y = np.array([1] * 4 + [0] * 4 + [1] * 3 + [0] * 3 + [np.nan], dtype=float)
    r = np.array([1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1], dtype=float)
    cells = np.array(["a"] * 8 + ["b"] * 6 + ["a"])
    # Mantel-Haenszel: (3·3/8 + 2·2/6) / (1·1/8 + 1·1/6).
    expected = (9 / 8 + 4 / 6) / (1 / 8 + 1 / 6)
    assert response_odds_ratio(y, r, cells, binary=True) == pytest.approx(expected)
    assert response_odds_ratio(y, np.full(15, 0.3), cells, binary=True) == pytest.approx(1)


def test_odds_ratio_of_a_mean_is_of_a_standard_deviation():
    y = np.array([1.0, 3.0, 0.0, 2.0])
    r = np.array([1.0, 1.0, 0.0, 0.0])
    # Means 2 and 1; standard deviation of the respondents 1 (divisor n).
    theta = response_odds_ratio(y, r, np.array(["a"] * 4), binary=False)
    assert theta == pytest.approx(np.exp(1))


@pytest.mark.parametrize(
    ("theta", "claim", "expected"),
    [
        (3.0, CLAIMS["C1"], True),
        (2.9, CLAIMS["C1"], False),
        (0.2, CLAIMS["C1"], False),
        (0.2, CLAIMS["C4"], True),
        (0.2, CLAIMS["C6"], True),
        (np.nan, CLAIMS["C1"], False),
    ],
)
def test_only_the_harmful_side_counts_as_strong(theta, claim, expected):
    assert differs_strongly(theta, claim, 3.0) is expected


def test_design_between_two():
    middle = blended(DESIGN, FALSE, 0.25)
    draws = middle["answers"]["draws"]
    assert draws["received"]["chance"]["AMH"] == pytest.approx(0.75 * 0.72 + 0.25 * 0.40)
    assert draws["guidance"]["mean"] == pytest.approx(0.75 * 3.2 + 0.25 * 2.3)
    assert blended(DESIGN, FALSE, 0.0) == DESIGN
    with pytest.raises(ValueError, match="kind"):
        blended({"kind": "yes_no"}, {"kind": "scale"}, 0.5)


def test_four_in_five_of_the_eligible_answer():
    assert _answered(DESIGN, 0.8)["respondents"] == {"AMH": 0.8 * 175, "CSC": 0.8 * 137}
    assert _answered(DESIGN, None)["respondents"] == DESIGN["respondents"]


def test_grade_is_the_ledgers():
    """The short way for unsupported claims gives the grade that the ledger gives."""
    found = set()
    for design in (DESIGN, blended(DESIGN, FALSE, 0.5)):
        draws = draw_surveys(
            design, CONFIG, CODEBOOK, MECHANISMS["not_at_random"], count=1, seed=3, leave_out=True
        )
        Y = outcomes(draws.given, draws.staff, CONFIG)
        made, gathered = _gather(draws.staff, draws.given, Y, _only_grade(CONFIG))
        for case in gathered:
            number = grade_of(case, made)
            assert number == ledger_row(case, made)["grade"]
            found.add(number)
    assert len(found) > 1


def test_truth_of_a_survey_is_that_of_its_population():
    draws = draws_of("at_random", 1, leave_out=True)
    judged = grade_surveys(draws, CONFIG, MECHANISMS["at_random"]).set_index(["claim", "group_level"])
    assert judged.loc[("C1", ""), "truth"] == pytest.approx((draws.truth["read"] == 1).mean())
    above = draws.truth.loc[draws.truth["read"] == 1, "guidance_above"]
    assert judged.loc[("C2", ""), "truth"] == pytest.approx(above.mean())
    in_group = draws.truth.loc[draws.staff["agency"] == "AMH", "joint_above"]
    assert judged.loc[("C5", "AMH"), "truth"] == pytest.approx(in_group.mean())


def test_claim_is_held_against_the_truth():
    """A truth moved beneath the threshold makes every supporting grade wrong."""
    draws = draws_of("at_random", 1)
    Y = outcomes(draws.given, draws.staff, CONFIG)
    made, gathered = _gather(draws.staff, draws.given, Y, CONFIG)
    cells = draws.staff["agency"].to_numpy()
    for y, holds in ((np.full(len(Y), 0.0), False), (np.ones(len(Y)), True)):
        judged = _judged(gathered[0], made, y, draws.staff, cells, MECHANISMS["at_random"])
        assert judged["holds"] is holds


def made_up_grades(**change):
    rows = [
        {"grade": 2, "holds": False, "weak": True, "weak_mechanism": True, "at_random": False},
        {"grade": 2, "holds": False, "weak": False, "weak_mechanism": True, "at_random": False},
        {"grade": 3, "holds": False, "weak": True, "weak_mechanism": True, "at_random": False},
        {"grade": 3, "holds": False, "weak": True, "weak_mechanism": True, "at_random": True},
        {"grade": 3, "holds": True, "weak": True, "weak_mechanism": True, "at_random": True},
        {"grade": 0, "holds": False, "weak": True, "weak_mechanism": True, "at_random": True},
        {"grade": 4, "holds": False, "weak": True, "weak_mechanism": True, "at_random": True},
    ]
    place = {"population": "design", "mechanism": "at_random", "claim": "C1", "group": "overall"}
    return pd.DataFrame(rows).assign(**place, group_level="", **change)


def test_wrong_grades_by_hand():
    table = grade_table(made_up_grades(), Vocabulary()).set_index("grade")
    assert list(table["n_surveys"]) == [1, 0, 2, 3, 1]
    assert list(table["n_wrong"]) == [0, 0, 2, 2, 0]
    assert list(table["n_wrong_condition"]) == [0, 0, 1, 1, 0]
    assert list(table["n_wrong_mechanism"]) == [0, 0, 2, 1, 0]
    assert table.loc[3, "n_condition"] == 2
    assert table.loc[3, "n_false"] == 3


def test_one_wrong_grade_1_is_too_many():
    assert beyond_interval_error(grade_table(made_up_grades(grade=1), Vocabulary()), CONFIG)


def test_more_wrong_grades_than_an_interval_errs_are_reported():
    many = pd.concat([made_up_grades(grade=3, holds=False, at_random=True)] * 5)
    right = made_up_grades(grade=0, holds=False, at_random=True)
    assert beyond_interval_error(grade_table(many, Vocabulary()), CONFIG)
    few = pd.concat([right] * 20 + [made_up_grades(grade=3, at_random=True).head(2)])
    assert beyond_interval_error(grade_table(few, Vocabulary()), CONFIG) == []


@pytest.fixture(scope="module")
def grades():
    judged = [
        judge(DESIGN, FALSE, CONFIG, CODEBOOK, MECHANISMS[key], count=3, seed=SEED) for key in ("at_random",)
    ]
    return grade_table(pd.concat(judged, ignore_index=True), Vocabulary())


@pytest.mark.slow
def test_few_graded_surveys(grades):
    assert set(grades["population"]) == set(POPULATIONS)
    assert grades.loc[grades["grade"] == 1, "n_wrong"].sum() == 0
    assert grades.loc[grades["population"] == "false", "n_true"].sum() == 0
    assert beyond_interval_error(grades, CONFIG) == []
    # The design's claims are true and most are found so: the study does not pass by grading nothing.
    supported = grades[(grades["population"] == "design") & grades["grade"].isin([1, 2, 3])]
    assert supported["n_surveys"].sum() > 0.4 * supported["n_all"].sum() / 3


def test_account_and_figure(coverage, grades, tmp_path):
    text = account(coverage, grades, CONFIG)
    row = row_of(coverage, claim="C3", mechanism="at_random")
    assert f"{100 * row['coverage']:.1f}" in text
    assert "SIMULATED" in text
    assert "nan" not in text
    for name in ("guidance_above", "access_any", "contact_minus_joint"):
        assert name not in text
    with themed("simulation"):
        drawn = figure.draw(coverage, CONFIG)
        save(drawn, tmp_path / "a.svg", tmp_path / "a.png")
        again = figure.draw(coverage, CONFIG)
        save(again, tmp_path / "b.svg", tmp_path / "b.png")
    words = {one.get_text() for one in drawn.figure.texts}
    assert "Simulated data" in words
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    real = Sections({**CONFIG.given, "study": {**CONFIG.given["study"], "data": "real"}})
    assert "Simulated data" not in {one.get_text() for one in figure.draw(coverage, real).figure.texts}


def test_draws_repeat():
    one, other = draws_of("at_random", 2), draws_of("at_random", 2)
    pd.testing.assert_frame_equal(one.staff, other.staff)
    pd.testing.assert_frame_equal(replace(one).given, other.given)
