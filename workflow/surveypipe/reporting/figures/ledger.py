"""The claim ledger as a picture: for each claim the estimate, what other weights give, and the bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of, ticks
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
TOP = 15.0
# A longer key of a claim would run into its name, and is left out.
LONGEST_KEY = 3
THRESHOLD = "#b3331d"


def draw(released: Released) -> Drawn:
    """Draw the claims that share an axis together: shares, means of one scale, differences of means last."""
    rows = list(released.claim_rows())
    notes = _notes(released, rows)
    blocks = _blocks(released, rows)
    body = sum(ROW * len(block) for block in blocks) + 12.0 * len(blocks)
    figure = theme.page(TOP + body + theme.foot_mm(notes, simulated=released.simulated))
    _legend(figure, released)
    top = TOP
    for block in blocks:
        axes = theme.panel(figure, LEFT, top, WIDTH, ROW * len(block))
        _scale(axes, block, released)
        for number, row in enumerate(block):
            y = number + 0.5
            _row_words(figure, row, released, top + ROW * y)
            if row["status"] == SUPPRESSED:
                axes.text(0.5, y, "suppressed", transform=axes.get_yaxis_transform(), ha="center",
                          va="center", style="italic", color=theme.QUIET)  # fmt: skip
                continue
            _marks(axes, row, released.claim_of(row), y)
        top += ROW * len(block) + 12.0
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, rows))


def _blocks(released: Released, rows: list[pd.Series]) -> list[list[pd.Series]]:
    """Put the rows together that are drawn on one axis; an axis without ends of its own comes last."""
    every = dict.fromkeys(released.claim_of(row).axis for row in rows)
    order = sorted(every, key=lambda axis: axis.ends is None)
    return [[row for row in rows if released.claim_of(row).axis == axis] for axis in order]


def _scale(axes: Axes, block: list[pd.Series], released: Released) -> None:
    claim = released.claim_of(block[0])
    axes.set(ylim=(len(block), 0), yticks=[])
    for edge in range(1, len(block)):
        if not block[edge]["group_level"]:
            axes.axhline(edge, color=theme.PALE, linewidth=0.7, zorder=0)
    marks = ticks(claim, _points_limit(block))
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


def _row_words(figure: Figure, row: pd.Series, released: Released, y: float) -> None:
    keys = max(map(len, released.settings.claims)) <= LONGEST_KEY
    if row["group_level"]:
        theme.words(figure, 8.0, y, theme.wrapped(released.levels[row["group_level"]], 23), color=theme.QUIET)
    elif keys:
        theme.words(figure, 0.5, y, str(row["claim"]), weight="bold")
        theme.words(figure, 8.0, y, theme.wrapped(str(row["short"]), 21), linespacing=1.15)
    else:
        theme.words(figure, 0.5, y, theme.wrapped(str(row["short"]), 25), linespacing=1.15)
    if row["status"] == SUPPRESSED:
        return
    x = LEFT + WIDTH + 3.0
    theme.words(figure, x, y - 2.0, estimate_text(row, released.claim_of(row)))
    grade = str(row["grade_label"])
    colour = theme.QUIET if _holds(row) else THRESHOLD
    theme.words(figure, x, y + 2.0, theme.wrapped(grade[:1].upper() + grade[1:], 39), color=colour)


def estimate_text(row: pd.Series, claim: Claim) -> str:
    """Estimate with its interval, as in a table."""
    ends = (claim.tabled(float(row[name])) for name in ("ci_low", "ci_high"))
    return f"{claim.printed(float(row['estimate']))} ({formatting.span(*ends)})"


def _legend(figure: Figure, released: Released) -> None:
    from matplotlib.lines import Line2D

    line: Any = {"solid_capstyle": "butt"}
    handles = [
        Line2D([], [], color=theme.ACCENT, marker="o", markersize=5.5, linewidth=1.6,
               label=f"Supported, {formatting.confidence(released.settings.analysis.ci_level)} interval"),
        Line2D([], [], color=theme.ACCENT, marker="o", markersize=5.5, markerfacecolor="white", linewidth=1.6,
               label="Not supported"),
        Line2D([], [], color=THRESHOLD, linewidth=1.5, dashes=(1.6, 1.0), label="Threshold or margin"),
        Line2D([], [], color=theme.SECOND, linewidth=2.6, label="Range over weighting schemes", **line),
        Line2D([], [], color="#d3dbe6", linewidth=6.5, label="Bounds (worst to best case)", **line),
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False,
        columnspacing=1.4, handlelength=2.0, borderaxespad=0.1,
    )  # fmt: skip


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


def alt_text(released: Released, rows: list[pd.Series]) -> str:
    """Read out each claim: estimate, interval, threshold, bounds and grade."""
    parts = []
    for row in rows:
        where = f", {released.levels[row['group_level']]}" if row["group_level"] else ""
        name = f"{row['claim']} ({row['short']}{where})"
        if row["status"] == SUPPRESSED:
            parts.append(f"{name}: suppressed.")
            continue
        claim = released.claim_of(row)
        number = claim.printed
        marks = " and ".join(number(limit) for _, limit in claim.sides())
        parts.append(
            f"{name}: {number(row['estimate'])}, {formatting.confidence(row['ci_level'])} interval "
            f"{number(row['ci_low'])} to {number(row['ci_high'])}, {claim.limit_noun} {marks}, bounds "
            f"{number(row['bound_low'])} to {number(row['bound_high'])}; {row['grade_label']}."
        )
    return "Estimates of each claim with interval, range over weighting schemes and bounds. " + " ".join(
        parts
    )
