"""Tables of the report as Markdown: pipe tables of finished values, each with a caption and a note."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.answer_words import upper_note
from surveypipe.equivalence import tost_level
from surveypipe.formatting import NOT_APPLICABLE, SUPPRESSED, escape
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.released import Released, code_text

if TYPE_CHECKING:
    import pandas as pd

INDENT = "\u2003"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head
        Heading, Markdown.
    width
        Share of the table's width, in any unit.
    align
        ``l``, ``r`` or ``c``.
    """

    head: str
    width: int
    align: str = "r"


@dataclass
class Table:
    """A table ready to be written.

    Parameters
    ----------
    name
        Its cross-reference is ``@tbl-<name>`` with dashes for underscores.
    caption
        Markdown.
    columns, rows
        Headings, and cells of finished Markdown; a short row is filled with empty cells.
    notes
        Sentences below the table.
    """

    name: str
    caption: str
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        """Begin a block of rows under a heading of its own."""
        self.rows.append([f"**{escape(title)}**"])

    def markdown(self, *, simulated: bool) -> str:
        """Write the table for Pandoc and Quarto.

        The dashes under the headings give the relative widths; the line is long enough for Pandoc to use
        them. Suppressed cells are explained where there are any.
        """
        total = sum(column.width for column in self.columns)
        widths = [max(4, round(100 * column.width / total)) for column in self.columns]
        rules = [_rule(column.align, width) for column, width in zip(self.columns, widths, strict=True)]
        lines = [_line([column.head for column in self.columns]), "|" + "|".join(rules) + "|"]
        rows = self.rows or [["None in this study."]]
        lines += [_line(row + [""] * (len(self.columns) - len(row))) for row in rows]
        caption = f": {self.caption} {{#tbl-{self.name.replace('_', '-')}}}"
        return "\n".join([*lines, "", caption, "", self._note(simulated), ""])

    def _note(self, simulated: bool) -> str:
        sentences = list(self.notes)
        cells = {cell for row in self.rows for cell in row}
        if any(cell == SUPPRESSED or cell.startswith(f"{SUPPRESSED} ") for cell in cells):
            sentences.append(f"{SUPPRESSED}, suppressed because too few people stand behind it.")
        if NOT_APPLICABLE in cells:
            sentences.append(f"{NOT_APPLICABLE}, not applicable.")
        mark = "**Simulated data.** " if simulated else ""
        text = " ".join(sentence for sentence in sentences if sentence)
        return f'::: {{.table-note custom-style="Table Note"}}\n{mark}{text}\n:::'


def _rule(align: str, width: int) -> str:
    inner = "-" * width
    return {"l": f":{inner}-", "r": f"-{inner}:", "c": f":{inner}:"}[align]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def number(value: float, form: Callable[[float], str], row: pd.Series | None = None) -> str:
    """Print a cell: the number, ``s`` where its row is suppressed, a dash where there is none."""
    if math.isfinite(float(value)):
        return form(float(value))
    return SUPPRESSED if row is not None and row.get("status") == SUPPRESSED_STATUS else NOT_APPLICABLE


SUPPRESSED_STATUS = "suppressed"


def share_cell(row: pd.Series | None, places: int = 0) -> str:
    """Print a share with its interval: ``84 (77–89)``."""
    return _with_interval(row, lambda value: formatting.points(value, places))


def mean_cell(row: pd.Series | None) -> str:
    """Print a mean with its interval: ``3.91 (3.71–4.11)``."""
    return _with_interval(row, formatting.decimal)


def ratio_cell(row: pd.Series | None) -> str:
    """Print a ratio with its interval: ``1.4 (0.6–3.4)``."""
    return _with_interval(row, formatting.ratio)


def _with_interval(row: pd.Series | None, form: Callable[[float], str]) -> str:
    if row is None:
        return NOT_APPLICABLE
    estimate = number(row["estimate"], form, row)
    if not (math.isfinite(float(row["ci_low"])) and math.isfinite(float(row["ci_high"]))):
        return estimate
    return f"{estimate} ({formatting.span(form(float(row['ci_low'])), form(float(row['ci_high'])))})"


def count_cell(value: float, *, suppressed: bool = False) -> str:
    """Print a count, or ``s``, or a dash."""
    if math.isfinite(value):
        return formatting.count(value)
    return SUPPRESSED if suppressed else NOT_APPLICABLE


def _weights_note(released: Released) -> str:
    return f"Weights: {escape(released.in_text(released.schemes[released.primary]))}."


def _short_note(released: Released) -> str:
    short = released.abbreviations()
    return f"{escape(short)}." if short else ""


def _interval_note(released: Released) -> str:
    level = formatting.confidence(released.config["analysis"]["ci_level"])
    fpc = " with finite-population correction" if released.config["analysis"]["fpc"]["descriptive"] else ""
    return f"In brackets, {level} confidence intervals{fpc}."


def table_1(released: Released) -> Table:
    """Characteristics of respondents beside all eligible staff."""
    data = released.table("table_1")
    levels = list(released.levels)
    shorts = [escape(released.abbreviation(level)) for level in levels]
    columns = [Column("Characteristic", 32, "l")]
    columns += [Column(f"{head}, *n* (%)", 15) for head in ("All", *shorts)]
    columns += [Column("Eligible, *N* (%)", 15), Column("Std diff", 10)]
    caption = f"Respondents by {_group_in_text(released)}, beside all who were eligible"
    table = Table("table_1", caption, columns)
    for _, rows in data.groupby("variable", sort=False):
        table.section(str(rows["variable_label"].iloc[0]))
        for key in dict.fromkeys(rows["level"]):
            level = rows[rows["level"] == key]
            if key == NOT_ANSWERED and not (level["n"] > 0).any():
                continue
            table.rows.append(_characteristic(level, levels, missing=key == NOT_ANSWERED))
    table.notes = [
        f"Counts are unweighted (*n* = {number(released.base_size(), formatting.count)} respondents); "
        "percentages "
        "of respondents are weighted, of those who answered.",
        "Std diff, standardised difference between the unweighted share of "
        "respondents and that of all eligible.",
        _weights_note(released),
        _short_note(released),
    ]
    return table


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


def _group_in_text(released: Released) -> str:
    return escape(released.in_text(str(released.config["groups"][released.group]["label"])))


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
    group = _group_in_text(released)
    caption = f"Outcome rates of the survey, by {group}: % (numerator of denominator)"
    table = Table("response", caption, [Column("Rate (AAPOR)", 24, "l"), Column("Formula", 27, "l"), *heads])
    for rate, name in RATE_NAMES.items():
        if not (data["rate"] == rate).any():
            continue
        rows = [released.rate(rate, level) for level in ("", *levels)]
        formula = next(str(row["formula"]) for row in rows if row is not None)
        table.rows.append([name, escape(formula), *(_rate_cell(row) for row in rows)])
    table.notes = [
        "Rates as defined by the American Association for Public Opinion Research. I, complete; P, partial; "
        "R, refusal and break-off; O, other eligible, not answered; NC, no contact; U, eligibility unknown; "
        "D, I + P + R + NC + O; e, "
        "estimated share of those of unknown eligibility who are eligible.",
        _short_note(released),
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
    """Diagnostics of every weighting scheme."""
    columns = [
        Column("Scheme", 28, "l"), Column("Method", 16, "l"), Column("Cells", 7), Column("Merges", 9),
        Column("Weights", 13), Column("Design effect", 14), Column("Effective *n*", 13),
    ]  # fmt: skip
    table = Table("weights", "Weighting schemes, computed side by side", columns)
    data = released.table("weight_diagnostics")
    order = list(released.schemes)
    for _, row in data.sort_values("scheme", key=lambda keys: keys.map(order.index)).iterrows():
        mark = " (primary)" if row["scheme"] == released.primary else ""
        low = number(row["w_min"], formatting.decimal, row)
        high = number(row["w_max"], formatting.decimal, row)
        table.rows.append(
            [
                escape(str(row["label"])) + mark,
                METHOD_NAMES.get(str(row["method"]), escape(str(row["method"]))),
                number(row["n_cells"], formatting.count, row), number(row["n_merged"], formatting.count, row),
                low if low == high else formatting.span(low, high),
                number(row["deff_kish"], formatting.decimal, row),
                number(row["n_eff"], lambda v: formatting.decimal(v, 1), row),
            ]
        )  # fmt: skip
    first = data.iloc[0]
    table.notes = [
        f"*n* = {number(first['n'], formatting.count, first)} respondents, weighted to "
        f"{number(first['N'], formatting.count, first)} eligible people; the weights of each scheme add up "
        "to that "
        "number.",
        "Cells, groups within which response is taken as alike, also for the standard errors (of raked "
        "weights, the groups compared). Merges, categories joined because too few answered. "
        "Design effect after Kish, *n*Σ*w*² / (Σ*w*)²; "
        "effective *n*, *n* over the design effect.",
    ]
    return table


METHOD_NAMES = {
    "none": "none",
    "poststratify": "post-stratified",
    "rake": "raked",
    "calibrate": "calibrated",
    "propensity": "response propensity",
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
        "Categories with few respondents were merged within the same group by number alone; no answer enters."
    ]
    return table


def _cell_row(released: Released, row: pd.Series, indent: str) -> list[str]:
    from surveypipe.figures.response import cell_label

    rate = float(row["n"]) / float(row["N"]) if row["N"] else math.nan
    return [
        indent + escape(cell_label(str(row["members"]), released)),
        number(row["N"], formatting.count, row),
        number(row["n"], formatting.count, row),
        number(rate, formatting.points, row),
        number(row["weight"], formatting.decimal, row),
    ]


def items(released: Released) -> Table:
    """Share that chose one of the upper answers of each item, for all and by group, by battery."""
    levels = list(released.levels)
    columns = [Column("Item", 40, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 9), Column("%", 16)]
    caption = f"Answers to each item, for all and by {_group_in_text(released)}"
    table = Table("items", caption, columns)
    for battery in released.batteries():
        table.section(battery.label)
        for item in battery.items:
            cells_of = [INDENT + escape(released.short(item))]
            for level in ("", *levels):
                row = released.agree_row(item, level)
                hidden = row is not None and row["status"] == SUPPRESSED_STATUS
                base = float(row["n"]) if row is not None else released.base(item, level)
                cells_of += [count_cell(base, suppressed=hidden), _agree_cell(released, item, level, row)]
            table.rows.append(cells_of)
    table.notes = [
        upper_note(released, released.batteries()),
        _interval_note(released),
        "Reversed items are shown as turned round." if released.config["cleaning"].get("reverse") else "",
        _weights_note(released),
        _short_note(released),
    ]
    return table


def _agree_cell(released: Released, item: str, level: str, row: pd.Series | None) -> str:
    if row is not None:
        return share_cell(row)
    shares = released.agreement(item, level)
    return formatting.points(shares["agree"]) if shares else NOT_APPLICABLE


def shares(released: Released) -> Table:
    """Questions of two answers and derived shares: per cent who gave the answer named, for all and by group.

    The codebook says which answer is counted (``counts``); of a variable for which nothing is counted both
    are shown. The heading names the answer where it is one and the same in all rows, else each row does.
    """
    levels, shown = list(released.levels), _two_answers(released)
    named = {released.values(name)[code] for name, code in shown}
    head_of = f"% {escape(named.pop())}" if len(named) == 1 else "%"
    columns = [Column("Question", 40, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 9), Column(head_of, 16)]
    table = Table("shares", "Questions of two answers, and what is derived from the scales", columns)
    for name, code in shown:
        answer = f": {escape(released.values(name)[code])}" if head_of == "%" else ""
        cells_of = [escape(released.label(name)) + answer]
        for level in ("", *levels):
            row = released.share(name, code, group_level=level)
            hidden = row is not None and row["status"] == SUPPRESSED_STATUS
            cells_of += [count_cell(float(row["n"]) if row is not None else math.nan, suppressed=hidden)]
            cells_of += [share_cell(row)]
        table.rows.append(cells_of)
    table.notes = [
        "Weighted per cent of those in the base of the question; *n* unweighted.",
        _interval_note(released),
        _weights_note(released),
        _short_note(released),
    ]
    return table


def _two_answers(released: Released) -> list[tuple[str, str]]:
    """Variables of two answers, each with a code that is shown."""
    names = [
        *released.config["analysis"]["items"],
        *(c["variable"] for c in released.config["claims"].values()),
    ]
    return [(name, code) for name in dict.fromkeys(names) for code in released.answers_shown(name)]


def schemes(released: Released) -> Table:
    """Each claim under every weighting scheme."""
    columns = [Column("Claim", 34, "l")]
    columns += [Column(escape(label), 19) for label in released.schemes.values()]
    table = Table("schemes", "Each claim under every weighting scheme", columns)
    for row in released.claim_rows():
        cells_of = [claim_name(released, row)]
        for scheme in released.schemes:
            estimate = _claim_estimate(released, row, scheme)
            cells_of.append(mean_cell(estimate) if row["kind"] == "equivalence" else share_cell(estimate))
        table.rows.append(cells_of)
    label = released.schemes[released.primary]
    table.notes = [
        "Per cent, or for a comparison the difference in scale points.",
        _interval_note(released),
        f"The primary scheme is {escape(released.in_text(label))}.",
        "Standard errors treat respondents as a second phase within response cells.",
    ]
    return table


def _claim_estimate(released: Released, row: pd.Series, scheme: str) -> pd.Series | None:
    level = str(row["group_level"])
    if row["kind"] == "equivalence":
        return released.mean(str(row["variable"]), group_level=level, scheme=scheme)
    code = released.config["claims"][row["claim"]].get("level", 1)
    return released.share(str(row["variable"]), str(code), group_level=level, scheme=scheme)


def claim_name(released: Released, row: pd.Series) -> str:
    """Name a row of the ledger: the claim, or the group within it."""
    if row["group_level"]:
        return INDENT + escape(released.levels[str(row["group_level"])])
    return f"{escape(str(row['claim']))} {escape(str(row['short']))}"


def ledger(released: Released) -> Table:
    """Lay out the claim ledger: estimate, bounds, tipping point, reader scenario and grade."""
    k = float(released.config["sensitivity"]["reader_scenario"]["k_grade"])
    columns = [
        Column("Claim", 26, "l"), Column("*n*", 6), Column("Estimate", 17), Column("Threshold", 13),
        Column("Bounds", 16), Column("Tipping θ", 11), Column("Readers", 10),
        Column("Grade", 25, "l"),
    ]  # fmt: skip
    table = Table("ledger", "The claim ledger: what each claim rests on, and what would overturn it", columns)
    for row in released.claim_rows():
        table.rows.append(_ledger_row(released, row, k))
    strong = formatting.setting(released.config["sensitivity"]["theta_strong"])
    table.notes = [
        f"Weighted per cent of all eligible{_readers_note(released)}, or for a comparison the difference in "
        "scale points.",
        _interval_note(released),
        f"Threshold, set in the configuration; the interval must lie beyond it{_margin_note(released)}.",
        "Bounds, what the estimate could be whatever the silent think. Tipping θ, the odds ratio of "
        "response at which "
        f"the estimate would cross the threshold (none: no θ does); {strong} or more, or 1/{strong} or less, "
        "counts as strong; "
        "in brackets, of a comparison, the shift of the silent in scale points that does the same. "
        "Readers, the estimate if the share of readers among the silent of a cell were "
        f"{formatting.setting(k)} times "
        "that among its respondents (neutral to worst case where these differ). Grade, what must be "
        "believed of the "
        "silent for the claim to stand.",
        _weights_note(released),
    ]
    return table


def _margin_note(released: Released) -> str:
    """Say which interval decides an equivalence, where there is one."""
    if all(claim["kind"] != "equivalence" for claim in released.config["claims"].values()):
        return ""
    level = tost_level(released.config["analysis"]["ci_level"])
    return f" (for an equivalence, the {formatting.confidence(level)} interval within the margin)"


def _readers_note(released: Released) -> str:
    claims = [escape(str(key)) for key, c in released.config["claims"].items() if c["base"] == "readers"]
    return f" ({formatting.sentence_list(claims)}: of readers)" if claims else ""


def _ledger_row(released: Released, row: pd.Series, k: float) -> list[str]:
    equal = row["kind"] == "equivalence"
    form = formatting.decimal if equal else formatting.points
    name = claim_name(released, row)
    if row["status"] == SUPPRESSED_STATUS:
        return [name, *[SUPPRESSED] * 7]
    grade = str(row["grade_label"])
    return [
        name,
        number(row["n"], formatting.count),
        mean_cell(row) if equal else share_cell(row),
        threshold_text(row),
        formatting.span(form(float(row["bound_low"])), form(float(row["bound_high"]))),
        tipping_text(row),
        _reader_cell(row, k, form),
        escape(grade[:1].upper() + grade[1:]),
    ]


def threshold_text(row: pd.Series) -> str:
    """Print what a claim must clear: ``> 50``, ``> 10 and < 50`` or ``± 0.25``."""
    if row["kind"] == "equivalence":
        return f"± {formatting.decimal(row['margin'])}"
    text = f"\\> {formatting.points(row['threshold'])}"
    if math.isfinite(float(row["upper_threshold"])):
        text += f",{formatting.NO_BREAK}\\< {formatting.points(row['upper_threshold'])}"
    return text


def tipping_text(row: pd.Series) -> str:
    """Print the tipping θ, or in a word why there is none."""
    if math.isfinite(float(row["tipping_theta"])):
        theta = float(row["tipping_theta"])
        text = formatting.decimal(theta, 1 if theta < 100 else 0)
        shift = float(row.get("tipping_shift", math.nan)) if row["kind"] == "equivalence" else math.nan
        return f"{text} ({formatting.decimal(shift)})" if math.isfinite(shift) else text
    note = str(row.get("tipping_note", ""))
    if note.startswith("not supported"):
        return NOT_APPLICABLE
    return "none"


def _reader_cell(row: pd.Series, k: float, form: Callable[[float], str]) -> str:
    suffix = f"k{round(100 * k):03d}"
    neutral = float(row.get(f"reader_{suffix}", math.nan))
    worst = float(row.get(f"reader_worst_{suffix}", math.nan))
    if not math.isfinite(neutral):
        return NOT_APPLICABLE
    ends = [form(value) for value in (neutral, worst) if math.isfinite(value)]
    return ends[0] if len(set(ends)) == 1 else formatting.span(*ends)


def tests(released: Released) -> Table:
    """Tests between groups, of shares and of scale means, without and with the population correction."""
    levels = list(released.levels)
    columns = [Column("Measure", 32, "l")]
    columns += [Column(escape(released.abbreviation(level)), 8) for level in levels]
    # Of more than two groups no one difference is tested.
    columns += [Column("Difference", 20)] if len(levels) == 2 else []
    columns += [Column("Test", 21), Column("*p*", 9), Column("Effect", 10), Column("*p*, fpc", 9)]
    names = formatting.sentence_list([released.in_text(label) for label in released.levels.values()])
    table = Table("tests", f"Tests between {escape(names)}", columns)
    wanted = [t["variable"] for t in released.config["analysis"]["tests"] if t["between"] == released.group]
    for title, of_means in (("Shares, per cent", False), ("Means, points", True)):
        chosen = [name for name in wanted if released.has_mean(name) == of_means]
        if chosen:
            table.section(title)
        table.rows += [_test_row(released, name) for name in chosen]
    table.notes = _test_notes(released, levels)
    return table


def _test_notes(released: Released, levels: list[str]) -> list[str]:
    minus = " minus ".join(escape(released.abbreviation(level)) for level in reversed(levels[:2]))
    published = bool(released.config["analysis"]["fpc"]["tests"])
    return [
        "Weighted.",
        f"Difference, {minus}, with its {formatting.confidence(released.config['analysis']['ci_level'])} "
        "confidence interval from the variance of the test beside it."
        if len(levels) == 2
        else "",
        "*F*, Rao–Scott test of second order, with Cramér's *V* as effect; "
        + (
            "*t*, design-based *t* test, with the difference over the pooled standard deviation (*d*) as "
            "effect."
            if len(levels) == 2
            else "χ², design-based rank test in the form of Kruskal and Wallis."
        ),
        "Tests carry the finite-population correction."
        if published
        else "Tests leave out the finite-population correction, because they are about populations like this "
        "one; the last column is the same test with it.",
        "Not adjusted for the number of tests. Differences are computed before rounding; tests, *p* and "
        "effects are given to one digit, so that they tell no more of the answers than the shares do.",
        _weights_note(released),
        _short_note(released),
    ]


def _test_row(released: Released, name: str) -> list[str]:
    scale = released.has_mean(name)
    cells_of = [INDENT + escape(_tested_label(released, name))]
    for level in released.levels:
        row = released.mean(name, group_level=level) if scale else released.claimed_share(name, level)
        form = formatting.decimal if scale else formatting.points
        cells_of.append(NOT_APPLICABLE if row is None else number(row["estimate"], form, row))
    difference = _compared(released, name, released.tested_difference)
    two = len(released.levels) == 2
    statistic = ("t_test" if two else "rank_test") if scale else "rao_scott"
    test, with_fpc = _compared(released, name, statistic), _compared(released, name, f"{statistic}_fpc")
    return [
        *cells_of,
        *([mean_cell(difference) if scale else share_cell(difference)] if two else []),
        _statistic_cell(test, statistic),
        _p_cell(test),
        _effect_cell((difference if two else None) if scale else test, "d" if scale else "V"),
        _p_cell(with_fpc if with_fpc is not None else test),
    ]


def _tested_label(released: Released, name: str) -> str:
    """Label of a variable; where it has more than two answers and one of them is shown, that answer too."""
    answers, shown = released.values(name), released.claimed_level(name)
    if released.has_mean(name) or len(answers) == 2 or not shown:
        return released.label(name)
    answer = next((text for code, text in answers.items() if code_text(code) == shown), shown)
    return f"{released.label(name)}: {answer}"


def _compared(released: Released, name: str, statistic: str) -> pd.Series | None:
    return released.comparison(name, statistic, released.group)


def _statistic_cell(test: pd.Series | None, statistic: str) -> str:
    if test is None or not math.isfinite(float(test["estimate"])):
        return number(math.nan, formatting.decimal, test)
    columns = ("df", "df2") if statistic == "rao_scott" else ("df",)
    degrees = f",{formatting.NO_BREAK}".join(formatting.degrees(float(test[name])) for name in columns)
    equals = f"{formatting.NO_BREAK}={formatting.NO_BREAK}"
    symbol = {"rao_scott": "*F*", "t_test": "*t*", "rank_test": "χ²"}[statistic]
    return f"{symbol}({degrees}){equals}{formatting.held(test['estimate'])}"


def _effect_cell(row: pd.Series | None, symbol: str) -> str:
    if row is None:
        return NOT_APPLICABLE
    value = number(float(row["effect"]), formatting.held, row)
    return value if value in (SUPPRESSED, NOT_APPLICABLE) else f"*{symbol}*{formatting.NO_BREAK}{value}"


def _p_cell(test: pd.Series | None) -> str:
    if test is None:
        return NOT_APPLICABLE
    return escape(number(test["p_value"], formatting.p_value, test)).replace(" ", formatting.NO_BREAK)


def scales(released: Released) -> Table:
    """Mean of each scale for all staff and by group."""
    levels = list(released.levels)
    columns = [Column("Scale", 26, "l")]
    for head in ("All", *(escape(released.abbreviation(level)) for level in levels)):
        columns += [Column(f"{head} *n*", 8), Column("Mean", 18)]
    table = Table("scales", "Scales: weighted means", columns)
    for scale in released.config["cleaning"].get("scales", []):
        cells_of = [escape(str(scale["label"]))]
        for level in ("", *levels):
            row = released.mean(scale["variable"], group_level=level)
            hidden = row is not None and row["status"] == SUPPRESSED_STATUS
            base = float(row["n"]) if row is not None else math.nan
            cells_of += [count_cell(base, suppressed=hidden), mean_cell(row)]
        table.rows.append(cells_of)
    table.notes = [
        "Means of item scores; reversed items turned round first. *n* unweighted.",
        _other_base_note(released),
        _interval_note(released),
        _weights_note(released),
        _short_note(released),
    ]
    return table


def _other_base_note(released: Released) -> str:
    """Say which claims rest on fewer people than the scale that they are made of."""
    scales = {scale["variable"] for scale in released.config["cleaning"].get("scales", [])}
    claims = [
        escape(str(key))
        for key, claim in released.config["claims"].items()
        if claim["base"] == "readers" and scales & set(claim.get("secondary", []))
    ]
    if not claims:
        return ""
    verb = "counts" if len(claims) == 1 else "count"
    return (
        f"All who answered the items are counted; {formatting.sentence_list(claims)} {verb} only those in "
        "the base of the claim, so that *n* there may be smaller."
    )


TABLES: dict[str, Callable[[Released], Table]] = {
    "table_1": table_1,
    "response": response,
    "weights": weights,
    "cells": cells,
    "items": items,
    "shares": shares,
    "scales": scales,
    "schemes": schemes,
    "ledger": ledger,
    "tests": tests,
}
