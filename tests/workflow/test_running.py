"""Snakemake begun by a command of ours: a killed one's lock is cleared, that of one at work is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from studies import ROOT
from surveypipe.commands import running
from surveypipe.commands.run import main
from surveypipe.problems import SurveyError


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder in which a Snakemake was killed."""
    locks = tmp_path / running.LOCKS
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/summary.txt\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def at_work(locked: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of that name which runs in the folder."""
    program = locked / "snakemake.py"
    program.write_text("import time\nprint(flush=True)\ntime.sleep(60)\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, program.name], cwd=locked, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_lock_that_nobody_holds_is_cleared(locked: Path) -> None:
    assert running.clear_stale_lock(locked)
    assert not running.clear_stale_lock(locked)


def test_a_lock_that_is_held_is_left_and_its_holder_named(
    locked: Path, at_work: subprocess.Popen[bytes]
) -> None:
    with pytest.raises(SurveyError, match=rf"already at work in the folder .* \(process {at_work.pid}\)"):
        running.run_snakemake(locked, "--version")
    assert any((locked / running.LOCKS).iterdir())


def test_where_processes_are_not_shown_it_is_said_what_to_type(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PROCESSES", locked / "none")
    with pytest.raises(SurveyError, match="snakemake --unlock"):
        running.clear_stale_lock(locked)


def test_snakemake_runs_where_a_lock_was_left(locked: Path) -> None:
    (locked / "Snakefile").write_text("rule all:\n    shell: 'echo $TOLD > made'\n", encoding="utf-8")
    done = running.run_snakemake(locked, "--cores", "1", variables={"TOLD": "this"}, captured=True)
    assert done.returncode == 0, done.stderr
    assert (locked / "made").read_text(encoding="utf-8") == "this\n"


def test_make_clears_the_lock_first(locked: Path) -> None:
    command = [sys.executable, str(ROOT / "workflow/scripts/clear_stale_lock.py")]
    said = [
        subprocess.run(command, cwd=locked, capture_output=True, text=True, check=True).stdout for _ in "12"
    ]
    assert said == ["Removed the lock of an earlier run that did not end.\n", ""]


def test_surveypipe_run_clears_the_lock_first_and_runs_the_tool(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def keep(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command[1:])
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(running.subprocess, "run", keep)
    assert main(["run", str(locked)]) == 1 and asked == []
    (locked / "config").mkdir()
    (locked / "config/config.yaml").write_text("", encoding="utf-8")
    assert main(["run", str(locked), "--cores", "2"]) == 1
    assert asked == [["-m", "snakemake", "-s", str(ROOT / "Snakefile"), "--cores", "2"]]
    assert not running.clear_stale_lock(locked)


def test_whoever_reads_no_further_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "surveypipe.commands.run", "where"],
        stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow")},
    )  # fmt: skip
    os.close(writer)
    assert done.stderr == "" and done.returncode == 1
