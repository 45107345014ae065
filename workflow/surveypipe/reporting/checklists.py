"""Reporting checklists as tables: where the documents answer each item, and who wrote the answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveypipe.formatting import NOT_APPLICABLE, capital, escape, sentence_list
from surveypipe.problems import Problems
from surveypipe.rendering.expand import near, split_front_matter
from surveypipe.rendering.pages import automatic_identifier, own_page, page_token
from surveypipe.reporting.tables.layout import Column, Table
from surveypipe.study.vocabulary import Vocabulary

# The document in which the tables stand; its own sections are cross-references there.
HOME = "supplement"
BY = {"A": "Pipeline", "K": "Checked", "T": "Author", "A+T": "Pipeline, author", "N/A": NOT_APPLICABLE}
AUTHOR = "author"
FRONT_MATTER = ("title", "abstract", "keywords")

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{([^}]*)\})?\s*$", re.MULTILINE)
_CODE = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A heading of a document.

    Parameters
    ----------
    title
        As it stands in the text, Markdown.
    reference
        Identifier that a cross-reference can name (it begins with ``sec-``): the heading's own, or that of
        the nearest heading above it; empty where there is none.
    text
        What stands under the heading, up to the next one.
    identifier
        The heading's own identifier.
    """

    title: str
    reference: str
    text: str = ""
    identifier: str = ""


def sections(text: str) -> dict[str, Section]:
    """Find what the headings of a text are called.

    Parameters
    ----------
    text
        A document in Quarto's Markdown.

    Returns
    -------
    dict
        Identifier (the heading's own, else Pandoc's) to section, with those parts of the front matter
        that are printed.
    """
    front, body = split_front_matter(text)
    found = {name: Section(name, "", part) for name, part in _front_parts(front)}
    above: list[tuple[int, str]] = []
    body = _CODE.sub("", body)
    headings = list(_HEADING.finditer(body))
    ends = [heading.start() for heading in headings[1:]] + [len(body)]
    for heading, end in zip(headings, ends, strict=True):
        level, title = len(heading[1]), heading[2]
        named = re.search(r"#([\w-]+)", heading[3] or "")
        identifier = named[1] if named else automatic_identifier(title)
        above = [*(entry for entry in above if entry[0] < level), (level, identifier)]
        reference = next((name for _, name in reversed(above) if name.startswith("sec-")), "")
        found[identifier] = Section(title, reference, body[heading.end() : end], identifier)
    return found


def _front_parts(front: str) -> Iterator[tuple[str, str]]:
    for name in FRONT_MATTER:
        part = re.search(rf"^{name}:(.*(?:\n(?![A-Za-z]).*)*)", front, re.MULTILINE)
        if part:
            yield name, part[1]


def check(
    checklists: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Section]],
    documents: Sequence[str],
    whole: Mapping[str, Mapping[str, Section]] | None = None,
) -> None:
    """Make sure that every section an item names is in its document.

    Parameters
    ----------
    checklists
        Content of the checklists' file.
    known
        Document to its sections, for the documents that this study makes.
    documents
        All documents that there can be; one that the study does not make is passed over.
    whole
        Document to all its sections, with those of parts that the study has not; None where it has all.

    Raises
    ------
    SurveyError
        Naming checklist, item, document and section, with near names; or the words that an item wants
        (``says``) and that none of its sections holds.
    """
    problems = Problems()
    for checklist in checklists.values():
        for item in checklist["items"]:
            name = f"checklists.yaml: {checklist['name']} item {item['id']}"
            unknown = list(_unknown_places(name, item, whole or known, documents))
            problems.extend(unknown or _unsaid(name, item, known))
            problems.extend(_unnamed(name, item))
    problems.raise_if_any()


def _unknown_places(
    name: str,
    item: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Section]],
    documents: Sequence[str],
) -> Iterator[str]:
    for document, identifier in _places(item):
        if document not in (*known, *documents):
            near_one = near(document, [*known, *documents])
            yield f"{name} names the document '{document}', which does not exist.{near_one}"
        elif document in known and identifier not in known[document]:
            yield (
                f"{name} says that report/{document}.qmd answers it in the section '{identifier}', but no "
                f"heading there has that name.{near(identifier, list(known[document]))} Name another "
                "section, or write `where: author`."
            )


def _unnamed(name: str, item: Mapping[str, Any]) -> Iterator[str]:
    """Tell of words in braces that the vocabulary does not know."""
    try:
        Vocabulary().fill(item["what"])
    except (AttributeError, IndexError, KeyError, ValueError):
        yield (
            f"{name} ({item['what']}): what stands in braces is no name of the vocabulary; "
            "{questionnaire.one} would be one."
        )


def _unsaid(name: str, item: Mapping[str, Any], known: Mapping[str, Mapping[str, Section]]) -> Iterator[str]:
    places = list(_there(item, known))
    text = " ".join(known[document][identifier].text for document, identifier in places).casefold()
    for words in item.get("says", []) if places else []:
        if words.casefold() not in text:
            where_to = " or ".join(
                f"'{identifier}' of report/{document}.qmd" for document, identifier in places
            )
            yield (
                f"{name} ({item['what']}) wants the words '{words}' in {where_to}; they are not there. Write "
                "them, or change `says` if your study calls it otherwise."
            )


def _there(item: Mapping[str, Any], known: Mapping[str, Mapping[str, Section]]) -> Iterator[tuple[str, str]]:
    """Places of an item that this study's documents have."""
    return ((name, identifier) for name, identifier in _places(item) if identifier in known.get(name, {}))


def _places(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    where = item.get("where", AUTHOR)
    if where != AUTHOR:
        for document, identifiers in where.items():
            yield from ((document, identifier) for identifier in identifiers)


def checklist_table(
    key: str,
    checklist: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Section]],
    study: Mapping[str, Any],
    words: Vocabulary,
    lacks: Collection[str] = (),
) -> Table:
    """Lay out one checklist.

    Parameters
    ----------
    key
        Its short name; the table is ``@tbl-checklist-<key>``.
    checklist
        ``name``, ``title``, ``items`` and, where it is about one mode of survey, ``mode``.
    known
        Document to its sections.
    study
        Section of the configuration: its ``mode`` decides what applies. A checklist for
        another mode, or where none is told, has no rows.
    words
        What people and questionnaire are called; an item may call them, as `{questionnaire.many}`.
    lacks
        Parts of a report that items name under ``part``, ``held`` or ``unless`` and that this study has not.
    """
    columns = [
        Column("Item", 8, "l"),
        Column("What", 35, "l"),
        Column("Where", 42, "l"),
        Column("By", 15, "l"),
    ]
    table = Table(f"checklist_{key}", escape(checklist["title"]), columns)
    if not applies(checklist, study.get("mode")):
        return table
    table.rows = [item_row(item, known, study, words, lacks) for item in checklist["items"]]
    table.notes = [
        "Items in our own words. Pipeline, filled by the run in text whose frame the authors wrote; checked, "
        "the authors' words, in which the run looks for what the item wants; author, the authors' own words."
    ]
    return table


def applies(entry: Mapping[str, Any], mode: str | None) -> bool:
    """Whether a checklist or an item is about this mode of survey."""
    return mode in (entry.get("mode", mode), "mixed")


def _of_another_mode(mode: str, words: Vocabulary) -> str:
    """Why an item about one mode of survey does not apply to another."""
    ways = {
        "records": "nobody was asked",
        "telephone": "interviews by telephone",
        "face_to_face": "interviews face to face",
    }
    return f"Not applicable: {ways.get(mode, f'{mode} {words.questionnaire.one}')}"


def item_row(
    item: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Section]],
    study: Mapping[str, Any],
    words: Vocabulary,
    lacks: Collection[str] = (),
) -> list[str]:
    """Cells of one item."""
    what = escape(capital(words.fill(item["what"])))
    mode = study.get("mode")
    if mode and not applies(item, mode):
        return [item["id"], what, _of_another_mode(mode, words), NOT_APPLICABLE]
    if item.get("part") in lacks:
        return [item["id"], what, f"Not applicable: {escape(item['without'])}", NOT_APPLICABLE]
    # What applies to no study but one of a certain kind is for its authors.
    if item["by"] == "N/A" and "unless" in item and item["unless"] not in lacks:
        return [item["id"], what, "For the authors to add", BY["T"]]
    if item["by"] == "N/A":
        return [item["id"], what, f"Not applicable: {escape(item['because'])}", NOT_APPLICABLE]
    made = [place for place in _places(item) if place[0] in known]
    if made and not list(_there(item, known)):
        return [item["id"], what, "Not applicable: there is none in this study", NOT_APPLICABLE]
    # What only the study's configuration can tell, the run writes where the configuration tells it.
    needed = item.get("needs")
    told = (needed is None or study.get(needed)) and item.get("held") not in lacks
    answered = where(item, known) if told else ""
    if not answered:
        return [item["id"], what, "For the authors to add", BY["T"]]
    return [item["id"], what, answered, BY[item["by"]]]


def where(item: Mapping[str, Any], known: Mapping[str, Mapping[str, Section]]) -> str:
    """Say where an item is answered; empty if nowhere."""
    named: dict[str, list[Section]] = {}
    for document, identifier in _there(item, known):
        named.setdefault(document, []).append(known[document][identifier])
    return "; ".join(
        _here(found) if document == HOME else _elsewhere(document, found) for document, found in named.items()
    )


def _here(found: list[Section]) -> str:
    # A heading without a name of its own is found by the numbered one above it.
    return sentence_list([_reference(section) for section in found])


def _reference(section: Section) -> str:
    if not section.reference:
        return f"'{section.title}'"
    page = own_page(section.identifier)
    if section.reference == section.identifier:
        return f"@{section.reference} ({section.title}{page})"
    # What is numbered is the section above it.
    return f"'{section.title}' in @{section.reference}{page}"


def _elsewhere(document: str, found: list[Section]) -> str:
    front = [section.title for section in found if section.title in FRONT_MATTER]
    titled = [
        f"'{section.title}'{page_token(document, section.title)}"
        for section in found
        if section.title not in FRONT_MATTER
    ]
    parts = [sentence_list(front)] if front else []
    if titled:
        parts.append(f"section{'s' if len(titled) > 1 else ''} {sentence_list(titled)}")
    return f"{document.replace('-', ' ').capitalize()}, {', '.join(parts)}"
