"""Hold the results against the manifest that is committed with the study; exit with 1 where they differ."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from _shared import run
from surveypipe.commands.verify import verify_results


def main(
    *,
    results: Annotated[Path, "folder of the run"],
    committed: Annotated[Path, "manifest to hold it against"],
) -> None:
    """Say what is the same, what differs, and from what."""
    lines, passed = verify_results(results, committed)
    print(*lines, sep="\n")
    if not passed:
        sys.exit(1)


if __name__ == "__main__":
    run(main)
