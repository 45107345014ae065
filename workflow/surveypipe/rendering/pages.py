"""Pages of one document as another names them: tokens in its tables, and the finished PDF that they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from surveypipe.problems import Problems, SurveyError

TOKEN = re.compile(r"@page:(?P<document>[a-z][a-z0-9-]*?):(?P<section>[\w.-]*\w)")


def automatic_identifier(title: str) -> str:
    """Name a heading as Pandoc does (extension ``auto_identifiers``).

    Examples
    --------
    >>> automatic_identifier("Estimates, intervals and tests")
    'estimates-intervals-and-tests'
    """
    kept = re.sub(r"[^\w\s.-]", "", title).strip().lower()
    return re.sub(r"^[^a-z]+", "", re.sub(r"\s+", "-", kept)) or "section"


def page_token(document: str, title: str) -> str:
    """Write the token that stands for the page of a section in another document."""
    return f"@page:{document}:{automatic_identifier(title)}"


def own_page(identifier: str) -> str:
    """Write the page of a section of the same document, which only its PDF can know."""
    return f'`, #ref(<{identifier}>, form: "page", supplement: [p.])`{{=typst}}'


def section_pages(pdf: Path) -> dict[str, int]:
    """Read on which page each section of a PDF begins, from its bookmarks.

    Parameters
    ----------
    pdf
        A finished document.

    Returns
    -------
    dict
        Automatic identifier of the heading, its number left out, to the page, counted from 1; of sections
        with the same name the first.

    Raises
    ------
    SurveyError
        If the file cannot be read as a PDF.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(pdf)
        found: dict[str, int] = {}
        for entry in _flat(reader.outline):
            page = reader.get_destination_page_number(entry)
            if page is not None:
                found.setdefault(automatic_identifier(str(entry.title)), page + 1)
    except (PyPdfError, OSError) as error:
        raise SurveyError(f"{pdf}: the pages of its sections cannot be read ({error}).") from error
    return found


def _flat(outline: list[Any]) -> Iterator[Any]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def fill_pages(tables: Path, pdfs: Mapping[str, Path]) -> None:
    """Replace the tokens in staged tables by pages: ``(p. 3)``, or nothing where a document is not given.

    Parameters
    ----------
    tables
        Folder of Markdown tables, changed in place.
    pdfs
        Name of a document to its finished PDF.

    Raises
    ------
    SurveyError
        Naming each section that the PDF does not have.
    """
    pages = {document: section_pages(pdf) for document, pdf in pdfs.items()}
    problems = Problems()

    def replaced(token: re.Match[str]) -> str:
        document, section = token["document"], token["section"]
        if document not in pages:
            return ""
        if section not in pages[document]:
            problems.add(
                f"{pdfs[document]}: a checklist names its section '{section}', which is in the text but not "
                "in the finished PDF. Is it under a condition? Name another one in checklists.yaml."
            )
            return ""
        return f" (p. {pages[document][section]})"

    for table in sorted(tables.glob("*.md")):
        text = table.read_text(encoding="utf-8")
        if TOKEN.search(text):
            table.write_text(TOKEN.sub(replaced, text), encoding="utf-8")
    problems.raise_if_any()
