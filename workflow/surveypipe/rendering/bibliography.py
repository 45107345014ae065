"""References of a document: those of the study, and those of the tool that the study has not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from surveypipe.rendering.expand import near
from surveypipe.text_files import read_text

ENTRY = re.compile(r"^@\w+\{\s*([^,\s]+)\s*,.*?^\}", re.MULTILINE | re.DOTALL)


def keys_of(path: Path) -> list[str]:
    """List the keys of a bibliography's entries."""
    return re.findall(r"^\s*@\w+\{\s*([^,\s]+)", read_text(path), re.MULTILINE)


def unknown_work(key: str, keys: list[str]) -> str:
    """Say that a work is cited which is not among the keys."""
    return f"the text cites '@{key}', which is not in the bibliography.{near(key, keys)}"


def merged(paths: Sequence[Path]) -> str:
    """Put bibliographies together; of two entries with one key the first file's stands.

    Parameters
    ----------
    paths
        BibTeX files, the closing brace of each entry at the beginning of a line.
    """
    first, *others = [read_text(path) for path in paths]
    known = {entry[1] for entry in ENTRY.finditer(first)}
    parts = [first.rstrip("\n")]
    for text in others:
        fresh = [entry for entry in ENTRY.finditer(text) if entry[1] not in known]
        parts += [entry[0] for entry in fresh]
        known |= {entry[1] for entry in fresh}
    return "\n\n".join(parts) + "\n"
