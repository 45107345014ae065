"""Headcounts of staff in place of a staff list, where only they are known."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from surveypipe.problems import Problems


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
