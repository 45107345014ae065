"""The contrast between those at the scenario's level and all others, as a table and as sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting as fmt
from surveypipe.formatting import NOT_APPLICABLE, escape
from surveypipe.level_contrasts import DIFFERENCE, MEAN, OTHERS, SHARE
from surveypipe.released import SUPPRESSED, Released
from surveypipe.tables import Column, Table, count_cell, mean_cell, share_cell

if TYPE_CHECKING:
    import pandas as pd

HALF = 0.5


def _row(released: Released, variable: str, place: str) -> pd.Series | None:
    table = released.table("estimates")
    wanted = [DIFFERENCE] if not place else [SHARE, MEAN]
    rows = table[(table["variable"] == variable) & table["statistic"].isin(wanted)]
    rows = rows[rows["group_level"] == place]
    return None if rows.empty else rows.iloc[0]


def _outcomes(released: Released) -> list[tuple[str, pd.Series]]:
    """Claims that were compared, with their row of the ledger over all."""
    return [
        (str(row["variable"]), row)
        for row in released.claim_rows()
        if not row["group_level"] and _row(released, str(row["variable"]), "") is not None
    ]


def at_level(released: Released) -> str:
    """Name those at the level in words: who answered 'Yes' to 'Read the protocols'."""
    plan = released.config["sensitivity"]
    name = str(plan["reader_variable"])
    code = f"{float(plan['reader_level']):g}"
    answer = released.values(name).get(code, code)
    return f"'{escape(answer)}' to '{escape(released.label(name))}'"


def level_contrast(released: Released) -> Table:
    """Each claim asked of both, among those at the level and among the others, with the difference."""
    columns = [
        Column("Claim", 32, "l"), Column("*n*", 8), Column("At the level", 19), Column("Others *n*", 10),
        Column("Others", 19), Column("Difference", 22),
    ]  # fmt: skip
    table = Table(
        "level_contrast", f"The claims among those who answered {at_level(released)} and all others", columns
    )
    for variable, claim in _outcomes(released):
        cells = [f"{escape(str(claim['claim']))} {escape(str(claim['short']))}"]
        form = mean_cell if claim["kind"] == "equivalence" else share_cell
        for place in ("level", OTHERS):
            row = _row(released, variable, place)
            hidden = row is not None and row["status"] == SUPPRESSED
            cells.append(count_cell(math.nan if row is None else float(row["n"]), suppressed=hidden))
            cells.append(form(row))
        cells.append(form(_row(released, variable, "")))
        table.rows.append(cells)
    level = fmt.percent(released.config["analysis"]["ci_level"])
    table.notes = [
        f"At the level, those who answered {at_level(released)}; others, all who answered otherwise or did "
        "not say.",
        f"Weighted per cent (for a comparison scale points), with {level} intervals; difference, at the "
        "level minus others. Rounded, so that nobody can be worked out; a difference is rounded once.",
        f"Weights: {escape(released.in_text(released.schemes[released.primary]))}.",
        "Only claims whose question was put to both." if table.rows else NOT_APPLICABLE,
    ]
    return table


def level_contrast_sentence(released: Released) -> str:
    """Set the two side by side, claim by claim, and say on which most of the others agree too."""
    parts = []
    for variable, claim in _outcomes(released):
        rows = [_row(released, variable, place) for place in ("level", OTHERS, "")]
        known = [row for row in rows if row is not None and _known(row)]
        if len(known) == len(rows):
            parts.append(_compared(claim, *known))
    if not parts:
        return ""
    beside = f"Those who answered {at_level(released)} are set beside all others: {'; '.join(parts)}."
    return f"{beside} {others_agree_sentence(released)}".strip()


def _known(row: pd.Series) -> bool:
    return all(math.isfinite(float(row[name])) for name in ("estimate", "ci_low", "ci_high"))


def _compared(claim: pd.Series, here: pd.Series, others: pd.Series, gap: pd.Series) -> str:
    mean = claim["kind"] == "equivalence"
    form = fmt.decimal if mean else fmt.percent
    size = fmt.decimal if mean else fmt.points
    unit = "scale points" if mean else "percentage points"
    level = fmt.percent(float(gap["ci_level"]))
    ends = f"{size(float(gap['ci_low']))} to {size(float(gap['ci_high']))}"
    return (
        f"{escape(str(claim['claim']))} {form(float(here['estimate']))} against "
        f"{form(float(others['estimate']))} (difference {size(float(gap['estimate']))} {unit}, {level} "
        f"interval {ends})"
    )


def others_agree_sentence(released: Released) -> str:
    """Say on which claims more than half of the others answer as the claim says."""
    found = []
    for variable, claim in _outcomes(released):
        row = _row(released, variable, OTHERS)
        if claim["kind"] == "share" and row is not None and float(row["estimate"]) > HALF:
            found.append(f"{escape(str(claim['claim']))} ({fmt.percent(float(row['estimate']))})")
    if not found:
        return ""
    return (
        f"On {fmt.sentence_list(found)} more than half of those who had not answered {at_level(released)} "
        "answered so too."
    )
