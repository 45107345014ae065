"""Paragraphs, runs and fields of a Word file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from surveypipe.rendering.docx_package import properties_of, w

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# Order that the schema of CT_PPr demands; Word refuses a file that breaks it.
_PPR_ORDER = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
    "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection "
    "textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
).split()

# Styles of the empty paragraphs between which pages lie across; the filters write them.
ACROSS_BEGINS, ACROSS_ENDS = "AcrossBegins", "AcrossEnds"


def text_of(element: etree._Element) -> str:
    """Text of an element as a reader sees it."""
    return "".join(node.text or "" for node in element.iter(w("t")))


def style_of(paragraph: etree._Element) -> str:
    """Style id of a paragraph, '' for the default."""
    found = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    return "" if found is None else str(found.get(w("val")))


def set_style(paragraph: etree._Element, style: str) -> None:
    """Give a paragraph a style."""
    properties = properties_of(paragraph, "pPr")
    old = properties.find(w("pStyle"))
    if old is None:
        old = etree.Element(w("pStyle"))
        properties.insert(0, old)
    old.set(w("val"), style)


def run(text: str, *, bold: bool = False, superscript: bool = False) -> etree._Element:
    """Make a run of text."""
    made = etree.Element(w("r"))
    if bold or superscript:
        properties = etree.SubElement(made, w("rPr"))
        if bold:
            etree.SubElement(properties, w("b"))
        if superscript:
            etree.SubElement(properties, w("vertAlign")).set(w("val"), "superscript")
    node = etree.SubElement(made, w("t"))
    node.set(_XML_SPACE, "preserve")
    node.text = text
    return made


def paragraph_of(style: str, *runs: etree._Element) -> etree._Element:
    """Make a paragraph."""
    made = etree.Element(w("p"))
    set_style(made, style)
    made.extend(runs)
    return made


def field_runs(code: str, shown: Sequence[etree._Element], *, bold: bool = False) -> list[etree._Element]:
    """Make a field with its result already in place, so that it reads right before Word updates it."""

    def part() -> etree._Element:
        # LibreOffice takes the weight of a field from its first part, Word from its result.
        made = etree.Element(w("r"))
        if bold:
            etree.SubElement(etree.SubElement(made, w("rPr")), w("b"))
        return made

    def char(kind: str) -> etree._Element:
        made = part()
        etree.SubElement(made, w("fldChar")).set(w("fldCharType"), kind)
        return made

    instruction = part()
    node = etree.SubElement(instruction, w("instrText"))
    node.set(_XML_SPACE, "preserve")
    node.text = f" {code} "
    return [char("begin"), instruction, char("separate"), *shown, char("end")]


def next_block(element: etree._Element) -> etree._Element | None:
    """Give the paragraph or table that follows, whatever marks lie between; None at the end."""
    following = element.getnext()
    while following is not None and following.tag in {w("bookmarkEnd"), w("bookmarkStart")}:
        following = following.getnext()
    return following


# A page with its sign, between which the citation style has put a space at which a line may end.
_PAGE = re.compile(r"\b(pp?\.) (?=\d)")


def keep_pages(root: etree._Element) -> None:
    """Keep each page of the list of references in one line with its 'p.'."""
    for paragraph in root.iter(w("p")):
        if style_of(paragraph) == "Bibliography":
            for node in paragraph.iter(w("t")):
                node.text = _PAGE.sub("\\1\u00a0", node.text or "")


def merge_paragraph_properties(root: etree._Element) -> None:
    """Leave each paragraph one ``pPr``, first among its children and as the schema demands."""
    for paragraph in root.iter(w("p")):
        found = paragraph.findall(w("pPr"))
        if not found:
            continue
        kept = found[0]
        for repeated in found[1:]:
            kept.extend(list(repeated))
            paragraph.remove(repeated)
        order_properties(kept)
        paragraph.remove(kept)
        paragraph.insert(0, kept)


def order_properties(properties: etree._Element) -> None:
    """Put the children of a ``pPr`` in the order of the schema, each of them once.

    Of what is there twice the first stays: Pandoc writes a paragraph's own property before those of the cells
    around it.
    """
    first = {child.tag: child for child in reversed(properties)}
    properties[:] = sorted(first.values(), key=lambda child: _PPR_ORDER.index(etree.QName(child).localname))


def add_space(paragraph: etree._Element, side: str, twips: str) -> None:
    """Add space before or after a paragraph, in twentieths of a point."""
    if paragraph.find(w("pPr")) is None:
        set_style(paragraph, "BodyText")
    properties = paragraph.find(w("pPr"))
    spacing = properties.find(w("spacing"))
    if spacing is None:
        spacing = etree.SubElement(properties, w("spacing"))
    spacing.set(w(side), twips)
    order_properties(properties)
