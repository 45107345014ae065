"""Bounds of totals, ratios, medians and changes whatever those would have said of whom no answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from surveypipe.study.bounds import Floats, Heard, Interval, mean_bounds

# Steps of the ratio to its bound; it is reached in a handful.
STEPS = 100


def total_bounds(heard: Heard, limits: Interval) -> Interval:
    """Bounds of a total on [least, most] a person; whoever may be in the base counts where that helps.

    Σwy + u·least and Σwy + u·most with u unknown people known to be in the base; of those who may be in it
    each adds to the lower bound the lesser of nought and of what they said, or could have said.
    """
    weights, extra = heard.counted
    known = float((weights * heard.values).sum())
    ends = []
    for end, chosen in zip(limits, (np.minimum, np.maximum), strict=True):
        unknown = _times(heard.unanswered, end) + _times(heard.perhaps, float(chosen(end, 0.0)))
        ends.append(known + unknown + float((extra * chosen(heard.stray, 0.0)).sum()))
    return ends[0], ends[1]


def _times(people: float, each: float) -> float:
    return people * each if people else 0.0


def ratio_bounds(heard: Heard, limits: Interval, limits_beside: Interval) -> Interval:
    """Bounds of Σwy/Σwx where y and x lie within limits and x is not negative.

    The least ratio is the root of the least Σw(y - λx), which decreases in λ; it is found by Dinkelbach's
    steps (Dinkelbach 1967), each the ratio that the least sum before it stands for. Of a pair of which one
    answer is known the other alone is free. The greatest is the least of -y over x with its sign turned.

    Returns
    -------
    tuple of float
        Infinite without limits, or where the sum below may be nought; NaN if nobody may be in the base.
    """
    if not heard.anybody:
        return math.nan, math.nan
    assert heard.beside is not None and heard.stray_beside is not None
    turned = replace(heard, values=-heard.values, stray=-heard.stray)
    least, most = limits
    return _least_ratio(heard, least, limits_beside), -_least_ratio(turned, -most, limits_beside)


def _least_ratio(heard: Heard, least: float, beside: Interval) -> float:
    weights, extra = heard.counted
    unknown = np.array([heard.unanswered, heard.perhaps])
    y = np.concatenate([heard.values, heard.stray, [math.nan, math.nan]])
    x = np.concatenate([_given(heard.beside), _given(heard.stray_beside), [math.nan, math.nan]])
    w = np.concatenate([weights, extra, unknown])
    must = np.concatenate([np.ones(len(weights)), np.zeros(len(extra)), [1.0, 0.0]]) == 1
    y, x, w, must = y[w > 0], x[w > 0], w[w > 0], must[w > 0]
    free = bool(np.isnan(y).any()) and math.isinf(least)
    if free or (np.isnan(x).any() and math.isinf(beside[1])):
        return -math.inf
    y = np.where(np.isnan(y), least, y)
    ratio, inside = math.inf, must if must.any() else np.ones(len(must), bool)
    for _ in range(STEPS):
        # The sum below is largest where the ratio is above nought, smallest where it is under it.
        below = np.where(np.isnan(x), beside[1] if ratio > 0 else beside[0], x)
        under = float((w * below)[inside].sum())
        if under <= 0:
            return ratio if math.isfinite(ratio) else -math.inf
        found = float((w * y)[inside].sum()) / under
        if found >= ratio - 1e-15 * abs(ratio):
            break
        ratio = found
        inside = must | (y - ratio * np.where(np.isnan(x), beside[1] if ratio > 0 else beside[0], x) < 0)
    return ratio


def _given(values: Floats | None) -> Floats:
    return np.empty(0) if values is None else values


def median_bounds(heard: Heard, limits: Interval) -> Interval:
    """Bounds of a median, the smallest value that half of the people do not exceed.

    The silent stand at either end. Whoever answered and may be in the base lowers the median to m by being
    in it if, and only if, the answer does not exceed m; so the least is the first value that is reached.
    Infinite where half or more are silent and the answers have no limits.
    """
    if not heard.anybody:
        return math.nan, math.nan
    weights, extra = heard.counted
    unknown = heard.unanswered + heard.perhaps
    found = [math.nan, math.nan]
    for place, (end, lower) in enumerate(zip(limits, (True, False), strict=True)):
        ends = np.unique(np.concatenate([heard.values, heard.stray, [end] if unknown else []]))
        for m in ends if lower else ends[::-1]:
            helps = heard.stray <= m if lower else heard.stray >= m
            size = float(weights.sum()) + unknown + float(extra[helps].sum())
            if not size:
                continue
            if lower:
                under = float(weights[heard.values <= m].sum()) + (unknown if end <= m else 0)
                stands = _half(under + float(extra[helps].sum()), size)
            else:
                under = float(weights[heard.values < m].sum()) + (unknown if end < m else 0)
                stands = not _half(under, size)
            if stands:
                found[place] = float(m)
                break
    return found[0], found[1]


def change_bounds(heard: Heard, limits: Interval) -> Interval:
    """Bounds of the mean of y - x where both lie within the same limits.

    Of whoever gave both answers the change is known; where one is known the other alone is free, and of the
    silent both are. Each person then has a least and a greatest change, and the bounds are the least and the
    greatest mean (:func:`surveypipe.study.bounds.mean_bounds`).

    Returns
    -------
    tuple of float
        Infinite without limits where somebody's change is not known; NaN if nobody may be in the base.
    """
    assert heard.beside is not None and heard.stray_beside is not None
    least, most = limits
    pairs = ((heard.values, heard.beside), (heard.stray, heard.stray_beside))

    def mean_of(after: float, before: float, end: int) -> float:
        own, stray = (_filled(y, after) - _filled(x, before) for y, x in pairs)
        return mean_bounds(replace(heard, values=own, stray=stray), (least - most, most - least))[end]

    return mean_of(least, most, 0), mean_of(most, least, 1)


def _filled(answers: Floats, end: float) -> Floats:
    return np.where(np.isnan(answers), end, answers)


def _half(part: float, whole: float) -> bool:
    """Whether a part is half of a whole; one that rounding leaves just under it is."""
    return part >= 0.5 * (1 - 1e-12) * whole
