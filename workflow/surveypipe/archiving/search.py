"""The search of a public archive for persons: names, e-mail addresses, identifiers and postcodes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING

import lxml.html

from surveypipe.archiving.pdf_text import page_texts

if TYPE_CHECKING:
    import pandas as pd

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# Of the United Kingdom, in the form that the post office gives (outward code, a space or none, inward code).
POSTCODE = re.compile(
    r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])"
    r" ?\d[ABD-HJLNP-UW-Z]{2})\b"
)
# Columns in which nearly everybody has a value of his own hold what tells people apart.
DISTINCT, FEWEST = 0.8, 5
# Shorter values, and numbers of few digits, stand everywhere by chance.
SHORTEST, DIGITS = 4, 5
# Whoever writes more than so many letters writes an answer, which disclosure control decides upon.
LONGEST = 60
# Digits of checksums look like anything.
_CHECKSUM = re.compile(r"\b[0-9a-f]{16,64}\b")
# A work's own number, as in 10.18637/jss.v009.i08; lines of a PDF are broken after its stroke.
_DOI = re.compile(r"\b10\.\d{4,9}/\n?[^\s\"'<>]+")
_WORD = re.compile(r"\w+")


def telling_values(table: pd.DataFrame, ids: Collection[str] = ()) -> dict[str, str]:
    """Gather the values of a raw file that tell people apart.

    Parameters
    ----------
    table
        Rows of persons.
    ids
        Columns that identify a person by what the study says.

    Returns
    -------
    dict of str to str
        The value, with its column: of the columns named, and of columns of text of which at least four in
        five values occur once. Numbers of fewer than five digits and values of fewer than four letters cannot
        be told from others and are left out; e-mail addresses are known by their form.
    """
    found: dict[str, str] = {}
    for name in map(str, table.columns):
        values = [str(value).strip() for value in table[name].dropna()]
        written = [value for value in values if value and not _plain_number(value)]
        apart = len(written) >= FEWEST and len(set(written)) >= DISTINCT * len(written)
        if name in ids or apart:
            found |= {value: name for value in values if _tells(value) and not EMAIL.fullmatch(value)}
    return found


def _plain_number(value: str) -> bool:
    return value.replace(".", "", 1).lstrip("-").isdigit()


def _tells(value: str) -> bool:
    if value.isdigit():
        return len(value) >= DIGITS
    return SHORTEST <= len(value) <= LONGEST and not _plain_number(value)


def persons_found(
    members: Mapping[str, bytes], values: Mapping[str, str], allowed: Iterable[str] = ()
) -> list[str]:
    """Say where something of a person stands in an archive.

    Parameters
    ----------
    members
        The files to search, by their places: text, web pages, Word files and PDF.
    values
        Result of :func:`telling_values`, of every raw file.
    allowed
        What may stand there: addresses that the authors print themselves, and what the study allows.
    """
    passed = {_plain(word) for word in allowed}
    by_word: dict[str, list[tuple[str, str, str]]] = {}
    for value, column in values.items():
        plain = _plain(value)
        if plain not in passed and (words := _WORD.findall(plain)):
            by_word.setdefault(words[0], []).append((plain, value, column))
    found = []
    for name, content in members.items():
        text = _CHECKSUM.sub(" ", text_of(name, content))
        for kind, pattern in (("an e-mail address", EMAIL), ("a postcode", POSTCODE)):
            hits = sorted({hit for hit in pattern.findall(text) if _plain(hit) not in passed})
            found += [f"{name}: {hit!r} is {kind}." for hit in hits]
        plain = _plain(_DOI.sub(" ", text))
        for word in by_word.keys() & set(_WORD.findall(plain)):
            found += [
                f"{name}: {value!r} tells a person apart ({column} of the raw data)."
                for told, value, column in by_word[word]
                if re.search(rf"(?<!\w)(?<!\d\.){re.escape(told)}(?!\w|\.\d)", plain)
            ]
    return found


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().strip()


def text_of(name: str, content: bytes) -> str:
    """Text of a file as a reader sees it, with what attributes and properties say; '' of pictures."""
    form = name.rpartition(".")[2].lower()
    if form in ("html", "svg"):
        return _of_page(content.decode("utf-8"))
    if form == "docx":
        with zipfile.ZipFile(BytesIO(content)) as parts:
            return "\n".join(
                re.sub(r"<[^>]*>", "", re.sub(r"</w:p>", "\n", parts.read(part).decode("utf-8")))
                for part in sorted(parts.namelist())
                if part.endswith(".xml")
            )
    if form == "pdf":
        from pypdf import PdfReader

        read = PdfReader(BytesIO(content))
        said = [str(value) for value in (read.metadata or {}).values()]
        return "\n".join([*said, *page_texts(BytesIO(content))])
    if form in ("png", "jpg", "jpeg", "tsr"):
        return ""
    return content.decode("utf-8", errors="replace")


def _of_page(source: str) -> str:
    """Words of a page, its scripts' data, and attributes that are read aloud or lead elsewhere."""
    root = lxml.html.document_fromstring(source.encode("utf-8"))
    said = [
        str(value)
        for element in root.iter()
        if isinstance(element.tag, str)
        for key, value in element.attrib.items()
        if key in ("alt", "title", "aria-label", "content") or (key == "href" and str(value)[:7] == "mailto:")
    ]
    for style in root.xpath("//style"):
        style.drop_tree()
    return "\n".join([*said, *(str(text) for text in root.itertext())])
