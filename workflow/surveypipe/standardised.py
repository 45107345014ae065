"""The standardised difference between two shares: one definition for every table that prints it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def standardised_difference(p: ArrayLike, q: ArrayLike) -> Any:
    """Difference of two shares over their average standard deviation (Austin 2009).

    (p − q) / √((p(1 − p) + q(1 − q)) / 2); NaN where both shares are 0 or 1, or one is missing.

    Parameters
    ----------
    p, q
        Shares between 0 and 1, of one shape.
    """
    first, second = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((first * (1 - first) + second * (1 - second)) / 2)
        found = np.where(spread > 0, (first - second) / spread, np.nan)
    return float(found) if found.ndim == 0 else found
