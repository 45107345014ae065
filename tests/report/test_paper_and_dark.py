"""Printed pages do not fade, pale bars have an edge, and marks keep clear of each other."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.markers import MarkerStyle

from studies import ROOT
from surveypipe.reporting.figures import ledger, theme

CSS = (ROOT / "workflow/typesetting/styles/page.css").read_text("utf-8")
PAGE = (ROOT / "workflow/typesetting/styles/page.html").read_text("utf-8")
POINT_MM = 25.4 / 72


def outside_of_screen(css: str) -> str:
    """What of a style sheet holds on paper too."""
    return re.sub(r"@media screen[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)


def test_what_is_for_a_page_that_scrolls_is_not_for_paper() -> None:
    paper = outside_of_screen(CSS)
    assert "mask-image" in CSS and "mask-image" not in paper
    assert not re.search(r"\.scrolls[^{]*\{[^}]*sticky", paper)


def test_each_sheet_carries_the_mark_of_data_that_are_not_real() -> None:
    assert re.search(r"\$if\(data-header\)\$\s*<style>@media print \{ @page \{ @top-right", PAGE)


def test_running_text_on_paper_has_one_size() -> None:
    paper = CSS[CSS.index("@media print") :]
    assert re.search(r"html \{ font-size: [\d.]+pt; \}", paper)
    assert re.search(r"body, \.abstract, \.csl-entry[^{]*\{ font-size: 1rem; \}", paper)


# What the page's style does to a drawing in the dark, as the specification of filters gives it.
TURNED = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])
GROUND = np.array(to_rgb("#15171a"))


def in_the_dark(colour: np.ndarray) -> np.ndarray:
    part = float(re.findall(r"invert\(([\d.]+)\) hue-rotate\(180deg\)", CSS)[0])
    return np.maximum(np.clip(TURNED @ (part + (1 - 2 * part) * colour), 0, 1), GROUND)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Contrast of two colours after WCAG 2.2."""

    def light(colour: np.ndarray) -> float:
        linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722)) + 0.05

    return max(light(one), light(other)) / min(light(one), light(other))


@pytest.mark.parametrize("colour", theme.GROUP_COLOURS)
def test_the_mark_of_each_group_stands_out_from_the_bar_it_lies_on(colour: str) -> None:
    """A green triangle was all but lost on a pale blue bar, in the light and in the dark."""
    mark, bar, page = (np.array(to_rgb(name)) for name in (colour, theme.BAR, "white"))
    shown = [(mark, bar), (mark, page)]
    shown += [(in_the_dark(one), in_the_dark(other)) for one, other in shown]
    assert min(apart(*pair) for pair in shown) >= 3


def test_the_marks_of_groups_are_of_one_size() -> None:
    areas = []
    for number, shape in enumerate(theme.GROUP_MARKERS):
        size = float(theme.group_mark(number, 1.0)["markersize"])
        path = MarkerStyle(shape).get_path().transformed(MarkerStyle(shape).get_transform())
        (outline,) = path.to_polygons()
        x, y = outline.T
        areas.append(size**2 * abs(float(x[:-1] @ y[1:] - x[1:] @ y[:-1])) / 2)
    assert max(areas) / min(areas) < 1.35


def test_marks_of_quotation_are_drawn_as_the_text_prints_them(tmp_path: Path) -> None:
    """A note in a figure had straight marks around a name that the note of the table has in curled ones."""
    with theme.themed("answers"):
        figure = plt.figure()
        figure.text(0, 0, "Not the authors' own: 'High' of adults (\"all\").")
        theme.save_svg(theme.Drawn(figure, ""), tmp_path / "a.svg")
    plt.close(figure)
    assert "Not the authors’ own: ‘High’ of adults (“all”)." in (tmp_path / "a.svg").read_text("utf-8")


def test_pale_answers_have_an_edge_and_dark_ones_none() -> None:
    assert theme.outline(theme.THREE[1])["edgecolor"] == theme.EDGE
    assert [shade for shade in (theme.FIVE[0], theme.FIVE[-1]) if theme.outline(shade)] == []


def test_the_head_of_a_limit_keeps_clear_of_the_mark_of_the_scenario() -> None:
    head = ledger.HEAD_PT * POINT_MM / 2
    # A square on its corner is as high as its diagonal.
    mark = float(theme.SCENARIO["markersize"]) * 2**0.5 * POINT_MM / 2
    assert ledger.HEAD_UP - head > ledger.SCENARIO_UP + mark
    assert ledger.HEAD_UP + head <= ledger.STRIP / 2 + 0.1
