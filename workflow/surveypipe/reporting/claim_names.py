"""What a claim is called: its key where that is a code of a few signs (C1), else its short name alone.

A key that is a word says again what the name says: 'target Growth target met'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd

# A longer key would run into the name of its claim in a figure.
LONGEST_CODE = 3


def is_code(key: str) -> bool:
    """Whether a key is a code, such as C1 or H2a, and no word.

    Examples
    --------
    >>> is_code("C1"), is_code("use"), is_code("target")
    (True, False, False)
    """
    return len(key) <= LONGEST_CODE and (key.isupper() or any(sign.isdigit() for sign in key))


def coded(released: Released) -> bool:
    """Whether the keys of the claims are printed beside their names."""
    return all(map(is_code, released.claims))


def title(released: Released, row: pd.Series) -> str:
    """Name a claim in a heading or a table: ``C1 Widely disseminated``, or its name alone."""
    return f"{row['claim']} {row['short']}" if coded(released) else str(row["short"])


def mark(released: Released, key: object) -> str:
    """Point to a claim in a sentence: ``C1``, or its name between quotation marks."""
    return str(key) if coded(released) else f"'{released.claims[str(key)].short}'"
