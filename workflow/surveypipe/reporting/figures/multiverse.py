"""The specification curve: every distinct point estimate of each claim, beside what assumes less.

Only weighting scheme and treatment of unanswered items move a point. The finite-population correction and the
method of interval lengthen or shorten its whisker. All of them assume response at random within cells; the
bounds and the reader scenario, which do not, stand on the same axis below.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.ledger.outcomes import IMPUTED
from surveypipe.reporting import claim_names
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of, ticks
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.multiverse_notes import notes_of
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.study.claim import Claim

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 2
ROW = 2.9
FOOT = 10.0
GAP = 10.0
EDGE = 5.0
OTHERS = "#5f5f5f"
COUNTED = "#7b3294"
PALE_WHISKER = "#b9b9b9"
BAND = "#d3dbe6"


@dataclass(frozen=True)
class Point:
    """One distinct estimate with its intervals.

    Parameters
    ----------
    estimate
        Share or mean.
    scheme, missing
        How it was made: key of the scheme, and complete cases or imputed items.
    usual
        Interval as in the primary analysis (correction and method).
    widest
        From the lowest to the highest end over corrections and methods.
    primary
        Whether it is the primary analysis.
    otherwise
        Whether the claim's answer is counted by another rule.
    """

    estimate: float
    scheme: str
    missing: str
    usual: tuple[float, float]
    widest: tuple[float, float]
    primary: bool
    otherwise: bool = False


@dataclass(frozen=True)
class Panel:
    """What is drawn of one claim.

    Parameters
    ----------
    claim, about
        Row of the ledger, and the claim.
    points
        Distinct estimates from least to greatest; none where the claim is suppressed.
    readers
        Multiple k to the estimate under the reader scenario.
    bounds
        Least and greatest value whatever the silent think; NaN where unknown.
    """

    claim: pd.Series
    about: Claim
    points: tuple[Point, ...]
    readers: Mapping[float, float]
    bounds: tuple[float, float]

    @property
    def rows(self) -> int:
        """Rows that the panel needs."""
        return max(len(self.points), 1) + 2


def draw(released: Released) -> Drawn:
    """Draw a panel for each row of the ledger, two abreast."""
    panels = [panel_of(released, claim) for claim in released.claim_rows()]
    lines = [panels[start : start + COLUMNS] for start in range(0, len(panels), COLUMNS)]
    width = (theme.across() - GAP - 2 * EDGE) / COLUMNS
    titles = [
        [fitted(title(one.claim, released), width + EDGE, weight="bold") for one in line] for line in lines
    ]
    heads = [max(map(lines_mm, named)) + 1.5 for named in titles]
    heights = [
        head + ROW * max(one.rows for one in line) + FOOT for head, line in zip(heads, lines, strict=True)
    ]
    shown = [one.about for one in panels if one.points]
    notes = notes_of(released, shown, hidden=len(shown) < len(panels))
    handles, plan = _legend(released, panels)
    top = plan.height + 3.0
    figure = theme.page(top + sum(heights) + theme.foot_mm(notes, simulated=released.simulated))
    set_legend(figure, handles, plan)
    for line, named, head, height in zip(lines, titles, heads, heights, strict=True):
        for place, (one, name) in enumerate(zip(line, named, strict=True)):
            left = EDGE + place * (width + GAP)
            theme.words(figure, left - EDGE + 0.5, top + (head - 1.5) / 2, name, weight="bold")
            axes = theme.panel(figure, left, top + head, width, ROW * one.rows)
            _draw_panel(axes, one, released)
        top += height
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(panels, released), {"multiverse": released.table("multiverse")})


def panel_of(released: Released, claim: pd.Series) -> Panel:
    """Gather a claim's distinct estimates, reader scenario and bounds."""
    table = released.table("multiverse")
    table = table[(table["claim"] == claim["claim"]) & (table["group_level"] == claim["group_level"])]
    made = table[table["what"] == "specification"]
    made = made[(made["status"] != SUPPRESSED) & made["estimate"].notna()]
    points = [_point(released, made, row) for _, row in made[_true(made["distinct"])].iterrows()]
    other = table[(table["what"] == "counted otherwise") & _true(table["primary"])]
    points += [_otherwise(row) for _, row in other[other["estimate"].notna()].iterrows()]
    readers = table[(table["what"] == "reader scenario") & table["estimate"].notna()]
    limits = table[(table["what"] == "bounds") & (table["status"] != SUPPRESSED)]
    bounds = (math.nan, math.nan)
    if len(limits):
        bounds = (float(limits["ci_low"].iloc[0]), float(limits["ci_high"].iloc[0]))
    return Panel(
        claim,
        released.claim_of(claim),
        tuple(sorted(points, key=lambda point: (point.otherwise, point.estimate, point.scheme))),
        {float(row["k"]): float(row["estimate"]) for _, row in readers.iterrows()},
        bounds,
    )


def _otherwise(row: pd.Series) -> Point:
    """Give the point of a claim counted by another rule, all else as in the primary analysis."""
    ends = (float(row["ci_low"]), float(row["ci_high"]))
    made_by = str(row["scheme"]), str(row["missing"])
    return Point(float(row["estimate"]), *made_by, ends, ends, primary=False, otherwise=True)


def _true(column: pd.Series) -> pd.Series:
    return column.astype(str).str.lower() == "true"


def _point(released: Released, made: pd.DataFrame, row: pd.Series) -> Point:
    same = made[(made["point"] == row["point"])]
    usual_fpc = str(released.settings.analysis.fpc.descriptive)
    primary = same[_true(same["primary"])]
    first = primary.iloc[0] if len(primary) else row
    # The point of the primary analysis may be filed under another scheme that gives the same number.
    usual = same[(same["fpc"].astype(str) == usual_fpc) & (same["interval"] == first["interval"])]
    shown = first if len(primary) else (usual.iloc[0] if len(usual) else row)
    # An equivalence is decided by its interval at 1 − 2α, so that is what the whisker shows.
    low, high = ("deciding_low", "deciding_high") if shown["interval"] == "t" else ("ci_low", "ci_high")
    return Point(
        float(row["estimate"]),
        str(first["scheme"]),
        str(first["missing"]),
        (float(shown[low]), float(shown[high])),
        (float(same[low].min()), float(same[high].max())),
        bool(len(primary)),
    )


def title(claim: pd.Series, released: Released) -> str:
    """Name a panel: the claim, and the group where it is about one."""
    if not claim["group_level"]:
        return claim_names.title(released, claim)
    level = released.levels[claim["group_level"]]
    return f"{claim['claim'] if claim_names.coded(released) else claim['short'] + ','} {level}"


# --- drawing ------------------------------------------------------------------------------------------


def _draw_panel(axes: Axes, one: Panel, released: Released) -> None:
    axes.set(ylim=(one.rows, 0), yticks=[])
    _scale(axes, one)
    if not one.points:
        axes.text(0.5, 0.5, "suppressed", transform=axes.transAxes, ha="center", va="center",
                  style="italic", color=theme.QUIET)  # fmt: skip
        return
    for _, limit in one.about.sides():
        axes.axvline(limit, color=theme.LIMIT, linewidth=1.1, dashes=(1.6, 1.0), zorder=2)
    markers = _markers(released)
    for place, point in enumerate(one.points):
        _whiskers(axes, point, place + 0.5)
        _mark(axes, point, place + 0.5, markers)
    rest = len(one.points)
    axes.axhline(rest + 0.05, color=theme.RULE, linewidth=0.6, zorder=0)
    _readers(axes, one, rest + 0.6)
    _bounds(axes, one, rest + 1.5)


def _scale(axes: Axes, one: Panel) -> None:
    marks = ticks(one.about, _reach(one))
    axes.set(xlim=(min(marks), max(marks)))
    if not one.about.is_share:
        axes.set(xlabel=one.about.axis.label)
    axes.set_xticks(list(marks), list(marks.values()))
    theme.grid_lines(axes, list(marks))
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


def _mark(axes: Axes, point: Point, y: float, markers: Mapping[str, str]) -> None:
    if point.otherwise:
        axes.plot([point.estimate], [y], "*", color=COUNTED, markersize=6.4, zorder=6)
        return
    colour = theme.ACCENT if point.primary else OTHERS
    axes.plot([point.estimate], [y], markers.get(point.scheme, "o"), color=colour,
              markersize=5.4 if point.primary else 4.2,
              markerfacecolor="white" if point.missing == IMPUTED else colour,
              markeredgecolor=colour, markeredgewidth=1.1, zorder=6)  # fmt: skip


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
    axes.plot([start, end], [y, y], color=BAND, linewidth=5.0, solid_capstyle="butt", zorder=1)
    for cut, edge, marker in ((one.bounds[0] < low, low, "<"), (one.bounds[1] > high, high, ">")):
        if cut:
            axes.plot([edge], [y], marker, color="#8d9db3", markersize=4.5, clip_on=False, zorder=2)


def _markers(released: Released) -> dict[str, str]:
    """Give every scheme its shape; the primary one has the first."""
    order = [released.primary, *(key for key in released.schemes if key != released.primary)]
    shapes = ("o", "s", "^", "v", "P", "X", "D")
    return {key: shapes[place % len(shapes)] for place, key in enumerate(order)}


def _legend(released: Released, panels: Sequence[Panel]) -> tuple[list[Any], LegendPlan]:
    """Explain what some panel holds, and nothing else."""
    from matplotlib.lines import Line2D

    markers = _markers(released)
    dot: Any = {"linestyle": "none", "markersize": 4.6}
    made: list[tuple[str, Any]] = [
        (label + (" (primary)" if key == released.primary else ""),
         {"marker": markers[key], "color": theme.ACCENT if key == released.primary else OTHERS, **dot})
        for key, label in sorted(released.schemes.items(), key=lambda pair: list(markers).index(pair[0]))
    ]  # fmt: skip
    scenario = formatting.capital(released.vocabulary.fill("{readers.one} scenario"))
    points = [point for one in panels for point in one.points]
    hollow: Any = {"marker": "o", "color": OTHERS, "markerfacecolor": "white", **dot}
    if any(point.missing == IMPUTED for point in points):
        made.append(("Open: imputed items", hollow))
    if any(point.otherwise for point in points):
        made.append(("Answer counted otherwise", {"marker": "*", "color": COUNTED, **dot}))
    made += [
        ("Interval as in the primary", {"color": OTHERS, "linewidth": 1.7}),
        ("Widest other interval", {"color": PALE_WHISKER, "linewidth": 0.9}),
        ("Threshold or margin", {"color": theme.LIMIT, "linewidth": 1.1, "dashes": (1.6, 1.0)}),
    ]
    if any(one.readers for one in panels):
        made.append((scenario, {"color": theme.SECOND, "marker": "D", "markersize": 3.8, "linewidth": 0.9}))
    if any(math.isfinite(end) for one in panels for end in one.bounds):
        made.append(("Bounds", {"color": BAND, "linewidth": 5.0, "solid_capstyle": "butt"}))
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
        text = f"{name}: {formatting.numeral(len(own), 'distinct estimate')} from {least} to {greatest}, "
        text += f"primary {primary}"
        if other:
            text += f"; counted otherwise {formatting.sentence_list(other)}"
        if all(math.isfinite(end) for end in one.bounds):
            text += f"; bounds {form(one.bounds[0])} to {form(one.bounds[1])}"
        if one.readers:
            ends = [one.readers[k] for k in (min(one.readers), max(one.readers))]
            text += words.fill("; {readers.one} scenario ") + form(ends[0])
            text += words.fill(" with no {silent.adjective} {readers.many} to ") + form(ends[1])
        parts.append(f"{text}.")
    return "Specification curves, one panel per claim. " + " ".join(parts)
