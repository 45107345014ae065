"""Response rates by group, and within each group by response cell, with counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted, lines_mm, width_mm
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.lookups import level_label
from surveypipe.reporting.released import Released

ROW = 7.0
LEFT = 48.0
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


def draw(released: Released) -> Drawn:
    """Draw a bar for all staff, each group and each response cell within it."""
    bars = rates(released)
    labels = [
        fitted(bar.label, LEFT - 1.5 - INDENT[bar.head], weight="bold" if bar.head else "normal")
        for bar in bars
    ]
    heights = [max(ROW, lines_mm(label) + 2.4) for label in labels]
    notes = _notes(released, bars)
    body = sum(heights)
    figure = theme.page(4 + body + 12 + theme.foot_mm(notes, simulated=released.simulated))
    width = theme.across() - LEFT - 3.0 - max(width_mm(_told(bar)) for bar in bars)
    axes = theme.panel(figure, LEFT, 4, width, body)
    top = _axis_end(bars)
    ticks = [tick / 4 for tick in range(5) if tick / 4 <= top]
    y = 0.0
    for bar, label, height in zip(bars, labels, heights, strict=True):
        middle = y + height / 2
        weight = "bold" if bar.head else "normal"
        theme.words(figure, INDENT[bar.head], 4 + middle, label, weight=weight, linespacing=1.1)
        if math.isnan(bar.share):
            axes.text(0.01, middle, _told(bar), va="center", style="italic", color=theme.QUIET)
        else:
            axes.barh(middle, bar.share, height=4.4, color=theme.ACCENT if bar.head else "#9db7d5")
            axes.text(bar.share + 0.012 * top, middle, _told(bar), va="center_baseline")
        y += height
    axes.set(xlim=(0, top), ylim=(body, 0), yticks=[], xlabel="Response rate")
    axes.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.tick_params(axis="x", length=2, pad=2)
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(bars))


def _told(bar: Bar) -> str:
    """Rate and counts as they stand beside a bar."""
    if math.isnan(bar.share):
        return "suppressed"
    counts = f"{formatting.count(bar.answered)} of {formatting.count(bar.staff)}"
    return f"{formatting.percent(bar.share)}  ({counts})"


def _axis_end(bars: list[Bar]) -> float:
    most = max((bar.share for bar in bars if not math.isnan(bar.share)), default=1.0)
    return min(1.0, math.ceil(most * 4 + 0.01) / 4)


def rates(released: Released) -> list[Bar]:
    """Rates for all staff, then for each group and the cells within it."""
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


def cell_label(members: str, released: Released) -> str:
    """Name a cell by its members, without the group that stands above it.

    "AMH × Nurse; AMH × Psychiatrist" becomes "Nurse or Psychiatrist".
    """
    by = released.settings.weighting.schemes[released.primary].by or ()
    names = [_level(released, by, part.split(" × ")[-1]) for part in members.split("; ")]
    return formatting.sentence_list([names[0], *(released.in_text(name) for name in names[1:])], "or")


def _level(released: Released, by: Sequence[str], level: str) -> str:
    """Name a category of the last variable that cells are made by; its key where that is its name."""
    return level_label(released, by[-1], level) if by else level


def _notes(released: Released, bars: list[Bar]) -> list[str]:
    words = released.vocabulary
    hidden = any(math.isnan(bar.share) for bar in bars)
    return [
        f"AAPOR {RATE}: usable {words.questionnaire.many} (complete or partial) as a share of those "
        "eligible.",
        words.fill("Suppressed bars rest on too few {people.many}.") if hidden else "",
    ]


def alt_text(bars: list[Bar]) -> str:
    """Read out each rate."""
    parts = [
        f"{bar.label} suppressed"
        if math.isnan(bar.share)
        else f"{bar.label} {formatting.percent(bar.share)} ({bar.answered:.0f} of {bar.staff:.0f})"
        for bar in bars
    ]
    return "Bars of response rates. " + "; ".join(parts) + "."
