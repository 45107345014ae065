"""Figures of response: rates with their counts, waves with intervals and their line, weights with numbers."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.formatting import percent
from surveypipe.nonresponse.late_answers import extrapolate_waves
from surveypipe.reporting.figures import response, waves, weights
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.lookups import described_rows


@pytest.fixture(scope="module")
def released():
    return made_up.released()


def courses(released):
    rows = [row for row in described_rows(released) if not row["group_level"]]
    return [waves.course_of(released, row) for row in rows]


def test_each_rate_is_a_dot_with_its_counts(released):
    bars = response.rates(released)
    with themed("response"):
        figure = response.draw(released).figure
    dots = [float(line.get_xdata()[0]) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert dots == pytest.approx([bar.share for bar in bars if bar.share == bar.share])
    written = [text.get_text() for text in figure.texts]
    assert all(bar.counts in written for bar in bars)


def test_the_line_through_the_waves_is_that_of_the_table(released):
    """Drawn from released waves, it meets what the analysis reads off at the middle of the silent."""
    checked = 0
    for course in courses(released):
        if len(course.waves) < 2:
            continue
        sizes = np.array([mark.n for mark in course.waves])
        table = pd.DataFrame(
            {"n": sizes, "n_cumulative": sizes.cumsum(), "estimate": [mark.value for mark in course.waves]}
        )
        start, slope = waves.line_of(course)
        drawn = start + slope * (1 + course.response) / 2
        assert drawn == pytest.approx(extrapolate_waves(table, course.response))
        checked += 1
    assert checked


def test_a_wave_with_a_standard_error_has_an_interval(released):
    table = released.tables["nonresponse"].copy()
    rows = (table["step"] == "waves") & (table["measure"] == "wave") & table["estimate"].notna()
    table["se"] = table["se"].astype(float)
    table.loc[rows, "se"] = 0.05
    changed = dataclasses.replace(released, tables={**released.tables, "nonresponse": table})
    marks = [mark for course in courses(changed) for mark in course.waves]
    assert marks
    for mark in marks:
        low, high = mark.interval
        assert low <= mark.value <= high
        assert high - low <= 2 * 1.96 * 0.05 + 1e-9
    assert any(
        high - low == pytest.approx(2 * 1.95996 * 0.05, rel=1e-4) for low, high in (m.interval for m in marks)
    )


def test_both_margins_have_a_title_and_every_share_its_number(released):
    with themed("weights"):
        figure = weights.draw(released).figure
    bold = [text.get_text() for text in figure.texts if text.get_weight() == "bold"]
    table = released.table("weight_margins")
    table = table[table["scheme"] == released.primary]
    shown = [name for name in released.settings.analysis.characteristics if (table["variable"] == name).any()]
    for name in shown:
        assert released.label(name) in bold
    written = [text.get_text() for text in figure.texts]
    for _, row in table[table["variable"].isin(shown)].iterrows():
        if row["frame_share"] == row["frame_share"]:
            assert percent(row["weighted_share"]) in written


def test_the_line_of_a_margin_goes_from_before_to_after_so_that_it_passes_what_it_overshoots(released):
    table = released.tables["weight_margins"].copy()
    rows = (table["scheme"] == released.primary) & table["frame_share"].notna()
    table.loc[rows, ["unweighted_share", "frame_share", "weighted_share"]] = [0.2, 0.3, 0.35]
    changed = dataclasses.replace(released, tables={**released.tables, "weight_margins": table})
    with themed("weights"):
        figure = weights.draw(changed).figure
    lines = [line.get_xdata() for line in figure.axes[1].lines if len(line.get_xdata()) == 2]
    assert any(list(line) == pytest.approx([0.2, 0.35]) for line in lines)


@pytest.mark.parametrize("most", [0.3, 0.5, 0.9])
def test_the_words_at_the_shares_stand_clear_of_each_other_on_a_narrow_page(released, most: float):
    table = released.tables["weight_margins"].copy()
    shown = (table["scheme"] == released.primary) & table["frame_share"].notna()
    table.loc[shown, ["unweighted_share", "frame_share", "weighted_share"]] = [most, most, most - 0.1]
    changed = dataclasses.replace(released, tables={**released.tables, "weight_margins": table})
    with themed("weights", width_mm=90.0):
        figure = weights.draw(changed).figure
        figure.draw_without_rendering()
        axes = figure.axes[1]
        low, high = axes.get_xlim()
        ticks = axes.xaxis.get_major_ticks()
        words = [one.label1.get_window_extent() for one in ticks if low <= one.get_loc() <= high]
    assert words
    assert all(one.x1 < other.x0 for one, other in pairwise(words))
