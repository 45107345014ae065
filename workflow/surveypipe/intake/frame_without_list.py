"""The frame of a survey without a list: made of the records themselves, or of headcounts.

Every stage after this one finds a row for each person, as a list would give it. Where nothing is known of
those who were asked, the records are all there is; of headcounts, those who did not answer are rows without a
name.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from surveypipe.intake.columns import as_text, blank_to_missing, case_word
from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import Codebook, code_text, codes_as_text
from surveypipe.study.design import Sampling
from surveypipe.study.frame import EVERYBODY, EVERYBODY_LEVEL, HEADCOUNT

LIMIT = 5_000_000
# Level of those who left the question of a group unanswered, in a frame that is made of records.
NOT_STATED = "not stated"


def identified(records: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, str]:
    """Give every record an identifier: the number of the record in the file where there is no other.

    Parameters
    ----------
    records
        One row for each record, with column ``record``.
    codebook
        Which variable identifies a person, if any does.

    Returns
    -------
    DataFrame
        The records with a column ``codebook.id_variable``, text, never missing.
    str
        A note on records without an identifier; '' where there is none.
    """
    width = len(str(len(records)))
    numbers = "record " + records["record"].astype(str).str.zfill(width)
    name = codebook.id_variable
    if name not in records:
        return records.assign(**{name: numbers}), ""
    blank = records[name].isna()
    if not blank.any():
        return records, ""
    told = (
        f"{blank.sum()} {case_word(int(blank.sum()))} without a {name} (records "
        f"{shown(records.loc[blank, 'record'])}) go by their place in the file."
    )
    return records.assign(**{name: records[name].where(~blank, numbers)}), told


def frame_of_records(
    records: pd.DataFrame,
    codebook: Codebook,
    groups: Sequence[str],
    *,
    margins: Sequence[str] = (),
    numbers: Sequence[str] = (),
    size: float | None = None,
) -> pd.DataFrame:
    """Make the frame of a survey of which only the records are known, and perhaps how many were asked.

    Parameters
    ----------
    records
        From :func:`identified`.
    codebook
        Meaning of the variables.
    groups
        Grouping variables of the questionnaire.
    margins
        Variables of which the totals of the population are known. Records that do not tell them have no row;
        cleaning drops and counts them.
    numbers
        Variables that are numbers, of which the totals of the population are known; likewise.
    size
        Number of people who were asked; left out where it is not known.

    Returns
    -------
    DataFrame
        ``id``, the groups and the margins, or :data:`~surveypipe.study.frame.EVERYBODY` without any group;
        one row for each identifier, and one for each person who did not answer, of whom nothing is known.
    """
    made = pd.DataFrame({"id": records[codebook.id_variable]})
    for name in margins:
        made[name] = codes_as_text(records[name])
    for name in numbers:
        made[name] = pd.to_numeric(records[name], errors="coerce")
    made = made.dropna()
    for name in groups:
        if name in records and name not in margins:
            made[name] = codes_as_text(records[name]).fillna(NOT_STATED)
    made = made.drop_duplicates("id")
    silent = 0 if size is None else max(0, round(size) - len(made))
    rest = pd.DataFrame({"id": [f"no answer {k}" for k in range(1, silent + 1)]}, dtype="str")
    made = pd.concat([made, rest], ignore_index=True)
    if not groups or silent:
        made[EVERYBODY] = EVERYBODY_LEVEL
    return made.sort_values("id", ignore_index=True)


def with_selection(
    frame: pd.DataFrame, records: pd.DataFrame, codebook: Codebook, design: Sampling, problems: Problems
) -> pd.DataFrame:
    """Put beside each respondent how he was drawn, as the file tells it.

    Parameters
    ----------
    frame
        From :func:`frame_of_records`.
    records
        From :func:`identified`; ``design.variables`` and the replicate weights are among its columns.

    Returns
    -------
    DataFrame
        The frame with the variables of the design: numbers as float64, labels as text.
    """
    given = design.replicates
    numbers = [*design.numbers, *(given.columns if given else ())]
    own = records.drop_duplicates(codebook.id_variable).set_index(codebook.id_variable)
    own = own.loc[[name for name in frame["id"] if name in own.index]]
    taken = {}
    for name in dict.fromkeys([*numbers, *design.labels]):
        column = pd.to_numeric(own[name], errors="coerce") if name in numbers else codes_as_text(own[name])
        if lost := int(column.isna().sum()):
            problems.add(
                f"design: {lost} {case_word(lost)} of {len(own)} have no value of '{name}' "
                f"({shown(own.index[column.isna()])}); every respondent needs the design. Complete the file."
            )
        taken[name] = column
    beside = frame.drop(columns=[name for name in taken if name in frame])
    return beside.merge(pd.DataFrame(taken), left_on="id", right_index=True, how="left")


def read_counts(counts: pd.DataFrame, codebook: Codebook, problems: Problems, source: str) -> pd.DataFrame:
    """Check a table of headcounts and put its levels into the codes of the questionnaire.

    Parameters
    ----------
    counts
        As read, every column as text: variables of the survey, and ``n``.

    Returns
    -------
    DataFrame
        The variables as text of codes, ``n`` as int64; empty where something is wrong.
    """
    variables = [str(name) for name in counts.columns if name != HEADCOUNT]
    before = len(problems)
    if counts.empty:
        problems.add(f"{source}: the table of headcounts has no rows; write one for each cell.")
    if HEADCOUNT not in counts:
        problems.add(f"{source}: there is no column {HEADCOUNT!r}; it holds the headcount of each cell.")
    unknown = [name for name in variables if name not in codebook.variables]
    if unknown or not variables:
        problems.add(
            f"{source}: {shown(unknown) or 'no column'} names no question of the codebook; name each column "
            "as the question that tells to which cell a respondent belongs."
        )
    if len(problems) > before:
        return pd.DataFrame()
    made = {
        name: as_text(blank_to_missing(counts[name])).map(_codes_of(codebook, name)).astype("str")
        for name in variables
    }
    for name in variables:
        lost = made[name].isna()
        if lost.any():
            known = codebook.variables[name].values.values()
            problems.add(
                f"{source}: {name}: {shown(sorted(map(str, set(counts[name][lost]))))} is no answer of the "
                f"question; its answers are {shown(known, 12)}."
            )
    numbers = pd.to_numeric(counts[HEADCOUNT], errors="coerce")
    wrong = numbers.isna() | (numbers < 0) | (numbers % 1 != 0)
    if wrong.any():
        problems.add(
            f"{source}: {HEADCOUNT}: {shown(counts[HEADCOUNT][wrong].map(str))} is no headcount; write a "
            "whole number for each cell, 0 where there is nobody."
        )
    elif numbers.sum() > LIMIT:
        problems.add(f"{source}: the headcounts add up to {numbers.sum():g}; at most {LIMIT} can be held.")
    table = pd.DataFrame(made)
    for _, row in table[table.duplicated()].drop_duplicates().iterrows():
        problems.add(f"{source}: the cell {shown(row)} stands there twice; keep one row.")
    if len(problems) > before:
        return pd.DataFrame()
    return table.assign(**{HEADCOUNT: numbers.astype("int64")})


def _codes_of(codebook: Codebook, name: str) -> dict[str, str]:
    """Give the code of whatever a table of headcounts may call an answer: its words or its code."""
    values = codebook.variables[name].values
    return {text: code_text(code) for code, text in values.items()} | {
        code_text(code): code_text(code) for code in values
    }


def check_cells(
    records: pd.DataFrame, counts: pd.DataFrame, codebook: Codebook, problems: Problems, source: str
) -> list[pd.DataFrame]:
    """Give the respondents of each cell; say where more answered than there are, or of no cell at all.

    Parameters
    ----------
    records, counts
        As in :func:`frame_of_counts`.

    Returns
    -------
    list of DataFrame
        ``id`` and the variables of the cells, for each row of the headcounts.
    """
    variables = [name for name in counts.columns if name != HEADCOUNT]
    answered = pd.DataFrame({"id": records[codebook.id_variable]})
    for name in variables:
        answered[name] = codes_as_text(records[name])
    answered = answered.drop_duplicates("id").dropna()
    found = []
    for _, cell in counts.iterrows():
        inside = answered[(answered[variables] == cell[variables]).all(axis=1)]
        if len(inside) > cell[HEADCOUNT]:
            words = [codebook.variables[name].values[float(cell[name])] for name in variables]
            problems.add(
                f"{source}: {shown(words)}: {len(inside)} answered, and the headcount is {cell[HEADCOUNT]}; "
                "find out which is right."
            )
        found.append(inside)
    listed = counts[variables].agg("|".join, axis=1)
    outside = answered[~answered[variables].agg("|".join, axis=1).isin(listed)]
    if len(outside):
        problems.add(
            f"{source}: {len(outside)} {case_word(len(outside))} belong to cells that are not there "
            f"({shown(sorted(set(outside[variables].agg(', '.join, axis=1))))}, as codes of "
            f"{shown(variables)}); add a row for each."
        )
    return found


def frame_of_counts(
    records: pd.DataFrame,
    counts: pd.DataFrame,
    codebook: Codebook,
    groups: Sequence[str],
    problems: Problems,
    source: str,
) -> pd.DataFrame:
    """Make the frame of a survey of which the headcounts are known, and nobody by name.

    Parameters
    ----------
    records
        From :func:`identified`.
    counts
        From :func:`read_counts`.

    Returns
    -------
    DataFrame
        ``id``, the variables of the cells and, without a group,
        :data:`~surveypipe.study.frame.EVERYBODY`: as many rows as the headcounts add up to. Records that
        tell no cell have no row; cleaning drops and counts them.
    """
    variables = [name for name in counts.columns if name != HEADCOUNT]
    inside = check_cells(records, counts, codebook, problems, source)
    parts = []
    for (_, cell), own in zip(counts.iterrows(), inside, strict=True):
        silent = int(cell[HEADCOUNT]) - len(own)
        rest = {"id": [f"no answer {'-'.join(cell[variables])} {k}" for k in range(1, silent + 1)]}
        parts += [own, pd.DataFrame(rest | {name: cell[name] for name in variables})]
    absent = [name for name in groups if name not in variables]
    # Other groups are known of those who answered, if one is of everybody.
    if absent and len(absent) == len(groups):
        problems.add(
            f"{source}: there is no column {shown(absent)}, by which results are to be shown; add it to the "
            "headcounts, or take it out of `groups`."
        )
    if problems or not parts:
        return pd.DataFrame({"id": []})
    made = pd.concat(parts, ignore_index=True)
    if not groups:
        made[EVERYBODY] = EVERYBODY_LEVEL
    return made.astype({name: "str" for name in variables}).sort_values("id", ignore_index=True)
