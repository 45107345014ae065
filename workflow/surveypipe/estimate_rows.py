"""The columns of the table of estimates, and a way to fill a row of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.identifiers import estimate_id

if TYPE_CHECKING:
    import pandas as pd

ESTIMATE_COLUMNS: tuple[str, ...] = (
    "estimate_id", "claim", "variable", "level", "statistic", "group", "group_level", "scheme", "n",
    "estimate", "se", "df", "ci_low", "ci_high", "ci_level", "deff_kish", "deff_design", "fpc", "method",
    "variable_label", "level_label", "base", "n_level", "se_jackknife", "df2", "p_value", "effect", "flag",
)  # fmt: skip

_TEXT = {
    "claim": "", "level": "", "group": "overall", "group_level": "", "scheme": "none", "method": "",
    "variable_label": "", "level_label": "", "base": "answered", "flag": "",
}  # fmt: skip


def estimate_row(variable: str, statistic: str, estimate: float, **cells: Any) -> dict[str, Any]:
    """Fill one row of the table of estimates; cells not given are empty.

    Parameters
    ----------
    variable, statistic
        What is estimated.
    estimate
        The point estimate.
    **cells
        Any other column of :data:`ESTIMATE_COLUMNS`; `level_label` falls back on `level` and
        `variable_label` on `variable`, as identifiers are made from labels.

    Raises
    ------
    KeyError
        If a cell is not a column.
    """
    unknown = set(cells) - set(ESTIMATE_COLUMNS)
    if unknown:
        raise KeyError(f"not columns of the table of estimates: {sorted(unknown)}")
    row: dict[str, Any] = dict.fromkeys(ESTIMATE_COLUMNS)
    row.update(_TEXT)
    row.update(cells, variable=variable, statistic=statistic, estimate=estimate)
    row["variable_label"] = row["variable_label"] or variable
    row["level_label"] = row["level_label"] or row["level"]
    row["estimate_id"] = estimate_id(
        variable, row["level_label"], statistic, row["group"], row["group_level"], row["scheme"]
    )
    return row


def estimate_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Gather rows in the order of :data:`ESTIMATE_COLUMNS`.

    Raises
    ------
    ValueError
        If an `estimate_id` occurs twice.
    """
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(ESTIMATE_COLUMNS))
    twice = sorted(table["estimate_id"][table["estimate_id"].duplicated()].unique())
    if twice:
        raise ValueError(f"the same estimate_id more than once: {twice}")
    return table


def gathered(*parts: pd.DataFrame) -> pd.DataFrame:
    """Put tables of rows under one another; the header alone where nothing was asked for.

    Raises
    ------
    ValueError
        If an `estimate_id` occurs twice.
    """
    return estimate_frame(
        {str(name): value for name, value in row.items()} for part in parts for row in part.to_dict("records")
    )
