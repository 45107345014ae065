"""Bounds of a claim's estimand whatever those would have said of whom no answer is known."""

from __future__ import annotations

import numpy as np

from surveypipe.ledger.cases import Case
from surveypipe.study.bounds import Heard


def bounds(case: Case) -> tuple[float, float]:
    """Bounds of the claim's estimand, item non-response counted as unknown."""
    people = case.inside
    asked = people["asked"]
    # Sums of weights leave the last digits to chance.
    silent = max(case.population - float(asked[people["may_be"] == 1].sum()), 0.0)
    sure, unsaid, answered = people["base"] == 1, people["base"].isna(), people["y"].notna()
    unanswered, perhaps = float(asked[sure & ~answered].sum()), float(asked[unsaid & ~answered].sum())
    known, stray = people[sure & answered], people[unsaid & answered]
    return case.claim.bounds(
        Heard(
            known["y"].to_numpy(dtype=np.float64),
            unanswered=unanswered + (silent if case.base_known else 0),
            perhaps=perhaps + (0 if case.base_known else silent),
            stray=stray["y"].to_numpy(dtype=np.float64),
            weights=known["asked"].to_numpy(dtype=np.float64),
            stray_weights=stray["asked"].to_numpy(dtype=np.float64),
        )
    )
