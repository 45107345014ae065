"""One Word file as tracked changes of another: paragraphs and tables, each laid beside the one it was."""

from __future__ import annotations

import copy
import difflib
import functools
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from surveypipe.comparison.tracked_words import (
    OBJECT,
    Author,
    Piece,
    State,
    add_paragraph,
    take_out_paragraph,
    track_paragraph,
    words_of,
)
from surveypipe.rendering.docx_controls import MADE, NOTES, PLACE
from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import style_of

T = TypeVar("T")
# Two paragraphs less alike than this are not the same one rewritten.
_ALIKE = 0.4
_MAIN = "word/document.xml"


@dataclass(frozen=True)
class Change:
    """A changed paragraph or cell.

    Parameters
    ----------
    where
        Heading, or caption and row, under which it stands.
    pieces
        Its words, in order: the same, added, taken out.
    """

    where: str
    pieces: Sequence[Piece]


@dataclass
class _Tracking:
    """What is written while two documents are laid beside each other."""

    author: Author
    changes: list[Change] = field(default_factory=list)
    heading: str = ""
    caption: str = ""

    def note(self, pieces: Sequence[Piece], where: str = "") -> None:
        shown = [(text.replace(OBJECT, ""), state) for text, state in pieces]
        if any(text.strip() and state != State.SAME for text, state in shown):
            self.changes.append(Change(where or self.heading, shown))

    def passed(self, paragraph: etree._Element) -> None:
        """Remember the heading and the caption that what follows stands under."""
        style = style_of(paragraph)
        if style.startswith("Heading"):
            self.heading = words_of(paragraph)
        elif style.endswith("Caption"):
            self.caption = words_of(paragraph)


def track_changes(old: Package, new: Package, author: Author) -> list[Change]:
    """Turn the new file, in place, into one that shows how it differs from the old.

    Parameters
    ----------
    old, new
        Two versions of one document. To accept every change of the result gives the new text, to reject every
        one the old. Pictures are the new ones; content controls and the places of the source are left out,
        because nothing can be accepted within a locked control.
    author
        Named beside each change.

    Returns
    -------
    list of Change
        In the order of the text, footnotes last.
    """
    tracking = _Tracking(author)
    roots = [_plain(package.tree(_MAIN)) for package in (old, new)]
    bodies = [root.find(w("body")) for root in roots]
    _track_blocks(bodies[0], bodies[1], tracking)
    new.put(_MAIN, roots[1])
    if NOTES in old.members and NOTES in new.members:
        notes = [_plain(package.tree(NOTES)) for package in (old, new)]
        tracking.heading = "Footnotes"
        known = {note.get(w("id")): note for note in notes[0]}
        for note in notes[1]:
            if (was := known.get(note.get(w("id")))) is not None:
                _track_cell(was, note, tracking, "Footnotes")
        new.put(NOTES, notes[1])
    return tracking.changes


def _plain(root: etree._Element) -> etree._Element:
    """Take out content controls, whose contents stay, and the marks of the way back."""
    for held in list(root.iter(w("sdt"))):
        content = held.find(w("sdtContent"))
        for child in list(content) if content is not None else []:
            held.addprevious(child)
        held.getparent().remove(held)
    marks = [
        mark.get(w("id"))
        for mark in root.iter(w("bookmarkStart"))
        if str(mark.get(w("name"))).startswith((PLACE, MADE))
    ]
    for mark in list(root.iter(w("bookmarkStart"), w("bookmarkEnd"))):
        if mark.get(w("id")) in marks:
            mark.getparent().remove(mark)
    return root


def _blocks(body: etree._Element) -> list[etree._Element]:
    return [child for child in body if child.tag in (w("p"), w("tbl"))]


def _track_blocks(old: etree._Element, new: etree._Element, tracking: _Tracking) -> None:
    last: etree._Element | None = None
    for was, now in _paired(_blocks(old), _blocks(new), _key, _block_likeness):
        if now is None:
            assert was is not None
            now = _put_taken_out(copy.deepcopy(was), last, new, tracking)
        elif now.tag == w("tbl"):
            _track_table(was, now, tracking)
        else:
            tracking.passed(now)
            if was is None:
                tracking.note(add_paragraph(now, tracking.author))
            elif words_of(was) != words_of(now):
                tracking.note(track_paragraph(was, now, tracking.author))
        last = now


def _put_taken_out(
    block: etree._Element, last: etree._Element | None, body: etree._Element, tracking: _Tracking
) -> etree._Element:
    """Put a block that was taken out behind the one before it; give what the next follows."""
    block.tail = None
    for mark in list(block.iter(w("bookmarkStart"), w("bookmarkEnd"), w("sectPr"))):
        mark.getparent().remove(mark)
    if last is None:
        body.insert(0, block)
    else:
        last.addnext(block)
    if block.tag == w("p"):
        pieces = take_out_paragraph(block, tracking.author)
        tracking.note(pieces)
        if not pieces[0][0]:
            # Of a picture nothing is left to show.
            block.getparent().remove(block)
            return last if last is not None else block
        return block
    for row in block.findall(w("tr")):
        _take_out_row(row, tracking)
    # Without a paragraph between them Word makes one table of two.
    apart = etree.Element(w("p"))
    block.addnext(apart)
    return apart


def _key(block: etree._Element) -> tuple[str, ...]:
    return (str(block.tag), *(words_of(paragraph) for paragraph in block.iter(w("p"))))


def _block_likeness(old: etree._Element, new: etree._Element) -> float:
    if old.tag != new.tag:
        return 0.0
    if old.tag == w("tbl"):
        if _columns(old) != _columns(new):
            return 0.0
        heads = [_key(table.find(w("tr")))[1:] for table in (old, new)]
        labels = [[_label(row) for row in table.findall(w("tr"))] for table in (old, new)]
        return 1.0 if heads[0] == heads[1] else _likeness(*labels)
    if style_of(old) != style_of(new):
        return 0.0
    return _likeness(words_of(old).split(), words_of(new).split())


def _likeness(old: Sequence[str], new: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()


def _columns(table: etree._Element) -> int:
    return len(table.findall(f"{w('tblGrid')}/{w('gridCol')}"))


def _paired(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], Hashable], likeness: Callable[[T, T], float]
) -> list[tuple[T | None, T | None]]:
    """Lay two lists beside each other in order: the same, then the most alike; None for no partner."""
    keys = [key(one) for one in old], [key(one) for one in new]
    made: list[tuple[T | None, T | None]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if kind == "equal":
            made.extend(zip(old[a:b], new[c:d], strict=True))
        else:
            alike = _most_alike(old[a:b], new[c:d], likeness)
            made += alike
    return made


def _most_alike(
    old: Sequence[T], new: Sequence[T], likeness: Callable[[T, T], float]
) -> list[tuple[T | None, T | None]]:
    """Pair in order so that the likeness of all pairs together is the greatest (dynamic programming)."""
    alike = [[likeness(was, now) for now in new] for was in old]

    @functools.cache
    def best(i: int, j: int) -> tuple[float, str]:
        if i == len(old) or j == len(new):
            return 0.0, "old" if i < len(old) else "new"
        ways = [(best(i + 1, j)[0], "old"), (best(i, j + 1)[0], "new")]
        if alike[i][j] >= _ALIKE:
            ways.append((alike[i][j] + best(i + 1, j + 1)[0], "pair"))
        return max(ways, key=lambda way: way[0])

    made: list[tuple[T | None, T | None]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        way = best(i, j)[1]
        made.append((old[i] if way != "new" else None, new[j] if way != "old" else None))
        i, j = i + (way != "new"), j + (way != "old")
    return made


def _track_table(old: etree._Element | None, new: etree._Element, tracking: _Tracking) -> None:
    rows = new.findall(w("tr"))
    if old is None:
        for row in rows:
            _add_row(row, tracking)
        return
    heads = [_label(cell) for cell in rows[0].findall(w("tc"))]
    last = rows[0].getprevious()
    for was, now in _paired(old.findall(w("tr")), rows, _key, _row_likeness):
        if now is None:
            assert was is not None
            now = copy.deepcopy(was)
            _take_out_row(now, tracking)
            last.addnext(now)
        elif was is None:
            _add_row(now, tracking)
        elif _key(was) != _key(now):
            for at, cells in enumerate(zip(was.findall(w("tc")), now.findall(w("tc")), strict=True)):
                head = heads[at] if at < len(heads) else ""
                _track_cell(*cells, tracking, _place(tracking.caption, _label(now), head))
        last = now


def _place(*parts: str) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _label(row: etree._Element) -> str:
    paragraph = next(row.iter(w("p")), None)
    return "" if paragraph is None else words_of(paragraph).strip()


def _row_likeness(old: etree._Element, new: etree._Element) -> float:
    if len(old.findall(w("tc"))) != len(new.findall(w("tc"))):
        return 0.0
    return (1.0 if _label(old) == _label(new) else 0.0) + 0.5 * _likeness(_key(old), _key(new))


def _track_cell(old: etree._Element, new: etree._Element, tracking: _Tracking, where: str) -> None:
    """Compare the paragraphs of a cell, or of a footnote, by their place; the number of cells stays."""
    pairs = list(zip(old.findall(w("p")), new.findall(w("p")), strict=False))
    for was, now in pairs:
        if words_of(was) != words_of(now):
            tracking.note(track_paragraph(was, now, tracking.author), where)
    for now in new.findall(w("p"))[len(pairs) :]:
        tracking.note(add_paragraph(now, tracking.author, mark=False), where)
    for was in old.findall(w("p"))[len(pairs) :]:
        gone = copy.deepcopy(was)
        new.findall(w("p"))[-1].addnext(gone)
        tracking.note(take_out_paragraph(gone, tracking.author, mark=False), where)


def _add_row(row: etree._Element, tracking: _Tracking) -> None:
    words = [add_paragraph(p, tracking.author, mark=False)[0][0] for p in row.iter(w("p"))]
    _mark_row(row, State.ADDED, words, tracking)


def _take_out_row(row: etree._Element, tracking: _Tracking) -> None:
    words = [take_out_paragraph(p, tracking.author, mark=False)[0][0] for p in row.iter(w("p"))]
    _mark_row(row, State.TAKEN_OUT, words, tracking)


def _mark_row(row: etree._Element, state: State, words: Sequence[str], tracking: _Tracking) -> None:
    properties = row.find(w("trPr"))
    if properties is None:
        properties = etree.Element(w("trPr"))
        before = row.find(w("tblPrEx"))
        row.insert(0, properties) if before is None else before.addnext(properties)
    properties.append(tracking.author.mark(state))
    told = " | ".join(word.strip() for word in words if word.strip())
    tracking.note([(told, state)], _place(tracking.caption, "a row"))
