"""Runs that are ended by force or find a machine that fails them, in a folder of their own."""

from __future__ import annotations

import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from studies import ROOT
from surveypipe import parents
from surveypipe.provenance import checksum

STUDY = ROOT / "studies/one-service"
# What make types in the project's own folder, for a study elsewhere.
MAKEFILE = (
    "all:\n\t@{python} {tool}/workflow/scripts/clear_stale_lock.py && "
    "{python} -m snakemake -s {tool}/Snakefile --cores 2 {target}\n"
)
# Seconds in which a process that was told to end must have ended, on a machine that is busy.
PATIENCE = 900
# A run is ended at most so many seconds after at most so many of its stages began: it goes on each time.
MOST_STAGES, MOST_SECONDS = 3, 3.0


def variables(**more: str) -> dict[str, str]:
    """Environment of a run of this checkout's tool."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), **more}


def new_study(folder: Path, target: str) -> Path:
    """Copy the study, with a Makefile."""
    shutil.copytree(STUDY, folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    told = MAKEFILE.format(python=shlex.quote(sys.executable), tool=shlex.quote(str(ROOT)), target=target)
    (folder / "Makefile").write_text(told, encoding="utf-8")
    return folder


def made(folder: Path) -> dict[str, str]:
    """Checksum of each file that a run made; logs and records of stages hold the time and are left out."""
    files = [path for path in sorted((folder / "results").rglob("*")) if path.is_file()]
    kept = [
        path for path in files if path.relative_to(folder).parts[1] not in ("logs", "stage_records", "build")
    ]
    return {str(path.relative_to(folder)): checksum(path) for path in kept}


def raw(folder: Path) -> dict[str, str]:
    """Checksum of each raw file."""
    return {path.name: checksum(path) for path in sorted((folder / "data/raw").iterdir())}


def at_work(folder: Path) -> dict[int, str]:
    """Processes that run in a folder: number and command."""
    found = {}
    for process in parents.PROCESSES.glob("[0-9]*"):
        try:
            here = (process / "cwd").resolve() == folder.resolve()
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if here and parents.alive(int(process.name)):
            found[int(process.name)] = words
    return found


def waited(until: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something comes to be within some seconds."""
    end = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def begun(folder: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    """Begin `make`, or another command, in a group of processes of its own."""
    return subprocess.Popen(
        words or ("make",),
        cwd=folder,
        env=variables(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def snakemake(folder: Path, *words: str, **more: str) -> tuple[int, str]:
    """Run plain Snakemake to its end; give its exit code and all that it said."""
    command = (sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "2", *words)
    run = begun(folder, *command, **more)
    said, _ = run.communicate(timeout=1500)
    return run.returncode, said


def _main(folder: Path, make: int) -> list[int]:
    return [
        number for number, words in at_work(folder).items() if " -m snakemake " in words and number != make
    ]


def _stages(folder: Path) -> list[int]:
    return [
        number
        for number, words in at_work(folder).items()
        if words.startswith("python ") and "--job" in words
    ]


def _stages_since(folder: Path, start: float) -> int:
    logs = (folder / "results/logs").glob("*.log")
    return sum(path.stat().st_mtime >= start for path in logs)


def _send(numbers: list[int], what: signal.Signals) -> bool:
    for number in numbers[:1]:
        os.kill(number, what)
    return bool(numbers)


def _send_group(make: int, what: signal.Signals) -> bool:
    os.killpg(make, what)
    return True


# How a run is ended: each gives whether there was anything to end.
KILLS: dict[str, Callable[[Path, int], bool]] = {
    "SIGKILL to all": lambda folder, make: _send_group(make, signal.SIGKILL),
    "SIGKILL to make": lambda folder, make: _send([make], signal.SIGKILL),
    "SIGKILL to Snakemake": lambda folder, make: _send(_main(folder, make), signal.SIGKILL),
    "SIGKILL to a stage": lambda folder, make: _send(_stages(folder), signal.SIGKILL),
    "SIGINT to all": lambda folder, make: _send_group(make, signal.SIGINT),
    "SIGTERM to all": lambda folder, make: _send_group(make, signal.SIGTERM),
    "SIGTERM to Snakemake": lambda folder, make: _send(_main(folder, make), signal.SIGTERM),
}


@dataclass
class Chain:
    """Runs of one study, each ended by force at a random moment, and what was seen.

    Parameters
    ----------
    folder
        The study's.
    whole
        What an undisturbed run makes.
    """

    folder: Path
    whole: dict[str, str]
    kills: dict[str, int] = field(default_factory=dict)
    ended: int = 0

    def run(self, seed: int, count: int) -> None:
        """Kill as often as is asked for; after each time the next run goes on from what is left."""
        draw, before = random.Random(seed), raw(self.folder)
        while sum(self.kills.values()) < count:
            kind = list(KILLS)[(seed + sum(self.kills.values())) % len(KILLS)]
            self._once(kind, draw.randint(0, MOST_STAGES), draw.uniform(0, MOST_SECONDS))
            assert raw(self.folder) == before
        self.finish()

    def _once(self, kind: str, stages: int, pause: float) -> None:
        """End a run some seconds after so many of its stages began, wherever that finds it."""
        start = time.time()
        run = begun(self.folder)
        waited(lambda: run.poll() is not None or _stages_since(self.folder, start) >= stages)
        waited(lambda: run.poll() is not None, pause)
        if run.poll() is not None:
            self._whole(run)
            return
        killed = KILLS[kind](self.folder, run.pid)
        if kind == "SIGKILL to make" and killed:
            run.wait()
            self._another_stops()
            _send(_main(self.folder, run.pid), signal.SIGKILL)
        # What was killed takes its stages along, or waits for them and ends; nothing goes on unseen.
        assert waited(lambda: not at_work(self.folder)), (kind, at_work(self.folder))
        said = run.communicate()[0]
        assert "in a way that it should not" not in said, said
        if killed:
            self.kills[kind] = self.kills.get(kind, 0) + 1

    def _another_stops(self) -> None:
        """A run whose `make` is gone goes on; a second one is told so, and changes nothing."""
        if _main(self.folder, 0):
            second = begun(self.folder)
            said = second.communicate()[0]
            # The first may not have its lock yet when it is looked for, or end before the second has looked.
            told = "Snakemake is already at work in this folder" in said or "cannot be locked" in said
            assert (second.returncode != 0 and told) or not _main(self.folder, 0), said

    def finish(self) -> None:
        """Run to the end, and hold what there is against what an undisturbed run makes."""
        run = begun(self.folder)
        self._whole(run)

    def _whole(self, run: subprocess.Popen[str]) -> None:
        said = run.communicate()[0]
        assert run.returncode == 0, said[-3000:]
        assert made(self.folder) == self.whole
        self.ended += 1
        shutil.rmtree(self.folder / "results")
