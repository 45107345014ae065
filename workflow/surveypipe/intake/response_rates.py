"""Response rates after AAPOR, over all and by group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from surveypipe.problems import SurveyError

CATEGORIES = ("I", "P", "R", "NC", "O", "UH", "UO", "IE")
# Rate -> (numerator, denominator), each as a formula over the category counts, D, U and e.
FORMULAS: dict[str, tuple[str, str]] = {
    "RR1": ("I", "D + U"),
    "RR2": ("I + P", "D + U"),
    "RR3": ("I", "D + e U"),
    "RR4": ("I + P", "D + e U"),
    "RR5": ("I", "D"),
    "RR6": ("I + P", "D"),
    "COOP1": ("I", "I + P + R + O"),
    "COOP2": ("I + P", "I + P + R + O"),
    "COOP3": ("I", "I + P + R"),
    "COOP4": ("I + P", "I + P + R"),
    "REF1": ("R", "D + U"),
    "REF2": ("R", "D + e U"),
    "REF3": ("R", "D"),
    "CON1": ("I + P + R + O", "D + U"),
    "CON2": ("I + P + R + O", "D + e U"),
    "CON3": ("I + P + R + O", "D"),
}
RATE_COLUMNS = ["group", "group_level", "rate", "value", "numerator", "denominator", "formula"]


def counts(made: pd.DataFrame) -> dict[str, int]:
    """Count the categories of a table of dispositions.

    Raises
    ------
    SurveyError
        If they do not sum to the number of people: someone then has no disposition.
    """
    found = made["category"].value_counts()
    held = {category: int(found.get(category, 0)) for category in CATEGORIES}
    if sum(held.values()) != len(made):
        raise SurveyError(
            f"dispositions: they sum to {sum(held.values())}, but {len(made)} people are on the staff list; "
            "each person needs exactly one disposition."
        )
    return held


def casro_e(held: Mapping[str, int]) -> float:
    """Estimate the share of unknown cases that are eligible: (ER + EN) / (ER + EN + IE)."""
    eligible = sum(held[key] for key in ("I", "P", "R", "NC", "O"))
    known = eligible + held["IE"]
    return eligible / known if known else 1.0


def outcome_rates(held: Mapping[str, int], e: float) -> pd.DataFrame:
    """All AAPOR outcome rates of one set of counts.

    Parameters
    ----------
    held
        Category -> number of cases, see :data:`CATEGORIES`.
    e
        Share of the cases of unknown eligibility taken as eligible.

    Returns
    -------
    pandas.DataFrame
        Columns rate, value (NaN where the denominator is 0), numerator, denominator, formula.
    """
    unknown = held["UH"] + held["UO"]
    known = sum(held[key] for key in ("I", "P", "R", "NC", "O"))
    terms: dict[str, float] = {**held, "D": known, "U": unknown, "e U": e * unknown}
    rows = []
    for rate, (above, below) in FORMULAS.items():
        numerator, denominator = (sum(terms[t] for t in part.split(" + ")) for part in (above, below))
        value = numerator / denominator if denominator else math.nan
        rows.append((rate, value, numerator, denominator, _printed(above, below)))
    rows.append(("e", e, known, known + held["IE"], "(I + P + R + NC + O) / (I + P + R + NC + O + IE)"))
    return pd.DataFrame(rows, columns=["rate", "value", "numerator", "denominator", "formula"])


def _printed(above: str, below: str) -> str:
    return " / ".join(f"({part})" if "+" in part else part for part in (above, below))


def response_rates(
    made: pd.DataFrame, by: Sequence[str] = (), *, e: float | None = None, levels: Sequence[str] | None = None
) -> pd.DataFrame:
    """Rates over all staff, then by one group or by a crossing of groups.

    Parameters
    ----------
    made
        Table of dispositions.
    by
        Frame variables; several are crossed, their names and levels joined by ``:``.
    e
        Eligibility rate specified by the user; None for the CASRO proportion over all staff, which is then
        used in each group too.
    levels
        Order of the groups' levels; None for sorted.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`RATE_COLUMNS`; ``group`` is ``overall`` and ``group_level`` empty for all staff. No
        rows where nobody is known of.
    """
    if made.empty:
        return pd.DataFrame(columns=RATE_COLUMNS)
    held = counts(made)
    share = casro_e(held) if e is None else float(e)
    parts = [_labelled(outcome_rates(held, share), e is not None, "overall", "")]
    if by:
        key = made[by[0]].astype(str)
        for name in by[1:]:
            key = key.str.cat(made[name].astype(str), sep=":")
        for level in levels if levels is not None else sorted(key.unique()):
            rates = outcome_rates(counts(made[key == level]), share)
            rates = rates[rates["rate"] != "e"]
            parts.append(_labelled(rates, e is not None, ":".join(by), level))
    return pd.concat(parts, ignore_index=True)[RATE_COLUMNS]


def _labelled(rates: pd.DataFrame, specified: bool, group: str, level: str) -> pd.DataFrame:
    rates = rates.assign(group=group, group_level=level)
    if specified:
        own = rates["rate"] == "e"
        rates[["numerator", "denominator"]] = rates[["numerator", "denominator"]].astype(float)
        rates.loc[own, ["numerator", "denominator"]] = math.nan
        rates.loc[own, "formula"] = "specified by the user"
    return rates
