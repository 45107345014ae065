"""The record of readings: which run read the answers when, and when a plan was sealed.

A file beside the configuration, one line of JSON for each event, to which lines are only added. Each line
holds the checksum of the one before it, so that a line that was changed or taken out is seen, but for the
last ones: what is cut off at the end is seen only by a lock that holds the checksum of a line there. The file
lies outside ``results``, which may be deleted at any time. Nothing of it enters a document but whether the
answers had been read when the plan was sealed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from surveypipe.problems import SurveyError
from surveypipe.provenance import checksum, sha256

What = Literal["read", "sealed"]
READ: What = "read"
SEALED: What = "sealed"


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the record.

    Parameters
    ----------
    at
        Moment, UTC, by the clock of the machine.
    what
        Whether the answers were read, or a plan sealed.
    by
        The program that did it.
    file, configuration
        SHA-256 of the file that was read (of a sealing: of the lock's plan) and of the configuration's file.
    before
        SHA-256 of the line before; '' for the first.
    """

    at: str
    what: What
    by: str
    file: str
    configuration: str = ""
    before: str = ""


class Record(msgspec.Struct, frozen=True):
    """The record as its file holds it.

    Parameters
    ----------
    events
        Its lines, the oldest first.
    sums
        SHA-256 of each line.
    broken
        Number of the first line that does not follow from the one before it; None where the record is whole.
    """

    events: tuple[Event, ...] = ()
    sums: tuple[str, ...] = ()
    broken: int | None = None

    @property
    def readings(self) -> tuple[Event, ...]:
        """Lines that tell of a reading."""
        return tuple(event for event in self.events if event.what == READ)

    @property
    def last(self) -> str:
        """Checksum of the last line; '' where there is none."""
        return self.sums[-1] if self.sums else ""

    def goes_on_from(self, last: str) -> bool:
        """Whether it is whole and holds the line with which it once ended."""
        return self.broken is None and (not last or last in self.sums)


def read_record(path: Path) -> Record:
    """Read the record; an absent file is one without lines."""
    if not path.is_file():
        return Record()
    lines = path.read_text(encoding="utf-8").splitlines()
    events, sums = list[Event](), list[str]()
    for number, line in enumerate(lines, start=1):
        try:
            event = msgspec.json.decode(line, type=Event)
        except msgspec.MsgspecError:
            return Record(tuple(events), tuple(sums), number)
        if event.before != (sums[-1] if sums else ""):
            return Record(tuple(events), tuple(sums), number)
        events.append(event)
        sums.append(sha256(line.encode()))
    return Record(tuple(events), tuple(sums))


def add_reading(path: Path, survey: Path, configuration: Sequence[Path], by: str) -> None:
    """Write into the record that the answers are read now; call it before they are.

    Parameters
    ----------
    path
        File of the record.
    survey
        File with the answers.
    configuration
        Files of the configuration; those that are not there are passed over.
    by
        The program that reads.

    Raises
    ------
    SurveyError
        If the record cannot be written.
    """
    if survey.is_file():
        add_event(path, READ, by, checksum(survey), configuration)


def add_event(path: Path, what: What, by: str, file: str, configuration: Sequence[Path] = ()) -> None:
    """Add a line; see :class:`Event`.

    Raises
    ------
    SurveyError
        If the record cannot be written.
    """
    said = b"".join(one.read_bytes() for one in configuration if one.is_file())
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    event = Event(
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        what=what,
        by=by,
        file=file,
        configuration=sha256(said) if said else "",
        before=sha256(lines[-1].encode()) if lines else "",
    )
    text = json.dumps(msgspec.to_builtins(event), ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as record:
            record.write(text)
    except OSError as error:
        raise SurveyError(
            f"{path}: the record of readings cannot be written ({error.strerror}). It says whether the "
            "answers had "
            "been read when a plan was sealed; make its folder writable."
        ) from error
