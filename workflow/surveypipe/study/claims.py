"""Section ``claims``: one class to a kind of claim, which answers whatever differs between the kinds.

A claim has one estimand, fixed limits and a direction. It is *supported* when the interval that decides lies
wholly on its side of every limit. A new kind is one more class, here or in a file of its own, named in
:data:`AnyClaim`; what it does not say of itself is as in :class:`surveypipe.study.claim.Claim`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from surveypipe.study.amounts import AmountClaim
from surveypipe.study.base import Code, Share
from surveypipe.study.bounds import Interval
from surveypipe.study.changing import ChangeClaim
from surveypipe.study.claim import Claim
from surveypipe.study.comparing import DifferenceClaim, EquivalenceClaim
from surveypipe.study.forms import PerCent
from surveypipe.study.measured import Beyond, beyond
from surveypipe.study.modelled import AssociationClaim
from surveypipe.study.sides import Axis, Direction, Side


class ShareClaim(Claim, tag="share", kw_only=True):
    """A share beyond a threshold."""

    level: Annotated[Code, Meta(description="A code or key of the variable.")]
    threshold: Annotated[
        Share,
        Meta(
            description="What the interval's lower limit must exceed (upper limit stay under, for direction "
            "below)."
        ),
    ]
    upper_threshold: Annotated[
        Share | None, Meta(description="What the upper limit must stay under as well ('some, not most').")
    ] = None
    direction: Annotated[Direction, Meta(description="Side of the threshold on which the claim lies.")] = (
        "above"
    )
    sensitivity_thresholds: Annotated[
        tuple[Share, ...], Meta(description="Other thresholds to show, at most 20.", max_length=20)
    ] = ()
    alternatives: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables that count the claim's answer by another rule (another cut of the scale, "
            "or the share of its items agreed with), tried in the multiverse in the place of the claim's own."
        ),
    ] = ()

    limits = (0.0, 1.0)
    noun = "share"
    test_name = "t test on the logit scale against the claim's threshold, two-sided; effect: the threshold"
    form = PerCent()
    axis = Axis("Share", (0.0, 1.0))

    @property
    def counted(self) -> Code | None:
        """Code of the variable whose share is the estimand."""
        return self.level

    def sides(self) -> tuple[Side, ...]:
        """Conditions of the claim: the threshold, and the upper one of 'some, not most'."""
        return beyond(self.direction, self.threshold, self.upper_threshold)

    def landmarks(self) -> tuple[float, ...]:
        """Values on whose side an estimate must stay when it is rounded: a half is one, which words name."""
        return (0.5, *super().landmarks())


class MeanClaim(Beyond, tag="mean", kw_only=True):
    """A mean beyond a threshold."""

    range: Annotated[tuple[float, float], Meta(description="Least and greatest possible answer.")]

    noun = "mean"

    @property
    def limits(self) -> Interval:
        """Least and greatest possible answer."""
        return self.range

    @property
    def axis(self) -> Axis:
        """Axis of the whole scale."""
        return Axis(self.titled("Mean"), self.range)


# What relates one question to another: as it was asked before, or beside the predictors of a model.
RelatedClaim = ChangeClaim | AssociationClaim
AnyClaim = ShareClaim | EquivalenceClaim | MeanClaim | DifferenceClaim | AmountClaim | RelatedClaim


class SharesWithinPeople(ShareClaim, tag="shares_within_people", kw_only=True):
    """A claim on a share whose answer is counted as each person's share of items, from 0 to 1.

    No study configures it: the multiverse makes it of a claim that names such a variable among its
    ``alternatives``. Its estimand is the mean of these shares.
    """

    counted = None
    binary = True


def claims_of(config: Mapping[str, Any]) -> dict[str, AnyClaim]:
    """Read the section ``claims`` of a configuration, in its order."""
    return msgspec.convert(config["claims"], dict[str, AnyClaim])
