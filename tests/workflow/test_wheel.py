"""The tool is installed from its wheel, outside its repository, and a study runs from it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import once
from studies import ROOT, copy_project, small_study
from surveypipe.archiving import contents

# What a wheel is built from, beside what a run needs.
BUILT_FROM = ("README.md",)


def _install(folder: Path) -> None:
    """Build the wheel from a copy, and install it into a fresh environment; what it needs is borrowed."""
    source = copy_project(folder / "source")
    for name in BUILT_FROM:
        (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    (wheel,) = (folder / "wheel").glob("*.whl")
    python = str(folder / "env/bin/python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    done = subprocess.run(
        [*install, "--no-deps", "--no-build-isolation", str(wheel)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "installed", _install)


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [str(installed / "env/bin/python"), *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=400, check=False
    )


def test_the_wheel_carries_all_that_a_run_reads(installed):
    (wheel,) = (installed / "wheel").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name.removeprefix("surveypipe/tool/") for name in archive.namelist()}
    parts = [ROOT / name for name in ("Snakefile", *contents.BUILT_WITH)]
    parts += (ROOT / "profiles").rglob("*.yaml")
    folders = [path for path in (ROOT / "workflow").iterdir() if path.name != "surveypipe"]
    parts += [path for folder in folders for path in [folder, *folder.rglob("*")] if path.is_file()]
    names = [str(path.relative_to(ROOT)) for path in parts if "__pycache__" not in path.parts]
    assert len(names) > 100 and [name for name in names if name not in held] == []


def test_the_program_says_where_the_tool_lies(installed, tmp_path):
    done = run(installed, tmp_path, str(installed / "env/bin/surveypipe"), "where")
    place = Path(done.stdout.strip())
    assert place.is_file() and place.is_relative_to(installed / "env")


def test_a_study_runs_from_the_installed_wheel(installed, tmp_path):
    study = small_study(tmp_path / "my study")
    snakefile = (ROOT / "workflow/templates/Snakefile").read_text(encoding="utf-8")
    (study / "Snakefile").write_text(snakefile, encoding="utf-8")
    done = run(installed, study, "-m", "snakemake", "--cores", "2", "results/public/estimates.csv")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (study / "results/public/estimates.csv").stat().st_size > 1000
    assert str(ROOT) not in "".join(path.read_text() for path in study.glob("results/logs/*.log"))


@pytest.mark.slow
def test_a_whole_report_is_made_by_the_installed_wheel(installed, tmp_path):
    study = small_study(tmp_path / "my study")
    place = run(installed, tmp_path, "-m", "surveypipe.commands.run", "where").stdout.strip()
    done = run(installed, tmp_path, "-m", "snakemake", "--cores", "2", "-s", place, "-d", str(study))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert (study / "results/report/brief-blinded.pdf").is_file()
