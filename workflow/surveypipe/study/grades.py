"""Grades of a claim: what must be believed of the silent for it to stand."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from surveypipe.study.vocabulary import Vocabulary


class Evidence(NamedTuple):
    """All that a grade rests on.

    Attributes
    ----------
    primary, unweighted
        Whether the claim is supported under the primary scheme, and unweighted.
    every_scheme
        Whether it is supported under each scheme computed.
    bounded
        Whether the whole bound is on the claim's side, item non-response counted as unknown; never for a
        kind whose bounds cannot earn a grade.
    tipping
        The tipping θ; ∞ where no θ reaches the threshold, NaN where the estimate misses it at θ = 1.
    scenario
        Whether it is supported in the scenario at the configured k.
    theta_strong
        Odds ratio by which the silent differ 'strongly', a convention.
    silent_known
        Whether it is known how many gave no answer; else no bounds and no tipping point can be given.
    """

    primary: bool
    unweighted: bool
    every_scheme: bool
    bounded: bool
    tipping: float
    scenario: bool
    theta_strong: float
    silent_known: bool = True


def strength(theta: float) -> float:
    """Size of a response odds ratio on either side of 1; 0 where it is missing."""
    if math.isnan(theta):
        return 0.0
    return math.inf if theta == 0 else max(theta, 1 / theta)


class Grade(Enum):
    """How far a claim stands; the number is what tables hold.

    Attributes
    ----------
    number
        Place in the order of grades.
    supported
        Whether the claim stands under the primary scheme.
    """

    NOT_SUPPORTED = (0, "not supported", False, "")
    WHATEVER = (1, "whatever the {silent.many} think", True, "Supported, whatever the {silent.many} think.")
    UNLESS_STRONGLY_DIFFERENT = (
        2,
        "unless the {silent.many} differ strongly",
        True,
        "Supported, unless the {silent.many} differ strongly from those who answered.",
    )
    IF_AT_RANDOM = (
        3,
        "if response is at random within cells",
        True,
        "Supported if, within response cells, the {silent.many} are like those who answered.",
    )
    AMONG_RESPONDENTS = (
        4,
        "among {respondents.many} only",
        False,
        "Holds among {respondents.many} only: it does not stand under the primary weights.",
    )
    IF_LIKE_THE_REST = (
        5,
        "if those missing are like the rest",
        True,
        "Supported if the {people.many} missing from the data are like the rest.",
    )

    def __init__(self, number: int, label: str, supported: bool, verdict: str) -> None:
        self.number = number
        self.supported = supported
        self._label = label
        self._verdict = verdict

    def label(self, words: Vocabulary) -> str:
        """Name in tables and figures."""
        return words.fill(self._label)

    def verdict(self, words: Vocabulary) -> str:
        """One plain sentence; '' of a claim that is not supported, of which the kind of claim says it."""
        return words.fill(self._verdict)

    @classmethod
    def of(cls, number: int) -> Grade:
        """Grade of a number in a table.

        Raises
        ------
        ValueError
            If there is no such grade.
        """
        for grade in cls:
            if grade.number == number:
                return grade
        raise ValueError(f"there is no grade {number}")

    @classmethod
    def earned(cls, evidence: Evidence) -> Grade:
        """Find the first grade whose rule matches.

        The primary interval misses the threshold: *among respondents only* if the unweighted interval clears
        it, else *not supported*. *Whatever the silent think*: the whole bound is on the claim's side. *Unless
        the silent differ strongly*: supported under every scheme, tipping θ at least `theta_strong` on either
        side of 1, and supported in the scenario. *If response is at random within cells*: what remains.
        R-indicators, ρ and φ are context and never enter.
        Where nothing is known of the silent, a claim that the primary interval supports stands *if those
        missing are like the rest*, and no more can be said.
        """
        return next(grade for grade, holds in _RULES.items() if holds(evidence))


_RULES: dict[Grade, Callable[[Evidence], bool]] = {
    Grade.AMONG_RESPONDENTS: lambda e: not e.primary and e.unweighted,
    Grade.NOT_SUPPORTED: lambda e: not e.primary,
    Grade.IF_LIKE_THE_REST: lambda e: not e.silent_known,
    Grade.WHATEVER: lambda e: e.bounded,
    Grade.UNLESS_STRONGLY_DIFFERENT: lambda e: (
        e.every_scheme and strength(e.tipping) >= e.theta_strong and e.scenario
    ),
    Grade.IF_AT_RANDOM: lambda e: True,
}
