"""Rows and values of released tables, looked up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from surveypipe.formatting import escape, sentence_list
from surveypipe.reporting.released import Released
from surveypipe.study.base import same_code
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.claim import Claim
from surveypipe.study.comparing import Compared

if TYPE_CHECKING:
    import pandas as pd


def known(*values: float) -> bool:
    """Whether all values are there."""
    return all(math.isfinite(value) for value in values)


def number_of(row: pd.Series | None, column: str) -> float:
    """Value of a cell; NaN where row or value is absent."""
    if row is None:
        return math.nan
    value = row.get(column)
    return math.nan if value is None or value == "" else float(value)


def rows_of(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Keep the rows that hold the wanted text in each named column."""
    held = {name: table[name] for name in wanted}
    # Arrays are compared several times faster than columns, and this is asked thousands of times in a run.
    where = [
        (column.astype(str) if column.dtype.kind in "biuf" else column).to_numpy(dtype=object) == wanted[name]
        for name, column in held.items()
    ]
    return table[reduce(and_, where)] if where else table


def first_of(table: pd.DataFrame, **wanted: str) -> pd.Series | None:
    """First row that holds the wanted text in each named column; None if there is none."""
    found = rows_of(table, **wanted)
    return None if found.empty else found.iloc[0]


def beside(table: pd.DataFrame, claim: pd.Series) -> pd.DataFrame:
    """Keep the rows about one row of the ledger."""
    return rows_of(table, claim=str(claim["claim"]), group_level=str(claim["group_level"]))


def level_label(released: Released, variable: str, level: str) -> str:
    """Name a category of a frame variable as a reader is shown it."""
    group = released.settings.groups.get(variable)
    if group:
        return group.levels.get(level, level)
    return released.values(variable).get(level, level)


def cell_label(released: Released, row: pd.Series) -> str:
    """Name a cell of the primary weights by its members, without the group that stands above it.

    "AMH × Nurse; AMH × Psychiatrist" becomes "Nurse or Psychiatrist" under the heading of its group.
    """
    by, members = [name for name in str(row["by"]).split(":") if name], str(row["members"])
    if not by:
        return "All eligible" if members == "All" else members
    above = merged_within(released) if row["within"] else None
    names = [_member(released, by, member.split(" × "), above) for member in members.split("; ")]
    further = [" × ".join(map(released.in_text, name)) for name in names[1:]]
    return sentence_list([" × ".join(names[0]), *further], "or")


def merged_within(released: Released) -> str | None:
    """Variable across whose categories no cell of the primary weights was merged; None where any may be."""
    rules = released.settings.weighting.schemes[released.primary].collapse
    return rules.within if rules else None


def within_label(released: Released, level: str) -> str:
    """Name the category across which no cell of the primary weights was merged, in full."""
    variable = merged_within(released)
    return level_label(released, variable, level) if level and variable else level


def _member(released: Released, by: Sequence[str], levels: Sequence[str], above: str | None) -> list[str]:
    if len(levels) != len(by):
        return list(levels)
    named = zip(by, levels, strict=True)
    return [level_label(released, name, level) for name, level in named if name != above or len(by) == 1]


def variables_of(table: pd.DataFrame) -> list[str]:
    """List the variables of a table in order."""
    return [name for name in dict.fromkeys(table["variable"]) if name]


def unweighted_scheme(released: Released) -> str:
    """Scheme under which unweighted results are filed."""
    return released.unweighted or "none"


def name_in_text(released: Released, variable: str) -> str:
    """Name a variable as it stands inside a sentence of a table's note."""
    return escape(released.in_text(released.label(variable)))


def between(released: Released, claim: Claim) -> list[str]:
    """Name the two groups that a claim compares, as they stand inside a sentence; none where it does not."""
    if not isinstance(claim, Compared) or claim.groups is None:
        return []
    levels = released.settings.groups[claim.groups.variable].levels
    return [
        released.in_text(next((text for key, text in levels.items() if same_code(key, code)), str(code)))
        for code in (claim.groups.of, claim.groups.minus)
    ]


def described_rows(released: Released) -> list[pd.Series]:
    """Rows of the ledger about a share or a mean of answers, which further analyses look into."""
    return [row for row in released.claim_rows() if released.claim_of(row).describes]


def met_by_weights(released: Released) -> Sequence[str]:
    """Name the variables whose make-up the primary weights bring to that of the population.

    Their shares are known and no findings; they stand in the table of characteristics.
    """
    scheme = released.settings.weighting.schemes[released.primary]
    return (scheme.by or scheme.margins or ()) if scheme.method in ("poststratify", "rake") else ()


def people_behind(released: Released, variable: str) -> str:
    """Name those of whom a variable is estimated where its claims have a base; '' for all with an answer."""
    made = [claim for claim in released.claims.values() if claim.describes and claim.variable == variable]
    bases = {claim.base for claim in made}
    return "" if len(bases) != 1 or bases == {EVERYBODY} else released.settings.people_in(bases.pop())


def bases_note(released: Released, variables: Iterable[str]) -> str:
    """Say which variables are estimated of some only: ``'Clear guidance': of readers only.``; '' for none."""
    return escape(bases_told(released, variables))


def bases_told(released: Released, variables: Iterable[str]) -> str:
    """Say the same in plain text."""
    behind = {released.short(name): people_behind(released, name) for name in variables}
    named = [f"'{name}': of {people} only" for name, people in behind.items() if people]
    return f"{'; '.join(named)}." if named else ""
