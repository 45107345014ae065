"""The columns of the table of estimates, and a way to fill a row of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.identifiers import estimate_id, key_slug, slug

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
    """Gather rows in the order of :data:`ESTIMATE_COLUMNS`, each with an identifier of its own.

    Raises
    ------
    ValueError
        If an `estimate_id` occurs twice.
    """
    import pandas as pd

    table = pd.DataFrame(told_apart(rows), columns=list(ESTIMATE_COLUMNS))
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


def told_apart(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Name rows by the code of their answer where its words leave nothing of a name, or the same as another.

    "< 5 times" and "> 5 times" become ``5-times-code-1`` and ``5-times-code-3``; an answer in an alphabet
    that identifiers cannot hold becomes ``code-2``.

    Parameters
    ----------
    rows
        Rows of the table of estimates, with ``estimate_id``, ``level`` and ``level_label``.
    """
    made = [dict(row) for row in rows]
    unnamed = {k for k, row in enumerate(made) if row["level"] and not slug(row["level_label"])}
    # An identifier made from a code may itself be taken by the words of another answer.
    for _ in range(2):
        for k in unnamed:
            made[k]["estimate_id"] = _by_code(made[k])
        taken = Counter(str(row["estimate_id"]) for row in made)
        twice = {k for k, row in enumerate(made) if taken[str(row["estimate_id"])] > 1}
        if not twice:
            break
        unnamed = {k for k in twice if made[k]["level"]}
    return made


def _by_code(row: Mapping[str, Any]) -> str:
    name = f"{slug(row['level_label'])}-code-{key_slug(row['level'])}".strip("-")
    where = (str(row[key]) for key in ("statistic", "group", "group_level", "scheme"))
    return estimate_id(str(row["variable"]), name, *where)
