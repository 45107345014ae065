"""Headcounts of staff: checked against a staff list, or in its place where only they are known."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from surveypipe.calibration import check_margins_agree
from surveypipe.problems import Problems, SurveyError


def check_headcounts(frame: pd.DataFrame, headcounts: pd.DataFrame) -> None:
    """Check headcounts (variable, level, n) against a staff list and against one another.

    Raises
    ------
    SurveyError
        With every variable unknown, category that does not match, count that differs, and margins that
        sum to different numbers of staff.
    """
    problems = Problems()
    sums: dict[str, dict[str, float]] = {}
    for variable, rows in headcounts.groupby("variable", sort=True):
        name = str(variable)
        counts = {str(level): float(n) for level, n in zip(rows["level"], rows["n"], strict=True)}
        sums[name] = counts
        if name not in frame.columns:
            problems.add(f"headcounts: the staff list has no variable '{name}'.")
            continue
        listed = frame[name].astype(str).value_counts()
        for level in sorted(set(counts) | set(listed.index)):
            given, found = counts.get(level), int(listed.get(level, 0))
            if given is None:
                problems.add(
                    f"headcounts: {name} '{level}' has {found} staff on the staff list and no headcount."
                )
            elif given != found:
                problems.add(
                    f"headcounts: {name} '{level}' is {given:g} in the headcounts and {found} on the staff "
                    "list; correct one of them."
                )
    try:
        check_margins_agree(sums)
    except SurveyError as error:
        problems.extend(error.problems)
    problems.raise_if_any()


def frame_from_headcounts(
    respondents: pd.DataFrame, headcounts: pd.DataFrame, *, count: str = "n"
) -> pd.DataFrame:
    """Build a person-level frame where only headcounts of the staff are known.

    Parameters
    ----------
    respondents
        Those who answered: id and the variables of `headcounts`.
    headcounts
        One row per combination of categories, with the number of eligible staff in column `count`.

    Returns
    -------
    DataFrame
        The respondents, and as many silent staff as each combination lacks, with made-up ids.

    Raises
    ------
    SurveyError
        If a respondent's combination has no headcount, or more answered than there are staff.
    """
    by = [column for column in headcounts.columns if column != count]
    problems = Problems()
    if headcounts[by].duplicated().any():
        problems.add(f"headcounts: a combination of {', '.join(by)} occurs more than once.")
    bad = headcounts[count].isna() | (headcounts[count] < 0) | (headcounts[count] % 1 != 0)
    if bad.any():
        problems.add(f"headcounts: {int(bad.sum())} numbers of staff are missing, negative or not whole.")
    problems.raise_if_any()
    size = dict(zip(_keys(headcounts[by]), headcounts[count].astype(int), strict=True))
    answered = Counter(_keys(respondents[by]))
    for key, n in sorted(answered.items()):
        if n > size.get(key, 0):
            problems.add(
                f"headcounts: {n} people of {', '.join(key)} answered and the headcount is "
                f"{size.get(key, 'not given')}; correct the count or the spelling."
            )
    problems.raise_if_any()
    silent = [key for key, staff in size.items() for _ in range(staff - answered[key])]
    rest = pd.DataFrame(silent, columns=by)
    rest.insert(0, "id", [f"silent-{number:07d}" for number in range(1, len(rest) + 1)])
    known = respondents[["id", *by]].astype(str).assign(respondent=True)
    return pd.concat([known, rest.assign(respondent=False)], ignore_index=True)


def _keys(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table.astype(str).to_numpy().tolist()]
