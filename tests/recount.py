"""A file drafted, ingested and cleaned as it is, and every answer counted once more without the library."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import yaml

from stages import run_stages
from surveypipe.intake.drafting import Draft, draft, draft_text
from surveypipe.intake.files import add_checksums, read_survey

READERS = {
    "sav": "read_sav", "zsav": "read_sav", "por": "read_por", "dta": "read_dta", "sas7bdat": "read_sas7bdat",
    "xpt": "read_xport",
}  # fmt: skip
STUDY = {"id": "drafted", "title": "A survey", "setting": "A place", "mode": "web", "data": "simulated"}
BLANKS = {"", "na", "#null!", "#n/a", "nan", "null", "<na>", "."}


def drafted(survey: Path, folder: Path, **options: Any) -> tuple[Draft, dict[str, Any]]:
    """Draft a study of one file into a folder; give the draft and the shortest configuration."""
    raw, labels = read_survey(survey)
    made = draft(raw, labels, **options)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "codebook.yaml").write_text(draft_text(made, survey.name), encoding="utf-8")
    add_checksums(folder / "SHA256SUMS", [survey])
    config = {
        "study": STUDY,
        "inputs": {
            "survey": str(survey),
            "codebook": str(folder / "codebook.yaml"),
            "checksums": str(folder / "SHA256SUMS"),
        },
    }
    return made, config


def cleaned(survey: Path, folder: Path, *, last: str = "clean", **options: Any) -> pd.DataFrame:
    """Run a file from its draft to the cleaned answers."""
    _, config = drafted(survey, folder, **options)
    run_stages(config, folder / "results", last=last)
    return pd.read_parquet(folder / "results/data/analysis.parquet")


def original(survey: Path) -> pd.DataFrame:
    """Read a file of a statistical program without the library: user-missing values are missing."""
    reader = getattr(pyreadstat, READERS[survey.suffix.lower().lstrip(".")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for encoding in (None, "WINDOWS-1252"):
            try:
                table, _ = reader(str(survey), encoding=encoding, disable_datetime_conversion=True)
            except (pyreadstat.ReadstatError, UnicodeError):
                continue
            return table
    raise AssertionError(f"{survey.name} cannot be read at all")


def differences(survey: Path, folder: Path, analysis: pd.DataFrame) -> list[str]:
    """Count every answer of the original file, and say where the cleaned answers have another number."""
    raw = original(survey)
    book = yaml.safe_load((folder / "codebook.yaml").read_text(encoding="utf-8"))
    found = []
    asked = {
        name: entry
        for name, entry in book["variables"].items()
        if entry.get("role") not in ("id", "undocumented")
    }
    given = pd.DataFrame(
        {name: _given(raw[entry.get("in_file", name)], entry) for name, entry in asked.items()}
    )
    kept = given.any(axis=1) & ~_second(raw, book["variables"], given)
    if kept.sum() != len(analysis):
        found.append(f"{kept.sum()} rows with an answer, {len(analysis)} records")
    raw = raw[kept]
    for name, entry in asked.items():
        column, made = raw[entry.get("in_file", name)], analysis[name]
        found += [f"{name}: {text}" for text in _differences(column, made, entry)]
    return found


def _second(raw: pd.DataFrame, variables: dict[str, Any], given: pd.DataFrame) -> pd.Series:
    """Mark all records of a person but the most complete one."""
    named = [entry.get("in_file", name) for name, entry in variables.items() if entry.get("role") == "id"]
    if not named:
        return pd.Series(False, index=raw.index)
    numbers = raw[named[0]].map(lambda value: str(value).strip().casefold().removesuffix(".0").lstrip("0"))
    order = given.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return (numbers.loc[order].duplicated() & raw[named[0]].loc[order].notna()).reindex(raw.index)


def _given(column: pd.Series, entry: dict[str, Any]) -> pd.Series:
    """Mark the cells that hold an answer: no blank, and no code that the codebook calls missing."""
    codes = [float(code) for code in entry.get("missing", {}).get("codes", {})]
    words = column.map(lambda value: str(value).strip().casefold())
    return column.notna() & ~column.isin(codes) & ~words.isin(BLANKS)


def _differences(column: pd.Series, made: pd.Series, entry: dict[str, Any]) -> list[str]:
    values = column.dropna()
    if entry["type"] in ("string", "date"):
        wanted = sum(str(value).strip().casefold() not in BLANKS for value in values)
        return [] if wanted == made.notna().sum() else [f"{wanted} answers, {made.notna().sum()} counted"]
    codes = entry.get("missing", {}).get("codes", {})
    if values.map(lambda value: isinstance(value, str)).any():
        # Words, each with a code of the draft: as many different ones, each as often.
        words = values.map(lambda value: " ".join(str(value).split()).casefold().rstrip("."))
        aside = {str(text).casefold() for text in codes.values()}
        theirs = sorted(words[~words.isin(BLANKS | aside)].value_counts())
        ours = sorted(made.dropna().value_counts())
        return [] if theirs == ours or entry.get("set") else [f"words {theirs}, counted {ours}"]
    values = values[~values.isin([float(code) for code in codes])].astype(float)
    low, high = entry.get("missing", {}).get("range", (1, 0))
    values = values[~values.between(low, high)]
    if "values" not in entry:
        same = (
            len(values) == made.notna().sum() and abs(values.sum() - made.sum()) <= 1e-9 * abs(values).sum()
        )
        return [] if same else [f"n {len(values)}, sum {values.sum()}; {made.notna().sum()}, {made.sum()}"]
    told = []
    for code, label in entry["values"].items():
        theirs, ours = int((values == float(code)).sum()), int((made == float(code)).sum())
        box_left_blank = entry.get("set") and code != entry.get("counts")
        if theirs != ours and not (box_left_blank and ours >= theirs):
            told.append(f"{label!r} ({code}): {theirs}, counted {ours}")
    listed = int(values.isin([float(code) for code in entry["values"]]).sum())
    if listed != len(values):
        told.append(f"{len(values) - listed} values are in no answer")
    return told
