"""How a run stands to the sealed plan: what every document says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from surveypipe.problems import Problems
from surveypipe.sealing.deciding import CODEBOOK, Plan, departures, printed_only
from surveypipe.sealing.lock import Known, Lock
from surveypipe.sealing.readings import Record
from surveypipe.sealing.stamps import Stamp
from surveypipe.study.changes import Change
from surveypipe.study.deviations import Deviation
from surveypipe.study.settings import Configuration


class Departed(msgspec.Struct, frozen=True):
    """A departure, with what was declared of it; '' where nothing was."""

    departure: Change
    why: str = ""
    when: str = ""


class Standing(msgspec.Struct, frozen=True):
    """How a run stands to the sealed plan.

    Parameters
    ----------
    sealed
        Moment of the sealing, UTC; '' where no plan is sealed, and all else is empty.
    dated_by, tool
        Where the moment is taken from, and the program that sealed.
    answers
        What was known of the answers then (:class:`surveypipe.sealing.lock.Answers`).
    record_whole
        Whether the record of readings still goes on from where it stood then; true where there is none here.
    replaces
        When the plan was sealed that this one replaced; '' for none.
    stamp
        The trusted time stamp.
    departures
        What is otherwise now.
    stated
        Deviations told in words, of what no file shows.
    """

    sealed: str = ""
    dated_by: str = ""
    tool: str = ""
    answers: Known | str = ""
    record_whole: bool = True
    replaces: str = ""
    stamp: Stamp = Stamp()
    departures: tuple[Departed, ...] = ()
    stated: tuple[Deviation, ...] = ()

    @property
    def undeclared(self) -> tuple[Change, ...]:
        """Changes of which nothing is said."""
        return tuple(one.departure for one in self.departures if not one.why)


def standing_of(
    lock: Lock | None, plan: Plan, deviations: Sequence[Deviation], record: Record, stamp: Stamp
) -> Standing:
    """Compare a study with its sealed plan.

    Parameters
    ----------
    lock
        The sealed plan; None where there is none.
    plan
        What the configuration says today.
    deviations
        What the configuration declares.
    record
        The record of readings as it lies here.
    stamp
        The time stamp of the lock.

    Raises
    ------
    SurveyError
        With every deviation that is declared of nothing.
    """
    found = [] if lock is None else departures(lock.plan, plan)
    _check(deviations, found, sealed=lock is not None)
    if lock is None:
        return Standing()
    here = bool(record.events) or record.broken is not None
    return Standing(
        sealed=lock.sealed,
        dated_by=lock.dated_by,
        tool=lock.tool,
        answers=lock.answers.state,
        record_whole=not here or record.goes_on_from(lock.answers.last_line),
        replaces=lock.replaces.sealed if lock.replaces else "",
        stamp=stamp,
        departures=tuple(_departed(one, deviations) for one in found),
        stated=tuple(one for one in deviations if one.key is None),
    )


def _departed(found: Change, deviations: Sequence[Deviation]) -> Departed:
    said = next((one for one in deviations if one.covers(found.path)), None)
    return Departed(found, said.why, said.when) if said else Departed(found)


def _check(deviations: Sequence[Deviation], found: Sequence[Change], *, sealed: bool) -> None:
    problems = Problems()
    for number, one in enumerate(deviations, start=1):
        place = f"deviations.{number} ({one.what})"
        if not sealed:
            problems.add(
                f"{place}: no plan is sealed, so that nothing can depart from one. Take it out, or put the "
                "lock "
                "(config/plan.lock.yaml) back."
            )
        elif one.key is not None and not any(one.covers(departure.path) for departure in found):
            problems.add(f"{place}: {_why_nothing(one.key, found)}")
    problems.raise_if_any()


def _why_nothing(key: str, found: Sequence[Change]) -> str:
    top = key.partition(".")[0]
    if top not in (*Configuration.__struct_fields__, CODEBOOK):
        return (
            f"the configuration has no section {top!r}. Name a key as claims.C1.threshold, or tell in words "
            "what "
            "no file shows."
        )
    if printed_only(key):
        return "this is printed and decides nothing, so that it needs no declaration; take it out."
    others = ", ".join(one.path for one in found) or "nothing is"
    return (
        "this is as it was sealed; take the deviation out, or correct the key (otherwise than sealed: "
        f"{others})."
    )


def written(standing: Standing) -> dict[str, Any]:
    """Lay a standing out for JSON, with the way to each setting as it is declared."""
    said = msgspec.to_builtins(standing)
    for entry, one in zip(said["departures"], standing.departures, strict=True):
        entry["key"] = one.departure.path
    return said


def read_standing(text: str) -> Standing:
    """Read what :func:`written` laid out."""
    return msgspec.convert(json.loads(text), Standing)
