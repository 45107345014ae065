"""Blocks of items that are shown together because they have the same answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """The items of a battery that are reported.

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
