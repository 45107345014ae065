"""HTML, DOCX and PDF by Pandoc and Typst, where Quarto is not installed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from surveypipe.problems import Problems
from surveypipe.rendering.checks import warning_problems
from surveypipe.rendering.expand import join_front_matter
from surveypipe.rendering.metadata import pandoc_authors
from surveypipe.rendering.programs import run_pandoc
from surveypipe.rendering.staging import Staged
from surveypipe.rendering.typst_pdf import compile_pdf

# The text is read once; what the filters make of it depends on the format.
_READ = ("--from=markdown", "--to=json")
_COMMON = (
    "--from=json",
    "--standalone",
    "--number-sections",
    "--lua-filter=filters/pictures.lua",
    "--lua-filter=filters/pandoc.lua",
    "--lua-filter=filters/manuscript.lua",
    "--citeproc",
    "--wrap=none",
)
_BY_FORMAT: dict[str, tuple[str, ...]] = {
    "html": (
        "--to=html5",
        "--template=styles/page.html",
        "--css=styles/page.css",
        "--mathml",
        "--embed-resources",
        "--toc",
        "--toc-depth=2",
        "--section-divs",
    ),
    "docx": (
        "--to=docx+native_numbering",
        "--reference-doc=styles/reference.docx",
    ),
    # With its own citations Typst would number them; citeproc writes them by the style.
    "typ": ("--to=typst-citations", "--template=styles/pandoc.typst"),
}


def render(staged: Staged, epoch: int) -> dict[str, Path]:
    """Typeset a staged document in all formats.

    Parameters
    ----------
    staged
        Result of :func:`surveypipe.rendering.staging.stage`.
    epoch
        Date of the documents, in seconds since 1970.

    Returns
    -------
    dict
        ``html``, ``docx`` and ``pdf``: the files made, in the staged folder.

    Raises
    ------
    SurveyError
        With every unknown key, citation, image and cross-reference, and every other warning.
    """
    problems = Problems()
    front, body = staged.expanded()
    source = staged.folder / f"{staged.document}.md"
    source.write_text(join_front_matter(_pandoc_front_matter(staged, front), body), encoding="utf-8")
    read = f"{staged.document}.json"
    said = [run_pandoc(source, read, _READ, epoch)]
    if (staged.folder / read).is_file():
        with ThreadPoolExecutor() as pool:
            said += pool.map(lambda form: _run(staged, form, epoch), _BY_FORMAT)
    for text in said:
        problems.extend(warning_problems(text, f"{staged.document}.qmd", staged.folder / "references.bib"))
    problems.raise_if_any()
    pdf = staged.folder / f"{staged.document}.pdf"
    pdf.write_bytes(compile_pdf(staged.folder / f"{staged.document}.typ", epoch))
    return {form: staged.folder / f"{staged.document}.{form}" for form in ("html", "docx", "pdf")}


def _pandoc_front_matter(staged: Staged, front: dict[str, Any]) -> dict[str, Any]:
    # `num` has been spent; Quarto's own settings would only be written into the files as metadata.
    known = {key: value for key, value in front.items() if key not in {"format", "filters", "engine"}}
    given = {
        key: value
        for key, value in staged.metadata.items()
        if key not in {"num", "author", "affiliations", "statements", "place", "journal"}
    }
    return {**given, **pandoc_authors(staged.metadata), **known}


def _run(staged: Staged, form: str, epoch: int) -> str:
    source, name = staged.folder / f"{staged.document}.json", f"{staged.document}.{form}"
    return run_pandoc(source, name, [*_COMMON, *_BY_FORMAT[form]], epoch)
