"""The same inputs give the same bytes: dates, zip members and SVG identifiers that do not vary."""

from __future__ import annotations

import os
import subprocess
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.whole_files import whole

if TYPE_CHECKING:
    import numpy as np

# In the folder of a study or an archive: the date of its documents, as a number and a line's end.
RECORDED = "SOURCE_DATE_EPOCH"
# A zip member cannot be older than this.
_ZIP_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def stated_epoch() -> int | None:
    """Give the seconds since 1970 (UTC) that SOURCE_DATE_EPOCH says; None where it is not set."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    return int(stated) if stated.isdigit() else None


def source_date_epoch(paths: Iterable[str | Path], root: str | Path = ".") -> int:
    """Give the date of what is made from the inputs, in seconds since 1970 (UTC).

    The variable SOURCE_DATE_EPOCH wins; else the file of that name, by which an unpacked archive, which has
    no history, has the date of the clone; else the last commit that touched one of the paths, because a
    fresh clone gives every file the time of the cloning; else, outside a repository, the newest file.

    Parameters
    ----------
    paths
        Files or folders, relative to `root`; those that do not exist are passed over.
    root
        The project's folder.
    """
    stated = stated_epoch()
    if stated is not None:
        return stated
    recorded = Path(root) / RECORDED
    if recorded.is_file() and (written := recorded.read_bytes().strip()).isdigit():
        return int(written)
    present = [str(path) for path in paths if (Path(root) / path).exists()]
    committed = _last_commit(present, Path(root))
    if committed is not None:
        return committed
    times = [int(file.stat().st_mtime) for path in present for file in _files_under(Path(root) / path)]
    return max(times, default=int(_ZIP_EPOCH.timestamp()))


def _last_commit(paths: Sequence[str], root: Path) -> int | None:
    inside = any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
    if not paths or not inside:
        return None
    answer = git(root, "log", "-1", "--format=%ct", "--", *paths) or ""
    return int(answer) if answer.isdigit() else None


def git(root: Path, *words: str) -> str | None:
    """Ask git of a folder's history; None where it does not answer."""
    command = ["git", "-C", str(root.resolve()), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _files_under(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def as_datetime(epoch: int) -> datetime:
    """Turn seconds since 1970 into a date and time in UTC."""
    return datetime.fromtimestamp(epoch, tz=UTC)


def normalise_zip(path: Path, epoch: int, first: Sequence[str] = ()) -> None:
    """Rewrite a zip (DOCX, XLSX) with its members in a fixed order and at one time.

    Parameters
    ----------
    path
        The file, rewritten in place.
    epoch
        Time given to each member; before 1980 it is raised to 1980.
    first
        Members that must lead, in this order; the others follow by name.
    """
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    write_zip(path, members, epoch, first)


def write_zip(path: Path, members: dict[str, bytes], epoch: int, first: Sequence[str] = ()) -> None:
    """Write a zip whose bytes depend only on the members and the time."""
    moment = max(as_datetime(epoch), _ZIP_EPOCH).timetuple()[:6]
    leading = [name for name in first if name in members]
    with (
        whole(path) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for name in leading + sorted(set(members) - set(leading)):
            entry = zipfile.ZipInfo(name, date_time=moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # The system that wrote the file and its permissions are recorded too.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[name])


def svg_settings(salt: str) -> dict[str, Any]:
    """Matplotlib settings under which an SVG's identifiers are the same in every run.

    Pass ``metadata={"Date": None}`` to ``savefig`` as well (:data:`SVG_METADATA`).

    Parameters
    ----------
    salt
        Any fixed text; one per figure keeps the identifiers of two figures apart on one page.
    """
    return {"svg.hashsalt": salt, "svg.fonttype": "path"}


SVG_METADATA: dict[str, None] = {"Date": None}


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, so that adding a draw for one leaves the others as they were."""
    # Documents have their dates from here too, and need no arrays.
    import numpy as np

    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
