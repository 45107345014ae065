"""The one metadata file of a build: numbers, authors or their absence, and how the data came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveypipe.formatting import escape, escape_paragraphs, lower_first
from surveypipe.problems import Problems
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.report import Report

WITHHELD = "Withheld for peer review."
TO_BE_FILLED_IN = "To be filled in by the authors."
STATEMENTS = ("ethics", "funding", "interests", "acknowledgements", "repository")
CONTRIBUTIONS = "contributions"
# A front matter wins over the metadata file, so none of these may stand in a text.
RESERVED = (
    "author",
    "authors",
    "by-author",
    "affiliation",
    "affiliations",
    "institute",
    "thanks",
    "funding",
    "num",
    "blinded",
    "simulated",
    "rehearsed",
    "data-notice",
    "data-header",
    "watermark",
    "place",
    "journal",
    "statements",
    "format",
    "bibliography",
    "csl",
    "lang",
)


def build_metadata(
    study: Study,
    report: Report,
    numbers: Mapping[str, str],
    authors: Authors | None,
    journal: str | None = None,
) -> dict[str, Any]:
    """Assemble what both renderers are told about one document in one variant.

    Parameters
    ----------
    study, report
        Sections of the configuration.
    numbers
        Key to finished, Markdown-escaped text.
    authors
        Content of the authors' file; None for the blinded variant, which must not see it.
    journal
        Name of the journal that it is sent to, where one is named.

    Returns
    -------
    dict
        Keys ``num``, ``place``, ``journal``, ``statements`` and ``lang``; ``simulated``, ``rehearsed`` and
        ``blinded`` only when true, because conditional content asks whether a key is there; ``author`` and
        ``affiliations`` in Quarto's form when `authors` is given. The authors' file is text: place and
        statements are escaped here, because they go into Markdown; names and addresses stand as given,
        because Word files take them so, and :func:`escaped_authors` escapes them for a renderer.

    Raises
    ------
    SurveyError
        If the authors' file names an affiliation that it does not define.
    """
    metadata: dict[str, Any] = {"lang": report.language}
    metadata["journal"] = f"*{escape(journal)}*" if journal else "a journal"
    metadata |= marked(study)
    if authors is None:
        metadata |= {"blinded": True, "place": escape(study.setting)}
        metadata["statements"] = dict.fromkeys((*STATEMENTS, CONTRIBUTIONS), WITHHELD)
    else:
        metadata["place"] = escape(authors.place or study.setting)
        metadata["statements"] = {
            key: escape_paragraphs(getattr(authors, key) or "None stated.") for key in STATEMENTS
        } | {CONTRIBUTIONS: contributions(authors)}
        metadata |= quarto_authors(authors)
    metadata["num"] = dict(numbers)
    return metadata


def marked(study: Study) -> dict[str, Any]:
    """Say in the metadata that the data are not real, for the text, the banner and the head of each page."""
    mark = study.mark
    if mark is None:
        return {}
    kind = "rehearsed" if study.rehearsed else "simulated"
    told = {kind: True, "data-notice": mark.notice, "data-header": mark.header}
    return told | ({"watermark": mark.watermark} if mark.watermark else {})


def contributions(authors: Authors) -> str:
    """Say what each author did, in the words of the Contributor Roles Taxonomy.

    Examples
    --------
    >>> from surveypipe.study.authors import Author
    >>> contributions(Authors(authors=(Author(name="A. B.", roles=("Software", "Validation")),)))
    'A. B.: software, validation.'
    """
    told = [
        f"{escape(person.name)}: {', '.join(lower_first(role) for role in person.roles)}"
        for person in authors.authors
        if person.roles
    ]
    return f"{'; '.join(told)}." if told else TO_BE_FILLED_IN


def quarto_authors(authors: Authors) -> dict[str, list[dict[str, Any]]]:
    """Write authors and affiliations as Quarto's author schema takes them."""
    problems = Problems()
    affiliations = [{"id": f"aff-{entry.id}", "name": entry.name} for entry in authors.affiliations]
    known = {entry["id"] for entry in affiliations}
    people = []
    for entry in authors.authors:
        refs = [f"aff-{key}" for key in entry.affiliations]
        for ref in refs:
            if ref not in known:
                problems.add(
                    f"authors file: {entry.name} names affiliation {ref[4:]}, which is not defined under "
                    "`affiliations`; add it there or correct the number."
                )
        reached = {"email": entry.email, "orcid": entry.orcid}
        person: dict[str, Any] = {"name": entry.name}
        person |= {key: value for key, value in reached.items() if value}
        if entry.corresponding:
            person["corresponding"] = True
        people.append(person | {"affiliations": [{"ref": ref} for ref in refs]})
    problems.raise_if_any()
    return {"author": people, "affiliations": affiliations}


def escaped_authors(metadata: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give authors and affiliations with every text escaped, for a renderer that reads them as Markdown.

    Parameters
    ----------
    metadata
        Result of :func:`build_metadata`.

    Returns
    -------
    dict
        ``author`` and ``affiliations``; empty for the blinded variant.
    """
    texts = ("name", "email", "orcid")
    return {
        key: [
            {name: escape(str(value)) if name in texts else value for name, value in entry.items()}
            for entry in metadata[key]
        ]
        for key in ("author", "affiliations")
        if key in metadata
    }


def pandoc_authors(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Do for Pandoc what Quarto does itself: resolve affiliations into ``by-author``.

    Parameters
    ----------
    metadata
        Result of :func:`build_metadata`.

    Returns
    -------
    dict
        ``author`` (names), ``by-author`` and ``by-affiliation``; empty for the blinded variant.
    """
    given = escaped_authors(metadata)
    people = given.get("author", [])
    if not people:
        return {}
    places = [
        {"id": entry["id"], "number": str(number), "name": entry["name"]}
        for number, entry in enumerate(given.get("affiliations", []), start=1)
    ]
    by_id = {entry["id"]: entry for entry in places}
    resolved = []
    for person in people:
        made: dict[str, Any] = {"name": {"literal": person["name"]}}
        made |= {key: person[key] for key in ("email", "orcid") if key in person}
        if person.get("corresponding"):
            made["attributes"] = {"corresponding": True}
        made["affiliations"] = [by_id[entry["ref"]] for entry in person["affiliations"]]
        resolved.append(made)
    return {"author": [person["name"] for person in people], "by-author": resolved, "by-affiliation": places}


def value_at(metadata: Mapping[str, Any], dotted: str) -> str | None:
    """Look a dotted key up; None when it is not there or is not a single value."""
    found: Any = metadata
    for part in dotted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    if isinstance(found, bool):
        return str(found).lower()
    return None if isinstance(found, (Mapping, list)) else str(found)


def known_keys(metadata: Mapping[str, Any], prefix: str = "") -> list[str]:
    """List the dotted keys of all single values, in the order of the file."""
    keys: list[str] = []
    for key, value in metadata.items():
        if isinstance(value, Mapping):
            keys += known_keys(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            keys.append(f"{prefix}{key}")
    return keys
