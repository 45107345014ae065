"""Each claim as the returns came in: what the first wave said, and what the last one added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
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
GAP = 15.5
LEFT = 10.0


@dataclass(frozen=True)
class Mark:
    """An estimate at its place.

    Attributes
    ----------
    place
        On the axis: share of those eligible who had answered.
    value, n
        Estimate, and on how many answers it rests.
    interval
        Its ends; NaN where no standard error is known.
    """

    place: float
    value: float
    n: float
    interval: tuple[float, float] = (math.nan, math.nan)


@dataclass(frozen=True)
class Course:
    """One claim in the order of return.

    Parameters
    ----------
    claim, about
        Row of the ledger, and the claim.
    waves, cumulative
        Estimates of each wave at its middle, and of all returns up to the end of a wave.
    response
        Share of those eligible who answered in the end.
    silent
        Value at the silent that the line through the waves points to; NaN where it is not known.
    """

    claim: pd.Series
    about: Claim
    waves: tuple[Mark, ...]
    cumulative: tuple[Mark, ...]
    response: float
    silent: float = math.nan


def draw(released: Released) -> Drawn:
    """Draw a panel for each claim over all, three abreast, or two on a narrow page."""
    courses = [course_of(released, claim) for claim in described_rows(released) if not claim["group_level"]]
    columns = max(1, min(2 if theme.narrow() else COLUMNS, len(courses)))
    lines = [courses[start : start + columns] for start in range(0, len(courses), columns)]
    notes = _notes(released, courses)
    handles, plan = _legend(courses, released.vocabulary.silent.many)
    width = (theme.across() - columns * LEFT - (columns - 1) * (GAP - LEFT) - 5.0) / columns
    titles = [
        [fitted(title(released, one.claim), width + LEFT - 1.0, weight="bold") for one in line]
        for line in lines
    ]
    heads = [max(map(lines_mm, named)) + 1.3 for named in titles]
    top = plan.height + 3.0
    height = top + sum(heads) + len(lines) * (HEIGHT + FOOT) + 5.0
    figure = theme.page(height + theme.foot_mm(notes, mark=released.mark))
    set_legend(figure, handles, plan)
    for line, named, head in zip(lines, titles, heads, strict=True):
        for place, (course, name) in enumerate(zip(line, named, strict=True)):
            left = LEFT + place * (width + GAP)
            theme.words(figure, left - LEFT + 0.5, top + (head - 1.3) / 2, name, weight="bold")
            axes = theme.panel(figure, left, top + head, width, HEIGHT)
            _draw_panel(axes, course, released.vocabulary.silent.many, width)
        top += head + HEIGHT + FOOT
    theme.words(
        figure, theme.across() / 2, height - 3.7, "Share of those eligible who had answered", ha="center"
    )
    theme.footnote(figure, notes, mark=released.mark)
    table = released.table("nonresponse")
    drawn = (table["step"] == "waves") | (table["measure"] == "silent_on_line")
    return Drawn(figure, alt_text(released, courses), {"nonresponse": table[drawn]})


def course_of(released: Released, claim: pd.Series) -> Course:
    """Gather the waves of a claim; empty where none was estimable or all are suppressed."""
    every = released.table("nonresponse")
    every = every[(every["claim"] == claim["claim"]) & (every["group_level"] == "")]
    every = every[every["status"] != SUPPRESSED]
    table = every[every["step"] == "waves"]
    rate, about = released.rate("RR2"), released.claim_of(claim)
    response = float(rate["value"]) if rate is not None else math.nan
    sizes = table[table["measure"] == "wave"].set_index("level")["n"].astype(float)
    total, ends = sizes.sum(), sizes.cumsum()
    if not (math.isfinite(response) and total > 0 and sizes.notna().all()):
        return Course(claim, about, (), (), response)
    level = released.settings.analysis.ci_level
    waves, cumulative = [], []
    for _, row in table[table["estimate"].notna()].iterrows():
        end, value, n = float(ends[row["level"]]), float(row["estimate"]), float(row["n"])
        if row["measure"] == "wave":
            middle = (end - float(sizes[row["level"]]) / 2) / total
            waves.append(Mark(response * middle, value, n, _interval(value, row, about, level)))
        elif row["measure"] == "cumulative":
            whole = n == total and _agree(claim["estimate"], value)
            own = (float(claim["ci_low"]), float(claim["ci_high"])) if whole else (math.nan, math.nan)
            cumulative.append(Mark(response * end / total, value, n, own))
    line = every[(every["step"] == "extrapolation") & (every["measure"] == "silent_on_line")]
    silent = float(line["estimate"].iloc[0]) if len(line) else math.nan
    return Course(claim, about, tuple(waves), tuple(cumulative), response, silent)


def _agree(first: object, second: float) -> bool:
    return math.isclose(float(str(first)), second, abs_tol=1e-9)


def _interval(value: float, row: pd.Series, about: Claim, level: float) -> tuple[float, float]:
    """Give the normal interval of a wave, held within what the claim's estimate can be."""
    se = float(row.get("se", math.nan))
    reach = NormalDist().inv_cdf(0.5 + level / 2) * se
    low, high = about.limits
    return max(value - reach, low), min(value + reach, high)


def line_of(course: Course) -> tuple[float, float]:
    """Intercept and slope of the line through the waves, weighted by their answers, as in the table."""
    sizes = [mark.n for mark in course.waves]
    total = sum(sizes)
    place = sum(mark.n * mark.place for mark in course.waves) / total
    value = sum(mark.n * mark.value for mark in course.waves) / total
    spread = sum(mark.n * (mark.place - place) ** 2 for mark in course.waves)
    together = sum(mark.n * (mark.place - place) * (mark.value - value) for mark in course.waves)
    slope = together / spread if spread else 0.0
    return value - slope * place, slope


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
    axes.text((1 + course.response) / 2, 0.05, room, transform=axes.get_xaxis_transform(), ha="center",
              va="bottom", style="italic", color=theme.QUIET)  # fmt: skip
    for _, limit in course.about.sides():
        axes.axhline(limit, color=theme.LIMIT, linewidth=1.1, dashes=(1.6, 1.0), zorder=2)
    for mark in course.waves:
        axes.plot([mark.place] * 2, mark.interval, color=theme.SECOND, linewidth=0.9, zorder=3)
        axes.plot([mark.place], [mark.value], "s", markersize=4.2, markerfacecolor="white",
                  markeredgecolor=theme.SECOND, markeredgewidth=1.2, zorder=4, clip_on=False)  # fmt: skip
    if course.cumulative:
        axes.plot([m.place for m in course.cumulative], [m.value for m in course.cumulative], "-o",
                  color=theme.ACCENT, linewidth=1.4, markersize=3.6, zorder=5, clip_on=False)  # fmt: skip
        for mark in course.cumulative:
            axes.plot([mark.place] * 2, mark.interval, color=theme.ACCENT, linewidth=1.2, zorder=5)
    _line(axes, course)


def _line(axes: Axes, course: Course) -> None:
    """Draw the line through the waves as far as the middle of the silent, held within what can be."""
    if len(course.waves) < 2 or not math.isfinite(course.silent):
        return
    start, slope = line_of(course)
    low, high = course.about.limits
    middle = (1 + course.response) / 2
    places = [course.waves[0].place, middle]
    if slope:
        held = [(limit - start) / slope for limit in (low, high)]
        places[1:1] = sorted(place for place in held if places[0] < place < middle)
    values = [min(max(start + slope * place, low), high) for place in places]
    axes.plot(places, values, color=theme.QUIET, linewidth=0.9, dashes=(4, 2), zorder=2.5)
    # At the end of the axis the whole mark is seen.
    axes.plot([middle], [course.silent], "x", color=theme.QUIET, markersize=5, markeredgewidth=1.2, zorder=5,
              clip_on=False)  # fmt: skip


def _scale(axes: Axes, course: Course) -> None:
    claim, ends = course.about, course.about.axis.ends
    if ends:
        low, high = ends
        marks = [low, (low + high) / 2, high]
        axes.set(ylim=(low - 0.1 * (high - low), high + 0.06 * (high - low)))
        axes.set_yticks(marks, [claim.form.marked(mark) for mark in marks])
    else:
        marks_of = (*course.waves, *course.cumulative)
        values = [end for mark in marks_of for end in (mark.value, *mark.interval)]
        limit = reach_of([*values, course.silent, claim.margin], 1.1)
        marks = [-limit, 0.0, limit]
        axes.set(ylim=(-1.2 * limit, 1.12 * limit))
        axes.set_yticks(marks, [formatting.decimal(mark, 1) for mark in marks])
    for mark in marks:
        axes.axhline(mark, color=theme.PALE, linewidth=0.7, zorder=0)


def _legend(courses: Sequence[Course], silent: str) -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D

    square: Any = {"marker": "s", "markerfacecolor": "white", "markeredgewidth": 1.2, "markersize": 4.2}
    made: dict[str, Any] = {
        "All returns so far": {"color": theme.ACCENT, "marker": "o", "markersize": 3.6, "linewidth": 1.4},
        "Each wave alone, with interval": {"color": theme.SECOND, "linewidth": 0.9, **square},
        "Threshold or margin": {"color": theme.LIMIT, "linewidth": 1.1, "dashes": (1.6, 1.0)},
    }
    if any(math.isfinite(course.silent) for course in courses):
        look = {"color": theme.QUIET, "linewidth": 0.9, "dashes": (4, 2), "marker": "x", "markersize": 5}
        made[f"Line through the waves, to the middle of the {silent}"] = look
    return [Line2D([], [], **look) for look in made.values()], legend_plan(list(made), theme.across())


def _notes(released: Released, courses: Sequence[Course]) -> list[str]:
    hidden = any(not course.waves and not course.cumulative for course in courses)
    points = units_of(course.about for course in courses)
    shares = "Weighted shares" if released.weighted else "Shares"
    return [
        f"{shares}{points} in the order of return.{_sizes(courses)}",
        "Panels without a course rest on too few answers, or no date of return is known." if hidden else "",
    ]


def _sizes(courses: Sequence[Course]) -> str:
    """Say on how many answers a wave rests."""
    sizes = [mark.n for course in courses for mark in course.waves]
    if not sizes:
        return ""
    least, most = formatting.count(min(sizes)), formatting.count(max(sizes))
    return f" A wave rests on {least if least == most else f'{least} to {most}'} answers."


def alt_text(released: Released, courses: Sequence[Course]) -> str:
    """Read out the waves of each claim."""
    parts = []
    silent = released.vocabulary.silent.many
    for course in courses:
        form = course.about.printed
        short = course.claim["short"]
        name = f"{course.claim['claim']} ({short})" if coded(released) else short
        if not course.waves:
            parts.append(f"{name}: not shown.")
            continue
        told = [f"{form(mark.value)} (n {formatting.count(mark.n)})" for mark in course.waves]
        alone = formatting.sentence_list(told)
        text = f"{name}: waves {alone}"
        if course.cumulative:
            text += f", all returns together {form(course.cumulative[-1].value)}"
        if math.isfinite(course.silent):
            text += f", the line through the waves points to {form(course.silent)} at the {silent}"
        parts.append(f"{text}.")
    return "Estimates in the order of return, one panel per claim. " + " ".join(parts)
