"""Every number of a finished web page, with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html

# A number that is no part of a name (C1, RR2, BI1, 5th): digits before which no letter stands.
NUMBER = re.compile(r"(?<![A-Za-z0-9.])[−-]?\d+(?:,\d{3})*(?:\.\d+)?(?![A-Za-z0-9]|\.\d)")
SKIPPED_TAGS = {"script", "style", "head", "svg", "nav", "aside", "title", "colgroup"}
BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "h5", "td", "th", "figcaption", "dt", "dd", "div", "section"}


@dataclass
class Token:
    """A number as printed: its text, value, decimals, and the key of its source where the page names one."""

    text: str
    start: int
    end: int
    source: str = ""

    @property
    def value(self) -> float:
        return float(self.text.replace("−", "-").replace(",", ""))

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])


@dataclass
class Passage:
    """A paragraph, heading, caption, note or alternative text."""

    document: str
    kind: str
    place: str
    text: str
    tokens: list[Token] = field(default_factory=list)


@dataclass
class Table:
    """A table: rows of (section, label, cells); a cell is its text and its numbers."""

    document: str
    place: str
    header: list[str]
    rows: list[tuple[str, str, list[Passage]]] = field(default_factory=list)


def normal(text: str) -> str:
    """One kind of blank and of apostrophe."""
    for old, new in (
        ("\u00a0", " "),
        ("\u202f", " "),
        ("\u2009", " "),
        ("’", "'"),
        ("‘", "'"),
        ("\u00ad", ""),
        ("\u200b", ""),
        ("\u2060", ""),
    ):
        text = text.replace(old, new)
    return re.sub(r"\s", " ", text)


def _characters(node: html.HtmlElement, source: str = "", shallow: bool = False) -> Iterator[tuple[str, str]]:
    """Characters of a node, each with the key of the number's source that it stands in."""
    here = node.get("data-source", source)
    for letter in node.text or "":
        yield letter, here
    for child in node:
        if isinstance(child.tag, str) and child.tag not in SKIPPED_TAGS:
            if not (shallow and child.tag in BLOCKS | {"table", "ul", "ol", "figure"}):
                yield from _characters(child, here, shallow)
        for letter in child.tail or "":
            yield letter, source if not node.get("data-source") else here


def passage(document: str, kind: str, place: str, node: html.HtmlElement, shallow: bool = False) -> Passage:
    letters = [(normal(letter) or " ", key) for letter, key in _characters(node, shallow=shallow)]
    # Runs of blanks become one, as a browser shows them.
    kept = [pair for n, pair in enumerate(letters) if not (pair[0] == " " and n and letters[n - 1][0] == " ")]
    text = "".join(letter for letter, _ in kept)
    return _passage(document, kind, place, text, [key for _, key in kept])


def _passage(document: str, kind: str, place: str, text: str, keys: list[str] | None = None) -> Passage:
    found = [
        Token(m.group(), m.start(), m.end(), keys[m.start()] if keys else "") for m in NUMBER.finditer(text)
    ]
    return Passage(document, kind, place, text, found)


class Page:
    """A finished web page, taken apart."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self.root = html.parse(str(path)).getroot()
        self.passages: list[Passage] = []
        self.tables: list[Table] = []
        self._walk(self.root.find("body"), "")

    def _walk(self, node: html.HtmlElement, place: str) -> None:
        if not isinstance(node.tag, str) or node.tag in SKIPPED_TAGS:
            return
        place = node.get("id") or place
        if node.get("id") == "refs":
            self.passages.append(passage(self.name, "references", "refs", node))
            return
        if node.tag == "table":
            self._table(node, place)
            return
        if node.tag == "img" or node.get("role") == "img":
            text = normal(node.get("alt") or node.get("aria-label") or "")
            self.passages.append(_passage(self.name, "alt", place, text))
            return
        kind = node.tag if node.tag in BLOCKS else ""
        if "table-note" in (node.get("class") or ""):
            kind = "note"
        if kind and (node.text or len(node)):
            made = passage(self.name, kind, place, node, shallow=True)
            if made.text.strip():
                self.passages.append(made)
        elif (
            not kind
            and (node.text or "").strip()
            and node.tag not in ("span", "a", "em", "strong", "sup", "sub")
        ):
            made = passage(self.name, node.tag, place, node, shallow=True)
            self.passages.append(made)
        for child in node:
            inline = child.tag in ("span", "a", "em", "strong", "sup", "sub", "code", "br")
            if not (inline and kind):
                self._walk(child, place)
            elif inline:
                for image in child.xpath("descendant-or-self::*[self::img or @role = 'img']"):
                    self._walk(image, place)

    def _table(self, node: html.HtmlElement, place: str) -> None:
        rows = [
            [passage(self.name, "cell", place, cell) for cell in row if cell.tag in ("td", "th")]
            for row in node.iter("tr")
        ]
        tags = [[cell.tag for cell in row if cell.tag in ("td", "th")] for row in node.iter("tr")]
        strong = [bool(row.xpath("./*[1]//strong")) for row in node.iter("tr")]
        header: list[str] = []
        made = Table(self.name, place, header)
        section = ""
        for cells, kinds, bold in zip(rows, tags, strong, strict=True):
            if not cells:
                continue
            if set(kinds) == {"th"}:
                header[:] = [cell.text.strip() for cell in cells]
                made.rows.append(("", "(header)", cells))
                continue
            label = cells[0].text.strip()
            if bold:
                section = re.sub(r", n = \d+$| \(\d+ tests\)$", "", label)
            made.rows.append((section if not bold else "", label, cells))
        self.tables.append(made)
