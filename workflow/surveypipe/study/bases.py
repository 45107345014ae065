"""Section ``bases``: named domains, the people of whom a claim is made.

Somebody is in a base if every one of its conditions holds. The base :data:`EVERYBODY` has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import Code, Name, same_code

# Everybody who was eligible; and, in the tables, whoever answered a question of which no claim is made.
EVERYBODY, ANSWERED = "all", "answered"
Codes = Annotated[tuple[Code, ...], Meta(min_length=1)]
Conditions = Annotated[dict[str, Code | Codes], Meta(min_length=1)]
Bases = dict[Name, Conditions]


def conditions_of(bases: Mapping[str, Mapping[str, Code | tuple[Code, ...]]], base: str) -> dict[str, Codes]:
    """Variable -> codes, one of which somebody in a base has; none of everybody.

    Raises
    ------
    KeyError
        If no base has that name.

    Examples
    --------
    >>> conditions_of({"readers": {"read": 1, "role": (2, 3)}}, "readers")
    {'read': (1,), 'role': (2, 3)}
    """
    if base in (EVERYBODY, ANSWERED):
        return {}
    return {
        name: tuple(codes) if isinstance(codes, list | tuple) else (codes,)
        for name, codes in bases[base].items()
    }


def without(conditions: Mapping[str, Codes], variable: str, level: Code) -> dict[str, Codes] | None:
    """Give the other conditions of a base that asks for one answer to a variable; None where it does not."""
    codes = conditions.get(variable, ())
    if len(codes) != 1 or not same_code(codes[0], level):
        return None
    return {name: codes for name, codes in conditions.items() if name != variable}
