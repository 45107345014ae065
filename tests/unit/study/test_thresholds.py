"""Thresholds are printed as they were set: whole where they are whole, and never rounded."""

from __future__ import annotations

import pytest

from surveypipe.study.forms import Form, PerCent, PercentagePoints


@pytest.mark.parametrize(
    ("form", "value", "printed", "tabled"),
    [
        (Form(), 800.0, "800", "800"),
        (Form("minutes"), 30.0, "30 minutes", "30"),
        (Form(), 1250.5, "1,250.5", "1,250.5"),
        (PerCent(), 0.5, "50%", "50"),
        (PerCent(), 0.3333, "33.33%", "33.33"),
        (PerCent(), 0.125, "12.5%", "12.5"),
        (PercentagePoints(), 0.01, "1 percentage point", "1"),
        (PercentagePoints(), -0.05, "−5 percentage points", "−5"),
    ],
)
def test_a_threshold_has_the_decimals_it_was_set_with(
    form: Form, value: float, printed: str, tabled: str
) -> None:
    assert form.set_printed(value) == printed
    assert form.set_tabled(value) == tabled
