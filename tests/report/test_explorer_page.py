"""The explorer in headless Chromium: equal to the stage at random settings, by slider, keyboard and link."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from browsing import Page
from explored import Run, run_of
from studies import ROOT
from surveypipe.disclosure.digits import decimals_of
from surveypipe.ledger.cases import Case
from surveypipe.ledger.explorer import BETWEEN, YES
from surveypipe.study.grades import Grade
from surveypipe.study.offered import offered

SETTINGS = 200
NAMES = {"theta": "theta", "k": "scenario"}
SHOWN = """return [...document.querySelectorAll('.explorer-claim')].map(card => ({
  claim: card.dataset.claim, text: card.querySelector('p:last-child').textContent,
  facts: [...card.querySelectorAll('dd')].map(cell => cell.textContent),
  limit: card.querySelector('output').textContent}))"""
EVERY = f"""return arguments[0].map(fragment => {{ history.replaceState(null, '', fragment);
  dispatchEvent(new HashChangeEvent('hashchange')); return (() => {{ {SHOWN} }})(); }})"""
GO = "history.replaceState(null, '', arguments[0]); dispatchEvent(new HashChangeEvent('hashchange'));"


@pytest.fixture(scope="module")
def run(finished: Path) -> Run:
    return run_of(finished / "results")


@pytest.fixture
def page(browser: Any, finished: Path) -> Iterator[Page]:
    browser.get("about:blank")
    yield Page(browser, finished / "results/report/manuscript.html").open()


@dataclass(frozen=True)
class Setting:
    """What a reader chooses: weights, an assumption and its value, and a limit for each claim."""

    scheme: str
    mode: str
    value: float
    limits: dict[str, float]

    @property
    def fragment(self) -> str:
        parts = ["#explore", f"weights={self.scheme}", *(f"limit.{k}={v}" for k, v in self.limits.items())]
        return "&".join([*parts, *([] if self.mode == "at_random" else [f"{self.mode}={self.value!r}"])])


def settings(run: Run) -> list[Setting]:
    draw = random.Random(14)
    thetas = sorted(set(run.table["theta"].dropna()))
    ks = sorted(set(run.table["k"].dropna()))
    made = []
    for _ in range(SETTINGS):
        scheme = draw.choice([run.made.primary, draw.choice(run.made.schemes)])
        mode = draw.choice(["theta", "theta", "k", "at_random"])
        mode = mode if scheme == run.made.primary else "at_random"
        value = draw.choice(ks if mode == "k" else thetas)
        limits = {key: draw.choice(offered(claim)) for key, claim in run.made.claims.items()}
        made.append(Setting(scheme, mode, value, limits))
    return made


Rows = dict[tuple[str, str, str, float], dict[str, Any]]


def exact_rows(run: Run) -> Rows:
    """Exact rows by claim, scheme, assumption and its value."""
    return {
        (row["claim"], row["scheme"], row["assumption"], _value(row)): row
        for row in run.exact.to_dict("records")
    }


def _value(row: dict[str, Any]) -> float:
    return next((round(row[name], 6) for name in ("theta", "k") if row[name] == row[name]), 0.0)


@dataclass(frozen=True)
class Own:
    """What the stage makes of a claim in a setting: estimate, both intervals, grade."""

    case: Case
    values: tuple[float, ...]
    grade: Grade

    def printed(self) -> list[str]:
        claim = self.case.claim
        # The end of an interval keeps its side of what the claim is held against.
        estimate, *ends = (
            decimals_of([value], 2, claim.landmarks() if number else ())[0]
            for number, value in enumerate(self.values)
        )
        spans = [claim.span_printed(*ends[:2])]
        spans += [claim.span_printed(*ends[2:])] if claim.within_margin else []
        return [claim.with_unit(estimate), *spans]


def own(run: Run, rows: Rows, setting: Setting, key: str) -> Own:
    """The stage's own numbers, from its exact rows."""
    case = run.cases[setting.scheme][key]
    random_row = rows[key, setting.scheme, "at_random", 0.0]
    place = offered(case.claim).index(setting.limits[key])
    grades, otherwise = (int(random_row[name].split(BETWEEN)[place]) for name in ("grades", "otherwise"))
    at_random = random_row["supported"][place] == YES
    row = random_row
    if setting.mode != "at_random":
        row = rows[key, setting.scheme, NAMES[setting.mode], round(setting.value, 6)]
    holds = row["supported"][place] == YES
    return Own(case, values(row), Grade.of(otherwise if at_random and not holds else grades))


def values(row: dict[str, Any]) -> tuple[float, ...]:
    return tuple(
        float(row[name]) for name in ("estimate", "ci_low", "ci_high", "deciding_low", "deciding_high")
    )


def shown(page: Page) -> dict[str, dict[str, Any]]:
    return {card["claim"]: card for card in page.run(SHOWN)}


def test_the_printed_state_is_the_article(page: Page, run: Run) -> None:
    printed = yaml.safe_load((run.results / "numbers.yaml").read_text(encoding="utf-8"))["num"]
    cards = shown(page)
    assert list(cards) == list(run.made.claims)
    for key, card in cards.items():
        named = f"claim-{key.lower()}__"
        assert card["facts"][0].split(" ")[0] == printed[named + "est"].split(" ")[0]
        assert card["facts"][1] == printed[named + "ci"]
        assert card["text"].startswith(f"The claim {printed[named + 'clause']}.")
        assert card["text"].endswith(printed[named + "threshold-sentence"])


def test_at_random_settings_the_page_prints_what_the_stage_computes(page: Page, run: Run) -> None:
    """All in one call of the browser: each call costs more than a hundred settings."""
    rows, chosen = exact_rows(run), settings(run)
    printed = page.run(EVERY, [setting.fragment for setting in chosen])
    wrong = []
    for setting, cards in zip(chosen, printed, strict=True):
        assert [card["claim"] for card in cards] == list(run.made.claims)
        for card in cards:
            made = own(run, rows, setting, card["claim"])
            expected = [*made.printed(), made.grade.label(run.made.vocabulary)]
            if card["facts"] != expected:
                wrong.append((setting, card, expected))
    assert wrong == []


def test_with_other_weights_no_assumption_is_to_be_chosen(page: Page, run: Run) -> None:
    printed = shown(page)
    other = next(scheme for scheme in run.made.schemes if scheme != run.made.primary)
    page.run(GO, f"#explore&theta=2.0&k=0.5&weights={other}")
    assert page.run("return document.querySelector('.explorer fieldset').disabled")
    assert page.run("return document.getElementById('explorer-mode-random').checked")
    assert page.run("return document.getElementById('explorer-primary').checkVisibility()")
    assert page.run("return document.querySelector('.explorer-actions a').getAttribute('href')").endswith(
        f"&weights={other}"
    )
    with_others = shown(page)
    page.run(GO, f"#explore&weights={other}")
    assert shown(page) == with_others != printed
    page.run(GO, "#explore")
    assert not page.run("return document.querySelector('.explorer fieldset').disabled")
    assert shown(page) == printed


def test_sliders_keys_and_reset(page: Page, run: Run) -> None:
    from selenium.webdriver.common.keys import Keys

    printed = shown(page)
    page.run("document.getElementById('explorer-theta').focus()")
    page.press(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.run("return document.getElementById('explorer-mode-theta').checked")
    assert shown(page) != printed
    said = page.run("return document.getElementById('explorer-theta').getAttribute('aria-valuetext')")
    assert re.search(r"\d", said)
    link = page.run("return document.querySelector('.explorer-actions a').getAttribute('href')")
    assert link.startswith("#explore&theta=")
    page.run("document.querySelector('.explorer-actions button').click()")
    assert shown(page) == printed
    assert page.run("return document.querySelector('.explorer-actions a').getAttribute('href')") == "#explore"


def test_a_link_opens_the_page_at_its_setting(page: Page, run: Run) -> None:
    printed = shown(page)
    theta = max(run.table["theta"].dropna())
    page.run(GO, f"#explore&theta={theta!r}&limit.C1=0.9&weights=none")
    moved_to_it = shown(page)
    assert moved_to_it != printed
    address = page.run("return location.href")
    page.browser.get("about:blank")
    page.browser.get(address)
    assert shown(page) == moved_to_it
    page.run(GO, "#explore&theta=nothing&weights=unknown&limit.C9=1&%E0%A4%A")
    assert shown(page) == printed


def test_what_changes_is_said_once_and_not_at_every_step(page: Page) -> None:
    status = "return document.querySelector('.explorer-status').textContent"
    assert page.run(status) == ""
    for _ in range(3):
        page.run(
            "const s = document.getElementById('explorer-theta'); s.value = +s.max;"
            "s.dispatchEvent(new Event('input'));"
        )
        assert page.run(status) == ""
    page.browser.set_script_timeout(10)
    page.browser.execute_async_script("setTimeout(arguments[0], 1200)")
    assert "supported" in page.run(status)


def test_on_paper_and_in_other_formats_there_is_none(page: Page, run: Run) -> None:
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert page.run("return getComputedStyle(document.getElementById('explore')).display") == "none"
    finally:
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    with zipfile.ZipFile(run.results / "report/manuscript.docx") as docx:
        assert b"explor" not in docx.read("word/document.xml")


def test_the_page_and_its_script_are_small() -> None:
    styles = ROOT / "workflow/typesetting/styles"
    assert sum((styles / f"page_explorer.{kind}").stat().st_size for kind in ("js", "css")) < 50_000
