"""Means by wave of return, and early against late answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cumulative_by_wave(y: Floats, weights: Floats, dates: pd.Series, waves: int = 4) -> pd.DataFrame:
    """Estimate as it stood after each part of the field period (continuum of resistance).

    Parameters
    ----------
    y, weights, dates
        Answers (``nan`` where missing), weights and return dates of the respondents, shape (n,).
    waves
        Number of parts of about equal size, by return date; ties stay together.

    Returns
    -------
    DataFrame
        ``wave, until, n, n_cumulative, estimate, cumulative``; rows in order of time.
    """
    known = ~np.isnan(y) & dates.notna().to_numpy()
    values = pd.DataFrame({"y": y[known], "w": weights[known], "date": dates.to_numpy()[known]}).sort_values(
        "date"
    )
    rank = values["date"].rank(method="average") / max(len(values), 1)
    values["wave"] = np.ceil(rank * waves).astype(int)
    rows, seen = [], values.iloc[:0]
    for number, (_, part) in enumerate(values.groupby("wave"), start=1):
        seen = pd.concat([seen, part])
        rows.append(
            {
                "wave": number,
                "until": part["date"].max(),
                "n": len(part),
                "n_cumulative": len(seen),
                "estimate": np.average(part["y"], weights=part["w"]),
                "cumulative": np.average(seen["y"], weights=seen["w"]),
            }
        )
    return pd.DataFrame(rows, columns=["wave", "until", "n", "n_cumulative", "estimate", "cumulative"])


def extrapolate_waves(waves: pd.DataFrame, response_rate: float) -> float:
    """Value at the silent that a straight line through the waves points to (Armstrong and Overton 1977).

    Weighted least squares of the wave's estimate on the midpoint of cumulative response, weights n,
    read off at (RR + 1)/2, the midpoint of the silent. A sensitivity figure, never a correction.

    Returns
    -------
    float
        ``nan`` with fewer than two waves or fewer than 10 answers in the last.
    """
    if len(waves) < 2 or waves["n"].iloc[-1] < 10:
        return float("nan")
    total = waves["n"].sum()
    middle = (waves["n_cumulative"] - waves["n"] / 2) / total * response_rate
    line = np.polyfit(middle, waves["estimate"], deg=1, w=np.sqrt(waves["n"]))
    return float(np.polyval(line, (response_rate + 1) / 2))


def early_against_late(y: Floats, late: NDArray[np.bool_], fewest: int = 10) -> tuple[float, float, float]:
    """Late minus early mean within one group, its standard error and p value (Welch).

    Returns
    -------
    tuple of float
        All ``nan`` ('not estimable') where either part has fewer than `fewest` answers.
    """
    from scipy import stats

    known = ~np.isnan(y)
    early, last = y[known & ~late], y[known & late]
    if min(len(early), len(last)) < fewest:
        return (float("nan"),) * 3
    se = float(np.sqrt(early.var(ddof=1) / len(early) + last.var(ddof=1) / len(last)))
    gap = float(last.mean() - early.mean())
    if se == 0:
        return gap, 0.0, float("nan")
    return gap, se, float(stats.ttest_ind(last, early, equal_var=False).pvalue)
