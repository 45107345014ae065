"""Section ``sensitivity``: answers not missing at random."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import Code, Positive, Settings, Share


class ReaderScenario(Settings):
    """The silent's reader share as a multiple k of the respondents'."""

    k: Annotated[tuple[Share, ...], Meta(description="Multiples.", min_length=1)] = (
        0.0,
        0.25,
        0.5,
        0.75,
        1.0,
    )
    k_grade: Annotated[Share, Meta(description="Multiple used in the grade.")] = 0.5
    min_group: Annotated[int, Meta(description="Fewest non-reading respondents before pooling.", ge=1)] = 5


class Sensitivity(Settings):
    """Answers not missing at random."""

    reader_variable: Annotated[
        str, Meta(description="Variable that says who read; left out: there is no such scenario.")
    ] = ""
    reader_level: Annotated[Code, Meta(description="A code or key of the variable.")] = 1
    theta_grid: Annotated[
        tuple[Positive, ...],
        Meta(
            description="Response odds ratios at which estimates are shown; 1 is response at random within "
            "cells.",
            min_length=1,
        ),
    ] = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    theta_strong: Annotated[
        float,
        Meta(
            description="Tipping odds ratio from which a claim stands unless the silent differ strongly.",
            gt=1,
        ),
    ] = 3.0
    theta_shown: Annotated[tuple[Positive, ...], Meta(description="Odds ratios named in the text.")] = (
        2.0,
        3.0,
        5.0,
    )
    reader_scenario: Annotated[
        ReaderScenario, Meta(description="The silent's reader share as a multiple k of the respondents'.")
    ] = ReaderScenario()
