"""A first draft of how a staff list is read: which column is the person, and what is known of everybody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveypipe.identifiers import variable_slug
from surveypipe.intake.identifying import share_listed
from surveypipe.intake.naming import name_for
from surveypipe.problems import SurveyError, shown

if TYPE_CHECKING:
    import pandas as pd

OUTCOME = re.compile(r"outcome|disposition|result|status", re.IGNORECASE)
INVITED = re.compile(r"invited|posted|sent", re.IGNORECASE)
# Share of a column that must be numbers to be taken for amounts or numbered categories, and most categories.
MOSTLY, MOST_LEVELS = 0.8, 12


@dataclass(frozen=True)
class ListDraft:
    """How a list is read, as far as it shows.

    Attributes
    ----------
    frame
        Section ``frame`` of the configuration.
    outcome
        Column that seems to hold the outcome of contact; its words need codes before it can be used.
    groups
        Columns of few levels, by their names in the pipeline, with their levels.
    survey_id
        Column of the survey with the same numbers.
    share
        Share of the survey's numbers that are on the list.
    """

    frame: dict[str, Any]
    outcome: str
    survey_id: str
    share: float
    groups: dict[str, list[str]] = field(default_factory=dict)


def pair(staff: pd.DataFrame, raw: pd.DataFrame, said: str | None, source: str) -> tuple[str, str, float]:
    """Find the column of the list and that of the survey which hold the same numbers of persons.

    Parameters
    ----------
    staff, raw
        List and survey as read.
    said
        Column of the survey that the researcher names.
    source
        What to call the list in the messages.

    Returns
    -------
    tuple
        Column of the list, column of the survey, and the share of the survey's numbers on the list.

    Raises
    ------
    SurveyError
        If no two columns hold the same numbers.
    """
    own = [name for name in staff.columns if staff[name].notna().all() and staff[name].is_unique]
    asked = [said] if said else [str(name) for name in raw.columns if _may_identify(raw[name])]
    shares = {(mine, theirs): share_listed(raw[theirs], staff[mine]) for mine in own for theirs in asked}
    best = max(shares, key=lambda names: shares[names], default=None)
    if best is None or not shares[best]:
        where = f"the survey's {said}" if said else "any column of the survey"
        raise SurveyError(
            f"{source}: no column of the list with a number of its own for each person "
            f"({shown(own) or 'there is none'}) has a value in common with {where}; give the list the "
            "numbers that are in the survey, name the survey's column with --id, or leave the list out."
        )
    return (*best, shares[best])


def _may_identify(column: pd.Series) -> bool:
    held = column.dropna()
    return bool(len(held)) and held.nunique() >= MOSTLY * len(held)


def draft_frame(staff: pd.DataFrame, names: tuple[str, str, float], variables: Iterable[str]) -> ListDraft:
    """Draft the section ``frame`` from a list.

    Parameters
    ----------
    staff
        The list as read, every column as text.
    names
        Result of :func:`pair`.
    variables
        Names that the codebook has given already.
    """
    import pandas as pd

    own, theirs, share = names
    taken = {variable_slug(name) for name in variables}
    columns: dict[str, str] = {}
    kinds: dict[str, list[str]] = {"numeric": [], "categorical": []}
    groups: dict[str, list[str]] = {}
    outcome = ""
    for column in map(str, staff.columns):
        held = staff[column].dropna()
        if column == own or held.nunique() < 2 or INVITED.search(column):
            continue
        if OUTCOME.search(column):
            outcome = outcome or column
            continue
        numbers = pd.to_numeric(held, errors="coerce")
        few = held.nunique() <= MOST_LEVELS
        amounts = numbers.notna().mean() >= MOSTLY
        if not few and (not amounts or numbers.isna().any()):
            continue
        name = name_for(column, taken).lower()
        columns[name] = column
        if amounts and numbers.nunique() > 2:
            kinds["categorical" if few else "numeric"].append(name)
        if few:
            groups[name] = sorted(map(str, held.unique()))
    frame: dict[str, Any] = {"id": own} | ({"columns": columns} if columns else {})
    frame |= {kind: found for kind, found in kinds.items() if found}
    return ListDraft(frame, outcome, theirs, share, groups)
