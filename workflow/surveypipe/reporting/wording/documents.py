"""Texts of the tool's own documents: each claim in a paragraph, and what is left to the authors.

A paragraph about a claim calls its sentences by their keys, so that a web page can tell where a number comes
from; what the results do not give is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from surveypipe.formatting import escape
from surveypipe.identifiers import number_key
from surveypipe.reporting.answer_blocks import of_variables
from surveypipe.reporting.claim_names import title
from surveypipe.reporting.lookups import known
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.questionnaire import worded
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.reporting.wording.results import claim_key
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.wording import Markdown, Wording

if TYPE_CHECKING:
    import pandas as pd

# Name in a template to the field of the claim's key.
FOUND = {
    "clause": "clause",
    "est": "est",
    "ci": "ci",
    "n": "n",
    "threshold": "threshold-sentence",
    "other_thresholds": "other-thresholds-sentence",
    "groups": "groups-sentence",
    "items": "items-sentence",
    "doubt": "doubt-sentence",
}
DOUBTS = {
    "clause": "clause",
    "tipping": "tipping-sentence",
    "bounds": "bounds-sentence",
    "readers": "reader-sentence",
}


def texts(released: Released, words: Wording, keys: Collection[str]) -> dict[str, str]:
    """Write the texts, by the name of their file without its ending.

    Parameters
    ----------
    released
        The released tables.
    words
        Templates.
    keys
        Keys of the numbers and sentences that there are.
    """
    rows = released.claim_rows()
    found = [_found(row, released, words, keys) for row in rows if not row["group_level"]]
    doubts = [_doubts(row, released, words, keys) for row in rows]
    return {
        "claims_found": "\n\n".join(found) + "\n",
        "claims_doubts": "\n\n".join(doubts) + "\n",
        "remaining": words.say("documents/remaining", **remaining(released)) + "\n",
    }


def _called(row: pd.Series, fields: dict[str, str], keys: Collection[str]) -> Facts:
    """Shortcodes of the fields that there are, '' for the others."""
    named = {name: number_key(claim_key(row), field) for name, field in fields.items()}
    return {name: Markdown(_shortcode(key) if key in keys else "") for name, key in named.items()}


def _shortcode(key: str) -> str:
    return f"{{{{< meta num.{key} >}}}}"


def _found(row: pd.Series, released: Released, words: Wording, keys: Collection[str]) -> str:
    facts = _called(row, FOUND, keys)
    if not released.silent_known:
        # Said once, of all claims together.
        facts["doubt"] = Markdown()
    unit = released.claim_of(row).printed_unit if known(row["estimate"]) else ""
    facts |= {"level": Markdown(_shortcode("ci-level")), "unit": released.in_text(unit)}
    label = released.in_text(str(row["label"]))
    said = words.say("documents/claim_found", label=label, **facts)
    return f"## {escape(title(released, row))}\n\n{said}"


def _doubts(row: pd.Series, released: Released, words: Wording, keys: Collection[str]) -> str:
    level = str(row["group_level"])
    return words.say(
        "documents/claim_doubts",
        title=title(released, row),
        group=released.in_text(released.levels[level]) if level else "",
        **_called(row, DOUBTS, keys),
    )


def remaining(released: Released) -> Facts:
    """Tell what no run can know of a study."""
    asked, frame = of_variables(released.variables), released.settings.frame
    # Where everybody is on a list, or nothing is known of anybody, there is no source to tell.
    counted = released.settings.population == "counts" or frame.margins or frame.cells or frame.totals
    return {
        "recorded": released.settings.study.recorded,
        "source": frame.source or not counted,
        "population": released.population,
        "drawn": released.settings.design.drawn and not released.silent_known,
        "worded": bool(worded(released)),
        "mode": released.settings.study.mode,
        "field_period": released.settings.study.field_period,
        "groups": list(released.levels),
        "claims": list(released.claims),
        "texts": [f"'{released.label(one.name)}'" for one in asked if ITEM_TYPES[one.kind].form == "text"],
    }
