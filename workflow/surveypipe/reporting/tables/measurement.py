"""Reliability of scales, and coded answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.estimation.flags import flags_of
from surveypipe.formatting import NOT_APPLICABLE, SUPPRESSED, escape
from surveypipe.measurement.flags import ReliabilityFlag
from surveypipe.reporting.lookups import first_of, rows_of, unweighted_scheme
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    SUPPRESSED_STATUS,
    Column,
    Table,
    cell,
    mean_cell,
    range_cell,
)

if TYPE_CHECKING:
    import pandas as pd


COEFFICIENTS = (
    ("alpha", "Alpha"),
    ("ordinal_alpha", "Ordinal alpha"),
    ("omega", "Omega"),
    ("ordinal_omega", "Ordinal omega"),
)


def reliability(released: Released) -> Table:
    """Alpha and omega of each scale with their ordinal versions, and the spread of item statistics."""
    columns = [Column("Scale", 32, "l"), Column("Items", 7), Column("*n*", 7), Column("Alpha", 18)]
    columns += [Column(label, 10) for _, label in COEFFICIENTS[1:]]
    columns += [Column("Item–total", 14), Column("Alpha if one is dropped", 14)]
    table = Table("reliability", "Reliability of the scales", columns)
    data = rows_of(released.table("estimates"), scheme=unweighted_scheme(released))
    scales = dict.fromkeys(data.loc[data["statistic"] == "alpha", "variable"])
    for scale in scales:
        own = rows_of(data, variable=scale)
        alpha = first_of(own, statistic="alpha")
        assert alpha is not None  # the scales are those that have one
        others = [_coefficient(first_of(own, statistic=name)) for name, _ in COEFFICIENTS[1:]]
        items = rows_of(own, statistic="item_total")
        table.rows.append(
            [
                escape(released.label(scale)), formatting.count(len(items)) if len(items) else NOT_APPLICABLE,
                cell(alpha, "n", formatting.count), mean_cell(alpha), *others, _spread(items),
                _spread(rows_of(own, statistic="alpha_if_dropped")),
            ]
        )  # fmt: skip
    level = formatting.confidence(released.settings.analysis.ci_level)
    marked = data[data["variable"].isin(list(scales)) & (data["flag"] != "")]
    table.notes = [
        f"Unweighted, of those who answered every item; in brackets, {level} interval. Alpha, Cronbach's; "
        "omega, McDonald's, one factor; the ordinal versions are made from polychoric correlations. "
        "Item–total, lowest to highest correlation of an item with the rest of its scale.",
        *_reliability_notes(marked, released.vocabulary.respondents.many),
    ]
    return table


def _coefficient(row: pd.Series | None) -> str:
    shown = row is not None and row["status"] != SUPPRESSED_STATUS
    if row is not None and shown and ReliabilityFlag.HEYWOOD in flags_of(row["flag"]):
        return "withheld"
    return cell(row, "estimate", formatting.decimal)


def _spread(rows: pd.DataFrame) -> str:
    values = rows["estimate"].astype(float)
    if rows.empty or not values.notna().any():
        return SUPPRESSED if (rows["status"] == SUPPRESSED_STATUS).any() else NOT_APPLICABLE
    return range_cell(formatting.decimal(values.min()), formatting.decimal(values.max()))


def _reliability_notes(marked: pd.DataFrame, respondents: str) -> list[str]:
    flags = {flag for text in marked["flag"] for flag in flags_of(text)}
    found = []
    if ReliabilityFlag.SMALL_SAMPLE in flags:
        found.append(f"With fewer than 200 {respondents} omega and the ordinal versions are rough.")
    if ReliabilityFlag.HEYWOOD in flags:
        found.append("Withheld, a loading reached one (a Heywood case), so that omega means nothing.")
    if ReliabilityFlag.SMOOTHED in flags:
        found.append("A matrix of polychoric correlations was smoothed to be a proper one.")
    if ReliabilityFlag.REVERSE_CODE in flags:
        against = [ReliabilityFlag.REVERSE_CODE in flags_of(text) for text in marked["flag"]]
        names = dict.fromkeys(marked.loc[against, "level_label"])
        found.append(f"Running against their scale: {escape('; '.join(names))}.")
    return found


def open_answers(released: Released) -> Table:
    """Themes of the open answers by group, with the agreement of two coders."""
    levels = list(released.levels)
    columns = [Column("Theme", 34, "l")]
    columns += [
        Column(f"{head}, %", 9) for head in ("All", *(escape(released.abbreviation(v)) for v in levels))
    ]
    columns += [Column("κ", 17), Column("α", 8), Column("AC1", 8)]
    table = Table("open_answers", "What was written in answer to the open questions", columns)
    data = released.table("estimates")
    pooled = []
    for question in coded_questions(data):
        own = rows_of(data, variable=question)
        themes = rows_of(own, statistic="proportion", group_level="")
        table.section(released.label(question))
        given = rows_of(own, statistic="proportion")
        bases = [_most(rows_of(given, group_level=level)["n"]) for level in ("", *levels)]
        table.rows.append([INDENT + "*Wrote an answer, n*", *bases])
        for _, theme in themes.iterrows():
            code = str(theme["level"])
            rows = rows_of(own, level=code)
            counts = [
                cell(first_of(rows, statistic="proportion", group_level=v), "estimate", formatting.points)
                for v in ("", *levels)
            ]
            table.rows.append(
                [
                    INDENT + escape(str(theme["level_label"])), *counts,
                    mean_cell(first_of(rows, statistic="cohen_kappa")),
                    _coefficient(first_of(rows, statistic="krippendorff_alpha_nominal")),
                    _coefficient(first_of(rows, statistic="gwet_ac1")),
                ]
            )  # fmt: skip
        kappa = first_of(own, statistic="pooled_kappa")
        if kappa is not None and math.isfinite(float(kappa["estimate"])):
            pooled.append(f"{escape(released.in_text(released.label(question)))} {mean_cell(kappa)}")
    level = formatting.confidence(released.settings.analysis.ci_level)
    short = released.abbreviations()
    table.notes = [
        "Unweighted, of those who wrote an answer; an answer may hold several themes. A theme counts where "
        "both coders gave it, or as they agreed.",
        f"Two coders: κ, Cohen's kappa with {level} interval; α, Krippendorff's, nominal; AC1, Gwet's.",
        f"Pooled kappa: {'; '.join(pooled)}." if pooled else "",
        f"{escape(short)}." if short else "",
    ]
    return table


def _most(counts: pd.Series) -> str:
    """Print the base of a question's themes, of which some may be suppressed with theirs."""
    known = counts.dropna()
    return formatting.count(float(known.max())) if len(known) else SUPPRESSED


def coded_questions(data: pd.DataFrame) -> list[str]:
    """List the open questions whose answers were coded."""
    return list(dict.fromkeys(data.loc[data["base"] == "wrote an answer", "variable"]))
