"""Columns hold their longest word, and share the rest so that a table is short."""

from __future__ import annotations

import pytest

import made_up
from surveypipe.column_widths import Measure, column_widths
from surveypipe.letter_widths import SERIF, width_in_digits
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.layout import Column, Table

PADDING, DIGIT = Measure().padding, Measure().digit
TABLES = {**register.TABLES, **models.TABLES, **nonresponse.TABLES}
CLAIM = "Report more awareness of risk"


def needed(text: str) -> float:
    return DIGIT * width_in_digits(text, SERIF) + PADDING


def widths_of(table: Table) -> list[int]:
    rule = table.markdown().split("\n")[1].strip("|").split("|")
    return [len(part) for part in rule]


def test_the_rule_of_a_table_tells_widths_to_a_tenth_of_a_hundredth() -> None:
    """Rounded to a hundredth, and a dash wider, an interval lost the room that was made for it."""
    heads = [
        "Scale",
        "Items",
        "*n*",
        "Alpha",
        "Ordinal alpha",
        "Omega",
        "Ordinal omega",
        "Item–total",
        "Dropped",
    ]
    row = ["Joint working", "4", "67", "0.73 (0.60–0.82)", "0.77", "0.74", "0.78", "0.39–0.63", "0.60–0.74"]
    table = Table("x", "A", [Column(head, 10) for head in heads], [row])
    told, made = widths_of(table), column_widths(heads, [10.0] * len(heads), [row])
    assert [1000 * wide / sum(told) for wide in told] == pytest.approx([10 * wide for wide in made], abs=1.5)


def test_what_numbers_leave_goes_to_the_words() -> None:
    rows = [[CLAIM, "117", "73 (65–80)", "If response is at random within cells"]] * 4
    wished = [10.0, 30.0, 30.0, 10.0]
    name, n, estimate, grade = column_widths(["Claim", "*n*", "Estimate", "Grade"], wished, rows)
    assert sum((name, n, estimate, grade)) == pytest.approx(100)
    # Each in one line, whatever was wished.
    assert name >= needed(CLAIM) and grade >= needed(rows[0][3])
    assert estimate >= needed("73 (65–80)")


def test_no_column_is_narrower_than_its_longest_word_however_much_another_asks() -> None:
    rows = [["a " * 200, "reversed", "−2.52\u00a0to\u00a02.61"]]
    words, one, interval = column_widths(["Text", "One", "Bounds"], [90.0, 1.0, 1.0], rows)
    assert one >= needed("reversed") and interval >= needed("−2.52 to 2.61") and words < 90


def test_an_interval_is_not_broken_at_its_dash() -> None:
    rows = [["a " * 200, "84 (77–89)"]]
    assert column_widths(["Text", "%"], [90.0, 1.0], rows)[1] >= needed("(77–89)")


def test_columns_for_which_the_same_was_wished_are_alike() -> None:
    table = Table("x", "A", [Column("Of", 30, "l"), *(Column(head, 10) for head in ("n", "nnn", "nnnnn"))])
    table.rows = [["one", "1", "1", "1"]]
    assert len(set(widths_of(table)[1:])) == 1


def test_what_has_no_room_is_shared_by_need() -> None:
    widths = column_widths(["r" * 60, "r" * 90], [1.0, 1.0], [["1", "1"]])
    assert sum(widths) == pytest.approx(100) and widths[1] > widths[0]


@pytest.mark.parametrize("name", TABLES)
def test_headings_begin_with_a_capital_or_a_symbol(name: str) -> None:
    heads = [column.head for column in TABLES[name](made_up.released()).columns]
    assert [head for head in heads if head[:1].isascii() and head[:1].islower() and len(head) > 1] == []


def test_two_tipping_points_in_a_cell_break_between_them_alone() -> None:
    given = made_up.released()
    table = register.TABLES["ledger"](given)
    place = next(n for n, column in enumerate(table.columns) if column.head.startswith("Tipping θ"))
    cells = [row[place] for row in table.rows]
    assert any("(at" in cell for cell in cells) or all(" " not in cell for cell in cells)
    assert [cell for cell in cells for part in cell.split("; ") if " " in part] == []


def test_a_letter_or_a_sign_of_a_heading_stays_with_its_word() -> None:
    heads = ["AMH *n*", "Rate, %", "× 0.5", "φ = 0.25", "Wave 1", "Eligible, *N* (%)", "Effective *n*"]
    heads += ["Year 10, *n* (%)"]
    table = Table("x", "A", [Column(head, 10) for head in heads], [["1"] * len(heads)])
    printed = table.markdown().split("\n")[0].strip("| ").split(" | ")
    assert [head.replace("\u00a0", "_") for head in printed] == [
        "AMH_*n*", "Rate,_%", "×_0.5", "φ_=_0.25", "Wave_1", "Eligible, *N*_(%)", "Effective *n*",
        "Year_10, *n*_(%)",
    ]  # fmt: skip


def test_a_table_may_be_a_little_higher_where_no_number_is_parted_for_it() -> None:
    rows = [["three words here", "3.29 (3.17–3.41)", "3.29 (3.17–3.41)"]]
    heads, wished = ["Scale", "Mean", "Mean"], [1.0, 1.0, 1.0]
    parted, whole = (
        column_widths(heads, wished, rows, Measure(2.7, 3.0, 1.0, patience)) for patience in (1.0, 1.5)
    )
    room = 2.7 * width_in_digits("3.29 (3.17–3.41)", SERIF) + 3
    assert min(whole[1:]) >= room > min(parted[1:])
