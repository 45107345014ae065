"""What is said of weights, errors and tests is true of the way in which the weights were made."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import pytest
import test_all_sentences as cases
from test_wording_of_claims import cells
from test_wording_of_methods import CASES, a_plan

import made_up
from studies import ROOT
from surveypipe.reporting.parts import BY_STUDY
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import assumptions, models, nonresponse, response
from surveypipe.reporting.tables import claims as tables_of_claims
from surveypipe.reporting.wording import methods, primary, results, reviewers
from surveypipe.reporting.wording import nonresponse as bias

CELLS = "at random within response cells"
AT_RANDOM = "if, within each response cell, the silent are like those who answered"


def made(case: str) -> Released:
    return CASES[case](cases.base())


def told(case: str) -> dict[str, str]:
    """Paragraphs of the methods under a case, each on one line."""
    found = made(case)
    paragraphs = methods.paragraphs(found, made_up.words_of(found.vocabulary))
    return {name: " ".join(text.split()) for name, text in paragraphs.items()}


def asked(case: str) -> str:
    found = made(case)
    return reviewers.questions(found, made_up.words_of(found.vocabulary))


@pytest.mark.parametrize(
    ("case", "errors", "degrees"),
    [
        ("cells as they are", CELLS, "less that of their cells"),
        ("smoothed inside merged cells", "independently of each other", "Satterthwaite"),
        ("raked", "after regression on the variables to which the weights were adjusted", "their groups"),
        ("one cell of margins", "second phase of selection, at random, by", "are one fewer than"),
        ("ridge", "after a penalised regression", "Satterthwaite"),
        ("propensities", "with their predicted chances", "the terms of the model of response"),
        ("classes of propensities", "at random within the classes", "less that of their cells"),
        ("out of fold", "with their predicted chances", "Satterthwaite"),
        ("in steps", "each step of the weighting has its part in them", "from how they were weighted"),
        (
            "replicates raked",
            "under each of them, adjusted as the primary weights were",
            "independent replicate",
        ),
        ("a sample of a list by chances", "because response was modelled on all who were drawn", "less one"),
        ("a sample of a list raked", "are estimated from all who were drawn", "less one"),
    ],
)
def test_errors_and_their_degrees_of_freedom_are_those_of_the_weights(
    case: str, errors: str, degrees: str
) -> None:
    analysis = told(case)["analysis"]
    assert errors in analysis and degrees in analysis
    assert (CELLS in analysis) == (case == "cells as they are")


def test_nothing_is_said_of_totals_that_weights_were_adjusted_to_where_none_were() -> None:
    analysis = told("a sample of a list unadjusted")["analysis"]
    assert "were adjusted" not in analysis and "Those who did not answer" not in analysis


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("propensities", "are the inverse of the predicted chances, scaled to add up to all"),
        ("a sample of a list by chances", "are the base weights over the predicted chances, scaled"),
        ("classes of propensities", "divided by the predicted chance into up to four classes"),
        ("in steps", "in two steps, each from the weights of the one before: post-stratification by agency"),
        (
            "calibrated to totals of a population",
            "calibrated to the known totals of the population in agency",
        ),
        ("trimmed by cap", "The greatest weights were cut at 2.5 times the mean"),
        ("trimmed by iqr", "cut at the median plus 3 interquartile ranges"),
        ("trimmed by deff", "cut until their design effect was no more than 1.2"),
        ("eligibility unknown", "counted as eligible in the share found among the others of the same agency"),
        ("a sample of a list in cells", "the base weights of those who answered were raised"),
        ("a sample of a list raked", "by agency, estimated from everybody drawn"),
        ("doubly robust", "In large samples estimates are all but without bias if"),
        ("no scenario", "or with weights over 3 times the mean, were merged"),
    ],
)
def test_how_the_weights_were_made_is_told_whole(case: str, words: str) -> None:
    assert words in told(case)["weighting"]


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ({}, "Tests between groups and models leave it out"),
        ({"models": []}, "Tests between groups leave it out"),
        ({"tests": []}, "The models leave it out"),
        ({"tests": [], "models": []}, ""),
    ],
)
def test_only_what_a_study_has_leaves_the_correction_out(without: dict[str, Any], words: str) -> None:
    found = cases.configured(analysis=without)(cases.base())
    text = " ".join(reviewers.questions(found, made_up.words_of(found.vocabulary)).split())
    assert words in text and ("leave it out" in text) == bool(words)


@pytest.mark.parametrize("others", [1, 2])
def test_one_other_scheme_is_not_one_of_any(others: int) -> None:
    found = cases.base()
    named = found.config["weighting"]["schemes"]
    kept = [found.primary, *(key for key in named if key != found.primary)][: others + 1]
    weighting = {**found.config["weighting"], "schemes": {key: named[key] for key in kept}}
    found = dataclasses.replace(found, config={**found.config, "weighting": weighting})
    text = " ".join(reviewers.questions(found, made_up.words_of(found.vocabulary)).split())
    assert ("How far it moves the claims" in text) == (others == 1)
    assert ("How far any of them moves the claims" in text) == (others > 1)


@pytest.mark.parametrize("method", ["logit", "korn_graubard"])
@pytest.mark.parametrize("share", [0.0, 0.01, 1.0])
def test_intervals_of_shares_of_nobody_and_of_all_are_told_apart(share: float, method: str) -> None:
    change = cells("estimates", {"variable": "read", "statistic": "proportion"}, estimate=share)
    found = cases.both(change, cases.configured(analysis={"proportion_interval": method}))(cases.base())
    text = methods.paragraphs(found, made_up.words_of(found.vocabulary))["analysis"]
    told_apart = "for shares of 0% and 100% by the method of Korn and Graubard" in " ".join(text.split())
    assert told_apart == (share in (0, 1) and method == "logit")


def test_each_respondent_of_a_sample_stands_for_no_plain_number() -> None:
    assert "stands for the number eligible" not in told("a sample of a list in cells")["weighting"]


def test_a_rule_of_merging_is_told_only_of_cells() -> None:
    assert "were merged" not in told("calibrated")["weighting"]
    assert "were merged" in told("no scenario")["weighting"]
    assert "times the mean" not in told("no least number")["weighting"]


def test_what_was_computed_under_the_other_schemes_is_no_more_than_was() -> None:
    weighting = told("no scenario")["weighting"]
    assert "Every estimate" not in weighting and "Every share and mean was also computed" in weighting


@pytest.mark.parametrize("case", ["raked", "propensities", "ridge", "in steps"])
def test_weights_without_cells_are_asked_about_by_their_variables(case: str) -> None:
    questions = asked(case)
    assert "Why these cells?" not in questions and "Why these variables?" in questions
    assert " cells;" not in questions and "the rule of merging" not in questions
    assert not BY_STUDY["cells"](made(case))


@pytest.mark.parametrize("case", ["no jackknife", "raked"])
def test_the_rule_of_merging_is_set_where_there_is_one(case: str) -> None:
    assert ("the rule of merging" in asked(case)) == (case == "no jackknife")


@pytest.mark.parametrize(
    ("case", "condition"),
    [
        ("cells as they are", AT_RANDOM),
        ("raked", "if the silent are like those who answered of the same agency and profession group"),
        ("propensities", "if the silent are like those who answered of the same agency and profession"),
        ("unweighted", "if the silent are like those who answered"),
    ],
)
def test_what_response_is_at_random_in_follows_from_the_weights(case: str, condition: str) -> None:
    found = cases.graded(3)(made(case))
    words = made_up.words_of(found.vocabulary)
    clause = results.sentence("clause", found.claim_rows()[0], found, words)
    assert clause == f"is supported {condition}"
    assert (AT_RANDOM in results.all_together(found, words)["claims__by-grade"]) == (condition == AT_RANDOM)


@pytest.mark.parametrize(
    ("case", "like"),
    [
        ("cells as they are", "those of their cell who answered"),
        ("classes of propensities", "those of their cell who answered"),
        ("raked", "those of their group who answered"),
        ("one cell of margins", "those who answered"),
    ],
)
def test_the_silent_are_like_those_whom_the_weights_put_beside_them(case: str, like: str) -> None:
    found = made(case)
    words, cell = made_up.words_of(found.vocabulary), primary.cell_word(found)
    claimed = SimpleNamespace(binary=False, mean_noun="mean", test="lie above", shift_printed="{:.1f}".format)
    moved = {"assumption": "theta", "of_true": True, "k": math.nan, "moved": "3", "strength": "1.1"}
    assumed = words.say("claims/assumed", claimed=claimed, outcome="stands", cell=cell, **moved)
    assert f"below that of {like}, the estimate would be 3" in " ".join(assumed.split())
    assert words.say("explorer/alike", cell=cell) == f"They are like {like}"
    told = {"outcome": "estimated", "between": ("A", "B"), "shift": 0.5, "cell": cell, "claimed": claimed}
    macro = words.say("claims/tipping", kind="difference", raw_theta=math.nan, **told)
    beside = "their cell" if cell == "cell" else "those who answered"
    assert f"0.5 higher than {beside} in A" in " ".join(macro.split())


def test_a_claim_must_first_be_supported_to_be_graded() -> None:
    """Whole bounds on its side do not help a claim whose interval holds the threshold."""
    assert (
        "A claim that is supported under the primary weights is then graded" in told("raked")["sensitivity"]
    )


def test_bounds_are_not_said_to_span_a_scale_that_they_do_not() -> None:
    sensitivity = told("no scenario")["sensitivity"]
    assert "nearly the whole scale" not in sensitivity
    assert "An equivalence of means is not given the first grade" in sensitivity


@pytest.mark.parametrize(("case", "paired"), [("no scenario", True), ("no jackknife", False)])
def test_the_shift_of_weighting_is_tested_as_it_is_said(case: str, paired: bool) -> None:
    found = made(case)
    assert primary.shift_paired(found) == paired
    summary = bias.summary(found, made_up.words_of(found.vocabulary))
    assert ("paired replicates" in summary) == paired
    assert ("replicates paired" in " ".join(nonresponse.nrba_claims(found).notes)) == paired


def test_no_test_shows_that_nothing_shifted() -> None:
    table = cases.base().tables["nonresponse"].copy()
    table.loc[table["measure"] == "shift", "p_value"] = 0.4
    found = dataclasses.replace(cases.base(), tables={**cases.base().tables, "nonresponse": table})
    assert "No shift clearly differs from zero" in bias.summary(found, made_up.words_of(found.vocabulary))


def test_a_jackknife_of_a_sample_does_not_test_the_shift() -> None:
    assert not primary.shift_paired(made("a sample of a list raked"))
    assert primary.jackknifed(a_plan())


def test_items_are_imputed_given_the_cells_and_not_within_each() -> None:
    assert "chained equations given the response cells" in told("no scenario")["analysis"]
    assert "chained equations given the groups" in told("raked")["analysis"]


def test_notes_of_tables_speak_of_no_cells_that_a_scheme_has_not() -> None:
    found = cases.base()
    notes = [" ".join(table(found).notes) for table in (tables_of_claims.schemes, assumptions.multiverse)]
    assert not any("cells" in note for note in notes)
    assert "also for the standard errors" not in " ".join(response.weights(found).notes)
    smoothed = response.cells(made("smoothed inside merged cells")).notes
    assert "Weight, the mean of a cell." in smoothed
    assert "Weight, the mean of a cell." not in response.cells(found).notes


def test_the_degrees_of_freedom_of_models_are_told() -> None:
    note = " ".join(models.models(cases.base()).notes)
    assert "less the number of coefficients, the intercept aside" in note


@pytest.mark.parametrize(("p", "words"), [(0.01, "a sign that they are not"), (0.4, "no sign that")])
def test_a_check_of_proportional_odds_proves_nothing(p: float, words: str) -> None:
    table = cases.base().tables["estimates"].copy()
    table.loc[table["statistic"] == "proportional_odds_check", "p_value"] = p
    found = dataclasses.replace(cases.base(), tables={**cases.base().tables, "estimates": table})
    note = " ".join(models.models(found).notes)
    assert words in note and ": the odds are not proportional" not in note


def test_the_tools_article_claims_no_more_of_data_and_weights_than_is_so() -> None:
    text = (ROOT / "workflow/documents/manuscript.qmd").read_text(encoding="utf-8")
    assert "account for what is known of everybody" not in text
    assert "without them the aggregates cannot be computed again" in text
    assert (
        '[All was measured once, so that nothing here shows a change or a cause.]{.part lacks="changes"}'
        in text
    )
    assert "linked to an earlier wave of the same people" in text
    assert 'for nothing else.]{.part lacks="replicated"}' in text
    shipped = (ROOT / "report/manuscript.qmd").read_text(encoding="utf-8")
    assert "without them the aggregates cannot be computed again" in shipped


def test_a_change_is_a_part_of_its_own() -> None:
    claim: dict[str, Any] = {
        "kind": "change", "label": "It rose", "short": "Rose", "variable": "guid_1", "before": "guid_2",
        "threshold": 0.0, "range": [1, 5],
    }  # fmt: skip
    found = dataclasses.replace(cases.base(), config={**cases.base().config, "claims": {"C1": claim}})
    assert BY_STUDY["changes"](found) and not BY_STUDY["changes"](cases.base())


def test_bounds_of_a_sample_are_told_as_those_of_an_estimate() -> None:
    found = made("a sample of a list in cells")
    assert (
        "and the greatest value that its estimate could take"
        in told("a sample of a list in cells")["sensitivity"]
    )
    assert (
        "with the sampling error of the estimate added to each"
        in told("a sample of a list in cells")["sensitivity"]
    )
    assert "sampling error of the estimate" not in told("no scenario")["sensitivity"]
    row = cases.base().claim_rows()[0]
    for one, words in (
        (found, "the estimate of the share lies between"),
        (cases.base(), "the share lies between"),
    ):
        config = {**one.config, "claims": cases.base().config["claims"]}
        one = dataclasses.replace(one, config=config)
        sentence = results.sentence("bounds", row, one, made_up.words_of(one.vocabulary))
        assert words in sentence


def test_of_a_sample_the_population_is_estimated_and_not_counted() -> None:
    assert "for whom those drawn and eligible stand by their base weights" in asked(
        "a sample of a list in cells"
    )
    assert "*N* is the 312 eligible people" in asked("no scenario")
    assert (
        "In it everybody drawn counts alike, whatever the base weight."
        in told("a sample of a list in cells")["response"]
    )


def test_the_largest_shift_of_an_odds_ratio_has_its_article_and_a_total_its_space() -> None:
    words = made_up.words_of(cases.base().vocabulary)
    ledger = words.environment.get_template("shared/ledger.md.j2").module
    shift = {"noun": "odds ratio", "tiny": True, "tied": [{"claim": "C1", "group": "", "divided": False}]}
    assert "largest shift of an odds ratio" in ledger.largest([shift], "The", "is")  # type: ignore[attr-defined]
    claimed = {"shift_unit": "", "binary": False}
    made_of = {"claimed": claimed, "shift": -3.0, "outcome": "reached", "cell": ""}
    total = words.environment.get_template("claims/kinds/total.md.j2").make_module(made_of)
    assert "lay 3.00 below" in " ".join(total.tipping().split())  # type: ignore[attr-defined]
