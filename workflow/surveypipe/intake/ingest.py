"""The files of a study read, checked against its codebook and configuration, and against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from surveypipe.intake.columns import typed
from surveypipe.intake.files import read_codebook, read_survey, read_text_table, verify_checksums
from surveypipe.intake.frame import build_frame, check_headcounts
from surveypipe.intake.frame_without_list import (
    check_cells,
    frame_of_counts,
    frame_of_records,
    identified,
    read_counts,
    with_selection,
)
from surveypipe.intake.ingestion import (
    check_identifiers,
    label_conflicts,
    match_columns,
    same_answers,
    single_answers,
    unknown_codes,
)
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import Problems
from surveypipe.study.codebook import Codebook
from surveypipe.study.design import Sampling
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.margins import population_size
from surveypipe.study.response import Response

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Files:
    """The files of a study that hold data, and what is said of reading them.

    Parameters
    ----------
    survey, checksums, codebook
        The survey, the sums of the raw files, and what each column means.
    staff_list
        CSV with a row for each person invited.
    counts
        CSV of headcounts, where there is no list.
    headcounts
        CSV of headcounts with which the list must agree.
    encoding
        Encoding of the text in the survey file.
    numeric
        Columns of the staff list with numbers.
    """

    survey: Path
    checksums: Path
    codebook: Path
    staff_list: Path | None = None
    counts: Path | None = None
    headcounts: Path | None = None
    encoding: str | None = None
    numeric: Sequence[str] = ()

    def raw(self) -> list[Path]:
        """Files that the checksums must name."""
        return [path for path in (self.survey, self.staff_list, self.counts, self.headcounts) if path]


@dataclass
class Ingested:
    """What the files hold.

    Attributes
    ----------
    records, people
        One row per record of the survey; one per person known of.
    labels
        What the survey file says of itself.
    notes
        What a researcher should know and that stops nothing.
    """

    records: pd.DataFrame
    people: pd.DataFrame
    labels: FileLabels
    notes: list[str] = field(default_factory=list)


def ingest(files: Files, frame: Frame, groups: Groups, response: Response, design: Sampling) -> Ingested:
    """Read and check all files.

    Raises
    ------
    SurveyError
        With all that is wrong.
    """
    problems, notes = Problems(), list[str]()
    asked = problems.attempt(lambda: read_codebook(files.codebook))
    answered = problems.attempt(lambda: read_survey(files.survey, files.encoding))
    verify_checksums(files.checksums, files.raw(), problems)
    records = people = None
    if files.staff_list:
        people = _listed_people(files, files.staff_list, frame, groups, response, problems)
    if asked is not None and answered is not None:
        records = _checked_records(answered, asked, files, problems, notes)
        if people is not None:
            _check_identifier(frame, asked, problems)
            check_identifiers(records, people, asked.id_variable, problems, str(files.survey))
        elif not files.staff_list:
            records, people = _unlisted_people(files, frame, groups, design, records, asked, problems, notes)
    problems.raise_if_any()
    assert records is not None and people is not None and answered is not None
    return Ingested(records, people, answered[1], notes)


def _listed_people(
    files: Files, staff_list: Path, frame: Frame, groups: Groups, response: Response, problems: Problems
) -> pd.DataFrame | None:
    """Read and check the list, beside the headcounts that it must agree with."""
    staff = problems.attempt(lambda: read_text_table(staff_list))
    headcounts = files.headcounts
    counts = problems.attempt(lambda: read_text_table(headcounts)) if headcounts else None
    if staff is None:
        return None
    outcomes, source = list(response.dispositions), str(staff_list)
    people = build_frame(staff, frame, groups, outcomes, problems, source, numeric=files.numeric)
    if counts is not None and len(people):
        check_headcounts(counts, people, problems, str(headcounts))
    return people


def _checked_records(
    answered: tuple[pd.DataFrame, FileLabels],
    asked: Codebook,
    files: Files,
    problems: Problems,
    notes: list[str],
) -> pd.DataFrame:
    """Give the records the types of the codebook, and say what does not fit it."""
    raw, told = answered
    source = str(files.survey)
    matched, names = match_columns(raw, asked, problems, source)
    records = typed(matched, told, asked, problems, source)
    problems.extend(f"{source}: {text}" for text in label_conflicts(told, names, asked))
    notes += told.notes + same_answers(asked, str(files.codebook))
    notes += unknown_codes(records, asked, problems, source)
    notes += single_answers(records, asked, source)
    return records


def _unlisted_people(
    files: Files,
    frame: Frame,
    groups: Groups,
    design: Sampling,
    records: pd.DataFrame,
    asked: Codebook,
    problems: Problems,
    notes: list[str],
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Make the frame of the records or of the headcounts, and give every record an identifier."""
    records, note = identified(records, asked)
    notes += [f"{files.survey}: {note}"] if note else []
    named = [name for name in groups if name in asked.variables]
    counts = files.counts
    if counts is None:
        return records, _frame_of_records(records, asked, frame, named, design, problems)
    given = problems.attempt(lambda: read_text_table(counts))
    if given is None:
        return records, None
    cells = read_counts(given, asked, problems, str(counts))
    if cells.empty:
        return records, None
    if design.drawn:
        check_cells(records, cells, asked, problems, str(counts))
        return records, _frame_of_records(records, asked, frame, named, design, problems)
    return records, frame_of_counts(records, cells, asked, named, problems, str(counts))


def _frame_of_records(
    records: pd.DataFrame,
    asked: Codebook,
    frame: Frame,
    groups: Sequence[str],
    design: Sampling,
    problems: Problems,
) -> pd.DataFrame | None:
    """Make the frame where nobody is known by name, with the totals and the selection that are told."""
    size = None if design.drawn or design.kind == "convenience" else population_size(frame)
    margins = [name for name in frame.margins if name in records]
    if size is not None and size < len(records):
        problems.add(
            f"frame: {len(records)} records answered, and the population is {size:g}; find out which is "
            "right."
        )
    numbers = [name for name in frame.totals if name in records]
    people = frame_of_records(records, asked, groups, margins=margins, numbers=numbers, size=size)
    return with_selection(people, records, asked, design, problems) if design.drawn else people


def _check_identifier(listed: Frame, asked: Codebook, problems: Problems) -> None:
    if listed.survey_id != asked.id_variable:
        given = asked.id_variable if asked.identified else "no variable"
        problems.add(
            f"frame.survey_id is {listed.survey_id}, but the codebook gives `role: id` to {given}; "
            "they must be the same."
        )
