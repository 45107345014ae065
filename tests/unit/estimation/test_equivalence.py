"""Equivalence: two one-sided tests, their interval and the verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from surveypipe.estimation.equivalence import equivalence_test
from surveypipe.problems import SurveyError


@pytest.mark.parametrize(
    ("estimate", "se", "verdict"),
    [
        (0.02, 0.08, "equivalent"),
        (0.40, 0.08, "different"),
        (0.15, 0.05, "both"),
        (0.15, 0.12, "inconclusive"),
        (-0.15, 0.05, "both"),
        (-0.40, 0.08, "different"),
    ],
)
def test_verdicts(estimate, se, verdict):
    assert equivalence_test(estimate, se, 100, 0.25).verdict == verdict


@pytest.mark.parametrize("estimate", [-0.2, -0.1, 0.0, 0.1, 0.12, 0.2])
def test_p_below_five_per_cent_exactly_where_the_90_per_cent_interval_lies_within(estimate):
    test = equivalence_test(estimate, 0.075, 60, 0.25)
    within = -0.25 < test.ci_tost[0] and test.ci_tost[1] < 0.25
    assert (test.p < 0.05) == within


def test_p_is_that_of_two_t_tests_on_plain_data():
    d = np.random.default_rng(5).normal(0.05, 0.6, 80)
    test = equivalence_test(d.mean(), d.std(ddof=1) / np.sqrt(80), 79, 0.25)
    above = stats.ttest_1samp(d, 0.25, alternative="less").pvalue
    below = stats.ttest_1samp(d, -0.25, alternative="greater").pvalue
    assert test.p == pytest.approx(max(above, below), rel=1e-10)


def test_power_at_zero_agrees_with_drawing():
    se, df, margin = 0.1, 10_000, 0.25
    draws = np.random.default_rng(6).normal(0, se, 40_000)
    half = stats.norm.ppf(0.95) * se
    share = ((draws - half > -margin) & (draws + half < margin)).mean()
    # Monte Carlo standard error about .0025.
    assert equivalence_test(0, se, df, margin).power_at_zero == pytest.approx(share, abs=0.01)


def test_power_is_never_below_zero():
    assert equivalence_test(0, 1.0, 20, 0.25).power_at_zero == 0.0


def test_no_standard_error_is_inconclusive():
    test = equivalence_test(0.0, 0.0, 5, 0.25)
    assert test.verdict == "inconclusive" and math.isnan(test.p)


def test_margin_must_be_above_zero():
    with pytest.raises(SurveyError, match="margin"):
        equivalence_test(0.0, 0.1, 20, 0)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_interval_that_decides_is_at_one_less_two_alpha_of_the_configured_level(level):
    estimate, se, df, margin = 0.05, 0.075, 60, 0.25
    test = equivalence_test(estimate, se, df, margin, level=level)
    half = stats.t.ppf(level, df) * se
    assert test.ci_tost == pytest.approx((estimate - half, estimate + half))
    assert test.ci == pytest.approx(stats.t.interval(level, df, loc=estimate, scale=se))
    # Both one-sided tests at α = 1 − level reject just where that interval lies within the margin.
    assert (test.p < 1 - level) == (-margin < test.ci_tost[0] and test.ci_tost[1] < margin)
