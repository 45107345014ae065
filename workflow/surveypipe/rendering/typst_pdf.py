"""PDF from Typst source, the same bytes on any machine."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

from surveypipe import fonts
from surveypipe.determinism import as_datetime
from surveypipe.problems import SurveyError

# A last page with fewer is not worth a page: some five lines, with head and foot.
FEW_LETTERS = 450


def compile_pdf(source: Path, epoch: int) -> bytes:
    """Compile Typst source to PDF.

    Figures float to the top or foot of a page. Where a float meets a table that runs over a page
    Typst 0.15 cannot write the tags that screen readers need ('tag would be split up'); then figures
    stay where the text has them, because a gap on a page is the lesser harm. Where the last page holds a few
    lines only, the list of references is drawn in a little, if that saves the page.

    Parameters
    ----------
    source
        The ``.typ`` file; images are looked for beside it and nowhere above.
    epoch
        Date of the document, in seconds since 1970.

    Raises
    ------
    SurveyError
        If Typst reports an error or, since a missing font or label changes the page, a warning.
    """
    import typst

    floats = True
    try:
        compiled, warnings = _compile(source, epoch, floats=floats)
    except typst.TypstError:
        floats = False
        try:
            compiled, warnings = _compile(source, epoch, floats=floats)
        except typst.TypstError as error:
            message = f"{source.name}: Typst could not typeset it: {_message(error)}."
            raise SurveyError(message) from error
    if warnings:
        raise SurveyError([f"{source.name}: Typst warns: {_message(warning)}." for warning in warnings])
    made = bytes(compiled)
    pages, letters = _end_of(made)
    if pages > 1 and letters < FEW_LETTERS:
        drawn, _ = _compile(source, epoch, floats=floats, drawn_in=True)
        if _end_of(bytes(drawn))[0] < pages:
            return bytes(drawn)
    return made


def _end_of(pdf: bytes) -> tuple[int, int]:
    """Count the pages, and the letters on the last one."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(pdf))
    return len(reader.pages), len("".join(reader.pages[-1].extract_text().split()))


def _compile(source: Path, epoch: int, *, floats: bool, drawn_in: bool = False) -> tuple[Any, list[Any]]:
    import typst

    # The fonts inside the wheel are the same everywhere; those of the machine are not.
    return typst.compile_with_warnings(
        str(source),
        root=str(source.parent),
        format="pdf",
        ignore_system_fonts=True,
        font_paths=lay_fonts(source.read_text(encoding="utf-8"), source.parent),
        timestamp=as_datetime(epoch),
        sys_inputs={"floats": "true" if floats else "false", "drawn-in": "true" if drawn_in else "false"},
    )


def lay_fonts(text: str, beside: Path) -> list[Any]:
    """Lay fonts for letters of other scripts into a folder; none where those inside Typst will do.

    Parameters
    ----------
    text
        What is to be typeset.
    beside
        Folder of the document; the fonts go into ``fonts`` there.
    """
    if not fonts.foreign(text):
        return []
    folder = beside / "fonts"
    folder.mkdir(exist_ok=True)
    for font in (fonts.shipped(), *fonts.choose(text).files):
        shutil.copyfile(font, folder / font.name)
    return [str(folder)]


def undrawn(text: str) -> str:
    """Say which letters of a document would be boxes in the PDF; '' where all can be drawn."""
    lacking = fonts.choose(text).lacking if fonts.foreign(text) else ""
    if not lacking:
        return ""
    boxes = f"No font on this machine has the letters {lacking[:40]}; the PDF shows boxes."
    return f"{boxes} {fonts.advice(lacking)}"


def _message(error: object) -> str:
    text = str(getattr(error, "message", error))
    return re.sub(r"\s+", " ", text).strip().rstrip(".")
