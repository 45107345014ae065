"""An archive without answers holds no headcount and no file of persons, and begins at what was released."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import stages
from archived import about
from studies import ROOT, small_study
from surveypipe import provenance
from surveypipe.archiving.about import Level
from surveypipe.archiving.assembly import CONFIGURATION, Parts, refused, study_files
from surveypipe.archiving.contents import configuration_without_answers, same_as_withheld, tool_files
from surveypipe.archiving.taking_up import changed_since
from surveypipe.problems import SurveyError
from surveypipe.study.base import plain
from surveypipe.study.checking import settings_of
from surveypipe.study.folder import StudyFolder
from surveypipe.study.inputs import Inputs

CELLS = [{"levels": {"site": "1"}, "n": 17}, {"levels": {"site": "2"}, "n": 43}]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = small_study(tmp_path / "study")
    monkeypatch.chdir(made)
    return made


def completed(study: Path) -> dict:
    config = yaml.safe_load((study / CONFIGURATION).read_text())
    config["frame"] = {"margins": {"site": {"1": 17, "2": 43}, "uses": {"Yes": 0.25, "No": 0.75}}}
    return plain(stages.whole(config))


def test_the_configuration_says_no_headcount_and_is_whole(study):
    config = completed(study)
    config["frame"]["cells"] = CELLS
    written = configuration_without_answers(config)
    told = yaml.safe_load(written)
    assert "cells" not in told["frame"] and b"17" not in written.replace(b"2017", b"")
    assert told["frame"]["margins"] == {
        "site": {"1": 2.0, "2": 2.0},
        "uses": {key: 0.0 for key in config["frame"]["margins"]["uses"]},
    }
    assert {key: told[key] for key in config if key not in ("frame", "inputs")} == {
        key: value for key, value in yaml.safe_load(yaml.safe_dump(config)).items()
        if key not in ("frame", "inputs")
    }  # fmt: skip


def test_it_is_read_where_no_raw_file_is(study):
    (study / CONFIGURATION).write_bytes(configuration_without_answers(completed(study)))
    (study / "data/raw/answers.csv").unlink()
    folder = StudyFolder(Path(), ROOT)
    read = yaml.safe_load((study / CONFIGURATION).read_text())
    with pytest.raises(SurveyError, match=r"released/public/manifest.json: there is no such file"):
        settings_of(read, [CONFIGURATION], folder)
    (study / "released/public").mkdir(parents=True)
    (study / "released/public/manifest.json").write_text("{}")
    again = settings_of(read, [CONFIGURATION], folder).settings
    assert plain(again)["claims"] == read["claims"] and again.inputs.released == "released/public"


def test_every_file_that_make_needs_of_the_tool_is_there():
    held = tool_files(ROOT, ROOT / "workflow/surveypipe")
    assert {"Makefile", "pyproject.toml", "requirements.lock", "Snakefile", "LICENSE"} <= set(held)
    assert "workflow/surveypipe/archiving/contents.py" in held and "workflow/rules/released.smk" in held
    assert not [name for name in held if "__pycache__" in name or name.startswith(("tests/", "data/"))]


def test_the_tool_is_found_where_its_package_lies_elsewhere(tmp_path):
    library = tmp_path / "site-packages/surveypipe"
    for name in tool_files(ROOT, ROOT / "workflow/surveypipe"):
        inside = name.startswith("workflow/surveypipe/")
        target = library / (name.removeprefix("workflow/surveypipe/") if inside else f"tool/{name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    held = tool_files(library / "tool", library)
    assert list(held) == list(tool_files(ROOT, ROOT / "workflow/surveypipe"))


def parts_of(study: Path, results: Path) -> Parts:
    named = Inputs(survey="")
    own = [Path(named.codebook), Path(named.authors), Path("report/brief.qmd")]
    raw = [Path("data/raw/answers.csv"), Path("data/raw/SHA256SUMS")]
    return Parts(results, Path(CONFIGURATION), own, [], raw, [], [])


@pytest.mark.parametrize(("level", "answers"), [(Level.PUBLIC, False), (Level.RESTRICTED, True)])
def test_raw_files_are_in_it_only_with_the_answers(study, level, answers):
    archive = about(level, answers=answers)
    members = study_files(archive, parts_of(study, study / "results"), completed(study), "{}")
    assert ("data/raw/answers.csv" in members) is answers
    text = members[CONFIGURATION].decode()
    assert ("released: released/public" in text) is not answers
    if answers:
        assert text == (study / CONFIGURATION).read_text()


def test_a_file_of_persons_is_refused_under_any_name(study):
    parts = parts_of(study, study / "results")
    members = study_files(about(), parts, completed(study), "{}")
    assert refused(about(), parts, members, {}, ["first.author@institution.example"]) == []
    members["report/note.csv"] = Path("data/raw/answers.csv").read_bytes()
    (told,) = refused(about(), parts, members, {}, ["first.author@institution.example"])
    assert told.startswith("report/note.csv: this is data/raw/answers.csv")
    assert same_as_withheld(members, parts.raw) == [told]


def test_a_file_outside_the_study_has_no_place(study):
    parts = parts_of(study, study / "results")
    away = Parts(parts.results, parts.configuration, [Path("../elsewhere.qmd")], [], [], [], [])
    with pytest.raises(SurveyError, match="outside the study's folder"):
        study_files(about(), away, completed(study), "{}")


def test_a_released_file_that_was_changed_is_told(tmp_path):
    kept, changed, new = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    for path in (kept, changed, new):
        path.write_text("n\n1\n")
    listed = [
        {"path": f"public/{path.name}", "sha256": provenance.sha256(path.read_bytes())}
        for path in (kept, changed)
    ]
    changed.write_text("n\n2\n")
    with pytest.raises(SurveyError) as told:
        changed_since({"files": listed}, [kept, changed, new]).raise_if_any()
    assert [problem.partition(":")[0] for problem in told.value.problems] == [str(changed), str(new)]
