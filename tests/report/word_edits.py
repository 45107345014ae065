"""Edits of a Word file as a co-author makes them, with tracked changes and without."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from surveypipe.rendering.docx_package import CONTENT_TYPES, DOCUMENT_RELS, Package, w
from surveypipe.rendering.docx_runs import paragraph_of, run, text_of

BY = {w("author"): "B. Quill", w("date"): "2026-01-02T03:04:05Z"}


Edit = Callable[[etree._Element], object]


def edited(path: Path, target: Path, *edits: Edit, part: str = "document") -> Path:
    """Copy a file with edits of one of its parts."""
    package = Package(path)
    root = package.tree(f"word/{part}.xml")
    for edit in edits:
        edit(root)
    package.put(f"word/{part}.xml", root)
    package.write(target, 0)
    return target


def paragraph(root: etree._Element, words: str) -> etree._Element:
    """The first paragraph that holds the words."""
    return next(p for p in root.iter(w("p")) if words in text_of(p))


def cut_out(root: etree._Element, words: str) -> list[etree._Element]:
    """Runs that hold exactly the words, cut from those around them; controls are cut as a whole."""
    whole = paragraph(root, words)
    start = text_of(whole).index(words)
    stop, position, found = start + len(words), 0, []
    for made in list(whole.iter(w("r"))):
        text = text_of(made)
        first, last = max(start - position, 0), min(stop - position, len(text))
        position += len(text)
        if first >= last:
            continue
        before, inside, after = text[:first], text[first:last], text[last:]
        for piece, place in ((before, "before"), (after, "after")):
            if piece:
                other = copy.deepcopy(made)
                _set_text(other, piece)
                made.addprevious(other) if place == "before" else made.addnext(other)
        _set_text(made, inside)
        found.append(made)
    return found


def _set_text(made: etree._Element, text: str) -> None:
    nodes = list(made.iter(w("t")))
    nodes[0].text = text
    nodes[0].set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for node in nodes[1:]:
        node.getparent().remove(node)


def _tracked(tag: str, *inside: etree._Element) -> etree._Element:
    made = etree.Element(w(tag), {w("id"): "900", **BY})
    made.extend(inside)
    return made


def write_over(old: str, new: str, *, tracked: bool = False) -> Callable[[etree._Element], None]:
    """Put other words in the place of some."""

    def edit(root: etree._Element) -> None:
        runs = cut_out(root, old)
        last = runs[-1]
        if new:
            added = run(new)
            last.addnext(_tracked("ins", added) if tracked else added)
        for made in runs:
            if not tracked:
                made.getparent().remove(made)
                continue
            for node in made.iter(w("t")):
                node.tag = w("delText")
            mark = _tracked("del")
            made.addprevious(mark)
            mark.append(made)

    return edit


def add_after(words: str, new: str, *, tracked: bool = False) -> Callable[[etree._Element], None]:
    """Add words behind some."""

    def edit(root: etree._Element) -> None:
        last = cut_out(root, words)[-1]
        last.addnext(_tracked("ins", run(new)) if tracked else run(new))

    return edit


def move(words: str, behind: str, *, tracked: bool = False) -> Callable[[etree._Element], None]:
    """Move words, with the controls that lie wholly in them, behind others."""

    def edit(root: etree._Element) -> None:
        runs = cut_out(root, words)
        target = cut_out(root, behind)[-1]
        units = list(dict.fromkeys(_unit(made) for made in runs))
        moved = [copy.deepcopy(unit) for unit in units]
        if tracked:
            target.addnext(_tracked("moveTo", *moved))
            mark = _tracked("moveFrom")
            units[0].addprevious(mark)
            mark.extend(units)
            return
        for unit in units:
            unit.getparent().remove(unit)
        for unit in reversed(moved):
            target.addnext(unit)

    return edit


def _unit(made: etree._Element) -> etree._Element:
    control = next(made.iterancestors(w("sdt")), None)
    return made if control is None else control


def delete_control(words: str) -> Callable[[etree._Element], None]:
    """Delete a whole content control."""

    def edit(root: etree._Element) -> None:
        control = next(c for c in root.iter(w("sdt")) if text_of(c) == words)
        control.getparent().remove(control)

    return edit


def delete_paragraph(words: str) -> Callable[[etree._Element], None]:
    """Delete a paragraph, bookmark and all."""

    def edit(root: etree._Element) -> None:
        gone = paragraph(root, words)
        gone.getparent().remove(gone)

    return edit


def delete_paragraph_tracked(words: str) -> Callable[[etree._Element], None]:
    """Delete a paragraph with its mark as a tracked change."""

    def edit(root: etree._Element) -> None:
        write_over(text_of(paragraph(root, words)), "", tracked=True)(root)
        gone = next(
            p for p in root.iter(w("p")) if words in "".join(n.text or "" for n in p.iter(w("delText")))
        )
        mark = gone.find(w("pPr"))
        properties = mark.find(w("rPr"))
        if properties is None:
            properties = etree.SubElement(mark, w("rPr"))
        properties.append(etree.Element(w("del"), {w("id"): "901", **BY}))

    return edit


def add_paragraph(behind: str, new: str, style: str = "BodyText") -> Callable[[etree._Element], None]:
    """Add a paragraph behind another."""

    def edit(root: etree._Element) -> None:
        paragraph(root, behind).addnext(paragraph_of(style, run(new)))

    return edit


def split(words: str) -> Callable[[etree._Element], None]:
    """Begin a new paragraph before the words."""

    def edit(root: etree._Element) -> None:
        whole = paragraph(root, words)
        first = cut_out(root, words)[0]
        first = _unit(first)
        behind = [first, *first.itersiblings()]
        made = paragraph_of("BodyText")
        made.extend(child for child in behind if child.tag != w("bookmarkEnd"))
        whole.addnext(made)

    return edit


def join(words: str) -> Callable[[etree._Element], None]:
    """Join a paragraph and the one behind it."""

    def edit(root: etree._Element) -> None:
        first = paragraph(root, words)
        second = first.getnext()
        while second.tag != w("p"):
            second = second.getnext()
        first.append(run(" "))
        first.extend(child for child in list(second) if child.tag != w("pPr"))
        second.getparent().remove(second)

    return edit


def comment_on(path: Path, words: str, text: str) -> Path:
    """Hang a comment on words of a file, in place."""
    package = Package(path)
    root = package.tree("word/document.xml")
    runs = cut_out(root, words)
    for tag, place in (("commentRangeStart", runs[0].addprevious), ("commentRangeEnd", runs[-1].addnext)):
        place(etree.Element(w(tag), {w("id"): "7"}))
    reference = etree.Element(w("r"))
    etree.SubElement(reference, w("commentReference")).set(w("id"), "7")
    runs[-1].getnext().addnext(reference)
    package.put("word/document.xml", root)
    package.drop("word/comments.xml")
    comments = etree.Element(w("comments"), nsmap={"w": w("x")[1:].split("}")[0]})
    entry = etree.SubElement(comments, w("comment"), {w("id"): "7", **BY})
    entry.append(paragraph_of("BodyText", run(text)))
    package.put("word/comments.xml", comments)
    kinds = package.tree(CONTENT_TYPES)
    kind = etree.SubElement(kinds, f"{{{etree.QName(kinds).namespace}}}Override")
    kind.set("PartName", "/word/comments.xml")
    kind.set("ContentType", "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml")
    package.put(CONTENT_TYPES, kinds)
    relations = package.tree(DOCUMENT_RELS)
    entry = etree.SubElement(relations, f"{{{etree.QName(relations).namespace}}}Relationship")
    entry.set("Id", "rIdComments")
    entry.set("Type", "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments")
    entry.set("Target", "comments.xml")
    package.put(DOCUMENT_RELS, relations)
    package.write(path, 0)
    return path
