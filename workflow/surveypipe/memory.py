"""What memory a stage may take, by the size of the files of answers and of the list of people."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

# Megabytes whatever the size: Python, its libraries and the largest typesetting, twice.
ALWAYS = 1000
# Megabytes for each of a file: what the greediest stage took of a survey of a million people, and a half more
# (docs/performance.md).
FOR_EACH = 20
# A megabyte of these holds as much as several of others.
PACKED = {".zsav": 5, ".xlsx": 5, ".parquet": 5}


def megabytes(paths: Iterable[Path]) -> int:
    """Give the megabytes that a stage asks a cluster for; files that are not there count nothing.

    Parameters
    ----------
    paths
        The files with a row for each person.
    """
    sizes = [
        path.stat().st_size * PACKED.get(path.suffix.lower(), 1) / 1e6 for path in paths if path.is_file()
    ]
    return ALWAYS + math.ceil(FOR_EACH * sum(sizes))
