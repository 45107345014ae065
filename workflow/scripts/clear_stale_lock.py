"""Remove the lock that a killed Snakemake left behind, unless one is still at work in this folder."""

from __future__ import annotations

import sys
from pathlib import Path

from surveypipe.commands.running import clear_stale_lock
from surveypipe.problems import SurveyError


def main() -> None:
    """Clear the lock, or say who holds it and what to type."""
    try:
        cleared = clear_stale_lock(Path())
    except SurveyError as error:
        sys.exit("\n".join(error.problems))
    if cleared:
        print("Removed the lock of an earlier run that did not end.")


if __name__ == "__main__":
    main()
