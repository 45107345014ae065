"""Section ``response``: dispositions and response rates."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import Core, Settings, Share


class Response(Settings):
    """Dispositions and response rates (AAPOR Standard Definitions)."""

    core: Annotated[
        Core,
        Meta(description="Which items count for completeness (questionnaire: the codebook's core items)."),
    ] = "questionnaire"
    partial_from: Annotated[
        Share,
        Meta(
            description="Share of applicable core items from which a questionnaire is a partial; below, a "
            "break-off."
        ),
    ] = 0.5
    complete_from: Annotated[Share, Meta(description="Share from which it is complete.")] = 0.8
    dispositions: Annotated[
        dict[str, str],
        Meta(
            description="Outcome of contact in the staff list: final disposition code, for those without a "
            "usable questionnaire."
        ),
    ] = field(default_factory=dict)
    eligibility_rate: Annotated[
        Share | None,
        Meta(
            description="e, the share of cases of unknown eligibility taken as eligible; left out: the CASRO "
            "proportion."
        ),
    ] = None
    edition: Annotated[
        Literal["2016"], Meta(description="Edition of AAPOR's Standard Definitions whose codes are used.")
    ] = "2016"
