"""What the weights do: the weight of each response cell, and the make-up of respondents before and after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import (
    LegendPlan,
    fitted,
    legend_plan,
    lines_mm,
    set_legend,
    width_mm,
)
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.lookups import cell_label, merged_within, within_label
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, HEADS = 6.2, 4.6
LEFT, NARROW_LEFT = 60.0, 3.0
# On a narrow page a label stands above its mark: what the mark takes below it.
BELOW = 5.2
# Columns of per cent beside the shares, and the height of the title of a margin.
NUMBERS, TITLE = 11.5, 5.6
COLUMNS = ("frame_share", "unweighted_share", "weighted_share")


def _left() -> float:
    return NARROW_LEFT if theme.narrow() else LEFT


def _width() -> float:
    """Width of both panels: what the labels and three columns of numbers leave."""
    return theme.across() - _left() - len(COLUMNS) * NUMBERS - 3.0


def draw(released: Released) -> Drawn:
    """Draw the cells' weights above and the margins below."""
    cells, margins = _cells(released), _margins(released)
    labels = [_cell_name(released, row) for _, row in cells.iterrows()]
    shown, heights = _rows(labels)
    parts = _parts(released, margins)
    notes = _notes(released, cells, margins)
    say = released.vocabulary.fill
    first, second = (
        fitted(say(title), theme.across() - 1.0, weight="bold")
        for title in (
            "a  Weight of each {respondents.one}, by response cell",
            "b  Make-up of those eligible and of the {respondents.many}",
        )
    )
    handles, plan = _legend(released.vocabulary.respondents.many)
    top = 4.3 + lines_mm(first)
    start = top + sum(heights) + 12.5
    below = start + lines_mm(second) + plan.height + 1.0
    foot = theme.foot_mm(notes, mark=released.mark)
    height = max(sum(part.height for part in parts), ROW)
    figure = theme.page(below + HEADS + height + 11 + foot)
    theme.words(figure, 0.5, 1.7 + lines_mm(first) / 2, first, weight="bold")
    axes = theme.panel(figure, _left(), top, _width(), sum(heights))
    _weights(figure, axes, cells, shown, heights, top)
    theme.words(figure, 0.5, start + lines_mm(second) / 2, second, weight="bold")
    axes = theme.panel(figure, _left(), below + HEADS, _width(), height)
    _shares(figure, axes, parts, below + HEADS)
    _heads(figure, below + HEADS / 2)
    set_legend(figure, handles, plan, left=2.5, top=start + lines_mm(second) + 0.5)
    theme.footnote(figure, notes, mark=released.mark)
    rows = {"weight_cells": cells, "weight_margins": margins}
    return Drawn(figure, alt_text(released, cells, labels, margins), rows)


def _rows(labels: list[str]) -> tuple[list[str], list[float]]:
    """Labels as they are wrapped, and the heights of their rows."""
    if theme.narrow():
        shown = [fitted(label, theme.across() - 4.0) for label in labels]
        return shown, [lines_mm(label) + BELOW + 1.0 for label in shown]
    shown = [fitted(label, _left() - 5.0) for label in labels]
    return shown, [max(ROW, lines_mm(label) + 2.0) for label in shown]


def _middles(label: str, height: float) -> tuple[float, float]:
    """Where in a row its label and its mark stand: beside each other, or on a narrow page in two lines."""
    if not theme.narrow():
        return height / 2, height / 2
    return lines_mm(label) / 2, lines_mm(label) + BELOW / 2


def _cells(released: Released) -> pd.DataFrame:
    table = released.table("weight_cells")
    return table[table["scheme"] == released.primary]


def _margins(released: Released) -> pd.DataFrame:
    """Margins of the primary scheme, of the variables in few categories that Table 1 shows."""
    table = released.table("weight_margins")
    table = table[table["scheme"] == released.primary]
    shown = [name for name in released.settings.analysis.characteristics if (table["variable"] == name).any()]
    return table[table["variable"].isin(shown)] if shown else table


def _cell_name(released: Released, row: pd.Series) -> str:
    if not row["within"]:
        return cell_label(released, row)
    members = released.in_text(cell_label(released, row))
    level, of_group = str(row["within"]), merged_within(released) == released.group
    return f"{released.abbreviation(level) if of_group else within_label(released, level)}: {members}"


def _weights(
    figure: Figure, axes: Axes, cells: pd.DataFrame, labels: list[str], heights: list[float], top: float
) -> None:
    told = [
        "" if math.isnan(float(row["weight"]))
        else f"{formatting.weight(row['weight'])}  ({_count(row['n'])} of {_count(row['N'])})"
        for _, row in cells.iterrows()
    ]  # fmt: skip
    most = float(cells["weight"].max())
    # The words beside the longest bar stand within the page.
    beside = max(map(width_mm, told), default=0.0) + 1.5
    end = 1.02 * most * max(1.0, _width() / (theme.across() - _left() - beside))
    y = 0.0
    for (_, row), label, text, height in zip(cells.iterrows(), labels, told, heights, strict=True):
        above, middle = (y + place for place in _middles(label, height))
        theme.words(figure, 3.0, top + above, label, linespacing=1.1)
        if math.isnan(float(row["weight"])):
            axes.text(0.05, middle, "suppressed", va="center", style="italic", color=theme.QUIET)
        else:
            axes.barh(middle, row["weight"], height=4.0, color="#9db7d5", zorder=0.5)
            axes.text(float(row["weight"]) + 0.01 * most, middle, text, va="center_baseline")
        y += height
    axes.set(
        xlim=(0, end if math.isfinite(end) and end > 0 else 1.0),
        ylim=(y, 0),
        yticks=[],
    )
    axis = fitted("Weight (in brackets, how many of those eligible answered)", theme.across() - 4.0)
    # Longer than a narrow panel, it begins with it.
    axes.set_xlabel(axis, loc="left" if theme.narrow() else "center")
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5


def _count(value: float) -> str:
    return formatting.SUPPRESSED if math.isnan(float(value)) else formatting.count(float(value))


class Part(NamedTuple):
    """A row of the lower panel: the title of a margin, or one of its categories.

    Attributes
    ----------
    label
        As it is wrapped.
    height
        In millimetres.
    row
        Of the margins; None for a title.
    """

    label: str
    height: float
    row: pd.Series | None


def _parts(released: Released, margins: pd.DataFrame) -> list[Part]:
    """Lay the margins out, each below its title."""
    made = []
    for variable, rows in margins.groupby("variable", sort=False):
        room = theme.across() - 4.0 if theme.narrow() else _left() - 2.0
        title = fitted(released.label(str(variable)), room, weight="bold")
        made.append(Part(title, max(TITLE, lines_mm(title) + 1.5), None))
        names, heights = _rows([margin_label(released, row) for _, row in rows.iterrows()])
        made += [
            Part(name, height - 0.8, row)
            for name, height, (_, row) in zip(names, heights, rows.iterrows(), strict=True)
        ]
    return made


def _ends(number: int) -> float:
    """Right edge of a column of per cent."""
    return theme.across() - 0.5 - NUMBERS * (len(COLUMNS) - 1 - number)


def _heads(figure: Figure, y: float) -> None:
    for number, head in enumerate(("All", "Before", "After")):
        theme.words(figure, _ends(number), y, head, ha="right", color=theme.QUIET)


def _shares(figure: Figure, axes: Axes, parts: list[Part], top: float) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.grid(axis="x", color=theme.PALE, linewidth=0.7)
    below, most = 0.0, 0.0
    for part in parts:
        above, y = (below + place for place in _middles(part.label, part.height))
        if part.row is None:
            theme.words(
                figure, 0.5, top + below + part.height / 2, part.label, weight="bold", linespacing=1.1
            )
            below += part.height
            continue
        below += part.height
        theme.words(figure, 3.0, top + above, part.label, linespacing=1.1)
        frame, before, after = (float(part.row[name]) for name in COLUMNS)
        if math.isnan(frame):
            axes.text(0.01, y, "suppressed", va="center", style="italic", color=theme.QUIET)
            continue
        most = max(most, frame, before, after)
        # From before to after, so that what goes beyond the stroke has overshot.
        axes.plot([before, after], [y, y], color=theme.RULE, linewidth=1.2, zorder=1)
        axes.plot([frame], [y], "|", color=theme.INK, markersize=11, markeredgewidth=1.6, zorder=2)
        axes.plot([before], [y], "o", markerfacecolor="white", markeredgecolor=theme.SECOND,
                  markeredgewidth=1.3, markersize=5.2, zorder=3)  # fmt: skip
        axes.plot([after], [y], "o", color=theme.ACCENT, markersize=4.2, zorder=4)
        for number, share in enumerate((frame, before, after)):
            theme.words(figure, _ends(number), top + y, formatting.percent(share), ha="right")
    axes.set(xlim=(0, min(1.0, (most or 0.92) + 0.08)), ylim=(max(below, ROW), 0), yticks=[], xlabel="Share")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    # As many marks as have room for their words.
    axes.locator_params(axis="x", nbins=min(6, max(1, int(_width() // (width_mm("100%") + 3.0)))))
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5


def margin_label(released: Released, row: pd.Series) -> str:
    """Name a category of a margin as a reader knows it."""
    return released.values(str(row["variable"])).get(str(row["level"]), str(row["level"]))


def _legend(respondents: str) -> tuple[list[Any], LegendPlan]:
    from matplotlib.lines import Line2D

    dot: Any = {"linestyle": "none", "marker": "o"}
    handles = [
        Line2D([], [], linestyle="none", marker="|", color=theme.INK, markersize=10, markeredgewidth=1.6),
        Line2D([], [], markerfacecolor="white", markeredgecolor=theme.SECOND, markeredgewidth=1.3,
               markersize=5.2, **dot),
        Line2D([], [], color=theme.ACCENT, markersize=4.2, **dot),
    ]  # fmt: skip
    labels = ["All eligible", f"{formatting.capital(respondents)} before weighting", "After"]
    return handles, legend_plan(labels, theme.across() - 2.5)


def _notes(released: Released, cells: pd.DataFrame, margins: pd.DataFrame) -> list[str]:
    short = released.abbreviations()
    hidden = cells["weight"].isna().any() or margins["frame_share"].isna().any()
    return [
        f"Primary scheme: {released.in_text(released.schemes[released.primary])}.",
        f"{short}." if short else "",
        released.vocabulary.fill("Suppressed rows rest on too few {people.many}.") if hidden else "",
    ]


def alt_text(released: Released, cells: pd.DataFrame, labels: list[str], margins: pd.DataFrame) -> str:
    """Read out the weights and the shares."""
    weights = [
        f"{label} {formatting.weight(w) if not math.isnan(w) else 'suppressed'}"
        for label, w in zip(labels, cells["weight"].astype(float), strict=True)
    ]
    shares, respondents = [], released.vocabulary.respondents.many
    for _, row in margins.iterrows():
        name = margin_label(released, row)
        if math.isnan(float(row["frame_share"])):
            shares.append(f"{name} suppressed")
            continue
        numbers = [formatting.percent(row[c]) for c in ("frame_share", "unweighted_share", "weighted_share")]
        shares.append(
            f"{name} {numbers[0]} of those eligible, {numbers[1]} of {respondents}, {numbers[2]} weighted"
        )
    return f"Weights by response cell: {'; '.join(weights)}. Make-up: {'; '.join(shares)}."
