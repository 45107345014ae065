"""Power by number of teams: a panel for each outcome, a labelled line for each effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe import formatting
from surveypipe.panel.design import setting
from surveypipe.panel.power import smallest
from surveypipe.panel.text import effect_words, teams_words
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.study.planning import Planning

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT = 12.5
WIDTH = 46.0
STEP = 80.5
HEIGHT = 42.0
ROW = 62.0
TOP = 11.0
ASSUMED = "Illustrative assumptions"
# Least distance between two labels at the ends of lines, as power.
APART = 0.085


def draw(power: pd.DataFrame, config: Planning) -> Drawn:
    """Draw power as assumed, shaded over the range of the ICC, and mark where it reaches the one wanted.

    Parameters
    ----------
    power
        From :func:`surveypipe.panel.power.power_table`.
    config
        The assumptions.
    """
    outcomes = list(config.outcomes)
    notes = _notes(config)
    rows = -(-len(outcomes) // 2)
    height = TOP + ROW * rows - 6 + theme.foot_mm(notes, mark=ASSUMED)
    figure = theme.page(height)
    told = []
    for place, outcome in enumerate(outcomes):
        left, top = LEFT + STEP * (place % 2), TOP + ROW * (place // 2)
        block = power[power["outcome"] == outcome]
        told.append(_panel(figure, left, top, block, config, outcome, place))
    theme.words(figure, 0.5, height - 1.0, theme.note_text(notes, mark=ASSUMED), color=theme.QUIET,
                va="bottom", linespacing=1.3)  # fmt: skip
    theme.words(figure, theme.across() - 0.5, height - 1.0, ASSUMED, color="#8a1c1c",
                weight="bold", ha="right", va="bottom")  # fmt: skip
    wanted = formatting.percent(config.design.power)
    alt = f"Power by teams per arm, under illustrative assumptions. Teams per arm for {wanted} power. "
    return Drawn(figure, alt + " ".join(told))


def _notes(config: Planning) -> list[str]:
    wanted = formatting.percent(config.design.power)
    studies = formatting.count(config.design.simulations)
    return [
        f"Lines: as assumed. Shading: the range of the ICC. Marks: fewest teams per arm reaching {wanted}.",
        _points([about.kind for about in config.outcomes.values()]),
        f"{studies} simulated studies each.",
    ]


def _points(kinds: list[str]) -> str:
    """Say what a point is in which panel."""
    panels = {kind: [chr(ord("A") + n) for n, own in enumerate(kinds) if own == kind] for kind in kinds}
    meaning = {"binary": "percentage points", "ordinal": "points of the scale"}
    told = [f"{', '.join(panels[kind])} {words}" for kind, words in meaning.items() if kind in panels]
    return f"Effects: {'; '.join(told)}." if told else ""


def _panel(
    figure: Figure,
    left: float,
    top: float,
    block: pd.DataFrame,
    config: Planning,
    outcome: str,
    place: int,
) -> str:
    about, wanted = config.outcomes[outcome], config.design.power
    axes = theme.panel(figure, left, top, WIDTH, HEIGHT)
    theme.words(figure, left - 11, top - 3, chr(ord("A") + place), weight="bold", va="bottom")
    theme.words(figure, left, top - 3, fitted(about.label, WIDTH, weight="bold"), weight="bold", va="bottom")
    for y in (0, 0.2, 0.4, 0.6, 0.8, 1.0):
        axes.axhline(y, color=theme.PALE, linewidth=0.7, zorder=0)
    axes.axhline(wanted, color=theme.QUIET, linewidth=0.9, dashes=(3, 2), zorder=1)
    teams = config.design.teams_per_arm
    ends, said = [], []
    for number, effect in enumerate(about.effects):
        curve = _curves(block[block["effect"] == effect], config, outcome)
        found = _line(axes, curve, number, wanted)
        ends.append(float(curve["main"][-1]))
        said.append(f"{effect_words(about.kind, effect)}: {teams_words(found, teams.to)}")
    _end_labels(axes, ends, [effect_words(about.kind, effect, short=True) for effect in about.effects])
    axes.set(xlim=(teams.from_, teams.to), ylim=(0, 1.02), xlabel="Teams per arm")
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "20", "40", "60", "80", "100"])
    axes.set_xticks(_ticks(teams.from_, teams.to))
    axes.tick_params(length=2, pad=2)
    if place % 2 == 0:
        axes.set_ylabel("Power (%)", labelpad=3)
    return f"{about.label}: {', '.join(said)}."


def _curves(block: pd.DataFrame, config: Planning, outcome: str) -> dict[str, Any]:
    """Teams, power as assumed, and its lowest and highest over the ICCs tried."""
    if config.outcomes[outcome].of == "team":
        same = main = block
    else:
        same = block[block["staff_per_team"] == setting(config, outcome, "per_team").assumed]
        main = same[same["icc"] == setting(config, outcome, "icc").assumed]
    spread = same.groupby("teams_per_arm")["power"]
    return {
        "teams": main["teams_per_arm"].to_numpy(),
        "main": main["power"].to_numpy(),
        "low": spread.min().to_numpy(),
        "high": spread.max().to_numpy(),
    }


def _line(axes: Axes, curve: Mapping[str, Any], number: int, wanted: float) -> int | None:
    from matplotlib.patheffects import withStroke

    colour = theme.GROUP_COLOURS[number]
    teams, main = curve["teams"], curve["main"]
    axes.fill_between(teams, curve["low"], curve["high"], color=colour, alpha=0.16, linewidth=0, zorder=1)
    axes.plot(teams, main, color=colour, linewidth=1.4, zorder=2, solid_capstyle="butt")
    found = smallest(teams, main, wanted)
    if found is not None:
        height = float(main[np.flatnonzero(teams == found)[0]])
        axes.plot(
            [found], [height], marker=theme.GROUP_MARKERS[number], color=colour, markersize=4.4, zorder=3
        )
        halo = [withStroke(linewidth=2.2, foreground="white")]
        settings: dict[str, Any] = {"color": colour, "weight": "bold", "zorder": 4, "path_effects": halo}
        axes.annotate(str(found), (found, height), xytext=(2.5, -9.5), textcoords="offset points", **settings)
    return found


def _end_labels(axes: Axes, ends: list[float], labels: list[str]) -> None:
    """Write each line's effect at its end, moved apart where lines end close together."""
    order = np.argsort(ends)
    places = np.array(ends, dtype=float)[order]
    for _ in range(200):
        gaps = np.diff(places)
        close = np.flatnonzero(gaps < APART - 1e-9)
        if not len(close):
            break
        for index in close:
            push = (APART - (places[index + 1] - places[index])) / 2
            places[index] -= push
            places[index + 1] += push
    places += min(0.0, 1.0 + APART / 4 - places[-1])
    transform = axes.get_yaxis_transform()
    for index, y in zip(order, places, strict=True):
        colour = theme.GROUP_COLOURS[index]
        axes.plot(
            [1.005, 1.045], [ends[index], y], color=colour, linewidth=0.7, transform=transform, clip_on=False
        )
        axes.text(1.06, y, labels[index], color=colour, transform=transform, va="center")


def _ticks(first: int, last: int) -> list[int]:
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100) if (last - first) / size <= 7)
    return [value for value in range(0, last + 1, step) if value >= first]
