"""The archive: the same bytes each time, described and searched; what it rebuilds is what was released."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from conftest import once, run_snakemake
from studies import ROOT, copy_project
from surveypipe.archiving.crate import check_crate
from surveypipe.problems import SurveyError

rocrate = pytest.importorskip("rocrate.rocrate", reason="rocrate describes the archive")
PUBLIC = "results/archive/southwark-public.zip"
STUDIES = sorted(path.parents[1].name for path in ROOT.glob("studies/*/config/config.yaml"))


def _archive(folder: Path, finished: Path) -> None:
    project = Path(shutil.copytree(finished, folder / "project", symlinks=True))
    done = run_snakemake(project, "--cores", "1", "archive")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    unpack(project / PUBLIC, folder / "unpacked")


def unpack(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as whole:
        whole.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def archived(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with its public archive, and beside it the archive unpacked."""
    return once(tmp_path_factory, "archived", lambda folder: _archive(folder, finished))


def test_every_file_has_its_checksum_and_its_description(archived):
    unpacked = archived / "unpacked"
    lines = (unpacked / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = dict(reversed(line.split("  ", 1)) for line in lines)
    files = {path.relative_to(unpacked).as_posix(): path for path in unpacked.rglob("*") if path.is_file()}
    assert set(files) - set(told) == {"SHA256SUMS", "ro-crate-metadata.json"} and set(told) <= set(files)
    assert [name for name in told if hashlib.sha256(files[name].read_bytes()).hexdigest() != told[name]] == []
    check_crate(unpacked)


def test_what_was_released_is_in_it_and_no_private_file(archived):
    results, unpacked = archived / "project/results", archived / "unpacked"
    manifest = json.loads((results / "public/manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        assert (unpacked / "released" / entry["path"]).read_bytes() == (results / entry["path"]).read_bytes()
    private = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (results / "data").glob("*.parquet")}
    held = {hashlib.sha256(path.read_bytes()).hexdigest() for path in unpacked.rglob("*") if path.is_file()}
    assert private and not private & held
    hidden = {"private", ".snakemake", "__pycache__"}
    assert not [path for path in unpacked.rglob("*") if hidden & set(path.parts)]


@pytest.mark.slow
def test_made_again_it_has_the_same_bytes(archived, tmp_path):
    project = Path(shutil.copytree(archived / "project", tmp_path / "project", symlinks=True))
    before = (project / PUBLIC).read_bytes()
    (project / PUBLIC).unlink()
    done = run_snakemake(project, "--cores", "1", "archive")
    assert done.returncode == 0, done.stderr[-3000:]
    assert (project / PUBLIC).read_bytes() == before
    with zipfile.ZipFile(project / PUBLIC) as whole:
        epoch = int(whole.read("SOURCE_DATE_EPOCH"))
        assert len({entry.date_time for entry in whole.infolist()}) == 1
        assert [entry.filename for entry in whole.infolist()] == sorted(whole.namelist())
    assert epoch == int((ROOT / "SOURCE_DATE_EPOCH").read_text())


def test_the_crate_tells_of_the_run_as_its_profile_asks(archived):
    """What Process Run Crate and Workflow Run Crate 0.5 require, beside what rocrate reads."""
    crate = rocrate.ROCrate(archived / "unpacked")
    profiles = {entity.id for entity in crate.root_dataset["conformsTo"]}
    assert {"https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5"} <= profiles
    workflow = crate.mainEntity
    assert workflow.id == "Snakefile"
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow"} <= set(workflow.type)
    assert workflow["programmingLanguage"].id.endswith("#snakemake")
    (run,) = crate.root_dataset["mentions"]
    assert run.type == "CreateAction" and run["instrument"] == workflow
    read, made = ({entity.id for entity in run[key]} for key in ("object", "result"))
    assert {"config/config.yaml", "data/raw/southwark_SIMULATED.sav"} <= read
    assert {"released/report/manuscript.docx", "released/public/estimates.csv"} <= made
    for side, names in (("input", read), ("output", made)):
        parameters = {entity.id for entity in workflow[side]}
        assert {crate.get(name)["exampleOfWork"].id for name in names} == parameters
    for key in ("name", "description", "datePublished", "license"):
        assert crate.root_dataset[key]


def test_a_crate_that_is_not_of_its_files_is_told(archived, tmp_path):
    changed = Path(shutil.copytree(archived / "unpacked", tmp_path / "unpacked"))
    (changed / "LICENSE").unlink()
    (changed / "new.txt").write_text("new")
    with pytest.raises(SurveyError) as told:
        check_crate(changed)
    missing, more = told.value.problems
    assert "LICENSE, which is not there" in missing and "does not describe new.txt" in more


def test_a_person_in_it_stops_the_public_archive(archived, tmp_path):
    project = Path(shutil.copytree(archived / "project", tmp_path / "project", symlinks=True))
    with (project / "config/codebook.yaml").open("a", encoding="utf-8") as book:
        book.write("# Ask S001 or jane@borough.example, SE5 8AF.\n")
    (project / PUBLIC).unlink()
    done = run_snakemake(project, "--cores", "1", "--rerun-triggers", "input", "--touch")
    assert done.returncode == 0, done.stderr[-2000:]
    done = run_snakemake(project, "--cores", "1", "archive")
    said = done.stdout + done.stderr
    assert "'S001' tells a person apart" in said
    assert "'jane@borough.example' is an e-mail address" in said and "'SE5 8AF' is a postcode" in said
    assert "Traceback" not in said and not (project / PUBLIC).exists()


def commands(page: Path) -> list[str]:
    """The commands that the archive's own page shows."""
    (block,) = re.findall(r"```\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line.partition("#")[0].strip() for line in block.splitlines()]


def rebuild(unpacked: Path) -> str:
    """Type what the archive's page says, with the packages of this environment instead of fetched ones."""
    for name, words in {"python": "", "snakemake": "-m snakemake"}.items():
        program = unpacked / ".venv/bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        program.chmod(0o755)
    (unpacked / ".venv/.installed").touch()
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    environment["PYTHONPATH"] = str(unpacked / "workflow")
    said = ""
    for line in commands(unpacked / "README.md"):
        done = subprocess.run(
            line, shell=True, cwd=unpacked, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        said = done.stdout + done.stderr
    return said


@pytest.mark.slow
def test_simulated_data_rebuild_everything_from_the_answers(archived, tmp_path):
    unpacked = Path(shutil.copytree(archived / "unpacked", tmp_path / "years later"))
    said = rebuild(unpacked)
    count = len(json.loads((unpacked / "results/public/manifest.json").read_text())["files"])
    assert f"{count} of {count} files are the same to the byte" in said
    assert (unpacked / "results/data/analysis.parquet").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("level", ["public", "restricted"])
def test_real_data_rebuild_the_report_from_what_was_released(tmp_path, level):
    """The public archive lacks the answers; the restricted one holds them, and everything is rebuilt."""
    tool = copy_project(tmp_path / "tool")
    study = Path(shutil.copytree(ROOT / "studies/schools-strata", tool / "studies/schools-strata"))
    target = {"public": "archive", "restricted": "archive_restricted"}[level]
    done = run_snakemake(study, "--cores", "2", target, timeout=1800)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    place = {"public": "results/archive", "restricted": "results/private/archive"}[level]
    unpacked = unpack(study / place / f"schools-strata-{level}.zip", tmp_path / "unpacked")
    raw = yaml.safe_load((study / "config/config.yaml").read_text())["inputs"]["survey"]
    assert (unpacked / raw).exists() is (level == "restricted")
    assert (unpacked / "analysis/analysis.sav").exists() is (level == "restricted")
    shutil.rmtree(tool)
    said = rebuild(unpacked)
    count = len(json.loads((unpacked / "results/public/manifest.json").read_text())["files"])
    assert f"{count} of {count} files are the same to the byte" in said
    assert (unpacked / "results/data").exists() is (level == "restricted")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STUDIES if name != "schools-strata"])
def test_every_study_has_a_public_archive(name, tmp_path):
    """The search for persons stops at none: what it finds in a study of the repository is no person."""
    tool = copy_project(tmp_path / "tool")
    study = Path(shutil.copytree(ROOT / "studies" / name, tool / "studies" / name))
    done = run_snakemake(study, "--cores", "2", "archive", timeout=1800)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    (archive,) = (study / "results/archive").glob("*-public.zip")
    with zipfile.ZipFile(archive) as whole:
        assert whole.testzip() is None and "released/report/manuscript.pdf" in whole.namelist()
