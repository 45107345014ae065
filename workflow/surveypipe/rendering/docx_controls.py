"""What a Word file carries for its way back: where paragraphs came from, and what is not to be edited.

A number, a citation and a cross-reference stand in a content control whose content is locked; a paragraph of
prose lies in a bookmark that names the line of its source (``_src_12``); the whole file in one that names the
document and what its text was (``_made_manuscript_1a2b3c4d5e6f``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from lxml import etree

from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import text_of

PLACE, MADE = "_src_", "_made_"
NOTES = "word/footnotes.xml"
# No text has as many bookmarks of its own.
_FIRST_IN_NOTES = 100_000
# Word takes no longer tag.
_LONGEST_TAG = 64


def control(tag: str, inside: Sequence[etree._Element]) -> etree._Element:
    """Make a content control around parts of a paragraph, which can be deleted and not edited."""
    made = etree.Element(w("sdt"))
    properties = etree.SubElement(made, w("sdtPr"))
    etree.SubElement(properties, w("tag")).set(w("val"), tag)
    etree.SubElement(properties, w("lock")).set(w("val"), "contentLocked")
    etree.SubElement(made, w("sdtContent")).extend(inside)
    return made


def tag_of(key: str) -> str:
    """Tag of a key, short enough for Word: the key itself, or its beginning with a checksum.

    Examples
    --------
    >>> tag_of("num:n")
    'num:n'
    >>> len(tag_of("num:" + "x" * 80))
    64
    """
    if len(key) <= _LONGEST_TAG:
        return key
    checksum = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"{key[: _LONGEST_TAG - 13]}~{checksum}"


def finish_controls(*parts: etree._Element) -> None:
    """Give controls and citations of all parts of a file their numbers, and shorten tags too long."""
    cited = 0
    for number, properties in enumerate((found for part in parts for found in part.iter(w("sdtPr"))), 1):
        tag = properties.find(w("tag"))
        key = "" if tag is None else str(tag.get(w("val")))
        if tag is not None and key == "cite":
            cited += 1
            tag.set(w("val"), f"cite:{cited}")
        elif tag is not None:
            tag.set(w("val"), tag_of(key))
        if properties.find(w("id")) is None:
            identifier = etree.Element(w("id"))
            identifier.set(w("val"), str(number))
            properties.insert(0 if tag is None else properties.index(tag) + 1, identifier)


def extend_marks(root: etree._Element) -> None:
    """Draw the bookmark of a paragraph's source out to the end of the paragraph."""
    for start in list(root.iter(w("bookmarkStart"))):
        paragraph, end = start.getparent(), start.getnext()
        if not str(start.get(w("name"))).startswith(PLACE) or end is None or paragraph.tag != w("p"):
            continue
        # A key of its own, so that numbering the bookmarks afterwards pairs the two.
        for mark in (start, end):
            mark.set(w("id"), str(start.get(w("name"))))
        paragraph.append(end)


def finish_marks(package: Package, root: etree._Element) -> None:
    """Finish the controls of text and footnotes, and the bookmarks of the footnotes."""
    if NOTES not in package.members:
        finish_controls(root)
        return
    notes = package.tree(NOTES)
    extend_marks(notes)
    finish_controls(root, notes)
    numbers: dict[str, str] = {}
    for mark in notes.iter(w("bookmarkStart"), w("bookmarkEnd")):
        key = str(mark.get(w("id")))
        mark.set(w("id"), numbers.setdefault(key, str(_FIRST_IN_NOTES + len(numbers))))
    package.put(NOTES, notes)


def sign(body: etree._Element, document: str) -> None:
    """Say in a bookmark at the head of the text what document it is, and what its text was."""
    first = next(body.iter(w("p")), None)
    if first is None:
        return
    start, end = etree.Element(w("bookmarkStart")), etree.Element(w("bookmarkEnd"))
    name = "".join(letter if letter.isalnum() else "_" for letter in document)[:20]
    start.set(w("name"), f"{MADE}{name}_{checksum_of(body)}")
    for mark in (start, end):
        mark.set(w("id"), "made")
    position = 1 if first.find(w("pPr")) is not None else 0
    first.insert(position, start)
    first.insert(position + 1, end)


def checksum_of(body: etree._Element) -> str:
    """Checksum of the text of a document, by paragraphs."""
    text = "\n".join(text_of(paragraph) for paragraph in body.iter(w("p")))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
