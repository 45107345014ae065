"""Figures of the report, each drawn from the released tables, with alt text made from the same numbers."""

from __future__ import annotations

from collections.abc import Callable

from surveypipe.reporting.figures import flow, ledger, likert, multiverse, response, scales, waves, weights
from surveypipe.reporting.figures.theme import WIDTH_MM, Drawn, save, themed
from surveypipe.reporting.released import Released

DRAW: dict[str, Callable[[Released], Drawn]] = {
    "flow": flow.draw,
    "response": response.draw,
    "likert": likert.draw,
    "scales": scales.draw,
    "weights": weights.draw,
    "ledger": ledger.draw,
    "multiverse": multiverse.draw,
    "waves": waves.draw,
}

__all__ = ["DRAW", "WIDTH_MM", "Drawn", "save", "themed"]
