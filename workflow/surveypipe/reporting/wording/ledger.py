"""Rows of the ledger as facts that a template can word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from surveypipe.formatting import points
from surveypipe.reporting.claim_names import mark
from surveypipe.reporting.lookups import known
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


def placed(rows: Iterable[pd.Series], released: Released) -> list[Facts]:
    """Name the places of rows of any table; one over all that stands beside its groups is ``divided``."""
    held = list(rows)
    divided = {row["claim"] for row in held if row["group_level"]}
    return [
        place_facts(row, released) | {"divided": row["claim"] in divided and not row["group_level"]}
        for row in held
    ]


def listed(rows: Iterable[pd.Series], released: Released) -> list[Facts]:
    """Name several rows; one over all that stands beside its own groups is ``divided``."""
    held = list(rows)
    divided = {row["claim"] for row in held if row["group_level"]}
    return [
        named(row, released) | {"divided": row["claim"] in divided and not row["group_level"]} for row in held
    ]


def shifts(moves: Iterable[Valued], released: Released) -> list[Facts]:
    """Name the share and the mean that move farthest, each with its size and those that move as far."""
    known_moves = list(moves)
    return [
        named(row, released)
        | {
            "size": abs(value),
            "tiny": _tiny(row, value, released),
            "tied": listed(_as_far(row, value, known_moves, released), released),
        }
        for row, value in farthest(known_moves, released)
    ]


def _as_far(row: pd.Series, value: float, moves: Iterable[Valued], released: Released) -> list[pd.Series]:
    """Rows of the same kind whose moves print as this one; of one too small to be printed only itself."""
    if _tiny(row, value, released):
        return [row]
    claim = released.claim_of(row)
    printed = claim.shift_printed(abs(value))
    return [
        other
        for other, move in moves
        if known(move)
        and released.claim_of(other).noun == claim.noun
        and released.claim_of(other).shift_printed(abs(move)) == printed
    ]


def _tiny(row: pd.Series, value: float, released: Released) -> bool:
    """Whether a move of a share is less than the half percentage point that would be printed."""
    return released.claim_of(row).binary and points(abs(value)) == points(0.0)
