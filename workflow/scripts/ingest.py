"""Stage 1: survey file and staff list, checked against codebook and configuration, as Parquet."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from _reading import read_codebook, read_survey, read_text_table, verify_checksums
from _shared import parser, run, section, write_json, write_parquet
from surveypipe.codebook import code_text
from surveypipe.ingestion import (
    FileLabels,
    build_frame,
    check_headcounts,
    check_identifiers,
    label_conflicts,
    match_columns,
    same_answers,
    typed,
    unknown_codes,
)
from surveypipe.problems import Problems, SurveyError
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.response import Response

T = TypeVar("T")


def main(args: argparse.Namespace) -> None:
    """Read, check and write; all problems at once."""
    problems, listed = Problems(), section(args.config, "frame", Frame)
    codebook = _try(problems, read_codebook, args.codebook)
    survey = _try(problems, read_survey, args.survey)
    staff = _try(problems, read_text_table, args.staff_list)
    counts = _try(problems, read_text_table, args.headcounts) if args.headcounts else None
    raw_files = [args.survey, args.staff_list, *([args.headcounts] if args.headcounts else [])]
    verify_checksums(args.checksums, raw_files, problems)
    frame = responses = None
    if staff is not None:
        outcomes = list(section(args.config, "response", Response).dispositions)
        frame = build_frame(
            staff, listed, section(args.config, "groups", Groups), outcomes, problems, str(args.staff_list),
            numeric=args.numeric,
        )  # fmt: skip
        if counts is not None and len(frame):
            check_headcounts(counts, frame, problems, str(args.headcounts))
    if codebook is not None and survey is not None:
        raw, labels = survey
        source = str(args.survey)
        matched, names = match_columns(raw, codebook, problems, source)
        responses = typed(matched, labels, codebook, problems, source)
        problems.extend(f"{source}: {text}" for text in label_conflicts(labels, names, codebook))
        notes = labels.notes + same_answers(codebook, str(args.codebook))
        for note in notes + unknown_codes(responses, codebook, problems, source):
            print(f"Note: {note}")
        _check_identifier(listed, codebook.id_variable, problems)
        if frame is not None:
            check_identifiers(responses, frame, codebook.id_variable, problems, source)
    problems.raise_if_any()
    assert responses is not None and frame is not None and survey is not None
    write_parquet(responses, args.responses)
    write_parquet(frame, args.frame)
    write_json(_labels_json(survey[1]), args.labels)
    print(f"{len(responses)} questionnaires in the file, {len(frame)} staff on the list.")


def _try(problems: Problems, read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except SurveyError as error:
        problems.extend(error.problems)
        return None


def _check_identifier(listed: Frame, id_variable: str, problems: Problems) -> None:
    if listed.survey_id != id_variable:
        problems.add(
            f"frame.survey_id is {listed.survey_id}, but the codebook gives `role: id` to {id_variable}; "
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
    options = parser(
        "Check the survey file and the staff list, and write them as Parquet.",
        inputs=("survey", "staff_list", "checksums", "codebook"),
        outputs=("responses", "frame", "labels"),
    )
    options.add_argument("--numeric", nargs="*", default=[], help="columns of the staff list with numbers")
    options.add_argument("--headcounts", type=Path, default=None, help="CSV of variable, level, n")
    run(options, main)
