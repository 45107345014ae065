"""What the weights do: the weight of each response cell, and the make-up of respondents before and after."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.response import cell_label
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 6.2
LEFT = 60.0
WIDTH = 72.0


def draw(released: Released) -> Drawn:
    """Draw the cells' weights above and the margins below."""
    cells, margins = _cells(released), _margins(released)
    labels = [_cell_name(released, row) for _, row in cells.iterrows()]
    heights = [ROW + 3.4 * (theme.lines_of(theme.wrapped(label, 38)) - 1) for label in labels]
    notes = _notes(released, cells, margins)
    upper, lower = sum(heights), ROW * len(margins)
    figure = theme.page(8 + upper + 24 + lower + 11 + theme.foot_mm(notes, simulated=released.simulated))
    theme.words(
        figure,
        0.5,
        3.5,
        released.vocabulary.fill("a  Weight of each {respondents.one}, by response cell"),
        weight="bold",
    )
    _weights(figure, theme.panel(figure, LEFT, 8, WIDTH, upper), cells, labels, heights)
    start = 8 + upper + 15
    theme.words(
        figure,
        0.5,
        start + 1,
        released.vocabulary.fill("b  Make-up of those eligible and of the {respondents.many}"),
        weight="bold",
    )
    axes = theme.panel(figure, LEFT, start + 9, WIDTH, lower)
    _shares(figure, axes, released, margins, start + 9)
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, cells, labels, margins))


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
        return (
            "All eligible" if row["members"] == "All" else released.levels.get(row["members"], row["members"])
        )
    members = released.in_text(cell_label(str(row["members"]), released))
    return f"{released.abbreviation(str(row['within']))}: {members}"


def _weights(
    figure: Figure, axes: Axes, cells: pd.DataFrame, labels: list[str], heights: list[float]
) -> None:
    most = float(cells["weight"].max())
    y = 0.0
    for (_, row), label, height in zip(cells.iterrows(), labels, heights, strict=True):
        middle = y + height / 2
        theme.words(figure, 3.0, 8 + middle, theme.wrapped(label, 38), linespacing=1.1)
        if math.isnan(float(row["weight"])):
            axes.text(0.05, middle, "suppressed", va="center", style="italic", color=theme.QUIET)
        else:
            axes.barh(middle, row["weight"], height=4.0, color="#9db7d5", zorder=0.5)
            text = f"{formatting.decimal(row['weight'])}  ({row['n']:.0f} of {row['N']:.0f})"
            axes.text(float(row["weight"]) + 0.01 * most, middle, text, va="center_baseline")
        y += height
    axes.set(
        xlim=(0, 1.02 * most),
        ylim=(y, 0),
        yticks=[],
        xlabel="Weight (in brackets, how many of those eligible answered)",
    )
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5


def _shares(figure: Figure, axes: Axes, released: Released, margins: pd.DataFrame, top: float) -> None:
    from matplotlib.ticker import PercentFormatter

    axes.grid(axis="x", color=theme.PALE, linewidth=0.7)
    axes.set_axisbelow(True)
    for number, (_, row) in enumerate(margins.iterrows()):
        y = number + 0.5
        theme.words(figure, 3.0, top + ROW * y, margin_label(released, row))
        if math.isnan(float(row["frame_share"])):
            axes.text(0.01, y, "suppressed", va="center", style="italic", color=theme.QUIET)
            continue
        pair = [row["unweighted_share"], row["frame_share"]]
        axes.plot(pair, [y, y], color=theme.RULE, linewidth=1.2, zorder=1)
        axes.plot(
            [row["frame_share"]], [y], "|", color=theme.INK, markersize=11, markeredgewidth=1.6, zorder=2
        )
        axes.plot([row["unweighted_share"]], [y], "o", markerfacecolor="white", markeredgecolor=theme.SECOND,
                  markeredgewidth=1.3, markersize=5.2, zorder=3)  # fmt: skip
        axes.plot([row["weighted_share"]], [y], "o", color=theme.ACCENT, markersize=4.2, zorder=4)
    columns = ["frame_share", "unweighted_share", "weighted_share"]
    most = float(margins[columns].max().max()) if len(margins) else 1.0
    axes.set(xlim=(0, min(1.0, most + 0.08)), ylim=(max(len(margins), 1), 0), yticks=[], xlabel="Share")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.tick_params(axis="x", length=2, pad=2)
    axes.xaxis.labelpad = 1.5
    _legend(figure, axes, released.vocabulary.respondents.many)


def margin_label(released: Released, row: pd.Series) -> str:
    """Name a category of a margin as a reader knows it."""
    return released.values(str(row["variable"])).get(str(row["level"]), str(row["level"]))


def _legend(figure: Figure, axes: Axes, respondents: str) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="none", marker="|", color=theme.INK, markersize=10, markeredgewidth=1.6,
               label="All eligible"),
        Line2D([], [], linestyle="none", marker="o", markerfacecolor="white", markeredgecolor=theme.SECOND,
               markeredgewidth=1.3, markersize=5.2, label=f"{formatting.capital(respondents)}, unweighted"),
        Line2D([], [], linestyle="none", marker="o", color=theme.ACCENT, markersize=4.2, label="Weighted"),
    ]  # fmt: skip
    axes.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1.03, 1.0), ncols=3, frameon=False,
        columnspacing=1.2, handletextpad=0.2, borderaxespad=0.1,
    )  # fmt: skip


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
        f"{label} {formatting.decimal(w) if not math.isnan(w) else 'suppressed'}"
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
