"""Rounded counts, for presets that publish no exact number of persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.disclosure.answers import COUNTED
from surveypipe.disclosure.release import blank
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import TOTAL

if TYPE_CHECKING:
    import pandas as pd

COUNTS = ("n", "N", "frame_n", "numerator", "denominator", "sum_weights")
PERCENTAGES = ("percent", "frame_percent")
ONE_DECIMAL = ("weight std_diff w_min w_max w_mean n_eff deff_kish deff_design effect").split()
# Neither people nor a share of them.
EXACT = (
    "ci_level threshold upper_threshold margin grade df df2 order level theta k point points n_cells n_merged"
).split()


# Where a count that says nothing of a person is too small for these presets all the same.
COUNT_TABLES = ("table_1", "flow")


def round_counts(name: str, table: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Round counts to a multiple of ``rules.round_to`` and shares to whole per cent.

    Parameters
    ----------
    name
        Name of the table.
    table
        Released, so that what was too small was suppressed before it could be rounded up.
    rules
        Thresholds.

    Returns
    -------
    DataFrame
        Unweighted shares are worked out again from the rounded counts.
    """
    table = table.copy()
    if name in COUNT_TABLES:
        blank(table, (table["n"] > 0) & (table["n"] < rules.min_cell))
    numbers = [c for c in table.select_dtypes("number").columns if c not in EXACT]
    exact = table[numbers].astype("float64")
    for column in numbers:
        table[column] = exact[column].round(_decimals(column))
    for column in [c for c in COUNTS if c in numbers]:
        table[column] = _multiple(exact[column], rules.round_to)
    if {"numerator", "denominator", "value"} <= set(numbers):
        table["value"] = (table["numerator"] / table["denominator"]).round(2)
    if name == "estimates":
        table["estimate"] = _estimates(table, exact, rules.round_to)
    return table


def _decimals(column: str) -> int:
    if column in PERCENTAGES:
        return 0
    return 1 if column in ONE_DECIMAL else 2


def _multiple(values: pd.Series, unit: int) -> pd.Series:
    """Nearest multiple; half-way up, as counts are rounded by hand."""
    return ((values / unit + 0.5) // 1) * unit


def _estimates(table: pd.DataFrame, exact: pd.DataFrame, unit: int) -> pd.Series:
    """Round counts; unweighted shares from rounded counts; the rest as it was rounded."""
    counts = table["statistic"].isin(["count", TOTAL, *COUNTED])
    shares = (table["statistic"] == "proportion") & (table["scheme"] == "none") & (table["n"] > 0)
    again = (_multiple(exact["estimate"] * exact["n"], unit) / table["n"]).round(2)
    made = table["estimate"].where(~counts, _multiple(exact["estimate"], unit))
    return made.where(~shares, again)
