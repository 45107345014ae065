"""What a page says of itself to machines, and what it leads to."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from surveypipe.rendering import page_links
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import seen_from, stage

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources

MADE = ("sample.html", "sample.pdf", "sample.docx", "supplement.html", "../public/estimates.csv")
FRONT = {"title": r"What 50\% \& more *do*", "abstract": "Short.", "keywords": ["staff", "survey"]}


def page(*, blinded: bool = False, made: tuple[str, ...] = MADE) -> page_links.About:
    return page_links.about("sample", FRONT, metadata(None if blinded else AUTHORS), made, EPOCH)


def test_the_tags_of_an_article_are_those_that_reference_managers_read() -> None:
    head = lxml_html.fromstring(f"<head>{page_links.head(page())}</head>")
    tags = [(tag.get("name"), tag.get("content")) for tag in head.xpath("//meta")]
    assert tags[:3] == [
        ("citation_title", "What 50% & more do"),
        ("citation_author", "Ada Lovelock"),
        ("citation_author_institution", "University of Eastmere"),
    ]
    assert ("citation_publication_date", "2023/11/14") in tags
    assert ("citation_pdf_url", "sample.pdf") in tags
    said = json.loads(head.xpath("//script")[0].text)
    assert (said["@type"], said["headline"]) == ("ScholarlyArticle", "What 50% & more do")
    assert [person["name"] for person in said["author"]] == ["Ada Lovelock", "Bert Quill"]
    assert said["isBasedOn"]["distribution"][0]["contentUrl"] == "../public/estimates.csv"


def test_a_blinded_page_names_nobody_and_is_not_cited() -> None:
    everything = page_links.head(page(blinded=True)) + page_links.links(page(blinded=True))
    assert "citation_title" in everything
    for word in ("Lovelock", "Quill", "Eastmere", "citation_author", "BibTeX"):
        assert word not in everything


def test_only_what_is_made_is_led_to() -> None:
    assert "sample.pdf" not in page_links.head(page(made=())) + page_links.links(page(made=()))
    found = re.findall(r'href="((?!data:)[^"]+)"', page_links.links(page()))
    assert found == ["sample.pdf", "sample.docx", "supplement.html", "../public/estimates.csv"]


def test_a_citation_as_text_and_for_reference_managers() -> None:
    assert page_links.as_text(page()) == (
        "Ada Lovelock and Bert Quill (2023) \u2018What 50% & more do\u2019. "
        "Manuscript of 14 November 2023, simulated data."
    )
    owned = dataclasses.replace(page(), title="The staff's 'own' words")
    assert "\u2018The staff\u2019s \u2018own\u2019 words\u2019." in page_links.as_text(owned)
    bibtex = page_links.as_bibtex(page())
    assert bibtex.startswith("@unpublished{lovelock2023,")
    assert "author = {Lovelock, Ada and Quill, Bert}" in bibtex
    assert r"title = {{What 50\% \& more do}}" in bibtex
    assert bibtex.count("{") == bibtex.count("}")
    lines = page_links.as_ris(page()).splitlines()
    assert (lines[0], lines[-1]) == ("TY  - UNPB", "ER  - ")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)


@pytest.mark.parametrize(
    ("document", "made", "expected"),
    [
        ("manuscript", ["supplement.html"], ("Table 4 of the supplement", "supplement.html#tbl-a")),
        (
            "manuscript",
            ["supplement-blinded.html"],
            ("Table 4 of the supplement", "supplement-blinded.html#tbl-a"),
        ),
        ("supplement", [], ("Table 4", "#tbl-a")),
        ("manuscript", ["title-page.html"], (None, None)),
    ],
)
def test_a_table_is_seen_from_where_the_number_stands(
    document: str, made: list[str], expected: tuple[str | None, str | None]
) -> None:
    source = {"n": "7", "label": "tbl-a", "places": {"supplement": "Table 4"}, "constants": ["3"]}
    told = seen_from(source, document, made)
    assert (told.get("see"), told.get("href")) == expected
    assert told["n"] == "7" and not {"label", "places", "constants"} & set(told)


def test_the_page_holds_its_description_and_links_outside_its_text(tmp_path: Path) -> None:
    given = sources(SAMPLE)
    told = type(given)(**{**vars(given), "made": MADE})
    made = render_document(stage(tmp_path, "sample", told, metadata(AUTHORS)), "pandoc", EPOCH)
    tree = lxml_html.parse(str(made["html"]), lxml_html.HTMLParser(encoding="utf-8")).getroot()
    (description,) = tree.xpath("//meta[@name='description']/@content")
    assert 20 < len(description) <= 301
    assert len(tree.xpath("//aside[@class='links']")) == 1
    assert tree.xpath("//main//aside") == []
