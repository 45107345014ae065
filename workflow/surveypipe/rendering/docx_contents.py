"""The contents list of a Word file: a field that Word brings up to date, with its entries in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from surveypipe.rendering.docx_headings import level_of, number_as
from surveypipe.rendering.docx_package import properties_of, w
from surveypipe.rendering.docx_runs import add_space, field_runs, paragraph_of, run, style_of, text_of

# Headings of these levels are listed.
_LEVELS = 2
# The page of each entry is a field to be counted on opening: those of another program would be wrong. It is
# blank until then, and the list is one of links.
_FIELD = f'TOC \\o "1-{_LEVELS}" \\h \\z \\u'
_MARK = "_Toc"
# No text has as many bookmarks of its own.
_FIRST_MARK = 200_000
_BEFORE = {
    "SimulatedBanner",
    "Title",
    "Subtitle",
    "Author",
    "Affiliation",
    "Date",
    "AbstractTitle",
    "Abstract",
}
_BEFORE |= {"Keywords"}


def list_contents(body: etree._Element, headings: Sequence[tuple[etree._Element, str]], title: str) -> None:
    """Put a list of the headings between what stands before the text and the text.

    Parameters
    ----------
    body
        Body of the document, its title block finished.
    headings
        Each heading with its number, '' where it has none.
    title
        Words above the list.
    """
    listed = [(heading, number) for heading, number in headings if level_of(heading) <= _LEVELS]
    if not listed:
        return
    entries = [_entry(position, *one) for position, one in enumerate(listed)]
    first, last = entries[0], entries[-1]
    opened, instruction, separated, closed = field_runs(_FIELD, [])
    # The properties of a paragraph stand before all else in it.
    first[1:1] = [opened, instruction, separated]
    last.append(closed)
    # What follows is text, and no entry.
    add_space(last, "after", "280")
    block = etree.Element(w("sdt"))
    part = etree.SubElement(etree.SubElement(block, w("sdtPr")), w("docPartObj"))
    etree.SubElement(part, w("docPartGallery")).set(w("val"), "Table of Contents")
    etree.SubElement(part, w("docPartUnique"))
    content = etree.SubElement(block, w("sdtContent"))
    heading = paragraph_of("TOCHeading", run(title))
    # Its style follows that of headings, which are numbered.
    number_as(properties_of(heading, "pPr"), "0", None)
    content.extend([heading, *entries])
    _first_of_text(body).addprevious(block)


def _first_of_text(body: etree._Element) -> etree._Element:
    before = True
    for child in body:
        before = before and (child.tag != w("p") or style_of(child) in _BEFORE)
        if not before:
            return child
    return body[-1]


def _entry(position: int, heading: etree._Element, number: str) -> etree._Element:
    name = f"{_MARK}{position + 1:09d}"
    _mark(heading, name, str(_FIRST_MARK + position))
    link = etree.Element(w("hyperlink"))
    link.set(w("anchor"), name)
    link.set(w("history"), "1")
    link.extend(_words(heading, number))
    link.extend(_page(name))
    return paragraph_of(f"TOC{level_of(heading)}", link)


def _words(heading: etree._Element, number: str) -> Iterable[etree._Element]:
    if number:
        yield run(number)
        tab = etree.Element(w("r"))
        etree.SubElement(tab, w("tab"))
        yield tab
    yield run(text_of(heading))


def _page(name: str) -> Iterable[etree._Element]:
    tab = etree.Element(w("r"))
    etree.SubElement(tab, w("tab"))
    yield tab
    parts = field_runs(f"PAGEREF {name} \\h", [])
    parts[0].find(w("fldChar")).set(w("dirty"), "true")
    yield from parts


def _mark(heading: etree._Element, name: str, identifier: str) -> None:
    start, end = etree.Element(w("bookmarkStart")), etree.Element(w("bookmarkEnd"))
    for mark in (start, end):
        mark.set(w("id"), identifier)
    start.set(w("name"), name)
    heading.insert(1 if heading.find(w("pPr")) is not None else 0, start)
    heading.append(end)
