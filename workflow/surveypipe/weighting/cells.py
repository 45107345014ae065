"""Raw cells of a population, how alike they are, and how resampled respondents would merge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    if len(by) > 1 or by[0] not in people.known:
        return made
    n = {cell.label: cell.n for cell in made}
    return [
        collapsing.Cell("", (level,), total, n.get(level, 0.0))
        for level, total in people.totals(by[0]).items()
        if total > 0
    ]


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
