"""The claim ledger as a picture: for each claim the estimate, what other weights give, and the bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of, ticks
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.study.claim import Claim
from surveypipe.study.grades import Grade

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 9.6
LEFT = 43.0
WIDTH = 60.0
# Where names stand that have a key before them.
KEY = 8.0
THRESHOLD = "#b3331d"


def draw(released: Released) -> Drawn:
    """Draw the claims that share an axis together: shares, means of one scale, differences of means last."""
    rows = list(released.claim_rows())
    notes = _notes(released, rows)
    blocks = [[_lettered(row, released) for row in block] for block in _blocks(released, rows)]
    handles, plan = _legend(released)
    body = sum(line.height for block in blocks for line in block) + 12.0 * len(blocks)
    top = plan.height + 3.0
    figure = theme.page(top + body + theme.foot_mm(notes, simulated=released.simulated))
    set_legend(figure, handles, plan)
    for block in blocks:
        height = sum(line.height for line in block)
        axes = theme.panel(figure, LEFT, top, WIDTH, height)
        _scale(axes, block, released)
        y = 0.0
        for line in block:
            middle = y + line.height / 2
            y += line.height
            _row_words(figure, line, top + middle)
            if line.row["status"] == SUPPRESSED:
                axes.text(0.5, middle / ROW, "suppressed", transform=axes.get_yaxis_transform(), ha="center",
                          va="center", style="italic", color=theme.QUIET)  # fmt: skip
                continue
            _marks(axes, line.row, released.claim_of(line.row), middle / ROW)
        top += height + 12.0
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, rows))


@dataclass(frozen=True)
class Line:
    """One row of the figure with its words as they are wrapped.

    Attributes
    ----------
    row
        Of the ledger.
    key, name
        What stands at the left.
    estimate, grade
        What stands at the right; '' where suppressed.
    """

    row: pd.Series
    key: str
    name: str
    estimate: str
    grade: str

    @property
    def height(self) -> float:
        """In millimetres."""
        right = lines_mm(self.estimate) + lines_mm(self.grade)
        return max(ROW, lines_mm(self.name) + 1.6, right + 1.6)


def _lettered(row: pd.Series, released: Released) -> Line:
    keys = coded(released)
    inner = bool(row["group_level"]) or keys
    name = released.levels[row["group_level"]] if row["group_level"] else str(row["short"])
    name = fitted(name, LEFT - (KEY if inner else 0.5) - 2.0)
    key = str(row["claim"]) if keys and not row["group_level"] else ""
    if row["status"] == SUPPRESSED:
        return Line(row, key, name, "", "")
    beside = theme.across() - LEFT - WIDTH - 3.5
    grade = fitted(formatting.capital(str(row["grade_label"])), beside)
    return Line(row, key, name, fitted(estimate_text(row, released.claim_of(row)), beside), grade)


def _blocks(released: Released, rows: list[pd.Series]) -> list[list[pd.Series]]:
    """Put the rows together that are drawn on one axis; an axis without ends of its own comes last."""
    every = dict.fromkeys(released.claim_of(row).axis for row in rows)
    order = sorted(every, key=lambda axis: axis.ends is None)
    return [[row for row in rows if released.claim_of(row).axis == axis] for axis in order]


def _scale(axes: Axes, block: list[Line], released: Released) -> None:
    """Draw the axis; upwards a unit is the height of a plain row."""
    claim = released.claim_of(block[0].row)
    axes.set(ylim=(sum(line.height for line in block) / ROW, 0), yticks=[])
    edge = 0.0
    for line in block:
        if edge and not line.row["group_level"]:
            axes.axhline(edge, color=theme.PALE, linewidth=0.7, zorder=0)
        edge += line.height / ROW
    marks = ticks(claim, _points_limit([line.row for line in block]))
    axes.set(xlim=(min(marks), max(marks)), xlabel=claim.axis.label)
    axes.set_xticks(list(marks), list(marks.values()))
    if claim.axis.ends is None:
        axes.axvline(0, color=theme.RULE, linewidth=0.7, zorder=0)
    else:
        theme.grid_lines(axes, list(marks))
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5


def _points_limit(block: list[pd.Series]) -> float:
    """Reach of the axis: what decides the claim, not the bounds, which go on beyond it."""
    names = ("ci_low", "ci_high", "margin", "scheme_low", "scheme_high")
    return reach_of([float(row[name]) for row in block for name in names], 1.3)


def _marks(axes: Axes, row: pd.Series, claim: Claim, y: float) -> None:
    low, high = axes.get_xlim()
    start, end = max(float(row["bound_low"]), low), min(float(row["bound_high"]), high)
    axes.plot([start, end], [y, y], color="#d3dbe6", linewidth=6.5, solid_capstyle="butt", zorder=1)
    for cut, edge, marker in ((row["bound_low"] < low, low, "<"), (row["bound_high"] > high, high, ">")):
        if cut:
            axes.plot([edge], [y], marker, color="#8d9db3", markersize=5, clip_on=False, zorder=2)
    for _, limit in claim.sides():
        axes.plot([limit, limit], [y - 0.4, y + 0.4], color=THRESHOLD, linewidth=1.5, zorder=3,
                  dashes=(1.6, 1.0))  # fmt: skip
    axes.plot([row["scheme_low"], row["scheme_high"]], [y + 0.27] * 2, color=theme.SECOND, linewidth=2.6,
              solid_capstyle="butt", zorder=4)  # fmt: skip
    axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=theme.ACCENT, linewidth=1.6, zorder=5)
    if claim.within_margin:
        for end in (row["ci_tost_low"], row["ci_tost_high"]):
            axes.plot([end, end], [y - 0.17, y + 0.17], color=theme.ACCENT, linewidth=1.3, zorder=5)
    filled = theme.ACCENT if _holds(row) else "white"
    size = 4.8 if row["group_level"] else 6
    axes.plot([row["estimate"]], [y], "o", markersize=size, markerfacecolor=filled,
              markeredgecolor=theme.ACCENT, markeredgewidth=1.3, zorder=6)  # fmt: skip


def _holds(row: pd.Series) -> bool:
    """Whether the claim is supported under the primary weights."""
    return Grade.of(int(row["grade"])).supported


def _row_words(figure: Figure, line: Line, y: float) -> None:
    quiet = theme.QUIET if line.row["group_level"] else theme.INK
    if line.key:
        theme.words(figure, 0.5, y, line.key, weight="bold")
    left = KEY if line.key or line.row["group_level"] else 0.5
    theme.words(figure, left, y, line.name, color=quiet, linespacing=1.15)
    if not line.estimate:
        return
    x = LEFT + WIDTH + 3.0
    above, below = lines_mm(line.estimate) + 0.3, lines_mm(line.grade) + 0.3
    middle = y + (above - below) / 2
    theme.words(figure, x, middle - above / 2, line.estimate)
    theme.words(
        figure, x, middle + below / 2, line.grade, color=theme.QUIET if _holds(line.row) else THRESHOLD
    )


def estimate_text(row: pd.Series, claim: Claim) -> str:
    """Estimate with its interval, as in a table."""
    ends = (claim.tabled(float(row[name])) for name in ("ci_low", "ci_high"))
    return f"{claim.printed(float(row['estimate']))} ({formatting.span(*ends)})"


def _legend(released: Released) -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D

    flat: Any = {"solid_capstyle": "butt"}
    dot: Any = {"color": theme.ACCENT, "marker": "o", "markersize": 5.5, "linewidth": 1.6}
    made = {
        f"Supported, {formatting.confidence(released.settings.analysis.ci_level)} interval": dot,
        "Not supported": dot | {"markerfacecolor": "white"},
        "Threshold or margin": {"color": THRESHOLD, "linewidth": 1.5, "dashes": (1.6, 1.0)},
        "Range over weighting schemes": flat | {"color": theme.SECOND, "linewidth": 2.6},
        "Bounds (worst to best case)": flat | {"color": "#d3dbe6", "linewidth": 6.5},
    }
    if not any(math.isfinite(float(row["bound_low"])) for row in released.claim_rows()):
        made.popitem()
    return [Line2D([], [], **look) for look in made.values()], legend_plan(list(made), theme.across())


def _notes(released: Released, rows: list[pd.Series]) -> list[str]:
    within = [claim for claim in map(released.claim_of, rows) if claim.within_margin]
    hidden = any(row["status"] == SUPPRESSED for row in rows)
    level = released.settings.analysis.ci_level
    decides = formatting.confidence(within[0].deciding_level(level)) if within else ""
    return [
        f"For the equivalence, cross-strokes mark the {decides} interval that decides "
        "and arrows say that the bounds go on."
        if within
        else "",
        released.vocabulary.fill("Suppressed rows rest on too few {respondents.many}.") if hidden else "",
    ]


def _bounds_text(row: pd.Series, number: Callable[[float], str]) -> str:
    low, high = float(row["bound_low"]), float(row["bound_high"])
    return f", bounds {number(low)} to {number(high)}" if math.isfinite(low) else ""


def alt_text(released: Released, rows: list[pd.Series]) -> str:
    """Read out each claim: estimate, interval, threshold, bounds and grade."""
    parts = []
    for row in rows:
        where = f", {released.levels[row['group_level']]}" if row["group_level"] else ""
        name = f"{row['claim']} ({row['short']}{where})" if coded(released) else f"{row['short']}{where}"
        if row["status"] == SUPPRESSED:
            parts.append(f"{name}: suppressed.")
            continue
        claim = released.claim_of(row)
        number = claim.printed
        marks = " and ".join(number(limit) for _, limit in claim.sides())
        parts.append(
            f"{name}: {number(row['estimate'])}, {formatting.confidence(row['ci_level'])} interval "
            f"{number(row['ci_low'])} to {number(row['ci_high'])}, {claim.limit_noun} {marks}"
            f"{_bounds_text(row, number)}; {row['grade_label']}."
        )
    return "Estimates of each claim with interval, range over weighting schemes and bounds. " + " ".join(
        parts
    )
