"""Flow of the staff from the list to the analysis, for all and by group."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted, width_mm
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MAIN = ("on_list", "eligible", "returned", "analysed")
# Shown as a line within another stage's box.
INSIDE = {"returned_persons": "returned", "complete": "analysed", "partial": "analysed"}
LINE = 4.2
PAD = 2.2
# Of a column of counts; wider where they are long.
COLUMN = 10.5
MAIN_WIDTH = 76.0
SIDE_LEFT = 88.0
# Counts of more groups than this would leave no room for the stages: then only all staff are counted.
MOST_GROUPS = 3
# A longer name would run into its neighbour at the head of a column; it is replaced by a letter.
LONGEST_HEAD = 5
INDENT = 2.5


@dataclass
class Box:
    """A stage: a heading with counts, and lines below it.

    Parameters
    ----------
    label, counts
        The stage, and its counts for all staff and each group.
    lines
        Labels and counts of the parts.
    """

    label: str
    counts: list[float]
    lines: list[tuple[str, list[float]]] = field(default_factory=list)

    def rows(self, room: float) -> list[Row]:
        """Heading and parts, each with its label in lines of at most `room` millimetres."""
        made = [Row(fitted(self.label, room, weight="bold"), self.counts, True)] if self.label else []
        inner = room - (INDENT if self.label else 0.0)
        return made + [Row(fitted(label, inner), counts, False) for label, counts in self.lines]

    def height(self, room: float) -> float:
        """Height in millimetres when labels have so much room."""
        return 2 * PAD + LINE * sum(row.label.count("\n") + 1 for row in self.rows(room))


@dataclass(frozen=True)
class Row:
    """A label in its lines, with its counts, and whether it heads a box."""

    label: str
    counts: list[float]
    head: bool


def draw(released: Released) -> Drawn:
    """Draw the flow diagram: stages down the left, those who leave at the right."""
    main, sides = boxes(released)
    names = headings(released)
    heads = ["All", *names.values()]
    column = _column([*main, *sides], heads)
    widths = (MAIN_WIDTH - 0.5, theme.across() - 0.5 - SIDE_LEFT)
    inner, outer = (width - 2 * PAD - column * len(heads) for width in widths)
    heights = [box.height(inner) for box in main]
    gaps = [max(5.0, (side.height(outer) + 4.0) if side.lines else 5.0) for side in sides]
    notes = _notes(names, released, main, sides)
    total = 8 + sum(heights) + sum(gaps[: len(main) - 1]) + theme.foot_mm(notes, simulated=released.simulated)
    figure = theme.page(total + 2)
    if names:
        # A single column needs no heading.
        _headings(figure, heads, MAIN_WIDTH, column)
    if names and any(side.lines for side in sides[:-1]):
        _headings(figure, heads, theme.across() - 0.5, column)
    top = 7.0
    for number, box in enumerate(main):
        _box(figure, box.rows(inner), (0.5, top, widths[0], heights[number]), column, strong=True)
        bottom = top + heights[number]
        if number < len(main) - 1:
            side, gap = sides[number], gaps[number]
            _arrow(figure, MAIN_WIDTH / 2, bottom, MAIN_WIDTH / 2, bottom + gap)
            if side.lines:
                height = side.height(outer)
                middle = bottom + gap / 2
                place = (SIDE_LEFT, middle - height / 2, widths[1], height)
                _box(figure, side.rows(outer), place, column)
                _arrow(figure, MAIN_WIDTH / 2, middle, SIDE_LEFT, middle)
            top = bottom + gap
    theme.footnote(figure, notes, simulated=released.simulated)
    return Drawn(figure, alt_text(released, main, sides))


def headings(released: Released) -> dict[str, str]:
    """Heading of each group's column: its abbreviation, or a letter where names are long; none if many."""
    levels = list(released.levels)
    if len(levels) > MOST_GROUPS:
        return {}
    short = {level: released.abbreviation(level) for level in levels}
    if max(map(len, short.values()), default=0) <= LONGEST_HEAD:
        return short
    return {level: chr(ord("A") + number) for number, level in enumerate(levels)}


def boxes(released: Released) -> tuple[list[Box], list[Box]]:
    """Sort the stages into boxes and, for each, the box of those who leave after it."""
    table = fold_merged(released.table("flow").sort_values("order", kind="stable"))
    stages = table[table["group_level"] == ""]
    main: list[Box] = []
    sides: list[Box] = []
    place: dict[str, Box] = {}
    for _, row in stages.iterrows():
        stage, counts = str(row["stage"]), _counts(released, table, str(row["stage"]))
        if stage in MAIN:
            place[stage] = Box(str(row["stage_label"]), counts)
            main.append(place[stage])
            sides.append(Box("", []))
        elif stage in INSIDE:
            continue
        elif sides and not all(count == 0 for count in counts):
            sides[-1].lines.append((str(row["stage_label"]), counts))
    for _, row in stages.iterrows():
        home = place.get(INSIDE.get(str(row["stage"]), ""))
        if home is not None:
            home.lines.append((str(row["stage_label"]), _counts(released, table, str(row["stage"]))))
    return main, sides


def fold_merged(table: pd.DataFrame) -> pd.DataFrame:
    """Merge for all staff the reasons that disclosure control merged within groups, so that columns compare.

    A reason that is shown for all staff but in no group was added there to the merged reason of the group.
    """
    within = table[table["group_level"] != ""]
    merged = [str(stage) for stage in dict.fromkeys(within.loc[within["status"] == "merged", "stage"])]
    overall = table["group_level"] == ""
    lost = sorted(set(table.loc[overall, "stage"]) - set(within["stage"]), key=list(table["stage"]).index)
    if within.empty or len(merged) != 1 or not lost or merged[0] in lost:
        return table
    table = table.copy()
    home, parts = overall & (table["stage"] == merged[0]), overall & table["stage"].isin(lost)
    if not home.any():
        return table
    labels = [*table.loc[parts, "stage_label"], *table.loc[home, "stage_label"]]
    table.loc[home, "stage_label"] = formatting.sentence_list(
        [labels[0], *(formatting.lower_first(str(label)) for label in labels[1:])], "or"
    )
    table.loc[home, "n"] = float(table.loc[home | parts, "n"].sum(skipna=False))
    return table[~parts]


def _counts(released: Released, table: pd.DataFrame, stage: str) -> list[float]:
    rows = table[table["stage"] == stage]
    found = {str(row["group_level"]): float(row["n"]) for _, row in rows.iterrows()}
    return [found.get(level, math.nan) for level in ["", *headings(released)]]


def shown(value: float) -> str:
    """Print a count, or the mark of a suppressed one."""
    return formatting.SUPPRESSED if math.isnan(value) else formatting.count(value)


def _column(boxes: list[Box], heads: list[str]) -> float:
    counts = [n for box in boxes for part in (box.counts, *(c for _, c in box.lines)) for n in part]
    words = [*map(shown, counts), *heads]
    return max(COLUMN, *(width_mm(word, weight="bold") + 2.0 for word in words))


def _headings(figure: Figure, heads: list[str], right: float, column: float) -> None:
    for index, head in enumerate(heads):
        x = right - PAD - column * (len(heads) - 1 - index)
        theme.words(figure, x, 3.0, head, ha="right", color=theme.QUIET)


def _box(
    figure: Figure, rows: list[Row], place: tuple[float, float, float, float], column: float,
    *, strong: bool = False,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    left, top, width, height = place
    across, down = figure.get_size_inches() / theme.MM
    figure.add_artist(
        Rectangle(
            (left / across, 1 - (top + height) / down), width / across, height / down,
            facecolor="#f3f6fa" if strong else "white", edgecolor=theme.ACCENT if strong else theme.QUIET,
            linewidth=0.9 if strong else 0.7, transform=figure.transFigure,
        )
    )  # fmt: skip
    y = top + PAD + LINE / 2
    headed = any(row.head for row in rows)
    for row in rows:
        weight = "bold" if row.head else "normal"
        for index, value in enumerate(row.counts):
            x = left + width - PAD - column * (len(row.counts) - 1 - index)
            theme.words(figure, x, y, shown(value), ha="right", weight=weight)
        for line in row.label.split("\n"):
            indent = PAD + (INDENT if headed and not row.head else 0.0)
            theme.words(figure, left + indent, y, line, weight=weight)
            y += LINE


def _arrow(figure: Figure, x0: float, y0: float, x1: float, y1: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    across, down = figure.get_size_inches() / theme.MM
    figure.add_artist(
        FancyArrowPatch(
            (x0 / across, 1 - y0 / down), (x1 / across, 1 - y1 / down), arrowstyle="-|>", mutation_scale=7,
            linewidth=0.8, color=theme.QUIET, shrinkA=0, shrinkB=0, transform=figure.transFigure,
        )
    )  # fmt: skip


def _notes(names: dict[str, str], released: Released, main: list[Box], sides: list[Box]) -> list[str]:
    every = [count for box in (*main, *sides) for count in box.counts]
    every += [count for box in (*main, *sides) for _, counts in box.lines for count in counts]
    labels = {level: released.in_text(released.levels[level]) for level in names}
    short = "; ".join(
        f"{names[level]}, {label}"
        for level, label in labels.items()
        if names[level].casefold() != label.casefold()
    )
    hidden = "s: suppressed, too few to show." if any(math.isnan(count) for count in every) else ""
    return [f"{short}." if short else "", hidden]


def alt_text(released: Released, main: list[Box], sides: list[Box]) -> str:
    """Read the diagram out: each stage with its counts, and who left."""
    names = [released.levels[level] for level in headings(released)]

    def phrase(label: str, counts: list[float]) -> str:
        groups = [f"{name} {_spoken(n)}" for name, n in zip(names, counts[1:], strict=True)]
        return f"{label}: {_spoken(counts[0])}" + (f" ({'; '.join(groups)})" if groups else "")

    parts = []
    for box, side in zip(main, sides, strict=True):
        parts.append(phrase(box.label, box.counts))
        parts += [phrase(label, counts) for label, counts in box.lines]
        if side.lines:
            parts.append("leaving here, " + ", ".join(phrase(*line) for line in side.lines))
    return f"Flow diagram from the {released.vocabulary.list} to the analysis. " + ". ".join(parts) + "."


def _spoken(value: float) -> str:
    return "suppressed" if math.isnan(value) else formatting.count(value)
