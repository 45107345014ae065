"""Printed pages do not fade, pale bars have an edge, and marks keep clear of each other."""

from __future__ import annotations

import re

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


def test_pale_answers_have_an_edge_and_dark_ones_none() -> None:
    assert theme.outline(theme.THREE[1])["edgecolor"] == theme.EDGE
    assert [shade for shade in (theme.FIVE[0], theme.FIVE[-1]) if theme.outline(shade)] == []


def test_the_head_of_a_limit_keeps_clear_of_the_mark_of_the_scenario() -> None:
    head = ledger.HEAD_PT * POINT_MM / 2
    # A square on its corner is as high as its diagonal.
    mark = float(theme.SCENARIO["markersize"]) * 2**0.5 * POINT_MM / 2
    assert ledger.HEAD_UP - head > ledger.SCENARIO_UP + mark
    assert ledger.HEAD_UP + head <= ledger.STRIP / 2 + 0.1
