"""Figures as journals ask for them, and the released rows behind each figure."""

from __future__ import annotations

import pandas as pd
import pytest

import made_up
from surveypipe.reporting.figures import answers
from surveypipe.reporting.figures.drawn_rows import as_table
from surveypipe.reporting.figures.lettering import MM
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import SUBMISSION_DPI, save_for_submission, themed


@pytest.fixture(scope="module")
def released():
    return made_up.released()


@pytest.fixture(scope="module")
def submitted(released, tmp_path_factory):
    folder = tmp_path_factory.mktemp("submitted")
    for attempt in ("one", "two"):
        (folder / attempt).mkdir()
        with themed("ledger"):
            drawn = DRAW["ledger"](released)
            save_for_submission(drawn, folder / attempt / "a.pdf", folder / attempt / "a.tiff")
    return folder, drawn


def test_letters_are_embedded_in_the_pdf_as_truetype(submitted):
    from pypdf import PdfReader

    page = PdfReader(submitted[0] / "one/a.pdf").pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert any("LibertinusSerif" in str(font["/BaseFont"]) for font in fonts)
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert inner["/Subtype"] in ("/TrueType", "/CIDFontType2")
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()
    assert "Tipping" in page.extract_text()


def test_the_tiff_is_of_600_dpi_compressed_and_without_transparency(submitted):
    from PIL import Image

    folder, drawn = submitted
    with Image.open(folder / "one/a.tiff") as picture:
        assert (picture.mode, picture.info["compression"]) == ("RGB", "tiff_lzw")
        assert picture.info["dpi"] == (SUBMISSION_DPI, SUBMISSION_DPI)
        wide, high = drawn.figure.get_size_inches() / MM
        assert picture.width == pytest.approx(wide * MM * SUBMISSION_DPI, abs=1)
        assert picture.height == pytest.approx(high * MM * SUBMISSION_DPI, abs=1)
    assert (folder / "one/a.tiff").stat().st_size < 4_000_000


def test_submitted_figures_are_the_same_bytes_twice(submitted):
    for name in ("a.pdf", "a.tiff"):
        assert (submitted[0] / "one" / name).read_bytes() == (submitted[0] / "two" / name).read_bytes()


def drawings(released):
    yield from ((name, draw(released)) for name, draw in DRAW.items())
    for name, block in answers.answer_figures(released).items():
        yield name, answers.draw(released, block)


def test_the_rows_behind_each_figure_are_released_rows(released):
    with themed("rows"):
        for name, drawn in drawings(released):
            assert drawn.rows or "counted only" in drawn.alt, name
            for table, rows in drawn.rows.items():
                whole = released.table(table)
                assert list(rows.columns) == list(whole.columns), name
                assert rows.index.isin(whole.index).all(), name
                pd.testing.assert_frame_equal(rows, whole.loc[rows.index])


def test_rows_of_several_tables_stand_below_one_another_without_empty_columns(released):
    with themed("weights"):
        rows = DRAW["weights"](released).rows
    table = as_table(rows)
    assert list(dict.fromkeys(table["table"])) == ["weight_cells", "weight_margins"]
    assert len(table) == sum(map(len, rows.values()))
    assert next(iter(table.columns)) == "table"
    assert not table.isna().all().any()
    assert list(as_table({}).columns) == ["table"]
