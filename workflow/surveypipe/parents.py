"""A stage ends with the run that began it, also where the run was killed and could not tell it to."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

# Number of the process of the run, told to its stages.
VARIABLE = "SURVEYPIPE_RUN"
# Seconds between two looks.
PAUSE = 0.5
PROCESSES = Path("/proc")


def end_with_the_run() -> None:
    """End this process and the programs that it runs as soon as its run is no more; nothing without a run."""
    said = os.environ.get(VARIABLE, "")
    if said.isdigit() and alive(int(said)):
        threading.Thread(target=_watch, args=(int(said),), daemon=True).start()


def alive(process: int) -> bool:
    """Whether a process runs; one that was killed and is not yet mourned does not."""
    if not PROCESSES.is_dir():
        try:
            os.kill(process, 0)
        except OSError:
            return False
        return True
    state = _fields(process)
    return bool(state) and state[0] not in ("Z", "X")


def children(process: int) -> list[int]:
    """Programs that a process runs, and those that they run; none where the system does not show them."""
    above: dict[int, list[int]] = {}
    for folder in PROCESSES.glob("[0-9]*"):
        fields = _fields(int(folder.name))
        if fields:
            above.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = list[int](), [process]
    while waiting:
        below = above.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _fields(process: int) -> list[str]:
    """State and parent of a process, as Linux tells them; nothing where there is no such process."""
    try:
        told = (PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    # The name, in brackets, may hold anything.
    return told.rpartition(")")[2].split()[:2]


def _watch(run: int) -> None:
    while alive(run):
        time.sleep(PAUSE)
    # What is half done is left as by a kill: the next run knows of it, and may be at work already.
    for process in [*children(os.getpid()), os.getpid()]:
        try:
            os.kill(process, signal.SIGKILL)
        except OSError:
            continue
