"""Typeset one document in one variant: HTML, DOCX and PDF, checked before they are put in place."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from _parts import text_of
from _shared import Output, read_json, run
from surveypipe.problems import Problems
from surveypipe.rendering.docx_layout import Layout
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.metadata import build_metadata
from surveypipe.rendering.own_works import OWN, withhold_own_works
from surveypipe.rendering.page_links import holds_rows
from surveypipe.rendering.pages import fill_pages
from surveypipe.rendering.staging import FORMATS, Sources, find_csl, stage
from surveypipe.rendering.typed_numbers import typed_number_problems
from surveypipe.rendering.typst_pdf import undrawn
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.journal import Journal
from surveypipe.study.reading import read, read_yaml
from surveypipe.study.report import Report
from surveypipe.whole_files import whole


def main(
    *,
    study: Study,
    report: Report,
    document: Annotated[str, "name of the document, without extension"],
    renderer: Annotated[str, "quarto or pandoc"],
    epoch: Annotated[int, "date of the documents, seconds since 1970"],
    qmd: Path,
    bibliography: list[Path],
    numbers: Path,
    tables: Path,
    figures: Path,
    parts: Annotated[Path, "parts of a report that the study has"],
    provenance: Annotated[Path | None, "what stands behind each number, for the web page"] = None,
    styles: list[Path],
    filters: list[Path],
    build: Path,
    authors: Annotated[Path | None, "authors' file; left out of the blinded variant"] = None,
    journal: Annotated[Path | None, "profile of the journal it is sent to, if any"] = None,
    made: Annotated[Sequence[str], "files of the same variant beside it, which its page may link"] = (),
    released: Annotated[Sequence[Path], "released tables: one without rows is not linked"] = (),
    paged: Annotated[Sequence[Path], "finished PDFs whose pages this document names"] = (),
    html: Output,
    docx: Output,
    pdf: Output,
) -> None:
    """Stage, render, finish and check; then move all formats at once."""
    problems, text = Problems(), text_of(qmd, read_json(parts))
    problems.extend(typed_number_problems(text, str(qmd)))
    problems.raise_if_any()
    written_by = read(authors, Authors) if authors else None
    profile = read(journal, Journal) if journal else None
    metadata = build_metadata(
        study,
        report,
        read_yaml(numbers)["num"],
        written_by,
        profile.name if profile else None,
    )
    empty = {f"../public/{path.name}" for path in released if not holds_rows(path)}
    sources = Sources(
        qmd=qmd,
        bibliography=bibliography,
        csl=find_csl(report.csl),
        styles=styles,
        filters=filters,
        tables=tables,
        figures=figures,
        provenance=provenance,
        made=[file for file in made if file not in empty],
        text=text,
    )
    staged = stage(build, document, sources, metadata)
    fill_pages(staged.folder / "tables", {path.stem.removesuffix("-blinded"): path for path in paged})
    if written_by is None and report.own_works:
        withhold_own_works(
            staged.folder, list(report.own_works), (profile.self_cite_text if profile else None) or OWN
        )
    # The journal's rules are for the manuscript; its supplement and title page stay as they are.
    layout = Layout.of(profile if document == "manuscript" else None)
    typeset = render_document(staged, renderer, epoch, layout)
    for form, target in zip(FORMATS, (html, docx, pdf), strict=True):
        with whole(target) as partial:
            shutil.copyfile(typeset[form], partial)
    print(f"{document}: HTML, DOCX and PDF by {renderer}")
    boxes = undrawn(staged.qmd.read_text(encoding="utf-8"))
    if boxes:
        print(f"{document}: {boxes}")


if __name__ == "__main__":
    run(main)
