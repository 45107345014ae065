"""Characteristics of staff and respondents as they may be published: Table 1, cells and margins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure.release import (
    MERGED,
    RELEASED,
    SUPPRESSED,
    Release,
    blank,
    log_frame,
    log_rows,
    places_of,
)
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.problems import Problems, shown
from surveypipe.standardised import standardised_difference

if TYPE_CHECKING:
    import pandas as pd


def release_characteristics(
    table_1: pd.DataFrame,
    rules: Rules,
    ordered: Iterable[str],
    joiner: str = " or ",
    groups: Sequence[str] = (),
) -> Release:
    """Merge categories of Table 1 until every published cell is large enough; suppress what remains.

    Parameters
    ----------
    table_1
        Columns ``variable, variable_label, level, level_label, group, group_level, n, percent,
        frame_n, frame_percent, std_diff``; rows of the level ``NOT_ANSWERED`` count who did not answer and
        say nothing about a characteristic, so they are passed on.
    rules
        Thresholds.
    ordered
        Variables whose categories are in order: only neighbours are merged.
    joiner
        Put between the labels of merged categories.
    groups
        As in :func:`check_lost`.

    Returns
    -------
    Release
        Rows in the private order of variables.

    Raises
    ------
    SurveyError
        If more than ``rules.max_lost`` of the cells would still be suppressed, naming the categories.
    """
    import pandas as pd

    parts, log = [], []
    for variable, rows in table_1.groupby("variable", sort=False):
        merged = _merge_until_large(rows, rules, neighbours=variable in set(ordered), joiner=joiner)
        small = _small_cells(merged, rules)
        places = merged.loc[small, "variable_label"] + ": " + merged.loc[small, "level_label"]
        log += log_rows(
            "table_1",
            places,
            SUPPRESSED,
            f"fewer than {rules.min_cell} respondents or {rules.min_population} staff",
        )
        changed = merged["status"] == MERGED
        log += log_rows(
            "table_1",
            merged.loc[changed, "variable_label"] + ": " + merged.loc[changed, "level_label"],
            MERGED,
            "small categories",
        )
        parts.append(merged)
    # Without any characteristic the table has its columns and no row.
    table = pd.concat(parts, ignore_index=True) if parts else table_1.assign(status=RELEASED)
    blank(table, _small_cells(table, rules))
    check_lost(table, rules, groups)
    return Release(table, log_frame(log))


def _small_cells(rows: pd.DataFrame, rules: Rules) -> pd.Series:
    """Cells with somebody in them, but too few; an empty post is nobody's secret."""
    exists = (rows["n"] > 0) | (rows["frame_n"].fillna(0) > 0)
    if rules.zeros_disclosive:
        exists |= rows["frame_n"].isna()
    few = rows["n"] < rules.min_cell
    rare = rows["frame_n"].notna() & (rows["frame_n"] < rules.min_population)
    return exists & (few | rare) & (rows["level"] != NOT_ANSWERED)


def _merge_until_large(rows: pd.DataFrame, rules: Rules, *, neighbours: bool, joiner: str) -> pd.DataFrame:
    rows = rows.assign(status=RELEASED)
    while True:
        levels = [level for level in dict.fromkeys(rows["level"]) if level != NOT_ANSWERED]
        small = rows.loc[_small_cells(rows, rules)]
        if small.empty or len(levels) <= 2:
            return rows
        totals = rows.groupby("level", sort=False)["n"].sum()
        worst = min(small["level"].unique(), key=lambda level: (totals[level], levels.index(level)))
        rows = _merge_two(rows, worst, _partner(worst, levels, totals, neighbours=neighbours), levels, joiner)


def _partner(worst: str, levels: list[str], totals: pd.Series, *, neighbours: bool) -> str:
    at = levels.index(worst)
    near = [levels[i] for i in (at - 1, at + 1) if 0 <= i < len(levels)]
    others = near if neighbours else [level for level in levels if level != worst]
    return min(others, key=lambda level: (totals[level], levels.index(level)))


def _merge_two(rows: pd.DataFrame, first: str, second: str, levels: list[str], joiner: str) -> pd.DataFrame:
    """Add up two categories."""
    import pandas as pd

    first, second = sorted((first, second), key=levels.index)
    pair = rows[rows["level"].isin([first, second])]
    labels = pair.drop_duplicates("level").set_index("level")["level_label"]
    sums = ["n", "percent", "frame_n", "frame_percent"]
    keys = ["variable", "variable_label", "group", "group_level"]
    made = pair.groupby(keys, sort=False, dropna=False)[sums].sum(min_count=1).reset_index()
    made["level"] = f"{first}+{second}"
    made["level_label"] = f"{labels[first]}{joiner}{labels[second]}"
    # The standardised difference compares who answered with who was asked, so its shares are unweighted.
    answered = rows[rows["level"] != NOT_ANSWERED].groupby(keys, sort=False, dropna=False)["n"].sum()
    totals = answered.reindex(pd.MultiIndex.from_frame(made[keys]))
    p, q = made["n"] / np.asarray(totals, float), made["frame_percent"] / 100
    made["std_diff"] = standardised_difference(p, q)
    made["status"] = MERGED
    keep = rows[~rows["level"].isin([first, second])]
    order = [level if level != first else f"{first}+{second}" for level in levels if level != second] + [
        NOT_ANSWERED
    ]
    both = pd.concat([keep, made], ignore_index=True)
    both["_order"] = both["level"].map({level: i for i, level in enumerate(order)})
    return both.sort_values("_order", kind="stable").drop(columns="_order").reset_index(drop=True)


def check_lost(table: pd.DataFrame, rules: Rules, groups: Sequence[str] = ()) -> None:
    """Stop where too much of what Table 1 was asked to show is suppressed for it to be read.

    Parameters
    ----------
    table
        Released Table 1.
    rules
        Thresholds.
    groups
        Variables by which results are shown. They stand in the table unasked, with what is left of them.

    Raises
    ------
    SurveyError
        If more than ``rules.max_lost`` of its cells are, naming the categories to merge.
    """
    counted = (table["level"] != NOT_ANSWERED) & ~table["variable"].isin(list(groups))
    lost = table[counted & (table["status"] == SUPPRESSED)]
    if len(lost) <= rules.max_lost * counted.sum():
        return
    problems = Problems()
    for variable, rows in lost.groupby("variable_label", sort=False):
        problems.add(
            f"analysis.characteristics: {_cells(len(rows), str(variable))} too small to publish "
            f"({shown(rows['level_label'].unique())}); merge these categories (frame.recodes, "
            "cleaning.recodes), or leave the variable out."
        )
    problems.raise_if_any()


def _cells(number: int, variable: str) -> str:
    return f"{number} cell{'s' * (number > 1)} of '{variable}' in Table 1 {'is' if number == 1 else 'are'}"


def release_cells(cells: pd.DataFrame, rules: Rules) -> Release:
    """Release response cells with enough respondents and staff; empty the numbers of the rest."""
    table = cells.assign(status=RELEASED)
    small = (table["n"] < rules.min_cell) | (table["N"] < rules.min_population)
    blank(table, small)
    places = table.loc[small, "scheme"] + ": " + table.loc[small, "cell"]
    return Release(table, log_frame(log_rows("weight_cells", places, SUPPRESSED, "small cell")))


def release_margins(margins: pd.DataFrame, rules: Rules, table_1: pd.DataFrame | None = None) -> Release:
    """Release the margins of the weights for levels with enough respondents and staff.

    Parameters
    ----------
    margins
        Columns ``scheme, variable, level, frame_n, frame_share, unweighted_share, weighted_share``.
    rules
        Thresholds.
    table_1
        The released Table 1; levels that it does not show by themselves are left out, since a finer
        variable under several schemes gives the counts of each group.
    """
    import pandas as pd

    table, log = margins.assign(status=RELEASED), []
    if table_1 is not None:
        shown_there = table_1[(table_1["group"] == "overall") & (table_1["status"] == RELEASED)]
        counts = shown_there.set_index([shown_there["variable"], shown_there["level"].astype(str)])["n"]
        key = pd.MultiIndex.from_arrays([table["variable"], table["level"].astype(str)])
        fine = ~key.isin(counts.index)
        places = places_of(table[fine], ["scheme", "variable"])
        log += log_rows("weight_margins", places, MERGED, "shown in the categories of Table 1 alone")
        table = table[~fine].reset_index(drop=True)
    small = table["frame_n"] < rules.min_population
    blank(table, small)
    places = places_of(table[small], ["scheme", "variable", "level"])
    log += log_rows("weight_margins", places, SUPPRESSED, "few staff")
    return Release(table, log_frame(log))


def align(
    estimates: pd.DataFrame, statistic: str, public: pd.DataFrame, *, name: str, value: str, base: str
) -> pd.DataFrame:
    """Let the rows of the estimates that repeat another released table say what that table says.

    Parameters
    ----------
    estimates
        Released estimates.
    statistic
        The rows concerned.
    public
        The released table, with ``group, group_level, status``.
    name, value, base
        Its columns with the variable's name, the value and the base.

    Returns
    -------
    DataFrame
        Rows that the released table has left out are left out here too.
    """
    keys = ["variable", "group", "group_level"]
    other = public.rename(columns={name: "variable"})[[*keys, value, base, "status"]]
    other = other.assign(group_level=other["group_level"].fillna(""))
    rows = estimates["statistic"] == statistic
    mine = estimates.loc[rows].assign(group_level=estimates.loc[rows, "group_level"].fillna(""))
    joined = mine[keys].merge(
        other.set_axis([*keys, "_value", "_base", "_status"], axis=1),
        on=keys,
        how="left",
        validate="one_to_one",
    )
    table = estimates.copy()
    table.loc[rows, "estimate"] = joined["_value"].to_numpy(dtype=float)
    table.loc[rows, "n"] = joined["_base"].to_numpy(dtype=float)
    table.loc[rows, "status"] = joined["_status"].to_numpy()
    return table.loc[~rows | table["status"].notna()].reset_index(drop=True)


def cleaning_summary(log: pd.DataFrame) -> pd.DataFrame:
    """Count what each rule of cleaning did, without saying to whom.

    Returns
    -------
    DataFrame
        ``rule, action, records, values``: records concerned and single values concerned.
    """
    if log.empty:
        return log.reindex(columns=["rule", "action", "records", "values"])
    grouped = log.groupby(["rule", "action"], sort=False)
    made = grouped.agg(records=("row", "nunique"), values=("variable", "size")).reset_index()
    return made.sort_values(["action", "rule"], kind="stable").reset_index(drop=True)
