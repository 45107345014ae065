"""What a reviewer changed in a stretch of text, and what that does to the source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveypipe.rendering.typed_numbers import typed_numbers
from surveypipe.review.source_text import Piece

# Between two paragraphs.
BREAK = "\u2029"
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#$^~|@]")
# Written as an author types them; the build prints them as they were.
_TYPED = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "--", "\u2014": "---"}
)
_TOKEN = re.compile(r"\w+|\s|[^\w\s]")
_MARKERS = re.compile(r"(?<!\\)(\*{1,3}|\[(?!\^)|\]\{[^{}\n]*\}|\]\([^)\s]*\))")


def as_source(words: str) -> str:
    r"""Write words of a Word file as Markdown that prints them.

    Examples
    --------
    >>> print(as_source("it\u2019s *one* of 3\u20134"))
    it's \*one\* of 3--4
    """
    return " ".join(_SPECIAL.sub(r"\\\g<0>", words).translate(_TYPED).split("\n"))


@dataclass(frozen=True)
class Change:
    """A stretch of the source, and what takes its place."""

    start: int
    stop: int
    new: str
    line: int


@dataclass(frozen=True)
class Refusal:
    """What is not taken over, where, and why."""

    line: int | None
    sentence: str


@dataclass(frozen=True)
class Unit:
    """A word, a space, a sign, or all the words of a control.

    Parameters
    ----------
    text, tag
        Its words, and the tag of the control.
    source
        The stretch of the source behind it; None of what a reviewer added.
    supplied
        Whether the build supplied it, so that it is taken or left as a whole.
    """

    text: str
    tag: str = ""
    source: tuple[int, int] | None = None
    supplied: bool = False


def units(
    text: str,
    controls: Sequence[tuple[int, int, str]],
    pieces: Sequence[Piece] = (),
    supplied: Collection[str] = (),
) -> list[Unit]:
    """Cut a paragraph into units.

    Parameters
    ----------
    text
        Its words.
    controls
        Start, stop and tag of what stands in content controls.
    pieces
        Stretches of the source behind the words, of a paragraph as it was made.
    supplied
        Words that the build supplied where it was made, of one that came back: a program may have dropped the
        controls around them.
    """
    whole = [piece.printed for piece in pieces if piece.supplied]
    whole += [found.span() for found in re.finditer(_any_of(supplied), text)] if supplied else []
    held = [((first, last), tag) for first, last, tag in controls]
    whole += [span for span, _ in held if not any(_within(span, other) for other in whole)]
    made, position = [], 0
    for start, stop in [*sorted(span for span in whole if span[1] > span[0]), (len(text), len(text))]:
        for token in _TOKEN.finditer(text, position, max(start, position)):
            made.append(Unit(token[0], "", _behind(pieces, token.span())))
        if stop > start >= position:
            tag = next((tag for span, tag in held if _within(span, (start, stop))), "")
            made.append(Unit(text[start:stop], tag, _behind(pieces, (start, stop)), supplied=True))
        position = max(position, stop)
    return made


def _within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _any_of(words: Collection[str]) -> str:
    return "|".join(
        rf"(?<!\w){re.escape(one)}(?!\w)" for one in sorted(words, key=len, reverse=True) if one.strip()
    )


def _behind(pieces: Sequence[Piece], printed: tuple[int, int]) -> tuple[int, int] | None:
    inside = [p for p in pieces if p.printed[0] < printed[1] and printed[0] < p.printed[1]]
    return (inside[0].source[0], inside[-1].source[1]) if inside else None


def changes(
    old: Sequence[Unit], new: Sequence[Unit], text: str, snippets: Mapping[str, str], line: int
) -> Iterator[Change | Refusal]:
    """Turn the difference between two stretches into changes of the source, or say why one is refused.

    Parameters
    ----------
    old, new
        As they were made and as they came back.
    text
        The source.
    snippets
        What to write for the tag of a control that stands where it did not.
    line
        Line of the source, for the messages.
    """
    was, now = ([unit.text for unit in side] for side in (old, new))
    matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
    for kind, first, last, from_, to in matcher.get_opcodes():
        if kind != "equal":
            place = _place(old, first, last, text)
            yield _change(old[first:last], new[from_:to], place, text, snippets, line)


def _place(old: Sequence[Unit], first: int, last: int, text: str) -> tuple[int, int]:
    """Stretch of the source behind units; where there are none, the place between two of them."""
    inside = [unit.source for unit in old[first:last] if unit.source]
    if inside:
        return inside[0][0], inside[-1][1]
    before = [unit.source for unit in old[:first] if unit.source]
    after = [unit.source for unit in old[last:] if unit.source]
    # Beside a space rather than beside a mark, so that new words are not set in italics by accident.
    if after and (not before or text[slice(*before[-1])].isspace()):
        return after[0][0], after[0][0]
    place = before[-1][1] if before else 0
    return place, place


def _change(
    gone: Sequence[Unit],
    come: Sequence[Unit],
    place: tuple[int, int],
    text: str,
    snippets: Mapping[str, str],
    line: int,
) -> Change | Refusal:
    new = "".join(unit.text for unit in come)
    kept = [unit for unit in gone if unit.supplied]
    if any(_rewritten(unit.text, new) for unit in kept):
        names = ", ".join(f"'{unit.text}' ({text[slice(*(unit.source or (0, 0)))]})" for unit in kept)
        return Refusal(
            line, f"{names} is supplied by the build and was edited to '{new.strip()}'; it is kept."
        )
    written = "".join(snippets.get(unit.tag, "") or as_source(unit.text) for unit in come)
    written = written.replace(BREAK, "\n\n") or (" " if any(unit.text == BREAK for unit in gone) else "")
    typed = typed_numbers(written)
    if typed:
        return Refusal(
            line,
            f"'{new.strip()}' holds the number '{typed[0][1]}' typed by hand; write its key into the source, "
            "or mark it there: [number]{.given}.",
        )
    start, stop = _with_marks(text, *place)
    if BREAK in new:
        start, stop = _without_spaces(text, start, stop)
    if any(unit.text == BREAK for unit in gone) and re.search(r"\S", _gap(gone, text)):
        return Refusal(line, "paragraphs were joined that stand in different parts of the source.")
    if _unbalanced(text[start:stop]):
        old = "".join(unit.text for unit in gone)
        return Refusal(
            line, f"'{old}' crosses the end of words set in italics, in bold or under a condition."
        )
    while not written and start > 0 and stop < len(text) and text[start - 1] == text[stop] == "*":
        start, stop = start - 1, stop + 1
    return Change(start, stop, written, line)


def _rewritten(supplied: str, new: str) -> bool:
    """Whether words that the build supplied were edited, rather than taken out with those around them."""
    names = set(re.findall(r"\b[A-Z]\w+", supplied))
    return bool(re.search(r"\d", new) or names & set(re.findall(r"\w+", new)))


def _gap(gone: Sequence[Unit], text: str) -> str:
    return "".join(text[slice(*unit.source)] for unit in gone if unit.text == BREAK and unit.source)


def _without_spaces(text: str, start: int, stop: int) -> tuple[int, int]:
    """Take the spaces along where a paragraph is parted, and no blank line."""
    behind = text[stop:][: len(text[stop:]) - len(text[stop:].lstrip())]
    return len(text[:start].rstrip()), stop + (0 if "\n\n" in behind else len(behind))


def _with_marks(text: str, start: int, stop: int) -> tuple[int, int]:
    """Take the mark along whose other half lies within the stretch and whose words all do."""
    if _unbalanced(text[start:stop]):
        before = len(text[:start]) - len(text[:start].rstrip("*"))
        after = len(text[stop:]) - len(text[stop:].lstrip("*"))
        for first, last in ((start - before, stop), (start, stop + after)):
            if not _unbalanced(text[first:last]):
                return first, last
    return start, stop


def _unbalanced(removed: str) -> bool:
    bare = re.sub(r"\{\{<.*?>\}\}", "", removed)
    found = [mark[0] for mark in _MARKERS.finditer(bare)]
    stars = [mark for mark in found if mark.startswith("*")]
    opened = [mark for mark in found if mark == "["]
    works = len(re.findall(r"\[[^\[\]]*@[^\[\]]*\]", bare))
    return len(stars) % 2 == 1 or (len(opened) - works) * 2 != len(found) - len(stars) - works
