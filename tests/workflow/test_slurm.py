"""A study run as jobs of Slurm: the same bytes as on one computer."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conftest import run_snakemake
from one_node_slurm import missing, slurm
from studies import ROOT
from surveypipe.memory import ALWAYS

PROFILE = ROOT / "profiles/slurm/config.yaml"
# Asked every few seconds: the jobs are short, and nobody else asks.
PATIENCE = ["--slurm-init-seconds-before-status-checks", "3", "--seconds-between-status-checks", "3"]
# No account, and no record of jobs that are done.
PLAIN = ["--slurm-no-account", "--slurm-status-command", "squeue"]
# Says when a stage ran.
TIMED = "stage_records"


def made(folder: Path) -> dict[str, bytes]:
    """Released files and documents, by their place."""
    files = [*folder.glob("results/**/*"), *folder.glob("report/*")]
    files = [
        path for path in files if path.is_file() and TIMED not in path.parts and "logs" not in path.parts
    ]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_profile_names_no_cores_and_what_has_no_rule_asks_for_little() -> None:
    profile = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))
    assert "cores" not in profile and profile["executor"] == "slurm"
    assert profile["default-resources"]["mem_mb"] == ALWAYS


@pytest.mark.slow
def test_jobs_of_slurm_give_the_same_bytes(finished: Path, project: Path, tmp_path: Path) -> None:
    why = missing()
    if why:
        pytest.skip(why)
    place = tmp_path / "slurm"
    place.mkdir()
    with slurm(place):
        done = run_snakemake(project, "--workflow-profile", "profiles/slurm", *PLAIN, *PATIENCE, timeout=3000)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr.count("has been submitted with SLURM jobid") > 20
    here, there = made(finished), made(project)
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
