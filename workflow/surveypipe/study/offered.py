"""Other limits that a reader may hold a claim against: its own, those kept for comparison, and round ones."""

from __future__ import annotations

import math

from surveypipe.study.claim import Claim

# About so many round limits lie on the scale of a claim, and so many in its own margin.
ON_THE_SCALE, IN_A_MARGIN, MARGINS = 20, 5, 3
NICE = (1.0, 2.0, 5.0, 10.0)
# A value is released to two decimals, and a limit may not be finer.
DECIMALS = 2


def own_limit(claim: Claim) -> float:
    """Margin or threshold of a claim; NaN for a kind with neither."""
    return claim.margin if claim.within_margin else claim.threshold


def offered(claim: Claim) -> tuple[float, ...]:
    """List the limits that a reader may choose from, ascending.

    Parameters
    ----------
    claim
        A claim with a margin or a threshold; one with neither has nothing to choose.

    Returns
    -------
    tuple
        Its own limit, those that it keeps for comparison, and round ones: within the scale of the claim,
        below an upper threshold, or of a margin up to three times as wide. Where the scale has no end there
        are no round ones.

    Examples
    --------
    >>> from surveypipe.study.claims import ShareClaim
    >>> claim = ShareClaim(label="", short="", variable="read", level=1, threshold=0.67, upper_threshold=0.8)
    >>> offered(claim)[-3:]
    (0.67, 0.7, 0.75)
    """
    own = own_limit(claim)
    if not math.isfinite(own):
        return ()
    found = {own, *claim.sensitivity_thresholds}
    if claim.within_margin:
        found |= set(_round_ones(0.0, MARGINS * own, own / IN_A_MARGIN))
    elif all(math.isfinite(end) for end in claim.limits):
        least, most = claim.limits
        upper = most if claim.upper_threshold is None else min(most, claim.upper_threshold)
        found |= set(_round_ones(least, upper, (most - least) / ON_THE_SCALE))
    return tuple(sorted(found))


def _round_ones(least: float, most: float, wanted: float) -> list[float]:
    """Multiples of a round step between two ends, these left out."""
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-12)
    step = next(power * nice for nice in NICE if power * nice >= wanted * (1 - 1e-9))
    step = max(step, 10.0**-DECIMALS)
    first, last = math.floor(least / step + 1e-9) + 1, math.ceil(most / step - 1e-9) - 1
    return [round(number * step, 10) for number in range(first, last + 1)]
