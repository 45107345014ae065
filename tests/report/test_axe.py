"""Axe-core, which others audit pages with, finds nothing serious on any page, in any of its states.

It is asked where it is: under ``node_modules`` of the project (``npm install axe-core``), or at the path that
the variable ``AXE_CORE`` names. Our own rules (accessibility.js) are held everywhere.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import browsing
from browsing import Page
from studies import ROOT

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

AXE = Path(os.environ.get("AXE_CORE", ROOT / "node_modules/axe-core/axe.min.js"))
PAGES = ("manuscript", "manuscript-blinded", "supplement", "supplement-blinded", "title-page", "index")
# What the page is in when it is looked at: as it opens, with all that unfolds, and with the explorer moved.
STATES = {
    "opened": "",
    "unfolded": "document.querySelectorAll('details').forEach(d => d.open = true);"
    "const n = document.querySelector('.num[tabindex=\"0\"]'); if (n) { n.focus(); }",
    "moved": "history.replaceState(null, '', '#explore&theta=2.0&limit.C1=0.6');"
    "dispatchEvent(new HashChangeEvent('hashchange'));",
    "other weights": "history.replaceState(null, '', '#explore&weights=none');"
    "dispatchEvent(new HashChangeEvent('hashchange'));",
    "enlarged": "const b = document.querySelector('.enlarge'); if (b) { b.click(); }",
}
FIND = """const done = arguments[0];
axe.run(document, {resultTypes: ['violations']}).then(found => done(found.violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => one.id + ': ' + one.help + ' | ' + one.nodes.length + ' | '
    + one.nodes.slice(0, 3).map(n => n.html.slice(0, 160)
      + ' ' + (n.any[0] || n.all[0] || n.none[0] || {}).message)
    .join(' || '))), error => done(['axe failed: ' + error]));"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip(f"axe-core is not at {AXE}; npm install axe-core, or name its file in AXE_CORE")
    return AXE.read_text(encoding="utf-8")


def path_of(finished: Path, name: str) -> Path:
    return finished / "results" / ("index.html" if name == "index" else f"report/{name}.html")


def found(page: Page, axe: str) -> list[str]:
    page.run(axe)
    page.browser.set_script_timeout(120)
    return list(page.browser.execute_async_script(FIND))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_the_article(
    browser: Chrome, finished: Path, axe: str, dark: bool, state: str
) -> None:
    view = "phone" if dark else "desktop"
    browser.get("about:blank")
    page = Page(browser, path_of(finished, "manuscript")).open(view, dark=dark)
    page.run(STATES[state])
    assert found(page, axe) == []


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("view", ["phone", "tablet", "wide"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_on_any_page(
    browser: Chrome, finished: Path, axe: str, name: str, view: str, dark: bool
) -> None:
    assert view in browsing.VIEWS
    browser.get("about:blank")
    page = Page(browser, path_of(finished, name)).open(view, dark=dark)
    page.run(STATES["unfolded"])
    assert found(page, axe) == []


def test_axe_finds_what_is_wrong(browser: Chrome, tmp_path: Path, axe: str) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!DOCTYPE html><title>Bad</title><main><img src='data:,'><p style='color:#999'>Grey</p></main>"
    )
    ids = {one.split(":")[0] for one in found(Page(browser, bad).open(), axe)}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= ids
