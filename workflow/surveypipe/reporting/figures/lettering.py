"""Room that letters need: labels broken to a width that is measured, and legends laid out in rows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure

TEXT_PT = 9.0
DPI = 300
MM = 1 / 25.4
# Distance of the lines of a label, with the letters of any script between them.
LINE_MM = 4.1
# Beside its label an entry of a legend has a sign, and a gap before the next.
SIGN_MM, GAP_MM = 7.5, 4.0
# Between the rows of a legend, and the most lines of an entry that has others beside it.
SPACE_MM, MOST_LINES = 1.2, 3
# Where a long word is broken a line may end after these without a hyphen.
SEAMS = "-/_.,:;|\\@–—"
# A straight mark that opens a quotation: at a beginning, or behind a space, a bracket or a dash.
_OPENING = {mark: re.compile(rf"(^|[\s(\[/‘“–—-]){mark}(?=\S)") for mark in ("'", '"')}
_CURLED = {"'": ("‘", "’"), '"': ("“", "”")}


def curled(text: str) -> str:
    """Give straight marks of quotation, and apostrophes, the form that a printed text has.

    >>> curled("the authors' 'High' (as 'low')")
    'the authors’ ‘High’ (as ‘low’)'
    """
    for mark, (opening, closing) in _CURLED.items():
        text = _OPENING[mark].sub(rf"\1{opening}", text).replace(mark, closing)
    return text


def lines_mm(text: str) -> float:
    """Height of a wrapped label, in millimetres."""
    return LINE_MM * (text.count("\n") + 1)


def width_mm(text: str, *, size: float = TEXT_PT, weight: str = "normal") -> float:
    """Width of one line as it is drawn in the theme, in millimetres."""
    import matplotlib as mpl

    return _width(text, size, weight, tuple(mpl.rcParams["font.family"]))


@lru_cache(maxsize=20_000)
def _width(text: str, size: float, weight: str, _families: tuple[str, ...]) -> float:
    from matplotlib.font_manager import FontProperties

    wide, _, _ = _canvas().get_text_width_height_descent(
        text, FontProperties(size=size, weight=weight), ismath=False
    )
    return float(wide / DPI / MM)


@lru_cache(maxsize=1)
def _canvas() -> RendererAgg:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, DPI)


def fitted(text: str, room: float, *, size: float = TEXT_PT, weight: str = "normal") -> str:
    """Break a label into lines that fit a width; a word that alone is wider is broken inside.

    Parameters
    ----------
    text
        The label; white space of any kind is one space.
    room
        Greatest width of a line, in millimetres.
    """

    def fits(line: str) -> bool:
        return width_mm(line, size=size, weight=weight) <= room

    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if fits(joined):
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while not fits(line):
            head, line = _broken(line, fits)
            lines.append(head)
    return "\n".join([*lines, line]) if line or lines else text


def _broken(word: str, fits: Any) -> tuple[str, str]:
    """Cut the longest head off a word that fits, with a hyphen between two letters of an alphabet."""
    pieces = _pieces(word)
    low, high = 1, max(1, len(pieces) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits("".join(pieces[:middle]) + "-") else (low, middle - 1)
    seams = [n for n in range(low, low // 2, -1) if pieces[n - 1][-1] in SEAMS]
    cut = seams[0] if seams else low
    head, rest = "".join(pieces[:cut]), "".join(pieces[cut:])
    return (head + "-" if _alphabetic(head[-1]) and _alphabetic(rest[0]) else head), rest


def _pieces(word: str) -> list[str]:
    """Letters with the marks that stand on them, which no line may separate."""
    found: list[str] = []
    for letter in word:
        mark = unicodedata.category(letter).startswith("M") or letter == "\u200d"
        if found and (mark or found[-1].endswith("\u200d")):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _alphabetic(letter: str) -> bool:
    return letter.isalpha() and unicodedata.east_asian_width(letter) not in "WF"


@dataclass(frozen=True)
class LegendPlan:
    """A legend that fits the page.

    Attributes
    ----------
    labels
        The labels, wrapped.
    columns
        How many stand side by side.
    height
        In millimetres.
    """

    labels: list[str]
    columns: int
    height: float


def legend_plan(labels: list[str], room: float) -> LegendPlan:
    """Lay a legend out in as few rows as its labels allow, to be read row by row.

    Parameters
    ----------
    labels
        What stands beside each sign.
    room
        Width of the page that it may take, in millimetres.
    """
    labels = [" ".join(label.split()) for label in labels]
    for columns in range(len(labels), 1, -1):
        if _side_by_side(labels, columns, room):
            # As many rows with as many entries in each as can be.
            even = -(-len(labels) // -(-len(labels) // columns))
            return _planned(labels, even if _side_by_side(labels, even, room) else columns)
    for columns in range(min(3, len(labels)), 1, -1):
        wrapped = [fitted(label, room / columns - SIGN_MM - GAP_MM) for label in labels]
        if max(label.count("\n") for label in wrapped) < MOST_LINES:
            return _planned(wrapped, columns)
    return _planned([fitted(label, room - SIGN_MM - GAP_MM) for label in labels], 1)


def _planned(labels: list[str], columns: int) -> LegendPlan:
    heights = [sum(map(lines_mm, part)) + SPACE_MM * (len(part) + 1) for part in _columns(labels, columns)]
    return LegendPlan(labels, columns, max(heights))


def _columns(labels: list[str], columns: int) -> list[list[str]]:
    """Entries of each column, where they are read row by row."""
    return [labels[number::columns] for number in range(columns)]


def _side_by_side(labels: list[str], columns: int, room: float) -> bool:
    taken = [max(map(width_mm, part)) + SIGN_MM + GAP_MM for part in _columns(labels, columns)]
    return sum(taken) <= room


def set_legend(
    figure: Figure, handles: list[Any], plan: LegendPlan, *, left: float = 0.0, top: float = 0.0
) -> None:
    """Draw a planned legend, its upper left corner in millimetres from the edges of the page."""
    for handle, label in zip(handles, plan.labels, strict=True):
        handle.set_label(label)
    # matplotlib goes down the columns, of which the first are the longer ones.
    handles = [handle for number in range(plan.columns) for handle in handles[number :: plan.columns]]
    across, down = figure.get_size_inches() / MM
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(left / across, 1 - top / down), ncols=plan.columns,
        frameon=False, handlelength=1.9, handletextpad=0.6, columnspacing=1.3, borderaxespad=0.1,
        labelspacing=0.4,
    )  # fmt: skip
