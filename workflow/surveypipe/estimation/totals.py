"""Totals of the population: the sum of an item's numbers, and how many people gave each of its answers.

They are estimated where the configuration asks for them, and only from weights that add up to people. Whoever
gave no answer to a question counts for nothing in its totals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.design.protocol import Design
from surveypipe.design.totals import counts_people, domain_totals
from surveypipe.estimation.estimates import Estimand, complete, ungrouped, within
from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey, places
from surveypipe.identifiers import TOTAL, estimate_id
from surveypipe.problems import shown

Floats = NDArray[np.float64]


def schemes_of_people(survey: Survey) -> list[str]:
    """Schemes whose weights add up to people, in the order of the configuration."""
    settings = survey.settings
    return [
        scheme
        for scheme, design in survey.designs.items()
        if counts_people(design, settings.population, settings.design, settings.frame)
    ]


def doubts(survey: Survey) -> list[str]:
    """Say of which schemes no total can be told, where totals are asked for."""
    lacking = [scheme for scheme in survey.designs if scheme not in schemes_of_people(survey)]
    if not survey.settings.analysis.totals or not lacking:
        return []
    several = "s" if len(lacking) > 1 else ""
    return [
        f"analysis.totals: no total is told under the scheme{several} {shown(lacking)}, whose weights add up "
        "to those who were asked and not to a population. Give weights that are not normalised, or the size "
        "of the population under frame.size or frame.margins."
    ]


def total_rows(survey: Survey) -> Iterator[dict[str, Any]]:
    """Totals of the items that the configuration names, over all and by group, under schemes of people."""
    wanted = [one for name in survey.settings.analysis.totals for one in estimands_of(survey, name)]
    for scheme in schemes_of_people(survey) if wanted else ():
        design = survey.designs[scheme]
        Y = np.column_stack([one.outcome for one in wanted])
        yield from _rows(survey, wanted, Y, scheme, design)


def estimands_of(survey: Survey, name: str) -> Iterator[Estimand]:
    """Give the totals of one item: of its numbers, or of the people with each answer that has a share."""
    plain = [one for one in ungrouped(survey, name) if one.share]
    if not survey.item_type(name).listed:
        plain = [Estimand(name, TOTAL, partial(survey.respondents[name].to_numpy, float))]
    base = survey.base_of(name)
    domain = survey.inside(base)
    for one in plain:
        for group, level, inside in places(survey):
            if group != name:
                make = partial(within, domain & inside, one.make)
                yield replace(one, statistic=TOTAL, make=make, group=group, group_level=level, base=base)


def _rows(
    survey: Survey, wanted: Sequence[Estimand], Y: Floats, scheme: str, design: Design
) -> Iterator[dict[str, Any]]:
    table = domain_totals(Y, design, fpc=survey.fpc)
    inside = ~np.isnan(Y)
    known = complete(inside, design) & survey.fpc
    # Where all gave one answer nothing varies among those who answered, and no standard error is known.
    alike = np.array([bool(one.level) for one in wanted]) & np.isin(_shares(Y), (0.0, 1.0))
    se = np.where(alike & (table.se == 0) & ~known, np.nan, table.se)
    low, high = intervals.t_interval(table.estimate, se, table.df, level=survey.level)
    for k, one in enumerate(wanted):
        words = "everybody answered" if known[k] else "t interval"
        yield estimate_row(
            one.variable, TOTAL, table.estimate[k],
            level=one.level, level_label=one.level_label, group=one.group, group_level=one.group_level,
            scheme=scheme, n=int(table.n[k]), se=se[k], df=table.df[k], ci_level=survey.level,
            ci_low=table.estimate[k] if known[k] else low[k],
            ci_high=table.estimate[k] if known[k] else high[k],
            fpc=survey.fpc, method=f"{survey.variance_of(design)}; {words}",
            variable_label=survey.label(one.variable), base=one.base,
            n_level=int(np.nansum(Y[:, k])) if one.level else None,
        ) | {
            "estimate_id": estimate_id(
                one.variable, one.identifier_label, TOTAL, one.group, one.group_level, scheme
            )
        }  # fmt: skip


def _shares(Y: Floats) -> Floats:
    """Unweighted means of columns, NaN where nobody answered; shape (k,)."""
    count = (~np.isnan(Y)).sum(axis=0)
    return np.where(count > 0, np.nansum(Y, axis=0) / np.maximum(count, 1), np.nan)
