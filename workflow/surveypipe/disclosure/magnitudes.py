"""Numbers that add up: totals as fine as shares and means, and sums that one or two people make up.

A share of a hundredth of the people is the finest that is told of an answer, and a hundredth of a unit the
finest of a mean; a total is either times the people of its group, and is rounded to a hundredth of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure.digits import unit_for
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import Release
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import CLAIMED_MEDIAN, HISTOGRAM, TOTAL

if TYPE_CHECKING:
    import pandas as pd

# What a sum can be worked out from, beside what compares groups.
SUMS = ("mean", TOTAL)
# What says nothing of a sum: an order, a count or a share.
NOT_SUMS = (
    "median", "lower_quartile", "upper_quartile", "quantile", "answered", "no_answer", "proportion",
    "rank_test", HISTOGRAM, CLAIMED_MEDIAN,
)  # fmt: skip
# Numbers of which a spread says more than the sum, and how many greatest ones are tried.
FEWEST_SPREAD, TRIED = 3, 2001


def units(table: pd.DataFrame, respondents: Respondents) -> pd.Series:
    """Give the unit of each row that tells a total; 0 for the others."""
    import pandas as pd

    @cache
    def unit(scheme: str, grouping: str, level: str) -> float:
        return unit_for(respondents.people(scheme, grouping, level))

    keys = zip(table["scheme"], table["group"], table["group_level"].fillna(""), strict=True)
    told = table["statistic"] == TOTAL
    made = [unit(*map(str, key)) if total else 0.0 for key, total in zip(keys, told, strict=True)]
    return pd.Series(made, index=table.index, dtype=float)


def hide_dominated(
    release: Release,
    respondents: Respondents,
    numbers: Sequence[str],
    rules: Rules,
) -> None:
    """Hide sums to which one or two people contribute nearly all, and what they could be worked out from.

    Parameters
    ----------
    release
        Released estimates; changed.
    respondents
        Those who answered.
    numbers
        Questions answered with a number.
    rules
        `dominance` and `p_ratio`.
    """
    table = release.table
    sums = table["statistic"].isin(SUMS) & table["variable"].isin(list(numbers))
    for (variable, base), rows in table[sums].groupby(["variable", "base"], sort=False):
        places = dict.fromkeys(zip(rows["group"], rows["group_level"].fillna(""), strict=True))
        gone = set(_dominated(respondents, str(variable), str(base), list(places), rules))
        if not gone:
            continue
        gone |= _partners(rows, gone)
        mine = (table["variable"] == variable) & (table["base"] == base)
        told = mine & ~table["statistic"].isin(NOT_SUMS)
        level = table["group_level"].fillna("").astype(str)
        place = [key in gone for key in zip(table["group"], level, strict=True)]
        compared = ~table["statistic"].isin(SUMS)
        hidden = told & (compared | np.array(place, bool) | (("overall", "") in gone))
        reason = "one or two people make up nearly all of it, or another group could be worked out"
        release.hide("estimates", hidden, reason)


def _dominated(
    respondents: Respondents, variable: str, base: str, places: list[tuple[str, str]], rules: Rules
) -> Iterator[tuple[str, str]]:
    for group, level in places:
        if dominated(respondents.numbers(variable, base, group, level), rules):
            yield group, level


def nearly_alike(values: np.ndarray) -> bool:
    """Whether all, or all but one, of some people gave the same number; shape (n,), nobody never did."""
    return bool(len(values)) and bool(np.unique(values, return_counts=True)[1].max() >= len(values) - 1)


def dominated(values: np.ndarray, rules: Rules) -> bool:
    """Whether a sum is nearly all of one or two contributors.

    By the dominance rule the `n` greatest make up a share `k` of it or more; by the p-ratio all but the two
    greatest are less than p of the greatest, so that the second could work the first out to within p
    (Hundepool et al. 2012, section 4.2). A mean stands beside its standard error, which tells the sum of
    squares: where the two tell the greatest to within p of itself, so does the mean. Unweighted, by size
    without sign.

    Parameters
    ----------
    values
        Numbers of the respondents, shape (n,).
    """
    sizes = np.sort(np.abs(values))[::-1]
    total = float(sizes.sum())
    if total <= 0 or not rules.dominance:
        return False
    most, share = rules.dominance
    rest = total - float(sizes[:2].sum())
    if sizes[:most].sum() >= share * total or rest < rules.p_ratio * float(sizes[0]):
        return True
    return _told_by_spread(sizes, rules.p_ratio)


def _told_by_spread(sizes: np.ndarray, near: float) -> bool:
    """Whether their number, sum and sum of squares tell the greatest of some sizes to within a part of it.

    One that is no half of the sum is not told so: two may be as great.

    Parameters
    ----------
    sizes
        From 0 up, the greatest first.
    """
    greatest, total, squares = float(sizes[0]), float(sizes.sum()), float((sizes**2).sum())
    if greatest <= total / 2 or len(sizes) < FEWEST_SPREAD:
        return False
    tried = np.linspace(total / 2, np.sqrt(squares), TRIED)
    # What is left to the others: as much in squares as where they are all alike, and as where one has it all.
    rest, left = total - tried, squares - tried**2
    fits = tried[(rest >= 0) & (left >= rest**2 / (len(sizes) - 1)) & (left <= rest**2)]
    if not len(fits) or fits[0] == tried[0]:
        return not len(fits)
    return bool(max(fits[-1] - greatest, greatest - fits[0]) < near * greatest)


def _partners(rows: pd.DataFrame, gone: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Second group of each grouping of which one alone is hidden, that of fewest respondents.

    Nothing is told of the size of a group that is suppressed already: with it a second one is hidden.
    """
    found = set()
    level = rows["group_level"].fillna("").astype(str)
    for grouping in dict.fromkeys(group for group, inside in gone if inside):
        hidden = {inside for group, inside in gone if group == grouping}
        mine = (rows["group"] == grouping) & (level != "") & ~level.isin(hidden)
        sizes = rows.loc[mine, "n"].groupby(level[mine]).max().sort_index()
        if len(hidden) == 1 and len(sizes) and sizes.notna().all():
            found.add((grouping, str(sizes.idxmin())))
    return found
