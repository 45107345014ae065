"""One function for each way in which a number is printed; text, tables and figures use the same ones.

British journal style: whole per cents in a sentence, 'to' between the ends of an interval in a sentence and
an en dash in a table, true minus signs, p to two or three digits. A number that is missing is never printed:
each function raises :class:`ValueError`; what prints instead (a dash, 'suppressed') is the caller's to say.
"""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\u2212"
EN_DASH = "\u2013"
FIGURE_SPACE = "\u2007"
NO_BREAK = "\u00a0"
NOT_APPLICABLE = "\u2014"
SUPPRESSED = "s"

# A number as these functions print it, not a digit within a name.
PRINTED = re.compile(r"(?<![\w.-])[\u2212\u00b1]?\d+(?:[.,]\d+)*%?")
# An ampersand begins an entity; hyphens and dots in a row become dashes and an ellipsis.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~^$@&]|-(?=-)|(?<=-)-|\.(?=\.)|(?<=\.)\.")


def decimal(value: float, places: int = 2) -> str:
    """Print a number with fixed decimals, half away from zero, with a true minus sign.

    Parameters
    ----------
    value
        A finite number.
    places
        Decimals.

    Raises
    ------
    ValueError
        If the value is missing or infinite.

    Examples
    --------
    >>> decimal(-0.125), decimal(-0.001)
    ('−0.13', '0.00')
    """
    if not math.isfinite(value):
        raise ValueError("a missing or infinite number cannot be printed")
    # Through twelve digits, so that 0.285 is not rounded as the 0.28499999... that the machine holds.
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    digits = f"{abs(exact):,.{places}f}"
    return (MINUS if exact < 0 else "") + digits


def held(value: float, most: int = 2) -> str:
    """Print a number that was rounded to its first digits with no more decimals than it holds.

    Examples
    --------
    >>> held(0.2), held(3.0), held(0.04), held(1.9234)
    ('0.2', '3', '0.04', '1.92')
    """
    if not math.isfinite(value):
        raise ValueError("a missing or infinite number cannot be printed")
    if value == 0:
        return decimal(0.0, 1)
    digits = -int(Decimal(f"{value:.12g}").normalize().as_tuple().exponent)
    return decimal(value, min(most, max(digits, 0)))


def band(value: float) -> str:
    """Print an association that is told in three bands: ``< 0.25``.

    Examples
    --------
    >>> band(0.5)
    '0.25 to 0.75'
    """
    low, high = decimal(0.25), decimal(0.75)
    if value < 0.25:
        return f"<{NO_BREAK}{low}"
    return f"{low} to {high}" if value < 0.75 else f"≥{NO_BREAK}{high}"


def ratio(value: float) -> str:
    """Print a ratio, which is released to one decimal, or below a tenth to one digit."""
    return decimal(value, 1) if abs(value) >= 0.1 else held(value, 3)


def count(value: float) -> str:
    """Print a whole number, with commas from a thousand."""
    return decimal(value, 0)


def percent(share: float, places: int = 0) -> str:
    """Print a share as a percentage with its sign: ``84%``."""
    return decimal(100 * share, places) + "%"


def measured(value: float) -> str:
    """Print a value of a question answered with a number: a whole one as it is, another to two decimals.

    Fewer decimals where the value is large.

    Examples
    --------
    >>> measured(14.0), measured(6.935), measured(431.25), measured(31250.4)
    ('14', '6.94', '431.3', '31,250')
    """
    places = 0 if float(value).is_integer() or abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return decimal(value, places)


def weight(value: float) -> str:
    """Print a weight or a mean, to two decimals and to fewer where it is large.

    Examples
    --------
    >>> weight(2.0), weight(344.87), weight(4291.84)
    ('2.00', '344.9', '4,292')
    """
    return decimal(value, 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2)


def shortest(value: float) -> str:
    """Print :func:`measured` without zeros at its end: ``20.5``.

    Examples
    --------
    >>> shortest(20.5), shortest(1200.0), shortest(6.935)
    ('20.5', '1,200', '6.94')
    """
    text = measured(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def setting(value: float) -> str:
    """Print a number of the configuration as it stands there: ``3``, ``0.25``."""
    return f"{float(value):g}"


def exact(value: float) -> str:
    """Print a number that was set with the decimals that it has: ``800``, ``0.25``, ``1,250.5``.

    Examples
    --------
    >>> exact(800.0), exact(-0.25), exact(1250.5)
    ('800', '−0.25', '1,250.5')
    """
    if not math.isfinite(value):
        raise ValueError("a missing or infinite number cannot be printed")
    whole, _, part = f"{Decimal(f'{abs(value):.12g}'):,f}".partition(".")
    part = part.rstrip("0")
    return (MINUS if value < 0 else "") + whole + (f".{part}" if part else "")


def confidence(level: float) -> str:
    """Print a confidence level with as many digits as it has: ``95%``, ``99.5%``."""
    return f"{round(100 * float(level), 6):g}%"


def points(share: float, places: int = 0) -> str:
    """Print a difference between shares in percentage points, without the unit: ``−9``."""
    return decimal(100 * share, places)


def percent_interval(low: float, high: float, places: int = 0) -> str:
    """Print an interval of shares for a sentence: ``77% to 89%``."""
    return f"{percent(low, places)} to {percent(high, places)}"


def decimal_interval(low: float, high: float, places: int = 2) -> str:
    """Print an interval of numbers for a sentence: ``−0.25 to 0.01``."""
    return f"{decimal(low, places)} to {decimal(high, places)}"


def span(low: str, high: str) -> str:
    """Join the ends of a range for a table: an en dash, or 'to' where an end is negative; it never breaks."""
    return f"{low}{NO_BREAK}to{NO_BREAK}{high}" if MINUS in low + high else f"{low}{EN_DASH}{high}"


def p_value(p: float) -> str:
    """Print a p-value: below 0.001 as such, at most three decimals below 0.1, else two.

    Examples
    --------
    >>> p_value(0.0004), p_value(0.0342), p_value(0.171), p_value(0.7)
    ('< 0.001', '0.034', '0.17', '0.7')
    """
    if not 0 <= p <= 1:
        raise ValueError("a p-value lies between 0 and 1")
    if p < 0.001:
        return "< 0.001"
    return held(p, 3 if p < 0.0995 else 2)


def p_statement(p: float) -> str:
    """Print a p-value with its symbol, for a sentence: ``*p* = 0.034`` or ``*p* < 0.001``."""
    words = p_value(p)
    return f"*p* {words}" if words.startswith("<") else f"*p* = {words}"


def degrees(df: float) -> str:
    """Print degrees of freedom: whole where they are, else one decimal."""
    return decimal(df, 0 if abs(df - round(df)) < 0.05 else 1)


def escape(text: str) -> str:
    r"""Escape what means something to Markdown, so that a label prints as it stands, in one line.

    Examples
    --------
    >>> print(escape("A & B <c> 1--2"))
    A \& B \<c\> 1\-\-2
    """
    return _SPECIAL.sub(r"\\\g<0>", re.sub(r"\s*\n\s*", " ", text))


def escape_paragraphs(text: str) -> str:
    r"""Escape a text of one or more paragraphs; an empty line parts them, and none becomes a list.

    Examples
    --------
    >>> print(escape_paragraphs("1. Ours"), escape_paragraphs("- <x>"))
    1\. Ours \- \<x\>
    """
    paragraphs = (escape(part.strip()) for part in re.split(r"\n\s*\n", text.strip()))
    return "\n\n".join(re.sub(r"^(\(?\w+)([.)])(?=\s)|^([-+:%=])(?=\s)", _inert, part) for part in paragraphs)


def _inert(marker: re.Match[str]) -> str:
    return f"\\{marker[3]}" if marker[3] else f"{marker[1]}\\{marker[2]}"


def sentence_list(words: list[str], last: str = "and") -> str:
    """Join words for a sentence: ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


_NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def numeral(value: int, unit: str = "", plural: str = "") -> str:
    """Print a small whole number in words, from ten in digits, with its unit.

    Examples
    --------
    >>> numeral(1, "cell"), numeral(3, "cell"), numeral(12, "category", "categories")
    ('one cell', 'three cells', '12 categories')
    """
    word = _NUMERALS[value] if 0 <= value < len(_NUMERALS) else count(value)
    if not unit:
        return word
    return f"{word} {unit if value == 1 else plural or unit + 's'}"


def lower_first(text: str) -> str:
    """Begin a label with a small letter inside a sentence, unless it is an abbreviation or a proper name.

    A proper name is one whose other words of four letters or more begin with capitals too. A number is no
    word.

    Examples
    --------
    >>> lower_first("Adult mental health"), lower_first("HCA or sister"), lower_first("North General")
    ('adult mental health', 'HCA or sister', 'North General')
    >>> lower_first("Academic Performance Index 2000"), lower_first("Index 2000")
    ('Academic Performance Index 2000', 'index 2000')
    """
    others = [word for word in text.split()[1:] if len(word) > 3 and word[0].isalpha()]
    proper = bool(others) and all(word[0].isupper() for word in others)
    return text if text[:2].isupper() or proper else text[:1].lower() + text[1:]


def period(first: str, last: str) -> str:
    """Print a period between two days, without repeating the month or the year that they share.

    Two that are the same are one day.

    Parameters
    ----------
    first, last
        Days as ``YYYY-MM-DD``.

    Raises
    ------
    ValueError
        If one of them is not a day.

    Examples
    --------
    >>> period("2012-01-16", "2012-03-31")
    '16 January to 31 March 2012'
    """
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if start == end:
        return f"{end.day} {calendar.month_name[end.month]} {end.year}"
    parts = [str(start.day)]
    if (start.year, start.month) != (end.year, end.month):
        parts.append(calendar.month_name[start.month])
    if start.year != end.year:
        parts.append(str(start.year))
    return f"{' '.join(parts)} to {end.day} {calendar.month_name[end.month]} {end.year}"


def possessive(noun: str) -> str:
    """Write the genitive of a noun.

    Examples
    --------
    >>> print(possessive("the silent"), possessive("respondents"))
    the silent's respondents'
    """
    return noun + ("'" if noun.endswith("s") else "'s")


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def numbers_in(text: str, names: Iterable[str] = ()) -> list[re.Match[str]]:
    """Find the numbers of a text that stand in none of some names, however these are capitalised.

    Examples
    --------
    >>> [found[0] for found in numbers_in("63% in year 11 (*n* = 58)", ["Year 11", "Year 1"])]
    ['63%', '58']
    """
    held = [
        found.span()
        for name in names
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    ]
    return [
        found
        for found in PRINTED.finditer(text)
        if not any(start <= found.start() and found.end() <= end for start, end in held)
    ]
