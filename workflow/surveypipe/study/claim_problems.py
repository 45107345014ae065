"""Checks of the claims of a configuration: against each other, their bases, groups and limits."""

from __future__ import annotations

from collections.abc import Iterator

from surveypipe.problems import shown
from surveypipe.study.base import same_code
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.changing import ChangeClaim
from surveypipe.study.checks import nearest
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import Compared
from surveypipe.study.modelled import AssociationClaim
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
        if isinstance(claim, ChangeClaim):
            yield from _change_problems(key, claim)
        if isinstance(claim, AssociationClaim):
            yield from _association_problems(config, key, claim)
        else:
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
        answers = "answer" if claim.groups or claim.before else "difference"
        yield (
            f"claims.{key}: what is the least and the greatest possible {answers}? Give `range`"
            f"{', or `level` for shares' if claim.groups or claim.before else ''}."
        )
    two = claim.groups
    if two is None:
        if claim.level is not None and claim.before is None:
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


def _change_problems(key: str, claim: ChangeClaim) -> Iterator[str]:
    if claim.variable == claim.before:
        yield (
            f"claims.{key}.before: {claim.before!r} is the later answer too; name the variable that holds "
            "what the same people answered in the earlier wave."
        )
    if claim.range and claim.range[0] >= claim.range[1]:
        yield f"claims.{key}.range: the least answer is not below the greatest; write the least first."


def _association_problems(config: Configuration, key: str, claim: AssociationClaim) -> Iterator[str]:
    models = config.analysis.models
    model = next((one for one in models if claim.of(one)), None)
    if model is None:
        there = [f"{one.outcome} ({one.kind})" for one in models]
        yield (
            f"claims.{key}: analysis.models has no {claim.model} model of {claim.variable!r}"
            f"{f'; it has {shown(there)}' if there else ''}. Add it there, or name one that is there."
        )
    elif claim.term not in model.predictors:
        yield (
            f"claims.{key}.term: {claim.term!r} is not a predictor of that model"
            f"{nearest(claim.term, list(model.predictors))}; its predictors are {shown(model.predictors)}."
        )
    limits = [side.limit for side in claim.sides()] + list(claim.sensitivity_thresholds)
    if claim.log_scale and any(limit <= 0 for limit in limits):
        yield (
            f"claims.{key}.threshold: an odds ratio is above 0, and 1 says that there is no association; "
            "give a number above 0."
        )
    if claim.by:
        yield (
            f"claims.{key}.by: an association is claimed of the whole model; take `by` away, or add a model "
            "with an outcome that holds one group alone."
        )
    yield from _base_of_model_problems(config, key, claim)


def _base_of_model_problems(config: Configuration, key: str, claim: AssociationClaim) -> Iterator[str]:
    """Say where two claims want the same model of other people."""
    for other, about in config.claims.items():
        if other == key or about.base == claim.base:
            continue
        outcome = about.describes and about.variable == claim.variable
        same = isinstance(about, AssociationClaim) and about.model == claim.model
        if outcome or (same and about.variable == claim.variable):
            yield (
                f"claims.{key}.base: claim {other} is of {claim.variable!r} among {about.base!r}, and its "
                f"model cannot be of {claim.base!r} as well; give both one base, or repeat the recode of the "
                "outcome under another name."
            )
            return
