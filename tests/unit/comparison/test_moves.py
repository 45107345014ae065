"""Which released numbers moved between two results, by how much, and from what."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveypipe.comparison.causes import Cause, Kind, Provenance, attributed, provenance
from surveypipe.comparison.moves import moves, same
from surveypipe.comparison.sentences import first_line, told
from surveypipe.comparison.tables import read_table
from surveypipe.problems import SurveyError

HEAD = "estimate_id,claim,variable,level,statistic,scheme,n,estimate,se,note\n"
A, B = "a,C1,read,1,proportion,cells,100,{},0.05,{}\n", "b,,clear,,mean,cells,90,{},0.1,\n"
OLD = HEAD + A.format("0.70", "x") + B.format("3.5") + "c,,old,,mean,cells,9,1,,\n"
NEW = HEAD + A.format("0.74", "y") + B.format("3.5000000000001") + "d,,new,,mean,cells,9,1,,\n"
CLAIMS = "claim,group,group_level,kind,variable,scheme_primary,n,estimate,se,grade,grade_label\n"
C1 = CLAIMS + "C1,overall,,share,read,cells,100,{},0.05,{},{}\n"


def tables(folder: Path, **texts: str) -> dict:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: read_table(folder / f"{name}.csv") for name in texts}


@pytest.fixture
def found(tmp_path):
    old = tables(tmp_path / "old", estimates=OLD, claims=C1.format(0.7, 2, "unless"))
    new = tables(tmp_path / "new", estimates=NEW, claims=C1.format(0.741, 3, "if"))
    return moves(old, new)


def test_each_number_is_compared_once_and_the_last_digits_are_the_machines(found):
    assert found.compared == 14
    assert {(move.table, move.place[0], move.column) for move in found.of("moved")} == {
        ("estimates", "a", "estimate"),
        ("claims", "C1", "estimate"),
    }
    assert [move.place for move in found.of("appeared")] == [("d",)] * 2
    assert [move.place for move in found.of("vanished")] == [("c",)] * 2
    assert found.words == {"estimates": 1, "claims": 1}


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (3.5, 3.5000000000001, True), (1234567.0, 1234567.0000001, True), (0.0, 3e-16, True),
        (3.26707e-07, 3.26708e-07, False), (5e-12, 5e-11, False), (1.0, 1.00000001, False),
        (None, None, True), (None, 0.0, False),
    ],
)  # fmt: skip
def test_small_numbers_are_told_apart_as_great_ones_are(first, second, alike):
    assert same(first, second) is alike


def test_a_move_is_told_absolute_relative_and_in_standard_errors(found):
    [move] = [move for move in found.of("moved") if move.table == "estimates"]
    assert move.absolute == pytest.approx(0.04)
    assert move.relative == pytest.approx(0.04 / 0.7)
    assert move.in_se == pytest.approx(0.8)


def test_numbers_of_claims_are_told_first(found):
    assert [move.table for move in found.worst_first("moved")] == ["claims", "estimates"]


def test_the_first_line_says_the_worst(found):
    assert first_line(found) == (
        "The grade of C1 changed from 'unless' to 'if'; 2 of 14 released numbers moved, "
        "2 appeared, 2 vanished; the largest move is C1's estimate by 4.1 points (0.8 SE)."
    )


def test_a_cause_is_given_to_what_rests_on_it(found):
    recode = Cause(Kind.CONFIGURATION, "recode of read", frozenset({"read", "C1"}))
    page = Cause(Kind.CODE, "the code of words", moves_numbers=False)
    by = {move.place: move.cause for move in attributed(found, Provenance([recode, page], [])).numbers}
    assert by[("a",)] == "recode of read"
    assert by[("d",)] == "recode of read (through other numbers)"
    data = Cause(Kind.DATA, "another file")
    by = {move.place: move.cause for move in attributed(found, Provenance([data, recode], [])).numbers}
    assert by[("a",)] == "recode of read; data"
    assert by[("d",)] == "data"
    assert attributed(found, Provenance([page], [])).numbers[0].cause == "not known"


def test_what_is_told_names_every_difference(found):
    recode = Cause(Kind.CONFIGURATION, "recode of read", frozenset({"read", "C1"}))
    known = Provenance([recode], ["Nothing is known of the code."])
    lines = told(attributed(found, known), known, ("a1", "b2"))
    assert "  configuration: recode of read" in lines
    assert "Nothing is known of the code." in lines
    assert "  C1: 'unless' became 'if' (recode of read)" in lines
    assert "  C1's estimate: 70.0% to 74.1%, 4.1 points (0.8 SE); recode of read" in lines


MANIFEST = {
    "configuration_sha256": "1",
    "configuration": {
        "inputs": {"codebook": "book.yaml"},
        "claims": {"C1": {"variable": "v", "threshold": 0.5}},
    },
    "codebook": {"variables": {"v": {"label": "V"}}},
    "tool": {"version": "1", "code": {"surveypipe/weighting": "a", "wording": "b"}},
    "software": {"svy": "1", "typst": "1"},
    "renderer": {"name": "pandoc", "version": "3"},
    "inputs": [{"path": "raw.csv", "sha256": "00000000aa"}, {"path": "book.yaml", "sha256": "1"}],
    "files": [{"path": "public/second_opinion.json", "sha256": "1"}],
}


@pytest.mark.parametrize(
    ("changed", "kind", "words", "numbers"),
    [
        ({"inputs": [{"path": "raw.csv", "sha256": "11111111aa"}, MANIFEST["inputs"][1]]}, "data",
         "raw.csv is another file (SHA-256 00000000… became 11111111…)", True),
        ({"codebook": {"variables": {"v": {"label": "W"}}}}, "configuration",
         "codebook entry of v, label: V became W", False),
        ({"codebook": {"variables": {"v": {"label": "V", "counts": 2}}}}, "configuration",
         "codebook entry of v, counts: 2 is new", True),
        ({"configuration_sha256": "2"}, "configuration",
         "the headcounts in the configuration, which are not released", True),
        ({"tool": {"version": "1", "code": {"surveypipe/weighting": "c", "wording": "b"}}}, "code",
         "the code differs in surveypipe/weighting", True),
        ({"tool": {"version": "1", "code": {"surveypipe/weighting": "a", "wording": "c"}}}, "code",
         "the code of words and pages differs in wording", False),
        ({"software": {"svy": "2", "typst": "1"}}, "software", "svy 1 became 2", True),
        ({"software": {"svy": "1", "typst": "2"}}, "software", "typst 1 became 2", False),
        ({"renderer": {"name": "quarto", "version": "1"}}, "software",
         "typeset with quarto 1, formerly with pandoc 3", False),
        ({"files": [{"path": "public/second_opinion.json", "sha256": "2"}]}, "second opinion",
         "R answered anew; the documents tell of it", False),
        ({"files": []}, "second opinion",
         "R was asked of the old results, and not of the new ones; the documents tell of it", False),
    ],
)  # fmt: skip
def test_each_kind_of_cause_is_told_from_the_manifests(changed, kind, words, numbers):
    known = provenance(MANIFEST, MANIFEST | changed)
    assert [(str(one.kind), one.words, one.moves_numbers) for one in known.causes] == [(kind, words, numbers)]
    assert known.unknown == []


def test_a_changed_entry_of_the_codebook_reaches_the_claims_that_use_it():
    [cause] = provenance(MANIFEST, MANIFEST | {"codebook": {"variables": {"v": {"label": "W"}}}}).causes
    assert cause.about == {"v", "C1"}


def test_what_an_older_manifest_does_not_tell_is_said():
    older = {key: MANIFEST[key] for key in ("inputs", "software", "renderer", "files")} | {
        "configuration_sha256": "0"
    }
    known = provenance(older, MANIFEST)
    assert [one.words for one in known.causes] == ["the configuration is another one"]
    assert len(known.unknown) == 2


@pytest.mark.parametrize("content", [b"", b"a,b\n1\n", b"a,b\n\xff,2\n", b'a,b\n"1,2\n'])
def test_a_damaged_table_is_named(tmp_path, content):
    path = tmp_path / "estimates.csv"
    path.write_bytes(content)
    with pytest.raises(SurveyError, match=r"estimates\.csv: this file is damaged"):
        read_table(path)
