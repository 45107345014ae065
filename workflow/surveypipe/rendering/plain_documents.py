"""A text of its own, without figures and released numbers, as Markdown and for Word."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from lxml import etree

from surveypipe.problems import Problems
from surveypipe.rendering.bibliography import NAME, check_references, merged
from surveypipe.rendering.checks import docx_problems, failed_lookups, warning_problems
from surveypipe.rendering.docx_finishing import Facts, finish_docx
from surveypipe.rendering.docx_package import Package, properties_of, w
from surveypipe.rendering.docx_runs import style_of
from surveypipe.rendering.programs import run_pandoc

# Of listings: half points, and 240ths of a line.
SMALL, CLOSE = "16", "240"
_COMMON = ("--from=markdown", "--standalone", "--citeproc", "--wrap=none")
_BY_FORMAT = {
    # What forms and repositories print: no markup but that of headings, lists and emphasis.
    "md": ("--to=commonmark-raw_html",),
    "docx": (
        "--to=docx",
        "--reference-doc=reference.docx",
        "--syntax-highlighting=none",
        "--lua-filter=filters/manuscript.lua",
    ),
}


@dataclass(frozen=True)
class PlainDocument:
    """A text with what it is typeset with.

    Parameters
    ----------
    name
        Name of the files, without extension.
    title, subtitle, running
        What stands above the text, and at the head of each page but the first.
    text
        Markdown with citations.
    language
        Of the text.
    mark
        Warning at the head of each page that the study's data are not real; '' for real ones.
    """

    name: str
    title: str
    subtitle: str
    running: str
    text: str
    language: str
    mark: str


@dataclass(frozen=True)
class Typesetting:
    """Files that a text is typeset with.

    Parameters
    ----------
    bibliography
        Files of references, the study's before the tool's.
    csl
        The citation style.
    reference
        The Word file whose styles are taken.
    filters
        Lua filters.
    """

    bibliography: Sequence[Path]
    csl: Path
    reference: Path
    filters: Sequence[Path]


def typeset(document: PlainDocument, given: Typesetting, folder: Path, epoch: int) -> dict[str, Path]:
    """Typeset a text in a folder of its own.

    Parameters
    ----------
    document
        The text.
    given
        What it is typeset with.
    folder
        Emptied first.
    epoch
        Date of the Word file, in seconds since 1970.

    Returns
    -------
    dict
        ``md`` and ``docx``: the files made.

    Raises
    ------
    SurveyError
        With every unknown citation, every other warning of Pandoc, and what the checks of documents find.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bibliography = folder / NAME
    bibliography.write_text(merged(given.bibliography), encoding="utf-8")
    check_references(bibliography)
    shutil.copyfile(given.csl, folder / "style.csl")
    shutil.copyfile(given.reference, folder / "reference.docx")
    (folder / "filters").mkdir()
    for path in given.filters:
        shutil.copyfile(path, folder / "filters" / path.name)
    source = folder / f"{document.name}.text"
    source.write_text(_with_front_matter(document), encoding="utf-8")
    problems = Problems()
    made = {form: folder / f"{document.name}.{form}" for form in _BY_FORMAT}
    for form, path in made.items():
        said = run_pandoc(source, path.name, [*_COMMON, *_BY_FORMAT[form]], epoch)
        problems.extend(warning_problems(said, document.name, bibliography))
    problems.raise_if_any()
    _finish_markdown(made["md"], document)
    _set_listings(made["docx"], epoch)
    finish_docx(made["docx"], _facts(document), epoch)
    problems.extend(failed_lookups(made["md"].read_text(encoding="utf-8"), made["md"].name))
    problems.extend(docx_problems(made["docx"], document.mark))
    problems.raise_if_any()
    return made


def _with_front_matter(document: PlainDocument) -> str:
    front = {
        "title": document.title,
        "subtitle": document.subtitle,
        "lang": document.language,
        "bibliography": "references.bib",
        "csl": "style.csl",
        "reference-section-title": "References",
        "link-citations": False,
    }
    return f"---\n{yaml.safe_dump(front, allow_unicode=True, sort_keys=False)}---\n\n{document.text}"


def _finish_markdown(path: Path, document: PlainDocument) -> None:
    """Put the title above the text, in no front matter: forms would print its marks."""
    body = path.read_text(encoding="utf-8").strip()
    warning = f"**{document.mark}**\n\n" if document.mark else ""
    path.write_text(f"{warning}**{document.subtitle}: {document.title}**\n\n{body}\n", encoding="utf-8")


def _set_listings(path: Path, epoch: int) -> None:
    """Set listings in small letters and close lines: their lines are not to be broken."""
    package = Package(path)
    root = package.tree("word/document.xml")
    for paragraph in root.iter(w("p")):
        if style_of(paragraph) != "SourceCode":
            continue
        spacing = etree.SubElement(properties_of(paragraph, "pPr"), w("spacing"))
        spacing.set(w("line"), CLOSE)
        spacing.set(w("lineRule"), "auto")
        for part in paragraph.iter(w("r")):
            etree.SubElement(properties_of(part, "rPr"), w("sz")).set(w("val"), SMALL)
    package.put("word/document.xml", root)
    package.write(path, epoch)


def _facts(document: PlainDocument) -> Facts:
    return Facts(
        header=document.mark or None,
        language=document.language,
        document=document.name,
        running=document.running,
    )
