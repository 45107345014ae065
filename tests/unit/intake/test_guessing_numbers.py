"""A number far from all others may stand for no answer: it is counted, and told."""

from __future__ import annotations

import pandas as pd
import pytest

from surveypipe.intake.drafting import draft
from surveypipe.intake.labels import FileLabels


def findings(values: list[float]) -> list[str]:
    raw = pd.DataFrame({"age": (values * 20)[:60]}, dtype="float64")
    return draft(raw, FileLabels()).findings


@pytest.mark.parametrize("values", [[23, 31, 45, -9], [23, 31, 45, 999], [1, 2, 3, 4, 5, 9], [0, 4, 12, -1]])
def test_a_number_that_stands_apart_is_told(values: list[float]):
    assert any("may stand for no answer" in text and "age" in text for text in findings(values))


@pytest.mark.parametrize(
    "values", [[23, 31, 45, 60], [1, 2, 3, 4, 5], [6, 7, 8, 9], [-2, -1, 0, 1, 2], [90, 95, 99]]
)
def test_a_number_among_others_is_not(values: list[float]):
    assert not any("may stand for no answer" in text for text in findings(values))
