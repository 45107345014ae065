"""The figure of batteries: everybody first, the middle answer at the side, blocks of one set paired."""

from __future__ import annotations

import dataclasses

import pytest

import made_up
from surveypipe.formatting import count
from surveypipe.reporting.figures import likert
from surveypipe.reporting.figures.likert_layout import parted, rows_of
from surveypipe.reporting.figures.theme import themed


@pytest.fixture(scope="module")
def released():
    return made_up.released()


def test_everybody_has_a_panel_before_the_groups(released):
    with themed("likert"):
        panels = likert.panels_of(released, middle=True)
    assert [panel.level for panel in panels] == ["", *released.levels]
    assert len({round(panel.width, 6) for panel in panels}) == 1


def test_bars_leave_zero_and_the_middle_answer_is_a_number_at_the_side(released):
    with themed("likert"):
        figure = likert.draw(released).figure
    for axes in figure.axes:
        for bar in axes.patches:
            ends = sorted((bar.get_x(), bar.get_x() + bar.get_width()))
            assert ends[0] >= -1e-9 or ends[1] <= 1e-9
    written = [text.get_text() for text in figure.texts]
    for item in (item for block in released.batteries() for item in block.items):
        assert count(100 * released.merged(item)["middle"]) in written


def test_numbers_stand_outside_the_bars_on_both_sides(released):
    with themed("likert"):
        figure = likert.draw(released).figure
    axes = figure.axes[0]
    for text in axes.texts:
        x, y = text.get_position()
        own = [bar for bar in axes.patches if abs(bar.get_y() + bar.get_height() / 2 - y) < 0.1]
        ends = [end for bar in own for end in (bar.get_x(), bar.get_x() + bar.get_width())]
        assert x < min(ends) or x > max(ends)


def test_blocks_with_the_same_items_are_paired_item_by_item(released):
    blocks = released.batteries()
    shorts = [tuple(map(released.short, block.items)) for block in blocks]
    first = next(n for n in range(len(blocks) - 1) if shorts[n] == shorts[n + 1])
    with themed("likert"):
        items = [item for item, _ in rows_of(released, blocks).items]
    paired = [
        item for pair in zip(*(blocks[n].items for n in (first, first + 1)), strict=True) for item in pair
    ]
    start = items.index(paired[0])
    assert items[start : start + len(paired)] == paired


def test_more_groups_than_there_is_room_for_are_marks_in_one_panel(released):
    group = {**released.config["groups"]["agency"], "levels": {f"G{n}": f"Group {n}" for n in range(4)}}
    changed = dataclasses.replace(released, config={**released.config, "groups": {"agency": group}})
    with themed("likert"):
        assert [panel.level for panel in likert.panels_of(changed, middle=True)] == ["", None]
    with themed("likert", width_mm=92.0):
        assert [panel.level for panel in likert.panels_of(released, middle=True)] == ["", None]


@pytest.mark.parametrize(
    ("labels", "common", "rests"),
    [
        (["Help from the service", "Help from friends"], "Help from", ["the service", "friends"]),
        (["Help", "Help from friends"], "Help; Help from friends", ["Help", "Help from friends"]),
        (["By day", "At night"], "By day; At night", ["By day", "At night"]),
    ],
)
def test_paired_blocks_are_headed_by_what_their_labels_share(labels, common, rests):
    assert parted(labels) == (common, rests)
