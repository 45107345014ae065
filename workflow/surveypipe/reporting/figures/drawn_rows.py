"""The released rows that a figure is drawn from, as one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from surveypipe.identifiers import HISTOGRAM
from surveypipe.reporting.released import Released
from surveypipe.study.item_types import MEAN, MEDIAN

if TYPE_CHECKING:
    import pandas as pd

# Statistics of a question or a scale that are drawn.
STATISTICS = ("proportion", MEAN, "lower_quartile", MEDIAN, "upper_quartile", HISTOGRAM)


def estimates_of(released: Released, variables: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Rows of the estimates of variables under the scheme in force, for all and for the groups shown."""
    table = released.table("estimates")
    kept = table["variable"].isin(list(variables)) & table["statistic"].isin(STATISTICS)
    kept &= (table["scheme"] == released.primary) & (table["group_level"].isin(["", *released.levels]))
    return {"estimates": table[kept & ((table["group"] == released.group) | (table["group_level"] == ""))]}


def as_table(rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of released tables below one another, each with the name of its table.

    Parameters
    ----------
    rows
        Released table to the rows of it that are drawn; columns that are empty in all of them are left out.
    """
    import pandas as pd

    parts = [part.assign(table=name) for name, part in rows.items() if len(part)]
    if not parts:
        return pd.DataFrame({"table": []})
    columns = dict.fromkeys(["table", *(name for part in parts for name in part.columns)])
    filled = [part.dropna(axis="columns", how="all") for part in parts]
    whole = pd.concat(filled, ignore_index=True)
    return whole[[name for name in columns if name in whole and not (whole[name].astype(str) == "").all()]]
