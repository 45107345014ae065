"""Bands of numbers in words, such as "18-24", "less than 5" or "(39,59]", put into order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

# Most answers that are put into order by the numbers in them.
MOST_BANDS = 15
# How a band begins, so that "Ward 2" is none.
_BAND = re.compile(
    r"\W*(\d|<|>|less|fewer|under|below|up to|more|over|above|from|at least|unter|bis|über|ab |mehr|weniger|"
    r"moins|plus|de |menos|más)"
)
_UNDER = re.compile(r"\W*([<≤]|less|fewer|under|below|up to|unter|bis|weniger|moins|menos)")
# As programs write the classes into which they cut numbers; between the ends stands a comma.
_END = r"\s*([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf))\s*"
_CLASS = re.compile(rf"[\[(]{_END},{_END}[\])]")
# Thousands in groups of three, with whatever a language puts between them; else a comma is that of decimals.
_THOUSANDS = r"[1-9]\d{0,2}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)"
_NUMBER = re.compile(rf"(?P<thousands>{_THOUSANDS})|(?P<other>\d+(?:[.,]\d+)?)")


class _Band(NamedTuple):
    low: float
    high: float
    text: str


def by_numbers(answers: Sequence[str]) -> list[str] | None:
    """Put bands into order, where each ends before the next begins.

    Parameters
    ----------
    answers
        Distinct answers.

    Returns
    -------
    list of str
        From the lowest to the highest; None where one is no band, or where they overlap, as "30 minutes to
        1 hour" does with "1 to 2 hours": the numbers are then of several units.
    """
    if len(answers) > MOST_BANDS:
        return None
    bands = [_band(answer) for answer in answers]
    found = sorted(band for band in bands if band is not None)
    if len(found) != len(answers) or any(band.high < band.low for band in found):
        return None
    if any(one.high > following.low or one[:2] == following[:2] for one, following in pairwise(found)):
        return None
    return [band.text for band in found]


def _band(answer: str) -> _Band | None:
    plain = answer.strip().casefold()
    if cut := _CLASS.fullmatch(plain):
        return _Band(float(cut[1]), float(cut[2]), answer)
    numbers = [_number(found) for found in _NUMBER.finditer(plain)]
    if not numbers or not _BAND.match(plain):
        return None
    if _UNDER.match(plain):
        return _Band(-math.inf, numbers[0], answer)
    return _Band(numbers[0], numbers[1] if len(numbers) > 1 else numbers[0], answer)


def _number(found: re.Match[str]) -> float:
    if found["thousands"]:
        return float(re.sub(r"\D", "", found["thousands"]))
    return float(found["other"].replace(",", "."))
