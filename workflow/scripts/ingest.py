"""Stage 1: survey file and staff list, checked against codebook and configuration, as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import pandas as pd

from _shared import Output, run, section, write_json, write_parquet
from surveypipe.intake.columns import typed
from surveypipe.intake.files import read_codebook, read_survey, read_text_table, verify_checksums
from surveypipe.intake.frame import build_frame, check_headcounts
from surveypipe.intake.frame_without_list import frame_of_counts, frame_of_records, identified, read_counts
from surveypipe.intake.ingestion import (
    check_identifiers,
    label_conflicts,
    match_columns,
    same_answers,
    unknown_codes,
)
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.codebook import Codebook, code_text
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.response import Response

T = TypeVar("T")


def main(
    *,
    config: dict[str, Any],
    survey: Path,
    staff_list: Annotated[Path | None, "CSV with a row for each person invited"] = None,
    counts: Annotated[Path | None, "CSV of headcounts, where there is no list"] = None,
    checksums: Path,
    codebook: Path,
    headcounts: Annotated[Path | None, "CSV of variable, level, n"] = None,
    encoding: Annotated[str | None, "encoding of the text in the survey file"] = None,
    numeric: Annotated[Sequence[str], "columns of the staff list with numbers"] = (),
    responses: Output,
    frame: Output,
    labels: Output,
) -> None:
    """Read, check and write; all problems at once."""
    problems = Problems()
    asked = _try(problems, read_codebook, codebook)
    answered = _try(problems, lambda path: read_survey(path, encoding), survey)
    verify_checksums(checksums, [path for path in (survey, staff_list, counts, headcounts) if path], problems)
    records = people = None
    if staff_list:
        people = listed_people(config, staff_list, headcounts, numeric, problems)
    if asked is not None and answered is not None:
        records = checked_records(answered, asked, codebook, survey, problems)
        if people is not None:
            _check_identifier(section(config, "frame", Frame), asked, problems)
            check_identifiers(records, people, asked.id_variable, problems, str(survey))
        elif not staff_list:
            records, people = unlisted_people(config, records, asked, survey, counts, problems)
    problems.raise_if_any()
    assert records is not None and people is not None and answered is not None
    write_parquet(records, responses)
    write_parquet(people, frame)
    write_json(_labels_json(answered[1]), labels)
    known = f", {len(people)} people known of" if staff_list or counts else ""
    print(f"{len(records)} records in the file{known}.")


def listed_people(
    config: dict[str, Any],
    staff_list: Path,
    headcounts: Path | None,
    numeric: Sequence[str],
    problems: Problems,
) -> pd.DataFrame | None:
    """Read and check the list, beside the headcounts that it must agree with."""
    staff = _try(problems, read_text_table, staff_list)
    counts = _try(problems, read_text_table, headcounts) if headcounts else None
    if staff is None:
        return None
    people = build_frame(
        staff,
        section(config, "frame", Frame),
        section(config, "groups", Groups),
        list(section(config, "response", Response).dispositions),
        problems,
        str(staff_list),
        numeric=numeric,
    )
    if counts is not None and len(people):
        check_headcounts(counts, people, problems, str(headcounts))
    return people


def checked_records(
    answered: tuple[pd.DataFrame, FileLabels],
    asked: Codebook,
    codebook: Path,
    survey: Path,
    problems: Problems,
) -> pd.DataFrame:
    """Give the records the types of the codebook, and say what does not fit it."""
    raw, told = answered
    source = str(survey)
    matched, names = match_columns(raw, asked, problems, source)
    records = typed(matched, told, asked, problems, source)
    problems.extend(f"{source}: {text}" for text in label_conflicts(told, names, asked))
    notes = told.notes + same_answers(asked, str(codebook))
    for note in notes + unknown_codes(records, asked, problems, source):
        print(f"Note: {note}")
    return records


def unlisted_people(
    config: dict[str, Any],
    records: pd.DataFrame,
    asked: Codebook,
    survey: Path,
    counts: Path | None,
    problems: Problems,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Make the frame of the records or of the headcounts, and give every record an identifier."""
    records, note = identified(records, asked)
    if note:
        print(f"Note: {survey}: {note}")
    groups = [name for name in section(config, "groups", Groups) if name in asked.variables]
    if counts is None:
        return records, frame_of_records(records, asked, groups)
    given = _try(problems, read_text_table, counts)
    if given is None:
        return records, None
    cells = read_counts(given, asked, problems, str(counts))
    if cells.empty:
        return records, None
    return records, frame_of_counts(records, cells, asked, groups, problems, str(counts))


def _try(problems: Problems, read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except SurveyError as error:
        problems.extend(error.problems)
        return None


def _check_identifier(listed: Frame, asked: Codebook, problems: Problems) -> None:
    if listed.survey_id != asked.id_variable:
        given = asked.id_variable if asked.identified else "no variable"
        problems.add(
            f"frame.survey_id is {listed.survey_id}, but the codebook gives `role: id` to {given}; "
            "they must be the same."
        )


def _labels_json(labels: FileLabels) -> dict:
    def text(code: object) -> str:
        return code_text(float(code)) if isinstance(code, int | float) else str(code)

    return {
        "file_label": labels.file_label,
        "variables": labels.variables,
        "values": {n: {text(c): v for c, v in codes.items()} for n, codes in labels.values.items()},
        "missing": {n: [[text(lo), text(hi)] for lo, hi in ranges] for n, ranges in labels.missing.items()},
        "set_aside": [
            {"column": column, "row": row, "value": value} for column, row, value in labels.set_aside
        ],
    }


if __name__ == "__main__":
    run(main)
