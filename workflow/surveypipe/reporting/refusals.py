"""Why a figure is not given, in words, from the codes of the rooms that refused it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from surveypipe.ledger.outcomes import MixtureRefusal
from surveypipe.nonresponse.outcomes import BiasRefusal
from surveypipe.reporting.released import Released

if TYPE_CHECKING:
    import pandas as pd


def is_refused(row: pd.Series) -> bool:
    """Whether a row holds no figure because one would mislead."""
    return bool(row.get("refusal"))


def refusals(rows: Iterable[pd.Series], released: Released) -> list[str]:
    """List the reasons for which rows hold no figure, each once."""
    own = (row for row in rows if is_refused(row) and str(row["claim"]) in released.claims)
    return sorted({_words(row, released) for row in own})


def _words(row: pd.Series, released: Released) -> str:
    code = str(row["refusal"])
    if code in set(MixtureRefusal):
        base, scenario = released.claim_of(row).base, released.settings.sensitivity.scenario is not None
        people = released.settings.people_in(base)
        return MixtureRefusal(code).words(released.vocabulary, people, scenario=scenario)
    return BiasRefusal(code).words(released.settings.nonresponse.fewest)
