"""Donors of unanswered items: those who answered and whose predicted mean is nearest."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
# Donors times those who did not answer, up to which all differences of their predictions are looked at.
MOST_PAIRS = 2_000_000
# Equal predictions are common with ordered answers; ties are broken at random by less than any difference.
TIE = 1e-9


def predicted(
    predictors: Array, answers: Array, source: Array, target: Array, count: Array, ridge: float
) -> tuple[Array, Array]:
    """Predict for those who answered, and for those who did not by coefficients of the bootstrap sample.

    Standardised over those who answered. A person not routed to a predictor stands at its mean; the routing
    itself is in the model through readership.
    """
    known = predictors[source]
    centre, spread = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    scaled = np.nan_to_num((predictors - centre) / np.where(spread > 1e-12, spread, np.inf))
    X = np.column_stack([np.ones(len(predictors)), scaled])
    X_source, n = X[source], len(source)
    penalty = ridge * n * np.diag([0.0] + [1.0] * predictors.shape[1])
    resampled = X_source.T * count
    fitted = np.linalg.solve(X_source.T @ X_source + penalty, X_source.T @ answers)
    drawn = np.linalg.solve(resampled @ X_source + penalty, resampled @ answers)
    return X_source @ fitted, X[target] @ drawn


def nearest(mean_source: Array, mean_target: Array, count: Array, noise: Array, donors: int) -> Array:
    """Places of the nearest donors of each who did not answer, by all differences: (targets, donors)."""
    distance = np.abs(mean_target[:, None] - mean_source[None, :])
    distance = np.where(count > 0, distance, np.inf) + noise
    return np.argpartition(distance, donors - 1, axis=1)[:, :donors]


def nearest_in_order(
    mean_source: Array, mean_target: Array, count: Array, donors: int, rng: np.random.Generator
) -> Array:
    """Find the same by putting the donors in order: those beside the place of each who did not answer.

    Time and memory grow with the number of people, not with its square. Both sides are jittered, so that
    among donors of equal prediction each is as likely.
    """
    able = np.flatnonzero(count > 0)
    keys = mean_source[able] + TIE * rng.random(len(able))
    order = np.argsort(keys, kind="stable")
    able, keys = able[order], keys[order]
    sought = mean_target + TIE * rng.random(len(mean_target))
    first = np.clip(np.searchsorted(keys, sought) - donors, 0, max(0, len(keys) - 2 * donors))
    window = first[:, None] + np.arange(min(2 * donors, len(keys)))
    closest = np.argpartition(np.abs(keys[window] - sought[:, None]), donors - 1, axis=1)[:, :donors]
    return able[np.take_along_axis(window, closest, axis=1)]
