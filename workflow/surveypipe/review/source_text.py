"""A block of the source beside the words that it was printed as, character by character."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surveypipe.rendering.blocks import Block
from surveypipe.rendering.expand import SHORTCODE

# What the build supplies, or what has no words of its own in Word.
_SUPPLIED = re.compile(
    rf"(?P<shortcode>{SHORTCODE.pattern.replace('?P<name>', '').replace('?P<argument>', '')})"
    r"|(?P<works>\[[^\[\]]*(?<![\w\\])-?@[^\[\]]*\])(?![{(])"
    r"|(?P<work>(?<![\w\\/.])-?@[A-Za-z](?:[\w:.-]*\w)?(?:[ \n]\[[^\[\]]*\])?)"
    r"|(?P<note>\[\^[^\]]+\])"
    r"|(?P<math>\$[^$\n]+\$)"
)
_CLOSING = re.compile(r"\]\{[^{}\n]*\}|\]\([^)\s]*\)")
# How a sign is printed; the longer first.
_PRINTED = {
    "---": "(?:\u2014|---)",
    "--": "(?:\u2013|--)",
    "...": "(?:\u2026|\\.\\.\\.)",
    "'": "['\u2019\u2018]",
    '"': '["\u201c\u201d]',
}


@dataclass(frozen=True)
class Piece:
    """A stretch of the printed words and the stretch of the source behind it.

    Parameters
    ----------
    printed, source
        Start and stop in each.
    supplied
        Whether the build supplied the words, which are then to be taken or left as a whole.
    """

    printed: tuple[int, int]
    source: tuple[int, int]
    supplied: bool


@dataclass(frozen=True)
class _Sign:
    pattern: str
    start: int
    stop: int
    supplied: bool = False
    opens: bool = False
    closes: bool = False


def aligned(text: str, block: Block, printed: str) -> list[Piece] | None:
    """Lay the words of a block beside those that were printed.

    Parameters
    ----------
    text
        The whole source.
    block
        One of its blocks of prose.
    printed
        Text of the paragraph in the file that was made from it.

    Returns
    -------
    list of Piece or None
        In the order of the text, without a gap in the printed words; None where they are not those of the
        block, because the source was changed since.
    """
    signs = list(_signs(text, block))
    match = re.fullmatch(rf"\s*{_pattern(signs)}\s*", printed, flags=re.DOTALL)
    if match is None:
        return None
    return [
        Piece(match.span(f"s{number}"), (sign.start, sign.stop), sign.supplied)
        for number, sign in enumerate(signs)
        if sign.pattern and match.start(f"s{number}") >= 0
    ]


def _pattern(signs: list[_Sign]) -> str:
    made = []
    for number, sign in enumerate(signs):
        if sign.opens:
            made.append("(?:")
        elif sign.closes:
            made.append(")?")
        elif sign.pattern:
            made.append(f"(?P<s{number}>{sign.pattern})")
    return "".join(made)


def _signs(text: str, block: Block) -> list[_Sign]:
    """Read the block sign by sign: what each is printed as, and where it stands."""
    found: list[_Sign] = []
    stop = _before_attributes(text, block)
    position, spans = block.start, list[bool]()
    while position < stop:
        supplied = _SUPPLIED.match(text, position, stop)
        closing = _CLOSING.match(text, position, stop)
        if supplied is not None:
            nothing = supplied.lastgroup == "note"
            found.append(_Sign("" if nothing else ".*?", position, supplied.end(), supplied=True))
            position = supplied.end()
        elif text[position] == "[" and (close := _closing_of(text, position, stop)) is not None:
            optional = ".content-" in close or ".part" in close
            spans.append(optional)
            if optional:
                found.append(_Sign("", position, position + 1, opens=True))
            position += 1
        elif closing is not None and spans:
            if spans.pop():
                found.append(_Sign("", position, closing.end(), closes=True))
            position = closing.end()
        elif text[position] in "*_" and _emphasis(text, position):
            position += 1
        else:
            sign = _printed_sign(text, position, stop)
            found.append(sign)
            position = sign.stop
    return found


def _before_attributes(text: str, block: Block) -> int:
    # A heading ends with its label.
    own = re.search(r"[ \t]+\{[#.-][^{}\n]*\}[ \t]*$", text[block.start : block.stop])
    return block.start + own.start() if own else block.stop


def _closing_of(text: str, position: int, stop: int) -> str | None:
    """Find what closes a span or link that opens here; None where a bracket is only a bracket."""
    depth = 0
    for place in range(position, stop):
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        if depth == 0:
            closing = _CLOSING.match(text, place, stop)
            return closing[0] if closing else None
    return None


def _emphasis(text: str, position: int) -> bool:
    beside = text[max(position - 1, 0)] + text[position + 1 : position + 2]
    return text[position] == "*" or not beside.isalnum()


def _printed_sign(text: str, position: int, stop: int) -> _Sign:
    for sign, pattern in _PRINTED.items():
        if text.startswith(sign, position):
            return _Sign(pattern, position, position + len(sign))
    space = re.compile(r"\s+").match(text, position, stop)
    if space:
        return _Sign("[ \u00a0\n]", position, space.end())
    if text[position] == "\\" and position + 1 < stop:
        return _Sign(re.escape(text[position + 1]), position, position + 2)
    return _Sign(re.escape(text[position]), position, position + 1)
