"""Tests of a non-response bias analysis: respondents against the frame, response model, weights on and off.

Everything here is about a census of named staff: the frame counts carry no sampling variance, so what is
tested is response alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design.protocol import Design
from surveypipe.weighting import propensity, replicates

Floats = NDArray[np.float64]

# Differences under it are rounding: the weights are equal within the base.
NO_SHIFT = 1e-12


@dataclass(frozen=True)
class Tested:
    """A quantity with its standard error, degrees of freedom (∞: normal) and two-sided p."""

    estimate: float
    se: float
    df: float
    p_value: float


def tested(estimate: float, se: float, df: float) -> Tested:
    """Test a quantity against 0; no p where there is no standard error."""
    from scipy.special import ndtr, stdtr

    if not (se > 0 and df > 0):
        return Tested(estimate, se, df, float("nan"))
    ratio = -abs(estimate / se)
    return Tested(estimate, se, df, float(2 * (ndtr(ratio) if np.isinf(df) else stdtr(df, ratio))))


def difference_from_frame(x: Floats, respondent: Floats) -> Tested:
    """Respondents' mean of a frame variable less that of all eligible staff.

    Parameters
    ----------
    x
        Values over the frame, shape (N,); 0/1 for membership of a category.
    respondent
        1 for a respondent, else 0, shape (N,).

    Returns
    -------
    Tested
        If n respondents were a random part of the N, the difference would have variance (1 − n/N)S²/n, S²
        with divisor N − 1 (Cochran 1977, 2.6; the test of Lohr and Riddles 2016 where the frame is a census).
        For a category the squared ratio is (N − 1)/N times Pearson's χ² of response by that category against
        the rest.
    """
    r = np.asarray(respondent, bool)
    N, n = len(r), int(r.sum())
    se = float(np.sqrt((1 - n / N) * x.var(ddof=1) / n)) if n and N > 1 else float("nan")
    return tested(float(x[r].mean() - x.mean()), se, float("inf"))


@dataclass(frozen=True)
class ResponseModel:
    """Logistic model of response on the frame.

    Attributes
    ----------
    terms
        ``variable, level, estimate, se, p_value``: log odds ratio against the first level, Wald's p; the
        intercept has an empty variable.
    variables
        ``variable, chi2, df, p_value``: Wald's test of all levels of a variable.
    auc
        Area under the ROC curve: .5 where the frame tells nothing of response.
    firth
        Whether the likelihood was penalised because the plain fit is separated.
    """

    terms: pd.DataFrame
    variables: pd.DataFrame
    auc: float
    firth: bool


def response_model(frame: pd.DataFrame, respondent: Floats, predictors: Sequence[str]) -> ResponseModel:
    """Fit a logistic model of response; see :class:`ResponseModel`."""
    from scipy.special import chdtrc

    r = np.asarray(respondent, float)
    X, names = propensity.design_matrix(frame, predictors)
    made = propensity.fit(X, r, np.ones(len(X)))
    covariance = np.linalg.inv((X * (made.p * (1 - made.p))[:, None]).T @ X)
    rows = []
    for name, beta, variance in zip(names, made.beta, np.diag(covariance), strict=True):
        found = tested(float(beta), float(np.sqrt(variance)), float("inf"))
        variable, _, level = ("", "", "") if name == "(Intercept)" else name.partition("=")
        rows.append((variable, level, found.estimate, found.se, found.p_value))
    terms = pd.DataFrame(rows, columns=["variable", "level", "estimate", "se", "p_value"])
    joint = []
    for variable in predictors:
        at = np.flatnonzero(terms["variable"] == variable)
        if len(at):
            chi2 = float(made.beta[at] @ np.linalg.solve(covariance[np.ix_(at, at)], made.beta[at]))
            joint.append((variable, chi2, len(at), float(chdtrc(len(at), chi2))))
    table = pd.DataFrame(joint, columns=["variable", "chi2", "df", "p_value"])
    return ResponseModel(terms, table, area_under_curve(made.p, r), made.firth)


def area_under_curve(score: Floats, respondent: Floats) -> float:
    """Chance that a respondent's score exceeds a non-respondent's, ties counted half (Mann and Whitney)."""
    r = np.asarray(respondent, bool)
    n, m = int(r.sum()), int((~r).sum())
    if not (n and m):
        return float("nan")
    ranks = pd.Series(np.round(score, 12)).rank(method="average").to_numpy()
    return float((ranks[r].sum() - n * (n + 1) / 2) / (n * m))


@dataclass(frozen=True)
class Association:
    """Strength of a relation between 0 and 1, the number of cases, and p."""

    value: float
    n: int
    p_value: float


def association(categories: pd.Series, y: Floats, *, binary: bool) -> Association:
    """How much an auxiliary has to do with an answer or with response.

    Parameters
    ----------
    categories, y
        Shape (n,); cases with a missing y are left out.
    binary
        Whether y is 0/1: Cramér's V and Pearson's χ². Otherwise the correlation ratio
        η = √(SS_between/SS_total), which is V for a 0/1 answer, and the F test.
    """
    from scipy.special import chdtrc, fdtrc

    known = ~np.isnan(y)
    values, labels = y[known], categories.to_numpy()[known].astype(str)
    names, codes = np.unique(labels, return_inverse=True)
    n, k = len(values), len(names)
    total = float(((values - values.mean()) ** 2).sum()) if n else 0.0
    if k < 2 or n <= k or total == 0:
        return Association(float("nan"), n, float("nan"))
    size = np.bincount(codes)
    means = np.bincount(codes, weights=values) / size
    share = float((size * (means - values.mean()) ** 2).sum()) / total
    if binary:
        return Association(float(np.sqrt(share)), n, float(chdtrc(k - 1, n * share)))
    F = share / (k - 1) / ((1 - share) / (n - k)) if share < 1 else float("inf")
    return Association(float(np.sqrt(share)), n, float(fdtrc(k - 1, n - k, F)))


@dataclass(frozen=True)
class Shift:
    """What weighting does to an estimate: before, after, and their difference tested on paired replicates."""

    before: float
    after: float
    difference: Tested
    paired: bool


def weighting_shift(
    y: Floats, design: Design, jackknife: tuple[Floats, Floats] | None = None, *, fpc: bool = True
) -> Shift:
    """Weighted mean less unweighted mean of the same respondents.

    Parameters
    ----------
    y
        Answers, NaN outside the base, shape (n,).
    design
        Weights and response cells.
    jackknife
        Delete-one replicate weights of the scheme, shape (n, n), and their coefficients. The unweighted mean
        is replicated with the same people left out, the others of the cell raised by n_h/(n_h − 1), so that
        the two estimates are paired. Left out: the linearised second-phase variance of the difference.
    fpc
        For the linearised variance; replicates carry theirs in the coefficients.

    Returns
    -------
    Shift
        For weighting classes without item non-response both variances are
        Σ_h (W_h − n_h/n)²(1 − f_h)s_h²/n_h, because the difference of the means is Σ_h (W_h − n_h/n)ȳ_h.
    """
    inside = ~np.isnan(y)
    if not inside.any():
        nothing = float("nan")
        return Shift(nothing, nothing, Tested(nothing, nothing, 0.0, nothing), jackknife is not None)
    before, after = float(y[inside].mean()), float(np.average(y[inside], weights=design.weights[inside]))
    if jackknife is not None:
        matrix, coefs = jackknife
        factors, _ = replicates.jackknife_factors(design.cells)
        moved = replicates.means(y, matrix)[0] - replicates.means(y, factors)[0]
        variance = float(replicates.variance(moved, after - before, coefs))
    else:
        variance = design.shift_variance(y, fpc=fpc)
    df, se, gap = float(design.degrees_of_freedom(inside)), float(np.sqrt(variance)), after - before
    if max(abs(gap), se) < NO_SHIFT * max(1.0, abs(before)):
        gap = se = 0.0
    return Shift(before, after, tested(gap, se, df), jackknife is not None)
