"""Parts of a text that only some studies have, taken out before anything else reads the text.

``::: {.part has="claims"}`` to ``:::`` is kept where the study has claims; ``has="claims groups"`` where it
has both, ``lacks="claims"`` where it has none. Parts may stand within parts, and within other Divs. The same
holds within a line: ``[by group]{.part has="groups"}``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from surveypipe.problems import Problems
from surveypipe.rendering.expand import near

_OPENS = re.compile(r"[ \t]*:{3,}[ \t]*(?:\{(?P<braces>[^}\n]*)\}|[\w-]+)[ \t]*:*[ \t]*$")
_CLOSES = re.compile(r"[ \t]*:{3,}[ \t]*$")
_FENCE = re.compile(r"[ \t]*(```+|~~~+)")
_SPAN = re.compile(r"\]\{(?P<braces>[^}\n]*\.part\b[^}\n]*)\}")
_CONDITION = re.compile(r"\b(has|lacks)=(?:\"([^\"]*)\"|([\w-]+))")


@dataclass
class _Reader:
    """Parts that a study has, out of those that there are, and what is wrong with a text."""

    has: Collection[str]
    known: Collection[str]
    name: str
    problems: Problems = field(default_factory=Problems)

    def kept(self, braces: str, line: int) -> bool:
        """Whether what stands under a condition is kept."""
        conditions = [(word, quoted or bare) for word, quoted, bare in _CONDITION.findall(braces)]
        names = [(word, name) for word, listed in conditions for name in listed.split()]
        if not names:
            self.tell(line, 'a part says neither has="…" nor lacks="…"')
        for _, name in names:
            if name not in self.known:
                self.tell(line, f"there is no part '{name}' of a study.{near(name, sorted(self.known))}")
        return all((name in self.has) == (word == "has") for word, name in names)

    def tell(self, line: int, sentence: str) -> None:
        """Note what is wrong in a line, counted from 1."""
        self.problems.add(f"{self.name}, line {line}: {sentence.rstrip('.')}.")


def resolved(text: str, has: Collection[str], known: Collection[str], name: str = "text") -> str:
    """Take out of a document the parts that a study has not, and the marks of those that it has.

    Parameters
    ----------
    text
        A document in Quarto's Markdown, front matter included.
    has
        Parts of the study.
    known
        All parts that there are; a condition on any other is an error.
    name
        What messages call the text: its path.

    Returns
    -------
    str
        The text with as many lines as before, so that messages about it count them as its author does.

    Raises
    ------
    SurveyError
        Naming line and word of each condition on a part that there is not, and each part without an end.

    Examples
    --------
    >>> resolved('All[, by group]{.part has="groups"}.', has=[], known=["groups"])
    'All.'
    """
    reader = _Reader(has, known, name)
    made = _without_spans(_without_blocks(text, reader), reader)
    reader.problems.raise_if_any()
    return made


def _without_blocks(text: str, reader: _Reader) -> str:
    """Take out Divs; lines that go are left blank."""
    made: list[str] = []
    # Of each open Div: its line, and whether its content is kept; None where it is no part.
    open_divs: list[tuple[int, bool | None]] = []
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        opened = None if fence else _OPENS.match(line)
        shown = all(kept is not False for _, kept in open_divs)
        if opened:
            braces = opened["braces"] or ""
            part = re.search(r"\.part\b", braces) is not None
            open_divs.append((number, reader.kept(braces, number) if part else None))
            made.append(line if shown and not part else "")
        elif not fence and _CLOSES.match(line) and open_divs:
            _, kept = open_divs.pop()
            made.append(line if shown and kept is None else "")
        else:
            made.append(line if shown else "")
    for number, kept in open_divs:
        if kept is not None:
            reader.tell(number, "this part has no end; close it with ':::' in a line of its own")
    return "\n".join(made)


def _without_spans(text: str, reader: _Reader) -> str:
    """Take out spans, the innermost first."""
    while found := _SPAN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        start = _opening(text, found.start())
        if start is None:
            reader.tell(line, "a part ends with ']' and no '[' begins it")
            start = found.start()
        inner = text[start + 1 : found.start()]
        if not reader.kept(found["braces"], line):
            inner = "\n" * inner.count("\n")
        before, after = text[:start], text[found.end() :]
        if not inner and before.endswith(" ") and (not after or after[0] in " .,;:)\n"):
            before = before[:-1]
        text = before + inner + after
    return text


def _opening(text: str, end: int) -> int | None:
    """Find the bracket that one at `end` closes, escaped ones passed over; None if there is none."""
    depth = 0
    for place in range(end, -1, -1):
        if place and text[place - 1] == "\\":
            continue
        if text[place] == "]":
            depth += 1
        elif text[place] == "[":
            depth -= 1
            if depth == 0:
                return place
    return None
