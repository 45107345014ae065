"""The ends of ordered answers: of any number of points, under any words."""

from __future__ import annotations

import pytest

from surveypipe.problems import SurveyError
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.poles import CATEGORIES, Battery, named, parted

ID = {"id": {"role": "id", "type": "string", "label": "Number"}}


def book(batteries):
    item = {"type": "ordinal", "label": "Q", "battery": "mood", "values": {"1": "Rarely", "2": "Often"}}
    return parse_codebook({"batteries": batteries, "variables": {**ID, "q": item}})


@pytest.mark.parametrize("points", range(2, 12))
def test_the_parts_hold_every_answer_once_and_the_halves_are_equal(points):
    found = parted(range(points))
    assert list(found) == list(CATEGORIES)
    assert [code for part in found.values() for code in part] == list(range(points))
    assert len(found["low"]) == len(found["high"]) == points // 2


def test_a_battery_is_a_name_or_says_what_its_ends_are_called():
    assert book({"mood": "Mood"}).batteries["mood"] == Battery("Mood")
    told = book({"mood": {"label": "Mood", "low": "rarely", "high": "often"}}).batteries["mood"]
    assert told.poles() == {"low": "rarely", "high": "often"}


@pytest.mark.parametrize("entry", [{"low": "rarely"}, {"label": "Mood", "top": "often"}, 3])
def test_a_battery_of_another_form_is_named(entry):
    with pytest.raises(SurveyError) as told:
        book({"mood": entry})
    assert "mood" in str(told.value)


def test_many_answers_are_told_by_their_ends_and_a_name_takes_the_place_of_all():
    assert named(["0 Never", "1", "2", "3", "4"]) == ["0 Never to 4"]
    assert named(["Poor", "Fair"]) == ["Poor", "Fair"]
    assert named(["Poor", "Fair"], "poor") == ["poor"]
