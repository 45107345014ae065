"""Coverage and bias in the simulation study, by weighting scheme and response mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe import formatting
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted
from surveypipe.reporting.figures.theme import Drawn
from surveypipe.simulation.coverage import BAND, BIAS_LIMIT
from surveypipe.simulation.study import SECOND_PHASE
from surveypipe.study.sections import Sections

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT, WIDTH, GAP = 38.0, 54.0, 10.0
ROW, TOP, BETWEEN = 9.0, 19.0, 17.0
SHOWN = 2


def draw(coverage: pd.DataFrame, config: Sections) -> Drawn:
    """Draw coverage above and bias below, one column for each of the first two mechanisms.

    Parameters
    ----------
    coverage
        Table of coverage.
    config
        Sections study and analysis.
    """
    shown = _shown(coverage, config)
    claims = list(dict.fromkeys(shown["short"]))
    notes = _notes(shown)
    mark = config.study.mark.short if config.study.mark else ""
    body = ROW * len(claims)
    figure = theme.page(TOP + 2 * body + BETWEEN + 12 + theme.foot_mm(notes, mark=mark))
    _legend(figure, shown)
    for number, (label, part) in enumerate(shown.groupby("mechanism_label", sort=False)):
        left = LEFT + number * (WIDTH + GAP)
        theme.words(figure, left, TOP - 4.5, f"{'ab'[number]}  {label}", weight="bold")
        _coverage(theme.panel(figure, left, TOP, WIDTH, body), part, claims)
        _bias(theme.panel(figure, left, TOP + body + BETWEEN, WIDTH, body), part, claims)
    for start in (TOP, TOP + body + BETWEEN):
        for place, claim in enumerate(claims):
            text = fitted(claim, LEFT - 2.0)
            theme.words(figure, 0.5, start + ROW * (place + 0.5), text, linespacing=1.1)
    theme.footnote(figure, notes, mark=mark)
    return Drawn(figure, alt_text(shown))


def _shown(coverage: pd.DataFrame, config: Sections) -> pd.DataFrame:
    wanted = [config.analysis.proportion_interval, "t"]
    chosen = coverage[
        (coverage["group"] == "overall")
        & (coverage["variance"] == SECOND_PHASE)
        & coverage["interval"].isin(wanted)
    ]
    mechanisms = list(dict.fromkeys(coverage["mechanism"]))[:SHOWN]
    return chosen[chosen["mechanism"].isin(mechanisms)]


def _marks(axes: Axes, part: pd.DataFrame, claims: list[str], values: np.ndarray, errors: np.ndarray) -> None:
    schemes = list(dict.fromkeys(part["scheme_label"]))
    offsets = np.linspace(-0.3, 0.3, len(schemes)) * ROW
    for number, scheme in enumerate(schemes):
        rows = (part["scheme_label"] == scheme).to_numpy()
        y = [ROW * (claims.index(claim) + 0.5) + offsets[number] for claim in part["short"][rows]]
        style: dict[str, Any] = {"fmt": theme.GROUP_MARKERS[number], "color": theme.GROUP_COLOURS[number]}
        axes.errorbar(values[rows], y, xerr=errors[rows], markersize=3.6, elinewidth=0.8, **style)
    for place in range(1, len(claims)):
        axes.axhline(ROW * place, color=theme.PALE, linewidth=0.7, zorder=0)
    axes.set(ylim=(ROW * len(claims), 0), yticks=[])
    axes.tick_params(axis="x", length=2, pad=2)


def _coverage(axes: Axes, part: pd.DataFrame, claims: list[str]) -> None:
    values = 100 * part["coverage"].to_numpy(float)
    axes.axvspan(100 * BAND[0], 100 * BAND[1], color=theme.PALE, linewidth=0, zorder=0)
    axes.axvline(95, color=theme.QUIET, linewidth=0.8, dashes=(3, 2), zorder=0.5)
    _marks(axes, part, claims, values, 196 * part["coverage_mcse"].to_numpy(float))
    low = values.min()
    start = next(edge for edge in (90, 85, 80, 60, 40, 20, 0) if low >= edge + 3 or edge == 0)
    axes.set(xlim=(start, 100.5), xlabel="Coverage of the 95% interval (%)")


def _bias(axes: Axes, part: pd.DataFrame, claims: list[str]) -> None:
    sd = part["sd"].to_numpy(float)
    values, error = part["bias"].to_numpy(float) / sd, part["bias_mcse"].to_numpy(float) / sd
    limit = BIAS_LIMIT * float(error.mean())
    axes.axvspan(-limit, limit, color=theme.PALE, linewidth=0, zorder=0)
    axes.axvline(0, color=theme.QUIET, linewidth=0.8, dashes=(3, 2), zorder=0.5)
    _marks(axes, part, claims, values, 1.96 * error)
    axes.set(xlabel="Bias (standard deviations)")


def _legend(figure: Figure, part: pd.DataFrame) -> None:
    from matplotlib.lines import Line2D

    labels = list(dict.fromkeys(part["scheme_label"]))
    marks = [
        Line2D([], [], marker=theme.GROUP_MARKERS[k], color=theme.GROUP_COLOURS[k], linestyle="none",
               markersize=4.2)
        for k in range(len(labels))
    ]  # fmt: skip
    figure.legend(
        marks, labels, loc="upper left", bbox_to_anchor=(0, 1), ncols=len(labels), frameon=False,
        handletextpad=0.2, columnspacing=1.4, borderaxespad=0.1,
    )  # fmt: skip


def _notes(part: pd.DataFrame) -> list[str]:
    draws = formatting.count(part["draws"].max())
    return [
        f"{draws} surveys under each mechanism; estimates for all eligible, second-phase standard errors.",
        "Bias is in standard deviations of the estimate. Grey: coverage of 93% to 97%, and bias that",
        "simulation error explains. Whiskers: simulation error.",
        "Scales differ between a and b.",
    ]


def alt_text(part: pd.DataFrame) -> str:
    """Say what the figure shows."""
    sentences = ["Coverage of 95% intervals and bias of estimates, by claim and weighting scheme."]
    for label, rows in part.groupby("mechanism_label", sort=False):
        words = [
            f"{scheme} {formatting.percent(some['coverage'].min())} to "
            f"{formatting.percent(some['coverage'].max())}"
            for scheme, some in rows.groupby("scheme_label", sort=False)
        ]
        sentences.append(f"{label}: coverage over the claims is {formatting.sentence_list(words)}.")
    return " ".join(sentences)
