"""Section ``disclosure``: what may leave the private results."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.study.base import Count, Settings


class Quotation(Settings):
    """One quotation."""

    question: Annotated[str, Meta(description="Variable of the open question.")]
    id: Annotated[str, Meta(description="Who said it, as on the staff list; never released.")]


class Disclosure(Settings):
    """What may leave the private results."""

    preset: Annotated[
        Literal["research", "strict", "ons_srs", "nhs_hes", "manitoba", "open"],
        Meta(
            description="Named set of rules, described in docs/disclosure.md. open: for data that are public "
            "already, of which nothing is merged, suppressed or rounded."
        ),
    ] = "research"
    min_base: Annotated[
        Count | None,
        Meta(description="Fewest respondents behind a published answer; left out: the preset's."),
    ] = None
    min_cell: Annotated[
        Count | None,
        Meta(description="Fewest respondents in a published characteristic; left out: the preset's."),
    ] = None
    min_population: Annotated[
        Count | None, Meta(description="Fewest staff in a published characteristic; left out: the preset's.")
    ] = None
    quotations: Annotated[
        tuple[Quotation, ...],
        Meta(
            description="Open answers to quote in quotations.csv, attributed to a group and searched for "
            "names; left out: none."
        ),
    ] = ()
