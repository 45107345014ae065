"""R-indicators and tests of response on fixture A (invented; values of R 4.2.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.nonresponse import indicators as nrb

# Fixture A: AMH 180 staff, 45 respondents; CSC 140 staff, 74 respondents.
FRAME = pd.DataFrame({"agency": ["AMH"] * 180 + ["CSC"] * 140})
RESPONDENT = np.r_[np.ones(45), np.zeros(135), np.ones(74), np.zeros(66)]

# What the table "Verification" is made from: known answer, what is computed, tolerance, data.
CHECKS = [
    ("GT-9", "R-indicator, partial indicators, coefficient of variation, imbalance", 5e-7, "fixture A"),
    ("GT-10", "chisq.test and fisher.test of response by agency", 5e-7, "fixture A"),
]


def test_gt_9_r_indicator_and_coefficient_of_variation():
    found = nrb.representativity(FRAME, RESPONDENT, ["agency"])
    assert found.R == pytest.approx(0.7231806, abs=5e-8)
    assert found.R_adjusted == pytest.approx(0.7332221, abs=5e-8)
    assert found.se == pytest.approx(0.0531785, abs=5e-8)
    # R's glm stops at a relative deviance change of 1e-8, which the source's ninth decimal (…635) shows; in
    # closed form, the model being saturated, b = N⁻¹ Σ p_h(1 − p_h).
    assert found.bias == pytest.approx((0.25 * 0.75 + (74 / 140) * (66 / 140)) / 320, rel=1e-12)
    assert found.bias == pytest.approx(0.00136464, abs=5e-9)
    assert found.cv == pytest.approx(0.3721941, abs=5e-8)
    assert found.cv_adjusted == pytest.approx(0.3586929, abs=5e-8)
    assert found.cv_se == pytest.approx(0.0718614, abs=5e-8)


def test_gt_9_partial_indicators():
    p = nrb.representativity(FRAME, RESPONDENT, ["agency"]).p
    partial = nrb.partial_unconditional(p, FRAME["agency"]).set_index("level")["partial"]
    # −.09140625 in closed form, which the source rounds up.
    assert partial["AMH"] == pytest.approx(np.sqrt(180 / 320) * (45 / 180 - 119 / 320), rel=1e-12)
    assert partial["AMH"] == pytest.approx(-0.0914063, abs=5.1e-8)
    # .10364495 in closed form; the source prints R's not fully converged .1036450.
    assert partial["CSC"] == pytest.approx(np.sqrt(140 / 320) * (74 / 140 - 119 / 320), rel=1e-12)
    assert partial["CSC"] == pytest.approx(0.103645, abs=5e-7)
    assert partial[""] ** 2 == pytest.approx(partial["AMH"] ** 2 + partial["CSC"] ** 2)
    assert nrb.partial_conditional(p, FRAME[["agency"]]) == pytest.approx(0, abs=1e-12)


def test_gt_9_imbalance():
    imbalance, balance = nrb.imbalance(FRAME, RESPONDENT, ["agency"])
    assert imbalance == pytest.approx(0.0190974, abs=5e-8)
    assert balance == pytest.approx(0.7140663, abs=5e-8)


def test_gt_10_response_against_agency():
    test = nrb.response_independence(FRAME["agency"], RESPONDENT)
    assert test.chi2 == pytest.approx(26.162584, abs=5e-7)
    assert test.df == 1
    assert test.p_value == pytest.approx(3.138e-7, abs=5e-11)
    assert test.fisher_p == pytest.approx(4.365e-7, abs=5e-11)
