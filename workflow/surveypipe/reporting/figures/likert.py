"""Answers to the items of batteries: diverging stacked bars by group, one block for each battery."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.answer_words import common_poles, legend
from surveypipe.reporting.batteries import Block
from surveypipe.reporting.figures import theme
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
TOP = 13.0


def draw(released: Released) -> Drawn:
    """Draw one column of bars for each group; middle answers are split around zero."""
    blocks = released.batteries()
    if not blocks:
        text = "No ordered items of a battery were analysed."
        return theme.nothing_to_draw(text, simulated=released.simulated)
    levels = list(released.levels)
    body = sum(HEAD + ROW * len(block.items) for block in blocks) + 2
    notes = _notes(released, blocks)
    figure = theme.page(TOP + body + 11 + theme.foot_mm(notes, simulated=released.simulated))
    width = (theme.WIDTH_MM - LABEL_WIDTH - (N_WIDTH + 2) * len(levels)) / len(levels)
    limit = _limit(released, blocks)
    for index, level in enumerate(levels):
        left = LABEL_WIDTH + index * (width + N_WIDTH + 2)
        axes = theme.panel(figure, left, TOP, width, body)
        _bars(axes, released, blocks, level, body, limit)
        theme.words(figure, left + width / 2, TOP - 3.2, released.levels[level], ha="center", weight="bold")
        theme.words(
            figure, left + width + N_WIDTH, TOP - 3.2, "n", ha="right", color=theme.QUIET, style="italic"
        )
        _bases(figure, released, blocks, level, left + width + N_WIDTH)
    _labels(figure, released, blocks)
    _legend(figure, released, blocks, each=_five(released, blocks))
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, blocks))


def _five(released: Released, blocks: list[Block]) -> bool:
    """Whether every answer, and not only three categories, is released for every item and group."""
    pairs = [(item, level) for block in blocks for item in block.items for level in released.levels]
    return bool(pairs) and all(
        len(released.values(item)) == 5 and released.answers(item, level) for item, level in pairs
    )


def _shares(released: Released, item: str, level: str, five: bool) -> list[float]:
    return list((released.answers if five else released.merged)(item, level).values())


def _limit(released: Released, blocks: list[Block]) -> float:
    """Greatest reach of a bar to either side, rounded up to a tenth with room for a number."""
    reach = 0.5
    for block in blocks:
        for item in block.items:
            for level in released.levels:
                shares = released.merged(item, level)
                if shares:
                    reach = max(reach, *(shares[side] + shares[MIDDLE] / 2 for side in (LOW, HIGH)))
    return min(1.0, math.ceil(reach * 10 + 0.5) / 10)


def _bars(axes: Axes, released: Released, blocks: list[Block], level: str, body: float, limit: float) -> None:
    five = _five(released, blocks)
    colours = theme.FIVE if five else theme.THREE
    y = 0.0
    for block in blocks:
        ends = (y + HEAD, y + HEAD + ROW * len(block.items))
        theme.grid_lines(axes, [x for x in (-1.0, -0.5, 0.5, 1.0) if abs(x) <= limit], *ends)
        axes.plot([0, 0], ends, color=theme.QUIET, linewidth=0.8, zorder=3)
        y = ends[1]
    for y, item in _rows(blocks):
        shares = _shares(released, item, level, five)
        if not shares:
            _upper_alone(axes, y, _upper(released, item, level), limit)
            continue
        half = len(shares) // 2
        start = -sum(shares[:half]) - shares[half] / 2
        for share, colour in zip(shares, colours, strict=True):
            axes.barh(y, share, left=start, height=ROW * 0.74, color=colour, edgecolor="white", linewidth=0.4)
            start += share
        _ends(axes, y, released.merged(item, level), limit)
    axes.set(xlim=(-limit, limit), ylim=(body, 0), yticks=[])
    ticks = [x for x in (-1.0, -0.5, 0.0, 0.5, 1.0) if abs(x) <= limit]
    axes.set_xticks(ticks, [f"{100 * abs(x):.0f}" for x in ticks])
    axes.set_xlabel("Per cent", labelpad=1.5)
    axes.tick_params(axis="x", length=2, pad=2)


def _upper(released: Released, item: str, level: str) -> float:
    """Share of the upper answers, which may be released where the others are not; NaN if it is not."""
    row = released.upper(item, level)
    return math.nan if row is None else float(row["estimate"])


def _upper_alone(axes: Axes, y: float, share: float, limit: float) -> None:
    """Draw the upper answers from zero where the others are suppressed, or say that all are."""
    if math.isnan(share):
        axes.text(0.02, y, "suppressed", va="center", color=theme.QUIET, style="italic")
        return
    axes.barh(y, share, height=ROW * 0.74, color=theme.THREE[-1], edgecolor="white", linewidth=0.4)
    _ends(axes, y, {MIDDLE: 0.0, LOW: math.nan, HIGH: share}, limit)
    axes.text(
        -0.02 * limit, y, formatting.SUPPRESSED, va="center", ha="right", color=theme.QUIET, style="italic"
    )


def _ends(axes: Axes, y: float, shares: dict[str, float], limit: float) -> None:
    """Print the lower and upper shares, inside a bar that is long enough, else beside it."""
    split = shares[MIDDLE] / 2
    inside = 0.24 * limit
    for side, sign in ((LOW, -1), (HIGH, 1)):
        share = shares[side]
        if math.isnan(share):
            continue
        text = formatting.count(100 * share)
        if share > inside:
            colour = "white" if side == HIGH else theme.INK
            axes.text(sign * (split + share - 0.02 * limit), y, text, color=colour, va="center_baseline",
                      ha="right" if sign > 0 else "left")  # fmt: skip
        else:
            axes.text(sign * (split + share + 0.02 * limit), y, text, va="center_baseline",
                      ha="left" if sign > 0 else "right")  # fmt: skip


def _rows(blocks: list[Block]) -> list[tuple[float, str]]:
    """Middle of each item's row, in millimetres from the top of the panel."""
    found, y = [], 0.0
    for block in blocks:
        y += HEAD
        for item in block.items:
            found.append((y + ROW / 2, item))
            y += ROW
    return found


def _labels(figure: Figure, released: Released, blocks: list[Block]) -> None:
    y = TOP
    for block in blocks:
        theme.words(figure, 0.5, y + HEAD * 0.62, block.label, weight="bold")
        y += HEAD
        for item in block.items:
            label = theme.wrapped(released.short(item), 33)
            theme.words(figure, 3.0, y + ROW / 2, label, linespacing=1.0)
            y += ROW


def _bases(figure: Figure, released: Released, blocks: list[Block], level: str, x: float) -> None:
    for y, item in _rows(blocks):
        base = released.base(item, level)
        text = formatting.SUPPRESSED if math.isnan(base) else formatting.count(base)
        theme.words(figure, x, TOP + y, text, ha="right", color=theme.QUIET)


def _legend(figure: Figure, released: Released, blocks: list[Block], *, each: bool) -> None:
    from matplotlib.patches import Patch

    labels = legend(released, [item for block in blocks for item in block.items], each=each)
    handles = [
        Patch(facecolor=colour, edgecolor=theme.RULE, linewidth=0.5, label=label)
        for colour, label in zip(theme.FIVE if len(labels) == 5 else theme.THREE, labels, strict=True)
        if label
    ]
    figure.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(1.0, 1.0), ncols=len(handles), frameon=False,
        handlelength=1.1, handleheight=1.0, columnspacing=1.4, handletextpad=0.5, borderaxespad=0.1,
    )  # fmt: skip


def _notes(released: Released, blocks: list[Block]) -> list[str]:
    hidden = any(
        not released.merged(item, level)
        for block in blocks
        for item in block.items
        for level in released.levels
    )
    return [
        f"Weighted ({released.in_text(released.schemes[released.primary])} "
        "weights), of those who answered; the middle answer lies half on either side of zero.",
        "Reversed items are shown as turned round." if released.settings.cleaning.reverse else "",
        "s: suppressed; upper answers alone are drawn from zero." if hidden else "",
    ]


def alt_text(released: Released, blocks: list[Block]) -> str:
    """Say for each battery and group the least and greatest share of the upper answers."""
    sentences = []
    for block in blocks:
        parts = []
        for level, label in released.levels.items():
            upper_shares = {item: _upper(released, item, level) for item in block.items}
            found = {item: share for item, share in upper_shares.items() if not math.isnan(share)}
            if not found:
                parts.append(f"{label} suppressed")
                continue
            least, most = min(found, key=lambda i: found[i]), max(found, key=lambda i: found[i])
            parts.append(
                f"in {released.in_text(label)} from {formatting.percent(found[least])} "
                f"({released.short(least)}) to {formatting.percent(found[most])} ({released.short(most)})"
            )
        shared = common_poles(released, block.items)
        upper = shared[2].plain if shared else "the upper answers"
        sentences.append(f"{block.label}: {upper} ranged {'; '.join(parts)}.")
    return "Diverging stacked bars of the weighted answers to each item, by group. " + " ".join(sentences)
