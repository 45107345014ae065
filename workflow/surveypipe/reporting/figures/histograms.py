"""A histogram above the line of a question answered with a number, on the same axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.answer_lines import HISTOGRAM_MM
from surveypipe.reporting.figures.lettering import TEXT_PT, width_mm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# Sizes in which the numbers above the bars are tried, the first that keeps them apart.
SIZES = (TEXT_PT - 1.0, TEXT_PT - 2.0, TEXT_PT - 3.0)
# Between two numbers, or a number and what stands beside it, in millimetres.
APART_MM = 0.5
# Room for a number above its bar, in millimetres.
LETTERS_MM = 3.4
POINT_MM = 25.4 / 72


class Bar(NamedTuple):
    """A bin as it is drawn: both ends, and whether it is open at one."""

    low: float
    high: float
    is_open: bool

    @property
    def centre(self) -> float:
        """Its middle."""
        return (self.low + self.high) / 2


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


def draw_bins(
    axes: Axes, bins: Sequence[pd.Series], bars: Sequence[Bar], middle: float, scale: float
) -> None:
    """Draw bars whose areas are the shares, with the intervals, and the shares where they keep apart.

    Parameters
    ----------
    axes
        Of which one unit upright is a millimetre, counted downwards.
    bins
        Rows of the estimates, in order.
    bars
        Their ends (:func:`bars_of`).
    middle
        Where the line stands that they are drawn in.
    scale
        Millimetres across that one unit of the numbers takes.
    """
    foot = middle + HISTOGRAM_MM / 2 - 1.0
    upper = [
        max([end for end in (float(row["estimate"]), float(row["ci_high"])) if math.isfinite(end)])
        / (bar.high - bar.low)
        for row, bar in zip(bins, bars, strict=True)
    ]
    per_share = (HISTOGRAM_MM - 1.0 - LETTERS_MM) / max(max(upper), 1e-300)
    for row, bar in zip(bins, bars, strict=True):
        width = bar.high - bar.low
        axes.bar(
            bar.low, -per_share * float(row["estimate"]) / width, width, foot, align="edge", color=theme.BAR,
            edgecolor="white", linewidth=0.6, alpha=0.55 if bar.is_open else 1.0, zorder=1,
        )  # fmt: skip
        ends = [float(row[name]) for name in ("ci_low", "ci_high")]
        if all(map(math.isfinite, ends)):
            upright = [foot - per_share * end / width for end in ends]
            axes.plot([bar.centre] * 2, upright, color=theme.INK, linewidth=0.7, zorder=3)
    texts = [formatting.points(float(row["estimate"])) for row in bins]
    centres, tops = [scale * bar.centre for bar in bars], [per_share * top for top in upper]
    size = next((size for size in SIZES if keep_apart(texts, centres, tops, size)), None)
    if size is not None:
        for text, bar, top in zip(texts, bars, tops, strict=True):
            axes.text(bar.centre, foot - top - 0.4, text, ha="center", va="bottom", fontsize=size,
                      color=theme.QUIET)  # fmt: skip


def keep_apart(texts: Sequence[str], centres: Sequence[float], tops: Sequence[float], size: float) -> bool:
    """Whether numbers above bars, in letters of a size, touch neither one another nor a stroke beside them.

    Parameters
    ----------
    texts
        The numbers, in order.
    centres
        Where the bars have their middles, across, in millimetres.
    tops
        Where bars and their intervals end, upwards, in millimetres.
    size
        Of the letters, in points.
    """
    halves = [width_mm(text, size=size) / 2 for text in texts]
    tall = size * POINT_MM
    for (left, low, half), (right, high, other) in pairwise(zip(centres, tops, halves, strict=True)):
        if abs(high - low) < tall:
            needed = half + other
        else:
            # The lower of the two stands beside the stroke of the higher bar.
            needed = half if low < high else other
        if right - left < needed + APART_MM:
            return False
    return True


def spoken(bins: Sequence[pd.Series]) -> str:
    """Read out the share of each bin."""
    return "; ".join(f"{row['level_label']} {formatting.percent(float(row['estimate']))}" for row in bins)
