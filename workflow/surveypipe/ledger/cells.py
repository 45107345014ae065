"""Response cells of a claim: what the pattern mixture needs to know of its base, or of a part of it."""

from __future__ import annotations

from surveypipe.ledger import sensitivity
from surveypipe.ledger.cases import Case
from surveypipe.ledger.parts import Part
from surveypipe.study.sides import Tilt


def cells_of(case: Case, part: Part | None = None, tilt: Tilt | None = None) -> sensitivity.Cells:
    """Cells of the claim's base, or of a part of it, for the pattern mixture.

    Parameters
    ----------
    tilt
        What each answer weighs; left out: the answers themselves.
    """
    inside = case.in_base if part is None else part.inside == 1
    people = case.people[inside]
    values = case.people["y"].to_numpy() if tilt is None else tilt.values
    return sensitivity.cells_from_answers(
        values[inside],
        people["weight"].to_numpy(),
        people["cell"].tolist(),
        people["group"].tolist(),
        binary=case.claim.binary,
        limits=case.claim.answer_limits if tilt is None else tilt.limits,
        asked=people["asked"].to_numpy(),
    )
