"""The tables of the ledger: a row for each claim, and its estimate at each odds ratio."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from surveypipe.ledger import sensitivity
from surveypipe.ledger.cases import Case, Setting
from surveypipe.ledger.cells import cells_of
from surveypipe.ledger.extremes import bounds
from surveypipe.ledger.outcomes import ScenarioSource
from surveypipe.ledger.tipping import Readers, Tipping, what_if
from surveypipe.study.grades import Evidence, Grade
from surveypipe.study.outcomes import Bounding

THETA_COLUMNS = ("claim", "group", "group_level", "theta_in", "theta", "estimate", "note")
# For a reader: what silent non-readers are supposed to answer, by the scenario's source.
SCENARIO_NOTES = {
    ScenarioSource.ABSENT: "",
    ScenarioSource.SILENT_UNKNOWN: "nothing is known of the {silent.many}",
    ScenarioSource.UNDEFINED: "not defined for this kind of claim",
    ScenarioSource.NONE: "{silent.adjective} {readers.many} answer as {readers.adjective} "
    "{respondents.many} of their cell",
    ScenarioSource.FIXED: "{silent.adjective} {non_readers.many} count as no",
    ScenarioSource.GROUP: "{silent.adjective} {non_readers.many} answer as {non_readers.adjective} "
    "{respondents.many} of their group",
    ScenarioSource.ALL: "{silent.adjective} {non_readers.many} answer as {non_readers.adjective} "
    "{respondents.many} of all groups (too few in a group)",
    ScenarioSource.ASSUMED: "too few {non_readers.adjective} {respondents.many}: neutral here, the worst "
    "case beside it and in the grade",
}


def ledger_row(case: Case, made: Setting) -> dict[str, Any]:
    """Fill one row of the ledger.

    Parameters
    ----------
    case
        The claim and what is known of it.
    made
        What all claims share.
    """
    main = case.by_scheme[made.primary]
    low, high, bounding = _bounds(case, made)
    bounded = case.bounded(low, high, made)
    tips, read = what_if(case, made, made.primary, bounded)
    grade = Grade.earned(evidence(case, made, bounded, tips, read))
    return {
        **_identity(case, made),
        "n": main["n"],
        "scheme_primary": made.primary,
        **{name: main[name] for name in ("estimate", "se", "df", "ci_low", "ci_high", "ci_level")},
        **_schemes(case, made),
        "bound_low": low,
        "bound_high": high,
        "tipping_theta": _finite(tips.theta),
        "tipping_theta_interval": _finite(tips.theta_interval),
        "tipping_note": tips.note,
        **{_k_column("reader", k): one.estimate for k, one in read.neutral.items()},
        "reader_note": made.vocabulary.fill(SCENARIO_NOTES[read.source]),
        **_equivalence(case, made.primary),
        "grade": grade.number,
        "grade_label": grade.label(made.vocabulary),
        "verdict": case.claim.verdict(grade, made.vocabulary),
        **{_k_column("reader_worst", k): one.estimate for k, one in read.worst.items()},
        "reader_limit": read.end,
        "tipping_shift": _finite(tips.shift),
        "tipping_shift_interval": _finite(tips.shift_interval),
        "other_thresholds": _other_thresholds(case, made.primary),
        "tipping_outcome": str(tips.outcome),
        "tipping_interval_outcome": str(tips.interval_outcome),
        "scenario_source": str(read.source),
        "bounds_outcome": str(bounding),
        "tipping_theta_other": _finite(tips.theta_other),
    }


def evidence(case: Case, made: Setting, bounded: bool, tips: Tipping, read: Readers) -> Evidence:
    """Gather all that the grade of a claim rests on.

    Parameters
    ----------
    bounded
        Whether its bounds support the claim.
    tips, read
        See :func:`surveypipe.ledger.tipping.what_if`.
    """
    return Evidence(
        primary=case.supported(made.primary),
        unweighted=case.supported(made.unweighted),
        every_scheme=all(case.supported(scheme) for scheme in case.by_scheme),
        bounded=bounded and case.claim.bounds_can_decide,
        tipping=tips.theta,
        scenario=read.supported,
        theta_strong=made.sensitivity.theta_strong,
        silent_known=made.silent_known,
    )


def _bounds(case: Case, made: Setting) -> tuple[float, float, Bounding]:
    if not made.silent_known:
        return math.nan, math.nan, Bounding.SILENT_UNKNOWN
    low, high = bounds(case)
    if math.isinf(low) or math.isinf(high):
        return math.nan, math.nan, Bounding.UNLIMITED
    return low, high, Bounding.KNOWN if case.claim.bounded else Bounding.UNDEFINED


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _k_column(prefix: str, k: float) -> str:
    return f"{prefix}_k{round(100 * k):03d}"


def _identity(case: Case, made: Setting) -> dict[str, Any]:
    claim = case.claim
    return {
        "claim": case.key,
        "label": claim.label,
        "short": claim.short,
        "kind": claim.kind,
        "variable": claim.variable,
        "statistic": claim.statistic,
        "base": claim.base,
        "group": case.group,
        "group_level": case.group_level,
        "threshold": claim.threshold,
        "upper_threshold": math.nan if claim.upper_threshold is None else claim.upper_threshold,
        "margin": claim.margin,
    }


def _schemes(case: Case, made: Setting) -> dict[str, float]:
    values = {scheme: float(row["estimate"]) for scheme, row in case.by_scheme.items()}
    return {
        **{f"estimate_{scheme}": values.get(scheme, math.nan) for scheme in made.schemes},
        "scheme_low": min(values.values()),
        "scheme_high": max(values.values()),
    }


def _equivalence(case: Case, scheme: str) -> dict[str, Any]:
    if not case.claim.within_margin:
        return {
            "ci_tost_low": math.nan,
            "ci_tost_high": math.nan,
            "power_at_zero": math.nan,
            "equivalence": "",
        }
    test = case.tost(scheme)
    return {
        "ci_tost_low": test.ci_tost[0],
        "ci_tost_high": test.ci_tost[1],
        "power_at_zero": test.power_at_zero,
        "equivalence": test.verdict,
    }


def ledger_columns(made: Setting) -> list[str]:
    """Columns of the ledger, in order; those of schemes and of the scenario's k as the study names them."""
    steps = made.sensitivity.scenario.steps if made.sensitivity.scenario else []
    return [
        *("claim", "label", "short", "kind", "variable", "statistic", "base", "group", "group_level"),
        *("threshold", "upper_threshold", "margin", "n", "scheme_primary"),
        *("estimate", "se", "df", "ci_low", "ci_high", "ci_level"),
        *(f"estimate_{scheme}" for scheme in made.schemes),
        *("scheme_low", "scheme_high", "bound_low", "bound_high"),
        *("tipping_theta", "tipping_theta_interval", "tipping_note"),
        *(_k_column("reader", k) for k in steps),
        *("reader_note", "ci_tost_low", "ci_tost_high", "power_at_zero", "equivalence"),
        *("grade", "grade_label", "verdict"),
        *(_k_column("reader_worst", k) for k in steps),
        *("reader_limit", "tipping_shift", "tipping_shift_interval", "other_thresholds"),
        *("tipping_outcome", "tipping_interval_outcome", "scenario_source"),
        *("bounds_outcome", "tipping_theta_other"),
    ]


def _other_thresholds(case: Case, scheme: str) -> str:
    """Say for each threshold shown as a sensitivity whether the claim would be supported under it."""
    words = []
    for threshold in case.claim.sensitivity_thresholds:
        holds = case.claim.at(threshold).supported(*case.interval(scheme))
        words.append(f"{case.claim.noted(threshold)}: {'supported' if holds else 'not supported'}")
    return "; ".join(words)


def theta_grid(grid: Sequence[float], directions: Sequence[str]) -> list[float]:
    """Odds ratios to show: the grid on each harmful side, 1 always included, ascending."""
    values = {1.0}
    if "above" in directions:
        values |= {float(theta) for theta in grid}
    if "below" in directions:
        values |= {1 / float(theta) for theta in grid}
    return sorted(values)


def theta_rows(case: Case, made: Setting) -> Iterator[dict[str, Any]]:
    """Rows of the θ table for one claim: a common θ, then θ in one group only (``theta_in``)."""
    if not made.silent_known or not case.claim.describes:
        return
    cells = cells_of(case)
    grid = theta_grid(made.sensitivity.theta_grid, [side.direction for side in case.claim.sides()])
    identity = {"claim": case.key, "group": case.group, "group_level": case.group_level}
    acting = ["", *made.levels] if case.group == "overall" else [""]
    for level in acting:
        for theta in grid:
            value = sensitivity.mixture(cells, {level: theta} if level else theta)
            note = sensitivity.theta_note(cells, theta)
            yield {**identity, "theta_in": level, "theta": theta, "estimate": value, "note": note}


def claim_tables(made: Setting, gathered: Sequence[Case]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make the ledger of all claims, the θ table, and the θ table with θ acting in one group only.

    Parameters
    ----------
    made
        See :func:`setting`.
    gathered
        See :func:`cases`.

    Returns
    -------
    tuple of pandas.DataFrame
        Claims; (claim, group, group_level, theta, estimate, note); the same with ``theta_in``.
    """
    ledger = pd.DataFrame([ledger_row(case, made) for case in gathered], columns=ledger_columns(made))
    rows = pd.DataFrame(
        [row for case in gathered for row in theta_rows(case, made)], columns=list(THETA_COLUMNS)
    )
    common = rows[rows["theta_in"] == ""].drop(columns="theta_in").reset_index(drop=True)
    single = rows[rows["theta_in"] != ""].reset_index(drop=True)
    return ledger, common, single
