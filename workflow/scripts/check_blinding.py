"""Check that nothing in a blinded document says who wrote it or where."""

from __future__ import annotations

from pathlib import Path

from _shared import Output, run
from surveypipe.problems import Problems
from surveypipe.rendering.blinding import identifying_terms, leaks
from surveypipe.study.authors import Authors
from surveypipe.study.reading import read


def main(
    *,
    authors: Path,
    html: Path,
    docx: Path,
    pdf: Path,
    typst: Path,
    report: Output,
) -> None:
    """Scan every format; one problem for each term and file."""
    terms = identifying_terms(read(authors, Authors))
    files = [html, docx, pdf, typst]
    problems = Problems()
    for path in files:
        problems.extend(leaks(path, terms))
    problems.raise_if_any()
    names = ", ".join(path.name for path in files)
    report.write_text(f"{len(terms)} terms looked for in {names}: none found.\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
