"""A released table and its log, and how a row loses its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

RELEASED, MERGED, SUPPRESSED, ROUNDED = "released", "merged", "suppressed", "rounded"
# What is the same for every row of a table and tells nothing of the people.
HARMLESS_NUMBERS = ("ci_level", "order")


@dataclass
class Release:
    """A public table and what was done to make it so.

    Parameters
    ----------
    table
        The private table's rows that may be read, with a column ``status``; numbers of suppressed rows
        are empty.
    log
        One row for each merged, rounded or suppressed place: ``table, place, status, reason``; no numbers.
    """

    table: pd.DataFrame
    log: pd.DataFrame

    def note(self, table: str, places: Iterable[str], status: str, reason: str) -> None:
        """Add places to the log."""
        self.log = joined_logs(self.log, log_frame(log_rows(table, places, status, reason)))

    def hide(self, table: str, where: pd.Series | np.ndarray, reason: str) -> None:
        """Empty some rows of estimates, and name them in the log.

        Parameters
        ----------
        table
            Name of the table.
        where
            Which rows; shape (n,).
        reason
            Why, for the log.
        """
        self.note(table, self.table.loc[where, "estimate_id"], SUPPRESSED, reason)
        blank(self.table, self.table["status"].notna() & where)


def log_rows(table: str, places: Iterable[str], status: str, reason: str) -> list[dict[str, str]]:
    """Rows of the log, one for each place."""
    return [{"table": table, "place": place, "status": status, "reason": reason} for place in places]


def log_frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Make the log from its rows; the same place and reason stand once."""
    import pandas as pd

    return pd.DataFrame(rows, columns=["table", "place", "status", "reason"]).drop_duplicates(
        ignore_index=True
    )


def joined_logs(*logs: pd.DataFrame) -> pd.DataFrame:
    """Put logs together; empty ones have no types to disagree about."""
    import pandas as pd

    kept = [log for log in logs if len(log)] or [logs[0]]
    return pd.concat(kept, ignore_index=True).drop_duplicates(ignore_index=True)


def places_of(table: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Join columns of text into one key for each row; an empty table gives no key."""
    joined = table[keys[0]].fillna("").astype(str)
    for key in keys[1:]:
        joined = joined + "|" + table[key].fillna("").astype(str)
    return joined


def blank(table: pd.DataFrame, where: pd.Series) -> None:
    """Empty every number of some rows, but those that tell nothing, and mark the rows."""
    numbers = [c for c in table.select_dtypes("number").columns if c not in HARMLESS_NUMBERS]
    for column in [c for c in numbers if table[c].dtype != "float64"]:
        table[column] = table[column].astype("float64")
    if not where.any():
        return
    emptied = numbers if "effect" in numbers or "effect" not in table else [*numbers, "effect"]
    table.loc[where, emptied] = float("nan")
    table.loc[where, "status"] = SUPPRESSED
