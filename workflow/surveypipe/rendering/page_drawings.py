"""Drawings of a web page put into it as they are, with every outline, word and style told once.

A renderer embeds a drawing as the address of a picture, a third longer than its file, and each picture brings
its own letters. Drawings of the same words, for wide pages and for narrow ones, then say nearly everything
twice. Here what marks have in common stands in one place of the page, and each points there. What a text
reads stays beside it as a comment, once a figure, for those who search the page for words.
"""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_IMAGE = re.compile(r"<img\b[^>]*>")
# Both drawings of a figure, as the filter sets them.
_IMAGES = re.compile(r"<img\b[^>]*>(?:\s*<img\b[^>]*>)*")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_EMBEDDED = "data:image/svg+xml;base64,"
# What a drawing may be made of to stand in the page: marks that run nothing and fetch nothing.
_MARKS = {f"{_SVG}{name}" for name in ("svg", "defs", "g", "path", "use", "rect", "clipPath")}
_SAYS = {
    *("id", "d", "style", "transform", "clip-path", "x", "y", "width", "height", "viewBox", "version"),
    *("stroke-linejoin", _LINK),
}
_REFERENCE = re.compile(r"(?:(?<=^)|(?<=url\())#([\w.-]+)")
# Where the released rows of a figure lie, seen from a page.
ROWS = "../figures/{}.csv"
# Hundredths of a letter's size, by which the same word may be set differently.
_SAME = 0.25


def with_drawings(page: str, made: Sequence[str] = ()) -> str:
    """Put the drawings of a page into it, each with a link to the rows that it is drawn from.

    Parameters
    ----------
    page
        A finished page, its drawings embedded as pictures.
    made
        Files that it may link.

    Returns
    -------
    str
        The page. A picture that is no drawing of lines, or that holds anything but lines, stays a picture.
    """
    shared = Shared()
    figures = [[_Drawing(root, shared) for root in _drawings(found[0])] for found in _IMAGES.finditer(page)]
    for drawing in (one for drawings in figures for one in drawings):
        drawing.count()
    queue = iter(figures)
    written = _IMAGES.sub(lambda found: _figure(found[0], next(queue), made), page)
    return written.replace("</main>", f"{shared.block()}</main>", 1) if shared.names else page


def _attributes(image: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(image)}


def _drawings(images: str) -> list[_Element]:
    """Read the drawings of a figure; none if one of them has to stay a picture."""
    read = [_drawing(_attributes(image).get("src", "")) for image in _IMAGE.findall(images)]
    found = [drawing for drawing in read if drawing is not None]
    return found if len(found) == len(read) else []


def _drawing(source: str) -> _Element | None:
    if not source.startswith(_EMBEDDED):
        return None
    parser = etree.XMLParser(remove_pis=True, remove_blank_text=True, resolve_entities=False)
    root = etree.fromstring(base64.b64decode(source.removeprefix(_EMBEDDED)), parser)
    plain = all(
        element.tag in _MARKS
        and not {*map(str, element.attrib)} - _SAYS
        and element.get(_LINK, "#").startswith("#")
        for element in root.iter(etree.Element)
    )
    return root if plain else None


def _figure(images: str, drawings: Sequence[_Drawing], made: Sequence[str]) -> str:
    """Write the drawings of a figure, under one alternative text."""
    if not drawings:
        return images
    told = [_attributes(image) for image in _IMAGE.findall(images)]
    written = "".join(
        drawing.written(attributes.get("class", ""), comments=number == 0)
        for number, (drawing, attributes) in enumerate(zip(drawings, told, strict=True))
    )
    alt = html.escape(told[0].get("alt", ""))
    rows = ROWS.format(told[0].get("data-figure", ""))
    link = (
        f'<span class="rows"><a href="{html.escape(rows)}">Rows drawn (CSV)</a></span>'
        if rows in made
        else ""
    )
    return f'<span class="drawn" role="img" aria-label="{alt}">{written}</span>{link}'


@dataclass
class Shared:
    """What the drawings of a page have in common.

    Attributes
    ----------
    names
        What an outline, a box or a word is, as text, to its name in the page.
    words
        Letters of a word, by their names, to where each stands.
    used
        How often each word and each style occurs.
    styles
        A style to its class.
    """

    names: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, ...], list[float]] = field(default_factory=dict)
    used: Counter[tuple[str, ...] | str] = field(default_factory=Counter)
    styles: dict[str, str] = field(default_factory=dict)

    def name(self, content: str) -> str:
        """Name what is shared; the same content has one name."""
        return self.names.setdefault(content, f"d{len(self.names):x}")

    def style(self, style: str) -> str:
        """Write a style: as a class where it is used often."""
        if self.used[style] < 3:
            return f' style="{html.escape(style)}"'
        return f' class="{self.styles.setdefault(style, f"s{len(self.styles):x}")}"'

    def places(self, word: Sequence[_Letter]) -> str | None:
        """Name a word that stands in the page more than once as it is here; None for any other."""
        key = tuple(letter.name for letter in word)
        here = [letter.x - word[0].x for letter in word]
        if len(word) < 2 or self.used[key] < 2 or any(letter.y for letter in word):
            return None
        first = self.words.setdefault(key, here)
        if any(abs(one - other) > _SAME for one, other in zip(first, here, strict=True)):
            return None
        return self.name(f"<g>{''.join(map(_letter, key, first))}</g>")

    def block(self) -> str:
        """Write all that is shared, in a drawing that takes no room."""
        defined = "".join(
            re.sub(r"^<(\w+)", rf'<\1 id="{name}"', content, count=1) for content, name in self.names.items()
        )
        styles = "".join(f".drawn .{name},.shared .{name}{{{style}}}" for style, name in self.styles.items())
        return (
            f'<svg class="shared" width="0" height="0" aria-hidden="true" focusable="false">'
            f"<style>{styles}</style><defs>{defined}</defs></svg>\n"
        )


@dataclass(frozen=True)
class _Letter:
    """A letter of a text: the name of its outline in the page, and where it stands."""

    name: str
    x: float
    y: float


def _letter(name: str, x: float, y: float = 0.0) -> str:
    places = "".join(
        f' {axis}="{_number(value)}"' for axis, value in (("x", x), ("y", y)) if _number(value) != "0"
    )
    return f'<use href="#{name}"{places}/>'


def _number(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else re.sub(r"^(-?)0\.", r"\1.", text)


class _Drawing:
    """One drawing, written with what it has in common with others left out."""

    def __init__(self, root: _Element, shared: Shared) -> None:
        self.root = root
        self.shared = shared
        self.defined = {
            element.get("id", ""): element for element in root.iter(f"{_SVG}*") if element.get("id")
        }
        self.named: dict[str, str] = {}
        self.comments = False

    def count(self) -> None:
        """Count its words and styles."""
        for element in self.root.iter(f"{_SVG}*"):
            self.shared.used[element.get("style", "")] += 1
            words = self.words(element)
            self.shared.used.update(tuple(letter.name for letter in word) for word in words)

    def written(self, name: str, *, comments: bool) -> str:
        """Write it, of the class that says on which pages it is shown; its texts as comments, or not."""
        self.comments = comments
        told = {key: self.root.get(key, "") for key in ("width", "height", "viewBox")}
        told = {"class": name, **told, "stroke-linejoin": self.root.get("stroke-linejoin", "")}
        attributes = "".join(f' {key}="{html.escape(value)}"' for key, value in told.items() if value)
        return f'<svg{attributes} aria-hidden="true" focusable="false">{self._children(self.root)}</svg>'

    def _children(self, element: _Element) -> str:
        return "".join(self._element(child) for child in element if child.tag != f"{_SVG}defs")

    def _element(self, element: _Element) -> str:
        if not isinstance(element.tag, str):
            return f"<!--{element.text}-->" if self.comments else ""
        name = etree.QName(element).localname
        if name == "use" and self._is_blank(element):
            return ""
        inner = self._text(element) if self._is_text(element) else self._children(element)
        opened = f"<{name}{''.join(self._said(element))}"
        return f"{opened}>{inner}</{name}>" if inner else f"{opened}/>"

    def _said(self, element: _Element) -> Iterator[str]:
        for key, value in element.attrib.items():
            if key == "style":
                yield self.shared.style(str(value))
            elif key != "id":
                pointed = _REFERENCE.sub(lambda one: f"#{self._named(one[1])}", str(value))
                yield f' {"href" if key == _LINK else key}="{html.escape(pointed)}"'

    def _named(self, name: str) -> str:
        """Name in the page of what has a name in the drawing."""
        if name not in self.named:
            self.named[name] = self.shared.name(self._element(self.defined[name]))
        return self.named[name]

    def _is_blank(self, use: _Element) -> bool:
        outline = self.defined[use.get(_LINK, "").removeprefix("#")]
        return outline.tag == f"{_SVG}path" and not outline.get("d")

    def _is_text(self, element: _Element) -> bool:
        return (
            element.tag == f"{_SVG}g"
            and len(element) > 0
            and all(child.tag == f"{_SVG}use" and "style" not in child.attrib for child in element)
        )

    def words(self, element: _Element) -> Iterator[list[_Letter]]:
        """Part the letters of a text at its blanks."""
        word: list[_Letter] = []
        for use in element if self._is_text(element) else ():
            if self._is_blank(use):
                yield from [word] if word else []
                word = []
                continue
            name = self._named(use.get(_LINK, "").removeprefix("#"))
            word.append(_Letter(name, float(use.get("x", 0)), float(use.get("y", 0))))
        yield from [word] if word else []

    def _text(self, element: _Element) -> str:
        made = ""
        for word in self.words(element):
            known = self.shared.places(word)
            if known:
                made += _letter(known, word[0].x)
            else:
                made += "".join(_letter(letter.name, letter.x, letter.y) for letter in word)
        return made
