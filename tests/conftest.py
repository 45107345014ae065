"""Fixtures shared by all tests: a copy of the project to run in, and its finished results."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from surveypipe.determinism import source_date_epoch

ROOT = Path(__file__).resolve().parents[1]
PARTS = [
    "Snakefile",
    "workflow",
    "profiles",
    "config",
    "data",
    "report",
    "environment.yml",
    "requirements.lock",
    "tests/fixtures",
    "tests/golden",
]
# What the date of the documents is taken from, as in workflow/rules/report.smk.
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())
DATED = ["config/config.yaml", *filter(None, CONFIG["inputs"].values()), "report"]
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def copy_project(target: Path) -> Path:
    for part in PARTS:
        source, copy = ROOT / part, target / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=IGNORED)
        else:
            shutil.copy2(source, copy)
    return target


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
    study = yaml.safe_load((folder / "config/config.yaml").read_text())
    fixtures = "tests/fixtures/false_claims"
    study["study"]["id"] = "false"
    study["results"] = "results_false"
    study["inputs"] |= {
        "survey": f"{fixtures}/southwark_SIMULATED.sav",
        "staff_list": f"{fixtures}/staff_list_SIMULATED.csv",
        "checksums": f"{fixtures}/SHA256SUMS",
    }
    for optional in {"codes", "follow_up"} & set(study["inputs"]):
        study["inputs"][optional] = None
    (folder / "false.yaml").write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False))
    done = run_snakemake(folder, "--configfile", "false.yaml")
    assert done.returncode == 0, done.stderr[-6000:]
    return folder / "results_false"
