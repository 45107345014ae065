"""Sums within groups, for one column or for many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def group_sums(values: Floats, codes: NDArray[np.intp], count: int) -> Floats:
    """Sum the rows of each group.

    Parameters
    ----------
    values
        Shape (n, k).
    codes
        Group of each row, 0 to count − 1, shape (n,).
    count
        Number of groups; one without rows sums to 0.

    Returns
    -------
    ndarray
        Shape (count, k).
    """
    if values.shape[1] == 1:
        return np.bincount(codes, weights=values[:, 0], minlength=count).astype(float)[:, None]
    sums = np.zeros((count, values.shape[1]))
    if len(values):
        order = np.argsort(codes, kind="stable")
        ranked = codes[order]
        starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
        sums[ranked[starts]] = np.add.reduceat(values[order], starts, axis=0)
    return sums
