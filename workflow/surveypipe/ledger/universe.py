"""Every reasonable specification of a claim: estimates, standard errors, intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.design.protocol import Design
from surveypipe.estimation import imputation
from surveypipe.estimation.pooling import pool
from surveypipe.ledger import cases as claim_ledger
from surveypipe.ledger.cases import Case, Setting
from surveypipe.ledger.imputed import completed_data
from surveypipe.ledger.outcomes import COMPLETE, IMPUTED
from surveypipe.problems import SurveyError
from surveypipe.study.claims import claims_of
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.codebook import Codebook

Floats = NDArray[np.float64]
CELL = "response_cell"


@dataclass(frozen=True)
class Universe:
    """What the specifications are made from.

    Attributes
    ----------
    made
        What all claims share; its primary scheme is the one in force.
    cases
        Scheme -> claims with that scheme's weights and cells, all in the same order.
    designs, labels
        Scheme -> design, and its name in tables.
    completed
        For each claim whose estimand is a mean of answers (by its place among the cases) its outcomes in m
        completed data sets, shape (n, m); None where items were not imputed.
    fpc, interval, level
        Those of the published estimates.
    """

    made: Setting
    cases: Mapping[str, Sequence[Case]]
    designs: Mapping[str, Design]
    labels: Mapping[str, str]
    completed: Mapping[int, Floats] | None
    fpc: bool
    interval: str
    level: float

    @property
    def corrections(self) -> tuple[bool, ...]:
        """Whether the finite population counts; as published where nothing is known of who else there is."""
        return (True, False) if self.made.silent_known else (self.fpc,)


def universe(
    made: Setting,
    config: Mapping[str, Any],
    estimates: pd.DataFrame,
    respondents: pd.DataFrame,
    dispositions: pd.DataFrame,
    designs: Mapping[str, Design],
    completed: Iterable[pd.DataFrame] | None,
) -> Universe:
    """Gather the claims under every scheme, and their imputed outcomes.

    Parameters
    ----------
    made, estimates, respondents, dispositions
        See :func:`surveypipe.ledger.cases.cases`.
    config
        Sections weighting and analysis.
    designs
        Scheme -> design.
    completed
        From :func:`completed_people`, or None.
    """
    by_scheme = {}
    for scheme in made.schemes:
        under = replace(made, primary=scheme)
        by_scheme[scheme] = [
            *claim_ledger.cases(under, estimates, respondents, dispositions),
            *claim_ledger.alternatives(under, estimates, respondents, dispositions),
        ]
    analysis = config["analysis"]
    filled = None
    if completed is not None:
        filled = _outcomes_of_all(made, by_scheme[made.primary], completed)
    return Universe(
        made, by_scheme, designs,
        {key: str(scheme.get("label", key)) for key, scheme in config["weighting"]["schemes"].items()},
        filled, bool(analysis["fpc"]["descriptive"]), str(analysis["proportion_interval"]),
        float(analysis["ci_level"]),
    )  # fmt: skip


def completed_people(
    respondents: pd.DataFrame,
    labels: NDArray[Any],
    missing: pd.DataFrame,
    config: Mapping[str, Any],
    codebook: Codebook,
) -> tuple[Iterable[pd.DataFrame] | None, str]:
    """Impute unanswered items and make scales and recodes anew in every completed data set.

    Parameters
    ----------
    respondents
        One row per respondent: ``id``, items (reverse-worded ones turned), frame variables.
    labels
        Response cell of each under the primary scheme; it enters the imputation.
    missing
        Long table of missing values: id, variable, reason.
    config
        Sections cleaning, claims, sensitivity, seed; ``analysis.imputation`` (scales, single, auxiliaries,
        number, reasons) where it is set, else all scales and the sources of the claims' recodes.
    codebook
        Answers and routing.

    Returns
    -------
    tuple
        Completed data sets as :func:`surveypipe.ledger.imputed.completed_data` yields them, or None; and how
        many, or the reason.
    """
    scales, single, plan = _items(config)
    people = respondents.reset_index(drop=True).assign(**{CELL: np.asarray(labels, dtype=str)})
    items = [*dict.fromkeys([item for own in scales.values() for item in own] + single)]
    if not items:
        return None, "no items to impute"
    reasons = plan.get("reasons", ["blank", "set_missing"])
    routed = imputation.routed_items(missing, list(people["id"]), items, reasons=reasons)
    if not imputation.share_incomplete(people, routed):
        return None, "no item is unanswered"
    try:
        filled = imputation.impute(
            people, scales=scales, single=single, auxiliaries=[CELL, *plan.get("auxiliaries", [])],
            routed=routed.reset_index(drop=True), seed=int(config["seed"]), m=plan.get("number"),
        )  # fmt: skip
    except SurveyError as error:
        return None, " ".join(error.problems)
    cleaning = msgspec.convert(config["cleaning"], Cleaning)
    return completed_data(people, filled, cleaning, codebook), f"{filled.m} data sets"


def _items(config: Mapping[str, Any]) -> tuple[dict[str, list[str]], list[str], Mapping[str, Any]]:
    cleaning, plan = config["cleaning"], config["analysis"].get("imputation") or {}
    every = {made["variable"]: list(made["items"]) for made in cleaning.get("scales", [])}
    scales = {name: every[name] for name in plan.get("scales", every)}
    if "single" in plan:
        return scales, list(plan["single"]), plan
    recodes = {made["variable"]: made for made in cleaning.get("recodes", [])}
    known = {item for items in scales.values() for item in items} | set(scales)
    wanted: list[str] = []
    waiting = [claim.variable for claim in claims_of(config).values()]
    waiting += [name for conditions in config.get("bases", {}).values() for name in conditions]
    waiting += [plan["variable"] for plan in filter(None, [config["sensitivity"].get("scenario")])]
    while waiting:
        name = waiting.pop(0)
        if name in recodes:
            keys = ("from", "filter", "minuend", "subtrahend")
            waiting += [recodes[name][key] for key in keys if key in recodes[name]]
        elif name not in known and name not in wanted:
            wanted.append(name)
    return scales, wanted, plan


def _outcomes_of_all(
    made: Setting, cases: Sequence[Case], completed: Iterable[pd.DataFrame]
) -> dict[int, Floats]:
    """Outcomes of each claim that describes answers, NaN outside its base, in m data sets: (n, m)."""
    parts: dict[int, list[Floats]] = {number: [] for number, case in enumerate(cases) if case.claim.describes}
    for stacked in completed:
        for number, found in parts.items():
            case = cases[number]
            people = claim_ledger.people_of(made, case.claim, stacked)
            found.append(replace(case, people=people).outcome.reshape(-1, len(case.people)).T)
    return {number: np.column_stack(found) for number, found in parts.items()}


@dataclass(frozen=True)
class Point:
    """An estimate before any interval: estimate, standard error, df and base."""

    estimate: float
    se: float
    df: float
    n: int
    deff: float


def points(space: Universe) -> dict[tuple[int, str, str, bool], Point]:
    """Estimate each claim under every scheme, missing-data treatment and correction.

    Returns
    -------
    dict
        (number of the claim, scheme, missing, fpc) -> :class:`Point`; imputed ones pooled by Rubin's rules.
    """
    found: dict[tuple[int, str, str, bool], Point] = {}
    main = space.cases[space.made.primary]
    means = [number for number, case in enumerate(main) if case.claim.describes]
    for number in set(range(len(main))) - set(means):
        for scheme in space.designs:
            row = space.cases[scheme][number].by_scheme.get(scheme)
            # A total has none under weights that do not add up to people.
            if row is not None:
                found[number, scheme, COMPLETE, space.fpc] = _published(row)
    for scheme, design in space.designs.items() if means else ():
        Y = np.column_stack([main[number].outcome for number in means])
        for fpc in space.corrections:
            found |= _of_means(space, means, Y, scheme, design, fpc)
    return found


def _published(row: pd.Series) -> Point:
    """Give the point of a claim that is estimated in one way only, as the table of estimates has it."""
    estimate, se, df = (float(row[name]) for name in ("estimate", "se", "df"))
    return Point(estimate, se, df, int(row["n"]), math.nan)


def _of_means(
    space: Universe, means: Sequence[int], Y: Floats, scheme: str, design: Design, fpc: bool
) -> dict[tuple[int, str, str, bool], Point]:
    """Points of the claims that are means of answers, under one scheme and correction."""
    found: dict[tuple[int, str, str, bool], Point] = {}
    deff, table = _kish(Y, design.weights), design.means_by_formula(Y, fpc=fpc)
    for place, number in enumerate(means):
        found[number, scheme, COMPLETE, fpc] = Point(
            float(table.estimate[place]), float(table.se[place]), float(table.df[place]),
            int(table.n[place]), float(deff[place]),
        )  # fmt: skip
    if space.completed is None:
        return found
    filled = design.means_by_formula(np.column_stack([space.completed[one] for one in means]), fpc=fpc)
    start = 0
    for number in means:
        own = space.completed[number]
        part = slice(start, start + own.shape[1])
        start += own.shape[1]
        pooled = pool(filled.estimate[part], filled.se[part] ** 2, df_complete=float(filled.df[part].mean()))
        found[number, scheme, IMPUTED, fpc] = Point(
            pooled.estimate, pooled.se, pooled.df, round(float(filled.n[part].mean())),
            float(_kish(own, design.weights).mean()),
        )  # fmt: skip
    return found


def _kish(Y: Floats, weights: Floats) -> Floats:
    share = (~np.isnan(Y)) * weights[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (share > 0).sum(axis=0) * (share**2).sum(axis=0) / share.sum(axis=0) ** 2
    return np.asarray(ratio, dtype=np.float64)


def interval(point: Point, case: Case, method: str, level: float) -> tuple[float, float]:
    """Interval of a point by a named method; a share of 0 or 1 has no standard error of its own."""
    if case.claim.counted is None:
        low, high = intervals.t_interval(point.estimate, point.se, point.df, level=level)
        return float(low), float(high)
    se = point.se if 0 < point.estimate < 1 else math.nan
    ends = intervals.proportion_interval(
        point.estimate, se, point.df, point.n, method=method, level=level, n_start=point.n / point.deff
    )
    return float(ends[0]), float(ends[1])
