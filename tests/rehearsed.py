"""Small studies to rehearse: a configuration and a codebook in memory, and what a rehearsal makes of them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import any_study
import rehearsal_plan
from _rehearsal import rehearsals, write_rows
from stages import run_stages, whole
from surveypipe.commands.rehearse import Request, make_folder
from surveypipe.intake.files import read_codebook
from surveypipe.rehearsal.asked import asked
from surveypipe.rehearsal.outcomes import COLUMNS
from surveypipe.reporting.released import Released
from surveypipe.study.base import plain
from surveypipe.study.codebook import Codebook
from surveypipe.study.settings import Configuration

STUDY = {"id": "r", "title": "A survey", "data": "rehearsal", "setting": "a town", "mode": "web"}
VARIABLES: dict[str, Any] = {
    "site": {"type": "categorical", "label": "Site", "values": {1: "North", 2: "South"}},
    "uses": {"type": "binary", "label": "Uses it", "counts": 1, "values": {1: "Yes", 2: "No"}},
    "often": {
        "type": "ordinal", "label": "How often", "asked_if": {"uses": 1},
        "values": {1: "Rarely", 2: "Now and then", 3: "Often"},
        "missing": {"codes": {8: "Don't know"}},
    },
    "hours": {"type": "numeric", "label": "Hours", "range": [0, 40]},
    "day": {"type": "date", "label": "Day", "range": ["2024-03-01", "2024-03-31"]},
    "tv": {"type": "binary", "label": "Television", "counts": 1, "values": {1: "Yes", 0: "No"}, "set":
    "media"}, "web": {"type": "binary", "label": "Web", "counts": 1, "values": {1: "Yes", 0: "No"}, "set":
    "media"}, "why": {"type": "string", "label": "Why"},
}  # fmt: skip
CLAIMS = {"use": {"kind": "share", "label": "Most use it", "short": "Use", "variable": "uses", "level": 1,
                  "threshold": 0.5}}  # fmt: skip


def study(folder: Path, rehearsal: dict[str, Any], **sections: Any) -> tuple[Configuration, Codebook, Path]:
    """Write the codebook of a study and complete its configuration; there is no survey file."""
    sections = dict(sections)
    variables = {**VARIABLES, **sections.pop("variables", {})}
    book = folder / "codebook.yaml"
    book.write_text(yaml.safe_dump({"sets": {"media": "Media"}, "variables": variables}, sort_keys=False))
    inputs = {"survey": str(folder / "survey.csv"), "codebook": str(book)} | sections.pop("inputs", {})
    config = {"study": STUDY, "inputs": inputs, "claims": CLAIMS, "rehearsal": rehearsal, **sections}
    return whole(config), read_codebook(book), book


def outcomes(settings: Configuration, codebook: Codebook, book: Path, count: int) -> pd.DataFrame:
    """Rehearse so many times, in this process."""
    people = asked(settings, codebook, Path())
    rows = rehearsals(plain(settings), book, codebook, people, range(1, count + 1))
    return pd.DataFrame(list(rows), columns=COLUMNS)


def exhibited(study: Path, count: int = 2) -> tuple[Released, set[str]]:
    """Rehearse a study: what it releases, and those of a rehearsal's exhibits that hold something."""
    with contextlib.chdir(make_folder(Request(study))):
        config = yaml.safe_load(Path("config/config.yaml").read_text(encoding="utf-8"))
        results, settings = Path("results"), whole(config)
        given = any_study.released_of(config, run_stages(config, results))
        book = Path(settings.inputs.codebook)
        rows = outcomes(settings, read_codebook(book), book, count)
        (results / "tables").mkdir()
        write_rows(rows.to_dict("records"), COLUMNS, results / "draws.csv")
        rehearsal_plan.main(
            config=plain(settings), draws=[results / "draws.csv"], codebook=book, wording=Path("wording"),
            plan=results / "public/rehearsal_plan.csv", account=results / "tables/rehearsal_account.md",
        )  # fmt: skip
        made = {path.stem: path.read_text(encoding="utf-8") for path in (results / "tables").glob("*.md")}
        return given, {name for name, text in made.items() if "There is none in this study." not in text}
