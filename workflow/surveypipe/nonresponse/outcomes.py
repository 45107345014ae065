"""What came of a step of the non-response bias analysis: the codes beside its notes."""

from __future__ import annotations

from enum import StrEnum


class BiasOutcome(StrEnum):
    """What a row of the analysis says beyond its numbers; most rows say nothing more."""

    # The fraction of missing information is about the share of the staff without an answer.
    ADDS_NOTHING = "adds_nothing"
    ADDS_SOMETHING = "adds_something"
    # The model of response was separated and fitted with Firth's penalty.
    PENALISED = "penalised"
    REFUSED = "refused"


class BiasRefusal(StrEnum):
    """Why a step of the analysis gives no figure."""

    EVERYBODY_RESPONDED = "everybody_responded"
    WAVES_NOT_SET = "waves_not_set"
    WAVE_TOO_SMALL = "wave_too_small"
    TOO_FEW_WAVES = "too_few_waves"
    PART_TOO_SMALL = "part_too_small"
    NO_GROUP_LARGE_ENOUGH = "no_group_large_enough"
    TOO_FEW_OR_ALIKE = "too_few_or_alike"

    def words(self, fewest: int) -> str:
        """Give the reason as a reader is told it.

        Parameters
        ----------
        fewest
            Fewest answers behind a figure, ``nonresponse.fewest`` of the configuration.
        """
        return _WORDS[self].format(fewest=fewest)


_WORDS = {
    BiasRefusal.EVERYBODY_RESPONDED: "everybody responded",
    BiasRefusal.WAVES_NOT_SET: "nonresponse.waves is not set",
    BiasRefusal.WAVE_TOO_SMALL: "fewer than {fewest} answers",
    BiasRefusal.TOO_FEW_WAVES: "fewer than two waves, or fewer than {fewest} answers in the last",
    BiasRefusal.PART_TOO_SMALL: "fewer than {fewest} answers in one part",
    BiasRefusal.NO_GROUP_LARGE_ENOUGH: "in no group are both parts large enough",
    BiasRefusal.TOO_FEW_OR_ALIKE: "too few answers, or all alike",
}


def refused(refusal: BiasRefusal, fewest: int) -> dict[str, str]:
    """Give the cells of a row that was refused."""
    return {
        "outcome": BiasOutcome.REFUSED,
        "refusal": refusal,
        "note": f"not estimable: {refusal.words(fewest)}",
    }
