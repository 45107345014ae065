"""Each claim as the returns came in: what the first wave said, and what the last one added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveypipe import formatting
from surveypipe.reporting.claim_names import coded, title
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.claim_axis import reach_of
from surveypipe.reporting.figures.lettering import LegendPlan, fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.lookups import described_rows
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.units import units_of
from surveypipe.study.claim import Claim

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

COLUMNS = 3
HEIGHT = 33.0
FOOT = 9.0
GAP = 13.5
LEFT = 10.0


@dataclass(frozen=True)
class Course:
    """One claim in the order of return.

    Parameters
    ----------
    claim, about
        Row of the ledger, and the claim.
    waves, cumulative
        Places on the axis (share of the staff who had answered) and estimates: of each wave at its middle,
        and of all returns up to the end of a wave.
    response
        Share of the staff who answered in the end.
    """

    claim: pd.Series
    about: Claim
    waves: tuple[tuple[float, float], ...]
    cumulative: tuple[tuple[float, float], ...]
    response: float


def draw(released: Released) -> Drawn:
    """Draw a panel for each claim over all staff, three abreast."""
    courses = [course_of(released, claim) for claim in described_rows(released) if not claim["group_level"]]
    lines = [courses[start : start + COLUMNS] for start in range(0, len(courses), COLUMNS)]
    notes = _notes(courses)
    handles, plan = _legend()
    width = (theme.across() - COLUMNS * LEFT - (COLUMNS - 1) * (GAP - LEFT) - 5.0) / COLUMNS
    titles = [
        [fitted(title(released, one.claim), width + LEFT - 1.0, weight="bold") for one in line]
        for line in lines
    ]
    heads = [max(map(lines_mm, named)) + 1.3 for named in titles]
    top = plan.height + 6.5
    height = top + sum(heads) + len(lines) * (HEIGHT + FOOT) + 4.0
    figure = theme.page(height + theme.foot_mm(notes, simulated=released.simulated))
    set_legend(figure, handles, plan)
    for line, named, head in zip(lines, titles, heads, strict=True):
        for place, (course, name) in enumerate(zip(line, named, strict=True)):
            left = LEFT + place * (width + GAP)
            theme.words(figure, left - LEFT + 0.5, top + (head - 1.3) / 2, name, weight="bold")
            axes = theme.panel(figure, left, top + head, width, HEIGHT)
            _draw_panel(axes, course, released.vocabulary.silent.many, width)
        top += head + HEIGHT + FOOT
    theme.words(
        figure, theme.across() / 2, height - 2.2, "Share of those eligible who had answered", ha="center"
    )
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, courses))


def course_of(released: Released, claim: pd.Series) -> Course:
    """Gather the waves of a claim; empty where none was estimable or all are suppressed."""
    table = released.table("nonresponse")
    table = table[(table["claim"] == claim["claim"]) & (table["group_level"] == "")]
    table = table[(table["step"] == "waves") & (table["status"] != SUPPRESSED)]
    rate, about = released.rate("RR2"), released.claim_of(claim)
    response = float(rate["value"]) if rate is not None else math.nan
    waves, cumulative = [], []
    sizes = table[table["measure"] == "wave"].set_index("level")["n"].astype(float)
    total = sizes.sum()
    ends = sizes.cumsum()
    if not (math.isfinite(response) and total > 0 and sizes.notna().all()):
        return Course(claim, about, (), (), response)
    for _, row in table[table["estimate"].notna()].iterrows():
        end = float(ends[row["level"]])
        if row["measure"] == "wave":
            middle = (end - float(sizes[row["level"]]) / 2) / total
            waves.append((response * middle, float(row["estimate"])))
        elif row["measure"] == "cumulative":
            cumulative.append((response * end / total, float(row["estimate"])))
    return Course(claim, about, tuple(waves), tuple(cumulative), response)


def _draw_panel(axes: Axes, course: Course, silent: str, width: float) -> None:
    axes.set(xlim=(0, 1))
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.tick_params(axis="both", length=2, pad=1.5)
    if not course.waves and not course.cumulative:
        axes.set(yticks=[])
        axes.text(0.5, 0.5, "not shown", transform=axes.transAxes, ha="center", va="center",
                  style="italic", color=theme.QUIET)  # fmt: skip
        return
    _scale(axes, course)
    axes.axvspan(course.response, 1, color="#f2f2f2", zorder=0)
    room = fitted(silent, max(12.0, (1 - course.response) * width))
    axes.text((1 + course.response) / 2, 0.94, room, transform=axes.get_xaxis_transform(), ha="center",
              va="top", style="italic", color=theme.QUIET)  # fmt: skip
    for _, limit in course.about.sides():
        axes.axhline(limit, color=theme.LIMIT, linewidth=1.1, dashes=(1.6, 1.0), zorder=2)
    if course.waves:
        axes.plot(*zip(*course.waves, strict=True), "s", markersize=4.2, markerfacecolor="white",
                  markeredgecolor=theme.SECOND, markeredgewidth=1.2, zorder=4)  # fmt: skip
    if course.cumulative:
        axes.plot(*zip(*course.cumulative, strict=True), "-o", color=theme.ACCENT, linewidth=1.4,
                  markersize=4.2, zorder=5)  # fmt: skip


def _scale(axes: Axes, course: Course) -> None:
    claim, ends = course.about, course.about.axis.ends
    if ends:
        low, high = ends
        marks = [low, (low + high) / 2, high]
        axes.set(ylim=(low - 0.1 * (high - low), high + 0.02 * (high - low)))
        axes.set_yticks(marks, [claim.form.marked(mark) for mark in marks])
    else:
        values = [value for _, value in (*course.waves, *course.cumulative)]
        limit = reach_of([*values, claim.margin], 1.1)
        marks = [-limit, 0.0, limit]
        axes.set(ylim=(-1.2 * limit, 1.04 * limit))
        axes.set_yticks(marks, [formatting.decimal(mark, 1) for mark in marks])
    for mark in marks:
        axes.axhline(mark, color=theme.PALE, linewidth=0.7, zorder=0)


def _legend() -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D

    square: Any = {"marker": "s", "markerfacecolor": "white", "markeredgewidth": 1.2, "markersize": 4.2}
    made: dict[str, Any] = {
        "All returns so far": {"color": theme.ACCENT, "marker": "o", "markersize": 4.2, "linewidth": 1.4},
        "Each wave alone": {"color": theme.SECOND, "linestyle": "none", **square},
        "Threshold or margin": {"color": theme.LIMIT, "linewidth": 1.1, "dashes": (1.6, 1.0)},
    }
    return [Line2D([], [], **look) for look in made.values()], legend_plan(list(made), theme.across())


def _notes(courses: Sequence[Course]) -> list[str]:
    hidden = any(not course.waves and not course.cumulative for course in courses)
    points = units_of(course.about for course in courses)
    return [
        "Weighted shares" + points + " in the order of return. A wave alone rests on few answers.",
        "Panels without a course rest on too few answers, or no date of return is known." if hidden else "",
    ]


def alt_text(released: Released, courses: Sequence[Course]) -> str:
    """Read out the waves of each claim."""
    parts = []
    for course in courses:
        form = course.about.printed
        short = course.claim["short"]
        name = f"{course.claim['claim']} ({short})" if coded(released) else short
        if not course.waves:
            parts.append(f"{name}: not shown.")
            continue
        alone = formatting.sentence_list([form(value) for _, value in course.waves])
        text = f"{name}: waves {alone}"
        if course.cumulative:
            text += f", all returns together {form(course.cumulative[-1][1])}"
        parts.append(f"{text}.")
    return "Estimates in the order of return, one panel per claim. " + " ".join(parts)
