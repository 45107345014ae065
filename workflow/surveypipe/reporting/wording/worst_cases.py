"""What is worst in a table of the claims: a summary is held to every row, those within groups included."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from surveypipe import formatting as fmt
from surveypipe.formatting import escape
from surveypipe.reporting.claim_names import mark
from surveypipe.reporting.lookups import beside, described_rows, first_of, known, number_of
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd

# A row of the ledger with a value that belongs to it.
Valued = tuple["pd.Series", float]


def place(row: pd.Series, released: Released) -> str:
    """Name a row of the ledger in a sentence: ``C5``, or ``C5 in adult mental health``."""
    level = str(row["group_level"])
    where = f" in {escape(released.in_text(released.levels[level]))}" if level else ""
    return escape(mark(released, row["claim"])) + where


def places(rows: Iterable[pd.Series], released: Released) -> str:
    """List rows of the ledger for a sentence, a claim beside its own groups as ``C5 over all``."""
    listed = list(rows)
    divided = {row["claim"] for row in listed if row["group_level"]}
    return fmt.sentence_list(
        [
            place(row, released) + (" over all" if row["claim"] in divided and not row["group_level"] else "")
            for row in listed
        ]
    )


def farthest(moves: Iterable[Valued], released: Released) -> list[Valued]:
    """Pick the largest move of a share, of a mean and of a mean difference, whichever there are.

    Parameters
    ----------
    moves
        Rows of the ledger with a signed move each; those without a value are passed over.
    """
    found: dict[str, Valued] = {}
    for row, value in moves:
        noun = released.claim_of(row).noun
        if known(value) and (noun not in found or abs(value) > abs(found[noun][1])):
            found[noun] = (row, value)
    return sorted(found.values(), key=lambda move: not released.claim_of(move[0]).is_share)


def weighting_shifts(released: Released) -> list[tuple[pd.Series, float, float]]:
    """Rows of the ledger with the shift that the primary weights make, and the p-value of its test."""
    data = released.table("nonresponse")
    wanted = {"step": "weighting", "measure": "shift", "scheme": released.primary}
    found = [(row, first_of(beside(data, row), **wanted)) for row in described_rows(released)]
    return [(row, number_of(made, "estimate"), number_of(made, "p_value")) for row, made in found]


def ranked(rows: Iterable[pd.Series], value: Callable[[pd.Series], float]) -> list[pd.Series]:
    """Sort the rows that have a value, the least first."""
    return sorted((row for row in rows if known(value(row))), key=value)
