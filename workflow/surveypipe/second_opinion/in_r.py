"""Values of ours as R reads them: every text that goes into a program in R is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SYNTACTIC = re.compile(r"(?:[A-Za-z]|\.(?![0-9]))[A-Za-z0-9._]*\Z")
_PLAIN = re.compile(r"[A-Za-z0-9._]+\Z")
_RESERVED = frozenset(
    "if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ "
    "NA_character_ NA_complex_".split()
)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(letter: str) -> str:
    code = ord(letter)
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if 32 <= code < 127:
        return letter
    # No text of R's can hold a zero; whatever the locale, R reads the others as they are.
    return f"\\u{{{code:x}}}" if code else ""


def text(value: object) -> str:
    r"""Write a text as R's.

    Examples
    --------
    >>> print(text('He said "no" \\ and left'))
    "He said \"no\" \\ and left"
    """
    return f'"{"".join(_escaped(letter) for letter in str(value))}"'


def key(name: str) -> str:
    """Write the name of an entry of a list, as a text where R would not take it for a name.

    Examples
    --------
    >>> key("api00"), key("2nd wave"), key("if")
    ('api00', '"2nd wave"', '"if"')
    """
    return name if _SYNTACTIC.match(name) and name not in _RESERVED else text(name)


def column(prefix: str, name: str) -> str:
    """Name a column of the design so that it may stand in a formula, in whatever letters the survey's are.

    Examples
    --------
    >>> column(".margin_", "sex"), column(".margin_", "Größe")
    ('.margin_sex', '.margin_u47_72_f6_df_65')
    """
    return prefix + (name if _PLAIN.match(name) else "u" + "_".join(f"{ord(letter):x}" for letter in name))


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
        return f"list({', '.join(f'{key(str(entry))} = {value(part)}' for entry, part in given.items())})"
    if isinstance(given, Iterable) and not isinstance(given, str):
        return _listed(list(given))
    return text(given)


def _listed(parts: list[Any]) -> str:
    if not parts:
        return "character()"
    plain = all(isinstance(part, str | int | float) for part in parts)
    return f"{'c' if plain else 'list'}({', '.join(value(part) for part in parts)})"
