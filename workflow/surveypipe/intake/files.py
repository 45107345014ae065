"""Files from outside: survey data in any usual format, the staff list, checksums, the codebook."""

from __future__ import annotations

import hashlib
import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveypipe.intake.ingestion import FileLabels
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.codebook import Codebook
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.reading import read_yaml

if TYPE_CHECKING:
    import pandas as pd

READERS = {
    ".sav": "read_sav",
    ".zsav": "read_sav",
    ".por": "read_por",
    ".dta": "read_dta",
    ".sas7bdat": "read_sas7bdat",
    ".xpt": "read_xport",
}
SUFFIXES = (*READERS, ".csv", ".xlsx")
KEEPS_MISSING = ("read_sav", "read_dta", "read_sas7bdat")


def read_survey(path: Path, encoding: str | None = None) -> tuple[pd.DataFrame, FileLabels]:
    """Read survey records with user-missing codes still in, and the labels that the file carries.

    Parameters
    ----------
    path
        The survey file.
    encoding
        Encoding of its text (``inputs.encoding``); left out: what the file declares.

    Raises
    ------
    SurveyError
        If the file is missing, of another kind than its name says, cut short, or empty.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SurveyError(
            f"{path}: survey files may end in {', '.join(SUFFIXES)}; this one ends in {suffix!r}."
        )
    _check_present(path)
    if suffix == ".csv":
        raw, labels = read_text_table(path, encoding), FileLabels()
    elif suffix == ".xlsx":
        raw, labels = _read_workbook(path), FileLabels()
    else:
        raw, labels = _read_statistical(path, READERS[suffix], encoding)
    if raw.empty:
        raise SurveyError(f"{path}: the file holds no records.")
    return raw, labels


def _check_present(path: Path) -> None:
    if not path.is_file():
        beside = sorted(p.name for p in path.parent.glob("*")) if path.parent.is_dir() else []
        there = (
            f"in {path.parent} there are {shown(beside)}" if beside else f"the folder {path.parent} is empty"
        )
        raise SurveyError(f"{path}: there is no such file ({there}); put it there or correct `inputs`.")
    if path.stat().st_size == 0:
        raise SurveyError(f"{path}: the file is empty (0 bytes); copy it again.")


def _read_statistical(path: Path, reader: str, encoding: str | None) -> tuple[pd.DataFrame, FileLabels]:
    import pyreadstat

    start = path.read_bytes()[:8]
    if reader == "read_sav" and not start.startswith((b"$FL2", b"$FL3")):
        raise SurveyError(
            f"{path}: this is not an SPSS file, although its name says so "
            f"(it begins {start.decode('latin-1')!r}); save it from SPSS as .sav, or give it the "
            "ending of what it is."
        )
    options: dict[str, Any] = {"user_missing": True} if reader in KEEPS_MISSING else {}
    if encoding:
        options["encoding"] = encoding
    try:
        read = getattr(pyreadstat, reader)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw, meta = read(str(path), **options)
    except (pyreadstat.ReadstatError, UnicodeError, ValueError, OSError) as error:
        raise SurveyError(
            f"{path}: the file cannot be read ({str(error).strip().rstrip('.')}); it is damaged or cut "
            "short. Copy it again from where it came from."
        ) from error
    labels = _labels(meta)
    if reader == "read_por":
        labels.notes.append(
            f"{path}: from a .por file, values that SPSS marks as missing are read as blanks; "
            'save the file as .sav to keep "refused" apart from blank.'
        )
    return raw, labels


def _labels(meta: Any) -> FileLabels:
    missing = {
        name: [(entry["lo"], entry["hi"]) for entry in ranges]
        for name, ranges in (meta.missing_ranges or {}).items()
    }
    return FileLabels(
        variables={k: v or "" for k, v in meta.column_names_to_labels.items()},
        values={name: dict(values) for name, values in meta.variable_value_labels.items()},
        missing=missing,
        file_label=meta.file_label or "",
    )


def read_text_table(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Read a CSV as text; comma, semicolon or tab; UTF-8, or what Excel writes on Windows."""
    import pandas as pd

    _check_present(path)
    content = path.read_bytes()
    if b"\0" in content:
        named = path.suffix.lower() in (".csv", ".txt", ".tsv")
        what = "this is not a CSV file, although its name says so" if named else "this must be a CSV file"
        raise SurveyError(f"{path}: {what}; in Excel, save it as 'CSV UTF-8 (comma delimited)'.")
    try:
        text = content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=first.count)
    from io import StringIO

    try:
        return pd.read_csv(StringIO(text), sep=separator, dtype="str", keep_default_na=False, na_values=[""])
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SurveyError(
            f"{path}: the table cannot be read ({str(error).strip()}); export it again as CSV."
        ) from error


def _read_workbook(path: Path) -> pd.DataFrame:
    import zipfile

    import pandas as pd

    try:
        return pd.read_excel(path, keep_default_na=False, na_values=[""])
    except (zipfile.BadZipFile, ValueError, KeyError, OSError) as error:
        raise SurveyError(
            f"{path}: this is not an Excel workbook (.xlsx), or it is damaged; save it again from Excel."
        ) from error


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verify_checksums(sums: Path, files: list[Path], problems: Problems) -> None:
    """Compare files with the sums taken when they were put there (format of ``sha256sum``)."""
    if not sums.is_file():
        problems.add(f"{sums}: there is no such file. {_how_to_sum(sums, files)}")
        return
    stated = {}
    for line in sums.read_text(encoding="utf-8").splitlines():
        digest, _, name = line.strip().partition(" ")
        stated[(sums.parent / name.strip().lstrip("*")).resolve()] = digest.lower()
    for path in files:
        if not path.is_file():
            continue
        expected = stated.get(path.resolve())
        if expected is None:
            problems.add(f"{sums}: no line for {path.name}. {_how_to_sum(sums, [path])}")
        elif expected != checksum(path):
            problems.add(
                f"{path}: the file has changed since its checksum was taken; raw data are never edited. "
                f"Bring back the old file; if a new delivery replaces it, delete its line in {sums}. "
                f"{_how_to_sum(sums, [path])}"
            )


def add_checksums(sums: Path, files: list[Path]) -> list[str]:
    """Add a line for each file that has none; a line that stands is never changed. Return the names added."""
    lines = sums.read_text(encoding="utf-8").splitlines() if sums.is_file() else []
    listed = {line.partition(" ")[2].strip().lstrip("*") for line in lines}
    new = [path for path in files if path.name not in listed]
    lines += [f"{checksum(path)}  {path.name}" for path in new]
    sums.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [path.name for path in new]


def _how_to_sum(sums: Path, files: list[Path]) -> str:
    names = " ".join(shlex.quote(path.name) for path in files)
    return f"To record it, type: cd {shlex.quote(str(sums.parent))} && sha256sum {names} >> {sums.name}"


def read_codebook(path: Path) -> Codebook:
    """Read and check the codebook."""
    _check_present(path)
    return parse_codebook(read_yaml(path), str(path))
