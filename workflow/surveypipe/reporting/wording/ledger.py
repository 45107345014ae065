"""Rows of the ledger as facts that a template can word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from surveypipe.formatting import points
from surveypipe.reporting.claim_names import mark
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.worst_cases import Valued, farthest

if TYPE_CHECKING:
    import pandas as pd

Facts = dict[str, Any]


def place_facts(row: pd.Series, released: Released) -> Facts:
    """Give the claim and the group ('' over all) that a row of any table is about."""
    level = str(row["group_level"])
    return {
        "claim": mark(released, row["claim"]),
        "group": released.in_text(released.levels[level]) if level else "",
    }


def named(row: pd.Series, released: Released) -> Facts:
    """Give what names a row: its claim, its group ('' over all), and how its values are printed."""
    claim = released.claim_of(row)
    return place_facts(row, released) | {"claimed": claim, "noun": claim.noun}


def listed(rows: Iterable[pd.Series], released: Released) -> list[Facts]:
    """Name several rows; one over all that stands beside its own groups is ``divided``."""
    held = list(rows)
    divided = {row["claim"] for row in held if row["group_level"]}
    return [
        named(row, released) | {"divided": row["claim"] in divided and not row["group_level"]} for row in held
    ]


def shifts(moves: Iterable[Valued], released: Released) -> list[Facts]:
    """Name the share and the mean that move farthest, each with the size of its move."""
    return [
        named(row, released) | {"size": abs(value), "tiny": _tiny(row, value, released)}
        for row, value in farthest(moves, released)
    ]


def _tiny(row: pd.Series, value: float, released: Released) -> bool:
    """Whether a move of a share is less than the half percentage point that would be printed."""
    return released.claim_of(row).binary and points(abs(value)) == points(0.0)
