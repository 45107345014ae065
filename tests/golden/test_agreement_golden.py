"""Agreement between coders against METHODS GT-19 and the printed output of R ``irrCAC`` 1.0."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.measurement import agreement

CHECKS = [
    ("GT-19", "psych::cohen.kappa; Krippendorff (2011)", 5e-8, "as printed there"),
    ("irrCAC", "kappa2.table, gwet.ac1.table, gwet.ac1.raw, krippen.alpha.raw", 5e-6, "examples of irrCAC"),
]

N = np.nan
# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C; irrCAC's cac.raw4raters.
CANONICAL = pd.DataFrame({
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N], "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    "C": [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N], "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
})  # fmt: skip
THREE = np.array([[30, 10, 5], [8, 25, 12], [2, 11, 27]])
# irrCAC's cont3x3abstractors.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])


def _ratings(table: np.ndarray) -> pd.DataFrame:
    pairs = [(i, j) for i in range(len(table)) for j in range(len(table)) for _ in range(table[i, j])]
    return pd.DataFrame(pairs, columns=["first", "second"])


@pytest.mark.parametrize(
    ("table", "weighting", "expected"),
    [
        (np.array([[20, 5], [10, 15]]), "none", 0.4),
        (THREE, "none", 0.4463177),
        (THREE, "linear", 0.5185185),
        (THREE, "quadratic", 0.5924580),
    ],
)
def test_gt19_kappa(table, weighting, expected):
    assert agreement.cohen_kappa(table, weighting=weighting).estimate == pytest.approx(expected, abs=5.1e-8)


@pytest.mark.parametrize(
    ("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_gt19_krippendorff(metric, expected):
    found = agreement.krippendorff_alpha(CANONICAL, metric=metric)
    assert round(found.estimate, 3) == expected
    assert found.n == 11


def test_irrcac_krippendorff_nominal():
    # krippen.alpha.raw(cac.raw4raters): pa .805, pe .24, alpha .74342.
    found = agreement.krippendorff_alpha(CANONICAL)
    assert found.estimate == pytest.approx(0.74342, abs=5e-6)


def test_irrcac_ac1():
    # gwet.ac1.raw(cac.raw4raters): pa .8181818, pe .1903212, AC1 .77544, SE .14295, interval (.461, 1).
    found = agreement.gwet_ac1(CANONICAL)
    assert found.observed == pytest.approx(0.8181818, abs=5e-8)
    assert found.expected == pytest.approx(0.1903212, abs=5e-8)
    assert found.estimate == pytest.approx(0.77544, abs=5e-6)
    assert found.se == pytest.approx(0.14295, abs=5e-6)
    assert round(found.ci_low, 3) == 0.461
    assert found.ci_high == 1.0
    # gwet.ac1.table(cont3x3abstractors): AC1 .84933, SE .04322; that function divides by n, ac1.raw by n - 1.
    found = agreement.gwet_ac1(_ratings(ABSTRACTORS))
    assert found.estimate == pytest.approx(0.84933, abs=5e-6)
    assert found.se * np.sqrt(99 / 100) == pytest.approx(0.04322, abs=5e-6)


def test_irrcac_kappa():
    # kappa2.table(cont3x3abstractors): .7964094, SE .05891072.
    found = agreement.cohen_kappa(ABSTRACTORS)
    assert found.estimate == pytest.approx(0.7964094, abs=5e-8)
    assert found.se == pytest.approx(0.05891072, abs=5e-9)
