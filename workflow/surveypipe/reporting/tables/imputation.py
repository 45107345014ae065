"""Complete cases beside imputed answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.estimation.flags import ImputationFlag, flags_of
from surveypipe.formatting import SUPPRESSED
from surveypipe.reporting.lookups import first_of, rows_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.claims import claim_name
from surveypipe.reporting.tables.layout import Column, Table, cell, with_interval

if TYPE_CHECKING:
    import pandas as pd


def imputation(released: Released) -> Table:
    """Each claim from complete cases and from imputed items, and which of them the rule prefers."""
    columns = [
        Column("Claim", 26, "l"), Column("Incomplete, %", 10), Column("Any item open, %", 10),
        Column("Complete cases", 19), Column("*n*", 6), Column("Imputed", 19), Column("*n*", 6),
        Column("FMI", 7), Column("By the rule", 13, "l"),
    ]  # fmt: skip
    about = "Missing values" if released.settings.study.recorded else "Unanswered items"
    table = Table("imputation", f"{about}: complete cases beside imputed ones", columns)
    data = released.table("estimates")
    for claim in released.claim_rows():
        found = imputed_rows(data, claim, released)
        if found["imputed"] is None:
            continue
        form = released.claim_of(claim).tabled
        table.rows.append(
            [
                claim_name(released, claim),
                cell(found["incomplete"], "estimate", _one), cell(found["open"], "estimate", _one),
                with_interval(found["complete"], form), cell(found["complete"], "n", formatting.count),
                with_interval(found["imputed"], form), cell(found["imputed"], "n", formatting.count),
                cell(found["information"], "estimate", formatting.decimal),
                _preferred(found),
            ]
        )  # fmt: skip
    table.notes = _imputation_notes(released, data)
    return table


def _one(share: float) -> str:
    return formatting.points(share)


def imputed_rows(data: pd.DataFrame, claim: pd.Series, released: Released) -> dict[str, pd.Series | None]:
    """Rows of one claim (and group) from complete cases and from imputed items; None for what is absent."""
    own = rows_of(data, claim=str(claim["claim"]), variable=str(claim["variable"]))
    inside = rows_of(own, group_level=str(claim["group_level"]))
    kind = released.claim_of(claim).statistic
    # The shares are of all staff asked; a row within a group has none of its own.
    return {
        "incomplete": first_of(inside, statistic="share_incomplete"),
        "open": first_of(inside, statistic="share_item_unanswered"),
        "complete": first_of(inside, statistic=f"{kind}_complete_cases"),
        "imputed": first_of(inside, statistic=f"{kind}_imputed"),
        "information": first_of(inside, statistic=f"{kind}_missing_information"),
    }


def imputation_preferred(found: dict[str, pd.Series | None]) -> bool | None:
    """Whether the rule prefers the imputed estimate; None where that is suppressed or unknown."""
    for name, answer in (("imputed", True), ("complete", False)):
        row = found[name]
        if row is not None and ImputationFlag.PREFERRED in flags_of(row["flag"]):
            return answer
    return None


def _preferred(found: dict[str, pd.Series | None]) -> str:
    preferred = imputation_preferred(found)
    if preferred is None:
        return SUPPRESSED
    differs = "; the conclusion differs" if conclusion_differs(found) else ""
    return ("imputed" if preferred else "complete cases") + differs


def conclusion_differs(found: dict[str, pd.Series | None]) -> bool:
    """Whether complete cases and imputed items lead to different conclusions about a claim."""
    rows = [row for row in found.values() if row is not None]
    return any(ImputationFlag.CONCLUSION_DIFFERS in flags_of(row["flag"]) for row in rows)


def imputations_made(data: pd.DataFrame) -> float:
    """Count the completed data sets; NaN where nothing was imputed."""
    row = first_of(data, statistic="imputations")
    return math.nan if row is None else float(row["estimate"])


def _imputation_notes(released: Released, data: pd.DataFrame) -> list[str]:
    made = imputations_made(data)
    number = f"{formatting.count(made)} data sets, " if math.isfinite(made) else ""
    level = formatting.confidence(released.settings.analysis.ci_level)
    weighted = "Weighted by the primary scheme. " if released.weighted else ""
    return [
        f"In brackets, {level} intervals. {weighted}Imputed, {number}combined by "
        "Rubin's rules. Incomplete, share of the base whose answer to the claim had to be imputed; any "
        "item open, share with at least one item of it missing. FMI, fraction of the information "
        "lost to them.",
        "By the rule, which of the two is to be preferred: complete cases where fewer than 5% are "
        "incomplete. The ledger and the article report complete cases throughout.",
    ]
