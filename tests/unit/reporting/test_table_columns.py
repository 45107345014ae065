"""A column that applies to no row of a table is left out, with its heading."""

from __future__ import annotations

from surveypipe.formatting import NOT_APPLICABLE, SUPPRESSED
from surveypipe.reporting.tables.layout import Column, Table


def written(*rows: list[str]) -> str:
    columns = [Column("Claim", 20, "l"), Column("Bounds", 10), Column("Grade", 10, "l")]
    return Table("ledger", "The ledger", columns, list(rows)).markdown()


def test_a_column_of_dashes_and_blanks_is_left_out() -> None:
    text = written(["**Part**"], ["First", NOT_APPLICABLE, "holds"], ["Second", "", "fails"])
    assert "Bounds" not in text and NOT_APPLICABLE not in text
    assert "| First | holds |" in text and "Grade" in text


def test_a_column_that_applies_to_one_row_stays() -> None:
    for one in ("1", SUPPRESSED):
        text = written(["First", NOT_APPLICABLE, "holds"], ["Second", one, "fails"])
        assert "Bounds" in text and f"{NOT_APPLICABLE}, not applicable" in text


def test_the_first_column_and_an_empty_table_keep_their_headings() -> None:
    assert "Claim" in written(["", "1", "2"])
    assert "Bounds" in written() and "There is none in this study." in written()
