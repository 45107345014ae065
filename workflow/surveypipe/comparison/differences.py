"""Where two configurations differ, in words, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveypipe.sealing.deciding import CODEBOOK_PRINTED, COLUMN_PRINTED, printed_only
from surveypipe.study.changes import Change, changes, entries

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
# Of what a plan leaves out, this can move a number that is released.
_RELEASING = ("inputs", "disclosure", "rehearsal", "sensitivity.theta_shown")
_LONGEST = 60


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
        Difference(one.steps, _words(one), _about(one, old, new), not one.steps or not words_only(one.steps))
        for one in changes(old, new)
    ]


def words_only(steps: tuple[str, ...]) -> bool:
    """Whether a setting changes words and pages, and no number."""
    if steps[0] in CODEBOOK_PRINTED or (
        steps[0] == "variables" and steps[2:3] and steps[2] in COLUMN_PRINTED
    ):
        return True
    path = ".".join(steps)
    releasing = any(path == key or path.startswith(f"{key}.") for key in _RELEASING)
    return not releasing and printed_only(path)


def _block(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Find the block of entries within which a path lies, if it is one that is known."""
    return next((block for block in _CALLED if path[: len(block)] == block and len(path) > len(block)), None)


def _words(one: Change) -> str:
    path, block = one.steps, _block(one.steps)
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
    return f"{where}: {_became(one)}"


def _became(one: Change) -> str:
    old, new = one.before, one.after
    if one.change == "added":
        return f"{_shown(new)} is new"
    if one.change == "dropped":
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


def _about(one: Change, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    path, block = one.steps, _block(one.steps)
    listed = [set(value) if isinstance(value, list) else set() for value in (one.before, one.after)]
    if path == _TURNED_ROUND:
        names = listed[0] ^ listed[1]
    elif one.change == "reordered" and path in _NAMED_WHERE_USED:
        names = listed[0] | listed[1]
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
    held: list[tuple[str, Any]] = []
    for block in _NAMED_WHERE_USED:
        value: Any = config
        for key in block:
            value = value.get(key, {}) if isinstance(value, Mapping) else {}
        held += list(entries(value).items()) if block != ("variables",) else []
    grew = True
    while grew:
        more = {name for name, entry in held if name not in found and _says(entry, found)}
        grew = bool(more)
        found |= more
    return frozenset(found)


def _says(entry: Any, names: set[str]) -> bool:
    if isinstance(entry, Mapping):
        return any(str(key) in names or _says(value, names) for key, value in entry.items())
    if isinstance(entry, list):
        return any(_says(value, names) for value in entry)
    return isinstance(entry, str) and entry in names
