"""How a web page reads on a desk and on a phone: lines, contents, tables, cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import Page
from studies import ROOT
from surveypipe.reporting.figures.lettering import TEXT_PT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

# How many letters stand in each whole line of running text.
LINES = """
  const found = [];
  document.querySelectorAll('main section > p').forEach(function (paragraph) {
    const letters = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    const lines = [];
    let last = null, node;
    while ((node = letters.nextNode())) {
      for (let place = 0; place < node.length; place += 1) {
        const range = document.createRange();
        range.setStart(node, place);
        range.setEnd(node, place + 1);
        const box = range.getBoundingClientRect();
        if (last === null || box.left < last - 40) { lines.push(0); }
        last = box.right;
        lines[lines.length - 1] += 1;
      }
    }
    found.push(...lines.slice(0, -1));
  });
  return found;
"""


@pytest.fixture
def manuscript(browser: Chrome, finished: Path) -> Page:
    return Page(browser, finished / "results/report/manuscript.html")


def test_a_line_on_a_desktop_has_66_to_80_letters(manuscript: Page) -> None:
    lines = sorted(manuscript.open("desktop").run(LINES))
    assert len(lines) > 100
    assert 66 <= lines[len(lines) // 2] <= 80
    assert lines[len(lines) * 95 // 100] <= 82


@pytest.mark.parametrize("view", ["tablet", "wide"])
def test_abstract_and_references_are_as_wide_as_the_text(browser: Chrome, tmp_path: Path, view: str) -> None:
    """Lines of references were half as long again as those of the text, and those of the abstract shorter."""
    css = (ROOT / "workflow/typesetting/styles/page.css").read_text("utf-8")
    words = "many words " * 60
    path = tmp_path / "page.html"
    path.write_text(
        f"<!DOCTYPE html><style>{css}</style><div class='page'><main><section class='abstract'>"
        f"<p>{words}</p></section><p class='text'>{words}</p><div class='csl-entry'>{words}</div>"
        "</main></div>",
        encoding="utf-8",
    )
    names = ".abstract", ".text", ".csl-entry"
    width = (
        "return arguments[0].map(n => Math.round(document.querySelector(n).getBoundingClientRect().width))"
    )
    found = Page(browser, path).open(view).run(width, list(names))
    assert max(found) - min(found) <= 2


def test_the_contents_mark_the_section_that_is_read(manuscript: Page) -> None:
    manuscript.open("desktop")
    marked = """
      const done = arguments[arguments.length - 1];
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const links = [...document.querySelectorAll('#TOC a[aria-current="location"]')];
        const nav = document.getElementById('TOC').getBoundingClientRect();
        const seen = links.every(l => l.getBoundingClientRect().bottom <= nav.bottom + 1);
        done([links.map(l => l.hash.slice(1)), seen]);
      }));"""
    ids = manuscript.run("return [...document.querySelectorAll('#TOC a')].map(a => a.hash.slice(1))")
    assert manuscript.browser.execute_async_script(marked) == [[], True]
    for name in (ids[1], ids[len(ids) // 2]):
        manuscript.run("document.getElementById(arguments[0]).scrollIntoView()", name)
        assert manuscript.browser.execute_async_script(marked) == [[name], True]
    manuscript.run("window.scrollTo(0, document.body.scrollHeight)")
    assert manuscript.browser.execute_async_script(marked) == [[ids[-1]], True]


@pytest.mark.parametrize(("width", "whole"), [(900, True), (1200, False)])
def test_a_table_wider_than_the_text_takes_the_margin_beside_it(
    browser: Chrome, tmp_path: Path, width: int, whole: bool
) -> None:
    styles = ROOT / "workflow/typesetting/styles"
    path = tmp_path / "page.html"
    path.write_text(
        f"<!DOCTYPE html><style>{(styles / 'page.css').read_text('utf-8')}</style>"
        "<div class='page'><nav id='TOC'></nav><main><p>Text</p><figure>"
        f"<div class='table-scroll'><table><tr><td><div style='width: {width}px'>Wide</div></td></tr></table>"
        "</div></figure></main></div>"
        f"<script>{(styles / 'page_tables.js').read_text('utf-8')}</script>",
        encoding="utf-8",
    )
    seen = """const box = document.querySelector('.table-scroll');
      return [box.scrollWidth <= box.clientWidth + 1, box.previousElementSibling.hidden,
              document.documentElement.scrollWidth <= innerWidth]"""
    assert Page(browser, path).open("wide").run(seen) == [whole, whole, True]
    # Where the page has no margin the table scrolls in the room of the text.
    assert Page(browser, path).open("tablet").run(seen) == [False, False, True]


def test_a_wide_table_on_a_phone_says_that_it_scrolls_and_keeps_its_first_column(
    browser: Chrome, finished: Path
) -> None:
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    found = page.run(
        """return [...document.querySelectorAll('.table-scroll')].map(function (box) {
          const wide = box.scrollWidth > box.clientWidth + 1;
          const hint = box.previousElementSibling;
          const told = hint.className === 'scroll-hint' && !hint.hidden && hint.checkVisibility();
          if (!wide) { return [wide, told, false, true, true]; }
          const faded = getComputedStyle(box).maskImage !== 'none';
          box.scrollLeft = box.scrollWidth;
          box.dispatchEvent(new Event('scroll'));
          const first = box.querySelector('tbody td:not([colspan])').getBoundingClientRect();
          const kept = Math.abs(first.left - box.getBoundingClientRect().left) < 2;
          const ended = getComputedStyle(box).maskImage === 'none';
          return [wide, told, faded, kept, ended];
        })"""
    )
    wide = [list(one) for one in found if one[0]]
    assert len(wide) > 5
    assert wide == [[True, True, True, True, True]] * len(wide)
    assert not any(told for is_wide, told, *_ in found if not is_wide)


def test_the_ledger_is_cards_on_a_phone_and_a_table_on_a_desktop(manuscript: Page) -> None:
    state = """
      const table = document.querySelector('#tbl-ledger table');
      const heads = [...table.querySelectorAll('thead th')].map(h => h.textContent.trim());
      const rows = [...table.querySelectorAll('tbody tr')].map(row => [...row.cells].map(function (cell) {
        const label = cell.querySelector('.card-label');
        const value = label ? label.nextElementSibling : cell;
        return [label && label.checkVisibility() ? label.textContent : '', value.textContent.trim(),
                cell.checkVisibility()];
      }));
      const fits = table.getBoundingClientRect().right <= innerWidth;
      return [getComputedStyle(table).display, fits, heads, rows]"""
    display, fits, heads, cards = manuscript.open("phone").run(state)
    assert display == "block" and fits
    for card in cards:
        assert card[0][1]
        for head, (label, value, seen) in zip(heads[1:], card[1:], strict=True):
            assert (label, seen) == (head, True) if value else not seen
    roles = (
        "return [...document.querySelectorAll('#tbl-ledger tbody *[role]')].map(e => e.getAttribute('role'))"
    )
    assert set(manuscript.run(roles)) == {"row", "rowheader", "cell"}
    display, _, _, rows = manuscript.open("desktop").run(state)
    assert display == "table"
    assert [[cell[1] for cell in row] for row in rows] == [[cell[1] for cell in row] for row in cards]
    assert not any(cell[0] for row in rows for cell in row)


def test_tables_of_sentences_are_cards_on_a_phone(browser: Chrome, finished: Path) -> None:
    """Columns of sentences stood beside each other a word wide, and codes of items broke letter by letter."""
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    found = page.run(
        """return [...document.querySelectorAll('.table-scroll table')].map(function (table) {
          const all = [...table.querySelectorAll('tbody td')];
          const cells = all.map(c => c.querySelector('.card-label + *') || c);
          const lines = cell => { const r = document.createRange(); r.selectNodeContents(cell);
            return new Set([...r.getClientRects()].map(b => Math.round(b.top))).size };
          const codes = all.filter(c => c.matches(':first-child') && c.textContent.trim().length < 4);
          return [table.closest('figure, div[id]').id, table.classList.contains('cards'),
            Math.max(...cells.filter(c => !c.matches(':first-child')).map(c => c.textContent.trim().length)),
            table.getBoundingClientRect().right <= innerWidth, Math.max(0, ...codes.map(lines))];
        })"""
    )
    sentences = {name for name, *_, longest, _, _ in found if longest > 40}
    assert len(sentences) > 3
    for name, cards, _, fits, lines in found:
        assert cards or name not in sentences, name
        assert (fits or not cards) and lines <= 1, name


def test_a_small_table_that_would_scroll_on_a_phone_is_cards(browser: Chrome, finished: Path) -> None:
    """Of a table of one or two claims one column was seen beside their names, and no other."""
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    found = page.run(
        """return [...document.querySelectorAll('.table-scroll')].map(box => [
          box.querySelectorAll('tbody td:not(:first-child)').length,
          box.scrollWidth > box.clientWidth + 1,
          !!box.querySelector('table.cards:not(.wordy)') && box.closest('figure').id !== 'tbl-ledger'])"""
    )
    assert [numbers for numbers, scrolls, _ in found if scrolls and numbers <= 30] == []
    assert sum(cards for *_, cards in found) > 3
    assert sum(scrolls for _, scrolls, _ in found) > 3


def test_no_label_of_a_card_is_parted_within_a_word(browser: Chrome, finished: Path) -> None:
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    found = page.run(
        """return [...document.querySelectorAll('.wordy .card-label')].filter(l => l.checkVisibility())
          .map(l => { const r = document.createRange(); r.selectNodeContents(l);
            return [l.textContent, new Set([...r.getClientRects()].map(b => Math.round(b.top))).size] })"""
    )
    assert len(found) > 50
    assert [text for text, lines in found if lines > min(2, len(text.split()))] == []


def test_no_card_has_two_lines_of_one_name(browser: Chrome, finished: Path) -> None:
    """Each group's share was called '%', below a count that told of which group it was."""
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    names = page.run(
        """return [...document.querySelectorAll('table.cards tbody tr')].map(row =>
          [...row.querySelectorAll('.card-label')].map(l => l.textContent.trim().replace(/\\s/g, ' ')))"""
    )
    assert [card for card in names if len(set(card)) < len(card)] == []
    assert ["All n", "All, %", "AMH n", "AMH, %", "CSC n", "CSC, %"] in names


def test_a_table_of_four_groups_is_seen_whole_on_a_tablet(browser: Chrome, tmp_path: Path) -> None:
    """That of three types of schools was cut by a few pixels, and said that it scrolls."""
    styles = ROOT / "workflow/typesetting/styles"
    right = "style='text-align: right'"
    head = "".join(f"<th {right}>Middle school <em>n</em></th><th {right}>Estimate</th>" for _ in range(4))
    row = "".join(f"<td {right}>100</td><td {right}>1,321 (1,136–1,505)</td>" for _ in range(4))
    path = tmp_path / "page.html"
    path.write_text(
        f"<!DOCTYPE html><style>{(styles / 'page.css').read_text('utf-8')}</style>"
        f"<div class='page'><main><figure><div class='table-scroll'><table><thead><tr>"
        f"<th>Variable</th>{head}</tr></thead><tbody><tr><td>Pupils enrolled</td>{row}</tr>"
        "</tbody></table></div></figure></main></div>"
        f"<script>{(styles / 'page_tables.js').read_text('utf-8')}</script>",
        encoding="utf-8",
    )
    seen = "const b = document.querySelector('.table-scroll'); return b.scrollWidth <= b.clientWidth + 1"
    assert Page(browser, path).open("tablet").run(seen)


def test_a_heading_below_a_table_without_a_note_keeps_its_distance(browser: Chrome, tmp_path: Path) -> None:
    css = (ROOT / "workflow/typesetting/styles/page.css").read_text("utf-8")
    table = "<div class='table-scroll'><table><tr><td>1</td></tr></table></div>"
    figure = f"<figure class='table-figure'>{table}</figure>"
    path = tmp_path / "page.html"
    body = "".join(f"{figure}{note}<h1>Next</h1>" for note in ("", "<div class='table-note'>\n</div>"))
    path.write_text(f"<!DOCTYPE html><style>{css}</style><main>{body}</main>", encoding="utf-8")
    page = Page(browser, path).open("desktop")
    bare, empty = page.run(
        """const tables = document.querySelectorAll('table');
        return [...document.querySelectorAll('h1')].map((head, place) =>
          head.getBoundingClientRect().top - tables[place].getBoundingClientRect().bottom)"""
    )
    assert bare == empty


def test_names_are_not_squeezed_by_the_numbers_beside_them(browser: Chrome, finished: Path) -> None:
    """Between a phone and a desktop intervals stand below their numbers before a name is a pile of words."""
    page = Page(browser, finished / "results/report/supplement.html").open("tablet")
    piles, stacked = page.run(
        """const lines = cell => { const r = document.createRange(); r.selectNodeContents(cell);
            return r.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight) };
        const names = [...document.querySelectorAll('tbody td:first-child:not([colspan])')]
          .filter(c => c.nextElementSibling && /right/.test(c.nextElementSibling.getAttribute('style')));
        const ranges = [...document.querySelectorAll('.tight td .range')];
        return [names.filter(c => lines(c) > 3.5).map(c => c.textContent),
          ranges.filter(r => r.getClientRects().length !== 1).length + '/' + (ranges.length > 10)]"""
    )
    assert piles == [] and stacked == "0/true"


def test_no_line_of_a_page_ends_within_a_range_of_numbers(browser: Chrome, finished: Path) -> None:
    page = Page(browser, finished / "results/report/supplement.html").open("phone")
    broken = """
      const found = [];
      const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const node = walk.currentNode;
        if (!node.parentElement.checkVisibility() || node.parentElement.closest('svg')) { continue; }
        for (const part of node.data.matchAll(/\\d\u2013\u2212?\\d/g)) {
          const range = document.createRange();
          range.setStart(node, part.index); range.setEnd(node, part.index + part[0].length);
          const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
          found.push([part[0], tops.size > 1]);
        }
      }
      return found"""
    found = page.run(broken)
    assert len(found) > 100
    assert [text for text, parted in found if parted] == []


SHOWN = """return [...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('.drawn svg')]
  .filter(i => i.checkVisibility()).map(i => i.className.baseVal)).filter(names => names.length)"""


@pytest.mark.parametrize(("view", "name"), [("phone", "narrow"), ("desktop", "wide")])
def test_each_figure_is_shown_once_as_drawn_for_the_page(manuscript: Page, view: str, name: str) -> None:
    shown = manuscript.open(view).run(SHOWN)
    assert len(shown) >= 3
    assert shown == [[name]] * len(shown)


def test_paper_has_the_drawings_for_wide_pages(manuscript: Page) -> None:
    manuscript.open("phone")
    manuscript.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert {name for names in manuscript.run(SHOWN) for name in names} == {"wide"}
    finally:
        manuscript.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_letters_of_figures_have_11_pixels_on_a_phone(manuscript: Page) -> None:
    """Letters of 8 points in a drawing whose width in points the page stretches to its own."""
    widths = manuscript.open("phone").run(
        "return [...document.querySelectorAll('.drawn .narrow')]"
        ".map(i => [i.getBoundingClientRect().width, i.width.baseVal.value])"
    )
    assert widths
    for shown, drawn in widths:
        assert TEXT_PT / 72 * 96 * shown / drawn >= 11
