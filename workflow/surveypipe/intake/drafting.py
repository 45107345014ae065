"""A first draft of a codebook, from the labels that a survey file carries."""

from __future__ import annotations

from typing import Any

import pandas as pd

from surveypipe.intake.labels import FileLabels

TO_CHECK = """\
# Draft from {source}. Before the first run:
#   1. One variable must have `role: id`: the number that is also in the staff list.
#   2. Types are guesses: ordinal answers in order, categorical without, binary with `counts`, the code of
#      the answer whose share is shown. Two answers that are not plainly yes and no are drafted as
#      categorical; if one of them is to be counted, call the question binary and add `counts`.
#   3. Mark the core items (`core: true`), the filters (`asked_if: {{filter: code}}`) and the batteries.
#   4. A column that nobody can explain takes `role: undocumented`.
#   5. Give numbers a `range` of possible values; take out answers that stand for no answer and put them
#      under `missing`.
#   6. `label` and `question` both hold the label of the file: shorten `label`, which stands in tables, and
#      give the wording of the form under `question`, without which the table of the questionnaire lacks it.
"""

# Words for yes, each with its no: only such a pair says by itself which answer is counted.
YES_AND_NO = {
    "yes": "no", "true": "false", "ja": "nein", "oui": "non", "sí": "no", "si": "no", "sì": "no",
    "sim": "não", "tak": "nie", "да": "нет", "예": "아니요", "はい": "いいえ",
    "是": "否", "نعم": "لا", "ναι": "όχι",
}  # fmt: skip


def draft_codebook(raw: pd.DataFrame, labels: FileLabels, id_variable: str | None = None) -> dict[str, Any]:
    """Draft one entry for each column.

    Parameters
    ----------
    raw
        The records as read, user-missing codes still in.
    labels
        Labels and missing values of the file.
    id_variable
        Variable that identifies the person; left out: the first column without repeats and blanks.
    """
    chosen = id_variable or _guess_id(raw)
    entries: dict[str, Any] = {}
    for name in map(str, raw.columns):
        entry: dict[str, Any] = {"role": "id"} if name == chosen else {}
        entry |= _entry(name, raw[name], labels, asked=name != chosen)
        entries[name] = entry
    return {"unknown_code_limit": 0.05, "variables": entries}


def _guess_id(raw: pd.DataFrame) -> str | None:
    for name in raw.columns:
        column = raw[name].dropna()
        if len(column) >= 0.95 * len(raw) and column.nunique() >= 0.95 * len(raw):
            return str(name)
    return None


def _entry(name: str, column: pd.Series, labels: FileLabels, *, asked: bool) -> dict[str, Any]:
    label = labels.variables.get(name) or ""
    entry: dict[str, Any] = {"type": "", "label": label or name}
    coded = {code: text for code, text in labels.values.get(name, {}).items() if not isinstance(code, str)}
    ranges = [pair for pair in labels.missing.get(name, []) if not isinstance(pair[0], str)]
    missing = {code: text for code, text in coded.items() if any(lo <= code <= hi for lo, hi in ranges)}
    answers = {code: text for code, text in coded.items() if code not in missing}
    entry["type"] = _guess_type(column, answers)
    if label and asked and entry["type"] != "date":
        entry["question"] = label
    if not label and not coded and entry["type"] == "numeric":
        entry = {"role": "undocumented", **entry}
    if answers and entry["type"] != "numeric":
        entry["values"] = {_whole(code): text for code, text in answers.items()}
    if entry["type"] == "binary":
        entry["counts"] = _whole(next(code for code, text in answers.items() if _word(text) in YES_AND_NO))
    codes = missing | {lo: "Missing" for lo, hi in ranges if lo == hi and lo not in missing}
    found: dict[str, Any] = {}
    if codes:
        found["codes"] = {_whole(code): text for code, text in sorted(codes.items())}
    wide = [[_whole(lo), _whole(hi)] for lo, hi in ranges if lo != hi]
    if wide:
        found["range"] = wide[0]
    if found:
        entry["missing"] = found
    return entry


def _guess_type(column: pd.Series, answers: dict[Any, str]) -> str:
    if len(answers) == 2:
        words = {_word(text) for text in answers.values()}
        return "binary" if any(words == {yes, no} for yes, no in YES_AND_NO.items()) else "categorical"
    if answers:
        return "ordinal" if 3 <= len(answers) <= 7 else "categorical"
    if pd.api.types.is_numeric_dtype(column):
        return "numeric"
    first = column.dropna().head(1)
    if len(first) and hasattr(first.iloc[0], "isoformat"):
        return "date"
    return "string"


def _word(text: object) -> str:
    return str(text).strip().rstrip(".").casefold()


def _whole(code: float) -> float | int:
    return int(code) if float(code).is_integer() else float(code)


def draft_text(draft: dict[str, Any], source: str) -> str:
    """Write the draft as YAML, with what to check at its top."""
    import yaml

    body = yaml.safe_dump(draft, sort_keys=False, allow_unicode=True, width=100)
    return TO_CHECK.format(source=source) + body
