"""Sentences made from results: true and grammatical whichever way a result falls."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import claims, results
from surveypipe.study.outcomes import Crossing


@pytest.fixture(scope="module")
def survey() -> Released:
    return made_up.released()


def row(**changes: Any) -> pd.Series:
    base = {
        "claim": "C1", "short": "Read the protocols", "kind": "share", "variable": "read",
        "statistic": "proportion", "group_level": "", "estimate": 0.73, "ci_low": 0.65, "ci_high": 0.80,
        "n": 117, "ci_level": 0.95,
        "bound_low": 0.28, "bound_high": 0.9, "tipping_theta": 5.13, "tipping_theta_interval": 2.69,
        "tipping_outcome": "reached", "tipping_interval_outcome": "reached",
        "reader_k000": 0.28, "reader_k050": 0.51, "reader_limit": 0.41,
        "scenario_source": "fixed", "scheme_low": 0.727, "scheme_high": 0.739,
        "ci_tost_low": math.nan, "ci_tost_high": math.nan, "power_at_zero": math.nan,
        "equivalence": "", "grade": 3,
    }  # fmt: skip
    return pd.Series(base | changes)


def difference(**changes: Any) -> pd.Series:
    return row(
        **{
            "claim": "C6", "short": "Contact minus protocols", "kind": "equivalence", "statistic": "mean",
            "variable": "contact_minus_joint", "estimate": 0.14, "ci_low": -0.01, "ci_high": 0.30,
            "ci_tost_low": 0.01, "ci_tost_high": 0.28, "power_at_zero": 0.87,
            "equivalence": "inconclusive", "tipping_shift": 0.164, "bound_low": -2.5,
            "bound_high": 2.6, "grade": 0, **changes,
        }
    )  # fmt: skip


def said(name: str, case: pd.Series, survey: Released) -> str:
    return results.sentence(name, case, survey, made_up.words())


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.65, 0.80, "lies wholly above the threshold of 50%"),
        (0.45, 0.60, "includes the threshold of 50%"),
        (0.20, 0.40, "lies wholly below the threshold of 50%"),
    ],
)
def test_the_interval_beside_its_threshold(survey: Released, low: float, high: float, words: str) -> None:
    made = said("threshold", row(ci_low=low, ci_high=high), survey)
    assert made == f"The interval {words}."


def test_a_claim_with_two_thresholds_is_held_to_both(survey: Released) -> None:
    made = said("threshold", row(claim="C4", ci_low=0.45, ci_high=0.60, group_level="CSC"), survey)
    assert made.startswith("The interval for children's social care lies wholly above the threshold of 10%")
    assert made.endswith(" and includes that of 50%.")


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (row(), "supported"),
        (row(ci_low=0.45), "not supported"),
        (row(ci_low=math.nan), "withheld"),
        (difference(), "inconclusive"),
    ],
)
def test_the_words_beside_a_threshold_are_told_what_came_of_the_claim(
    survey: Released, case: pd.Series, outcome: str
) -> None:
    assert claims.threshold(case, survey)["outcome"] == outcome


def test_a_tipping_point_names_ratio_and_threshold(survey: Released) -> None:
    made = said("tipping", row(), survey)
    assert made.startswith("The tipping point is 5.1: for the estimate to reach 50%, the odds")
    assert made.endswith("For the limit of the interval to reach it, 2.7 times as high would do.")


def test_a_tipping_point_below_one_turns_the_answer_round(survey: Released) -> None:
    made = said("tipping", row(claim="C4", tipping_theta=0.25, tipping_theta_interval=0.5), survey)
    assert "The tipping point is 4.0:" in made and "of whom this is not true" in made
    assert "to reach 50%" in made and "2.0 times" in made


@pytest.mark.parametrize(
    ("outcome", "interval", "words"),
    [
        (Crossing.SURE, Crossing.SURE, "could overturn this result"),
        (Crossing.MISSED, Crossing.MISSED, "wrong side of the threshold"),
        (Crossing.NEVER, Crossing.NEVER, "would not reach the threshold"),
        (Crossing.REACHED, Crossing.MISSED, "The interval already includes it."),
        (Crossing.REACHED, Crossing.NEVER, "At no ratio would the limit of the interval reach it."),
    ],
)
def test_other_outcomes_of_the_tipping_point(
    survey: Released, outcome: Crossing, interval: Crossing, words: str
) -> None:
    case = row(
        tipping_theta=5.13 if outcome is Crossing.REACHED else math.nan, tipping_theta_interval=math.nan,
        tipping_outcome=str(outcome), tipping_interval_outcome=str(interval),
    )  # fmt: skip
    assert words in said("tipping", case, survey)


@pytest.mark.parametrize(
    ("low", "limit", "words"),
    [
        (0.65, 0.41, "would no longer clear the threshold"),
        (0.65, 0.55, "would still clear the threshold"),
        (0.40, 0.30, "would not clear the threshold either"),
        (0.40, 0.55, "would clear the threshold"),
    ],
)
def test_the_reader_scenario_says_what_becomes_of_the_claim(
    survey: Released, low: float, limit: float, words: str
) -> None:
    made = said("readers", row(ci_low=low, reader_limit=limit), survey)
    assert f"the estimate would be 51% and the interval {words}. " in made
    assert made.endswith("With none, the estimate would be 28%.")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("equivalent", "equivalent by this margin"),
        ("both", "differ, but by less than the margin"),
        ("different", "the two differ, and equivalence is not shown"),
        ("inconclusive", "not a finding that the two are equal"),
    ],
)
def test_each_outcome_of_an_equivalence_test(survey: Released, outcome: str, words: str) -> None:
    assert words in said("threshold", difference(equivalence=outcome), survey)


@pytest.mark.parametrize(("shift", "favoured"), [(0.164, "personal contact"), (-0.4, "the protocols")])
def test_a_shift_names_whom_it_favours(survey: Released, shift: float, favoured: str) -> None:
    alone = difference(tipping_shift=shift, tipping_theta=float("nan"))
    assert said("tipping", alone, survey).endswith(f"{favoured}.")
    both = said("tipping", difference(tipping_shift=shift, tipping_theta=0.84), survey)
    assert both.endswith(f"{favoured} (a tipping θ of 0.8).")


@pytest.mark.parametrize("grade", range(5))
def test_each_grade_has_a_clause_that_follows_a_claim(survey: Released, grade: int) -> None:
    made = said("clause", row(grade=grade), survey)
    assert made.split()[0] in ("is", "holds") and not made.endswith(".")


@pytest.mark.parametrize(
    ("low", "high", "p", "words"),
    [
        (-0.1, 0.2, 0.6, "includes zero, and the test, {}, does not reject"),
        (0.01, 0.2, 0.14, "excludes zero, but the test, {}, does not reject"),
        (0.01, 0.2, 0.01, "excludes zero, and the test, {}, rejects"),
        (-0.01, 0.2, 0.04, "includes zero, although the test, {}, rejects"),
    ],
)
def test_interval_and_test_of_a_difference_are_kept_apart(
    survey: Released, low: float, high: float, p: float, words: str
) -> None:
    estimates = survey.tables["estimates"].copy()
    read = estimates["variable"] == "read"
    estimates.loc[read & (estimates["statistic"] == "rao_scott"), "p_value"] = p
    estimates.loc[read & (estimates["statistic"] == "difference"), ["ci_low", "ci_high"]] = [low, high]
    changed = Released(survey.config, survey.variables, {**survey.tables, "estimates": estimates})
    # They have different variances, and the sentence says so; with one variance there is nothing to say.
    apart = words.format("without the finite-population correction that the interval has")
    assert apart in said("groups", row(), changed)
    analysis = {**survey.config["analysis"], "fpc": {"descriptive": True, "tests": True}}
    alike = Released({**survey.config, "analysis": analysis}, survey.variables, changed.tables)
    assert words.replace(", {},", "") in said("groups", row(), alike)


def with_grades(survey: Released, grades: list[float]) -> Released:
    claims = survey.tables["claims"].astype({"grade": float})
    overall = claims["group_level"].fillna("") == ""
    claims.loc[overall, "grade"] = grades
    return Released(survey.config, survey.variables, {**survey.tables, "claims": claims})


def test_claims_together_are_counted_by_grade(survey: Released) -> None:
    made = results.all_together(with_grades(survey, [2, 2, 3, 1, 4, 0]), made_up.words())
    assert made["claims__supported"] == "four of the six"
    assert made["claims__tally"].startswith("Of the six claims, one is supported whatever")
    assert " Two are supported unless" in made["claims__tally"]
    assert " One is not supported." in made["claims__tally"]
    assert made["claims__tally-short"].endswith("one among respondents only and one was not supported.")


def test_when_every_claim_falls_the_text_says_so(survey: Released) -> None:
    made = results.all_together(with_grades(survey, [0] * 6), made_up.words())
    assert made["claims__supported"] == "none of the six"
    assert made["claims__tally"] == "None of the six claims is supported."
    assert made["claims__by-grade"] == "None of the six claims is supported."
    assert made["claims__tally-short"] == "None of six claims was supported."


def test_claims_of_a_grade_are_listed_by_what_they_claim(survey: Released) -> None:
    made = results.all_together(with_grades(survey, [2, 2, 3, 3, 3, 0]), made_up.words())["claims__by-grade"]
    assert made.startswith("The claim that the protocols were widely disseminated is supported unless")
    assert ". The same holds for the claim that most readers report" in made
    assert ". The same holds for the claims that some practitioners" in made
    assert made.endswith(
        " The claim that staff report that personal contact helped as much as the protocols is not supported."
    )


def test_when_every_claim_stands_the_text_says_so(survey: Released) -> None:
    made = results.all_together(with_grades(survey, [3] * 6), made_up.words())
    assert made["claims__tally"].startswith("All six claims are supported if")


def test_what_is_suppressed_is_named_and_never_printed_as_a_number(survey: Released) -> None:
    tables = {name: table.copy() for name, table in survey.tables.items()}
    for name in ("claims", "estimates"):
        numeric = tables[name].select_dtypes("number").columns
        tables[name][numeric] = tables[name][numeric].astype(float) * np.nan
        tables[name]["status"] = "suppressed"
    made = results.sentences(Released(survey.config, survey.variables, tables), made_up.words())
    assert made["claim-c1__clause"].startswith("cannot be judged")
    assert made["claim-c1__tipping-sentence"] == made_up.words().say("claims/withheld")
    assert made["read__yes__proportion__overall__primary__phrase"] == (
        "a share that is withheld because too few people stand behind it"
    )
    assert not any(re.search(r"\bnan\b", text) for text in made.values())
    assert made["claim-c2__items-sentence"].startswith("What was answered to its single items is withheld")
    # A text that asks for a sentence is built also where its numbers may not be told.
    assert {key for key in results.sentences(survey, made_up.words()) if key not in made} == set()


def test_sentences_are_sentences_and_keys_are_keys(survey: Released) -> None:
    made = results.sentences(survey, made_up.words())
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]*", key) for key in made)
    for key, text in made.items():
        assert not re.search(r"\bnan\b|\binf\b|  |\.\.|None\b(?! of)", text), (key, text)
        if key.endswith("-sentence"):
            assert text[0].isupper() and text.endswith("."), (key, text)


def test_keys_do_not_clash_with_those_of_the_numbers(survey: Released) -> None:
    from surveypipe.reporting.numbers import numbers

    assert set(numbers(survey)) & set(results.sentences(survey, made_up.words())) == set()
