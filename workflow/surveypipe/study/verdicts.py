"""What each claim means, when it is supported, and how strongly: the one place where a grade is given.

A claim has one estimand, fixed thresholds and a direction (configuration, ``claims``). It is *supported* when
the interval lies wholly beyond its threshold (share), or wholly within its margin (equivalence). The grade
says what must be believed about the silent for the claim to stand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from surveypipe.study.weighting import Weighting

GRADE_LABELS: dict[int, str] = {
    0: "not supported",
    1: "whatever the silent think",
    2: "unless the silent differ strongly",
    3: "if response is at random within cells",
    4: "among respondents only",
}

VERDICTS: dict[int, str] = {
    0: "Not supported: the interval does not clear the threshold.",
    1: "Supported, whatever the silent think.",
    2: "Supported, unless the silent differ strongly from those who answered.",
    3: "Supported if, within response cells, the silent are like those who answered.",
    4: "Holds among respondents only: it does not stand under the primary weights.",
}
EQUIVALENCE_VERDICT_0 = "Not supported: the interval does not lie within the margin."


class Side(NamedTuple):
    """One condition of a claim: the estimate lies ``above`` or ``below`` a limit."""

    direction: str
    limit: float

    def holds(self, low: float, high: float) -> bool:
        """Say whether a whole interval lies strictly on the claim's side."""
        return low > self.limit if self.direction == "above" else high < self.limit

    def end(self, low: float, high: float) -> float:
        """End of an interval that is nearest to the limit when the claim holds."""
        return low if self.direction == "above" else high


def sides(claim: Mapping[str, Any]) -> list[Side]:
    """Conditions of a claim, all of which must hold.

    Parameters
    ----------
    claim
        Entry of the configuration: kind ``share`` with ``threshold``, ``direction`` and perhaps
        ``upper_threshold`` ('some, not most'); kind ``equivalence`` with ``margin``.
    """
    if claim["kind"] == "equivalence":
        return [Side("above", -float(claim["margin"])), Side("below", float(claim["margin"]))]
    found = [Side(claim.get("direction", "above"), float(claim["threshold"]))]
    if claim.get("upper_threshold") is not None:
        found.append(Side("below", float(claim["upper_threshold"])))
    return found


def supported(claim: Mapping[str, Any], low: float, high: float) -> bool:
    """Say whether an interval supports a claim.

    Parameters
    ----------
    claim
        See :func:`sides`.
    low, high
        The interval at the confidence level 1 − α for a share, at 1 − 2α for an equivalence; or exact bounds.

    Returns
    -------
    bool
        False where an end is missing: what could not be estimated supports nothing.
    """
    if math.isnan(low) or math.isnan(high):
        return False
    return all(side.holds(low, high) for side in sides(claim))


@dataclass(frozen=True)
class Evidence:
    """All that a grade rests on.

    Attributes
    ----------
    kind
        ``share`` or ``equivalence``.
    primary, unweighted
        Whether the claim is supported under the primary scheme, and unweighted.
    every_scheme
        Whether it is supported under each scheme computed.
    bounded
        Whether the whole bound is on the claim's side, item non-response counted as unknown.
    tipping
        The tipping θ; ∞ where no θ reaches the threshold, NaN where the estimate misses it at θ = 1.
    reader
        Whether it is supported in the reader scenario at the configured k.
    """

    kind: str
    primary: bool
    unweighted: bool
    every_scheme: bool
    bounded: bool
    tipping: float
    reader: bool


def grade(evidence: Evidence, theta_strong: float = 3.0) -> int:
    """Grade a claim: the first rule that matches.

    The rules, in order (labels in :data:`GRADE_LABELS`):

    * the primary interval misses the threshold: (4) *among respondents only* if the unweighted interval
      clears it, else (0) *not supported*;
    * (1) *whatever the silent think*: the whole bound is on the claim's side. Never for an equivalence:
      bounds of a mean difference span nearly the whole scale, so it could be earned only where next to
      nobody is silent;
    * (2) *unless the silent differ strongly*: supported under every scheme, tipping θ at least
      `theta_strong` on the harmful side, and supported in the reader scenario;
    * (3) *if response is at random within cells*: what remains.

    R-indicators, ρ and φ are context and never enter.

    Parameters
    ----------
    evidence
        What is known of the claim.
    theta_strong
        Odds ratio by which the silent differ 'strongly', a convention.
    """
    if not evidence.primary:
        return 4 if evidence.unweighted else 0
    if evidence.bounded and evidence.kind != "equivalence":
        return 1
    if evidence.every_scheme and strength(evidence.tipping) >= theta_strong and evidence.reader:
        return 2
    return 3


def strength(theta: float) -> float:
    """Size of a response odds ratio on either side of 1; 0 where it is missing."""
    if math.isnan(theta):
        return 0.0
    return math.inf if theta == 0 else max(theta, 1 / theta)


def verdict(kind: str, number: int) -> str:
    """One plain sentence for a grade."""
    if number == 0 and kind == "equivalence":
        return EQUIVALENCE_VERDICT_0
    return VERDICTS[number]


def equivalence_verdict(margin: float, ci_tost: tuple[float, float], ci: tuple[float, float]) -> str:
    """Name the outcome of an equivalence test beside a test of difference.

    Returns
    -------
    str
        ``equivalent`` (`ci_tost`, at 1 − 2α, within ± margin), ``different`` (`ci`, at 1 − α, without 0),
        ``both`` or ``inconclusive``.
    """
    equal = -margin < ci_tost[0] and ci_tost[1] < margin
    different = ci[0] > 0 or ci[1] < 0
    return {(True, True): "both", (True, False): "equivalent", (False, True): "different"}.get(
        (equal, different), "inconclusive"
    )


def scheme_in_force(weighting: Weighting, cells: pd.DataFrame) -> str:
    """Scheme of the published estimates; see :meth:`surveypipe.study.weighting.Weighting.in_force`.

    Parameters
    ----------
    weighting
        The configuration's section.
    cells
        Table of weighting cells: scheme, n.
    """
    smallest = cells.groupby("scheme")["n"].min()
    return weighting.in_force({str(scheme): float(n) for scheme, n in smallest.items()})
