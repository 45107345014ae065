"""A histogram above the line of a question answered with a number, on the same axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.answer_lines import HISTOGRAM_MM

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# More numbers than this would run into one another.
MOST_PRINTED = 9
# Room for a number above its bar, in millimetres.
LETTERS_MM = 3.0


class Bar(NamedTuple):
    """A bin as it is drawn: both ends, and whether it is open at one."""

    low: float
    high: float
    is_open: bool


def bars_of(bins: Sequence[pd.Series]) -> list[Bar]:
    """Give each bin its ends; an open one is as wide as those that are closed mostly are."""
    ends = [str(row["level"]).partition(":")[::2] for row in bins]
    widths = sorted(float(high) - float(low) for low, high in ends if low and high)
    known = [float(end) for pair in ends for end in pair if end]
    usual = widths[len(widths) // 2] if widths else max(abs(known[0]), 1.0)
    return [
        Bar(
            float(low) if low else float(high) - usual,
            float(high) if high else float(low) + usual,
            not (low and high),
        )
        for low, high in ends
    ]


def draw_bins(axes: Axes, bins: Sequence[pd.Series], middle: float) -> list[float]:
    """Draw bars whose areas are the shares, with the intervals; give the ends of the axis that they need.

    Parameters
    ----------
    axes
        Of which one unit upright is a millimetre, counted downwards.
    bins
        Rows of the estimates, in order.
    middle
        Where the line stands that they are drawn in.
    """
    bars = bars_of(bins)
    foot = middle + HISTOGRAM_MM / 2 - 1.0
    high = [float(row["ci_high"]) for row in bins]
    tops = [
        max(float(row["estimate"]), end if math.isfinite(end) else 0.0) / (bar.high - bar.low)
        for row, bar, end in zip(bins, bars, high, strict=True)
    ]
    scale = (HISTOGRAM_MM - 1.0 - LETTERS_MM) / max(max(tops), 1e-300)
    for row, bar in zip(bins, bars, strict=True):
        width = bar.high - bar.low
        tall = scale * float(row["estimate"]) / width
        axes.bar(
            bar.low, -tall, width, foot, align="edge", color=theme.BAR, edgecolor="white", linewidth=0.6,
            alpha=0.55 if bar.is_open else 1.0, zorder=1,
        )  # fmt: skip
        centre, ends = (bar.low + bar.high) / 2, [float(row[name]) for name in ("ci_low", "ci_high")]
        top = tall
        if all(map(math.isfinite, ends)):
            upright = [foot - scale * end / width for end in ends]
            axes.plot([centre, centre], upright, color=theme.INK, linewidth=0.7, zorder=3)
            top = max(top, foot - upright[1])
        if len(bins) <= MOST_PRINTED:
            axes.text(
                centre, foot - top - 0.4, formatting.points(float(row["estimate"])), ha="center", va="bottom",
                fontsize="x-small", color=theme.QUIET,
            )  # fmt: skip
    return [end for bar in bars for end in (bar.low, bar.high)]


def spoken(bins: Sequence[pd.Series]) -> str:
    """Read out the share of each bin."""
    return "; ".join(f"{row['level_label']} {formatting.percent(float(row['estimate']))}" for row in bins)
