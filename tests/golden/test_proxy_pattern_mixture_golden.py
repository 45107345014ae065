"""Proxy pattern mixture of a share against METHODS 3.7 (d), GT-16: Fixture A, agency as the only proxy."""

import math

import numpy as np
import pytest

from surveypipe.ledger.proxy_pattern_mixture import share_range

# Fixture A, METHODS 3: AMH 180 staff, 45 answered, 36 yes; CSC 140, 74, 66.
Y = np.repeat([1.0, 0.0, 1.0, 0.0], [36, 9, 66, 8])
PROXY = np.repeat([0.0, 1.0], [45, 74])

# What the table "Verification" is made from: known answer, what is computed, tolerance, data.
CHECKS = [("GT-16", "proxy pattern mixture of a share", 5e-8, "fixture A")]
SILENT = np.repeat([0.0, 1.0], [135, 66])

# GT-16, METHODS 3.7 (d)
GT16 = {0.0: 0.8401862, 0.25: 0.8094707, 0.5: 0.7480526, 0.75: 0.5848722}


def test_gt16_rho():
    assert share_range(Y, PROXY, SILENT, weak_below=0.3).rho == pytest.approx(0.1881511, abs=5e-8)


def test_gt16_shares():
    found = share_range(Y, PROXY, SILENT, weak_below=0.3)
    values = dict(zip(found.phi, found.estimate, strict=True))
    for phi, printed in GT16.items():
        assert values[phi] == pytest.approx(printed, abs=5e-8), phi
    # At φ = 1 the variance is below 0: nothing is reported there.
    assert math.isnan(values[1.0])


def test_gt16_weak_proxy_is_no_headline():
    found = share_range(Y, PROXY, SILENT, weak_below=0.3)
    assert found.weak
    assert found.headline() == pytest.approx((GT16[0.5], GT16[0.0]), abs=5e-8)
