"""What is left of a document when its words are taken out: all that decides tables, numbers and checklists.

The texts of the documents are read for the numbers that they call, for their headings, labels and parts, and
for the few phrases that a checklist wants. An edit that leaves all that alone runs none of those stages
again, and none of the documents that show what they write.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

_WORD = r"[^\W\d_]+(?:['’][^\W\d_]+)*"
# Kept as they stand: front matter, headings and fences, shortcodes, and what stands in braces.
_TOKEN = re.compile(
    r"\A---[^\n]*\n.*?^---[ \t]*$|^[ \t]*(?:\#|```|~~~)[^\n]*|\{\{<.*?>\}\}|\{[^{}]*\}|(?P<word>"
    + _WORD
    + ")",
    re.MULTILINE | re.DOTALL,
)
_LEFT_OUT = "…"
# Words that were left out, with what may stand between them.
_RUN = re.compile(rf"{_LEFT_OUT}(?:[ \t,;.:()'\"‘’“”–—-]*{_LEFT_OUT})+")


def skeleton(text: str, kept: Collection[str] = ()) -> str:
    r"""Take the words out of a document.

    Parameters
    ----------
    text
        A document in Quarto's Markdown.
    kept
        Words that stay, also within longer ones, in small letters: those of phrases that something looks for
        (:func:`wanted`).

    Examples
    --------
    >>> skeleton("# Aims {#sec-aims}\n\nWe asked {{< meta num.n >}} people, all at work.", ["work"])
    '# Aims {#sec-aims}\n\n… {{< meta num.n >}} … work.'
    """

    def left(found: re.Match[str]) -> str:
        word = found["word"]
        stays = word is None or any(one in word.casefold() for one in kept)
        return found[0] if stays else _LEFT_OUT

    return _RUN.sub(_LEFT_OUT, _TOKEN.sub(left, text))


def wanted(checklists: Mapping[str, Any]) -> frozenset[str]:
    """Give the words of all phrases that items of checklists want in a section."""
    return frozenset(word for phrase in _phrases(checklists) for word in re.findall(_WORD, phrase.casefold()))


def _phrases(node: Any) -> Iterable[str]:
    """Every phrase under a key ``says``, in whatever form the file is: what is wrong with it others tell."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "says" and isinstance(value, list):
                yield from map(str, value)
            else:
                yield from _phrases(value)
    elif isinstance(node, list):
        for entry in node:
            yield from _phrases(entry)
