"""Totals of a population under a design: sums of numbers, and how many people gave an answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.protocol import Design
from surveypipe.design.sampled import SampledDesign
from surveypipe.design.variance import VarianceTable
from surveypipe.study.margins import population_size

if TYPE_CHECKING:
    from surveypipe.study.design import Sampling
    from surveypipe.study.frame import Frame, Population

Floats = NDArray[np.float64]
# Weights that are normalised add up to as many as there are, but for rounding.
NORMALISED = 0.01
# Weights that were adjusted to a population meet its size but for rounding.
ADJUSTED = 1e-6
# What is left of a variance under so small a share of the squares is rounding.
ROUNDING = 1e-20


def domain_totals(Y: ArrayLike, design: Design, *, fpc: bool) -> VarianceTable:
    r"""Totals of many outcomes, each with its standard error.

    The total of a domain d is :math:`\hat t_d = \sum_i w_i \delta_{di} y_i`, linear in the weights, so that
    its weighted influence values are the summands themselves; residuals, strata, stages, the second phase and
    replicates are the business of the design's covariance (Särndal, Swensson and Wretman 1992, sections 5.8
    and 10.3; R's ``svytotal`` of a ``subset``).

    Parameters
    ----------
    Y
        Outcomes, shape (n, k); NaN puts a respondent outside that outcome's domain, and counts for nothing
        in its total.
    design
        Respondents with weights that add up to people; see :func:`counts_people`.
    fpc
        Finite-population correction.

    Returns
    -------
    VarianceTable
        Estimates and standard errors in units of y times people; degrees of freedom of each domain; no design
        effect. NaN where a domain is empty.
    """
    values = np.asarray(Y, float).reshape(len(design.weights), -1)
    inside = ~np.isnan(values)
    filled = np.where(inside, values, 0.0)
    n = inside.sum(axis=0).astype(float)
    estimate = np.where(n > 0, design.weights @ filled, np.nan)
    covariance = design.covariance(fpc=fpc)
    se, df = np.full(len(n), np.nan), np.zeros(len(n))
    for k in np.flatnonzero(n > 0):
        # Beside the size of its domain: a stratum of nothing but noughts belongs to the domain as well.
        columns = np.column_stack([filled[:, k], inside[:, k]])
        scores = columns * design.weights[:, None]
        variance = covariance(scores, _totals_of(columns))[0, 0]
        se[k] = np.sqrt(variance if variance > ROUNDING * (scores[:, 0] ** 2).sum() else 0.0)
        df[k] = design.degrees_of_freedom(inside[:, k])
    return VarianceTable(estimate, se, df, np.full(len(n), np.nan), n)


def _totals_of(columns: Floats) -> Callable[[Floats], Floats]:
    return partial(_under_weights, columns)


def _under_weights(columns: Floats, weights: Floats) -> Floats:
    """Totals of columns, shape (n, k), under weights of shape (n, R); shape (R, k)."""
    return np.asarray(weights.T @ columns)


def counts_people(design: Design, population: Population, sampling: Sampling, frame: Frame) -> bool:
    """Whether the weights of a design add up to people, so that a total can be read from them.

    They do where everybody was asked and is counted, by a list or by headcounts, and where they meet margins
    in numbers. Those of a sample do unless they were normalised, that is, add up to as many as were drawn.
    Who came by an open link stands for nobody.
    """
    if sampling.kind == "census" and population != "none":
        return True
    size, total = population_size(frame), float(design.weights.sum())
    if size is not None and abs(total - size) <= ADJUSTED * size:
        return True
    drawn = len(design.selection.answered) if isinstance(design, SampledDesign) else len(design.weights)
    return sampling.drawn and abs(total / drawn - 1) > NORMALISED
