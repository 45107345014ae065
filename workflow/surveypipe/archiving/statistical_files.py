"""The analysis file for SPSS (.sav) and Stata (.dta), the same bytes in every run."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.archiving.analysis_file import AnalysisFile, Variable
from surveypipe.archiving.formats import SPSS, STATA, Format, cut, legal_names, spss_missing
from surveypipe.determinism import as_datetime

if TYPE_CHECKING:
    import pandas as pd

# Places in the header of a .sav file: weight variable, date and time; and where its dictionary begins.
SAV_WEIGHT, SAV_DATE, SAV_DICTIONARY = 76, 92, 176
VARIABLE_RECORD = 2
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Longest text that a variable of Stata holds, in bytes.
STATA_TEXT = 2045


def write_sav(file: AnalysisFile, path: Path, epoch: int) -> list[str]:
    """Write the file for SPSS, weighted by the weight of the published estimates.

    Parameters
    ----------
    epoch
        Date in the header, in seconds since 1970.

    Returns
    -------
    list of str
        What could not be kept as it is.
    """
    import pyreadstat

    names = legal_names((variable.name for variable in file.variables), SPSS)
    told = _renamed(names, SPSS)
    table, answers, ranges, formats = file.table.copy(), {}, {}, {}
    labels: dict[str, str | None] = {}
    measures: dict[str, str] = {}
    for variable in file.variables:
        name = names[variable.name]
        labels[name] = _label(variable, SPSS)
        measures[name] = variable.measure
        column, declared, lost = _spss_column(table[variable.name], variable)
        table[variable.name] = column
        told += lost
        if declared:
            ranges[name] = declared
        coded = {**variable.values, **variable.missing}
        if coded:
            answers[name] = {
                code: cut(text, SPSS.answer, bytes_count=True) for code, text in sorted(coded.items())
            }
        if variable.form == "number":
            formats[name] = _width(column, variable)
    pyreadstat.write_sav(
        table.rename(columns=names), str(path), file_label=file.label, column_labels=labels,
        variable_value_labels=answers, missing_ranges=ranges, variable_measure=measures,
        variable_format=formats, row_compress=True,
    )  # fmt: skip
    place = list(file.table.columns).index(file.primary) if file.primary in file.table else None
    path.write_bytes(_stamped_sav(path.read_bytes(), epoch, place))
    return told


def _spss_column(column: pd.Series, variable: Variable) -> tuple[pd.Series, list[Any], list[str]]:
    if variable.form == "day":
        return column.dt.date, [], []
    if variable.form == "text":
        return column.astype(object).where(column.notna(), ""), [], []
    codes = list(variable.missing)
    valid = [*variable.values, *column.dropna()[~column.dropna().isin(codes)]]
    declared = spss_missing(codes, valid)
    if declared is not None:
        return column, declared, []
    kept = codes[:3]
    lost = [code for code in codes if code not in kept]
    words = ", ".join(f"{code:g} ({variable.missing[code]})" for code in lost)
    sentence = f"SPSS: {variable.name} has more missing codes than SPSS can declare; blank instead: {words}."
    return column.mask(column.isin(lost)), list(kept), [sentence]


def _width(column: pd.Series, variable: Variable) -> str:
    if variable.weight:
        return "F12.6"
    return "F8.0" if (column.dropna() % 1 == 0).all() else "F12.4"


def _stamped_sav(content: bytes, epoch: int, weight: int | None) -> bytes:
    """Fix date and time of the header, and name the weight variable there."""
    made = bytearray(content)
    when = as_datetime(epoch)
    stamp = when.strftime("%d %b %y%H:%M:%S").encode("ascii")
    made[SAV_DATE : SAV_DATE + len(stamp)] = stamp
    if weight is not None:
        made[SAV_WEIGHT : SAV_WEIGHT + 4] = struct.pack("<i", _segment(content, weight))
    return bytes(made)


def _segment(content: bytes, wanted: int) -> int:
    """Count the records of the dictionary up to a column: a long text takes several.

    The variables before it may be no longer than 255 bytes, of which there is one record each of 8 bytes.
    """
    at, segment, column = SAV_DICTIONARY, 0, -1
    while struct.unpack_from("<i", content, at)[0] == VARIABLE_RECORD:
        kind, labelled, missing = struct.unpack_from("<iii", content, at + 4)
        segment += 1
        column += kind != -1
        if column == wanted:
            return segment
        at += 32
        if labelled:
            at += 4 + -(-struct.unpack_from("<i", content, at)[0] // 4) * 4
        at += 8 * abs(missing)
    raise ValueError("the dictionary of the .sav file has fewer variables than the table")


def write_dta(file: AnalysisFile, path: Path, epoch: int) -> list[str]:
    """Write the file for Stata 14 and later, missing codes as .a, .b, ...

    Returns
    -------
    list of str
        What could not be kept as it is.
    """
    import pyreadstat

    names = legal_names((variable.name for variable in file.variables), STATA)
    told = _renamed(names, STATA)
    table, answers, letters = file.table.copy(), {}, {}
    labels: dict[str, str | None] = {}
    for variable in file.variables:
        name = names[variable.name]
        labels[name] = _label(variable, STATA)
        column, coded, used, lost = _stata_column(table[variable.name], variable)
        table[variable.name] = column
        told += lost
        if coded:
            answers[name] = coded
        if used:
            letters[name] = used
    pyreadstat.write_dta(
        table.rename(columns=names), str(path), file_label=cut(file.label, 80, bytes_count=False),
        column_labels=labels, variable_value_labels=answers, missing_user_values=letters, version=14,
    )  # fmt: skip
    when = as_datetime(epoch).strftime("%d %b %Y %H:%M").encode("ascii")
    path.write_bytes(re.sub(rb"(<timestamp>.)[^<]{17}", rb"\g<1>" + when, path.read_bytes(), count=1))
    return told


def _stata_column(
    column: pd.Series, variable: Variable
) -> tuple[pd.Series, dict[Any, str], list[str], list[str]]:
    """Give the column as Stata holds it, its labels, the letters of its missing codes, and what is lost."""
    if variable.form == "day":
        return column.dt.date, {}, [], []
    if variable.form == "text":
        return _stata_text(column, variable)
    letter = dict(zip(variable.missing, LETTERS, strict=False))
    whole = {code: text for code, text in variable.values.items() if float(code).is_integer()}
    lost = []
    if len(whole) < len(variable.values):
        lost.append(f"Stata: {variable.name} has codes that are no whole numbers; their labels are left out.")
    coded: dict[Any, str] = {int(code): text for code, text in whole.items()}
    coded |= {letter[code]: text for code, text in variable.missing.items() if code in letter}
    if not letter:
        return column, coded, [], lost
    mixed = column.astype(object).where(column.notna(), None)
    letters = {code: letter.get(code) for code in variable.missing}
    return mixed.map(lambda value: letters.get(value, value)), coded, list(letter.values()), lost


def _stata_text(
    column: pd.Series, variable: Variable
) -> tuple[pd.Series, dict[Any, str], list[str], list[str]]:
    """Levels that have names become numbers, since Stata labels no text."""
    named = {level: text for level, text in variable.values.items() if level != text}
    if named:
        order = {level: number for number, level in enumerate(variable.values, start=1)}
        coded = {order[level]: f"{text} ({level})" for level, text in variable.values.items()}
        return column.map(order).astype("float64"), coded, [], []
    text = column.astype(object).where(column.notna(), "").map(str)
    short = text.map(lambda told: cut(told, STATA_TEXT, bytes_count=True))
    lost = int((short != text).sum())
    said = f"Stata: {lost} answers to {variable.name} are longer than {STATA_TEXT} bytes and end there."
    return short, {}, [], [said] if lost else []


def _label(variable: Variable, limits: Format) -> str:
    return cut(variable.label, limits.label, bytes_count=limits.bytes_count)


def _renamed(names: dict[str, str], limits: Format) -> list[str]:
    return [f"{limits.name}: {name} is called {told}." for name, told in names.items() if name != told]
