"""Bounds of a claim's estimand whatever those would have said of whom no answer is known."""

from __future__ import annotations

import numpy as np

from surveypipe.ledger.cases import Case
from surveypipe.ledger.parts import heard


def bounds(case: Case) -> tuple[float, float]:
    """Bounds of the claim's estimand, item non-response counted as unknown; NaN where none are defined."""
    y, asked = (case.people[name].to_numpy(dtype=np.float64) for name in ("y", "asked"))
    return case.claim.bounds(*(heard(part, y, asked) for part in case.parts))
