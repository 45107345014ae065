"""Bounds of a claim's estimand whatever those would have said of whom no answer is known."""

from __future__ import annotations

import numpy as np

from surveypipe.ledger.cases import Case
from surveypipe.ledger.parts import heard


def bounds(case: Case) -> tuple[float, float]:
    """Bounds of the claim's estimand, item non-response counted as unknown.

    NaN where none are defined, infinite where the answers have no limits.
    """
    y, asked, x = (case.people[name].to_numpy(dtype=np.float64) for name in ("said", "asked", "x"))
    beside = x if case.claim.paired else None
    return case.claim.bounds(*(heard(part, y, asked, beside) for part in case.parts))
