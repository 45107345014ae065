"""The multiverse as a matrix: a named row for each specification, a panel for each claim.

Only weighting scheme and treatment of unanswered items move a point, and each pair of these is a row. The
finite-population correction and the method of interval lengthen or shorten its whisker. All of them assume
response at random within cells; the bounds and the scenario, which do not, are the last rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.ledger.outcomes import IMPUTED
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of, ticks
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.multiverse_notes import notes_of
from surveypipe.reporting.figures.multiverse_rows import (
    BOUNDS,
    OTHERWISE,
    ROW,
    SCENARIO,
    Panel,
    Point,
    Row,
    panel_of,
    rows_of,
    title,
)
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, NARROW_COLUMNS = 4, 1
LABELS, NARROW_LABELS = 39.0, 31.0
FOOT, GAP, EDGE = 6.0, 6.0, 2.0
OTHERS = "#5f5f5f"
COUNTED = "#7b3294"
PALE_WHISKER = "#b9b9b9"


def draw(released: Released) -> Drawn:
    """Draw a panel for each row of the ledger, all with the same rows."""
    panels = [panel_of(released, claim) for claim in released.claim_rows()]
    columns, left = (NARROW_COLUMNS, NARROW_LABELS) if theme.narrow() else (COLUMNS, LABELS)
    columns = max(1, min(columns, len(panels)))
    lines = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    rows = rows_of(released, panels, left - 2.0)
    body = rows[-1].top + rows[-1].height if rows else ROW
    width = (theme.across() - left - GAP * (columns - 1) - 2 * EDGE) / columns
    titles = [
        [fitted(title(one.claim, released), width + EDGE - 0.5, weight="bold") for one in line]
        for line in lines
    ]
    heads = [max(map(lines_mm, named)) + 1.5 for named in titles]
    shown = [one.about for one in panels if one.points]
    notes = notes_of(released, shown, hidden=len(shown) < len(panels))
    handles, plan = _legend(released, panels)
    top = plan.height + 2.0
    feet = [FOOT + max(lines_mm(_axis_label(one, width)) for one in line) for line in lines]
    height = top + sum(heads) + len(lines) * body + sum(feet)
    figure = theme.page(height + theme.foot_mm(notes, mark=released.mark))
    set_legend(figure, handles, plan)
    for line, named, head, foot in zip(lines, titles, heads, feet, strict=True):
        top += head
        _labels(figure, rows, top)
        for place, (one, name) in enumerate(zip(line, named, strict=True)):
            start = left + EDGE + place * (width + GAP)
            middle = top - head + (head - 1.5) / 2
            theme.words(figure, start, middle, name, weight="bold")
            axes = theme.panel(figure, start, top, width, body)
            _draw_panel(axes, one, rows, body, width)
        top += body + foot
    theme.footnote(figure, notes, mark=released.mark)
    return Drawn(figure, alt_text(panels, released), {"multiverse": released.table("multiverse")})


def _labels(figure: Figure, rows: Sequence[Row], top: float) -> None:
    for row in rows:
        theme.words(figure, 3.5 if row.inner else 0.5, top + row.middle, row.label, linespacing=1.1,
                    color=theme.QUIET if row.inner else theme.INK)  # fmt: skip


def _draw_panel(axes: Axes, one: Panel, rows: Sequence[Row], body: float, width: float) -> None:
    axes.set(ylim=(body, 0), yticks=[])
    _scale(axes, one, width)
    if not one.points:
        axes.text(0.5, 0.5, "suppressed", transform=axes.transAxes, ha="center", va="center",
                  style="italic", color=theme.QUIET)  # fmt: skip
        return
    for _, limit in one.about.sides():
        axes.axvline(limit, color=theme.LIMIT, linewidth=1.1, dashes=(1.6, 1.0), zorder=2)
    for row in rows:
        if row.key == (SCENARIO, ""):
            _readers(axes, one, row.middle)
        elif row.key == (BOUNDS, ""):
            _bounds(axes, one, row.middle)
        for point in one.points:
            if row.key == ((OTHERWISE, "") if point.otherwise else (point.scheme, point.missing)):
                _whiskers(axes, point, row.middle)
                _mark(axes, point, row.middle)
    apart = next((row.top for row in rows if row.key[0] in (SCENARIO, BOUNDS)), None)
    if apart:
        axes.axhline(apart, color=theme.RULE, linewidth=0.6, zorder=0)


def _axis_label(one: Panel, width: float) -> str:
    return "" if one.about.is_share else fitted(one.about.axis.label, width + GAP - 2.0)


def _scale(axes: Axes, one: Panel, width: float) -> None:
    """Mark both ends of the axis, their labels within the panel, and its middle."""
    marks = ticks(one.about, _reach(one))
    theme.grid_lines(axes, list(marks))
    few = dict(list(marks.items())[:: max(1, (len(marks) - 1) // 2)])
    axes.set(xlim=(min(marks), max(marks)), xlabel=_axis_label(one, width))
    axes.set_xticks(list(few), list(few.values()))
    first, *_, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.tick_params(axis="x", length=2, pad=1.5)
    axes.xaxis.labelpad = 1.0


def _reach(one: Panel) -> float:
    """Reach of an axis of scale points: all but the bounds, which go on beyond it."""
    ends = [end for point in one.points for end in point.widest]
    return reach_of([*ends, *one.readers.values(), one.about.margin], 1.1)


def _whiskers(axes: Axes, point: Point, y: float) -> None:
    colour = theme.ACCENT if point.primary else OTHERS
    pale = "#8fabd0" if point.primary else PALE_WHISKER
    axes.plot(point.widest, [y, y], color=pale, linewidth=0.9, zorder=3)
    axes.plot(point.usual, [y, y], color=colour, linewidth=1.7, zorder=4, solid_capstyle="butt")


def _mark(axes: Axes, point: Point, y: float) -> None:
    if point.otherwise:
        axes.plot([point.estimate], [y], "*", color=COUNTED, markersize=6.0, zorder=6)
        return
    colour = theme.ACCENT if point.primary else OTHERS
    axes.plot([point.estimate], [y], "o", color=colour, markersize=5.0 if point.primary else 4.0,
              markerfacecolor="white" if point.missing == IMPUTED else colour,
              markeredgecolor=colour, markeredgewidth=1.0, zorder=6)  # fmt: skip


def _readers(axes: Axes, one: Panel, y: float) -> None:
    if not one.readers:
        return
    low, high = axes.get_xlim()
    values = {k: min(max(value, low), high) for k, value in sorted(one.readers.items())}
    axes.plot(
        [min(values.values()), max(values.values())], [y, y], color=theme.SECOND, linewidth=0.9, zorder=3
    )
    most = max(values)
    for k, value in values.items():
        axes.plot([value], [y], "D", markersize=3.4, markeredgecolor=theme.SECOND, markeredgewidth=0.9,
                  markerfacecolor=_shade(k / most if most else 1.0), zorder=5, clip_on=False)  # fmt: skip


def _shade(strength: float) -> tuple[float, float, float]:
    """Colour of a step of the reader scenario, from white at none to full at all."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(theme.SECOND)
    return (1 - strength * (1 - red), 1 - strength * (1 - green), 1 - strength * (1 - blue))


def _bounds(axes: Axes, one: Panel, y: float) -> None:
    if not all(math.isfinite(end) for end in one.bounds):
        return
    low, high = axes.get_xlim()
    start, end = max(one.bounds[0], low), min(one.bounds[1], high)
    axes.plot([start, end], [y, y], color=theme.BOUNDS, linewidth=5.0, solid_capstyle="butt", zorder=1)
    for cut, edge, marker in ((one.bounds[0] < low, low, "<"), (one.bounds[1] > high, high, ">")):
        if cut:
            axes.plot([edge], [y], marker, color="#8d9db3", markersize=4.5, clip_on=False, zorder=2)


def _legend(released: Released, panels: Sequence[Panel]) -> tuple[list[Any], LegendPlan]:
    """Explain what some panel holds, and nothing else."""
    from matplotlib.lines import Line2D

    dot: Any = {"marker": "o", "markersize": 4.6, "linewidth": 1.7}
    points = [point for one in panels for point in one.points]
    made: list[tuple[str, Any]] = [
        ("Primary analysis", {"color": theme.ACCENT, **dot}),
        ("Other specification", {"color": OTHERS, **dot}),
    ]
    if any(point.missing == IMPUTED for point in points):
        made.append(("Imputed items", {"color": OTHERS, "markerfacecolor": "white", **dot}))
    made += [
        ("Widest other interval", {"color": PALE_WHISKER, "linewidth": 0.9}),
        ("Threshold or margin", {"color": theme.LIMIT, "linewidth": 1.1, "dashes": (1.6, 1.0)}),
    ]
    plan = legend_plan([label for label, _ in made], theme.across())
    return [Line2D([], [], **look) for _, look in made], plan


def alt_text(panels: Sequence[Panel], released: Released) -> str:
    """Read out each panel: number and range of the distinct estimates, the primary one, and the bounds."""
    parts, words = [], released.vocabulary
    for one in panels:
        name = title(one.claim, released)
        if not one.points:
            parts.append(f"{name}: suppressed.")
            continue
        form = one.about.printed
        own = [point for point in one.points if not point.otherwise]
        other = [form(point.estimate) for point in one.points if point.otherwise]
        least, greatest = form(own[0].estimate), form(own[-1].estimate)
        primary = next((form(point.estimate) for point in one.points if point.primary), "not shown")
        distinct = formatting.numeral(one.distinct or len(own), "distinct estimate")
        text = f"{name}: {distinct} from {least} to {greatest}, primary {primary}"
        if other:
            text += f"; counted otherwise {formatting.sentence_list(other)}"
        if all(math.isfinite(end) for end in one.bounds):
            text += f"; bounds {form(one.bounds[0])} to {form(one.bounds[1])}"
        if one.readers:
            ends = [one.readers[k] for k in (min(one.readers), max(one.readers))]
            text += words.fill("; {readers.one} scenario ") + form(ends[0])
            text += words.fill(" with no {silent.adjective} {readers.many} to ") + form(ends[1])
        parts.append(f"{text}.")
    return "Specification matrix, one panel per claim. " + " ".join(parts)
