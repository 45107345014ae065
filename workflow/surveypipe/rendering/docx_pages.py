"""Pages of a Word file: their head and foot, and those that lie across."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from xml.sax.saxutils import escape

from lxml import etree

from surveypipe.rendering.docx_package import Package, R, W, properties_of, w
from surveypipe.rendering.docx_runs import ACROSS_BEGINS, ACROSS_ENDS, order_properties, set_style, style_of

# Room for the space above a picture and for a caption of three lines, in twips, of which each has so many of
# the units that pictures are measured in.
CAPTION, EMU = 1400, 635
# Styles of the paragraphs by which the filter marks what lies across.
_SPACE = f'xmlns:w="{W}"'
_WARNING = '<w:rPr><w:b/><w:color w:val="8A1C1C"/></w:rPr>'
# What comes behind the sign of a first page of its own among the properties of a section.
_AFTER_TITLE = {
    w(name) for name in "textDirection bidi rtlGutter docGrid printerSettings sectPrChange".split()
}


def set_header_and_footer(
    package: Package, body: etree._Element, running: str, warning: str, watermark: str = ""
) -> None:
    """Put page numbers at the foot of each page, and at its head a running title and a warning.

    Parameters
    ----------
    package, body
        The file and the body of its document.
    running
        Title at the left of each page but the first, which has the title itself; '' for none.
    warning
        Words at the right of each page; '' for none.
    watermark
        Word set across each page that has a warning; '' for none.
    """
    section = body.find(w("sectPr"))
    if section is None:
        section = etree.SubElement(body, w("sectPr"))
    for tag in ("headerReference", "footerReference", "titlePg"):
        for old in section.findall(w(tag)):
            section.remove(old)
    margins = section.find(w("pgMar"))
    for name, twips in (("header", "708"), ("footer", "708"), ("gutter", "0")) if margins is not None else ():
        # The schema demands all of them, the reference document states some.
        margins.set(w(name), margins.get(w(name)) or twips)
    footer = package.add_part("footer_page.xml", _footer(), "footer")
    references = [("footer", "default", footer)]
    across = _across(watermark) if watermark else ""
    width = text_width(section)
    if running or warning:
        header = package.add_part("header_page.xml", _header(running, warning, width, across), "header")
        references.append(("header", "default", header))
    if running:
        first = package.add_part("header_first.xml", _header("", warning, width, across), "header")
        references += [("header", "first", first), ("footer", "first", footer)]
        _title_page(section)
    # Those of heads come out before those of feet.
    for kind, pages, identifier in sorted(references):
        reference = etree.Element(w(f"{kind}Reference"), nsmap={"r": R})
        reference.set(w("type"), pages)
        reference.set(f"{{{R}}}id", identifier)
        section.insert(0, reference)


def text_width(section: etree._Element) -> int:
    """Width between the margins of a section, in twips."""
    size, margins = section.find(w("pgSz")), section.find(w("pgMar"))
    if size is None or margins is None:
        return 0
    return int(size.get(w("w"))) - int(margins.get(w("left"))) - int(margins.get(w("right")))


def _title_page(section: etree._Element) -> None:
    position = next((n for n, child in enumerate(section) if child.tag in _AFTER_TITLE), len(section))
    section.insert(position, etree.Element(w("titlePg")))


def _header(running: str, warning: str, width: int, across: str) -> str:
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>' if width else ""
    shown = f"<w:r>{_WARNING}<w:tab/><w:t>{escape(warning)}</w:t></w:r>" if warning else ""
    return (
        f'<w:hdr {_SPACE}><w:p><w:pPr><w:pStyle w:val="Header"/>{tab}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(running)}</w:t></w:r>{shown}{across}</w:p></w:hdr>'
    )


def _across(word: str) -> str:
    """Draw a word across the page, as Word's own watermarks are drawn (VML text on a path)."""
    place = (
        "position:absolute;margin-left:0;margin-top:0;width:470pt;height:120pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    vml, office = "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office"
    return (
        f'<w:r><w:pict xmlns:v="{vml}" xmlns:o="{office}">'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="Watermark" type="#_x0000_t136" style="{place}" fillcolor="#e6c9c9" stroked="f">'
        f'<v:fill opacity=".5"/><v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt" '
        f'string="{escape(word)}"/></v:shape></w:pict></w:r>'
    )


def _footer() -> str:
    def field(code: str) -> str:
        return (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        )

    return (
        f'<w:ftr {_SPACE}><w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="center"/></w:pPr>'
        f'{field("PAGE")}<w:r><w:t xml:space="preserve"> of </w:t></w:r>{field("NUMPAGES")}</w:p></w:ftr>'
    )


def tables_across(body: etree._Element) -> Iterator[etree._Element]:
    """Find the tables of the stretches that the filter marked to lie across."""
    return (child for child in _lying_across(body) if child.tag == w("tbl"))


def _lying_across(body: etree._Element) -> Iterator[etree._Element]:
    across = False
    for child in body:
        style = style_of(child) if child.tag == w("p") else ""
        across = (across or style == ACROSS_BEGINS) and style != ACROSS_ENDS
        if across:
            yield child


def _fit_pictures(body: etree._Element, section: etree._Element) -> None:
    """Let each picture of a page that lies across be so low that its caption stands with it."""
    size, margins = section.find(w("pgSz")), section.find(w("pgMar"))
    if margins is None:
        return
    edges = sum(int(margins.get(w(name))) for name in ("top", "bottom"))
    most = (int(size.get(w("h"))) - edges - CAPTION) * EMU
    for block in _lying_across(body):
        for drawing in block.iter(w("drawing")):
            sizes = [one for one in drawing.iter() if one.get("cx") and one.get("cy")]
            tallest = max((int(one.get("cy")) for one in sizes), default=0)
            for one in sizes if tallest > most else ():
                for side in ("cx", "cy"):
                    one.set(side, str(int(one.get(side)) * most // tallest))


def width_across(body: etree._Element) -> int:
    """Width between the margins of a page that lies across, in twips; 0 where the file does not tell."""
    section = body.find(w("sectPr"))
    return text_width(_turned(section)) if section is not None and text_width(section) else 0


def lay_across(
    package: Package, body: etree._Element, running: str, warning: str, watermark: str = ""
) -> None:
    """Turn what the filter marked into sections whose pages lie across.

    Parameters
    ----------
    package, body
        The file and the body of its document, head and foot set.
    running, warning
        Words at the head of its pages.
    watermark
        Word set across them; '' for none.
    """
    marks = [
        child for child in body if child.tag == w("p") and style_of(child) in (ACROSS_BEGINS, ACROSS_ENDS)
    ]
    last = body.find(w("sectPr"))
    if not marks or last is None:
        return
    upright, turned = deepcopy(last), _turned(last)
    _fit_pictures(body, turned)
    if running or warning:
        across = _across(watermark) if watermark else ""
        content = _header(running, warning, text_width(turned), across)
        head = package.add_part("header_across.xml", content, "header")
        for reference in turned.findall(w("headerReference")):
            reference.set(f"{{{R}}}id", head)
    for section in (last, turned):
        _without_title_page(section)
    for position, mark in enumerate(marks):
        section = deepcopy(upright if style_of(mark) == ACROSS_BEGINS else turned)
        if position:
            _without_title_page(section)
        _end_section(mark, section)


def _end_section(mark: etree._Element, section: etree._Element) -> None:
    """Let a section end with the paragraph before a mark or, where there is none, with the mark itself.

    A paragraph that is referred to holds no end of a section: LibreOffice loses what a reference to it shows.
    """
    before = mark.getprevious()
    while before is not None and before.tag in {w("bookmarkStart"), w("bookmarkEnd")}:
        before = before.getprevious()
    held = before
    taken = (f"{w('pPr')}/{w('sectPr')}", f".//{w('bookmarkStart')}")
    if before is None or before.tag != w("p") or any(before.find(path) is not None for path in taken):
        held = mark
        set_style(mark, "Compact")
    else:
        mark.getparent().remove(mark)
    properties = properties_of(held, "pPr")
    properties.append(section)
    order_properties(properties)


def _turned(section: etree._Element) -> etree._Element:
    made = deepcopy(section)
    size = made.find(w("pgSz"))
    width, height = str(size.get(w("w"))), str(size.get(w("h")))
    size.set(w("w"), height)
    size.set(w("h"), width)
    size.set(w("orient"), "landscape")
    return made


def _without_title_page(section: etree._Element) -> None:
    for child in list(section):
        if child.tag == w("titlePg") or child.get(w("type")) == "first":
            section.remove(child)
