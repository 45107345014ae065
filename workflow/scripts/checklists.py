"""Write the reporting checklists, each item with the place that answers it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from _parts import text_of
from _shared import Output, read_json, run
from surveypipe.reporting.checklists import check, checklist_table, sections
from surveypipe.reporting.names import CHECKLISTS
from surveypipe.study.reading import read_yaml
from surveypipe.study.vocabulary import Vocabulary

DOCUMENTS = ("manuscript", "supplement", "title-page")


def main(
    *,
    config: dict[str, Any],
    vocabulary: Vocabulary,
    checklists: Path,
    parts: Annotated[Path, "parts of a report that the study has"],
    documents: Annotated[list[Path], "texts of the documents"],
    tables: list[Output],
) -> None:
    """Check that the sections exist, then write one table for each checklist."""
    listed = read_yaml(checklists)
    has = read_json(parts)
    known = {path.stem: sections(text_of(path, has)) for path in documents}
    whole = {path.stem: sections(path.read_text(encoding="utf-8")) for path in documents}
    check(listed, known, DOCUMENTS, whole)
    items = [item for one in listed.values() for item in one["items"]]
    lacks = {item[key] for item in items for key in ("part", "held", "unless") if key in item} - set(has)
    for name, path in zip(CHECKLISTS, tables, strict=True):
        table = checklist_table(name, listed[name], known, config["study"], vocabulary, lacks)
        # A checklist holds nothing of the survey, real or not.
        path.write_text(table.markdown(), encoding="utf-8")
    print(f"checklists: {len(items)} items in {len(CHECKLISTS)} tables")


if __name__ == "__main__":
    run(main)
