"""A stage ends with the run that began it, and takes along what it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studies import ROOT
from surveypipe import parents

# A stage that runs another program, says its number, and never ends by itself.
STAGE = """
import subprocess, sys, time
from _shared import run
def main() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, flush=True)
    time.sleep(60)
run(main)
"""
# A run that begins a stage as Snakemake does, through a shell and a pipe.
RUN = """
import os, subprocess, sys
os.environ["SURVEYPIPE_RUN"] = str(os.getpid())
subprocess.run(["bash", "-c", f"{sys.executable} {sys.argv[1]} 2>&1 | tee {sys.argv[2]}"])
"""
pytestmark = pytest.mark.skipif(not parents.PROCESSES.is_dir(), reason="processes are looked up in /proc")


def waited(until) -> bool:
    end = time.monotonic() + 60
    while not until() and time.monotonic() < end:
        time.sleep(0.05)
    return until()


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.py"
    path.write_text(STAGE)
    return path


def test_a_stage_and_what_it_runs_end_with_a_run_that_was_killed(stage: Path, tmp_path: Path):
    log = tmp_path / "log"
    path = os.pathsep.join(str(ROOT / part) for part in ("workflow", "workflow/scripts"))
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(stage), str(log)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
    )
    assert waited(lambda: log.is_file() and log.read_text().strip() != "")
    begun = [*parents.children(run.pid), int(log.read_text())]
    assert len(begun) > 3 and all(map(parents.alive, begun))
    run.kill()
    # Not yet mourned: a run that is dead and still has its number counts as dead.
    assert waited(lambda: not any(map(parents.alive, begun)))
    run.wait()


def test_what_runs_and_what_does_not():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert parents.alive(child.pid) and child.pid in parents.children(os.getpid())
    child.kill()
    assert waited(lambda: not parents.alive(child.pid))
    child.wait()
    assert not parents.alive(child.pid)
