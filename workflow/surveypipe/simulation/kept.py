"""Whether intervals keep their promise in a population of known truth: bias, coverage and length."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.simulation.coverage import BAND, MIN_EXPECTED
from surveypipe.simulation.populations import Tried
from surveypipe.simulation.road import KEY
from surveypipe.simulation.truth import DIFFERENCE, LEVEL_OF_QUANTILE, RATIO

OUTSIDE, UNRELIABLE = "outside the limits", "unreliable"
Floats = NDArray[np.float64]
INTERVAL = ["scheme", *KEY]


def kept_table(tallies: pd.DataFrame, tried: Tried, count: int) -> pd.DataFrame:
    """Summarise the surveys of one population.

    Parameters
    ----------
    tallies
        See :func:`surveypipe.simulation.road.tallies`.
    tried
        The population.
    count
        Surveys drawn.

    Returns
    -------
    pandas.DataFrame
        One row per scheme and interval. ``surveys`` were drawn, ``weighted`` of them went through, and
        ``given`` have this interval and a truth (a difference has none where all in both groups are alike, a
        ratio no truth where nobody in the first would say so). An end that the distribution does not reach
        is open. ``bias`` is the mean of estimate less truth, ``sd`` its standard deviation, ``mean_se`` the
        mean standard error that should equal it; of a ratio all three are of its logarithm. ``coverage`` has
        the Monte Carlo standard error ``coverage_mcse``; ``below`` and ``above`` are the shares of intervals
        that the truth lies below and above. ``least_expected`` is the least expected number of respondents
        in an answer, on a side of a quantile, or in an answer and group of a difference (empty for means);
        ``judged`` are intervals of the primary scheme with enough of these, ``promised`` those of them that
        are about everybody; ``flag`` says what lies outside the limits, or, if not judged, beneath them.
    """
    low, high = tallies["low"].fillna(-np.inf), tallies["high"].fillna(np.inf)
    ratio = tallies["statistic"] == RATIO
    with np.errstate(invalid="ignore", divide="ignore"):
        logarithm = np.log(tallies["estimate"] / tallies["truth"])
    error = np.where(ratio, logarithm, tallies["estimate"] - tallies["truth"])
    below, above = tallies["truth"] < low, tallies["truth"] > high
    part = tallies.assign(
        error=np.where(np.isfinite(error), error, np.nan),
        below=below,
        above=above,
        covered=~(below | above),
        length=tallies["high"] - tallies["low"],
    )
    expected = part.groupby(INTERVAL, sort=False)[["yes", "n"]].mean()
    part = part[(part["low"].notna() | part["high"].notna()) & np.isfinite(part["truth"])]
    table = part.groupby(INTERVAL, sort=False).agg(
        given=("error", "size"), truth=("truth", "mean"), bias=("error", "mean"), sd=("error", "std"),
        mean_se=("se", "mean"), below=("below", "mean"), above=("above", "mean"),
        mean_length=("length", "mean"), coverage=("covered", "mean"),
    )  # fmt: skip
    table["coverage_mcse"] = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["given"])
    table["least_expected"] = _least_expected(expected)
    table = table.reset_index()
    table.insert(0, "population", tried.key)
    table["surveys"], table["weighted"] = count, tallies["draw"].nunique()
    few = table["least_expected"] < MIN_EXPECTED
    unit = (table["group_level"] != "") & ~table["statistic"].isin([DIFFERENCE, RATIO])
    table["judged"] = (table["scheme"] == tried.config.weighting.primary) & ~few
    table["promised"] = table["judged"] & ~unit
    amiss = np.where(table["coverage"].between(*BAND), "", OUTSIDE)
    beneath = np.where(table["coverage"] < BAND[0], UNRELIABLE, "")
    table["flag"] = np.where(table["judged"], amiss, beneath)
    return table[COLUMNS]


COLUMNS = [
    "population", *INTERVAL, "surveys", "weighted", "given", "truth", "bias", "sd", "mean_se", "coverage",
    "coverage_mcse", "below", "above", "mean_length", "least_expected", "judged", "promised",
    "flag",
]  # fmt: skip


def _least_expected(expected: pd.DataFrame) -> pd.Series:
    """Least expected respondents that an interval rests on, by interval; NaN for means."""
    yes, n = expected["yes"], expected["n"]
    found = pd.Series(np.minimum(yes, n - yes), index=expected.index)
    rows = expected.reset_index()
    for place, row in zip(expected.index, rows.to_dict("records"), strict=True):
        if (p := LEVEL_OF_QUANTILE.get(row["statistic"])) is not None:
            found[place] = min(p, 1 - p) * row["n"]
        if row["statistic"] in (DIFFERENCE, RATIO):
            shares = rows[
                (rows["scheme"] == row["scheme"])
                & (rows["variable"] == row["variable"])
                & (rows["statistic"] == "proportion")
                & (rows["group"] == row["group"])
            ]
            found[place] = np.minimum(shares["yes"], shares["n"] - shares["yes"]).min()
    return found
