"""What notes say of the unit of claims whose values are not per cent."""

from __future__ import annotations

from collections.abc import Iterable

from surveypipe import formatting
from surveypipe.reporting.released import Released
from surveypipe.study.claim import Claim
from surveypipe.study.item_types import type_of


def other_scales(claims: Iterable[Claim]) -> str:
    """Go on from 'per cent' with what else a table of claims holds; '' where all of it is per cent."""
    notes = dict.fromkeys(claim.scale_note for claim in claims)
    return "".join(f", or {note}" for note in notes if note)


def scale_points(claims: Iterable[Claim]) -> str:
    """Say in brackets of which claims the values are scale points; '' where all are per cent."""
    names = dict.fromkeys(claim.in_points for claim in claims)
    listed = formatting.sentence_list([f"the {name}" for name in names if name])
    return f" (for {listed}, scale points)" if listed else ""


def scored(released: Released, variable: str) -> bool:
    """Whether a point is the unit of a variable: of a score or a rating, and of no other number."""
    made = (*released.settings.cleaning.scales, *released.settings.cleaning.recodes)
    derived = variable in {one.variable for one in made}
    return derived or type_of(released.variables.get(variable, {"type": "numeric"})).listed
