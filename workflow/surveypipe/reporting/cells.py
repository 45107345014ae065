"""How the cells of a released table are read: numbers as numbers, text and codes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_NUMERIC = frozenset(
    """n N estimate se df ci_low ci_high ci_level deff_kish deff_design n_level se_jackknife df2 p_value
    percent frame_n frame_percent std_diff value numerator denominator weight sum_weights w_min w_max w_mean
    n_eff n_cells n_merged n_strata n_units frame_share unweighted_share weighted_share threshold
    upper_threshold margin grade probability rho R R_adjusted R_se cv_adjusted v_response
    weighting_shift weighting_shift_p wave_late_minus_early wave_p wave_all_staff_on_line fmi share_unknown
    phi_low phi_high k deciding_low deciding_high point points least greatest largest_shift
    tolerance records values theta""".split()
)
# Columns of codes and words, which read as numbers where every cell is empty.
_CODES = (
    "level", "group_level", "claim", "base", "flag", "within", "variable", "note", "measure", "outcome",
    "refusal", "tipping_outcome", "tipping_interval_outcome", "scenario_source", "not_offered",
    "bounds_outcome",
)  # fmt: skip


def code_text(code: object) -> str:
    """Write a code as text: 4.0 and '4.0' as '4'."""
    text = "" if code is None or code != code else str(code)
    return text[:-2] if text.endswith(".0") else text


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Copy a table with empty text as '', codes as text and columns of numbers as numbers."""
    table = table.copy(deep=False)
    for column in table.columns:
        if table[column].dtype.kind in "biuf":
            continue
        if column not in _NUMERIC:
            table[column] = table[column].fillna("").astype(str).astype(object)
        elif table[column].isna().all():
            table[column] = table[column].astype(float)
    for column in _CODES:
        if column in table and table[column].dtype.kind in "biuf":
            table[column] = table[column].map(code_text).astype(object)
    # Columns that were set one by one stand each by itself in memory; a copy puts those of a kind together,
    # from which rows are taken at once.
    return table.copy()
