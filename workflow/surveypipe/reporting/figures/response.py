"""Response rates by group, and within each group by response cell, with counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted, lines_mm, width_mm
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd

ROW, HEAD = 6.0, 5.0
# On a narrow page a label stands above its dot: what the dot takes below it.
LEFT, NARROW_LEFT, BELOW = 48.0, 4.0, 4.6
BASE = "of eligible"
# Room for a rate.
RATE_MM = 9.0
DOT: dict[bool, dict[str, Any]] = {
    True: {"color": theme.ACCENT, "markersize": 6.2},
    False: {"color": "#7f9fc6", "markersize": 5.0},
}
INDENT = {True: 0.5, False: 4.0}
RATE = "RR2"


@dataclass(frozen=True)
class Bar:
    """One rate.

    Parameters
    ----------
    label
        Who.
    answered, staff
        Counts; NaN where suppressed.
    head
        Whether it is a total, drawn strong.
    """

    label: str
    answered: float
    staff: float
    head: bool

    @property
    def share(self) -> float:
        """Response rate; NaN where suppressed."""
        return self.answered / self.staff if self.staff else math.nan

    @property
    def counts(self) -> str:
        """How many of how many answered."""
        if math.isnan(self.share):
            return "suppressed"
        return f"{formatting.count(self.answered)} of {formatting.count(self.staff)}"


def draw(released: Released) -> Drawn:
    """Draw a dot for all, each group and each response cell within it, with the counts behind it."""
    bars = rates(released)
    narrow, across = theme.narrow(), theme.across()
    counts = max(width_mm(text) for text in (BASE, *(bar.counts for bar in bars)))
    beside = counts + RATE_MM + 5.0
    left = NARROW_LEFT if narrow else LEFT
    room = across - beside if narrow else left - 2.5
    labels = [
        fitted(bar.label, room - INDENT[bar.head], weight="bold" if bar.head else "normal") for bar in bars
    ]
    heights = [lines_mm(label) + BELOW if narrow else max(ROW, lines_mm(label) + 1.6) for label in labels]
    notes = _notes(released, bars)
    body = sum(heights)
    width = across - left - (NARROW_LEFT if narrow else beside)
    figure = theme.page(HEAD + body + 12 + theme.foot_mm(notes, mark=released.mark))
    axes = theme.panel(figure, left, HEAD, width, body)
    top = _axis_end(bars)
    ticks = [tick / 4 for tick in range(5) if tick / 4 <= top]
    theme.words(figure, across - counts - 3.0, HEAD / 2, "Rate", ha="right", color=theme.QUIET)
    theme.words(figure, across - 0.5, HEAD / 2, BASE, ha="right", color=theme.QUIET)
    y = 0.0
    for bar, label, height in zip(bars, labels, heights, strict=True):
        # Lines behind the dots go the whole way, or on a narrow page between the words.
        head = lines_mm(label) if narrow else 0.0
        told, start = y + (head or height) / 2, y + head
        weight = "bold" if bar.head else "normal"
        theme.words(figure, INDENT[bar.head], HEAD + told, label, weight=weight, linespacing=1.1)
        theme.grid_lines(axes, ticks, start, y + height)
        if math.isfinite(bars[0].share):
            axes.plot([bars[0].share] * 2, [start, y + height], color=theme.QUIET, linewidth=0.9,
                      dashes=(3, 2), zorder=1)  # fmt: skip
        if math.isnan(bar.share):
            theme.words(figure, across - 0.5, HEAD + told, bar.counts, ha="right", style="italic",
                        color=theme.QUIET)  # fmt: skip
        else:
            dot = (start + y + height) / 2
            axes.plot([bar.share], [dot], "o", **DOT[bar.head], clip_on=False, zorder=3)
            rate = formatting.percent(bar.share)
            theme.words(figure, across - counts - 3.0, HEAD + told, rate, ha="right", weight=weight)
            theme.words(figure, across - 0.5, HEAD + told, bar.counts, ha="right", color=theme.QUIET)
        y += height
    axes.set(xlim=(0, top), ylim=(body, 0), yticks=[], xlabel="Response rate")
    axes.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.tick_params(axis="x", length=2, pad=2)
    theme.footnote(figure, notes, mark=released.mark)
    return Drawn(figure, alt_text(bars), _rows(released))


def _rows(released: Released) -> dict[str, pd.DataFrame]:
    tables = {name: released.table(name) for name in ("response_rates", "response_cells")}
    return {name: table[table["rate"] == RATE] for name, table in tables.items()}


def _axis_end(bars: list[Bar]) -> float:
    most = max((bar.share for bar in bars if not math.isnan(bar.share)), default=1.0)
    return min(1.0, math.ceil(most * 4 + 0.01) / 4)


def rates(released: Released) -> list[Bar]:
    """Rates for all, then for each group and the cells within it."""
    found = [_total("All", released, "")]
    cells = released.table("response_cells")
    cells = cells[cells["rate"] == RATE]
    for level, label in released.levels.items():
        found.append(_total(label, released, level))
        for _, row in cells[cells["group_level"].str.startswith(f"{level}:")].iterrows():
            name = str(row["group_level"]).split(":", 1)[1]
            found.append(Bar(name, float(row["numerator"]), float(row["denominator"]), False))
    return found


def _total(label: str, released: Released, level: str) -> Bar:
    row = released.rate(RATE, level)
    if row is None:
        return Bar(label, math.nan, math.nan, True)
    return Bar(label, float(row["numerator"]), float(row["denominator"]), True)


def _notes(released: Released, bars: list[Bar]) -> list[str]:
    words = released.vocabulary
    hidden = any(math.isnan(bar.share) for bar in bars)
    apart = len(bars) > 1 and math.isfinite(bars[0].share)
    return [
        f"AAPOR {RATE}: usable {words.questionnaire.many} (complete or partial) as a share of those "
        "eligible.",
        "The broken line is the rate of all." if apart else "",
        words.fill("Suppressed rates rest on too few {people.many}.") if hidden else "",
    ]


def alt_text(bars: list[Bar]) -> str:
    """Read out each rate."""
    parts = [
        f"{bar.label} suppressed"
        if math.isnan(bar.share)
        else f"{bar.label} {formatting.percent(bar.share)} ({bar.answered:.0f} of {bar.staff:.0f})"
        for bar in bars
    ]
    return "Response rates. " + "; ".join(parts) + "."
