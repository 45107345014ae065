"""References as people and programs write them: what they hold is printed, refused in words, or not read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.rendering.bibliography import check_references, entries, keys_of, merged
from surveypipe.rendering.own_works import withhold

# As a catalogue exports it: the works in one line each, or with the closing brace behind the last field.
WORKS = """% @note of a friend: joe@x.example
@comment{anything, at all}
@string{press = "A press"}
 @Article{one, title={A {B} \\{ c}, year=2000}@book(two, title = "With (brackets) and {)}", year = 2001)
@misc{three,
  title = {Indented}
  }
@misc { four ,
title={Last}}"""


def written(folder: Path, text: str | bytes, name: str = "references.bib") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_works_are_found_however_their_braces_stand():
    found = list(entries(WORKS))
    assert [work.key for work in found] == ["one", "two", "three", "four"]
    assert [WORKS[work.start : work.end][-1] for work in found] == ["}", ")", "}", "}"]


def test_a_work_of_the_study_takes_the_place_of_the_tools_however_it_is_written(tmp_path: Path):
    own = written(tmp_path, "@misc{one, title={Own}}", "own.bib")
    both = merged([own, written(tmp_path, WORKS, "tool.bib")])
    assert [work.key for work in entries(both)] == ["one", "two", "three", "four"]
    assert "Own" in both and "A {B}" not in both


@pytest.mark.parametrize("key", ["one", "two", "three", "four"])
def test_an_own_work_is_withheld_however_it_is_written_and_no_other_is(key: str):
    made = withhold(WORKS, [key])
    assert "own-work-1" in made and key not in [work.key for work in entries(made)]
    titles = {"one": "A {B}", "two": "With (", "three": "Indented", "four": "Last"}
    assert [title in made for title in titles.values()] == [other != key for other in titles]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("title = {\\includegraphics{/etc/hosts}}", "holds a picture"),
        ("title = {\\href{javascript:alert(7)}{a work}}", "no address of the web"),
        ("title = {\\href{ JavaScript:alert(7)}{a work}}", "no address of the web"),
        ("note = {\\url{file:///etc/hosts}}", "no address of the web"),
        ("url = {javascript:alert(7)}", "no address of the web"),
        ("url = {file:///etc/hosts}", "no address of the web"),
        ("howpublished = {\\url{data:text/html,<script>alert(7)</script>}}", "no address of the web"),
        ("url = {vbscript:x}", "no address of the web"),
        ("title = {never closed", "cannot be read as bibtex"),
        ("title = {A}}\n@misc{it, title = {B}", "stands 2 times"),
    ],
)
def test_what_would_open_a_file_or_run_is_refused_in_words(tmp_path: Path, fields: str, words: str):
    with pytest.raises(SurveyError, match=words) as told:
        check_references(written(tmp_path, f"@misc{{it, {fields}}}"))
    assert all(one.startswith("references.bib:") for one in told.value.problems)


@pytest.mark.parametrize(
    "fields",
    [
        "title = {<script>alert(7)</script> `b`{=html} #read(x) \\input{/etc/hosts} \\write18{touch RUN}}",
        "url = {https://x.example/a:b}, doi = {10.1/x}, title = {\\href{http://x.example}{a}}",
        "note = {\\newcommand{\\x}{\\includegraphics{/etc/hosts}}\\x}",
        "url = {www.x.example}, file = {file:///home/me/a.pdf}, abstract = {javascript:x}",
    ],
)
def test_what_is_printed_as_text_or_not_at_all_passes(tmp_path: Path, fields: str):
    check_references(written(tmp_path, f"@misc{{it, {fields}}}"))
    check_references(written(tmp_path, "", "empty.bib"))


def test_another_encoding_is_told_with_its_line(tmp_path: Path):
    with pytest.raises(SurveyError, match=r"line 2: this is not text in UTF-8"):
        merged([written(tmp_path, "@misc{a,\ntitle={Müller}}".encode("latin-1"))])


def test_long_and_broken_works_are_read_in_no_time(tmp_path: Path):
    path = written(tmp_path, "@misc{a, title={" * 3000 + "x" * 3_000_000)
    began = time.monotonic()
    assert keys_of(path) == ["a"]
    assert time.monotonic() - began < 5
