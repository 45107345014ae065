"""Answers to the items of batteries: diverging bars for all and by group, the middle answer at the side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.answer_words import common_poles, legend
from surveypipe.reporting.batteries import Block
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.drawn_rows import estimates_of
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.likert_layout import LABEL_WIDTH, ROW, Rows, rows_of
from surveypipe.reporting.figures.ratings import colours
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.joined_labels import joined
from surveypipe.reporting.released import Released
from surveypipe.study.poles import HIGH, LOW, MIDDLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Columns beside the bars of a panel, the middle answer and how many answered, and the gap before the next.
SIDE, N_WIDTH, GAP = 7.0, 7.5, 2.5
# Bars of more groups than this would be too short to read; so many have marks in one panel instead.
MOST_BARS, MOST_MARKS = 2, 5
MARKS_SHARE = 0.3
# Room for a number beside a bar.
NUMBER = 5.0


@dataclass(frozen=True)
class Panel:
    """Bars of one group ('' for all) at their place, or marks of all the groups.

    Attributes
    ----------
    level, label
        Whose answers; `level` is None for the marks.
    left, width
        In millimetres; of bars without the columns beside them.
    """

    level: str | None
    label: str
    left: float
    width: float


def panels_of(released: Released, *, middle: bool) -> list[Panel]:
    """Divide the page: all together, then each group, or the marks of all groups where bars have no room."""
    groups = released.levels
    left = 0.5 if theme.narrow() else LABEL_WIDTH
    room, beside = theme.across() - left - 0.5, (SIDE if middle else 0.0) + N_WIDTH
    if len(groups) <= MOST_BARS and not theme.narrow():
        who = {"": "All", **groups}
        each = (room - GAP * (len(who) - 1)) / len(who)
        return [
            Panel(level, label, left + (each + GAP) * number, each - beside)
            for number, (level, label) in enumerate(who.items())
        ]
    marks = MARKS_SHARE * room if 0 < len(groups) <= MOST_MARKS else 0.0
    found = [Panel("", "All", left, room - marks - beside - (2 * GAP if marks else 0.0))]
    return [*found, Panel(None, "By group", left + room - marks, marks - 2.0)] if marks else found


def draw(released: Released) -> Drawn:
    """Draw the lower answers to the left of zero, the upper ones to its right, the middle one at the side."""
    blocks = released.batteries()
    if not blocks:
        text = "No ordered items of a battery were analysed."
        return theme.nothing_to_draw(text, mark=released.mark)
    rows = rows_of(released, blocks)
    odd = any(len(released.values(item)) % 2 for item, _ in rows.items)
    panels = panels_of(released, middle=odd)
    each = _each(released, rows, panels)
    handles, plan = _legend(released, blocks, panels, each=each)
    names = [fitted(panel.label, panel.width + 2.0, weight="bold") for panel in panels]
    heading = max(map(lines_mm, names))
    top = plan.height + heading + 2.4
    notes = _notes(released, rows, panels)
    figure = theme.page(top + rows.body + 11.5 + theme.foot_mm(notes, mark=released.mark))
    for panel, name in zip(panels, names, strict=True):
        axes = theme.panel(figure, panel.left, top, panel.width, rows.body)
        middle = top - 0.8 - heading / 2
        theme.words(figure, panel.left + panel.width / 2, middle, name, ha="center", weight="bold")
        if panel.level is None:
            _marks(axes, released, rows)
            continue
        reach = _reach(released, rows, panels, panel.width)
        _bars(axes, released, rows, panel, reach, each=each)
        _columns(figure, released, rows, panel, top, odd=odd)
        end = panel.left + panel.width + (SIDE if odd else 0.0) + N_WIDTH
        theme.words(figure, end, middle, "n", ha="right", color=theme.QUIET, style="italic")
    for label in rows.labels:
        theme.words(figure, label.x, top + label.y, label.text, weight=label.weight, linespacing=1.15,
                    color=theme.QUIET if label.quiet else theme.INK)  # fmt: skip
    set_legend(figure, handles, plan)
    theme.footnote(figure, notes, mark=released.mark)
    items = [item for item, _ in rows.items]
    return Drawn(figure, alt_text(released, blocks), estimates_of(released, items))


def _each(released: Released, rows: Rows, panels: list[Panel]) -> bool:
    """Whether all items have the same answers, and every one is released, not only three categories."""
    items = [item for item, _ in rows.items]
    levels = [panel.level for panel in panels if panel.level is not None]
    alike = common_poles(released, items) is not None
    return alike and all(released.answers(item, level) for item in items for level in levels)


def _reach(released: Released, rows: Rows, panels: list[Panel], width: float) -> tuple[float, float]:
    """Give the ends of the axis of bars, the same in each panel, with room for numbers."""
    low, high = 0.1, 0.3
    for item, _ in rows.items:
        for panel in panels:
            if panel.level is not None:
                shares = released.merged(item, panel.level)
                upper = _upper(released, item, panel.level)
                low = max(low, shares.get(LOW, 0.0))
                high = max(high, shares.get(HIGH, 0.0), upper if math.isfinite(upper) else 0.0)
    room = NUMBER * (low + high) / (width - 2 * NUMBER)
    return -low - room, high + room


def _bars(
    axes: Axes, released: Released, rows: Rows, panel: Panel, reach: tuple[float, float], *, each: bool
) -> None:
    level = str(panel.level)
    ticks = [x for x in (-1.0, -0.5, 0.0, 0.5, 1.0) if reach[0] <= x <= reach[1]]
    axes.set(xlim=reach, ylim=(rows.body, 0), yticks=[])
    for ends in rows.spans:
        theme.grid_lines(axes, [x for x in ticks if x], *ends)
        axes.plot([0, 0], ends, color=theme.QUIET, linewidth=0.8, zorder=3)
    gap = 0.6 * (reach[1] - reach[0]) / panel.width
    for item, y in rows.items:
        shares = (released.answers if each else released.merged)(item, level)
        totals = released.merged(item, level)
        if not totals:
            upper = _upper(released, item, level)
            if math.isnan(upper):
                axes.text(gap, y, "suppressed", va="center", color=theme.QUIET, style="italic")
                continue
            shares, totals = {}, {HIGH: upper}
            axes.barh(y, upper, height=ROW * 0.72, color=theme.THREE[-1], edgecolor="white", linewidth=0.4)
        _stack(axes, y, list(shares.values()))
        for side, sign in ((LOW, -1), (HIGH, 1)):
            share = totals.get(side, math.nan)
            hidden = math.isnan(share)
            axes.text(
                sign * ((0.0 if hidden else share) + gap), y,
                formatting.SUPPRESSED if hidden else formatting.count(100 * share),
                va="center_baseline", ha="left" if sign > 0 else "right",
                color=theme.QUIET if hidden else theme.INK, style="italic" if hidden else "normal",
            )  # fmt: skip
    axes.set_xticks(ticks, [f"{100 * abs(x):.0f}" for x in ticks])
    axes.set_xlabel("Per cent", labelpad=1.5)
    axes.tick_params(axis="x", length=2, pad=2)


def _stack(axes: Axes, y: float, shares: list[float]) -> None:
    """Draw the lower and the upper answers outwards from zero; the middle one stands in a column."""
    half = len(shares) // 2
    shades = colours(len(shares)) if len(shares) != len(theme.THREE) else list(theme.THREE)
    bar: Any = {"height": ROW * 0.72, "edgecolor": "white", "linewidth": 0.4}
    start = 0.0
    for share, shade in zip(reversed(shares[:half]), reversed(shades[:half]), strict=True):
        start -= share
        axes.barh(y, share, left=start, color=shade, **bar)
    start = 0.0
    for share, shade in zip(shares[len(shares) - half :], shades[len(shares) - half :], strict=True):
        axes.barh(y, share, left=start, color=shade, **bar)
        start += share


def _columns(figure: Figure, released: Released, rows: Rows, panel: Panel, top: float, *, odd: bool) -> None:
    """Write the middle answer and the number of those who answered beside the bars of a panel."""
    from matplotlib.patches import Rectangle

    across, down = figure.get_size_inches() / theme.MM
    left, level = panel.left + panel.width, str(panel.level)
    for item, y in rows.items:
        base = released.base(item, level)
        number = formatting.SUPPRESSED if math.isnan(base) else formatting.count(base)
        end = left + (SIDE if odd else 0.0) + N_WIDTH
        theme.words(figure, end, top + y, number, ha="right", color=theme.QUIET)
        if len(released.values(item)) % 2 == 0:
            continue
        shares = released.merged(item, level)
        box = (left + 0.5) / across, 1 - (top + y + ROW * 0.36) / down
        figure.add_artist(
            Rectangle(box, (SIDE - 1.0) / across, ROW * 0.72 / down, facecolor=theme.THREE[1],
                      transform=figure.transFigure, **theme.outline(theme.THREE[1]))
        )  # fmt: skip
        text = formatting.count(100 * shares[MIDDLE]) if shares else formatting.SUPPRESSED
        theme.words(figure, left + SIDE / 2, top + y, text, ha="center",
                    color=theme.INK if shares else theme.QUIET)  # fmt: skip


def _marks(axes: Axes, released: Released, rows: Rows) -> None:
    """Draw the share of the upper answers in each group as marks on one axis from 0 to 100 per cent."""
    axes.set(xlim=(0, 1), ylim=(rows.body, 0), yticks=[])
    for ends in rows.spans:
        theme.grid_lines(axes, [0.0, 0.5, 1.0], *ends)
    for item, y in rows.items:
        for number, level in enumerate(released.levels):
            share = _upper(released, item, level)
            if math.isfinite(share):
                axes.plot([share], [y], linestyle="none", clip_on=False, **_mark(number))
    axes.set_xticks([0.0, 0.5, 1.0], ["0", "50", "100"])
    axes.set_xlabel("Per cent, upper", labelpad=1.5)
    axes.tick_params(axis="x", length=2, pad=2)


def _mark(number: int) -> dict[str, Any]:
    return theme.group_mark(number, 4.0)


def _upper(released: Released, item: str, level: str) -> float:
    """Share of the upper answers, which may be released where the others are not; NaN if it is not."""
    row = released.upper(item, level)
    return math.nan if row is None else float(row["estimate"])


def _legend(
    released: Released, blocks: list[Block], panels: list[Panel], *, each: bool
) -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    labels = legend(released, [item for block in blocks for item in block.items], each=each)
    shades = colours(len(labels)) if each else theme.THREE
    shown = [(colour, label) for colour, label in zip(shades, labels, strict=True) if label]
    handles: list[Any] = [Patch(facecolor=colour, **theme.outline(colour)) for colour, _ in shown]
    names = [label for _, label in shown]
    if any(panel.level is None for panel in panels):
        handles += [
            Line2D([], [], linestyle="none", **_mark(number)) for number in range(len(released.levels))
        ]
        names += released.levels.values()
    return handles, legend_plan(names, theme.across())


def _weights(released: Released) -> str:
    if not released.weighted:
        return "Unweighted,"
    return f"Weighted ({released.in_text(released.schemes[released.primary])} weights),"


def _notes(released: Released, rows: Rows, panels: list[Panel]) -> list[str]:
    levels = [panel.level for panel in panels if panel.level is not None]
    hidden = any(not released.merged(item, level) for item, _ in rows.items for level in levels)
    apart = len(panels) == 1 and len(released.levels) > 0
    odd = any(len(released.values(item)) % 2 for item, _ in rows.items)
    return [
        f"{_weights(released)} of those who answered{'; grey, the middle answer' if odd else ''}."
        if not released.settings.study.recorded
        else f"{_weights(released)} of those with a value{'; grey, the middle one' if odd else ''}.",
        "Reversed items are shown as turned round." if released.settings.cleaning.reverse else "",
        f"All together; {formatting.numeral(len(released.levels), 'group')} stand in the table."
        if apart
        else "",
        "s: suppressed." if hidden else "",
    ]


def alt_text(released: Released, blocks: list[Block]) -> str:
    """Say for each battery and group the least and greatest share of the upper answers."""
    sentences = []
    for block in blocks:
        parts = []
        for level, label in {"": "all", **released.levels}.items():
            upper_shares = {item: _upper(released, item, level) for item in block.items}
            found = {item: share for item, share in upper_shares.items() if not math.isnan(share)}
            if not found:
                parts.append(f"{label} suppressed")
                continue
            least, most = min(found, key=lambda i: found[i]), max(found, key=lambda i: found[i])
            where = f"in {released.in_text(label)} " if level else "among all "
            parts.append(
                f"{where}from {formatting.percent(found[least])} "
                f"({released.short(least)}) to {formatting.percent(found[most])} ({released.short(most)})"
            )
        shared = common_poles(released, block.items)
        upper = joined(released, shared[2].words) if shared else "the upper answers"
        sentences.append(f"{block.label}: {upper} ranged {'; '.join(parts)}.")
    groups = " and by group" if released.levels else ""
    return f"Diverging bars of the weighted answers to each item, for all{groups}. " + " ".join(sentences)
