"""Raw cells of a population, how alike they are, and how resampled respondents would merge them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.problems import SurveyError, shown
from surveypipe.study.weighting import Collapse, Making
from surveypipe.weighting import collapsing
from surveypipe.weighting.population import Population
from surveypipe.weighting.similarity import Similarity, similarity

Floats = NDArray[np.float64]


def raw_cells(people: Population, by: Sequence[str], within: str | None) -> list[collapsing.Cell]:
    """Count staff and respondents in each raw cell; the staff as headcounts tell, where they do."""
    index = people.frame.index
    counts, base = pd.Series(people.counts, index=index), pd.Series(people.base, index=index)
    made = collapsing.count_cells(people.frame, by, counts, within=within, base=base)
    told = people.told(by)
    if told is None:
        return made
    n = {cell.label: cell.n for cell in made}
    place = list(by).index(within) if within is not None and within in by else None
    cells = []
    for levels, total in told.items():
        label = collapsing.JOINT.join(levels)
        group = "" if place is None else levels[place]
        if total > 0:
            cells.append(collapsing.Cell(group, (label,), total, n.get(label, 0.0)))
    _require_told(n, {cell.label for cell in cells})
    return cells


def _require_told(n: Mapping[str, float], told: Collection[str]) -> None:
    """Stop where somebody answered of a cell in which there is nobody."""
    outside = [f"{label} ({count:g} answered)" for label, count in n.items() if label not in told]
    if outside:
        raise SurveyError(
            f"weighting: the headcounts of the population have nobody in {shown(outside)}; add a row for "
            "each cell to them, or correct the answers."
        )


def similarity_of(people: Population, by: Sequence[str], rules: Collapse) -> Similarity | None:
    """Distance between cells; none where headcounts tell of levels that the frame does not hold."""
    if set(by) & set(people.known):
        return None
    labels = collapsing.raw_labels(people.frame, by)
    return similarity(people.frame, labels, people.base, rules.similarity, by)


def merge_signatures(people: Population, settings: Making, counted: Floats, scheme: str) -> NDArray[np.intp]:
    """Give a number to each way of merging cells, for each column of `counted` (n, R).

    Returns
    -------
    ndarray
        Shape (R,); equal numbers lead to the same cells; −1 throughout where the scheme merges nothing.
    """
    steps = [step for step in settings.parts() if step.method == "poststratify" and step.collapse]
    if not steps:
        return np.full(counted.shape[1], -1, dtype=np.intp)
    found = np.zeros((counted.shape[1], len(steps)), dtype=np.intp)
    for place, step in enumerate(steps):
        found[:, place] = _merge_codes(people, step, counted, scheme)
    return np.unique(found, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)


def _merge_codes(people: Population, step: Making, counted: Floats, scheme: str) -> NDArray[np.intp]:
    by, rules = list(step.by or ()), step.collapse
    assert rules is not None
    raw = raw_cells(people, by, rules.within)
    labels = collapsing.raw_labels(people.answered, by).to_numpy()
    sums = np.stack([counted[labels == cell.label].sum(axis=0) for cell in raw], axis=1).round(9)
    alike = similarity_of(people, by, rules)
    distinct, inverse = np.unique(sums, axis=0, return_inverse=True)
    codes: dict[tuple[tuple[str, ...], ...], int] = {}
    numbers = []
    for row in distinct:
        cells = [replace(cell, n=float(n)) for cell, n in zip(raw, row, strict=True)]
        made = collapsing.collapse(cells, rules, scheme=scheme, alike=alike)
        merged = tuple(cell.members for cell in made.cells)
        numbers.append(codes.setdefault(merged, len(codes)))
    return np.array(numbers, dtype=np.intp)[inverse.reshape(-1)]
