"""Remove the lock that a killed Snakemake left behind, unless one is still at work in this folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

LOCKS = Path(".snakemake/locks")


def running_here(folder: Path) -> list[int]:
    """Find the processes of Snakemake that work in a folder.

    Returns
    -------
    list of int
        Process numbers; empty where the system does not show them under ``/proc``.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").resolve() == folder
        except OSError:
            continue
        if (
            here
            and int(process.name) != os.getpid()
            and any(b"snakemake" in Path(os.fsdecode(w)).name.encode() for w in words[:3])
        ):
            found.append(int(process.name))
    return found


def main() -> None:
    """Clear the lock, or say who holds it and what to type."""
    if not LOCKS.is_dir() or not any(LOCKS.iterdir()):
        return
    if not Path("/proc").is_dir():
        sys.exit("An earlier run left a lock. If none is at work in this folder, type: snakemake --unlock")
    holders = running_here(Path.cwd().resolve())
    if holders:
        sys.exit(
            f"Snakemake is already at work in this folder (process {holders[0]}). "
            "Wait for it, or stop it first."
        )
    shutil.rmtree(LOCKS)
    print("Removed the lock of an earlier run that did not end.")


if __name__ == "__main__":
    main()
