"""Mean of each scale with its interval, for all staff and by group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released
from surveypipe.study.cleaning import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEP = 5.2
GAP = 4.2
LEFT = 52.0
WIDTH = 66.0
TOP = 9.0


def draw(released: Released) -> Drawn:
    """Draw means on the answers' own scale, the neutral point marked."""
    scales = released.settings.cleaning.scales
    if not scales:
        return theme.nothing_to_draw("No scale was scored.", simulated=released.simulated)
    who = ["", *released.levels]
    notes = _notes(released, scales)
    body = len(scales) * (STEP * len(who) + GAP)
    figure = theme.page(TOP + body + 12 + theme.foot_mm(notes, simulated=released.simulated))
    axes = theme.panel(figure, LEFT, TOP, WIDTH, body)
    low, high = _ends(released, scales)
    theme.grid_lines(axes, list(range(int(low), int(high) + 1)))
    axes.axvline((low + high) / 2, color=theme.QUIET, linewidth=0.9, dashes=(3, 2), zorder=1)
    y = GAP / 2
    for scale in scales:
        label = theme.wrapped(scale.label, 30)
        theme.words(figure, 0.5, TOP + y + STEP * len(who) / 2, label, weight="bold", linespacing=1.15)
        for number, level in enumerate(who):
            _mark(axes, released, scale.variable, level, y + STEP * (number + 0.5), number, high)
        y += STEP * len(who) + GAP
    axes.set(xlim=(low, high), ylim=(body, 0), yticks=[], xlabel=_axis_label(released, scales))
    axes.set_xticks(range(int(low), int(high) + 1))
    axes.tick_params(axis="x", length=2, pad=2)
    _legend(axes, released, who)
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, scales))


def _style(number: int) -> dict[str, Any]:
    colour = theme.INK if number == 0 else theme.GROUP_COLOURS[(number - 1) % len(theme.GROUP_COLOURS)]
    marker = "D" if number == 0 else theme.GROUP_MARKERS[(number - 1) % len(theme.GROUP_MARKERS)]
    return {"color": colour, "marker": marker, "markersize": 4.6, "linewidth": 1.4}


def _mark(
    axes: Axes, released: Released, variable: str, level: str, y: float, number: int, end: float
) -> None:
    row = released.mean(variable, group_level=level)
    place: Any = {"transform": axes.get_yaxis_transform(), "va": "center_baseline"}
    if row is None or math.isnan(float(row["estimate"])):
        axes.text(1.03, y, "suppressed", style="italic", color=theme.QUIET, **place)
        return
    style = _style(number)
    axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=style["color"], linewidth=style["linewidth"])
    axes.plot([row["estimate"]], [y], linestyle="none", **style)
    ends = formatting.span(formatting.decimal(row["ci_low"]), formatting.decimal(row["ci_high"]))
    axes.text(1.03, y, f"{formatting.decimal(row['estimate'])} ({ends})", **place)
    axes.text(1.5, y, formatting.count(row["n"]), ha="right", color=theme.QUIET, **place)


def _ends(released: Released, scales: Sequence[Scale]) -> tuple[float, float]:
    codes = [float(code) for scale in scales for item in scale.items for code in released.values(item)]
    return min(codes, default=1.0), max(codes, default=5.0)


def _axis_label(released: Released, scales: Sequence[Scale]) -> str:
    for scale in scales:
        answers = released.values(scale.items[0])
        if answers:
            first, *_, last = answers.items()
            return f"Mean score ({first[0]}, {first[1].lower()}; {last[0]}, {last[1].lower()})"
    return "Mean score"


def _legend(axes: Axes, released: Released, who: list[str]) -> None:
    from matplotlib.lines import Line2D

    names = ["All", *released.levels.values()]
    handles = [Line2D([], [], label=name, **_style(number)) for number, name in enumerate(names)]
    axes.figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=len(names), frameon=False,
        columnspacing=1.8, borderaxespad=0.1,
    )  # fmt: skip
    place: Any = {"transform": axes.transAxes, "color": theme.QUIET, "va": "bottom"}
    axes.text(1.03, 1.0, f"Mean ({formatting.confidence(released.settings.analysis.ci_level)} CI)", **place)
    axes.text(1.5, 1.0, "n", ha="right", style="italic", **place)


def _notes(released: Released, scales: Sequence[Scale]) -> list[str]:
    asked = [
        released.in_text(scale.label)
        for scale in scales
        if released.variables.get(scale.variable, {}).get("asked_if")
    ]
    routed = f"Asked only of those routed to it: {formatting.sentence_list(asked)}." if asked else ""
    weights = released.in_text(released.schemes[released.primary])
    return [f"Weighted means ({weights} weights); the broken line is the middle of the scale.", routed]


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
    return "Weighted mean of each scale with its interval. " + " ".join(sentences)
