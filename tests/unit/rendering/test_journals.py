"""A manuscript is held against the journal's own rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from surveypipe.rendering.journals import (
    citation_problems,
    count_words,
    findings,
    keywords,
    manuscript_words,
    report,
    statement,
    title_page_lacks,
)
from surveypipe.rendering.staging import find_csl
from surveypipe.study.journal import Journal
from surveypipe.study.reading import read

ROOT = Path(__file__).resolve().parents[3]
PROFILES = {path.stem: path for path in sorted((ROOT / "workflow/journals").glob("*.yaml"))}
PAGE = """<html><body><a class="skip" href="#text">Skip it</a><div class="simulated-banner">NOT COUNTED</div>
<nav>not counted</nav><main><header><h1 class="title">Three title words</h1><p class="authors">A Name</p>
<section class="abstract"><h2>Abstract</h2><p><strong>Aim.</strong> Four words in all.</p>
<p class="keywords"><strong>Keywords:</strong> one, two words, three</p></section></header>
<section id="a"><h1><span>1</span> Heading</h1><p>Five <em>wo</em>rds &ndash; of text (38%).</p>
<figure id="fig-x"><img alt="not counted"/><figcaption>Figure 1: Caption.</figcaption></figure>
<figure id="tbl-y"><figcaption>Table 1: Caption</figcaption><table><tr><td>Cell</td><td>cell</td></tr></table>
</figure><div class="table-note"><p>One note.</p></div></section>
<section id="sec-statements"><h1>Statements</h1><p><strong>Funding.</strong> None received.</p>
<p><strong>Ethics.</strong> Reference, to be filled in by the authors.</p></section>
<section id="references"><h1>References</h1><div id="refs"><div>Smith (1928) Work.</div></div></section>
</main></body></html>"""
COUNTED = {
    "text": 7, "title": 3, "abstract": 5, "statements": 13, "references": 4, "tables": 7, "figures": 3,
}  # fmt: skip


def profile(**changed: Any) -> Journal:
    return msgspec.structs.replace(read(PROFILES["british-journal-of-social-work"], Journal), **changed)


def said(found: list[Any], start: str) -> Any:
    return next(finding for finding in found if finding.text.startswith(start))


@pytest.mark.parametrize("path", PROFILES.values(), ids=PROFILES)
def test_profiles_keep_to_the_schema_and_name_styles_that_exist(path: Path):
    journal = read(path, Journal)
    if journal.csl:
        assert find_csl(journal.csl).is_file()


def test_words_are_counted_by_part():
    assert manuscript_words(PAGE) == COUNTED
    assert count_words("a – b — (c) 1.5") == 4


def test_the_journal_says_what_counts():
    with_all = ["title", "abstract", "statements", "references", "tables", "figures"]
    total = sum(COUNTED.values())
    found = findings(profile(max_words=total, count_includes=with_all), [PAGE], csl="x")
    assert said(found, "Words, with").met is True
    found = findings(profile(max_words=total - 3, count_includes=with_all), [PAGE], csl="x")
    assert said(found, "Words, with").text.endswith("exceeded by 3.")
    found = findings(profile(max_words=7, count_includes=[]), [PAGE], csl="x")
    assert said(found, "Words, without").met is True


def test_abstract_and_keywords():
    assert keywords(PAGE) == ["one", "two words", "three"]
    found = findings(profile(abstract_max=4, keywords_max=3), [PAGE], csl="x")
    assert said(found, "Words of the abstract").text.endswith("5 of at most 4: exceeded by 1.")
    assert said(found, "Keywords").met is True


def test_what_the_profile_does_not_know_is_not_judged():
    found = findings(profile(abstract_max=None), [PAGE], csl="x")
    assert said(found, "Words of the abstract").met is None


def test_statements_are_found_missing_or_unfilled():
    assert statement([PAGE], "funding") == "None received"
    wanted = ["ethics", "funding", "interests"]
    found = findings(profile(statements=wanted), [PAGE], csl="x")
    assert "still to be filled in" in said(found, "Statement on ethics").text
    assert said(found, "Statement on funding").met is True
    assert "missing" in said(found, "Statement on interests").text
    # The title page counts as well.
    page = "<html><body><main><section><h1>Ethics</h1><p>Approved, 12/34.</p></section></main></body></html>"
    assert said(findings(profile(statements=wanted), [PAGE, page], csl="x"), "Statement on ethics").met


def test_the_report_marks_what_is_not_met():
    found = findings(profile(max_words=10), [PAGE], csl="the-british-journal-of-social-work")
    text = report(profile(), found, manuscript_words(PAGE))
    assert "! Words" in text and "  Citation style" in text and "? Keywords" in text
    assert 'are "author\'s own" in the blinded documents' in text


TITLE_PAGE = """<html><body><main><header><h1 class="title">T</h1><p class="authors">A Name<sup>1</sup></p>
<p class="affiliation"><sup>1</sup> A Place</p><p class="affiliation">Correspondence: A Name, a@b.example</p>
</header><section><h1>Funding</h1><p>To be filled in.</p></section></main></body></html>"""


def test_what_the_title_page_lacks_is_named():
    fields = ["title", "authors", "affiliations", "biography", "contact", "funding"]
    # A place still to be filled in is told among the statements.
    assert title_page_lacks(TITLE_PAGE, fields) == ["biography"]
    assert title_page_lacks(TITLE_PAGE.replace("Correspondence", "Seen by"), ["contact"]) == ["contact"]
    found = findings(profile(), [PAGE, TITLE_PAGE], csl="x")
    assert said(found, "Title page").text.endswith("lacks biography.")
    assert "none is made" in said(findings(profile(), [PAGE], csl="x"), "Title page").text


def test_references_and_citations_are_held_against_each_other():
    cited = '<p>As <a href="#ref-smith">Smith</a> says.</p>'
    listed = '<div id="refs"><div id="ref-smith">Smith</div></div>'
    page = "<html><body><main>{}</main></body></html>"
    assert citation_problems(page.format(cited + listed)) == []
    assert citation_problems(page.format(cited)) == ["'smith' is cited and not in the list"]
    assert citation_problems(page.format(listed)) == ["'smith' is in the list and never cited"]
    found = findings(profile(), [page.format(listed)], csl="x")
    assert said(found, "References").met is False


def test_the_report_says_what_is_set_in_the_word_file():
    asked = profile(spacing="double", line_numbers=True, tables_placement="separate")
    text = report(asked, [], manuscript_words(PAGE))
    assert "Set in the Word file and the PDF: double spacing and numbered lines." in text
    assert "Set in the Word file: tables and figures after the references, each on a page" in text
    by_default = report(profile(spacing=None, line_numbers=None), [], manuscript_words(PAGE))
    assert "double spacing and numbered lines. The profile does not say so (spacing and line_" in by_default
