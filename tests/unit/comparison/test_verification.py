"""Results against the manifest that is committed with them: the same, other bytes, other numbers, damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pypandoc
import pytest

from surveypipe.commands.run import main
from surveypipe.provenance import sha256

TABLE = "estimate_id,variable,statistic,scheme,estimate,se,note\n{}"
ROW = "a,read,proportion,cells,{},0.05,x\n"
PAGE = "<!DOCTYPE html><html><head><title>T</title></head><body><p>An estimated {}.</p></body></html>\n"


def write(results: Path, share: str = "0.70", words: str = "70%") -> None:
    """Results of a run, with the manifest that it leaves."""
    (results / "public").mkdir(parents=True, exist_ok=True)
    (results / "report").mkdir(exist_ok=True)
    (results / "public/estimates.csv").write_text(TABLE.format(ROW.format(share)), encoding="utf-8")
    (results / "report/brief.html").write_text(PAGE.format(words), encoding="utf-8")
    pypandoc.convert_text(
        f"An estimated {words}.", "docx", "markdown", outputfile=str(results / "report/brief.docx")
    )
    (results / "report/brief.pdf").write_bytes(b"%PDF-1.7\nx\n%%EOF\n")
    sign(results)


def sign(results: Path, **changed: object) -> None:
    """Write the manifest of what lies there."""
    files = [
        {
            "path": path.relative_to(results).as_posix(),
            "sha256": sha256(path.read_bytes()),
            "rule": "r",
            "bytes": 1,
        }
        for path in sorted(results.rglob("*.*"))
        if path.name != "manifest.json"
    ]
    made = {
        "configuration_sha256": "1", "configuration": {"inputs": {}, "seed": 1}, "codebook": {},
        "tool": {"version": "1", "code": {}}, "software": {"svy": "1"}, "inputs": [], "files": files,
    } | changed  # fmt: skip
    (results / "public/manifest.json").write_text(json.dumps(made), encoding="utf-8")


@pytest.fixture
def released(tmp_path, monkeypatch):
    """Results in the folder worked in, and their committed manifest."""
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    write(Path("results"))
    assert main(["verify", "--accept"]) == 0
    return Path("results")


def verified(capsys) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["verify"])
    return code, capsys.readouterr().out


def test_the_same_results_are_the_same_to_the_byte(released, capsys):
    code, said = verified(capsys)
    assert code == 0 and said.startswith("Verified: all 2 released numbers")
    assert "4 of 4 files are the same to the byte" in said


def test_other_bytes_with_the_same_numbers_and_words_pass_and_say_from_what(released, capsys):
    (released / "public/estimates.csv").write_text(TABLE.format(ROW.format("0.700")), encoding="utf-8")
    (released / "report/brief.html").write_text(PAGE.format(" 70%").replace("<p>", "<p >"), encoding="utf-8")
    (released / "report/brief.pdf").write_bytes(b"%PDF-1.7\nother letters\n%%EOF\n")
    sign(released, software={"svy": "2"})
    code, said = verified(capsys)
    assert code == 0
    told = "Other bytes, the same numbers in tables and words in documents"
    assert f"{told}: public/estimates.csv, report/brief.html." in said
    assert "nothing else is compared: report/brief.pdf." in said
    assert "software: svy 1 became 2" in said


def test_a_moved_number_is_named_with_its_cause(released, capsys):
    write(released, "0.74", "74%")
    sign(released, configuration={"inputs": {}, "seed": 2}, configuration_sha256="2")
    code, said = verified(capsys)
    assert code == 1
    assert said.startswith("NOT as released. 1 of 2 released numbers moved; the largest move is ")
    # A table in which a number moved is one of the files.
    assert "1 of 4 files are the same to the byte" in said.casefold()
    assert "70.0% to 74.0%, 4.0 points (0.8 SE); seed: 1 became 2" in said
    assert "report/brief.docx: 1 of 1 paragraphs and cells is not as released." in said
    assert "now: An estimated 74%." in said


def test_a_file_that_was_not_released_is_named(released, capsys):
    (released / "public/more.csv").write_text(TABLE.format(ROW.format("0.9")), encoding="utf-8")
    sign(released)
    code, said = verified(capsys)
    assert code == 1 and "public/more.csv: it is not among the released files." in said
    assert "4 of 5 files are the same to the byte" in said


def test_words_that_tell_of_an_answer_of_r_are_said_to_come_from_it(released, capsys):
    """Only the words of the documents: the numbers of a run rest on nothing that R computed."""
    write(released, words="70%, as R says")
    (released / "public/second_opinion.json").write_text("{}", encoding="utf-8")
    sign(released)
    code, said = verified(capsys)
    assert code == 1
    told = "second opinion: R was asked of the new results, and not of the old ones; the documents tell of it"
    assert told in said and "None of 2 released numbers moved" in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("public/estimates.csv", None, "it is missing"),
        ("report/brief.docx", None, "it is missing"),
        ("public/estimates.csv", TABLE.format("a,b\n").encode(), "this file is damaged"),
        ("report/brief.docx", b"PK no zip", "this file is damaged"),
        ("report/brief.html", b"<html><body><p>An est", "this file is damaged"),
        ("report/brief.pdf", b"%PDF-1.7 cut off", "this file is damaged"),
    ],
)
def test_a_missing_or_damaged_file_is_named(released, capsys, name, content, words):
    path = released / name
    path.unlink() if content is None else path.write_bytes(content)
    sign(released)
    code, said = verified(capsys)
    assert code == 1
    assert f"{name}: {words}" in said and ".." not in said


def test_a_file_that_was_changed_after_the_run_is_named(released, capsys):
    (released / "public/estimates.csv").write_text(TABLE.format(ROW.format("0.700")), encoding="utf-8")
    code, said = verified(capsys)
    assert code == 1
    assert "public/estimates.csv: it is not what the run wrote" in said


def test_without_a_manifest_or_with_that_of_a_run_it_is_said_what_to_type(released, capsys):
    Path("config/manifest.json").write_text((released / "public/manifest.json").read_text())
    assert main(["verify"]) == 1
    assert "holds no numbers" in capsys.readouterr().err
    Path("config/manifest.json").unlink()
    assert main(["verify"]) == 1
    assert "surveypipe verify --accept" in capsys.readouterr().err


def test_a_number_that_was_changed_after_the_run_is_told_so_and_not_from_the_code(released, capsys):
    sign(released, tool={"version": "2", "code": {"surveypipe/weighting": "other"}})
    (released / "public/estimates.csv").write_text(TABLE.format(ROW.format("0.74")), encoding="utf-8")
    code, said = verified(capsys)
    assert code == 1 and ".." not in said
    assert "70.0% to 74.0%, 4.0 points (0.8 SE); its file was changed after the run" in said
