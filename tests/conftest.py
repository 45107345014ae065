"""Fixtures shared by all tests: a copy of the project to run in, and its finished results."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studies import ROOT, copy_project, false_claims
from surveypipe.determinism import source_date_epoch
from surveypipe.study.base import plain
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

# What the date of the documents is taken from, as in workflow/rules/report.smk.
INPUTS = plain(read(ROOT / "config/config.yaml", Configuration).inputs)
DATED = ["config/config.yaml", *INPUTS.values(), "report"]


def run_snakemake(folder: Path, *words: str, timeout: int = 400) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    # A copy has no history; its documents get the date that the project's own would have.
    environment.setdefault("SOURCE_DATE_EPOCH", str(source_date_epoch(DATED, ROOT)))
    command = [sys.executable, "-m", "snakemake", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project, without results."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def copied() -> Callable[[Path], Path]:
    """Copy the project, without results, into a folder."""
    return copy_project


@pytest.fixture(scope="session")
def snakemake() -> Callable[..., subprocess.CompletedProcess[str]]:
    return run_snakemake


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project after a whole run; tests read it and change nothing."""
    folder = copy_project(tmp_path_factory.mktemp("finished") / "project")
    done = run_snakemake(folder, "--cores", "2")
    assert done.returncode == 0, done.stderr[-6000:]
    return folder


@pytest.fixture
def finished_copy(finished: Path, tmp_path: Path) -> Path:
    """A finished run that a test may change and go on from."""
    return Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))


@pytest.fixture(scope="session")
def false_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a whole run on the second simulated population, in which every claim is false."""
    folder = copy_project(tmp_path_factory.mktemp("false") / "project")
    study = false_claims(folder)
    done = run_snakemake(folder, "--configfile", study.configfile)
    assert done.returncode == 0, done.stderr[-6000:]
    return folder / study.results
