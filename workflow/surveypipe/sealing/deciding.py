"""What of a study decides its results: the text of a plan.

All that a researcher says decides, but for what is listed here as printing only: titles, labels, captions,
vocabulary, documents, guesses of rehearsals, where files lie. A key that the tool learns therefore decides
until somebody lists it. Disclosure control decides what may be told and not what is so, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from surveypipe.study.base import Settings
from surveypipe.study.changes import Change, changes
from surveypipe.study.codebook import Codebook, Variable, code_text
from surveypipe.study.settings import Configuration

# `*` stands for a name of the researcher's own, `[]` for an entry of a list, as in docs/configuration.md.
PRINTED = (
    "study",
    "results",
    "inputs",
    "deviations",
    # Guesses, of which nothing real is computed.
    "rehearsal",
    # Licence and catalogue of what is handed on.
    "archive",
    "disclosure",
    "vocabulary",
    "report",
    "frame.source",
    "groups.*.label",
    "cleaning.scales[].label",
    "cleaning.recodes[].label",
    "cleaning.recodes[].labels",
    "weighting.schemes.*.label",
    "analysis.multiplicity.families[].label",
    "claims.*.short",
    "claims.*.unit",
    "sensitivity.theta_shown",
    "nonresponse.benchmarks[].source",
)
# Of these the names decide, and what the names stand for is printed.
NAMES_ONLY = ("groups.*.levels", "analysis.agreement.questions.*")
CODEBOOK = "codebook"
# Of the codebook's file, and of an entry of its `variables`.
CODEBOOK_PRINTED = ("title", "sections", "batteries", "sets")
COLUMN_PRINTED = ("label", "short", "question", "section", "unit")


class Plan(msgspec.Struct, frozen=True):
    """The deciding part of a study.

    Parameters
    ----------
    text
        Sections of the configuration as they are completed, and the codebook's rules, as YAML holds them.
    said
        The same without settings that have the default of their type: a setting that an older lock lacks, and
        that has its default now, is none that anybody made.
    """

    text: dict[str, Any]
    said: dict[str, Any]


def plan_of(settings: Configuration, codebook: Codebook) -> Plan:
    """Take the deciding part out of a completed configuration and its codebook."""
    rules = {CODEBOOK: _codebook(codebook)}
    return Plan(_laid(settings, (), whole=True) | rules, _laid(settings, (), whole=False) | rules)


def departures(sealed: Mapping[str, Any], now: Plan) -> list[Change]:
    """Compare a plan with the one that was sealed.

    Parameters
    ----------
    sealed
        Text of the sealed plan, as its lock holds it.
    now
        The plan that the configuration makes today.

    Returns
    -------
    list of Change
        In the order of the plan. A setting that the lock does not know and that has the default of its type
        is none.
    """
    return list(changes(sealed, now.text, now.said))


def pattern_of(steps: tuple[str, ...]) -> str:
    """Write the way to a setting as documentation writes it: ``claims.*.short``."""
    return ".".join(steps).replace(".[]", "[]")


def _laid(value: Any, steps: tuple[str, ...], *, whole: bool) -> Any:
    if isinstance(value, Settings):
        return _block(value, steps, whole=whole)
    if isinstance(value, Mapping):
        if pattern_of(steps) in NAMES_ONLY:
            return [str(name) for name in value]
        return {str(key): _laid(entry, (*steps, "*"), whole=whole) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_laid(entry, (*steps, "[]"), whole=whole) for entry in value]
    return value


def _block(value: Settings, steps: tuple[str, ...], *, whole: bool) -> dict[str, Any]:
    config = value.__struct_config__
    made = {config.tag_field: config.tag} if config.tag_field and config.tag else {}
    for field in msgspec.structs.fields(value):
        given = getattr(value, field.name)
        path = (*steps, field.encode_name)
        if given is None or pattern_of(path) in PRINTED or not (whole or given != _default(field)):
            continue
        laid = _laid(given, path, whole=whole)
        # Of nothing there is nothing to read.
        if laid not in ([], {}, ""):
            made[field.encode_name] = laid
    return made


def _default(field: Any) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _codebook(codebook: Codebook) -> dict[str, Any]:
    return {
        "unknown_code_limit": codebook.unknown_code_limit,
        "variables": {name: _variable(about) for name, about in codebook.variables.items()},
    }


def _variable(about: Variable) -> dict[str, Any]:
    """Say what is read into a column: which codes are answers and what of; no label, no wording."""
    found = {
        "role": about.role if about.role != "question" else None,
        "type": about.type,
        "values": {code_text(code): text for code, text in about.values.items()},
        "counts": about.counts,
        "range": list(about.valid_range) if about.valid_range else None,
        "missing": [code_text(code) for code in about.missing_codes],
        "missing_range": list(about.missing_range) if about.missing_range else None,
        "asked_if": {name: list(codes) for name, codes in about.asked_if.items()},
        "battery": about.battery,
        "set": about.set,
        "core": about.core,
        "in_file": about.in_file if about.in_file != about.name else "",
    }
    return {key: value for key, value in found.items() if value not in (None, "", False, [], {})}


def printed_only(path: str) -> bool:
    """Whether a key as a researcher names it, ``claims.C1.short``, prints and decides nothing."""
    return any(re.fullmatch(_matching(pattern), path) for pattern in PRINTED)


def _matching(pattern: str) -> str:
    escaped = re.escape(pattern).replace(r"\*", "[^.]+").replace(r"\[\]", r"\.[^.]+")
    return rf"{escaped}(\..*)?"
