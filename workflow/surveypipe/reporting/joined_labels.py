"""Names of categories that were put together: as a reader would say it, not one label behind the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from surveypipe.formatting import sentence_list
from surveypipe.reporting.released import Released
from surveypipe.study.item_types import type_of

_NUMBER = r"\d[\d,.]*"
_BELOW = re.compile(rf"(?:[Uu]nder|[Bb]elow|[Ll]ess than|[Uu]p to) (?:{_NUMBER})(?P<unit>\D*)")
_BAND = re.compile(rf"(?P<low>{_NUMBER})(?: to |–|-)(?P<high>{_NUMBER})(?P<unit>\D*)")
_ABOVE = re.compile(rf"{_NUMBER}(?P<tail>\D* (?:or|and) \w+|\+)")


def joined(released: Released, labels: Sequence[str]) -> str:
    """Name labels that stand together, the further ones as they are written inside a sentence."""
    return sentence_list([*labels[:1], *map(released.in_text, labels[1:])], "or")


def merged_label(released: Released, variable: str, level: str, label: str) -> str:
    """Name a category of a released table that disclosure control may have merged from others.

    Parameters
    ----------
    variable, level, label
        As the table has them; a merged level holds the codes of its parts, ``1+2``.

    Returns
    -------
    str
        The label, of a merged level made anew: of neighbouring bands one band.
    """
    values = released.values(variable)
    codes = level.split("+")
    if len(codes) < 2 or level in values or not all(code in values for code in codes):
        return label
    labels = [values[code] for code in codes]
    order = list(values)
    at = order.index(codes[0])
    neighbours = type_of(released.variables[variable]).ordered and order[at : at + len(codes)] == codes
    return (one_band(labels) if neighbours else "") or joined(released, labels)


def one_band(labels: Sequence[str]) -> str:
    """Name the band that neighbouring bands make, in ascending order; '' where the labels do not tell it.

    Examples
    --------
    >>> one_band(["Under 2", "2 to 4"]), one_band(["2 to 4", "5 to 9"]), one_band(["5 to 9", "10 or more"])
    ('Up to 4', '2 to 9', '5 or more')
    >>> one_band(["Under 2", "2 to 4", "5 or more"]), one_band(["Nurse", "Psychiatrist"])
    ('', '')
    """
    below, first = _BELOW.fullmatch(labels[0]), _BAND.fullmatch(labels[0])
    last, above = _BAND.fullmatch(labels[-1]), _ABOVE.fullmatch(labels[-1])
    if first and above:
        return f"{first['low']}{above['tail']}"
    if first and last and first["unit"] == last["unit"]:
        return f"{first['low']} to {last['high']}{last['unit']}"
    if below and last and below["unit"] == last["unit"]:
        return f"Up to {last['high']}{last['unit']}"
    return ""
