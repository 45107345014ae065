"""Tables of how evenly people answered: R-indicators and their parts."""

from __future__ import annotations

from surveypipe import formatting
from surveypipe.formatting import escape, possessive
from surveypipe.reporting.lookups import first_of, level_label, name_in_text, rows_of, variables_of
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    cell,
)

INDICATORS: tuple[tuple[str, str, str], ...] = (
    ("R", "R-indicator", "1"),
    ("R_adjusted", "R-indicator, adjusted for its bias", "1"),
    ("cv", "Coefficient of variation of the response propensities", "0"),
    ("cv_adjusted", "Coefficient of variation, adjusted", "0"),
    ("imbalance", "Imbalance (Särndal and Lundquist)", "0"),
    ("balance_indicator", "Balance indicator BI~1~", "1"),
)


def nrba_indicators(released: Released) -> Table:
    """Lay out the representativity of response: R-indicator, coefficient of variation, imbalance."""
    columns = [
        Column("Measure", 44, "l"), Column("Value", 14), Column("SE", 12),
        Column("If all groups answered alike", 26),
    ]  # fmt: skip
    words = released.vocabulary
    table = Table(
        "nrba_indicators", f"How evenly {words.people.many} answered: indicators of representativity", columns
    )
    data = rows_of(released.table("nonresponse"), step="representativity")
    for measure, label, even in INDICATORS:
        row = first_of(data, measure=measure)
        if row is not None:
            table.rows.append(
                [label, cell(row, "estimate", _three), cell(row, "se", _three), even]
            )  # fmt: skip
    names = [name_in_text(released, name) for name in variables_of(data)]
    table.notes = [
        f"From a model of response on {formatting.sentence_list(names)}. These indicators see only what the "
        f"{words.list} holds; they say nothing of a response that depends on the answers.",
        f"The adjusted coefficient of variation is the greatest bias of {words.respondents.article} "
        f"{possessive(words.respondents.many)} mean, in standard deviations of the answer, that these "
        "propensities allow. SE, standard error.",
    ]
    return table


def _three(value: float) -> str:
    return formatting.decimal(value, 3)


def nrba_partial(released: Released) -> Table:
    """Partial R-indicators by variable and category."""
    columns = [
        Column("Characteristic", 40, "l"), Column("Eligible", 12), Column("Answered", 12),
        Column("Unconditional", 16), Column("Conditional", 16),
    ]  # fmt: skip
    table = Table("nrba_partial", "Partial R-indicators: where response is uneven", columns)
    data = rows_of(released.table("nonresponse"), step="representativity")
    for variable in variables_of(data):
        own = rows_of(data, variable=variable)
        for level in ["", *(level for level in dict.fromkeys(own["level"]) if level)]:
            rows = rows_of(own, level=level)
            name = (
                INDENT + escape(level_label(released, variable, level))
                if level
                else f"**{escape(released.label(variable))}**"
            )
            first = rows.iloc[0]
            table.rows.append(
                [
                    name, cell(first, "N", formatting.count), cell(first, "n", formatting.count),
                    cell(first_of(rows, measure="partial_unconditional"), "estimate", _three),
                    cell(first_of(rows, measure="partial_conditional"), "estimate", _three),
                ]
            )  # fmt: skip
    table.notes = [
        "Unconditional, how far the category's propensity lies from the mean (minus: answered less); "
        f"conditional, what is left of it among {released.vocabulary.people.many} who are alike in the "
        "other variables. 0, no contribution.",
    ]
    return table
