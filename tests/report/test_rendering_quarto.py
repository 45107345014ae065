"""The Quarto path: how Quarto is called and how its silence about failures is heard; and Quarto itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from renderings import differences, docx_content, html_content
from surveypipe.problems import SurveyError
from surveypipe.rendering import quarto_renderer
from surveypipe.rendering.expand import split_front_matter
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import Staged, stage

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources


@pytest.fixture
def fake_quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A `quarto` on the PATH that writes its arguments down and then does as told."""

    def made(lines: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        said = tmp_path / "said"
        program = folder / "quarto"
        program.write_text(f'#!/bin/sh\necho "$PWD $SOURCE_DATE_EPOCH $*" > "{said}"\n{lines}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return said

    return made


def test_all_formats_in_one_call_with_one_metadata_file(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    said = fake_quarto("touch sample.html sample.docx sample.pdf")
    staged = stage_sample()
    made = quarto_renderer.render(staged, EPOCH)
    assert set(made) == {"html", "docx", "pdf"}
    where, epoch, *words = said.read_text().split()
    assert Path(where) == staged.folder.resolve()
    assert epoch == str(EPOCH)
    assert words == ["render", "sample.qmd", "--metadata-file", "metadata.yml", "--no-execute"]
    told = yaml.safe_load((staged.folder / "metadata.yml").read_text(encoding="utf-8"))
    assert told["author"][0]["name"] == "Ada Lovelock"
    text = staged.qmd.read_text(encoding="utf-8")
    front, body = split_front_matter(text)
    assert "64.2%" in body and "{{< meta" not in text and "{{< include" not in text
    # Quarto reads the settings of its formats here and nowhere else.
    assert set(yaml.safe_load(front)["format"]) == {"html", "docx", "typst"}


def test_numbers_tell_their_source_by_quarto_too(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto("touch sample.html sample.docx sample.pdf")
    staged = stage_sample()
    staged.provenance = {"read__pct": {"rule": "analyse"}}
    quarto_renderer.render(staged, EPOCH)
    assert '[64.2%]{.num source="read__pct" first="1"}' in staged.qmd.read_text(encoding="utf-8")
    assert json.loads((staged.folder / "sources.json").read_text()) == staged.provenance


def test_a_page_break_is_left_to_quarto(
    sample: Path, stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto("touch sample.html sample.docx sample.pdf")
    path = sample / "sample.qmd"
    path.write_text(path.read_text(encoding="utf-8") + "\n{{< pagebreak >}}\n", encoding="utf-8")
    staged = stage_sample()
    quarto_renderer.render(staged, EPOCH)
    assert "{{< pagebreak >}}" in staged.qmd.read_text(encoding="utf-8")


def test_the_blinded_call_is_told_no_author(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto("touch sample.html sample.docx sample.pdf")
    staged = stage_sample(None)
    quarto_renderer.render(staged, EPOCH)
    everything = "".join(
        path.read_text(errors="ignore") for path in staged.folder.rglob("*") if path.is_file()
    )
    assert "Lovelock" not in everything
    assert "Eastmere" not in everything


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "echo 'WARNING (a.lua:1) Unable to resolve crossref @fig-q' >&2; touch sample.{html,docx,pdf}",
            "@fig-q",
        ),
        (
            "echo '[WARNING] Citeproc: citation webber203 not found' >&2",
            "webber2013",
        ),
        ("touch sample.html", "Quarto stopped with code 0"),
        ("echo boom >&2; exit 3", "code 3; it said: boom"),
    ],
)
def test_a_warning_or_a_missing_file_is_a_failure(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path], lines: str, expected: str
) -> None:
    fake_quarto(lines)
    with pytest.raises(SurveyError, match=expected):
        quarto_renderer.render(stage_sample(), EPOCH)


def test_an_unknown_number_is_named_before_quarto_is_called(
    sample: Path, stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    said = fake_quarto("exit 0")
    path = sample / "sample.qmd"
    path.write_text(path.read_text(encoding="utf-8").replace("num.n-csc", "num.n-cscc"), encoding="utf-8")
    with pytest.raises(SurveyError, match=r"sample.qmd, line \d+: the text asks for 'num.n-cscc'.*n-csc"):
        quarto_renderer.render(stage_sample(), EPOCH)
    assert not said.exists()


@pytest.mark.skipif(
    shutil.which("quarto") is None, reason="quarto is not on the PATH; only Pandoc was tested"
)
@pytest.mark.parametrize("authors", [AUTHORS, None], ids=["authors", "blinded"])
def test_quarto_and_pandoc_agree(tmp_path: Path, authors: dict | None) -> None:
    made = {}
    for renderer in ("quarto", "pandoc"):
        staged = stage(tmp_path / renderer, "sample", sources(SAMPLE), metadata(authors))
        made[renderer] = render_document(staged, renderer, EPOCH)
    assert differences(html_content(made["quarto"]["html"]), html_content(made["pandoc"]["html"])) == []
    assert differences(docx_content(made["quarto"]["docx"]), docx_content(made["pandoc"]["docx"])) == []
