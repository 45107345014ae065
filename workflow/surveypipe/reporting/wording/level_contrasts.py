"""The contrast between those at the scenario's level and all others, as a table and as facts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting as fmt
from surveypipe.estimation.level_contrasts import DIFFERENCE, MEAN, OTHERS, SHARE
from surveypipe.formatting import NOT_APPLICABLE, escape
from surveypipe.reporting.claim_names import mark, title
from surveypipe.reporting.lookups import described_rows
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.tables.layout import Column, Table, count_cell, with_interval
from surveypipe.reporting.units import units_of
from surveypipe.reporting.wording.comparisons import rounded_apart
from surveypipe.reporting.wording.ledger import Facts
from surveypipe.study.base import same_code

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
        for row in described_rows(released)
        if not row["group_level"] and _row(released, str(row["variable"]), "") is not None
    ]


def at_level(released: Released) -> str:
    """Name those at the level in words: who answered 'Yes' to 'Read the protocols'."""
    name, answer = _level_named(released)
    return f"'{escape(answer)}' to '{escape(released.label(name))}'"


def _level_named(released: Released) -> tuple[str, str]:
    """Variable of the scenario and the answer that puts a person at its level."""
    plan = released.settings.sensitivity.scenario
    if plan is None:
        return "", ""
    values = released.values(plan.variable)
    named = (text for code, text in values.items() if same_code(code, plan.level))
    return plan.variable, next(named, str(plan.level))


def level_contrast(released: Released) -> Table:
    """Each claim asked of both, among those at the level and among the others, with the difference."""
    head = f"'{escape(_level_named(released)[1])}'"
    columns = [
        Column("Claim", 32, "l"), Column(f"{head} *n*", 8), Column(head, 19), Column("Others *n*", 10),
        Column("Others", 19), Column("Difference", 22),
    ]  # fmt: skip
    table = Table(
        "level_contrast", f"The claims among those who answered {at_level(released)} and all others", columns
    )
    for variable, claim in _outcomes(released):
        cells = [escape(title(released, claim))]
        form = released.claim_of(claim).tabled
        for place in ("level", OTHERS):
            row = _row(released, variable, place)
            hidden = row is not None and row["status"] == SUPPRESSED
            cells.append(count_cell(math.nan if row is None else float(row["n"]), suppressed=hidden))
            cells.append(with_interval(row, form))
        cells.append(with_interval(_row(released, variable, ""), form))
        table.rows.append(cells)
    level = fmt.percent(released.settings.analysis.ci_level)
    units = units_of(released.claims.values())
    table.notes = [
        f"{head}, those who answered {at_level(released)}; others, all who answered otherwise or did not "
        "say.",
        f"Weighted per cent{units}, with {level} intervals; difference, {head} "
        "minus others. Rounded, so that nobody can be worked out; a difference is rounded once.",
        f"Weights: {escape(released.in_text(released.schemes[released.primary]))}.",
        "Only claims whose question was put to both." if table.rows else NOT_APPLICABLE,
    ]
    return table


def level_contrast_facts(released: Released) -> Facts:
    """Set the two side by side, claim by claim, and find on which most of the others agree too."""
    name, answer = _level_named(released)
    return {
        "question": released.label(name),
        "answer": answer,
        "compared": [
            _compared(claim, released, *rows)
            for variable, claim in _outcomes(released)
            if len(rows := _known_rows(released, variable)) == 3
        ],
        "others_agree": _others_agree(released),
    }


def _known_rows(released: Released, variable: str) -> list[pd.Series]:
    rows = [_row(released, variable, place) for place in ("level", OTHERS, "")]
    return [row for row in rows if row is not None and _known(row)]


def _known(row: pd.Series) -> bool:
    return all(math.isfinite(float(row[name])) for name in ("estimate", "ci_low", "ci_high"))


def _compared(
    claim: pd.Series, released: Released, here: pd.Series, others: pd.Series, gap: pd.Series
) -> Facts:
    return {
        "claim": mark(released, claim["claim"]),
        "claimed": released.claim_of(claim),
        "mean": not released.claim_of(claim).binary,
        "here": float(here["estimate"]),
        "others": float(others["estimate"]),
        "difference": float(gap["estimate"]),
        "low": float(gap["ci_low"]),
        "high": float(gap["ci_high"]),
        "ci_level": float(gap["ci_level"]),
        "rounded_apart": rounded_apart(
            released.claim_of(claim),
            [float(row["estimate"]) for row in (here, others)],
            float(gap["estimate"]),
        ),
    }


def _others_agree(released: Released) -> list[Facts]:
    """Claims on which more than half of the others answer as the claim says."""
    found = []
    for variable, claim in _outcomes(released):
        row = _row(released, variable, OTHERS)
        if released.claim_of(claim).binary and row is not None and float(row["estimate"]) > HALF:
            found.append({"claim": mark(released, claim["claim"]), "share": float(row["estimate"])})
    return found
