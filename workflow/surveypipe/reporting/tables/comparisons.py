"""Comparisons between groups."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.disclosure.rules import rules_of
from surveypipe.formatting import NO_BREAK, NOT_APPLICABLE, SUPPRESSED, capital, escape
from surveypipe.reporting.cells import code_text
from surveypipe.reporting.lookups import bases_note
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import (
    INDENT,
    Column,
    Table,
    mean_cell,
    number,
    share_cell,
    short_note,
    weights_note,
)
from surveypipe.reporting.units import scored
from surveypipe.study.item_types import MEAN, MEDIAN, PROPORTION

if TYPE_CHECKING:
    import pandas as pd

# Of more groups the values would fill the page.
MOST_NAMED = 4
_FORMS: dict[str, Callable[[float], str]] = {
    PROPORTION: formatting.points,
    MEAN: formatting.weight,
    MEDIAN: formatting.setting,
}


def tests(released: Released) -> Table:
    """Tests between groups, of shares and of scale means, without and with the population correction."""
    levels = list(released.levels)
    columns = [Column("Measure", 32, "l")]
    columns += [Column(escape(released.abbreviation(level)), 8) for level in levels]
    # Of more than two groups no one difference is tested.
    columns += [Column("Difference", 20)] if len(levels) == 2 else []
    columns += [Column("Test", 21), Column("*p*", 9), Column("Effect", 10)]
    corrected = released.settings.analysis.fpc.descriptive
    columns += [Column("*p*, fpc", 9)] if corrected else []
    names = formatting.sentence_list([released.in_text(label) for label in released.levels.values()])
    by = f"by {released.in_text(released.label(released.group))}"
    caption = f"Tests {f'between {names}' if len(levels) == 2 else by}"
    table = Table("tests", escape(caption), columns)
    wanted = [test.variable for test in released.settings.analysis.tests if test.between == released.group]
    points = all(scored(released, name) for name in wanted)
    sections = {
        PROPORTION: "Shares, per cent",
        MEAN: "Means, points" if points else "Means",
        MEDIAN: "Medians",
    }
    for statistic, title in sections.items():
        chosen = [name for name in wanted if released.stands(name) == statistic]
        if chosen:
            table.section(title)
        table.rows += [_test_row(released, name)[: len(columns)] for name in chosen]
    table.notes = _test_notes(released, table, wanted)
    return table


def _test_of(released: Released, name: str, groups: int) -> str:
    """Name the statistic of the test by which a variable is compared between so many groups."""
    stands = released.stands(name)
    if stands == PROPORTION:
        return "rao_scott"
    return "t_test" if groups == 2 and stands == MEAN else "rank_test"


def _effects_of(table: Table) -> list[str]:
    """Give the symbols of the effects that a table prints: of what it holds none is explained."""
    place = next((place for place, column in enumerate(table.columns) if column.head == "Effect"), 0)
    cells = " ".join(row[place] for row in table.rows if place < len(row))
    return [symbol for symbol in ("V", "d") if f"*{symbol}*" in cells]


def _filled(table: Table, head: str) -> bool:
    """Whether a column holds more than dashes and blanks."""
    place = next(
        (place for place, column in enumerate(table.columns) if column.head == head), len(table.columns)
    )
    return bool({row[place] for row in table.rows if place < len(row)} - {"", NOT_APPLICABLE})


def other_tests(released: Released) -> Table:
    """Lay out the tests between the groups by which nothing else is shown, one section to a grouping."""
    columns = [Column("Measure", 30, "l"), Column("Groups", 30, "l"), Column("Difference", 20)]
    columns += [Column("Test", 21), Column("*p*", 9), Column("Effect", 10)]
    table = Table("tests_others", "Tests between other groups", columns)
    used: set[str] = set()
    for group, about in released.settings.groups.items():
        wanted = [test.variable for test in released.settings.analysis.tests if test.between == group]
        rows = [_other_row(released, name, group, about.levels) for name in wanted]
        if group != released.group and (told := [row for row in rows if row]):
            table.section(about.label or released.label(group))
            table.rows += told
            used |= {_test_of(released, name, len(about.levels)) for name in wanted}
    units = {
        PROPORTION: "shares in per cent",
        MEAN: "means in their own unit",
        MEDIAN: "medians in their own unit",
    }
    others = [t.variable for t in released.settings.analysis.tests if t.between != released.group]
    stand = {released.stands(name) for name in others}
    told_units = formatting.sentence_list([words for key, words in units.items() if key in stand])
    effects, differences = _effects_of(table), _filled(table, "Difference")
    table.notes = [
        f"{capital('weighted; ' * released.weighted + told_units)}." if told_units else "",
        "A difference is the second group minus the first." if differences else "",
        _named_tests(used, effects),
        "Tests leave out the finite-population correction." if _uncorrected(released) else "",
        "Not adjusted for the number of tests.",
        _held_note(released, effects=bool(effects)),
        bases_note(released, others),
        weights_note(released),
    ]
    return table


def _other_row(released: Released, name: str, group: str, levels: Mapping[str, str]) -> list[str]:
    """One measure between the levels of a group; nothing where it was not tested."""
    stands, two = released.stands(name), len(levels) == 2
    statistic = _test_of(released, name, len(levels))
    test = released.comparison(name, statistic, group)
    if test is None:
        return []
    difference = released.comparison(name, released.tested_difference, group) if two else None
    form = mean_cell if stands == MEAN else share_cell
    return [
        INDENT + escape(_tested_label(released, name)),
        _in_each(released, name, group, levels),
        NOT_APPLICABLE if difference is None else form(difference),
        _statistic_cell(test, statistic),
        _p_cell(test),
        _effect_cell(*_effect(stands, test, _any_difference(released, name, group) if two else None)),
    ]


def _any_difference(released: Released, name: str, group: str) -> pd.Series | None:
    """Find a difference for its size in standard deviations, which no correction changes."""
    found = (released.comparison(name, kind, group) for kind in (released.tested_difference, "difference"))
    return next((row for row in found if row is not None), None)


def _in_each(released: Released, name: str, group: str, levels: Mapping[str, str]) -> str:
    """Name the groups with what stands for the measure in each; of many only how many they are."""
    if len(levels) > MOST_NAMED:
        return f"{len(levels)} groups"
    stands = released.stands(name)
    code = _claimed_level(released, name) if stands == PROPORTION else ""
    table, told = released.table("estimates"), []
    inside = table[(table["variable"] == name) & (table["statistic"] == stands) & (table["group"] == group)]
    inside = inside[inside["scheme"] == released.primary]
    for level, label in levels.items():
        rows = inside[(inside["group_level"] == level) & (inside["level"].map(code_text) == code)]
        value = number(rows.iloc[0]["estimate"], _FORMS[stands], rows.iloc[0]) if len(rows) else ""
        told.append(f"{escape(label)}{NO_BREAK}{value}".strip())
    return "; ".join(told)


TESTS = {
    "rao_scott": ("*F*, Rao–Scott test of second order", "V", "with Cramér's *V* as effect"),
    "t_test": (
        "*t*, design-based *t* test",
        "d",
        "with the difference over the pooled standard deviation (*d*) as effect",
    ),
    "rank_test": ("χ², design-based rank test in the form of Kruskal and Wallis", "", ""),
}


def _named_tests(used: Collection[str], effects: Collection[str]) -> str:
    """Name the tests that a table holds, each with its effect where the table holds that."""
    told = [
        f"{name}, {effect}" if symbol in effects else name
        for statistic, (name, symbol, effect) in TESTS.items()
        if statistic in used
    ]
    return f"{'; '.join(told)}." if told else ""


def _held_note(released: Released, *, effects: bool) -> str:
    """Say that tests are rounded, where they are for the sake of disclosure control."""
    if not rules_of(released.settings.disclosure).audited:
        return ""
    held = "Tests, *p* and effects" if effects else "Tests and *p*"
    return f"{held} are given to one digit, so that they tell no more of the answers than the shares do."


def _uncorrected(released: Released) -> bool:
    fpc = released.settings.analysis.fpc
    return fpc.descriptive and not fpc.tests


def _correction_note(released: Released) -> str:
    plan = released.settings.analysis.fpc
    if not plan.descriptive:
        return ""
    if plan.tests:
        return "Tests carry the finite-population correction."
    return (
        "Tests leave out the finite-population correction, because they are about populations like this one; "
        "the last column is the same test with it."
    )


def _test_notes(released: Released, table: Table, wanted: list[str]) -> list[str]:
    """Explain what a table of tests holds, and nothing that it does not."""
    levels, effects = list(released.levels), _effects_of(table)
    used = {_test_of(released, name, len(levels)) for name in wanted}
    minus = " minus ".join(escape(_in_a_note(released, level)) for level in reversed(levels[:2]))
    return [
        "Weighted." if released.weighted else "",
        bases_note(released, wanted),
        f"Difference, {minus}, with its {formatting.confidence(released.settings.analysis.ci_level)} "
        "confidence interval from the variance of the test beside it; computed before rounding."
        if _filled(table, "Difference")
        else "",
        _named_tests(used, effects),
        _correction_note(released),
        "Not adjusted for the number of tests.",
        _held_note(released, effects=bool(effects)),
        weights_note(released),
        short_note(released),
    ]


def _in_a_note(released: Released, level: str) -> str:
    short, label = released.abbreviation(level), released.levels[level]
    return released.in_text(label) if short == label else short


def _test_row(released: Released, name: str) -> list[str]:
    stands = released.stands(name)
    cells_of = [INDENT + escape(_tested_label(released, name))]
    for level in released.levels:
        row = _standing(released, name, level)
        form = _FORMS[stands]
        cells_of.append(NOT_APPLICABLE if row is None else number(row["estimate"], form, row))
    difference = _compared(released, name, released.tested_difference)
    sized = _any_difference(released, name, released.group)
    two, scale = len(released.levels) == 2, stands == MEAN
    statistic = _test_of(released, name, len(released.levels))
    test, with_fpc = _compared(released, name, statistic), _compared(released, name, f"{statistic}_fpc")
    return [
        *cells_of,
        *([mean_cell(difference) if scale else share_cell(difference)] if two else []),
        _statistic_cell(test, statistic),
        _p_cell(test),
        _effect_cell(*_effect(stands, test, sized if two else None)),
        *(
            [_p_cell(with_fpc if with_fpc is not None else test)]
            if released.settings.analysis.fpc.descriptive
            else []
        ),
    ]


def _standing(released: Released, name: str, level: str) -> pd.Series | None:
    """Estimate that stands for a variable in a group."""
    stands = released.stands(name)
    if stands == PROPORTION:
        return _claimed_share(released, name, level)
    return released.summary(name, stands, group_level=level)


def _effect(
    stands: str, test: pd.Series | None, difference: pd.Series | None
) -> tuple[pd.Series | None, str]:
    """Row that holds the size of a difference, and its symbol; a test of ranks has none."""
    return {PROPORTION: (test, "V"), MEAN: (difference, "d"), MEDIAN: (None, "")}[stands]


def _tested_label(released: Released, name: str) -> str:
    """Label of a variable; where it has more than two answers and one of them is shown, that answer too."""
    answers, shown = released.values(name), _claimed_level(released, name)
    if released.stands(name) != PROPORTION or len(answers) == 2 or not shown:
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


def _claimed_level(released: Released, variable: str) -> str:
    """Code of the answer that a claim is about, else of the one that the codebook counts; '' for none."""
    own = (claim.counted for claim in released.claims.values() if claim.variable == variable)
    named = [code for code in own if code is not None]
    return code_text(named[0]) if named else released.counted(variable)


def _claimed_share(released: Released, variable: str, group_level: str) -> pd.Series | None:
    """Give the share of the answer that a claim is about, else of the one that the codebook counts."""
    level = _claimed_level(released, variable)
    return released.share(variable, level, group_level=group_level) if level else None
