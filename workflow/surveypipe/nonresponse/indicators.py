"""Non-response bias analysis: what the staff list tells about who did not answer.

All of it rests on variables known for the whole frame. None of it can see a difference between
respondents and non-respondents with equal auxiliaries; :mod:`surveypipe.ledger.sensitivity` asks about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.imputation import barnard_rubin
from surveypipe.problems import SurveyError
from surveypipe.standardised import standardised_difference
from surveypipe.weighting import propensity

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Representativity:
    """R-indicator of a response, with its bias adjustment and standard error.

    Attributes
    ----------
    R, R_adjusted, se
        1 − 2S, the same with the bias of S² removed, and the standard error of either.
    bias
        Estimated bias of S².
    cv, cv_adjusted, cv_se
        S/p̄: the greatest standardised bias of a respondent mean that differences in propensity allow.
    p
        Propensities of the frame, shape (N,).
    """

    R: float
    R_adjusted: float
    se: float
    bias: float
    cv: float
    cv_adjusted: float
    cv_se: float
    p: Floats


def representativity(frame: pd.DataFrame, respondent: Floats, predictors: Sequence[str]) -> Representativity:
    """R-indicator and coefficient of variation of response propensities in a census.

    Parameters
    ----------
    frame
        Eligible persons, N rows, with the predictors.
    respondent
        1 for a respondent, else 0, shape (N,).
    predictors
        Frame variables of the logistic response model.

    Returns
    -------
    Representativity
        With equal response rates everywhere R is 1 and S is 0; the standard error is then not defined
        (``nan``).

    Raises
    ------
    SurveyError
        If the frame is empty or nobody responded.

    Notes
    -----
    Schouten, Cobben and Bethlehem (2009) for R; Shlomo, Skinner and Schouten (2012) for bias and
    variance. With z_i = p̂_i(1 − p̂_i)x_i and Σ̂ the covariance of β̂:
    b = N⁻¹ Σ z_i'Σ̂z_i;  Var(R) = [4A'Σ̂A + 2 tr(BΣ̂BΣ̂)]/S²_ML, A = cov(p̂, z), B = cov(z), divisor N,
    the design part being 0 in a census;  Var(CV) = Var(R)/(4p̄²) + CV⁴_adj/N.
    """
    N = len(frame)
    if N == 0 or not np.any(respondent):
        raise SurveyError("Non-response bias: there is no respondent among the eligible staff.")
    X, _ = propensity.design_matrix(frame, predictors)
    if np.all(respondent == 1):
        return Representativity(1.0, 1.0, np.nan, 0.0, 0.0, 0.0, np.nan, np.ones(N))
    p = propensity.fit(X, np.asarray(respondent, float), np.ones(N)).p
    v = p * (1 - p)
    covariance = np.asarray(np.linalg.inv((X * v[:, None]).T @ X), dtype=np.float64)
    z = X * v[:, None]
    bias = float(np.einsum("ni,ij,nj->", z, covariance, z) / N)
    S2 = float(p.var(ddof=1))
    S_adjusted = np.sqrt(max(0.0, S2 - bias))
    se = _standard_error(p, z, covariance)
    mean = float(p.mean())
    cv_adjusted = S_adjusted / mean
    cv_se = np.sqrt(0.25 * se**2 / mean**2 + cv_adjusted**4 / N)
    R, R_adjusted = 1 - 2 * np.sqrt(S2), 1 - 2 * S_adjusted
    return Representativity(R, R_adjusted, se, bias, np.sqrt(S2) / mean, cv_adjusted, cv_se, p)


def _standard_error(p: Floats, z: Floats, covariance: Floats) -> float:
    S2 = float(p.var(ddof=0))
    if S2 <= 1e-20:
        return float("nan")
    centred = z - z.mean(axis=0)
    A = centred.T @ (p - p.mean()) / len(p)
    B = centred.T @ centred / len(p)
    BS = B @ covariance
    return float(np.sqrt((4 * A @ covariance @ A + 2 * np.trace(BS @ BS)) / S2))


def partial_unconditional(p: Floats, categories: pd.Series) -> pd.DataFrame:
    """Unconditional partial R-indicators: how much one variable's categories differ in propensity.

    Returns
    -------
    DataFrame
        ``level, N, partial``: for each category sign·√(N_k/N)·|p̄_k − p̄|, and for the whole variable
        (level empty) √(Σ N_k/N (p̄_k − p̄)²). Schouten, Shlomo and Skinner's definition, with p̂.
    """
    groups = pd.Series(p).groupby(categories.to_numpy())
    means, sizes = groups.mean(), groups.size()
    share = sizes / len(p)
    each = np.sqrt(share) * (means - p.mean())
    whole = float(np.sqrt((share * (means - p.mean()) ** 2).sum()))
    rows = [{"level": str(k), "N": int(sizes[k]), "partial": float(each[k])} for k in sorted(means.index)]
    return pd.DataFrame([*rows, {"level": "", "N": len(p), "partial": whole}])


def partial_conditional(p: Floats, others: pd.DataFrame) -> float:
    """Conditional partial R-indicator: spread of propensities left within cells of all other variables.

    √(N⁻¹ Σ (p̂_i − p̄_cell)²), the cells being those of `others`; with no other variable it is the
    spread about the overall mean.
    """
    values = pd.Series(p)
    if others.shape[1] == 0:
        return float(np.sqrt(values.var(ddof=0)))
    cell_means = values.groupby([others[c].to_numpy() for c in others]).transform("mean")
    return float(np.sqrt(((values - cell_means) ** 2).mean()))


def partial_conditional_by_level(p: Floats, categories: pd.Series, others: pd.DataFrame) -> pd.DataFrame:
    """Conditional partial R-indicator of each category of a variable, and of the whole of it.

    Returns
    -------
    DataFrame
        ``level, N, partial``: for each category √(N⁻¹ Σ_{i in k} (p̂_i − p̄_cell)²), the cells being those of
        all other variables; their squares add up to that of the whole (level empty).
    """
    values = pd.Series(np.asarray(p, float))
    if others.shape[1]:
        centre = values.groupby([others[c].to_numpy() for c in others]).transform("mean")
    else:
        centre = pd.Series(np.full(len(values), values.mean()))
    squares = ((values - centre) ** 2).groupby(categories.astype(str).to_numpy())
    each, sizes = squares.sum(), squares.size()
    rows = [
        {"level": str(k), "N": int(sizes[k]), "partial": float(np.sqrt(each[k] / len(values)))}
        for k in sorted(each.index)
    ]
    whole = float(np.sqrt(each.sum() / len(values)))
    return pd.DataFrame([*rows, {"level": "", "N": len(values), "partial": whole}])


def imbalance(frame: pd.DataFrame, respondent: Floats, predictors: Sequence[str]) -> tuple[float, float]:
    """Imbalance and balance indicator of a response set.

    Returns
    -------
    tuple of float
        IMB = P²(x̄_r − x̄)'Σ⁻¹(x̄_r − x̄), Σ with divisor N, and BI₁ = 1 − √(IMB/(P(1 − P)));
        P is the response rate (Särndal and Lundquist 2014). Full response gives (0, 1).
    """
    X, _ = propensity.design_matrix(frame, predictors)
    r = np.asarray(respondent, float)
    P = r.mean()
    if P == 1:
        return 0.0, 1.0
    X = X[:, 1:]
    gap = X[r == 1].mean(axis=0) - X.mean(axis=0)
    spread = np.cov(X, rowvar=False, ddof=0).reshape(X.shape[1], X.shape[1])
    value = float(P**2 * gap @ np.linalg.solve(spread, gap))
    return value, float(1 - np.sqrt(value / (P * (1 - P))))


@dataclass(frozen=True)
class ResponseTest:
    """Test that response does not depend on a frame variable: χ², its df and p, Fisher's p for 2×2."""

    chi2: float
    df: int
    p_value: float
    fisher_p: float


def response_independence(categories: pd.Series, respondent: Floats) -> ResponseTest:
    """Pearson's χ² (no continuity correction) of response by category, in a census of the staff.

    In a census the frame counts carry no sampling variance, so the Rao-Scott correction is 1 and the
    ordinary test stands. Fisher's exact p is given for two categories, else ``nan``.
    """
    from scipy import stats

    table = pd.crosstab(categories.to_numpy(), np.asarray(respondent, int)).reindex(
        columns=[0, 1], fill_value=0
    )
    if (table.sum(axis=0) == 0).any() or len(table) < 2:
        return ResponseTest(float("nan"), 0, float("nan"), float("nan"))
    chi2, p_value, df, _ = stats.chi2_contingency(table.to_numpy(), correction=False)
    fisher = stats.fisher_exact(table.to_numpy())[1] if table.shape == (2, 2) else float("nan")
    return ResponseTest(float(chi2), int(df), float(p_value), float(fisher))


def respondents_against_frame(
    frame: pd.DataFrame, respondent: Floats, variables: Sequence[str]
) -> pd.DataFrame:
    """Shares of each category among all eligible staff and among respondents.

    Returns
    -------
    DataFrame
        ``variable, level, N, n, frame_share, respondent_share, difference, std_difference, rate``; for
        the standardised difference see :func:`surveypipe.standardised.standardised_difference`.
    """
    r = np.asarray(respondent, bool)
    rows = []
    for variable in variables:
        for level in sorted(frame[variable].astype(str).unique()):
            member = (frame[variable].astype(str) == level).to_numpy()
            whole, share = member.mean(), member[r].mean()
            rows.append(
                {
                    "variable": variable,
                    "level": level,
                    "N": int(member.sum()),
                    "n": int(member[r].sum()),
                    "frame_share": whole,
                    "respondent_share": share,
                    "difference": share - whole,
                    "std_difference": standardised_difference(share, whole),
                    "rate": r[member].mean(),
                }
            )
    return pd.DataFrame(rows)


def fraction_of_missing_information(estimates: Floats, variances: Floats, df_complete: float) -> float:
    """FMI of multiply imputed estimates (Wagner 2010; Barnard and Rubin 1999).

    Parameters
    ----------
    estimates, variances
        Estimate and complete-data variance of each of m imputations, shape (m,).
    df_complete
        Degrees of freedom ν_c that the complete data would have.

    Returns
    -------
    float
        (r + 2/(ν + 3))/(r + 1), r = (1 + 1/m)B/Ū, with 1/ν = 1/ν_old + 1/ν_obs, ν_old = (m − 1)(1 + 1/r)²,
        ν_obs = (ν_c + 1)/(ν_c + 3) ν_c (1 − λ), λ = r/(1 + r). Well under 1 − response rate: the
        frame's variables tell something of the answers; about 1 − response rate: they do not.
    """
    m = len(estimates)
    U, B = float(np.mean(variances)), float(np.var(estimates, ddof=1))
    if U <= 0:
        raise SurveyError("Fraction of missing information: the complete-data variance is 0.")
    r = (1 + 1 / m) * B / U
    if r == 0:
        return 0.0
    nu = barnard_rubin(m, r / (1 + r), df_complete)
    return (r + 2 / (nu + 3)) / (r + 1)


def impute_from_cells(
    y: Floats, cells: NDArray[np.str_], respondent: Floats, m: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Impute the silent from respondents of their cell m times (approximate Bayesian bootstrap).

    Parameters
    ----------
    y
        Answers over the frame, ``nan`` for the silent and for item non-response, shape (N,).
    cells
        Response cell of each person, shape (N,).
    respondent
        1 for a respondent, shape (N,).
    m
        Number of imputations.
    rng
        Random numbers.

    Returns
    -------
    tuple of ndarray
        Completed means and their superpopulation variances s²/N, each of shape (m,) (Rubin and
        Schenker 1986 for the approximate Bayesian bootstrap).

    Raises
    ------
    SurveyError
        If a cell with staff has no answer to impute from.
    """
    known = ~np.isnan(y) & (np.asarray(respondent) == 1)
    filled = np.repeat(np.asarray(y, float)[None, :], m, axis=0)
    for cell in np.unique(cells):
        inside = cells == cell
        donors, gaps = y[inside & known], np.flatnonzero(inside & ~known)
        if len(gaps) and not len(donors):
            raise SurveyError(f"Imputation: nobody in the response cell {cell!r} answered.")
        if len(gaps):
            drawn = rng.choice(donors, size=(m, len(donors)))
            filled[:, gaps] = np.take_along_axis(
                drawn, rng.integers(len(donors), size=(m, len(gaps))), axis=1
            )
    return filled.mean(axis=1), filled.var(axis=1, ddof=1) / len(y)
