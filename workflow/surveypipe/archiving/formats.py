"""What the file formats of SPSS and Stata can hold: names, missing codes, lengths of labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SPSS_WORDS = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
STATA_WORDS = frozenset(
    "_all _b _coef _cons _n _N _pi _pred _rc _skip byte double float if in int long str strL using "
    "with".split()
)


@dataclass(frozen=True)
class Format:
    """Limits of a format.

    Attributes
    ----------
    name
        Of the program.
    signs
        Signs that a name may hold beside letters, digits and the underscore.
    first
        What it may begin with, beside a letter.
    longest
        Longest name: in bytes where `bytes_count`, else in letters.
    words
        Names that the program keeps for itself.
    case
        Whether small and capital letters make two names.
    label, answer
        Longest label of a variable and of an answer, counted as names are.
    """

    name: str
    signs: str
    first: str
    longest: int
    bytes_count: bool
    words: frozenset[str]
    case: bool
    label: int
    answer: int


SPSS = Format("SPSS", ".$#@", "@", 64, True, SPSS_WORDS, case=False, label=256, answer=120)
# Of version 14 on, which takes letters of any script.
STATA = Format("Stata", "", "_", 32, False, STATA_WORDS, case=True, label=80, answer=32_000)


def cut(text: str, longest: int, *, bytes_count: bool) -> str:
    """Shorten a text to a number of letters, or of bytes without halving a letter."""
    if not bytes_count:
        return text[:longest]
    return text.encode("utf-8")[:longest].decode("utf-8", errors="ignore")


def legal_names(names: Iterable[str], limits: Format) -> dict[str, str]:
    """Give each variable a name that the format takes, its own where that will do."""
    names = list(names)
    made: dict[str, str] = {}
    # Names that may stay as they are come before those that are made.
    used = {_key(name, limits) for name in names if _plain(name, limits) == name}
    for name in names:
        plain = _plain(name, limits)
        if plain == name and _key(name, limits) not in {_key(told, limits) for told in made.values()}:
            made[name] = name
            continue
        number, told = 1, plain
        while _key(told, limits) in used:
            number += 1
            end = f"_{number}"
            told = cut(plain, limits.longest - len(end), bytes_count=limits.bytes_count) + end
        used.add(_key(told, limits))
        made[name] = told
    return made


def _key(name: str, limits: Format) -> str:
    return name if limits.case else name.casefold()


def _plain(name: str, limits: Format) -> str:
    told = re.sub(rf"[^\w{re.escape(limits.signs)}]", "_", name)
    if not (told[:1].isalpha() or told[:1] in limits.first):
        told = f"v{told}"
    told = cut(told, limits.longest, bytes_count=limits.bytes_count).rstrip(".")
    if (told if limits.case else told.casefold()) in limits.words:
        told = f"{told}_"
    return told


def spss_missing(codes: Sequence[float], valid: Iterable[float]) -> list[Any] | None:
    """Declare missing codes as SPSS can: three values, or a range that holds no answer and one value beside.

    Returns
    -------
    list or None
        As pyreadstat takes it; None where the codes cannot be declared.
    """
    codes = sorted(set(codes))
    if len(codes) <= 3:
        return list(codes)
    answers = list(valid)
    for inside, beside in ((codes, []), (codes[1:], codes[:1]), (codes[:-1], codes[-1:])):
        low, high = inside[0], inside[-1]
        if not any(low <= answer <= high for answer in answers):
            return [{"lo": low, "hi": high}, *beside]
    return None
