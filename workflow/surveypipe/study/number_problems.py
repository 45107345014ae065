"""Whether totals and bins are asked of questions, and of a population, that have them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.margins import population_size
from surveypipe.study.settings import Configuration


def number_problems(config: Configuration, codebook: CodebookFile) -> list[str]:
    """Say where ``analysis.totals`` and ``analysis.bins`` ask for what there cannot be."""
    return [*_totals(config), *_bins(config, codebook)]


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
