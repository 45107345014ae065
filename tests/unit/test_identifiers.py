"""Identifiers of estimates: each its own, in any alphabet and whatever the answers are called."""

from __future__ import annotations

import re
from typing import Any

import pytest

from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.identifiers import estimate_id, key_slug

# What may stand under `num:` in the metadata file of a document.
KEY = re.compile(r"[a-z][a-z0-9_-]*")
NASTY = {
    "same but for a sign": {"1": "< 5 times", "2": "> 5 times", "3": "5 times", "4": "Every shift"},
    "Korean": {"1": "거의 없다", "2": "가끔", "3": "자주", "4": "매번"},
    "Cyrillic": {"1": "Редко", "2": "Часто"},
    "one label for two codes": {"1": "Rarely", "2": "Other", "3": "Other"},
    "a code that another answer is called": {"1": "Редко", "2": "Code 1", "3": "code-1"},
    "signs alone": {"1": "+", "2": "-", "3": "?"},
    "negative and broken codes": {"1": "Да", "-1": "Нет", "1.5": "Да", "15": "Нет"},
}


def rows_of(values: dict[str, str], **cells: Any) -> list[dict[str, Any]]:
    return [
        estimate_row("freq", "proportion", 0.5, level=code, level_label=text, scheme="cells", **cells)
        for code, text in values.items()
    ]


@pytest.mark.parametrize("values", NASTY.values(), ids=NASTY)
def test_answers_are_told_apart_by_their_code_where_their_words_are_not_enough(values):
    made = rows_of(values) + rows_of(values, group="site", group_level="북쪽")
    made += rows_of(values, group="site", group_level="남쪽")
    names = list(estimate_frame(made)["estimate_id"])
    assert len(set(names)) == len(made)
    assert [name for name in names if not KEY.fullmatch(name)] == []


@pytest.mark.parametrize("values", NASTY.values(), ids=NASTY)
def test_a_table_gathered_from_finished_rows_keeps_their_names(values):
    once = estimate_frame(rows_of(values))
    again = estimate_frame({str(k): v for k, v in row.items()} for row in once.to_dict("records"))
    assert list(once["estimate_id"]) == list(again["estimate_id"])


def test_answers_whose_words_are_enough_keep_the_name_made_of_them():
    made = estimate_frame(rows_of({"1": "Strongly disagree", "2": "Don't know"}))
    assert list(made["estimate_id"]) == [
        "freq__strongly-disagree__proportion__overall__cells",
        "freq__dont-know__proportion__overall__cells",
    ]


@pytest.mark.parametrize("levels", [("A+", "A-"), ("북쪽", "남쪽"), ("Ж", "З"), ("1", "-1"), ("<5", ">5")])
def test_levels_of_a_group_stay_apart(levels):
    assert len({key_slug(level) for level in levels}) == 2
    names = [estimate_id("read", "Yes", "proportion", "site", level, "cells") for level in levels]
    assert len(set(names)) == 2
    assert all(KEY.fullmatch(name) for name in names)


def test_two_rows_of_one_answer_are_still_a_mistake():
    with pytest.raises(ValueError, match="more than once"):
        estimate_frame(rows_of({"1": "Yes"}) + rows_of({"1": "Yes"}))


@pytest.mark.parametrize(
    "names", [("병원", "병동"), ("Größe", "Grösse"), ("_w", "w"), ("@2nd", "#2nd"), ("Ж", "З")]
)
def test_variables_of_any_script_have_identifiers_of_their_own(names):
    made = [estimate_id(name, "Yes", "proportion", "overall", "", "cells") for name in names]
    assert all(KEY.fullmatch(name) for name in made)
    assert (len(set(made)) == 2) is (names != ("@2nd", "#2nd")), "what reads alike, the codebook refuses"
