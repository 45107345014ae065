"""Weights held under a cap, or under a design effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from surveypipe.problems import SurveyError
from surveypipe.weighting.calibration import kish_deff

Floats = NDArray[np.float64]


def spread_trimmed(w: Floats, upper: float, lower: float = 0.0) -> Floats:
    """Cut weights to [lower, upper] and share what was cut equally among the rest.

    This is R's ``survey::trimWeights`` with ``strict = FALSE``: Σw is kept, margins are not.
    """
    cut = np.clip(w, lower, upper)
    inside = (w >= lower) & (w <= upper)
    if not inside.any():
        raise SurveyError(f"weighting: every weight lies outside {lower:g} to {upper:g}; widen the limits.")
    return cut + np.where(inside, (w - cut).sum() / inside.sum(), 0.0)


def trim(
    w: Floats,
    rule: Mapping[str, float],
    restore: Callable[[Floats], Floats],
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 500,
) -> Floats:
    """Trim weights and restore their margins, again and again, until both hold.

    Parameters
    ----------
    w
        Weights, shape (n,) or (n, R).
    rule
        One of ``cap`` (multiple of the mean weight), ``iqr`` (median plus that many interquartile ranges),
        ``potter`` (see :func:`potter_cut_off`) or ``deff`` (greatest Kish design effect).
    restore
        Brings the weights back to their margins.

    Raises
    ------
    SurveyError
        If cap and margins cannot hold together.
    """
    W = np.array(w, dtype=float).reshape(len(w), -1)

    def back(V: Floats) -> Floats:
        return restore(V.reshape(np.shape(w))).reshape(V.shape)

    if "deff" in rule:
        trimmed = _trim_to_deff(W, float(rule["deff"]), back, tolerance, max_iterations)
    else:
        trimmed, met = _trim_to_cap(W, _cap(W, rule), back, tolerance, max_iterations)
        if not met.all():
            raise SurveyError(
                f"weighting: trimming ({told(rule)}) and the margins cannot both be met; raise the cap, or "
                "merge the cells or categories that have few respondents."
            )
    return trimmed.reshape(np.shape(w))


def _cap(W: Floats, rule: Mapping[str, float]) -> Floats:
    active = np.where(W > 0, W, np.nan)
    if "cap" in rule:
        return np.asarray(float(rule["cap"]) * np.nanmean(active, axis=0))
    if "potter" in rule:
        return np.array([potter_cut_off(column[column > 0], float(rule["potter"])) for column in W.T])
    q25, q50, q75 = np.nanquantile(active, [0.25, 0.5, 0.75], axis=0)
    return np.asarray(q50 + float(rule["iqr"]) * (q75 - q25))


def potter_cut_off(w: Floats, tail: float) -> float:
    """Weight that is exceeded with a given probability if 1/(n w) follows a beta distribution (Potter 1990).

    Its parameters follow from the mean m and the variance s² of the weights: α = 2 + m(nm − 1)/(ns²) and
    β = (nm − 1)(m(nm − 1)/(ns²) + 1). Equal weights have no cut-off.

    Parameters
    ----------
    w
        Weights above zero, shape (n,).
    tail
        The probability.
    """
    from scipy.special import betaincinv

    n, mean, spread = len(w), float(w.mean()), float(w.var())
    if spread <= 1e-12 * mean**2:
        return float("inf")
    ratio = mean * (n * mean - 1) / (n * spread)
    return float(1 / (n * betaincinv(ratio + 2, (n * mean - 1) * (ratio + 1), tail)))


def told(rule: Mapping[str, float]) -> str:
    """Write a rule as the configuration does."""
    return ", ".join(f"{name}: {value:g}" for name, value in rule.items())


def _trim_to_cap(
    W: Floats, cap: Floats, back: Callable[[Floats], Floats], tolerance: float, max_iterations: int
) -> tuple[Floats, NDArray[np.bool_]]:
    V = W
    for _ in range(max_iterations):
        met = V.max(axis=0) <= cap * (1 + tolerance)
        if met.all():
            break
        V = np.where(met, V, back(np.minimum(V, cap)))
    return V, V.max(axis=0) <= cap * (1 + tolerance)


def _trim_to_deff(
    W: Floats, target: float, back: Callable[[Floats], Floats], tolerance: float, max_iterations: int
) -> Floats:
    """Find the highest cap whose trimmed weights have at most the wanted design effect.

    Raking after a cut can raise the design effect again, so that it need not fall with the cap: caps are
    tried downwards in steps, then refined by bisection between the last two.
    """
    best, found = W.copy(), np.asarray(kish_deff(W) <= target)
    mean = W.sum(axis=0) / np.maximum((W > 0).sum(axis=0), 1)
    top, step = W.max(axis=0), (W.max(axis=0) - mean) / 40
    low, high = top.copy(), top.copy()
    settled = found.copy()
    for number in range(1, 41):
        cap = np.where(found, np.inf, top - number * step)
        V, met = _trim_to_cap(W, cap, back, tolerance, max_iterations // 4)
        good = met & (kish_deff(V) <= target) & ~found
        best, low = np.where(good, V, best), np.where(good, cap, low)
        high, found = np.where(good, cap + step, high), found | good
        if found.all():
            break
    if not found.all():
        raise SurveyError(
            f"weighting: no cap brings the design effect to {target:g} while the margins hold; "
            "allow a larger one."
        )
    for _ in range(25):
        middle = np.where(settled, np.inf, (low + high) / 2)
        V, met = _trim_to_cap(W, middle, back, tolerance, max_iterations)
        good = met & (kish_deff(V) <= target)
        best = np.where(good & ~settled, V, best)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return best
