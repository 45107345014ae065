"""What the explorer may show: so many response odds ratios that counts cannot be worked out from them.

A share at a response odds ratio is a function of the answers of each response cell. Rounded at fifty odds
ratios it says where the curve passes from one printed number to the next, and so more than one number does.
Here other counts that fit all the rest of what is published (:mod:`surveypipe.disclosure.whole_numbers`) are
put through the same formula. Where too few of them give the curve that is printed, the odds ratios at which
the nearest ones would print another number are left out, of every claim alike, so that which claim has
something to hide is not told. A claim that would cost more than half of them is shown at none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.disclosure.atoms import Question, statements
from surveypipe.disclosure.digits import decimals_of
from surveypipe.disclosure.release import SUPPRESSED, Release
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.sensitive_counts import POSSIBLE, WISHED, secrets

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Decimals of a printed share.
DECIMALS = 2
# Of its odds ratios at most this part may be left out for a claim.
MOST_LEFT_OUT = 0.5
REASON = "would give away how a part of a group answered"


class Curve(Protocol):
    """A share at each of some response odds ratios, as a function of the counts behind it."""

    @property
    def variable(self) -> str:
        """Variable of the share."""

    @property
    def base(self) -> str:
        """Of whom it is the share."""

    def counts(self, code: object) -> bool:
        """Say whether a code of the variable is the answer that is counted."""

    @property
    def thetas(self) -> tuple[float, ...]:
        """Response odds ratios, shape (P,)."""

    @property
    def limits(self) -> tuple[float, ...]:
        """Limits against which the intervals may be held."""

    def points(self, part_of: Mapping[str, int], answered: Floats, gave: Floats) -> Floats:
        """Estimate and ends of its interval, shape (K, P, values), from counts by part, shape (K, parts)."""


def audit_curves(
    release: Release,
    claims: pd.DataFrame,
    curves: Mapping[str, Curve],
    headlines: Sequence[tuple[Question, Mapping[str, int]]],
    rules: Rules,
) -> None:
    """Leave out of the explorer what would give away a count, and what the claims do not show.

    Parameters
    ----------
    release
        The explorer's table; changed.
    claims
        The released claims.
    curves
        Claim to its curve.
    headlines
        Questions of the claims, with the part of each respondent.
    rules
        Thresholds.
    """
    everywhere: set[float] = set()
    gone = _not_in_claims(release.table, claims)
    assumed = release.table["assumption"] != "at_random"
    for claim, curve in curves.items():
        found: set[float] = set()
        for question, part_of in headlines:
            if (question.variable, question.base) == (curve.variable, curve.base):
                found |= left_out(question, curve, part_of, rules)
        if len(found) > MOST_LEFT_OUT * len(curve.thetas):
            gone |= assumed & (release.table["claim"] == claim)
            release.note("explorer", [claim], SUPPRESSED, REASON)
        else:
            everywhere |= found
    gone |= release.table["theta"].round(10).isin({round(theta, 10) for theta in everywhere})
    release.note("explorer", [f"theta {theta:.3g}" for theta in sorted(everywhere)], SUPPRESSED, REASON)
    release.table = release.table[~gone].reset_index(drop=True)


def _not_in_claims(table: pd.DataFrame, claims: pd.DataFrame) -> pd.Series:
    """Rows of a claim under a scheme that the released claims do not show."""
    shown = {
        (str(row["claim"]), str(column).removeprefix("estimate_"))
        for row in claims[claims["group"] == "overall"].to_dict("records")
        for column in row
        if str(column).startswith("estimate_") and row[column] == row[column]
    }
    kept = [
        pair in shown for pair in zip(table["claim"].astype(str), table["scheme"].astype(str), strict=True)
    ]
    return ~pd.Series(kept, index=table.index, dtype=bool)


def left_out(question: Question, curve: Curve, part_of: Mapping[str, int], rules: Rules) -> set[float]:
    """Find the odds ratios at which a curve may not be told; none where nothing is known of the parts."""
    # What is only wished to be kept open costs no group there, and nothing here.
    walk, wanted = question.walk(), [secret for secret in secrets(question, rules) if not secret.wished]
    counted = [part for parts in question.parts.values() for part in parts if curve.counts(part)]
    if walk is None or not wanted or not counted:
        return set()
    fits = walk.solutions(statements(question), lambda solutions: False)
    answered, gave = (
        np.stack(
            [walk.sums([(one, part) for one in answers], fits) for part in range(len(question.atoms))], axis=1
        )
        for answers in (question.answers(), counted[:1])
    )
    other = printed_otherwise(curve.limits, curve.points(part_of, answered, gave))
    gone = np.zeros(len(curve.thetas), dtype=bool)
    for secret in wanted:
        possible = POSSIBLE if secret.alike else max(WISHED, secret.width)
        gone |= cheapest(walk.sums(secret.cells, fits), other, gone, possible)
    return {theta for theta, lost in zip(curve.thetas, gone, strict=True) if lost}


def printed_otherwise(limits: Sequence[float], values: Floats) -> Flags:
    """Say where other counts would print another number than the true ones; shape (K, P).

    Parameters
    ----------
    limits
        Limits on whose side a value may not pass.
    values
        Estimates and ends for each combination of counts, the true one first; shape (K, P, values).
    """
    shown = decimals_of(values, DECIMALS)
    side = np.searchsorted(np.array(limits), values)
    return np.asarray(((shown != shown[0]) | (side != side[0])).any(axis=2))


def cheapest(counts: Floats, other: Flags, gone: Flags, wanted: float) -> Flags:
    """Choose odds ratios, or multiples, to leave out until enough values of a count remain possible.

    Parameters
    ----------
    counts
        The count in each combination, the true one first; shape (K,).
    other
        At which odds ratios each would print another number; shape (K, P).
    gone
        Odds ratios left out already; shape (P,).
    wanted
        How many values have to remain; all that there are, if they are fewer.
    """
    cost = (other & ~gone).sum(axis=1)
    lost = gone.copy()
    nearest = {value: int(cost[counts == value].min()) for value in np.unique(counts)}
    for value in sorted(nearest, key=lambda one: (nearest[one], one))[: int(wanted)]:
        mine = np.flatnonzero(counts == value)
        best = mine[(other[mine] & ~lost).sum(axis=1).argmin()]
        lost |= other[best]
    return lost
