"""The table of estimates: every variable, level, group and weighting scheme in one tidy row each.

Estimands are laid out once as columns of a matrix (NaN outside the domain) and estimated under each scheme in
bulk. Degrees of freedom are respondents in the domain less response cells in the domain. Reporting
conventions: a proportion of 0 or 1 has no standard error and a Korn-Graubard interval; ordinal items of four
points or more also have their merged categories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.design.protocol import Design
from surveypipe.design.quantiles import domain_quantiles
from surveypipe.design.variance import VarianceTable
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.estimation.survey import (
    Survey,
    alternatives,
    analysed_variables,
    claim_of,
    indicator,
    places,
)
from surveypipe.identifiers import HISTOGRAM, estimate_id
from surveypipe.study.bases import ANSWERED
from surveypipe.study.item_types import MEDIAN
from surveypipe.study.poles import MERGED_FROM, category_label, parted
from surveypipe.weighting import replicates

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
QUANTILES = {0.25: "lower_quartile", 0.5: "median", 0.75: "upper_quartile"}
SMALL_DF = 8
# Values held in memory at once.
BLOCK = 20_000_000


@dataclass(frozen=True)
class Estimand:
    """One quantity to estimate; `make` gives its outcomes (NaN outside its domain), shape (n,).

    Outcomes are made when they are needed: a large survey has more of them than fit in memory.
    """

    variable: str
    statistic: str
    make: Callable[[], Floats]
    level: str = ""
    level_label: str = ""
    group: str = "overall"
    group_level: str = ""
    claim: str = ""
    base: str = "answered"
    identifier_label: str = ""

    @property
    def outcome(self) -> Floats:
        """Column of outcomes."""
        return self.make()

    @property
    def share(self) -> bool:
        """Whether it is a proportion."""
        return self.statistic in ("proportion", HISTOGRAM)


def merged_categories(values: Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    """Lower, middle and upper categories of an ordinal item: (level, label, codes).

    Halves of the scale; the middle of an odd number of points stands alone. Empty below four points.
    """
    if len(values) < MERGED_FROM:
        return []
    parts = parted(list(values)).items()
    return [(name, " or ".join(values[code] for code in part), list(part)) for name, part in parts if part]


def estimands(survey: Survey) -> list[Estimand]:
    """Lay out everything to estimate, over all respondents and within each group."""
    made: list[Estimand] = []
    claims = claim_of(survey.settings)
    base: dict[str, str] = {claim.variable: claim.base for claim in survey.described.values()}
    # Another rule of counting is tried over everybody only: within groups it would tell too much.
    tried = {name: at for name, at in alternatives(survey.settings).items() if name not in base}
    base |= tried
    for name in analysed_variables(survey.settings):
        domain = survey.inside(base.get(name, ANSWERED))
        for plain in ungrouped(survey, name):
            for group, level, inside in places(survey):
                if group == name or (level and name in tried):
                    continue
                made.append(
                    replace(
                        plain,
                        make=partial(within, domain & inside, plain.make),
                        group=group,
                        group_level=level,
                        claim=claims.get(name, ""),
                        base=base.get(name, ANSWERED),
                    )
                )
    return made


def within(domain: NDArray[np.bool_], make: Callable[[], Floats]) -> Floats:
    """Make outcomes, NaN outside a domain; shape (n,)."""
    return np.where(domain, make(), np.nan)


def _merged(column: pd.Series, codes: Sequence[str]) -> Floats:
    return np.asarray(np.sum([indicator(column, code) for code in codes], axis=0))


def ungrouped(survey: Survey, name: str) -> Iterator[Estimand]:
    """Lay out what is estimated of an item over all respondents: its answers, then its summaries."""
    column, kind = survey.respondents[name], survey.item_type(name)
    values = survey.values(name)
    if kind.listed:
        for code, text in values.items():
            yield Estimand(
                name, "proportion", partial(indicator, column, code), code, text, identifier_label=text
            )
    if kind.ordered:
        for level, text, codes in merged_categories(values):
            # A middle category of one point has that point's label: the identifier tells them apart.
            unique = f"{level} {text}" if len(codes) == 1 else text
            hits = partial(_merged, column, codes)
            label = category_label(survey.variables[name], level, [values[code] for code in codes])
            yield Estimand(name, "proportion", hits, level, label, identifier_label=unique)
    for statistic in kind.summaries:
        yield Estimand(name, statistic, partial(column.to_numpy, float))


def descriptive_rows(survey: Survey, wanted: Sequence[Estimand]) -> Iterator[dict[str, Any]]:
    """Proportions and means under every scheme, with intervals."""
    wanted = [one for one in wanted if one.statistic != MEDIAN]
    for scheme, design in survey.designs.items():
        for block in _blocks(survey, wanted):
            Y = np.column_stack([one.outcome for one in block])
            table = design.means(Y, fpc=survey.fpc)
            yield from scheme_rows(survey, block, Y, scheme, table)


def _blocks(survey: Survey, wanted: Sequence[Estimand]) -> Iterator[Sequence[Estimand]]:
    """Estimands in groups whose outcomes fit in memory together."""
    size = max(1, BLOCK // max(1, len(survey.respondents)))
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def scheme_rows(
    survey: Survey, wanted: Sequence[Estimand], Y: Floats, scheme: str, table: VarianceTable
) -> Iterator[dict[str, Any]]:
    """Rows of one scheme, from its table of estimates and standard errors."""
    design = survey.designs[scheme]
    inside = ~np.isnan(Y)
    deff = _kish(inside * design.weights[:, None])
    share = np.array([one.share for one in wanted])
    known = complete(inside, design)
    se = np.where(share & ((table.estimate <= 0) | (table.estimate >= 1)) & ~known, np.nan, table.se)
    low, high = _limits(survey, table, se, share, deff, known & survey.fpc)
    jackknife = _jackknife(survey, scheme, Y, table.estimate)
    n_level = np.where(inside, Y == 1, False).sum(axis=0)
    for k, one in enumerate(wanted):
        yield estimate_row(
            one.variable, one.statistic, table.estimate[k],
            claim=one.claim, level=one.level, group=one.group, group_level=one.group_level, scheme=scheme,
            n=int(table.n[k]), se=se[k], df=table.df[k], ci_low=low[k], ci_high=high[k],
            ci_level=survey.level, deff_kish=deff[k], deff_design=table.deff_design[k], fpc=survey.fpc,
            method=_method(survey, design, one, table.estimate[k], known[k] and survey.fpc),
            variable_label=survey.label(one.variable), level_label=one.level_label, base=one.base,
            n_level=int(n_level[k]) if one.share else None,
            se_jackknife=jackknife[k] if np.isfinite(se[k]) else np.nan,
            flag=_flag(one, table.estimate[k], table.n[k], table.df[k]),
        ) | {
            "estimate_id": estimate_id(
                one.variable, one.identifier_label, one.statistic, one.group, one.group_level, scheme
            )
        }  # fmt: skip


def _kish(share: Floats) -> Floats:
    """Kish's design effect n Σw² / (Σw)² of the weights in each domain."""
    count = (share > 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(count * (share**2).sum(axis=0) / share.sum(axis=0) ** 2)


def complete(inside: NDArray[np.bool_], design: Design) -> NDArray[np.bool_]:
    """Whether everybody answered in every cell that a domain touches."""
    return design.complete(inside)


def _limits(
    survey: Survey,
    table: VarianceTable,
    se: Floats,
    share: NDArray[np.bool_],
    deff: Floats,
    known: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    low, high = intervals.t_interval(table.estimate, se, table.df, level=survey.level)
    p = np.where(share, table.estimate, 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        start = table.n / deff
        share_low, share_high = intervals.proportion_interval(
            p, se, table.df, table.n,
            method=survey.settings.analysis.proportion_interval, level=survey.level, n_start=start,
        )  # fmt: skip
    low, high = np.where(share, share_low, low), np.where(share, share_high, high)
    return np.where(known, table.estimate, low), np.where(known, table.estimate, high)


def _jackknife(survey: Survey, scheme: str, Y: Floats, estimate: Floats) -> Floats:
    # Replicates of a census carry the correction; those of a sample what its selection tells.
    if scheme not in survey.replicate_weights or not (survey.fpc or survey.settings.design.drawn):
        return np.full(len(estimate), np.nan)
    matrix, coefs = survey.replicate_weights[scheme]
    return np.sqrt(replicates.variance(replicates.means(Y, matrix), estimate, coefs))


def _method(survey: Survey, design: Design, one: Estimand, estimate: float, known: bool) -> str:
    variance = survey.variance_of(design)
    if known:
        return f"{variance}; everybody answered"
    if not one.share:
        return f"{variance}; t interval"
    name = survey.settings.analysis.proportion_interval
    return f"{variance}; {intervals.INTERVAL_NAMES['korn_graubard_capped' if estimate in (0, 1) else name]}"


def _flag(one: Estimand, estimate: float, n: float, df: float) -> str:
    if n == 0:
        return "nobody in the base"
    words = []
    if one.share and estimate in (0, 1):
        words.append("nobody gave this answer" if estimate == 0 else "everybody gave this answer")
    if df < 1:
        words.append("no degrees of freedom")
    elif df < SMALL_DF:
        words.append("few degrees of freedom")
    return "; ".join(words)


def quantile_rows(survey: Survey, wanted: Sequence[Estimand]) -> Iterator[dict[str, Any]]:
    """Medians, each with its quartiles, under the primary scheme and unweighted."""
    medians = [one for one in wanted if one.statistic == MEDIAN and not np.isnan(one.outcome).all()]
    for scheme in dict.fromkeys(name for name in (survey.primary, survey.unweighted) if name):
        design = survey.designs[scheme]
        for one in medians:
            found = domain_quantiles(one.outcome, design, list(QUANTILES), fpc=survey.fpc, level=survey.level)
            for p, quantile in zip(QUANTILES, found, strict=True):
                yield estimate_row(
                    one.variable, QUANTILES[p], quantile.estimate,
                    claim=one.claim, group=one.group, group_level=one.group_level, scheme=scheme,
                    n=quantile.n, se=quantile.se, df=quantile.df, ci_low=quantile.ci_low,
                    ci_high=quantile.ci_high, ci_level=survey.level, fpc=survey.fpc,
                    method=f"{survey.variance_of(design)}; Woodruff interval",
                    variable_label=survey.label(one.variable), base=one.base,
                )  # fmt: skip


def gather(*parts: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Put the rows of all parts into the table of estimates."""
    return estimate_frame([row for part in parts for row in part])
