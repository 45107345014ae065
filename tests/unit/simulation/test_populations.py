"""Populations of known truth: drawn as their file says, surveyed on the pipeline's road, tallied by hand."""

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
import yaml

from stages import run_stages, table
from surveypipe.problems import SurveyError
from surveypipe.simulation.kept import OUTSIDE, UNRELIABLE, kept_table
from surveypipe.simulation.kept_report import kept_account
from surveypipe.simulation.markdown import percent
from surveypipe.simulation.populations import Populations, read_population
from surveypipe.simulation.road import KEY, interval_rows, surveyed, tallies
from surveypipe.simulation.truth import Known, drawn, listed, propensities, truth_of
from surveypipe.study.reading import read

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "workflow/populations.yaml"
WHOLE = read(FILE, Populations)
ALONE = msgspec.structs.replace(WHOLE, populations={"small": WHOLE.populations["small"]})
TRIED = {key: read_population(FILE, key) for key in WHOLE.populations}


def known_of(key, number=0):
    return drawn(TRIED[key], listed(TRIED[key], 3), seed=3, number=number)


@pytest.mark.parametrize("key", WHOLE.populations)
def test_respondents_are_as_many_as_expected(key):
    people = listed(TRIED[key], 3)
    score = people["profession"].map(WHOLE.effects.response).fillna(0.0).to_numpy()
    chance = propensities(TRIED[key], people, score)
    sums = pd.Series(chance).groupby(people["unit"].to_numpy()).sum()
    assert sums.to_dict() == pytest.approx(WHOLE.populations[key].respondents)
    draws = [known_of(key, number) for number in range(20)]
    due = np.mean([chance[known.asked].sum() for known in draws])
    answered = np.mean([known.people["respondent"].sum() for known in draws])
    assert answered == pytest.approx(due, abs=4 * np.sqrt(due / 20))


def test_a_sample_is_of_clusters_and_of_people_in_them():
    known, clusters = known_of("clusters"), WHOLE.populations["clusters"].clusters
    people = known.people
    assert people.groupby("unit")["cluster"].nunique().to_dict() == clusters.number
    asked = people[known.asked]
    assert asked.groupby("unit")["cluster"].nunique().to_dict() == clusters.drawn
    sizes = asked.groupby("cluster").size()
    whole = people.groupby("cluster").size()
    assert (sizes == whole[sizes.index].clip(upper=clusters.people)).all()
    assert (people.groupby("cluster")["people_in_cluster"].first() == whole).all()
    assert not people.loc[~known.asked, "respondent"].any()
    other = known_of("clusters", 1)
    assert (other.asked != known.asked).any() and (other.people["cluster"] == people["cluster"]).all()


def test_answers_are_alike_within_clusters():
    """Intraclass correlation of a number moved by half the effect of its cluster: .2² / (.2² + 1)."""
    found = []
    for number in range(8):
        known = known_of("clusters", number)
        cells = [known.people["unit"], known.people["profession"]]
        rest = known.answers["score"] - known.answers["score"].groupby(cells).transform("mean")
        groups = rest.groupby(known.people["cluster"])
        within = groups.var().mean()
        found.append((groups.mean().var() - within * (1 / groups.size()).mean()) / within)
    assert np.mean(found) == pytest.approx(0.04, abs=0.015)


def test_answers_are_as_the_file_says():
    """Over many draws; effects move a share near .5 by little on the whole."""
    shares = pd.concat([known_of("large", number).answers for number in range(10)])
    assert (shares["rare"] == 1).mean() == pytest.approx(0.1, abs=0.02)
    assert (shares["half"] == 1).mean() == pytest.approx(0.5, abs=0.05)
    assert (shares["common"] == 1).mean() == pytest.approx(0.9, abs=0.02)
    assert shares["score"].std() == pytest.approx(1, abs=0.05)
    assert shares["years"].skew() == pytest.approx(2 / np.sqrt(1.4), abs=0.25)
    assert (shares["helped"].notna() == (shares["used"] == 1)).all()


def test_each_draw_is_another_and_comes_again():
    one, again, other = known_of("small"), known_of("small"), known_of("small", 1)
    pd.testing.assert_frame_equal(one.answers, again.answers)
    pd.testing.assert_frame_equal(one.people, again.people)
    assert (one.answers["score"] != other.answers["score"]).all()


@pytest.mark.parametrize("key", WHOLE.populations)
def test_the_road_is_that_of_the_stages(key, tmp_path, monkeypatch):
    """One survey written to files and run through the stages gives the same intervals."""
    tried, known = TRIED[key], known_of(key)
    monkeypatch.chdir(tmp_path)
    people, answers = known.people[known.asked], known.answers[known.asked]
    answered = people["respondent"]
    inputs = tried.document["inputs"]
    pd.concat([people[["id"]], answers], axis=1)[answered].to_csv(inputs["survey"], index=False)
    columns = ["id", *tried.document["frame"]["columns"].values()]
    people[columns].to_csv(inputs["staff_list"], index=False)
    Path("codebook.yaml").write_text(yaml.safe_dump(dict(tried.codebook), sort_keys=False))
    document = dict(tried.document)
    sums = [f"{hashlib.sha256(Path(name).read_bytes()).hexdigest()}  {name}\n" for name in inputs.values()]
    Path("sums").write_text("".join(sums))
    document["inputs"] = inputs | {"codebook": "codebook.yaml", "checksums": "sums"}
    document["frame"] = {"id": "id", "verified": True, **document["frame"]}
    made = table(run_stages(document, tmp_path / "results", last="analyse"), "private/estimates")
    made = made.fillna({"level": "", "group_level": ""}).set_index(["scheme", "level", *KEY])
    rows = list(interval_rows(surveyed(tried, known), tried))
    assert len(rows) > 100
    for row in rows:
        same = made.loc[tuple(row[name] for name in ("scheme", "level", *KEY))]
        for name in ("n", "estimate", "se", "ci_low", "ci_high"):
            expected = np.nan if row[name] is None else row[name]
            assert same[name] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), (row, name)


def test_where_everybody_answers_every_estimate_is_the_truth():
    """Shares, means, quantiles, differences and ratios are worked out twice."""
    for key in ("small", "shipped"):
        known = known_of(key)
        whole = Known(known.people.assign(respondent=True), known.answers, known.asked)
        rows = list(interval_rows(surveyed(TRIED[key], whole), TRIED[key]))
        assert {"proportion", "mean", "median", "difference"} <= {row["statistic"] for row in rows}
        for row in rows:
            if row["scheme"] == "propensity":
                # Where nobody is silent the response model is fitted with a penalty.
                continue
            assert row["estimate"] == pytest.approx(truth_of(row, whole, TRIED[key]), rel=1e-9), row


def test_a_survey_that_is_refused_has_no_rows():
    tried = TRIED["small"]
    nobody = tried.population.respondents | {"West": 1e-9}
    alone = replace(tried, population=type(tried.population)(
        label="x", staff=tried.population.staff, respondents=nobody
    ))  # fmt: skip
    held = tallies(alone, count=2, seed=1)
    assert held.empty


def test_an_unknown_population_is_named():
    with pytest.raises(SurveyError, match="no population 'huge'"):
        read_population(FILE, "huge")


def made_up(**change):
    """Four surveys of one share by hand: truth .5; the interval lies around it, above it, around, below."""
    rows = [
        {
            "draw": draw, "scheme": "cells", "variable": "half", "statistic": "proportion",
            "group": "overall", "group_level": "", "n": 20.0, "yes": 8.0,
            "estimate": low + 0.1, "se": 0.05, "low": low, "high": low + 0.2, "truth": 0.5,
        }
        for draw, low in enumerate((0.4, 0.6, 0.45, 0.2))
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**change)


def test_table_by_hand():
    row = kept_table(made_up(), TRIED["small"], 5).iloc[0]
    assert (row["surveys"], row["weighted"], row["given"]) == (5, 4, 4)
    assert (row["coverage"], row["below"], row["above"]) == (0.5, 0.25, 0.25)
    errors = np.array([0.0, 0.2, 0.05, -0.2])
    assert row["bias"] == pytest.approx(errors.mean())
    assert row["sd"] == pytest.approx(errors.std(ddof=1))
    assert row["mean_length"] == pytest.approx(0.2)
    assert row["coverage_mcse"] == pytest.approx(0.25)
    assert row["least_expected"] == 8
    assert row["promised"] and row["flag"] == OUTSIDE


def test_nothing_is_promised_where_few_are_expected_or_of_another_scheme():
    for change in ({"yes": 16.0}, {"scheme": "raked"}):
        row = kept_table(made_up(**change), TRIED["small"], 4).iloc[0]
        assert not row["judged"]
        assert row["flag"] == UNRELIABLE
    unit = kept_table(made_up(group="unit", group_level="North"), TRIED["small"], 4).iloc[0]
    assert unit["judged"] and not unit["promised"]
    assert unit["flag"] == OUTSIDE


def test_a_coverage_at_the_limit_is_within_it():
    """2 below and 5 above of a hundred: one less .02 less .05 would be under .93 by rounding."""
    low = np.repeat([0.4, 0.6, 0.2], [93, 2, 5])
    many = pd.concat([made_up().iloc[[0]]] * 100, ignore_index=True).assign(draw=range(100))
    row = kept_table(many.assign(low=low, high=low + 0.2), TRIED["small"], 100).iloc[0]
    assert (row["below"], row["above"], row["flag"]) == (0.02, 0.05, "")


def test_an_end_that_is_not_reached_is_open_and_an_interval_without_ends_is_not_given():
    open_above = kept_table(made_up(high=np.nan), TRIED["small"], 4).iloc[0]
    assert (open_above["coverage"], open_above["below"]) == (0.75, 0.25)
    one_without = made_up()
    one_without.loc[1, ["low", "high"]] = np.nan
    row = kept_table(one_without, TRIED["small"], 4).iloc[0]
    assert (row["given"], row["coverage"]) == (3, pytest.approx(2 / 3))


def test_least_expected_of_quantiles_and_differences():
    groups = [
        made_up(group="unit", group_level=unit, yes=yes, draw=0)
        for unit, yes in (("North", 9.0), ("South", 17.0))
    ]
    difference = made_up(statistic="difference", group="unit", yes=np.nan)
    median = made_up(statistic="lower_quartile", yes=np.nan)
    held = kept_table(pd.concat([*groups, difference, median]), TRIED["small"], 4)
    least = held.set_index("statistic")["least_expected"]
    assert least["difference"] == 3
    assert least["lower_quartile"] == 5


@pytest.fixture(scope="module")
def few():
    """A few surveys of the smallest population."""
    return kept_table(tallies(TRIED["small"], count=16, seed=5), TRIED["small"], 16)


@pytest.mark.slow
def test_few_surveys_agree_with_the_promise(few):
    promised = few[few["promised"]]
    # About 50 correlated intervals in 16 surveys.
    assert promised["coverage"].mean() == pytest.approx(0.95, abs=0.04)
    assert (promised["coverage"] < 1).any()
    assert (promised["mean_se"] / promised["sd"]).median() == pytest.approx(1, abs=0.15)
    assert (few["weighted"] == 16).all()


def test_the_account_shows_every_number_from_its_table(few):
    text = kept_account(few, ALONE)
    share = few[(few["variable"] == "half") & (few["scheme"] == "cells") & (few["group_level"] == "")].iloc[0]
    assert f"| {percent(share['coverage'])}" in text
    assert "nan" not in text


@pytest.mark.parametrize(("statistic", "above", "said"), [("mean", 0.09, True), ("mean", 0.01, False),
                                                         ("proportion", 0.09, False)])  # fmt: skip
def test_what_lies_beneath_is_laid_to_a_long_tail_only_where_it_is(few, statistic, above, said):
    one = (few["variable"] == "years") & (few["statistic"] == "mean") & (few["scheme"] == "cells")
    at = few.index[one & (few["group_level"] == "South")]
    held = few.assign(flag="")
    held.loc[at, ["coverage", "above", "below", "flag"]] = [0.9, above, 0.1 - above, OUTSIDE]
    held.loc[at, "statistic"] = statistic
    assert ("long tail" in kept_account(held, ALONE)) is said


def test_standard_errors_that_are_too_small_are_named(few):
    schemes = few.assign(mean_se=few["sd"] * np.where(few["scheme"] == "raked", 0.8, 1.0))
    text = kept_account(schemes, ALONE)
    assert text.count("too small. A linearised") == 1
    assert "raked to unit and profession standard errors are 20.0 % too small" in text


def test_the_page_is_that_of_the_table_beside_it():
    """docs/simulation_study.md cannot go stale against the table that `make simulation` put beside it."""
    held = table(ROOT / "docs", "simulation_populations").fillna({"group_level": "", "flag": ""})
    page = (ROOT / "docs/simulation_study.md").read_text(encoding="utf-8")
    assert kept_account(held, WHOLE) in page
    assert set(held["population"]) == set(WHOLE.populations)
