"""Who answered: characteristics, response rates, weights and their cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.disclosure.rules import rules_of
from surveypipe.formatting import NOT_APPLICABLE, SUPPRESSED, capital, escape
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    by_group,
    number,
    short_note,
    weights_note,
)

if TYPE_CHECKING:
    import pandas as pd


def table_1(released: Released) -> Table:
    """Characteristics of respondents beside all eligible staff."""
    data = released.table("table_1")
    levels = list(released.levels)
    shorts = [escape(released.abbreviation(level)) for level in levels]
    respondents = released.vocabulary.respondents.many
    columns = [Column("Characteristic", 32, "l")]
    columns += [Column(f"{head}, *n* (%)", 15) for head in ("All", *shorts)]
    beside = released.population != "none" and bool(data["frame_n"].notna().any())
    columns += [Column("Eligible, *N* (%)", 15), Column("Std diff", 10)] if beside else []
    caption = capital(respondents) + by_group(released) + (", beside all who were eligible" if beside else "")
    table = Table("table_1", caption, columns)
    for variable, rows in data.groupby("variable", sort=False):
        table.section(str(rows["variable_label"].iloc[0]))
        for key in dict.fromkeys(rows["level"]):
            level = rows[rows["level"] == key]
            if key == NOT_ANSWERED and not (level["n"] > 0).any():
                continue
            row = _characteristic(level, levels, missing=key == NOT_ANSWERED)
            if variable == released.group:
                # A grouping is not crossed with itself.
                row[2 : 2 + len(levels)] = [""] * len(levels)
            table.rows.append(row if beside else row[: len(columns)])
    table.notes = [
        f"Counts are unweighted (*n* = {number(released.base_size(), formatting.count)} {respondents}); "
        + (f"percentages of {respondents} are weighted, " if released.weighted else "percentages are ")
        + "of those who answered.",
        "Std diff, standardised difference between the unweighted share of "
        f"{respondents} and that of all eligible."
        if beside
        else "",
        *_few_note(released),
        weights_note(released),
        short_note(released),
    ]
    return table


def _few_note(released: Released) -> list[str]:
    table = released.table("table_1")
    bare = (table["group_level"] != "") & (table["level"] != NOT_ANSWERED) & (table["n"] > 0)
    if not (bare & table["percent"].isna()).any():
        return []
    least = rules_of(released.settings.disclosure).min_base
    return [
        f"Within a group, the percentage of fewer than {formatting.count(least)} "
        f"{released.vocabulary.respondents.many} is not given, because the weights would tell who they are."
    ]


def _characteristic(rows: pd.DataFrame, levels: list[str], *, missing: bool) -> list[str]:
    label = str(rows["level_label"].iloc[0])
    cells = [INDENT + escape(label)]
    found = {str(row["group_level"]): row for _, row in rows.iterrows()}
    for place in ("", *levels):
        row = found.get(place)
        if row is None or (row["n"] == 0 and row["frame_n"] == 0):
            cells.append(NOT_APPLICABLE)
        else:
            cells.append(_count_percent(row, "n", "percent", missing=missing))
    overall = found.get("")
    if missing or overall is None:
        return [*cells, "", ""]
    return [
        *cells,
        _count_percent(overall, "frame_n", "frame_percent"),
        number(overall["std_diff"], formatting.decimal, overall),
    ]


def _count_percent(row: pd.Series, counts: str, percents: str, *, missing: bool = False) -> str:
    """Print a count with its percentage, padded so that the brackets of a column stand below each other."""
    value = number(row[counts], formatting.count, row)
    if value in (SUPPRESSED, NOT_APPLICABLE):
        return value
    if missing or not math.isfinite(float(row[percents])):
        # The filter keeps the room that the bracket takes in the rows above.
        return f"{value}[\u00a0(00)]{{.pad}}"
    share = formatting.decimal(float(row[percents]), 0)
    return f"{value}\u00a0{formatting.FIGURE_SPACE * (2 - len(share))}({share})"


RATE_NAMES = {
    "RR1": "Response rate 1",
    "RR2": "Response rate 2",
    "RR3": "Response rate 3",
    "RR4": "Response rate 4",
    "RR5": "Response rate 5",
    "RR6": "Response rate 6",
    "COOP1": "Cooperation rate 1",
    "COOP2": "Cooperation rate 2",
    "COOP3": "Cooperation rate 3",
    "COOP4": "Cooperation rate 4",
    "REF1": "Refusal rate 1",
    "REF2": "Refusal rate 2",
    "REF3": "Refusal rate 3",
    "CON1": "Contact rate 1",
    "CON2": "Contact rate 2",
    "CON3": "Contact rate 3",
}


def response(released: Released) -> Table:
    """AAPOR outcome rates for all staff and by group, with their formulas."""
    data = released.table("response_rates")
    levels = list(released.levels)
    heads = [Column("All", 17), *(Column(escape(released.abbreviation(level)), 17) for level in levels)]
    caption = f"Outcome rates of the survey{by_group(released, ',')}: % (numerator of denominator)"
    table = Table("response", caption, [Column("Rate (AAPOR)", 24, "l"), Column("Formula", 27, "l"), *heads])
    for rate, name in RATE_NAMES.items():
        if not (data["rate"] == rate).any() or (released.population == "counts" and rate[:2] != "RR"):
            # Headcounts do not tell who refused and who was never reached.
            continue
        rows = [released.rate(rate, level) for level in ("", *levels)]
        formula = next(str(row["formula"]) for row in rows if row is not None)
        table.rows.append([name, escape(formula), *(_rate_cell(row) for row in rows)])
    table.notes = [
        "Rates as defined by the American Association for Public Opinion Research. I, complete; P, partial; "
        "R, refusal and break-off; O, other eligible, not answered; NC, no contact; U, eligibility unknown; "
        "D, I + P + R + NC + O; e, estimated share of those of unknown eligibility who are eligible.",
        short_note(released),
    ]
    return table


def _rate_cell(row: pd.Series | None) -> str:
    if row is None:
        return NOT_APPLICABLE
    value = number(row["value"], formatting.points, row)
    if value in (SUPPRESSED, NOT_APPLICABLE):
        return value
    return f"{value} ({formatting.count(row['numerator'])} of {formatting.count(row['denominator'])})"


def weights(released: Released) -> Table:
    """Diagnostics of every weighting scheme; cells of those asked only where it is known who was."""
    asked = released.population != "none"
    columns = [
        Column("Scheme", 28, "l"), Column("Method", 16, "l"),
        *([Column("Cells", 7), Column("Merges", 9)] if asked else []),
        Column("Weights", 13), Column("Design effect", 14), Column("Effective *n*", 13),
    ]  # fmt: skip
    table = Table("weights", "Weighting schemes, computed side by side", columns)
    data = released.table("weight_diagnostics")
    order = list(released.schemes)
    for _, row in data.sort_values("scheme", key=lambda keys: keys.map(order.index)).iterrows():
        mark = " (primary)" if row["scheme"] == released.primary else ""
        low = number(row["w_min"], formatting.weight, row)
        high = number(row["w_max"], formatting.weight, row)
        merging = [number(row[name], formatting.count, row) for name in ("n_cells", "n_merged")]
        table.rows.append(
            [
                escape(str(row["label"])) + mark,
                METHOD_NAMES.get(str(row["method"]), escape(str(row["method"]))),
                *(merging if asked else []),
                low if low == high else formatting.span(low, high),
                number(row["deff_kish"], formatting.decimal, row),
                number(row["n_eff"], lambda v: formatting.decimal(v, 1), row),
            ]
        )
    table.notes = _weights_notes(released, data.iloc[0], asked)
    return table


def _weights_notes(released: Released, first: pd.Series, asked: bool) -> list[str]:
    words = released.vocabulary
    counted = f"*n* = {number(first['n'], formatting.count, first)} {words.respondents.many}"
    after = "Design effect after Kish, *n*Σ*w*² / (Σ*w*)²; effective *n*, *n* over the design effect."
    if not asked:
        return [f"{counted}. {after}"]
    return [
        f"{counted}, weighted to {number(first['N'], formatting.count, first)} eligible {words.people.many}; "
        "the weights of each scheme add up to that number.",
        "Cells, groups within which response is taken as alike, also for the standard errors (of raked "
        f"weights, the groups compared). Merges, categories joined because too few answered. {after}",
    ]


METHOD_NAMES = {
    "none": "none",
    "design": "as given",
    "poststratify": "post-stratified",
    "rake": "raked",
    "calibrate": "calibrated",
    "ridge": "ridge calibration",
    "propensity": "response propensity",
    "cross_fitted": "response propensity, predicted out of fold",
    "doubly_robust": "response propensity, then calibrated",
    "inverse_propensity": "response propensity",
    "propensity_classes": "propensity classes",
    "compose": "product of steps",
}


def cells(released: Released) -> Table:
    """Response cells of the primary scheme with the categories that each merges."""
    columns = [
        Column("Response cell", 62, "l"), Column("Eligible", 8), Column("Answered", 11), Column("Rate, %", 9),
        Column("Weight", 9),
    ]  # fmt: skip
    label = released.in_text(released.schemes[released.primary])
    table = Table("cells", f"Response cells of the primary weights ({escape(label)})", columns)
    data = released.table("weight_cells")
    data = data[data["scheme"] == released.primary]
    for level in dict.fromkeys(data["within"]):
        rows = data[data["within"] == level]
        if level:
            table.section(released.levels.get(level, level))
        for _, row in rows.iterrows():
            table.rows.append(_cell_row(released, row, INDENT if level else ""))
    table.notes = [
        f"Categories with few {released.vocabulary.respondents.many} were merged within the same group by "
        "number alone; no answer enters."
    ]
    return table


def _cell_row(released: Released, row: pd.Series, indent: str) -> list[str]:
    from surveypipe.reporting.figures.response import cell_label

    rate = float(row["n"]) / float(row["N"]) if row["N"] else math.nan
    return [
        indent + escape(cell_label(str(row["members"]), released)),
        number(row["N"], formatting.count, row),
        number(row["n"], formatting.count, row),
        number(rate, formatting.points, row),
        number(row["weight"], formatting.decimal, row),
    ]
