"""Bins of numbers: every number in one, none with too few, and none but the configuration's or the rule's."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from surveypipe.disclosure.rules import PRESETS
from surveypipe.estimation.histograms import bins_of, edges_for

DRAW = np.random.default_rng(20240613)
NUMBERS = {
    "ages": DRAW.normal(44, 11, 180).round(),
    "incomes": DRAW.gamma(4, 8000, 150).round(),
    "hours": DRAW.normal(36, 6, 90),
    "counts, mostly nought": np.where(DRAW.random(160) < 0.7, 0, DRAW.poisson(6, 160)).astype(float),
    "one far away": np.append(DRAW.integers(0, 20, 60), 5000).astype(float),
    "all alike": np.full(40, 7.0),
    "below nought": DRAW.normal(0, 1, 70),
    "few": np.array([1.0, 2.0, 9.0]),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("preset", ["research", "ons_srs", "nhs_hes", "open"])
def test_every_number_lies_in_one_bin_and_no_bin_holds_too_few(name: str, preset: str):
    values, rules = NUMBERS[name], PRESETS[preset]
    bins = bins_of(np.append(values, np.nan), None, rules)
    assert all(before.high == after.low for before, after in pairwise(bins))
    held = np.array([one.holds(values) for one in bins])
    assert (held.sum(axis=0) == 1).all()
    if len(bins) > 1:
        least = max(rules.min_cell, rules.min_answers)
        assert all(n == 0 or n >= least for n in held.sum(axis=1))
        assert not (rules.zeros_disclosive and (held.sum(axis=1) == 0).any())
    # A second way: numpy counts the same.
    ends = [one.low for one in bins] + [bins[-1].high]
    counted, _ = np.histogram(values, np.nan_to_num(ends, posinf=1e9, neginf=-1e9))
    assert counted.tolist() == held.sum(axis=1).tolist()


@pytest.mark.parametrize("name", NUMBERS)
def test_edges_are_round_and_few_whatever_the_numbers(name: str):
    edges = edges_for(NUMBERS[name])
    widths = {round(after - before, 9) for before, after in pairwise(edges)} - {1.0}
    assert 2 <= len(edges) <= 32
    for width in widths:
        power = 10 ** math.floor(math.log10(width) + 1e-9)
        assert round(width / power, 6) in (1, 2, 5, 4, 9, 3), width


def test_one_number_far_away_moves_no_edge():
    values = NUMBERS["one far away"]
    assert edges_for(values) == edges_for(np.append(values[:-1], 21.0))
    assert bins_of(values, None, PRESETS["research"])[-1].high == math.inf


def test_nought_stands_alone_where_many_are_nought():
    labels = [
        one.label(whole=True) for one in bins_of(NUMBERS["counts, mostly nought"], None, PRESETS["open"])
    ]
    assert labels[0] == "0"


def test_no_bar_over_nought_alone_towers_over_wide_ones():
    # A ninth of the percentages is nought; the area of a bar is its share.
    percentages = np.append(np.zeros(14), DRAW.integers(1, 72, 112)).astype(float)
    bins = bins_of(percentages, None, PRESETS["open"], 100.0)
    closed = [one for one in bins if math.isfinite(one.low) and math.isfinite(one.high)]
    heights = [np.nansum(one.holds(percentages)) / (one.high - one.low) for one in closed]
    assert closed[0].low == 0 and max(heights) <= 3 * np.median(heights)


def test_edges_of_the_configuration_are_kept_where_enough_are_in_each_bin():
    values = np.repeat([1.0, 4.0, 12.0, 30.0], [8, 20, 30, 2])
    bins = bins_of(values, [0, 5, 10, 20], PRESETS["research"])
    assert [one.level for one in bins] == ["0:5", "5:10", "10:"]
    assert [one.label(whole=True) for one in bins] == ["0 to 4", "5 to 9", "10 or more"]


PERCENTAGES = np.append(np.arange(101.0), [100.0] * 12)


def test_a_highest_possible_number_joins_the_bin_below_it():
    apart, together = (bins_of(PERCENTAGES, None, PRESETS["open"], end) for end in (math.inf, 100.0))
    assert apart[-1] == (100, 120)
    assert together[-1] == (80, math.inf)
    assert together[-1].level == "80:"
    assert [one.holds(PERCENTAGES).sum() for one in together] == [20, 20, 20, 20, 33]
    given = bins_of(PERCENTAGES, [0, 50, 100], PRESETS["open"], 100.0)
    assert [one.level for one in given] == ["0:50", "50:"]


def test_a_highest_number_stays_alone_where_every_number_does():
    days = np.repeat(np.arange(8.0), 12)
    bins = bins_of(days, [0, 1, 2, 3, 4, 5, 6, 7], PRESETS["open"], 7.0)
    assert [one.label(whole=True) for one in bins][-2:] == ["6", "7 or more"]


def test_a_limit_that_numbers_pass_closes_nothing():
    assert bins_of(np.append(PERCENTAGES, 120.0), [0, 50, 100], PRESETS["open"], 100.0)[-1].low == 100
