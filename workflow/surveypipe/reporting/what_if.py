"""What the silent might do to a claim, as it stands in a cell of a table or beside a mark of a figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE
from surveypipe.study.outcomes import Crossing

if TYPE_CHECKING:
    import pandas as pd

    from surveypipe.study.claim import Claim

# Kinds of which a shift of the silent is told in the place of an odds ratio that depends on a number.
OF_NUMBERS = ("mean", "ratio", "total", "change")


def tipping_text(row: pd.Series, claim: Claim) -> str:
    """Print the tipping θ, or in a word why there is none."""
    shift = float(row.get("tipping_shift", math.nan))
    if str(row["kind"]) in OF_NUMBERS and math.isfinite(shift):
        # Odds of response that depend on a number are harder to read than how far the mean must lie.
        return f"({claim.shift_tabled(shift)})"
    theta = float(row["tipping_theta"])
    if not math.isfinite(theta):
        return _without_theta(row)
    text = _theta(theta)
    return f"{text} ({claim.shift_tabled(shift)})" if math.isfinite(shift) else text


def theta_text(row: pd.Series, claim: Claim) -> str:
    """Print the tipping θ alone; of a share with two limits that of each, with the limit crossed there."""
    theta = float(row["tipping_theta"])
    shifted = str(row["kind"]) in OF_NUMBERS and not claim.binary
    if not math.isfinite(theta) or shifted:
        return _without_theta(row)
    if len(claim.sides()) == 1 or not claim.is_share:
        return _theta(theta)
    both = [theta, float(row.get("tipping_theta_other", math.nan))]
    return "; ".join(_at_its_limit(one, claim) for one in both if math.isfinite(one))


def _at_its_limit(theta: float, claim: Claim) -> str:
    """Print one of two tipping points with the limit that the estimate would cross there."""
    crossed = [side for side in claim.sides() if (side.direction == "above") == (theta > 1)]
    if not crossed:
        return _theta(theta)
    limit = claim.form.set_tabled(crossed[0].limit)
    return f"{_theta(theta)}{NO_BREAK}(at{NO_BREAK}{limit})"


def _theta(theta: float) -> str:
    if theta < 0.095:
        # One figure is left of it, as of what is released.
        return formatting.decimal(theta, 2)
    return formatting.decimal(theta, 1 if theta < 100 else 0)


def _without_theta(row: pd.Series) -> str:
    there_is_none = row["tipping_outcome"] in (Crossing.NEVER, Crossing.SURE)
    return "none" if there_is_none else NOT_APPLICABLE


def theta_and_shift(row: pd.Series, claim: Claim) -> str:
    """Print the tipping θ, and in brackets how far a mean of the silent would have to lie from its cell's."""
    theta, shift = theta_text(row, claim), float(row.get("tipping_shift", math.nan))
    if not math.isfinite(shift):
        return theta
    printed = f"({claim.shift_tabled(shift)})"
    return printed if theta == NOT_APPLICABLE else f"{theta}{NO_BREAK}{printed}"


def scenario_values(row: pd.Series, k: float) -> tuple[float, float]:
    """Give the estimate in the scenario at a multiple `k`: neutral, and at worst; NaN where not known."""
    suffix = f"k{round(100 * k):03d}"
    neutral, worst = (float(row.get(f"{name}_{suffix}", math.nan)) for name in ("reader", "reader_worst"))
    return neutral, worst


def scenario_text(row: pd.Series, k: float, form: Callable[[float], str]) -> str:
    """Print the estimate in the scenario, from neutral to worst case where these differ."""
    values = scenario_values(row, k)
    if not math.isfinite(values[0]):
        return NOT_APPLICABLE
    ends = [form(value) for value in values if math.isfinite(value)]
    return ends[0] if len(set(ends)) == 1 else formatting.span(*ends)
