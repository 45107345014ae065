"""The layout a journal asks for, on the sample's Word file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from docx import Document
from lxml import etree
from pypdf import PdfReader

from surveypipe.rendering.docx_layout import Layout, floats, lay_out
from surveypipe.rendering.docx_package import Package, w
from surveypipe.rendering.docx_runs import style_of, text_of
from surveypipe.rendering.finishing import render_document
from surveypipe.study.journal import Journal

from .conftest import EPOCH
from .test_docx_validity import schema_problems

FLOATS = ["Figure 1", "Table 1", "Table 2", "Table 3", "Table 4", "Figure 2"]


@pytest.fixture
def made(authors_build: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(authors_build / "sample.docx", tmp_path / "made.docx"))


def body_of(path: Path) -> etree._Element:
    return Package(path).tree("word/document.xml").find(w("body"))


def labels(path: Path) -> list[str]:
    captions = [
        text_of(block).replace("\u00a0", " ")
        for block in body_of(path).iter(w("p"))
        if style_of(block) in {"TableCaption", "ImageCaption"}
    ]
    return [re.match(r"(Table|Figure) \d+", text)[0] for text in captions]


def breaks(path: Path) -> int:
    return len(body_of(path).findall(f".//{w('pageBreakBefore')}"))


def test_no_layout_changes_nothing(made: Path) -> None:
    before = made.read_bytes()
    lay_out(made, Layout.of(None), EPOCH)
    assert made.read_bytes() == before
    lay_out(made, Layout(tables_placement="inline", line_numbers=False), EPOCH)
    assert made.read_bytes() == before


def test_double_spacing_is_of_the_text_and_not_of_tables_and_captions(made: Path) -> None:
    lay_out(made, Layout(spacing="double"), EPOCH)
    spacing = {
        style.style_id: style.paragraph_format for style in Document(str(made)).styles if style.type == 1
    }
    for name in ("BodyText", "FirstParagraph", "Abstract", "Bibliography"):
        assert spacing[name].line_spacing == 2.0
    for name in ("Compact", "TableCaption", "TableNote", "Heading1"):
        assert spacing[name].line_spacing < 1.3


def test_lines_are_numbered_where_the_schema_wants_it(made: Path) -> None:
    for _ in range(2):
        lay_out(made, Layout(line_numbers=True), EPOCH)
    names = [etree.QName(child).localname for child in body_of(made).find(w("sectPr"))]
    assert names.count("lnNumType") == 1
    assert names.index("pgMar") < names.index("lnNumType")
    assert not set(names[names.index("lnNumType") :]) & {"pgSz", "pgMar", "footnotePr", "footerReference"}
    styles = Package(made).tree("word/styles.xml")
    header = styles.xpath("//w:style[@w:styleId='Header']/w:pPr", namespaces={"w": w("x")[1:-2]})[0]
    assert len(header.findall(w("suppressLineNumbers"))) == 1
    # The style in which Word sets the numbers is smaller than that of the text.
    (own,) = [
        style for style in styles.iter(w("style")) if style.find(w("name")).get(w("val")) == "line number"
    ]
    assert int(own.find(f"{w('rPr')}/{w('sz')}").get(w("val"))) < 18
    assert schema_problems(styles) == []


@pytest.mark.parametrize("placement", ["end", "separate"])
def test_tables_and_figures_go_to_the_end_with_their_numbers(made: Path, placement: str) -> None:
    assert labels(made) == FLOATS
    text = {text_of(block) for block in body_of(made).iter(w("p"))}
    drawings = len(list(body_of(made).iter(w("drawing"))))
    lay_out(made, Layout(tables_placement=placement), EPOCH)
    assert labels(made) == [*FLOATS[1:5], "Figure 1", "Figure 2"]
    blocks = [block for block in body_of(made) if block.tag in {w("p"), w("tbl")}]
    last = max(position for position, block in enumerate(blocks) if style_of(block) == "Bibliography")
    first = min(position for position, block in enumerate(blocks) if block.tag == w("tbl"))
    assert last < first
    # Nothing is lost, and each place is marked once, in the order of the text.
    now = [text_of(block) for block in body_of(made).iter(w("p"))]
    marks = [words.replace("\u00a0", " ") for words in now if "about here" in words]
    assert marks == [f"[{name} about here]" for name in FLOATS]
    assert text <= set(now)
    assert len(list(body_of(made).iter(w("drawing")))) == drawings
    assert breaks(made) == (len(FLOATS) if placement == "separate" else 1)
    assert body_of(made)[-1].tag == w("sectPr")


def test_marks_refer_to_the_captions(made: Path) -> None:
    lay_out(made, Layout(tables_placement="end"), EPOCH)
    body = body_of(made)
    names = {str(mark.get(w("name"))) for mark in body.iter(w("bookmarkStart"))}
    for paragraph in body.iter(w("p")):
        if "about here" in text_of(paragraph):
            code = "".join(node.text for node in paragraph.iter(w("instrText")))
            assert re.fullmatch(r" REF (\w+) \\h ", code) and code.split()[1] in names


def test_a_note_goes_with_its_table(made: Path) -> None:
    found = dict(enumerate(floats(body_of(made))))
    tables = [blocks for kind, blocks in found.values() if kind == "Table"]
    assert any(style_of(blocks[-1]) == "TableNote" for blocks in tables)
    assert all(blocks[1].tag == w("tbl") for blocks in tables)


def test_every_layout_keeps_to_the_schema_that_word_enforces(made: Path) -> None:
    lay_out(made, Layout("double", True, "separate"), EPOCH)
    package = Package(made)
    for name in ("word/document.xml", "word/styles.xml"):
        assert schema_problems(package.tree(name)) == []


def test_the_pdf_is_spaced_and_numbered_where_the_journal_asks(stage_sample) -> None:
    def pages(layout: Layout) -> list[str]:
        made = render_document(stage_sample(), "pandoc", EPOCH, layout)
        return [page.extract_text() for page in PdfReader(made["pdf"]).pages]

    plain, double, numbered = (
        pages(layout) for layout in (Layout(), Layout(spacing="double"), Layout(line_numbers=True))
    )
    assert len(double) > len(plain)
    printed = [set(re.findall(r"^\d+$", "\n".join(text), re.MULTILINE)) for text in (plain, numbered)]
    assert {str(line) for line in range(1, 16)} <= printed[1] - printed[0] | {"1"}


def test_of_the_layout_only_what_is_asked_is_told() -> None:
    assert Layout().metadata() == {}
    journal = Journal(
        name="J", max_words=None, count_includes=(), abstract_max=None, keywords_max=None, statements=(),
        spacing="double", line_numbers=False,
    )  # fmt: skip
    assert Layout.of(journal).metadata() == {"text-spacing": "double"}


def test_lines_are_double_spaced_and_numbered_where_it_is_not_known_what_a_journal_wants() -> None:
    journal = Journal(
        name="J", max_words=None, count_includes=(), abstract_max=None, keywords_max=None, statements=(),
    )  # fmt: skip
    assert Layout.of(journal) == Layout("double", True, None)
    assert Layout.of(None) == Layout()
