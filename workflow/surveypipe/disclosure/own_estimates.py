"""Estimates that claims have for themselves, and the claims: hidden where what they are made of is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from surveypipe.disclosure.answers import COUNTED
from surveypipe.disclosure.context import suppress_claims, without_headline
from surveypipe.disclosure.digits import unit_for
from surveypipe.disclosure.magnitudes import SUMS, dominated
from surveypipe.disclosure.questions import Respondents, code_of
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import Compared
from surveypipe.study.modelled import AssociationClaim

if TYPE_CHECKING:
    import pandas as pd


def units_of(
    table: pd.DataFrame, claims: Mapping[str, AnyClaim], respondents: Respondents, primary: str
) -> pd.Series:
    """Give the unit to which rows of a table about claims are rounded that tell of totals; 0 for others."""
    import pandas as pd

    totals = {key for key, claim in claims.items() if claim.of_people}
    told = table["claim"].isin(totals)
    made = []
    for row, total in zip(table.to_dict("records"), told, strict=True):
        scheme, level = str(row.get("scheme", "")), row["group_level"]
        scheme = scheme if f"w_{scheme}" in respondents.weights else primary
        inside = "" if level is None or level != level else str(level)
        made.append(unit_for(respondents.people(scheme, str(row["group"]), inside)) if total else 0.0)
    return pd.Series(made, index=table.index, dtype=float)


# Statistics of a variable from which, where one is hidden, what a claim makes of it could tell.
DESCRIBED = ("proportion", *SUMS)
# How the statistics of a claim's own test begin.
OF_CLAIMS = "claim_test"
PEOPLE = "one or two people make up nearly all of it, or it would tell of the few outside its base"


def hide_amounts(
    release: Release,
    claims: Mapping[str, AnyClaim],
    respondents: Respondents,
    numbers: Sequence[str],
    rules: Rules,
) -> None:
    """Hide amounts of claims that one or two people nearly make up, or that tell of few outside a base.

    A sum over a base, taken from that over everybody, is that of the few outside. Where one group of a
    grouping is hidden a second one is, that of fewest respondents; where all together are, every group is.

    Parameters
    ----------
    release
        Released estimates; changed.
    claims
        The claims by key.
    respondents
        Those who answered.
    numbers
        Questions answered with a number.
    rules
        Thresholds.
    """
    table = release.table
    level = table["group_level"].fillna("").astype(str)
    for key, claim in claims.items():
        mine = (table["claim"] == key) & (table["statistic"] == claim.statistic)
        if not claim.sums or not mine.any():
            continue
        places = dict.fromkeys(zip(table["group"][mine], level[mine], strict=True))
        gone = {place for place in places if _tells_of_few(claim, *place, respondents, numbers, rules)}
        if any(not inside for _, inside in gone):
            gone = set(places)
        gone |= set(_second(gone, places, table[mine], level[mine]))
        hidden = mine & np.array([place in gone for place in zip(table["group"], level, strict=True)], bool)
        release.hide("estimates", hidden, PEOPLE)


def _tells_of_few(
    claim: AnyClaim,
    group: str,
    level: str,
    respondents: Respondents,
    numbers: Sequence[str],
    rules: Rules,
) -> bool:
    people = respondents.answers
    here = people[group].map(code_of) == level if level else people["id"].notna()
    inside = respondents.inside(claim.base)
    told = people[list(claim.sums)].notna().all(axis=1) & here
    outside = int((told & ~inside).sum())
    if 0 < outside < rules.min_base:
        return True
    own = people[told & inside]
    of_numbers = [own[name].to_numpy(float) for name in claim.sums if name in numbers]
    if claim.before is not None and of_numbers:
        of_numbers = [of_numbers[0] - own[claim.before].to_numpy(float)]
    return any(dominated(values, rules) for values in of_numbers)


def _second(
    gone: set[tuple[str, str]],
    places: Mapping[tuple[str, str], None],
    rows: pd.DataFrame,
    level: pd.Series,
) -> Iterator[tuple[str, str]]:
    for grouping in dict.fromkeys(group for group, _ in gone):
        hidden = {inside for group, inside in gone if group == grouping}
        left = {inside for group, inside in places if group == grouping and inside} - hidden
        sizes = rows.loc[(rows["group"] == grouping) & level.isin(left), "n"].groupby(level).max()
        # A place without a number is hidden already, for another reason, and stands in for a second one.
        shown = sizes.dropna()
        if len(hidden) == 1 and len(shown) and len(shown) == len(sizes):
            yield grouping, str(shown.sort_index().idxmin())


def follow_parts(release: Release, kinds: Mapping[str, AnyClaim], primary: str) -> None:
    """Hide the estimates that a claim has of its own where what it is made of is hidden.

    An amount tells of the answers that it is made of in the same place. A difference of two groups tells one
    of them beside the other, and so does an association of the levels of its predictor. Under a second scheme
    each says of the same answers once more what the audit may have left out.

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
        elif isinstance(claim, AssociationClaim):
            # An association sets the outcome of each level of its predictor beside that of the reference.
            part = about & table["statistic"].isin(DESCRIBED) & table["group"].isin(("overall", claim.term))
            gone |= mine & bool((part & (table["scheme"] == primary)).any())
        else:
            place = table["group"].astype(str) + "|" + level
            known = about & (table["scheme"] == primary) & table["statistic"].isin(DESCRIBED)
            gone |= mine & place.isin(set(place[known]))
        release.note(
            "estimates", table.loc[gone, "estimate_id"], SUPPRESSED, "what it is made of is suppressed"
        )
        blank(table, gone)


def follow_own(claims: Release, estimates: pd.DataFrame, kinds: Mapping[str, AnyClaim]) -> None:
    """Let claims with estimates of their own hide what those hide."""
    hidden = estimates[estimates["status"] == SUPPRESSED]
    level = claims.table["group_level"].fillna("").astype(str)
    for row in hidden.fillna({"group_level": ""}).itertuples():
        claim = kinds.get(str(row.claim))
        if claim is None or claim.describes or row.statistic != claim.statistic:
            continue
        mine = (claims.table["claim"] == row.claim) & (level == row.group_level)
        if (claims.table.loc[mine, "scheme_primary"] == row.scheme).any():
            shown = mine & (claims.table["status"] == RELEASED)
            suppress_claims(claims, shown, _why(claim))
        for name in (f"estimate_{row.scheme}", "scheme_low", "scheme_high"):
            claims.table[name] = claims.table[name].where(~mine)


def hide_tests(release: Release, claims: pd.DataFrame) -> None:
    """Hide the test of a claim that is withheld, and its adjusted p-value.

    Parameters
    ----------
    release
        Released estimates; changed.
    claims
        The released claims.
    """
    table = release.table
    mine = table["claim"].isin(without_headline(claims)) & (table["status"] != SUPPRESSED)
    mine &= table["statistic"].str.startswith(OF_CLAIMS)
    release.hide("estimates", mine, "the claim itself is suppressed")


def _why(claim: AnyClaim) -> str:
    """Say why a claim with an estimate of its own is hidden."""
    if isinstance(claim, AssociationClaim):
        return f"an answer to {claim.variable} is suppressed, over all or in a level of {claim.term}"
    groups = claim.groups if isinstance(claim, Compared) else None
    if groups is None:
        return "what it is made of is suppressed"
    return f"of {groups.variable} {groups.of} or {groups.minus}, which it compares, an answer is suppressed"
