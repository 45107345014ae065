"""Make workflow/typesetting/styles/reference.docx, whose styles the Word documents take.

Run again after a change:  python workflow/typesetting/make_reference_docx.py
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pypandoc
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor, Twips
from docx.styles.style import BaseStyle

from surveypipe.determinism import write_zip

TARGET = Path(__file__).parent / "styles/reference.docx"
# Each has a metric twin on every system, so that lines and cells break alike in Word and LibreOffice.
SERIF, SANS = "Times New Roman", "Arial"
# The file is an input, not a product, so its date is fixed once.
EPOCH = 1_356_998_400

PARAGRAPHS = {
    # name: (font, size, bold, italic, space before, space after, line spacing, colour)
    "Normal": (SERIF, 11, False, False, 0, 8, 1.25, "000000"),
    "Body Text": (SERIF, 11, False, False, 0, 8, 1.25, "000000"),
    "First Paragraph": (SERIF, 11, False, False, 0, 8, 1.25, "000000"),
    "Compact": (SANS, 9, False, False, 2, 2, 1.0, "000000"),
    "Compact Small": (SANS, 8, False, False, 1, 1, 1.0, "000000"),
    "Title": (SERIF, 20, True, False, 0, 10, 1.05, "000000"),
    "Author": (SERIF, 12, False, False, 0, 4, 1.1, "000000"),
    "Abstract Title": (SERIF, 12, True, False, 14, 4, 1.1, "000000"),
    "Abstract": (SERIF, 10.5, False, False, 0, 6, 1.2, "000000"),
    "Heading 1": (SERIF, 14, True, False, 20, 6, 1.1, "000000"),
    "Heading 2": (SERIF, 12, True, False, 14, 4, 1.1, "000000"),
    "Heading 3": (SERIF, 11, False, True, 12, 4, 1.1, "000000"),
    "Table Caption": (SANS, 9.5, False, False, 14, 4, 1.1, "000000"),
    "Image Caption": (SANS, 9.5, False, False, 4, 16, 1.1, "000000"),
    "Captioned Figure": (SERIF, 11, False, False, 14, 0, 1.0, "000000"),
    "Figure": (SERIF, 11, False, False, 14, 0, 1.0, "000000"),
    "Bibliography": (SERIF, 10.5, False, False, 0, 5, 1.15, "000000"),
    "Footnote Text": (SERIF, 9.5, False, False, 0, 2, 1.1, "000000"),
    "Affiliation": (SANS, 9.5, False, False, 0, 2, 1.1, "444444"),
    "Keywords": (SERIF, 10.5, False, False, 4, 16, 1.2, "000000"),
    "Table Note": (SANS, 8.5, False, False, 3, 14, 1.1, "333333"),
    "Simulated Banner": (SANS, 9.5, True, False, 0, 14, 1.15, "8A1C1C"),
    "TOC Heading": (SERIF, 12, True, False, 14, 4, 1.1, "000000"),
    "toc 1": (SERIF, 11, False, False, 4, 0, 1.1, "000000"),
    "toc 2": (SERIF, 10.5, False, False, 0, 0, 1.1, "000000"),
    "Header": (SANS, 8.5, False, False, 0, 0, 1.0, "555555"),
    "Footer": (SANS, 8.5, False, False, 0, 0, 1.0, "555555"),
}
KEEP_WITH_NEXT = (
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Table Caption",
    "Captioned Figure",
    "Figure",
    "Abstract Title",
    "TOC Heading",
)
# Built-in styles that python-docx writes in small letters and as ours; Word knows them by these ids.
BUILT_IN = {"Header": "Header", "Footer": "Footer", "toc 1": "TOC1", "toc 2": "TOC2"}
# Twips: where the words of an entry of the contents begin, before it the number, and where its page ends.
CONTENTS = {"toc 1": (0, 480), "toc 2": (480, 1080)}
TEXT_WIDTH = 9070
# A caption or a note is not split over two pages.
KEEP_TOGETHER = ("Table Caption", "Image Caption", "Table Note")


def main() -> None:
    """Change Pandoc's own reference document and write it with fixed bytes."""
    default = subprocess.run(
        [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"],
        capture_output=True,
        check=True,
    ).stdout
    document = Document(io.BytesIO(default))
    for name, settings in PARAGRAPHS.items():
        style_paragraph(document, name, settings)
    for name in ("Heading 1", "Heading 2", "Heading 3", "Title"):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    document.styles["Bibliography"].paragraph_format.left_indent = Cm(0.8)
    document.styles["Bibliography"].paragraph_format.first_line_indent = Cm(-0.8)
    for name, places in CONTENTS.items():
        style_contents(document.styles[name], *places)
    style_banner(document.styles["Simulated Banner"])
    style_table(document)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.3)
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    write_zip(TARGET, members, EPOCH, first=("[Content_Types].xml", "_rels/.rels"))


def style_paragraph(document: Document, name: str, settings: tuple) -> None:
    """Set one paragraph style, made when it is not there."""
    font, size, bold, italic, before, after, spacing, colour = settings
    names = [style.name for style in document.styles]
    style = (
        document.styles[name] if name in names else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    )
    if name in BUILT_IN:
        style.element.set(qn("w:styleId"), BUILT_IN[name])
        style.element.attrib.pop(qn("w:customStyle"), None)
    style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, italic
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for slot in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{slot}"), font)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.MULTIPLE, spacing
    form.alignment = WD_ALIGN_PARAGRAPH.LEFT
    form.keep_with_next = name in KEEP_WITH_NEXT
    form.keep_together = name in KEEP_TOGETHER
    form.widow_control = True


def style_contents(style: BaseStyle, number: int, words: int) -> None:
    """Set an entry of the contents: number, words, and the page at the right.

    No dots lead to it: it is blank until Word has counted, in a preview, or where fields are not updated.
    """
    form = style.paragraph_format
    form.left_indent, form.first_line_indent = Twips(words), Twips(number - words)
    form.tab_stops.add_tab_stop(Twips(words))
    form.tab_stops.add_tab_stop(Twips(TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)


def style_banner(style: BaseStyle) -> None:
    """Give the banner a tinted ground and a rule at its left."""
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="6" w:color="8A1C1C"/></w:pBdr>'
        ),
        "w:shd",
        "w:tabs",
        "w:suppressAutoHyphens",
        "w:spacing",
        "w:ind",
        "w:jc",
    )
    properties.insert_element_before(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FBEEEE"/>'),
        "w:tabs",
        "w:suppressAutoHyphens",
        "w:spacing",
        "w:ind",
        "w:jc",
    )


def style_table(document: Document) -> None:
    """Give tables a rule above, below and under the header, and no other line."""
    old = document.styles.element.find(f'{qn("w:style")}[@{qn("w:styleId")}="Table"]')
    if old is not None:
        document.styles.element.remove(old)
    rule = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="000000"/>'
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal">'
            '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/>'
            '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
            '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
            '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        )
    )
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="Table">'
            '<w:name w:val="Table"/>'
            '<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>'
            f"<w:tblPr><w:tblBorders>{rule.format('top', 10)}{rule.format('bottom', 10)}</w:tblBorders>"
            '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
            '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
            f'{rule.format("bottom", 6)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>'
            "</w:tblStylePr></w:style>"
        )
    )


if __name__ == "__main__":
    main()
