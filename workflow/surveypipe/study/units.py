"""Units in which the values of claims are said: the claim's own, else what its variable tells."""

from __future__ import annotations

import msgspec

from surveypipe.study.claim import Claim
from surveypipe.study.cleaning import Cleaning, Difference
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.measured import SCALE_POINTS, Measured


def with_unit(claim: Claim, cleaning: Cleaning, codebook: CodebookFile, people: str) -> Claim:
    """Give a claim of a number its unit, where it does not say one; of a number of people what they are."""
    if not isinstance(claim, Measured) or claim.unit is not None or not claim.unit_of_variable:
        return claim
    if claim.of_people and claim.counted is not None:
        return msgspec.structs.replace(claim, unit=people)
    return msgspec.structs.replace(claim, unit=unit_of(claim.variable, cleaning, codebook))


def unit_of(variable: str, cleaning: Cleaning, codebook: CodebookFile) -> str:
    """Name the unit of a variable's values; '' where there is none to name.

    That of the codebook; scale points for a scale and for answers in an order; of a difference between two
    variables the unit that both have.
    """
    if variable in {scale.variable for scale in cleaning.scales}:
        return SCALE_POINTS
    for recode in cleaning.recodes:
        if recode.variable == variable and isinstance(recode, Difference):
            units = {unit_of(name, cleaning, codebook) for name in recode.sources}
            return units.pop() if len(units) == 1 else ""
    column = codebook.variables.get(variable)
    if column is None:
        return ""
    return column.unit or (SCALE_POINTS if ITEM_TYPES[column.type].ordered else "")
