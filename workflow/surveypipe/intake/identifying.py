"""Which column identifies the person."""

from __future__ import annotations

import re

import pandas as pd

from surveypipe.intake.columns import as_identifiers, blank_to_missing
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.text_tables import numbers_rows
from surveypipe.problems import SurveyError, shown
from surveypipe.study.checks import nearest
from surveypipe.study.codebook import same_number

# What a column is called that holds numbers of persons.
CALLED = re.compile(
    r"(^|[\W_])(id|uid|uuid|guid|pid|sid|rid|key|idno|ident|identifier|respid|caseid|case_?no|case|"
    r"resp(ondent)?(_?(id|no|nr|num(ber)?))?|serial(_?(no|nr|number))?|pno|vpn|vp|lfdn|lfd|token|idnr|"
    r"person(al)?_?(id|no|nr|number)|staff_?(id|no|number)|subject|subj|participant|fragebogen|number|nr)"
    r"([\W_]|$)|[a-z]{2,}_?id$|^id",
    flags=re.IGNORECASE,
)
LABELLED = re.compile(r"\b(id|identifier|serial|case|respondent) ?(number|no|id)?\b", flags=re.IGNORECASE)
NUMBER = re.compile(r"[A-Za-z]{0,6}[-_]?\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[A-Za-z0-9]{6,32}")
# Share of a column's values that must be on the list.
ON_LIST = 0.5
# Fewest records from which a column of different numbers means anything.
FEWEST = 5
# Share of the records that must have a number of their own: some people answer twice, some leave it blank.
NEARLY_ALL = 0.95


def identifier(
    raw: pd.DataFrame,
    labels: FileLabels,
    said: str | None = None,
) -> str | None:
    """Give the column that identifies the person; None where none does.

    Parameters
    ----------
    raw, labels
        The survey as read.
    said
        The column that the researcher names.

    Raises
    ------
    SurveyError
        If the column named is not in the file.
    """
    columns = [str(name) for name in raw.columns]
    if said is not None:
        same = [name for name in columns if name == said] or [
            name for name in columns if name.casefold() == said.strip().casefold()
        ]
        if not same:
            raise SurveyError(
                f"--id {said}: the survey has no column of this name{nearest(said, columns)}; its "
                f"columns are {shown(columns, 12)}."
            )
        return same[0]
    return next((name for name in columns if _identifies(raw[name], name, labels)), None)


def share_listed(column: pd.Series, listed: pd.Series) -> float:
    """Share of the different values of a column that are on a list, spellings of a number being one."""
    mine = {same_number(value) for value in as_identifiers(blank_to_missing(column)).dropna()}
    theirs = {same_number(value) for value in as_identifiers(blank_to_missing(listed)).dropna()}
    return len(mine & theirs) / len(mine) if mine else 0.0


def _identifies(column: pd.Series, name: str, labels: FileLabels) -> bool:
    """Whether a column is called, and filled, like a number of persons: each has one of his own."""
    if labels.values.get(name) or pd.api.types.is_datetime64_any_dtype(column):
        return False
    values = as_identifiers(blank_to_missing(column))
    held = values.dropna()
    if len(held) < max(FEWEST, NEARLY_ALL * len(values)) or not all(map(NUMBER.fullmatch, held)):
        return False
    different = held.map(same_number).nunique()
    if different == len(values):
        return numbers_rows(values) or bool(
            CALLED.search(name) or LABELLED.search(labels.variables.get(name, ""))
        )
    return different >= NEARLY_ALL * len(held) and CALLED.search(name) is not None
