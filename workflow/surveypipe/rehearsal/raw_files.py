"""A survey's raw file written from records: SPSS, Stata, SAS transport, CSV or Excel, as its name says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.study.codebook import Codebook, Variable

if TYPE_CHECKING:
    import pandas as pd

# Offset of creation date and time in the header of a .sav file, and what is written there in every run.
STAMP = (92, b"01 Jun 1208:00:00")
# What nobody can write is written as another kind that the tool reads.
WRITTEN_AS = {".sas7bdat": ".xpt"}

# Signs that a workbook cannot hold in a cell, and in the name of a sheet.
NO_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
NO_SHEET = re.compile(r"[\x00-\x1f\\/?*:\[\]]")


@dataclass(frozen=True)
class _Told:
    """What a statistical file says of its columns, under the names of the file."""

    labels: dict[str, str | None]
    values: dict[str, dict[int | float, str]]
    missing: dict[str, list[Any]]
    measures: dict[str, str]
    formats: dict[str, str]


def write_survey(records: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    """Write records as the file of a survey.

    Parameters
    ----------
    records
        One row per record, columns under the codebook's names: codes and numbers, days, text.
    codebook
        What the columns mean.
    path
        File to write; its ending says the kind.
    label
        What the file says of itself, where the kind has room for it.
    """
    table = records.copy()
    for variable in codebook.variables.values():
        if variable.name in table:
            table[variable.name] = _plain(table[variable.name], variable)
    names = {variable.name: variable.in_file or variable.name for variable in codebook.variables.values()}
    WRITERS[path.suffix.lower()](table.rename(columns=names), codebook, path, label)


def _plain(column: pd.Series, variable: Variable) -> pd.Series:
    if variable.kind.form == "day":
        return column.dt.date
    if variable.kind.form == "text" or variable.role == "id":
        return column.astype(object).where(column.notna(), "")
    return column


def _told(codebook: Codebook) -> _Told:
    made = _Told({}, {}, {}, {}, {})
    for variable in codebook.variables.values():
        name = variable.in_file or variable.name
        made.labels[name] = "" if variable.role == "undocumented" else variable.question or variable.label
        made.measures[name] = variable.kind.measure
        coded: dict[int | float, str] = {**variable.values, **variable.missing_codes}
        if coded:
            made.values[name] = coded
        if variable.missing_range:
            made.missing[name] = [{"lo": variable.missing_range[0], "hi": variable.missing_range[1]}]
        elif variable.missing_codes:
            made.missing[name] = list(variable.missing_codes)
        if variable.kind.number:
            made.formats[name] = "F2.0" if variable.kind.listed else "F3.0"
    return made


def _wide(table: pd.DataFrame, told: _Told) -> dict[str, str]:
    """Give numbers that three digits cannot show a format that can."""
    wide = dict(told.formats)
    for name, form in told.formats.items():
        column = table[name].dropna()
        if form == "F3.0" and len(column) and ((column.abs() >= 1000).any() or (column % 1 != 0).any()):
            wide[name] = "F12.4"
    return wide


def _spss(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    import pyreadstat

    told = _told(codebook)
    pyreadstat.write_sav(
        table,
        str(path),
        file_label=label[:60],
        column_labels=told.labels,
        variable_value_labels=told.values,
        missing_ranges=told.missing,
        variable_measure=told.measures,
        variable_format=_wide(table, told),
        compress=path.suffix.lower() == ".zsav",
    )
    content = bytearray(path.read_bytes())
    start, stamp = STAMP
    content[start : start + len(stamp)] = stamp
    path.write_bytes(bytes(content))


def _portable(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    import pyreadstat

    pyreadstat.write_por(table, str(path), file_label=label[:60], column_labels=_told(codebook).labels)


def _stata(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    import pyreadstat

    told = _told(codebook)
    labels: dict[str, dict[int | float, str]] = {
        name: {int(code): text for code, text in coded.items()} for name, coded in told.values.items()
    }
    pyreadstat.write_dta(
        table, str(path), file_label=label[:80], column_labels=told.labels, variable_value_labels=labels
    )


def _transport(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    import pyreadstat

    pyreadstat.write_xport(
        table, str(path), file_label=label[:40], column_labels=_told(codebook).labels, file_format_version=8
    )


def _csv(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    _in_words(table).to_csv(path, index=False, lineterminator="\n")


def _workbook(table: pd.DataFrame, codebook: Codebook, path: Path, label: str) -> None:
    import pandas as pd

    made = _in_words(table).map(_without_signs).rename(columns=_without_signs)
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        made.to_excel(book, index=False, sheet_name=_sheet_name(label))
        for row in next(iter(book.sheets.values())).iter_rows():
            for cell in row:
                # A text that begins as a formula is a text, which a spreadsheet shows and does not compute.
                if cell.data_type == "f":
                    cell.data_type = "s"


def _without_signs(value: Any) -> Any:
    """Leave out of a text the signs that no cell of a workbook may hold."""
    return NO_CELL.sub("", value) if isinstance(value, str) else value


def _sheet_name(label: str) -> str:
    """Name a sheet by what a file says of itself, as far as the name of a sheet may say it."""
    return NO_SHEET.sub(" ", label.split(",")[0])[:31].strip().strip("'").strip() or "Answers"


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers without a decimal point, as survey platforms write them."""
    made = table.astype(object)
    for name in table:
        column = table[name]
        if column.dtype.kind == "f" and (column.dropna() % 1 == 0).all():
            made[name] = column.astype("Int64").astype(object)
    return made.where(table.notna(), None)


WRITERS: dict[str, Callable[[Any, Codebook, Path, str], None]] = {
    ".sav": _spss,
    ".zsav": _spss,
    ".por": _portable,
    ".dta": _stata,
    ".xpt": _transport,
    ".csv": _csv,
    ".xlsx": _workbook,
}
