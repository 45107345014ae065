"""What neither renderer does for Word, done once for both.

Captions become SEQ fields with bookmarks and cross-references REF fields, floats leave the layout tables that
Quarto puts around them, tables get repeated header rows, figures their alternative text, and nothing of the
build's own metadata stays in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from surveypipe.rendering.docx_cells import begins_part, indent_labels, keep_room
from surveypipe.rendering.docx_package import (
    Package,
    drop_private_parts,
    properties_of,
    set_header_and_footer,
    set_language,
    set_properties,
    w,
)
from surveypipe.rendering.metadata import SIMULATED_HEADER

_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_CAPTION_STYLES = {"ImageCaption", "TableCaption", "Caption", "CaptionedFigure"}
_LABEL = re.compile(r"\s*(Figure|Table)[\s\u00a0]+(\d+)\s*[:.]?\s*")
_KIND = {"Figure": "fig", "Table": "tbl"}
# Order that the schema of CT_PPr demands; Word refuses a file that breaks it.
_PPR_ORDER = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
    "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection "
    "textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
).split()
_TEXT_WIDTH = 9070  # twips between the margins of the reference document (A4, 2.5 cm)
_SHORT_TABLE = 16  # rows up to which a table is not split over pages
_FIRST_ROWS = 4  # rows of a long table, its header among them, that stay with the caption
_SMALL_FROM = 8  # columns from which a table is set smaller


@dataclass(frozen=True)
class Facts:
    """What the finishing needs to know of a document.

    Parameters
    ----------
    authors, affiliations
        In Quarto's form; empty for the blinded variant.
    notice
        The banner's sentence when the data are simulated, else None.
    alts
        Alternative texts in the order of the figures.
    keywords, language
        For the title block and the properties.
    """

    authors: Sequence[Mapping[str, Any]] = ()
    affiliations: Sequence[Mapping[str, Any]] = ()
    notice: str | None = None
    alts: Sequence[str] = ()
    keywords: Sequence[str] = field(default_factory=list)
    language: str = "en-GB"


def finish_docx(path: Path, facts: Facts, epoch: int) -> None:
    """Finish a DOCX in place.

    Parameters
    ----------
    path
        File written by Quarto or Pandoc.
    facts
        What is known of the document.
    epoch
        Date of the document, in seconds since 1970.
    """
    package = Package(path)
    root = package.tree("word/document.xml")
    body = root.find(w("body"))
    merge_paragraph_properties(root)
    unwrap_layout_tables(body)
    targets = number_captions(body)
    refer_to_captions(root, targets)
    clean_bookmarks(root)
    for table in root.iter(w("tbl")):
        finish_table(table)
    describe_drawings(root, facts.alts)
    write_title_block(body, facts)
    set_header_and_footer(package, body, SIMULATED_HEADER if facts.notice else None)
    package.put("word/document.xml", root)
    drop_private_parts(package)
    set_language(package, facts.language)
    set_properties(
        package, [str(person["name"]) for person in facts.authors], facts.keywords, facts.language, epoch
    )
    package.write(path, epoch)


def text_of(element: etree._Element) -> str:
    """Text of an element as a reader sees it."""
    return "".join(node.text or "" for node in element.iter(w("t")))


def style_of(paragraph: etree._Element) -> str:
    """Style id of a paragraph, '' for the default."""
    found = paragraph.find(f"{w('pPr')}/{w('pStyle')}")
    return "" if found is None else str(found.get(w("val")))


def set_style(paragraph: etree._Element, style: str) -> None:
    """Give a paragraph a style."""
    properties = properties_of(paragraph, "pPr")
    old = properties.find(w("pStyle"))
    if old is None:
        old = etree.Element(w("pStyle"))
        properties.insert(0, old)
    old.set(w("val"), style)


def run(text: str, *, bold: bool = False, superscript: bool = False) -> etree._Element:
    """Make a run of text."""
    made = etree.Element(w("r"))
    if bold or superscript:
        properties = etree.SubElement(made, w("rPr"))
        if bold:
            etree.SubElement(properties, w("b"))
        if superscript:
            etree.SubElement(properties, w("vertAlign")).set(w("val"), "superscript")
    node = etree.SubElement(made, w("t"))
    node.set(_XML_SPACE, "preserve")
    node.text = text
    return made


def paragraph_of(style: str, *runs: etree._Element) -> etree._Element:
    """Make a paragraph."""
    made = etree.Element(w("p"))
    set_style(made, style)
    made.extend(runs)
    return made


def field_runs(code: str, shown: Sequence[etree._Element], *, bold: bool = False) -> list[etree._Element]:
    """Make a field with its result already in place, so that it reads right before Word updates it."""

    def part() -> etree._Element:
        # LibreOffice takes the weight of a field from its first part, Word from its result.
        made = etree.Element(w("r"))
        if bold:
            etree.SubElement(etree.SubElement(made, w("rPr")), w("b"))
        return made

    def char(kind: str) -> etree._Element:
        made = part()
        etree.SubElement(made, w("fldChar")).set(w("fldCharType"), kind)
        return made

    instruction = part()
    node = etree.SubElement(instruction, w("instrText"))
    node.set(_XML_SPACE, "preserve")
    node.text = f" {code} "
    return [char("begin"), instruction, char("separate"), *shown, char("end")]


def merge_paragraph_properties(root: etree._Element) -> None:
    """Leave each paragraph one ``pPr``, first among its children and in the order of the schema."""
    for paragraph in root.iter(w("p")):
        found = paragraph.findall(w("pPr"))
        if not found:
            continue
        kept = found[0]
        for repeated in found[1:]:
            for child in list(repeated):
                if kept.find(child.tag) is None:
                    kept.append(child)
            paragraph.remove(repeated)
        kept[:] = sorted(kept, key=lambda child: _PPR_ORDER.index(etree.QName(child).localname))
        paragraph.remove(kept)
        paragraph.insert(0, kept)


def unwrap_layout_tables(body: etree._Element) -> None:
    """Take tables and figures out of the one-cell tables that only place them."""
    for table in list(body.iter(w("tbl"))):
        cells = table.findall(f"{w('tr')}/{w('tc')}")
        if len(cells) != 1 or not _is_layout(cells[0]):
            continue
        parent, position = table.getparent(), table.getparent().index(table)
        inside = [child for child in cells[0] if child.tag != w("tcPr")]
        while (
            inside
            and inside[-1].tag == w("p")
            and not text_of(inside[-1])
            and inside[-1].find(f".//{w('drawing')}") is None
        ):
            inside.pop()
        parent.remove(table)
        for offset, child in enumerate(inside):
            parent.insert(position + offset, child)


def _is_layout(cell: etree._Element) -> bool:
    if cell.find(f".//{w('tbl')}") is not None or cell.find(f".//{w('drawing')}") is not None:
        return True
    return any(_label_of(paragraph) for paragraph in cell.iter(w("p")))


def _label_of(paragraph: etree._Element) -> re.Match[str] | None:
    if style_of(paragraph) not in _CAPTION_STYLES:
        return None
    return _LABEL.match(text_of(paragraph))


def number_captions(body: etree._Element) -> dict[str, str]:
    """Turn captions into SEQ fields with a bookmark around label and number.

    Returns
    -------
    dict
        Anchor as the renderer wrote it (``fig-flow``) to the bookmark's name (``fig_flow``); also the label
        (``Figure 1``) to the bookmark's name.
    """
    anchors = _anchors_by_label(body)
    latest: dict[str, str] = {}
    targets: dict[str, str] = {}
    captions = []
    for element in body.iter(w("bookmarkStart"), w("p")):
        if element.tag == w("bookmarkStart"):
            name = str(element.get(w("name"))).removeprefix("ref_")
            latest[name.split("-")[0]] = name
        elif (match := _label_of(element)) is not None:
            label, kind = f"{match[1]} {match[2]}", _KIND[match[1]]
            anchor = anchors.get(label) or latest.get(kind) or f"{kind}-{match[2]}"
            targets[anchor] = targets[label] = bookmark_name(anchor)
            captions.append((element, match, targets[anchor]))
    for paragraph, match, name in captions:
        _write_caption(paragraph, match, name)
    return targets


def _anchors_by_label(body: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in body.iter(w("hyperlink")):
        anchor, match = link.get(w("anchor")), _LABEL.fullmatch(text_of(link))
        if anchor and match:
            found.setdefault(f"{match[1]} {match[2]}", str(anchor))
    return found


def bookmark_name(anchor: str) -> str:
    """Make a name that Word accepts: a letter first, then letters, digits and underscores, at most 40."""
    name = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    return (name if name[:1].isalpha() else f"b_{name}")[:40]


def _write_caption(paragraph: etree._Element, match: re.Match[str], name: str) -> None:
    for simple in list(paragraph.iter(w("fldSimple"))):
        for child in list(simple):
            simple.addprevious(child)
        simple.getparent().remove(simple)
    for mark in [*paragraph.iter(w("bookmarkStart"), w("bookmarkEnd"))]:
        mark.getparent().remove(mark)
    _cut_text(paragraph, match.end())
    set_style(paragraph, "TableCaption" if match[1] == "Table" else "ImageCaption")
    start, end = etree.Element(w("bookmarkStart")), etree.Element(w("bookmarkEnd"))
    # A key of its own, so that numbering the bookmarks afterwards pairs the two.
    for mark in (start, end):
        mark.set(w("id"), f"caption-{name}")
    start.set(w("name"), name)
    number = field_runs(f"SEQ {match[1]} \\* ARABIC", [run(match[2], bold=True)], bold=True)
    new = [start, run(f"{match[1]}\u00a0", bold=True), *number, end, run(": ", bold=True)]
    for offset, element in enumerate(new):
        paragraph.insert(1 + offset, element)


def _cut_text(paragraph: etree._Element, length: int) -> None:
    for node in paragraph.iter(w("t")):
        text = node.text or ""
        node.text, length = text[length:], max(0, length - len(text))
        if not length:
            break
    for old in list(paragraph.iter(w("r"))):
        texts = old.findall(w("t"))
        if (
            texts
            and not any(node.text for node in texts)
            and len(old) == len(texts) + len(old.findall(w("rPr")))
        ):
            old.getparent().remove(old)


def refer_to_captions(root: etree._Element, targets: Mapping[str, str]) -> None:
    """Turn links to captions into REF fields, which Word keeps in step with the numbers."""
    for link in list(root.iter(w("hyperlink"))):
        match = _LABEL.fullmatch(text_of(link))
        anchor = link.get(w("anchor"))
        if anchor not in targets:
            continue
        if match is None:
            link.set(w("anchor"), targets[anchor])
            continue
        for element in field_runs(f"REF {targets[anchor]} \\h", [run(f"{match[1]}\u00a0{match[2]}")]):
            link.addprevious(element)
        if link.tail:
            link.getprevious().tail = link.tail
        link.getparent().remove(link)


def clean_bookmarks(root: etree._Element) -> None:
    """Give bookmarks unique names and numbers, drop those without an end, and let links follow."""
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    pairs, strays = _paired_marks(root)
    # The bookmark of a caption keeps its name; the renderer's own around the whole float gives way.
    captions = {str(start.get(w("name"))) for start, _ in pairs if _is_caption_mark(start)}
    for start, end in pairs:
        old = str(start.get(w("name")))
        name = bookmark_name(re.sub(r"^ref_(?=fig-|tbl-)", "", old))
        if name in taken or (name in captions and not _is_caption_mark(start)):
            strays += [start, end]
            continue
        renamed[old] = name
        for mark in (start, end):
            mark.set(w("id"), str(len(taken)))
        start.set(w("name"), name)
        taken.add(name)
    for mark in strays:
        mark.getparent().remove(mark)
    for link in root.iter(w("hyperlink")):
        if link.get(w("anchor")) in renamed:
            link.set(w("anchor"), renamed[str(link.get(w("anchor")))])


def _paired_marks(
    root: etree._Element,
) -> tuple[list[tuple[etree._Element, etree._Element]], list[etree._Element]]:
    """Pair starts and ends in the order of the text, since a number may be used again; list the unpaired."""
    waiting: dict[str, list[etree._Element]] = {}
    ends: dict[etree._Element, etree._Element] = {}
    strays = []
    for mark in root.iter(w("bookmarkStart"), w("bookmarkEnd")):
        opened = waiting.setdefault(str(mark.get(w("id"))), [])
        if mark.tag == w("bookmarkStart"):
            opened.append(mark)
        elif opened:
            ends[opened.pop()] = mark
        else:
            strays.append(mark)
    starts = list(root.iter(w("bookmarkStart")))
    return [(start, ends[start]) for start in starts if start in ends], strays + [
        start for start in starts if start not in ends
    ]


def _is_caption_mark(start: etree._Element) -> bool:
    return str(start.get(w("id"))).startswith("caption-")


def finish_table(table: etree._Element) -> None:
    """Repeat the header row, keep rows whole, and set widths that suit the text."""
    rows = table.findall(w("tr"))
    properties = table.find(w("tblPr"))
    if properties.find(f"{w('tblStyle')}") is None:
        properties.insert(0, etree.Element(w("tblStyle")))
    properties.find(w("tblStyle")).set(w("val"), "Table")
    if not any(row.find(f"{w('trPr')}/{w('tblHeader')}") is not None for row in rows) and len(rows) > 1:
        look = properties.find(w("tblLook"))
        if look is None or look.get(w("firstRow")) in {"1", "true", "on"}:
            etree.SubElement(_row_properties(rows[0]), w("tblHeader"))
    for row in rows:
        if row.find(f"{w('trPr')}/{w('cantSplit')}") is None:
            _row_properties(row).insert(0, etree.Element(w("cantSplit")))
    _set_widths(table, rows)
    columns = len(table.findall(f"{w('tblGrid')}/{w('gridCol')}"))
    if columns >= _SMALL_FROM:
        for paragraph in table.iter(w("p")):
            set_style(paragraph, "CompactSmall")
        _narrow_cells(properties)
    _embolden_header(rows)
    for row in rows:
        indent_labels(row, small=columns >= _SMALL_FROM)
        keep_room(row, small=columns >= _SMALL_FROM)
    _keep_together(rows, columns)
    _space_after(table)


def _keep_together(rows: Sequence[etree._Element], columns: int) -> None:
    # A short table stays on one page; of a long one the first rows stay with the caption, the last with the
    # note below, and a heading with what it heads.
    held = list(rows)
    if len(rows) > _SHORT_TABLE:
        held = [
            row
            for position, row in enumerate(rows)
            if position < _FIRST_ROWS or position >= len(rows) - 2 or begins_part(row, columns)
        ]
    for row in held:
        for paragraph in row.iter(w("p")):
            if paragraph.find(w("pPr")) is None:
                set_style(paragraph, "Compact")
            properties = paragraph.find(w("pPr"))
            if properties.find(w("keepNext")) is None:
                properties.insert(
                    1 if properties.find(w("pStyle")) is not None else 0, etree.Element(w("keepNext"))
                )


def _narrow_cells(properties: etree._Element) -> None:
    margins = properties.find(w("tblCellMar"))
    if margins is None:
        margins = etree.Element(w("tblCellMar"))
        # The schema has it just before the look and the caption.
        later = [
            child for child in properties if child.tag in {w("tblLook"), w("tblCaption"), w("tblDescription")}
        ]
        properties.insert(properties.index(later[0]) if later else len(properties), margins)
    for side in ("left", "right"):
        found = margins.find(w(side))
        if found is None:
            found = etree.SubElement(margins, w(side))
        found.set(w("w"), "60")
        found.set(w("type"), "dxa")


def _embolden_header(rows: Sequence[etree._Element]) -> None:
    # The style says so too, but only Word reads conditional formatting of a table style in full.
    for row in rows:
        if row.find(f"{w('trPr')}/{w('tblHeader')}") is None:
            continue
        for text in row.iter(w("r")):
            properties = properties_of(text, "rPr")
            if properties.find(w("b")) is None:
                style = properties.find(w("rStyle"))
                properties.insert(0 if style is None else 1, etree.Element(w("b")))


def _space_after(table: etree._Element) -> None:
    # A table has no space of its own; an empty paragraph may stay only where it keeps two tables apart.
    following = _next_block(table)
    if following is not None and following.tag == w("p") and len(following) == 0:
        beyond = _next_block(following)
        if beyond is not None and beyond.tag == w("tbl"):
            return
        following.getparent().remove(following)
        following = beyond
    if (
        following is None
        or following.tag != w("p")
        or style_of(following) not in {"", "BodyText", "FirstParagraph"}
    ):
        return
    _add_space(following, "before", "240")


def _add_space(paragraph: etree._Element, side: str, twips: str) -> None:
    if paragraph.find(w("pPr")) is None:
        set_style(paragraph, "BodyText")
    properties = paragraph.find(w("pPr"))
    spacing = properties.find(w("spacing"))
    if spacing is None:
        spacing = etree.SubElement(properties, w("spacing"))
    spacing.set(w(side), twips)
    properties[:] = sorted(properties, key=lambda child: _PPR_ORDER.index(etree.QName(child).localname))


def _next_block(element: etree._Element) -> etree._Element | None:
    following = element.getnext()
    while following is not None and following.tag in {w("bookmarkEnd"), w("bookmarkStart")}:
        following = following.getnext()
    return following


def _row_properties(row: etree._Element) -> etree._Element:
    found = row.find(w("trPr"))
    if found is None:
        found = etree.Element(w("trPr"))
        # tblPrEx, when there is one, stands first.
        row.insert(1 if row.find(w("tblPrEx")) is not None else 0, found)
    return found


def _set_widths(table: etree._Element, rows: Sequence[etree._Element]) -> None:
    grid = table.findall(f"{w('tblGrid')}/{w('gridCol')}")
    properties = table.find(w("tblPr"))
    layout = properties.find(w("tblLayout"))
    if layout is not None and layout.get(w("type")) == "fixed":
        shares = [float(column.get(w("w"), "1")) for column in grid]
    else:
        shares = _shares_by_text(rows, len(grid))
    widths = column_widths(shares, _longest_words(rows, len(grid)), small=len(grid) >= _SMALL_FROM)
    for column, width in zip(grid, widths, strict=True):
        column.set(w("w"), str(width))
    size = properties.find(w("tblW"))
    if size is not None:
        size.set(w("type"), "pct")
        size.set(w("w"), "5000")
    for row in rows:
        _set_cell_widths(row, widths)


def _shares_by_text(rows: Sequence[etree._Element], columns: int) -> list[float]:
    # In proportion to the longest text of a column, but long texts may wrap and no word may break.
    shares = [3.0] * columns
    for row in rows:
        for position, cell in enumerate(row.findall(w("tc"))[:columns]):
            if cell.find(f"{w('tcPr')}/{w('gridSpan')}") is None:
                words = _words(cell)
                longest = max(map(len, words), default=0)
                shares[position] = max(shares[position], longest + 1.5, min(len(" ".join(words)), 34) + 1.5)
    return shares


def _longest_words(rows: Sequence[etree._Element], columns: int) -> list[int]:
    longest = [1] * columns
    for row in rows:
        for position, cell in enumerate(row.findall(w("tc"))[:columns]):
            if cell.find(f"{w('tcPr')}/{w('gridSpan')}") is None:
                longest[position] = max([longest[position], *map(len, _words(cell))])
    return longest


def _words(cell: etree._Element) -> list[str]:
    # A space of no width is where an identifier may break.
    return text_of(cell).replace("\u200b", " ").split()


def column_widths(shares: Sequence[float], longest: Sequence[int], *, small: bool) -> list[int]:
    """Share the width of the text among columns so that, if it can be, no word breaks.

    Parameters
    ----------
    shares
        Relative widths wished for.
    longest
        Characters of the longest word of each column.
    small
        Whether the table is set in the small size.

    Returns
    -------
    list of int
        Widths in twips (a twentieth of a point).
    """
    # Mean width of a letter of the table's font at 9 and 8 pt, with a little to spare, plus cell margins.
    letter, margins = (84, 130) if small else (102, 150)
    needed = [letter * count + margins for count in longest]
    total = sum(shares) or 1.0
    wished = [_TEXT_WIDTH * share / total for share in shares]
    spare = [max(0.0, want - need) for want, need in zip(wished, needed, strict=True)]
    missing = sum(max(0.0, need - want) for want, need in zip(wished, needed, strict=True))
    if sum(needed) > _TEXT_WIDTH:
        return [round(_TEXT_WIDTH * need / sum(needed)) for need in needed]
    given = missing / sum(spare) if sum(spare) else 0.0
    return [
        round(need if want < need else want - over * given)
        for want, need, over in zip(wished, needed, spare, strict=True)
    ]


def _set_cell_widths(row: etree._Element, widths: Sequence[int]) -> None:
    position = 0
    for cell in row.findall(w("tc")):
        properties = properties_of(cell, "tcPr")
        span = properties.find(w("gridSpan"))
        count = int(span.get(w("val"))) if span is not None else 1
        size = properties.find(w("tcW"))
        if size is None:
            size = etree.Element(w("tcW"))
            properties.insert(1 if properties.find(w("cnfStyle")) is not None else 0, size)
        size.set(w("w"), str(sum(widths[position : position + count])))
        size.set(w("type"), "dxa")
        position += count


def describe_drawings(root: etree._Element, alts: Sequence[str]) -> None:
    """Give each figure a number, a name and its alternative text, and no path of the machine."""
    for position, drawing in enumerate(root.iter(w("drawing"))):
        outer, inner = drawing.find(f".//{{{_WP}}}docPr"), drawing.find(f".//{{{_PIC}}}cNvPr")
        alt = alts[position] if position < len(alts) else (outer.get("descr") or "")
        inline = drawing.find(f"{{{_WP}}}inline")
        for side in ("distT", "distB", "distL", "distR") if inline is not None else ():
            # Unstated, LibreOffice takes an eighth of an inch and pushes the figure out of the margin.
            inline.set(side, "0")
        for offset, properties in enumerate((outer, inner)):
            if properties is not None:
                properties.attrib.pop("title", None)
                properties.set("id", str(2 * position + offset + 1))
                properties.set("name", f"Figure {position + 1}")
                properties.set("descr", alt)


def write_title_block(body: etree._Element, facts: Facts) -> None:
    """Put the banner first, authors with their affiliations below the title, keywords below the abstract."""
    for old in [
        child for child in body if child.tag == w("p") and style_of(child) in {"Author", "Affiliation"}
    ]:
        body.remove(old)
    titles = [child for child in body if style_of(child) in {"Title", "Subtitle"}]
    authors = _author_paragraphs(facts)
    if authors and not any(style_of(child) == "AbstractTitle" for child in body):
        # An abstract has room of its own above it, the first sentence of a text has not.
        _add_space(authors[-1], "after", "240")
    for made in reversed(authors):
        if titles:
            titles[-1].addnext(made)
        else:
            body.insert(0, made)
    abstract = [child for child in body if style_of(child) == "Abstract"]
    if abstract and facts.keywords:
        words = paragraph_of("Keywords", run("Keywords: ", bold=True), run(", ".join(facts.keywords)))
        abstract[-1].addnext(words)
    if facts.notice:
        body.insert(0, paragraph_of("SimulatedBanner", run(facts.notice)))


def _author_paragraphs(facts: Facts) -> list[etree._Element]:
    if not facts.authors:
        return []
    numbers = {entry["id"]: str(number) for number, entry in enumerate(facts.affiliations, start=1)}
    names: list[etree._Element] = []
    for position, person in enumerate(facts.authors):
        names.append(run((", " if position else "") + str(person["name"])))
        marks = ",".join(numbers[entry["ref"]] for entry in person["affiliations"])
        if marks:
            names.append(run(marks, superscript=True))
    made = [paragraph_of("Author", *names)]
    for entry in facts.affiliations:
        made.append(
            paragraph_of("Affiliation", run(numbers[entry["id"]], superscript=True), run(f" {entry['name']}"))
        )
    for person in facts.authors:
        if person.get("corresponding") and person.get("email"):
            made.append(
                paragraph_of("Affiliation", run(f"Correspondence: {person['name']}, {person['email']}"))
            )
    return made
