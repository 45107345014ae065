"""What neither renderer does for Word, done once for both.

Captions become SEQ fields with bookmarks and cross-references REF fields, headings are numbered by Word,
floats leave the layout tables that Quarto puts around them, tables get repeated header rows, figures their
alternative text, and nothing of the build's own metadata stays in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from surveypipe.rendering.docx_captions import (
    clean_bookmarks,
    number_captions,
    refer_to_captions,
    unwrap_layout_tables,
)
from surveypipe.rendering.docx_contents import list_contents
from surveypipe.rendering.docx_controls import extend_marks, finish_marks, sign
from surveypipe.rendering.docx_headings import number_headings
from surveypipe.rendering.docx_package import (
    Package,
    drop_private_parts,
    set_compatibility,
    set_language,
    set_properties,
    w,
)
from surveypipe.rendering.docx_pages import (
    lay_across,
    set_header_and_footer,
    tables_across,
    width_across,
)
from surveypipe.rendering.docx_runs import (
    add_space,
    keep_pages,
    merge_paragraph_properties,
    order_properties,
    paragraph_of,
    run,
    style_of,
)
from surveypipe.rendering.docx_tables import TEXT_WIDTH, finish_table

_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"


@dataclass(frozen=True)
class Facts:
    """What the finishing needs to know of a document.

    Parameters
    ----------
    authors, affiliations
        In Quarto's form; empty for the blinded variant.
    notice, header, watermark
        The banner's sentence, the warning at the head of each page, and the word set across it, of data that
        are not real; else None.
    alts
        Alternative texts in the order of the figures.
    keywords, language
        For the title block and the properties.
    document
        Name of the document.
    label_prefix
        What stands before the number of each table and figure.
    contents
        Words above a contents list; '' for none.
    running
        Title at the head of each page but the first; '' for none.
    """

    authors: Sequence[Mapping[str, Any]] = ()
    affiliations: Sequence[Mapping[str, Any]] = ()
    notice: str | None = None
    header: str | None = None
    watermark: str | None = None
    alts: Sequence[str] = ()
    keywords: Sequence[str] = field(default_factory=list)
    language: str = "en-GB"
    document: str = "document"
    label_prefix: str = ""
    contents: str = ""
    running: str = ""


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
    unwrap_layout_tables(body)
    merge_paragraph_properties(root)
    keep_pages(root)
    targets = number_captions(body, facts.label_prefix)
    refer_to_captions(root, targets)
    extend_marks(root)
    clean_bookmarks(root)
    headings = number_headings(package, root)
    finish_marks(package, root)
    across, width = set(tables_across(body)), width_across(body) or TEXT_WIDTH
    for table in root.iter(w("tbl")):
        finish_table(table, width if table in across else TEXT_WIDTH)
    describe_drawings(root, facts.alts)
    write_title_block(body, facts)
    if facts.contents:
        list_contents(body, headings, facts.contents)
    sign(body, facts.document)
    warning, watermark = facts.header or "", facts.watermark or ""
    set_header_and_footer(package, body, facts.running, warning, watermark)
    lay_across(package, body, facts.running, warning, watermark)
    package.put("word/document.xml", root)
    order_styles(package)
    drop_private_parts(package)
    set_compatibility(package)
    set_language(package, facts.language)
    set_properties(
        package, [str(person["name"]) for person in facts.authors], facts.keywords, facts.language, epoch
    )
    package.write(path, epoch)


def order_styles(package: Package) -> None:
    """Put the paragraph properties of each style in the order of the schema."""
    styles = package.tree("word/styles.xml")
    for properties in styles.iter(w("pPr")):
        order_properties(properties)
    package.put("word/styles.xml", styles)


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
        add_space(authors[-1], "after", "240")
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
    known = [f"{person['name']}, {person['orcid']}" for person in facts.authors if person.get("orcid")]
    if known:
        made.append(paragraph_of("Affiliation", run(f"ORCID: {'; '.join(known)}")))
    for person in facts.authors:
        if person.get("corresponding") and person.get("email"):
            made.append(
                paragraph_of("Affiliation", run(f"Correspondence: {person['name']}, {person['email']}"))
            )
    return made
