"""What a web page says of itself to machines, and what it leads to: formats, documents, data, a citation.

Only files that the same run makes in the same variant are led to, and a blinded page names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from surveypipe.page_data import page_data

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = {"pdf": ("PDF", "application/pdf"), "docx": ("Word", _WORD), "html": ("Web page", "text/html")}


@dataclass(frozen=True)
class About:
    """What is known of a document.

    Parameters
    ----------
    document
        Its name.
    title, keywords, language
        Plain text.
    authors
        Of the metadata (``name``, ``orcid``, ``affiliations``), none where it is blinded.
    affiliations
        Identifier to name.
    epoch
        Date of the document, seconds since 1970.
    article
        Whether it has an abstract: what is cited.
    data
        What the head of the page says of data that are not real; '' of real ones.
    blinded
        As the page says.
    made
        Files that it may link, relative to it.
    """

    document: str
    title: str
    keywords: Sequence[str]
    language: str
    authors: Sequence[Mapping[str, Any]]
    affiliations: Mapping[str, str]
    epoch: int
    article: bool
    data: str
    blinded: bool
    made: Sequence[str]

    @property
    def day(self) -> datetime:
        """Date of the document."""
        return datetime.fromtimestamp(self.epoch, UTC)

    @property
    def stem(self) -> str:
        """Name of its files without the ending."""
        return f"{self.document}-blinded" if self.blinded else self.document

    def institutions(self, author: Mapping[str, Any]) -> list[str]:
        """Name the affiliations of an author."""
        return [self.affiliations[entry["ref"]] for entry in author.get("affiliations", [])]

    def files(self, ending: str) -> list[str]:
        """List what may be linked, by its ending; rows of a figure are linked where it stands."""
        return [
            file
            for file in self.made
            if PurePosixPath(file).suffix == f".{ending}" and not PurePosixPath(file).match("figures/*")
        ]


def holds_rows(path: Path) -> bool:
    """Whether a file is more than the heads of a table of which the study has nothing."""
    if path.suffix != ".csv":
        return True
    with path.open(encoding="utf-8") as lines:
        # Of data that are not real the first line of a table may say so.
        told = (line for line in lines if line.rstrip("\n") and not line.startswith("#"))
        return len(list(islice(told, 2))) > 1


def about(
    document: str, front: Mapping[str, Any], metadata: Mapping[str, Any], made: Sequence[str], epoch: int
) -> About:
    """Gather what is known of a document.

    Parameters
    ----------
    document
        Its name.
    front
        Its front matter, expanded.
    metadata
        Result of :func:`surveypipe.rendering.metadata.build_metadata`.
    made
        Files that it may link.
    epoch
        Its date, seconds since 1970.
    """
    return About(
        document=document,
        title=plain(str(front.get("title") or document)),
        keywords=[plain(str(word)) for word in front.get("keywords") or []],
        language=str(metadata["lang"]),
        authors=metadata.get("author", []),
        affiliations={entry["id"]: entry["name"] for entry in metadata.get("affiliations", [])},
        epoch=epoch,
        article=bool(front.get("abstract")),
        data=str(metadata.get("data-header", "")),
        blinded=bool(metadata.get("blinded")),
        made=made,
    )


def plain(markdown: str) -> str:
    r"""Give a title without marks and escapes.

    Examples
    --------
    >>> plain(r"What *do* staff \& pupils say?")
    'What do staff & pupils say?'
    """
    return re.sub(r"\\(.)|[*`]", lambda found: found[1] or "", " ".join(markdown.split()))


def head(page: About) -> str:
    """Write the metadata of a page: Highwire tags of the article, and schema.org as JSON-LD."""
    tags = "\n".join(
        f'<meta name="{name}" content="{escape(value)}">' for name, value in _highwire(page) if page.article
    )
    content = page_data(_schema(page))
    return f'{tags}\n<script type="application/ld+json">{content}</script>\n'


def _highwire(page: About) -> Iterator[tuple[str, str]]:
    yield "citation_title", page.title
    for author in page.authors:
        yield "citation_author", str(author["name"])
        yield from (("citation_author_institution", place) for place in page.institutions(author))
        if author.get("orcid"):
            yield "citation_author_orcid", str(author["orcid"])
    yield "citation_publication_date", f"{page.day:%Y/%m/%d}"
    yield "citation_language", page.language
    yield from (("citation_keywords", word) for word in page.keywords)
    if f"{page.stem}.pdf" in page.made:
        yield "citation_pdf_url", f"{page.stem}.pdf"


def _schema(page: About) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle" if page.article else "CreativeWork",
        "headline": page.title,
        "dateModified": f"{page.day:%Y-%m-%d}",
        "inLanguage": page.language,
        "creativeWorkStatus": page.data.capitalize() or "Manuscript",
    }
    if page.keywords:
        said["keywords"] = list(page.keywords)
    if page.authors:
        said["author"] = [_person(page, author) for author in page.authors]
    files = [(f"{page.stem}.{ending}", kind) for ending, (_, kind) in FORMATS.items()]
    said["encoding"] = [
        {"@type": "MediaObject", "encodingFormat": kind, "contentUrl": file}
        for file, kind in files
        if file in page.made
    ]
    if page.files("csv"):
        said["isBasedOn"] = {
            "@type": "Dataset",
            "name": f"Released results: {page.title}",
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": "text/csv", "contentUrl": file}
                for file in page.files("csv")
            ],
        }
    return said


def _person(page: About, author: Mapping[str, Any]) -> dict[str, Any]:
    person: dict[str, Any] = {"@type": "Person", "name": author["name"]}
    places = [{"@type": "Organization", "name": name} for name in page.institutions(author)]
    if places:
        person["affiliation"] = places
    if author.get("orcid"):
        person["identifier"] = f"https://orcid.org/{str(author['orcid']).rpartition('/')[2]}"
    return person


def links(page: About) -> str:
    """Write what a page leads to, as a complementary part of its own; '' where there is nothing."""
    parts = [*_own_formats(page), *_other_documents(page), *_data(page), *_citation(page)]
    if not parts:
        return ""
    return (
        '<aside class="links" aria-labelledby="links-title">\n<h2 id="links-title">Files and citation</h2>\n'
        + ("\n".join(parts) + "\n</aside>\n")
    )


def _anchor(file: str, text: str) -> str:
    return f'<a href="{escape(quote(file))}">{escape(text)}</a>'


def _own_formats(page: About) -> Iterator[str]:
    own = [(f"{page.stem}.{ending}", FORMATS[ending][0]) for ending in ("pdf", "docx")]
    found = [_anchor(file, name) for file, name in own if file in page.made]
    if found:
        yield f"<p>This document as {' and '.join(found)}.</p>"


def _other_documents(page: About) -> Iterator[str]:
    for file in page.files("html"):
        stem = PurePosixPath(file).stem
        name = stem.removesuffix("-blinded")
        if stem == page.stem or (page.blinded and name == "title-page"):
            continue
        formats = [_anchor(file, name.replace("-", " ").capitalize())]
        formats += [
            _anchor(f"{stem}.{ending}", FORMATS[ending][0])
            for ending in ("pdf", "docx")
            if f"{stem}.{ending}" in page.made
        ]
        yield f"<p>{', '.join(formats)}</p>"


def _data(page: About) -> Iterator[str]:
    files = page.files("csv")
    if files:
        listed = "".join(f"<li>{_anchor(file, PurePosixPath(file).name)}</li>" for file in files)
        yield f"<details><summary>Released results (CSV)</summary><ul>{listed}</ul></details>"


def _citation(page: About) -> Iterator[str]:
    if not page.article or not page.authors:
        return
    yield "<details><summary>Cite this</summary>"
    yield f"<p>{escape(as_text(page))}</p>"
    for name, kind, ending, text in (
        ("BibTeX", "application/x-bibtex", "bib", as_bibtex(page)),
        ("RIS", "application/x-research-info-systems", "ris", as_ris(page)),
    ):
        address = f"data:{kind};charset=utf-8,{quote(text)}"
        yield f'<p><a download="{page.document}.{ending}" href="{address}">{name}</a></p>'
        yield f"<pre>{escape(text)}</pre>"
    yield "</details>"


def _names(page: About) -> list[str]:
    """Names with the surname first, as reference managers take them."""
    split = [str(author["name"]).rpartition(" ") for author in page.authors]
    return [f"{last}, {first}" if first else last for first, _, last in split]


def _note(page: About) -> str:
    return f"Manuscript of {page.day.day} {page.day:%B %Y}" + (f", {page.data.lower()}" if page.data else "")


def as_text(page: About) -> str:
    """Word the citation of an article."""
    names = [str(author["name"]) for author in page.authors]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    title = with_marks(page.title.rstrip("."))
    return f"{listed} ({page.day.year}) \u2018{title}\u2019. {_note(page)}."


def with_marks(words: str) -> str:
    """Give words the apostrophes and marks of quotation that the documents print."""
    return re.sub(r"(?<!\w)'(?=\w)", "\u2018", words).replace("'", "\u2019")


def as_bibtex(page: About) -> str:
    """Write the citation of an article as an entry of BibTeX."""
    surname = re.sub(r"\W", "", _names(page)[0].split(",")[0]).lower()
    fields = {
        "author": " and ".join(_names(page)),
        "title": f"{{{page.title}}}",
        "year": str(page.day.year),
        "note": _note(page),
    }
    # Braces are kept; what else means something to TeX is escaped.
    escaped = {key: re.sub(r"([%&#$_])", r"\\\1", value) for key, value in fields.items()}
    lines = [f"  {key} = {{{value}}}," for key, value in escaped.items()]
    return "\n".join([f"@unpublished{{{surname}{page.day.year},", *lines, "}"]) + "\n"


def as_ris(page: About) -> str:
    """Write the citation of an article in the format of reference managers."""
    lines = ["TY  - UNPB", *(f"AU  - {name}" for name in _names(page)), f"TI  - {page.title}"]
    lines += [f"PY  - {page.day.year}", f"DA  - {page.day:%Y/%m/%d}", f"LA  - {page.language}"]
    lines += [*(f"KW  - {word}" for word in page.keywords), f"N1  - {_note(page)}", "ER  - "]
    return "\n".join(lines) + "\n"
