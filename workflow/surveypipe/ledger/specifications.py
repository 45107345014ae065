"""Each claim under every specification: scheme, missing answers, correction and method of interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from msgspec import structs

from surveypipe.ledger.carried import carried_end
from surveypipe.ledger.cases import Case
from surveypipe.ledger.extremes import bounds
from surveypipe.ledger.outcomes import COMPLETE, IMPUTED
from surveypipe.ledger.tipping import what_if
from surveypipe.ledger.universe import Point, Universe, interval, points
from surveypipe.study.grades import Evidence, Grade

SHARE_METHODS = ("logit", "korn_graubard", "korn_graubard_capped", "wilson")
MEAN_METHODS = ("t",)
ASSUMPTION = "response at random within cells of the scheme"
LIKE_THE_REST = "those who answered are like the rest, of whom nothing is known"
ALTERNATIVE = "counted otherwise"
# Estimates nearer than this are one point.
SAME = 1e-9


@dataclass(frozen=True)
class Robustness:
    """Parts of a grade that depend on the scheme alone: bound, tipping θ, estimate of the reader scenario.

    ``reader`` is None where no scenario moves the estimate; ``otherwise`` then says whether that speaks
    against the claim.
    """

    bounded: bool
    tipping: float
    reader: float | None
    otherwise: bool = True


def robustness(space: Universe) -> dict[tuple[int, str], Robustness]:
    """Compute what answers not missing at random do under each scheme, once for all of its intervals."""
    found = {}
    plan = space.made.sensitivity.scenario
    only = space.made.sensitivity
    if plan is not None:
        only = structs.replace(only, scenario=structs.replace(plan, k=(plan.k_grade,)))
    for scheme, gathered in space.cases.items():
        made = replace(space.made, primary=scheme, sensitivity=only)
        for number, case in enumerate(gathered):
            if scheme not in case.by_scheme:
                continue
            low, high = bounds(case) if made.silent_known else (math.nan, math.nan)
            bounded = case.bounded(low, high, made)
            tips, read = what_if(case, made, scheme, bounded)
            worst = next((one.estimate for one in read.worst.values()), None)
            found[number, scheme] = Robustness(bounded, tips.theta, worst, read.supported)
    return found


def specifications(space: Universe) -> list[dict[str, Any]]:
    """Lay out every specification of every claim, with support, grade and number of its point."""
    estimated, strong = points(space), robustness(space)
    rows: list[dict[str, Any]] = []
    for number, case in enumerate(space.cases[space.made.primary]):
        own: list[dict[str, Any]] = []
        for missing in (COMPLETE, IMPUTED)[: 1 if space.completed is None else 2]:
            for fpc in space.corrections:
                if (number, space.made.primary, missing, fpc) not in estimated:
                    continue
                for method in _methods(case, space.interval):
                    own += _one_setting(space, estimated, strong, number, missing, fpc, method)
        rows += _numbered(own)
    return rows


def _methods(case: Case, published: str) -> tuple[str, ...]:
    if case.claim.counted is None:
        return MEAN_METHODS
    return tuple(dict.fromkeys([*SHARE_METHODS, published]))


def _one_setting(
    space: Universe,
    estimated: Mapping[tuple[int, str, str, bool], Point],
    strong: Mapping[tuple[int, str], Robustness],
    number: int,
    missing: str,
    fpc: bool,
    method: str,
) -> list[dict[str, Any]]:
    """Rows of one claim under all schemes, all else being equal; a grade looks at all of them."""
    case, made = space.cases[space.made.primary][number], space.made
    ends, deciding, decides = {}, {}, case.claim.deciding_level(space.level)
    schemes = [scheme for scheme in made.schemes if scheme in case.by_scheme]
    for scheme in schemes:
        point = estimated[number, scheme, missing, fpc]
        if not case.claim.describes:
            under = space.cases[scheme][number]
            row = under.by_scheme[scheme]
            ends[scheme], deciding[scheme] = (
                (float(row["ci_low"]), float(row["ci_high"])),
                under.interval(scheme),
            )
            continue
        ends[scheme] = interval(point, case, method, space.level)
        same = decides == space.level
        deciding[scheme] = ends[scheme] if same else interval(point, case, method, decides)
    supported = {scheme: case.claim.supported(*deciding[scheme]) for scheme in schemes}
    published = missing == COMPLETE and fpc == space.fpc and method in ("t", space.interval)
    rows = []
    for scheme in schemes:
        point = estimated[number, scheme, missing, fpc]
        evidence = Evidence(
            primary=supported[scheme],
            unweighted=supported.get(made.unweighted, False),
            every_scheme=all(supported.values()),
            bounded=strong[number, scheme].bounded and case.claim.bounds_can_decide,
            tipping=strong[number, scheme].tipping,
            scenario=_reader_holds(case, point, deciding[scheme], strong[number, scheme]),
            theta_strong=made.sensitivity.theta_strong,
            silent_known=made.silent_known,
        )
        rows.append(
            {
                **identity(case),
                "what": ALTERNATIVE if case.measure else "specification",
                "scheme": scheme,
                "scheme_label": space.labels[scheme],
                "missing": missing,
                "fpc": fpc,
                "interval": method,
                "n": point.n,
                "estimate": point.estimate,
                "se": point.se,
                "df": point.df,
                "ci_low": ends[scheme][0],
                "ci_high": ends[scheme][1],
                "ci_level": space.level,
                "deciding_low": deciding[scheme][0],
                "deciding_high": deciding[scheme][1],
                "supported": supported[scheme],
                "grade": Grade.earned(evidence).number,
                "primary": published and scheme == made.primary,
                "note": ASSUMPTION if made.silent_known else LIKE_THE_REST,
                "measure": case.measure,
            }
        )
    return rows


def _reader_holds(case: Case, point: Point, deciding: tuple[float, float], strong: Robustness) -> bool:
    """Whether a claim stands in the reader scenario, the interval's half-width carried over."""
    moved = strong.reader
    if moved is None:
        return strong.otherwise
    ends = [carried_end(moved, point.estimate, end, logit_scale=case.claim.is_share) for end in deciding]
    return case.claim.supported(ends[0], ends[1])


def identity(case: Case) -> dict[str, Any]:
    """Cells that say which claim, of whom, a row is about."""
    return {"claim": case.key, "group": case.group, "group_level": case.group_level}


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the distinct points of a claim ascending numbers, and mark one row of each.

    The primary specification stands for its own point, else the first row.
    """
    values = sorted(row["estimate"] for row in rows)
    steps = np.concatenate([[True], np.diff(values) > SAME]) if values else np.array([], dtype=bool)
    least = [value for value, new in zip(values, steps, strict=True) if new]
    marked: dict[int, int] = {}
    for place, row in enumerate(rows):
        row["point"] = int(np.searchsorted(np.array(least) - SAME / 2, row["estimate"], side="right"))
        if row["point"] not in marked or row["primary"]:
            marked[row["point"]] = place
    for place, row in enumerate(rows):
        row["distinct"] = marked[row["point"]] == place
    return rows
