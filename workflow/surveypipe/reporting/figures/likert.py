"""Answers to the items of batteries: diverging stacked bars by group, one block for each battery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.answer_words import common_poles, legend
from surveypipe.reporting.batteries import Block
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import (
    LegendPlan,
    fitted,
    legend_plan,
    lines_mm,
    set_legend,
    width_mm,
)
from surveypipe.reporting.figures.ratings import colours
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released
from surveypipe.study.poles import HIGH, LOW, MIDDLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 5.4
HEAD = 6.6
LABEL_WIDTH = 52.0
N_WIDTH = 9.0
# Bars of more groups than this would be too short to read; then all respondents are drawn together.
MOST_GROUPS = 4
OVER_MM = 2.2
# Marks of the axis that lie closer run into one another.
TICK_MM = 7.0
# A panel that is narrower has no room for a word beside its middle.
NARROW = 34.0


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in millimetres from the top of the bars.

    Attributes
    ----------
    heads, rows
        Heading of each block and label of each item, wrapped, with their middles.
    body
        Height of the bars.
    width
        Width of each panel.
    who
        Groups drawn side by side: level and label.
    """

    heads: list[tuple[str, float]]
    rows: list[tuple[str, str, float]]
    spans: list[tuple[float, float]]
    body: float
    width: float
    who: dict[str, str]


def layout(released: Released, blocks: list[Block]) -> Layout:
    """Give every label the room that it needs."""
    groups = released.levels
    who = groups if 0 < len(groups) <= MOST_GROUPS else {"": "All"}
    heads, rows, spans, y = [], [], [], 0.0
    for block in blocks:
        head = fitted(block.label, theme.across() - 1.0, weight="bold")
        height = HEAD - 3.4 + lines_mm(head)
        heads.append((head, y + height * 0.62))
        y += height
        top = y
        for item in block.items:
            label = fitted(released.short(item), LABEL_WIDTH - 5.0)
            height = max(ROW, lines_mm(label) + 1.4)
            rows.append((item, label, y + height / 2))
            y += height
        spans.append((top, y))
    width = (theme.across() - LABEL_WIDTH - (N_WIDTH + 2) * len(who)) / len(who)
    return Layout(heads, rows, spans, y + 2, width, who)


def draw(released: Released) -> Drawn:
    """Draw one column of bars for each group; middle answers are split around zero."""
    blocks = released.batteries()
    if not blocks:
        text = "No ordered items of a battery were analysed."
        return theme.nothing_to_draw(text, simulated=released.simulated)
    place = layout(released, blocks)
    each = _each(released, place)
    handles, plan = _legend(released, blocks, each=each)
    names = {level: fitted(label, place.width - 1.0, weight="bold") for level, label in place.who.items()}
    heading = max(map(lines_mm, names.values()))
    top = plan.height + heading + 4.2
    notes = _notes(released, place)
    figure = theme.page(top + place.body + 11 + theme.foot_mm(notes, simulated=released.simulated))
    limit = _limit(released, place)
    for index, (level, name) in enumerate(names.items()):
        left = LABEL_WIDTH + index * (place.width + N_WIDTH + 2)
        axes = theme.panel(figure, left, top, place.width, place.body)
        _bars(axes, released, place, level, limit, each=each)
        middle = top - 1.6 - heading / 2
        end = left + place.width + N_WIDTH
        theme.words(figure, left + place.width / 2, middle, name, ha="center", weight="bold")
        theme.words(figure, end, middle, "n", ha="right", color=theme.QUIET, style="italic")
        _bases(figure, released, place, level, top, end)
    for head, y in place.heads:
        theme.words(figure, 0.5, top + y, head, weight="bold")
    for _, label, y in place.rows:
        theme.words(figure, 3.0, top + y, label, linespacing=1.15)
    set_legend(figure, handles, plan)
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, blocks))


def _each(released: Released, place: Layout) -> bool:
    """Whether all items have the same answers, and every one is released, not only three categories."""
    pairs = [(item, level) for item, _, _ in place.rows for level in place.who]
    alike = common_poles(released, [item for item, _, _ in place.rows]) is not None
    return alike and all(released.answers(item, level) for item, level in pairs)


def _shares(released: Released, item: str, level: str, each: bool) -> list[float]:
    return list((released.answers if each else released.merged)(item, level).values())


def _limit(released: Released, place: Layout) -> float:
    """Greatest reach of a bar to either side, rounded up to a tenth with room for a number."""
    reach = 0.5
    for item, _, _ in place.rows:
        for level in place.who:
            shares = released.merged(item, level)
            if shares:
                reach = max(reach, *(shares[side] + shares[MIDDLE] / 2 for side in (LOW, HIGH)))
    half = place.width / 2
    # A number beside a bar may stand over the edge of the panel, not over the number of people.
    return max(min(1.0, math.ceil(reach * 10 + 0.5) / 10), reach * half / (half - OVER_MM))


def _bars(axes: Axes, released: Released, place: Layout, level: str, limit: float, *, each: bool) -> None:
    axes.set(xlim=(-limit, limit), ylim=(place.body, 0), yticks=[])
    for ends in place.spans:
        theme.grid_lines(axes, [x for x in (-1.0, -0.5, 0.5, 1.0) if abs(x) <= limit], *ends)
        axes.plot([0, 0], ends, color=theme.QUIET, linewidth=0.8, zorder=3)
    bar = _Bar(axes, limit, 2 * limit / place.width)
    for item, _, y in place.rows:
        shares = _shares(released, item, level, each)
        if not shares:
            bar.upper_alone(y, _upper(released, item, level))
            continue
        half, odd = divmod(len(shares), 2)
        start = -sum(shares[:half]) - odd * shares[half] / 2
        shades = colours(len(shares)) if each else theme.THREE
        for share, colour in zip(shares, shades, strict=True):
            axes.barh(y, share, left=start, height=ROW * 0.74, color=colour, edgecolor="white", linewidth=0.4)
            start += share
        bar.ends(y, released.merged(item, level))
    ticks = [x for x in (-1.0, -0.5, 0.0, 0.5, 1.0) if abs(x) <= limit]
    if len(ticks) == 5 and 0.5 / bar.mm < TICK_MM:
        ticks = [-1.0, 0.0, 1.0]
    axes.set_xticks(ticks, [f"{100 * abs(x):.0f}" for x in ticks])
    axes.set_xlabel("Per cent", labelpad=1.5)
    axes.tick_params(axis="x", length=2, pad=2)


def _upper(released: Released, item: str, level: str) -> float:
    """Share of the upper answers, which may be released where the others are not; NaN if it is not."""
    row = released.upper(item, level)
    return math.nan if row is None else float(row["estimate"])


@dataclass(frozen=True)
class _Bar:
    """What is written on and beside the bars of a panel.

    Parameters
    ----------
    limit
        Reach of the axis to either side.
    mm
        A millimetre on the axis.
    """

    axes: Axes
    limit: float
    mm: float

    def upper_alone(self, y: float, share: float) -> None:
        """Draw the upper answers from zero where the others are suppressed, or say that all are."""
        quiet: Any = {"va": "center", "color": theme.QUIET, "style": "italic"}
        if math.isnan(share):
            narrow = 2 * self.limit / self.mm < NARROW
            self.axes.text(0.6 * self.mm, y, formatting.SUPPRESSED if narrow else "suppressed", **quiet)
            return
        bar: Any = {"height": ROW * 0.74, "color": theme.THREE[-1], "edgecolor": "white", "linewidth": 0.4}
        self.axes.barh(y, share, **bar)
        self.ends(y, {MIDDLE: 0.0, LOW: math.nan, HIGH: share})
        self.axes.text(-0.6 * self.mm, y, formatting.SUPPRESSED, ha="right", **quiet)

    def ends(self, y: float, shares: dict[str, float]) -> None:
        """Print the lower and upper shares, inside a bar that is long enough, else beside it."""
        split = shares[MIDDLE] / 2
        for side, sign in ((LOW, -1), (HIGH, 1)):
            share = shares[side]
            if math.isnan(share):
                continue
            text = formatting.count(100 * share)
            within = share > (width_mm(text) + 1.2) * self.mm
            gap = -0.6 * self.mm if within else 0.6 * self.mm
            outward, inward = ("left", "right") if sign > 0 else ("right", "left")
            self.axes.text(
                sign * (split + share + gap), y, text, va="center_baseline",
                color="white" if within and side == HIGH else theme.INK, ha=inward if within else outward,
            )  # fmt: skip


def _bases(figure: Figure, released: Released, place: Layout, level: str, top: float, x: float) -> None:
    for item, _, y in place.rows:
        base = released.base(item, level)
        text = formatting.SUPPRESSED if math.isnan(base) else formatting.count(base)
        theme.words(figure, x, top + y, text, ha="right", color=theme.QUIET)


def _legend(released: Released, blocks: list[Block], *, each: bool) -> tuple[list[Any], LegendPlan]:
    from matplotlib.patches import Patch

    labels = legend(released, [item for block in blocks for item in block.items], each=each)
    shades = colours(len(labels)) if each else theme.THREE
    shown = [(colour, label) for colour, label in zip(shades, labels, strict=True) if label]
    handles = [Patch(facecolor=colour, edgecolor=theme.RULE, linewidth=0.5) for colour, _ in shown]
    return handles, legend_plan([label for _, label in shown], theme.across())


def _weights(released: Released) -> str:
    if not released.weighted:
        return "Unweighted,"
    return f"Weighted ({released.in_text(released.schemes[released.primary])} weights),"


def _notes(released: Released, place: Layout) -> list[str]:
    hidden = any(not released.merged(item, level) for item, _, _ in place.rows for level in place.who)
    apart = len(place.who) < len(released.levels)
    return [
        f"{_weights(released)} of those who answered; the middle answer lies half on either side of zero.",
        "Reversed items are shown as turned round." if released.settings.cleaning.reverse else "",
        f"All together; {formatting.numeral(len(released.levels), 'group')} stand in the table."
        if apart
        else "",
        "s: suppressed; upper answers alone are drawn from zero." if hidden else "",
    ]


def alt_text(released: Released, blocks: list[Block]) -> str:
    """Say for each battery and group the least and greatest share of the upper answers."""
    sentences = []
    for block in blocks:
        parts = []
        for level, label in (released.levels or {"": "All"}).items():
            upper_shares = {item: _upper(released, item, level) for item in block.items}
            found = {item: share for item, share in upper_shares.items() if not math.isnan(share)}
            if not found:
                parts.append(f"{label} suppressed")
                continue
            least, most = min(found, key=lambda i: found[i]), max(found, key=lambda i: found[i])
            where = f"in {released.in_text(label)} " if level else ""
            parts.append(
                f"{where}from {formatting.percent(found[least])} "
                f"({released.short(least)}) to {formatting.percent(found[most])} ({released.short(most)})"
            )
        shared = common_poles(released, block.items)
        upper = shared[2].plain if shared else "the upper answers"
        sentences.append(f"{block.label}: {upper} ranged {'; '.join(parts)}.")
    groups = ", by group" if released.levels else ""
    return f"Diverging stacked bars of the weighted answers to each item{groups}. " + " ".join(sentences)
