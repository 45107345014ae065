"""Estimates that claims have for themselves, and the claims: hidden where what they are made of is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from surveypipe.disclosure.answers import COUNTED
from surveypipe.disclosure.context import WIDER, suppress_claims
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, blank
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import Compared

if TYPE_CHECKING:
    import pandas as pd


def follow_parts(release: Release, kinds: Mapping[str, AnyClaim], primary: str) -> None:
    """Hide the estimates that a claim has of its own where what it is made of is hidden.

    A difference of two groups tells one of them beside the other; and under a second scheme it says of the
    same answers once more what the audit may have left out.

    Parameters
    ----------
    release
        Released estimates; changed.
    kinds
        The claims by key.
    primary
        The primary scheme.
    """
    table = release.table
    hidden = (table["status"] == SUPPRESSED) & ~table["statistic"].isin(COUNTED)
    level = table["group_level"].fillna("").astype(str)
    for key, claim in kinds.items():
        if claim.describes:
            continue
        mine = (table["claim"] == key) & (table["statistic"] == claim.statistic) & ~hidden
        about = hidden & table["variable"].isin(claim.variables)
        gone = mine & (table["scheme"] != primary) & bool(about.any())
        if isinstance(claim, Compared) and claim.groups:
            codes = {str(claim.groups.of), str(claim.groups.minus)}
            part = about & (table["group"] == claim.groups.variable) & level.isin(codes)
            gone |= mine & bool((part & (table["scheme"] == primary)).any())
        release.note(
            "estimates", table.loc[gone, "estimate_id"], SUPPRESSED, "what it is made of is suppressed"
        )
        blank(table, gone)


def follow_own(claims: Release, estimates: pd.DataFrame, kinds: Mapping[str, AnyClaim]) -> None:
    """Let claims with estimates of their own hide what those hide.

    Raises
    ------
    SurveyError
        If the headline of a claim is hidden.
    """
    hidden = estimates[estimates["status"] == SUPPRESSED]
    level = claims.table["group_level"].fillna("").astype(str)
    for row in hidden.fillna({"group_level": ""}).itertuples():
        claim = kinds.get(str(row.claim))
        if claim is None or claim.describes or row.statistic != claim.statistic:
            continue
        mine = (claims.table["claim"] == row.claim) & (level == row.group_level)
        if (claims.table.loc[mine, "scheme_primary"] == row.scheme).any():
            shown = mine & (claims.table["status"] == RELEASED)
            suppress_claims(claims, shown, *_why(claim))
        for name in (f"estimate_{row.scheme}", "scheme_low", "scheme_high"):
            claims.table[name] = claims.table[name].where(~mine)


def _why(claim: AnyClaim) -> tuple[str, str]:
    """Say why a claim with an estimate of its own is hidden, and what can be done."""
    groups = claim.groups if isinstance(claim, Compared) else None
    if groups is None:
        return "too few answered all that it is made of", WIDER
    return (
        f"of {groups.variable} {groups.of} or {groups.minus}, which it compares, an answer is suppressed",
        f"Merge levels of {groups.variable} (frame.recodes, cleaning.recodes), compare larger groups, or "
        "take the claim out.",
    )
