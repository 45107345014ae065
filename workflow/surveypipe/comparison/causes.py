"""What two results were made from, and which of it can have moved a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from surveypipe.comparison.differences import Difference, differences, reached
from surveypipe.comparison.moves import Moves
from surveypipe.comparison.tables import Row
from surveypipe.provenance import DRAWING, TYPESETTERS


class Kind(StrEnum):
    """Where a cause lies."""

    DATA = "data"
    CONFIGURATION = "configuration"
    CODE = "code"
    SOFTWARE = "software"
    WORDING = "wording"
    OPINION = "second opinion"


# Parts of the tool that write words and pages of released numbers, and make none.
_NO_NUMBERS = {
    "documents", "journals", "templates", "typesetting", "typefaces", "wording", "second_opinion",
    *(f"surveypipe/{room}" for room in (
        "archiving", "commands", "comparison", "rendering", "reporting", "review", "second_opinion",
        "typefaces",
    )),
}  # fmt: skip
_NAMES = ("claim", "variable", "scheme", "scheme_primary", "base")
# The documents tell what is in it, and no other file of a run rests on it.
OPINION = "public/second_opinion.json"


@dataclass(frozen=True)
class Cause:
    """Something that the two results do not share.

    Parameters
    ----------
    kind
        Where it lies.
    words
        What it is and what became of it.
    about
        Names that rest on it (:class:`~surveypipe.comparison.differences.Difference`); empty where
        anything may.
    moves_numbers
        Whether a number can rest on it.
    """

    kind: Kind
    words: str
    about: frozenset[str] = frozenset()
    moves_numbers: bool = True


@dataclass(frozen=True)
class Provenance:
    """What is known of the causes.

    Parameters
    ----------
    causes
        In the order data, configuration, code, software, wording, second opinion.
    unknown
        Sentences on what a manifest does not tell.
    """

    causes: Sequence[Cause]
    unknown: Sequence[str]


def provenance(old: Mapping[str, Any], new: Mapping[str, Any]) -> Provenance:
    """Compare what two manifests say of what the results were made from.

    Parameters
    ----------
    old, new
        Manifests as :func:`surveypipe.provenance.manifest` makes them, of this version or an older one.
    """
    unknown = list[str]()
    causes = [
        *_data(old, new),
        *_configuration(old, new, unknown),
        *_code(old, new, unknown),
        *_software(old, new),
        *_wording(old, new),
        *_opinion(old, new),
    ]
    return Provenance(causes, unknown)


def _data(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    books = {manifest.get("configuration", {}).get("inputs", {}).get("codebook") for manifest in (old, new)}
    for path, was, now in _changed(_sums(old.get("inputs", ())), _sums(new.get("inputs", ()))):
        # Of a codebook its entries are compared.
        if path in books and "codebook" in old and "codebook" in new:
            continue
        if was and now:
            words = f"{path} is another file (SHA-256 {was[:8]}… became {now[:8]}…)"
        else:
            words = f"{path} {'is new' if now else 'is no longer read'}"
        yield Cause(Kind.DATA, words)


def _configuration(old: Mapping[str, Any], new: Mapping[str, Any], unknown: list[str]) -> Iterator[Cause]:
    sums = [manifest.get("configuration_sha256") for manifest in (old, new)]
    told = [all(key in manifest for key in ("configuration", "codebook")) for manifest in (old, new)]
    if not all(told):
        if sums[0] != sums[1]:
            unknown.append(
                "A result is of a version that kept no configuration; which keys differ is not known."
            )
            yield Cause(Kind.CONFIGURATION, "the configuration is another one")
        return
    found = [
        Cause(Kind.CONFIGURATION, one.words, one.about, one.moves_numbers)
        for one in [*differences(old["configuration"], new["configuration"]), *_codebook(old, new)]
    ]
    if not found and sums[0] != sums[1]:
        found = [Cause(Kind.CONFIGURATION, "the headcounts in the configuration, which are not released")]
    yield from found


def _codebook(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Differences of the codebook, with what rests on its entries by the configuration."""
    found = differences(old["codebook"], new["codebook"])
    return [
        replace(
            one,
            about=reached(set(one.about), old["configuration"])
            | reached(set(one.about), new["configuration"]),
        )
        for one in found
    ]


def _code(old: Mapping[str, Any], new: Mapping[str, Any], unknown: list[str]) -> Iterator[Cause]:
    was, now = (manifest.get("tool") for manifest in (old, new))
    if was is None or now is None:
        unknown.append(
            "A result is of a version that kept no checksums of its code; whether it differs is not known."
        )
        return
    if was.get("version") != now.get("version"):
        yield Cause(Kind.CODE, f"surveypipe {was.get('version')} became {now.get('version')}")
    parts = [part for part, *_ in _changed(was.get("code", {}), now.get("code", {}))]
    computing = [part for part in parts if part not in _NO_NUMBERS]
    if computing:
        yield Cause(Kind.CODE, f"the code differs in {', '.join(computing)}")
    if len(parts) > len(computing):
        other = [part for part in parts if part in _NO_NUMBERS]
        yield Cause(
            Kind.CODE, f"the code of words and pages differs in {', '.join(other)}", moves_numbers=False
        )


def _software(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    for name, was, now in _changed(old.get("software", {}), new.get("software", {})):
        words = f"{name} {was or '(none)'} became {now or '(none)'}"
        yield Cause(Kind.SOFTWARE, words, moves_numbers=name not in TYPESETTERS + DRAWING)
    renderers = [manifest.get("renderer", {}) for manifest in (old, new)]
    if renderers[0] != renderers[1]:
        was, now = (" ".join(map(str, one.values())) for one in renderers)
        yield Cause(Kind.SOFTWARE, f"typeset with {now}, formerly with {was}", moves_numbers=False)


def _wording(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    sums = (_sums(manifest.get("wording_replaced", ())) for manifest in (old, new))
    for path, was, now in _changed(*sums):
        words = f"{path} {'changed' if was and now else 'is new' if now else 'was taken out'}"
        yield Cause(Kind.WORDING, words, moves_numbers=False)


def _opinion(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Cause]:
    was, now = (_sums(manifest.get("files", ())).get(OPINION, "") for manifest in (old, new))
    if was == now:
        return
    if was and now:
        words = "R answered anew"
    elif now:
        words = "R was asked of the new results, and not of the old ones"
    else:
        words = "R was asked of the old results, and not of the new ones"
    yield Cause(Kind.OPINION, f"{words}; the documents tell of it", moves_numbers=False)


def _sums(entries: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {entry["path"]: entry["sha256"] for entry in entries}


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield key, old.get(key, ""), new.get(key, "")


def attributed(found: Moves, known: Provenance) -> Moves:
    """Give each move and each changed grade what it comes from.

    A cause that is about some names is given to what rests on them; one that may reach anything, to all.
    Where no cause reaches a number by name, it is given those that there are as reaching it another way.
    """
    able = [cause for cause in known.causes if cause.moves_numbers]
    numbers = [replace(move, cause=_cause(move.row, able)) for move in found.numbers]
    rows = {(move.row.get("claim"), move.row.get("group_level")): move.row for move in found.numbers}
    grades = [
        replace(one, cause=_cause(rows.get((one.claim, one.group_level), {"claim": one.claim}), able))
        for one in found.grades
    ]
    return Moves(numbers, grades, found.compared, found.words)


def _cause(row: Row, able: Sequence[Cause]) -> str:
    names = {row.get(name, "") for name in _NAMES}
    near = [cause for cause in able if cause.about & names]
    general = [cause for cause in able if not cause.about]
    told = near + general
    if told:
        return "; ".join(_told(cause) for cause in told)
    return "; ".join(f"{_told(cause)} (through other numbers)" for cause in able) or "not known"


def _told(cause: Cause) -> str:
    return cause.words if cause.kind == Kind.CONFIGURATION else str(cause.kind)
