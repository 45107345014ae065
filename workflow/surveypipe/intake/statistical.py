"""Files of SPSS, Stata and SAS: records, labels, days, and text in the wrong encoding."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.intake.labels import FileLabels, FileSet
from surveypipe.intake.timestamps import YEARS, Program, converted, stamp_of
from surveypipe.problems import SurveyError, shown

if TYPE_CHECKING:
    import pandas as pd

READERS: dict[str, tuple[str, Program]] = {
    ".sav": ("read_sav", "SPSS"),
    ".zsav": ("read_sav", "SPSS"),
    ".por": ("read_por", "SPSS"),
    ".dta": ("read_dta", "Stata"),
    ".sas7bdat": ("read_sas7bdat", "SAS"),
    ".xpt": ("read_xport", "SAS"),
}
KEEPS_MISSING = ("read_sav", "read_dta", "read_sas7bdat")
# What programs on Windows wrote before Unicode, and declared wrongly most often.
FALLBACK = "WINDOWS-1252"


def read_statistical(path: Path, encoding: str | None = None) -> tuple[pd.DataFrame, FileLabels]:
    """Read a file of SPSS, Stata or SAS, user-missing codes still in.

    Days arrive as datetime64[ns], times of day and durations as text.

    Parameters
    ----------
    path
        The file; its ending says whose it is.
    encoding
        Encoding of its text; left out: what the file declares, else Windows-1252, with a note.

    Raises
    ------
    SurveyError
        If it is of another kind than its name says, damaged, or in an encoding that is not the one given.
    """
    reader, program = READERS[path.suffix.lower()]
    _check_kind(path, reader)
    notes: list[str] = []
    raw, meta = _read(path, reader, encoding, notes)
    labels = _labels(meta, notes)
    for name, written in meta.original_variable_types.items():
        stamp = stamp_of(written, program)
        if stamp is not None and name in raw and _numbers(raw[name]):
            raw[name], lost = converted(raw[name], stamp, program)
            _set_aside(path, name, lost, labels)
    if reader == "read_por":
        labels.notes.append(
            f"{path}: from a .por file, values that SPSS marks as missing are read as blanks; "
            'save the file as .sav to keep "refused" apart from blank.'
        )
    return raw, labels


def _check_kind(path: Path, reader: str) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if reader == "read_sav" and not start.startswith((b"$FL2", b"$FL3")):
        raise SurveyError(
            f"{path}: this is not an SPSS file, although its name says so "
            f"(it begins {start.decode('latin-1')!r}); save it from SPSS as .sav, or give it the "
            "ending of what it is."
        )


def _read(path: Path, reader: str, encoding: str | None, notes: list[str]) -> tuple[pd.DataFrame, Any]:
    """Read in the encoding given, or in the declared one and, where that fails, in Windows-1252."""
    import pyreadstat

    try:
        return _read_in(path, reader, encoding)
    except (pyreadstat.ReadstatError, UnicodeError, ValueError, OSError, OverflowError) as error:
        failed = error
    if not _of_encoding(failed):
        raise SurveyError(
            f"{path}: the file cannot be read ({str(failed).strip().rstrip('.')}); it is damaged or cut "
            "short. Copy it again from where it came from."
        ) from failed
    if encoding:
        raise SurveyError(
            f"{path}: its text cannot be read as {encoding} ({str(failed).strip().rstrip('.')}). Correct "
            "`inputs.encoding` in the configuration, or leave it out; windows-1252 and utf-8 are the usual "
            "ones."
        ) from failed
    try:
        read = _read_in(path, reader, FALLBACK)
    except (pyreadstat.ReadstatError, UnicodeError, ValueError, OSError, OverflowError) as error:
        raise SurveyError(
            f"{path}: its text is in neither the encoding that the file declares nor in {FALLBACK}. Say "
            "which under `inputs.encoding` in the configuration (cp850, gb18030, shift_jis)."
        ) from error
    notes.append(
        f"{path}: the text is not in the encoding that the file declares; it is read as {FALLBACK}. If "
        "letters look wrong, say which it is under `inputs.encoding`."
    )
    return read


def _read_in(path: Path, reader: str, encoding: str | None) -> tuple[pd.DataFrame, Any]:
    import pyreadstat

    options: dict[str, Any] = {"user_missing": True} if reader in KEEPS_MISSING else {}
    if encoding:
        options["encoding"] = encoding
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Days are made here: one that is impossible would end the reading of the whole file.
        read: tuple[pd.DataFrame, Any] = getattr(pyreadstat, reader)(
            str(path), disable_datetime_conversion=True, **options
        )
    return read


def _of_encoding(error: Exception) -> bool:
    return isinstance(error, UnicodeError) or any(
        word in str(error).lower() for word in ("encoding", "convert string", "character set")
    )


def _numbers(column: pd.Series) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(column) or column.dropna().map(type).isin([int, float]).all())


def _set_aside(path: Path, name: str, lost: pd.Series, labels: FileLabels) -> None:
    rows = [int(str(row)) + 1 for row in lost.index]
    labels.set_aside += [(name, row, f"{value:g}") for row, value in zip(rows, lost, strict=True)]
    if rows:
        labels.notes.append(
            f"{path}: {name} holds no possible day in {'row' if len(rows) == 1 else 'rows'} {shown(rows)} "
            f"(before {YEARS[0]} or after {YEARS[1]}); the cell is set aside as blank. Correct it in the "
            "source, and export the file again."
        )


def _labels(meta: Any, notes: list[str]) -> FileLabels:
    missing = {
        name: [(entry["lo"], entry["hi"]) for entry in ranges]
        for name, ranges in (meta.missing_ranges or {}).items()
    }
    return FileLabels(
        variables={k: v or "" for k, v in meta.column_names_to_labels.items()},
        values={name: dict(values) for name, values in meta.variable_value_labels.items()},
        missing=missing,
        measures={k: v for k, v in (meta.variable_measure or {}).items() if v and v != "unknown"},
        sets={name: _file_set(entry, meta) for name, entry in (meta.mr_sets or {}).items()},
        file_label=meta.file_label or "",
        notes=notes,
    )


def _file_set(entry: dict[str, Any], meta: Any) -> FileSet:
    """Read one multiple-response set; its columns are in capitals in the file, whatever they are called."""
    by_fold = {name.casefold(): name for name in meta.column_names}
    columns = [by_fold[name.casefold()] for name in entry["variable_list"] if name.casefold() in by_fold]
    counted = entry.get("counted_value")
    ticked = float(counted) if entry.get("is_dichotomy") and counted is not None else None
    return FileSet(entry.get("label") or "", tuple(columns), ticked)
