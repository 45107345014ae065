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
from surveypipe.reporting.tables.claims import tipping_text
from surveypipe.reporting.wording import results
from surveypipe.study.claims import AnyClaim
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
        "tipping_outcome": Crossing.REACHED, "tipping_interval_outcome": Crossing.REACHED,
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


def claim(survey: Released, key: str) -> AnyClaim:
    return survey.claims[key]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.65, 0.80, "lies wholly above the threshold of 50%"),
        (0.45, 0.60, "includes the threshold of 50%"),
        (0.20, 0.40, "lies wholly below the threshold of 50%"),
    ],
)
def test_the_interval_beside_its_threshold(survey: Released, low: float, high: float, words: str) -> None:
    made = results.threshold_sentence(row(ci_low=low, ci_high=high), claim(survey, "C1"), survey)
    assert made == f"That interval {words}."


def test_a_claim_with_two_thresholds_is_held_to_both(survey: Released) -> None:
    case = row(ci_low=0.45, ci_high=0.60, group_level="CSC")
    made = results.threshold_sentence(case, claim(survey, "C4"), survey)
    assert made.startswith("The interval for children's social care lies wholly above the threshold of 10%")
    assert made.endswith(" and includes that of 50%.")


def test_a_tipping_point_names_ratio_and_threshold(survey: Released) -> None:
    made = results.tipping_sentence(row(), claim(survey, "C1"))
    assert "The tipping point is 5.1:" in made and "to reach 50%, and 2.7 times for the limit" in made


def test_a_tipping_point_below_one_turns_the_answer_round(survey: Released) -> None:
    made = results.tipping_sentence(row(tipping_theta=0.25, tipping_theta_interval=0.5), claim(survey, "C4"))
    assert "The tipping point is 4.0:" in made and "of whom this is not true" in made
    assert "to reach 50%" in made and "2.0 times" in made


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tipping_theta": math.nan, "tipping_outcome": Crossing.SURE}, "could overturn this result"),
        ({"tipping_theta": math.nan, "tipping_outcome": Crossing.MISSED}, "wrong side of the threshold"),
        (
            {"tipping_theta": math.nan, "tipping_outcome": Crossing.NEVER},
            "would not reach the threshold",
        ),
        (
            {"tipping_theta_interval": math.nan, "tipping_interval_outcome": Crossing.MISSED},
            "which the interval already includes",
        ),
        (
            {"tipping_theta_interval": math.nan, "tipping_interval_outcome": Crossing.NEVER},
            "at no ratio would the limit of the interval reach it",
        ),
    ],
)
def test_other_outcomes_of_the_tipping_point(survey: Released, changes: dict[str, Any], words: str) -> None:
    assert words in results.tipping_sentence(row(**changes), claim(survey, "C1"))


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
    made = results.reader_sentence(row(ci_low=low, reader_limit=limit), claim(survey, "C1"), survey)
    assert words in made and "with none, the estimate would be 28%." in made


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
    assert words in results.equivalence_sentence(difference(equivalence=outcome), claim(survey, "C6"))


@pytest.mark.parametrize(("shift", "favoured"), [(0.164, "personal contact"), (-0.4, "the protocols")])
def test_a_shift_names_whom_it_favours(survey: Released, shift: float, favoured: str) -> None:
    alone = difference(tipping_shift=shift, tipping_theta=float("nan"))
    assert results.shift_sentence(alone, survey).endswith(f"{favoured}.")
    both = results.shift_sentence(difference(tipping_shift=shift, tipping_theta=0.84), survey)
    # The ledger prints the two beside each other as well.
    assert both.endswith(f"{favoured} (a tipping θ of 0.8).")
    assert tipping_text(difference(tipping_shift=shift, tipping_theta=0.84)).startswith("0.8 (")


@pytest.mark.parametrize("grade", range(5))
def test_each_grade_has_a_clause_that_follows_a_claim(grade: int) -> None:
    made = results.clause(row(grade=grade))
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
    estimates.loc[(estimates["variable"] == "read") & (estimates["statistic"] == "rao_scott"), "p_value"] = p
    changed = Released(survey.config, survey.variables, {**survey.tables, "estimates": estimates})
    made = results._tested(pd.Series({"ci_low": low, "ci_high": high}), "read", changed)
    # They have different variances, and the sentence says so; with one variance there is nothing to say.
    assert words.format("without the finite-population correction that the interval has") in made
    analysis = {**survey.config["analysis"], "fpc": {"descriptive": True, "tests": True}}
    alike = Released({**survey.config, "analysis": analysis}, survey.variables, changed.tables)
    made = results._tested(pd.Series({"ci_low": low, "ci_high": high}), "read", alike)
    assert words.replace(", {},", "") in made


def with_grades(survey: Released, grades: list[int]) -> Released:
    claims = survey.tables["claims"].copy()
    overall = claims["group_level"].fillna("") == ""
    claims.loc[overall, "grade"] = grades
    return Released(survey.config, survey.variables, {**survey.tables, "claims": claims})


def test_claims_together_are_counted_by_grade(survey: Released) -> None:
    made = results.all_claims(with_grades(survey, [2, 2, 3, 1, 4, 0]))
    assert made["claims__supported"] == "four of the six"
    assert made["claims__tally"].startswith("Of the six claims, one is supported whatever")
    assert (
        "two are supported unless" in made["claims__tally"]
        and "one is not supported." in made["claims__tally"]
    )
    assert "one was supported among respondents only" in made["claims__tally-short"]


def test_when_every_claim_falls_the_text_says_so(survey: Released) -> None:
    made = results.all_claims(with_grades(survey, [0] * 6))
    assert made["claims__supported"] == "none of the six"
    assert made["claims__tally"] == "None of the six claims is supported."
    assert made["claims__by-grade"] == "None of the six claims is supported."
    assert made["claims__tally-short"] == "None of six claims was supported."


def test_claims_of_a_grade_are_listed_by_what_they_claim(survey: Released) -> None:
    made = results.all_claims(with_grades(survey, [2, 2, 3, 3, 3, 0]))["claims__by-grade"]
    assert made.startswith(
        "The claims that the protocols were widely disseminated and that most readers report that"
    )
    assert made.endswith(
        " The claim that staff report that personal contact helped as much as the protocols is not supported."
    )


def test_when_every_claim_stands_the_text_says_so(survey: Released) -> None:
    made = results.all_claims(with_grades(survey, [3] * 6))
    assert made["claims__tally"].startswith("All six claims are supported if")


def test_what_is_suppressed_is_named_and_never_printed_as_a_number(survey: Released) -> None:
    tables = {name: table.copy() for name, table in survey.tables.items()}
    for name in ("claims", "estimates"):
        numeric = tables[name].select_dtypes("number").columns
        tables[name][numeric] = tables[name][numeric].astype(float) * np.nan
        tables[name]["status"] = "suppressed"
    made = results.sentences(Released(survey.config, survey.variables, tables))
    assert made["claim-c1__clause"].startswith("cannot be judged")
    assert made["claim-c1__tipping-sentence"] == results.WITHHELD_SENTENCE
    assert made["read__yes__proportion__overall__primary__phrase"] == results.WITHHELD_SHARE
    assert not any(re.search(r"\bnan\b", text) for text in made.values())


def test_sentences_are_sentences_and_keys_are_keys(survey: Released) -> None:
    made = results.sentences(survey)
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]*", key) for key in made)
    for key, text in made.items():
        assert not re.search(r"\bnan\b|\binf\b|  |\.\.|None\b(?! of)", text), (key, text)
        if key.endswith("-sentence"):
            assert text[0].isupper() and text.endswith("."), (key, text)


def test_keys_do_not_clash_with_those_of_the_numbers(survey: Released) -> None:
    from surveypipe.reporting.numbers import numbers

    assert set(numbers(survey)) & set(results.sentences(survey)) == set()
