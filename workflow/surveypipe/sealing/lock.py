"""The lock of a sealed plan, ``config/plan.lock.yaml``: its form, its checksum, reading and writing it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from msgspec import Meta, field
from msgspec.structs import replace

from surveypipe.problems import SurveyError
from surveypipe.provenance import sha256
from surveypipe.study.base import Settings, plain
from surveypipe.study.reading import read

HEAD = """\
# The sealed plan. Written by `snakemake seal`, and not to be edited: a run stops where it was.
# docs/sealed_plan.md says what it proves and what not.
"""


class PlanFiles(NamedTuple):
    """The files of a plan, beside the configuration that it is of."""

    lock: Path
    token: Path
    certificate: Path
    record: Path


def plan_files(configuration: str | Path) -> PlanFiles:
    """Name the files of a configuration's plan; of one not called ``config`` they carry its name."""
    path = Path(configuration)
    stem = "plan" if path.stem == "config" else f"{path.stem}.plan"
    lock = path.with_name(f"{stem}.lock.yaml")
    return PlanFiles(
        lock,
        lock.with_name(f"{lock.name}.tsr"),
        lock.with_name(f"{lock.name}.pem"),
        path.with_name(f"{stem}.readings.jsonl"),
    )


Known = Literal["absent", "unread", "read", "unknown"]
DatedBy = Literal["clock", "SOURCE_DATE_EPOCH"]


class Answers(Settings, kw_only=True):
    """What was known of the answers when the plan was sealed."""

    state: Annotated[
        Known,
        Meta(
            description="absent: their file was not there, and no run had read one; unread: it was there, "
            "and no run had read it; read: a run had; unknown: the record of readings was not whole."
        ),
    ]
    file: Annotated[str, Meta(description="SHA-256 of the file, if it was there.")] = ""
    readings: Annotated[int, Meta(description="Readings in the record.")] = 0
    last_line: Annotated[str, Meta(description="SHA-256 of the record's last line.")] = ""


class Replaced(Settings, kw_only=True):
    """A plan that was sealed before, and that this one replaces."""

    sealed: str
    checksum: str


class Lock(Settings, kw_only=True):
    """The sealed plan."""

    study: str
    sealed: Annotated[str, Meta(description="Moment, UTC.")]
    dated_by: Annotated[DatedBy, Meta(description="Where the moment is taken from.")]
    tool: str
    commit: Annotated[str, Meta(description="Commit of the study's repository, if it is one.")] = ""
    as_committed: Annotated[
        bool | None, Meta(description="Whether configuration and codebook were as in that commit.")
    ] = None
    answers: Answers
    replaces: Replaced | None = None
    files: Annotated[
        dict[str, str],
        Meta(description="SHA-256 of the other files that the plan names, if they were there."),
    ] = field(default_factory=dict)
    plan: Annotated[dict[str, Any], Meta(description="All that decides.")]
    checksum: Annotated[str, Meta(description="SHA-256 of all the above.")] = ""


def checksum_of(lock: Lock) -> str:
    """Checksum of what a lock says, whatever the layout of its file."""
    said = plain(replace(lock, checksum=""))
    del said["checksum"]
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def write_lock(lock: Lock, path: Path) -> Lock:
    """Write a lock with its checksum, as YAML that a person can read; give it as it was written."""
    whole = replace(lock, checksum=checksum_of(lock))
    text = yaml.safe_dump(plain(whole), allow_unicode=True, sort_keys=False, width=100)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "\n" + text, encoding="utf-8")
    return whole


def read_lock(path: Path) -> Lock:
    """Read a lock, and make sure that nobody changed it.

    Raises
    ------
    SurveyError
        If it has not the form of a lock, or its text and its checksum disagree.
    """
    lock = read(path, Lock)
    if checksum_of(lock) != lock.checksum:
        raise SurveyError(
            f"{path}: it was changed after the plan was sealed on {lock.sealed[:10]}, for its text and its "
            "checksum disagree. Get it back as it was (from the repository or an archive); if "
            "that is lost, delete it and seal a new plan with `snakemake seal`."
        )
    return lock
