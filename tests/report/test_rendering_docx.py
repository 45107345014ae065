"""The finishing of Word files, on documents put together the way Quarto writes them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from docx import Document
from lxml import etree

from surveypipe.determinism import normalise_zip
from surveypipe.rendering.docx_cells import part_before_intervals
from surveypipe.rendering.docx_finishing import Facts, finish_docx
from surveypipe.rendering.docx_package import W, w
from surveypipe.rendering.docx_runs import text_of
from surveypipe.rendering.docx_tables import TEXT_WIDTH, finish_table

from .conftest import EPOCH, ROOT

SPACE = f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


def p(content: str, style: str = "BodyText") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def link(anchor: str, text: str) -> str:
    style = '<w:rPr><w:rStyle w:val="Hyperlink"/></w:rPr>'
    return f'<w:hyperlink w:anchor="{anchor}"><w:r>{style}<w:t>{text}</w:t></w:r></w:hyperlink>'


def layout(content: str) -> str:
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="FigureTable"/><w:tblW w:type="pct" w:w="5000"/>'
        '<w:tblLook w:firstRow="0"/></w:tblPr><w:tblGrid><w:gridCol w:w="7920"/></w:tblGrid>'
        f"<w:tr><w:tc><w:tcPr/>{content}<w:p/></w:tc></w:tr></w:tbl>"
    )


DATA = (
    '<w:tbl><w:tblPr><w:tblStyle w:val="Table"/><w:tblW w:type="auto" w:w="0"/>'
    '<w:tblLook w:firstRow="1"/></w:tblPr>'
    '<w:tblGrid><w:gridCol w:w="3960"/><w:gridCol w:w="3960"/></w:tblGrid>'
    + "".join(
        f"<w:tr><w:tc><w:tcPr/>{p(r(a), 'Compact')}</w:tc><w:tc><w:tcPr/>{p(r(b), 'Compact')}</w:tc></w:tr>"
        for a, b in (("A long heading of a column", "n"), ("one", "1"), ("two", "2"))
    )
    + "</w:tbl>"
)
DRAWING = (
    f'<w:r><w:drawing><wp:inline xmlns:wp="{WP}"><wp:extent cx="5334000" cy="2667000"/>'
    '<wp:docPr id="1" name="Picture" descr="" title="icon"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
    '<pic:cNvPr id="1" name="Picture" descr="/opt/quarto/share/formats/docx/note.png"/><pic:cNvPicPr/>'
    "</pic:nvPicPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)
REPEATED = (
    '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:pPr><w:pStyle w:val="ImageCaption"/><w:keepNext/></w:pPr>'
)
BODY = (
    p(r("A title"), "Title")
    + p(r("Somebody"), "Author")
    + '<w:bookmarkStart w:id="1" w:name="sec-a"/>'
    + p(r("Heading"), "Heading1")
    + '<w:bookmarkEnd w:id="1"/>'
    + p(
        r("See ")
        + link("fig-flow", "Figure\u00a01")
        + r(" and ")
        + link("tbl-x", "Table 1")
        + r(" and ")
        + link("sec-a", "Section 1")
        + r(".")
    )
    + layout(
        '<w:bookmarkStart w:id="5" w:name="fig-flow"/>'
        + p(DRAWING, "Compact")
        + REPEATED
        + r("Figure")
        + r("\u00a01: The ")
        + r("flow")
        + "</w:p>"
        + '<w:bookmarkEnd w:id="5"/>'
    )
    + layout(
        '<w:bookmarkStart w:id="5" w:name="tbl-x"/>'
        + p(r("Table 1: Numbers"), "ImageCaption")
        + DATA
        + '<w:bookmarkEnd w:id="5"/>'
    )
    + p(r("Text after the table."))
    + '<w:bookmarkStart w:id="9" w:name="sec-a"/><w:bookmarkEnd w:id="9"/>'
    + '<w:bookmarkStart w:id="77" w:name="open"/>'
    + "<w:sectPr/>"
)


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    path = tmp_path / "quarto.docx"
    with zipfile.ZipFile(ROOT / "workflow/typesetting/styles/reference.docx") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = (
        f'<?xml version="1.0"?><w:document {SPACE}><w:body>{BODY}</w:body></w:document>'.encode()
    )
    members["docProps/custom.xml"] = b"<Properties><property name='num'>secret</property></Properties>"
    types = members["[Content_Types].xml"].decode()
    custom = '<Override PartName="/docProps/custom.xml" ContentType="application/x"/>'
    if "custom.xml" not in types:
        members["[Content_Types].xml"] = types.replace("</Types>", custom + "</Types>").encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name in reversed(members):
            archive.writestr(name, members[name])
    facts = Facts(
        authors=[
            {
                "name": "Ada Lovelock",
                "affiliations": [{"ref": "aff-1"}],
                "email": "a@b.org",
                "corresponding": True,
            }
        ],
        affiliations=[{"id": "aff-1", "name": "University of Eastmere"}],
        notice="SIMULATED DATA. Nothing here is real.",
        header="SIMULATED DATA",
        alts=["A flow chart of staff."],
        keywords=["survey"],
    )
    finish_docx(path, facts, EPOCH)
    return path


def body_of(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml")).find(w("body"))


def test_floats_leave_their_layout_tables(finished: Path) -> None:
    body = body_of(finished)
    assert len(body.findall(f".//{w('tbl')}")) == 1
    assert body.find(f".//{w('tbl')}").getparent() is body
    assert body.find(f".//{w('drawing')}").getparent().getparent().getparent() is body


def test_captions_are_fields_with_bookmarks_and_references_are_fields(finished: Path) -> None:
    body = body_of(finished)
    codes = [node.text.strip() for node in body.iter(w("instrText"))]
    assert codes == ["REF fig_flow \\h", "REF tbl_x \\h", "SEQ Figure \\* ARABIC", "SEQ Table \\* ARABIC"]
    captions = [text_of(x) for x in body.findall(w("p")) if text_of(x).startswith(("Figure", "Table"))]
    assert captions == ["Figure\u00a01: The flow", "Table\u00a01: Numbers"]
    sentence = next(text_of(x) for x in body.findall(w("p")) if text_of(x).startswith("See"))
    assert sentence == "See Figure\u00a01 and Table\u00a01 and Section 1."
    for name, shown in (("fig_flow", "Figure\u00a01"), ("tbl_x", "Table\u00a01")):
        assert bookmarked(body, name) == shown


def bookmarked(body: etree._Element, name: str) -> str:
    start = next(mark for mark in body.iter(w("bookmarkStart")) if mark.get(w("name")) == name)
    text, node = "", start.getnext()
    while node.tag != w("bookmarkEnd"):
        text, node = text + text_of(node), node.getnext()
    assert node.get(w("id")) == start.get(w("id"))
    return text


def test_fields_are_begun_separated_and_ended(finished: Path) -> None:
    for paragraph in body_of(finished).iter(w("p")):
        kinds = [node.get(w("fldCharType")) for node in paragraph.iter(w("fldChar"))]
        assert kinds == ["begin", "separate", "end"] * (len(kinds) // 3)


def test_bookmarks_are_unique_paired_and_named_as_word_allows(finished: Path) -> None:
    body = body_of(finished)
    starts, ends = list(body.iter(w("bookmarkStart"))), list(body.iter(w("bookmarkEnd")))
    names, numbers = [m.get(w("name")) for m in starts], [m.get(w("id")) for m in starts]
    assert len(set(names)) == len(names)
    assert len(set(numbers)) == len(numbers)
    assert sorted(numbers) == sorted(m.get(w("id")) for m in ends)
    assert all(re.fullmatch(r"(?=.{1,40}$)_?[A-Za-z]\w*", name) for name in names)
    assert {link.get(w("anchor")) for link in body.iter(w("hyperlink"))} <= set(names)


def test_tables_repeat_their_header_and_keep_rows_whole(finished: Path) -> None:
    rows = body_of(finished).findall(f".//{w('tr')}")
    assert [row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in rows] == [True, False, False]
    assert all(row.find(f"{w('trPr')}/{w('cantSplit')}") is not None for row in rows)
    widths = [int(column.get(w("w"))) for column in body_of(finished).iter(w("gridCol"))]
    assert widths[0] > 3 * widths[1]
    assert abs(sum(widths) - 9070) <= 2


def test_figures_have_alt_text_and_no_path_of_a_machine(finished: Path) -> None:
    body = body_of(finished)
    assert body.find(f".//{{{WP}}}docPr").get("descr") == "A flow chart of staff."
    assert b"/opt/" not in etree.tostring(body)


def test_each_paragraph_has_one_set_of_properties_in_the_order_of_the_schema(finished: Path) -> None:
    for paragraph in body_of(finished).iter(w("p")):
        assert len(paragraph.findall(w("pPr"))) <= 1
    caption = next(x for x in body_of(finished).findall(w("p")) if text_of(x).startswith("Figure"))
    order = [etree.QName(child).localname for child in caption.find(w("pPr"))]
    # How a caption is set its style says, and no renderer beside it.
    assert order == ["pStyle"]


def test_no_private_metadata_stays_and_dates_are_fixed(finished: Path) -> None:
    with zipfile.ZipFile(finished) as archive:
        assert "docProps/custom.xml" not in archive.namelist()
        joined = b"".join(archive.read(name) for name in archive.namelist())
        assert b"custom.xml" not in joined
        assert b"secret" not in joined
        core = archive.read("docProps/core.xml").decode()
        assert {entry.date_time for entry in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}
        assert archive.namelist()[0] == "[Content_Types].xml"
    assert core.count("2023-11-14T22:13:20Z") == 2
    assert "<dc:creator>Ada Lovelock</dc:creator>" in core


def test_python_docx_reads_the_title_block_header_and_footer(finished: Path) -> None:
    document = Document(str(finished))
    texts = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs[:5]]
    assert texts == [
        ("Simulated Banner", "SIMULATED DATA. Nothing here is real."),
        ("Title", "A title"),
        ("Author", "Ada Lovelock1"),
        ("Affiliation", "1 University of Eastmere"),
        ("Affiliation", "Correspondence: Ada Lovelock, a@b.org"),
    ]
    assert document.sections[0].header.paragraphs[0].text == "\tSIMULATED DATA"
    assert "PAGE" in document.sections[0].footer._element.xml


def test_finishing_twice_changes_nothing_but_is_safe(finished: Path) -> None:
    before = [
        text_of(x) for x in body_of(finished).iter(w("p")) if text_of(x).startswith(("Figure", "Table"))
    ]
    normalise_zip(finished, EPOCH)
    with zipfile.ZipFile(finished) as archive:
        assert archive.namelist() == sorted(archive.namelist())
    assert [
        text_of(x) for x in body_of(finished).iter(w("p")) if text_of(x).startswith(("Figure", "Table"))
    ] == before


def table_of(rows: Sequence[Sequence[str]]) -> etree._Element:
    """A table of Word, its first row the header, as Pandoc writes it without widths."""
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    lines = ["".join(cell.format(text) for text in row) for row in rows]
    head = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{lines[0]}</w:tr>"
    grid = "<w:gridCol/>" * len(rows[0])
    return etree.fromstring(
        f'<w:tbl xmlns:w="{W}"><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{head}'
        + "".join(f"<w:tr>{line}</w:tr>" for line in lines[1:])
        + "</w:tbl>"
    )


def widths_of(table: etree._Element) -> list[int]:
    return [int(column.get(w("w"))) for column in table.iter(w("gridCol"))]


def test_columns_fill_the_page_and_no_number_breaks() -> None:
    row = ["Report more awareness", "119", "74 (66–81)", "29–91"]
    table = table_of([["Claim", "n", "Estimate", "Bounds"], row])
    finish_table(table)
    widths = widths_of(table)
    assert abs(sum(widths) - TEXT_WIDTH) <= 4
    # Digits of Arial at 9 pt take 100 twips each, and the edges of a cell 216.
    assert widths[1] >= 3 * 100 and widths[2] >= 10 * 95 and widths[0] > widths[2] > widths[1]


def test_labels_keep_room_beside_many_intervals() -> None:
    """Intervals that all stay whole left the labels a column of one word: a row was four lines high."""
    numbers = "−0.09 (−0.43 to 0.24)"
    label = "Read the protocols: yes"
    heads = ["Predictor", "Adjusted", "Alone", "Unweighted", "Effect"]
    table = table_of([heads, *[[label, *[numbers] * 4]] * 3])
    finish_table(table)
    first, *others = widths_of(table)
    assert first >= 12 * 84 and min(others) >= len("(−0.43 to 0.24)") * 84


def test_a_table_is_set_smaller_rather_than_that_an_interval_is_parted() -> None:
    row = ["Joint working through the protocols", *["119", "3.29 (3.17–3.41)"] * 3]
    table = table_of([["Scale", *["All\u00a0n", "Mean"] * 3], *[row] * 4])
    finish_table(table)
    assert {style.get(w("val")) for style in table.iter(w("pStyle"))} == {"CompactSmall"}
    assert min(widths_of(table)[2::2]) >= len("3.29 (3.17–3.41)") * 84 + 120


def test_an_interval_without_room_beside_its_number_begins_a_line_of_its_own() -> None:
    numbers = "1.25 (1.05–1.48)"
    table = table_of([["Predictor", "Adjusted", "Alone"], ["Label " * 30, numbers, "0.5 (−1.7 to 2.7)"]] * 2)
    finish_table(table)
    wide = [len(cell.findall(f".//{w('br')}")) for cell in table.iter(w("tc"))]
    assert not any(wide)
    for cell in table.iter(w("tc")):
        cell.find(f"{w('tcPr')}/{w('tcW')}").set(w("w"), "1300")
    for row in table.findall(w("tr")):
        part_before_intervals(row, 150)
    parts = [[text.text for text in cell.iter(w("t"))] for cell in table.findall(w("tr"))[1].iter(w("tc"))]
    assert parts[1:] == [["1.25 ", "(1.05–1.48)"], ["0.5 ", "(−1.7 to 2.7)"]] and len(parts[0]) == 1


def test_the_reference_document_is_what_its_script_makes(tmp_path: Path) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        "make", ROOT / "workflow/typesetting/make_reference_docx.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.TARGET = tmp_path / "reference.docx"
    module.main()
    assert module.TARGET.read_bytes() == (ROOT / "workflow/typesetting/styles/reference.docx").read_bytes()
