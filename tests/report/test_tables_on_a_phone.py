"""Tables on a telephone: what is a little too wide moves together, and no name is a pile of words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from browsing import Page
from studies import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

STYLES = ROOT / "workflow/typesetting/styles"
RIGHT = " style='text-align: right'"
# Whether a table is seen whole, whether nothing says that it scrolls, and whether it is laid out as cards.
WHOLE = """const box = document.querySelector('.table-scroll');
  return [box.scrollWidth <= box.clientWidth + 1, box.previousElementSibling.hidden,
          !!box.querySelector('.cards')]"""
# Lines of the longest name.
LINES = """return Math.max(...[...document.querySelectorAll('tbody td:first-child')].map(cell => {
  const range = document.createRange(); range.selectNodeContents(cell);
  const line = parseFloat(getComputedStyle(cell).lineHeight);
  return Math.round(range.getBoundingClientRect().height / line) }))"""


def page_of(folder: Path, heads: list[str], rows: list[list[str]], right_from: int = 1) -> Path:
    """Write a page with one table, whose columns from a number on are set at the right."""

    def line(cells: list[str], tag: str) -> str:
        left, right = cells[:right_from], cells[right_from:]
        words = [f"<{tag}>{cell}</{tag}>" for cell in left]
        return "".join(words + [f"<{tag}{RIGHT}>{cell}</{tag}>" for cell in right])

    body = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in rows)
    path = folder / "page.html"
    path.write_text(
        "<!DOCTYPE html><meta name='viewport' content='width=device-width'>"
        f"<style>{(STYLES / 'page.css').read_text('utf-8')}</style>"
        "<div class='page'><main><figure><div class='table-scroll'><table>"
        f"<thead><tr>{line(heads, 'th')}</tr></thead><tbody>{body}</tbody>"
        "</table></div></figure></main></div>"
        f"<script>{(STYLES / 'page_tables.js').read_text('utf-8')}</script>",
        encoding="utf-8",
    )
    return path


def test_what_is_a_little_too_wide_moves_together_and_is_seen_whole(browser: Chrome, tmp_path: Path) -> None:
    """The response cells of ten classes scrolled, for the last digit of their weight."""
    heads = ["Response cell", "Eligible", "Answered", "Rate,&nbsp;%", "Weight"]
    rows = [[name, "52", "40", "77", "1.30"] for name in ["Girls", "Boys"] * 5]
    page = Page(browser, page_of(tmp_path, heads, rows)).open("phone")
    assert page.run(WHOLE) == [True, True, False]
    letters = page.run("return parseFloat(getComputedStyle(document.querySelector('td')).fontSize)")
    assert letters >= 12


def test_what_is_far_too_wide_scrolls(browser: Chrome, tmp_path: Path) -> None:
    heads = ["Characteristic", *["Respondents, <em>n</em>&nbsp;(%)"] * 6]
    rows = [["Adult mental health", *["175&nbsp;(56)"] * 6] for _ in range(9)]
    assert Page(browser, page_of(tmp_path, heads, rows)).open("phone").run(WHOLE) == [False, False, False]


def test_no_name_beside_words_is_a_pile_of_words(browser: Chrome, tmp_path: Path) -> None:
    """Where groups stand in words beside it, a name had one word a line."""
    heads = ["Measure", "Groups", "Test", "p", "Effect"]
    test = "<em>F</em>(1,&nbsp;315)&nbsp;=&nbsp;0.0"
    rows = [["Would cycle on a safe path to school", "Girls 57; Boys 55", test, "0.7", "<em>V</em>&nbsp;0.0"]]
    page = Page(browser, page_of(tmp_path, heads, rows, right_from=2)).open("phone")
    assert page.run(LINES) <= 3


def test_of_the_first_table_the_make_up_is_seen_before_it_scrolls(browser: Chrome, finished: Path) -> None:
    """How many were eligible, how many answered, and what the weights make of them."""
    page = Page(browser, finished / "results/report/manuscript.html").open("phone")
    seen = page.run(
        """const box = document.querySelector('#tbl-table-1 .table-scroll').getBoundingClientRect();
        return [...document.querySelectorAll('#tbl-table-1 thead th')]
          .filter(head => { const range = document.createRange(); range.selectNodeContents(head);
            return range.getBoundingClientRect().right <= box.right })
          .map(head => head.textContent.split(',')[0])"""
    )
    assert seen[:4] == ["Characteristic", "Eligible", "Respondents", "Weighted"]
