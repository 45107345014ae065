"""Section ``sensitivity``: answers not missing at random."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import MOST_PEOPLE, Code, Positive, Settings, Share


class SuspectedAnswer(Settings):
    """The suspicion that mainly those with one answer replied: it is k times as common among the silent."""

    variable: Annotated[str, Meta(description="Variable with the answer.")]
    level: Annotated[Code, Meta(description="A code or key of the variable.")] = 1
    k: Annotated[
        tuple[Share, ...],
        Meta(
            description="Multiples of the respondents' share with that answer that the silent may have, at "
            "most 50.",
            min_length=1,
            max_length=50,
        ),
    ] = (0.0, 0.25, 0.5, 0.75, 1.0)
    k_grade: Annotated[Share, Meta(description="Multiple used in the grade.")] = 0.5
    min_group: Annotated[
        int,
        Meta(description="Fewest respondents without that answer before pooling.", ge=1, le=MOST_PEOPLE),
    ] = 5

    @property
    def steps(self) -> list[float]:
        """All multiples, that of the grade among them, ascending."""
        return sorted({*self.k, self.k_grade})


class Sensitivity(Settings):
    """Answers not missing at random."""

    scenario: Annotated[
        SuspectedAnswer | None,
        Meta(
            description="The suspicion that mainly those with one answer replied; left out: there is no such "
            "scenario."
        ),
    ] = None
    theta_grid: Annotated[
        tuple[Positive, ...],
        Meta(
            description="Response odds ratios at which estimates are shown; 1 is response at random within "
            "cells. At most 100.",
            min_length=1,
            max_length=100,
        ),
    ] = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
    theta_strong: Annotated[
        float,
        Meta(
            description="Tipping odds ratio from which a claim stands unless the silent differ strongly.",
            gt=1,
        ),
    ] = 3.0
    theta_shown: Annotated[
        tuple[Positive, ...], Meta(description="Odds ratios named in the text, at most 20.", max_length=20)
    ] = (
        2.0,
        3.0,
        5.0,
    )

    @property
    def k_grade(self) -> float:
        """Multiple of the scenario that the grade rests on; 1, response at random, where there is none."""
        return 1.0 if self.scenario is None else self.scenario.k_grade
