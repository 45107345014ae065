"""Every YAML file is read strictly: a key given twice is told with both its lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from surveypipe.problems import SurveyError
from surveypipe.study.authors import Authors
from surveypipe.study.reading import parse_yaml, read, read_yaml

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = sorted((ROOT / "workflow").rglob("*.py")) + sorted((ROOT / "workflow").rglob("*.smk"))


def problems(text: str, **more: int) -> list[str]:
    with pytest.raises(SurveyError) as caught:
        parse_yaml(text, "f.yaml", **more)
    return caught.value.problems


def test_keys_given_twice_are_told_at_once_with_their_lines():
    text = 'claims:\n  C1: {a: 1}\n  C2: {a: 2, a: 3}\n  C1: {a: 4}\nlist:\n  - {1: x, "1": y}\n'
    assert problems(text) == [
        "f.yaml: the key 'C1' of claims stands twice, in lines 2 and 4; keep one of them.",
        "f.yaml: the key 'a' of claims.C2 stands twice, in lines 3 and 3; keep one of them.",
        "f.yaml: the key '1' of list.0 stands twice, in lines 6 and 6; keep one of them.",
    ]


def test_lines_of_a_block_inside_a_file_are_those_of_the_file():
    (told,) = problems("title: A\ntitle: B\n", first_line=2)
    assert "in lines 2 and 3" in told


def test_merged_keys_and_anchors_are_no_repetition():
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\nc: *a\n"
    assert parse_yaml(text, "f") == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}, "c": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text", ["a: [1", "a:\n\t- 1", "a: b: c"])
def test_what_is_not_yaml_is_told_with_its_line(text: str):
    (told,) = problems(text)
    assert re.search(r"not valid YAML near line \d", told)


def test_a_file_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(SurveyError, match="there is no such file"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("title: Caf\xe9\n".encode("latin-1"))
    with pytest.raises(SurveyError, match="not text in UTF-8"):
        read_yaml(tmp_path / "latin.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(SurveyError, match=r"empty\.yaml: nothing stands"):
        read(tmp_path / "empty.yaml", Authors)


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: str(p.relative_to(ROOT / "workflow")))
def test_no_other_loader_reads_yaml(path: Path):
    if path.name != "reading.py":
        assert not re.search(r"yaml\.(safe_load|load|full_load|unsafe_load)\b", path.read_text("utf-8"))


def test_a_day_that_there_is_not_is_named_with_its_line():
    with pytest.raises(SurveyError) as told:
        parse_yaml("a: 1\nb: [2024-02-30, 2024-02-29]\nc: 9999-99-99\n", "x.yaml")
    assert [text.partition(" (")[0] for text in told.value.problems] == [
        "x.yaml, line 2: there is no day 2024-02-30",
        "x.yaml, line 3: there is no day 9999-99-99",
    ]


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 10)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bomb(), "x.yaml, line 6: with its aliases (*) written out this block has more than 200,000 entries"),
        ("a: &a [*a]\n", "x.yaml, line 1: a block holds itself"),
        ("a: &a\n  <<: *a\n", "x.yaml, line 1: a block holds itself"),
        ("[" * 100_000, "x.yaml, line 1: blocks stand more than 60 deep"),
        ("\n".join(" " * n + "a:" for n in range(3000)), "x.yaml, line 61: blocks stand more than 60 deep"),
        ("b: 1\nseed: " + "9" * 5000, "x.yaml, line 2: a number of 5,000 digits cannot be meant"),
        ("a: !!int x", "x.yaml, line 1: 'x' is not a whole number"),
        ("a: !!set {a, b}", "x.yaml, line 1: this is a set"),
        ("a: 1\n---\nb: 2\n", "x.yaml: a second document begins near line 2"),
        ('a: !!python/object/apply:os.system ["true"]', "x.yaml: this is not valid YAML near line 1"),
    ],
    ids=[
        "bomb",
        "circle",
        "merged circle",
        "brackets",
        "indents",
        "digits",
        "int",
        "set",
        "documents",
        "tag",
    ],
)
def test_what_yaml_allows_and_nobody_means_is_told(text: str, words: str):
    (told,) = problems(text)
    assert told.startswith(words.replace("x.yaml", "f.yaml")), told


@pytest.mark.parametrize("text", ["a: 0x1F", "a: -1_000", "a: 0b11", "a: 1:2:3", "a: 0o7", 'a: "[[[["'])
def test_numbers_of_every_form_are_read(text: str):
    assert parse_yaml(text, "f") == yaml.load(text, Loader=yaml.SafeLoader)
