"""Where two configurations differ, in words, and what rests on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Keys by which the entries of a list are told apart, the first that all of them have and that none shares.
_NAMES = ("variable", "id", "type", "name", "label")
# What a block of entries is called, by its place; the entry's own name follows.
_CALLED = {
    ("cleaning", "recodes"): "recode of",
    ("cleaning", "scales"): "scale",
    ("cleaning", "rules"): "cleaning rule",
    ("claims",): "claim",
    ("bases",): "base",
    ("groups",): "group",
    ("weighting", "schemes"): "weighting scheme",
    ("frame", "recodes"): "recode of the list's",
    ("variables",): "codebook entry of",
}
# Blocks of which an entry is used where its name is said, and nowhere else.
_NAMED_WHERE_USED = (
    ("cleaning", "recodes"),
    ("cleaning", "scales"),
    ("claims",),
    ("bases",),
    ("variables",),
    ("weighting", "schemes"),
)
# A list of items, each of which matters by itself.
_TURNED_ROUND = ("cleaning", "reverse")
# Sections that change words and pages, and no number.
_WORDS_ONLY = ("report", "vocabulary", "results")
_LONGEST = 60
_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """One key that two configurations do not share.

    Parameters
    ----------
    path
        Keys that lead to it; an entry of a list by its name.
    words
        What it is and what became of it: ``threshold of C1: 0.5 became 0.67``.
    about
        Names of the variables, claims, bases or schemes that rest on it; empty where anything may.
    moves_numbers
        Whether a number can rest on it.
    """

    path: tuple[str, ...]
    words: str
    about: frozenset[str] = frozenset()
    moves_numbers: bool = True


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """List where two configurations, or two codebooks, differ.

    Parameters
    ----------
    old, new
        As JSON holds them.

    Examples
    --------
    >>> [found] = differences({"claims": {"C1": {"threshold": 0.5}}}, {"claims": {"C1": {"threshold": 0.6}}})
    >>> found.words, sorted(found.about)
    ('threshold of C1: 0.5 became 0.6', ['C1'])
    """
    return [
        Difference(path, _words(path, was, now), _about(path, was, now, old, new), path[0] not in _WORDS_ONLY)
        for path, was, now in _differing((), old, new)
    ]


def _differing(path: tuple[str, ...], old: Any, new: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Deepest places at which two values differ, each with both values."""
    if old == new:
        return
    named = [_named(value) for value in (old, new)]
    if None in named:
        yield path, old, new
        return
    was, now = named
    assert was is not None and now is not None
    for key in dict.fromkeys([*was, *now]):
        yield from _differing((*path, key), was.get(key, _ABSENT), now.get(key, _ABSENT))


def _named(value: Any) -> Mapping[str, Any] | None:
    """Entries of a mapping, or of a list whose entries have names; None of anything else."""
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items()}
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        return None
    for name in _NAMES:
        names = [str(entry[name]) for entry in value if name in entry]
        if len(names) == len(value) == len(set(names)):
            return dict(zip(names, value, strict=True))
    return None


def _block(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Find the block of entries within which a path lies, if it is one that is known."""
    return next((block for block in _CALLED if path[: len(block)] == block and len(path) > len(block)), None)


def _words(path: tuple[str, ...], old: Any, new: Any) -> str:
    block = _block(path)
    if block is None:
        where = ".".join(path)
    else:
        entry, keys = path[len(block)], path[len(block) + 1 :]
        claim = block == ("claims",)
        where = f"{_CALLED[block]} {entry}"
        if keys and claim:
            where = f"{' '.join(keys).replace('_', ' ')} of {entry}"
        elif keys:
            where += f", {' '.join(keys).replace('_', ' ')}"
    return f"{where}: {_became(old, new)}"


def _became(old: Any, new: Any) -> str:
    if old is _ABSENT:
        return f"{_shown(new)} is new"
    if new is _ABSENT:
        return f"{_shown(old)} was taken out"
    if isinstance(old, list) and isinstance(new, list) and not any(isinstance(e, dict) for e in old + new):
        went, came = ([e for e in some if e not in other] for some, other in ((old, new), (new, old)))
        if went or came:
            parts = [f"{_shown(went)} taken out"] * bool(went) + [f"{_shown(came)} added"] * bool(came)
            return ", ".join(parts)
        return "in another order"
    return f"{_shown(old)} became {_shown(new)}"


def _shown(value: Any) -> str:
    """Print a value as a configuration says it, cut where it is long."""
    if isinstance(value, Mapping):
        text = ", ".join(f"{key} {_shown(entry)}" for key, entry in value.items())
    elif isinstance(value, list):
        text = ", ".join(map(_shown, value))
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = f"{value:.12g}"
    elif value is None or value == "":
        text = "nothing"
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _about(
    path: tuple[str, ...], was: Any, now: Any, old: Mapping[str, Any], new: Mapping[str, Any]
) -> frozenset[str]:
    block = _block(path)
    if path == _TURNED_ROUND:
        names = set(was if isinstance(was, list) else []) ^ set(now if isinstance(now, list) else [])
    elif block in _NAMED_WHERE_USED:
        names = {path[len(block)]}
    else:
        return frozenset()
    return reached(names, old) | reached(names, new)


def reached(names: set[str], config: Mapping[str, Any]) -> frozenset[str]:
    """Names of a configuration that rest on some: scales and recodes, and claims and bases of these.

    Parameters
    ----------
    names
        Of variables, bases, claims or schemes.
    config
        The configuration; in a codebook nothing else rests on an entry.
    """
    found = set(names)
    entries: list[tuple[str, Any]] = []
    for block in _NAMED_WHERE_USED:
        value: Any = config
        for key in block:
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
        entries += list((_named(value) or {}).items()) if block != ("variables",) else []
    grew = True
    while grew:
        more = {name for name, entry in entries if name not in found and _says(entry, found)}
        grew = bool(more)
        found |= more
    return frozenset(found)


def _says(entry: Any, names: set[str]) -> bool:
    if isinstance(entry, Mapping):
        return any(str(key) in names or _says(value, names) for key, value in entry.items())
    if isinstance(entry, list):
        return any(_says(value, names) for value in entry)
    return isinstance(entry, str) and entry in names
