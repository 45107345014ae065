"""Facts of one row of the ledger: its interval and limits, its bounds, tipping point and reader scenario."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe.ledger.outcomes import ScenarioSource
from surveypipe.reporting.lookups import between, known, number_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import primary
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.study.cleaning import Difference
from surveypipe.study.grades import Grade
from surveypipe.study.outcomes import Bounding, Crossing
from surveypipe.study.sides import Outcome, place

if TYPE_CHECKING:
    import pandas as pd

# What a template is told came of a tipping point.
_CROSSINGS = {
    Crossing.REACHED: "reached",
    Crossing.NEVER: "never",
    Crossing.SURE: "sure",
    Crossing.MISSED: "missed",
    Crossing.SILENT_UNKNOWN: "silent_unknown",
    Crossing.UNDEFINED: "undefined",
}
_BOUNDS: dict[str, str] = {
    Bounding.SILENT_UNKNOWN: "silent_unknown",
    Bounding.UNDEFINED: "undefined",
    Bounding.UNLIMITED: "unlimited",
}


def grade_of(row: pd.Series) -> str:
    """Name a row's grade as the templates do; ``withheld`` where it has none."""
    number = number_of(row, "grade")
    return Grade.of(int(number)).name.lower() if known(number) else "withheld"


def withheld(row: pd.Series) -> bool:
    """Whether an estimate or its interval is not there to be printed."""
    return not known(number_of(row, "estimate"), number_of(row, "ci_low"))


def _outcome(row: pd.Series, outcome: str = "known") -> Facts:
    return {"kind": str(row["kind"]), "outcome": "withheld" if withheld(row) else outcome}


def _levels(row: pd.Series, released: Released) -> Facts:
    """Confidence levels of the published interval and of the one that decides."""
    level = number_of(row, "ci_level")
    return {"ci_level": level, "deciding_level": released.claim_of(row).deciding_level(level)}


def _deciding(row: pd.Series) -> tuple[float, float]:
    """Give the ends of the interval that decides: that of an equivalence test where there is one."""
    ends = number_of(row, "ci_tost_low"), number_of(row, "ci_tost_high")
    return ends if known(*ends) else (number_of(row, "ci_low"), number_of(row, "ci_high"))


def clause(row: pd.Series, released: Released) -> Facts:
    """Give a row's grade, and what response is at random in."""
    return {"grade": grade_of(row), **primary.alike(released)}


def threshold(row: pd.Series, released: Released) -> Facts:
    """Find where the interval lies beside each limit of the claim, and what came of the claim."""
    level = str(row["group_level"])
    claim = released.claim_of(row)
    ends = number_of(row, "ci_low"), number_of(row, "ci_high")
    holds = claim.supported(*ends)
    return {
        **_outcome(row, str(row["equivalence"]) or (Outcome.SUPPORTED if holds else Outcome.NOT_SUPPORTED)),
        **_levels(row, released),
        "group": released.in_text(released.levels[level]) if level else "",
        "positions": [{"limit": side.limit, "place": place(side, *ends)} for side in claim.sides()],
        "margin": claim.margin,
    }


def other_thresholds(row: pd.Series, released: Released) -> Facts:
    """Find whether a claim would stand against each of the thresholds kept for comparison."""
    claim = released.claim_of(row)
    ends = number_of(row, "ci_low"), number_of(row, "ci_high")
    others = [
        {"limit": limit, "stands": claim.at(limit).supported(*ends)} for limit in claim.sensitivity_thresholds
    ]
    hidden = bool(others) and withheld(row)
    return {"kind": claim.kind, "others": [] if hidden else others, "withheld": hidden}


def bounds(row: pd.Series, released: Released) -> Facts:
    """Give the least and greatest value that the silent could produce."""
    least, most = number_of(row, "bound_low"), number_of(row, "bound_high")
    found = "known" if known(least, most) else _BOUNDS.get(str(row.get("bounds_outcome")), "withheld")
    drawn = released.settings.design.drawn
    return {"kind": str(row["kind"]), "bounds": found, "least": least, "most": most, "drawn": drawn}


def tipping(row: pd.Series, released: Released) -> Facts:
    """Say how strongly response must depend on the answer, or how far the silent differ, to overturn it."""
    theta, interval = number_of(row, "tipping_theta"), number_of(row, "tipping_theta_interval")
    outcome = _CROSSINGS.get(row["tipping_outcome"], "withheld")
    minuend, subtrahend = _compared(str(row["variable"]), released)
    return {
        **_outcome(row, outcome),
        "interval_outcome": _CROSSINGS.get(row["tipping_interval_outcome"], "withheld"),
        "theta": _strength(theta),
        "interval_theta": _strength(interval),
        "of_true": theta > 1,
        "limit": _crossed(theta, row, released),
        "several_limits": len(released.claim_of(row).sides()) > 1,
        "shift": number_of(row, "tipping_shift"),
        "raw_theta": theta,
        "between": between(released, released.claim_of(row)),
        "cell": primary.cell_word(released),
        "variables": [released.in_text(released.label(name)) for name in released.claim_of(row).variables],
        "minuend": minuend,
        "subtrahend": subtrahend,
    }


def _strength(theta: float) -> float:
    return max(theta, 1 / theta) if theta > 0 else math.nan


def _crossed(theta: float, row: pd.Series, released: Released) -> float:
    """Limit that the estimate reaches at a tipping θ."""
    sides = released.claim_of(row).sides()
    wanted = "above" if theta > 1 else "below"
    return next((side.limit for side in sides if side.direction == wanted), sides[0].limit)


def _compared(variable: str, released: Released) -> tuple[str, str]:
    """Labels of the two scores whose difference a variable is; '' where it is none."""
    for recode in released.settings.cleaning.recodes:
        if recode.variable == variable and isinstance(recode, Difference):
            first, second = released.label(recode.minuend), released.label(recode.subtrahend)
            return released.in_text(first), released.in_text(second)
    return "", ""


# By whether the claim is supported as the answers stand, and in the scenario.
_SCENARIOS = {
    (True, True): "stands",
    (True, False): "lost",
    (False, True): "gained",
    (False, False): "fails",
}

# The study supposes nothing of the silent, or has nobody to suppose it of.
_NO_SCENARIO = {ScenarioSource.ABSENT, ScenarioSource.SILENT_UNKNOWN}


def readers(row: pd.Series, released: Released) -> Facts:
    """Say what the estimate becomes if there are fewer readers among the silent."""
    claim, k = released.claim_of(row), released.settings.sensitivity.k_grade
    moved, without = (number_of(row, f"reader_k{round(100 * step):03d}") for step in (k, 0.0))
    limit = number_of(row, "reader_limit")
    now, then = claim.supported(*_deciding(row)), claim.supported(limit, limit)
    there_is_none = "none" if row["scenario_source"] in _NO_SCENARIO else "withheld"
    if str(row["scenario_source"]) == ScenarioSource.UNDEFINED:
        there_is_none = "undefined"
    return {
        "kind": str(row["kind"]),
        "scenario": _SCENARIOS[now, then] if known(moved, without, limit) else there_is_none,
        "k": k,
        "moved": moved,
        "missed_limits": [side.limit for side in claim.sides() if not side.holds(limit, limit)],
        "several_limits": len(claim.sides()) > 1,
        "without": without,
        "source": str(row["scenario_source"]),
    }


def doubt(row: pd.Series, released: Released) -> Facts:
    """Give tipping point, bounds and reader scenario together."""
    return bounds(row, released) | readers(row, released) | tipping(row, released)


def power(row: pd.Series, released: Released) -> Facts:
    """Give the chance that the test would have shown an equivalence that is exact."""
    chance = number_of(row, "power_at_zero")
    return _outcome(row) | ({"power_at_zero": chance} if known(chance) else {"outcome": "withheld"})


def estimate(row: pd.Series, released: Released) -> Facts:
    """Give an estimate with both intervals and its base."""
    low, high = _deciding(row)
    return {
        **_outcome(row),
        **_levels(row, released),
        **interval(row),
        "deciding_low": low,
        "deciding_high": high,
    }


def interval(row: pd.Series) -> Facts:
    """Give an estimate, its interval and its base."""
    columns = {"value": "estimate", "low": "ci_low", "high": "ci_high", "n": "n"}
    return {name: number_of(row, column) for name, column in columns.items()}


# Template under claims/ to the facts of a row that it words.
FACTS: dict[str, Callable[[pd.Series, Released], Facts]] = {
    "clause": clause,
    "threshold": threshold,
    "other_thresholds": other_thresholds,
    "bounds": bounds,
    "tipping": tipping,
    "readers": readers,
    "doubt": doubt,
    "power": power,
    "estimate": estimate,
}
