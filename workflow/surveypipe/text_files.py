"""Text files that people write: read as UTF-8, or told with the line at which they are something else."""

from __future__ import annotations

from pathlib import Path

from surveypipe.problems import SurveyError

WIDE = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, name: str = "") -> str:
    """Read a text file; a byte order mark at its beginning is passed over.

    Parameters
    ----------
    path
        The file.
    name
        What to call it in the messages; left out: its path.

    Raises
    ------
    SurveyError
        If it is missing, is no file, or is not text in UTF-8; with the first line that is not.
    """
    called = name or str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SurveyError(f"{called}: there is no such file; put it there or correct its name.") from error
    except OSError as error:
        raise SurveyError(f"{called}: this cannot be read as a file ({error.strerror}).") from error
    if content.startswith(WIDE):
        raise SurveyError(f"{called}: this is text in UTF-16; save it again as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SurveyError(
            f"{called}, line {line}: this is not text in UTF-8 (byte {error.start + 1}); save it again as "
            "UTF-8."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise SurveyError(
            f"{called}, line {line}: a byte of value 0 stands here, which no text holds; the file is damaged "
            "or is no text."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
