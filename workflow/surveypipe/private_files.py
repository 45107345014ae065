"""What holds single answers is readable by its owner alone, whatever else the computer's users may read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

# Folders of the results in which people stand one by one, or counts before disclosure control.
PRIVATE, DATA = "private", "data"
OWNER_FOLDER, OWNER_FILE, NOBODY_ELSE = 0o700, 0o600, 0o077


def folder_of(path: Path) -> Path | None:
    """Folder of the private results that a file lies in; None for any other file."""
    parent, above = path.parent, path.parent.parent
    if parent.name in (PRIVATE, DATA):
        return parent
    return above if above.name == PRIVATE else None


def close(path: Path) -> None:
    """Take a file or folder from everybody but its owner, where the file system knows owners."""
    with contextlib.suppress(OSError):
        path.chmod(OWNER_FOLDER if path.is_dir() else OWNER_FILE)


@contextlib.contextmanager
def closed(paths: Sequence[Path]) -> Iterator[None]:
    """Write files so that at no moment anybody else can read the private ones among them.

    Parameters
    ----------
    paths
        Files about to be made; where none is private, nothing is done.
    """
    private = {path: folder for path in paths if (folder := folder_of(path))}
    if not private:
        yield
        return
    for folder in {*private.values(), *(path.parent for path in private)}:
        close(folder)
    usual = os.umask(NOBODY_ELSE)
    try:
        yield
    finally:
        os.umask(usual)
    for path in paths:
        if path in private:
            close(path)
        elif path.is_file():
            path.chmod(0o666 & ~usual)
