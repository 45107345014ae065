"""Checks of the claims of a configuration: against each other, their bases, groups and limits."""

from __future__ import annotations

from collections.abc import Iterator

from surveypipe.study.base import same_code
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.checks import nearest
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import Compared
from surveypipe.study.settings import Configuration


def claim_problems(config: Configuration) -> Iterator[str]:
    """Say in words what is wrong with the claims."""
    first: dict[str, str] = {}
    for key, claim in config.claims.items():
        # Rows of estimates are named for the variable that they describe.
        if claim.describes and (other := first.setdefault(claim.variable, key)) != key:
            yield (
                f"claims.{key}.variable: {claim.variable!r} is the variable of claim {other} already, and "
                "rows of estimates are named for it; repeat its recode under another name for one of the two."
            )
        if claim.base not in (EVERYBODY, *config.bases):
            yield (
                f"claims.{key}.base: nothing says who is in {claim.base!r}"
                f"{nearest(claim.base, [EVERYBODY, *config.bases])}; give it conditions under bases, or take "
                f"base {EVERYBODY!r}."
            )
        if isinstance(claim, Compared):
            yield from _compared_problems(config, key, claim)
        yield from _limit_problems(key, claim)


def _limit_problems(key: str, claim: AnyClaim) -> Iterator[str]:
    least, most = claim.limits
    for limit in dict.fromkeys(side.limit for side in claim.sides()):
        if not least <= limit <= most:
            yield (
                f"claims.{key}: the {claim.limit_noun} {limit:g} lies outside what can be answered, "
                f"{least:g} to {most:g}; change one of them."
            )


def _compared_problems(config: Configuration, key: str, claim: Compared) -> Iterator[str]:
    if claim.range is None and claim.level is None:
        answers = "answer" if claim.groups else "difference"
        yield (
            f"claims.{key}: what is the least and the greatest possible {answers}? Give `range`"
            f"{', or `level` for shares' if claim.groups else ''}."
        )
    two = claim.groups
    if two is None:
        if claim.level is not None:
            yield (
                f"claims.{key}.level: without `groups` the claim is the mean of {claim.variable!r}, a "
                "difference within people; take `level` away, or name the groups."
            )
        return
    if two.variable not in config.groups:
        yield (
            f"claims.{key}.groups.variable: {two.variable!r} is not among groups"
            f"{nearest(two.variable, list(config.groups))}; name it there with its levels."
        )
        return
    levels = list(config.groups[two.variable].levels)
    for word, code in (("of", two.of), ("minus", two.minus)):
        if not any(same_code(code, level) for level in levels):
            yield (
                f"claims.{key}.groups.{word}: {two.variable!r} has no level {code!r}"
                f"{nearest(code, levels)}; its levels are {', '.join(map(str, levels))}."
            )
    if same_code(two.of, two.minus):
        yield f"claims.{key}.groups: a group cannot be compared with itself; name two levels."
    if claim.by == two.variable:
        yield f"claims.{key}.by: {claim.by!r} is what the claim compares; take `by` away."
