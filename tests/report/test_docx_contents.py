"""The contents list and the running title of a Word file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lxml import etree

from renderings import docx_content
from surveypipe.rendering.docx_contents import list_contents
from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import paragraph_of, run, style_of, text_of
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.staging import stage
from surveypipe.review.word_file import read_word_file

from .conftest import AUTHORS, EPOCH, SAMPLE, metadata, sources
from .wordprocessing_schema import schema_problems, written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a contents list and a short title."""
    folder = tmp_path_factory.mktemp("contents")
    path = Path(shutil.copytree(SAMPLE, folder / "source")) / "sample.qmd"
    front = "---\ncontents: true\nrunning-title: 'Short \\& plain'\n"
    path.write_text(path.read_text("utf-8").replace("---\n", front, 1), encoding="utf-8")
    staged = stage(folder / "build", "sample", sources(path.parent), metadata(AUTHORS))
    return render_document(staged, "pandoc", EPOCH)["docx"]


@pytest.fixture(scope="module")
def body(made: Path) -> etree._Element:
    return Package(made).tree("word/document.xml").find(w("body"))


def entries(body: etree._Element) -> list[etree._Element]:
    return [p for p in body.iter(w("p")) if style_of(p) in ("TOC1", "TOC2")]


def test_entries_are_in_place_before_word_counts(made: Path, body: etree._Element) -> None:
    shown = [" ".join(text_of(run) for run in entry.iter(w("r")) if text_of(run)) for entry in entries(body)]
    assert tuple(shown) == docx_content(made).headings
    assert len(shown) > 3


def test_each_entry_leads_to_its_heading(body: etree._Element) -> None:
    marks = {str(mark.get(w("name"))): mark.getparent() for mark in body.iter(w("bookmarkStart"))}
    for entry in entries(body):
        heading = marks[str(entry.find(w("hyperlink")).get(w("anchor")))]
        assert style_of(heading) == f"Heading{style_of(entry)[-1]}"
        assert text_of(entry).endswith(text_of(heading))


def test_it_is_a_field_that_word_can_bring_up_to_date(body: etree._Element) -> None:
    block = body.find(w("sdt"))
    assert (
        block.find(f"{w('sdtPr')}/{w('docPartObj')}/{w('docPartGallery')}").get(w("val"))
        == "Table of Contents"
    )
    codes = [(node.text or "").split()[0] for node in block.iter(w("instrText"))]
    kinds = [node.get(w("fldCharType")) for node in block.iter(w("fldChar"))]
    pages = len(entries(body))
    assert codes == ["TOC", *["PAGEREF"] * pages]
    assert [kinds.count(kind) for kind in ("begin", "separate", "end")] == [1 + pages] * 3
    # Its heading is none of the numbered ones.
    heading = next(p for p in block.iter(w("p")) if style_of(p) == "TOCHeading")
    assert heading.find(f"{w('pPr')}/{w('numPr')}/{w('numId')}").get(w("val")) == "0"


def test_each_entry_asks_for_the_page_of_its_heading(body: etree._Element) -> None:
    for entry in entries(body):
        link = entry.find(w("hyperlink"))
        code = next(node.text for node in link.iter(w("instrText")) if "PAGEREF" in (node.text or ""))
        assert code.split()[1] == link.get(w("anchor"))
        begin = next(node for node in link.iter(w("fldChar")) if node.get(w("fldCharType")) == "begin")
        assert begin.get(w("dirty")) == "true"


def test_the_last_entry_is_set_off_from_the_text(body: etree._Element) -> None:
    spacing = entries(body)[-1].find(f"{w('pPr')}/{w('spacing')}")
    assert int(spacing.get(w("after"))) > 0


def test_it_stands_between_title_block_and_text(body: etree._Element) -> None:
    tags = [style_of(child) if child.tag == w("p") else child.tag for child in body]
    place = tags.index(w("sdt"))
    assert "Keywords" in tags[:place] and not {"Heading1", "FirstParagraph"} & set(tags[:place])


def test_the_file_stays_valid(made: Path) -> None:
    assert {name: found for name, root in written(Package(made)) if (found := schema_problems(root))} == {}


def test_a_list_brought_up_to_date_is_no_edit(made: Path, tmp_path: Path) -> None:
    package = Package(made)
    root = package.tree("word/document.xml")
    for number, entry in enumerate(entries(root)):
        entry.append(run(f"{number + 1}"))
    package.put("word/document.xml", root)
    package.write(tmp_path / "updated.docx", EPOCH)
    was, now = read_word_file(made), read_word_file(tmp_path / "updated.docx")
    assert [p.text for p in was.paragraphs] == [p.text for p in now.paragraphs]


def test_a_text_without_headings_has_no_list() -> None:
    body = etree.Element(w("body"))
    body.append(paragraph_of("BodyText", run("Text")))
    list_contents(body, [], "Contents")
    assert [child.tag for child in body] == [w("p")]


def test_the_short_title_runs_over_each_page_but_the_first(made: Path, body: etree._Element) -> None:
    package = Package(made)
    section = body.find(w("sectPr"))
    assert section.find(w("titlePg")) is not None
    shown = {
        str(kind.get(w("type"))): text_of(package.tree(f"word/{file}"))
        for kind in section.findall(w("headerReference"))
        for file in [target(package, kind)]
    }
    assert shown == {"default": "Short & plainSIMULATED DATA", "first": "SIMULATED DATA"}
    feet = [target(package, foot) for foot in section.findall(w("footerReference"))]
    assert len(feet) == 2 and set(feet) == {"footer_page.xml"}


def target(package: Package, reference: etree._Element) -> str:
    identifier = next(value for key, value in reference.attrib.items() if key.endswith("}id"))
    rels = package.tree("word/_rels/document.xml.rels")
    return next(str(entry.get("Target")) for entry in rels if entry.get("Id") == identifier)
