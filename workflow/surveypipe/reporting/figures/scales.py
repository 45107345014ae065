"""Mean of each scale with its interval, for all staff and by group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.drawn_rows import estimates_of
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released
from surveypipe.study.cleaning import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEP = 5.2
GAP = 4.2
LEFT = 52.0
HEAD = 5.2
# Room for a mean with its interval, and for the number behind it.
NUMBERS, COUNTS = 27.0, 9.0
# More marks on the axis than this would run into one another.
MOST_TICKS = 11


def draw(released: Released) -> Drawn:
    """Draw means of scores on the answers' own scale, its middle marked."""
    scales = released.settings.cleaning.scales
    if not scales:
        return theme.nothing_to_draw("No scale was scored.", mark=released.mark)
    who = ["", *released.levels]
    notes = _notes(released, scales)
    stacked, across = theme.narrow(), theme.across()
    left = 2.0 if stacked else LEFT
    width = across - left - NUMBERS - COUNTS - 2.0
    labels = [fitted(scale.label, across - 1.0 if stacked else left - 3.0, weight="bold") for scale in scales]
    above = [lines_mm(label) + 0.6 if stacked else 0.0 for label in labels]
    heights = [
        head + max(STEP * len(who), 0.0 if stacked else lines_mm(label)) + GAP
        for head, label in zip(above, labels, strict=True)
    ]
    body = sum(heights)
    handles, plan = _legend(released, who)
    top = (plan.height if len(who) > 1 else 0.0) + HEAD
    around = min(left, across - left - width)
    below = fitted(_axis_label(released, scales), width + 2 * around)
    foot = theme.foot_mm(notes, mark=released.mark)
    figure = theme.page(top + body + 8.5 + lines_mm(below) + foot)
    axes = theme.panel(figure, left, top, width, body)
    low, high = _ends(released, scales)
    ticks = _ticks(low, high)
    theme.grid_lines(axes, ticks)
    axes.axvline((low + high) / 2, color=theme.QUIET, linewidth=0.9, dashes=(3, 2), zorder=1)
    y = 0.0
    for scale, label, head, height in zip(scales, labels, above, heights, strict=True):
        middle = head / 2 + GAP / 2 if stacked else height / 2
        # Above the marks a label lies on the line that marks the middle of the scale.
        box: Any = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        theme.words(figure, 0.5, top + y + middle, label, weight="bold", linespacing=1.15, bbox=box)
        first = y + head + (height - head - STEP * len(who)) / 2
        for number, level in enumerate(who):
            _mark(axes, released, scale.variable, level, first + STEP * (number + 0.5), number, width)
        y += height
    axes.set(xlim=(low, high), ylim=(body, 0), yticks=[], xlabel=below)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.tick_params(axis="x", length=2, pad=2)
    if len(who) > 1:
        set_legend(figure, handles, plan)
    place: Any = {"transform": axes.transAxes, "color": theme.QUIET, "va": "bottom"}
    axes.text(
        1 + 2.0 / width,
        1.0,
        f"Mean ({formatting.confidence(released.settings.analysis.ci_level)} CI)",
        **place,
    )
    axes.text(_counts(width), 1.0, "n", ha="right", style="italic", **place)
    theme.footnote(figure, notes, mark=released.mark)
    drawn = estimates_of(released, [scale.variable for scale in scales])
    return Drawn(figure, alt_text(released, scales), drawn)


def _ticks(low: float, high: float) -> list[float]:
    """Whole steps of the scale, few enough to be read."""
    span = max(1, round(high - low))
    step = next(step for step in range(1, span + 1) if span % step == 0 and span / step < MOST_TICKS)
    return [low + step * number for number in range(span // step + 1)]


def _style(number: int) -> dict[str, Any]:
    colour = theme.INK if number == 0 else theme.GROUP_COLOURS[(number - 1) % len(theme.GROUP_COLOURS)]
    marker = "D" if number == 0 else theme.GROUP_MARKERS[(number - 1) % len(theme.GROUP_MARKERS)]
    return {"color": colour, "marker": marker, "markersize": 4.6, "linewidth": 1.4}


def _counts(width: float) -> float:
    """Where counts end, in widths of the panel."""
    return 1 + (NUMBERS + COUNTS + 1.5) / width


def _mark(
    axes: Axes, released: Released, variable: str, level: str, y: float, number: int, width: float
) -> None:
    row = released.mean(variable, group_level=level)
    place: Any = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    if row is None or math.isnan(float(row["estimate"])):
        axes.text(1 + 2.0 / width, y, "suppressed", style="italic", color=theme.QUIET, **place)
        return
    style = _style(number)
    axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=style["color"], linewidth=style["linewidth"])
    axes.plot([row["estimate"]], [y], linestyle="none", **style)
    ends = formatting.span(formatting.decimal(row["ci_low"]), formatting.decimal(row["ci_high"]))
    axes.text(1 + 2.0 / width, y, f"{formatting.decimal(row['estimate'])} ({ends})", **place)
    axes.text(_counts(width), y, formatting.count(row["n"]), ha="right", color=theme.QUIET, **place)


def _ends(released: Released, scales: Sequence[Scale]) -> tuple[float, float]:
    codes = [float(code) for scale in scales for item in scale.items for code in released.values(item)]
    return min(codes, default=1.0), max(codes, default=5.0)


def _axis_label(released: Released, scales: Sequence[Scale]) -> str:
    for scale in scales:
        answers = released.values(scale.items[0])
        if answers:
            first, *_, last = ((code, released.in_text(label)) for code, label in answers.items())
            return f"Mean score ({first[0]}, {first[1]}; {last[0]}, {last[1]})"
    return "Mean score"


def _legend(released: Released, who: list[str]) -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **_style(number)) for number, _ in enumerate(who)]
    return handles, legend_plan(["All", *released.levels.values()], theme.across())


def _notes(released: Released, scales: Sequence[Scale]) -> list[str]:
    asked = [
        released.in_text(scale.label)
        for scale in scales
        if released.variables.get(scale.variable, {}).get("asked_if")
    ]
    routed = f"Asked only of those routed to it: {formatting.sentence_list(asked)}." if asked else ""
    scheme = released.in_text(released.schemes[released.primary])
    means = f"Weighted means ({scheme} weights)" if released.weighted else "Unweighted means"
    return [f"{means}; the broken line is the middle of the scale.", routed]


def alt_text(released: Released, scales: Sequence[Scale]) -> str:
    """Read out each mean with its interval."""
    sentences = []
    for scale in scales:
        parts = []
        for level, name in {"": "all", **released.levels}.items():
            row = released.mean(scale.variable, group_level=level)
            if row is None or math.isnan(float(row["estimate"])):
                parts.append(f"{name} suppressed")
            else:
                ends = formatting.decimal_interval(row["ci_low"], row["ci_high"])
                parts.append(
                    f"{name} {formatting.decimal(row['estimate'])} "
                    f"({formatting.confidence(row['ci_level'])} interval {ends})"
                )
        sentences.append(f"{scale.label}: {'; '.join(parts)}.")
    mean = "Weighted mean" if released.weighted else "Mean"
    return f"{mean} of each scale with its interval. " + " ".join(sentences)
