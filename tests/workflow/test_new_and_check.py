"""surveypipe new and surveypipe check, as they are typed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from studies import make_files
from surveypipe.commands.run import main
from surveypipe.place import tool_folder
from surveypipe.study.placeholders import placeholders


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A survey of nurses and their list."""
    folder = tmp_path_factory.mktemp("files")
    make_files(folder)
    return folder


@pytest.fixture(scope="module")
def made(files: Path) -> Path:
    """Two studies made from them, read and not changed."""
    survey, staff = str(files / "nurses.sav"), str(files / "nurses_staff.csv")
    assert main(["new", str(files / "Übung 1"), "--survey", survey]) == 0
    assert main(["new", str(files / "listed"), "--survey", survey, "--list", staff]) == 0
    return files


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "listed", tmp_path / "study"))


def test_a_new_study_is_whole_and_its_configuration_short(made):
    study = made / "Übung 1"
    found = {str(path.relative_to(study)) for path in study.rglob("*") if path.is_file()}
    assert found == {
        ".gitignore",
        "README.md",
        "Snakefile",
        "config/authors.yaml",
        "config/codebook.yaml",
        "config/config.yaml",
        "config/plan.readings.jsonl",
        "data/raw/SHA256SUMS",
        "data/raw/nurses.sav",
        "profiles/default/config.yaml",
        "report/manuscript.qmd",
        "report/references.bib",
    }
    assert len((study / "config/config.yaml").read_text(encoding="utf-8").splitlines()) <= 15
    profile = "profiles/default/config.yaml"
    assert (study / profile).read_bytes() == (tool_folder() / profile).read_bytes()


def test_what_is_commented_out_may_be_taken_in(made, capsys):
    """Taking the # away from every decision gives a configuration that stands."""
    for name in ("Übung 1", "listed"):
        study = Path(shutil.copytree(made / name, made / f"decided {name}"))
        path = study / "config/config.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = ("# groups", "# weighting", "# disclosure", "#   ")
        decided = [line[2:] if line.startswith(keys) and "outcome" not in line else line for line in lines]
        path.write_text("\n".join(decided) + "\n", encoding="utf-8")
        assert {"groups", "disclosure"} <= set(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert main(["check", str(study)]) == 0, capsys.readouterr().err


def test_the_list_is_paired_with_the_survey_by_what_both_hold(made):
    frame = yaml.safe_load((made / "listed/config/config.yaml").read_text(encoding="utf-8"))["frame"]
    assert frame["id"] == "PersonNo"
    assert frame["columns"] == {
        "hospital": "Hospital", "grade": "Grade", "invited": "Posted", "outcome": "Result"
    }  # fmt: skip
    book = yaml.safe_load((made / "listed/config/codebook.yaml").read_text(encoding="utf-8"))
    assert book["variables"]["PNO"]["role"] == "id"


def test_what_is_told_is_short_and_ends_with_what_to_type(files, tmp_path, capsys):
    folder = tmp_path / "O'Brien"
    assert main(["new", str(folder), "--survey", str(files / "nurses.sav"), "--link"]) == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) <= 10
    assert told.out.splitlines()[-1].endswith("&& snakemake --cores 4")
    assert "Reading" in told.err and "Drafting" in told.err
    linked = folder / "data/raw/nurses.sav"
    assert linked.is_symlink() and linked.read_bytes() == (files / "nurses.sav").read_bytes()


NEW = ["new", "x", "--survey", "{files}/nurses.sav"]
WRONG = {
    "a folder in use": (["new", "{files}", "--survey", "{files}/nurses.sav"], "nothing is overwritten"),
    "no file": (["new", "x", "--survey", "{files}/nurse.sav", "--list", "no.csv"], "2 problems"),
    "no such id": (["new", "x", "--survey", "{files}/nurses.sav", "--id", "PNP"], "did you mean 'PNO'"),
    "list and counts": (
        [*NEW, "--list", "{files}/nurses_staff.csv", "--counts", "{files}/counts.csv"],
        "leave one out",
    ),
    "another id": (
        ["new", "x", "--survey", "{files}/nurses.sav", "--list", "{files}/nurses_staff.csv", "--id", "BED1"],
        "in common with the survey's BED1",
    ),
    "no study": (["check", "{files}"], "config/config.yaml is not there"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_word_leaves_nothing_behind(made, tmp_path, monkeypatch, capsys, name):
    words, told = WRONG[name]
    (made / "counts.csv").write_text("USES,n\n1,3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main([word.format(files=made) for word in words]) == 1
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_check_says_all_at_once_with_file_and_line(study, monkeypatch, capsys):
    settings = study / "config/config.yaml"
    text = settings.read_text(encoding="utf-8").replace("  # mode: web", "  mode: wed")
    settings.write_text(f"{text}claim: {{}}\n", encoding="utf-8")
    book = study / "config/codebook.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("type: ordinal", "type: ordnial", 1), "utf-8")
    (study / "config/authors.yaml").write_text("authors: []\n\nauthors: []\n", encoding="utf-8")
    assert main(["check", str(study)]) == 1
    told = capsys.readouterr().err
    assert "config/config.yaml, line 7: study.mode: 'wed'" in told
    last = len(text.splitlines()) + 1
    assert f"config/config.yaml, line {last}: unknown key 'claim' (did you mean 'claims'?)" in told
    assert re.search(r"config/codebook\.yaml, line \d+: variables\.\w+\.type: 'ordnial'", told)
    assert "config/authors.yaml: the key 'authors' stands twice, in lines 1 and 3" in told
    assert str(study) not in told and "Traceback" not in told


def test_check_reads_the_data_as_the_first_stage_does(study, capsys):
    listed = study / "data/raw/nurses_staff.csv"
    listed.write_text(listed.read_text(encoding="utf-8").replace("00102", "00101"), encoding="utf-8")
    (study / "config/authors.yaml").unlink()
    book = study / "config/codebook.yaml"
    book.write_text(book.read_text(encoding="utf-8").replace("  LOST:", "  LOSS:"), encoding="utf-8")
    (study / "report/manuscript.qmd").write_text("---\ntitle: A\n---\n\n38% agreed.\n", encoding="utf-8")
    assert main(["check", str(study)]) == 1
    told = capsys.readouterr().err
    assert "config/authors.yaml: there is no such file" in told
    (study / "config/authors.yaml").write_text("authors: []\n", encoding="utf-8")
    assert main(["check", str(study)]) == 1
    told = capsys.readouterr().err
    assert "the file has changed since its checksum was taken" in told
    assert "PersonNo 00101 occurs 2 times" in told
    assert "the variable LOSS of the codebook is not in the file" in told
    assert "report/manuscript.qmd, line 5: '38%'" in told


def test_what_the_templates_leave_to_the_author_is_among_what_is_looked_for(made):
    """A run on real data lists what stands as in the template: the names of a new study, all of them."""
    listed = yaml.safe_load((tool_folder() / "workflow/schemas/placeholders.yaml").read_text("utf-8"))
    authors = yaml.safe_load((made / "listed/config/authors.yaml").read_text(encoding="utf-8"))
    settings = yaml.safe_load((made / "listed/config/config.yaml").read_text(encoding="utf-8"))
    found = placeholders("", authors, listed["authors"])
    found += placeholders("", settings, listed["configuration"])
    keys = {placeholder.key for placeholder in found}
    for key in ("authors.1.name", "authors.1.email", "affiliations.1.name", "ethics", "study.setting"):
        assert key in keys


def test_a_survey_that_says_that_it_is_simulated_is_drafted_as_such(made, monkeypatch):
    monkeypatch.chdir(made)
    said = {}
    shutil.copyfile("nurses.sav", "nurses_SIMULATED.sav")
    for name in ("nurses.sav", "nurses_SIMULATED.sav"):
        assert main(["new", f"of {name}", "--survey", name]) == 0
        said[name] = yaml.safe_load(Path(f"of {name}/config/config.yaml").read_text("utf-8"))["study"]["data"]
    assert said == {"nurses.sav": "real", "nurses_SIMULATED.sav": "simulated"}
