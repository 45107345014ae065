"""Variance of totals under sampling in stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.grouping import group_sums
from surveypipe.problems import SurveyError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """One stage of a sample design, each array of shape (n,).

    Attributes
    ----------
    unit
        Sampling unit at this stage (any labels; nested within the units of the stage above).
    stratum
        Stratum at this stage.
    size
        Units in the population of the stratum (within its unit of the stage above): a number, never a
        fraction; left out for sampling with replacement or without the correction.
    """

    unit: NDArray[Any]
    stratum: NDArray[Any]
    size: Floats | None = None


def design_covariance(scores: Floats, stages: Sequence[Stage]) -> Floats:
    """Taylor covariance of totals under a stratified, clustered, multistage sample.

    Parameters
    ----------
    scores
        Weighted influence values w_i z_i, shape (n, k); residuals for a calibrated design.
    stages
        From the first stage down. A stage below one without `size` adds nothing.

    Returns
    -------
    ndarray
        Shape (k, k), as R's ``survey:::svyrecvar``.

    Raises
    ------
    SurveyError
        If a stratum has a single sampling unit, or a size is a fraction or below the units sampled.
    """
    scores = np.asarray(scores, float).reshape(len(scores), -1)
    return _recurse(scores, list(stages), np.zeros(len(scores), dtype=np.intp))


def _recurse(scores: Floats, stages: list[Stage], parent: NDArray[Any]) -> Floats:
    stage = stages[0]
    k = scores.shape[1]
    total = np.zeros((k, k))
    keys = np.array([f"{a}\x1f{b}" for a, b in zip(parent, stage.stratum, strict=True)])
    for key in np.unique(keys):
        rows = np.flatnonzero(keys == key)
        units, codes = np.unique(stage.unit[rows], return_inverse=True)
        size = None if stage.size is None else float(stage.size[rows[0]])
        fraction = _sampling_fraction(len(units), size, str(stage.stratum[rows[0]]))
        sums = group_sums(scores[rows], codes, len(units))
        if fraction < 1:
            centred = sums - sums.mean(axis=0)
            total += (1 - fraction) * len(units) / (len(units) - 1) * centred.T @ centred
        if len(stages) > 1 and fraction > 0:
            below = [
                Stage(s.unit[rows], s.stratum[rows], None if s.size is None else s.size[rows])
                for s in stages[1:]
            ]
            total += fraction * _recurse(scores[rows], below, codes)
    return total


def _sampling_fraction(units: int, size: float | None, stratum: str) -> float:
    if size is not None and size < units:
        hint = "; it looks like a fraction: give the number of units" if 0 < size <= 1 else ""
        raise SurveyError(
            f"variance: stratum '{stratum}' has {units} sampled units of a population of {size:g}{hint}."
        )
    fraction = 0.0 if size is None else units / size
    if units == 1 and fraction < 1:
        raise SurveyError(
            f"variance: stratum '{stratum}' has a single sampled unit, from which no variance can be "
            "estimated; merge it with another stratum."
        )
    return fraction


def design_df(stages: Sequence[Stage]) -> int:
    """Degrees of freedom of a sample: first-stage units less first-stage strata."""
    first = stages[0]
    pairs = {(str(s), str(u)) for s, u in zip(first.stratum, first.unit, strict=True)}
    return len(pairs) - len({s for s, _ in pairs})
