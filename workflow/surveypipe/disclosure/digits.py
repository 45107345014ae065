"""Numbers with fewer digits: to decimals, to significant digits, in bands; a threshold keeps its sides."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
# Of a total no finer part is told than a hundredth, as of a share and of a mean.
FINEST = 100
# Below it powers of ten are out of reach of a double, and of any limit.
TINY = 1e-290
STEPS = (1.0, 2.0, 5.0, 10.0)


def decimals_of(values: ArrayLike, decimals: int, limits: Sequence[float] = ()) -> Floats:
    """Round numbers; one that would come to lie on or beyond a limit keeps its side.

    Parameters
    ----------
    values
        Numbers, NaN allowed, shape (n,).
    decimals
        Decimals that are left.
    limits
        Thresholds that a number is compared with. A number within half a unit of one is rounded away from
        it, so that what is printed lies where the number itself does; a number that equals it stays.

    Examples
    --------
    >>> decimals_of([0.4996, -0.0004, 0.734], 2, [0.0, 0.5]).tolist()
    [0.49, -0.01, 0.73]
    """
    exact = np.asarray(values, float)
    unit = float(np.power(10.0, -decimals))
    made = np.round(exact, decimals)
    for limit in limits:
        lost = np.sign(np.round(made - limit, 12)) != np.sign(np.round(exact - limit, 12))
        up = np.asarray(np.ceil(exact / unit))
        away = unit * np.where(exact > limit, up, np.asarray(np.floor(exact / unit)))
        # A limit of more decimals than are left lies between two rounded numbers.
        next_up, next_down = math.ceil(limit / unit + 1e-9), math.floor(limit / unit - 1e-9)
        beside = unit * np.where(exact > limit, float(next_up), float(next_down))
        kept = np.where(np.sign(np.round(away - limit, 12)) == np.sign(exact - limit), away, beside)
        made = np.where(lost & np.isfinite(exact), np.round(kept, decimals), made)
    return np.asarray(made + 0.0)


def one_digit(values: ArrayLike, limits: Sequence[float] = ()) -> Floats:
    """Round numbers to one significant digit; one that would reach a limit keeps its side.

    Examples
    --------
    >>> one_digit([0.0342, 2.28, 0.0479, 0.66, 0.0], [0.05]).tolist()
    [0.03, 2.0, 0.04, 0.7, 0.0]
    >>> one_digit([1.26e-310], [0.05]).tolist()
    [1e-310]
    """
    exact = np.asarray(values, float)
    made = np.full_like(exact, np.nan)
    for at in np.ndindex(exact.shape):
        value = exact[at]
        if abs(value) < TINY:
            made[at] = float(f"{value:.0e}")
        elif np.isfinite(value):
            places = -int(np.floor(np.log10(abs(value))))
            made[at] = decimals_of([value], places, limits)[0]
    return np.where(np.isnan(exact), np.nan, made)


def digits_of(values: ArrayLike, digits: int) -> Floats:
    """Round numbers to some significant digits.

    Examples
    --------
    >>> digits_of([0.000123456, 31.4159, 0.0], 3).tolist()
    [0.000123, 31.4, 0.0]
    """
    exact = np.asarray(values, float)
    return np.asarray([float(f"{value:.{digits}g}") for value in exact.ravel()]).reshape(exact.shape)


def coarse(values: ArrayLike) -> Floats:
    """Round numbers to one significant digit and no more than one decimal.

    Examples
    --------
    >>> coarse([0.04, 0.1731, 2.28, -12.9]).tolist()
    [0.0, 0.2, 2.0, -10.0]
    """
    exact = np.asarray(values, float)
    return np.where(np.abs(exact) < 1, decimals_of(exact, 1), one_digit(exact))


def bands(values: ArrayLike) -> Floats:
    """Tell the size of an association in three bands: 0 (below .25), .5, and 1 (from .75).

    How an answer hangs together with parts that are not published is a function of their counts.

    Examples
    --------
    >>> bands([0.04, 0.24, 0.31, 0.8]).tolist()
    [0.0, 0.0, 0.5, 1.0]
    """
    return np.floor(2 * np.asarray(values, float) + 0.5) / 2


def tested(values: ArrayLike) -> Floats:
    """Round the statistics of tests to one significant digit, below one to halves.

    Difference and standard error stand beside a test to two decimals; its statistic may not be finer.

    Examples
    --------
    >>> tested([0.2, 0.54, -0.8, 2.28, -12.9]).tolist()
    [0.0, 0.5, -1.0, 2.0, -10.0]
    """
    exact = np.asarray(values, float)
    return np.where(np.abs(exact) < 1, np.sign(exact) * bands(np.abs(exact)) + 0.0, one_digit(exact))


def unit_for(size: float) -> float:
    """Give the unit to which a total over so many people is rounded: 1, 2 or 5 times a power of ten.

    Parameters
    ----------
    size
        People in the group, by their weights.

    Examples
    --------
    >>> unit_for(320), unit_for(6194), unit_for(40)
    (5.0, 100.0, 1.0)
    """
    wanted = max(size / FINEST, 1.0)
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-12)
    return next(power * step for step in STEPS if power * step >= wanted * (1 - 1e-9))
