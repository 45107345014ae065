"""Numbers of sections as Word's own numbering, so that a heading moved by an editor is numbered anew."""

from __future__ import annotations

import re

from lxml import etree

from surveypipe.rendering.docx_controls import control
from surveypipe.rendering.docx_package import Package, properties_of, w
from surveypipe.rendering.docx_runs import field_runs, order_properties, run, style_of, text_of

NUMBERING = "word/numbering.xml"
_LEVELS = 3
_NUMBER = "1"
# Twips from the margin to the words of a heading: room for '1.1' in its font.
_HANGING = "567"
_HEADING = re.compile(r"Heading(\d)")
_REFERENCE = re.compile(r"(Section[\s\u00a0]+)?(\d+(?:\.\d+)*)")


def number_headings(package: Package, root: etree._Element) -> list[tuple[etree._Element, str]]:
    """Replace numbers that a renderer wrote into headings by the numbering of their styles.

    Parameters
    ----------
    package
        The file; its numbering and styles are changed where a heading is numbered.
    root
        Its document. Headings without a number are taken out of the numbering; links to a numbered section
        become REF fields.

    Returns
    -------
    list of tuple
        Each heading with its number, '' where it has none.
    """
    marks_within(root)
    headings = [(heading, _drop_number(heading)) for heading in root.iter(w("p")) if level_of(heading)]
    if not any(number for _, number in headings):
        return headings
    for heading, number in headings:
        if not number:
            number_as(properties_of(heading, "pPr"), "0", None)
    identifier = _add_numbering(package)
    _number_styles(package, identifier)
    _refer_to_sections(root)
    return headings


def marks_within(root: etree._Element) -> None:
    """Put bookmarks that begin between a table and a paragraph around what the paragraph says.

    LibreOffice loses one that begins right behind a table and goes on past the paragraph, and prints an error
    for every reference to the section.
    """
    ends = {str(end.get(w("id"))): end for end in root.iter(w("bookmarkEnd"))}
    marks = {w("bookmarkStart"), w("bookmarkEnd")}
    for mark in list(root.iter(w("bookmarkStart"))):
        before, after = mark.getprevious(), mark.getnext()
        while before is not None and before.tag in marks:
            before = before.getprevious()
        while after is not None and after.tag in marks:
            after = after.getnext()
        if before is None or after is None or before.tag != w("tbl") or after.tag != w("p"):
            continue
        first, end = after.find(w("pPr")), ends.get(str(mark.get(w("id"))))
        # White space behind an element belongs to its place, and not to it.
        mark.tail = None
        after.insert(0 if first is None else after.index(first) + 1, mark)
        if end is not None:
            end.tail = None
            after.append(end)


def level_of(paragraph: etree._Element) -> int:
    """Level of a heading from 1; 0 for what is none."""
    match = _HEADING.fullmatch(style_of(paragraph))
    return int(match[1]) if match and int(match[1]) <= _LEVELS else 0


def _drop_number(heading: etree._Element) -> str:
    runs = heading.findall(w("r"))
    if not runs or runs[0].find(f"{w('rPr')}/{w('rStyle')}[@{w('val')}='SectionNumber']") is None:
        return ""
    number = text_of(runs[0])
    heading.remove(runs[0])
    if len(runs) > 1 and runs[1].find(w("tab")) is not None:
        heading.remove(runs[1])
    return number


def number_as(properties: etree._Element, identifier: str, level: int | None) -> None:
    """Give a paragraph or style a numbering and its level; number 0 takes it out of any."""
    made = etree.SubElement(properties, w("numPr"))
    if level is not None:
        etree.SubElement(made, w("ilvl")).set(w("val"), str(level))
    etree.SubElement(made, w("numId")).set(w("val"), identifier)
    order_properties(properties)


def _add_numbering(package: Package) -> str:
    numbering = package.tree(NUMBERING)
    taken = [int(str(old.get(w("abstractNumId")))) for old in numbering.findall(w("abstractNum"))]
    used = [int(str(old.get(w("numId")))) for old in numbering.findall(w("num"))]
    abstract, identifier = str(max(taken, default=0) + 1), str(max(used, default=0) + 1)
    made = etree.Element(w("abstractNum"))
    made.set(w("abstractNumId"), abstract)
    etree.SubElement(made, w("multiLevelType")).set(w("val"), "multilevel")
    for level in range(_LEVELS):
        made.append(_level(level))
    # The schema has every abstract numbering before the first number.
    numbering.insert(len(taken), made)
    number = etree.SubElement(numbering, w("num"))
    number.set(w("numId"), identifier)
    etree.SubElement(number, w("abstractNumId")).set(w("val"), abstract)
    package.put(NUMBERING, numbering)
    return identifier


def _level(level: int) -> etree._Element:
    made = etree.Element(w("lvl"))
    made.set(w("ilvl"), str(level))
    text = ".".join(f"%{place + 1}" for place in range(level + 1))
    for tag, value in (
        ("start", _NUMBER),
        ("numFmt", "decimal"),
        ("pStyle", f"Heading{level + 1}"),
        ("suff", "tab"),
        ("lvlText", text),
        ("lvlJc", "left"),
    ):
        etree.SubElement(made, w(tag)).set(w("val"), value)
    indent = etree.SubElement(etree.SubElement(made, w("pPr")), w("ind"))
    indent.set(w("left"), _HANGING)
    indent.set(w("hanging"), _HANGING)
    return made


def _number_styles(package: Package, identifier: str) -> None:
    styles = package.tree("word/styles.xml")
    for style in styles.iter(w("style")):
        match = _HEADING.fullmatch(str(style.get(w("styleId"))))
        if not match or int(match[1]) > _LEVELS:
            continue
        properties = style.find(w("pPr"))
        if properties is None:
            properties = etree.Element(w("pPr"))
            before = [child for child in style if child.tag in {w("rPr"), w("tblPr")}]
            style.insert(style.index(before[0]) if before else len(style), properties)
        for old in properties.findall(w("numPr")):
            properties.remove(old)
        number_as(properties, identifier, int(match[1]) - 1)
    package.put("word/styles.xml", styles)


def _refer_to_sections(root: etree._Element) -> None:
    names = {str(mark.get(w("name"))) for mark in root.iter(w("bookmarkStart"))}
    for link in list(root.iter(w("hyperlink"))):
        anchor, match = str(link.get(w("anchor"))), _REFERENCE.fullmatch(text_of(link))
        if not anchor.startswith("sec") or anchor not in names or match is None:
            continue
        made = [run("Section\u00a0")] if match[1] else []
        shown = [*made, *field_runs(f"REF {anchor} \\r \\h", [run(match[2])])]
        link.addprevious(control(f"ref:{anchor.replace('_', '-')}", shown))
        if link.tail:
            link.getprevious().tail = link.tail
        link.getparent().remove(link)
