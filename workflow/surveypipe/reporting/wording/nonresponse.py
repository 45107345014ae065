"""The non-response bias analysis in words: sentences for the text, and a summary of one page.

Facts come from the released tables and are worded by the templates ``nonresponse/``, so that each sentence is
true whatever the results are; where what it needs is withheld, it says so or is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe.reporting.claim_names import coded
from surveypipe.reporting.lookups import known, number_of
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.wording import answered, choices, silent
from surveypipe.reporting.wording.ledger import Facts, named
from surveypipe.reporting.wording.level_contrasts import level_contrast_facts
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

# Template under nonresponse/ to the facts that it words.
FACTS: dict[str, Callable[[Released], Facts]] = {
    "rates": answered.rates,
    "representativity": answered.representativity,
    "representativity_short": answered.representativity,
    "list": answered.auxiliaries,
    "weighting": answered.weighting,
    "waves": answered.waves,
    "bounds": silent.bounds,
    "readers": silent.readers,
    "bayes": silent.bayes,
    "proxy": silent.proxy,
    "follow_up": silent.follow_up,
    "heckman": silent.heckman,
    "multiverse": choices.multiverse,
    "multiverse_short": choices.multiverse,
    "counted_otherwise": choices.counted_rules,
    "imputation": choices.imputation,
    "open_answers": choices.open_answers,
    "level_contrast": level_contrast_facts,
}
# What the manuscript and the supplement call, by the name under ``num:bias__``.
SENTENCES = {
    "rates-sentence": "rates",
    "representativity-sentence": "representativity",
    "representativity-short": "representativity_short",
    "list-sentence": "list",
    "weighting-sentence": "weighting",
    "waves-sentence": "waves",
    "proxy-sentence": "proxy",
    "heckman-sentence": "heckman",
    "multiverse-sentence": "multiverse",
    "multiverse-short": "multiverse_short",
    "imputation-sentence": "imputation",
    "open-answers-sentence": "open_answers",
    "level-contrast-sentence": "level_contrast",
}


def sentence(name: str, released: Released, words: Wording) -> Markdown:
    """Say one thing about non-response.

    Parameters
    ----------
    name
        Template under ``nonresponse/`` (a key of :data:`FACTS`).
    released
        The released tables.
    words
        Templates.

    Returns
    -------
    Markdown
        A sentence or a few in one line; '' where nothing can be said.
    """
    # Sentences are worded one a paragraph where that is easier to read in the template.
    return Markdown(" ".join(words.say(f"nonresponse/{name}", **FACTS[name](released)).split("\n\n")))


def sentences(released: Released, words: Wording) -> dict[str, str]:
    """Compose the sentences that the manuscript and the supplement call by their keys.

    Returns
    -------
    dict
        Key under ``num:`` to Markdown: ``bias__`` and a name of :data:`SENTENCES`.
    """
    return {
        f"bias__{key}": sentence(name, released, words) or words.say("nonresponse/withheld")
        for key, name in SENTENCES.items()
    }


def main_claims(released: Released) -> list[pd.Series]:
    """Rows of the ledger over all."""
    return [row for row in released.claim_rows() if not row["group_level"]]


# What the summary says, by the name under which its template calls it.
_IN_SUMMARY = {
    "rates": "rates",
    "representativity": "representativity",
    "auxiliaries": "list",
    "weighting": "weighting",
    "waves": "waves",
    "bounds": "bounds",
    "proxy": "proxy",
    "multiverse": "multiverse",
    "follow_up": "follow_up",
}


def summary(released: Released, words: Wording) -> str:
    """Write the summary of the non-response bias analysis: one page of Markdown.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.
    """
    return words.say("nonresponse/summary", **summary_facts(released, words)) + "\n"


def summary_facts(released: Released, words: Wording) -> Facts:
    """Collect the sentences of the summary, and the verdict on each row of the ledger."""
    texts = {key: sentence(name, released, words) for key, name in _IN_SUMMARY.items()}
    stands, falls = silent.reader_outcomes(released)
    asked = bool(stands or falls)
    return {
        **texts,
        "scenario": sentence("readers", released, words) if asked else Markdown(),
        "verdicts": [_verdict(released, row) for row in released.claim_rows()],
    }


def _verdict(released: Released, row: pd.Series) -> Facts:
    level = row["group_level"]
    about, key = released.levels[level] if level else str(row["short"]), str(row["claim"])
    if not coded(released):
        about, key = f"{row['short']}, {about}" if level else about, ""
    facts = named(row, released) | {"key": key, "about": about, "grade": str(row["grade_label"])}
    numbers = {
        name: number_of(row, column)
        for name, column in {
            "estimate": "estimate",
            "low": "ci_low",
            "high": "ci_high",
            "bound_low": "bound_low",
            "bound_high": "bound_high",
        }.items()
    }
    hidden = row["status"] == SUPPRESSED or not known(numbers["estimate"], numbers["low"])
    bounded = known(numbers["bound_low"], numbers["bound_high"])
    return facts | numbers | {"outcome": "withheld" if hidden else "released", "bounded": bounded}
