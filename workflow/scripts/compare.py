"""Lay two results beside each other: which numbers, grades and words moved, and from what."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from _shared import run
from surveypipe.commands.compare import compare


def main(
    *,
    old: Annotated[str, "a folder of results, or a commit of the study"],
    new: Annotated[str, "the same"],
    out: Annotated[Path, "folder to write into"],
) -> None:
    """Say what moved, and write it as a table, as a page and as Word files with tracked changes."""
    found = compare(old, new, Path(), out, lambda text: print(text, file=sys.stderr, flush=True))
    print(*found.lines, sep="\n")


if __name__ == "__main__":
    run(main)
