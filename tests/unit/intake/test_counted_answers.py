"""Which answer is counted is said by the codebook, and never by the order of the answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from surveypipe.estimation.comparisons import outcome_of
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import Survey
from surveypipe.intake.cleaning import clean
from surveypipe.intake.description import describe
from surveypipe.intake.drafting import draft
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.rule_checks import check_cleaning
from surveypipe.intake.scoring import routed_no
from surveypipe.problems import SurveyError
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.questions import answer_tables
from surveypipe.reporting.wording.results import phrases
from surveypipe.study.cleaning import Cleaning, RoutedNo
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.frame import Group
from surveypipe.study.sections import Sections
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.wording import Wording
from waves import yes_no_as_share

ROOT = Path(__file__).resolve().parents[3]

WORDS = Wording([ROOT / "workflow/wording/en"], Vocabulary().everywhere())
ORDERS = [{1: "Yes", 0: "No"}, {0: "No", 1: "Yes"}]
FRAME = pd.DataFrame({"id": list("abcde"), "site": ["N", "N", "N", "S", "S"]})
GROUPS = {"site": Group(label="Site", levels={"N": "North", "S": "South"})}
ROUTED = RoutedNo(variable="used_any", label="Used any", from_="used", filter="read")


def book_of(values: dict, **more):
    raw = {
        "variables": {
            "pno": {"role": "id", "type": "string", "label": "Number"},
            "read": {"type": "binary", "label": "Read it", "values": values, **more},
            "used": {"type": "binary", "label": "Used it", "values": values, **more, "core": True},
        }
    }
    return parse_codebook(raw, "codebook.yaml")


def survey_of(values: dict) -> Survey:
    about = describe(book_of(values, counts=1), FRAME, Cleaning(recodes=(ROUTED,)), GROUPS)
    people = pd.DataFrame({"used": [1.0, 1.0, 0.0, 0.0, np.nan], "site": FRAME["site"]})
    return Survey(people, about, {}, "cells", None, Sections({"claims": {}, "sensitivity": {}}))


@pytest.mark.parametrize("values", ORDERS, ids=["yes first", "no first"])
def test_routed_past_counts_as_no_whatever_the_order(values):
    answers = pd.DataFrame({"read": [1.0, 1.0, 0.0, np.nan], "used": [1.0, 0.0, np.nan, np.nan]})
    found = routed_no(answers, "used", "read", book_of(values, counts=1))
    assert found.tolist()[:3] == [1.0, 0.0, 0.0]
    assert np.isnan(found[3])


@pytest.mark.parametrize("values", ORDERS, ids=["yes first", "no first"])
def test_tests_and_differences_take_the_counted_answer(values):
    outcome, code, label = outcome_of(survey_of(values), "used")
    assert (code, label) == ("1", "Yes")
    np.testing.assert_array_equal(outcome, [1.0, 1.0, 0.0, 0.0, np.nan])


@pytest.mark.parametrize("values", ORDERS, ids=["yes first", "no first"])
def test_a_change_between_waves_takes_the_counted_answer(values):
    about = describe(book_of(values, counts=1), FRAME, Cleaning(), GROUPS)
    made = yes_no_as_share(pd.DataFrame({"used": [1.0, 0.0]}), ["used"], about)
    assert made["used"].tolist() == [1.0, 0.0]


def released_of(about: dict) -> Released:
    shares = {"0": 0.82, "1": 0.18}
    rows = [
        estimate_row("used", "proportion", shares[code], level=code, level_label=text, scheme="cells", n=50,
                     ci_low=shares[code] - 0.05, ci_high=shares[code] + 0.05)
        for code, text in about["used"]["values"].items()
    ]  # fmt: skip
    config = {
        "study": {"id": "s", "title": "Use", "setting": "a town", "mode": "web", "data": "real"},
        "frame": {"id": "id", "survey_id": "id", "group": "site", "columns": {"id": "id", "site": "site"}},
        "groups": {"site": {"label": "Site", "levels": {"N": "North", "S": "South"}}},
        "analysis": {"items": ["used"], "characteristics": ["site"]},
        "claims": {},
        "disclosure": {},
        "weighting": {"primary": "cells", "schemes": {"cells": {"label": "Cells", "method": "poststratify"}}},
    }
    estimates = estimate_frame(rows).assign(status="released")
    return Released(config, about, {"estimates": estimates, "claims": pd.DataFrame()})


@pytest.mark.parametrize("values", ORDERS, ids=["yes first", "no first"])
def test_the_table_and_the_phrase_show_the_counted_answer_and_name_it(values):
    about = describe(book_of(values, counts=1), FRAME, Cleaning(), GROUPS)
    (table,) = answer_tables(released_of(about)).values()
    assert [row[2].split()[0] for row in table.rows if row[0] == "Used it: Yes"] == ["18"]
    assert not any("No" in row[0] for row in table.rows)
    said = phrases("used", released_of(about), WORDS)
    assert said["used__yes__proportion__overall__primary__phrase"].startswith("18%")
    assert not any("__no__" in key for key in said)


def test_of_two_answers_none_of_which_is_counted_both_are_shown():
    about = describe(book_of(ORDERS[0], counts=1), FRAME, Cleaning(), GROUPS)
    about["used"] |= {"type": "categorical", "counts": "", "values": {"0": "Day", "1": "Night"}}
    (table,) = answer_tables(released_of(about)).values()
    assert [row[0].strip() for row in table.rows][-3:] == ["Used it", "Day", "Night"]


@pytest.mark.parametrize("values", ORDERS, ids=["yes first", "no first"])
def test_a_binary_variable_that_does_not_say_is_refused_with_what_to_write(values):
    with pytest.raises(SurveyError) as caught:
        book_of(values)
    first, second = caught.value.problems
    assert "variable read is binary and does not say which answer is counted" in first
    assert "`counts: 1` (Yes)" in first
    assert "variable used" in second


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"counts": 7}, "counts 7, which is no answer of it; write `counts: 1` (Yes)"),
        ({"type": "ordinal", "counts": 1}, "is ordinal and takes no `counts`"),
    ],
)
def test_a_counted_answer_that_cannot_be_is_told(change, told):
    with pytest.raises(SurveyError, match=told.replace("(", r"\(").replace(")", r"\)")):
        book_of(ORDERS[0], **change)


def test_a_value_set_may_say_it_for_all():
    raw = {
        "value_sets": {"no_yes": {0: "No", 1: "Yes", "counts": 1}},
        "variables": {
            "pno": {"role": "id", "type": "string", "label": "Number"},
            "read": {"type": "binary", "label": "Read it", "values": "no_yes"},
            "lost": {"type": "binary", "label": "Lost it", "values": "no_yes", "counts": 0},
        },
    }
    book = parse_codebook(raw)
    assert [book.variables[name].counts for name in ("read", "lost")] == [1.0, 0.0]
    assert book.variables["read"].values == {0.0: "No", 1.0: "Yes"}


def test_a_recode_of_a_question_of_which_nothing_is_counted_is_refused():
    book = book_of(ORDERS[0], type="categorical")
    with pytest.raises(SurveyError, match="which answer of used counts as yes is not said"):
        check_cleaning(Cleaning(recodes=(ROUTED,)), book, FRAME).raise_if_any()


def test_the_analysis_file_says_which_answer_is_counted():
    records = pd.DataFrame({"record": [1, 2], "pno": ["a", "b"], "read": [1.0, 0.0], "used": [0.0, np.nan]})
    made = clean(records, FRAME, book_of(ORDERS[1], counts=1), Cleaning(rules=(), recodes=(ROUTED,)), GROUPS)
    assert {name: made.variables[name]["counts"] for name in ("read", "used", "used_any", "site")} == {
        "read": "1", "used": "1", "used_any": "1", "site": ""
    }  # fmt: skip
    assert made.analysis["used_any"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("answers", "drafted"),
    [
        ({0: "No", 1: "Yes"}, ("binary", 1)),
        ({1: "Yes", 2: "No"}, ("binary", 1)),
        ({1: "Nein", 2: "Ja"}, ("binary", 2)),
        ({0: "아니요", 1: "예"}, ("binary", 1)),
        ({1: "Day", 2: "Night"}, ("categorical", None)),
        ({0: "No", 1: "Sometimes"}, ("categorical", None)),
    ],
)
def test_a_draft_says_which_answer_is_counted_where_the_words_are_plain(answers, drafted):
    raw = pd.DataFrame({"pno": ["a", "b", "c"], "lost": [*answers, *answers][:3]})
    made = draft(raw, FileLabels(values={"lost": answers}), "pno").codebook["variables"]
    assert (made["lost"]["type"], made["lost"].get("counts")) == drafted
    parse_codebook(yaml.safe_load(yaml.safe_dump(made and {"variables": made})))
