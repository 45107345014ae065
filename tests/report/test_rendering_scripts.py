"""The programs that the rules call: what they leave behind when they end well and when they do not."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
import yaml

from surveypipe.formatting import escape
from surveypipe.rendering.metadata import STATEMENTS, build_metadata, escaped_authors
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.placeholders import leaves as placeholder_leaves
from surveypipe.study.report import Report

from .conftest import AUTHORS, EPOCH, REPORT, ROOT, STUDY

FORMATS = ("html", "docx", "pdf")


def call(script: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "workflow" / "scripts" / f"{script}.py"), *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "workflow")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def render(sample: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    words = ["--config", json.dumps({"study": STUDY, "report": REPORT}), "--document", "sample"]
    words += ["--renderer", "pandoc", "--epoch", str(EPOCH), "--build", str(out / "build")]
    (sample / "parts.json").write_text("[]", encoding="utf-8")
    for name, path in (
        ("parts", "parts.json"),
        ("qmd", "sample.qmd"),
        ("bibliography", "references.bib"),
        ("numbers", "numbers.yaml"),
    ):
        words += [f"--{name}", str(sample / path)]
    for name in ("tables", "figures"):
        words += [f"--{name}", str(sample / name / "index.json")]
    for name in ("styles", "filters"):
        words += [f"--{name}", *map(str, (ROOT / "workflow/typesetting" / name).iterdir())]
    for form in FORMATS:
        words += [f"--{form}", str(out / "report" / f"s.{form}")]
    return call("render", *words, *more)


@pytest.fixture
def authors_file(tmp_path: Path) -> Path:
    path = tmp_path / "authors.yaml"
    path.write_text(yaml.safe_dump(AUTHORS), encoding="utf-8")
    return path


def check(tmp_path: Path, authors: Path) -> subprocess.CompletedProcess[str]:
    words = [
        "--authors",
        authors,
        "--typst",
        tmp_path / "build" / "sample.typ",
        "--report",
        tmp_path / "checked.txt",
    ]
    for form in FORMATS:
        words += [f"--{form}", tmp_path / "report" / f"s.{form}"]
    return call("check_blinding", *words)


def test_blinded_documents_are_made_and_pass_the_scan(
    sample: Path, tmp_path: Path, authors_file: Path
) -> None:
    done = render(sample, tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["s.docx", "s.html", "s.pdf"]
    checked = check(tmp_path, authors_file)
    assert checked.returncode == 0, checked.stderr
    assert "none found" in (tmp_path / "checked.txt").read_text()


def test_the_scan_stops_on_documents_with_authors(sample: Path, tmp_path: Path, authors_file: Path) -> None:
    assert render(sample, tmp_path, "--authors", authors_file).returncode == 0
    checked = check(tmp_path, authors_file)
    assert checked.returncode == 1
    assert "s.docx: 'Ada Lovelock' identifies the authors" in checked.stderr
    assert "Traceback" not in checked.stderr
    assert not (tmp_path / "checked.txt").exists()


def test_unknown_numbers_are_told_in_plain_words_and_no_format_is_left(sample: Path, tmp_path: Path) -> None:
    path = sample / "sample.qmd"
    path.write_text(
        path.read_text(encoding="utf-8") + "\n{{< meta num.nn >}} {{< meta num.zz >}}\n", encoding="utf-8"
    )
    done = render(sample, tmp_path)
    assert done.returncode == 1
    assert "The stage 'render' stopped: 2 problems to put right." in done.stderr
    assert "Traceback" not in done.stderr
    assert not any((tmp_path / "report").iterdir())


def test_numbers_typed_by_hand_stop_the_build(sample: Path, tmp_path: Path) -> None:
    path = sample / "sample.qmd"
    lines = path.read_text(encoding="utf-8").count("\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\nOf all, 38% answered, and 45 of them late.\n")
    done = render(sample, tmp_path)
    assert done.returncode == 1
    assert "The stage 'render' stopped: 2 problems to put right." in done.stderr
    assert f"sample.qmd, line {lines + 2}: '38%' is typed by hand" in done.stderr
    assert not any((tmp_path / "report").iterdir())


NASTY = "river_side_ <Unit> & $Trust$ | @home [y](z) ^a^ ~b~ `c` {#id} --- ... &amp; *s* **u**"
NASTY_AUTHORS = {
    "authors": [
        {
            "name": f"Ann {NASTY}",
            "email": "a_b_c@my_unit.example",
            "corresponding": True,
            "affiliations": [1],
        }
    ],
    "affiliations": [{"id": 1, "name": f"House {NASTY}"}],
    **{key: f"{key.capitalize()} {NASTY}" for key in ("place", *STATEMENTS)},
}


def words_of(path: Path) -> str:
    """Text of a document without white space, which its lines break anywhere."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            text = html.unescape(re.sub(r"<[^>]*>", "", archive.read("word/document.xml").decode()))
    elif path.suffix == ".pdf":
        text = subprocess.run(
            ["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True
        ).stdout
    else:
        text = html.unescape(re.sub(r"<[^>]*>", "", path.read_text(encoding="utf-8")))
    # Typst sets three dots as the one sign for them.
    return re.sub(r"\s+", "", text).replace("…", "...")


NO_PDFTOTEXT = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")


@pytest.mark.parametrize("form", ["html", "docx", pytest.param("pdf", marks=NO_PDFTOTEXT)])
def test_the_authors_file_is_text_in_every_format(sample: Path, tmp_path: Path, form: str) -> None:
    with (sample / "sample.qmd").open("a", encoding="utf-8") as file:
        for key in ("place", *(f"statements.{name}" for name in STATEMENTS)):
            file.write(f"\nAt {{{{< meta {key} >}}}}\n")
    path = tmp_path / "authors.yaml"
    path.write_text(yaml.safe_dump(NASTY_AUTHORS), encoding="utf-8")
    done = render(sample, tmp_path, "--authors", path)
    assert done.returncode == 0, done.stderr
    text = words_of(tmp_path / "report" / f"s.{form}")
    for label in ("Ann", "House", "Place", *(name.capitalize() for name in STATEMENTS)):
        assert re.sub(r"\s+", "", f"{label} {NASTY}") in text, label
    assert "a_b_c@my_unit.example" in text


def test_quarto_is_given_the_authors_escaped() -> None:
    study, report = msgspec.convert(STUDY, Study), msgspec.convert(REPORT, Report)
    metadata = build_metadata(study, report, {}, msgspec.convert(NASTY_AUTHORS, Authors))
    given = escaped_authors(metadata)
    assert given["author"][0]["name"] == escape(f"Ann {NASTY}")
    assert given["affiliations"][0]["name"] == escape(f"House {NASTY}")
    assert given["author"][0]["affiliations"] == [{"ref": "aff-1"}]


# --- values that stand as in the template --------------------------------------------------------------


def look(tmp_path: Path, authors: Path, study: dict[str, object]) -> tuple[str, str]:
    out = tmp_path / "placeholders.txt"
    done = call(
        "check_placeholders", "--config", json.dumps({"study": study}), "--name", "my_study/config.yaml",
        "--authors", authors, "--template", ROOT / "workflow/schemas/placeholders.yaml", "--report", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, out.read_text(encoding="utf-8")


def shipped(name: str) -> dict:
    return yaml.safe_load((ROOT / "config" / name).read_text(encoding="utf-8"))


def test_a_real_study_with_the_template_untouched_is_told_every_value_with_file_and_key(
    tmp_path: Path,
) -> None:
    study = shipped("config.yaml")["study"] | {"data": "real"}
    told, written = look(tmp_path, ROOT / "config/authors.yaml", study)
    assert told.strip() == written.strip()
    expected = [
        "config/authors.yaml: authors.1.name is still 'First Author'.",
        "config/authors.yaml: affiliations.1.name is still 'Institution, City, Country'.",
        "config/authors.yaml: place is still 'the London Borough of Southwark'.",
        "my_study/config.yaml: study.setting is still 'one London borough'.",
    ]
    for line in expected:
        assert line in written
    for key in ("id", "title", "setting", "follows"):
        assert f"study.{key} is still '{study[key]}'." in written
    # All that the template holds and that identifies a study: nothing of it escapes.
    # A role is a word of a taxonomy that every study draws on.
    leaves = [
        value
        for key, value in placeholder_leaves(shipped("authors.yaml"))
        if value not in ("True", "1") and ".roles." not in key
    ]
    assert [value for value in leaves if f"'{value}'" not in written] == []


def test_a_study_with_its_own_values_is_told_nothing_and_a_simulated_one_either(
    tmp_path: Path, authors_file: Path
) -> None:
    own = {"id": "mine", "title": "Ours", "data": "real", "setting": "one city"}
    named = yaml.safe_load(authors_file.read_text()) | {"ethics": "Ours"}
    named["authors"][0]["email"] = "ada@eastmere.ac.uk"
    authors_file.write_text(yaml.safe_dump(named), encoding="utf-8")
    assert look(tmp_path, authors_file, own)[1] == ""
    assert look(tmp_path, ROOT / "config/authors.yaml", shipped("config.yaml")["study"])[1] == ""


def test_words_of_the_template_are_found_wherever_they_stand(tmp_path: Path, authors_file: Path) -> None:
    named = yaml.safe_load(authors_file.read_text()) | {"funding": "The grant, TO BE FILLED IN"}
    authors_file.write_text(yaml.safe_dump(named), encoding="utf-8")
    written = look(tmp_path, authors_file, {"data": "real"})[1]
    assert "funding is still 'The grant, TO BE FILLED IN'" in written
    assert "authors.1.email is still 'ada@example.org'" in written


def test_the_end_of_the_run_repeats_the_list(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    said = {"mark": "", "answered": "", "asked": "", "plan": "No plan is sealed.", "claims": []}
    (tmp_path / "headlines.json").write_text(json.dumps(said))
    (tmp_path / "placeholders.txt").write_text("NOT YET YOURS: 1 value\n")
    (tmp_path / "codebook.yaml").write_text("variables: {}\n")
    done = call(
        "publish", "--config", json.dumps({"study": {"id": "x", "data": "real"}}),
        "--released", tmp_path / "headlines.json", "--rules", "disclose",
        "--headlines", tmp_path / "headlines.json", "--placeholders", tmp_path / "placeholders.txt",
        "--codebook", tmp_path / "codebook.yaml", "--raw", tmp_path / "headlines.json",
        "--renderer", "pandoc", "--renderer-version", "3",
        "--manifest", tmp_path / "public/manifest.json", "--summary", tmp_path / "summary.txt",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "summary.txt").read_text().rstrip().endswith("NOT YET YOURS: 1 value")
    assert "The plan:\n  No plan is sealed.\n" in (tmp_path / "summary.txt").read_text()
