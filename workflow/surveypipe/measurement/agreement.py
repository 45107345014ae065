r"""Agreement between coders of open answers.

==========================  ================================================================================
coefficient                 formula and source
==========================  ================================================================================
Cohen's kappa               :math:`(p_o - p_e)/(1 - p_e)`, :math:`p_e = \sum_k p_{k+}p_{+k}` (Cohen 1960);
                            weighted (Cohen 1968) with weights :math:`1 - |i-j|/(q-1)` or its square form;
                            variance of Fleiss, Cohen & Everitt (1969)
pooled kappa                means of :math:`p_o` and of :math:`p_e` over codes (De Vries et al. 2008);
                            variance by the delete-one jackknife over answers
Krippendorff's alpha        :math:`1 - D_o/D_e` from coincidences, missing codes allowed (Krippendorff 2011);
                            interval by bootstrap of units
Gwet's AC1                  :math:`p_e = \sum_k\pi_k(1-\pi_k)/(q-1)` (Gwet 2008); variance linearised over
                            units, *t* with n - 1 degrees of freedom (Gwet 2014)
==========================  ================================================================================

AC1 is shown beside kappa because kappa falls when one code is rare, however well the coders agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.distributions import normal_quantile, t_quantile
from surveypipe.problems import SurveyError, shown

Array = np.ndarray
Weighting = Literal["none", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Agreement:
    """An agreement coefficient.

    Attributes
    ----------
    n
        Units that enter it (those coded by at least two coders).
    observed, expected
        Agreement (for Krippendorff's alpha: disagreement) observed and expected by chance.
    flag
        ``one code only`` where chance leaves nothing to agree on and the coefficient is missing.
    """

    statistic: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    n: int
    observed: float
    expected: float
    method: str
    df: float = np.nan
    flag: str = ""


def _interval(estimate: float, half: float) -> tuple[float, float]:
    return max(-1.0, estimate - half), min(1.0, estimate + half)


def kappa_weights(q: int, weighting: Weighting) -> Array:
    """Agreement weights of shape (q, q): identity, linear or quadratic."""
    distance = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / max(q - 1, 1)
    if weighting == "none":
        return np.eye(q)
    return 1 - distance if weighting == "linear" else 1 - distance**2


def cohen_kappa(
    table: pd.DataFrame | Array, *, weighting: Weighting = "none", ci_level: float = 0.95
) -> Agreement:
    """Compute Cohen's kappa, weighted or not, from a square table of two coders' codes.

    Parameters
    ----------
    table
        Counts, shape (q, q), codes in the same order on both sides (:func:`agreement_table`).

    Raises
    ------
    SurveyError
        If the table is not square or holds no unit.
    """
    counts = np.asarray(table, float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.sum() <= 0:
        raise SurveyError(
            "kappa needs a square table, the same codes for both coders, with at least one answer."
        )
    n = counts.sum()
    p, w = counts / n, kappa_weights(len(counts), weighting)
    row, col = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(row @ w @ col)
    name = "cohen_kappa" if weighting == "none" else f"weighted_kappa_{weighting}"
    method = "Fleiss, Cohen and Everitt (1969)"
    if expected >= 1 - 1e-12:
        return Agreement(
            name, np.nan, np.nan, np.nan, np.nan, int(n), observed, expected, method, flag="one code only"
        )
    kappa = (observed - expected) / (1 - expected)
    mean_weight = (w @ col)[:, None] + (row @ w)[None, :]
    terms = (p * (w * (1 - expected) - mean_weight * (1 - observed)) ** 2).sum()
    variance = (terms - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    se = float(np.sqrt(max(variance, 0.0)))
    low, high = _interval(kappa, float(normal_quantile(0.5 + ci_level / 2)) * se)
    return Agreement(name, kappa, se, low, high, int(n), observed, expected, method)


def pooled_kappa(first: pd.DataFrame, second: pd.DataFrame, *, ci_level: float = 0.95) -> Agreement:
    """Pool kappa over codes that each answer may or may not have been given.

    Parameters
    ----------
    first, second
        Shape (answers, codes), 0/1, the two coders' decisions; rows that either left blank are left out.

    Returns
    -------
    Agreement
        With a jackknife standard error over answers, *t* with n - 1 degrees of freedom.
    """
    a, b = paired_codes(first, second)
    n = len(a)
    if n < 2:
        raise SurveyError(f"{n} answers were coded by both coders; pooled kappa needs two or more.")
    agree, ones_a, ones_b = (a == b).astype(float), a, b

    def pooled(keep: float, same: Array, yes_a: Array, yes_b: Array) -> tuple[Array, Array]:
        pa, pb = yes_a / keep, yes_b / keep
        return (same / keep).mean(axis=-1), (pa * pb + (1 - pa) * (1 - pb)).mean(axis=-1)

    observed, expected = pooled(n, agree.sum(0), ones_a.sum(0), ones_b.sum(0))
    if expected >= 1 - 1e-12:
        return Agreement("pooled_kappa", np.nan, np.nan, np.nan, np.nan, n, float(observed), float(expected),
                         "jackknife over answers", flag="one code only")  # fmt: skip
    kappa = float((observed - expected) / (1 - expected))
    o, e = pooled(n - 1, agree.sum(0) - agree, ones_a.sum(0) - ones_a, ones_b.sum(0) - ones_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = (o - e) / (1 - e)
    se = float(np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum()))
    low, high = _interval(kappa, float(t_quantile(0.5 + ci_level / 2, n - 1)) * se)
    return Agreement("pooled_kappa", kappa, se, low, high, n, float(observed), float(expected),
                     "jackknife over answers", float(n - 1))  # fmt: skip


def paired_codes(first: pd.DataFrame, second: pd.DataFrame) -> tuple[Array, Array]:
    """Give the decisions of two coders on the answers that both coded; shape (answers, codes) each."""
    if list(first.columns) != list(second.columns) or len(first) != len(second):
        raise SurveyError(
            "the two coders' files must hold the same answers and the same codes, in the same order."
        )
    a, b = first.to_numpy(float), second.to_numpy(float)
    keep = ~(np.isnan(a).any(axis=1) | np.isnan(b).any(axis=1))
    a, b = a[keep], b[keep]
    if not (np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all()):
        raise SurveyError("in the coders' files each code must be 0 (not given) or 1 (given).")
    return a, b


# --- any number of coders ---------------------------------------------------------------------------


def _counts(ratings: pd.DataFrame, levels: Sequence[Any] | None) -> tuple[Array, Array]:
    """Count coders per unit and code, shape (units, q), and the codes."""
    values = ratings.to_numpy(object)
    present = pd.Series(values.ravel()).dropna()
    order = sorted(present.unique()) if levels is None else list(levels)
    strange = sorted({str(value) for value in present.unique() if value not in order})
    if strange:
        raise SurveyError(f"codes that are not in the code list: {shown(strange)}.")
    counts = np.stack([(values == level).sum(axis=1) for level in order], axis=1).astype(float)
    if not (counts.sum(axis=1) >= 2).any():
        raise SurveyError("no answer was coded by two coders; agreement needs some that were.")
    return counts, np.array(order)


def krippendorff_alpha(
    ratings: pd.DataFrame,
    *,
    metric: Metric = "nominal",
    levels: Sequence[Any] | None = None,
    ci_level: float = 0.95,
    seed: int = 1,
    draws: int = 2000,
) -> Agreement:
    """Compute Krippendorff's alpha for any number of coders, with codes missing.

    Parameters
    ----------
    ratings
        Shape (units, coders).
    metric
        ``ordinal`` follows the order of `levels` (or sorted codes); ``interval`` and ``ratio`` need
        numbers.
    seed, draws
        Of the bootstrap of units, for the interval and the standard error.

    Raises
    ------
    SurveyError
        If no unit was coded twice, or codes are not numbers where the metric needs them.
    """
    counts, codes = _counts(ratings, levels)
    counts = counts[counts.sum(axis=1) >= 2]
    coders = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(len(codes)), np.arange(len(codes))] -= counts
    by_unit = (pairs / (coders - 1)[:, None, None]).reshape(len(counts), -1)
    q, name = len(codes), f"krippendorff_alpha_{metric}"
    alpha, observed, expected = (float(v[0]) for v in _alpha_of(by_unit.sum(axis=0)[None], q, codes, metric))
    method = f"coincidences, {metric} metric, bootstrap of {draws} samples of answers"
    if np.isnan(alpha):
        return Agreement(name, alpha, np.nan, np.nan, np.nan, len(counts), observed, expected, method,
                         flag="one code only")  # fmt: skip
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), draws)
    alphas = _alpha_of(drawn @ by_unit, q, codes, metric)[0]
    # A resample in which one code only remains is one in which all coders agree.
    alphas = np.where(np.isnan(alphas), 1.0, alphas)
    low, high = np.quantile(alphas, [(1 - ci_level) / 2, (1 + ci_level) / 2])
    return Agreement(name, alpha, float(alphas.std(ddof=1)), float(low), float(high), len(counts), observed,
                     expected, method)  # fmt: skip


def _alpha_of(coincidences: Array, q: int, codes: Array, metric: Metric) -> tuple[Array, Array, Array]:
    """Alpha, observed and expected disagreement of coincidence matrices, shape (draws, q * q)."""
    o = coincidences.reshape(-1, q, q)
    margin = o.sum(axis=2)
    total = margin.sum(axis=1)
    distance = _squared_distance(margin, codes, metric)
    observed = (o * distance).sum(axis=(1, 2)) / total
    chance = np.einsum("bc,bk,bck->b", margin, margin, distance) / (total * (total - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = np.where(chance > 0, 1 - observed / chance, np.nan)
    return alpha, observed, chance


def _squared_distance(margin: Array, codes: Array, metric: Metric) -> Array:
    draws, q = margin.shape
    if metric == "nominal":
        return np.broadcast_to(1 - np.eye(q), (draws, q, q))
    if metric == "ordinal":
        # Sum of the margins from c to k less half of both ends is the distance of mid-ranks.
        middle = np.cumsum(margin, axis=1) - margin / 2
        return (middle[:, :, None] - middle[:, None, :]) ** 2
    try:
        values = codes.astype(float)
    except ValueError as error:
        raise SurveyError(
            f"the {metric} metric needs codes that are numbers; use nominal or ordinal."
        ) from error
    difference = np.subtract.outer(values, values)
    if metric == "ratio":
        total = np.add.outer(values, values)
        difference = np.divide(difference, total, out=np.zeros_like(difference), where=total != 0)
    return np.broadcast_to(difference**2, (draws, q, q))


def gwet_ac1(
    ratings: pd.DataFrame, *, levels: Sequence[Any] | None = None, ci_level: float = 0.95
) -> Agreement:
    """Compute Gwet's AC1 for any number of coders, with codes missing.

    Parameters
    ----------
    ratings
        Shape (units, coders); units coded once enter the shares of codes only.
    levels
        All codes there are; their number enters the chance agreement.
    """
    counts, _ = _counts(ratings, levels)
    counts = counts[counts.sum(axis=1) >= 1]
    r = counts.sum(axis=1)
    n, q = counts.shape
    several = r >= 2
    if q < 2:
        missing = (np.nan,) * 4
        return Agreement(
            "gwet_ac1", *missing, int(several.sum()), 1.0, 1.0, "Gwet (2014)", flag="one code only"
        )
    each = np.where(several, (counts * (counts - 1)).sum(axis=1) / np.maximum(r * (r - 1), 1), 0.0)
    observed = float(each.sum() / several.sum())
    share = (counts / r[:, None]).mean(axis=0)
    expected = float((share * (1 - share)).sum() / (q - 1))
    ac1 = (observed - expected) / (1 - expected)
    own = n / several.sum() * (each - expected * several) / (1 - expected)
    chance = counts @ (1 - share) / r / (q - 1)
    own = own - 2 * (1 - ac1) * (chance - expected) / (1 - expected)
    se = float(np.sqrt(((own - ac1) ** 2).sum() / (n * (n - 1)))) if n > 1 else np.nan
    low, high = (
        _interval(ac1, float(t_quantile(0.5 + ci_level / 2, n - 1)) * se) if n > 1 else (np.nan, np.nan)
    )
    return Agreement(
        "gwet_ac1", ac1, se, low, high, int(several.sum()), observed, expected, "Gwet (2014)", float(n - 1)
    )
