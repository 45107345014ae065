"""What a browser prints: no row or two of a table, no line, point or opening of a list is left alone."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from browsing import Page
from studies import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

STYLES = ROOT / "workflow/typesetting/styles"
CSS = (STYLES / "page.css").read_text("utf-8")
PAPER = (STYLES / "page_paper.js").read_text("utf-8")
ROWS = 30
# Heights of what stands above, in millimetres, so that pages end at other places.
ABOVE = range(0, 90, 6)


def printed(browser: Chrome, folder: Path, body: str) -> list[str]:
    """Text of each page."""
    path = folder / "page.html"
    page = f"<!DOCTYPE html><style>{CSS}</style><main>{body}</main><script>{PAPER}</script>"
    path.write_text(page, encoding="utf-8")
    Page(browser, path).open("desktop")
    made = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pages = PdfReader(io.BytesIO(base64.b64decode(made["data"]))).pages
    return [page.extract_text() for page in pages]


@pytest.mark.parametrize("above", ABOVE)
def test_no_page_begins_or_ends_with_a_row_or_two_of_a_table(
    browser: Chrome, tmp_path: Path, above: int
) -> None:
    rows = "".join(f"<tr><td>Row {number}.</td><td>1</td></tr>" for number in range(ROWS))
    table = f"<thead><tr><th>Rows</th><th>n</th></tr></thead><tbody>{rows}</tbody>"
    pages = printed(
        browser,
        tmp_path,
        f"<div style='height: {above}mm'></div>"
        f"<figure class='table-figure'><figcaption>A table</figcaption><table>{table}</table></figure>",
    )
    counts = [text.count("Row ") for text in pages]
    assert sum(counts) == ROWS
    assert all(count >= 4 for count in counts if count)


@pytest.mark.parametrize("above", ABOVE)
def test_a_list_stands_with_the_sentence_that_opens_it(browser: Chrome, tmp_path: Path, above: int) -> None:
    """In a page of text the sentence is in a block of its own, which carries its place."""
    points = "".join(f"<li>Point {number}.</li>" for number in range(9))
    one = f"<div><p>It opens:</p></div><ul>{points}</ul><p>{'Words between lists. ' * 40}</p>"
    pages = printed(browser, tmp_path, f"<div style='height: {above}mm'></div>{one * 6}")
    assert len(pages) > 2
    # At the foot stands the number of the page.
    assert not [text for text in pages if text.rstrip(" \n0123456789").endswith("It opens:")]


def parts(pages: list[str]) -> list[int]:
    """How many lines, or points, of each block, marked ``B1.``, stand on each page that has any of it."""
    return [count for text in pages for count in Counter(re.findall(r"B\d+\.", text)).values()]


@pytest.mark.parametrize("points", [2, 3, 5])
def test_no_point_of_a_list_is_left_alone(browser: Chrome, tmp_path: Path, points: int) -> None:
    """Of two claims the second stood alone at the head of a page."""
    lists = "".join(
        f"<p>It opens:</p><ul>{f'<li>B{number}. A point.</li>' * points}</ul><p>{'Words. ' * 9 * number}</p>"
        for number in range(60)
    )
    pages = printed(browser, tmp_path, lists)
    assert len(pages) > 8 and sum(parts(pages)) == 60 * points
    assert min(parts(pages)) > 1


@pytest.mark.parametrize("above", range(0, 60, 12))
@pytest.mark.parametrize("tag", ["p", "div class='csl-entry'"])
def test_no_line_is_left_alone(browser: Chrome, tmp_path: Path, tag: str, above: int) -> None:
    """Of three lines Chromium leaves one alone, whatever is said of widows."""
    line = "B{}. Words of a line that fills most of the paper and says nothing at all.<br>"
    blocks = "".join(
        f"<{tag}>{line.format(number) * (2 + number % 2)}</{tag.split()[0]}>" for number in range(200)
    )
    pages = printed(browser, tmp_path, f"<div style='height: {above}mm'></div>{blocks}")
    assert len(pages) > 8 and sum(parts(pages)) == 200 * 2.5
    assert min(parts(pages)) > 1
