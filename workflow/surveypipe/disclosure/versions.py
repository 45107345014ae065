"""A new release against an old one: what their difference gives away.

Two releases that are each safe may not be safe together. Where a count grew by three, the difference of two
published percentages tells what those three answered; where a number was suppressed in one and is published
in the other, the one undoes the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe.disclosure.release import SUPPRESSED, places_of
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Compared:
    """How the rows of a table are told apart, and which of its columns count people.

    Parameters
    ----------
    keys
        Columns that name a place.
    counts
        Columns with counts.
    answers
        Whether they are bases of answers; else they are counts of a characteristic.
    """

    keys: tuple[str, ...]
    counts: tuple[str, ...]
    answers: bool = False


TABLES: dict[str, Compared] = {
    "estimates": Compared(("estimate_id",), ("n",), answers=True),
    "claims": Compared(("claim", "group_level"), ("n",), answers=True),
    "table_1": Compared(("variable", "level", "group_level"), ("n", "frame_n")),
    "flow": Compared(("stage", "group_level"), ("n",)),
    "response_rates": Compared(("rate", "group_level"), ("numerator", "denominator")),
    "response_cells": Compared(("group", "group_level"), ("numerator", "denominator")),
    "weight_cells": Compared(("scheme", "cell"), ("n", "N")),
}
REASONS = ("suppressed before", "suppressed now", "few people more or less", "few answers changed")


def compare_releases(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame], rules: Rules
) -> pd.DataFrame:
    """List the places at which two releases together say more than each by itself.

    Parameters
    ----------
    old, new
        Released tables by name; those that both have, and that count people, are compared.
    rules
        Thresholds.

    Returns
    -------
    DataFrame
        ``table, place, reason``, without numbers; empty if the new release may stand beside the old.
    """
    import pandas as pd

    parts = [
        _of_table(name, old[name], new[name], about, rules)
        for name, about in TABLES.items()
        if name in old and name in new
    ]
    columns = ["table", "place", "reason"]
    return pd.concat([pd.DataFrame(columns=columns, dtype=object), *parts], ignore_index=True)[columns]


def _of_table(name: str, old: pd.DataFrame, new: pd.DataFrame, about: Compared, rules: Rules) -> pd.DataFrame:
    import pandas as pd

    keys = list(about.keys)
    before = old.assign(place=places_of(old, keys)).drop_duplicates("place").set_index("place")
    after = new.assign(place=places_of(new, keys)).drop_duplicates("place").set_index("place")
    both = before.index.intersection(after.index)
    before, after = before.loc[both], after.loc[both]
    hidden, shown = before["status"] == SUPPRESSED, after["status"] == SUPPRESSED
    few = _few_more(before, after, about, rules) & ~hidden & ~shown
    changed = _few_changed(before, after, rules) & ~few if name == "estimates" else few & False
    found = zip(REASONS, (hidden & ~shown, shown & ~hidden, few, changed), strict=True)
    rows = [(name, place, reason) for reason, where in found for place in both[where]]
    return pd.DataFrame(rows, columns=["table", "place", "reason"])


def _few_more(before: pd.DataFrame, after: pd.DataFrame, about: Compared, rules: Rules) -> pd.Series:
    """Places that so few joined or left that the difference is about them."""
    fewest = rules.min_base if about.answers else rules.min_cell
    moved = (after[list(about.counts)] - before[list(about.counts)]).abs()
    return ((moved > 0) & (moved < fewest)).any(axis=1)


def _few_changed(before: pd.DataFrame, after: pd.DataFrame, rules: Rules) -> pd.Series:
    """Unweighted shares of the same base that so few moved that a correction shows whose answer it was."""
    shares = (after["statistic"] == "proportion") & (after["scheme"] == "none")
    moved = (after["estimate"] * after["n"] - before["estimate"] * before["n"]).abs()
    return shares & (before["n"] == after["n"]) & (moved > 0.5) & (moved < rules.min_cell)
