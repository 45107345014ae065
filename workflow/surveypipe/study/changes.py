"""Where two configurations, codebooks or plans differ, setting by setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

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


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One setting that is otherwise now.

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


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], said: Mapping[str, Any] | None = None
) -> Iterator[Change]:
    """Compare two blocks of settings.

    Parameters
    ----------
    before, after
        As YAML or JSON holds them.
    said
        Of the second what somebody has set: a setting that the first does not know, and that is not among
        these, is no change. None for all of it.

    Yields
    ------
    Change
        In the order of the first, then of the second. A whole block that came or went is one change.
    """
    yield from _of_blocks(before, after, after if said is None else said, ())


def _changes(before: Any, after: Any, said: Any, steps: tuple[str, ...]) -> Iterator[Change]:
    if _block(before) and _block(after):
        yield from _of_blocks(before, after, said if _block(said) else {}, steps)
    elif _blocks(before) and _blocks(after) and (before or after):
        first, second, third = (named(entries) for entries in (before, after, said or []))
        # Whoever adds an entry to a list says so, also where the list becomes the usual one.
        yield from _of_blocks(first, second, {name: third.get(name, {}) for name in second}, steps)
        stayed = [name for name in first if name in second]
        if ".".join(steps) in ORDERED and stayed != [name for name in second if name in first]:
            yield Change(steps, "reordered", list(first), list(second))
    elif before != after:
        yield Change(steps, "changed", before, after)


def _of_blocks(
    before: Mapping[str, Any], after: Mapping[str, Any], said: Mapping[str, Any], steps: tuple[str, ...]
) -> Iterator[Change]:
    for key in dict.fromkeys([*before, *after]):
        old, new, path = before.get(key, _ABSENT), after.get(key, _ABSENT), (*steps, str(key))
        if new is _ABSENT:
            yield Change(path, "dropped", before=old)
        elif old is not _ABSENT:
            yield from _changes(old, new, said.get(key), path)
        elif key in said:
            yield Change(path, "added", after=new)


def _block(value: Any) -> bool:
    return isinstance(value, Mapping)


def _blocks(value: Any) -> bool:
    return isinstance(value, list) and all(map(_block, value))


def entries(value: Any) -> Mapping[str, Any]:
    """Give the entries of a block, or of a list of blocks, by their names; nothing of anything else."""
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    return named(value) if _blocks(value) else {}


def named(listed: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Call the entries of a list by what they are about; a second of one name has its number."""
    made: dict[str, Mapping[str, Any]] = {}
    for entry in listed:
        name = first = name_of(entry)
        number = 2
        while name in made:
            name, number = f"{first}-{number}", number + 1
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
