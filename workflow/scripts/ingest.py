"""Stage 1: survey file and staff list, checked against codebook and configuration, as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from _shared import Output, run, section, write_json, write_parquet
from surveypipe.intake.files import read_codebook, read_survey, read_text_table, verify_checksums
from surveypipe.intake.frame import build_frame, check_headcounts
from surveypipe.intake.ingestion import (
    FileLabels,
    check_identifiers,
    label_conflicts,
    match_columns,
    same_answers,
    typed,
    unknown_codes,
)
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.codebook import Codebook, code_text
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.response import Response

T = TypeVar("T")


def main(
    *,
    config: dict[str, Any],
    survey: Path,
    staff_list: Path,
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
    problems, listed = Problems(), section(config, "frame", Frame)
    asked = _try(problems, read_codebook, codebook)
    answered = _try(problems, lambda path: read_survey(path, encoding), survey)
    staff = _try(problems, read_text_table, staff_list)
    counts = _try(problems, read_text_table, headcounts) if headcounts else None
    raw_files = [survey, staff_list, *([headcounts] if headcounts else [])]
    verify_checksums(checksums, raw_files, problems)
    people = records = None
    if staff is not None:
        outcomes = list(section(config, "response", Response).dispositions)
        people = build_frame(
            staff, listed, section(config, "groups", Groups), outcomes, problems, str(staff_list),
            numeric=numeric,
        )  # fmt: skip
        if counts is not None and len(people):
            check_headcounts(counts, people, problems, str(headcounts))
    if asked is not None and answered is not None:
        raw, told = answered
        source = str(survey)
        matched, names = match_columns(raw, asked, problems, source)
        records = typed(matched, told, asked, problems, source)
        problems.extend(f"{source}: {text}" for text in label_conflicts(told, names, asked))
        notes = told.notes + same_answers(asked, str(codebook))
        for note in notes + unknown_codes(records, asked, problems, source):
            print(f"Note: {note}")
        _check_identifier(listed, asked, problems)
        if people is not None and asked.identified:
            check_identifiers(records, people, asked.id_variable, problems, source)
    problems.raise_if_any()
    assert records is not None and people is not None and answered is not None
    write_parquet(records, responses)
    write_parquet(people, frame)
    write_json(_labels_json(answered[1]), labels)
    print(f"{len(records)} questionnaires in the file, {len(people)} staff on the list.")


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
    }


if __name__ == "__main__":
    run(main)
