"""Blocks of a text and the lines on which they begin, for the way back from an edited Word file.

A block of prose (a paragraph, a heading, an item of a list, a footnote) begins with an empty span that names
its line, ``[]{.at line="12"}``. In Word it becomes a bookmark around the paragraph; elsewhere it is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What opens a block before its words: a heading, an item, a footnote.
_OPENING = re.compile(r"[ \t]*(?:#{1,6}[ \t]+|[-*+][ \t]+(?=\S)|\d+[.)][ \t]+|\[\^[^\]]+\]:[ \t]*)?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])[ \t]+\S")
# Blocks that are no prose: Divs, tables, captions, figures, rules, code, raw markup, indented, includes.
_NO_PROSE = re.compile(
    r"[ \t]*(?:[-*+] |\d+[.)] )?[ \t]*"
    r"(?::::|\||\+[-=]|:[ \t]|!\[|-{3,}|\*{3,}|```|~~~|<|\{\{<[ \t]*(?:include|pagebreak)\b)| {4}|\t"
)
# Of these what is no prose ends with its line; a caption may run over several.
_LINE = re.compile(r"#{1,6}[ \t]|[ \t]*(?::::|\{\{<[ \t]*(?:include|pagebreak)\b)")
_FENCE = re.compile(r"[ \t]*(```+|~~~+)")
_ABSTRACT = re.compile(r"abstract[ \t]*:[ \t]*[|>][-+]?[ \t]*\n")


@dataclass(frozen=True)
class Block:
    """A block of prose.

    Parameters
    ----------
    line
        The line on which it begins, counted from 1.
    start, stop
        Where its words begin and end in the text.
    """

    line: int
    start: int
    stop: int


def prose_blocks(text: str, first_line: int = 1) -> list[Block]:
    """Find the blocks of prose of a body.

    Parameters
    ----------
    text
        A text in Quarto's Markdown without front matter.
    first_line
        Number of its first line.
    """
    return [
        block
        for start, lines in _paragraphs(text)
        for block in _blocks(text, start, lines, first_line + text.count("\n", 0, start))
    ]


def abstract_blocks(text: str) -> list[Block]:
    """Find the paragraphs of an abstract written as a block of the front matter; lines count from 1."""
    opened = _ABSTRACT.search(text)
    if opened is None:
        return []
    closed = re.compile(r"^\S", re.MULTILINE).search(text, opened.end())
    inside = text[: closed.start() if closed else len(text)]
    found = []
    for paragraph in re.finditer(r"[ \t]+\S[^\n]*(?:\n[ \t]+\S[^\n]*)*", inside[opened.end() :]):
        start = opened.end() + paragraph.start() + len(paragraph[0]) - len(paragraph[0].lstrip())
        found.append(Block(text.count("\n", 0, start) + 1, start, opened.end() + paragraph.end()))
    return found


def marked_blocks(text: str, first_line: int) -> str:
    """Put the mark of its line before the words of each block of prose."""
    return _marked(text, prose_blocks(text, first_line))


def marked_abstract(block: str) -> str:
    """Mark the paragraphs of the abstract in the YAML of a front matter, whose first line is the second."""
    return _marked(block, [Block(b.line + 1, b.start, b.stop) for b in abstract_blocks(block)])


def _marked(text: str, blocks: list[Block]) -> str:
    pieces, done = [], 0
    for block in blocks:
        pieces += [text[done : block.start], f'[]{{.at line="{block.line}"}}']
        done = block.start
    return "".join([*pieces, text[done:]])


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Find runs of lines without a blank one between them, outside of code, and where each begins."""
    position, start, lines, fence = 0, 0, list[str](), ""
    for line in [*text.splitlines(keepends=True), ""]:
        opened = _FENCE.match(line)
        if line.strip() and not fence and not opened:
            start = start if lines else position
            lines.append(line)
        else:
            if lines:
                yield start, lines
                lines = []
            if opened and (not fence or opened[1].startswith(fence)):
                fence = "" if fence else opened[1]
        position += len(line)


def _blocks(text: str, start: int, lines: list[str], number: int) -> Iterator[Block]:
    """Part one run of lines: it is one block, but each item of a list and each heading is its own."""
    if any(line.lstrip().startswith(("|", "+-", "+=")) for line in lines):
        return
    begun: list[tuple[int, int]] = []
    position = start
    for offset, line in enumerate(lines):
        heading = line.startswith("#") and re.match(r"#{1,6}[ \t]", line)
        behind_a_line = offset > 0 and _LINE.match(lines[offset - 1])
        if offset == 0 or heading or _ITEM.match(line) or behind_a_line or _NO_PROSE.match(line):
            begun.append((position, number + offset))
        position += len(line)
    ends = [place for place, _ in begun[1:]] + [position]
    for (place, line_number), end in zip(begun, ends, strict=True):
        if _NO_PROSE.match(text, place):
            continue
        opening = _OPENING.match(text, place)
        yield Block(line_number, opening.end() if opening else place, place + len(text[place:end].rstrip()))
