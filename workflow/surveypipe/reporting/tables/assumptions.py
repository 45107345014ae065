"""What follows if the silent differ, and every reasonable specification."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, SUPPRESSED, capital, escape
from surveypipe.ledger.bayesian_mixture import PRIORS
from surveypipe.ledger.outcomes import IMPUTED, MixtureOutcome
from surveypipe.reporting.lookups import beside, described_rows, first_of, rows_of
from surveypipe.reporting.refusals import is_refused
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.claims import claim_name
from surveypipe.reporting.tables.layout import (
    INDENT,
    REFUSED,
    SUPPRESSED_STATUS,
    Column,
    Form,
    Table,
    cell,
    number,
    range_cell,
    refused_note,
)
from surveypipe.reporting.units import units_of
from surveypipe.study.grades import Grade

if TYPE_CHECKING:
    import pandas as pd


def not_at_random(released: Released) -> Table:
    """Bayesian finite-population pattern mixture under three illustrative priors."""
    data = rows_of(released.table("not_at_random"), method="bayes")
    priors = [name for name in dict.fromkeys(data["value"].fillna("").astype(str)) if name]
    columns = [Column("Claim", 30, "l"), Column("Primary", 10)]
    for name in priors:
        columns += [Column(PRIOR_NAMES.get(name, escape(name)), 14), Column("*P*", 7)]
    caption = "The claims if response depends on the answer: Bayesian mixture under three illustrative priors"
    table = Table("not_at_random", caption, columns)
    for claim in described_rows(released):
        own = beside(data, claim)
        if own.empty:
            continue
        refused = next((row for _, row in own.iterrows() if is_refused(row)), None)
        cells = [number(claim["estimate"], formatting.points, claim)]
        for name in priors:
            row = first_of(own, value=name) if refused is None else refused
            cells += [_credible(row), cell(row, "probability", _probability)]
        table.rows.append([claim_name(released, claim), *cells])
    parts = [f"{PRIOR_NAMES.get(name, name)}, {escape(PRIORS[name].label)}" for name in priors]
    table.notes = [
        "Posterior mean, per cent of all eligible, with "
        f"{formatting.confidence(released.settings.analysis.ci_level)} credible interval; *P*, posterior "
        "probability that the share lies above the claim's threshold.",
        "The priors, on how much readier to answer those are of whom the claim is true: "
        f"{'; '.join(parts)}. They are illustrative and were elicited from nobody."
        if parts
        else "",
        refused_note(released, [data]),
    ]
    return table


def _probability(value: float) -> str:
    """Print a probability, never as a certainty."""
    if value < 0.005:
        return rf"\<{NO_BREAK}0.01"
    return rf"\>{NO_BREAK}0.99" if value >= 0.995 else formatting.decimal(value)


PRIOR_NAMES = {"even": "Even", "lean": "Leaning", "harm": "Harmful"}


def _credible(row: pd.Series | None) -> str:
    text = cell(row, "estimate", formatting.points)
    if row is None or text in (SUPPRESSED, NOT_APPLICABLE, REFUSED):
        return text
    ends = (formatting.points(float(row[name])) for name in ("ci_low", "ci_high"))
    return f"{text} ({formatting.span(*ends)})"


def proxy(released: Released) -> Table:
    """Proxy pattern mixture over φ, with what may not be quoted marked."""
    data = rows_of(released.table("not_at_random"), method="proxy")
    grid = sorted({text for text in data["value"].fillna("").astype(str) if text}, key=float)
    columns = [Column("Claim", 34, "l"), Column("ρ", 9), *(Column(f"φ = {text}", 12) for text in grid)]
    listed = released.vocabulary.list
    caption = f"The claims if response depends on the answer: proxy pattern mixture from the {listed}"
    table = Table("proxy", caption, columns)
    for claim in described_rows(released):
        own = beside(data, claim)
        if own.empty:
            continue
        first = own.iloc[0]
        cells = [
            _phi_cell(first_of(own, value=text), first, released.claim_of(claim).tabled) for text in grid
        ]
        table.rows.append([claim_name(released, claim), cell(first, "rho", formatting.decimal), *cells])
    weak = formatting.decimal(released.settings.nonresponse.weak_rho, 1)
    points = units_of(released.claims.values())
    table.notes = [
        f"Per cent{points}. φ = 0, response depends on what the {listed} tells of the answer; φ = 1, on the "
        f"answer alone. ρ, correlation of the answer with its best prediction from the {listed}: under "
        f"{weak} the proxy is weak, and the figures marked † rest on the model and on next to no data; they "
        "are shown and not to be quoted. ×, the model breaks down.",
        refused_note(released, [data]),
    ]
    return table


def _phi_cell(row: pd.Series | None, first: pd.Series, form: Form) -> str:
    if row is None:
        return REFUSED if is_refused(first) else NOT_APPLICABLE
    if row["outcome"] == MixtureOutcome.BREAKS_DOWN:
        return "×"
    text = cell(row, "estimate", form)
    marked = row["outcome"] == MixtureOutcome.NOT_FOR_A_HEADLINE and text != SUPPRESSED
    return f"{text}†" if marked else text


def multiverse(released: Released) -> Table:
    """Show how far the point moves over all specifications, and what would change the grade."""
    columns = [
        Column("Claim", 24, "l"), Column("Primary", 7), Column("Points", 8), Column("Range", 10),
        Column("Largest shift", 30, "l"), Column("Grade, and where another", 42, "l"),
    ]  # fmt: skip
    table = Table("multiverse", "The weighting multiverse: largest shift and any change of grade", columns)
    data = released.table("multiverse_summary")
    imputed = imputed_beside(released)
    for claim in released.claim_rows():
        row = first_of(beside(data, claim))
        hidden = row is not None and row["status"] == SUPPRESSED_STATUS
        if row is None or hidden or not math.isfinite(float(row["grade"])):
            table.rows.append(
                [claim_name(released, claim), *[SUPPRESSED if row is not None else NOT_APPLICABLE] * 5]
            )
            continue
        form = released.claim_of(claim).tabled
        under = [str(row["largest_shift_scheme"]), *([str(row["largest_shift_missing"])] if imputed else [])]
        table.rows.append(
            [
                claim_name(released, claim), cell(row, "estimate", form),
                cell(row, "points", formatting.count),
                range_cell(*(form(float(row[name])) for name in ("least", "greatest"))),
                f"{cell(row, 'largest_shift', form)}: {escape(released.in_text(', '.join(under)))}",
                _grades(released, claim, row),
            ]
        )  # fmt: skip
        table.rows += [_otherwise_row(released, claim, other) for other in counted_otherwise(data, claim)]
    table.notes = [
        _specified(released),
        "Points, how many estimates there are that differ; largest shift, that from the primary, and under "
        "what it is found.",
        "Every specification assumes that response is at random given what its weights are made of."
        if released.silent_known
        else released.vocabulary.fill(
            "Every specification assumes that the {people.many} missing from the data are like the rest."
        ),
        "Counted otherwise: the claim's answer by another rule, all else as published; the shift is that "
        "from the published estimate."
        if any(counted_otherwise(data, claim) for claim in released.claim_rows())
        else "",
    ]
    return table


def imputed_beside(released: Released) -> bool:
    """Whether some specification of the multiverse fills in unanswered items."""
    return bool((released.table("multiverse")["missing"] == IMPUTED).any())


def _specified(released: Released) -> str:
    """Say in what the specifications differ."""
    filled = imputed_beside(released)
    points = "from complete cases and from imputed items; these two move" if filled else "which moves"
    corrected = released.settings.analysis.fpc.descriptive
    ends = (
        "The finite-population correction (the correction), on or off, and the method of interval move"
        if corrected
        else "The method of interval moves"
    )
    return (
        f"Every claim under each weighting scheme, {points} the point. {ends} the interval only. A "
        "specification is not a draw from anything, so none are counted as agreeing."
    )


def counted_otherwise(data: pd.DataFrame, claim: pd.Series) -> list[pd.Series]:
    """Rows of the summary that count a claim's answer by another rule."""
    if "measure" not in data:
        return []
    rows = beside(data, claim)
    return [row for _, row in rows[rows["measure"] != ""].iterrows()]


def _otherwise_row(released: Released, claim: pd.Series, row: pd.Series) -> list[str]:
    name = INDENT + escape(released.label(str(row["measure"])))
    if row["status"] == SUPPRESSED_STATUS or not math.isfinite(float(row["grade"])):
        return [name, *[SUPPRESSED] * 5]
    # Released in hundredths, so shown in whole per cent.
    form = released.claim_of(claim).tabled
    return [
        name, cell(row, "estimate", form), cell(row, "points", formatting.count),
        range_cell(*(form(float(row[end])) for end in ("least", "greatest"))),
        f"{cell(row, 'largest_shift', form)}: counted otherwise", capital(escape(str(row["grade_label"]))),
    ]  # fmt: skip


def _grades(released: Released, claim: pd.Series, row: pd.Series) -> str:
    """Name the grade, and each other one with the specifications that give it."""
    table = rows_of(beside(released.table("multiverse"), claim), what="specification")
    table = table[table["grade"].notna()]
    others = sorted({int(grade) for grade in table["grade"]} - {int(row["grade"])})
    parts = [capital(escape(str(row["grade_label"])))]
    if not others:
        return f"{parts[0]}; the same in all"
    for grade in others:
        parts.append(
            f"{capital(Grade.of(grade).label(released.vocabulary))}: {_where(released, table, grade)}"
        )
    return ". ".join(parts)


def _where(released: Released, table: pd.DataFrame, grade: int) -> str:
    """Say under which schemes, and with which intervals, a grade is found."""
    found = table[table["grade"] == grade]
    schemes = [key for key in released.schemes if key in set(found["scheme"])]
    all_of_them = len(schemes) == table["scheme"].nunique()
    named = [escape(released.in_text(released.schemes[key])) for key in schemes]
    words = ["every scheme" if all_of_them else formatting.sentence_list(named)]
    corrections = set(found["fpc"].astype(str))
    if len(corrections) == 1:
        words.append("with the correction" if corrections == {"True"} else "without the correction")
    same = table[table["scheme"].isin(schemes) & table["fpc"].astype(str).isin(corrections)]
    if len(found) < len(same):
        words.append("by some intervals")
    return ", ".join(words)
