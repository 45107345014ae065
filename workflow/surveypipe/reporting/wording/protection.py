"""Facts about disclosure control as it was applied."""

from __future__ import annotations

from surveypipe.disclosure.rules import rules_of
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.study.item_types import type_of


def disclosure(released: Released) -> Facts:
    """Give the least numbers of disclosure control as it was applied."""
    rules = rules_of(released.settings.disclosure)
    names = ("min_base", "min_answers", "min_cell", "min_population", "audited")
    rated = any(type_of(released.variables[name]).ordered for name in released.settings.analysis.items)
    characteristics = bool(released.settings.analysis.characteristics)
    return {name: getattr(rules, name) for name in names} | {
        "rated": rated,
        "characteristics": characteristics,
        # Who left a question out is counted as it is: that tells nobody's characteristic.
        "not_answered_fewer": characteristics and _fewer_left_out(released, rules.min_cell),
    }


def _fewer_left_out(released: Released, fewest: float) -> bool:
    """Whether fewer than so many left out some question about a characteristic; nobody has, of a plan."""
    if "table_1" not in released.tables:
        return False
    table = released.table("table_1")
    unheld = (table["level"] == NOT_ANSWERED) & (table["n"] > 0) & (table["n"] < fewest)
    return bool(unheld.any())
