"""Intervals: what holds for any proportion, and where the standard error says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from surveypipe.design import intervals
from surveypipe.problems import SurveyError


def test_every_method_is_ordered_and_holds_the_estimate():
    p = np.array([0.03, 0.2, 0.5, 0.8, 0.97])
    se = np.sqrt(p * (1 - p) / 60)
    for method in intervals.PROPORTION_INTERVALS:
        low, high = intervals.proportion_interval(p, se, 55, 60, method=method)
        assert (low < p).all() and (p < high).all(), method


@pytest.mark.parametrize("method", sorted(intervals.PROPORTION_INTERVALS))
def test_complement_mirrors(method):
    low, high = intervals.proportion_interval(0.3, 0.05, 40, 45, method=method)
    other_low, other_high = intervals.proportion_interval(0.7, 0.05, 40, 45, method=method)
    assert (1 - other_high, 1 - other_low) == pytest.approx((float(low), float(high)), rel=1e-10)


@pytest.mark.parametrize("error", [0.0, 6.5e-20, 1e-12])
@pytest.mark.parametrize("method", sorted(set(intervals.PROPORTION_INTERVALS) - {"korn_graubard_capped"}))
def test_without_an_error_the_interval_is_the_share(method, error):
    low, high = intervals.proportion_interval(1 / 3, error, 10, 12, method=method)
    assert (float(low), float(high)) == pytest.approx((1 / 3, 1 / 3), abs=1e-11)
    assert low <= 1 / 3 + 1e-14 and high >= 1 / 3 - 1e-14


@pytest.mark.parametrize("method", sorted(intervals.PROPORTION_INTERVALS))
def test_nobody_or_everybody_gives_clopper_pearson_and_never_a_point(method):
    low, high = intervals.proportion_interval([0.0, 1.0], [0.0, 0.0], 39, 40, method=method)
    # Exact binomial limits of 0 and 40 of 40 (n - 1 df: no adjustment).
    exact = stats.binomtest(0, 40).proportion_ci(method="exact")
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high), rel=1e-10)
    assert (low[1], high[1]) == pytest.approx((1 - exact.high, 1.0), rel=1e-10)


def test_unequal_weights_widen_the_interval_of_a_zero():
    _, equal = intervals.proportion_interval(0.0, 0.0, 39, 40, n_start=40)
    _, unequal = intervals.proportion_interval(0.0, 0.0, 39, 40, n_start=25)
    assert unequal > equal


def test_capping_never_narrows():
    p, se, df, n = 0.8, 0.03, 100, 119
    low, high = intervals.korn_graubard_interval(p, se, df, n)
    capped_low, capped_high = intervals.korn_graubard_interval(p, se, df, n, capped=True)
    assert intervals.effective_n(p, se, df, n) > n
    assert capped_low < low and high < capped_high


def test_wilson_of_a_simple_sample_is_the_textbook_one():
    # df large enough for t to be z; SE of a binomial share of 50.
    low, high = intervals.wilson_interval(0.3, np.sqrt(0.3 * 0.7 / 50), 1e9, 50)
    textbook = stats.binomtest(15, 50).proportion_ci(method="wilson")
    assert (float(low), float(high)) == pytest.approx((textbook.low, textbook.high), rel=1e-7)


def test_no_degrees_of_freedom_give_no_interval():
    low, high = intervals.t_interval(3.0, 0.1, [0, 5])
    assert np.isnan(low[0]) and np.isnan(high[0]) and np.isfinite(low[1])


def test_unknown_method_is_named_with_the_choices():
    with pytest.raises(SurveyError, match=r"unknown method 'wald'.*korn_graubard"):
        intervals.proportion_interval(0.5, 0.1, 10, 12, method="wald")


@pytest.mark.parametrize(("staff", "respondents"), [(175, 45), (137, 74), (312, 119)])
@pytest.mark.parametrize("expected", [1, 2, 3, 4, 5, 8])
def test_published_interval_covers_near_the_ends_exactly_enumerated(staff, respondents, expected):
    """Few answers of one kind: every outcome of a random response of this size, weighted by its probability.

    Under 93 % the estimate would have to be flagged and Korn-Graubard published; here it never is.
    """
    from scipy import stats

    with_answer = round(expected * staff / respondents)
    y = np.arange(respondents + 1)
    probability = stats.hypergeom.pmf(y, staff, with_answer, respondents)
    p = y / respondents
    se = np.sqrt((1 - respondents / staff) * p * (1 - p) / (respondents - 1))
    low, high = intervals.proportion_interval(p, se, respondents - 1.0, float(respondents), method="logit")
    held = (low <= with_answer / staff) & (with_answer / staff <= high)
    assert probability[held].sum() >= 0.93
