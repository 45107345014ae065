"""Answers in words stand in the order of their codes in the file, else as a list of words stands."""

from __future__ import annotations

import pandas as pd
import pytest

from surveypipe.intake.drafting import draft
from surveypipe.intake.guessing_words import alphabetical
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.list_drafting import draft_frame


def values_of(column: list[str], labels: dict[str, str]) -> list[str]:
    raw = pd.DataFrame({"trade": pd.Series(column * 20, dtype="object")})
    codebook = draft(raw, FileLabels(values={"trade": labels})).codebook
    return list(codebook["variables"]["trade"]["values"].values())


def test_labelled_words_keep_the_order_of_their_codes():
    labels = {"A": "Physician", "P": "Nurse", "S": "Social worker", "V": "Clerk"}
    assert values_of(["V", "P", "A", "P"], labels) == ["Physician", "Nurse", "Social worker", "Clerk"]


def test_a_word_without_a_label_comes_after_those_with_one():
    assert values_of(["P", "A", "Others", "Cook"], {"P": "Nurse", "A": "Doctor"}) == [
        "Nurse", "Doctor", "Cook", "Others",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "listed",
    [
        ["Ärztin", "Pflege", "Verwaltung"],
        ["École", "Hôpital", "Île-de-France", "Usine"],
        ["Ward 2", "Ward 10", "Ward 11"],
        ["apple", "Berry", "berry", "cherry"],
    ],
)
def test_words_stand_as_in_a_list(listed: list[str]):
    assert sorted(reversed(listed), key=alphabetical) == sorted(listed, key=alphabetical) == listed


def test_words_without_labels_stand_as_in_a_list():
    assert values_of(["Verwaltung", "Pflege", "Ärztin"], {}) == ["Ärztin", "Pflege", "Verwaltung"]


def test_levels_of_a_staff_list_stand_by_their_numbers(tmp_path):
    people = pd.DataFrame(
        {
            "number": [f"N{k:03d}" for k in range(120)],
            "ward": [f"{(k % 3) * 4 + 2}" for k in range(120)],
        }
    )
    survey = pd.DataFrame({"nr": people["number"].iloc[:60], "q": ["Yes", "No"] * 30})
    made = draft_frame(people, survey, "nr")
    assert list(made.groups["ward"]["levels"]) == ["2", "6", "10"]
