"""The studies in the repository: each is whole, its data can be made again, and it runs to the end."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from stages import run_stages, table, whole
from studies import ROOT
from surveypipe.study.poles import CATEGORIES

STUDIES = sorted(path.parent.parent for path in (ROOT / "studies").glob("*/config/config.yaml"))
MOST_LINES = 40


def configuration(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def configurations() -> list[Path]:
    """Every configuration of every study, but for authors and codebook."""
    found = sorted(path for study in STUDIES for path in (study / "config").glob("*.yaml"))
    return [path for path in found if path.stem not in ("authors", "codebook")]


def named(path: Path) -> str:
    return path.parent.parent.name + ("" if path.stem == "config" else f"-{path.stem}")


@pytest.fixture(params=configurations(), ids=named)
def study(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, run in its study's folder."""
    monkeypatch.chdir(request.param.parent.parent)
    return request.param


def test_a_study_is_a_folder_with_a_word_on_its_data(study: Path):
    folder = study.parent.parent
    assert len(study.read_text(encoding="utf-8").splitlines()) < MOST_LINES
    assert (folder / "Snakefile").read_bytes() == (ROOT / "workflow/templates/Snakefile").read_bytes()
    told = (folder / "README.md").read_text(encoding="utf-8")
    assert "**Source.**" in told and "**Licence.**" in told
    simulated = configuration(study)["study"]["data"] == "simulated"
    files = [path for path in (folder / "data/raw").iterdir() if path.name != "SHA256SUMS"]
    assert all(("SIMULATED" in path.name) == simulated for path in files)
    assert simulated == ("Simulated by" in told)
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(files)]
    assert (folder / "data/raw/SHA256SUMS").read_text().splitlines() == sums


def test_the_data_of_the_studies_are_made_again_byte_for_byte(tmp_path: Path):
    for script in (ROOT / "studies").glob("make_data.*"):
        shutil.copy(script, tmp_path)
    done = subprocess.run([sys.executable, "make_data.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.glob("*/data/raw/*"))
    held = sorted(path.relative_to(ROOT / "studies") for path in (ROOT / "studies").glob("*/data/raw/*"))
    # Where there is no R, the data sets of its packages cannot be made.
    assert made == held if shutil.which("Rscript") else set(made) < set(held)
    for path in made:
        assert (tmp_path / path).read_bytes() == (ROOT / "studies" / path).read_bytes(), path


def test_a_study_runs_to_what_is_released(study: Path, tmp_path: Path):
    settings = whole(configuration(study))
    folder = run_stages(configuration(study), tmp_path)
    estimates = table(folder, "public/estimates")
    shown = estimates[estimates["estimate"].notna()]
    assert set(settings.analysis.items) <= set(shown["variable"]), set(settings.analysis.items) - set(
        shown["variable"]
    )
    assert set(shown["scheme"]) <= set(settings.weighting.schemes)
    claims = table(folder, "public/claims")
    assert sorted(claims["claim"].unique()) == sorted(settings.claims)
    weights = pd.read_parquet(folder / "data/weights.parquet")
    people = pd.read_parquet(folder / "data/dispositions.parquet")
    assert len(weights) == people["category"].isin(["I", "P"]).sum()
    columns = [name for name in weights if name.startswith("w_")]
    assert columns and (weights[columns] > 0).all(axis=None)


def test_ratings_are_shown_by_groups_that_are_large_whatever_their_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Raked weights make many small parts of each group: no reader can tell how one of them answered."""
    study = ROOT / "studies/web-panel/config/config.yaml"
    monkeypatch.chdir(study.parent.parent)
    released = table(run_stages(configuration(study), tmp_path, last="disclose"), "public/estimates")
    rating = released[(released["variable"] == "important") & (released["group"] == "age")]
    shares = rating[(rating["statistic"] == "proportion") & (rating["scheme"] == "margins")]
    merged = shares[shares["level"].isin(CATEGORIES)]
    assert len(merged) == 3 * 4 and set(merged["status"]) == {"released"}
    assert (shares["n"] >= 50).all()
