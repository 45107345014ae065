"""The answers to every question, block by block: bars of shares, bars of ratings, strips of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.answer_blocks import Block, blocks, of_variables
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.answer_lines import (
    BELOW,
    BESIDE,
    Line,
    Panel,
    by_size,
    drawable,
    height_of,
    labels_mm,
    panels_of,
)
from surveypipe.reporting.figures.drawn_rows import estimates_of
from surveypipe.reporting.figures.histograms import Bar, bars_of, draw_bins, spoken
from surveypipe.reporting.figures.lettering import legend_plan, set_legend, width_mm
from surveypipe.reporting.figures.ratings import draw_ratings
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.lookups import bases_told
from surveypipe.reporting.released import Released
from surveypipe.study.item_types import MEDIAN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEAD = 3.6
# On a narrow page, where labels and values stand above the bars, left and right of these.
NARROW_LEFT, NARROW_RIGHT = 3.0, 4.0
# A page holds no more, in millimetres; groups are then left to the table where questions are numbers.
TALLEST = 205.0
# A longer value would run into the count beside it; its interval is drawn, and printed in the table.
MOST_LETTERS = 19
# Marks of more groups than this would hide one another.
MOST_GROUPS = 4
QUARTILES = ("lower_quartile", MEDIAN, "upper_quartile")


def answer_figures(released: Released) -> dict[str, Block]:
    """Name the figure of every block of questions."""
    return {block.figure: block for block in blocks(of_variables(released.variables))}


def draw(released: Released, block: Block) -> Drawn:
    """Draw the answers to the questions of a block."""
    if not drawable(released, block):
        what = "values" if released.settings.study.recorded else "answers"
        return theme.nothing_to_draw(f"The {what} are counted only.", mark=released.mark)
    if block.ratings:
        return draw_ratings(released, [question.name for question in block.questions])
    panels = panels_of(released, block, list(released.levels) if _page_holds_groups(released, block) else [])
    groups = _groups(released)
    notes = _notes(released, panels, groups, [question.name for question in block.questions])
    handles = _handles(released, groups, panels)
    plan = legend_plan(list(handles), theme.across())
    top = plan.height + HEAD
    body = height_of(panels)
    figure = theme.page(top + body + theme.foot_mm(notes, mark=released.mark))
    set_legend(figure, list(handles.values()), plan)
    _heads(figure, released, top - 2.2)
    for panel in panels:
        axes = theme.panel(figure, _left(), top, _width(), panel.height)
        _labels(figure, panel, top)
        if panel.numbers:
            _strips(axes, released, panel)
        else:
            _bars(axes, released, panel, groups)
        top += panel.height + panel.foot
    theme.footnote(figure, notes, mark=released.mark)
    drawn = estimates_of(released, [question.name for question in block.questions])
    return Drawn(figure, alt_text(released, panels), drawn)


def _page_holds_groups(released: Released, block: Block) -> bool:
    """Whether a page holds the lines of all groups; a narrow page has no end, and shows what a page shows."""
    with theme.on_a_page():
        return height_of(panels_of(released, block, list(released.levels))) <= TALLEST


def groups_drawn(released: Released, block: Block) -> bool:
    """Whether a figure shows the groups beside all: marks on bars, lines where questions are numbers."""
    if block.ratings or not released.levels:
        return False
    lines = list(released.levels) if _page_holds_groups(released, block) else []
    marked = set(_groups(released))
    return any(
        bool(lines) if panel.numbers else any(marked & set(line.values) for line in panel.lines)
        for panel in panels_of(released, block, lines)
    )


def _left() -> float:
    return NARROW_LEFT if theme.narrow() else labels_mm() + 4.0


def _width() -> float:
    return theme.across() - _left() - (NARROW_RIGHT if theme.narrow() else BESIDE)


def _at_values() -> float:
    """Where values with their intervals begin, in widths of a panel."""
    return (labels_mm() + 1.0 - _left()) / _width() if theme.narrow() else 1.03


def _groups(released: Released) -> list[str]:
    return list(released.levels) if len(released.levels) <= MOST_GROUPS else []


def _labels(figure: Figure, panel: Panel, top: float) -> None:
    for y, _, line in _places(panel):
        heading = not (line.marked or line.quiet)
        theme.words(
            figure, 0.5 if heading else 3.0, top + y, line.label, linespacing=1.1,
            weight="bold" if heading else "normal",
        )  # fmt: skip


def _places(panel: Panel) -> Iterator[tuple[float, float, Line]]:
    """Each line, with the middle of its label and that of what is drawn of it."""
    top = 0.0
    for line in panel.lines:
        words, marks = line.middles
        yield top + words, top + marks, line
        top += line.height


def _bars(axes: Axes, released: Released, panel: Panel, groups: Sequence[str]) -> None:
    _share_grid(axes, panel)
    for words, y, line in _places(panel):
        row = line.values.get("")
        if row is None:
            continue
        if not math.isfinite(float(row["estimate"])):
            _beside(axes, words, "suppressed", style="italic", color=theme.QUIET)
            continue
        share = 100 * float(row["estimate"])
        axes.barh(y, share, height=2.6, color=theme.BAR, zorder=1)
        low, high = 100 * float(row["ci_low"]), 100 * float(row["ci_high"])
        if math.isfinite(low) and math.isfinite(high):
            axes.plot([low, high], [y, y], color=theme.INK, linewidth=0.9, zorder=3)
        for number, level in enumerate(groups):
            inside = line.values.get(level)
            if inside is not None and math.isfinite(float(inside["estimate"])):
                axes.plot([100 * float(inside["estimate"])], [y], linestyle="none", **_mark(number))
        _beside(axes, words, _printed(row, formatting.points))
        _count(axes, words, row)
    axes.set(xlim=(0, 100), ylim=(panel.height, 0), yticks=[], xlabel="Per cent")
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.tick_params(axis="x", length=2, pad=2)


def _share_grid(axes: Axes, panel: Panel) -> None:
    """Draw the faint lines behind the bars: the whole way, or where words stand between bars, at these."""
    ticks: list[float] = [0, 25, 50, 75, 100]
    if not theme.narrow():
        theme.grid_lines(axes, ticks)
        return
    for _, y, line in _places(panel):
        if line.marked:
            theme.grid_lines(axes, ticks, y - BELOW / 2, y + BELOW / 2)


def _mark(number: int) -> dict[str, Any]:
    return theme.group_mark(number, 5.0)


def _printed(row: pd.Series, form: Callable[[float], str]) -> str:
    low, high = float(row["ci_low"]), float(row["ci_high"])
    text = form(float(row["estimate"]))
    if not (math.isfinite(low) and math.isfinite(high)):
        return text
    whole = f"{text} ({formatting.span(form(low), form(high))})"
    return whole if len(whole) <= MOST_LETTERS else text


def _beside(axes: Axes, y: float, text: str, **settings: Any) -> None:
    axes.text(_at_values(), y, text, transform=axes.get_yaxis_transform(), va="center_baseline", **settings)


def _counts() -> float:
    """Where counts end, in widths of a panel."""
    return (theme.across() - 0.6 - _left()) / _width()


def _count(axes: Axes, y: float, row: pd.Series) -> None:
    text = formatting.count(float(row["n"]))
    axes.text(
        _counts(), y, text, transform=axes.get_yaxis_transform(), va="center_baseline", ha="right",
        color=theme.QUIET,
    )  # fmt: skip


def _strips(axes: Axes, released: Released, panel: Panel) -> None:
    """Draw, for all and each group, the quartiles as a band, the median in it, the mean with its interval."""
    bars = {id(line): bars_of(line.bins) for line in panel.lines if line.bins}
    rows = [row for line in panel.lines for row in line.values.values()]
    low, high = _scale(axes, released, panel.question, rows, [one for few in bars.values() for one in few])
    axes.set(xlim=(low, high), ylim=(panel.height, 0), yticks=[])
    for words, y, line in _places(panel):
        if line.bins:
            draw_bins(axes, line.bins, bars[id(line)], y, _width() / (high - low))
        for level, row in line.values.items():
            if not math.isfinite(float(row["estimate"])):
                _beside(axes, words, "suppressed", style="italic", color=theme.QUIET)
                continue
            quartiles = [_value(released, panel.question, name, level) for name in QUARTILES]
            if all(map(math.isfinite, quartiles)):
                first, middle, third = quartiles
                axes.plot(
                    [first, third], [y, y], color=theme.BAR, linewidth=6, solid_capstyle="butt", zorder=1
                )
                axes.plot([middle, middle], [y - 1.3, y + 1.3], color=theme.INK, linewidth=1.3, zorder=2)
            interval = [float(row["ci_low"]), float(row["ci_high"])]
            axes.plot(interval, [y, y], color=theme.ACCENT, linewidth=1.2, zorder=3)
            axes.plot([float(row["estimate"])], [y], marker="D", markersize=3.6, color=theme.ACCENT, zorder=4)
            _beside(axes, words, _printed(row, formatting.weight))
            _count(axes, words, row)


def _scale(
    axes: Axes, released: Released, name: str, rows: Sequence[pd.Series], bars: Sequence[Bar]
) -> tuple[float, float]:
    """Mark the axis of a question answered with a number, and give its ends: they hold all that is drawn."""
    levels = [str(row["group_level"]) for row in rows if math.isfinite(float(row["estimate"]))]
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    ends += [_value(released, name, statistic, level) for statistic in QUARTILES for level in levels]
    ends += [float(row[end]) for row in rows for end in ("estimate", "ci_low", "ci_high")]
    ends = [end for end in ends if math.isfinite(end)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = (high - low) * 0.08 or 1.0
    longest = max(width_mm(formatting.measured(end)) for end in (low, high))
    marks = int(_width() // (longest + 2.0))
    axes.locator_params(axis="x", nbins=max(1, min(marks, 6)))
    axes.xaxis.set_major_formatter(lambda value, place: formatting.measured(value))
    axes.tick_params(axis="x", length=2, pad=2)
    return low - room, high + room


def _value(released: Released, name: str, statistic: str, level: str) -> float:
    row = released.summary(name, statistic, group_level=level)
    return math.nan if row is None else float(row["estimate"])


def _handles(released: Released, groups: Sequence[str], panels: Sequence[Panel]) -> dict[str, Any]:
    """Give what the marks stand for, by name; nothing where there is nothing to tell apart."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    lines = [line for panel in panels if not panel.numbers for line in panel.lines]
    if not any(set(groups) & set(line.values) for line in lines):
        return {}
    marks = {
        released.levels[level]: Line2D([], [], linestyle="none", **_mark(number))
        for number, level in enumerate(groups)
    }
    return {"All": Patch(color=theme.BAR), **marks}


def _heads(figure: Figure, released: Released, y: float) -> None:
    level = formatting.confidence(released.settings.analysis.ci_level)
    right: Any = {"color": theme.QUIET}
    theme.words(figure, _left() + _width() * _at_values(), y, f"{level} CI in brackets", **right)
    theme.words(figure, _left() + _width() * _counts(), y, "n", ha="right", style="italic", **right)


def _notes(
    released: Released, panels: Sequence[Panel], groups: Sequence[str], names: Sequence[str]
) -> list[str]:
    made = []
    if any(not panel.numbers for panel in panels):
        sizes = any(by_size(released, name) for name in names)
        made.append(f"Bars, all, with intervals{'; categories, the largest first' if sizes else ''}.")
    if any(panel.numbers for panel in panels):
        made.append("Of numbers: band, quartiles; stroke, median; diamond, mean with interval.")
    drawn = [line.bins for panel in panels for line in panel.lines if line.bins]
    if bars := [bar for bins in drawn for bar in bars_of(bins)]:
        palest = (
            "palest, open at one side, drawn as wide as most; " if any(bar.is_open for bar in bars) else ""
        )
        people = released.vocabulary.people.many
        made.append(f"Bins: area, per cent of {people}; {palest}each holds its lower edge.")
    return [*made, bases_told(released, names), released.weighted_by]


def alt_text(released: Released, panels: Sequence[Panel]) -> str:
    """Read out each share or mean, for all and by group."""
    sentences = []
    for panel in panels:
        for line in panel.lines:
            parts = []
            if line.bins:
                sentences.append(f"{line.spoken}, per cent in each bin: {spoken(line.bins)}.")
            for level, row in line.values.items():
                value = float(row["estimate"])
                form = formatting.weight if panel.numbers else formatting.percent
                who = "" if panel.numbers else f"{released.levels.get(level, 'all')} "
                parts.append(f"{who}{form(value) if math.isfinite(value) else 'suppressed'}")
            if parts:
                mean = "mean " if panel.numbers else ""
                sentences.append(f"{line.spoken}: {mean}{'; '.join(parts)}.")
    what = "Values" if released.settings.study.recorded else "Answers"
    return f"{what}, {'weighted' if released.weighted else 'unweighted'}. " + " ".join(sentences)
