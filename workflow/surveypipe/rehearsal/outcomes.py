"""What came of one rehearsal: its claims, the number of respondents in each group, or why it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.context import release_claims
from surveypipe.disclosure.release import RELEASED
from surveypipe.disclosure.rules import Rules, rules_of
from surveypipe.study.codebook import codes_as_text
from surveypipe.study.item_types import type_of
from surveypipe.study.settings import Configuration

CLAIM, GROUP, REFUSED = "claim", "group", "refused"
COLUMNS = [
    "rehearsal", "what", "claim", "group", "group_level", "n", "estimate", "se", "ci_low", "ci_high", "grade",
    "published", "reason",
]  # fmt: skip
ALL = "overall"


def refused_row(number: int, reason: str) -> dict[str, Any]:
    """Row of a rehearsal that a stage stopped, with the first of its reasons."""
    return {"rehearsal": number, "what": REFUSED, "reason": reason}


def claim_rows(
    settings: Configuration,
    number: int,
    claims: pd.DataFrame,
    estimates: pd.DataFrame,
    variables: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Rows of the claims, over all and by group, each with its grade and whether it may be published.

    A claim may be published where the rules for each table by itself release both its line of the ledger and
    its estimate. What follows from several tables together is not tried here: it may hide more.
    """
    rules = rules_of(settings.disclosure)
    released = release_claims(claims, rules).table["status"] == RELEASED
    released &= _released_estimates(settings, claims, estimates, variables, rules)
    for row, published in zip(claims.to_dict("records"), released, strict=True):
        yield {
            "rehearsal": number,
            "what": CLAIM,
            **{key: row[key] for key in COLUMNS[2:11]},
            "published": bool(published),
        }


def _released_estimates(
    settings: Configuration,
    claims: pd.DataFrame,
    estimates: pd.DataFrame,
    variables: Mapping[str, Any],
    rules: Rules,
) -> pd.Series:
    points = [
        name for name, about in variables.items() if type_of(about).ordered and len(about["values"] or ()) > 3
    ]
    table = release_estimates(estimates, rules, points, settings.weighting.primary).table
    hidden = table[table["status"] != RELEASED]
    keys = ["variable", "statistic", "group", "group_level", "scheme"]
    gone = set(map(tuple, hidden[keys].fillna("").astype(str).to_numpy()))
    mine = claims.rename(columns={"scheme_primary": "scheme"})[keys].fillna("").astype(str)
    return pd.Series([tuple(row) not in gone for row in mine.to_numpy()], index=claims.index)


def group_rows(
    settings: Configuration, number: int, answered: pd.DataFrame, staff: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Rows with the number of respondents over all, and at each level of each group."""
    told = {"rehearsal": number, "what": GROUP}
    yield {**told, "group": ALL, "group_level": "", "n": len(answered)}
    known = answered[["id"]].astype(str).merge(staff.astype({"id": str}), on="id", how="left")
    for name, group in settings.groups.items():
        source = answered[name] if name in answered else known.get(name)
        if source is None:
            continue
        counted = codes_as_text(source).value_counts()
        for level in group.levels:
            yield {**told, "group": name, "group_level": level, "n": int(counted.get(level, 0))}
