"""The text of the pages of a PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject

# Lines and curves outside of what writes text, which is kept. A drawing is made of hundreds of thousands;
# to read them one by one is nine tenths of the work of reading a page.
_LINES = re.compile(rb"(\bBT\s.*?\sET\b)|(?:-?[0-9.]+\s){2,6}[mlc]\s", re.DOTALL)


def page_texts(source: Path | IO[bytes]) -> list[str]:
    """Give the text of every page of a PDF."""
    from pypdf import PdfReader

    return [_text(page) for page in PdfReader(source).pages]


def _text(page: PageObject) -> str:
    from pypdf.generic import DecodedStreamObject, NameObject

    drawn = page.get_contents()
    if drawn is None:
        return ""
    written = DecodedStreamObject()
    written.set_data(_LINES.sub(rb"\1", drawn.get_data()))
    page[NameObject("/Contents")] = written
    return page.extract_text()
