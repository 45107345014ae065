"""Runs that are killed, find the disk full, or come to a poor machine: the same bytes in the end, or a word.

``KILLS`` sets how many runs are killed, ``FAULTS_TARGET`` what they make (everything, where it is not set).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

import faults
from faults import Chain, at_work, begun, made, new_study, raw, snakemake
from surveypipe import parents

KILLS = int(os.environ.get("KILLS", "60"))
CHAINS = 3
TARGET = os.environ.get("FAULTS_TARGET", "")
# Parts of the room that a whole run needs.
POINTS = (0.1, 0.3, 0.5, 0.7, 0.9)
MIB = 2**20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not parents.PROCESSES.is_dir(), reason="processes are looked up in /proc"),
]


class Whole(NamedTuple):
    """What an undisturbed run makes, and its bytes on the disk."""

    files: dict[str, str]
    size: int


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = new_study(tmp_path_factory.mktemp("whole") / "study", TARGET)
    code, said = snakemake(folder, *TARGET.split())
    assert code == 0, said
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Whole(made(folder), size)


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[None]:
    """Mount something on a folder, which only the administrator may."""
    folder.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["mount", *how, str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    with mounted(folder, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield


@pytest.mark.parametrize("chain", range(CHAINS))
def test_a_killed_run_goes_on_to_the_same_bytes(whole: Whole, tmp_path: Path, chain: int):
    runs = Chain(new_study(tmp_path / "study", TARGET), whole.files)
    runs.run(chain, -(-KILLS // CHAINS))
    print(
        f"{sum(runs.kills.values())} kills ({runs.kills}), {runs.ended} whole runs in between, each the same"
    )


@pytest.mark.parametrize("part", POINTS)
def test_a_full_disk_is_told_and_a_run_with_more_room_makes_the_same_bytes(
    whole: Whole, tmp_path: Path, part: float
):
    disk = tmp_path / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", f"size={int(whole.size * part)}", "tmpfs"):
        folder = new_study(disk / "study", TARGET)
        before = raw(folder)
        code, said = snakemake(folder, *TARGET.split())
        assert code != 0
        assert re.search("disk is full|No space left|is left on the disk", said), said
        assert "in a way that it should not" not in said, said
        subprocess.run(["mount", "-o", f"remount,size={whole.size * 4 + 200 * MIB}", str(disk)], check=True)
        make = begun(folder)
        said = make.communicate()[0]
        assert make.returncode == 0, said
        assert (made(folder), raw(folder)) == (whole.files, before)


def test_raw_data_that_cannot_be_written_are_read(whole: Whole, tmp_path: Path):
    folder = new_study(tmp_path / "study", TARGET)
    with read_only(folder / "data/raw"):
        code, said = snakemake(folder, *TARGET.split())
        assert code == 0, said
        assert made(folder) == whole.files


@pytest.mark.parametrize("name", ["results", "."])
def test_a_folder_that_cannot_be_written_is_told_before_anything_is_computed(tmp_path: Path, name: str):
    folder = new_study(tmp_path / "study", TARGET)
    (folder / "results").mkdir()
    with read_only(folder / name):
        code, said = snakemake(folder, *TARGET.split())
    assert code != 0 and "Traceback" not in said
    assert "no file can be made in this folder" in said, said


def test_a_poor_machine_gives_the_same_bytes(whole: Whole, tmp_path: Path):
    """No home, no folder for passing files, no fonts, no git; another time zone and language."""
    folder = new_study(tmp_path / "study", TARGET)
    programs = tmp_path / "programs"
    programs.mkdir()
    # Snakemake's plugin for Slurm, where it is installed, asks for `which` at every start.
    for name in ("bash", "sh", "tee", "env", "uname", "cat", "which"):
        (programs / name).symlink_to(shutil.which(name) or name)
    poor = {
        "HOME": "/proc/none",
        "XDG_CACHE_HOME": "/proc/none",
        "TMPDIR": str(tmp_path / "none"),
        "FONTCONFIG_FILE": "/dev/null",
        "PATH": str(programs),
        "LC_ALL": "C",
        "TZ": "Pacific/Chatham",
    }
    code, said = snakemake(folder, *TARGET.split(), **poor)
    assert code == 0, said
    assert made(folder) == whole.files
    assert not (folder / "none").exists()


def test_of_two_runs_at_once_the_second_is_told_and_the_first_is_not_disturbed(whole: Whole, tmp_path: Path):
    folder = new_study(tmp_path / "study", TARGET)
    first = begun(folder)
    assert faults.waited(lambda: any((folder / ".snakemake/locks").glob("*")))
    os.killpg(first.pid, signal.SIGSTOP)
    plain, said = snakemake(folder, *TARGET.split())
    assert plain != 0 and "cannot be locked" in said and "--unlock" in said
    second = begun(folder)
    said = second.communicate()[0]
    assert second.returncode != 0 and "Snakemake is already at work in this folder (process" in said
    os.killpg(first.pid, signal.SIGCONT)
    assert first.communicate()[0] and first.returncode == 0
    assert made(folder) == whole.files and at_work(folder) == {}
