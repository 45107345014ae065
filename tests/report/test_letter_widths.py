"""Letters are as wide as the fonts say, for the widths of columns and for what lies across."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.afmLib import AFM
from fontTools.agl import UV2AGL
from fontTools.ttLib import TTFont

from surveypipe.letter_widths import SANS, SERIF, Font, width_in_digits

FILTER = Path(__file__).parents[2] / "workflow/typesetting/filters/table_pages.lua"
CELLS = [
    "101 (21)",
    "69 (332 of 480)",
    "0.14 (−0.01 to 0.30)",
    "19.25 (18.57–19.93)",
    "Weighted, %",
    "If response is at random within cells",
    "Members of the panel, n (%)",
    "WOMEN, MEN",
    "little fill",
    "Cramér’s",
]


@cache
def arial() -> AFM:
    """Metrics of Helvetica, to whose measure Arial is made."""
    return AFM(Path(mpl.get_data_path()) / "fonts/afm/phvr8a.afm")


def in_arial(letter: str) -> float:
    return float(arial()[UV2AGL[ord({"−": "+"}.get(letter, letter))]][1])


@cache
def libertinus() -> TTFont:
    return TTFont(str(files("surveypipe") / "typefaces/LibertinusSerif-Regular.ttf"))


def in_libertinus(letter: str) -> float:
    return float(libertinus()["hmtx"][libertinus().getBestCmap()[ord(letter)]][0])


@pytest.mark.parametrize(("font", "metrics"), [(SANS, in_arial), (SERIF, in_libertinus)])
@pytest.mark.parametrize("text", CELLS)
def test_a_cell_is_as_wide_as_the_font_says(text: str, font: Font, metrics: Callable[[str], float]) -> None:
    truth = sum(map(metrics, text)) / metrics("0")
    # Widths are told to a tenth of a digit; to count letters is wrong by up to a half.
    assert width_in_digits(text, font) == pytest.approx(truth, rel=0.05)


def test_what_is_not_told_is_measured_by_its_kind() -> None:
    assert width_in_digits("é", SANS) == width_in_digits("e", SANS) == width_in_digits("e\u0301", SANS)
    assert width_in_digits("住民", SERIF) > 1.5 * width_in_digits("ab", SERIF)
    assert width_in_digits("Ж", SANS) > width_in_digits("ж", SANS)
    assert width_in_digits("re\u200bversed", SANS) == width_in_digits("reversed", SANS)


def test_the_filter_measures_alike() -> None:
    told = re.findall(r"\[(\d\.\d)\] = ([\"'])(.*)\2,", FILTER.read_text("utf-8"))
    letters = {
        letter: float(wide)
        for wide, _, text in told
        for letter in re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), text.replace("\\\\", "\\"))
    }
    assert letters == SANS
