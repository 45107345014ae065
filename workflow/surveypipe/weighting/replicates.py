"""Replicate weights that run every weighting step again, all replicates at once.

Delete-one jackknife within response cells (JKn): v = Σ_h (1 − f_h)(n_h − 1)/n_h Σ_i (θ̂_(hi) − θ̂)². For
raked, calibrated and inverse-propensity weights the cells are the agencies. The map by which cells were
merged, and the limits of propensity classes, are held fixed in the jackknife, whose theory needs a
smooth estimator; the bootstrap decides the merging again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.selection import Selection
from surveypipe.design.stages import Stage
from surveypipe.design.variance import Cells, response_cells
from surveypipe.study.weighting import Making, Replicates
from surveypipe.weighting import schemes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReplicateWeights:
    """Replicate weights and the coefficients of their squared deviations.

    Attributes
    ----------
    matrix
        Shape (n, R), one column a replicate.
    coefs
        Shape (R,); the finite-population correction is in them (jackknife) or in the weights (bootstrap).
    """

    matrix: Floats
    coefs: Floats


def jackknife_factors(cells: Cells, *, fpc: bool = True) -> tuple[Floats, Floats]:
    """Factors on the starting weights, shape (n, n), and coefficients of the delete-one jackknife.

    In the replicate that leaves out i of cell h, the others of h are raised by n_h/(n_h − 1).
    """
    same = cells.codes[:, None] == cells.codes[None, :]
    raised = cells.n / np.maximum(cells.n - 1, 1)
    factors = np.where(same, raised[cells.codes][None, :], 1.0)
    np.fill_diagonal(factors, 0.0)
    coefs = (cells.n - 1) / cells.n * ((1 - cells.f) if fpc else 1.0)
    # The only respondent of a cell in which everybody answered: nothing varies, so nothing is left out.
    alone = cells.n[cells.codes] == 1
    factors[:, alone] = 1.0
    return factors, coefs[cells.codes]


def design_jackknife(stage: Stage, *, fpc: bool = True) -> tuple[Floats, Floats]:
    """Factors and coefficients of the delete-one-unit jackknife of a sample (JKn; JK1 with one stratum).

    Parameters
    ----------
    stage
        First stage of the sample: units (clusters, or persons), strata, and units in the population.

    Returns
    -------
    factors, coefs
        Shapes (n, R) and (R,), one replicate for each sampled unit.

    Raises
    ------
    SurveyError
        If a stratum has a single sampled unit and more in the population.
    """
    strata = np.asarray(stage.stratum).astype(str)
    pairs = np.array([f"{a}\x1f{b}" for a, b in zip(strata, stage.unit, strict=True)])
    _, first, codes = np.unique(pairs, return_index=True, return_inverse=True)
    sizes = np.full(len(pairs), np.inf) if stage.size is None else np.asarray(stage.size, float)
    n_pop = {str(strata[row]): float(sizes[row]) for row in first}
    cells = response_cells(strata[first], n_pop)
    factors, coefs = jackknife_factors(cells, fpc=fpc)
    return factors[codes], coefs


def jackknife(plan: schemes.Plan, start: ArrayLike, *, fpc: bool = True) -> ReplicateWeights:
    """Delete-one replicates of a weighting scheme.

    Parameters
    ----------
    plan
        The scheme; its ``reweight`` is run once on all replicates together.
    start
        Base weights of the respondents, shape (n,).
    fpc
        Whether the coefficients carry 1 − f_h.

    Raises
    ------
    SurveyError
        If a cell has a single respondent, or a replicate leaves a category without respondents.
    """
    cells = response_cells(plan.labels, plan.n_pop)
    factors, coefs = jackknife_factors(cells, fpc=fpc)
    return ReplicateWeights(plan.reweight(np.asarray(start, float)[:, None] * factors), coefs)


def of_units(plan: schemes.Plan, selection: Selection, wanted: Replicates, seed: int) -> ReplicateWeights:
    """Replicates of a sample, whole first-stage units at a time, each weighted anew.

    The finite-population correction is in them where units were drawn in one stage; with further stages the
    first stage alone would be corrected, so that none is.
    """
    stage = selection.of_respondents()
    corrected = len(selection.stages) == 1 and stage.size is not None
    if wanted.method == "jackknife":
        factors, coefs = design_jackknife(stage, fpc=corrected)
    else:
        factors, coefs = design_bootstrap(stage, wanted.draws, seed, fpc=corrected)
    start = selection.base[selection.answered]
    return ReplicateWeights(plan.reweight(start[:, None] * factors), coefs)


def design_bootstrap(stage: Stage, draws: int, seed: int, *, fpc: bool) -> tuple[Floats, Floats]:
    """Factors and coefficients of the rescaled bootstrap of a sample (Rao, Wu and Yue 1992).

    In each stratum n_h − 1 units are drawn with replacement; a unit that was drawn t times has the factor
    1 + √(1 − f_h) (t n_h/(n_h − 1) − 1), with f_h = 0 where there is no correction.

    Returns
    -------
    factors, coefs
        Shapes (n, R) and (R,).
    """
    _, first, codes = np.unique(stage.unit.astype(str), return_index=True, return_inverse=True)
    groups = np.unique(stage.stratum[first].astype(str), return_inverse=True)[1].astype(np.intp)
    n = np.bincount(groups).astype(float)[groups]
    times = _draw(groups, draws, np.random.default_rng(seed))
    spread = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    share = np.zeros(len(n)) if not fpc or stage.size is None else n / stage.size[first]
    factors = 1 + np.sqrt(1 - np.minimum(share, 1.0))[:, None] * (times * spread[:, None] - 1)
    return factors[codes], np.full(draws, 1.0 / draws)


def variance(theta_reps: ArrayLike, theta: ArrayLike, coefs: ArrayLike) -> Any:
    """Replicate variance Σ_r c_r (θ̂_r − θ̂)².

    Parameters
    ----------
    theta_reps
        Shape (..., R).
    theta
        Shape (...).
    coefs
        Shape (R,).
    """
    deviation = np.asarray(theta_reps, float) - np.asarray(theta, float)[..., None]
    return (np.asarray(coefs, float) * deviation**2).sum(axis=-1)


def means(Y: ArrayLike, replicate_weights: Floats, domain: ArrayLike | None = None) -> Floats:
    """Weighted means of many outcomes in every replicate, shape (k, R); NaN in Y leaves the domain."""
    values = np.asarray(Y, float)
    values = values.reshape(len(values), -1)
    inside = ~np.isnan(values)
    if domain is not None:
        inside = inside & np.asarray(domain, bool).reshape(len(values), -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (np.where(inside, values, 0.0).T @ replicate_weights) / (
            inside.astype(float).T @ replicate_weights
        )


def bootstrap(
    people: schemes.Population,
    settings: Making,
    scheme: str,
    *,
    draws: int,
    seed: int,
    fpc: bool = True,
) -> ReplicateWeights:
    """Rescaled bootstrap of a weighting scheme (Rao, Wu and Yue 1992), deciding the merging again.

    Within each group n − 1 respondents are drawn with replacement; the factor of respondent i is
    a_i = 1 − λ + λ t_i n/(n − 1), with λ = √(1 − f) of the response cell of i, so that the
    finite-population correction is in the weights. Cells are merged anew by the rules on the number
    drawn in each raw cell. Replicates that lead to the same merging are weighted together; the loop is
    over distinct mergings, never over replicates. Propensity classes are held fixed, as in the jackknife.

    Parameters
    ----------
    people, settings, scheme
        As for :func:`surveypipe.weighting.schemes.build`.
    draws
        Number of replicates.
    seed
        Seed of the generator.
    """
    plan = schemes.build(people, settings, scheme)
    cells = response_cells(plan.labels, plan.n_pop)
    rescale = np.sqrt(1 - cells.f)[cells.codes] if fpc else np.ones(len(cells.codes))
    groups = _resampled_within(people, settings, plan)
    rng = np.random.default_rng(seed)
    times = _draw(groups, draws, rng)
    n = np.bincount(groups).astype(float)[groups]
    spread = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
    factors = 1 + rescale[:, None] * (times * spread[:, None] - 1)
    starts = people.start[:, None] * factors
    matrix = _reweight_by_map(people, settings, scheme, plan, starts, times * spread[:, None])
    return ReplicateWeights(matrix, np.full(draws, 1.0 / draws))


def _resampled_within(people: schemes.Population, settings: Making, plan: schemes.Plan) -> NDArray[np.intp]:
    """Code the groups within which respondents are drawn: where cells may merge, what no merge crosses."""
    within = settings.collapse.within if settings.collapse else None
    values = people.answered[within].astype(str).to_numpy() if within else plan.labels.astype(str)
    return np.unique(values, return_inverse=True)[1].astype(np.intp)


def _draw(groups: NDArray[np.intp], draws: int, rng: np.random.Generator) -> Floats:
    """How often each respondent is drawn in each replicate, shape (n, R): n_g − 1 draws in each group."""
    times = np.zeros((len(groups), draws))
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        if len(rows) == 1:
            times[rows] = 1.0
            continue
        share = np.full(len(rows), 1 / len(rows))
        times[rows] = rng.multinomial(len(rows) - 1, share, size=draws).T
    return times


def _reweight_by_map(
    people: schemes.Population,
    settings: Making,
    scheme: str,
    plan: schemes.Plan,
    starts: Floats,
    counted: Floats,
) -> Floats:
    """Run the scheme once for each distinct merging of cells, on all replicates that lead to it."""
    signatures = schemes.merge_signatures(people, settings, counted, scheme)
    matrix = np.empty_like(starts)
    for signature in np.unique(signatures):
        columns = np.flatnonzero(signatures == signature)
        again = people if signature < 0 else replace(people, counted=counted[:, columns[0]])
        variant = plan if signature < 0 else schemes.build(again, settings, scheme)
        matrix[:, columns] = variant.reweight(starts[:, columns])
    return matrix


def make(
    result: schemes.WeightingResult,
    scheme: str,
    wanted: Replicates,
    *,
    seed: int = 0,
    selection: Selection | None = None,
) -> ReplicateWeights:
    """Make the replicates that the configuration asks for."""
    if selection is not None:
        return of_units(result.plans[scheme], selection, wanted, seed)
    if wanted.method == "jackknife":
        return jackknife(result.plans[scheme], result.people.start)
    return bootstrap(result.people, result.settings[scheme], scheme, draws=wanted.draws, seed=seed)
