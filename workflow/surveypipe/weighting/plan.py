"""What a weighting method decided: cells, and a function that makes the weights again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design import linearisation
from surveypipe.design.linearisation import Linearisation
from surveypipe.grouping import group_sums
from surveypipe.problems import SurveyError
from surveypipe.study.weighting import Making
from surveypipe.weighting import collapsing, propensity
from surveypipe.weighting.population import Population

Floats = NDArray[np.float64]
ALL = "All"
# Literature asks for 20 to 30 respondents in a weighting class; fewer are used, and said.
COMFORTABLE = 20


@dataclass
class Plan:
    """What a method decided, and how to run it again.

    Attributes
    ----------
    reweight
        Starting weights of shape (n,) or (n, R) to final weights of the same shape.
    cells
        Second-phase response cells.
    labels
        Cell of each respondent, shape (n,).
    linearise
        Starting and final weights of shape (n,) to what the estimation of the weights adds to influence
        values; None where weights do not vary within the cells.
    restore
        Brings trimmed weights back to the totals that must hold.
    steps
        Log: (step, detail).
    fit
        The response model, for inverse propensities.
    """

    reweight: Callable[[Floats], Floats]
    cells: collapsing.CellMap
    labels: NDArray[Any]
    linearise: Callable[[Floats, Floats], Linearisation | None] = lambda start, final: None
    restore: Callable[[Floats], Floats] | None = None
    steps: list[tuple[str, str]] = field(default_factory=list)
    fit: propensity.PropensityFit | None = None

    def in_a_row(self, start: Floats, final: Floats) -> Linearisation:
        """Linearise as one step of several: its classes need not be the response cells of the whole."""
        found = self.linearise(start, final)
        if found is None:
            _, codes = np.unique(self.labels.astype(str), return_inverse=True)
            found = linearisation.calibration(np.eye(int(codes.max()) + 1)[codes], start, final)
        return found

    @property
    def n_pop(self) -> dict[str, float]:
        """Staff in each response cell."""
        return {cell.label: cell.N for cell in self.cells.cells}


Method = Callable[[Population, Making, str], Plan]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a weighting method under the name that the configuration uses."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


def scale_to(codes: NDArray[np.intp], totals: Floats) -> Callable[[Floats], Floats]:
    """Make a function that scales weights to totals within classes, given each respondent's class."""

    def reweight(start: Floats) -> Floats:
        W = np.asarray(start, float).reshape(len(codes), -1)
        sums = group_sums(W, codes, len(totals))
        if (sums <= 0).any():
            raise SurveyError(
                "weighting: a response cell has staff and no respondent left; merge it with another "
                "(`collapse`), or raise min_n."
            )
        return (W * (totals[:, None] / sums)[codes]).reshape(np.shape(start))

    return reweight


def calibrated(people: Population, everybody: Floats) -> Callable[[Floats, Floats], Linearisation | None]:
    """Linearise weights that meet totals of auxiliaries of shape (N, p), given for everybody on the frame."""
    drawn = (everybody, people.base) if people.sampled else None
    X = everybody[people.respondent]
    return lambda start, final: linearisation.calibration(X, start, final, drawn)


def class_plan(cells: collapsing.CellMap, labels: NDArray[Any]) -> Plan:
    """Plan that gives each cell its N_h / n_h (on top of base weights)."""
    names = [cell.label for cell in cells.cells]
    codes = pd.Categorical(labels, categories=names).codes.astype(np.intp)
    steps = [("merge", text) for text in cells.merges] + [("warning", text) for text in cells.warnings]
    for cell in cells.cells:
        if cell.n < COMFORTABLE and len(names) > 1:
            steps.append(("note", f"{cell.label} rests on {cell.n:g} respondents, fewer than {COMFORTABLE}."))
    reweight = scale_to(codes, np.array([cell.N for cell in cells.cells]))
    return Plan(reweight, cells, labels, linearise=_linearised_classes(codes), steps=steps)


def _linearised_classes(codes: NDArray[np.intp]) -> Callable[[Floats, Floats], Linearisation | None]:
    def linearise(start: Floats, final: Floats) -> Linearisation | None:
        mean = np.bincount(codes, start) / np.maximum(np.bincount(codes), 1)
        if np.allclose(start, mean[codes], rtol=1e-12, atol=0):
            return None
        return linearisation.calibration(np.eye(int(codes.max()) + 1)[codes], start, final)

    return linearise


def group_plan(people: Population, scheme: str) -> Plan:
    """Second-phase cells for weights that vary within cells: the groups (agencies), or all staff."""
    if people.group is None:
        return METHODS["none"](people, Making(), scheme)
    return METHODS["poststratify"](people, Making(by=(people.group,)), scheme)


def one_cell(people: Population, total: float) -> Plan:
    """Plan of one cell that holds everybody, with the given total of weights."""
    labels = np.full(int(people.respondent.sum()), ALL)
    cell = collapsing.Cell("", (ALL,), total, float(len(labels)))
    return class_plan(collapsing.CellMap([cell]), labels)


def indicators(labels: pd.Series, levels: Sequence[str]) -> Floats:
    """Shape (N, K), 1.0 where a row has the level."""
    codes = pd.Index(list(levels)).get_indexer(pd.Index(labels.astype(str)))
    return np.asarray(np.eye(len(levels) + 1)[codes, :-1])


def without_base(start: Floats, base: Floats) -> Floats:
    """Take the base weights out of starting weights of shape (n,) or (n, R); what is left out stays out."""
    given = np.asarray(start, float)
    return np.asarray((given.reshape(len(base), -1) / base[:, None]).reshape(given.shape))
