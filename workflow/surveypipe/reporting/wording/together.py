"""Facts of response by group and of all claims together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.formatting import percent
from surveypipe.reporting.joined_labels import merged_label
from surveypipe.reporting.lookups import known, number_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import primary
from surveypipe.reporting.wording.claims import grade_of
from surveypipe.reporting.wording.ledger import Facts, named, shifts
from surveypipe.reporting.wording.worst_cases import weighting_shifts
from surveypipe.study.grades import Grade

if TYPE_CHECKING:
    import pandas as pd

# From the strongest to the weakest, which is not the order of the codes.
ORDER = (
    "whatever", "unless_strongly_different", "if_at_random", "if_like_the_rest", "among_respondents",
    "not_supported",
)  # fmt: skip


def cells(released: Released) -> Facts:
    """Count the cells of the primary scheme."""
    table = released.table("weight_diagnostics")
    return {"cells": int(table.loc[table["scheme"] == released.primary, "n_cells"].iloc[0])}


def response(released: Released) -> Facts:
    """Find in which groups fewest and most answered."""
    if not released.levels or released.population == "none":
        return {"outcome": "none"}
    rates = _rates_by_group(released)
    if not rates:
        return {"outcome": "withheld"}
    low, high = min(rates.values()), max(rates.values())
    alike = percent(low) == percent(high)
    return {
        "outcome": "alike" if alike else "unequal",
        "groups": len(rates),
        "least": low,
        "most": high,
        "lowest": _at(rates, low, released),
        "highest": _at(rates, high, released),
    }


def _rates_by_group(released: Released) -> dict[str, float]:
    """Response rate (RR2) of each group; empty where one is withheld."""
    rates = {level: released.rate("RR2", level) for level in released.levels}
    found = {level: number_of(rate, "value") for level, rate in rates.items()}
    return found if known(*found.values()) else {}


def _at(rates: Mapping[str, float], rate: float, released: Released) -> list[str]:
    """Name the groups whose rate prints as this one."""
    found = [level for level, value in rates.items() if percent(value) == percent(rate)]
    return [released.in_text(released.levels[level]) for level in found]


def claims(released: Released) -> Facts:
    """Gather the claims by their grade, the strongest first, and the rows within groups that are weaker."""
    rows = [row for row in released.claim_rows() if not row["group_level"]]
    by_grade: dict[str, list[str]] = {grade: [] for grade in ORDER}
    for row in rows:
        if grade_of(row) in by_grade:
            by_grade[grade_of(row)].append(released.in_text(str(row["label"])))
    supported = [grade.name.lower() for grade in Grade if grade.supported]
    return {
        "total": len(rows),
        "hidden": len(rows) - sum(map(len, by_grade.values())),
        "supported": sum(len(by_grade[grade]) for grade in supported),
        "found": [{"grade": grade, "labels": labels} for grade, labels in by_grade.items() if labels],
        "weaker": _weaker(released),
        **primary.alike(released),
    }


def _weaker(released: Released) -> list[Facts]:
    """Name the rows within groups that have a weaker grade than the claim over all."""
    over_all = {str(row["claim"]): grade_of(row) for row in released.claim_rows() if not row["group_level"]}
    inside = [row for row in released.claim_rows() if row["group_level"] and grade_of(row) in ORDER]
    return [
        named(row, released) | {"grade": grade_of(row)}
        for row in inside
        if _place(grade_of(row)) > _place(over_all[str(row["claim"])])
    ]


def _place(grade: str) -> int:
    return ORDER.index(grade) if grade in ORDER else len(ORDER)


def largest_shift(released: Released) -> Facts:
    """Find how far the primary weights move an estimate, over all and within groups."""
    moves = [(row, shift) for row, shift, _ in weighting_shifts(released)]
    if not any(known(shift) for _, shift in moves):
        # Without a bias analysis the ledger's own columns tell, to a whole point.
        name = f"estimate_{released.unweighted}"
        moves = [(row, _moved(row, name)) for row in released.claim_rows()]
    return {"shifts": shifts(moves, released)}


def _moved(row: pd.Series, name: str) -> float:
    return number_of(row, "estimate") - number_of(row, name)


# From here on a printed percentage is more than its rounding away from another.
_OFF = 2


def balance(released: Released) -> Facts:
    """Find where the weighted respondents are not made up as all who were eligible, in whole per cent.

    Of what Table 1 shows of everybody, so that a reader finds the same percentages there.
    """
    table = released.table("table_1")
    rows = table[(table["group_level"] == "") & table["frame_percent"].notna() & table["percent"].notna()]
    if rows.empty or not released.weighted or released.population == "none":
        return {"outcome": "none"}
    found: list[dict[str, Any]] = [
        {
            "label": merged_label(released, str(row["variable"]), str(row["level"]), str(row["level_label"])),
            "weighted": float(row["percent"]) / 100,
            "eligible": float(row["frame_percent"]) / 100,
            "gap": round(float(row["percent"])) - round(float(row["frame_percent"])),
        }
        for _, row in rows.iterrows()
    ]
    found.sort(key=lambda one: -abs(one["gap"]))
    over, under = ([one for one in found if sign * one["gap"] >= _OFF] for sign in (1, -1))
    return {
        "outcome": "off" if over or under else "met",
        "over": over,
        "under": under,
        "merged": primary.rests_on(released) == "cells" and bool(primary.merged_rows(released)),
    }


# Key of a text under ``num:`` to the template that words it, and its facts.
FACTS: dict[str, tuple[str, Callable[[Released], Facts]]] = {
    "survey__cells": ("response/cells", cells),
    "survey__balance-sentence": ("response/balance", balance),
    "survey__response-sentence": ("response/by_group", response),
    "survey__lowest-response-sentence": ("response/lowest", response),
    "claims__count": ("claims/all/count", claims),
    "claims__supported": ("claims/all/supported", claims),
    "claims__tally": ("claims/all/tally", claims),
    "claims__tally-short": ("claims/all/tally_short", claims),
    "claims__by-grade": ("claims/all/by_grade", claims),
    "claims__largest-shift-sentence": ("claims/all/largest_shift", largest_shift),
}
