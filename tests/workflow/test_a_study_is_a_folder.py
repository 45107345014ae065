"""A study is a folder, anywhere: three ways to run it do the same and give the same bytes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import warm
from conftest import once
from studies import ROOT, small_study

INCLUDED = (ROOT / "workflow/templates/Snakefile").read_text(encoding="utf-8")
MODULE = """\
from surveypipe.place import snakefile


module small:
    snakefile: snakefile()
    prefix: "{study}"


use rule * from small as small_*


rule report:
    input:
        rules.small_all.input,
"""
# Braces would be wildcards of Snakemake in a module's prefix.
FOLDER = "O'Brien's Übung 1"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow"), "SOURCE_DATE_EPOCH": "1700000000"}
    done: subprocess.CompletedProcess[str] = warm.run(("--cores", "2", *words), folder, environment, 400)
    return done


class Way(NamedTuple):
    """A study that is ready to be run: its folder, the folder worked in, and what is typed there."""

    study: Path
    folder: Path
    words: tuple[str, ...] = ()

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        return run(self.folder, *self.words, *more)


def included(base: Path) -> Way:
    """Snakemake in the study's folder, whose Snakefile includes the tool's."""
    study = small_study(base / FOLDER)
    (study / "Snakefile").write_text(INCLUDED, encoding="utf-8")
    shutil.copytree(ROOT / "profiles/default", study / "profiles/default")
    return Way(study, study)


def from_elsewhere(base: Path) -> Way:
    """The tool's Snakefile by its path, the study's folder by -d."""
    study = small_study(base / FOLDER)
    return Way(study, base, ("-s", str(ROOT / "Snakefile"), "-d", str(study)))


def as_module(base: Path) -> Way:
    """A Snakefile of another project that uses the rules as a module, before whose paths it sets a prefix."""
    study = small_study(base / FOLDER)
    (base / "Snakefile").write_text(MODULE.format(study=FOLDER), encoding="utf-8")
    return Way(study, base)


WAYS = [included, from_elsewhere, as_module]


def commands(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found = re.findall(r"^Shell command: \(?(?:cd .*? && )?(python .*?)\)? 2>&1 ", done.stdout, re.M)
    return sorted(set(found))


def test_three_ways_plan_the_same_commands(tmp_path):
    planned = {way: commands(way(tmp_path / way.__name__).run("-n", "-p")) for way in WAYS}
    assert len(planned[included]) > 15
    assert planned[from_elsewhere] == planned[included]
    assert planned[as_module] == planned[included]


def test_the_profile_is_found_in_the_study_or_beside_the_tool(tmp_path):
    for way in (included, from_elsewhere):
        done = way(tmp_path / way.__name__).run("-n")
        assert re.search("Using workflow specific profile .*profiles/default", done.stdout + done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): content(path) for path in paths if path.suffix != ".parquet"}


def content(path: Path) -> bytes:
    """What a file holds; of a stage's record all but when it was written."""
    if "stage_records" not in path.parts:
        return path.read_bytes()
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["at"]
    return json.dumps(record).encode()


def _three_runs(base: Path) -> None:
    """All at once: two studies that run at the same time do not touch each other."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda way: way(base / way.__name__).run(), WAYS))
    for done in made:
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    base = once(tmp_path_factory, "three_ways", _three_runs)
    return lambda way: base / way / FOLDER


@pytest.mark.slow
def test_three_ways_give_the_same_bytes_and_name_no_place_of_the_tool(runs):
    first, *others = [contents(runs(way.__name__) / "results") for way in WAYS]
    assert "report/brief-blinded.pdf" in first and "public/estimates.csv" in first
    for other in others:
        assert [name for name in first if first[name] != other.get(name)] == []
        assert set(other) == set(first)
    assert [name for name, content in first.items() if str(ROOT).encode() in content] == []


@pytest.mark.slow
def test_a_study_that_is_moved_has_nothing_to_be_done(runs, tmp_path):
    study = Path(shutil.copytree(runs("included"), tmp_path / "elsewhere", symlinks=True))
    assert "Nothing to be done" in run(study).stdout + run(study).stderr
    again = run(tmp_path, "-s", str(ROOT / "Snakefile"), "-d", str(study), "all")
    assert "Nothing to be done" in again.stdout + again.stderr


@pytest.mark.parametrize("way", WAYS)
def test_all_that_is_wrong_is_named_at_once_by_its_path_within_the_study_with_its_line(tmp_path, way):
    made = way(tmp_path)
    settings = made.study / "config/config.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "analysis: {items: [nothing]}\n", encoding="utf-8"
    )
    (made.study / "config/authors.yaml").write_text("\nauthors: 3\n", encoding="utf-8")
    done = made.run("-n")
    told = done.stdout + done.stderr
    assert done.returncode == 1 and "Traceback" not in told
    assert re.search(r"^  \d\. config/authors\.yaml, line 2: authors: ", told, re.M), told[-2000:]
    assert re.search(r"^  \d\. config/config\.yaml, line 7: analysis\.items: ", told, re.M), told[-2000:]
