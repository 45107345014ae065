"""Response-odds mixture, tipping point and bounds against METHODS 3.7, GT-13, Fixture A."""

import numpy as np
import pytest

from surveypipe.ledger.sensitivity import cells_from_counts, mixture, tipping_theta
from surveypipe.study.bounds import Heard, mean_bounds

# Fixture A, METHODS 3: AMH 180 staff, 45 answered, 36 yes; CSC 140, 74, 66.
A = cells_from_counts([180, 140], [45, 74], [36, 66], ["AMH", "CSC"])

# What the table "Verification" is made from: known answer, what is computed, tolerance, data.
CHECKS = [("GT-13", "response-odds mixture, tipping point, Manski bounds", 5e-6, "fixture A")]

# GT-13, METHODS 3.7 (a)
GT13 = {1: 0.8402027, 1.5: 0.8000874, 2: 0.7660061, 3: 0.7110714, 5: 0.6346698, 10: 0.5325220}


@pytest.mark.parametrize(("theta", "printed"), GT13.items())
def test_gt13_grid(theta, printed):
    assert mixture(A, theta) == pytest.approx(printed, abs=5e-8)


def test_gt13_tipping_theta():
    assert tipping_theta(A, 0.5, "above") == pytest.approx(12.80313, abs=5e-6)


def test_gt13_rate_among_non_respondents_at_the_tipping_point():
    # Cell-free form of GT-13: the silent's rate must be under (160 - 102)/201.
    theta = tipping_theta(A, 0.5, "above")
    silent = (320 * mixture(A, theta) - 102) / 201
    assert silent == pytest.approx(0.2885572, abs=5e-8)


def test_gt_manski_bounds():
    # METHODS 3.7 (b), Fixture A
    heard = Heard(np.repeat([1.0, 0.0], [102, 17]), 201)
    assert mean_bounds(heard, (0, 1)) == pytest.approx((0.31875, 0.946875), abs=1e-12)
