"""The claims: under every scheme, and the ledger."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NOT_APPLICABLE, SUPPRESSED, capital, escape
from surveypipe.reporting.claim_names import mark, title
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    SUPPRESSED_STATUS,
    Column,
    Table,
    interval_note,
    number,
    weights_note,
    with_interval,
)
from surveypipe.reporting.units import other_scales
from surveypipe.reporting.what_if import scenario_text, theta_and_shift
from surveypipe.study.bases import EVERYBODY
from surveypipe.study.claim import Claim
from surveypipe.study.claims import AnyClaim
from surveypipe.study.modelled import AssociationClaim
from surveypipe.study.outcomes import Bounding
from surveypipe.study.sensitivity import SuspectedAnswer
from surveypipe.study.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd


def schemes(released: Released) -> Table:
    """Each claim under every weighting scheme."""
    columns = [Column("Claim", 34, "l")]
    columns += [Column(escape(label), 19) for label in released.schemes.values()]
    table = Table("schemes", "Each claim under every weighting scheme", columns)
    for row in released.claim_rows():
        cells_of = [claim_name(released, row)]
        for scheme in released.schemes:
            estimate = _claim_estimate(released, row, scheme)
            cells_of.append(with_interval(estimate, released.claim_of(row).tabled))
        table.rows.append(cells_of)
    label = released.schemes[released.primary]
    table.notes = [
        f"Per cent{other_scales(released.claims.values())}.",
        _intervals_note(released),
        f"The primary scheme is {escape(released.in_text(label))}.",
    ]
    return table


def _intervals_note(released: Released) -> str:
    """Say what stands in brackets, and of an association where its correction is another than the rest's."""
    note, fpc = interval_note(released), released.settings.analysis.fpc
    modelled = any(isinstance(claim, AssociationClaim) for claim in released.claims.values())
    if not modelled or fpc.tests == fpc.descriptive:
        return note
    other = "with finite-population correction" if fpc.tests else "without it"
    return f"{note.removesuffix('.')}; of an association {other}."


def _claim_estimate(released: Released, row: pd.Series, scheme: str) -> pd.Series | None:
    level = str(row["group_level"])
    return released.estimate_of(row, group_level=level, scheme=scheme)


def claim_name(released: Released, row: pd.Series) -> str:
    """Name a row of the ledger: the claim, or the group within it."""
    if row["group_level"]:
        return INDENT + escape(released.levels[str(row["group_level"])])
    return escape(title(released, row))


def ledger(released: Released) -> Table:
    """Lay out the claim ledger: estimate, bounds, tipping point, reader scenario and grade."""
    plan, words = released.settings.sensitivity.scenario, released.vocabulary
    columns = [
        Column("Claim", 25, "l"), Column("*n*", 6), Column("Estimate", 17), Column("Threshold", 13),
        Column("Bounds", 15), Column(f"Tipping θ{' (shift)' if shifted(released) else ''}", 13),
        *([Column(capital(words.readers.many), 10)] if plan else []), Column("Grade", 24, "l"),
    ]  # fmt: skip
    overturned = ", and what would overturn it" if released.silent_known else ""
    table = Table("ledger", f"The claim ledger: what each claim rests on{overturned}", columns)
    for row in released.claim_rows():
        table.rows.append(_ledger_row(released, row, plan))
    beside = other_scales(released.claims.values())
    table.notes = [
        f"{_per_cent(released)}{bases_note(released)}{beside}.",
        _intervals_note(released),
        f"Threshold, set in the configuration; the interval must lie beyond it{_margin_note(released)}.",
        _what_if_note(released),
        f"Grade, what must be believed{_of_the_silent(released)} for the claim to stand.",
        _not_given_note(released),
        weights_note(released),
    ]
    return table


def _per_cent(released: Released) -> str:
    of_all = " of all eligible" if released.silent_known else ""
    return f"{'Weighted per' if released.weighted else 'Per'} cent{of_all}"


# Beside an estimate whose interval no longer meets the claim.
LOST = "†"


def _what_if_note(released: Released) -> str:
    """Say what bounds, tipping points and the scenario are; '' where nothing is known of the silent."""
    if not released.silent_known:
        return ""
    plan, words = released.settings.sensitivity.scenario, released.vocabulary
    strong = formatting.setting(released.settings.sensitivity.theta_strong)
    return (
        f"Bounds, what the estimate could be whatever the {words.silent.many} think. Tipping θ, the odds "
        f"ratio of response at which the estimate would cross the threshold (none: no θ does); {strong} or "
        f"more, or 1/{strong} or less, counts as strong{_limits_note(released)}.{_shift_note(released)} "
        f"{_scenario_note(plan, words)}"
    ).strip()


def _limits_note(released: Released) -> str:
    """Say what stands beside a tipping point of a claim with two limits; '' where there is none."""
    two = any(len(claim.sides()) > 1 and claim.is_share for claim in released.claims.values())
    return "; at, the limit that it would cross, where a claim has two" if two else ""


def _shift_note(released: Released) -> str:
    """Say what a shift is; '' where every claim is of a share."""
    units = {claim.shift_unit for claim in shifted(released)}
    if not units:
        return ""
    unit = (units.pop() if len(units) == 1 else "") or "the unit of the answers"
    silent = released.vocabulary.silent.many
    return f" Shift, in brackets, how far the {silent} would have to differ, in {unit}, for the same."


def shifted(released: Released) -> list[AnyClaim]:
    """Claims about a number, which the silent might shift."""
    return [claim for claim in released.claims.values() if claim.signs and not claim.binary]


def _of_the_silent(released: Released) -> str:
    return f" of the {released.vocabulary.silent.many}" if released.silent_known else ""


def _not_given_note(released: Released) -> str:
    """Say why a claim has no bounds or no tipping point; '' where each has both."""
    silent, undefined, unlimited = [], [], []
    for row in released.claim_rows():
        words = [str(row.get("bounds_outcome")), str(row["tipping_outcome"])]
        name = escape(mark(released, row["claim"]))
        silent += [name] if Bounding.SILENT_UNKNOWN in words else []
        undefined += [name] if Bounding.UNDEFINED in words else []
        unlimited += [name] if Bounding.UNLIMITED in words else []
    if silent:
        return released.vocabulary.fill(
            "No bounds and no tipping points are given: nothing is known of {people.many} missing from the "
            "data."
        )
    told = (
        ("What is not defined for a claim of its kind is not given", undefined),
        ("Bounds are not given where no least and greatest possible answers are set", unlimited),
    )
    return " ".join(
        f"{words} ({formatting.sentence_list(list(dict.fromkeys(names)))})." for words, names in told if names
    )


def _margin_note(released: Released) -> str:
    """Say which interval decides an equivalence, where there is one."""
    within = [claim for claim in released.claims.values() if claim.within_margin]
    if not within:
        return ""
    level = within[0].deciding_level(released.settings.analysis.ci_level)
    return f" (for an equivalence, the {formatting.confidence(level)} interval within the margin)"


def _scenario_note(plan: SuspectedAnswer | None, words: Vocabulary) -> str:
    """Say what the column of the suspicion scenario holds; '' where there is none."""
    if plan is None:
        return ""
    return (
        f"{capital(words.readers.many)}, the "
        f"estimate if the share of {words.readers.many} among the {words.silent.many} of a cell were "
        f"{formatting.setting(plan.k_grade)} times that among its {words.respondents.many} (neutral to worst "
        f"case where these differ); {LOST}, where the interval would not clear the threshold. "
    )


def bases_note(released: Released) -> str:
    """Say of whom the claims are that are not about everybody; '' where there is none."""
    claims: dict[str, list[str]] = {}
    for key, claim in released.claims.items():
        if claim.base != EVERYBODY:
            claims.setdefault(released.settings.people_in(claim.base), []).append(escape(mark(released, key)))
    told = [f"{formatting.sentence_list(keys)}: of {people}" for people, keys in claims.items()]
    return f" ({'; '.join(told)})" if told else ""


def _ledger_row(released: Released, row: pd.Series, plan: SuspectedAnswer | None) -> list[str]:
    claim = released.claim_of(row)
    form = claim.tabled
    name = claim_name(released, row)
    if row["status"] == SUPPRESSED_STATUS:
        return [name, *[SUPPRESSED] * (7 if plan else 6)]
    grade = str(row["grade_label"])
    return [
        name,
        number(row["n"], formatting.count),
        with_interval(row, form),
        claim.condition_printed(),
        _bounds_cell(row, form),
        theta_and_shift(row, claim),
        *([_scenario_cell(row, plan.k_grade, claim)] if plan else []),
        escape(grade[:1].upper() + grade[1:]),
    ]


def _bounds_cell(row: pd.Series, form: Callable[[float], str]) -> str:
    low, high = float(row["bound_low"]), float(row["bound_high"])
    return formatting.span(form(low), form(high)) if math.isfinite(low) else NOT_APPLICABLE


def _scenario_cell(row: pd.Series, k: float, claim: Claim) -> str:
    """Print the estimate in the scenario, marked where the interval no longer meets the claim."""
    limit = float(row.get("reader_limit", math.nan))
    lost = math.isfinite(limit) and not claim.supported(limit, limit)
    return scenario_text(row, k, claim.tabled) + (LOST if lost else "")
