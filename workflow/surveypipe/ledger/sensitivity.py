"""Answers not missing at random: bounds without assumptions, and response-odds pattern mixtures.

Everyone eligible is either heard (answered the question) or unheard: *silent* (returned nothing) or an
item non-respondent. Bounds let the unheard answer anything. A pattern mixture lets them differ from the
heard of their response cell by an odds ratio θ: within a cell, odds(yes | unheard) = odds(yes | heard) / θ,
where θ is the response odds ratio of those who would say yes against those who would say no.

Sources: Manski (2016) for bounds; Little's pattern-mixture identity for the response odds ratio.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Theta = float | Mapping[str, float]

# exp() of more than this overflows; no survey tells such an odds ratio from infinity.
LARGEST_LOG_THETA = 700.0


@dataclass(frozen=True)
class Cells:
    """What a pattern mixture needs to know of each response cell; all arrays have one entry per cell.

    Attributes
    ----------
    label, group
        Name of the cell, and the level of the group it lies in.
    total, heard
        Sum of the answers and number of respondents who answered; of a sample the people they were drawn for.
    silent
        Persons for whom these respondents stand beside themselves: the sum of (weight - 1), of a sample that
        of (weight - people drawn for).
    centre
        Share or mean that the weights give the silent: the estimate at θ = 1.
    spread
        Standard deviation of the answers (divisor n - 1); pooled where a cell has fewer than two.
    missing
        Persons for whom item non-respondents stand, themselves included: the sum of their weights.
    missing_centre, missing_spread
        Share or mean over all cells, which the weighted estimate implies for them.
    limits
        Least and greatest possible answer.
    binary
        Whether θ acts on odds (shares) or on a scale in standard deviations (means).
    corrected
        Number of cells in which all answered alike, so that (y + 1/2)/(n + 1) stands for the share.
    number
        Respondents who answered, whomever they stand for.
    """

    label: tuple[str, ...]
    group: tuple[str, ...]
    total: Vector
    heard: Vector
    silent: Vector
    centre: Vector
    spread: Vector
    missing: Vector
    missing_centre: float
    missing_spread: float
    limits: tuple[float, float]
    binary: bool
    corrected: int
    number: Vector

    @property
    def population(self) -> float:
        """Number of persons that the cells stand for."""
        return float((self.heard + self.silent + self.missing).sum())

    @property
    def unheard_share(self) -> float:
        """Share of those persons of whom no answer is known; NaN where there is nobody."""
        return float((self.silent + self.missing).sum()) / self.population if self.population else math.nan


def cells_from_counts(
    population: Sequence[float], answered: Sequence[float], yes: Sequence[float], group: Sequence[str] = ()
) -> Cells:
    """Cells of a yes/no question from headcounts: persons, respondents and yeses by cell."""
    size, heard, total = (np.asarray(part, dtype=float) for part in (population, answered, yes))
    labels = tuple(str(number) for number in range(1, len(size) + 1))
    made = Cells(
        label=labels,
        group=tuple(group) or labels,
        total=total,
        heard=heard,
        silent=size - heard,
        centre=total / heard,
        spread=np.zeros(len(size)),
        missing=np.zeros(len(size)),
        missing_centre=float((size * total / heard).sum() / size.sum()),
        missing_spread=0.0,
        limits=(0.0, 1.0),
        binary=True,
        corrected=0,
        number=heard,
    )
    return _corrected(made)


def cells_from_answers(
    y: Vector,
    weight: Vector,
    cell: Sequence[str],
    group: Sequence[str],
    *,
    binary: bool = True,
    limits: tuple[float, float] = (0.0, 1.0),
    asked: Vector | None = None,
) -> Cells:
    """Cells of a question from the answers of the respondents in its base.

    At θ = 1 the mixture reproduces the weighted estimate Σwy/Σw over those who answered, because that
    estimate gives each silent person the answer of the respondents standing for them and each item
    non-respondent the overall weighted mean.

    Parameters
    ----------
    y
        Answers, NaN where the question was left out; shape (respondents in the base,).
    weight
        Weights that sum to the persons they stand for, same shape.
    cell, group
        Response cell and group of each respondent.
    binary, limits
        See :class:`Cells`.
    asked
        People for whom each was drawn, same shape; left out: everybody was asked, and is one.
    """
    one = np.ones(len(y)) if asked is None else asked
    names = np.asarray([str(name) for name in cell], dtype=object)
    order = tuple(sorted(set(names)))
    known = ~np.isnan(y)
    value = np.where(known, y, 0.0)

    def summed(per_person: Vector) -> Vector:
        return np.array([per_person[names == name].sum() for name in order])

    number, heard, total = summed(known.astype(float)), summed(known * one), summed(one * value)
    silent = summed(np.where(known, weight - one, 0.0))
    answers = summed(np.where(known, (weight - one) * value, 0.0))
    plain = np.divide(total, heard, out=np.zeros_like(total), where=heard > 0)
    centre = np.divide(answers, silent, out=plain, where=silent > 1e-9)
    squares = summed(np.where(known, (value - _spread_out(summed(value), number, names, order)) ** 2, 0.0))
    freedom = np.maximum(number - 1, 0)
    pooled = math.sqrt(squares.sum() / freedom.sum()) if freedom.sum() else 0.0
    variance = np.divide(squares, freedom, out=np.full_like(squares, pooled**2), where=freedom > 0)
    made = Cells(
        label=order,
        group=tuple(str(np.asarray(group, dtype=object)[names == name][0]) for name in order),
        total=total,
        heard=heard,
        silent=silent,
        centre=centre,
        spread=np.sqrt(variance),
        missing=summed(np.where(known, 0.0, weight)),
        missing_centre=float((weight * value)[known].sum() / weight[known].sum()) if known.any() else 0.0,
        missing_spread=float(np.std(y[known], ddof=1)) if known.sum() > 1 else 0.0,
        limits=limits,
        binary=binary,
        corrected=0,
        number=number,
    )
    return _corrected(made) if binary else made


def _spread_out(total: Vector, heard: Vector, names: npt.NDArray[np.object_], order: Sequence[str]) -> Vector:
    """Give each respondent the mean of their cell."""
    mean = dict(zip(order, np.divide(total, heard, out=np.zeros_like(total), where=heard > 0), strict=True))
    return np.array([mean[str(name)] for name in names], dtype=float)


def _corrected(cells: Cells) -> Cells:
    """Use (y + 1/2)/(n + 1) where all of a cell answered alike: an odds of 0 or ∞ cannot be shifted."""
    alike = ((cells.centre <= 0) | (cells.centre >= 1)) & (cells.heard > 0) & (cells.silent > 0)
    # Of a sample: as many respondents as their share of those they were drawn for.
    yes = cells.total * cells.number / np.maximum(cells.heard, 1e-300)
    centre = np.where(alike, (yes + 0.5) / (cells.number + 1), cells.centre)
    overall = cells.missing_centre
    if overall <= 0 or overall >= 1:
        overall = float((yes.sum() + 0.5) / (cells.number.sum() + 1))
    return replace(cells, centre=centre, missing_centre=overall, corrected=int(alike.sum()))


def mixture(cells: Cells, theta: Theta) -> float:
    """Estimate for all persons when the unheard differ by the response odds ratio θ.

    Parameters
    ----------
    cells
        Response cells of the question.
    theta
        Common odds ratio, or one for each level of the group (levels left out: 1).

    Returns
    -------
    float
        Share: P = [Σy_h + Σ unheard_h · expit(logit p_h - ln θ)] / N. Mean: the unheard of a cell have
        mean ȳ_h - s_h ln θ, held within the limits of the scale.
    """
    if isinstance(theta, Mapping):
        log_theta = np.array([math.log(theta.get(level, 1.0)) for level in cells.group])
    else:
        log_theta = np.full(len(cells.group), math.log(theta))
    return _mixture_at(cells, log_theta)


def _mixture_at(cells: Cells, log_theta: Vector) -> float:
    silent = _moved(cells, cells.centre, cells.spread, log_theta)
    missing = _moved(
        cells,
        np.full_like(cells.centre, cells.missing_centre),
        np.full_like(cells.centre, cells.missing_spread),
        log_theta,
    )
    unheard = cells.silent * silent + cells.missing * missing
    # Of a base in which nobody is there is neither a share nor a mean.
    return float((cells.total + unheard).sum()) / cells.population if cells.population else math.nan


def _moved(cells: Cells, centre: Vector, spread: Vector, log_theta: Vector) -> Vector:
    if not cells.binary:
        return np.clip(centre - log_theta * spread, *cells.limits)
    from scipy.special import expit, logit

    return np.asarray(expit(logit(centre) - log_theta), dtype=float)


def limit_binds(cells: Cells, theta: float) -> bool:
    """Say whether a mean of the unheard had to be held within the limits of its scale at θ."""
    if cells.binary:
        return False
    free = np.concatenate(
        [
            (cells.centre - math.log(theta) * cells.spread)[cells.silent > 0],
            np.array([cells.missing_centre - math.log(theta) * cells.missing_spread])
            if cells.missing.sum() > 0
            else np.array([]),
        ]
    )
    return bool(((free < cells.limits[0]) | (free > cells.limits[1])).any())


def tipping_theta(
    cells: Cells | Sequence[Cells],
    limit: float,
    direction: str,
    *,
    only: str | None = None,
    signs: Sequence[float] = (1.0,),
) -> float:
    """Find the θ nearest 1, on the harmful side, at which the estimate reaches a limit.

    Parameters
    ----------
    cells
        Response cells of the question; of a difference between groups those of each.
    limit
        Threshold of the claim.
    direction
        ``above``: the claim is that the estimate exceeds the limit, so harm lies at θ > 1;
        ``below``: the other way about.
    only
        Level of the group within which θ acts; None for all.
    signs
        Sign with which each group enters the estimate. In a group that is subtracted θ acts the other way, so
        that the unheard of the two differ as harms the claim most: one θ for both would largely cancel out.

    Returns
    -------
    float
        θ; NaN if the limit is crossed at θ = 1 already; ∞ (``above``) or 0 (``below``) if no θ reaches it.
    """
    sign = 1.0 if direction == "above" else -1.0
    every = [cells] if isinstance(cells, Cells) else cells
    acts = [np.array([1.0 if only in (None, level) else 0.0 for level in one.group]) for one in every]

    def left(step: float) -> float:
        found = (
            part * _mixture_at(one, part * sign * step * where)
            for part, one, where in zip(signs, every, acts, strict=True)
        )
        return sign * (sum(found) - limit)

    if left(0.0) <= 0:
        return math.nan
    step = _first_crossing(left)
    if math.isinf(step):
        return math.inf if sign > 0 else 0.0
    return math.exp(sign * step)


def _first_crossing(left: Callable[[float], float]) -> float:
    """Root of a decreasing function of ln θ that is positive at 0; ∞ if it stays positive."""
    from scipy.optimize import brentq

    upper = 1.0
    while left(upper) > 0:
        upper *= 2
        if upper > LARGEST_LOG_THETA:
            return math.inf
    return float(brentq(left, 0.0, upper, xtol=1e-13, rtol=1e-13))


def tipping_shift(cells: Cells | Sequence[Cells], estimate: float, limit: float, direction: str) -> float:
    """Shift Δ of the unheard's mean, in the unit of the answers, at which an estimate reaches a limit.

    Of a difference between groups the unheard of one are shifted by Δ and those of the other by -Δ.

    Returns
    -------
    float
        Signed Δ; NaN if crossed without any shift; ±∞ if nobody is unheard.
    """
    distance = estimate - limit if direction == "above" else limit - estimate
    if distance <= 0:
        return math.nan
    sign = -1.0 if direction == "above" else 1.0
    unheard = sum(one.unheard_share for one in ([cells] if isinstance(cells, Cells) else cells))
    return sign * distance / unheard if unheard > 0 else sign * math.inf


def theta_note(cells: Cells, theta: float) -> str:
    """Say what a row of the θ table rests on, beyond the formula.

    It neither names nor counts the cells in which all answered alike: that would disclose their answers.
    """
    notes = []
    if cells.corrected:
        notes.append(
            "where all of a cell answered alike, (y + 1/2)/(n + 1) stands for their share among the silent"
        )
    if limit_binds(cells, theta):
        notes.append("the silent's mean is held at the end of the scale")
    return "; ".join(notes)
