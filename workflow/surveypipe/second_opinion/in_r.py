"""Values of ours as R reads them: every text that goes into a program in R is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SYNTACTIC = re.compile(r"(?:[A-Za-z]|\.(?![0-9]))[A-Za-z0-9._]*\Z")
_RESERVED = frozenset(
    "if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ "
    "NA_character_ NA_complex_".split()
)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str, quote: str) -> str:
    made = []
    for letter in text:
        code = ord(letter)
        if letter == quote:
            made.append("\\" + letter)
        elif letter in _ESCAPES:
            made.append(_ESCAPES[letter])
        elif letter == "\0":
            # No text of R's can hold it.
            continue
        elif 32 <= code < 127:
            made.append(letter)
        else:
            # Whatever the locale, R then reads the same letter.
            made.append(f"\\u{{{code:x}}}")
    return "".join(made)


def text(value: object) -> str:
    r"""Write a text as R's.

    Examples
    --------
    >>> print(text('He said "no" \\ and left'))
    "He said \"no\" \\ and left"
    """
    return f'"{_escaped(str(value), chr(34))}"'


def name(value: str) -> str:
    """Write the name of a variable, in backticks where R needs them.

    Examples
    --------
    >>> name("api00"), name("2nd wave"), name("if")
    ('api00', '`2nd wave`', '`if`')
    """
    if _SYNTACTIC.match(value) and value not in _RESERVED:
        return value
    return f"`{_escaped(value, '`')}`"


def comment(value: object) -> str:
    """Write a text so that it stays within the line of a comment."""
    return " ".join(str(value).split())


def value(given: Any) -> str:
    """Write a text, a number, a truth, or a list or mapping of them.

    Examples
    --------
    >>> print(value({"read": ("1", "2"), "limit": 0.5, "share": True, "none": []}))
    list(read = c("1", "2"), limit = 0.5, share = TRUE, none = character())
    """
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    if isinstance(given, int | float):
        return repr(given)
    if isinstance(given, Mapping):
        return f"list({', '.join(f'{name(str(key))} = {value(part)}' for key, part in given.items())})"
    if isinstance(given, Iterable) and not isinstance(given, str):
        return _listed(list(given))
    return text(given)


def _listed(parts: list[Any]) -> str:
    if not parts:
        return "character()"
    plain = all(isinstance(part, str | int | float) for part in parts)
    return f"{'c' if plain else 'list'}({', '.join(value(part) for part in parts)})"
