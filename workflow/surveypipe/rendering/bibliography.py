"""References of a document: those of the study, and those of the tool that the study has not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from surveypipe.problems import SurveyError, shown
from surveypipe.rendering.expand import near
from surveypipe.rendering.programs import read_by_pandoc
from surveypipe.text_files import read_text

NAME = "references.bib"
# No works: remarks, abbreviations, and what LaTeX reads first.
BESIDE = ("comment", "string", "preamble")
_BEGIN = re.compile(r"@(\w+)\s*([{(])\s*")
_KEY = re.compile(r"([^,\s{}]+)\s*,")
# A brace behind a backslash is a sign of the text, as Pandoc reads it.
_SIGN = re.compile(r"\\.|[{}()]", re.DOTALL)
# Where a reader may be led; a link to anything else opens a file, or is a program.
_LED_TO = re.compile(r"(https?|ftp)://|mailto:|doi:", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class Entry(NamedTuple):
    """A work: its key, and where it begins and ends in the text."""

    key: str
    start: int
    end: int


def entries(text: str) -> Iterator[Entry]:
    """Find the works of a bibliography, however their braces stand in lines."""
    at = 0
    while begun := _BEGIN.search(text, at):
        at = _end(text, begun.end(), "}" if begun[2] == "{" else ")")
        key = _KEY.match(text, begun.end())
        if key and begun[1].lower() not in BESIDE:
            yield Entry(key[1], begun.start(), at)


def _end(text: str, start: int, closing: str) -> int:
    """Give the place behind the sign that closes an entry; the end of the text where none does."""
    depth = 0
    for sign in _SIGN.finditer(text, start):
        if sign[0] == closing and depth == 0:
            return sign.end()
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
    return len(text)


def keys_of(path: Path) -> list[str]:
    """List the keys of a bibliography's entries."""
    return [entry.key for entry in entries(read_text(path))]


def unknown_work(key: str, keys: list[str]) -> str:
    """Say that a work is cited which is not among the keys."""
    return f"the text cites '@{key}', which is not in the bibliography.{near(key, keys)}"


def merged(paths: Sequence[Path]) -> str:
    """Put bibliographies together; of two entries with one key the first file's stands.

    Parameters
    ----------
    paths
        BibTeX files.
    """
    first, *others = [read_text(path) for path in paths]
    known = {entry.key for entry in entries(first)}
    parts = [first.rstrip("\n")]
    for text in others:
        fresh = [entry for entry in entries(text) if entry.key not in known]
        parts += [text[entry.start : entry.end] for entry in fresh]
        known |= {entry.key for entry in fresh}
    return "\n\n".join(parts) + "\n"


def check_references(path: Path) -> None:
    """Make sure that a bibliography can be read, and that a printed work shows no file and runs nothing.

    It is held against what Pandoc makes of it, so that no command of LaTeX hides what it becomes.

    Parameters
    ----------
    path
        BibTeX, as it is given to the renderer.

    Raises
    ------
    SurveyError
        If it cannot be read; with every key that stands twice, every picture, and every link that leads
        anywhere but to the web.
    """
    keys = keys_of(path)
    if not keys:
        return
    told = read_by_pandoc(path, "bibtex", NAME)["meta"].get("references", {"c": []})
    found = [
        f"{NAME}: the key '@{key}' stands {n} times; keep one." for key, n in Counter(keys).items() if n > 1
    ]
    for entry in told["c"]:
        fields = entry["c"]
        key = fields.get("id", {}).get("c", "")
        if not isinstance(key, str):
            key = json.dumps(key)
        if any(node["t"] == "Image" for node in _nodes(fields)):
            found.append(
                f"{NAME}: '@{key}' holds a picture, which would put a file into the list; take it out."
            )
        links = [node["c"][2][0] for node in _nodes(fields) if node["t"] == "Link"]
        links += [text for name in ("url", "URL") for text in _texts(fields.get(name))]
        strange = [link for link in links if _SCHEME.match(link.strip()) and not _LED_TO.match(link.strip())]
        if strange:
            cut = [link if len(link) <= 60 else f"{link[:60]}…" for link in dict.fromkeys(strange)]
            found.append(
                f"{NAME}: '@{key}' leads to {shown(cut)}, which is no address of the web; give one that "
                "begins with https:// or take it out."
            )
    if found:
        raise SurveyError(found)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in Pandoc's form of a text that has a type."""
    if isinstance(value, dict):
        if "t" in value:
            yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _texts(field: dict[str, Any] | None) -> Iterator[str]:
    """Text of a field, as one word each."""
    for node in _nodes(field or {}):
        if node["t"] in ("Str", "MetaString"):
            yield node["c"]
