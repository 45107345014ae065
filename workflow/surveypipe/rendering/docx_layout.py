"""What a journal asks of Word file and PDF: line spacing, numbered lines, tables and figures after text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import field_runs, paragraph_of, run, style_of, text_of
from surveypipe.study.journal import Journal

LINES = {"single": "240", "double": "480"}  # in 240ths of a line
# Styles of running text; tables, captions and headings keep their own spacing.
_SPACED = {"Normal", "BodyText", "FirstParagraph", "Abstract", "Keywords", "Bibliography", "BlockText"}
# What comes before the numbering of lines among the properties of a section; the schema is strict about it.
_BEFORE_LINES = {
    w(name)
    for name in (
        "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders".split()
    )
}
# Not lines of the text, as in the PDF; Word leaves header and footer out by itself, other programs do not.
_NOT_NUMBERED = set(
    "Header Footer SimulatedBanner CaptionedFigure Title Subtitle Author Affiliation TableCaption "
    "ImageCaption TableNote".split()
)
_BEFORE_SUPPRESSED = {
    w(name) for name in "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr".split()
}
_MARKS = {w("bookmarkStart"), w("bookmarkEnd")}


@dataclass(frozen=True)
class Layout:
    """How a journal wants the manuscript set; None leaves a thing as it is.

    Parameters
    ----------
    spacing
        ``single`` or ``double``.
    line_numbers
        Whether lines are numbered, through the whole text.
    tables_placement
        ``inline``; ``end``: after the references; ``separate``: there, and each on a page of its own.
    """

    spacing: str | None = None
    line_numbers: bool | None = None
    tables_placement: str | None = None

    @classmethod
    def of(cls, profile: Journal | None) -> Layout:
        """Take the layout from a journal's profile; without one nothing is changed.

        Where it is not known what the journal wants, lines are double-spaced and numbered: no editor sends
        that back, and a reviewer can name a line.
        """
        if profile is None:
            return cls()
        numbered = profile.line_numbers is not False
        return cls(profile.spacing or "double", numbered, profile.tables_placement)

    def metadata(self) -> dict[str, Any]:
        """Give what the template of the PDF is told; tables stay in its text, where a reviewer reads them."""
        told = {"text-spacing": self.spacing, "numbered-lines": self.line_numbers}
        return {key: value for key, value in told.items() if value}


def lay_out(path: Path, layout: Layout, epoch: int) -> None:
    """Give a finished DOCX the layout of a journal, in place.

    Parameters
    ----------
    path
        A file that :func:`surveypipe.rendering.docx_finishing.finish_docx` has finished.
    layout
        What the journal asks.
    epoch
        Date of the document, in seconds since 1970.
    """
    package = Package(path)
    root = package.tree("word/document.xml")
    body = root.find(w("body"))
    if layout.spacing:
        set_spacing(package, LINES[layout.spacing])
    if layout.line_numbers:
        number_lines(package, body)
    if layout.tables_placement in {"end", "separate"}:
        move_floats(body, each_on_a_page=layout.tables_placement == "separate")
    package.put("word/document.xml", root)
    package.write(path, epoch)


def set_spacing(package: Package, lines: str) -> None:
    """Set the line spacing of running text, in its styles."""
    styles = package.tree("word/styles.xml")
    for style in styles.iter(w("style")):
        spacing = style.find(f"{w('pPr')}/{w('spacing')}")
        if style.get(w("styleId")) in _SPACED and spacing is not None:
            spacing.set(w("line"), lines)
            spacing.set(w("lineRule"), "auto")
    package.put("word/styles.xml", styles)


def number_lines(package: Package, body: etree._Element) -> None:
    """Put a number beside each line of the text, without starting again on a page."""
    for section in body.iter(w("sectPr")):
        for old in section.findall(w("lnNumType")):
            section.remove(old)
        numbering = etree.Element(w("lnNumType"))
        numbering.set(w("countBy"), "1")
        numbering.set(w("restart"), "continuous")
        section.insert(sum(child.tag in _BEFORE_LINES for child in section), numbering)
    styles = package.tree("word/styles.xml")
    for style in styles.iter(w("style")):
        properties = style.find(w("pPr"))
        if style.get(w("styleId")) not in _NOT_NUMBERED or properties is None:
            continue
        if properties.find(w("suppressLineNumbers")) is None:
            position = sum(child.tag in _BEFORE_SUPPRESSED for child in properties)
            properties.insert(position, etree.Element(w("suppressLineNumbers")))
    if not any(style.get(w("styleId")) == "LineNumber" for style in styles.iter(w("style"))):
        styles.append(_number_style())
    package.put("word/styles.xml", styles)


def _number_style() -> etree._Element:
    """Make the style that programs set numbers of lines in: small and pale, as they are in the PDF."""
    style = etree.Element(w("style"))
    style.set(w("type"), "character")
    style.set(w("styleId"), "LineNumber")
    for name, value in (("name", "line number"), ("basedOn", "DefaultParagraphFont")):
        etree.SubElement(style, w(name)).set(w("val"), value)
    face = etree.SubElement(style, w("rPr"))
    for name, value in (("color", "767676"), ("sz", "15"), ("szCs", "15")):
        etree.SubElement(face, w(name)).set(w("val"), value)
    return style


def move_floats(body: etree._Element, *, each_on_a_page: bool) -> None:
    """Move tables, then figures, to the end; where they stood, a line refers to them.

    The order among tables and among figures stays, so their numbers and every reference to them do too.

    Parameters
    ----------
    body
        Body of the document, its captions finished.
    each_on_a_page
        Whether each begins a page; else only the first does.
    """
    found = list(floats(body))
    for kind in ("Table", "Figure"):
        for blocks in [blocks for name, blocks in found if name == kind]:
            _refer(kind, blocks)
            if each_on_a_page or blocks is _first(found):
                _begin_page(blocks[0])
            for block in blocks:
                _append(body, block)


def floats(body: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    """Find each captioned table and figure of the text, with what belongs to it, in order."""
    blocks = [child for child in body if child.tag not in _MARKS]
    for position, block in enumerate(blocks):
        style = style_of(block) if block.tag == w("p") else ""
        following = blocks[position + 1] if position + 1 < len(blocks) else None
        if style == "TableCaption" and following is not None and following.tag == w("tbl"):
            end = position + 2
            while end < len(blocks) and blocks[end].tag == w("p") and style_of(blocks[end]) == "TableNote":
                end += 1
            yield "Table", blocks[position:end]
        elif (
            style == "ImageCaption"
            and position
            and blocks[position - 1].find(f".//{w('drawing')}") is not None
        ):
            yield "Figure", blocks[position - 1 : position + 1]


def _first(found: list[tuple[str, list[etree._Element]]]) -> list[etree._Element]:
    # Tables come before figures.
    return min(found, key=lambda entry: entry[0] != "Table")[1]


def _refer(kind: str, blocks: list[etree._Element]) -> None:
    caption = blocks[0] if kind == "Table" else blocks[-1]
    label = re.match(rf"{kind}\s+[A-Z]*\d+", text_of(caption))
    mark = caption.find(w("bookmarkStart"))
    shown = [run(label[0] if label else kind)]
    if mark is not None:
        shown = field_runs(f"REF {mark.get(w('name'))} \\h", shown)
    blocks[0].addprevious(paragraph_of("BodyText", run("["), *shown, run(" about here]")))


def _begin_page(paragraph: etree._Element) -> None:
    properties = paragraph.find(w("pPr"))
    if properties.find(w("pageBreakBefore")) is not None:
        return
    earlier = {w("pStyle"), w("keepNext"), w("keepLines")}
    position = sum(child.tag in earlier for child in properties)
    properties.insert(position, etree.Element(w("pageBreakBefore")))


def _append(body: etree._Element, block: etree._Element) -> None:
    last = body[-1]
    if last.tag == w("sectPr"):
        last.addprevious(block)
    else:
        body.append(block)
