"""The page that opens everything a run made, with what was checked and what is left to the authors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from surveypipe.rendering.metadata import STATEMENTS
from surveypipe.rendering.page_links import FORMATS, with_marks
from surveypipe.study.authors import Authors

# What a line of a list begins with; this one has marks of its own.
_MARK = re.compile(r"\s*(?:-|\d+\.)?\s*")
_UNWRITTEN = re.compile(r"\bTo be written\b")


def tasks(
    authors: Authors, placeholders: str, journal: str, texts: Mapping[str, str], real: bool
) -> list[str]:
    """List what the authors have still to do.

    Parameters
    ----------
    authors
        Content of the authors' file.
    placeholders, journal
        Reports of the two checks, '' where there is nothing to say.
    texts
        Document to its text, without the parts that the study has not.
    real
        Whether the data are; else nothing is looked for that stands as in the template.
    """
    found = [_MARK.sub("", line, count=1) for line in placeholders.splitlines() if " is still '" in line]
    if not real:
        found.append("Values left as in the template are not looked for, because the data are not real.")
    lacking = [name for name in STATEMENTS if not (getattr(authors, name) or "").strip()]
    found += [f"Authors' file: there is no statement on {name}." for name in lacking]
    for document, text in texts.items():
        number = len(_UNWRITTEN.findall(text))
        if number:
            left = "passage is" if number == 1 else "passages are"
            found.append(f"{document.capitalize()}: {number} {left} to be written.")
    return found + [line.strip() for line in journal.splitlines() if line.rstrip(".").endswith("not met")]


def index_page(
    *,
    title: str,
    language: str,
    notice: str,
    headlines: Mapping[str, Any],
    files: Sequence[str],
    checks: Mapping[str, str],
    to_do: Sequence[str],
    style: str,
) -> str:
    """Write the page.

    Parameters
    ----------
    title, language
        Of the study.
    notice
        Sentence of the banner, of data that are not real; '' for none.
    headlines
        Who answered, and what became of each claim (headlines.json).
    files
        What was made, relative to the page.
    checks
        Name of a check to the first line of its report.
    to_do
        Result of :func:`tasks`.
    style
        Style sheet, put into the page.
    """
    banner = f'<div class="simulated-banner" role="note">{escape(notice)}</div>' if notice else ""
    claims = [claim["text"] for claim in headlines["claims"]]
    parts = [
        f"<p>{_text(headlines['answered'])} {_text(headlines['asked'])}</p>",
        *_section("Claims", _listed(claims)),
        *_section("Documents", _marked(_documents(files))),
        *_section("Released results", _linked([file for file in files if file.endswith((".csv", ".json"))])),
        *_section("What passed", _listed([f"{name}: {said}" for name, said in checks.items()])),
        *_section("For the authors to do", _listed(to_do) or "<p>Nothing was found.</p>"),
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{banner}\n"
        f'<div class="page"><main id="text">\n<h1 class="title">{_text(title)}</h1>\n{body}\n</main></div>\n'
        "</body>\n</html>\n"
    )


def _section(title: str, content: str) -> Iterator[str]:
    if content:
        yield f"<h2>{escape(title)}</h2>\n{content}"


def _listed(lines: Sequence[str]) -> str:
    return _marked(map(_text, lines))


def _text(words: str) -> str:
    """Write words for a page, with the marks of quotation that the documents print."""
    return escape(with_marks(words))


def _anchor(file: str, text: str) -> str:
    return f'<a href="{escape(quote(file))}">{escape(text)}</a>'


def _linked(files: Sequence[str]) -> str:
    named = sorted(files, key=lambda file: PurePosixPath(file).name)
    return _marked((_anchor(file, PurePosixPath(file).name) for file in named), "files")


def _marked(lines: Iterable[str], name: str = "") -> str:
    """Write lines of HTML as a list."""
    items = "".join(f"<li>{line}</li>" for line in lines)
    called = f' class="{name}"' if name else ""
    return f"<ul{called}>{items}</ul>" if items else ""


def _documents(files: Sequence[str]) -> Iterator[str]:
    for page in (file for file in files if file.endswith(".html")):
        stem = PurePosixPath(page).with_suffix("")
        name = stem.name.removesuffix("-blinded").replace("-", " ").capitalize()
        blinded = ", blinded" if stem.name.endswith("-blinded") else ""
        formats = [
            _anchor(f"{stem}.{ending}", FORMATS[ending][0])
            for ending in ("html", "pdf", "docx")
            if f"{stem}.{ending}" in files
        ]
        yield f"{escape(name + blinded)}: {', '.join(formats)}"
