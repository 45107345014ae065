"""Files that are there whole or not at all, wherever a run is stopped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def partial_of(path: Path) -> Path:
    """Where a file is written until it is whole."""
    return path.with_name(path.name + ".part")


@contextmanager
def whole(path: Path, *, shared: bool = False) -> Iterator[Path]:
    """Give the path to write to; what was written takes the file's place when all went well.

    Parameters
    ----------
    path
        The file.
    shared
        Whether other processes may be writing the same file, such as two plans of one folder: each then
        writes one of its own.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp(), "a.txt")
    >>> with whole(target) as partial:
    ...     _ = partial.write_text("all of it")
    >>> target.read_text()
    'all of it'
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}") if shared else partial_of(path)
    yield partial
    os.replace(partial, path)
