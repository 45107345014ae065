"""What each claim becomes under every assumption, limit and weighting scheme that a reader may choose.

Three things can be moved. The *assumption* about the silent: response at random within cells, a response
odds ratio θ (:mod:`surveypipe.ledger.sensitivity`), or a multiple k of the scenario
(:mod:`surveypipe.ledger.scenario`). The *limit*: threshold or margin of the claim. The *scheme*: the weights
in the place of the primary ones. The interval keeps its half-width (:mod:`surveypipe.ledger.carried`).

A grade says what has to be assumed for a claim to stand, whatever a reader assumes. So an assumption can take
a claim's grade away, where the interval no longer clears the limit under it, and never raises it.

Assumptions are laid out under the primary scheme: under several schemes together they would tell how small
parts of the respondents answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, cast

import pandas as pd
from msgspec import structs

from surveypipe.ledger import sensitivity
from surveypipe.ledger.carried import carried_end
from surveypipe.ledger.cases import Case, Setting
from surveypipe.ledger.cells import cells_of
from surveypipe.ledger.extremes import bounds
from surveypipe.ledger.rows import evidence
from surveypipe.ledger.tipping import in_common, readers, supposing, what_if
from surveypipe.study.bounds import Interval
from surveypipe.study.claims import AnyClaim
from surveypipe.study.comparing import equivalence_outcome
from surveypipe.study.grades import Grade
from surveypipe.study.offered import offered
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.sides import place

# Odds ratios that a reader may choose, and their reciprocals; 1 is response at random.
STEPS = (
    *(1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.2, 2.4, 2.6, 2.8, 3.0, 3.3, 3.6),
    *(4.0, 4.5, 5.0, 5.5, 6.0, 7.0, 8.0, 9.0, 10.0),
)  # fmt: skip
COLUMNS = (
    *("claim", "group", "group_level", "scheme", "assumption", "theta", "k", "n", "estimate"),
    *("ci_low", "ci_high", "deciding_low", "deciding_high", "ci_level"),
    *("limits", "supported", "outcomes", "grades", "otherwise"),
)  # fmt: skip
# Between the parts of a cell that holds several; at the end as well, so that one number is no number.
BETWEEN, WITHIN = "|", " "
YES, NO = "y", "n"


class Assumption(StrEnum):
    """What is assumed of those who did not answer."""

    AT_RANDOM = "at_random"
    THETA = "theta"
    SCENARIO = "scenario"


def thetas(plan: Sensitivity) -> tuple[float, ...]:
    """List the response odds ratios that a reader may choose, ascending, 1 left out."""
    named = {*STEPS, *plan.theta_grid, *plan.theta_shown, plan.theta_strong}
    both = {round(ratio, 10) for theta in named for ratio in (theta, 1 / theta)}
    return tuple(sorted(both - {1.0}))


def explorer_table(made: Setting, gathered: Mapping[str, Sequence[Case]]) -> pd.DataFrame:
    """Lay out the claims over everybody under all that a reader may choose.

    Parameters
    ----------
    made
        See :func:`surveypipe.ledger.cases.setting`.
    gathered
        Scheme -> the claims with its weights and cells.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; no rows where nothing is known of the silent. ``supported`` has a letter
        (``y``, ``n``) for each of ``limits``. Of rows at random ``outcomes`` says for each where the interval
        lies, and ``grades`` and ``otherwise`` have a number: the grade, and what it is where an assumption
        has taken the support away.
    """
    rows: list[dict[str, Any]] = []
    for scheme, cases in gathered.items() if made.silent_known else ():
        under = replace(made, primary=scheme)
        # A total is told only under weights that add up to people.
        for case in (one for one in cases if one.group == "overall" and scheme in one.by_scheme):
            rows.append(_at_random(case, under))
            if scheme == made.primary:
                rows += [*at_thetas(case, made), *at_ks(case, made)]
    order = {key: place for place, key in enumerate(made.claims)}
    rows.sort(key=lambda row: order[row["claim"]])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(case: Case, made: Setting, assumption: Assumption) -> dict[str, Any]:
    main = case.by_scheme[made.primary]
    return {
        "claim": case.key, "group": case.group, "group_level": case.group_level, "scheme": made.primary,
        "assumption": str(assumption), "theta": math.nan, "k": math.nan, "n": main["n"],
        "ci_level": main["ci_level"], "limits": joined([f"{limit:.12g}" for limit in offered(case.claim)]),
        "outcomes": "", "grades": "", "otherwise": "",
    }  # fmt: skip


def joined(parts: Sequence[str]) -> str:
    """Write several numbers into one cell."""
    return "".join(part + BETWEEN for part in parts)


def _letters(held: Sequence[bool]) -> str:
    return "".join(YES if one else NO for one in held)


def _numbers(estimate: float, ends: Interval, deciding: Interval) -> dict[str, float]:
    return {
        "estimate": estimate, "ci_low": ends[0], "ci_high": ends[1],
        "deciding_low": deciding[0], "deciding_high": deciding[1],
    }  # fmt: skip


def _published(case: Case, scheme: str) -> tuple[float, Interval, Interval]:
    """Estimate, published interval and the one that decides, under a scheme."""
    row = case.by_scheme[scheme]
    ends = float(row["ci_low"]), float(row["ci_high"])
    return float(row["estimate"]), ends, case.interval(scheme)


def _at_random(case: Case, made: Setting) -> dict[str, Any]:
    """Row of a claim under a scheme, with its grade at each limit."""
    low, high = bounds(case) if case.claim.bounded else (math.nan, math.nan)
    plan = made.sensitivity.scenario
    only = made
    if plan is not None:
        only = replace(
            made,
            sensitivity=structs.replace(made.sensitivity, scenario=structs.replace(plan, k=(plan.k_grade,))),
        )
    common = in_common(case, only)
    grades, otherwise, held = [], [], []
    for limit in offered(case.claim):
        held_against = against(case, limit)
        bounded = held_against.bounded(low, high, made)
        robust = what_if(held_against, only, made.primary, bounded, common)
        found = evidence(held_against, only, bounded, *robust)
        grades.append(Grade.earned(found))
        otherwise.append(Grade.earned(found._replace(primary=False)))
        held.append(held_against.supported(made.primary))
    return {
        **_row(case, made, Assumption.AT_RANDOM),
        **_numbers(*_published(case, made.primary)),
        "supported": _letters(held),
        "outcomes": joined(
            [
                _outcome(case.claim, limit, *_published(case, made.primary)[1:])
                for limit in offered(case.claim)
            ]
        ),
        "grades": joined([str(grade.number) for grade in grades]),
        "otherwise": joined([str(grade.number) for grade in otherwise]),
    }


def _outcome(claim: AnyClaim, limit: float, ends: Interval, deciding: Interval) -> str:
    """Say where an interval lies beside each side of a limit, or what came of an equivalence test."""
    if claim.within_margin:
        return str(equivalence_outcome(limit, deciding, ends))
    return WITHIN.join(place(side, *ends) for side in claim.at(limit).sides())


def against(case: Case, limit: float) -> Case:
    """Hold a claim against another limit."""
    return replace(case, claim=cast(AnyClaim, case.claim.at(limit)))


def at_thetas(case: Case, made: Setting) -> Iterator[dict[str, Any]]:
    """Rows of a claim at each response odds ratio; none of a kind that is not one mean."""
    if not case.claim.describes:
        return
    cells = cells_of(case)
    for theta in thetas(made.sensitivity):
        moved = sensitivity.mixture(cells, theta)
        estimate, ends, deciding = moved_to(case, made.primary, moved)
        held = [case.claim.at(limit).supported(*deciding) for limit in offered(case.claim)]
        yield {
            **_row(case, made, Assumption.THETA),
            **_numbers(estimate, ends, deciding),
            "theta": theta,
            "supported": _letters(held),
        }


def moved_to(case: Case, scheme: str, moved: float) -> tuple[float, Interval, Interval]:
    """Carry both intervals of a claim over to an estimate under an assumption."""
    estimate, ends, deciding = _published(case, scheme)

    def carried(interval: Interval) -> Interval:
        low, high = (carried_end(moved, estimate, end, logit_scale=case.claim.is_share) for end in interval)
        return low, high

    return moved, carried(ends), carried(deciding)


def at_ks(case: Case, made: Setting) -> Iterator[dict[str, Any]]:
    """Rows of a claim at each multiple of the scenario; the worst case decides, as in the ledger."""
    plan = made.sensitivity.scenario
    if plan is None or not case.claim.describes:
        return
    supposed = supposing(case, made)
    neutral = readers(case, made, made.primary, supposed).neutral
    for k in plan.steps:
        only = structs.replace(made.sensitivity, scenario=structs.replace(plan, k=(k,), k_grade=k))
        at = replace(made, sensitivity=only)
        held = [
            readers(against(case, limit), at, made.primary, supposed).supported
            for limit in offered(case.claim)
        ]
        yield {
            **_row(case, made, Assumption.SCENARIO),
            **_numbers(*moved_to(case, made.primary, neutral[k].estimate)),
            "k": k,
            "supported": _letters(held),
        }
