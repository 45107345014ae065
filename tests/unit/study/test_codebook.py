"""The codebook: its own checks, and what it says of values."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from studies import FIXED
from surveypipe.problems import SurveyError
from surveypipe.study.codebook import same_number
from surveypipe.study.codebook_parsing import parse_codebook

ROOT = Path(__file__).resolve().parents[3]
RAW = yaml.safe_load((FIXED / "codebook.yaml").read_text())


@pytest.fixture
def raw():
    return copy.deepcopy(RAW)


def problems(raw) -> str:
    with pytest.raises(SurveyError) as caught:
        parse_codebook(raw, "codebook.yaml")
    return "\n".join(caught.value.problems)


def test_codebook_is_valid_and_routes_as_designed():
    book = parse_codebook(RAW)
    assert book.id_variable == "case_id"
    assert book.variables["guid_1"].asked_if == {"read": (1.0,)}
    assert [v.name for v in book.routing_order()][-1] == "access_worked"
    for battery in ("risk", "joint", "contact"):
        assert not any(book.variables[i].asked_if for i in book.battery_items([battery])), battery


def test_unquoted_yes_is_answered_with_the_cure(raw):
    raw["value_sets"]["yes_no"] = {1: True, 2: False}
    assert "put Yes and No in quotes" in problems(raw)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda r: r["variables"]["read"].update(colour="red"), "variables.read: unknown key 'colour'"),
        (lambda r: r["variables"]["read"].update(values="agree"), "calls the set 'agree'"),
        (lambda r: r["variables"]["read"].update(values={"one": "Yes", 2: "No"}), "'one' is not a number"),
        (lambda r: r["variables"]["read"].pop("values"), "read is binary but has no `values`"),
        (lambda r: r["variables"]["guid_1"].update(asked_if={"reed": 1}), "asked if reed, which is not"),
        (lambda r: r["variables"]["guid_1"].update(asked_if={"read": 3}), "no answer of read"),
        (lambda r: r["variables"]["read"].update(asked_if={"access_used": 1}), "run in a circle"),
        (lambda r: r["variables"]["read"].update(missing={"codes": {2: "None"}}), "both as an answer and"),
        (lambda r: r["variables"]["read"].update(role="id"), "at most one variable may have `role: id`"),
        (lambda r: r["variables"]["risk_1"].update(set="heard"), "risk_1 names the set 'heard'"),
        (lambda r: r["variables"]["risk_1"].update(set="heard"), "only a binary variable is a box"),
        (lambda r: r.update(sets={"heard": "Heard of it"}), "the set 'heard' under `sets` has no box"),
        (lambda r: r["variables"]["risk_1"].update(in_file="read"), "read, risk_1 name the same column"),
        (lambda r: r["variables"].update(READ=r["variables"]["read"]), "the names read, READ cannot be told"),
        (lambda r: r["variables"].update({"two words": r["variables"]["read"]}), "letters of any script"),
        (lambda r: r["variables"]["risk_1"].update(battery="risks"), "battery 'risks'"),
        (lambda r: r["variables"]["caseload"].update(range=["2012-01-01", 3]), "wrong kind"),
        (lambda r: r["variables"]["caseload"].update(range=[0, 950]), "inside its own range"),
    ],
)
def test_what_is_wrong_is_named(raw, change, expected):
    change(raw)
    assert expected in problems(raw)


def test_all_problems_at_once(raw):
    raw["variables"]["guid_1"]["asked_if"] = {"reed": 1}
    raw["variables"]["risk_1"]["battery"] = "risks"
    text = problems(raw)
    assert "reed" in text
    assert "risks" in text


def test_values_fall_into_answers_user_missing_and_unknown():
    book = parse_codebook(RAW)
    column = pd.Series([0, 45, 46, 97, 99, np.nan])
    years = book.variables["years_in_post"]
    assert years.is_user_missing(column).tolist() == [False, False, False, True, True, False]
    assert years.is_unknown(column).tolist() == [False, False, True, False, False, False]
    read = book.variables["read"]
    assert read.is_unknown(pd.Series([1, 2, 3, 98, np.nan])).tolist() == [False, False, True, False, False]


def test_a_survey_may_be_anonymous(raw):
    del raw["variables"]["case_id"]
    book = parse_codebook(raw)
    assert not book.identified
    assert book.id_variable not in book.variables


@pytest.mark.parametrize("name", ["Größe", "@2nd", "_weight", "병원", "हिन्दी", "$date", "q1.a"])
def test_names_may_be_of_any_script(raw, name):
    raw["variables"][name] = {"type": "string", "label": "New", "in_file": "As the file calls it"}
    assert parse_codebook(raw).variables[name].in_file == "As the file calls it"


def test_boxes_of_a_set(raw):
    raw["sets"] = {"heard": "How they heard of it"}
    raw["variables"]["read"]["set"] = raw["variables"]["received"]["set"] = "heard"
    assert [box.name for box in parse_codebook(raw).boxes("heard")] == ["received", "read"]


def test_same_number():
    assert same_number("s 012") == same_number("S12")
    assert same_number("S102") != same_number("S12")
    assert {same_number(n) for n in ("00101", "101.0", " 101\u00a0", 101)} == {"101"}
    assert same_number("1.10") != same_number("1.1")
