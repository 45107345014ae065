"""An estimate that a claim has of its own, with the t interval around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.design.protocol import Design
from surveypipe.estimation.survey import Survey

NOBODY = "nobody to estimate it from"


@dataclass(frozen=True)
class Estimated:
    """An estimate with its interval.

    Attributes
    ----------
    estimate, se, df, ci_low, ci_high
        NaN where there is none.
    n
        Respondents that it rests on.
    fewest
        Respondents of the smallest part that it compares; 0 where all changed alike.
    method
        Words for the column ``method``.
    flag
        What is to be said of it; '' for nothing.
    """

    estimate: float
    se: float
    df: float
    ci_low: float
    ci_high: float
    n: int
    fewest: int
    method: str
    flag: str = ""


def nothing(n: int, fewest: int, method: str, flag: str = NOBODY) -> Estimated:
    """Give no estimate, and say why."""
    none = math.nan
    return Estimated(none, none, none, none, none, n, fewest, method, flag)


def with_interval(
    survey: Survey,
    design: Design,
    both: NDArray[np.bool_],
    estimate: float,
    se: float,
    df: float,
    n: int,
    fewest: int,
    method: str,
    *,
    varies: bool,
) -> Estimated:
    """Put the t interval around an estimate; the value itself where it is known without error.

    It is where everybody answered, and where the weights were adjusted to it.

    Parameters
    ----------
    both
        Whom it rests on, shape (n,).
    n, fewest
        See :class:`Estimated`.
    varies
        Whether answers differ among those whom it rests on; where they do not, no standard error is known.
    """
    if survey.fpc and bool(design.complete(both[:, None])[0]):
        return Estimated(estimate, 0.0, df, estimate, estimate, n, fewest, method)
    if se == 0 and varies:
        return Estimated(estimate, 0.0, df, estimate, estimate, n, fewest, method)
    if not se > 0 or not varies:
        flag = "all answers alike: no standard error"
        return Estimated(estimate, np.nan, df, np.nan, np.nan, n, fewest, method, flag)
    low, high = intervals.t_interval(estimate, se, df, level=survey.level)
    return Estimated(estimate, se, df, float(low), float(high), n, fewest, method)
