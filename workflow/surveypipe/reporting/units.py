"""What notes say of the unit of claims whose values are not per cent."""

from __future__ import annotations

from collections.abc import Iterable

from surveypipe import formatting
from surveypipe.study.claim import Claim


def other_scales(claims: Iterable[Claim]) -> str:
    """Go on from 'per cent' with what else a table of claims holds; '' where all of it is per cent."""
    notes = dict.fromkeys(claim.scale_note for claim in claims)
    return "".join(f", or {note}" for note in notes if note)


def scale_points(claims: Iterable[Claim]) -> str:
    """Say in brackets of which claims the values are scale points; '' where all are per cent."""
    names = dict.fromkeys(claim.in_points for claim in claims)
    listed = formatting.sentence_list([f"the {name}" for name in names if name])
    return f" (for {listed}, scale points)" if listed else ""
