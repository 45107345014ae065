"""The look that all figures share: sizes of a journal's page, colours told apart by anyone and in grey."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from surveypipe.determinism import SVG_METADATA, svg_settings
from surveypipe.fonts import shipped, typefaces
from surveypipe.reporting.figures.lettering import DPI, MM, TEXT_PT, curled, fitted, lines_mm, width_mm
from surveypipe.reporting.figures.svg import compacted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Full width of a journal's page.
WIDTH_MM = 160.0
NARROW_MM = 120.0
# A figure that is taller is set smaller, for a page to hold it with its caption.
TALLEST_MM = 225.0
SUBMISSION_DPI = 600

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
# Around what is so pale that a page, light or dark, would swallow it.
EDGE, PALE_FROM = "#8c8c8c", 0.8
# A bar that marks and intervals lie on.
BAR = "#a9c1dc"
# Bounds, which no mark lies darker on; limits of claims; the suspicion scenario.
BOUNDS, LIMIT = "#d3dbe6", "#b3331d"
SCENARIO: dict[str, Any] = {
    "color": SECOND, "linewidth": 0.9, "markersize": 3.6, "markerfacecolor": "white", "markeredgewidth": 1.0,
}  # fmt: skip
# Grades of claims in their one order, lighter to darker: none is told by its hue.
GRADES = ("white", "#c9d8ea", "#8fb0d6", "#4a7fb8", "#123f73")
# Dark enough to stand out from a bar that they lie on, on a page that is light or dark.
GROUP_COLOURS = ("#1f4e85", "#965112", "#2a6a48", "#6b3f88", "#5a5a5a")
GROUP_MARKERS = ("o", "s", "^", "D", "v")
# A triangle fills half of the square that it is drawn in: so much larger it is as large as a disc.
TRIANGLES, LARGER = "^v", 1.25


@dataclass(frozen=True)
class Drawn:
    """A figure ready to be saved.

    Parameters
    ----------
    figure
        The drawing.
    alt
        Alternative text: what the figure shows, in words and numbers.
    rows
        Released rows that it is drawn from, by the name of their table; none where there is nothing to draw.
    """

    figure: Figure
    alt: str
    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)


@contextmanager
def themed(salt: str, fonts: Sequence[Path] = (), *, width_mm: float = WIDTH_MM) -> Iterator[None]:
    """Draw in the theme; settings return to what they were.

    Parameters
    ----------
    salt
        Makes the identifiers in an SVG the same in every run.
    fonts
        Fonts for letters that the shipped ones have not.
    width_mm
        Width of every figure drawn within. Each lays its parts out for it: below :data:`NARROW_MM` labels
        stand above what they name and panels below one another. Letters keep their size.
    """
    import matplotlib as mpl

    settings: Any = {
        # Both are shipped, so that no machine substitutes another for the letters they have.
        "font.family": [*map(_family, (*typefaces()[:1], shipped(), *fonts))],
        "font.size": TEXT_PT,
        "figure.figsize": (width_mm * MM, width_mm * MM),
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
        # A label may hold dollar signs; it is never mathematics.
        "text.parse_math": False,
        "figure.dpi": DPI,
        "savefig.dpi": DPI,
        "patch.linewidth": 0.0,
        # Letters of a PDF are embedded as TrueType, which every journal takes.
        "pdf.fonttype": 42,
    }
    for face in typefaces():
        _family(face)
    vector: Any = svg_settings(salt)
    with _seaborn_styles().axes_style("white"), mpl.rc_context({**vector, **settings}):
        yield


@cache
def _seaborn_styles() -> Any:
    """Seaborn's module of styles; the package's own door imports its statistics, and scipy.stats for them."""
    here = sys.modules.get("seaborn")
    if here is None:
        spec = find_spec("seaborn")
        door = ModuleType("seaborn")
        door.__path__ = list(spec.submodule_search_locations or []) if spec else []
        sys.modules["seaborn"] = door
    try:
        # The styles name a map of colours, which this module makes known.
        import_module("seaborn.cm")
        return import_module("seaborn.rcmod")
    finally:
        if here is None:
            del sys.modules["seaborn"]


@cache
def _family(font: Path) -> str:
    """Make a font known to matplotlib, and give its name."""
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(str(font))
    return str(FontProperties(fname=str(font)).get_name())


def across() -> float:
    """Width of the figures drawn now, in millimetres (:func:`themed`)."""
    import matplotlib as mpl

    return float(mpl.rcParams["figure.figsize"][0]) / MM


def outline(shade: str) -> dict[str, Any]:
    """Look of the edge of a bar: a line around a pale one, so that it is seen on any page; else none."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(shade)
    pale = 0.299 * red + 0.587 * green + 0.114 * blue > PALE_FROM
    return {"edgecolor": EDGE, "linewidth": 0.5} if pale else {}


def group_mark(number: int, size: float) -> dict[str, Any]:
    """Give the mark of a group, of one area whatever its shape, with an edge that parts it from others."""
    marker = GROUP_MARKERS[number % len(GROUP_MARKERS)]
    return {
        "marker": marker, "color": GROUP_COLOURS[number % len(GROUP_COLOURS)],
        "markersize": size * (LARGER if marker in TRIANGLES else 1.0),
        "markeredgecolor": "white", "markeredgewidth": 0.4, "zorder": 4,
    }  # fmt: skip


def narrow() -> bool:
    """Whether figures are drawn for a page with no room for labels beside what they name."""
    return across() < NARROW_MM


@contextmanager
def on_a_page() -> Iterator[None]:
    """Measure as for a printed page, for both pictures of a figure to show the same."""
    import matplotlib as mpl

    with mpl.rc_context({"figure.figsize": (WIDTH_MM * MM, WIDTH_MM * MM)}):
        yield


def page(height_mm: float) -> Figure:
    """Open a figure of the width asked for (:func:`themed`).

    Parameters
    ----------
    height_mm
        Height in millimetres.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(across() * MM, height_mm * MM))


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


def footnote(figure: Figure, sentences: list[str], *, mark: str) -> None:
    """Write the notes at the foot of a figure, and the mark of data that are not real at its right.

    Parameters
    ----------
    figure
        With room at the foot (:func:`foot_mm`).
    sentences
        Notes; empty ones are left out.
    mark
        The mark; '' for none.
    """
    _, down = figure.get_size_inches() / MM
    note = note_text(sentences, mark=mark)
    if note:
        words(figure, 0.5, down - 1.0, note, color=QUIET, va="bottom", linespacing=1.3)
    if mark:
        words(figure, across() - 0.5, down - 1.0, mark, color="#8a1c1c", weight="bold",
              ha="right", va="bottom")  # fmt: skip


def note_text(sentences: list[str], *, mark: str) -> str:
    """Join and wrap the notes, leaving room for the mark."""
    room = across() - 1.0 - (width_mm(mark, weight="bold") + 3.0 if mark else 0.0)
    return fitted(" ".join(s for s in sentences if s), room)


def foot_mm(sentences: list[str], *, mark: str) -> float:
    """Height that the notes need, in millimetres."""
    note = note_text(sentences, mark=mark)
    return 2.0 + 1.05 * lines_mm(note) if note or mark else 1.0


def nothing_to_draw(text: str, *, mark: str) -> Drawn:
    """Say in a figure's place why there is none."""
    shown = fitted(text, across() - 1.0)
    figure = page(4 + lines_mm(shown) + foot_mm([], mark=mark))
    words(figure, 0.5, 2 + lines_mm(shown) / 2, shown, color=QUIET)
    footnote(figure, [], mark=mark)
    return Drawn(figure, text)


def grid_lines(axes: Axes, at: list[float], top: float | None = None, bottom: float | None = None) -> None:
    """Draw faint vertical lines behind the marks, over the whole panel or between two heights."""
    for x in at:
        if top is None or bottom is None:
            axes.axvline(x, color=PALE, linewidth=0.7, zorder=0)
        else:
            axes.plot([x, x], [top, bottom], color=PALE, linewidth=0.7, zorder=0)


def scale_of(figure: Figure) -> float:
    """Give the size at which a figure is set on a page: 1, or what makes a tall one fit."""
    return min(1.0, TALLEST_MM / (float(figure.get_size_inches()[1]) / MM))


def _set_quotation_marks(figure: Figure) -> None:
    """Draw marks of quotation and apostrophes as the text beside the figure prints them."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if {"'", '"'} & set(text.get_text()):
            text.set_text(curled(text.get_text()))


def save_svg(drawn: Drawn, svg: Path, scale: float = 1.0) -> None:
    """Write a figure as SVG, the same bytes in every run, and as short as it can be told.

    Parameters
    ----------
    drawn
        The figure.
    svg
        The file.
    scale
        Size at which it is set, of that at which it is drawn.
    """
    _set_quotation_marks(drawn.figure)
    written = BytesIO()
    drawn.figure.savefig(written, format="svg", metadata={**SVG_METADATA, "Creator": None})
    svg.write_bytes(compacted(written.getvalue(), scale))


def save(drawn: Drawn, svg: Path, png: Path) -> None:
    """Write a figure as SVG and as PNG of 300 dpi, the same bytes in every run.

    One that is taller than a page is drawn as it is and told to stand smaller.
    """
    scale = scale_of(drawn.figure)
    save_svg(drawn, svg, scale)
    printed = {"dpi": (DPI / scale, DPI / scale)} if scale < 1 else {}
    drawn.figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs=printed)


def save_for_submission(drawn: Drawn, pdf: Path, tiff: Path) -> None:
    """Write a figure as journals ask for it, the same bytes in every run.

    A PDF with its letters embedded, and a TIFF of :data:`SUBMISSION_DPI` in colour, without transparency,
    compressed without loss.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    _set_quotation_marks(drawn.figure)
    drawn.figure.savefig(
        pdf, format="pdf", metadata={"CreationDate": None, "Producer": None, "Creator": None}
    )
    before = drawn.figure.dpi
    drawn.figure.set_dpi(SUBMISSION_DPI)
    canvas = FigureCanvasAgg(drawn.figure)
    canvas.draw()
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
    picture.save(tiff, compression="tiff_lzw", dpi=(SUBMISSION_DPI, SUBMISSION_DPI))
    drawn.figure.set_dpi(before)
