"""Write the page that opens everything a run made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from _parts import text_of
from _shared import Output, read_json, run
from surveypipe.rendering.index_page import index_page, tasks
from surveypipe.rendering.page_links import holds_rows
from surveypipe.study.about import Study
from surveypipe.study.authors import Authors
from surveypipe.study.reading import read
from surveypipe.study.report import Report


def main(
    *,
    study: Study,
    report: Report,
    released: Annotated[list[Path], "files that the page opens"],
    manifest: Path,
    headlines: Path,
    parts: Annotated[Path, "parts of a report that the study has"],
    texts: Annotated[list[Path], "texts of the documents"],
    authors: Path,
    placeholders: Path,
    letters: Path,
    blinding: Annotated[Sequence[Path], "reports of the search for names"] = (),
    journal: Annotated[Path | None, "report on the journal's limits"] = None,
    style: Annotated[Path, "style sheet of the documents' pages"],
    page: Output,
) -> None:
    """Gather what was made and checked, and what is left to the authors."""
    has = read_json(parts)
    said = {path: path.read_text(encoding="utf-8") for path in (*blinding, letters)}
    checks = {
        path.stem.replace("-", " ").capitalize(): text.strip().splitlines()[0] for path, text in said.items()
    }
    limits = journal.read_text(encoding="utf-8") if journal else ""
    if limits:
        met = sum(line.rstrip().endswith(": met.") for line in limits.splitlines())
        checks["Journal"] = f"{met} limits are met."
    to_do = tasks(
        read(authors, Authors),
        placeholders.read_text(encoding="utf-8"),
        limits,
        {path.stem: text_of(path, has) for path in texts},
        study.mark is None,
    )
    written = index_page(
        title=study.title,
        language=report.language,
        notice=study.mark.notice if study.mark else "",
        headlines=read_json(headlines),
        files=[
            Path(os.path.relpath(path, page.parent)).as_posix()
            for path in (*released, manifest)
            if holds_rows(path)
        ],
        checks=checks,
        to_do=to_do,
        style=style.read_text(encoding="utf-8"),
    )
    page.write_text(written, encoding="utf-8")
    print(f"index: {len(released)} files, {len(to_do)} things left to the authors")


if __name__ == "__main__":
    run(main)
