"""What the interval of a claim becomes where its estimate is moved: its half-width is carried over."""

from __future__ import annotations

import math


def carried_limit(limit: float, estimate: float, interval_end: float, *, logit_scale: bool) -> float:
    """Limit for the point estimate that stands for the interval's end reaching the claim's own limit.

    The interval keeps, on the logit scale for shares and in scale points for means, the half-width it has
    at θ = 1: no standard error is defined under an assumed θ. So the interval's end at θ reaches the
    threshold where the estimate at θ reaches threshold + (estimate - end at θ = 1), on that scale.
    """
    inside = 0 < estimate < 1 and 0 < interval_end < 1 and 0 < limit < 1
    if not (logit_scale and inside):
        return limit + estimate - interval_end
    odds = [math.log(value / (1 - value)) for value in (limit, estimate, interval_end)]
    return 1 / (1 + math.exp(-(odds[0] + odds[1] - odds[2])))


def carried_end(moved: float, estimate: float, interval_end: float, *, logit_scale: bool) -> float:
    """End of the interval around a moved estimate, its half-width carried over; see :func:`carried_limit`."""
    from scipy.special import expit

    inside = 0 < estimate < 1 and 0 < interval_end < 1 and 0 < moved < 1
    if not (logit_scale and inside):
        return moved + interval_end - estimate
    odds = [math.log(value / (1 - value)) for value in (moved, estimate, interval_end)]
    return float(expit(odds[0] + odds[2] - odds[1]))
