"""Names of categories that were put together."""

from __future__ import annotations

from dataclasses import replace

import pytest

import made_up
from surveypipe.reporting.joined_labels import joined, merged_label, one_band
from surveypipe.reporting.released import Released

BANDS = {"1": "Under 2", "2": "2 to 4", "3": "5 to 9", "4": "10 or more"}


@pytest.fixture
def released() -> Released:
    return made_up.released()


def holding(released: Released, kind: str) -> Released:
    entry = {"label": "Made up", "type": kind, "values": BANDS}
    return replace(released, variables={**released.variables, "made_up": entry})


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["Under 2", "2 to 4"], "Up to 4"),
        (["Under 2", "2 to 4", "5 to 9"], "Up to 9"),
        (["2–4 years", "5–9 years"], "2 to 9 years"),
        (["45 to 64", "65 and over"], "45 and over"),
        (["1,000 to 4,999", "5,000 or more"], "1,000 or more"),
        (["Under 2 years", "2 to 4"], ""),
        (["5 to 9", "Ten or more"], ""),
        (["Under 2", "10 or more"], ""),
    ],
)
def test_neighbouring_bands_make_one_band(labels: list[str], told: str) -> None:
    assert one_band(labels) == told


def test_a_merged_band_is_named_as_one(released: Released) -> None:
    given = holding(released, "ordinal")
    assert merged_label(given, "made_up", "1+2", "Under 2 or 2 to 4") == "Up to 4"
    assert merged_label(given, "made_up", "3", "5 to 9") == "5 to 9"
    # What is known of no part, and parts that are no neighbours, keep what the table calls them.
    assert merged_label(given, "made_up", "x+y", "X or Y") == "X or Y"
    assert merged_label(given, "made_up", "1+3", "") == "Under 2 or 5 to 9"
    assert merged_label(holding(released, "categorical"), "made_up", "1+2", "") == "Under 2 or 2 to 4"


def test_further_labels_are_written_as_in_a_sentence(released: Released) -> None:
    small = released.in_text("Disagree")
    assert joined(released, ["Strongly disagree", "Disagree"]) == f"Strongly disagree or {small}"
    assert joined(released, ["Agree"]) == "Agree"
