"""What a reader takes from a document, for comparing two formats or two renderers.

Layout and bytes may differ; headings, captions, numbers, cross-references and citations may not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import style_of, text_of

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_REFERENCE = re.compile(r"\b(?:Figure|Table|Section) [A-Z]?\d+(?:\.\d+)*")
_CITATION = re.compile(r"\([^()]*\b(?:18|19|20)\d\d[a-z]?\b[^()]*\)")
_BLOCKS = {
    "p",
    "td",
    "th",
    "li",
    "div",
    "figcaption",
    "h1",
    "h2",
    "h3",
    "h4",
    "tr",
    "section",
    "caption",
    "br",
}
_CAPTION_STYLES = {"ImageCaption", "TableCaption"}


@dataclass(frozen=True)
class Content:
    """Headings and captions in order; numbers, cross-references and citations with their counts."""

    headings: tuple[str, ...]
    captions: tuple[str, ...]
    numbers: Counter[str]
    references: Counter[str]
    citations: Counter[str]


def normalised(text: str) -> str:
    """Reduce typography that formats treat differently: spaces, quotation marks, dashes."""
    plain = unicodedata.normalize("NFKC", text)
    for old, new in (
        ("\u2018", "'"),
        ("\u2019", "'"),
        ("\u201c", '"'),
        ("\u201d", '"'),
        ("\u2011", "-"),
        ("\u00ad", ""),
    ):
        plain = plain.replace(old, new)
    return re.sub(r"\s+", " ", plain).strip()


def html_content(path: Path) -> Content:
    """Read the content of a finished HTML file."""
    page = lxml_html.parse(str(path), lxml_html.HTMLParser(encoding="utf-8")).getroot()
    main = page.find(".//main") if page.find(".//main") is not None else page.find("body")
    unwanted = ".//nav | .//script | .//style | .//math | .//*[contains(@class, 'footnote-back')]"
    for element in main.xpath(unwanted):
        element.drop_tree()
    headings = main.xpath(
        ".//*[self::h1 or self::h2 or self::h3 or self::h4][not(contains(@class, 'title'))]"
    )
    shown = [_spaced(element) for element in headings if element.get("id") != "abstract-title"]
    captions = [_spaced(element) for element in main.xpath(".//figcaption | .//table/caption")]
    return _content(shown, captions, _spaced(main))


def _spaced(element: lxml_html.HtmlElement) -> str:
    # A block ends a word, inline markup does not; the number of a heading stands in a span of its own.
    pieces: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        space = " " if node.tag in _BLOCKS or "section-number" in node.get("class", "") else ""
        if event == "start":
            mark = "footnote-ref" in node.get("class", "") or "footnote-ref" in node.getparent().get(
                "class", ""
            )
            pieces.append(space + ("" if mark else node.text or ""))
        else:
            pieces.append(space + ("" if node is element else node.tail or ""))
    return normalised("".join(pieces))


def docx_content(path: Path) -> Content:
    """Read the content of a finished DOCX file, footnotes included."""
    package = Package(path)
    body = package.tree("word/document.xml").find(w("body"))
    # A page has its contents beside the text.
    unwanted = re.compile(r"SimulatedBanner|TOC\w+")
    paragraphs = [p for p in body.iter(w("p")) if not unwanted.fullmatch(style_of(p))]
    numbers = _heading_numbers(package, paragraphs)
    texts = [numbers.get(p, "") + _paragraph_text(p) for p in paragraphs]
    headings = [
        numbers.get(p, "") + _paragraph_text(p) for p in paragraphs if re.fullmatch(r"Heading\d", style_of(p))
    ]
    captions = [_paragraph_text(p) for p in paragraphs if style_of(p) in _CAPTION_STYLES]
    notes = [text_of(p) for p in package.tree("word/footnotes.xml").iter(w("p"))]
    return _content(headings, captions, " ".join([*texts, *notes]))


def _heading_numbers(package: Package, paragraphs: list[etree._Element]) -> dict[etree._Element, str]:
    """Count headings as Word does whose style is numbered, but for those that are taken out of it."""
    styles = package.tree("word/styles.xml")
    numbered = {
        str(style.get(w("styleId")))
        for style in styles.iter(w("style"))
        if style.find(f"{w('pPr')}/{w('numPr')}") is not None
    }
    counts, numbers = [0] * 9, {}
    for paragraph in paragraphs:
        match = re.fullmatch(r"Heading(\d)", style_of(paragraph))
        own = paragraph.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}")
        if match is None or match[0] not in numbered or (own is not None and own.get(w("val")) == "0"):
            continue
        level = int(match[1])
        counts = [*counts[: level - 1], counts[level - 1] + 1, *[0] * (9 - level)]
        numbers[paragraph] = ".".join(map(str, counts[:level])) + " "
    return numbers


def _paragraph_text(paragraph: etree._Element) -> str:
    pieces = []
    for node in paragraph.iter(w("t"), w("tab"), w("br"), w("footnoteReference")):
        pieces.append(node.text or "" if node.tag == w("t") else " ")
    return normalised("".join(pieces))


def _content(headings: list[str], captions: list[str], text: str) -> Content:
    plain = normalised(text)
    return Content(
        headings=tuple(normalised(heading) for heading in headings),
        captions=tuple(normalised(caption) for caption in captions),
        numbers=Counter(_NUMBER.findall(plain)),
        references=Counter(_REFERENCE.findall(plain)),
        citations=Counter(_CITATION.findall(plain)),
    )


def differences(first: Content, second: Content) -> list[str]:
    """Say where two documents do not agree; empty when they do."""
    found = []
    for part in fields(Content):
        one, other = getattr(first, part.name), getattr(second, part.name)
        if one == other:
            continue
        if isinstance(one, Counter):
            found.append(
                f"{part.name}: only the first {dict(one - other)}, only the second {dict(other - one)}"
            )
        else:
            found.append(f"{part.name}: {one} against {other}")
    return found
