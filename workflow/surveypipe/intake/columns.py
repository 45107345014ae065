"""Columns of a survey file given the types that the codebook says: numbers, days, text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.intake.answer_words import word
from surveypipe.intake.days import Days, read_days
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import Codebook, Variable, code_text

# What R, SPSS, Excel and databases write for a blank; a codebook that lists the word keeps it.
BLANKS = {"na", "#null!", "#n/a", "nan", "null", "<na>", "."}
# Share of a column's days up to which those that cannot be read are set aside, each named.
FEW = 0.05


def typed(
    raw: pd.DataFrame, labels: FileLabels, codebook: Codebook, problems: Problems, source: str
) -> pd.DataFrame:
    """Give each column the type of the codebook; empty text becomes missing.

    Parameters
    ----------
    raw
        Columns under the codebook's names.
    labels
        Of the file; what is read as blank or set aside is added to its notes.

    Returns
    -------
    DataFrame
        Column ``record`` (1..n in the order of the file), then numbers as float64, days as
        datetime64[ns] and text as str; the identifier is text whatever its type. User-missing codes are
        still in.
    """
    columns: dict[str, pd.Series] = {"record": pd.Series(range(1, len(raw) + 1), dtype="int64")}
    blanks: dict[str, int] = {}
    for name in raw.columns:
        variable = codebook.variables[name]
        column = blank_to_missing(raw[name].reset_index(drop=True))
        if variable.role != "id":
            column, blanks[name] = _words_for_blank(column, variable)
        columns[name] = _one(column, variable, labels, problems, source)
    words = {name: n for name, n in blanks.items() if n}
    if words:
        labels.notes.append(
            f"{source}: words for a blank (NA, #NULL! and their like) are read as blank: "
            f"{values_word(sum(words.values()))} in {shown(words)}."
        )
    return pd.DataFrame(columns)


def _one(
    column: pd.Series, variable: Variable, labels: FileLabels, problems: Problems, source: str
) -> pd.Series:
    if variable.role == "id":
        return as_identifiers(column)
    if variable.role == "undocumented":
        # Accounted for and never analysed: it stops nothing.
        mine = Problems()
        made = _of_kind(column, variable, FileLabels(values=labels.values), mine, source)
        return as_text(column) if mine else made
    return _of_kind(column, variable, labels, problems, source)


def _of_kind(
    column: pd.Series, variable: Variable, labels: FileLabels, problems: Problems, source: str
) -> pd.Series:
    if variable.kind.form == "text":
        return as_text(column)
    if variable.kind.form == "day":
        return as_days(column, variable, problems, source, labels)
    # The .por format writes names in capitals.
    in_file = next(
        (words for name, words in labels.values.items() if name.casefold() == variable.in_file.casefold()), {}
    )
    numbers = _as_numbers(column, variable, in_file, problems, source)
    endless = np.isinf(numbers)
    if endless.any():
        rows = [int(str(row)) + 1 for row in numbers.index[endless]]
        labels.set_aside += [(variable.name, row, "infinite") for row in rows]
        labels.notes.append(
            f"{source}: {variable.name} holds infinite numbers in rows {shown(rows)}; set aside as blank."
        )
    return numbers.mask(endless)


def blank_to_missing(column: pd.Series) -> pd.Series:
    """Missing in place of empty text, in a column of text."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    text = column.astype("object")
    empty = text.map(lambda value: isinstance(value, str) and not value.strip())
    return text.mask(empty.astype(bool) | text.isna(), None)


def _words_for_blank(column: pd.Series, variable: Variable) -> tuple[pd.Series, int]:
    """Missing in place of what programs write for a blank, unless the codebook lists the word."""
    if column.dtype != object:
        return column, 0
    known = codes_by_label({**variable.missing_codes, **variable.values})
    found = column.map(lambda value: means_blank(value) and value.strip().casefold() not in known)
    return column.mask(found.astype(bool), None), int(found.sum())


def means_blank(value: Any) -> bool:
    """Whether a value is a word that programs write for a blank."""
    return isinstance(value, str) and value.strip().casefold() in BLANKS


def as_text(column: pd.Series) -> pd.Series:
    """Give a column as text: whole numbers without a decimal point, spaces at the ends gone."""

    def written(value: Any) -> Any:
        if value is None or pd.isna(value):
            return None
        if isinstance(value, pd.Timestamp):
            return value.strftime("%Y-%m-%d")
        return code_text(float(value)) if isinstance(value, int | float) else str(value).strip()

    return column.map(written).astype("str")


def as_identifiers(column: pd.Series) -> pd.Series:
    """Give identifiers as text: ``101.0``, which a spreadsheet made of a number, is ``101``."""
    text = as_text(column)
    return text.str.replace(r"^(\d+)\.0+$", r"\1", regex=True).astype("str")


def as_days(
    column: pd.Series,
    variable: Variable,
    problems: Problems,
    source: str,
    labels: FileLabels | None = None,
) -> pd.Series:
    """Give a column as days, datetime64[ns].

    Of a survey (`labels` given), few values that are no day are set aside and named in its notes; more of
    them, or one on a list, are a problem.
    """
    read = read_days(column)
    lost = read.lost
    if labels is not None:
        _tell_order(read, variable, labels, source)
    if lost.empty:
        return read.days
    rows = [int(str(row)) + 1 for row in lost.index]
    told = shown(f"row {row}: {value}" for row, value in zip(rows, lost, strict=True))
    if labels is not None and len(lost) <= max(1, FEW * column.notna().sum()) < column.notna().sum():
        labels.set_aside += [(variable.name, row, str(value)) for row, value in zip(rows, lost, strict=True)]
        labels.notes.append(
            f"{source}: {values_word(len(lost))} of {variable.name} cannot be read as days ({told}); set "
            "aside as blank. Write them as YYYY-MM-DD."
        )
    else:
        clock = all(re.match(r"-?\d+:\d\d", str(value)) for value in lost)
        advice = "these are times of day: call the variable a string" if clock else "write them as YYYY-MM-DD"
        problems.add(
            f"{source}: {values_word(len(lost))} of {variable.name} cannot be read as days ({told}); "
            f"{advice}."
        )
    return read.days


def _tell_order(read: Days, variable: Variable, labels: FileLabels, source: str) -> None:
    if not read.certain:
        labels.notes.append(
            f"{source}: in {variable.name} no day shows whether the day or the month comes first; the day is "
            "taken to. Where that is wrong, write the days as YYYY-MM-DD."
        )


def _as_numbers(
    column: pd.Series, variable: Variable, in_file: Mapping[Any, str], problems: Problems, source: str
) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    known = {**variable.missing_codes, **variable.values}
    by_label = codes_by_label(known)
    # A full stop or a second space makes no other answer, where the codebook has none that differs by it.
    by_word: dict[str, list[float]] = {}
    for code, label in known.items():
        by_word.setdefault(word(label), []).append(code)
    words = _code_of_word(in_file, by_label)
    words |= _tick(column, variable, by_label)

    def number(value: Any) -> Any:
        if value is None:
            return None
        text = str(value).strip()
        codes = by_label.get(text.casefold()) or by_word.get(word(text), [])
        return words.get(text, codes[0] if len(codes) == 1 else value)

    mapped = column.map(number)
    numbers = pd.to_numeric(mapped, errors="coerce").astype("float64")
    lost = mapped.notna() & numbers.isna()
    doubtful = lost & mapped.map(lambda value: len(by_label.get(str(value).strip().casefold(), [])) > 1)
    if doubtful.any():
        told = [
            f"{text!r} ({values_word(n)}; codes "
            f"{shown(map(code_text, by_label[str(text).strip().casefold()]))})"
            for text, n in mapped[doubtful].value_counts().sort_index().items()
        ]
        problems.add(
            f"{source}: {variable.name} holds words that stand for several codes of the codebook: "
            f"{shown(told)}; write the codes into the file, or give each code words of its own."
        )
    lost &= ~doubtful
    if lost.any():
        _tell_unread(mapped[lost], variable, problems, source)
    return numbers


def _code_of_word(in_file: Mapping[Any, str], by_label: Mapping[str, list[float]]) -> dict[str, float]:
    """Give the codes of letters in the file: Stata's lettered missing values, and labelled text.

    The codebook knows them by the file's label, by the letter after it (``Refused (.b)``), or by the letter.
    """
    made = {}
    letters = {str(code).strip(): label for code, label in in_file.items() if isinstance(code, str)}
    for letter in {*letters, *"abcdefghijklmnopqrstuvwxyz", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ_"}:
        label = letters.get(letter, "")
        for words in (f"{label} (.{letter})", label, f".{letter}"):
            codes = by_label.get(words.strip().casefold(), [])
            if len(codes) == 1:
                made[letter] = codes[0]
                break
    return made


def _tick(column: pd.Series, variable: Variable, by_label: Mapping[str, list[float]]) -> dict[str, float]:
    """Give the one word of a box that stands for its being ticked, and the code counted."""
    if not variable.set or variable.counts is None:
        return {}
    found = {str(value).strip() for value in column.dropna()}
    unknown = {
        text for text in found if text.casefold() not in by_label and not re.fullmatch(r"-?[\d.]+", text)
    }
    one = len({text.casefold() for text in unknown}) == 1
    return dict.fromkeys(unknown, variable.counts) if one else {}


def _tell_unread(unread: pd.Series, variable: Variable, problems: Problems, source: str) -> None:
    texts = sorted(map(str, set(unread)))
    commas = all(re.fullmatch(r"\s*-?\d+,\d+\s*", text) for text in texts)
    advice = (
        "these have decimal commas: export the file again with decimal points, or as .sav or .xlsx."
        if commas
        else "give their codes, or call the variable a string."
    )
    problems.add(
        f"{source}: {values_word(len(unread))} of {variable.name} cannot be read: neither numbers nor "
        f"answers of the codebook ({shown(texts)}); {advice}"
    )


def codes_by_label(labels: Mapping[float, str]) -> dict[str, list[float]]:
    """Codes for which each label stands, capitals apart; usually one."""
    made: dict[str, list[float]] = {}
    for code, label in labels.items():
        made.setdefault(label.strip().casefold(), []).append(code)
    return made


def values_word(n: int) -> str:
    """Write how many values."""
    return "1 value" if n == 1 else f"{n} values"


def case_word(n: int) -> str:
    """Word for n cases."""
    return "case" if n == 1 else "cases"
