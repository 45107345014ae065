"""Look for what identifies the authors or the place in documents that must not show it."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
import zipfile
from pathlib import Path
from urllib.parse import unquote

from surveypipe.rendering.embedded import words
from surveypipe.rendering.metadata import STATEMENTS
from surveypipe.study.authors import Authors

# The shipped authors' file says 'First Author' and 'to be filled in'; neither identifies anybody.
_PLACEHOLDER_NAMES = {"author"}
_PLACEHOLDER = re.compile(r"to be filled in", re.IGNORECASE)


def identifying_terms(authors: Authors) -> list[str]:
    """List what must not occur in a blinded document.

    Parameters
    ----------
    authors
        Content of the authors' file.

    Returns
    -------
    list of str
        Names, surnames, addresses, affiliations, statements, the place and the words listed under
        ``identifying_words``, longest first.
    """
    terms: set[str] = set()
    for person in authors.authors:
        surname = person.name.split()[-1] if person.name.split() else ""
        terms |= {person.name, person.email or "", person.orcid or ""}
        if surname.casefold() not in _PLACEHOLDER_NAMES and len(surname) > 2:
            terms.add(surname)
    terms |= {entry.name for entry in authors.affiliations}
    terms |= {getattr(authors, key) or "" for key in (*STATEMENTS, "place")}
    terms |= set(authors.identifying_words)
    return sorted(
        {term for term in terms if term.strip() and not _PLACEHOLDER.search(term)}, key=lambda t: (-len(t), t)
    )


def leaks(path: Path, terms: list[str]) -> list[str]:
    """Find identifying terms anywhere in a file: text, attributes, properties, comments, pictures.

    Parameters
    ----------
    path
        HTML, DOCX, Typst source or PDF. The text of a PDF is compressed and is therefore looked for in its
        Typst source; of the PDF itself the metadata are read, as of pictures and of files within files
        (:mod:`surveypipe.rendering.embedded`).
    terms
        Result of :func:`identifying_terms`.
    """
    found = []
    parts = {name: _plain(text) for name, text in _parts(path).items()}
    for term in terms:
        plain = _plain(term)
        pattern = re.compile(r"(?<!\w)" + re.escape(plain) + r"(?!\w)")
        # A plain search is many times as fast as the pattern, and nearly always finds nothing.
        places = [name for name, text in parts.items() if plain in text and pattern.search(text)]
        if places:
            found.append(
                f"{path.name}: '{term}' identifies the authors or the place and stands in "
                f"{', '.join(places)}; hide the passage in the blinded variant or use "
                "`{{< meta place >}}`."
            )
    return found


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).casefold().strip()


def _parts(path: Path) -> dict[str, str]:
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            return {"the names of the parts": "\n".join(archive.namelist())} | {
                part: text
                for name in archive.namelist()
                for part, text in _views(name, archive.read(name)).items()
            }
    if path.suffix == ".html":
        return _views("the page", path.read_bytes()) | _embedded(path.read_text(encoding="utf-8"))
    if path.suffix == ".typ":
        # Typst escapes some characters, for example the at sign of an address.
        return {"the text": path.read_text(encoding="utf-8").replace("\\", "")}
    return {"the metadata": words(path.read_bytes())}


def _views(name: str, content: bytes) -> dict[str, str]:
    raw = words(content)
    # With markup for attributes and comments, without it for words that markup cuts.
    return {name: html.unescape(raw), f"{name} (text)": html.unescape(re.sub(r"<[^>]*>", "", raw))}


def _embedded(page: str) -> dict[str, str]:
    found = {}
    for number, match in enumerate(re.finditer(r"data:([\w/+.-]+)(;base64)?,([^\"')\s]*)", page), start=1):
        data = base64.b64decode(match[3] + "==") if match[2] else unquote(match[3]).encode()
        found[f"embedded file {number}"] = words(data)
    return found
