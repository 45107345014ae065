"""Bands of numbers are ordered by what they say, and not at all where they say it in several units."""

from __future__ import annotations

import random

import pytest

from surveypipe.intake.bands import by_numbers

ORDERED = {
    "cut by R": ["(0,19]", "(19,39]", "(39,59]", "(59,Inf]"],
    "from below": ["(-Inf,0]", "(0,10]", "(10,20]"],
    "cut by pandas": ["(17.999, 29.0]", "(29.0, 45.5]", "(45.5, 99.0]"],
    "of thousands": ["[0,1e+03)", "[1e+03,2e+03)", "[2e+03,1e+04]"],
    "ages": ["under 18", "18-24", "25-34", "35 or more"],
    "with signs": ["≤18", "19–24", "≥25"],
    "decimal commas": ["0,5 bis 1,5", "1,5 bis 2,5", "2,5 bis 10"],
    "pounds": ["Less than £10,000", "£10,000 to £19,999", "£20,000 to £99,999", "£100,000 or more"],
    "German thousands": ["unter 500 €", "500 bis 1.499 €", "1.500 bis 2.999 €", "3.000 € und mehr"],
    "French thousands": ["moins de 900", "900 à 1 500", "1 500 à 3 000", "plus de 3 000"],
    "small decimals": ["0.125", "0.25", "0.5"],
    "counts": ["0", "1", "2", "3 or more"],
}
UNORDERED = {
    "several units": ["30 minutes to 1 hour", "1 to 2 hours", "3 hours or more"],
    "overlapping": ["18-30", "25-40", "41-60"],
    "the same number": ["1 a week", "1 a month", "2 a year"],
    "no bands": ["Ward 1", "Ward 2", "Ward 3"],
    "backwards": ["24-18", "34-25", "44-35"],
}


@pytest.mark.parametrize("name", ORDERED)
def test_bands_are_put_into_order(name: str) -> None:
    for seed in range(5):
        mixed = random.Random(seed).sample(ORDERED[name], len(ORDERED[name]))
        assert by_numbers(mixed) == ORDERED[name]


@pytest.mark.parametrize("name", UNORDERED)
def test_what_numbers_do_not_order_has_no_order(name: str) -> None:
    assert by_numbers(UNORDERED[name]) is None


def test_more_than_a_table_holds_are_left_as_they_are() -> None:
    assert by_numbers([str(number) for number in range(16)]) is None
