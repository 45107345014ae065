"""Typeset one document in one variant: HTML, DOCX and PDF, checked before they are put in place."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

from _shared import parser, run
from surveypipe.problems import Problems
from surveypipe.prose import typed_number_problems
from surveypipe.rendering.docx_layout import Layout
from surveypipe.rendering.finishing import render_document
from surveypipe.rendering.metadata import build_metadata
from surveypipe.rendering.own_works import OWN, withhold_own_works
from surveypipe.rendering.pages import fill_pages
from surveypipe.rendering.staging import FORMATS, Sources, find_csl, stage
from surveypipe.study.authors import Authors
from surveypipe.study.base import plain
from surveypipe.study.journal import Journal
from surveypipe.study.reading import read, read_yaml


def main(args: argparse.Namespace) -> None:
    """Stage, render, finish and check; then move all formats at once."""
    report = args.config["report"]
    problems = Problems()
    problems.extend(typed_number_problems(args.qmd.read_text(encoding="utf-8"), str(args.qmd)))
    problems.raise_if_any()
    authors = plain(read(args.authors, Authors)) if args.authors else None
    journal = read(args.journal, Journal) if args.journal else None
    metadata = build_metadata(
        args.config["study"],
        report,
        read_yaml(args.numbers)["num"],
        authors,
        journal.name if journal else None,
    )
    sources = Sources(
        qmd=args.qmd,
        bibliography=args.bibliography,
        csl=find_csl(report["csl"]),
        styles=args.styles,
        filters=args.filters,
        tables=args.tables,
        figures=args.figures,
        provenance=args.provenance,
    )
    staged = stage(args.build, args.document, sources, metadata)
    fill_pages(staged.folder / "tables", {pdf.stem.removesuffix("-blinded"): pdf for pdf in args.paged})
    if authors is None and report.get("own_works"):
        withhold_own_works(
            staged.folder, report["own_works"], (journal.self_cite_text if journal else None) or OWN
        )
    # The journal's rules are for the manuscript; its supplement and title page stay as they are.
    layout = Layout.of(journal if args.document == "manuscript" else None)
    made = render_document(staged, args.renderer, args.epoch, layout)
    for form in FORMATS:
        target: Path = getattr(args, form)
        partial = target.with_name(target.name + ".part")
        shutil.copyfile(made[form], partial)
        os.replace(partial, target)
    print(f"{args.document}: HTML, DOCX and PDF by {args.renderer}")


if __name__ == "__main__":
    made = parser(
        __doc__ or "",
        inputs=("qmd", "bibliography", "numbers", "tables", "figures", "styles", "filters", "build"),
        outputs=FORMATS,
    )
    made.add_argument("--document", required=True, help="name of the document, without extension")
    made.add_argument("--renderer", required=True, choices=("quarto", "pandoc"))
    made.add_argument("--epoch", type=int, required=True, help="date of the documents, seconds since 1970")
    made.add_argument(
        "--authors", type=Path, default=None, help="authors' file; left out of the blinded variant"
    )
    made.add_argument("--journal", type=Path, nargs="?", help="profile of the journal it is sent to, if any")
    made.add_argument(
        "--provenance", type=Path, default=None, help="what stands behind each number, for the web page"
    )
    made.add_argument(
        "--paged", type=Path, nargs="*", default=[], help="finished PDFs whose pages this document names"
    )
    run(made, main)
