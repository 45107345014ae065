"""Fraction of missing information of an estimate over all staff, the silent filled in from their likes.

Wagner (2010): answers of the silent are imputed from what the frame knows of them; the part of the total
variance that comes from the imputation is the information that non-response took away. Well under the
non-response rate, the frame's variables stand in for the silent; about as large, the frame adds no precision.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.nonresponse.indicators import fraction_of_missing_information

Floats = NDArray[np.float64]

# Values drawn at once, so that a very large workforce still fits in memory.
LARGEST = 20_000_000
FEWEST_IMPUTATIONS = 20


def donor_cells(
    frame: pd.DataFrame, variables: Sequence[str], known: NDArray[np.bool_], fewest: int
) -> NDArray[np.intp]:
    """Cells to impute within: the variables crossed, as far as every cell keeps donors enough.

    Parameters
    ----------
    frame
        Eligible staff, N rows.
    variables
        Most important first. A cell is split by the next variable only if each part keeps its donors.
    known
        Whose answer is known, shape (N,).
    fewest
        Least number of donors in a cell.

    Returns
    -------
    ndarray
        Codes, shape (N,).
    """
    codes = np.zeros(len(frame), dtype=np.intp)
    for variable in variables:
        finer = codes.astype(str).astype(object) + " " + frame[variable].astype(str).to_numpy(dtype=object)
        held = pd.Series(known).groupby(finer).transform("sum")
        least = held.groupby(codes).transform("min").to_numpy()
        codes = np.unique(np.where(least >= fewest, finer, codes.astype(str)), return_inverse=True)[1]
    return codes.astype(np.intp)


def missing_information(
    y: Floats, member: Floats, cells: NDArray[np.intp], m: int, rng: np.random.Generator
) -> float:
    """Fraction of missing information of the mean of y among members, over all staff.

    Parameters
    ----------
    y
        Answers over the frame, NaN where unknown, shape (N,); ignored for those known not to be members.
    member
        1 for a member of the base, 0 for others, NaN where unknown (the silent), shape (N,). Ones where the
        base is everybody: then only y is unknown.
    cells
        From :func:`donor_cells`; each holds a donor.
    m
        Number of imputations, fewer in a very large workforce.
    rng
        Random numbers.

    Returns
    -------
    float
        See :func:`surveypipe.nonresponse.indicators.fraction_of_missing_information`, complete data having N
        − 1 degrees of freedom. Membership and answer come
        from one donor (approximate Bayesian bootstrap within cells; Rubin and Schenker 1986). The variance
        of a completed estimate is that of a superpopulation, s²_z/N with z = d(y − R)/d̄, because over a whole
        census it would be 0. NaN where all known answers agree.
    """
    settled = (member == 0) | ((member == 1) & ~np.isnan(y))
    above = np.where(settled & (member == 1), y, 0.0)
    below = np.where(settled, member, 0.0)
    answers = y[settled & (member == 1)]
    if len(answers) < 2 or np.ptp(answers) == 0:
        return float("nan")
    m = max(FEWEST_IMPUTATIONS, min(m, LARGEST // max(len(y), 1)))
    estimates, variances = np.empty(m), np.empty(m)
    pools = [(np.flatnonzero(cells == cell), cell) for cell in np.unique(cells)]
    donors = [(rows[settled[rows]], rows[~settled[rows]]) for rows, _ in pools]
    for number in range(m):
        top, bottom = above.copy(), below.copy()
        for known, gaps in donors:
            if len(gaps):
                pool = rng.choice(known, size=len(known))
                drawn = rng.choice(pool, size=len(gaps))
                top[gaps], bottom[gaps] = above[drawn], below[drawn]
        ratio = top.sum() / bottom.sum()
        z = (top - ratio * bottom) / bottom.mean()
        estimates[number], variances[number] = ratio, z.var(ddof=1) / len(y)
    return fraction_of_missing_information(estimates, variances, len(y) - 1)
