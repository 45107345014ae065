"""Two results of a small study: `surveypipe compare` of folders and of commits names what was changed."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import lxml.html
import pytest
import yaml

from stages import run_stages, whole
from studies import ROOT, small_study
from surveypipe import provenance
from surveypipe.commands import rebuilding
from surveypipe.commands.compare import NUMBERS, PAGE, compare
from surveypipe.commands.run import main
from surveypipe.commands.verify import verify_results
from surveypipe.place import library_folder, tool_folder
from surveypipe.problems import SurveyError
from surveypipe.sealing.lock import plan_files
from surveypipe.sealing.readings import read_record
from surveypipe.study.base import plain

RECODES = [
    {"variable": "often", "label": "Many hours", "type": "bands", "from": "hours", "cuts": [20]},
    {"variable": "short", "label": "Few hours", "type": "bands", "from": "hours", "cuts": [10]},
]


def study(folder: Path) -> dict:
    config = yaml.safe_load((small_study(folder) / "config/config.yaml").read_text("utf-8"))
    recodes = [{**one, "labels": ["Few", "Many"]} for one in RECODES]
    # The brief holds no table of answers, so that its words tell of a change of the data alone.
    return config | {"cleaning": {"recodes": recodes}, "analysis": {"items": ["uses", "often", "short"]}}


def built(config: dict, results: Path) -> Path:
    """Released tables of a configuration, with their manifest."""
    run_stages(config, results)
    made = provenance.manifest(
        {}, {}, study=config["study"], config=json.loads(json.dumps(plain(whole(config)))),
        codebook=yaml.safe_load(Path("config/codebook.yaml").read_text("utf-8")),
        code=provenance.code_checksums(tool_folder(), library_folder()),
        withheld={"data/raw/answers.csv": provenance.sha256(Path("data/raw/answers.csv").read_bytes())},
        renderer="pandoc", renderer_version="3", wording={},
    )  # fmt: skip
    (results / "public/manifest.json").write_text(json.dumps(made), encoding="utf-8")
    return results


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Results before and after one recode was changed."""
    config = study(tmp_path)
    monkeypatch.chdir(tmp_path)
    built(config, Path("before"))
    config["cleaning"]["recodes"][0]["cuts"] = [30]
    return built(config, Path("after"))


def test_results_that_differ_in_one_recode_name_it(two, capsys):
    assert main(["compare", "before", "after", "--out", "told"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "released numbers moved" in said[0] and said[0].endswith("no grade changed.")
    assert "  configuration: recode of often, cuts: 20 taken out, 30 added" in said
    with (Path("told") / NUMBERS).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    of_recode = [row for row in rows if row["place"].startswith("often__")]
    assert of_recode and {row["cause"] for row in of_recode} == {
        "recode of often, cuts: 20 taken out, 30 added"
    }
    assert not [row for row in rows if row["place"].startswith(("short__", "uses__"))]
    page = lxml.html.parse(str(Path("told") / PAGE))
    assert "recode of often" in page.getroot().text_content()


def test_the_same_results_have_nothing_to_tell(two, capsys):
    found = compare("after", "after", Path(), Path("told"), print)
    assert found.same and found.lines[0].startswith("None of ")


def test_what_is_neither_folder_nor_commit_is_said_for_both(two):
    with pytest.raises(SurveyError) as raised:
        compare("nowhere", "config", Path(), Path("told"), print)
    assert len(raised.value.problems) == 2
    assert "neither a folder of results nor a commit" in raised.value.problems[0]
    assert "config: there are no results here" in raised.value.problems[1]


def git(*words: str) -> None:
    names = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", *names, *words], check=True, capture_output=True)


def test_a_commit_that_is_built_is_in_the_record_of_readings(tmp_path, monkeypatch):
    """Its run reads the answers in a folder that is deleted with the record that the run keeps."""
    config = study(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git("init", "-q", ".")
    git("add", ".")
    git("commit", "-qm", "All")
    stopped = subprocess.CompletedProcess([], 1, stdout="", stderr="stopped")
    monkeypatch.setattr(rebuilding, "run_snakemake", lambda *words, **more: stopped)
    with pytest.raises(SurveyError, match="stopped"):
        rebuilding.rebuilt("HEAD", Path(), print)
    [reading] = read_record(plan_files("config/config.yaml").record).readings
    assert reading.by == "surveypipe compare"
    assert reading.file == provenance.sha256(Path("data/raw/answers.csv").read_bytes())


@pytest.mark.slow
def test_two_commits_that_differ_in_one_recode_name_it(tmp_path, monkeypatch, capsys):
    config = study(tmp_path)
    monkeypatch.chdir(tmp_path)
    snakefile = (tool_folder() / "workflow/templates/Snakefile").read_text("utf-8")
    Path("Snakefile").write_text(snakefile, encoding="utf-8")
    # As of real data, the raw file is in no commit.
    Path(".gitignore").write_text("/results/\n.snakemake/\n/data/raw/*\n!/data/raw/SHA256SUMS\n")
    git("init", "-q", ".")
    for cuts in ([20], [30]):
        config["cleaning"]["recodes"][0]["cuts"] = cuts
        Path("config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        git("add", ".")
        git("commit", "-qm", "A cut")
    assert main(["compare", "HEAD~1", "HEAD", "--out", "told"]) == 0
    said = capsys.readouterr().out
    assert "configuration: recode of often, cuts: 20 taken out, 30 added" in said
    done = subprocess.run(
        [sys.executable, "-m", "surveypipe.commands.run", "compare", "HEAD~1", "HEAD", "--out", "again"],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": str(library_folder().parent), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "Building" not in done.stderr, "a commit is built once"


@pytest.mark.slow
def test_the_summary_of_a_run_names_what_moved_since_the_last_release(tmp_path, monkeypatch):
    """`.ci/compare_with_release` with a tag: first the same numbers, then others."""
    config = study(tmp_path)
    monkeypatch.chdir(tmp_path)
    snakefile = (tool_folder() / "workflow/templates/Snakefile").read_text("utf-8")
    program = f'#!/bin/sh\nexec "{sys.executable}" -m surveypipe.commands.run "$@"\n'
    files = {".ci/compare_with_release": (ROOT / ".ci/compare_with_release").read_text("utf-8")}
    files |= {".venv/bin/surveypipe": program, "Snakefile": snakefile}
    files[".gitignore"] = "/results/\n/.snakemake/\n/.venv/\n"
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, encoding="utf-8")
        Path(name).chmod(0o755)
    git("init", "-q", ".")

    def said(cut: int, words: str, *tags: str) -> str:
        config["cleaning"]["recodes"][0]["cuts"] = [cut]
        Path("config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        Path("NOTES.md").write_text(words, encoding="utf-8")
        git("add", ".")
        git("commit", "-qm", words)
        for tag in tags:
            git("tag", tag)
        shutil.copytree(rebuilding.rebuilt("HEAD", Path(), print)[0], "results", dirs_exist_ok=True)
        environment = {"PYTHONPATH": str(library_folder().parent), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [".ci/compare_with_release"], capture_output=True, text=True, env=environment, check=True
        )
        return done.stdout

    assert said(20, "First", "v1.0") == "There is no release yet to compare these results with.\n"
    same = said(20, "Words")
    assert same.startswith("## Since v1.0\n\n```\nNone of ") and same.endswith("```\n")
    other = said(30, "Another cut", "v2.0")
    # The release that is being made is not compared with itself.
    assert other.startswith("## Since v1.0\n") and "released numbers moved" in other
    assert "recode of often, cuts: 20 taken out, 30 added" in other


def test_the_committed_manifest_is_that_of_the_shipped_study(finished):
    """After a change that is meant: `surveypipe verify --accept` on a fresh run, and commit the manifest."""
    lines, passed = verify_results(finished / "results", ROOT / "config/manifest.json")
    assert passed, "\n".join(lines)
