"""Cells that hold several answers become boxes; a sign within one answer parts nothing."""

from __future__ import annotations

from itertools import cycle, islice

import pandas as pd
import pytest

from surveypipe.intake.several_answers import with_boxes

FORMS = ["Email;Phone;", "Email;", "Phone;Letter;", None, "Letter;", "Email;Letter;"]
GOOGLE = ["Email, Phone", "Email", "Phone", "Phone, Letter", "Letter", None]


def column(values: list[str | None], n: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"P{k}" for k in range(n)], "Media": list(islice(cycle(values), n))})


@pytest.mark.parametrize("values", [FORMS, GOOGLE])
def test_each_option_has_a_column_that_counts_who_chose_it(values: list[str | None]):
    table = column(values)
    made, found = with_boxes(table)
    assert found == ["Media"]
    assert set(made) == {"id", "Media: Email", "Media: Phone", "Media: Letter"}
    for option in ("Email", "Phone", "Letter"):
        chosen = table["Media"].fillna("").str.contains(option)
        assert (made[f"Media: {option}"].notna() == chosen).all()


def test_what_few_wrote_stands_in_own_words():
    table = column(FORMS)
    table.loc[[1, 7], "Media"] = ["Email;By pigeon", "Drums;"]
    made, _ = with_boxes(table)
    assert made["Media: other answers"].dropna().to_dict() == {1: "By pigeon", 7: "Drums"}
    assert "Media: By pigeon" not in made


@pytest.mark.parametrize(
    "values",
    [
        ["Yes, always", "No, never"],
        ["Nurse", "Nurse, senior", "Doctor", "Doctor, senior"],
        ["Too long; did not read", "Fine", "Good, thanks"],
        ["North", "South", None],
        ["Agree", "Agree, somewhat"],
    ],
)
def test_a_sign_within_one_answer_parts_nothing(values: list[str | None]):
    table = column(values)
    made, found = with_boxes(table)
    assert found == [] and made is table


def test_numbers_stay_numbers():
    table = pd.DataFrame({"x": [1.5, 2.0] * 30})
    assert with_boxes(table)[1] == []
