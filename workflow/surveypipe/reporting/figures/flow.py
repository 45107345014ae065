"""Flow of the staff from the list to the analysis, for all and by group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.flow_stages import (
    INDENT,
    LINE,
    PAD,
    Box,
    Count,
    Row,
    boxes,
    headings,
    known,
    shown,
)
from surveypipe.reporting.figures.lettering import width_mm
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of a column of counts; wider where they are long.
COLUMN = 10.5
# Share of the page that the stages take, and where those who leave stand beside them.
MAIN_SHARE, SIDE_SHARE = 0.475, 0.52
# On a narrow page those who leave stand below, so far from the left edge.
STEP = 12.0
# Height of the names of columns, and the least way between two boxes.
HEADS, WAY = 5.0, 5.0


@dataclass(frozen=True)
class Placed:
    """A box at its place: left, top, width and height in millimetres, and the names of columns above it."""

    box: Box
    rows: list[Row]
    place: tuple[float, float, float, float]
    heads: list[str]

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.place[1] + self.place[3]


def draw(released: Released) -> Drawn:
    """Draw the flow diagram: stages down the left, those who leave at the right, or below."""
    main, sides = boxes(released)
    names, wide = _columns(released, main, sides)
    heads = ["All", *names.values()]
    column = _column([*main, *sides], heads)
    # A single column needs no heading.
    stages, leavers = _placed(main, sides, heads if names else [], column, wide=wide)
    notes = _notes(names, released, main, sides)
    end = max(one.bottom for one in (*stages, *leavers.values()))
    figure = theme.page(end + 2.5 + theme.foot_mm(notes, mark=released.mark))
    for number, one in enumerate(stages):
        _box(figure, one, column, strong=True)
        x = STEP / 2 if theme.narrow() else one.place[0] + one.place[2] / 2
        if number + 1 < len(stages):
            _arrow(figure, x, one.bottom, x, stages[number + 1].place[1])
        if number in leavers:
            side = leavers[number]
            _box(figure, side, column)
            middle = side.place[1] + side.place[3] / 2
            if not theme.narrow():
                middle = (one.bottom + stages[number + 1].place[1]) / 2
            _arrow(figure, x, middle, side.place[0], middle)
    theme.footnote(figure, notes, mark=released.mark)
    return Drawn(figure, alt_text(released, main, sides), {"flow": released.table("flow")})


def _columns(released: Released, main: list[Box], sides: list[Box]) -> tuple[dict[str, str], bool]:
    """Name the columns of groups, in full where nobody leaves and there is room, and say whether it is so."""
    short = headings(released)
    full = {level: released.levels[level] for level in short}
    if short == full or any(side.lines for side in sides):
        return short, False
    column = _column(main, ["All", *full.values()])
    label = max(width_mm(box.label, weight="bold") for box in main)
    wide = theme.across() - 1.0 - 2 * PAD - 1.0 - column * (len(full) + 1) >= label
    return (full, True) if wide else (short, False)


def _placed(
    main: list[Box], sides: list[Box], heads: list[str], column: float, *, wide: bool = False
) -> tuple[list[Placed], dict[int, Placed]]:
    """Give every box its place; names of columns stand where the columns begin, on both sides."""
    across, stacked = theme.across(), theme.narrow()
    left = STEP if stacked else SIDE_SHARE * across
    widths = (across - 1.0 if stacked or wide else MAIN_SHARE * across, across - 0.5 - left)
    rooms = [width - 2 * PAD - 1.0 - column * (len(heads) or 1) for width in widths]
    stages: list[Placed] = []
    leavers: dict[int, Placed] = {}
    told: list[set[bool]] = [set(), set()]
    top, free = 0.5, 0.5
    for number, box in enumerate(main):
        above = _begun(box, heads, told[0])
        top += HEADS if above else 0.0
        height = box.height(rooms[0])
        stages.append(Placed(box, box.rows(rooms[0]), (0.5, top, widths[0], height), above))
        bottom = top + height
        top = bottom + WAY
        side = sides[number] if number < len(main) - 1 else Box("", [])
        if not side.lines:
            continue
        above = [] if stacked else _begun(side, heads, told[1])
        height = side.height(rooms[1])
        if stacked:
            start = bottom + WAY / 2
            top = start + height + WAY
        else:
            ahead = HEADS if _begun(main[number + 1], heads, set(told[0])) else 0.0
            start = max(bottom + (WAY + ahead) / 2 - height / 2, free + 3.0 + (HEADS if above else 0.0))
            # The arrow to the right leaves between the two stages, within the height of its box.
            top = max(top, 2 * (start + 3.0) - bottom - ahead)
            free = start + height
        leavers[number] = Placed(side, side.rows(rooms[1]), (left, start, widths[1], height), above)
    return stages, leavers


def _begun(box: Box, heads: list[str], told: set[bool]) -> list[str]:
    """Names of the columns that begin with a box, and of which none has been told before."""
    if not heads or box.grouped in told or True in told:
        return []
    told.add(box.grouped)
    return heads if box.grouped else heads[:1]


def _column(boxes: list[Box], heads: list[str]) -> float:
    counts = [n for box in boxes for part in (box.counts, *(c for _, c in box.lines)) for n in part]
    words = [*map(shown, counts), *heads]
    return max(COLUMN, *(width_mm(word, weight="bold") + 2.0 for word in words))


def _box(figure: Figure, one: Placed, column: float, *, strong: bool = False) -> None:
    from matplotlib.patches import Rectangle

    left, top, width, height = one.place
    across, down = figure.get_size_inches() / theme.MM
    figure.add_artist(
        Rectangle(
            (left / across, 1 - (top + height) / down), width / across, height / down,
            facecolor="#f3f6fa" if strong else "white", edgecolor=theme.ACCENT if strong else theme.QUIET,
            linewidth=0.9 if strong else 0.7, transform=figure.transFigure,
        )
    )  # fmt: skip
    columns = max(len(row.counts) for row in one.rows)

    def right(index: int) -> float:
        return left + width - PAD - column * (columns - 1 - index)

    for index, head in enumerate(one.heads):
        theme.words(figure, right(index), top - 2.4, head, ha="right", color=theme.QUIET)
    y = top + PAD + LINE / 2
    headed = any(row.head for row in one.rows)
    for row in one.rows:
        weight = "bold" if row.head else "normal"
        for index, value in enumerate(row.counts):
            theme.words(figure, right(index), y, shown(value), ha="right", weight=weight)
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
    labels = {level: released.in_text(released.levels[level]) for level in names}
    short = "; ".join(
        f"{names[level]}, {label}"
        for level, label in labels.items()
        if names[level].casefold() != label.casefold()
    )
    later = names and any(box.counts[1:] and box.counts[1] is None for box in main)
    return [
        f"{short}." if short else "",
        "Counts by group begin where they give no small number away." if later else "",
        _hidden_note(main, sides),
    ]


def _hidden_note(main: list[Box], sides: list[Box]) -> str:
    """Say why a count is hidden: a total never is too small itself where a part of it is shown."""
    totals = [
        number
        for number, box in enumerate(main)
        for place, count in enumerate(box.counts)
        if _hidden(count) and any(known(later.counts[place]) for later in main[number:])
    ]
    lines = [counts for box in (*main, *sides) for _, counts in box.lines]
    parts = sum(_hidden(count) for counts in lines for count in counts)
    parts += sum(_hidden(count) for box in main for count in box.counts) - len(totals)
    if totals and parts:
        return "s: not shown, too few or to protect a small number."
    if totals:
        return "s: not shown, to protect a small number."
    return "s: suppressed, too few to show." if parts else ""


def _hidden(count: Count) -> bool:
    return count is not None and math.isnan(count)


def alt_text(released: Released, main: list[Box], sides: list[Box]) -> str:
    """Read the diagram out: each stage with its counts, and who left."""
    names = [released.levels[level] for level in headings(released)]

    def phrase(label: str, counts: list[Count]) -> str:
        own = [(name, n) for name, n in zip(names, counts[1:], strict=True) if n is not None]
        groups = [f"{name} {_spoken(n)}" for name, n in own]
        return f"{label}: {_spoken(counts[0])}" + (f" ({'; '.join(groups)})" if groups else "")

    parts = []
    for box, side in zip(main, sides, strict=True):
        parts.append(phrase(box.label, box.counts))
        parts += [phrase(label, counts) for label, counts in box.lines]
        if side.lines:
            left = formatting.lower_first(side.label) or "leaving here"
            parts.append(f"{left}, " + ", ".join(phrase(*line) for line in side.lines))
    return f"Flow diagram from the {released.vocabulary.list} to the analysis. " + ". ".join(parts) + "."


def _spoken(value: Count) -> str:
    return "not shown" if value is None or math.isnan(value) else formatting.count(value)
