"""Cleaning by declared rules: every change to an answer, and every record left out, is a row of a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.intake.boxes import settle_boxes
from surveypipe.intake.description import describe
from surveypipe.intake.rule_checks import check_cleaning
from surveypipe.intake.rules import LOG_COLUMNS, RULES, State, asked_state, valid_answers
from surveypipe.intake.scoring import derive
from surveypipe.problems import Problems, shown
from surveypipe.study.cleaning import (
    Cleaning,
    MissingReason,
)
from surveypipe.study.codebook import Codebook
from surveypipe.study.frame import Groups

MISSING_COLUMNS = ["id", "variable", "reason", "code", "label"]


@dataclass
class Cleaned:
    """What cleaning hands on.

    Attributes
    ----------
    analysis
        One row per accepted case: identifier, frame variables, answers, scales, derived variables.
    missing
        One row per missing answer with its reason (blank, user_missing, not_asked, set_missing).
    log
        One row per change, flag and dropped record.
    variables
        Documentation of every column of `analysis`.
    """

    analysis: pd.DataFrame
    missing: pd.DataFrame
    log: pd.DataFrame
    variables: dict[str, dict[str, Any]]


def clean(
    responses: pd.DataFrame,
    frame: pd.DataFrame,
    codebook: Codebook,
    cleaning: Cleaning,
    groups: Groups,
    *,
    listed: bool = True,
) -> Cleaned:
    """Apply the declared rules and derive the analysis file.

    Parameters
    ----------
    responses
        One row per record of the survey with column ``record`` and user-missing codes still in.
    frame
        One row per person on the staff list, with column ``id``.
    codebook
        Meaning of the survey's variables.
    cleaning
        Section of the configuration: rules (applied in order), reverse, scales, recodes.
    groups
        Section of the configuration that names the levels of frame variables.
    listed
        Whether the frame is a list with columns of its own, or made of records or headcounts.

    Raises
    ------
    SurveyError
        Where a rule, scale or recode cannot be applied, or nobody is left.
    """
    problems = check_cleaning(cleaning, codebook, frame, listed=listed)
    problems.raise_if_any()
    state = State(responses.set_index("record"), frame, codebook, groups)
    for rule in cleaning.rules:
        RULES[rule.type](state, rule)
    _check_identified(state, problems)
    asked = asked_state(state.records, codebook)
    state.records, filled = settle_boxes(state.records, asked, codebook)
    state.log += filled
    answers, missing = _settle_missing(state, asked)
    shares = share_answered(state.records, asked, codebook)
    derived = derive(answers, cleaning, codebook)
    analysis = _assemble(state, derived, shares)
    log = pd.DataFrame(state.log, columns=LOG_COLUMNS)
    return Cleaned(analysis, missing, log, describe(codebook, frame, cleaning, groups))


def _check_identified(state: State, problems: Problems) -> None:
    ids = state.records[state.codebook.id_variable]
    if ids.empty:
        problems.add(
            "No record is left after cleaning; see the cleaning rules and the identifier of the survey."
        )
    outside = ids[~ids.isin(state.frame["id"])]
    if len(outside):
        problems.add(
            f"{len(outside)} records cannot be matched to the staff list (records {shown(outside.index)}); "
            "declare a rule of type not_on_frame, or correct the numbers."
        )
    doubles = sorted(set(ids[ids.duplicated()].dropna()))
    if doubles:
        problems.add(
            f"{len(doubles)} people have more than one record ({shown(doubles)}); "
            "declare a rule of type duplicate."
        )
    problems.raise_if_any()


def share_answered(records: pd.DataFrame, asked: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Share of the core items that applied to a person and were answered.

    A user-missing code is no answer. Where the filter question has no valid answer, an item counts
    as applying only if it was answered, because nobody can say that it was put.
    """
    items = codebook.core_items()
    answered = valid_answers(records, codebook, items) & (asked[items] != 0)
    applies = (asked[items] == 1) | answered
    return answered.sum(axis=1) / applies.sum(axis=1).replace(0, np.nan)


def _settle_missing(state: State, asked: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    ids = state.records[state.codebook.id_variable]
    removed = list(state.removed.items())
    answers, tables = {}, []
    for variable in state.codebook.analysed():
        column = state.records[variable.name]
        user = variable.is_user_missing(column)
        answers[variable.name] = column.mask(user) if user.any() else column
        gone = column.index[user | column.isna()]
        table = pd.DataFrame({"id": ids[gone], "variable": variable.name}, index=gone)
        taken = pd.Series({row: code for (row, name), code in removed if name == variable.name}, dtype=float)
        codes = column[gone] if pd.api.types.is_float_dtype(column) else pd.Series(np.nan, index=gone)
        table["code"] = codes.fillna(taken.reindex(gone)).astype(float)
        table["reason"] = _reasons(user[gone], gone.isin(taken.index), asked.loc[gone, variable.name])
        labels = table["code"].map(variable.missing_label)
        table["label"] = labels.where(table["reason"] == MissingReason.USER_MISSING, "").astype("str")
        tables.append(table)
    missing = pd.concat(tables)[MISSING_COLUMNS] if tables else pd.DataFrame(columns=MISSING_COLUMNS)
    return pd.DataFrame(answers), missing.sort_values(["id", "variable"], ignore_index=True)


def _reasons(user: pd.Series, taken: np.ndarray, asked: pd.Series) -> np.ndarray:
    """Say why each answer is missing; not having been asked comes before all else."""
    reasons = [MissingReason.NOT_ASKED, MissingReason.SET_MISSING, MissingReason.USER_MISSING]
    found = np.select([asked == 0, taken, user], list(map(str, reasons)), default=str(MissingReason.BLANK))
    return found.astype(object)


def _assemble(state: State, derived: pd.DataFrame, shares: pd.Series) -> pd.DataFrame:
    ids = state.records[state.codebook.id_variable].rename("id")
    # A frame made of the records repeats answers, which are in hand as they were given.
    own = state.frame.drop(columns=[name for name in derived if name in state.frame])
    people = own.set_index("id").reindex(ids)
    people.index = ids.index
    flags = pd.Series(
        {record: ";".join(state.flags.get(record, [])) for record in ids.index}, dtype="str", name="flags"
    )
    whole = pd.concat([ids, people, derived, shares.rename("share_answered"), flags], axis=1)
    return whole.sort_values("id", ignore_index=True)
