"""A first draft of how a staff list is read, and of which questions a table of headcounts counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from surveypipe.identifiers import slug
from surveypipe.intake.answer_words import word
from surveypipe.intake.columns import as_text, blank_to_missing
from surveypipe.intake.days import read_days
from surveypipe.intake.frame_without_list import HEADCOUNT
from surveypipe.intake.guessing_words import alphabetical
from surveypipe.intake.identifying import ON_LIST, share_listed
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import SurveyError, shown
from surveypipe.study.codebook import code_text, same_number
from surveypipe.study.codebook_parsing import RESERVED

# Most levels of a column that is taken for categories, and of one by which results may be shown.
MOST_LEVELS, MOST_GROUPS = 30, 8
# Fewest people in a level by which results may be shown.
FEWEST = 10
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
# What a column is called that holds the outcome of contact, or the day of the invitation.
OUTCOME = re.compile(
    r"outcome|result|disposition|status|contact|response|returned|reply", flags=re.IGNORECASE
)
INVITED = re.compile(r"invit|sent|posted|mailed|dispatch|contacted|issued", flags=re.IGNORECASE)
# Words of an outcome, and AAPOR's code for who gave no usable questionnaire.
DISPOSITIONS = (
    (r"(questionnaire )?(returned|back|received|completed?|responded|answered|yes)", "2.12"),
    (r"refus(ed|al)|declined?|opted? out|withdrawn?", "2.111"),
    (r"no (reply|response|answer|contact)|nothing heard|non.?respon(se|dent)|not (returned|back)|silent|no",
     "2.20"),
    (r"(long.?term )?(sick|ill|absent|leave|away).*|maternity.*|on leave", "2.26"),
    (r"(returned |came |came back )?late", "2.27"),
    (r"(moved|left|gone|retired|ineligible|not eligible|no longer).*", "4.10"),
    (r"(undeliver(ed|able)|returned to sender|wrong address|bounced).*", "3.30"),
)  # fmt: skip


# Names that mean something of their own on a list.
OWN = {*RESERVED, "outcome", "invited"}


@dataclass(frozen=True)
class FrameDraft:
    """How a staff list is read, as far as it says so itself.

    Attributes
    ----------
    frame
        Section ``frame`` of the configuration.
    dispositions
        ``response.dispositions``, where every outcome on the list is a known word; else empty.
    groups
        Section ``groups`` of each variable by which results might be shown: which, the researcher decides.
    survey_id
        Column of the survey that holds the same numbers.
    share
        Share of the survey's numbers that are on the list.
    outcome
        Column that seems to hold the outcome of contact in words that are not known.
    findings
        Sentences on what was found.
    """

    frame: dict[str, Any]
    survey_id: str
    share: float
    outcome: str = ""
    dispositions: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


def draft_frame(
    staff: pd.DataFrame, survey: pd.DataFrame, id_variable: str | None = None, source: str = "the staff list"
) -> FrameDraft:
    """Draft how a staff list is read.

    Parameters
    ----------
    staff
        The list as read, every column as text.
    survey
        The records as read.
    id_variable
        Column of the survey that identifies the person; left out: the one whose numbers are on the list.
    source
        Name of the list, for messages.

    Raises
    ------
    SurveyError
        If no column of the list holds the numbers of the survey, each once.
    """
    listed, asked, share = _shared_numbers(staff, survey, id_variable, source)
    unknown = ""
    columns: dict[str, str] = {}
    numeric: list[str] = []
    categorical: list[str] = []
    groups: dict[str, dict[str, Any]] = {}
    taken = {slug(name).replace("-", "_") for name in survey.columns} | OWN
    dispositions: dict[str, str] = {}
    for column in map(str, staff.columns):
        values = as_text(blank_to_missing(staff[column])).dropna()
        if column == listed or values.empty or (values.nunique() < 2 and not INVITED.search(column)):
            continue
        found = _dispositions(values) if OUTCOME.search(column) and not dispositions else {}
        if found:
            dispositions, columns["outcome"] = found, column
        elif OUTCOME.search(column) and not dispositions and not unknown and values.nunique() <= MOST_LEVELS:
            unknown = column
        elif INVITED.search(column) and "invited" not in columns and _all_days(values):
            columns["invited"] = column
        elif values.nunique() > 1 and all(map(NUMBER.fullmatch, values)):
            name = _name(column, taken)
            columns[name] = column
            amounts = pd.to_numeric(values).nunique() > MOST_GROUPS
            (numeric if amounts else categorical).append(name)
        elif 2 <= values.nunique() <= min(MOST_LEVELS, len(values) / 2):
            columns[_name(column, taken)] = column
    for name, column in columns.items():
        if name not in ("outcome", "invited", *numeric) and (levels := _levels(staff[column])):
            groups[name] = {"label": column, "levels": levels}
    frame: dict[str, Any] = {"id": listed, "columns": columns}
    frame |= {key: names for key, names in (("numeric", numeric), ("categorical", categorical)) if names}
    left = [str(c) for c in staff.columns if c != listed and c not in columns.values()]
    told = _findings(staff, listed, asked, groups, dispositions, left)
    return FrameDraft(frame, asked, share, unknown, dispositions, groups, told)


def _shared_numbers(
    staff: pd.DataFrame, survey: pd.DataFrame, id_variable: str | None, source: str
) -> tuple[str, str, float]:
    """Give the column of the list and that of the survey that hold the same numbers, and the share shared."""
    unique = [
        str(column)
        for column in staff.columns
        if staff[column].notna().all() and not staff[column].map(same_number).duplicated().any()
    ]
    if not unique:
        raise SurveyError(
            f"{source}: no column gives each person a number of their own; its columns are "
            f"{shown(staff.columns, 12)}. Add one, the number that is also in the survey."
        )
    nearly = [str(c) for c in survey.columns if survey[c].nunique() >= 0.8 * survey[c].count() > 0]
    asked = [id_variable] if id_variable else nearly
    shares = {
        (mine, theirs): share_listed(survey[theirs], staff[mine]) for theirs in asked for mine in unique
    }
    best = max(shares, key=lambda pair: shares[pair], default=None)
    if best is None or shares[best] < ON_LIST:
        named = f"the survey's {id_variable}" if id_variable else "any column of the survey"
        raise SurveyError(
            f"{source}: {shown(unique)} gives each person a number, and has hardly a value in common with "
            f"{named}. Check that both files belong to the same survey; say with --id which "
            "variable holds the number."
        )
    return (*best, shares[best])


def _dispositions(values: pd.Series) -> dict[str, str]:
    """Give AAPOR's codes of all outcomes; nothing where one is no known word."""
    found = {}
    for text in sorted(set(values)):
        code = next(
            (code for pattern, code in DISPOSITIONS if re.fullmatch(pattern, word(text.replace("_", " ")))),
            None,
        )
        if code is None:
            return {}
        found[text] = code
    return found if 2 <= len(found) <= MOST_LEVELS else {}


def _all_days(values: pd.Series) -> bool:
    return bool(read_days(values.astype("object")).lost.empty)


def _name(column: str, taken: set[str]) -> str:
    """Name a column of the list in the pipeline's own way: small letters, digits and underscores."""
    plain = slug(column).replace("-", "_").strip("_")
    stem = plain if re.match("[a-z]", plain) else f"list_{plain}".rstrip("_")
    name, number = stem, 1
    while name in taken:
        name, number = f"{stem}_listed{number if number > 1 else ''}", number + 1
    taken.add(name)
    return name


def _levels(column: pd.Series) -> dict[str, str]:
    """Levels by which results may be shown: few, with enough people each, known of everybody."""
    values = as_text(blank_to_missing(column))
    counts = values.value_counts()
    if values.isna().any() or not 2 <= len(counts) <= MOST_GROUPS or counts.min() < FEWEST:
        return {}
    return {str(level): str(level) for level in sorted(counts.index, key=alphabetical)}


def _findings(
    staff: pd.DataFrame,
    listed: str,
    asked: str,
    groups: Mapping[str, Any],
    dispositions: Mapping[str, str],
    left: list[str],
) -> list[str]:
    told = [f"The list has {len(staff)} people; {listed} holds the numbers that are {asked} in the survey."]
    if groups:
        told.append(f"Results could be shown, and weights made, by {shown(groups)}.")
    if dispositions:
        told.append(f"Outcomes of contact have AAPOR's codes: check {shown(dispositions)}.")
    else:
        told.append("No outcome of contact was recognised: who did not answer counts as not reached.")
    if left:
        told.append(f"Columns of the list that are not taken over: {shown(left)}.")
    return told


def questions_counted(counts: pd.DataFrame, survey: pd.DataFrame, labels: FileLabels) -> dict[str, str]:
    """Find for each column of a table of headcounts the question whose answers are its levels.

    Parameters
    ----------
    counts
        As read: a column for each question, and ``n``.
    survey, labels
        The survey as read.

    Returns
    -------
    dict
        Column of the survey: column of the headcounts, by which name the codebook must call it. A column of
        which no question is found is left out.
    """
    found: dict[str, str] = {}
    for named in (str(column) for column in counts.columns if column != HEADCOUNT):
        levels = set(as_text(blank_to_missing(counts[named])).dropna())
        fits = [
            str(column)
            for column in survey.columns
            if str(column) not in found and levels and levels <= _answers(survey[column], labels, str(column))
        ]
        alike = [c for c in fits if word(named) in (word(c), word(labels.variables.get(c, "")))]
        if alike or len(fits) == 1:
            found[(alike or fits)[0]] = named
    return found


def _answers(column: pd.Series, labels: FileLabels, name: str) -> set[str]:
    """Words and codes by which the answers of a question may be called."""
    said = labels.values.get(name, {})
    held = set(as_text(blank_to_missing(column)).dropna()) if column.nunique() <= MOST_LEVELS else set()
    codes = {code_text(float(code)) if isinstance(code, int | float) else str(code) for code in said}
    return held | codes | {str(text) for text in said.values()}
