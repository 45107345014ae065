"""The finished web pages in headless Chromium: a phone, a desktop, light and dark, the keyboard."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import VIEWS, Page

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

DOCUMENTS = ("manuscript", "manuscript-blinded", "supplement", "title-page")
RULES = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")


@pytest.fixture(params=DOCUMENTS)
def page(request: pytest.FixtureRequest, browser: Chrome, finished: Path) -> Page:
    return Page(browser, finished / "results" / "report" / f"{request.param}.html")


@pytest.fixture
def manuscript(browser: Chrome, finished: Path) -> Page:
    return Page(browser, finished / "results" / "report" / "manuscript.html")


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_the_screen_and_nothing_fails(page: Page, view: str) -> None:
    page.browser.get_log("browser")
    page.open(view)
    width = VIEWS[view][0]
    assert page.run("return document.documentElement.scrollWidth") <= width
    cut = """return Array.from(document.querySelectorAll('main p, main li, h1, h2, h3, figcaption'))
      .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.slice(0, 60))"""
    assert page.run(cut) == []
    assert [entry["message"] for entry in page.browser.get_log("browser")] == []


@pytest.mark.parametrize("view", ["tablet", pytest.param("desktop", marks=pytest.mark.slow)])
def test_where_there_is_room_every_table_is_seen_whole(page: Page, view: str) -> None:
    page.open(view)
    cut = page.run(
        "return [...document.querySelectorAll('.table-scroll')]"
        ".filter(box => box.scrollWidth > box.clientWidth).map(box => box.innerText.slice(0, 60))"
    )
    assert cut == []


@pytest.mark.parametrize("view", ["phone", pytest.param("tablet", marks=pytest.mark.slow)])
def test_contents_text_and_files_begin_at_one_edge(page: Page, view: str) -> None:
    edges = page.open(view).run(
        "return ['#TOC', 'main', '.links'].map(s => document.querySelector(s)).filter(Boolean)"
        ".map(e => Math.round(e.getBoundingClientRect().left));"
    )
    assert len(edges) > 1 and len(set(edges)) == 1


def test_names_of_rows_keep_room_to_be_read_on_a_phone(page: Page) -> None:
    page.open("phone")
    widths = page.run(
        "return [...document.querySelectorAll('.scrolls:not(.codes) tr > :first-child:not([colspan])')]"
        ".map(cell => cell.getBoundingClientRect().width)"
    )
    assert min(widths, default=200) >= 100
    codes = page.run(
        "return [...document.querySelectorAll('.scrolls.codes tr > :first-child:not([colspan])')]"
        ".map(cell => cell.getBoundingClientRect().width)"
    )
    assert max(codes, default=0) <= 60, "codes of a few signs take the room of a name"


def test_each_drawing_leads_to_its_rows(page: Page) -> None:
    page.open()
    links = page.run(
        "return [...document.querySelectorAll('figure .drawn')].map(d => (d.closest('figure')"
        ".querySelector('.rows a') || {getAttribute: () => null}).getAttribute('href'))"
    )
    if "-blinded" in page.path.stem:
        assert set(links) <= {None}
    else:
        assert all((page.path.parent / str(link)).is_file() for link in links)
        assert len(set(links)) == len(links)


def test_every_link_within_the_page_arrives(page: Page) -> None:
    page.open()
    links = page.run("return Array.from(document.querySelectorAll('a[href^=\"#\"]'), a => a.hash.slice(1))")
    ids = set(page.run("return Array.from(document.querySelectorAll('[id]'), e => e.id)"))
    assert set(map(str, links)) <= ids
    references = page.run("return document.querySelector('main').textContent.match(/(Figure|Table)\\s\\d+/g)")
    if page.path.stem in {"manuscript", "supplement"}:
        assert len(links) > 20
        assert references


def test_the_page_fetches_nothing(page: Page) -> None:
    page.open()
    fetched = page.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in fetched if not name.startswith(("data:", "file:", "blob:"))] == []
    assert page.run("return document.querySelectorAll('use').length") > 0 or "title" in page.path.stem
    astray = (
        "return [...document.querySelectorAll('use')]"
        ".filter(u => !document.querySelector(u.getAttribute('href')))"
    )
    assert page.run(astray) == []
    broken = "return Array.from(document.images).filter(i => !i.complete || !i.naturalWidth).length"
    assert page.run(broken) == 0


@pytest.mark.parametrize(
    ("view", "dark"),
    [
        pytest.param("phone", False, id="phone-light"),
        pytest.param("phone", True, marks=pytest.mark.slow, id="phone-dark"),
        pytest.param("desktop", False, marks=pytest.mark.slow, id="desktop-light"),
        pytest.param("desktop", True, id="desktop-dark"),
    ],
)
def test_no_serious_finding_of_accessibility(page: Page, view: str, dark: bool) -> None:
    page.open(view, dark=dark)
    page.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    number = "const n = document.querySelector('.num[tabindex=\"0\"]'); if (n) { n.focus(); }"
    page.run(number)
    assert page.run(RULES) == []


def test_the_check_of_accessibility_finds_what_is_wrong(browser: Chrome, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><html><head><title> </title></head><body><div id=a>Out of a landmark</div><main>"
        "<h1>One</h1><h3 id=a>Three</h3><img src='data:,'><a href='#x'></a><button></button><input>"
        "<table><tr><td>1</td></tr></table><p style='color:#999'>Grey</p><a href='#a'><button>In</button></a>"
        "<p tabindex=3 aria-describedby=nothing>Odd</p><li>Alone</li></main></body></html>"
    )
    found = Counter(line.split(":")[0] for line in Page(browser, bad).open().run(RULES))
    expected = {
        *("html-lang", "document-title", "region", "viewport-zoom", "image-alt", "link-name", "button-name"),
        *(
            "label",
            "heading-order",
            "table-header",
            "row-header",
            "table-caption",
            "listitem",
            "duplicate-id",
        ),
        *("aria-reference", "tabindex", "nested-interactive", "contrast"),
    }
    assert set(found) == expected


def test_dark_is_dark_and_light_is_light(page: Page) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    assert max(page.open(dark=True).run(ground)) < 60
    assert min(page.open(dark=False).run(ground)) > 230


def test_the_keyboard_reaches_everything_and_shows_where_it_is(manuscript: Page) -> None:
    from selenium.webdriver.common.keys import Keys

    manuscript.open()
    state = """const e = document.activeElement, s = getComputedStyle(e);
      const visible = e.getBoundingClientRect(); return [e === document.body, s.outlineStyle,
      parseFloat(s.outlineWidth), visible.bottom > 0 && visible.top < innerHeight,
      e.outerHTML.slice(0, 60)]"""
    stops = manuscript.run(
        """return Array.from(document.querySelectorAll('a[href], button, summary, [tabindex="0"]'))
           .filter(e => e.checkVisibility() && !e.closest('dialog')).length"""
    )
    reached = 0
    for _ in range(stops + 5):
        manuscript.press(Keys.TAB)
        outside, style, width, seen, what = manuscript.run(state)
        if outside:
            break
        reached += 1
        assert style != "none" and width >= 2, what
        assert seen, what
    assert reached >= stops
    first = "document.activeElement.blur(); window.scrollTo(0, 0)"
    manuscript.open()
    manuscript.run(first)
    manuscript.press(Keys.TAB)
    assert manuscript.run("return document.activeElement.className") == "skip"
    manuscript.press(Keys.ENTER)
    assert manuscript.run("return location.hash") == "#text"


@pytest.mark.parametrize("view", ["phone", "desktop"])
def test_figures_enlarge_and_give_the_focus_back(manuscript: Page, view: str) -> None:
    from selenium.webdriver.common.keys import Keys

    manuscript.open(view)
    assert manuscript.run("return document.querySelectorAll('figure button.enlarge svg.wide').length") >= 3
    manuscript.run("document.querySelector('button.enlarge').focus()")
    before = manuscript.run(
        "return [...document.querySelectorAll('.drawn svg')].find(i => i.checkVisibility())"
        ".getBoundingClientRect().width"
    )
    manuscript.press(Keys.ENTER)
    assert manuscript.run("return document.querySelector('dialog').open")
    larger = manuscript.run("return document.querySelector('dialog svg').getBoundingClientRect().width")
    assert larger > 1.2 * before
    assert manuscript.run("return document.querySelector('dialog [role=img]').ariaLabel.length") > 20
    assert manuscript.run("return document.documentElement.scrollWidth") <= VIEWS[view][0]
    manuscript.press(Keys.ESCAPE)
    assert not manuscript.run("return document.querySelector('dialog').open")
    assert manuscript.run("return document.activeElement.className") == "enlarge"


def test_the_contents_list_is_folded_on_a_phone_and_open_on_a_desktop(manuscript: Page) -> None:
    opened = "return document.querySelector('#TOC details').open"
    assert manuscript.open("phone").run(opened) is False
    assert manuscript.open("desktop").run(opened) is True
    titles = "return Array.from(document.querySelectorAll('#TOC a'), a => a.textContent.trim())"
    assert len(manuscript.run(titles)) > 10


@pytest.mark.parametrize("view", ["phone", "desktop"])
def test_a_number_tells_its_source_to_mouse_keyboard_and_touch(manuscript: Page, view: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    manuscript.open(view)
    tip = "const t = document.getElementById('number-source'); return t.hidden ? '' : t.innerText"
    number = manuscript.browser.find_element(By.CSS_SELECTOR, 'main .num[data-source="claim-c1__ci"]')
    manuscript.run("arguments[0].scrollIntoView({block: 'center'})", number)
    assert manuscript.run(tip) == ""
    ActionChains(manuscript.browser, duration=0).move_to_element(number).perform()
    text = manuscript.run(tip)
    assert re.search(r"\d+%, 95% interval \d+% to \d+%; \d+ of \d+ \w+, weights: ", text)
    assert re.search(r"→ Table S?\d+ of the supplement", text)
    assert "read__yes" not in text
    manuscript.press(Keys.ESCAPE)
    assert manuscript.run(tip) == ""
    manuscript.run("arguments[0].focus()", number)
    assert manuscript.run(tip) == text
    assert manuscript.run("return document.getElementById('number-told').innerText") in text
    assert number.get_attribute("aria-describedby") == "number-told"
    assert manuscript.run("return document.documentElement.scrollWidth") <= VIEWS[view][0]
    inside = """const b = document.getElementById('number-source').getBoundingClientRect();
      return b.left >= 0 && b.right <= innerWidth && b.top >= 0 && b.bottom <= innerHeight"""
    assert manuscript.run(inside)
    manuscript.press(Keys.ENTER)
    assert manuscript.run("return document.activeElement.innerText").startswith("Table")
    manuscript.press(Keys.TAB)
    manuscript.press(Keys.ENTER)
    text = manuscript.run(tip)
    assert re.search(r"Estimate\s+read__yes__proportion__overall__\w+", text)
    for term in ("n", "Weights", "Method", "Rule"):
        assert re.search(rf"^{term}$", text, re.MULTILINE), term
    assert manuscript.run(inside)
    manuscript.press(Keys.ESCAPE)
    assert manuscript.run(tip) == ""
    assert manuscript.run("return document.activeElement === arguments[0]", number)
    heading = manuscript.run("return arguments[0].closest('section').querySelector('h1, h2, h3')", number)
    ActionChains(manuscript.browser, duration=0).move_to_element(heading).click().perform()
    assert manuscript.run(tip) == ""


def test_what_was_set_and_not_found_tells_nothing(manuscript: Page) -> None:
    manuscript.open()
    marked = manuscript.run("return [...document.querySelectorAll('.num')].map(n => n.dataset.source)")
    assert marked
    assert not {"ci-level", "tost-level", "theta-strong", "k-grade"} & set(marked)
    levels = """return [...document.querySelectorAll('.num')].filter(n => n.nextSibling &&
      /^\\s*interval/.test(n.nextSibling.textContent)).map(n => n.textContent)"""
    assert manuscript.run(levels) == []
    threshold = "return [...document.querySelectorAll('[data-source$=\"__threshold-sentence\"]')].length"
    assert manuscript.run(threshold) == 0


def test_a_number_leads_to_the_table_that_is_named(finished: Path) -> None:
    report = finished / "results" / "report"
    for name, other in (("manuscript", "supplement"), ("manuscript-blinded", "supplement-blinded")):
        page = (report / f"{name}.html").read_text(encoding="utf-8")
        found = re.search(r'<script type="application/json" id="sources">(.*?)</script>', page, re.DOTALL)
        assert found
        told = json.loads(found[1]).values()
        assert sum("href" in one for one in told) > len(told) / 2
        pages = {"": page, f"{other}.html": (report / f"{other}.html").read_text(encoding="utf-8")}
        for one in told:
            if "href" in one:
                file, label = one["href"].split("#")
                caption = re.search(rf'id="{label}".*?<figcaption>\s*(.*?):', pages[file], re.DOTALL)
                assert caption and caption[1].replace("\u00a0", " ") == one["see"].split(" of ")[0], one


def test_every_file_that_a_page_leads_to_was_made(page: Page) -> None:
    text = page.path.read_text(encoding="utf-8")
    aside = re.search(r'<aside class="links".*?</aside>', text, re.DOTALL)
    assert aside
    files = [href for href in re.findall(r'href="([^"]+)"', aside[0]) if not href.startswith("data:")]
    assert files
    assert [file for file in files if not (page.path.parent / file).is_file()] == []
    if "-blinded" in page.path.name:
        assert all("-blinded." in file for file in files)


# Bytes of a page; as pictures its drawings took three times as many.
LARGEST = {"manuscript": 550_000, "supplement": 700_000, "title-page": 40_000}


def test_a_page_is_light(finished: Path) -> None:
    report = finished / "results/report"
    for document, most in LARGEST.items():
        assert (report / f"{document}.html").stat().st_size < most, document
    page = (report / "manuscript.html").read_text(encoding="utf-8")
    drawings = sum(len(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert drawings < 45_000 * len(re.findall(r'<svg class="(?:wide|narrow)"', page))


def test_paper_gets_no_controls(manuscript: Page) -> None:
    manuscript.open()
    manuscript.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return ['#TOC', '.skip'].map(s => getComputedStyle(document.querySelector(s)).display)"
    try:
        assert manuscript.run(shown) == ["none", "none"]
    finally:
        manuscript.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
