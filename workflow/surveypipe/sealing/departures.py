"""What is otherwise now than in a sealed plan, setting by setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from surveypipe.sealing.deciding import Plan

# Keys by which an entry of a list is known, the first of which it has all.
NAMED_BY = (
    ("id",),
    ("variable", "between", "test"),
    ("variable", "between"),
    ("outcome", "kind"),
    ("variable", "level"),
    ("variable",),
    ("method", "statistics"),
    ("levels",),
    ("method",),
)
# Lists whose entries are applied one after the other.
ORDERED = ("cleaning.rules", "cleaning.recodes")
_ABSENT = object()


class Departure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One setting that is otherwise than it was sealed.

    Parameters
    ----------
    steps
        The way to it: ``("claims", "C1", "threshold")``; an entry of a list goes by its name.
    change
        What became of it.
    before, after
        Its values, as YAML holds them; None where there is none.
    """

    steps: tuple[str, ...]
    change: Literal["changed", "added", "dropped", "reordered"]
    before: Any = None
    after: Any = None

    @property
    def path(self) -> str:
        """The way to it, as a deviation is declared: ``claims.C1.threshold``."""
        return "_".join(".".join(self.steps).split())


def departures(sealed: Mapping[str, Any], now: Plan) -> list[Departure]:
    """Compare a plan with the one that was sealed.

    Parameters
    ----------
    sealed
        Text of the sealed plan, as its lock holds it.
    now
        The plan that the configuration makes today.

    Returns
    -------
    list of Departure
        In the order of the plan. A whole block that came or went is one departure. A setting that the lock
        does not know and that has the default of its type is none.
    """
    return list(_differences(sealed, now.text, now.said, ()))


def _differences(before: Any, after: Any, said: Any, steps: tuple[str, ...]) -> Iterator[Departure]:
    if _block(before) and _block(after):
        yield from _of_blocks(before, after, said if _block(said) else {}, steps)
    elif _blocks(before) and _blocks(after) and (before or after):
        first, second, third = (_named(entries) for entries in (before, after, said or []))
        # Whoever adds an entry to a list says so, also where the list becomes the usual one.
        yield from _of_blocks(first, second, {name: third.get(name, {}) for name in second}, steps)
        stayed = [name for name in first if name in second]
        if ".".join(steps) in ORDERED and stayed != [name for name in second if name in first]:
            yield Departure(steps, "reordered", list(first), list(second))
    elif before != after:
        yield Departure(steps, "changed", before, after)


def _of_blocks(
    before: Mapping[str, Any], after: Mapping[str, Any], said: Mapping[str, Any], steps: tuple[str, ...]
) -> Iterator[Departure]:
    for key in dict.fromkeys([*before, *after]):
        old, new, path = before.get(key, _ABSENT), after.get(key, _ABSENT), (*steps, key)
        if new is _ABSENT:
            yield Departure(path, "dropped", before=old)
        elif old is not _ABSENT:
            yield from _differences(old, new, said.get(key), path)
        elif key in said:
            yield Departure(path, "added", after=new)


def _block(value: Any) -> bool:
    return isinstance(value, Mapping)


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and all(map(_block, value))


def _named(entries: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Call the entries of a list by what they are about; a second of one name has its number."""
    made: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        name = name_of(entry)
        number = 2
        while name in made:
            name, number = f"{name_of(entry)}-{number}", number + 1
        made[name] = entry
    return made


def name_of(entry: Mapping[str, Any]) -> str:
    """Name of an entry of a list: ``late``, ``read/agency``."""
    keys = next((keys for keys in NAMED_BY if all(key in entry for key in keys)), tuple(entry))
    return "/".join(_word(entry[key]) for key in keys)


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return "+".join(f"{key}={entry}" for key, entry in value.items())
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
