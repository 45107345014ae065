"""Captions as numbered fields with bookmarks, and references to them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from surveypipe.rendering.docx_controls import MADE, PLACE, control
from surveypipe.rendering.docx_package import w
from surveypipe.rendering.docx_runs import (
    ACROSS_BEGINS,
    ACROSS_ENDS,
    field_runs,
    next_block,
    run,
    set_style,
    style_of,
    text_of,
)

_CAPTION_STYLES = {"ImageCaption", "TableCaption", "Caption", "CaptionedFigure"}
_LABEL = re.compile(r"\s*(?P<word>Figure|Table)[\s\u00a0]+(?P<prefix>[A-Z]*)(?P<number>\d+)\s*[:.]?\s*")
_KIND = {"Figure": "fig", "Table": "tbl"}


def unwrap_layout_tables(body: etree._Element) -> None:
    """Take tables and figures out of the one-cell tables that only place them.

    The paragraph of a space that Quarto writes between two of them goes too: each has a caption.
    """
    for table in list(body.iter(w("tbl"))):
        if not _is_layout(table):
            continue
        cells = table.findall(f"{w('tr')}/{w('tc')}")
        between = next_block(table)
        if between is not None and _is_spacer(between) and _is_layout(next_block(between)):
            between.getparent().remove(between)
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
            _take_out(child)
            parent.insert(position + offset, child)


def _take_out(element: etree._Element) -> None:
    """Undo what the cell around a table or figure did to it: its centring, and its style of paragraph."""
    for paragraph in element.iter(w("p")):
        aligned = paragraph.findall(f"{w('pPr')}/{w('jc')}")
        # A paragraph's own alignment comes first, that of the cell around it last.
        if aligned and aligned[-1].get(w("val")) == "center":
            aligned[-1].getparent().remove(aligned[-1])
    if element.tag == w("p") and element.find(f".//{w('drawing')}") is not None:
        set_style(element, "CaptionedFigure")


def _is_spacer(block: etree._Element) -> bool:
    """Whether a block is a paragraph that holds nothing and marks nothing, no break either."""
    if block.tag != w("p") or text_of(block).strip() or style_of(block) in (ACROSS_BEGINS, ACROSS_ENDS):
        return False
    return all(block.find(f".//{w(name)}") is None for name in ("drawing", "br", "sectPr"))


def _is_layout(table: etree._Element | None) -> bool:
    """Whether a block is a table of one cell that only places a table or a figure."""
    cells = [] if table is None or table.tag != w("tbl") else table.findall(f"{w('tr')}/{w('tc')}")
    if len(cells) != 1:
        return False
    cell = cells[0]
    if cell.find(f".//{w('tbl')}") is not None or cell.find(f".//{w('drawing')}") is not None:
        return True
    return any(_label_of(paragraph) for paragraph in cell.iter(w("p")))


def _label_of(paragraph: etree._Element) -> re.Match[str] | None:
    if style_of(paragraph) not in _CAPTION_STYLES:
        return None
    return _LABEL.match(text_of(paragraph))


def number_captions(body: etree._Element, prefix: str = "") -> dict[str, str]:
    """Turn captions into SEQ fields with a bookmark around label and number.

    Parameters
    ----------
    body
        Body of the document.
    prefix
        What stands before each number: ``S`` in a supplement.

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
            word, number = match["word"], prefix + match["number"]
            label, kind = f"{word} {number}", _KIND[word]
            anchor = anchors.get(label) or latest.get(kind) or f"{kind}-{number}"
            targets[anchor] = targets[label] = bookmark_name(anchor)
            captions.append((element, match, targets[anchor]))
    for paragraph, match, name in captions:
        _write_caption(paragraph, match, name, prefix)
    return targets


def _anchors_by_label(body: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for link in body.iter(w("hyperlink")):
        anchor, match = link.get(w("anchor")), _LABEL.fullmatch(text_of(link))
        if anchor and match:
            found.setdefault(f"{match['word']} {match['prefix']}{match['number']}", str(anchor))
    return found


def bookmark_name(anchor: str) -> str:
    """Make a name that Word accepts: a letter first, then letters, digits and underscores, at most 40.

    Those that it hides begin with an underscore; only marks of ours do.
    """
    if anchor.startswith((PLACE, MADE)):
        return anchor[:40]
    name = re.sub(r"\W", "_", anchor, flags=re.ASCII)
    return (name if name[:1].isalpha() else f"b_{name}")[:40]


def _write_caption(paragraph: etree._Element, match: re.Match[str], name: str, prefix: str) -> None:
    for simple in list(paragraph.iter(w("fldSimple"))):
        for child in list(simple):
            simple.addprevious(child)
        simple.getparent().remove(simple)
    for mark in [*paragraph.iter(w("bookmarkStart"), w("bookmarkEnd"))]:
        mark.getparent().remove(mark)
    _cut_text(paragraph, match.end())
    set_style(paragraph, "TableCaption" if match["word"] == "Table" else "ImageCaption")
    properties = paragraph.find(w("pPr"))
    # Its style says how a caption is set; what a renderer says beside it would win over the style.
    properties[:] = [properties.find(w("pStyle"))]
    start, end = etree.Element(w("bookmarkStart")), etree.Element(w("bookmarkEnd"))
    # A key of its own, so that numbering the bookmarks afterwards pairs the two.
    for mark in (start, end):
        mark.set(w("id"), f"caption-{name}")
    start.set(w("name"), name)
    number = field_runs(f"SEQ {match['word']} \\* ARABIC", [run(match["number"], bold=True)], bold=True)
    new = [start, run(f"{match['word']}\u00a0{prefix}", bold=True), *number, end, run(": ", bold=True)]
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
        shown = [run(f"{match['word']}\u00a0{match['prefix']}{match['number']}")]
        shown = field_runs(f"REF {targets[anchor]} \\h", shown)
        link.addprevious(control(f"ref:{anchor}", shown))
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
