"""Tables of the non-response bias analysis, of answers not missing at random, and of the multiverse."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, capital, escape, possessive
from surveypipe.nonresponse.outcomes import BiasOutcome
from surveypipe.reporting.lookups import (
    beside,
    described_rows,
    first_of,
    level_label,
    name_in_text,
    rows_of,
    variables_of,
)
from surveypipe.reporting.refusals import refusals
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.assumptions import multiverse, not_at_random, proxy
from surveypipe.reporting.tables.claims import claim_name
from surveypipe.reporting.tables.layout import INDENT, Column, Form, Table, cell, p_cell, refused_note, with_p
from surveypipe.reporting.tables.question_notes import per_cent
from surveypipe.reporting.tables.representativity import nrba_indicators, nrba_partial
from surveypipe.reporting.units import units_of
from surveypipe.reporting.wording.primary import shift_tested
from surveypipe.study.bases import conditions_of

if TYPE_CHECKING:
    import pandas as pd


# --- who answered -------------------------------------------------------------------------------------


def nrba_response(released: Released) -> Table:
    """Response by subgroup with tests, and respondents against all eligible."""
    words = released.vocabulary
    columns = [
        Column("Group", 23, "l"), Column("Eligible", 8), Column("Answered", 10), Column("Rate, %", 9),
        Column("Eligible, %", 9), Column("Answered, %", 13), Column("Difference", 11),
        Column("*p*", 9), Column("Std diff", 9),
    ]  # fmt: skip
    table = Table(
        "nrba_response",
        words.fill("Response by subgroup, and {respondents.many} against all eligible"),
        columns,
    )
    data = released.table("nonresponse")
    rates, frame = rows_of(data, step="rates"), rows_of(data, step="frame")
    overall = first_of(rates, measure="response_rate", variable="")
    if overall is not None:
        table.rows.append(["All eligible", *_rate_cells(overall)])
    for variable in variables_of(rates):
        table.section(released.label(variable))
        for _, row in rows_of(rates, variable=variable, measure="response_rate").iterrows():
            own = rows_of(frame, variable=variable, level=str(row["level"]))
            table.rows.append(
                [
                    INDENT + escape(level_label(released, variable, str(row["level"]))),
                    *_rate_cells(row),
                    cell(first_of(own, measure="frame_share"), "estimate", _one),
                    cell(first_of(own, measure="respondent_share"), "estimate", _one),
                    cell(first_of(own, measure="difference"), "estimate", _one),
                    p_cell(first_of(own, measure="difference")),
                    cell(first_of(own, measure="difference"), "statistic", formatting.decimal),
                ]
            )
    table.notes = [
        words.fill(
            "Rates are of usable {questionnaire.many}. Eligible, % and answered, %: make-up of those "
            "eligible and of the {respondents.many}. Difference, {respondents.many} less eligible in "
            "percentage points, with a test that takes the {respondents.many} for a random part of those "
            "eligible; std diff, standardised difference."
        ),
        _independence(released, rates),
    ]
    return table


def _one(share: float) -> str:
    return formatting.points(share, 1)


def _rate_cells(row: pd.Series) -> list[str]:
    return [
        cell(row, "N", formatting.count), cell(row, "n", formatting.count),
        cell(row, "estimate", formatting.points),
    ]  # fmt: skip


def _independence(released: Released, rates: pd.DataFrame) -> str:
    """Read out the tests of equal response rates."""
    parts = []
    for variable in variables_of(rates):
        test = first_of(rates, variable=variable, measure="chi2_test")
        if test is None or not math.isfinite(float(test["statistic"])):
            continue
        text = f"by {name_in_text(released, variable)} {chi_squared(test)}"
        exact = first_of(rates, variable=variable, measure="fisher_test")
        if exact is not None and math.isfinite(float(exact["p_value"])):
            text += f" (Fisher's exact test, {_p(exact)})"
        parts.append(text)
    return f"Tests of equal rates: {'; '.join(parts)}." if parts else ""


def chi_squared(test: pd.Series) -> str:
    """Print a chi-squared test: ``χ²(1) = 26.09, p < 0.001``."""
    degrees = formatting.degrees(float(test["df"]))
    return f"χ²({degrees}) = {formatting.decimal(float(test['statistic']))}, {_p(test)}"


def _p(row: pd.Series) -> str:
    return formatting.p_statement(float(row["p_value"])).replace("<", r"\<")


def nrba_model(released: Released) -> Table:
    """Model of response from the staff list, and what the list has to do with response."""
    columns = [
        Column("Characteristic", 34, "l"), Column("Odds ratio", 24), Column("*p*", 10),
        Column("Test of the variable", 26), Column("*V* with response", 16),
    ]  # fmt: skip
    table = Table(
        "nrba_model",
        released.vocabulary.fill("Who answered: a logistic model of response from the {list}"),
        columns,
    )
    data = released.table("nonresponse")
    model = rows_of(data, step="response_model")
    links = rows_of(data, step="auxiliaries", measure="v_response")
    level = released.settings.analysis.ci_level
    for variable in variables_of(model):
        test = first_of(model, variable=variable, measure="wald_test")
        known = test is not None and math.isfinite(float(test["statistic"]))
        table.rows.append(
            [
                f"**{escape(released.label(variable))}**", "", "",
                chi_squared(test).replace(" ", NO_BREAK, 2) if known and test is not None else NOT_APPLICABLE,
                cell(first_of(links, variable=variable), "estimate", formatting.decimal),
            ]
        )  # fmt: skip
        for _, row in rows_of(model, variable=variable, measure="log_odds_ratio").iterrows():
            name = escape(level_label(released, variable, str(row["level"])))
            table.rows.append([INDENT + name, _odds_ratio(row, level), p_cell(row), "", ""])
    table.notes = [
        f"Odds of returning a usable {released.vocabulary.questionnaire.one}, against the first category "
        f"of each variable; in brackets, {formatting.confidence(level)} Wald intervals. *V*, Cramér's *V*.",
        _model_notes(released, model),
    ]
    return table


def _odds_ratio(row: pd.Series, level: float) -> str:
    estimate, se = float(row["estimate"]), float(row["se"])
    if not (math.isfinite(estimate) and math.isfinite(se)):
        return cell(row, "estimate", formatting.decimal)
    half = NormalDist().inv_cdf((1 + level) / 2) * se
    low, high = math.exp(estimate - half), math.exp(estimate + half)
    ends = formatting.span(formatting.decimal(low), formatting.decimal(high))
    return f"{formatting.decimal(math.exp(estimate))} ({ends})"


def _model_notes(released: Released, model: pd.DataFrame) -> str:
    auc, listed = first_of(model, measure="auc"), released.vocabulary.list
    found = []
    if auc is not None and math.isfinite(float(auc["estimate"])):
        found.append(
            f"Area under the curve {formatting.decimal(auc['estimate'])}; 0.50 would mean that the {listed} "
            "tells nothing of who answers."
        )
    penalised = rows_of(model, outcome=BiasOutcome.PENALISED)
    found += sorted({f"{escape(str(note))}." for note in penalised["note"]})
    reasons = refusals((row for _, row in model.iterrows()), released)
    found += [f"Not estimable: {escape(reason)}." for reason in reasons]
    return " ".join(found)


def nrba_auxiliaries(released: Released) -> Table:
    """Relate the staff list to response and to the answers: whether weighting by it can help."""
    data = rows_of(released.table("nonresponse"), step="auxiliaries")
    names = variables_of(rows_of(data, measure="v_response"))
    columns = [Column("Answer", 40, "l")]
    for name in names:
        columns += [Column(escape(released.label(name)), 22), Column("*p*", 12)]
    caption = f"What the {released.vocabulary.list} has to do with response and with the answers"
    table = Table("nrba_auxiliaries", caption, columns)
    if not names:
        return table
    response = [first_of(data, measure="v_response", variable=name) for name in names]
    table.rows.append(["Response", *_links(response, formatting.decimal)])
    for claim in described_rows(released):
        own = rows_of(beside(data, claim), measure="v_answer")
        cells = [claim_name(released, claim)]
        for name in names:
            row = first_of(own, variable=name)
            # Within a group its own variable is one value; what else is lacking is not released.
            within = bool(claim["group_level"]) and name == released.group
            withheld = row is None and not within
            cells += [formatting.SUPPRESSED, NOT_APPLICABLE] if withheld else _links([row])
        table.rows.append(cells)
    table.notes = [
        f"Cramér's *V* (for a mean, the correlation ratio) among {released.vocabulary.respondents.many}. "
        "Weighting can move an estimate only as far as a variable has to do with response and with the "
        "answer both. *p* is given for response alone; links with answers are told in bands, because they "
        "are made of counts that are not published.",
    ]
    return table


def _links(rows: list[pd.Series | None], form: Form = formatting.band) -> list[str]:
    cells = []
    for row in rows:
        cells += [cell(row, "estimate", form), p_cell(row)]
    return cells


# --- the claims ---------------------------------------------------------------------------------------


def nrba_claims(released: Released) -> Table:
    """Set beside each claim what the bias analysis says of it."""
    columns = [
        Column("Claim", 26, "l"), Column("Before", 9), Column("After", 9), Column("Shift; *p*", 13),
        Column("Late less early; *p*", 14), Column("FMI; unknown", 13), Column("ρ", 7),
        Column("φ range", 13),
    ]  # fmt: skip
    table = Table("nrba_claims", "What the bias analysis says of each claim", columns)
    data, context = released.table("nonresponse"), released.table("ledger_context")
    words = released.vocabulary
    for claim in described_rows(released):
        row = first_of(beside(context, claim))
        shifts = rows_of(beside(data, claim), step="weighting")
        late = first_of(beside(data, claim), step="early_late")
        form = released.claim_of(claim).tabled
        table.rows.append(
            [
                claim_name(released, claim),
                cell(first_of(shifts, measure="before"), "estimate", form),
                cell(first_of(shifts, measure="after", scheme=released.primary), "estimate", form),
                with_p(first_of(shifts, measure="shift", scheme=released.primary), form),
                with_p(late, form),
                "; ".join(cell(row, name, formatting.decimal) for name in ("fmi", "share_unknown")),
                cell(row, "rho", formatting.decimal),
                _phi_range(row, form),
            ]
        )
    points = units_of(released.claims.values())
    table.notes = [
        f"Per cent, differences in percentage points{points}. Before and after weighting; shift, weighted "
        f"less unweighted before rounding, tested {shift_tested(released)}.",
        "Late less early, second half of the returns less the first, within groups."
        if released.settings.nonresponse.waves
        else "",
        f"FMI, fraction of missing information: near the share of {words.people.many} of whom no answer is "
        f"known (unknown), the {words.list} adds next to nothing to the precision of the estimate. ρ, "
        f"correlation of the answer with the best prediction from the {words.list}; φ range, estimates of "
        "the proxy pattern mixture over the values of φ that have no mark (@sec-not-at-random).",
        refused_note(released, [rows_of(data, step="early_late"), context]),
    ]
    return table


def _phi_range(row: pd.Series | None, form: Form) -> str:
    if row is None or not math.isfinite(float(row["phi_low"])):
        return cell(row, "phi_low", form)
    ends = form(float(row["phi_low"])), form(float(row["phi_high"]))
    return ends[0] if ends[0] == ends[1] else formatting.span(*ends)


def nrba_waves(released: Released) -> Table:
    """Show each claim as returns came in, and where the silent would be if the trend went on."""
    data = released.table("nonresponse")
    waves = rows_of(data, step="waves", measure="wave")
    numbers = sorted({level for level in waves["level"] if level}, key=float)
    silent = capital(released.vocabulary.silent.many)
    columns = [Column("Claim", 28, "l"), *(Column(f"Wave {name}", 9) for name in numbers)]
    columns += [Column(f"{silent} as the last", 12), Column("All then", 10)]
    columns += [Column(f"{silent} on the line", 12), Column("All then", 10)]
    table = Table("nrba_waves", "The claims in the order of return, and a continuum of resistance", columns)
    # Without a date nobody is early or late.
    dated = released.settings.nonresponse.waves is not None
    for claim in described_rows(released):
        if claim["group_level"] or not dated:
            continue
        own, form = beside(data, claim), released.claim_of(claim).tabled
        cells = [
            cell(first_of(rows_of(own, measure="wave"), level=name), "estimate", form) for name in numbers
        ]
        for name in ("silent_as_last_wave", "all_staff_as_last_wave", "silent_on_line", "all_staff_on_line"):
            cells.append(cell(first_of(own, measure=name), "estimate", form))
        table.rows.append([claim_name(released, claim), *cells])
    points = units_of(released.claims.values())
    table.notes = [
        f"{per_cent(released)}{points} in each part of the returns, from the first to come back to the last. "
        f"The {released.vocabulary.silent.many} are then taken for those who came last, or for the point to "
        "which a line through the waves leads. Both are figures of sensitivity and never corrections: "
        "three or four waves of so few answers draw a line badly.",
        refused_note(released, [rows_of(data, step="waves"), rows_of(data, step="extrapolation")]),
    ]
    return table


def nrba_range(released: Released) -> Table:
    """Bias of the respondents' share, were the silent's share a multiple of it."""
    data = rows_of(released.table("nonresponse"), step="bias_range")
    multiples = sorted({level for level in data["level"] if level}, key=float)
    columns = [Column("Claim", 34, "l"), *(Column(f"× {name}", 13) for name in multiples)]
    words = released.vocabulary
    answered = possessive(words.respondents.many)
    caption = f"Bias of the {answered} share, were that of the {words.silent.many} a multiple of it"
    table = Table("nrba_range", caption, columns)
    for claim in described_rows(released):
        own = beside(data, claim)
        if len(own):
            form = released.claim_of(claim).tabled
            cells = [cell(first_of(own, level=name), "estimate", form) for name in multiples]
            table.rows.append([claim_name(released, claim), *cells])
    table.notes = [
        f"Percentage points, unweighted: the share of {words.people.many} without an answer times the "
        f"difference between {words.respondents.many} and {words.silent.many}. The share of the latter is "
        f"held at 100% where the multiple would pass it. Claims{_left_out(released)} on means are left out.",
    ]
    return table


def _left_out(released: Released) -> str:
    """Name those whose number among the silent is not known; '' where everybody's is."""
    frame, bases = released.settings.frame.variables, released.settings.bases
    asked = {c.base for c in released.claims.values() if not set(conditions_of(bases, c.base)) <= set(frame)}
    people = [released.settings.people_in(base) for base in sorted(asked)]
    return f" on {formatting.sentence_list(people)} and" if people else ""


TABLES: dict[str, Callable[[Released], Table]] = {
    "nrba_response": nrba_response,
    "nrba_model": nrba_model,
    "nrba_auxiliaries": nrba_auxiliaries,
    "nrba_indicators": nrba_indicators,
    "nrba_partial": nrba_partial,
    "nrba_claims": nrba_claims,
    "nrba_waves": nrba_waves,
    "nrba_range": nrba_range,
    "not_at_random": not_at_random,
    "proxy": proxy,
    "multiverse": multiverse,
}
