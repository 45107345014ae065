"""Adjusted p-values: statsmodels, a published example, and what they promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.estimation import multiplicity
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.problems import SurveyError

# Benjamini & Hochberg 1995, section 4.1: 15 tests, BH at .05 rejects the first four, Bonferroni-type three.
PAPER = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
    0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


@pytest.mark.parametrize(("method", "name"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_against_statsmodels(method, name):
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(1)
    for size in (1, 2, 5, 40):
        p = np.round(rng.random(size) ** 3, 2)  # rounding makes ties
        np.testing.assert_allclose(
            multiplicity.adjusted_p_values(p, method), multipletests(p, method=name)[1], rtol=1e-12
        )


def test_the_paper_s_example():
    assert (multiplicity.adjusted_p_values(np.array(PAPER), "bh") <= 0.05).sum() == 4
    assert (multiplicity.adjusted_p_values(np.array(PAPER), "holm") <= 0.05).sum() == 3


def test_holm_keeps_the_family_wise_error_and_bh_is_never_larger():
    p = np.random.default_rng(2).random((4000, 6))
    holm = np.array([multiplicity.adjusted_p_values(row, "holm") for row in p])
    assert (holm.min(axis=1) < 0.05).mean() < 0.05 + 3 * 0.0035
    bh = np.array([multiplicity.adjusted_p_values(row, "bh") for row in p])
    assert (bh <= holm + 1e-15).all()
    assert (bh >= p).all()


def test_missing_p_values_are_not_counted_and_impossible_ones_refused():
    made = multiplicity.adjusted_p_values(np.array([0.01, np.nan, 0.04]), "holm")
    np.testing.assert_allclose(made, [0.02, np.nan, 0.04])
    with pytest.raises(SurveyError, match="outside 0 to 1"):
        multiplicity.adjusted_p_values(np.array([1.2]), "bh")


def test_families_are_adjusted_apart():
    tests = pd.DataFrame({"family": ["b", "a", "b", "a"], "p_value": [0.01, 0.01, 0.04, 0.03]})
    made = multiplicity.adjust_families(tests, primary=["a"])
    np.testing.assert_allclose(made.p_adjusted, [0.02, 0.02, 0.04, 0.03])
    assert list(made.adjustment) == ["bh", "holm", "bh", "holm"]
    assert (made.family_size == 2).all()


def test_tidy_rows():
    rows = estimate_frame([
        estimate_row("read", "rao_scott", 3.1, n=119, p_value=0.02, scheme="cells"),
        estimate_row("risk_above", "rao_scott", 1.2, n=119, p_value=0.3, scheme="cells"),
        estimate_row("risk_above", "mean", 0.4, n=119, scheme="cells"),
    ])  # fmt: skip
    made = multiplicity.tidy(rows, pd.Series("claims", index=rows.index), primary=["claims"])
    np.testing.assert_allclose(made.estimate, [0.04, 0.3])
    assert list(made.statistic) == ["rao_scott_p_holm"] * 2
    assert made.method.eq("Holm, 2 tests of claims").all()
