"""Words of one paragraph of a Word file as tracked changes of another's: w:ins and w:del.

Content models: ISO/IEC 29500-1, 17.13.5 (revisions).
"""

from __future__ import annotations

import copy
import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from surveypipe.rendering.docx_package import properties_of, w

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# A word, spaces, or one sign: a number with its decimals and its per cent is one word.
_WORD = re.compile(r"[\w\u2212.,%]*\w[\w%]*|\s+|[^\w\s]")
# Stands for a picture or another thing in a run that is no text.
OBJECT = "\ufffc"
_TEXT = {w("rPr"), w("t")}
_FIELD = {w("fldChar"), w("instrText")}
# No bookmark of a document has as high a number.
_FIRST_ID = 500_000


class State(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    TAKEN_OUT = "taken out"


Piece = tuple[str, State]


@dataclass
class Author:
    """Who is named beside each change, and when; numbers the changes.

    Parameters
    ----------
    name
        Shown by Word.
    date
        As ``2026-01-02T03:04:05Z``.
    """

    name: str
    date: str
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_ID))

    def mark(self, state: State, inside: Iterable[etree._Element] = ()) -> etree._Element:
        """Make a change around some runs, or the mark of a paragraph or a row."""
        made = etree.Element(w("ins" if state == State.ADDED else "del"))
        for key, value in (("id", str(next(self._ids))), ("author", self.name), ("date", self.date)):
            made.set(w(key), value)
        made.extend(inside)
        return made


@dataclass
class _Token:
    text: str
    run: etree._Element
    state: State = State.SAME


def _tokens(paragraph: etree._Element) -> list[_Token]:
    """Words of a paragraph with their runs; a run that holds anything but text is one of them."""
    found = []
    for run in paragraph.iter(w("r")):
        tags = {child.tag for child in run}
        if tags & _FIELD:
            continue
        if tags <= _TEXT:
            found += [_Token(part, run) for part in _WORD.findall(_text(run))]
        else:
            found.append(_Token(OBJECT, run))
    return found


def _text(run: etree._Element) -> str:
    return "".join(node.text or "" for node in run.iter(w("t")))


def words_of(paragraph: etree._Element) -> str:
    """Words of a paragraph, with a sign for what is no text; by them paragraphs are known again."""
    return "".join(token.text for token in _tokens(paragraph))


def track_paragraph(old: etree._Element, new: etree._Element, author: Author) -> list[Piece]:
    """Mark in the new paragraph, in place, what was added and taken out; give its words in pieces."""
    before, after = _tokens(old), _tokens(new)
    was, now = ([token.text for token in tokens] for tokens in (before, after))
    gone: dict[int, list[_Token]] = {}
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(("".join(now[c:d]), State.SAME))
            continue
        if b > a:
            gone[c] = before[a:b]
            pieces.append(("".join(was[a:b]), State.TAKEN_OUT))
        for token in after[c:d]:
            token.state = State.ADDED
        pieces += [("".join(now[c:d]), State.ADDED)] if d > c else []
    _mark_fields(new, after, author)
    _rewrite(new, after, gone, author)
    return pieces


def _rewrite(
    paragraph: etree._Element, tokens: Sequence[_Token], gone: dict[int, list[_Token]], author: Author
) -> None:
    """Put in the place of each run its parts: as they were, added, and before them what was taken out."""
    position = 0
    for run, group in itertools.groupby(tokens, key=lambda token: token.run):
        parts: list[etree._Element] = []
        held = list(group)
        for offset, token in enumerate(held):
            if position + offset in gone:
                parts += _taken_out(gone[position + offset], author)
            joins = offset and held[offset - 1].state == token.state and position + offset not in gone
            if joins:
                _add_text(parts[-1], token.text)
                continue
            part = copy.deepcopy(run)
            if token.text != OBJECT:
                _set_text(part, token.text)
            parts.append(author.mark(State.ADDED, [part]) if token.state == State.ADDED else part)
        for part in parts:
            part.tail = None
            run.addprevious(part)
        run.getparent().remove(run)
        position += len(held)
    if len(tokens) in gone:
        paragraph.extend(_taken_out(gone[len(tokens)], author))


def _add_text(part: etree._Element, text: str) -> None:
    node = next(part.iter(w("t")))
    node.text = (node.text or "") + text


def _set_text(run: etree._Element, text: str, tag: str = "t") -> None:
    for node in run.findall(w("t")):
        run.remove(node)
    node = etree.SubElement(run, w(tag))
    node.set(_SPACE, "preserve")
    node.text = text


def _taken_out(tokens: Sequence[_Token], author: Author) -> list[etree._Element]:
    """Words taken out, in runs that look as they did; a picture cannot be shown as taken out."""
    runs = []
    for run, group in itertools.groupby(tokens, key=lambda token: token.run):
        text = "".join(token.text for token in group if token.text != OBJECT)
        if not text:
            continue
        made = etree.Element(w("r"))
        properties = run.find(w("rPr"))
        if properties is not None:
            made.append(copy.deepcopy(properties))
        _set_text(made, text, "delText")
        runs.append(made)
    return [author.mark(State.TAKEN_OUT, runs)] if runs else []


def _mark_fields(paragraph: etree._Element, tokens: Sequence[_Token], author: Author) -> None:
    """Mark a field of which all that it shows was added: else it would come back when Word updates it."""
    states = {id(token.run): token.state for token in tokens}
    inside: list[etree._Element] = []
    opened = False
    for run in list(paragraph.iter(w("r"))):
        char = run.find(w("fldChar"))
        kind = "" if char is None else str(char.get(w("fldCharType")))
        opened = opened or kind == "begin"
        inside += [run] if opened else []
        if kind == "end":
            shown = [states[id(one)] for one in inside if id(one) in states]
            if shown and set(shown) == {State.ADDED}:
                _wrap([one for one in inside if id(one) not in states], author)
            inside, opened = [], False


def _wrap(runs: Iterable[etree._Element], author: Author) -> None:
    for run in runs:
        made = author.mark(State.ADDED)
        run.addprevious(made)
        made.append(run)


def add_paragraph(paragraph: etree._Element, author: Author, *, mark: bool = True) -> list[Piece]:
    """Mark a paragraph, in place, as added.

    Parameters
    ----------
    mark
        Whether its end was added with it; the last one of a cell stays.
    """
    words = words_of(paragraph)
    _wrap(list(paragraph.iter(w("r"))), author)
    if mark:
        _mark_end(paragraph, author.mark(State.ADDED))
    return [(words, State.ADDED)]


def take_out_paragraph(paragraph: etree._Element, author: Author, *, mark: bool = True) -> list[Piece]:
    """Mark a paragraph, in place, as taken out: its words stay, its pictures and fields do not."""
    words = words_of(paragraph).replace(OBJECT, "")
    inside = _taken_out(_tokens(paragraph), author)
    properties = paragraph.find(w("pPr"))
    for child in list(paragraph):
        if child is not properties:
            paragraph.remove(child)
    paragraph.extend(inside)
    if mark:
        _mark_end(paragraph, author.mark(State.TAKEN_OUT))
    return [(words, State.TAKEN_OUT)]


def _mark_end(paragraph: etree._Element, mark: etree._Element) -> None:
    """Mark the end of a paragraph: first in the properties of its mark, which stand before a section's."""
    properties = properties_of(paragraph, "pPr")
    own = properties.find(w("rPr"))
    if own is None:
        own = etree.Element(w("rPr"))
        late = [child for child in properties if child.tag in (w("sectPr"), w("pPrChange"))]
        late[0].addprevious(own) if late else properties.append(own)
    own.insert(0, mark)
