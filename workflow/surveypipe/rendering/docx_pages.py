"""Head and foot of the pages of a Word file."""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree

from surveypipe.rendering.docx_package import Package, R, W, w

_SPACE = f'xmlns:w="{W}"'
_WARNING = '<w:rPr><w:b/><w:color w:val="8A1C1C"/></w:rPr>'
# What comes behind the sign of a first page of its own among the properties of a section.
_AFTER_TITLE = {
    w(name) for name in "textDirection bidi rtlGutter docGrid printerSettings sectPrChange".split()
}


def set_header_and_footer(package: Package, body: etree._Element, running: str, warning: str) -> None:
    """Put page numbers at the foot of each page, and at its head a running title and a warning.

    Parameters
    ----------
    package, body
        The file and the body of its document.
    running
        Title at the left of each page but the first, which has the title itself; '' for none.
    warning
        Words at the right of each page; '' for none.
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
    if running or warning:
        header = package.add_part("header_page.xml", _header(running, warning, text_width(section)), "header")
        references.append(("header", "default", header))
    if running:
        first = package.add_part("header_first.xml", _header("", warning, text_width(section)), "header")
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


def _header(running: str, warning: str, width: int) -> str:
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>' if width else ""
    shown = f"<w:r>{_WARNING}<w:tab/><w:t>{escape(warning)}</w:t></w:r>" if warning else ""
    return (
        f'<w:hdr {_SPACE}><w:p><w:pPr><w:pStyle w:val="Header"/>{tab}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(running)}</w:t></w:r>{shown}</w:p></w:hdr>'
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
