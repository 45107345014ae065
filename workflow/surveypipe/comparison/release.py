"""One result that is compared with another: its released tables, its manifest and its documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveypipe.comparison.tables import Table, released_tables
from surveypipe.problems import SurveyError
from surveypipe.study.marks import MARKS, Mark


@dataclass(frozen=True)
class Release:
    """A folder of results.

    Parameters
    ----------
    label
        What a reader calls it: the folder as it was given, or the commit.
    results
        Where it lies.
    tables
        Released tables by name.
    manifest
        Content of its manifest.
    documents
        Word files with authors, by the name of the document.
    """

    label: str
    results: Path
    tables: Mapping[str, Table]
    manifest: Mapping[str, Any]
    documents: Mapping[str, Path] = field(default_factory=dict)

    @property
    def mark(self) -> Mark | None:
        """What everything made of its data says of them; None of real data."""
        return MARKS.get(str(self.manifest.get("data")))


def read_release(folder: Path, label: str = "") -> Release:
    """Read a folder of results, or the folder ``public`` within one.

    Raises
    ------
    SurveyError
        If there are no released tables, or a file is damaged.
    """
    results = folder.parent if folder.name == "public" else folder
    public = results / "public"
    if not (public / "estimates.csv").is_file():
        raise SurveyError(
            f"{folder}: there are no results here (no public/estimates.csv); name a folder that a run wrote, "
            "such as results."
        )
    documents = {
        path.stem: path
        for path in sorted((results / "report").glob("*.docx"))
        if not path.stem.endswith("-blinded")
    }
    tables = released_tables(public)
    return Release(label or str(folder), results, tables, read_manifest(public / "manifest.json"), documents)


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest.

    Raises
    ------
    SurveyError
        If it is missing or is no manifest.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SurveyError(f"{path}: this file is missing; run the pipeline to its end again.") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SurveyError(f"{path}: this file is damaged; it cannot be read as a manifest.") from error
    if not isinstance(found, dict) or not isinstance(found.get("files"), list):
        raise SurveyError(f"{path}: this is no manifest of a release; it lists no files.")
    return found
