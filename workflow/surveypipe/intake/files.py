"""Files from outside: survey data in any usual format, the staff list, checksums, the codebook."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from surveypipe.intake.header_rows import without_header_rows
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.several_answers import with_boxes
from surveypipe.intake.statistical import READERS, read_statistical
from surveypipe.intake.text_tables import read_csv_text, with_decimal_points
from surveypipe.intake.workbooks import read_workbook
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.provenance import checksum
from surveypipe.study.codebook import Codebook
from surveypipe.study.codebook_parsing import parse_codebook
from surveypipe.study.reading import read_yaml
from surveypipe.text_files import read_text

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (*READERS, ".csv", ".xlsx")


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
            f"{path}: survey files may end in {', '.join(SUFFIXES)}; this one ends in {suffix!r}. Save it as "
            "one of these, or correct `inputs`."
        )
    check_present(path)
    if suffix in READERS:
        raw, labels = read_statistical(path, encoding)
    else:
        labels = FileLabels()
        found = read_csv_text(path, encoding, labels.notes) if suffix == ".csv" else None
        raw = read_workbook(path, labels.notes) if found is None else found
        raw, labels.variables, under = without_header_rows(raw)
        if under:
            labels.notes.append(
                f"{path}: {under} more {'row names' if under == 1 else 'rows name'} the columns, as survey "
                "platforms write them; they are no records."
            )
        raw, several = with_boxes(raw)
        if several:
            labels.notes.append(
                f"{path}: {shown(several)}: cells hold several answers; each answer is read as a box of its "
                "own."
            )
        raw, pointed = with_decimal_points(raw)
        if pointed:
            labels.notes.append(f"{path}: {shown(pointed)}: decimal commas are read as decimal points.")
    if raw.empty:
        raise SurveyError(f"{path}: the file holds no records.")
    labels.folder = str(path).removesuffix(path.name)
    return raw, labels


def read_text_table(path: Path, encoding: str | None = None) -> pd.DataFrame:
    """Read a CSV as text; see :func:`surveypipe.intake.text_tables.read_csv_text`."""
    check_present(path)
    return read_csv_text(path, encoding, [])


def check_present(path: Path) -> None:
    """Stop with what lies beside it where a file is not there or is empty.

    Raises
    ------
    SurveyError
        If it cannot be read.
    """
    if not path.is_file():
        beside = sorted(p.name for p in path.parent.glob("*")) if path.parent.is_dir() else []
        there = (
            f"in {path.parent} there are {shown(beside)}" if beside else f"the folder {path.parent} is empty"
        )
        raise SurveyError(f"{path}: there is no such file ({there}); put it there or correct `inputs`.")
    if path.stat().st_size == 0:
        raise SurveyError(f"{path}: the file is empty (0 bytes); copy it again.")


def verify_checksums(sums: Path, files: list[Path], problems: Problems) -> None:
    """Compare files with the sums taken when they were put there (format of ``sha256sum``)."""
    if not sums.is_file():
        problems.add(f"{sums}: there is no such file. {_how_to_sum(sums, files)}")
        return
    stated = {}
    for line in (problems.attempt(lambda: read_text(sums)) or "").splitlines():
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
    """Add a line for each file that has none; a line that stands is never changed. Return the names added.

    Raises
    ------
    SurveyError
        If a file is not there.
    """
    for path in files:
        check_present(path)
    lines = read_text(sums).splitlines() if sums.is_file() else []
    listed = {line.partition(" ")[2].strip().lstrip("*") for line in lines}
    new = {name: path for path in files if (name := _from_folder_of(sums, path)) not in listed}
    lines += [f"{checksum(path)}  {name}" for name, path in new.items()]
    sums.parent.mkdir(parents=True, exist_ok=True)
    sums.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return list(new)


def _from_folder_of(sums: Path, path: Path) -> str:
    """Path of a file from the folder of the sums, as ``sha256sum -c`` looks for it there."""
    return Path(os.path.relpath(path, sums.parent)).as_posix()


def _how_to_sum(sums: Path, files: list[Path]) -> str:
    names = " ".join(shlex.quote(_from_folder_of(sums, path)) for path in files)
    return f"To record it, type: cd {shlex.quote(str(sums.parent))} && sha256sum {names} >> {sums.name}"


def read_codebook(path: Path) -> Codebook:
    """Read and check the codebook."""
    check_present(path)
    return parse_codebook(read_yaml(path), str(path))
