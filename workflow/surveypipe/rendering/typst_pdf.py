"""PDF from Typst source, the same bytes on any machine."""

from __future__ import annotations

import re
from pathlib import Path

from surveypipe.determinism import as_datetime
from surveypipe.problems import SurveyError


def compile_pdf(source: Path, epoch: int) -> bytes:
    """Compile Typst source to PDF.

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

    try:
        # The fonts inside the wheel are the same everywhere; those of the machine are not.
        compiled, warnings = typst.compile_with_warnings(
            str(source),
            root=str(source.parent),
            format="pdf",
            ignore_system_fonts=True,
            timestamp=as_datetime(epoch),
        )
    except typst.TypstError as error:
        raise SurveyError(f"{source.name}: Typst could not typeset it: {_message(error)}.") from error
    if warnings:
        raise SurveyError([f"{source.name}: Typst warns: {_message(warning)}." for warning in warnings])
    return bytes(compiled)


def _message(error: object) -> str:
    text = str(getattr(error, "message", error))
    return re.sub(r"\s+", " ", text).strip().rstrip(".")
