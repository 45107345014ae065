"""Blocks of items answered on one scale of agreement, and the categories they are shown in."""

from __future__ import annotations

from dataclasses import dataclass

CATEGORIES = ("disagree", "neutral", "agree")
# Keys of the merged categories in the table of estimates.
MERGED_LEVELS = {"low": "disagree", "middle": "neutral", "high": "agree"}


@dataclass(frozen=True)
class Battery:
    """A block of items answered on one scale of agreement.

    Parameters
    ----------
    key, label
        Name in the codebook, and what a reader is shown.
    items
        Variables, in the order of the questionnaire.
    """

    key: str
    label: str
    items: tuple[str, ...]
