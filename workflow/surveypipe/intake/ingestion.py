"""Survey records and staff list checked against what the codebook and the configuration say of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import NUMBERED, Codebook, Variable, code_text, same_number


@dataclass
class FileLabels:
    """What a survey file says of itself.

    Attributes
    ----------
    variables
        Column: label.
    values
        Column: code: label.
    missing
        Column: user-missing ranges (lowest, highest), a single code being a range of one.
    notes
        What the format could not hold, for the user to know.
    """

    variables: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[Any, str]] = field(default_factory=dict)
    missing: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    file_label: str = ""
    notes: list[str] = field(default_factory=list)


def match_columns(
    raw: pd.DataFrame, codebook: Codebook, problems: Problems, source: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Account for every column: each in the codebook, each of the codebook in the file.

    A column is found under its name, or under what ``in_file`` says. One that differs in capitals or in
    spaces at the ends only is taken for the same: the .por format writes all names in capitals.

    Returns
    -------
    DataFrame
        The columns in the codebook's order, under the codebook's names.
    dict
        New name: name in the file.
    """
    by_fold: dict[str, list[str]] = {}
    for column in raw.columns:
        by_fold.setdefault(str(column).strip().casefold(), []).append(column)
    names: dict[str, str] = {}
    for name, variable in codebook.variables.items():
        same = by_fold.get(variable.in_file.strip().casefold(), [])
        if variable.in_file in raw.columns:
            names[name] = variable.in_file
        elif len(same) == 1:
            names[name] = same[0]
    absent = [name for name in codebook.variables if name not in names]
    extra = [str(column) for column in raw.columns if column not in names.values()]
    for name in absent:
        column = codebook.variables[name].in_file
        where = "" if column == name else f" (`in_file: {column}`)"
        problems.add(
            f"{source}: the variable {name}{where} of the codebook is not in the file; "
            "add the column, or take the variable out of the codebook."
        )
    for name in extra:
        problems.add(
            f"{source}: the column {name} ({_values(raw[name].notna().sum())}) is not in the codebook; "
            "describe it there, with `role: undocumented` if nobody knows what it holds."
        )
    return raw[[names[n] for n in names]].set_axis(list(names), axis=1), names


def typed(
    raw: pd.DataFrame, labels: FileLabels, codebook: Codebook, problems: Problems, source: str
) -> pd.DataFrame:
    """Give each column the type of the codebook; empty text becomes missing.

    Returns
    -------
    DataFrame
        Column ``record`` (1..n in the order of the file), then numbers as float64, days as
        datetime64[ns] and text as str; the identifier is text whatever its type. User-missing codes are
        still in. Where no variable identifies the person, the number of the record does, as text.
    """
    columns: dict[str, pd.Series] = {"record": pd.Series(range(1, len(raw) + 1), dtype="int64")}
    if not codebook.identified:
        columns[NUMBERED] = columns["record"].astype("str")
    for name in raw.columns:
        variable = codebook.variables[name]
        column = blank_to_missing(raw[name].reset_index(drop=True))
        if variable.role == "id" or variable.kind.form == "text":
            columns[name] = as_text(column)
        elif variable.kind.form == "day":
            columns[name] = as_days(column, variable, problems, source)
        else:
            columns[name] = _as_numbers(column, variable, labels.values.get(name, {}), problems, source)
    return pd.DataFrame(columns)


def blank_to_missing(column: pd.Series) -> pd.Series:
    """Missing in place of empty text, in a column of text."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    text = column.astype("object")
    empty = text.map(lambda value: isinstance(value, str) and not value.strip())
    return text.mask(empty.astype(bool) | text.isna(), None)


def as_text(column: pd.Series) -> pd.Series:
    """Give a column as text: whole numbers without a decimal point, spaces at the ends gone."""

    def written(value: Any) -> Any:
        if value is None or pd.isna(value):
            return None
        return code_text(float(value)) if isinstance(value, int | float) else str(value).strip()

    return column.map(written).astype("str")


def as_days(column: pd.Series, variable: Variable, problems: Problems, source: str) -> pd.Series:
    """Give a column as days; what is no day is a problem that is told."""
    # A bare number is no day: pandas would read it as nanoseconds since 1970.
    usable = (
        column if not pd.api.types.is_numeric_dtype(column) else column.where(column.isna()).astype(object)
    )
    days = pd.to_datetime(usable, errors="coerce", format="ISO8601" if usable.dtype == object else None)
    days = days.where(days.between(pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")))
    lost = column.notna() & days.isna()
    if lost.any():
        problems.add(
            f"{source}: {_values(lost.sum())} of {variable.name} cannot be read as days "
            f"({shown(sorted(map(str, set(column[lost]))))}); write them as YYYY-MM-DD."
        )
    return days.astype("datetime64[ns]").dt.normalize()


def _values(n: int) -> str:
    return "1 value" if n == 1 else f"{n} values"


def _as_numbers(
    column: pd.Series, variable: Variable, in_file: Mapping[Any, str], problems: Problems, source: str
) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    known = {**variable.missing_codes, **variable.values}
    by_label = _codes_by_label(known)
    # Stata's lettered missing values (.a, .b) arrive as letters; their labels say which code they are.
    letters = {
        str(code): by_label[label.casefold()][0]
        for code, label in in_file.items()
        if isinstance(code, str) and len(by_label.get(label.casefold(), [])) == 1
    }

    def number(value: Any) -> Any:
        if value is None:
            return None
        text = str(value).strip()
        codes = by_label.get(text.casefold(), [])
        return letters.get(text, codes[0] if len(codes) == 1 else value)

    mapped = column.map(number)
    numbers = pd.to_numeric(mapped, errors="coerce").astype("float64")
    lost = mapped.notna() & numbers.isna()
    doubtful = lost & mapped.map(lambda value: len(by_label.get(str(value).strip().casefold(), [])) > 1)
    if doubtful.any():
        told = [
            f"{text!r} ({_values(n)}; codes {shown(map(code_text, by_label[str(text).strip().casefold()]))})"
            for text, n in mapped[doubtful].value_counts().sort_index().items()
        ]
        problems.add(
            f"{source}: {variable.name} holds words that stand for several codes of the codebook: "
            f"{shown(told)}; write the codes into the file, or give each code words of its own."
        )
    lost &= ~doubtful
    if lost.any():
        unread = sorted(map(str, set(mapped[lost])))
        commas = all(re.fullmatch(r"\s*-?\d+,\d+\s*", text) for text in unread)
        advice = (
            "these have decimal commas: export the file again with decimal points, or as .sav or .xlsx."
            if commas
            else "give their codes, or call the variable a string."
        )
        problems.add(
            f"{source}: {_values(lost.sum())} of {variable.name} cannot be read: neither numbers nor answers "
            f"of the codebook ({shown(unread)}); {advice}"
        )
    return numbers


def _codes_by_label(labels: Mapping[float, str]) -> dict[str, list[float]]:
    """Codes for which each label stands, capitals apart; usually one."""
    made: dict[str, list[float]] = {}
    for code, label in labels.items():
        made.setdefault(label.strip().casefold(), []).append(code)
    return made


def same_answers(codebook: Codebook, source: str) -> list[str]:
    """Say which codes of a variable have the same answer: they are kept apart, and read alike in tables."""
    return [
        f"{source}: {variable.name} has the answer {variable.values[codes[0]]!r} under the codes "
        f"{shown(map(code_text, codes))}; they are counted apart and look alike in tables. Give each words "
        "of its own, or join them in the file."
        for variable in codebook.variables.values()
        for codes in _codes_by_label(variable.values).values()
        if len(codes) > 1
    ]


def unknown_codes(responses: pd.DataFrame, codebook: Codebook, problems: Problems, source: str) -> list[str]:
    """Answer codes that the codebook does not know.

    Any such code stops where the variable is categorical, because no cleaning rule can say what a
    new category means. Elsewhere a few are keying errors and go on to cleaning, where the rule
    ``range`` logs each; more than the codebook's ``unknown_code_limit`` of the answers is a mistake
    in the codebook.

    Returns
    -------
    list of str
        One note per variable whose stray codes go on to cleaning.
    """
    notes = []
    limit = codebook.unknown_code_limit
    for variable in codebook.variables.values():
        if variable.name not in responses:
            continue
        column = responses[variable.name]
        unknown = variable.is_unknown(column)
        if not unknown.any():
            continue
        counts = column[unknown].value_counts().sort_index()
        listed = shown(f"{_value(code)} ({n} {case_word(n)})" for code, n in counts.items())
        share = unknown.sum() / column.notna().sum()
        found = f"{source}: {variable.name} holds {_kind(variable)} {listed}"
        if variable.kind.unknown_stops:
            problems.add(f"{found}; add the code to the codebook, under `values` or `missing`.")
        elif share > limit:
            problems.add(
                f"{found}: {100 * share:.0f} % of its answers, more than the {100 * limit:g} % "
                "of `unknown_code_limit`; add the codes to the codebook, or correct the file."
            )
        else:
            notes.append(f"{found}; left to the cleaning rule `range`.")
    return notes


def _kind(variable: Variable) -> str:
    return "codes that are not in the codebook:" if variable.values else "values out of its range:"


def case_word(n: int) -> str:
    """Word for n cases."""
    return "case" if n == 1 else "cases"


def _value(code: Any) -> str:
    return str(code.date()) if isinstance(code, pd.Timestamp) else code_text(float(code))


def label_conflicts(labels: FileLabels, names: Mapping[str, str], codebook: Codebook) -> list[str]:
    """Find where the file's own labels contradict the codebook.

    Two contradictions would turn results round without a sound: an answer that stands under another
    code, and a code that the file calls missing and the codebook an answer.
    """
    sentences = []
    for name, column in names.items():
        variable = codebook.variables[name]
        codes = _codes_by_label(variable.values)
        for code, label in labels.values.get(column, {}).items():
            ours = codes.get(str(label).strip().casefold(), [])
            if ours and not isinstance(code, str) and float(code) not in ours:
                sentences.append(
                    f"{name}: the file gives {label!r} the code {code_text(float(code))}, "
                    f"the codebook the code {shown(map(code_text, ours))}; correct the codebook."
                )
        for low, high in labels.missing.get(column, []):
            clash = [c for c in variable.values if not isinstance(low, str) and low <= c <= high]
            if clash:
                sentences.append(
                    f"{name}: the file marks {shown(map(code_text, clash))} as missing, the codebook lists "
                    "it as an answer; put it under `missing` in the codebook."
                )
    return sentences


def check_identifiers(
    responses: pd.DataFrame, frame: pd.DataFrame, id_variable: str, problems: Problems, source: str
) -> None:
    """Stop where most of the questionnaires' numbers are unknown: a wrong column, or a wrong list."""
    if id_variable not in responses or frame.empty:
        return
    ids = responses[id_variable]
    known = {same_number(number) for number in frame["id"]}
    outside = ~ids.map(same_number).isin(known)
    if outside.mean() > 0.5:
        problems.add(
            f"{source}: {outside.sum()} of {len(ids)} values of {id_variable} are not on the staff list "
            f"(the file has {shown(ids.dropna().head(3))}; the list has {shown(frame['id'].head(3))}). "
            "Check that both files belong to the same survey, and frame.id and frame.survey_id in the "
            "configuration."
        )
