"""The authors' own works in a blinded document."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from surveypipe.problems import SurveyError
from surveypipe.rendering.blinding import leaks
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.own_works import rename, withhold, withhold_own_works
from surveypipe.rendering.staging import stage

from .conftest import EPOCH, SAMPLE, metadata, sources

BIB = (SAMPLE / "references.bib").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    staged = stage(tmp_path_factory.mktemp("own") / "build", "sample", sources(SAMPLE), metadata(None))
    withhold_own_works(staged.folder, ["webber2013"])
    render_document(staged, "pandoc", EPOCH)
    return staged.folder


@pytest.mark.parametrize("form", ["html", "docx", "typ", "pdf"])
def test_no_name_no_title_and_no_key_of_an_own_work_is_left(
    build: Path, blinded_build: Path, form: str
) -> None:
    terms = ["Webber", "webber2013", "ref-webber2013", "ref_webber2013", "Inter-agency joint protocols"]
    assert leaks(build / f"sample.{form}", terms) == []
    if form != "pdf":
        assert leaks(blinded_build / f"sample.{form}", terms), "the scan must find them where they are"


def test_it_is_cited_and_listed_in_the_words_of_the_journal(build: Path) -> None:
    text = re.sub(r"<[^>]+>", "", (build / "sample.html").read_text(encoding="utf-8"))
    assert text.count("Author\u2019s own") >= 3
    assert "Withheld for peer review" in text
    assert "Cleaver, Unell and Aldgate, 2011" in text


def test_other_entries_stay_as_they_are() -> None:
    made = withhold(BIB, ["webber2013"], "own work")
    assert made.count("@") == BIB.count("@")
    assert "Webber" not in made and "{{Own work}}" in made
    assert made[made.index("@book{cleaver2011") :] == BIB[BIB.index("@book{cleaver2011") :]


def test_keys_that_only_begin_alike_are_left() -> None:
    text = "@a2013, @a2013b, [see @a2013; -@a2013.] x@a2013 @a2013-b"
    assert rename(text, ["z", "a2013"]) == (
        "@own-work-2, @a2013b, [see @own-work-2; -@own-work-2.] x@a2013 @a2013-b"
    )


def test_a_key_that_is_not_listed_is_told(tmp_path: Path) -> None:
    shutil.copy(SAMPLE / "references.bib", tmp_path)
    with pytest.raises(SurveyError) as caught:
        withhold_own_works(tmp_path, ["weber2013"])
    assert "report.own_works: there is no 'weber2013'" in str(caught.value)
    assert "webber2013" in str(caught.value)
