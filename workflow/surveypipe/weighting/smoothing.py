"""Soft totals: categories are met as far as their respondents allow, where merging would forget them.

Merging small cells forgets what was merged: with 150 people in three groups the share of a profession among
the respondents of a merged cell differs from its share of the staff, and estimates are biased by a third to
seven tenths of their standard deviation. Ridge calibration (Bardsley and Chambers
1984; Beaumont and Bocci 2008) keeps the totals of merged cells exactly and meets those of the categories
softly. The penalty is put in respondents: a category with as many of them is moved half-way to its number,
as in a mixed model whose variance within categories is that many times the one between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import linearisation
from surveypipe.design.linearisation import Linearisation
from surveypipe.weighting import calibration
from surveypipe.weighting.plan import Plan, indicators, scale_to
from surveypipe.weighting.population import Population

Floats = NDArray[np.float64]


def soft_categories(people: Population, variables: Sequence[str]) -> tuple[Floats, Floats]:
    """Give indicators of the categories in which somebody answered, shape (N, q), and their totals (q,).

    Where nobody answered, no weight can move a category nearer to its number.
    """
    blocks, totals = [], []
    for variable in variables:
        counts = people.totals(variable)
        heard = set(people.answered[variable].astype(str))
        levels = sorted(level for level, total in counts.items() if total > 0 and level in heard)
        blocks.append(indicators(people.frame[variable], levels))
        totals.append(np.array([counts[level] for level in levels]))
    return np.column_stack(blocks), np.concatenate(totals)


def ridge_weights(
    people: Population, exact: Floats, exact_totals: Floats, soft: Floats, soft_totals: Floats, penalty: float
) -> tuple[Callable[[Floats], Floats], Callable[[Floats, Floats], Linearisation]]:
    """Make the function that weights, and the one that linearises it.

    Parameters
    ----------
    people
        Whom to weight.
    exact, exact_totals
        Indicators over the frame of classes that hold everybody once, shape (N, H), and their totals.
    soft, soft_totals
        Further auxiliaries, shape (N, q), and their totals.
    penalty
        Respondents at which a soft total is met half-way.
    """
    everybody = np.hstack([exact, soft])
    X = everybody[people.respondent]
    totals = np.concatenate([exact_totals, soft_totals])
    mean = float(exact_totals.sum()) / int(people.respondent.sum())
    gamma = np.concatenate([np.zeros(exact.shape[1]), np.full(soft.shape[1], penalty * mean)])
    to_classes = scale_to(exact[people.respondent].argmax(axis=1), exact_totals)
    drawn = (everybody, people.base) if people.sampled else None

    def reweight(start: Floats) -> Floats:
        return calibration.calibrate(to_classes(start), X, totals, kind="raking", penalty=gamma)[0]

    def linearise(start: Floats, final: Floats) -> Linearisation:
        return linearisation.penalised(X, gamma, start, to_classes(start), final, drawn)

    return reweight, linearise


def smooth_inside(
    plan: Plan, people: Population, variables: Sequence[str], labels: Floats, penalty: float
) -> None:
    """Let weights inside merged cells follow the numbers of the categories that were merged.

    Parameters
    ----------
    plan
        The classes, changed in place; one without merged cells is left as it is.
    people, variables
        Whom to weight, and the variables that make the cells.
    labels
        Indicators of the merged cells over the frame, shape (N, H).
    penalty
        Respondents at which the number of a category is met half-way.
    """
    merged = sum(len(cell.members) > 1 for cell in plan.cells.cells)
    if not merged:
        return
    soft, totals = soft_categories(people, variables)
    cells = np.array([cell.N for cell in plan.cells.cells])
    plan.reweight, plan.linearise = ridge_weights(people, labels, cells, soft, totals, penalty)
    plan.steps.append(
        (
            "smooth",
            f"Weights inside {merged} merged cell{'' if merged == 1 else 's'} follow the numbers by "
            f"{' and '.join(variables)}; a category of {penalty:g} respondents is met half-way.",
        )
    )
