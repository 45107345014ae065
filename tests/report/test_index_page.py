"""The page that opens everything a run made."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from browsing import Page
from surveypipe.rendering.index_page import index_page, tasks
from surveypipe.rendering.page_links import holds_rows
from surveypipe.study.authors import Authors

from .conftest import AUTHORS
from .test_web_page import RULES

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

WRITTEN_BY = msgspec.convert(AUTHORS, Authors)


def test_what_is_left_to_the_authors_is_listed() -> None:
    placeholders = "Still as in the template:\n  1. authors.yaml: authors.1.name is still 'First Author'.\n"
    journal = "  Keywords: 6 of at most 6: met.\n  Words: 9,000 of at most 7,000: not met.\n"
    texts = {"manuscript": "*To be written.* *To be written: x*"}
    found = tasks(WRITTEN_BY, placeholders, journal, texts, real=True)
    assert found == [
        "authors.yaml: authors.1.name is still 'First Author'.",
        "Authors' file: there is no statement on funding.",
        "Authors' file: there is no statement on interests.",
        "Authors' file: there is no statement on acknowledgements.",
        "Authors' file: there is no statement on repository.",
        "Manuscript: 2 passages are to be written.",
        "Words: 9,000 of at most 7,000: not met.",
    ]
    # Where the data are not real, it is said that nobody looked for what stands as in the template.
    made_up = tasks(WRITTEN_BY, "", journal, texts, real=False)
    assert [one for one in made_up if one not in found] == [
        "Values left as in the template are not looked for, because the data are not real."
    ]


def test_only_formats_that_were_made_are_opened() -> None:
    page = index_page(
        title="A & B's 'own'",
        language="en-GB",
        notice="",
        headlines={"answered": "7 answered.", "asked": "2 questions.", "claims": []},
        files=["report/manuscript.html", "report/manuscript.pdf", "public/a.csv"],
        checks={},
        to_do=[],
        style="",
    )
    links = re.findall(r'href="((?!data:)[^"]+)"', page)
    assert links == ["report/manuscript.html", "report/manuscript.pdf", "public/a.csv"]
    # With the marks of quotation that the documents print.
    assert '<h1 class="title">A &amp; B’s ‘own’</h1>' in page and "SIMULATED" not in page


def test_a_table_of_nothing_but_heads_is_not_listed(tmp_path: Path) -> None:
    texts = {
        "rows.csv": "a,b\n1,2\n",
        "heads.csv": "a,b\n",
        "marked.csv": "# SIMULATED\na,b\n",
        "x.json": "{}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [name for name in texts if holds_rows(tmp_path / name)] == ["rows.csv", "x.json"]


def test_a_claim_is_listed_by_its_own_words() -> None:
    said = {"answered": "", "asked": "", "claims": [{"claim": "high", "text": "High cholesterol: 14%"}]}
    page = index_page(
        title="A", language="en-GB", notice="", headlines=said, files=[], checks={}, to_do=[], style=""
    )
    assert "<li>High cholesterol: 14%</li>" in page and "high:" not in page


def test_the_page_of_a_run_opens_all_that_was_made(browser: Chrome, finished: Path) -> None:
    page = Page(browser, finished / "results" / "index.html")
    for view, dark in (("phone", True), ("desktop", False)):
        page.open(view, dark=dark)
        assert page.run(RULES) == []
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    # A page without contents has its text in the middle, not where contents would be.
    assert page.run("return document.querySelector('main').getBoundingClientRect().width") > 600
    text = page.path.read_text(encoding="utf-8")
    links = set(re.findall(r'href="((?!data:)[^"]+)"', text))
    made = {f"report/{path.name}" for path in (finished / "results/report").iterdir()}
    made |= {
        f"public/{path.name}" for path in (finished / "results/public").glob("*.csv") if holds_rows(path)
    }
    assert made <= links
    assert [link for link in links if not (page.path.parent / link).is_file()] == []


def test_a_document_leads_to_no_table_without_rows(finished: Path) -> None:
    results = finished / "results"
    bare = [path.name for path in (results / "public").glob("*.csv") if not holds_rows(path)]
    assert bare, "the shipped study has none, and nothing is tried here"
    for name in ("manuscript", "supplement", "title-page"):
        text = (results / f"report/{name}.html").read_text(encoding="utf-8")
        assert "../public/claims.csv" in text
        assert [one for one in bare if f"/{one}" in text] == []
