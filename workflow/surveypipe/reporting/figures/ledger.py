"""The claim ledger as a picture: estimates, what other weights give, and what would overturn a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of, ticks
from surveypipe.reporting.figures.ledger_words import alt_text, handles_of, notes_of
from surveypipe.reporting.figures.lettering import fitted, lines_mm, set_legend, width_mm
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.what_if import scenario_text, scenario_values, tipping_text
from surveypipe.study.claim import Claim

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Height of what is drawn of a claim, and room between two claims.
STRIP, BETWEEN = 10.6, 1.8
# Above what is drawn of a claim stand the head of its limit and, clear of it, the mark of the scenario.
HEAD_UP, SCENARIO_UP, HEAD_PT = 4.6, 2.7, 4.2
AXIS = 12.5
LEFT, WORDS = 43.0, 63.0
# Where names stand that have a key before them.
KEY = 8.0
# Grades as far as they go, from not supported to whatever the silent think.
STRENGTH = {0: 0, 4: 1, 3: 2, 5: 2, 2: 3, 1: 4}
PIPS = 4
PIP_MM = 2.1


@dataclass(frozen=True)
class Places:
    """Where the columns stand, in millimetres from the left edge.

    Attributes
    ----------
    plot, width
        Left edge and width of what is drawn.
    words
        Left edge of the numbers and the grade.
    ends
        Where the columns of numbers after the estimate end, by heading.
    room
        Width of the estimate with its interval.
    stacked
        Whether names stand above, and numbers below, what is drawn.
    """

    plot: float
    width: float
    words: float
    ends: dict[str, float]
    room: float
    stacked: bool


@dataclass(frozen=True)
class Line:
    """One row of the figure with its words as they are wrapped.

    Attributes
    ----------
    row
        Of the ledger.
    key, name, condition
        What stands at the left, or above.
    numbers
        Estimate with its interval, and what stands in the other columns; none where suppressed.
    grade
        In words; '' where suppressed.
    stacked
        Whether names stand above, and numbers below, what is drawn.
    """

    row: pd.Series
    key: str
    name: str
    condition: str
    numbers: list[str]
    grade: str
    stacked: bool

    @property
    def left(self) -> float:
        """Height of the name and the condition."""
        return lines_mm(self.name) + (lines_mm(self.condition) if self.condition else 0.0)

    @property
    def right(self) -> float:
        """Height of the numbers and the grade."""
        return lines_mm(self.numbers[0]) + lines_mm(self.grade) if self.numbers else 0.0

    @property
    def middle(self) -> float:
        """Where the marks stand below the upper edge of the row."""
        return self.left + 0.5 + STRIP / 2 if self.stacked else self.height / 2

    @property
    def height(self) -> float:
        """In millimetres."""
        if self.stacked:
            return self.left + STRIP + self.right + 2 * BETWEEN
        return max(STRIP, self.left + BETWEEN, self.right + BETWEEN)


def draw(released: Released) -> Drawn:
    """Draw the claims that share an axis together: shares, means of one scale, differences of means last."""
    rows = list(released.claim_rows())
    places = _places(released, rows)
    notes = notes_of(released, rows)
    blocks = [[_lettered(row, released, places) for row in block] for block in _blocks(released, rows)]
    handles, plan = handles_of(released)
    body = sum(line.height for block in blocks for line in block) + AXIS * len(blocks)
    top = plan.height + 6.5
    figure = theme.page(top + body + theme.foot_mm(notes, mark=released.mark))
    set_legend(figure, handles, plan)
    _heads(figure, released, places, top - 2.4)
    for block in blocks:
        height = sum(line.height for line in block)
        axes = theme.panel(figure, places.plot, top, places.width, height)
        _scale(axes, block, released)
        y = 0.0
        for line in block:
            _row_words(figure, line, places, top + y)
            middle = y + line.middle
            y += line.height
            if line.row["status"] == SUPPRESSED:
                axes.text(0.5, middle, "suppressed", transform=axes.get_yaxis_transform(), ha="center",
                          va="center", style="italic", color=theme.QUIET)  # fmt: skip
                continue
            _marks(axes, line.row, released, middle)
        top += height + AXIS
    theme.footnote(figure, notes, mark=released.mark)
    return Drawn(figure, alt_text(released, rows), {"claims": released.table("claims")})


def _places(released: Released, rows: list[pd.Series]) -> Places:
    """Divide the page; a column that no claim fills is left out."""
    shown = [row for row in rows if row["status"] != SUPPRESSED]
    scenario = released.settings.sensitivity.scenario
    columns = {}
    if any(tipping_text(row, released.claim_of(row)) != formatting.NOT_APPLICABLE for row in shown):
        columns["Tipping θ"] = [tipping_text(row, released.claim_of(row)) for row in shown]
    if scenario is not None and shown:
        name = formatting.capital(released.vocabulary.readers.many)
        columns[name] = [scenario_text(row, scenario.k_grade, released.claim_of(row).tabled) for row in shown]
    across, stacked = theme.across(), theme.narrow()
    plot, width = (5.0, across - 10.0) if stacked else (LEFT, across - LEFT - WORDS - 3.5)
    words = 0.5 if stacked else LEFT + width + 3.0
    ends: dict[str, float] = {}
    right = across - 0.5
    for name, texts in reversed(columns.items()):
        ends[name] = right
        right -= min(max(map(width_mm, (name, *texts))), 24.0) + 3.0
    return Places(plot, width, words, dict(reversed(ends.items())), right - words, stacked)


def _heads(figure: Figure, released: Released, places: Places, y: float) -> None:
    level = formatting.confidence(released.settings.analysis.ci_level)
    theme.words(figure, places.words, y, f"Estimate ({level} CI)", color=theme.QUIET)
    for name, x in places.ends.items():
        theme.words(figure, x, y, name, ha="right", color=theme.QUIET)


def _lettered(row: pd.Series, released: Released, places: Places) -> Line:
    keys = coded(released)
    inner = bool(row["group_level"]) or keys
    name = released.levels[row["group_level"]] if row["group_level"] else str(row["short"])
    room = (theme.across() if places.stacked else LEFT) - (KEY if inner else 0.5) - 2.0
    name = fitted(name, room)
    key = str(row["claim"]) if keys and not row["group_level"] else ""
    claim = released.claim_of(row)
    condition = "" if row["group_level"] else fitted(condition_text(claim), room)
    if row["status"] == SUPPRESSED:
        return Line(row, key, name, condition, [], "", places.stacked)
    grade = formatting.capital(str(row["grade_label"]))
    grade = fitted(grade, theme.across() - places.words - PIPS * PIP_MM - 2.5)
    scenario = released.settings.sensitivity.scenario
    beside = {"Tipping θ": tipping_text(row, claim)}
    if scenario is not None:
        shown = scenario_text(row, scenario.k_grade, claim.tabled)
        beside[formatting.capital(released.vocabulary.readers.many)] = shown
    numbers = [fitted(estimate_text(row, claim), places.room), *(beside[name] for name in places.ends)]
    return Line(row, key, name, condition, numbers, grade, places.stacked)


def condition_text(claim: Claim) -> str:
    """Say what the interval must clear."""
    if claim.within_margin:
        return f"Interval within ±{claim.set_bare(claim.margin)}"
    signs = {"above": ">", "below": "<"}
    return "Interval " + ", ".join(
        f"{signs[one.direction]} {claim.set_bare(one.limit)}" for one in claim.sides()
    )


def _blocks(released: Released, rows: list[pd.Series]) -> list[list[pd.Series]]:
    """Put the rows together that are drawn on one axis; an axis without ends of its own comes last."""
    every = dict.fromkeys(released.claim_of(row).axis for row in rows)
    order = sorted(every, key=lambda axis: axis.ends is None)
    return [[row for row in rows if released.claim_of(row).axis == axis] for axis in order]


def _scale(axes: Axes, block: list[Line], released: Released) -> None:
    """Draw the axis; upwards a unit is a millimetre."""
    claim = released.claim_of(block[0].row)
    axes.set(ylim=(sum(line.height for line in block), 0), yticks=[])
    marks = ticks(claim, _points_limit([line.row for line in block]))
    axes.set(xlim=(min(marks), max(marks)), xlabel=claim.axis.label)
    axes.set_xticks(list(marks), list(marks.values()))
    edge = 0.0
    for line in block:
        if edge and not line.row["group_level"]:
            axes.axhline(edge, color=theme.PALE, linewidth=0.7, zorder=0)
        ends = edge + line.middle - STRIP / 2, edge + line.middle + STRIP / 2
        theme.grid_lines(axes, list(marks), *(ends if line.stacked else (edge, edge + line.height)))
        edge += line.height
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5


def _points_limit(block: list[pd.Series]) -> float:
    """Reach of the axis: what decides the claim, not the bounds, which go on beyond it."""
    names = ("ci_low", "ci_high", "margin", "scheme_low", "scheme_high")
    return reach_of([float(row[name]) for row in block for name in names], 1.3)


def _marks(axes: Axes, row: pd.Series, released: Released, y: float) -> None:
    claim = released.claim_of(row)
    low, high = axes.get_xlim()
    start, end = max(float(row["bound_low"]), low), min(float(row["bound_high"]), high)
    axes.plot([start, end], [y, y], color=theme.BOUNDS, linewidth=6.5, solid_capstyle="butt", zorder=1)
    for cut, edge, marker in ((row["bound_low"] < low, low, "<"), (row["bound_high"] > high, high, ">")):
        if cut:
            axes.plot([edge], [y], marker, color="#8d9db3", markersize=5, clip_on=False, zorder=2)
    _limits(axes, claim, y)
    axes.plot([row["scheme_low"], row["scheme_high"]], [y + 2.6] * 2, color=theme.SECOND, linewidth=2.6,
              solid_capstyle="butt", zorder=4)  # fmt: skip
    scenario = released.settings.sensitivity.scenario
    if scenario is not None:
        values = [value for value in scenario_values(row, scenario.k_grade) if low <= value <= high]
        axes.plot(values, [y - SCENARIO_UP] * len(values), marker="D", **theme.SCENARIO, zorder=4)
    axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=theme.ACCENT, linewidth=1.6, zorder=5)
    if claim.within_margin:
        for end in (row["ci_tost_low"], row["ci_tost_high"]):
            axes.plot([end, end], [y - 1.6, y + 1.6], color=theme.ACCENT, linewidth=1.3, zorder=5)
    size = 4.8 if row["group_level"] else 6
    axes.plot([row["estimate"]], [y], "o", markersize=size, markerfacecolor=theme.GRADES[strength(row)],
              markeredgecolor=theme.ACCENT, markeredgewidth=1.3, zorder=6)  # fmt: skip


def _limits(axes: Axes, claim: Claim, y: float) -> None:
    """Draw each limit with a head on the side on which the interval must lie, so that two are told apart."""
    for side in claim.sides():
        head = ">" if side.direction == "above" else "<"
        axes.plot([side.limit, side.limit], [y - HEAD_UP, y + 4.0], color=theme.LIMIT, linewidth=1.3,
                  zorder=3, dashes=(1.6, 1.0))  # fmt: skip
        axes.plot([side.limit], [y - HEAD_UP], head, color=theme.LIMIT, markersize=HEAD_PT, zorder=3,
                  clip_on=False)  # fmt: skip


def strength(row: pd.Series) -> int:
    """Place of a claim's grade in the one order of grades, 0 for not supported."""
    return STRENGTH[int(row["grade"])]


def _row_words(figure: Figure, line: Line, places: Places, top: float) -> None:
    """Write the name and the condition, and the numbers with the grade below them."""
    inside = bool(line.row["group_level"])
    y = top + (0.0 if line.stacked else (line.height - line.left) / 2)
    left = KEY if line.key or inside else 0.5
    if line.key:
        theme.words(figure, 0.5, y + lines_mm("") / 2, line.key, weight="bold")
    theme.words(figure, left, y + lines_mm(line.name) / 2, line.name, linespacing=1.15,
                color=theme.QUIET if inside else theme.INK)  # fmt: skip
    if line.condition:
        below = y + lines_mm(line.name) + lines_mm(line.condition) / 2
        theme.words(figure, left, below, line.condition, color=theme.QUIET, linespacing=1.15)
    if not line.numbers:
        return
    y = top + (line.middle + STRIP / 2 + 0.8 if line.stacked else (line.height - line.right) / 2)
    theme.words(figure, places.words, y + lines_mm(line.numbers[0]) / 2, line.numbers[0])
    for text, x in zip(line.numbers[1:], places.ends.values(), strict=True):
        theme.words(figure, x, y + lines_mm("") / 2, text, ha="right")
    y += lines_mm(line.numbers[0]) + 0.2
    _pips(figure, places.words, y + lines_mm("") / 2, strength(line.row))
    x = places.words + PIPS * PIP_MM + 1.5
    theme.words(figure, x, y + lines_mm(line.grade) / 2, line.grade, linespacing=1.15)


def _pips(figure: Figure, x: float, y: float, filled: int) -> None:
    """Draw how far a grade goes as squares, of which so many are filled."""
    from matplotlib.patches import Rectangle

    across, down = figure.get_size_inches() / theme.MM
    side = PIP_MM - 0.5
    for number in range(PIPS):
        full = number < filled
        figure.add_artist(
            Rectangle(
                ((x + number * PIP_MM) / across, 1 - (y + side / 2) / down), side / across, side / down,
                facecolor=theme.GRADES[filled] if full else "white", edgecolor=theme.QUIET, linewidth=0.5,
                transform=figure.transFigure,
            )
        )  # fmt: skip


def estimate_text(row: pd.Series, claim: Claim) -> str:
    """Estimate with its interval, as in a table."""
    ends = (claim.tabled(float(row[name])) for name in ("ci_low", "ci_high"))
    return f"{claim.printed(float(row['estimate']))} ({formatting.span(*ends)})"
