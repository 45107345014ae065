"""What a mean or a quantile tells of single people: the least and the greatest, and all but one alike.

The end of an interval of a quartile is an answer that somebody gave. In a group of a dozen it is the greatest
of all, or the least. And a mean at the end of a scale says that everybody is there, as does one whose spread
is nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure.magnitudes import SUMS, nearly_alike
from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.identifiers import CLAIMED_MEDIAN

if TYPE_CHECKING:
    import pandas as pd

ORDERED = ("median", "lower_quartile", "upper_quartile", "quantile", CLAIMED_MEDIAN)
# The standard error of a quantile is a part of the length of its interval.
OF_THE_INTERVAL = ("se", "ci_low", "ci_high", "se_jackknife")


def hide_ends(release: Release, respondents: Respondents, numbers: Sequence[str], rules: Rules) -> None:
    """Hide intervals of quantiles that reach the least or the greatest number of a group, held by few.

    A quantile that is itself such a number goes with its interval, and so does the median of a claim: without
    its interval nothing is claimed.

    Parameters
    ----------
    release
        Released estimates; changed.
    respondents
        Those who answered.
    numbers
        Questions answered with a number.
    rules
        `min_cell`: a number that so many gave is nobody's.
    """
    table = release.table
    asked = table["statistic"].isin(ORDERED) & table["variable"].isin(list(numbers))
    level = table["group_level"].fillna("").astype(str)
    whole, ends = np.zeros(len(table), bool), np.zeros(len(table), bool)
    for at in np.flatnonzero((asked & (table["status"] != SUPPRESSED)).to_numpy()):
        row = table.iloc[at]
        variable, base, group = (str(row[name]) for name in ("variable", "base", "group"))
        values = respondents.numbers(variable, base, group, level.iloc[at])
        limits = [v for v in (values.min(), values.max()) if (values == v).sum() < rules.min_cell]
        reached = [float(row[name]) in limits for name in ("estimate", "ci_low", "ci_high")]
        whole[at] = reached[0] or (any(reached) and row["statistic"] == CLAIMED_MEDIAN)
        ends[at] = any(reached)
    reason = "would tell the least or the greatest number"
    release.note("estimates", table.loc[ends, "estimate_id"], SUPPRESSED, reason)
    for name in [column for column in OF_THE_INTERVAL if column in table]:
        table[name] = table[name].where(~ends)
    blank(table, _series(table, whole))


def hide_alike(release: Release, respondents: Respondents, rules: Rules) -> None:
    """Hide means and totals of groups in which all, or all but one, gave the same answer.

    Parameters
    ----------
    release
        Released estimates; changed.
    respondents
        Those who answered.
    rules
        Thresholds; nothing is hidden where nothing is audited.
    """
    table = release.table
    level = table["group_level"].fillna("").astype(str)
    known = table["variable"].isin(set(respondents.answers.columns))
    sums = table["statistic"].isin(SUMS) & (table["level"].fillna("") == "") & known & (level != "")
    sums &= table["group"].isin(set(respondents.answers.columns)) & (table["status"] != SUPPRESSED)
    gone = np.zeros(len(table), bool)
    for key, rows in table[sums].groupby(["variable", "base", "group", level[sums]], sort=False):
        variable, base, group, inside = (str(part) for part in key)
        if nearly_alike(respondents.numbers(variable, base, group, inside)):
            gone |= table.index.isin(rows.index)
    if rules.audited and gone.any():
        reason = "all of the group, or all but one, gave the same answer"
        release.hide("estimates", gone, reason)


def _series(table: pd.DataFrame, where: np.ndarray) -> pd.Series:
    return table["status"].notna() & where
