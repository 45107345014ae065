"""How a claim's answers hang together with the staff list and its weights: told where the parts may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe.disclosure.questions import Respondents
from surveypipe.disclosure.release import SUPPRESSED, Release, places_of
from surveypipe.disclosure.rules import Rules
from surveypipe.study.claims import AnyClaim

if TYPE_CHECKING:
    import pandas as pd

# What a claim's answers have to do with the staff list and its weights, and the columns that repeat it.
LINKED_MEASURES = ("v_answer", "shift")
LINKED_COLUMNS = ("weighting_shift", "weighting_shift_p")


def drop_links(
    release: Release, claims: pd.DataFrame, estimates: pd.DataFrame, primary: str, table: str
) -> None:
    """Leave out how an answer hangs together with list and weights where a group's share of it is hidden.

    Both are functions of the counts in the groups that are hidden.
    """
    hidden = estimates[(estimates["status"] == SUPPRESSED) & (estimates["group_level"].fillna("") != "")]
    hidden = hidden[hidden["statistic"].isin(["proportion", "mean"]) & (hidden["scheme"] == primary)]
    questions = set(places_of(hidden, ["variable", "base"]))
    mine = set(claims.loc[places_of(claims, ["variable", "base"]).isin(questions), "claim"])
    made = release.table
    told = made["claim"].isin(mine)
    for column in [c for c in LINKED_COLUMNS if c in made]:
        made[column] = made[column].where(~told)
    gone = told & (made["measure"].isin(LINKED_MEASURES) if "measure" in made else False)
    release.note(
        table, sorted(mine & set(made["claim"])), SUPPRESSED, "a group of the estimate is suppressed"
    )
    release.table = made[~gone].reset_index(drop=True)


def drop_links_of_small_parts(
    release: Release, kinds: Mapping[str, AnyClaim], respondents: Respondents, rules: Rules
) -> None:
    """Leave out the association of a list variable with an answer where their table could not be published.

    A category of the list of whom fewer than the smallest base answered, or all alike, could not be shown;
    what is worked out from the whole table is not either.
    """
    made = release.table
    gone = np.array(
        [
            row.measure == "v_answer" and _small_part(kinds[str(row.claim)], row, respondents, rules.min_base)
            for row in made.fillna({"group_level": ""}).itertuples()
        ],
        bool,
    )
    release.note(
        "nonresponse",
        made.loc[gone, "claim"].astype(str) + " by " + made.loc[gone, "variable"].astype(str),
        SUPPRESSED,
        "a category of few, or of whom all answered alike",
    )
    release.table = made[~gone].reset_index(drop=True)


def _small_part(claim: AnyClaim, row: Any, respondents: Respondents, least: int) -> bool:
    people = respondents.answers[respondents.inside(claim.base)]
    if row.group_level:
        people = people[people[str(row.group)].astype(str) == row.group_level]
    given = people[claim.variable].dropna()
    given = given.map(claim.counts) if claim.binary else given
    parts = given.groupby(people.loc[given.index, str(row.variable)].astype(str))
    return bool(((parts.size() < least) | (parts.nunique() < 2)).any())
