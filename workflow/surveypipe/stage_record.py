"""What a stage wrote, by checksum, so that a file that was changed afterwards is seen before it is read.

A folder of results holds a folder :data:`FOLDER`, and in it one record for each job, named after the first
file that the job makes: no two jobs write the same record. Paths in a record are relative to the results,
which may be copied or moved. A file of which no record tells is taken as it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from surveypipe.problems import SurveyError
from surveypipe.provenance import checksum
from surveypipe.whole_files import whole

FOLDER = "stage_records"


class StageRecord(msgspec.Struct, frozen=True):
    """What one job wrote.

    Parameters
    ----------
    stage
        Name of the stage, as its messages have it.
    at
        Moment at which it ended, UTC, to a millionth of a second.
    files
        Path relative to the results: SHA-256.
    """

    stage: str
    at: str
    files: dict[str, str]


@dataclass(frozen=True)
class Written:
    """What is recorded of one file: who made it, when, and its SHA-256."""

    stage: str
    at: str
    sha256: str

    @property
    def told(self) -> str:
        """Who made it and when, for a message."""
        return f"the stage '{self.stage}' made it ({self.at[:10]} {self.at[11:16]} UTC)"


@dataclass(frozen=True)
class State:
    """How the files of a folder of results stand to what is recorded of them.

    Parameters
    ----------
    changed
        A sentence for each file that is not what its stage wrote, and each record that cannot be read.
    missing
        A sentence for each file that is recorded and not there.
    """

    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def record_of(results: Path, outputs: Sequence[Path]) -> Path | None:
    """Path of the record of a job, from the files that it makes; None where it makes none in the results."""
    within = [path.relative_to(results) for path in outputs if path.is_relative_to(results)]
    return results / FOLDER / f"{within[0]}.json" if within else None


def write_record(results: Path, stage: str, outputs: Sequence[Path]) -> None:
    """Record what a stage wrote; a file that it did not make is left out."""
    record = record_of(results, outputs)
    if record is None:
        return
    made = sorted({path for path in outputs if path.is_relative_to(results) and path.is_file()})
    sums = {path.relative_to(results).as_posix(): checksum(path) for path in made}
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    record.parent.mkdir(parents=True, exist_ok=True)
    with whole(record) as partial:
        partial.write_bytes(msgspec.json.format(msgspec.json.encode(StageRecord(stage, at, sums)), indent=1))


def remove_record(results: Path, outputs: Sequence[Path]) -> None:
    """Forget what a job wrote, before it writes anew."""
    record = record_of(results, outputs)
    if record is not None:
        record.unlink(missing_ok=True)


def results_of(path: Path) -> Path | None:
    """Folder of results that a file lies in and that has records; None where there is none."""
    return next((folder for folder in path.parents if (folder / FOLDER).is_dir()), None)


def read_records(results: Path) -> dict[str, Written]:
    """Read every record of a folder of results.

    Returns
    -------
    dict of str to Written
        By path relative to the results. Of a file that two jobs recorded, which happens where a rule was
        renamed, the later record counts.

    Raises
    ------
    SurveyError
        If a record cannot be read.
    """
    found, wrong = dict[str, Written](), list[str]()
    for path in sorted((results / FOLDER).rglob("*.json")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=StageRecord)
        except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
            wrong.append(_damaged_record(path, results))
            continue
        for name, sha256 in record.files.items():
            if name not in found or found[name].at < record.at:
                found[name] = Written(record.stage, record.at, sha256)
    if wrong:
        raise SurveyError(wrong)
    return found


def changed_inputs(inputs: Iterable[Path]) -> list[str]:
    """Say of each input that is not what a stage wrote what to do, a sentence each; nothing of other files.

    Raises
    ------
    SurveyError
        If a record cannot be read.
    """
    told, records = list[str](), dict[Path, dict[str, Written]]()
    for path in dict.fromkeys(inputs):
        results = results_of(path)
        if results is None:
            continue
        if results not in records:
            records[results] = read_records(results)
        written = records[results].get(path.relative_to(results).as_posix())
        if written is not None and (wrong := _wrong(path, written)):
            told.append(wrong)
    return told


def state_of(results: Path) -> State:
    """Hold every recorded file of a folder of results against its record."""
    state = State()
    try:
        records = read_records(results)
    except SurveyError as error:
        return State(changed=error.problems)
    for name, written in records.items():
        path = results / name
        if not path.exists():
            state.missing.append(f"{path}: it is missing; {written.told}. A run that needs it makes it.")
        elif wrong := _wrong(path, written):
            state.changed.append(wrong)
    return state


def _wrong(path: Path, written: Written) -> str:
    """Say that a file is not what was recorded; '' where it is, or is not there."""
    anew = f"Delete it, or make it again with: snakemake --forcerun {shlex.quote(str(path))}"
    if not path.exists():
        return ""
    try:
        same = checksum(path) == written.sha256
    except OSError as error:
        return f"{path}: it cannot be read ({error.strerror}), and {written.told}. {anew}"
    return "" if same else f"{path}: this file was changed or damaged since {written.told}. {anew}"


def _damaged_record(path: Path, results: Path) -> str:
    made = results / path.relative_to(results / FOLDER).as_posix().removesuffix(".json")
    return (
        f"{path}: this record of what a stage wrote is damaged. Delete it, and make anew what it tells of "
        f"with: snakemake --forcerun {shlex.quote(str(made))}"
    )
