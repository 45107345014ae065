"""Check that nothing in a blinded document says who wrote it or where."""

from __future__ import annotations

import argparse

from _shared import parser, run
from surveypipe.problems import Problems
from surveypipe.rendering.blinding import identifying_terms, leaks
from surveypipe.study.authors import Authors
from surveypipe.study.base import plain
from surveypipe.study.reading import read


def main(args: argparse.Namespace) -> None:
    """Scan every format; one problem for each term and file."""
    terms = identifying_terms(plain(read(args.authors, Authors)))
    files = [args.html, args.docx, args.pdf, args.typst]
    problems = Problems()
    for path in files:
        problems.extend(leaks(path, terms))
    problems.raise_if_any()
    names = ", ".join(path.name for path in files)
    args.report.write_text(f"{len(terms)} terms looked for in {names}: none found.\n", encoding="utf-8")


if __name__ == "__main__":
    run(parser(__doc__ or "", inputs=("authors", "html", "docx", "pdf", "typst"), outputs=("report",)), main)
