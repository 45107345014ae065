"""Quantiles and tails of the distributions of tests and intervals, those of scipy.stats to the last digit.

To import scipy.stats takes a stage longer than what most of them ask of it.
"""

from __future__ import annotations

from typing import Any


def t_quantile(chance: Any, df: Any) -> Any:
    """Give the value of Student's t that is not exceeded with a chance."""
    from scipy.special import stdtrit

    return stdtrit(df, chance)


def t_above(value: Any, df: Any) -> Any:
    """Give the chance that Student's t exceeds a value."""
    from scipy.special import stdtr

    return stdtr(df, -value)


def f_quantile(chance: Any, df: Any, rest: Any) -> Any:
    """Give the value of F that is not exceeded with a chance."""
    from scipy.special import fdtri

    return fdtri(df, rest, chance)


def f_above(value: Any, df: Any, rest: Any) -> Any:
    """Give the chance that F exceeds a value."""
    import numpy as np
    from scipy.special import fdtrc

    return fdtrc(df, rest, np.maximum(value, 0.0))


def normal_quantile(chance: Any) -> Any:
    """Give the value of a standard normal that is not exceeded with a chance."""
    from scipy.special import ndtri

    return ndtri(chance)
