"""An edited Word file against the file that was sent out and the source of both."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from surveypipe.problems import SurveyError
from surveypipe.rendering.blocks import Block, abstract_blocks, prose_blocks
from surveypipe.rendering.expand import split_front_matter
from surveypipe.review.edits import BREAK, Change, Refusal, Unit, changes, units
from surveypipe.review.source_text import Piece, aligned
from surveypipe.review.word_file import Comment, Paragraph, WordFile

_SHORT = 60


@dataclass
class Review:
    """What came back.

    Parameters
    ----------
    source
        Path of the text, as messages name it.
    old, new
        The text, and the text with the changes that can be taken over.
    changes
        Line and words of each of them.
    refusals
        What is not taken over.
    comments
        In the order of the text.
    """

    source: str
    old: str
    new: str
    changes: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def patch(self) -> str:
        """Write the changes as a unified diff; '' where there is none."""
        lines = difflib.unified_diff(
            self.old.splitlines(keepends=True),
            self.new.splitlines(keepends=True),
            f"a/{self.source}",
            f"b/{self.source}",
        )
        return "".join(lines)


def review(made: WordFile, came: WordFile, text: str, source: str) -> Review:
    """Find what was changed, and lay it onto the source.

    Parameters
    ----------
    made, came
        The file as it was sent out and as it came back.
    text
        The source, as it was when the file was made.
    source
        Its path, for the messages.

    Raises
    ------
    SurveyError
        If the two are not of the same document and run.
    """
    if came.document and (came.document, came.checksum) != (made.document, made.checksum):
        raise SurveyError(
            f"The edited file was made from another run ({came.document}, {came.checksum}) than the one "
            f"beside it ({made.document}, {made.checksum}). Give the file that was sent out: --original FILE."
        )
    found = Review(source, text, text, comments=came.comments)
    reading = _Reading.of(made, text)
    laid: list[Change] = []
    added, refused = _without_place(made, came)
    for one in [*_placed(reading, came, added), *refused]:
        if isinstance(one, Refusal):
            found.refusals.append(one)
        else:
            laid.append(one)
    found.new, found.changes = _laid(text, laid)
    return found


@dataclass(frozen=True)
class _Reading:
    """The source laid beside the file that was made from it."""

    text: str
    blocks: dict[int, Block]
    placed: dict[int, Paragraph]
    pieces: dict[int, list[Piece] | None]
    snippets: dict[str, str]

    @classmethod
    def of(cls, made: WordFile, text: str) -> _Reading:
        blocks = _blocks(text)
        placed = {p.lines[0]: p for p in made.paragraphs if p.lines and p.lines[0] in blocks}
        pieces = {line: aligned(text, blocks[line], p.text) for line, p in placed.items()}
        snippets = {
            unit.tag: text[slice(*unit.source)]
            for line, p in placed.items()
            for unit in units(p.text, _controls(p), pieces[line] or [])
            if unit.tag and unit.source
        }
        headings = {f"break:{level}": f"\n\n{'#' * level} " for level in range(1, 7)}
        return cls(text, blocks, placed, pieces, snippets | headings)

    def units(self, line: int) -> list[Unit]:
        paragraph = self.placed[line]
        return units(paragraph.text, _controls(paragraph), self.pieces[line] or [])


def _controls(paragraph: Paragraph) -> list[tuple[int, int, str]]:
    return [(control.start, control.stop, control.tag) for control in paragraph.controls]


def _blocks(text: str) -> dict[int, Block]:
    front, body = split_front_matter(text)
    offset = len(text) - len(body)
    head = text.index(front) if front else 0
    found = [Block(b.line + 1, b.start + head, b.stop + head) for b in abstract_blocks(front)]
    first = text.count("\n", 0, offset) + 1
    found += [Block(b.line, b.start + offset, b.stop + offset) for b in prose_blocks(body, first)]
    return {block.line: block for block in found}


def _placed(reading: _Reading, came: WordFile, added: set[int]) -> Iterator[Change | Refusal]:
    """Paragraphs of prose: those that came back, with what was added behind them, and those that did not."""
    returned: set[int] = set()
    stretches, refused = _stretches(reading, came, added)
    yield from refused
    for lines, paragraphs in stretches:
        returned |= set(lines)
        unchanged = len(lines) == len(paragraphs) == 1 and paragraphs[0].text == reading.placed[lines[0]].text
        if unchanged:
            continue
        changed_since = [line for line in lines if reading.pieces[line] is None]
        if changed_since:
            yield Refusal(
                lines[0],
                "the source of this paragraph is not what the file was made from; look at it by hand.",
            )
        elif len(paragraphs) == 1 and not paragraphs[0].text.strip():
            for line in lines:
                yield _deleted(reading, line)
        else:
            old = _old(reading, lines)
            new = _came(paragraphs, {unit.text for unit in old if unit.supplied})
            yield from changes(old, new, reading.text, reading.snippets, lines[0])
    for line in reading.placed:
        if line not in returned:
            yield _deleted(reading, line)


def _stretches(
    reading: _Reading, came: WordFile, added: set[int]
) -> tuple[list[tuple[list[int], list[Paragraph]]], list[Refusal]]:
    """Paragraphs of the source, each with the paragraphs that were added right behind it."""
    found: list[tuple[list[int], list[Paragraph]]] = []
    refused = []
    behind = False
    for position, paragraph in enumerate(came.paragraphs):
        own = [line for line in paragraph.lines if line in reading.placed]
        if own:
            found.append((own, [paragraph]))
            behind = True
        elif position in added and behind:
            found[-1][1].append(paragraph)
        elif position in added:
            line = found[-1][0][0] if found else None
            refused.append(
                Refusal(
                    line,
                    f"a new paragraph beside words of the build: '{_short(paragraph.text)}'.",
                )
            )
        elif paragraph.text.strip():
            behind = False
    return found, refused


def _old(reading: _Reading, lines: list[int]) -> list[Unit]:
    found = reading.units(lines[0])
    for before, line in itertools.pairwise(lines):
        gap = (reading.blocks[before].stop, reading.blocks[line].start)
        found += [Unit(BREAK, source=gap), *reading.units(line)]
    return found


def _came(paragraphs: list[Paragraph], supplied: set[str]) -> list[Unit]:
    found = list[Unit]()
    for position, paragraph in enumerate(paragraphs):
        if position:
            level = paragraph.style.removeprefix("Heading") if paragraph.style.startswith("Heading") else ""
            found.append(Unit(BREAK, f"break:{level}" if level else ""))
        found += units(paragraph.text, _controls(paragraph), supplied=supplied)
    return found


def _deleted(reading: _Reading, line: int) -> Change | Refusal:
    text, block, paragraph = reading.text, reading.blocks[line], reading.placed[line]
    if paragraph.style.startswith("Heading") and "{#" in text[block.start : block.stop]:
        words = _short(paragraph.text)
        return Refusal(line, f"the heading '{words}' was deleted; others may refer to its label.")
    if paragraph.within == "footnote":
        return Refusal(
            line, f"the footnote '{_short(paragraph.text)}' was deleted; take out its mark as well."
        )
    start, stop = text.rfind("\n", 0, block.start) + 1, block.stop
    while stop < len(text) and text[stop] == "\n":
        stop += 1
    return Change(start, stop, "", line)


def _without_place(made: WordFile, came: WordFile) -> tuple[set[int], list[Refusal]]:
    """Tell apart, of what has no place in the source, new paragraphs and changed words of the build."""
    old = [p for p in made.paragraphs if not p.lines and p.text.strip()]
    now = [(n, p) for n, p in enumerate(came.paragraphs) if not p.lines and p.text.strip()]
    keys = [p.text for p in old], [p.text for _, p in now]
    added: set[int] = set()
    refused = []
    for kind, first, last, from_, to in difflib.SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        new = {n for n, p in now[from_:to] if p.within == "text" and not _like(p.text, keys[0][first:last])}
        added |= new
        became = " / ".join(p.text for n, p in now[from_:to] if n not in new)
        if became or first < last:
            refused.append(_of_the_build(old[first:last], became))
    return added, refused


def _like(text: str, others: list[str]) -> bool:
    return any(difflib.SequenceMatcher(None, text, other).ratio() > 0.5 for other in others)


def _of_the_build(old: list[Paragraph], became: str) -> Refusal:
    where = "words of the build"
    if old and old[0].within == "table":
        where = f"a cell of '{_short(old[0].table)}'"
    was = " / ".join(p.text for p in old)
    told = f"'{_short(was)}' became '{_short(became)}'" if was and became else f"'{_short(was or became)}' "
    told += "" if was and became else ("was taken out" if was else "was added")
    return Refusal(
        None, f"{where}: {told}; they come from data, configuration or wording, and are changed there."
    )


def _laid(text: str, laid: list[Change]) -> tuple[str, list[tuple[int, str]]]:
    told = []
    new = text
    for change in sorted(laid, key=lambda one: (one.start, one.stop), reverse=True):
        old = text[change.start : change.stop]
        new = new[: change.start] + change.new + new[change.stop :]
        told.append((change.line, _told(old, change.new)))
    return new, told[::-1]


def _told(old: str, new: str) -> str:
    if not old.strip():
        return f"added '{_short(new)}'"
    return f"took out '{_short(old)}'" if not new.strip() else f"'{_short(old)}' became '{_short(new)}'"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"
