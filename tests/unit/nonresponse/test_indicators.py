"""Non-response bias analysis against brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.nonresponse import indicators as nrb
from surveypipe.nonresponse.late_answers import cumulative_by_wave, early_against_late, extrapolate_waves
from surveypipe.problems import SurveyError


def test_full_response_is_representative_without_error():
    frame = pd.DataFrame({"a": ["x", "y"] * 10})
    found = nrb.representativity(frame, np.ones(20), ["a"])
    assert (found.R, found.cv) == (1.0, 0.0)
    assert nrb.imbalance(frame, np.ones(20), ["a"]) == (0.0, 1.0)


def test_nobody_answered_is_said_in_words():
    with pytest.raises(SurveyError, match="no respondent"):
        nrb.representativity(pd.DataFrame({"a": ["x", "y"]}), np.zeros(2), ["a"])


def test_standard_error_of_r_against_redrawn_responses():
    """R drawn again and again under the fitted propensities spreads as its standard error says."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": np.repeat(["x", "y", "z"], [400, 300, 300])})
    true = np.repeat([0.3, 0.5, 0.65], [400, 300, 300])
    found = [nrb.representativity(frame, (rng.random(1000) < true).astype(float), ["a"]) for _ in range(400)]
    assert np.mean([f.se for f in found]) == pytest.approx(np.std([f.R for f in found]), rel=0.12)


def test_bias_adjustment_of_r_brings_a_small_survey_closer_to_the_truth():
    """With equal propensities R is 1; in 150 people chance alone pulls the plain R well below."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": np.repeat(["x", "y", "z"], 50)})
    found = [nrb.representativity(frame, (rng.random(150) < 0.45).astype(float), ["a"]) for _ in range(200)]
    plain, adjusted = np.mean([f.R for f in found]), np.mean([f.R_adjusted for f in found])
    assert plain < 0.92
    assert 1 - adjusted < 0.6 * (1 - plain)


def test_conditional_partial_is_zero_for_a_variable_that_the_others_determine():
    p = np.array([0.2, 0.2, 0.6, 0.6])
    others = pd.DataFrame({"b": ["u", "u", "v", "v"]})
    assert nrb.partial_conditional(p, others) == 0
    assert nrb.partial_conditional(p, others[[]]) == pytest.approx(0.2)


def test_waves_add_up_and_line_is_read_off_at_the_middle_of_the_silent():
    dates = pd.Series(pd.date_range("2012-01-01", periods=40))
    y = np.r_[np.ones(20), np.zeros(20)]
    waves = cumulative_by_wave(y, np.ones(40), dates, waves=2)
    assert waves["n_cumulative"].tolist() == [20, 40]
    assert waves["cumulative"].tolist() == [1.0, 0.5]
    # Midpoints .125 and .375 of the frame at a response rate of one half; the silent's midpoint is .75.
    assert extrapolate_waves(waves, 0.5) == pytest.approx(1 + (0.75 - 0.125) * (0 - 1) / 0.25)


def test_waves_too_few_to_extrapolate():
    dates = pd.Series(pd.date_range("2012-01-01", periods=12))
    waves = cumulative_by_wave(np.ones(12), np.ones(12), dates, waves=2)
    assert np.isnan(extrapolate_waves(waves, 0.5))


def test_same_day_is_never_split_between_waves():
    dates = pd.Series(pd.to_datetime(["2012-01-01"] * 9 + ["2012-01-02"]))
    waves = cumulative_by_wave(np.ones(10), np.ones(10), dates, waves=4)
    assert waves["n"].tolist() == [9, 1]


def test_early_against_late_needs_ten_in_each():
    y, late = np.r_[np.ones(30), np.zeros(9)], np.r_[np.zeros(30, bool), np.ones(9, bool)]
    assert np.isnan(early_against_late(y, late)[0])
    y, late = np.r_[np.arange(30.0), np.arange(12.0)], np.r_[np.zeros(30, bool), np.ones(12, bool)]
    gap, se, p = early_against_late(y, late)
    assert gap == pytest.approx(np.arange(12).mean() - np.arange(30).mean())
    assert se == pytest.approx(np.sqrt(np.arange(30).var(ddof=1) / 30 + np.arange(12).var(ddof=1) / 12))
    assert p < 0.001


def test_fmi_without_auxiliaries_is_about_the_nonresponse_rate():
    """Imputed within one cell, information is missing in the measure of the silent."""
    rng = np.random.default_rng(3)
    N, n = 2000, 800
    y = np.r_[rng.normal(size=n), np.full(N - n, np.nan)]
    estimates, variances = nrb.impute_from_cells(
        y, np.full(N, "all"), np.r_[np.ones(n), np.zeros(N - n)], 400, rng
    )
    assert nrb.fraction_of_missing_information(estimates, variances, N - 1) == pytest.approx(
        1 - n / N, abs=0.06
    )


def test_fmi_with_a_perfect_auxiliary_is_small():
    rng = np.random.default_rng(4)
    cells = np.repeat(["a", "b"], 500)
    y = np.where(cells == "a", 0.0, 1.0) + rng.normal(scale=0.01, size=1000)
    r = np.tile([1.0, 0.0], 500)
    y[r == 0] = np.nan
    estimates, variances = nrb.impute_from_cells(y, cells, r, 100, rng)
    assert nrb.fraction_of_missing_information(estimates, variances, 999) < 0.01


def test_fmi_formula_by_hand():
    estimates, variances = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0])
    r = (4 / 3) * 1.0 / 2.0
    old, share = 2 * (1 + 1 / r) ** 2, r / (1 + r)
    seen = 20 / 22 * 19 * (1 - share)
    nu = 1 / (1 / old + 1 / seen)
    found = nrb.fraction_of_missing_information(estimates, variances, 19)
    assert found == pytest.approx((r + 2 / (nu + 3)) / (r + 1))
    # Rubin's degrees of freedom, for complete data without end, would say less of it is missing.
    assert found > nrb.fraction_of_missing_information(estimates, variances, float("inf")) + 0.01


def test_cell_without_donor_is_named():
    with pytest.raises(SurveyError, match="'b'"):
        nrb.impute_from_cells(
            np.array([1.0, np.nan]), np.array(["a", "b"]), np.array([1.0, 0.0]), 2, np.random.default_rng(0)
        )


def test_respondents_against_frame_by_hand():
    frame = pd.DataFrame({"a": ["x"] * 6 + ["y"] * 4})
    table = nrb.respondents_against_frame(
        frame, np.r_[np.ones(2), np.zeros(4), np.ones(3), np.zeros(1)], ["a"]
    )
    x = table.set_index("level").loc["x"]
    assert (x["N"], x["n"]) == (6, 2)
    assert x["difference"] == pytest.approx(0.4 - 0.6)
    assert x["std_difference"] == pytest.approx(-0.2 / np.sqrt((0.4 * 0.6 + 0.6 * 0.4) / 2))
