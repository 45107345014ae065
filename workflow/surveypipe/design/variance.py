"""Standard errors: respondents as a second phase within response cells, and general sample designs.

In a census with non-response the first phase has no variance. Response is treated as a second phase of
simple random sampling within cells, conditional on the number that answered (Oh and Scheuren 1983;
Särndal, Swensson and Wretman 1992, ch. 15):

    ȳ_w = Σ W_h ȳ_h,    v = Σ W_h² (1 − f_h) s_h² / n_h,    df = n − H.

Domain means and ratios replace y by z_i = δ_i (y_i − ȳ_d) / N̂_d. What the estimation of raked, calibrated
and propensity weights adds stands in :mod:`surveypipe.design.linearisation`.
All functions are vectorised over the columns of a matrix of outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.design.linearisation import Cells, Linearisation, deviations
from surveypipe.grouping import group_sums
from surveypipe.problems import Problems

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceResult:
    """A mean with its standard error.

    Attributes
    ----------
    estimate, se
        Weighted mean and standard error, in units of y.
    df
        Degrees of freedom: respondents in the domain less cells in the domain.
    deff_design
        Variance over that of simple random sampling of as many people (without replacement where the
        finite-population correction is on); NaN where the latter is zero.
    n
        Respondents in the domain.
    """

    estimate: float
    se: float
    df: float
    deff_design: float
    n: int


@dataclass(frozen=True)
class VarianceTable:
    """The columns of :class:`VarianceResult` for many outcomes, each of shape (k,)."""

    estimate: Floats
    se: Floats
    df: Floats
    deff_design: Floats
    n: Floats

    def __getitem__(self, column: int) -> VarianceResult:
        """One outcome's result."""
        return VarianceResult(
            float(self.estimate[column]),
            float(self.se[column]),
            float(self.df[column]),
            float(self.deff_design[column]),
            int(self.n[column]),
        )


def response_cells(cells: ArrayLike, n_pop: Mapping[str, float]) -> Cells:
    """Match respondents' cells to their numbers of staff, and guard against misread sizes.

    Parameters
    ----------
    cells
        Cell of each respondent, shape (n,).
    n_pop
        Staff in each cell: a number of people, never a sampling fraction.

    Raises
    ------
    SurveyError
        If a cell has no staff count, a count that is a share or is below its respondents, or a single
        respondent.
    """
    names, codes = np.unique(np.asarray(cells, dtype=str), return_inverse=True)
    n = np.bincount(codes).astype(float)
    problems = Problems()
    sizes = {str(key): float(value) for key, value in n_pop.items()}
    for name, respondents in zip(names, n, strict=True):
        _check_cell(str(name), respondents, sizes, problems)
    problems.raise_if_any()
    N = np.array([sizes[str(name)] for name in names])
    return Cells(codes.astype(np.intp), tuple(str(name) for name in names), N, n)


def _check_cell(name: str, n: float, sizes: Mapping[str, float], problems: Problems) -> None:
    if name not in sizes:
        problems.add(f"variance: response cell '{name}' has {n:g} respondents and no number of staff.")
    elif not sizes[name] >= n:
        hint = (
            "; this looks like a response rate: give the number of staff instead"
            if 0 < sizes[name] <= 1
            else ""
        )
        problems.add(
            f"variance: response cell '{name}' has {n:g} respondents of {sizes[name]:g} staff{hint}."
        )
    elif n < 2 and sizes[name] > n:
        problems.add(
            f"variance: response cell '{name}' has a single respondent, from whom no variance can be "
            "estimated; merge the cell with another."
        )


def second_phase_covariance(
    scores: Floats, cells: Cells, linearised: Linearisation | None = None, *, fpc: bool = True
) -> Floats:
    """Covariance matrix of totals of weighted scores over the second phase.

    Parameters
    ----------
    scores, cells, linearised, fpc
        As for :func:`surveypipe.design.linearisation.deviations`.

    Returns
    -------
    ndarray
        Shape (k, k).
    """
    found = deviations(scores, cells, linearised, fpc=fpc)
    return found.T @ found


def second_phase_variance(
    scores: Floats, cells: Cells, linearised: Linearisation | None = None, *, fpc: bool = True
) -> Floats:
    """Diagonal of :func:`second_phase_covariance`, shape (k,), without forming the matrix."""
    found = deviations(scores, cells, linearised, fpc=fpc)
    return np.einsum("nk,nk->k", found, found)


def second_phase_means(
    Y: ArrayLike,
    cells: ArrayLike,
    n_pop: Mapping[str, float],
    *,
    weights: ArrayLike,
    fpc: bool = True,
    domain: ArrayLike | None = None,
    linearised: Linearisation | None = None,
) -> VarianceTable:
    """Weighted means of many outcomes, with second-phase standard errors.

    Parameters
    ----------
    Y
        Outcomes, shape (n, k); NaN puts a respondent outside that outcome's domain.
    cells, n_pop
        Response cell of each respondent, and staff in each cell. For raked or calibrated weights: the
        agency.
    weights
        Final weights, shape (n,).
    fpc
        Finite-population correction: on to describe this workforce, off for tests and models.
    domain
        Membership, shape (n,) or (n, k); all respondents if left out.
    linearised
        What raking, calibration or the response model adds; left out for weighting classes.

    Returns
    -------
    VarianceTable
        NaN estimate where a domain is empty.

    Raises
    ------
    SurveyError
        See :func:`response_cells`.
    """
    values = np.asarray(Y, dtype=float)
    values = values.reshape(len(values), -1)
    w = np.asarray(weights, dtype=float)
    found = response_cells(cells, n_pop)
    inside = ~np.isnan(values)
    if domain is not None:
        inside = inside & np.asarray(domain, dtype=bool).reshape(len(values), -1)
    estimate, z = linearised_means(values, w, inside)
    variance = second_phase_variance(z * w[:, None], found, linearised, fpc=fpc)
    n = inside.sum(axis=0).astype(float)
    srs = simple_random_variance(values, w, inside, estimate, fpc=fpc)
    with np.errstate(invalid="ignore", divide="ignore"):
        deff = np.where(srs > 0, variance / srs, np.nan)
    se = np.where(n > 0, np.sqrt(variance), np.nan)
    return VarianceTable(estimate, se, domain_degrees(inside, found, linearised), deff, n)


def domain_degrees(
    inside: NDArray[np.bool_], cells: Cells, linearised: Linearisation | None = None
) -> Floats:
    """Degrees of freedom of domains: respondents less cells, or less predictors of the response model.

    Parameters
    ----------
    inside
        Membership, shape (n, k).

    Returns
    -------
    ndarray
        Shape (k,).
    """
    if linearised is not None and linearised.propensity is not None:
        return linearised.degrees_of_freedom(inside)
    present = group_sums(inside.astype(float), cells.codes, len(cells.n)) > 0
    return np.asarray(inside.sum(axis=0) - present.sum(axis=0), dtype=np.float64)


def second_phase_mean(
    y: ArrayLike,
    cells: ArrayLike,
    n_pop: Mapping[str, float],
    *,
    weights: ArrayLike,
    fpc: bool = True,
    domain: ArrayLike | None = None,
    linearised: Linearisation | None = None,
) -> VarianceResult:
    """One outcome of :func:`second_phase_means`, y of shape (n,).

    Examples
    --------
    >>> result = second_phase_mean([0, 1, 1, 0], list("aabb"), {"a": 4, "b": 6}, weights=[2, 2, 3, 3])
    >>> round(result.estimate, 3), result.df
    (0.5, 2.0)
    """
    column = np.asarray(y, dtype=float)[:, None]
    table = second_phase_means(
        column, cells, n_pop, weights=weights, fpc=fpc, domain=domain, linearised=linearised
    )
    return table[0]


def linearised_means(Y: Floats, weights: Floats, inside: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Domain means and their linearised variables z = δ (y − ȳ_d) / N̂_d, shapes (k,) and (n, k)."""
    share = inside * weights[:, None]
    size = share.sum(axis=0)
    filled = np.where(inside, Y, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(size > 0, (filled * share).sum(axis=0) / size, np.nan)
        z = np.where(inside, (filled - mean) / size, 0.0)
    return mean, z


def simple_random_variance(
    Y: Floats, weights: Floats, inside: NDArray[np.bool_], mean: Floats, *, fpc: bool
) -> Floats:
    """Variance of the mean of a simple random sample of as many people (as R's ``deff=TRUE``).

    Without the correction it is R's ``deff="replace"``.
    """
    share = inside * weights[:, None]
    n = (share > 0).sum(axis=0).astype(float)
    size = share.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (share * np.where(inside, Y - mean, 0.0) ** 2).sum(axis=0) / size * n / (n - 1)
        return spread / n * (np.maximum(size - n, 0.0) / size if fpc else 1.0)
