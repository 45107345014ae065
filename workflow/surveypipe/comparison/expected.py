"""What a study's results are expected to be: its manifest with the numbers and the fingerprints of its words.

The file is committed with the study. It holds the manifest of a run (:func:`surveypipe.provenance.manifest`),
every released number by its place, and of each document a checksum of each paragraph.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import lxml.html
from lxml import etree

from surveypipe.comparison.release import Release, read_manifest
from surveypipe.comparison.tables import KEYS, Table
from surveypipe.comparison.tracked_words import OBJECT, words_of
from surveypipe.problems import SurveyError
from surveypipe.rendering.docx_package import Package, w

# Columns of words that are kept beside the numbers.
_WORDS = ("grade_label",)
_LINES = {
    "p", "li", "td", "th", "dt", "dd", "figcaption", "caption", "pre", "title", "div", "section", "body",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_UNREAD = {"script", "style", "math", "svg"}
# Digits kept of a checksum: enough to tell a few thousand paragraphs apart.
_DIGITS = 10


def expected(release: Release) -> dict[str, Any]:
    """Describe results so that a later run can be held against them."""
    return {
        **release.manifest,
        "tables": {name: _kept(table) for name, table in release.tables.items() if table.count()},
        "texts": {
            path.relative_to(release.results).as_posix(): fingerprints(paragraphs(path))
            for path in documents(release.results)
        },
    }


def documents(results: Path) -> list[Path]:
    """List the documents of which the words are compared."""
    return sorted(path for path in results.glob("report/*.*") if path.suffix in (".html", ".docx"))


def _kept(table: Table) -> dict[str, Any]:
    columns = [name for name in table.columns if name in _WORDS or any(_has(table, name))]
    rows = {}
    for place, row in table.rows.items():
        numbers = dict[str, float | str](table.numbers(place))
        numbers |= {name: row[name] for name in _WORDS if row.get(name)}
        if numbers:
            rows["|".join(place)] = [numbers.get(name) for name in columns]
    return {"columns": columns, "rows": rows}


def _has(table: Table, column: str) -> Iterator[bool]:
    return (column in dict(table.numbers(place)) for place in table.rows)


def as_json(content: Mapping[str, Any]) -> str:
    """Write the file with a line to each number's row and each document, so that git shows what changed."""
    parts = [
        f"{json.dumps(key)}: {json.dumps(value, indent=1, ensure_ascii=False)}"
        for key, value in content.items()
        if key not in ("tables", "texts")
    ]
    tables = [
        f' {json.dumps(name)}: {{\n  "columns": {json.dumps(table["columns"])},\n'
        f'  "rows": {_lined(table["rows"])}}}'
        for name, table in content["tables"].items()
    ]
    parts.append('"tables": {\n' + ",\n".join(tables) + "\n}")
    parts.append(f'"texts": {_lined(content["texts"])}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lined(rows: Mapping[str, Any]) -> str:
    lines = [f"   {json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in rows.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"


def read_expected(path: Path) -> dict[str, Any]:
    """Read the file.

    Raises
    ------
    SurveyError
        If it is missing, damaged, or the manifest of a run, which holds no numbers.
    """
    found = read_manifest(path)
    if "tables" not in found or "texts" not in found:
        raise SurveyError(
            f"{path}: this is the manifest of a run and holds no numbers; write one that does with: "
            "surveypipe verify --accept"
        )
    return found


def expected_tables(content: Mapping[str, Any]) -> dict[str, Table]:
    """Lay the kept numbers out as tables, each row with what its place says of it."""
    made = {}
    for name, table in content["tables"].items():
        rows = {}
        for key, values in table["rows"].items():
            place = tuple(key.split("|"))
            told = dict(zip(KEYS.get(name, ()), place, strict=False))
            shown = zip(table["columns"], values, strict=True)
            rows[place] = told | {column: "" if one is None else str(one) for column, one in shown}
        made[name] = Table(name, rows, table["columns"])
    return made


def fingerprints(lines: Sequence[str]) -> list[str]:
    """Give a checksum of each paragraph."""
    return [hashlib.sha256(line.encode()).hexdigest()[:_DIGITS] for line in lines]


def paragraphs(path: Path) -> list[str]:
    """Read the words of a document, a line to each paragraph, cell, heading and text of a picture.

    Raises
    ------
    SurveyError
        If the file cannot be read.
    """
    readers: dict[str, Callable[[Path], list[str]]] = {".html": _of_page, ".docx": _of_word_file}
    try:
        lines = readers[path.suffix](path)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, etree.LxmlError) as error:
        raise SurveyError(f"{path}: this file is damaged; it cannot be read ({error}).") from error
    return [told for line in lines if (told := " ".join(line.split()))]


def _of_word_file(path: Path) -> list[str]:
    root = Package(path).tree("word/document.xml")
    return [words_of(paragraph).replace(OBJECT, "") for paragraph in root.iter(w("p"))]


def _of_page(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if not text.rstrip().endswith("</html>"):
        raise ValueError("it is cut off")
    lines = [""]
    for piece in _pieces(lxml.html.document_fromstring(text)):
        if piece == "\n":
            lines.append("")
        else:
            lines[-1] += piece
    return lines


def _pieces(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in _UNREAD:
        apart = element.tag in _LINES
        yield "\n" if apart else ""
        yield from ("\n", f"[{element.get('alt')}]", "\n") if element.get("alt") else ()
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
        yield "\n" if apart else ""
    yield element.tail or ""
