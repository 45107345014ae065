"""Snakemake run in a folder by a command of ours, and the lock that a killed one left there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from surveypipe.problems import SurveyError

LOCKS = ".snakemake/locks"
PROCESSES = Path("/proc")


def run_snakemake(
    folder: Path, *words: str, variables: Mapping[str, str] | None = None, captured: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a folder in which none is at work.

    Parameters
    ----------
    folder
        Folder to run in.
    words
        Of the command line.
    variables
        Of the environment, beside those that there are.
    captured
        Whether what it says is kept, and not shown.

    Raises
    ------
    SurveyError
        If another Snakemake is at work in the folder.
    """
    clear_stale_lock(folder)
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *words],
        cwd=folder,
        env={**os.environ, **(variables or {})},
        capture_output=captured,
        text=True,
        check=False,
    )


def clear_stale_lock(folder: Path) -> bool:
    """Remove the lock that a killed Snakemake left in a folder; say whether there was one.

    Raises
    ------
    SurveyError
        If a Snakemake is at work there, or the system does not tell whether one is.
    """
    locks = folder / LOCKS
    if not locks.is_dir() or not any(locks.iterdir()):
        return False
    where = f"the folder {folder}" if folder != Path() else "this folder"
    if not PROCESSES.is_dir():
        raise SurveyError(
            f"An earlier run left a lock in {where}. If none is at work there, go there and type: "
            "snakemake --unlock"
        )
    holders = running_in(folder)
    if holders:
        raise SurveyError(
            f"Snakemake is already at work in {where} (process {holders[0]}). Wait for it, or stop it first."
        )
    shutil.rmtree(locks)
    return True


def running_in(folder: Path) -> list[int]:
    """Find the processes of Snakemake that work in a folder.

    Returns
    -------
    list of int
        Process numbers; empty where the system does not show them under ``/proc``.
    """
    found, wanted = [], folder.resolve()
    for process in PROCESSES.glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").resolve() == wanted
        except OSError:
            continue
        if (
            here
            and int(process.name) != os.getpid()
            and any(b"snakemake" in Path(os.fsdecode(w)).name.encode() for w in words[:3])
        ):
            found.append(int(process.name))
    return found
