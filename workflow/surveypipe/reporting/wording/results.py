"""Sentences that depend on a result: directions, verdicts, and what it would take to change them.

The manuscript's text is written once and must be true whatever the results are. What can turn out either way
is worded by the templates ``claims/`` and ``response/`` from facts of the released tables, never typed; the
rest of the prose, which holds however the results fall, stands in the text itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveypipe.identifiers import estimate_id, key_slug, number_key, slug
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import claims, comparisons, together
from surveypipe.study.item_types import MEAN
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

# Field of a claim's key to the template under claims/ that words it.
FIELDS = {
    "clause": "clause",
    "threshold-sentence": "threshold",
    "bounds-sentence": "bounds",
    "tipping-sentence": "tipping",
    "reader-sentence": "readers",
    "doubt-sentence": "doubt",
    "power-sentence": "power",
    "estimate-phrase": "estimate",
}
# The same, of a claim over all only.
HEADLINE_FIELDS = {
    "groups-sentence": "groups",
    "items-sentence": "items",
    "items-range": "items_range",
    "other-thresholds-sentence": "other_thresholds",
}
_FACTS = claims.FACTS | comparisons.FACTS


def sentences(released: Released, words: Wording) -> dict[str, str]:
    """Compose every sentence and phrase that the manuscript takes from the results.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.

    Returns
    -------
    dict
        Key under ``num:`` to Markdown. Per claim (and group) ``claim-c1__`` and a field of :data:`FIELDS`, of
        a claim over all also one of :data:`HEADLINE_FIELDS`; per share of the claims' variables a phrase
        ``<variable>__<answer>__proportion__<group>__primary__phrase``; ``survey__…`` for response
        and ``claims__…`` for all claims together.
    """
    made: dict[str, str] = {}
    for row in released.claim_rows():
        made |= claim_sentences(row, released, words)
    for claim in released.claims.values():
        for variable in (claim.variable, *claim.secondary):
            made |= phrases(variable, released, words)
    return made | all_together(released, words)


def claim_key(row: pd.Series) -> str:
    """Prefix of a claim's keys: ``claim-c1``, and ``claim-c5-amh`` in a group."""
    parts = ("claim", slug(row["claim"]), key_slug(row["group_level"]))
    return "-".join(part for part in parts if part)


def sentence(name: str, row: pd.Series, released: Released, words: Wording) -> Markdown:
    """Say one thing about a row of the ledger; '' where there is nothing to say.

    Parameters
    ----------
    name
        Template under ``claims/``: a value of :data:`FIELDS` or :data:`HEADLINE_FIELDS`.
    row
        Row of the ledger.
    released
        The released tables.
    words
        Templates.
    """
    return words.say(f"claims/{name}", claimed=released.claim_of(row), **_FACTS[name](row, released))


def claim_sentences(row: pd.Series, released: Released, words: Wording) -> dict[str, str]:
    """Compose the sentences of one row of the ledger."""
    fields = FIELDS if row["group_level"] else FIELDS | HEADLINE_FIELDS
    made = {field: sentence(name, row, released, words) for field, name in fields.items()}
    return {number_key(claim_key(row), field): text for field, text in made.items() if text}


def phrases(variable: str, released: Released, words: Wording) -> dict[str, str]:
    """Phrases of a variable's shares or mean under the scheme in force, over all and in each group."""
    made: dict[str, str] = {}

    def put(name: str, field: str, template: str, row: pd.Series | None) -> None:
        made[number_key(name, field)] = words.say(f"claims/{template}", **comparisons.single(row))

    for level in ("", *released.levels):
        group, values = (released.group if level else "overall"), released.values(variable)
        for code in released.answers_shown(variable):
            row = released.share(variable, code, group_level=level)
            name = estimate_id(variable, values[code], "proportion", group, level, "primary")
            if row is not None:
                own = str(row["estimate_id"]).rpartition("__")[0]
                name = f"{own}__primary"
            put(name, "phrase", "share_phrase", row)
            put(name, "pct", "share_short", row)
        row = released.mean(variable, group_level=level) if released.stands(variable) == MEAN else None
        if row is not None:
            name = estimate_id(variable, "", "mean", group, level, "primary")
            put(name, "phrase", "score_phrase", row)
    return made


def all_together(released: Released, words: Wording) -> dict[str, str]:
    """Tell response by group, and all claims together: their grades, and how far weighting moved them."""
    return {key: words.say(name, **facts(released)) for key, (name, facts) in together.FACTS.items()}
