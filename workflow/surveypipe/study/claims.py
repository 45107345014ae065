"""Section ``claims``: one class to a kind of claim."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.study.base import Code, Settings, Share


class Claim(Settings, tag_field="kind"):
    """What every claim says, whatever its kind."""

    label: Annotated[str, Meta(description="The claim as a sentence.")]
    short: Annotated[str, Meta(description="Name in figures and tables.")]
    variable: Annotated[str, Meta(description="Variable of the estimand.")]
    base: Annotated[
        Literal["all", "readers"],
        Meta(description="all: all eligible staff; readers: those who read (sensitivity.reader_variable)."),
    ] = "all"
    by: Annotated[str | None, Meta(description="Grouping variable by which the claim is also reported.")] = (
        None
    )
    secondary: Annotated[
        tuple[str, ...], Meta(description="Further variables reported under the claim.")
    ] = ()


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
    direction: Annotated[
        Literal["above", "below"], Meta(description="Side of the threshold on which the claim lies.")
    ] = "above"
    sensitivity_thresholds: Annotated[tuple[Share, ...], Meta(description="Other thresholds to show.")] = ()
    alternatives: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables that count the claim's answer by another rule (another cut of the "
            "scale, or "
            "the share of its items agreed with), tried in the multiverse in the place of the claim's own."
        ),
    ] = ()


class EquivalenceClaim(Claim, tag="equivalence", kw_only=True):
    """A mean difference within a margin."""

    margin: Annotated[float, Meta(description="Half-width of the margin, in scale points.", gt=0)]
    range: Annotated[tuple[float, float], Meta(description="Least and greatest possible difference.")]


AnyClaim = ShareClaim | EquivalenceClaim
