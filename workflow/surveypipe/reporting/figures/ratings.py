"""Ratings with the same answers, whatever these mean: one stacked bar an item, a part for each answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.drawn_rows import estimates_of
from surveypipe.reporting.figures.lettering import fitted, legend_plan, lines_mm, set_legend
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.reporting.lookups import bases_told
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 5.6
LEFT, NARROW_LEFT = 58.0, 34.0
# Room for the counts beside the bars.
BESIDE = 14.0
AXIS = 10.5
# A part of fewer per cent has no room for its number.
LEAST_PRINTED = 0.06
# Half of the last digit of a share.
ROUNDED = 0.005


def draw_ratings(released: Released, items: Sequence[str]) -> Drawn:
    """Draw the answers of all to each item.

    Parameters
    ----------
    released
        The released tables.
    items
        Ratings with the same answers, in the order of the questionnaire.
    """
    from matplotlib.patches import Patch

    values = released.values(items[0])
    shades = colours(len(values))
    plan = legend_plan(list(values.values()), theme.across())
    labels = [fitted(released.short(item), _left() - 3.0) for item in items]
    heights = [max(ROW, lines_mm(label) + 1.4) for label in labels]
    notes = [
        f"Per cent of those who answered; at the right n. {released.weighted_by}",
        bases_told(released, items),
    ]
    top, body = plan.height + 1.6, sum(heights)
    figure = theme.page(top + body + AXIS + theme.foot_mm(notes, mark=released.mark))
    set_legend(figure, [Patch(facecolor=shade, **theme.outline(shade)) for shade in shades], plan)
    axes = theme.panel(figure, _left(), top, _width(), body)
    y = 0.0
    for item, label, height in zip(items, labels, heights, strict=True):
        theme.words(figure, 0.5, top + y + height / 2, label, linespacing=1.1)
        _bar(axes, released, item, y + height / 2, shades)
        y += height
    axes.set(xlim=(0, 1), ylim=(body, 0), yticks=[], xlabel="Per cent")
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "25", "50", "75", "100"])
    axes.tick_params(axis="x", length=2, pad=2)
    theme.footnote(figure, notes, mark=released.mark)
    return Drawn(figure, _alt_text(released, items), estimates_of(released, items))


def colours(number: int) -> list[str]:
    """Give a colour to each of the answers in their order, from one end of the theme's to the other."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    scale = LinearSegmentedColormap.from_list("answers", list(theme.FIVE))
    return [to_hex(scale(place / max(1, number - 1))) for place in range(number)]


def _bar(axes: Axes, released: Released, item: str, y: float, shades: Sequence[str]) -> None:
    shares = list(released.answers(item).values())
    if not shares:
        axes.text(0.01, y, "suppressed", style="italic", color=theme.QUIET, va="center_baseline")
        return
    left, whole = 0.0, sum(shares)
    for share, shade in zip(shares, shades, strict=True):
        # Rounded shares add up to a little more or less than all.
        part = share / whole if abs(whole - 1) < ROUNDED * len(shares) else share
        axes.barh(y, part, left=left, height=ROW * 0.72, color=shade, **theme.outline(shade))
        if share >= LEAST_PRINTED:
            axes.text(
                left + part / 2, y, formatting.points(share), ha="center", va="center_baseline",
                color="white" if _dark(shade) else theme.INK,
            )  # fmt: skip
        left += part
    base = released.base(item)
    if math.isfinite(base):
        axes.text(
            _counts(), y, formatting.count(base), ha="right", va="center_baseline", color=theme.QUIET,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip


def _left() -> float:
    return NARROW_LEFT if theme.narrow() else LEFT


def _width() -> float:
    return theme.across() - _left() - BESIDE


def _counts() -> float:
    """Where counts end, in widths of the bars."""
    return (theme.across() - 0.6 - _left()) / _width()


def _dark(shade: str) -> bool:
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(shade)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 0.55


def _alt_text(released: Released, items: Sequence[str]) -> str:
    """Read out the share of each answer to each item."""
    sentences = []
    for item in items:
        shares, labels = released.answers(item), released.values(item)
        parts = [f"{labels[code]} {formatting.percent(share)}" for code, share in shares.items()]
        sentences.append(f"{released.short(item)}: {', '.join(parts) or 'suppressed'}.")
    weighted = "weighted" if released.weighted else "unweighted"
    return f"Answers to each item, {weighted}. " + " ".join(sentences)
