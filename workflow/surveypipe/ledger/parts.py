"""The parts of the people that a claim compares, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surveypipe.estimation.survey import membership
from surveypipe.ledger.asked import ASKED
from surveypipe.study.base import Code
from surveypipe.study.bounds import Heard

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """Part of the people whom a claim is about: all of them, or one of the groups that it compares.

    Attributes
    ----------
    inside
        Whether each respondent is in it, NaN where it is not known; shape (n,).
    may_be
        Whether what is known of everybody lets them be in it; shape (n,).
    population
        Eligible persons whom what is known of everybody lets be in it; those for whom they were drawn, where
        they are a sample.
    known
        Whether it is known of the silent, too, who is in it.
    """

    inside: Floats
    may_be: NDArray[np.bool_]
    population: float
    known: bool


def parts_of(
    parts: Sequence[Mapping[str, tuple[Code, ...]]],
    known: frozenset[str],
    respondents: pd.DataFrame,
    eligible: pd.DataFrame,
) -> tuple[Part, ...]:
    """Lay out the parts of the people that a claim compares.

    Parameters
    ----------
    parts
        Of each part: variable -> codes, one of which somebody in it has.
    known
        Variables known of everybody, silent or not.
    respondents, eligible
        One row per respondent, and for everybody eligible.
    """
    found = []
    for asked in parts:
        told = {name: codes for name, codes in asked.items() if name in known}
        found.append(
            Part(
                membership(respondents, asked),
                membership(respondents, told) == 1,
                float(eligible.loc[membership(eligible, told) == 1, ASKED].sum()),
                set(asked) == set(told),
            )
        )
    return tuple(found)


def heard(part: Part, y: Floats, asked: Floats, beside: Floats | None = None) -> Heard:
    """Tell what is known of a part of the people.

    Parameters
    ----------
    y, asked
        Answers of all respondents, and for how many people each was drawn, shape (n,).
    beside
        Their answers to the question by whose sum theirs is divided, shape (n,).
    """
    # Sums of weights leave the last digits to chance.
    silent = max(part.population - float(asked[part.may_be].sum()), 0.0)
    sure, unsaid, answered = part.inside == 1, np.isnan(part.inside), ~np.isnan(y)
    if beside is not None:
        answered |= ~np.isnan(beside)
    return Heard(
        y[sure & answered],
        unanswered=float(asked[sure & ~answered].sum()) + (silent if part.known else 0),
        perhaps=float(asked[unsaid & ~answered].sum()) + (0 if part.known else silent),
        stray=y[unsaid & answered],
        weights=asked[sure & answered],
        stray_weights=asked[unsaid & answered],
        beside=None if beside is None else beside[sure & answered],
        stray_beside=None if beside is None else beside[unsaid & answered],
    )
