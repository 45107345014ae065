"""What the answers mean, as anybody may read it: no value of the staff list that no table shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.identifiers import LIMITS

if TYPE_CHECKING:
    import pandas as pd

# Columns of the released tables that name a category of the staff list, and what stands between several.
NAMING = ("level", "group_level", "cell", "within", "members")
BETWEEN = re.compile(r"\s*[+;:×()]\s*")


def shown_values(
    variables: Mapping[str, Mapping[str, Any]], tables: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, Any]]:
    """Leave out the values of the staff list that no released table names, such as all teams or each tenure.

    Left out too is what only the stages before read.

    Parameters
    ----------
    variables
        Variable to its label, type, values and role; ``frame`` is the role of what the staff list holds.
    tables
        Released tables.
    """
    named = set(_named(tables))
    shown = {}
    for name, about in variables.items():
        shown[name] = {key: value for key, value in about.items() if key != LIMITS}
        if about.get("role") == "frame" and about.get("values"):
            shown[name]["values"] = {code: text for code, text in about["values"].items() if code in named}
    return shown


def _named(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    for table in tables.values():
        for column in [c for c in NAMING if c in table]:
            for text in table[column].dropna().astype(str).unique():
                yield text
                yield from BETWEEN.split(text)
