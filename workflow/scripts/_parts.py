"""Documents as a study has them: read once, without the parts that it has not."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from surveypipe.rendering.parts import resolved
from surveypipe.reporting.parts import known_parts
from surveypipe.text_files import read_text


def text_of(path: Path, parts: Collection[str]) -> str:
    """Read a document, and take out the parts that a study has not."""
    return resolved(read_text(path), parts, known_parts(), str(path))
