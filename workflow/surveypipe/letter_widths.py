"""How wide letters are in the two fonts that tables are set in, in widths of a digit.

To count letters takes numbers and brackets for a fifth wider than they are, and capitals for narrower.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

# Rounded, by the fonts' own metrics: Arial and those made to its measure (Word), Libertinus Serif (PDF).
_SANS = {
    0.0: "\u200b\u200c\u200d\u00ad\u2060\ufeff",
    0.4: "ijl'‘’\u2009",
    0.5: "ftI .,:;![]/|\\·\u00a0\u202f",
    0.6: 'r()-"“”²³¹₁₂',
    0.7: "*",
    0.9: "ckvsxyzJγχκ",
    1.1: "FTZ−×+<>=≥≤σß",
    1.2: "ABEKPSVXY&φ",
    1.3: "wCDHNRU",
    1.4: "GOQ",
    1.5: "mM",
    1.6: "%",
    1.7: "W",
    1.8: "—@…\u2003",
}
_SERIF = {
    0.0: "\u200b\u200c\u200d\u00ad\u2060\ufeff",
    0.4: "'|\u2009",
    0.5: " .,:;·\u00a0\u202f",
    0.6: "ijlI!()‘’\\",
    0.7: 'ftJ/-"²³¹₁₂',
    0.8: "rs[]“”*",
    0.9: "cz?",
    1.1: "bdgkopquvxyLβγθρχκµ≥≤",
    1.2: "hnEPY–−×+<>=ασß",
    1.3: "BRTZ†‡φ",
    1.4: "CKUVX%",
    1.5: "ADGNOQ&",
    1.6: "wH",
    1.7: "m",
    1.8: "M",
    1.9: "@",
    2.0: "W",
    2.1: "—…\u2003",
}
# A sign of a script that is written in squares is an em wide; another capital as wide as most are.
_EM, _CAPITAL = 2.0, 1.3

Font = Mapping[str, float]
SANS: Font = {letter: wide for wide, letters in _SANS.items() for letter in letters}
SERIF: Font = {letter: wide for wide, letters in _SERIF.items() for letter in letters}


def width_in_digits(text: str, font: Font) -> float:
    """Width of a text in one line, of regular letters.

    Parameters
    ----------
    text
        Without marks of Markdown.
    font
        `SANS` or `SERIF`.

    Returns
    -------
    float
        In widths of a digit of that font.

    >>> round(width_in_digits("101 (21)", SANS), 1)
    6.7
    """
    return sum(font[letter] if letter in font else _other(letter, font is SANS) for letter in text)


@cache
def _other(letter: str, sans: bool) -> float:
    """Width of a letter that is not told: of the one that carries its accent, or by its kind."""
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return _EM
    font, bare = SANS if sans else SERIF, unicodedata.normalize("NFD", letter)[0]
    if bare in font:
        return font[bare]
    return _CAPITAL if bare.isupper() else 1.0
