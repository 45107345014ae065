"""Who answered: characteristics, response rates, weights and their cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.disclosure.rules import rules_of
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, SUPPRESSED, capital, escape, sentence_list
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.reporting.joined_labels import merged_label
from surveypipe.reporting.lookups import cell_label, within_label
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    by_group,
    number,
    range_cell,
    short_note,
    weights_note,
)
from surveypipe.reporting.wording.primary import weights_vary
from surveypipe.standardised import standardised_difference

if TYPE_CHECKING:
    import pandas as pd


def table_1(released: Released) -> Table:
    """Characteristics of respondents, before and after weighting, beside all who were eligible."""
    data = released.table("table_1")
    respondents = capital(released.vocabulary.respondents.many)
    known = released.population != "none" and bool(data["frame_n"].notna().any())
    balance = Balance(frame=known, weights=released.weighted)
    columns = [
        Column("Characteristic", 30, "l"),
        *([Column("Eligible, *N* (%)", 14)] if known else []),
        Column(f"{respondents}, *n* (%)", 15),
        *([Column("Weighted, %", 11)] if balance.weights else []),
        *([Column(head, 11) for head in balance.differences()]),
        *(Column(f"{escape(released.abbreviation(level))}, *n* (%)", 14) for level in released.levels),
    ]
    crossed = bool((data["variable"] != released.group).any())
    by = by_group(released) if crossed else ""
    caption = respondents + by + (", beside all who were eligible" if known else "")
    table = Table("table_1", caption, columns)
    for variable, rows in data.groupby("variable", sort=False):
        table.section(str(rows["variable_label"].iloc[0]))
        # A grouping is not crossed with itself.
        groups = [] if variable == released.group else list(released.levels)
        table.rows += _characteristics(released, rows, balance, groups)
    table.notes = _table_1_notes(released, balance, crossed=crossed)
    return table


@dataclass(frozen=True)
class Balance:
    """What the respondents can be set beside: everybody eligible, and themselves when weighted."""

    frame: bool
    weights: bool

    def differences(self) -> list[str]:
        """Head the columns of standardised differences."""
        if not self.frame:
            return []
        return ["Std diff, before", "Std diff, after"] if self.weights else ["Std diff"]


def _table_1_notes(released: Released, balance: Balance, *, crossed: bool) -> list[str]:
    respondents = released.vocabulary.respondents.many
    base = number(released.base_size(), formatting.count)
    grouped = crossed and bool(released.levels)
    groups = " Percentages within a group are weighted." if balance.weights and grouped else ""
    told = "with a value" if released.settings.study.recorded else "who answered"
    differences = ""
    if balance.frame:
        when = " before weighting and, from the percentages shown, after it" if balance.weights else ""
        differences = f"Std diff, standardised difference of {respondents} from all eligible{when}."
    return [
        f"Counts are unweighted (*n* = {base} {respondents}); percentages are of those {told}.{groups}",
        differences,
        *_few_note(released),
        weights_note(released),
        short_note(released) if grouped else "",
    ]


def _few_note(released: Released) -> list[str]:
    table = released.table("table_1")
    bare = (table["group_level"] != "") & (table["level"] != NOT_ANSWERED) & (table["n"] > 0)
    if not (bare & table["percent"].isna()).any():
        return []
    least = rules_of(released.settings.disclosure).min_base
    return [
        f"Within a group, some percentages of fewer than {formatting.count(least)} "
        f"{released.vocabulary.respondents.many} are not given, because the weights would tell who they are."
    ]


def _level(released: Released, row: pd.Series) -> str:
    return merged_label(released, str(row["variable"]), str(row["level"]), str(row["level_label"]))


def _characteristics(
    released: Released, rows: pd.DataFrame, balance: Balance, groups: list[str]
) -> list[list[str]]:
    """Write a row for each answer of a characteristic, and one for those who gave none."""
    overall = rows[rows["group_level"] == ""]
    answered = overall.loc[overall["level"] != NOT_ANSWERED, "n"].sum(skipna=False)
    made = []
    for _, row in overall.iterrows():
        level, missing = str(row["level"]), row["level"] == NOT_ANSWERED
        if missing and not (rows.loc[rows["level"] == NOT_ANSWERED, "n"] > 0).any():
            continue
        inside = {str(one["group_level"]): one for _, one in rows[rows["level"] == level].iterrows()}
        made.append(
            [
                INDENT + escape(_level(released, row)),
                *_over_all(row, balance, math.nan if missing else 100 * row["n"] / answered, missing=missing),
                *(_in_group(inside.get(group), missing=missing) for group in groups),
            ]
        )
    return made


def _over_all(row: pd.Series, balance: Balance, share: float, *, missing: bool) -> list[str]:
    """Write the cells of an answer over all: eligible, respondents, weighted, and how far from each other."""
    cells = []
    if balance.frame:
        cells.append("" if missing else _count_percent(row, "frame_n", row["frame_percent"]))
    cells.append(_count_percent(row, "n", share, missing=missing))
    if balance.weights:
        cells.append("" if missing else number(row["percent"], _whole, row))
    if balance.frame:
        differences = [row["std_diff"]]
        if balance.weights:
            # From the percentages as they are released, so that it tells no more than they do.
            differences.append(standardised_difference(row["percent"] / 100, row["frame_percent"] / 100))
        cells += ["" if missing else number(value, formatting.decimal, row) for value in differences]
    return cells


def _whole(percent: float) -> str:
    return formatting.decimal(percent, 0)


def _in_group(row: pd.Series | None, *, missing: bool) -> str:
    if row is None or (row["n"] == 0 and row["frame_n"] == 0):
        return NOT_APPLICABLE
    return _count_percent(row, "n", row["percent"], missing=missing)


def _count_percent(row: pd.Series, counts: str, percent: float, *, missing: bool = False) -> str:
    """Print a count with its percentage, padded so that the brackets of a column stand below each other."""
    value = number(row[counts], formatting.count, row)
    if value in (SUPPRESSED, NOT_APPLICABLE):
        return value
    if missing or not math.isfinite(float(percent)):
        # The filter keeps the room that the bracket takes in the rows above.
        return f"{value}[\u00a0(00)]{{.pad}}"
    share = formatting.decimal(float(percent), 0)
    return f"{value}\u00a0{formatting.FIGURE_SPACE * (2 - len(share))}({share})"


# Kinds of outcome rate, by the letters of their keys; the digit after them is the number of the definition.
RATE_KINDS = {"RR": "Response rate", "COOP": "Cooperation rate", "REF": "Refusal rate", "CON": "Contact rate"}


def response(released: Released) -> Table:
    """AAPOR outcome rates for all staff and by group, with their formulas."""
    data = released.table("response_rates")
    levels = list(released.levels)
    heads = [Column("All", 17), *(Column(escape(released.abbreviation(level)), 17) for level in levels)]
    caption = f"Outcome rates of the survey{by_group(released, ',')}: % (numerator of denominator)"
    table = Table("response", caption, [Column("Rate (AAPOR)", 24, "l"), Column("Formula", 27, "l"), *heads])
    shared = False
    for letters, kind in RATE_KINDS.items():
        if released.population == "counts" and letters != "RR":
            # Headcounts do not tell who refused and who was never reached.
            continue
        alike: dict[tuple[str, ...], list[str]] = {}
        for rate in sorted(rate for rate in set(data["rate"]) if rate.rstrip("123456") == letters):
            cells_of = [_rate_cell(released.rate(rate, level)) for level in ("", *levels)]
            hidden = {SUPPRESSED, NOT_APPLICABLE} & set(cells_of)
            # Two rates of which something is hidden may differ there.
            alike.setdefault((*cells_of, rate if hidden else ""), []).append(rate)
        for (*cells_of, _), rates in alike.items():
            shared = shared or len(rates) > 1
            numbers = sentence_list([rate.removeprefix(letters) for rate in rates])
            table.rows.append(
                [f"{kind}{'s' * (len(rates) > 1)} {numbers}", escape(_formula(data, rates[0])), *cells_of]
            )
    table.notes = [
        "Rates that come to the same here share a row, with the formula of the first." if shared else "",
        "Rates as defined by the American Association for Public Opinion Research (AAPOR). I, complete; "
        "P, partial; R, refusal and break-off; O, other eligible, not answered; NC, no contact; U, "
        "eligibility unknown; D, I + P + R + NC + O; e, estimated share of those of unknown eligibility who "
        "are eligible.",
        short_note(released),
    ]
    return table


def _formula(data: pd.DataFrame, rate: str) -> str:
    return str(data.loc[data["rate"] == rate, "formula"].iloc[0])


def _rate_cell(row: pd.Series | None) -> str:
    if row is None:
        return NOT_APPLICABLE
    value = number(row["value"], formatting.points, row)
    if value in (SUPPRESSED, NOT_APPLICABLE):
        return value
    counts = f"{NO_BREAK}of{NO_BREAK}".join(
        formatting.count(row[part]) for part in ("numerator", "denominator")
    )
    return f"{value} ({counts})"


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
                _method_name(released, row),
                *(merging if asked else []),
                range_cell(low, high),
                number(row["deff_kish"], formatting.decimal, row),
                number(row["n_eff"], formatting.count, row),
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
        "Cells, groups within which response is taken as alike (of weights that no cells make, the groups "
        f"compared). Merges, categories joined because too few answered. {after}",
    ]


def _method_name(released: Released, row: pd.Series) -> str:
    """Name how a scheme makes its weights; raked to a single margin they are post-stratified."""
    scheme = released.settings.weighting.schemes.get(str(row["scheme"]))
    one = scheme is not None and len(scheme.margins or ()) == 1
    method = "poststratify" if one and row["method"] == "rake" else str(row["method"])
    return METHOD_NAMES.get(method, escape(method))


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
            table.section(within_label(released, level))
        for _, row in rows.iterrows():
            table.rows.append(_cell_row(released, row, INDENT if level else ""))
    table.notes = [
        f"Categories with few {released.vocabulary.respondents.many} were merged within the same group by "
        "number alone; no answer enters."
        if (data["merged"].astype(str).str.lower() == "true").any()
        else "No category had to be merged.",
        "Weight, the mean of a cell." if weights_vary(released) else "",
    ]
    return table


def _cell_row(released: Released, row: pd.Series, indent: str) -> list[str]:
    rate = float(row["n"]) / float(row["N"]) if row["N"] else math.nan
    return [
        indent + escape(cell_label(released, row)),
        number(row["N"], formatting.count, row),
        number(row["n"], formatting.count, row),
        number(rate, formatting.points, row),
        number(row["weight"], formatting.weight, row),
    ]
