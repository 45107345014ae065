"""The Quarto path: how Quarto is called, how its silence is heard, and what it makes beside Pandoc's.

Where there is no Quarto a stand-in (`quarto_stand_in`) writes what a real one was seen to write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from lxml import etree, html
from pypdf import PdfReader

from renderings import differences, docx_content, html_content, normalised
from surveypipe.problems import SurveyError
from surveypipe.rendering import quarto_renderer
from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import text_of
from surveypipe.rendering.expand import split_front_matter
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import Staged, stage

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources
from .wordprocessing_schema import schema_problems, written

ALL_MADE = "touch sample.html sample.docx; echo Text > sample.typ"


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
    said = fake_quarto(ALL_MADE)
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
    formats = yaml.safe_load(front)["format"]
    assert set(formats) == {"html", "docx", "typst"}
    # A PDF of Quarto's would be compiled to be thrown away.
    assert formats["typst"]["output-ext"] == "typ"


def test_numbers_tell_their_source_by_quarto_too(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto(ALL_MADE)
    staged = stage_sample()
    staged.provenance = {"read__pct": {"rule": "analyse"}}
    quarto_renderer.render(staged, EPOCH)
    assert '[64.2%]{.num source="read__pct" first="1"}' in staged.qmd.read_text(encoding="utf-8")
    assert json.loads((staged.folder / "sources.json").read_text()) == staged.provenance


def test_a_page_break_is_left_to_quarto(
    sample: Path, stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto(ALL_MADE)
    path = sample / "sample.qmd"
    path.write_text(path.read_text(encoding="utf-8") + "\n{{< pagebreak >}}\n", encoding="utf-8")
    staged = stage_sample()
    quarto_renderer.render(staged, EPOCH)
    assert "{{< pagebreak >}}" in staged.qmd.read_text(encoding="utf-8")


def test_the_blinded_call_is_told_no_author(
    stage_sample: Callable[..., Staged], fake_quarto: Callable[[str], Path]
) -> None:
    fake_quarto(ALL_MADE)
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
            "echo 'WARNING (a.lua:1) Unable to resolve crossref @fig-q' >&2; touch sample.{html,docx,typ}",
            "@fig-q",
        ),
        (
            "echo '[WARNING] Citeproc: citation webber203 not found' >&2",
            "webber2013",
        ),
        ("touch sample.html", "stopped with code 0.*did not write sample.docx, sample.typ"),
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


def both(
    folder: Path, authors: dict | None = AUTHORS, of: Path = SAMPLE
) -> tuple[dict[str, Path], dict[str, Path]]:
    made = []
    for renderer in ("quarto", "pandoc"):
        staged = stage(folder / renderer, "sample", sources(of), metadata(authors))
        made.append(render_document(staged, renderer, EPOCH))
    return made[0], made[1]


def set_paragraphs(path: Path) -> list[tuple[str, dict[str, str]]]:
    """Text and direct settings of each paragraph."""
    root = Package(path).tree("word/document.xml")
    return [
        (
            normalised(text_of(paragraph)),
            {
                str(etree.QName(child).localname): " ".join(map(str, child.attrib.values()))
                for child in paragraph.findall(f"{w('pPr')}/*")
            },
        )
        for paragraph in root.iter(w("p"))
    ]


@pytest.mark.usefixtures("quarto")
@pytest.mark.parametrize("authors", [AUTHORS, None], ids=["authors", "blinded"])
def test_quarto_and_pandoc_agree(tmp_path: Path, authors: dict | None) -> None:
    quarto, pandoc = both(tmp_path, authors)
    assert differences(html_content(quarto["html"]), html_content(pandoc["html"])) == []
    assert differences(docx_content(quarto["docx"]), docx_content(pandoc["docx"])) == []
    pages = [[page.extract_text() for page in PdfReader(made["pdf"]).pages] for made in (quarto, pandoc)]
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("quarto")
def test_a_letter_before_numbers_stands_in_captions_and_references_of_every_format(
    sample: Path, tmp_path: Path, authors_build: Path
) -> None:
    path = sample / "sample.qmd"
    path.write_text(path.read_text("utf-8").replace("---\n", "---\nlabel-prefix: S\n", 1), encoding="utf-8")
    plain = {form: lettered(authors_build / f"sample.{form}") for form in ("html", "docx", "pdf")}
    for made in both(tmp_path, of=sample):
        for form, numbers in plain.items():
            assert len(numbers) > 6
            assert lettered(made[form]) == [f"{word} S{number}" for word, _, number in map(parted, numbers)]
        root = Package(made["docx"]).tree("word/document.xml")
        for name, schema in written(Package(made["docx"])):
            assert schema_problems(schema) == [], name
        # Word counts what the letter does not hold, and a reference shows both.
        marked = {
            str(mark.get(w("name"))): text_of(mark.getparent()) for mark in root.iter(w("bookmarkStart"))
        }
        assert marked["tbl_estimates"].startswith("Table\u00a0S3:")


def parted(name: str) -> tuple[str, str, str]:
    return name.partition(" ")


def lettered(path: Path) -> list[str]:
    """Names of tables and figures in the text of a document, with what stands before the number."""
    if path.suffix == ".pdf":
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    elif path.suffix == ".docx":
        text = " ".join(map(text_of, Package(path).tree("word/document.xml").iter(w("p"))))
    else:
        main = html.parse(path, html.HTMLParser(encoding="utf-8")).getroot().find(".//main")
        text = main.text_content()
    return re.findall(r"\b(?:Figure|Table) [A-Z]?\d+", normalised(text))


@pytest.mark.usefixtures("quarto")
def test_the_word_file_of_quarto_is_set_as_that_of_pandoc(tmp_path: Path) -> None:
    quarto, pandoc = both(tmp_path)
    for name, root in written(Package(quarto["docx"])):
        assert schema_problems(root) == [], name
    assert set_paragraphs(quarto["docx"]) == set_paragraphs(pandoc["docx"])


@pytest.mark.usefixtures("quarto")
def test_a_project_of_a_folder_above_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text("project:\n  type: website\ntoc-title: Planted\n", encoding="utf-8")
    quarto, _ = both(tmp_path)
    assert "Planted" not in quarto["html"].read_text(encoding="utf-8")


@pytest.mark.usefixtures("quarto")
def test_quarto_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        staged = stage(tmp_path / name, "sample", sources(SAMPLE), metadata(AUTHORS))
        files = render_document(staged, "quarto", EPOCH)
        made.append({form: files[form].read_bytes() for form in ("html", "docx", "pdf")})
    assert made[0] == made[1]
