"""The two ends of ordered answers: which answers lie on either side, and what the sides are called.

Everything that merges, counts, colours or names the ends of an ordered item asks here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

LOW, MIDDLE, HIGH = "low", "middle", "high"
# Keys of the merged answers in the table of estimates, from the lower end to the upper.
CATEGORIES = (LOW, MIDDLE, HIGH)
# With fewer answers each category is one answer, and nothing is merged.
MERGED_FROM = 4
# More answers than this are named by the first and the last of them.
MOST_NAMED = 3

T = TypeVar("T")


@dataclass(frozen=True)
class Battery:
    """A block of items with the same answers.

    Attributes
    ----------
    label
        Name in tables and figures.
    low, middle, high
        What the lower, middle and upper answers are called; '' where their own labels say it.
    """

    label: str
    low: str = ""
    middle: str = ""
    high: str = ""

    def poles(self) -> dict[str, str]:
        """Names of the categories that have one, for the documentation of a variable."""
        named = asdict(self)
        return {category: named[category] for category in CATEGORIES if named[category]}


def parted(answers: Sequence[T]) -> dict[str, tuple[T, ...]]:
    """Halves of the answers of an ordered item; the middle one of an odd number stands alone.

    Examples
    --------
    >>> parted([1, 2, 3, 4, 5])
    {'low': (1, 2), 'middle': (3,), 'high': (4, 5)}
    >>> parted([1, 2])
    {'low': (1,), 'middle': (), 'high': (2,)}
    """
    half = len(answers) // 2
    upper = len(answers) - half
    return {LOW: tuple(answers[:half]), MIDDLE: tuple(answers[half:upper]), HIGH: tuple(answers[upper:])}


def named(labels: Sequence[str], name: str = "") -> list[str]:
    """Words for some answers that lie side by side: their name, else their labels, else the ends of them.

    Examples
    --------
    >>> named(["Satisfied", "Very satisfied"], "satisfied")
    ['satisfied']
    >>> named(["Satisfied", "Very satisfied"])
    ['Satisfied', 'Very satisfied']
    >>> named(["6", "7", "8", "9", "10 Always"])
    ['6 to 10 Always']
    """
    if name:
        return [name]
    return list(labels) if len(labels) <= MOST_NAMED else [f"{labels[0]} to {labels[-1]}"]


def category_label(about: Mapping[str, object], category: str, labels: Sequence[str]) -> str:
    """Label of a merged category of a variable, from its entry of the file variables.json."""
    poles = about.get("poles")
    name = str(poles.get(category, "")) if isinstance(poles, Mapping) else ""
    return " or ".join(named(labels, name))
