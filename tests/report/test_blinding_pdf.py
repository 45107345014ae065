"""The drawn text of finished blinded PDFs, which the scan of the workflow sees only as Typst source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from surveypipe.rendering.blinding import identifying_terms
from surveypipe.study.authors import Authors
from surveypipe.study.reading import read

BLINDED = ("manuscript-blinded", "supplement-blinded")


def plain(text: str) -> str:
    """Letters and digits alone, since a drawn text may break words and lose spaces."""
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text)).casefold()


def hidden(path: Path) -> str:
    """Everything in the file that is not drawn: properties, XMP, alt texts, bookmarks, addresses of links."""
    reader = PdfReader(path)
    pieces = [str(value) for value in (reader.metadata or {}).values()]
    if reader.xmp_metadata is not None:
        pieces.append(reader.xmp_metadata.stream.get_data().decode("utf-8", errors="replace"))
    for number in range(1, int(reader.trailer["/Size"])):
        entry = reader.get_object(number)
        if isinstance(entry, dict):
            names = ("/Alt", "/ActualText", "/Title", "/URI", "/Contents")
            pieces += [str(entry[name]) for name in names if isinstance(entry.get(name), str)]
    return plain(" ".join(pieces))


@pytest.fixture(scope="module")
def terms(finished: Path) -> list[str]:
    authors = read(finished / "config/authors.yaml", Authors)
    # Placeholders identify nobody, and yet must not be there either.
    people = [person.name for person in authors.authors]
    places = [place.name for place in authors.affiliations]
    listed = [*identifying_terms(authors), *people, *places]
    listed += [person.email for person in authors.authors if person.email]
    return sorted({plain(term) for term in listed if plain(term)})


@pytest.mark.parametrize("document", BLINDED)
def test_no_page_shows_who_wrote_it_or_where(
    document: str, finished: Path, terms: list[str], page_texts: Callable[[Path], list[str]]
) -> None:
    path = finished / "results" / "report" / f"{document}.pdf"
    text, beside = plain(" ".join(page_texts(path))), hidden(path)
    assert len(text) > 20_000
    assert [term for term in terms if term in text or term in beside] == []


@pytest.mark.parametrize("document", ["manuscript", "supplement"])
def test_the_scan_finds_them_where_they_are(
    document: str, finished: Path, terms: list[str], page_texts: Callable[[Path], list[str]]
) -> None:
    path = finished / "results" / "report" / f"{document}.pdf"
    text, beside = plain(" ".join(page_texts(path))), hidden(path)
    assert [term for term in terms if term in text]
    assert [term for term in terms if term in beside], "the PDF's properties name the authors"


def test_a_blinded_pdf_has_no_author_and_no_trace_of_a_machine(finished: Path) -> None:
    for document in BLINDED:
        reader = PdfReader(finished / "results" / "report" / f"{document}.pdf")
        assert not (reader.metadata.author if reader.metadata else None)
        raw = (finished / "results" / "report" / f"{document}.pdf").read_bytes()
        for trace in (b"/home/", b"/tmp/", b"/root/", str(finished).encode()):
            assert trace not in raw
