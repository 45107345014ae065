"""The flow of cases and the rates made of it, as they may be published."""

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
)
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd


def release_flow(
    flow: pd.DataFrame,
    rules: Rules,
    branches: Iterable[Sequence[str]],
    labels: Sequence[str],
    left: Sequence[str] = (),
) -> Release:
    """Release the flow of cases; outcomes too rare to show join the last outcome of their branch.

    Parameters
    ----------
    flow
        Columns ``order, stage, stage_label, group, group_level, n``.
    rules
        Thresholds (``min_cell`` persons).
    branches
        For each branch of the diagram the stages that say what became of those not analysed; the last
        takes in the rare ones.
    labels
        What the last stage of each branch is called once it has taken in others.
    left
        Those who left before anything was asked of them, and the stages that would give their number away
        by subtraction; emptied within groups where they are rare in one.

    Returns
    -------
    Release
        An outcome is merged for all staff and in every group alike, so that columns add up and no count
        follows from their difference; while the merged outcome is still rare the next rarest joins it.
    """
    table, log = flow.assign(status=RELEASED), []
    for stages, label in zip(branches, labels, strict=True):
        table, rare = _merge_branch(table, rules, stages, label)
        log += log_rows("flow", rare, MERGED, f"fewer than {rules.min_cell} persons")
        small = _rare_in(table, stages[-1], rules)
        blank(table, small)
        log += log_rows(
            "flow", table.loc[small, "stage_label"], SUPPRESSED, f"fewer than {rules.min_cell} persons"
        )
    if left:
        in_group = table["group_level"].fillna("") != ""
        if (_rare_in(table, left[0], rules) & in_group).any():
            hidden = table["stage"].isin(left) & in_group
            blank(table, hidden)
            places = table.loc[hidden, "stage_label"]
            log += log_rows("flow", places, SUPPRESSED, f"fewer than {rules.min_cell} persons")
    return Release(table, log_frame(log))


def _merge_branch(
    table: pd.DataFrame, rules: Rules, stages: Sequence[str], label: str
) -> tuple[pd.DataFrame, list[str]]:
    counts = table[table["stage"].isin(stages[:-1])].groupby("stage")["n"]
    smallest = counts.agg(lambda n: n[n > 0].min() if (n > 0).any() else np.inf).sort_values(kind="stable")
    rare = [str(stage) for stage, n in smallest.items() if n < rules.min_cell]
    candidates = [str(stage) for stage, n in smallest.items() if rules.min_cell <= n < np.inf]
    merged = _add_to_last(table, rare, stages[-1], label)
    while _rare_in(merged, stages[-1], rules).any() and candidates:
        rare.append(candidates.pop(0))
        merged = _add_to_last(table, rare, stages[-1], label)
    return merged, rare


def _add_to_last(table: pd.DataFrame, rare: list[str], last: str, label: str) -> pd.DataFrame:
    if not rare:
        return table
    table = table.copy()
    keys = table["group"] + "|" + table["group_level"].fillna("")
    joining = table["stage"].isin(rare)
    added = keys.map(table.loc[joining, "n"].groupby(keys[joining]).sum())
    target = table["stage"] == last
    table["n"] = table["n"].where(~target, table["n"] + added)
    table.loc[target, "stage_label"] = label
    table.loc[target, "status"] = MERGED
    return table[~joining].reset_index(drop=True)


def _rare_in(table: pd.DataFrame, stage: str, rules: Rules) -> pd.Series:
    return (table["stage"] == stage) & (table["n"] > 0) & (table["n"] < rules.min_cell)


def release_rates(rates: pd.DataFrame, flow: pd.DataFrame) -> Release:
    """Release outcome rates, without those that would give away outcomes merged in the flow.

    Parameters
    ----------
    rates
        Columns ``group, group_level, rate, value, numerator, denominator, formula``.
    flow
        The released flow.

    Returns
    -------
    Release
        Response rates of all groups; co-operation, refusal and contact rates only where the flow
        shows the same outcomes unmerged.
    """
    rates = rates.copy()
    place = rates["group"] + "|" + rates["group_level"].fillna("")
    merged = flow.loc[flow["status"] != RELEASED]
    coarse = set(merged["group"] + "|" + merged["group_level"].fillna(""))
    telling = rates["rate"].str.match("COOP|REF|CON") & place.isin(coarse)
    log = log_rows(
        "response_rates", place[telling] + ": " + rates.loc[telling, "rate"], SUPPRESSED, "merged outcomes"
    )
    kept = rates.loc[~telling].assign(status=RELEASED).reset_index(drop=True)
    return Release(kept, log_frame(log))


def release_response_cells(rates: pd.DataFrame, rules: Rules, rate: str = "RR2") -> Release:
    """Release one response rate of each group by profession, where respondents and staff are enough."""
    cells = rates[(rates["rate"] == rate) & rates["group"].str.contains(":")].assign(status=RELEASED)
    cells = cells.reset_index(drop=True)
    small = (cells["numerator"] < rules.min_cell) | (cells["denominator"] < rules.min_population)
    blank(cells, small)
    log = log_rows("response_cells", cells.loc[small, "group_level"], SUPPRESSED, "small cell")
    return Release(cells, log_frame(log))
