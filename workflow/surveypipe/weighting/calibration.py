"""Raking, calibration and trimming, for one set of weights or for many replicates at once.

Every function takes starting weights of shape (n,) or (n, R) and treats each of the R columns as a
survey of its own, so that replicates re-run the whole step without a loop over replicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.grouping import group_sums
from surveypipe.problems import Problems, SurveyError, shown

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Margin:
    """One margin: the level of each respondent and the population counts.

    Attributes
    ----------
    variable
        Name of the variable.
    levels
        Levels with a population count above zero, sorted.
    codes
        Shape (n,), place of the respondent's level among `levels`.
    totals
        Shape (K,), staff with the level.
    """

    variable: str
    levels: tuple[str, ...]
    codes: NDArray[np.intp]
    totals: Floats

    @property
    def indicator(self) -> Floats:
        """Shape (n, K), 1.0 where the respondent has the level."""
        return np.eye(len(self.levels))[self.codes]

    def sums(self, W: Floats) -> Floats:
        """Weighted counts of the levels, shape (K, R), for weights of shape (n, R)."""
        return group_sums(W, self.codes, len(self.levels))


def margin(variable: str, values: pd.Series, totals: Mapping[str, float]) -> Margin:
    """Set up a margin, and check that respondents and population use the same categories.

    Raises
    ------
    SurveyError
        If a respondent's category has no staff, a category with staff has no respondent, or a value
        is missing.
    """
    problems = Problems()
    missing = int(values.isna().sum())
    if missing:
        problems.add(f"weighting: {variable} is missing for {missing} respondents; complete the staff list.")
    counts = values.dropna().astype(str).value_counts()
    wanted = {str(level): float(total) for level, total in totals.items()}
    for level in sorted(set(counts.index) - {key for key, total in wanted.items() if total > 0}):
        problems.add(
            f"weighting: {counts[level]} respondents have {variable} '{level}', which has no staff in the "
            "population counts; correct the spelling or add the count."
        )
    for level in sorted(key for key, total in wanted.items() if total > 0 and key not in counts.index):
        problems.add(
            f"weighting: {variable} '{level}' has {wanted[level]:g} staff and no respondent; "
            "merge it with another category by a recode."
        )
    problems.raise_if_any()
    levels = tuple(sorted(key for key, total in wanted.items() if total > 0))
    codes = pd.Categorical(values.astype(str), categories=list(levels)).codes.astype(np.intp)
    return Margin(variable, levels, codes, np.array([wanted[level] for level in levels]))


def check_margins_agree(totals: Mapping[str, Mapping[str, float]]) -> None:
    """Check that all margins count the same population.

    Raises
    ------
    SurveyError
        If two margins sum to different numbers of staff.
    """
    sums = {variable: float(sum(levels.values())) for variable, levels in totals.items()}
    if sums and max(sums.values()) - min(sums.values()) > 1e-8 * max(sums.values()):
        listed = "; ".join(f"{variable} sums to {value:g}" for variable, value in sums.items())
        raise SurveyError(
            f"weighting: the margins disagree on the number of staff ({listed}). Correct the counts."
        )


def rake(
    start: Floats, margins: Sequence[Margin], *, tolerance: float = 1e-11, max_iterations: int = 1000
) -> tuple[Floats, int]:
    """Rake weights to margins by iterative proportional fitting (Deming and Stephan 1940).

    Parameters
    ----------
    start
        Starting weights, shape (n,) or (n, R); zero for a respondent left out of a replicate.
    margins
        Margins to meet, all of the same total N.
    tolerance
        Greatest distance from a margin, as a share of N (1e-8 is the convention; finer costs little and
        makes replicates smooth).

    Returns
    -------
    weights, iterations
        Weights of the shape of `start`, and the cycles it took (the most over replicates).

    Raises
    ------
    SurveyError
        If a margin above zero has no respondents, or the margins cannot all be met.
    """
    W = np.array(start, dtype=float).reshape(len(start), -1)
    N = float(margins[0].totals.sum())
    for iteration in range(1, max_iterations + 1):
        for one in margins:
            sums = one.sums(W)
            _require_positive(sums, one)
            W *= (one.totals[:, None] / sums)[one.codes]
        distance = max(float(np.abs(m.sums(W) - m.totals[:, None]).max()) for m in margins)
        if distance < tolerance * N:
            return W.reshape(np.shape(start)), iteration
    names = ", ".join(one.variable for one in margins)
    raise SurveyError(
        f"weighting: raking to {names} had not converged after {max_iterations} cycles (furthest from a "
        f"margin: {distance:.3g} staff). Some combination of categories has staff and no respondent; "
        "merge categories."
    )


def _require_positive(sums: Floats, one: Margin) -> None:
    if (sums <= 0).any():
        empty = [level for level, row in zip(one.levels, sums, strict=True) if (row <= 0).any()]
        raise SurveyError(
            f"weighting: {one.variable} {shown(empty)} has staff and no respondent (or only one, so that a "
            "replicate leaves none); merge it with another category by a recode."
        )


@dataclass(frozen=True)
class Distance:
    """A calibration distance: weight ratio F(u) and its derivative (Deville and Särndal 1992)."""

    ratio: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def distance(kind: str, bounds: tuple[float, float] | None = None) -> Distance:
    """Choose the distance function by name.

    Parameters
    ----------
    kind
        ``linear`` (F = 1 + u, cut at `bounds` if given), ``raking`` (F = exp u) or ``logit``
        (between `bounds` L < 1 < U).

    Raises
    ------
    SurveyError
        If the name is unknown, or bounds are wanting or do not enclose 1.
    """
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1]:
        raise SurveyError(
            f"weighting: calibration bounds {list(bounds)} must satisfy 0 <= lower < 1 < upper."
        )
    if kind == "linear" and bounds is None:
        return Distance(lambda u: 1 + u, np.ones_like)
    if kind == "linear" and bounds is not None:
        low, high = bounds
        return Distance(
            lambda u: np.clip(1 + u, low, high), lambda u: ((1 + u > low) & (1 + u < high)).astype(float)
        )
    if kind == "raking" and bounds is None:
        return Distance(lambda u: np.exp(np.minimum(u, 50.0)), lambda u: np.exp(np.minimum(u, 50.0)))
    if kind == "logit" and bounds is not None:
        return _logit_distance(*bounds)
    raise SurveyError(
        f"weighting: calibration distance '{kind}' with bounds {bounds}: choose linear (with or without "
        "bounds), raking (without bounds) or logit (with bounds)."
    )


def _logit_distance(low: float, high: float) -> Distance:
    scale = (high - low) / ((1 - low) * (high - 1))

    def ratio(u: Floats) -> Floats:
        e = np.exp(np.clip(scale * u, -500, 500))
        return (low * (high - 1) + high * (1 - low) * e) / ((high - 1) + (1 - low) * e)

    def slope(u: Floats) -> Floats:
        F = ratio(u)
        return (F - low) * (high - F) * scale / (high - low)

    return Distance(ratio, slope)


def calibrate(
    start: Floats,
    X: Floats,
    totals: Floats,
    *,
    kind: str = "linear",
    bounds: tuple[float, float] | None = None,
    penalty: Floats | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> tuple[Floats, int]:
    """Calibrate weights to auxiliary totals: w_i = d_i F(x_i'λ) with Σ w_i x_i = T.

    With a penalty the totals are met softly, Σ w_i x_i = T − Γλ, which is the least of Σ d_i G(w_i/d_i) +
    ½ (Σ w x − T)'Γ⁻¹(Σ w x − T), G being the distance of F (ridge calibration: Bardsley and Chambers 1984;
    Rao and Singh 1997; Beaumont and Bocci 2008).

    Parameters
    ----------
    start
        Starting weights d, shape (n,) or (n, R).
    X
        Auxiliaries of the respondents, shape (n, p): an intercept or all levels of one margin, further
        levels, numeric variables. Linear dependence is allowed if the totals agree with it.
    totals
        Population totals, shape (p,).
    penalty
        Diagonal of Γ, shape (p,), zero for a total that is met exactly; left out: all are.

    Returns
    -------
    weights, iterations
        Weights of the shape of `start`, and Newton steps taken.

    Raises
    ------
    SurveyError
        If the totals cannot be met (within the bounds).
    """
    D = np.array(start, dtype=float).reshape(len(start), -1)
    shape = distance(kind, bounds)
    size = np.maximum(np.abs(X).max(axis=0), 1e-300)
    Z, T = X / size, totals / size
    soft = np.zeros(len(T)) if penalty is None else np.asarray(penalty, float) / size**2
    scale = float(np.abs(T).max())
    lam = np.zeros((Z.shape[1], D.shape[1]))
    gap = _gap(D, Z, T, shape, soft)
    error = gap(lam)
    for iteration in range(1, max_iterations + 1):
        H = np.einsum("ni,nr,nj->rij", Z, D * shape.slope(Z @ lam), Z, optimize=True) + np.diag(soft)
        step = np.einsum("rij,jr->ir", np.linalg.pinv(H, hermitian=True), error)
        lam, error = _damped(gap, lam, step, error)
        if float(np.abs(error).max()) < tolerance * scale:
            return (D * shape.ratio(Z @ lam)).reshape(np.shape(start)), iteration
    furthest = float((np.abs(error) * size[:, None]).max())
    within = f", bounds {bounds[0]:g} to {bounds[1]:g}" if bounds else ""
    cure = "Widen the bounds" if bounds else "They may contradict one another; correct them"
    raise SurveyError(
        f"weighting: calibration ({kind}{within}) cannot meet its totals; the furthest is off by "
        f"{furthest:,.4g}. {cure}, or use fewer under `margins` and `numeric` of the scheme."
    )


def _gap(D: Floats, Z: Floats, T: Floats, shape: Distance, soft: Floats) -> Callable[[Floats], Floats]:
    """Distance of the weighted totals from those due, shape (p, R), as a function of λ."""

    def gap(lam: Floats) -> Floats:
        return np.asarray(T[:, None] - Z.T @ (D * shape.ratio(Z @ lam)) - soft[:, None] * lam)

    return gap


def _damped(
    gap: Callable[[Floats], Floats], lam: Floats, step: Floats, error: Floats
) -> tuple[Floats, Floats]:
    """Halve each replicate's Newton step until its distance from the totals falls."""
    size = np.ones(lam.shape[1])
    old = np.abs(error).max(axis=0)
    for _ in range(30):
        tried = lam + size * step
        left = gap(tried)
        worse = ~(np.abs(left).max(axis=0) <= old) & (old > 0)
        if not worse.any():
            break
        size[worse] /= 2
    return tried, left


def kish_deff(w: Any) -> Any:
    """Kish's design effect of unequal weights, n Σw² / (Σw)², over the weights above zero.

    Returns a float for shape (n,), and one value per column for shape (n, R).
    """
    W = np.asarray(w, dtype=float)
    n = (W > 0).sum(axis=0)
    value = n * (W**2).sum(axis=0) / W.sum(axis=0) ** 2
    return float(value) if W.ndim == 1 else value
