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


def units_of(claims: Iterable[Claim]) -> str:
    """Say in brackets in what unit the means of claims are; '' where all are shares."""
    names: dict[str, dict[str, None]] = {}
    for claim in claims:
        if claim.called and claim.describes:
            names.setdefault(claim.form.unit or "its own unit", {})[f"the {claim.called}"] = None
    told = [f"for {formatting.sentence_list(list(called))}, {unit}" for unit, called in names.items()]
    return f" ({'; '.join(told)})" if told else ""


def scored(released: Released, variable: str) -> bool:
    """Whether a point is the unit of a variable: of a score or a rating, and of no other number."""
    made = (*released.settings.cleaning.scales, *released.settings.cleaning.recodes)
    derived = variable in {one.variable for one in made}
    return derived or type_of(released.variables.get(variable, {"type": "numeric"})).listed
