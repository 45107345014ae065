"""Whether totals, bins and amounts are asked of questions, and of a population, that have them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from surveypipe.study.amounts import AmountClaim, MedianClaim, RatioClaim, TotalClaim
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.margins import population_size
from surveypipe.study.settings import Configuration


def number_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where totals, bins and claims of amounts ask for what there cannot be."""
    return [*_totals(config), *_bins(config, codebook), *_amounts(config, codebook)]


def _totals(config: Configuration) -> Iterator[str]:
    counted = population_size(config.frame) is not None
    if config.analysis.totals and config.design.kind == "convenience" and not counted:
        yield (
            "analysis.totals: nobody knows how many people the respondents stand for, so no total can be "
            "told; name a list or headcounts under inputs, give frame.size, or leave the totals out."
        )


def _bins(config: Configuration, codebook: CodebookFile) -> Iterator[str]:
    for name, edges in config.analysis.bins.items():
        column = codebook.variables.get(name)
        kind = ITEM_TYPES[column.type] if column else None
        if column and kind and (kind.listed or not kind.summaries):
            yield f"analysis.bins.{name}: it is {column.type}; bins are of questions answered with a number."
        elif name not in config.analysis.items:
            yield f"analysis.bins.{name}: it is not among analysis.items, so no histogram of it is made."
        if any(low >= high for low, high in pairwise(edges)):
            yield (
                f"analysis.bins.{name}: the edges are not in order, or one stands there twice; write each "
                "once, from the least up."
            )


def _amounts(config: Configuration, codebook: CodebookFile) -> Iterator[str]:
    for key, claim in config.claims.items():
        if isinstance(claim, RatioClaim):
            yield from _ratio(key, claim, codebook)
        elif isinstance(claim, TotalClaim):
            yield from _total(config, key, claim, codebook)
        elif isinstance(claim, MedianClaim) and _listed(codebook, claim.variable):
            yield (
                f"claims.{key}.variable: {claim.variable!r} is {codebook.variables[claim.variable].type}; a "
                "median is claimed of questions answered with a number, and of scales. Claim a share of its "
                "answers."
            )
        own = getattr(claim, "range", None)
        if isinstance(claim, AmountClaim) and own and own[0] >= own[1]:
            yield f"claims.{key}.range: the least answer is not below the greatest; write the least first."


def _listed(codebook: CodebookFile, name: str) -> bool:
    column = codebook.variables.get(name)
    return bool(column and (ITEM_TYPES[column.type].listed or not ITEM_TYPES[column.type].summaries))


def _total(config: Configuration, key: str, claim: TotalClaim, codebook: CodebookFile) -> Iterator[str]:
    if config.design.kind == "convenience" and population_size(config.frame) is None:
        yield (
            f"claims.{key}: nobody knows how many people the respondents stand for, so no total can be told; "
            "name a list or headcounts under inputs, give frame.size, or claim a mean or a share."
        )
    column = codebook.variables.get(claim.variable)
    if column and _listed(codebook, claim.variable) and claim.level is None:
        yield (
            f"claims.{key}: {claim.variable!r} is {column.type}; name with `level` the answer by which "
            "people are counted."
        )
    elif column and not _listed(codebook, claim.variable) and claim.level is not None:
        yield (
            f"claims.{key}.level: {claim.variable!r} is answered with a number, whose sum is the total; take "
            "`level` away."
        )


def _ratio(key: str, claim: RatioClaim, codebook: CodebookFile) -> Iterator[str]:
    if claim.variable == claim.over:
        yield f"claims.{key}: {claim.over!r} over itself is 1 whoever answers; name two numbers."
    for word, name in (("variable", claim.variable), ("over", claim.over)):
        if _listed(codebook, name):
            yield (
                f"claims.{key}.{word}: {name!r} is {codebook.variables[name].type}; a ratio is of two "
                "questions answered with a number."
            )
    over = claim.range_over
    if over and over[0] >= over[1]:
        yield f"claims.{key}.range_over: the least answer is not below the greatest; write the least first."
    if over and over[0] < 0:
        yield (
            f"claims.{key}.range_over: {over[0]:g} is below 0; a ratio is over a number that is never below "
            "nought."
        )
