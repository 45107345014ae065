"""Sealing a plan: the lock is written once, and the record of readings says that it was."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from surveypipe import formatting
from surveypipe.determinism import as_datetime, git, stated_epoch
from surveypipe.problems import SurveyError, shown
from surveypipe.provenance import checksum
from surveypipe.sealing.deciding import departures, plan_of
from surveypipe.sealing.lock import Answers, DatedBy, Known, Lock, PlanFiles, Replaced, read_lock, write_lock
from surveypipe.sealing.readings import SEALED, Record, add_event, read_record
from surveypipe.study.checking import Checked

# Beside the answers, what the plan is made from.
NAMED = ("codebook", "staff_list", "counts", "margins", "headcounts")


def seal(study: Checked, files: PlanFiles, configuration: Sequence[Path], root: Path = Path()) -> list[str]:
    """Seal the plan of a study, or say that it is sealed as it stands.

    Parameters
    ----------
    study
        Configuration, completed, and codebook.
    files
        Where lock and record lie.
    configuration
        Files of the configuration.
    root
        The study's folder.

    Returns
    -------
    list of str
        Lines for the screen.

    Raises
    ------
    SurveyError
        If another plan is sealed already, or departures are declared from a plan that is not there.
    """
    settings, plan = study.settings, plan_of(study.settings, study.codebook)
    if files.lock.is_file():
        return _sealed_already(study, files)
    if settings.deviations:
        raise SurveyError(
            f"deviations: {len(settings.deviations)} declared, but no plan is sealed from which they could "
            "depart; "
            "take them out, then seal."
        )
    record, survey = read_record(files.record), root / settings.inputs.survey
    moment, source = moment_of_sealing()
    commit, clean = _commit(root, [*configuration, root / settings.inputs.codebook])
    made = Lock(
        study=settings.study.id,
        sealed=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        dated_by=source,
        tool=f"surveypipe {importlib.metadata.version('surveypipe')}",
        commit=commit,
        as_committed=clean,
        answers=answers_now(record, survey),
        replaces=_replaced(record),
        files={
            name: checksum(root / name)
            for name in (getattr(settings.inputs, key) for key in NAMED)
            if name and (root / name).is_file()
        },
        plan=plan.text,
    )
    written = write_lock(made, files.lock)
    add_event(files.record, SEALED, "seal", written.checksum, configuration)
    return _told(written, files)


def _sealed_already(study: Checked, files: PlanFiles) -> list[str]:
    lock = read_lock(files.lock)
    found = departures(lock.plan, plan_of(study.settings, study.codebook))
    if not found:
        return [f"The plan was sealed on {lock.sealed[:10]}, and no setting that decides has changed since."]
    raise SurveyError(
        f"{files.lock}: a plan was sealed on {lock.sealed[:10]}, and {len(found)} of its settings are "
        "otherwise now: "
        f"{shown(one.path for one in found)}. Declare them under `deviations`; or, for another plan, delete "
        "the "
        "lock and seal again: the new lock names the one that it replaces."
    )


def answers_now(record: Record, survey: Path) -> Answers:
    """Say what is known of the answers at this moment."""
    there = survey.is_file()
    state: Known = "unread" if there else "absent"
    if record.readings:
        state = "read"
    elif record.broken is not None:
        state = "unknown"
    return Answers(
        state=state,
        file=checksum(survey) if there else "",
        readings=len(record.readings),
        last_line=record.last,
    )


def _replaced(record: Record) -> Replaced | None:
    earlier = [event for event in record.events if event.what == SEALED]
    return Replaced(sealed=earlier[-1].at, checksum=earlier[-1].file) if earlier else None


def moment_of_sealing() -> tuple[datetime, DatedBy]:
    """Give the moment and where it is taken from."""
    stated = stated_epoch()
    if stated is not None:
        return as_datetime(stated), "SOURCE_DATE_EPOCH"
    return datetime.now(UTC), "clock"


def _commit(root: Path, named: Sequence[Path]) -> tuple[str, bool | None]:
    """Commit of the study's repository, and whether the files are as it has them; '' and None without one."""
    head = git(root, "rev-parse", "HEAD")
    if not head:
        return "", None
    changed = git(root, "status", "--porcelain", "--", *(str(path.resolve()) for path in named))
    return head, changed == ""


def _told(lock: Lock, files: PlanFiles) -> list[str]:
    times = formatting.numeral(lock.answers.readings, "time")
    known = {
        "absent": "No file of answers is there, and no run has read one.",
        "unread": "The file of answers is there; no run has read it.",
        "read": f"By the record the answers had been read {times}; the documents will say so.",
        "unknown": f"{files.record} is not whole: whether the answers had been read cannot be told, and the "
        "documents will say so.",
    }
    lines = [f"Sealed: {files.lock} ({lock.sealed}, SHA-256 {lock.checksum}).", known[lock.answers.state]]
    if lock.replaces:
        lines.append(
            f"It replaces the plan sealed on {lock.replaces.sealed[:10]}; the documents will say so."
        )
    lines.append(
        f"Commit both files (git add --force {files.lock} {files.record}), or send the lock to somebody; "
        "docs/sealed_plan.md says what it proves."
    )
    return lines
