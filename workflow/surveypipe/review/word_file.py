"""A Word file as a reviewer left it: its paragraphs with every tracked change accepted, and comments."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from surveypipe.problems import SurveyError
from surveypipe.rendering.docx_controls import MADE, NOTES, PLACE
from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import style_of

COMMENTS = "word/comments.xml"
# What a revision puts in, and what it takes out.
_INSERTED = {w("ins"), w("moveTo")}
_DELETED = {w("del"), w("moveFrom")}


@dataclass(frozen=True)
class Control:
    """Words that the build supplied: where they stand in their paragraph, and the tag of their key."""

    start: int
    stop: int
    tag: str


@dataclass
class Paragraph:
    """A paragraph of the file.

    Parameters
    ----------
    text
        Its words.
    style
        Id of its style.
    lines
        Lines of the source that it came from: none where the build wrote it or a reviewer added it, several
        where a reviewer joined paragraphs.
    controls
        What in it the build supplied.
    within
        ``text``, ``table`` or ``footnote``.
    table
        Caption above the table that it stands in.
    """

    text: str
    style: str = ""
    lines: list[int] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    within: str = "text"
    table: str = ""


@dataclass(frozen=True)
class Comment:
    """A comment, the line of the source whose paragraph it hangs on, and the words that it marks."""

    author: str
    date: str
    text: str
    line: int | None
    words: str


@dataclass(frozen=True)
class WordFile:
    """A file read.

    Parameters
    ----------
    paragraphs
        With every tracked change accepted.
    document, checksum
        What the file says that it was made as; '' where it says nothing.
    comments
        In the order of the text.
    tracked
        Tracked changes in it.
    """

    paragraphs: list[Paragraph]
    document: str
    checksum: str
    comments: list[Comment]
    tracked: int


def read_word_file(path: Path) -> WordFile:
    """Read an edited file.

    Parameters
    ----------
    path
        A DOCX, saved by any program.

    Raises
    ------
    SurveyError
        If it cannot be read as one.
    """
    try:
        package = Package(path)
        root = package.tree("word/document.xml")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise SurveyError(f"{path}: cannot be read as a Word file (.docx).") from error
    parts = [root, *([package.tree(NOTES)] if NOTES in package.members else [])]
    tags = [*_INSERTED, *_DELETED]
    signed = re.search(rf'"{MADE}(\w+)_([0-9a-f]{{12}})"', etree.tostring(root, encoding="unicode"))
    comments = list(_comments(package, parts))
    tracked = sum(1 for part in parts for _ in part.iter(*tags))
    for part in parts:
        _accept(part)
    paragraphs = [
        paragraph
        for part, within in zip(parts, ("text", "footnote"), strict=False)
        for paragraph in _paragraphs(part, within)
    ]
    return WordFile(paragraphs, signed[1] if signed else "", signed[2] if signed else "", comments, tracked)


def _accept(root: etree._Element) -> None:
    """Accept every tracked change; paragraphs whose mark was deleted are joined to the next."""
    for gone in [*root.iter(*_DELETED)]:
        if gone.getparent().tag != w("rPr"):
            _remove(gone)
    for paragraph in reversed(list(root.iter(w("p")))):
        mark = paragraph.find(f"{w('pPr')}/{w('rPr')}")
        following = paragraph.getnext()
        if mark is None or not any(mark.find(tag) is not None for tag in _DELETED):
            continue
        if following is not None and following.tag == w("p"):
            _join(paragraph, following)
        elif not "".join(node.text or "" for node in paragraph.iter(w("t"))):
            _remove(paragraph)


def _join(first: etree._Element, second: etree._Element) -> None:
    own = second.find(w("pPr"))
    inside = [child for child in first if child.tag != w("pPr")]
    position = 0 if own is None else 1
    for offset, child in enumerate(inside):
        second.insert(position + offset, child)
    if inside and own is not None and (kept := first.find(w("pPr"))) is not None:
        for mark in kept.findall(w("rPr")):
            kept.remove(mark)
        second.replace(own, kept)
    first.getparent().remove(first)


def _remove(element: etree._Element) -> None:
    if element.tail and element.getprevious() is not None:
        element.getprevious().tail = (element.getprevious().tail or "") + element.tail
    element.getparent().remove(element)


def _paragraphs(root: etree._Element, within: str) -> Iterator[Paragraph]:
    caption, latest = "", ""
    table = None
    for paragraph in root.iter(w("p")):
        if _of_the_contents(paragraph):
            continue
        around = next(paragraph.iterancestors(w("tbl")), None)
        if around is not None and around is not table:
            table, caption = around, latest
        made = _paragraph(paragraph, "table" if around is not None else within)
        made.table = caption if around is not None else ""
        latest = made.text if around is None and made.text.strip() else latest
        yield made


def _of_the_contents(paragraph: etree._Element) -> bool:
    """Whether Word makes the paragraph: it brings the contents list up to date as it likes."""
    parts = (
        part.get(w("val"))
        for around in paragraph.iterancestors(w("sdt"))
        for part in around.findall(f"{w('sdtPr')}/{w('docPartObj')}/{w('docPartGallery')}")
    )
    return style_of(paragraph).startswith("TOC") or "Table of Contents" in parts


def _paragraph(paragraph: etree._Element, within: str) -> Paragraph:
    pieces: list[str] = []
    length = 0
    made = Paragraph("", style_of(paragraph), within=within)
    opened: list[tuple[int, str, etree._Element]] = []
    for event, node in etree.iterwalk(paragraph, events=("start", "end")):
        if event == "start" and node.tag == w("bookmarkStart"):
            name = re.fullmatch(rf"{PLACE}(\d+)", str(node.get(w("name"))))
            made.lines += [int(name[1])] if name else []
        elif node.tag == w("sdt"):
            tag = node.find(f"{w('sdtPr')}/{w('tag')}")
            key = "" if tag is None else str(tag.get(w("val")))
            if event == "start":
                opened.append((length, key, node))
            elif opened and opened[-1][2] is node:
                start, key, _ = opened.pop()
                made.controls.append(Control(start, length, key))
        elif event == "start" and node.tag in _SHOWN:
            piece = _SHOWN[node.tag] or node.text or ""
            pieces.append(piece)
            length += len(piece)
    made.text = "".join(pieces)
    return made


# Text, and what stands for a character that is not one.
_SHOWN = {w("t"): "", w("tab"): "\t", w("br"): "\n", w("noBreakHyphen"): "\u2011"}


def _comments(package: Package, parts: list[etree._Element]) -> Iterator[Comment]:
    if COMMENTS not in package.members:
        return
    known = {str(entry.get(w("id"))): entry for entry in package.tree(COMMENTS).iter(w("comment"))}
    for part in parts:
        for start in part.iter(w("commentRangeStart"), w("commentReference")):
            entry = known.pop(str(start.get(w("id"))), None)
            if entry is None:
                continue
            paragraph = next(start.iterancestors(w("p")), None)
            if paragraph is None:
                following = start.getnext()
                paragraph = following if following is not None and following.tag == w("p") else None
            text = "\n".join(
                "".join(node.text or "" for node in inner.iter(w("t"))) for inner in entry.iter(w("p"))
            )
            yield Comment(
                str(entry.get(w("author")) or ""),
                str(entry.get(w("date")) or "")[:10],
                text.strip(),
                next(iter(_paragraph(paragraph, "text").lines), None) if paragraph is not None else None,
                _marked_words(part, str(start.get(w("id")))),
            )


def _marked_words(part: etree._Element, identifier: str) -> str:
    inside, words = False, []
    for node in part.iter(w("commentRangeStart"), w("commentRangeEnd"), w("t"), w("delText")):
        if node.tag in {w("t"), w("delText")}:
            words.append((node.text or "") if inside else "")
        elif node.get(w("id")) == identifier:
            inside = node.tag == w("commentRangeStart")
    return " ".join("".join(words).split())
