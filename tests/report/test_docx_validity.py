"""Finished Word files against the rules that Word enforces, and through LibreOffice and back."""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from docx import Document
from lxml import etree
from pypdf import PdfReader

from renderings import docx_content, normalised
from surveypipe.rendering.docx_package import Package, R, w
from surveypipe.rendering.docx_runs import style_of, text_of

from .wordprocessing_schema import schema_problems, written

DOCUMENTS = ("manuscript", "manuscript-blinded", "supplement", "supplement-blinded", "title-page")
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@pytest.fixture(scope="module", params=DOCUMENTS)
def path(request: pytest.FixtureRequest, finished: Path) -> Path:
    return finished / "results" / "report" / f"{request.param}.docx"


@pytest.fixture(scope="module")
def package(path: Path) -> Package:
    return Package(path)


@pytest.fixture(scope="module")
def body(package: Package) -> etree._Element:
    return package.tree("word/document.xml").find(w("body"))


def test_elements_stand_in_the_order_of_the_schema(package: Package) -> None:
    assert {name: found for name, root in written(package) if (found := schema_problems(root))} == {}


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        ("<w:p><w:pPr><w:jc/><w:keepNext/></w:pPr></w:p>", "pPr: jc keepNext"),
        ("<w:pPr><w:jc/><w:jc/></w:pPr>", "pPr: jc jc"),
        ("<w:p><w:r/><w:pPr/></w:p>", "p: pPr not first"),
        ("<w:tc><w:tcPr/><w:p/><w:tbl/></w:tc>", "tc: ends with ['tbl']"),
        ("<w:tblPr><w:tblW/><w:invented/></w:tblPr>", "tblPr: tblW invented"),
        ("<w:sectPr><w:pgMar/></w:sectPr>", "pgMar: without gutter"),
        ("<w:p><w:ins/></w:p>", "ins: without author"),
        ("<w:p><w:del><w:r><w:t/></w:r></w:del></w:p>", "t: within what was taken out"),
        ("<w:p><w:r><w:delText/></w:r></w:p>", "delText: outside what was taken out"),
        ("<w:trPr><w:ins/><w:cantSplit/></w:trPr>", "trPr: a tracked change that is not last: ins cantSplit"),
    ],
)
def test_the_check_of_the_order_can_fail(xml: str, found: str) -> None:
    opening, rest = xml.split(">", 1)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    assert found in schema_problems(etree.fromstring(f"{opening} {space}>{rest}"))


def test_identifiers_are_unique_and_bookmarks_closed(body: etree._Element) -> None:
    starts, ends = list(body.iter(w("bookmarkStart"))), list(body.iter(w("bookmarkEnd")))
    for values in (
        [mark.get(w("id")) for mark in starts],
        [mark.get(w("name")) for mark in starts],
        [drawing.get("id") for drawing in body.iter(f"{{{WP}}}docPr")],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []
    assert sorted(mark.get(w("id")) for mark in starts) == sorted(mark.get(w("id")) for mark in ends)
    assert all(re.fullmatch(r"(?=.{1,40}$)_?[A-Za-z]\w*", mark.get(w("name"))) for mark in starts)


def test_relationships_resolve_and_parts_have_content_types(package: Package) -> None:
    for rels in [name for name in package.members if name.endswith(".rels")]:
        folder = posixpath.dirname(posixpath.dirname(rels))
        entries = list(package.tree(rels))
        assert len({entry.get("Id") for entry in entries}) == len(entries)
        for entry in entries:
            if entry.get("TargetMode") == "External":
                continue
            target = unquote(entry.get("Target"))
            where = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            assert posixpath.normpath(where) in package.members, f"{rels}: {target}"
    types = package.tree("[Content_Types].xml")
    parts = {entry.get("PartName") for entry in types if entry.get("PartName")}
    suffixes = {entry.get("Extension") for entry in types if entry.get("Extension")}
    assert {part.lstrip("/") for part in parts} <= set(package.members)
    for name in set(package.members) - {"[Content_Types].xml"}:
        assert f"/{name}" in parts or name.rsplit(".", 1)[-1] in suffixes, name


def test_identifiers_of_relationships_that_the_text_uses_exist(package: Package) -> None:
    for name, root in written(package):
        used = {
            value
            for element in root.iter(etree.Element)
            for key, value in element.attrib.items()
            if str(key).startswith(f"{{{R}}}")
        }
        rels = f"word/_rels/{posixpath.basename(name)}.rels"
        known = {entry.get("Id") for entry in package.tree(rels)} if rels in package.members else set()
        assert used <= known, name


def test_word_opens_it_as_a_file_of_its_own_time(package: Package) -> None:
    """Without this setting Word takes the file for one of 2007 and opens it in compatibility mode."""
    root = package.tree("word/settings.xml")
    told = {node.get(w("name")): node.get(w("val")) for node in root.iter(w("compatSetting"))}
    assert told["compatibilityMode"] == "15"


def test_no_table_in_a_table_and_no_picture_of_one(body: etree._Element) -> None:
    assert body.findall(f".//{w('tc')}//{w('tbl')}") == []
    assert body.findall(f".//{w('tc')}//{w('drawing')}") == []
    for caption in [p for p in body.findall(w("p")) if style_of(p) == "TableCaption"]:
        following = caption.getnext()
        while following.tag in {w("bookmarkEnd"), w("bookmarkStart")}:
            following = following.getnext()
        assert following.tag == w("tbl"), text_of(caption)


def test_tables_have_a_header_a_full_grid_and_fill_the_text(body: etree._Element) -> None:
    for table in body.iter(w("tbl")):
        rows = table.findall(w("tr"))
        assert rows[0].find(f"{w('trPr')}/{w('tblHeader')}") is not None
        columns = len(table.findall(f"{w('tblGrid')}/{w('gridCol')}"))
        for row in rows:
            spans = [cell.find(f"{w('tcPr')}/{w('gridSpan')}") for cell in row.findall(w("tc"))]
            assert sum(1 if span is None else int(span.get(w("val"))) for span in spans) == columns
        assert sum(int(c.get(w("w"))) for c in table.iter(w("gridCol"))) <= 9075


def test_figures_have_alt_text_and_fit_the_text(body: etree._Element) -> None:
    for inline in body.iter(f"{{{WP}}}inline"):
        described = inline.find(f"{{{WP}}}docPr").get("descr") or ""
        assert len(described.split()) > 5
        assert int(inline.find(f"{{{WP}}}extent").get("cx")) <= 9075 * 635
        assert [inline.get(side) for side in ("distT", "distB", "distL", "distR")] == ["0"] * 4
        assert inline.find(f".//{{{A}}}blip") is not None


def test_styles_that_are_used_exist(package: Package) -> None:
    known = {style.get(w("styleId")) for style in package.tree("word/styles.xml").iter(w("style"))}
    for name, root in written(package):
        tags = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link")
        used = {node.get(w("val")) for tag in tags for node in root.iter(w(tag))}
        assert used <= known, f"{name}: {sorted(used - known)}"


def paired(kinds: list[str]) -> bool:
    """Whether each field begins, has its result and ends, others only within its result."""
    left: list[str] = []
    after = {"begin": "separate", "separate": "end"}
    for kind in kinds:
        if kind == "begin":
            if left and left[-1] != "separate":
                return False
            left.append(kind)
        elif not left or after[left[-1]] != kind:
            return False
        elif kind == "end":
            left.pop()
        else:
            left[-1] = kind
    return not left


def test_fields_are_balanced_and_refer_to_bookmarks(body: etree._Element) -> None:
    names = {mark.get(w("name")) for mark in body.iter(w("bookmarkStart"))}
    codes = []
    whole = [node.get(w("fldCharType")) for node in body.iter(w("fldChar"))]
    assert paired(whole)
    for paragraph in body.iter(w("p")):
        kinds = [node.get(w("fldCharType")) for node in paragraph.iter(w("fldChar"))]
        # The field of the contents begins in its first paragraph and ends in its last, pages within it.
        listed = style_of(paragraph).startswith("TOC")
        assert listed or kinds == ["begin", "separate", "end"] * (len(kinds) // 3)
        codes += [(node.text or "").split() for node in paragraph.iter(w("instrText"))]
    assert {code[1] for code in codes if code[0] == "REF"} <= names
    assert {link.get(w("anchor")) for link in body.iter(w("hyperlink"))} - {None} <= names
    captions = [p for p in body.iter(w("p")) if style_of(p) in {"TableCaption", "ImageCaption"}]
    for kind in ("Table", "Figure"):
        shown = [
            match[1]
            for p in captions
            if (match := re.match(rf"{kind}\u00a0[A-Z]?(\d+): \S", text_of(p))) is not None
        ]
        assert shown == [str(number + 1) for number in range(len(shown))]
        assert len(shown) == sum(code[:2] == ["SEQ", kind] for code in codes)


def test_nothing_of_the_build_is_in_the_properties(path: Path, package: Package) -> None:
    assert "docProps/custom.xml" not in package.members
    assert not [name for name in package.members if "comments" in name]
    properties = Document(str(path)).core_properties
    assert properties.title
    assert properties.language == "en-GB"
    assert properties.created == properties.modified
    assert bool(properties.author) == ("blinded" not in path.name)
    assert properties.last_modified_by == ""


def test_a_long_table_may_break_but_keeps_caption_and_note(body: etree._Element) -> None:
    def keeps(row: etree._Element) -> bool:
        return all(p.find(f"{w('pPr')}/{w('keepNext')}") is not None for p in row.iter(w("p")))

    for table in body.iter(w("tbl")):
        kept = [keeps(row) for row in table.findall(w("tr"))]
        # A table of few rows is whole, one of many is not; between the two its height decides.
        assert all(kept[:3]) and all(kept[-4:])
        assert len(kept) > 8 or all(kept)
        assert len(kept) < 28 or not all(kept)


@pytest.fixture(scope="module")
def converted(path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed; the Word files are not opened with it")
    folder = tmp_path_factory.mktemp("libreoffice")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0
    assert "error" not in (done.stdout + done.stderr).lower()
    return folder / f"{path.stem}.pdf"


def test_libreoffice_opens_it_and_shows_every_caption(path: Path, converted: Path) -> None:
    pages = PdfReader(converted).pages
    assert len(pages) >= 1
    text = re.sub(r"\s", "", normalised(" ".join(page.extract_text() for page in pages)))
    content = docx_content(path)
    for caption in (*content.captions, *content.headings):
        words = re.sub(r"\s", "", caption)
        assert words[:60] in text, caption
    assert "Error!Reference" not in text


def test_the_files_are_zips_that_hold_each_part_once(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_labels_are_indented_and_no_heading_of_a_column_breaks(body: etree._Element) -> None:
    for table in body.iter(w("tbl")):
        for cell in table.iter(w("tc")):
            assert not text_of(cell).startswith("\u2003")
            assert "(00.0)" not in text_of(cell)
        widths = [int(column.get(w("w"))) for column in table.iter(w("gridCol"))]
        for width, cell in zip(widths, table.find(w("tr")).findall(w("tc")), strict=True):
            longest = max(map(len, text_of(cell).replace("\u200b", " ").split()), default=0)
            # A narrow estimate of what a bold letter takes at 8 pt, cell margins apart.
            assert width >= 80 * longest, text_of(cell)


def test_a_number_without_its_bracket_keeps_the_room(finished: Path) -> None:
    body = Package(finished / "results/report/manuscript.docx").tree("word/document.xml")
    row = next(row for row in body.iter(w("tr")) if text_of(row).startswith("Not answered"))
    cells = row.findall(w("tc"))
    # Columns of shares and differences are empty here; the others keep the room of " (00)" in small type.
    rooms = [cell.find(f".//{w('ind')}") for cell in cells[1:] if text_of(cell)]
    assert [int(room.get(w("right"))) for room in rooms] == [329, 329, 329]
    assert int(cells[0].find(f".//{w('ind')}").get(w("left"))) > 0
