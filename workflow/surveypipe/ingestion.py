"""Survey records and staff list checked against what the codebook and the configuration say of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.codebook import Codebook, Variable, code_text, same_number
from surveypipe.problems import Problems, shown
from surveypipe.study.frame import Frame, FrameRecode, Group

# Share of numbers from which a column of the staff list is asked about.
MOSTLY = 0.5


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

    A column that differs from the codebook in capitals only is taken for the same: the .por format
    writes all names in capitals.

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
    for name in codebook.variables:
        same = by_fold.get(name.casefold(), [])
        if name in raw.columns:
            names[name] = name
        elif len(same) == 1:
            names[name] = same[0]
    absent = [name for name in codebook.variables if name not in names]
    extra = [str(column) for column in raw.columns if column not in names.values()]
    for name in absent:
        problems.add(
            f"{source}: the variable {name} of the codebook is not in the file; "
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
        datetime64[ns] and text as str. User-missing codes are still in.
    """
    columns: dict[str, pd.Series] = {"record": pd.Series(range(1, len(raw) + 1), dtype="int64")}
    for name in raw.columns:
        variable = codebook.variables[name]
        column = _blank_to_missing(raw[name].reset_index(drop=True))
        if variable.type == "string":
            columns[name] = _as_text(column)
        elif variable.type == "date":
            columns[name] = _as_days(column, variable, problems, source)
        else:
            columns[name] = _as_numbers(column, variable, labels.values.get(name, {}), problems, source)
    return pd.DataFrame(columns)


def _blank_to_missing(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return column
    text = column.astype("object")
    empty = text.map(lambda value: isinstance(value, str) and not value.strip())
    return text.mask(empty.astype(bool) | text.isna(), None)


def _as_text(column: pd.Series) -> pd.Series:
    def written(value: Any) -> Any:
        if value is None or pd.isna(value):
            return None
        return code_text(float(value)) if isinstance(value, int | float) else str(value).strip()

    return column.map(written).astype("str")


def _as_days(column: pd.Series, variable: Variable, problems: Problems, source: str) -> pd.Series:
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
        listed = shown(f"{_value(code)} ({n} {_cases(n)})" for code, n in counts.items())
        share = unknown.sum() / column.notna().sum()
        found = f"{source}: {variable.name} holds {_kind(variable)} {listed}"
        if variable.type == "categorical":
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


def _cases(n: int) -> str:
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


def build_frame(
    staff: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    outcomes: Sequence[str],
    problems: Problems,
    source: str,
    numeric: Sequence[str] = (),
) -> pd.DataFrame:
    """Check the staff list and put it under the pipeline's names.

    Parameters
    ----------
    staff
        The list as read, every column as text.
    settings
        Section ``frame`` of the configuration.
    groups
        Section ``groups``: known levels of grouping variables.
    outcomes
        Known outcomes of contact.
    numeric
        Columns (pipeline names) that hold numbers; all others are text.

    Returns
    -------
    DataFrame
        ``id``, the columns of ``settings.columns``, the recodes; sorted by ``id``.
    """
    wanted = {"id": settings.id, **settings.columns}
    absent = [column for column in wanted.values() if column not in staff.columns]
    if absent:
        problems.add(
            f"{source}: the staff list has no column {shown(absent)}; its columns are "
            f"{shown(staff.columns, 12)}. Correct frame.id and frame.columns in the configuration, "
            "or the list."
        )
        return pd.DataFrame(columns=list(wanted))
    frame = pd.DataFrame(
        {name: _as_text(_blank_to_missing(staff[column])) for name, column in wanted.items()}
    )
    _check_ids(frame["id"], settings.id, problems, source)
    if "invited" in frame:
        frame["invited"] = _as_days(
            frame["invited"].astype(object).where(frame["invited"].notna(), None),
            Variable(settings.columns["invited"], "date", "", ""), problems, source,
        )  # fmt: skip
    _check_levels(frame, settings, groups, outcomes, problems, source)
    for name in numeric:
        if name in frame:
            frame[name] = _as_listed_numbers(frame[name], settings.columns[name], problems, source)
    _check_undeclared_numbers(frame, settings, groups, problems, source)
    for recode in settings.recodes:
        _recode(frame, recode, problems, source)
    return frame.sort_values("id", ignore_index=True)


def _as_listed_numbers(column: pd.Series, listed: str, problems: Problems, source: str) -> pd.Series:
    """Read a column of the staff list as numbers, float64; blanks stay missing."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    lost = column.notna() & ~np.isfinite(numbers)
    if lost.any():
        wrong = column[lost].value_counts().sort_index()
        what = "value is no number" if lost.sum() == 1 else "values are no numbers"
        told = shown(f"{text} ({n} {_cases(n)})" for text, n in wrong.items())
        commas = all(re.fullmatch(r"-?\d+,\d+", text) for text in wrong.index)
        advice = (
            "write decimal points, not commas"
            if commas
            else "correct them, or leave them blank where nothing is known"
        )
        problems.add(f"{source}: {listed}: {lost.sum()} {what} ({told}); {advice}.")
    return numbers.where(~lost)


def _check_undeclared_numbers(
    frame: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    problems: Problems,
    source: str,
) -> None:
    """Ask of a column that holds mostly numbers whether it means amounts: nobody can see that from them."""
    said = {*groups, *settings.categorical, *(recode.from_ for recode in settings.recodes)}
    for name, listed in settings.columns.items():
        if name in said or name in ("invited", "outcome") or pd.api.types.is_float_dtype(frame[name]):
            continue
        values = frame[name].dropna()
        numbers = pd.to_numeric(values, errors="coerce")
        if numbers.notna().mean() < MOSTLY or numbers.nunique() <= 2:
            continue
        spread = f"{numbers.nunique()} different, {numbers.min():g} to {numbers.max():g}"
        problems.add(
            f"{source}: {listed} holds numbers in {numbers.notna().sum()} of {len(values)} rows ({spread}). "
            f"In the configuration, name {name} under frame.numeric if they are amounts, or under "
            "frame.categorical if they are names of categories."
        )


def _check_ids(ids: pd.Series, column: str, problems: Problems, source: str) -> None:
    if ids.empty:
        problems.add(f"{source}: the staff list has no rows.")
    blank = ids.isna().sum()
    if blank:
        problems.add(f"{source}: {blank} {_cases(blank)} without a {column}; give each person one.")
    for value, n in ids[ids.notna()].value_counts().sort_index().items():
        if n > 1:
            problems.add(f"{source}: {column} {value} occurs {n} times; keep one row for each person.")


def _check_levels(
    frame: pd.DataFrame,
    settings: Frame,
    groups: Mapping[str, Group],
    outcomes: Sequence[str],
    problems: Problems,
    source: str,
) -> None:
    known = {name: (list(group.levels), f"groups.{name}.levels") for name, group in groups.items()}
    known["outcome"] = (list(outcomes), "response.dispositions")
    for recode in settings.recodes:
        known.setdefault(recode.from_, (list(recode.map), f"frame.recodes ({recode.variable})"))
    for name, (levels, key) in known.items():
        if name not in frame:
            continue
        column = settings.columns.get(name, name)
        blank = frame[name].isna().sum()
        if blank:
            problems.add(f"{source}: {blank} {_cases(blank)} without a {column}; fill it in for everybody.")
        counts = frame[name].value_counts().sort_index()
        if name in groups:
            for level in (level for level in levels if level not in counts.index):
                problems.add(
                    f"{key}: nobody on the staff list has {column} {level!r}; the list has "
                    f"{shown(counts.index)}. Correct the level or take it out."
                )
        for level, n in zip(map(str, counts.index), counts, strict=True):
            if level not in levels:
                problems.add(
                    f"{source}: {column} {level!r} ({n} {_cases(n)}) is not known; known are "
                    f"{shown(levels, 12)}. Correct the list, or add it under {key} in the configuration."
                )


def _recode(frame: pd.DataFrame, recode: FrameRecode, problems: Problems, source: str) -> None:
    if recode.from_ not in frame:
        problems.add(
            f"frame.recodes: {recode.variable} is made from {recode.from_}, which is not under frame.columns."
        )
        return
    frame[recode.variable] = frame[recode.from_].map(recode.map).astype("str")


def check_headcounts(counts: pd.DataFrame, frame: pd.DataFrame, problems: Problems, source: str) -> None:
    """Compare headcounts (variable, level, n) with the staff list and with one another."""
    absent = [column for column in ("variable", "level", "n") if column not in counts.columns]
    if absent:
        problems.add(
            f"{source}: the headcounts have no column {shown(absent)}; they need variable, level and n."
        )
        return
    table = counts.assign(n=pd.to_numeric(counts["n"], errors="coerce"))
    wrong = table["n"].isna() | (table["n"] < 0)
    if wrong.any():
        problems.add(f"{source}: {wrong.sum()} rows without a number of staff under n.")
        return
    doubled = table[table.duplicated(["variable", "level"])]
    for row in doubled.itertuples():
        problems.add(f"{source}: {row.variable} {row.level} stands there twice; keep one row.")
    totals = table.groupby("variable", sort=True)["n"].sum()
    if totals.nunique() > 1:
        listed = shown(f"{name} adds up to {total:g}" for name, total in totals.items())
        problems.add(f"{source}: the margins contradict each other: {listed}. All must count the same staff.")
    for name, rows in table.groupby("variable", sort=True):
        if name not in frame.columns:
            problems.add(
                f"{source}: {name} is not a variable of the staff list; see frame.columns and frame.recodes."
            )
            continue
        _compare_margin(str(name), rows.set_index("level")["n"], frame[name], problems, source)


def _compare_margin(name: str, stated: pd.Series, listed: pd.Series, problems: Problems, source: str) -> None:
    counted = listed.value_counts()
    for level in sorted(set(stated.index) | set(counted.index), key=str):
        ours, theirs = int(counted.get(level, 0)), float(stated.get(level, 0))
        if ours != theirs:
            problems.add(
                f"{source}: {name} {level} has {theirs:g} staff in the headcounts and {ours} in the staff "
                "list; find out which is right."
            )
