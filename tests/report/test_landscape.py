"""Tables too wide for an upright page lie across, in Word and PDF, by both renderers."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import cast

import pytest
import typst
from lxml import etree
from pypdf import PdfReader

from studies import ROOT
from surveypipe.letter_widths import SANS, width_in_digits
from surveypipe.rendering.docx_package import Package, W, w
from surveypipe.rendering.docx_pages import CAPTION, EMU, lay_across
from surveypipe.rendering.docx_runs import ACROSS_BEGINS, ACROSS_ENDS, style_of, text_of
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.programs import pandoc_program
from surveypipe.rendering.staging import stage
from surveypipe.rendering.typst_pdf import lay_fonts

from .conftest import AUTHORS, EPOCH, metadata, sources
from .wordprocessing_schema import schema_problems, written

UPRIGHT, ACROSS = (11906, 16838), (16838, 11906)


def made_of(sample: Path, tmp_path: Path, front: str, renderer: str = "pandoc") -> dict[str, Path]:
    path = sample / "sample.qmd"
    path.write_text(path.read_text("utf-8").replace("---\n", f"---\n{front}\n", 1), encoding="utf-8")
    return render_document(
        stage(tmp_path / renderer, "sample", sources(sample), metadata(AUTHORS)), renderer, EPOCH
    )


def sections(path: Path) -> list[tuple[tuple[int, int], list[str], dict[str, list[str]]]]:
    """Size of the pages of each section, its captions of tables, and the heads and feet that it names."""
    found, captions = [], list[str]()
    for child in Package(path).tree("word/document.xml").find(w("body")):
        if child.tag == w("p") and style_of(child) == "TableCaption":
            captions.append(text_of(child).partition(":")[0].replace("\u00a0", " "))
        for section in child.iter(w("sectPr")):
            size = section.find(w("pgSz"))
            kinds = {
                part: [str(one.get(w("type"))) for one in section.findall(w(f"{part}Reference"))]
                for part in ("header", "footer")
            }
            if section.find(w("titlePg")) is not None:
                kinds["title"] = ["first"]
            found.append(((int(size.get(w("w"))), int(size.get(w("h")))), captions, kinds))
            captions = []
    return found


@pytest.mark.usefixtures("quarto")
@pytest.mark.parametrize("renderer", ["pandoc", "quarto"])
def test_a_table_too_wide_for_a_page_lies_across(sample: Path, tmp_path: Path, renderer: str) -> None:
    made = made_of(sample, tmp_path, "landscape: true", renderer)
    found = sections(made["docx"])
    assert [size for size, *_ in found] == [UPRIGHT, ACROSS, UPRIGHT]
    assert [captions for _, captions, _ in found][1] == ["Table 4"]
    # The first page of the document alone has a head of its own.
    assert ["title" in kinds for *_, kinds in found] == [True, False, False]
    assert [sorted(kinds["header"]) for *_, kinds in found] == [
        ["default", "first"],
        ["default"],
        ["default"],
    ]
    for name, root in written(Package(made["docx"])):
        assert schema_problems(root) == [], name
    pages = PdfReader(made["pdf"]).pages
    wide = [page.extract_text() for page in pages if page.mediabox.width > page.mediabox.height]
    assert len(wide) == 1
    assert re.search(r"Table.4: The claims under every scheme", wide[0])


def test_a_section_that_opens_with_such_a_table_lies_across_with_its_heading(
    sample: Path, tmp_path: Path
) -> None:
    """A heading and a sentence stood alone on an upright page."""
    path = sample / "sample.qmd"
    opening = "# A section of its own\n\nIts parts follow.\n\n## A wide part\n\nSee @tbl-wide"
    path.write_text(path.read_text("utf-8").replace("See @tbl-wide", opening), encoding="utf-8")
    table = sample / "tables/wide.md"
    table.write_text(f"{table.read_text('utf-8')}\n\n::: {{.table-note}}\nA note.\n:::\n", encoding="utf-8")
    made = made_of(sample, tmp_path, "landscape: true")
    body = Package(made["docx"]).tree("word/document.xml").find(w("body"))
    page, of = 0, dict[str, int]()
    for child in body:
        of[text_of(child)] = page
        page += child.find(f".//{w('sectPr')}") is not None
    assert of["Results"] == 0
    assert of["A section of its own"] == of["Its parts follow."] == of["A wide part"] == 1
    pages = PdfReader(made["pdf"]).pages
    wide = next(page.extract_text() for page in pages if page.mediabox.width > page.mediabox.height)
    # Not as a float above the heading of its own section.
    places = [
        wide.index(words) for words in ("A section of its own", "A wide part", "The claims under every")
    ]
    assert places == sorted(places)


def test_a_tall_picture_on_a_page_that_lies_across_leaves_room_for_its_caption() -> None:
    picture = '<w:p><w:r><w:drawing><x cx="4000000" cy="5700000"/></w:drawing></w:r></w:p>'
    begins, ends = (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>' for style in (ACROSS_BEGINS, ACROSS_ENDS)
    )
    page = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:bottom="1304" w:left="9" w:right="9"/>'
    body = etree.fromstring(
        f'<w:body xmlns:w="{W}">{picture}{begins}<w:p/>{picture}{ends}<w:sectPr>{page}</w:sectPr></w:body>'
    )
    lay_across(cast(Package, None), body, "", "")
    sizes = [(int(one.get("cx")), int(one.get("cy"))) for one in body.iter("x")]
    assert sizes[0] == (4_000_000, 5_700_000)
    width, height = sizes[1]
    assert height <= (11906 - 1417 - 1304 - CAPTION) * EMU
    assert width / height == pytest.approx(4 / 5.7, rel=1e-3)


def test_it_takes_the_width_of_its_page(sample: Path, tmp_path: Path) -> None:
    body = Package(made_of(sample, tmp_path, "landscape: true")["docx"]).tree("word/document.xml")
    widths = [
        sum(int(column.get(w("w"))) for column in table.iter(w("gridCol"))) for table in body.iter(w("tbl"))
    ]
    assert [width > 9100 for width in widths] == [False, False, False, True]
    assert widths[-1] == pytest.approx(16838 - 2 * 1417, abs=20)


@pytest.mark.parametrize("document", ["manuscript", "supplement"])
def test_texts_of_the_tool_ask_for_it(document: str) -> None:
    """Table 1 of a study with many groups fits no upright page in Word."""
    front = (ROOT / f"workflow/documents/{document}.qmd").read_text("utf-8").split("---\n")[1]
    assert "landscape: true" in front.splitlines()


def test_a_text_that_does_not_ask_stays_upright(authors_build: Path) -> None:
    assert [size for size, *_ in sections(authors_build / "sample.docx")] == [UPRIGHT]
    pages = PdfReader(authors_build / "sample.pdf").pages
    assert all(page.mediabox.width < page.mediabox.height for page in pages)


ACROSS_TABLE = """---
landscape: true
---

| Variable and value | Estimate | First *n* | Estimate | Second *n* | Estimate | *n* | Estimate | {last} |
|:-----------|--------------:|-----------:|--------------:|-----------:|--------------:|----:|--------------:|---:|
| Pupils eligible for subsidised meals (%) | 507.5 (409.6–605.3) | 83 | 1,339.8 (1,235.7–1,443.8) \
| 23 | 1,839.3 (1,698.0–1,980.6) | 20 | 1,039 (862.5–1,215) | {cell} |

: Values {{#tbl-values}}
"""


NARROW = "---\nlandscape: true\n---\n\n" + "\n".join(
    f"| {' | '.join(row)} |"
    for row in (
        [
            *("Characteristic", "Eligible, *N*\u00a0(%)", "Respondents, *n*\u00a0(%)", "Weighted, %"),
            *("Std diff, before", "Std diff, after"),
            *(f"Year\u00a0{year}, *n*\u00a0(%)" for year in range(7, 12)),
        ],
        ["---"] * 11,
        ["Year 7", "101 (21)", "77 (23)", "21", "−0.02", "−0.01", *["40 (51)"] * 5],
    )
)


def in_the_pdf(text: str) -> str:
    command = [pandoc_program(), "--to=typst", "--lua-filter=filters/manuscript.lua"]
    made = subprocess.run(
        command,
        cwd=ROOT / "workflow/typesetting",
        input=text,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return made.stdout


def widths_in_the_pdf(last: str, cell: str) -> list[float]:
    made = in_the_pdf(ACROSS_TABLE.format(last=last, cell=cell).replace(" \\\n|", " |"))
    assert made.startswith("#across[")
    return [float(part) for part in re.findall(r"([\d.]+)%", made.split("columns: ")[1].split(")")[0])]


def test_many_columns_of_short_numbers_stay_upright() -> None:
    """A page that lay across was three quarters white, and the one before it too."""
    assert "#across[" not in in_the_pdf(f"{NARROW}\n\n: Respondents {{#tbl-table-1}}\n")


def test_labels_take_what_columns_of_numbers_can_spare_on_a_page_that_lies_across() -> None:
    """They stood in four lines beside white, in a column made for an upright page."""
    widths = widths_in_the_pdf("*p*", "0.1")
    assert sum(widths) == pytest.approx(100, abs=0.1)
    # The label and an interval in one line each, of digits of 89 twips, on 14,000.
    label, interval = (
        100 * 89 * width_in_digits(text, SANS) / 14000
        for text in ("Pupils eligible for subsidised meals (%)", "507.5 (409.6–605.3)")
    )
    assert widths[0] > label
    # Intervals stay in one piece, and what is a sentence gives nothing away.
    assert min(widths[1:8:2]) > interval
    words = "a sentence of more words than that"
    assert widths_in_the_pdf("Told", words)[8] > widths[8]


def test_a_tall_picture_across_leaves_room_for_its_caption_in_the_pdf(tmp_path: Path) -> None:
    """The caption stood on the number of the page."""
    template = (ROOT / "workflow/typesetting/styles/typst-template.typ").read_text("utf-8")
    picture = "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='900'></svg>"
    text = f"""{template}
#show: manuscript.with(title: "A title")
#across(figure(image(bytes("{picture}"), alt: "Nothing"), caption: [The last line.]))"""
    (tmp_path / "made.typ").write_text(text, encoding="utf-8")
    fonts = lay_fonts(text, tmp_path)
    made = typst.compile(str(tmp_path / "made.typ"), ignore_system_fonts=True, font_paths=fonts)
    page = PdfReader(io.BytesIO(made)).pages[-1]
    heights: list[float] = []

    def told(text: str, page_matrix: list[float], matrix: list[float], *_: object) -> None:
        if "last" in text:
            heights.append(matrix[4] * page_matrix[1] + matrix[5] * page_matrix[3] + page_matrix[5])

    page.extract_text(visitor_text=told)
    assert page.mediabox.width > page.mediabox.height
    assert heights and min(heights) >= 72 * 2.5 / 2.54
