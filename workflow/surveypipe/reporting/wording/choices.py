"""Facts about other choices of analysis: specifications, rules of counting, unanswered items, coding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe.estimation.imputation import PRIMARY_FROM
from surveypipe.reporting.lookups import beside, first_of, known, number_of, rows_of
from surveypipe.reporting.released import SUPPRESSED, Released
from surveypipe.reporting.tables.assumptions import counted_otherwise, imputed_beside
from surveypipe.reporting.tables.imputation import (
    conclusion_differs,
    imputation_preferred,
    imputations_made,
    imputed_rows,
)
from surveypipe.reporting.tables.measurement import coded_questions
from surveypipe.reporting.wording import primary
from surveypipe.reporting.wording.ledger import Facts, listed, named, shifts
from surveypipe.reporting.wording.worst_cases import farthest
from surveypipe.study.cleaning import AnyRule, Duplicate, Skip

if TYPE_CHECKING:
    import pandas as pd

SUPPORTED = {1, 2, 3}


def could_act(released: Released) -> list[AnyRule]:
    """List the rules of cleaning that could find something.

    Where every question is for all, no answer is out of place; where nothing tells whose a record is, none is
    known to be a second one of the same.
    """
    idle: tuple[type[AnyRule], ...] = ()
    if not any(entry.get("asked_if") for entry in released.variables.values()):
        idle += (Skip,)
    if not released.settings.frame.survey_id:
        idle += (Duplicate,)
    return [rule for rule in released.settings.cleaning.rules if not isinstance(rule, idle)]


def multiverse(released: Released) -> Facts:
    """Find how far any specification moves an estimate, and whether any changes a grade."""
    data = released.table("multiverse_summary")
    moves = [(row, number_of(first_of(beside(data, row)), "largest_shift")) for row in released.claim_rows()]
    return {
        "imputed": imputed_beside(released),
        "recorded": released.settings.study.recorded,
        "claims": len(released.claims),
        "corrected": released.settings.analysis.fpc.descriptive,
        "several_schemes": len(released.schemes) > 1,
        "shifts": shifts(moves, released),
        "changed": listed(changed_rows(released), released),
        **counted_rules(released),
    }


def counted_rules(released: Released) -> Facts:
    """Find the claim that moves most when its answer is counted by another rule, and which lose support."""
    return {"otherwise": _otherwise(released)}


def _otherwise(released: Released) -> Facts | None:
    data = released.table("multiverse_summary")
    found = [
        (claim, row)
        for claim in released.claim_rows()
        for row in counted_otherwise(data, claim)
        if known(number_of(row, "estimate"), number_of(row, "grade"), number_of(claim, "grade"))
    ]
    if not found:
        return None
    moves = [abs(number_of(row, "largest_shift")) for _, row in found]
    largest = moves.index(max(moves))
    claim, row = found[largest]
    printed = [
        released.claim_of(one).shift_printed(move) for (one, _), move in zip(found, moves, strict=True)
    ]
    lost = [c for c, r in found if int(c["grade"]) in SUPPORTED and int(r["grade"]) not in SUPPORTED]
    unique = [one for number, one in enumerate(lost) if all(one is not other for other in lost[:number])]
    return named(claim, released) | {
        "label": released.in_text(released.label(str(row["measure"]))),
        "before": number_of(claim, "estimate"),
        "after": number_of(row, "estimate"),
        "lost": listed(unique, released),
        "alone": printed.count(printed[largest]) == 1,
    }


def changed_rows(released: Released) -> list[pd.Series]:
    """Rows of the ledger whose grade some specification changes."""
    data = released.table("multiverse_summary")
    found = []
    for claim in released.claim_rows():
        row = first_of(beside(data, claim))
        if row is not None and row["status"] != SUPPRESSED and str(row["grade_changes"]) not in ("", "none"):
            found.append(claim)
    return found


def imputation(released: Released) -> Facts:
    """Tell what was done with unanswered items, and whether it matters."""
    if released.settings.analysis.imputation is None or not released.claims:
        beside_them = imputed_beside(released)
        return {"imputed": False, "imputed_beside": beside_them, "recorded": released.settings.study.recorded}
    data = released.table("estimates")
    found = [(row, imputed_rows(data, row, released)) for row in released.claim_rows()]
    usable = [(row, rows) for row, rows in found if imputation_preferred(rows) is not None]
    differs = [row for row, rows in usable if conclusion_differs(rows)]
    return {
        "imputed": True,
        "in_cells": primary.in_cells(released),
        "several_cells": primary.several_cells(released),
        "recorded": released.settings.study.recorded,
        "data_sets": imputations_made(data),
        "preferred_from": PRIMARY_FROM,
        "known": bool(usable),
        "preferred": listed([row for row, rows in usable if imputation_preferred(rows)], released),
        "differs": listed(differs, released),
        "farthest": _farthest_imputed(usable, released),
    }


def _farthest_imputed(
    usable: list[tuple[pd.Series, dict[str, pd.Series | None]]], released: Released
) -> Facts | None:
    """Find the claim on which complete cases and imputed items lie farthest apart, if they print apart."""
    ends = [
        (row, number_of(rows["complete"], "estimate"), number_of(rows["imputed"], "estimate"))
        for row, rows in usable
    ]
    found = farthest(((row, imputed - complete) for row, complete, imputed in ends), released)
    if not found:
        return None
    row = found[0][0]
    complete, imputed = next((a, b) for one, a, b in ends if one is row)
    printed = released.claim_of(row).printed
    if printed(complete) == printed(imputed):
        return None
    return named(row, released) | {"complete": complete, "imputed": imputed}


def open_answers(released: Released) -> Facts:
    """Tell whether the answers to the open questions were coded, and how far the coders agreed."""
    data = released.table("estimates")
    kappas = rows_of(data, statistic="pooled_kappa")["estimate"].dropna()
    return {
        "coded": bool(coded_questions(data)),
        "least": math.nan if kappas.empty else float(kappas.min()),
        "most": math.nan if kappas.empty else float(kappas.max()),
    }
