"""The look that all figures share: sizes of a journal's page, colours told apart by anyone and in grey."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.determinism import SVG_METADATA, svg_settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_MM = 160.0
MM = 1 / 25.4
DPI = 300
TEXT_PT = 8.0

INK = "#222222"
QUIET = "#5a5a5a"
RULE = "#c4c4c4"
PALE = "#ececec"
ACCENT = "#1f4e85"
SECOND = "#c8792b"
# From the lower answers to the upper: orange and blue are told apart in every common colour vision, and their
# lightness differs, so that a grey copy can be read too.
THREE = ("#dd9a52", "#e6e6e6", "#1f4e85")
FIVE = ("#b5651d", "#eab987", "#e6e6e6", "#86abd3", "#1f4e85")
GROUP_COLOURS = ("#1f4e85", "#c8792b", "#4f8a68", "#7a5195", "#8c8c8c")
GROUP_MARKERS = ("o", "s", "^", "D", "v")


@dataclass(frozen=True)
class Drawn:
    """A figure ready to be saved.

    Parameters
    ----------
    figure
        The drawing.
    alt
        Alternative text: what the figure shows, in words and numbers.
    """

    figure: Figure
    alt: str


@contextmanager
def themed(salt: str) -> Iterator[None]:
    """Draw in the theme; settings return to what they were.

    Parameters
    ----------
    salt
        Makes the identifiers in an SVG the same in every run.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import seaborn as sns

    settings: Any = {
        "font.family": "sans-serif",
        # Comes with matplotlib, so that no machine substitutes another.
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": TEXT_PT,
        "axes.titlesize": TEXT_PT + 0.5,
        "axes.titleweight": "bold",
        "axes.labelsize": TEXT_PT,
        "xtick.labelsize": TEXT_PT,
        "ytick.labelsize": TEXT_PT,
        "legend.fontsize": TEXT_PT,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.7,
        "axes.unicode_minus": True,
        "figure.dpi": DPI,
        "savefig.dpi": DPI,
        "patch.linewidth": 0.0,
        "figure.facecolor": "white",
    }
    vector: Any = svg_settings(salt)
    with sns.axes_style("white"), mpl.rc_context({**vector, **settings}):
        yield
    plt.close("all")


def page(height_mm: float) -> Figure:
    """Open a figure of the journal's full width.

    Parameters
    ----------
    height_mm
        Height in millimetres.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_MM * MM, height_mm * MM))


def panel(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Place axes by millimetres from the left and top edges of the page."""
    across, down = figure.get_size_inches() / MM
    axes = figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


def words(figure: Figure, x: float, y: float, text: str, *, size: float = TEXT_PT, **settings: Any) -> None:
    """Write at a place given in millimetres from the left and top edges; `y` is the middle of the letters."""
    across, down = figure.get_size_inches() / MM
    # Centred without descenders, so that a label and the number beside it stand on one line.
    middle = "center" if "\n" in text else "center_baseline"
    settings = {"va": middle, "ha": "left", "color": INK} | settings
    figure.text(x / across, 1 - y / down, text, fontsize=size, **settings)


def wrapped(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def lines_of(text: str) -> int:
    """Count the lines of a wrapped label."""
    return text.count("\n") + 1


def footnote(figure: Figure, sentences: list[str], *, simulated: bool) -> None:
    """Write the notes at the foot of a figure, and the mark of simulated data at its right.

    Parameters
    ----------
    figure
        With room at the foot (:func:`foot_mm`).
    sentences
        Notes; empty ones are left out.
    simulated
        Whether to set the mark.
    """
    _, down = figure.get_size_inches() / MM
    note = note_text(sentences, simulated=simulated)
    if note:
        words(figure, 0.5, down - 1.0, note, color=QUIET, va="bottom", linespacing=1.3)
    if simulated:
        words(figure, WIDTH_MM - 0.5, down - 1.0, "Simulated data", color="#8a1c1c", weight="bold",
              ha="right", va="bottom")  # fmt: skip


def note_text(sentences: list[str], *, simulated: bool) -> str:
    """Join and wrap the notes, leaving room for the mark."""
    return wrapped(" ".join(s for s in sentences if s), 94 if simulated else 114)


def foot_mm(sentences: list[str], *, simulated: bool) -> float:
    """Height that the notes need, in millimetres."""
    note = note_text(sentences, simulated=simulated)
    return 2.0 + 3.8 * lines_of(note) if note or simulated else 1.0


def nothing_to_draw(text: str, *, simulated: bool) -> Drawn:
    """Say in a figure's place why there is none."""
    figure = page(8 + foot_mm([], simulated=simulated))
    words(figure, 0.5, 4.0, text, color=QUIET)
    footnote(figure, [], simulated=simulated)
    return Drawn(figure, text)


def grid_lines(axes: Axes, at: list[float], top: float | None = None, bottom: float | None = None) -> None:
    """Draw faint vertical lines behind the marks, over the whole panel or between two heights."""
    for x in at:
        if top is None or bottom is None:
            axes.axvline(x, color=PALE, linewidth=0.7, zorder=0)
        else:
            axes.plot([x, x], [top, bottom], color=PALE, linewidth=0.7, zorder=0)


def save(drawn: Drawn, svg: Path, png: Path) -> None:
    """Write a figure as SVG and as PNG of 300 dpi, the same bytes in every run."""
    drawn.figure.savefig(svg, format="svg", metadata={**SVG_METADATA, "Creator": None})
    drawn.figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
