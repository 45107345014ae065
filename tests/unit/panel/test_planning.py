"""Power of the follow-up study against closed forms and simulation, its checks, and two waves linked."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats
from wording_branches import faults

from studies import FIXED
from surveypipe.panel import analysis, design, outcomes, power
from surveypipe.panel.design import Plan, distribution, no_effect, pairs_per_team, plan
from surveypipe.panel.linking import link_waves
from surveypipe.panel.outcomes import Correlations, Distribution, covariance, latent_correlations
from surveypipe.panel.text import effect_words, planning_page
from surveypipe.problems import SurveyError
from surveypipe.study.base import plain
from surveypipe.study.planning import Planning
from surveypipe.study.reading import checked, read
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Weighting
from surveypipe.wording import Wording

ROOT = Path(__file__).resolve().parents[3]
WORDING = ROOT / "workflow/wording/en"
GIVEN = plain(read(FIXED / "followup.yaml", Planning))


@pytest.fixture
def config() -> dict[str, Any]:
    return copy.deepcopy(GIVEN)


def typed(config: dict[str, Any]) -> Planning:
    """The assumptions, changed by a test, as their types."""
    return checked(config, Planning, "followup.yaml")


@pytest.fixture
def small(config: dict) -> dict[str, Any]:
    config["design"] |= {"teams_per_arm": {"from": 3, "to": 16}, "simulations": 400}
    return config


def score(effect: float = 0.0) -> Distribution:
    return Distribution(np.empty(0), effect, 2.0)


def exactly(n: int) -> np.ndarray:
    return np.eye(n + 1)[n]


# The plan ------------------------------------------------------------------------------------------------


def bivariate_covariance(first: Distribution, second: Distribution, r: float) -> float:
    """By the bivariate normal distribution function, term by term."""
    law = stats.multivariate_normal(mean=[0, 0], cov=[[1, r], [r, 1]])
    return sum(
        float(law.cdf([-a, -b])) - stats.norm.sf(a) * stats.norm.sf(b)
        for a in first.cuts
        for b in second.cuts
    )


@pytest.mark.parametrize("r", [0.05, 0.5, 0.95])
def test_covariance_of_cut_normals_is_that_of_the_bivariate_normal(r: float):
    yes, five = outcomes.binary(0.3), outcomes.ordinal(np.array([0.1, 0.2, 0.4, 0.2, 0.1]))
    for first, second in ((yes, yes), (yes, five), (five, five)):
        assert covariance(first, second, r) == pytest.approx(bivariate_covariance(first, second, r), abs=1e-5)


def test_distributions_have_the_stated_moments():
    assert outcomes.binary(0.3).mean == pytest.approx(0.3)
    assert outcomes.binary(0.3).variance == pytest.approx(0.21)
    shares = np.array([0.08, 0.2, 0.37, 0.25, 0.1])
    values = np.arange(1, 6)
    five = outcomes.ordinal(shares)
    assert five.mean == pytest.approx(shares @ values)
    assert five.variance == pytest.approx(shares @ values**2 - (shares @ values) ** 2)
    for overdispersion in (1.0, 2.0, 4.0):
        visits = outcomes.count(3.0, overdispersion)
        assert visits.mean == pytest.approx(3.0, abs=1e-6)
        assert visits.variance == pytest.approx(3.0 * overdispersion, rel=1e-5)


def test_values_follow_the_distribution():
    z = np.random.default_rng(5).standard_normal(200_000)
    visits = outcomes.count(1.2, 2.0)
    seen = np.bincount(visits.values(z).astype(int), minlength=6)[:6] / len(z)
    # Negative binomial with mean 1.2 and variance 2.4: size 1.2, probability 1/2.
    assert seen == pytest.approx(stats.nbinom(1.2, 0.5).pmf(range(6)), abs=0.004)


@pytest.mark.parametrize("name", [key for key, about in GIVEN["outcomes"].items() if about["of"] != "team"])
def test_correlations_on_the_outcomes_own_scale_are_the_stated_ones(config: dict, name: str):
    before = distribution(typed(config).outcomes[name], "before")
    made = latent_correlations(before, 0.08, 0.75, 0.4)
    person = made.team * made.team_over_time + (1 - made.team) * made.person_over_time
    found = [covariance(before, before, r) / before.variance for r in (made.team, person)]
    assert found == pytest.approx([0.08, 0.08 * 0.75 + 0.92 * 0.4], abs=1e-6)
    # Cutting loses correlation, so that more is needed underneath.
    assert made.team > 0.08


@pytest.mark.parametrize("name", list(GIVEN["outcomes"]))
def test_variance_of_a_change_is_that_of_the_textbook(config: dict, name: str):
    """Without change over time it is 2σ²[ρ(1 − π) + (1 − ρ)(1 − τ) E(1/n)] (Hooper et al. 2016)."""
    about = config["outcomes"][name]
    if about["of"] == "team":
        planned = plan(typed(config), name, 1, float("nan"))
        expected = 2 * planned.before.variance * (1 - about["cluster_autocorrelation"])
    else:
        planned = plan(typed(config), name, 10, 0.05)
        n = np.arange(1, len(planned.pairs))
        inverse = (planned.pairs[1:] / n).sum() / planned.pairs[1:].sum()
        team, person = (design.setting(typed(config), name, f"{key}_autocorrelation")
                        for key in ("cluster", "individual"))  # fmt: skip
        share = 0.05 * (1 - team) + 0.95 * (1 - person) * inverse
        expected = 2 * planned.before.variance * share
    assert planned.change_variance(planned.before) == pytest.approx(expected, rel=1e-6)


def test_pairs_per_team_are_sizes_thinned_by_drop_out():
    fixed = pairs_per_team(12, 0.0, 0.25)
    assert fixed == pytest.approx(stats.binom(12, 0.75).pmf(range(13)))
    spread = pairs_per_team(12, 0.4, 0.0)
    n = np.arange(len(spread))
    mean = spread @ n
    assert spread.sum() == pytest.approx(1, abs=1e-7)
    assert mean == pytest.approx(12, rel=0.01)
    assert np.sqrt(spread @ n**2 - mean**2) / mean == pytest.approx(0.4, rel=0.02)


# Power ---------------------------------------------------------------------------------------------------


def test_team_test_is_the_pooled_t_test():
    rng = np.random.default_rng(3)
    a, b = rng.normal(0.4, 1, (5, 9)), rng.normal(0, 1, (5, 7))
    found, expected = power.team_change_test(a, b), stats.ttest_ind(a, b, axis=1)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.difference / found.se) == pytest.approx(expected.statistic)


def test_team_with_nobody_measured_twice_is_left_out():
    a, b = [0.3, 0.1, np.nan, 0.4], [0.0, 0.1, -0.1]
    found, expected = power.team_change_test(a, b), stats.ttest_ind([0.3, 0.1, 0.4], b)
    assert (float(found.p_value), float(found.df)) == pytest.approx((expected.pvalue, 4))
    assert np.isnan(power.team_change_test([0.3, np.nan], b).p_value)


def test_closed_form_is_the_power_of_the_two_sample_t_test():
    from statsmodels.stats.power import TTestIndPower

    for teams in (3, 8, 30):
        expected = TTestIndPower().power(effect_size=0.3 / np.sqrt(0.25), nobs1=teams, alpha=0.05)
        assert power.closed_form_power(0.3, 0.25, 0.25, teams, 0.05) == pytest.approx(expected, abs=1e-8)
    assert power.closed_form_power(0.0, 0.25, 0.25, 8, 0.05) == pytest.approx(0.05)


def test_simulated_power_of_a_normal_outcome_is_the_closed_form():
    """Normal people in teams of one size: the t test and the noncentral t are exact."""
    planned = Plan(score(), score(), Correlations(0.1, 0.7, 0.4), exactly(6), 6, 0.1)
    variance = 2 * 4.0 * (0.1 * 0.3 + 0.9 * 0.6 / 6)
    simulations = 6000
    found = power.simulated_power(
        planned, [score(0.0), score(0.8)], teams=15, simulations=simulations, alpha=0.05, seed=[1]
    )
    teams = np.arange(2, 16)
    for row, effect in enumerate((0.0, 0.8)):
        expected = power.closed_form_power(effect, variance, variance, teams, 0.05)
        error = np.sqrt(expected * (1 - expected) / simulations)
        assert (np.abs(found[row, 1:] - expected) < 4 * error).all()


def test_unequal_teams_drop_out_and_discrete_outcomes_stay_near_the_closed_form(config: dict):
    config["design"] |= {"teams_per_arm": {"from": 4, "to": 30}, "simulations": 2000}
    for about in config["outcomes"].values():
        about["effects"] = about["effects"][1:2]
    for settings in (config["assumptions"], *config["outcomes"].values()):
        for key in {"per_team", "icc"} & set(settings):
            settings[key] = {"assumed": settings[key]["assumed"]}
    table = power.power_table(typed(config))
    assert ((table["power"] - table["closed_form"]).abs() < 0.02 + 3 * table["mc_error"]).all()


@pytest.mark.parametrize("name", list(GIVEN["outcomes"]))
def test_without_effect_the_test_errs_as_often_as_it_may(config: dict, name: str):
    about = typed(config).outcomes[name]
    per_team, icc = design.scenarios(typed(config), name)[0]
    planned = plan(typed(config), name, per_team, icc)
    simulations = 3000
    found = power.simulated_power(
        planned, [planned.without], teams=16, simulations=simulations, alpha=0.05, seed=[11, len(name)]
    )[0]
    error = np.sqrt(0.05 * 0.95 / simulations)
    assert distribution(about, "with", no_effect(about)).mean == planned.without.mean
    assert (np.abs(found[[4, 7, 11, 15]] - 0.05) < 4 * error).all()


def test_table_has_every_case_once_and_more_teams_or_effect_more_power(small: dict):
    table = power.power_table(typed(small))
    names = "outcome teams_per_arm staff_per_team effect icc power mc_error closed_form"
    assert list(table.columns) == names.split()
    keys = ["outcome", "teams_per_arm", "staff_per_team", "effect", "icc"]
    assert not table.duplicated(keys).any()
    assert table["power"].between(0, 1).all() and table["mc_error"].notna().all()
    assert sorted(table["teams_per_arm"].unique()) == list(range(3, 17))
    main = table[
        (table["outcome"] == "guidance_clear") & (table["staff_per_team"] == 12) & (table["icc"] == 0.05)
    ]
    curves = main.pivot(index="teams_per_arm", columns="effect", values="power")
    assert (curves.loc[16] > curves.loc[3]).loc[[0.1, 0.15, 0.2]].all()
    assert (np.diff(curves.loc[16]) > 0).all()


def test_same_seed_same_table_and_another_outcome_leaves_it(small: dict):
    first = power.power_table(typed(small))
    alone = copy.deepcopy(small)
    alone["outcomes"] = {"referrals": small["outcomes"]["referrals"]}
    again = power.power_table(typed(alone))
    expected = first[first["outcome"] == "referrals"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, expected)
    alone["design"]["seed"] += 1
    assert (power.power_table(typed(alone))["power"] != again["power"]).any()


def test_sample_size_is_the_first_number_of_teams_that_is_enough_for_good():
    assert power.smallest([4, 5, 6, 7], [0.7, 0.81, 0.79, 0.84], 0.8) == 7
    assert power.smallest([4, 5], [0.9, 0.95], 0.8) == 4
    assert power.smallest([4, 5], [0.7, 0.79], 0.8) is None


def test_sample_sizes_have_no_row_without_effect_and_follow_from_the_power(small: dict):
    table = power.power_table(typed(small))
    sizes = power.sample_size_table(table, typed(small))
    assert len(sizes) == sum(
        len(about["effects"]) * len(design.scenarios(typed(small), key))
        for key, about in small["outcomes"].items()
    )
    row = sizes[(sizes["outcome"] == "referrals") & (sizes["effect"] == 1.5)].iloc[0]
    block = table[(table["outcome"] == "referrals") & (table["effect"] == 1.5)].set_index("teams_per_arm")
    assert block.loc[row["teams_per_arm"], "power"] >= 0.8 > block.loc[row["teams_per_arm"] - 1, "power"]
    assert sizes.loc[sizes["effect"] == 0.1, "teams_per_arm"].isna().all()


# Words ---------------------------------------------------------------------------------------------------


def test_page_is_marked_as_illustrative_and_names_every_effect(small: dict):
    table = power.power_table(typed(small))
    sizes = power.sample_size_table(table, typed(small))
    page = planning_page(
        table,
        sizes,
        typed(small),
        Wording([WORDING], Vocabulary().everywhere()),
        Vocabulary(),
        source="f.yaml",
        figure="power.svg",
        alt="Curves.",
    )
    assert page.index("**Illustrative.**") < page.index("| Outcome")
    for about in small["outcomes"].values():
        for effect in about["effects"]:
            assert f"| {effect_words(about['kind'], effect)} |" in page
    assert "over 16" in page and "<NA>" not in page and "nan" not in page.lower().split()
    assert not any(key in page for key in small["outcomes"] if "_" in key)
    assert faults(page.rstrip("\n")) == []


@pytest.mark.parametrize(
    ("kind", "effect", "words"),
    [
        ("count", 0.8, "20% fewer"),
        ("count", 1.35, "35% more"),
        ("binary", -0.1, "−10 percentage points"),
        ("ordinal", 0.25, "+0.25 points"),
        ("numeric", 0.3, "+0.3"),
    ],
)
def test_effects_in_words(kind: str, effect: float, words: str):
    assert effect_words(kind, effect) == words


def test_figure_is_drawn_and_its_text_says_what_it_shows(small: dict):
    from surveypipe.reporting.figures import power_curves
    from surveypipe.reporting.figures.theme import themed

    table = power.power_table(typed(small))
    with themed("power"):
        drawn = power_curves.draw(table, typed(small))
        written = [text.get_text() for text in drawn.figure.texts]
    assert "Illustrative assumptions" in written and len(drawn.figure.axes) == len(small["outcomes"])
    sizes = power.sample_size_table(table, typed(small)).set_index(["outcome", "effect"])["teams_per_arm"]
    assert f"50% more: {sizes['referrals', 1.5]}" in drawn.alt
    assert "+10 percentage points: over 16" in drawn.alt


# The assumptions' file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "key", "value", "words"),
    [
        ("guidance_clear", "effects", [0.6], "goes from 0.45 to 1.1; it must stay between 0 and 1"),
        ("guidance_clear", "effects", [0.0, 0.1], "0 is no effect"),
        ("guidance_clear", "sd", 2.0, ".sd: belongs to the kind 'numeric' only"),
        ("guidance_clear", "per_team", {"assumed": 1}, "would have nobody measured both times"),
        ("joint_working", "baseline", 3.2, "give the share of each answer, as a list"),
        ("joint_working", "baseline", [0.5, 0.2, 0.2], "sum to 1; they sum to 0.9"),
        ("joint_working", "effects", [2.5], "it must stay between 1 and 5"),
        ("emergency_visits", "effects", [-0.5], "it must stay above 0"),
        ("emergency_visits", "kind", "numeric", "the key 'sd' is missing"),
        ("emergency_visits", "icc", {"assumed": 0.5}, ""),
        ("referrals", "drop_out", 0.1, "plays no part where the team itself is measured"),
    ],
)
def test_contradictions_are_told_in_words(config: dict, outcome: str, key: str, value: Any, words: str):
    config["outcomes"][outcome][key] = value
    problems = design.design_problems(typed(config), "followup.yaml")
    if words:
        assert any(p.startswith(f"followup.yaml: outcomes.{outcome}") and words in p for p in problems), (
            problems
        )
    else:
        assert problems == []


def test_contradictions_are_told_at_once(config: dict):
    config["design"]["teams_per_arm"] = {"from": 9, "to": 4}
    config["outcomes"]["guidance_clear"]["effects"] = [0.6]
    config["outcomes"]["referrals"]["icc"] = {"assumed": 0.1}
    assert len(design.design_problems(typed(config), "f")) == 3


def test_impossible_correlations_are_refused():
    rare = outcomes.count(0.05, 8.0)
    with pytest.raises(SurveyError, match="lower the"):
        latent_correlations(rare, 0.5, 0.99, 0.99)


def test_program_stops_with_every_wrong_key_and_leaves_no_file(config: dict, tmp_path: Path):
    config["design"]["alhpa"] = config["design"].pop("alpha")
    config["assumptions"]["drop_out"] = 25
    (tmp_path / "followup.yaml").write_text(yaml.safe_dump(config))
    names = ("power", "sizes", "figure-svg", "figure-png", "page")
    command = [sys.executable, str(ROOT / "workflow/scripts/followup.py")]
    command += ["--assumptions", str(tmp_path / "followup.yaml"), "--wording", "report/wording"]
    for name in names:
        command += [f"--{name}", str(tmp_path / "out" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "did you mean 'alpha'" in done.stderr and "assumptions.drop_out: 25" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


# Two waves -----------------------------------------------------------------------------------------------

STAFF = [*(("a", n) for n in range(8)), *(("b", n) for n in range(6))]


def staff(*, without: tuple[str, ...] = (), extra: tuple[tuple[str, str], ...] = ()) -> pd.DataFrame:
    rows = [(f"{agency}{n}", agency) for agency, n in STAFF if f"{agency}{n}" not in without]
    return pd.DataFrame([*rows, *extra], columns=["id", "agency"])


def answers(**given: float) -> pd.DataFrame:
    return pd.DataFrame({"id": list(given), "agency": [key[0] for key in given], "y": list(given.values())})


FIRST = answers(a0=1, a1=2, a2=3, a3=4, b0=2, b1=3, b2=5)
SECOND = answers(a0=2, a1=4, a2=3, a5=1, b0=1, b1=3, b9=4)
LATER = staff(without=("a3", "b5"), extra=(("b9", "b"),))


def test_everybody_on_the_lists_is_accounted_for():
    linked = link_waves(FIRST, SECOND, staff_first=staff(), staff_second=LATER, group="agency")
    counts = linked.counts("agency").set_index(["group_level", "status"])["n"]
    assert counts[""].to_dict() == {
        "both": 5, "first_only": 1, "left": 1, "second_only": 1, "joined": 1, "neither": 5
    }  # fmt: skip
    assert counts["a", "both"] == 3 and counts["b", "joined"] == 1 and counts["a", "left"] == 1
    assert linked.pairs == ["a0", "a1", "a2", "b0", "b1"]
    # On both lists: 14 at first, less the two who left.
    assert len(linked.stayers) == 12 and linked.moved == ()


def test_ids_are_linked_as_text_and_in_any_order():
    first, second = FIRST.sample(frac=1, random_state=1), SECOND.sample(frac=1, random_state=2)
    linked = link_waves(first, second, staff_first=staff(), staff_second=LATER)
    assert linked.pairs == ["a0", "a1", "a2", "b0", "b1"]


def test_problems_of_linking_are_told_at_once():
    first = pd.concat([FIRST, FIRST[FIRST["id"] == "a0"]])
    second = SECOND.assign(id=SECOND["id"].replace("a5", ""))
    with pytest.raises(SurveyError) as told:
        link_waves(first, second, staff_first=staff(), staff_second=LATER, group="agency")
    text = "\n".join(told.value.problems)
    assert len(told.value.problems) == 2
    assert "first wave, respondents: 1 ids occur more than once (a0)" in text
    assert "second wave, respondents: id is blank in 1 rows" in text


def test_unlisted_people_and_contradictory_agencies_are_refused():
    later = LATER.assign(agency=LATER["agency"].where(LATER["id"] != "a1", "b"))
    second = answers(a0=2, a1=4, zz=3)
    with pytest.raises(SurveyError) as told:
        link_waves(FIRST, second, staff_first=staff(), staff_second=later, group="agency")
    text = "\n".join(told.value.problems)
    assert "second wave: 1 respondents are not on the staff list of that wave (zz)" in text
    assert "agency of 1 respondents is not that of the staff list (a1)" in text
    assert "agency differs between the two staff lists for 1 people (a1)" in text


@pytest.mark.parametrize(("moved", "pairs"), [("set_aside", 4), ("keep", 5)])
def test_people_who_moved_are_set_aside_or_kept(moved: str, pairs: int):
    later = LATER.assign(agency=LATER["agency"].where(LATER["id"] != "a1", "b"))
    second = SECOND.assign(agency=SECOND["agency"].where(SECOND["id"] != "a1", "b"))
    linked = link_waves(FIRST, second, staff_first=staff(), staff_second=later, group="agency", moved=moved)
    assert linked.moved == ("a1",) and len(linked.pairs) == pairs


def linked_change(**settings: Any) -> pd.DataFrame:
    linked = link_waves(FIRST, SECOND, staff_first=staff(), staff_second=LATER, group="agency")
    scheme = {"agency": {"label": "Agency", "method": "poststratify", "by": ["agency"]}}
    weighting = msgspec.convert({"schemes": scheme, "primary": "agency"}, Weighting)
    weights, cells, n_pop = analysis.pair_weights(linked.stayers, weighting, group="agency")
    assert weights.sum() == pytest.approx(12) and set(n_pop.values()) == {7.0, 5.0}
    return analysis.change(FIRST, SECOND, ["y"], weights, cells, n_pop, **settings)


def test_change_is_the_stratified_mean_of_the_differences():
    """Worked by hand: differences 1, 2, 0 of 7 staff and −1, 0 of 5 staff."""
    row = linked_change().iloc[0]
    shares = np.array([7, 5]) / 12
    assert row["change"] == pytest.approx(shares @ [1.0, -0.5])
    assert (row["mean_first"], row["mean_second"]) == pytest.approx((shares @ [2, 2.5], shares @ [3, 2]))
    variance = shares**2 @ [(1 - 3 / 7) * 1.0 / 3, (1 - 2 / 5) * 0.5 / 2]
    assert row["se"] == pytest.approx(np.sqrt(variance))
    assert (row["n"], row["df"]) == (5, 3)
    reach = stats.t.isf(0.025, 3) * np.sqrt(variance)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((row["change"] - reach, row["change"] + reach))


def test_change_by_agency_and_without_the_correction():
    table = linked_change(by="agency", fpc=False).set_index("group_level")
    assert table["change"].to_dict() == pytest.approx({"": 1.0 * 7 / 12 - 0.5 * 5 / 12, "a": 1.0, "b": -0.5})
    assert table.loc["a", "se"] == pytest.approx(np.sqrt(1 / 3))


def test_means_are_of_those_with_both_answers():
    weights, cells = pd.Series(3.0, index=["a0", "a1", "a2"]), pd.Series("a", index=["a0", "a1", "a2"])
    second = SECOND.assign(y=SECOND["y"].where(SECOND["id"] != "a2"))
    row = analysis.change(FIRST, second, ["y"], weights, cells, {"a": 9}).iloc[0]
    assert row["n"] == 2
    assert (row["mean_first"], row["mean_second"], row["change"]) == pytest.approx((1.5, 3.0, 1.5))


def test_change_says_what_is_wrong_with_variables():
    weights = pd.Series(1.0, index=["a0", "a1", "b0", "b2"])
    cells = pd.Series("x", index=weights.index)
    with pytest.raises(SurveyError) as told:
        analysis.change(FIRST.assign(t="text"), SECOND, ["y", "t"], weights, cells, {"x": 9})
    text = "\n".join(told.value.problems)
    assert "t is text in the first wave" in text and "the second wave has no variable t" in text
    assert "1 people with a weight did not answer the second wave (b2)" in text


def test_nobody_in_both_waves_is_told():
    linked = link_waves(answers(a0=1), answers(b0=1), staff_first=staff(), staff_second=staff())
    scheme = {"none": {"label": "None", "method": "none"}}
    with pytest.raises(SurveyError, match="nobody on both staff lists answered both times"):
        analysis.pair_weights(
            linked.stayers, msgspec.convert({"schemes": scheme, "primary": "none"}, Weighting)
        )


def trial() -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(8)
    people = pd.DataFrame({"id": [f"p{n:02d}" for n in range(40)], "team": [f"t{n % 8}" for n in range(40)]})
    people["arm"] = np.where(people["team"].str[1].astype(int) < 4, "new", "usual")
    first = people.assign(y=rng.normal(0, 1, 40))
    second = people[["id"]].assign(y=first["y"] + 0.6 * (people["arm"] == "new") + rng.normal(0, 0.3, 40))
    return first, second.drop(index=[3, 11])


def test_arms_are_compared_by_their_teams_as_planned():
    first, second = trial()
    row = analysis.compare_arms(first, second, ["y"], team="team", arm="arm", intervention="new").iloc[0]
    merged = first.merge(second, on="id", suffixes=("_1", "_2"))
    teams = merged.assign(d=merged["y_2"] - merged["y_1"]).groupby(["arm", "team"])["d"].mean()
    expected = stats.ttest_ind(teams["new"], teams["usual"])
    assert row["p_value"] == pytest.approx(expected.pvalue)
    limits = expected.confidence_interval()
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((limits.low, limits.high))
    assert (row["n"], row["teams_intervention"], row["teams_control"], row["df"]) == (38, 4, 4, 6)


def test_team_in_both_arms_is_refused():
    first, second = trial()
    first.loc[0, "arm"] = "usual"
    with pytest.raises(SurveyError, match="the teams t0 are in more than one arm"):
        analysis.compare_arms(first, second, ["y"], team="team", arm="arm", intervention="new")


def test_program_of_the_second_wave_counts_yes_as_one_and_keeps_ids_to_itself(tmp_path: Path, config: dict):
    meaning = {"y": {"label": "Read it", "type": "binary", "values": {"1": "Yes", "2": "No"}, "counts": "1"}}
    codes = answers(a0=1, a1=2, a2=1, b0=2, b1=2, b2=1), answers(a0=1, a1=1, a2=1, b0=2, b1=1, b2=2)
    scheme = {"agency": {"label": "Agency", "method": "poststratify", "by": ["agency"]}}
    settings = {
        "frame": {"id": "id", "survey_id": "id", "group": "agency", "columns": {}},
        "weighting": {"schemes": scheme, "primary": "agency", "fallback": "agency"},
        "analysis": {"characteristics": ["agency"]},
    }
    config["second_wave"] = {"results": "elsewhere", "variables": ["y"]}
    (tmp_path / "followup.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, str(ROOT / "workflow/scripts/waves.py"), "--config", json.dumps(settings)]
    command += ["--assumptions", str(tmp_path / "followup.yaml")]
    for prefix, table in zip(("", "second-"), codes, strict=True):
        table.to_parquet(tmp_path / f"{prefix}analysis")
        staff().assign(category="I").to_parquet(tmp_path / f"{prefix}dispositions")
        (tmp_path / f"{prefix}variables").write_text(json.dumps(meaning))
        for name in ("analysis", "dispositions", "variables"):
            command += [f"--{prefix}{name}", str(tmp_path / f"{prefix}{name}")]
    command += ["--change", str(tmp_path / "change.csv"), "--flow", str(tmp_path / "flow.csv")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    row = pd.read_csv(tmp_path / "change.csv").iloc[0]
    # Of agency a (8 of 14 staff) 2 of 3 then 3 of 3; of b (6 of 14) 1 of 3 then 1 of 3.
    assert (row["mean_first"], row["change"]) == pytest.approx((8 / 14 * 2 / 3 + 6 / 14 / 3, 8 / 14 / 3))
    assert row["label"] == "Read it" and "a0" not in done.stdout
