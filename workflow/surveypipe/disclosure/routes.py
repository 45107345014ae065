"""How many were asked tells what they had said before: where that is hidden, the questions after it are.

A question put to those who said yes has as many answers in a group as there were people who did; where the
group all said yes, that is everybody. The same holds of a claim about a base.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from surveypipe.disclosure.questions import Conditions, Respondents, code_of
from surveypipe.disclosure.release import SUPPRESSED, Release

if TYPE_CHECKING:
    import pandas as pd


def follow_filters(
    release: Release,
    respondents: Respondents,
    groupings: Sequence[str],
    asked_if: Mapping[str, Conditions],
    bases: Mapping[str, Conditions],
) -> None:
    """Hide, in a group, what was asked on an answer that is hidden there.

    Only where somewhere in the grouping that answer is hidden because all of a group gave it, or nobody: that
    few of a small group were asked is no secret. A second group goes with a single one.

    Parameters
    ----------
    release
        Released estimates, audited question by question; changed.
    respondents
        Those who answered.
    groupings
        Variables by whose levels estimates are published.
    asked_if
        Variable to the conditions on which it was asked.
    bases
        Base to its conditions.
    """
    table = release.table
    for _ in range(len(asked_if) + len(bases) + 1):
        changed = False
        for where, conditions in _routed(table, asked_if, bases):
            for grouping in groupings:
                if grouping in respondents.answers:
                    changed |= _hide(release, where & (table["group"] == grouping), respondents, conditions)
        if not changed:
            return


def _routed(
    table: pd.DataFrame, asked_if: Mapping[str, Conditions], bases: Mapping[str, Conditions]
) -> Iterator[tuple[pd.Series, Conditions]]:
    """Rows of each question with conditions, and those of each base."""
    for variable, conditions in asked_if.items():
        if conditions:
            yield table["variable"] == variable, conditions
    for base, conditions in bases.items():
        if conditions:
            yield table["base"] == base, conditions


def _hide(release: Release, where: pd.Series, respondents: Respondents, conditions: Conditions) -> bool:
    table = release.table
    level = table["group_level"].fillna("").astype(str)
    shown = where & (level != "") & (table["status"] != SUPPRESSED)
    if not shown.any():
        return False
    grouping = str(table.loc[shown, "group"].iloc[0])
    groups = {str(code) for code in respondents.answers[grouping].map(code_of).dropna()}
    gone, changed = set[str](), False
    for variable, codes in conditions.items():
        gone |= _hidden_groups(table, variable, grouping, respondents, codes)
    plain = level.isin(groups)
    for variable in dict.fromkeys(table.loc[shown, "variable"]):
        mine = shown & (table["variable"] == variable)
        left = {str(inside) for inside in level[mine & plain]} - gone
        now = gone & {str(inside) for inside in level[where & (table["variable"] == variable) & plain]}
        if not now & {str(inside) for inside in level[mine & plain]}:
            continue
        if len(now) == 1 and left:
            sizes = table.loc[mine & level.isin(left), "n"].groupby(level[mine & level.isin(left)]).max()
            now = now | {str(sizes.sort_index().idxmin())}
        rows = mine & (level.isin(now) | ~plain)
        reason = "how many were asked would tell a suppressed answer"
        release.hide("estimates", rows, reason)
        changed = True
    return changed


def _hidden_groups(
    table: pd.DataFrame, variable: str, grouping: str, respondents: Respondents, codes: Sequence[str]
) -> set[str]:
    """List groups that hide an answer, if one of them does because all gave it, or nobody did."""
    if variable not in respondents.answers:
        return set()
    rows = table[(table["variable"] == variable) & (table["group"] == grouping)]
    rows = rows[(rows["statistic"] == "proportion") & (rows["status"] == SUPPRESSED)]
    groups = {str(level) for level in rows["group_level"].dropna()}
    people = respondents.answers[[grouping, variable]].dropna()
    gave = people[variable].map(code_of).isin(list(codes))
    told = gave.groupby(people[grouping].map(code_of)).agg(["sum", "size"])
    alike = {str(level) for level in told.index[(told["sum"] == 0) | (told["sum"] == told["size"])]}
    return groups if groups & alike else set()
