"""What came of each question that the ledger puts to a claim: the codes beside its notes.

A note is worded for readers and may be worded anew; whatever code must know stands in a column of these.
"""

from __future__ import annotations

from enum import StrEnum

from surveypipe.study.vocabulary import Vocabulary

# What a specification does with unanswered items.
COMPLETE, IMPUTED = "complete cases", "imputed items"


class ScenarioSource(StrEnum):
    """Where the answers of the silent without the suspected answer come from in the scenario."""

    # The study has no such scenario.
    ABSENT = "absent"
    # Nothing is known of the silent, to suppose anything of.
    SILENT_UNKNOWN = "silent_unknown"
    # The kind of claim is not made of one mean, which the scenario moves.
    UNDEFINED = "undefined"
    NONE = "none"
    FIXED = "fixed"
    GROUP = "group"
    ALL = "all"
    ASSUMED = "assumed"


class MixtureOutcome(StrEnum):
    """What an estimate under answers not missing at random is good for."""

    ESTIMATED = "estimated"
    # The proxy is weak, so that above φ = 1/2 the estimate rests on the model and on next to no data.
    NOT_FOR_A_HEADLINE = "not_for_a_headline"
    # The estimate lies outside the limits of the scale and is not given.
    BREAKS_DOWN = "breaks_down"
    REFUSED = "refused"


class MixtureRefusal(StrEnum):
    """Why a model of answers not missing at random gives no estimate."""

    BASE_UNKNOWN = "base_unknown"
    NO_EXCLUSION = "no_exclusion"
    EXCLUSION_CONSTANT = "exclusion_constant"
    TOO_MANY_SILENT = "too_many_silent"
    NOTHING_PREDICTED = "nothing_predicted"
    ALL_ALIKE = "all_alike"
    SAMPLE = "sample"

    def words(self, vocabulary: Vocabulary, base: str, *, scenario: bool) -> str:
        """Give the reason as a reader is told it.

        Parameters
        ----------
        base
            What the people are called whom the claim is about.
        scenario
            Whether the study has a suspicion scenario, to point to.
        """
        see = vocabulary.fill(" and {readers.one} scenario") if scenario else ""
        return vocabulary.fill(_WORDS[self], base=base, scenario=see)


_WORDS = {
    MixtureRefusal.BASE_UNKNOWN: "who the {silent.adjective} {base} are is unknown; see bounds{scenario}",
    MixtureRefusal.NO_EXCLUSION: "a selection model needs a variable that drives response and not the "
    "answer, and none is configured",
    MixtureRefusal.EXCLUSION_CONSTANT: "here the exclusion variable is the same for all",
    MixtureRefusal.TOO_MANY_SILENT: "too many {silent.many} for the exact distribution",
    MixtureRefusal.NOTHING_PREDICTED: "the frame predicts nothing of the answer",
    MixtureRefusal.SAMPLE: "it is worked out where everybody was asked, and here a sample was",
    MixtureRefusal.ALL_ALIKE: "nobody is {silent.adjective}, or all answers are alike",
}
