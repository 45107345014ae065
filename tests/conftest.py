"""Fixtures shared by all tests: a copy of the project to run in, and its finished results."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

import long_tests
import warm
from studies import FALSE_RESULTS, ROOT, copy_project, false_claims, with_results
from surveypipe.archiving import pdf_text

# Tests that run the pipeline come first, so that no process is left with a long one at the end.
ORDER = ("workflow", "recomputation", "golden", "report", "property", "unit")


# First, so that what is marked here is left out by the mark.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_tests.mark(items)
    items.sort(key=lambda item: ORDER.index(item.path.relative_to(ROOT / "tests").parts[0]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    return (yield from long_tests.measured(item))


def run_snakemake(folder: Path, *words: str, timeout: int = 400) -> subprocess.CompletedProcess[str]:
    # A study that lies in a copy of the project is run by the copy's tool.
    tool = next(place for place in (folder, *folder.parents, ROOT) if (place / "workflow/rules").is_dir())
    environment = {**os.environ, "PYTHONPATH": str(tool / "workflow")}
    done: subprocess.CompletedProcess[str] = warm.run(words, folder, environment, timeout)
    return done


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


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Make a folder once, whichever of the processes that share the tests needs it first."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder, made = base / name, base / f"{name}.made"
    with FileLock(base / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            made.touch()
    return folder


def _whole_run(folder: Path) -> None:
    # What `make` has made in the checkout is gone on from: as much of it is made again as is out of date.
    done = run_snakemake(with_results(copy_project(folder / "project")), "--cores", "2")
    assert done.returncode == 0, done.stderr[-6000:]


def _false_run(folder: Path) -> None:
    project = copy_project(folder / "project")
    numbers = f"{FALSE_RESULTS}/numbers.yaml"
    done = run_snakemake(project, numbers, "--configfile", false_claims(project).configfile)
    assert done.returncode == 0, done.stderr[-6000:]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project after a whole run; tests read it and change nothing."""
    return once(tmp_path_factory, "finished", _whole_run) / "project"


@pytest.fixture
def finished_copy(finished: Path, tmp_path: Path) -> Path:
    """A finished run that a test may change and go on from."""
    return Path(shutil.copytree(finished, tmp_path / "project", symlinks=True))


@pytest.fixture(scope="session")
def page_texts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], list[str]]:
    """Give the text of each page of a PDF; one that several tests ask for is read once."""

    def texts(path: Path) -> list[str]:
        def read(folder: Path) -> None:
            folder.mkdir()
            found = pdf_text.page_texts(path)
            (folder / "texts.json").write_text(json.dumps(found), encoding="utf-8")

        name = f"texts_{hashlib.sha256(path.read_bytes()).hexdigest()}"
        kept = once(tmp_path_factory, name, read) / "texts.json"
        return list(json.loads(kept.read_text(encoding="utf-8")))

    return texts


@pytest.fixture(scope="session")
def false_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results, as far as the numbers of the text, on the second population, in which every claim is false."""
    return once(tmp_path_factory, "false", _false_run) / "project" / FALSE_RESULTS
