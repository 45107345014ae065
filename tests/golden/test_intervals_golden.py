"""Intervals against R's svyciprop (api.json) and GT-8 of the method notes.

Left out: ``strat_ciprop_likelihood`` (profile likelihood: not offered).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from surveypipe.design import intervals

REFERENCE = json.loads((Path(__file__).parent / "data" / "api.json").read_text())["estimates"]
N, DF = 200, 197

# What the table "Verification" is made from: entries of api.json or known answers, R's function, tolerance
# (relative for api.json, else that of the printed digits), and the data where they are not api.json's.
CHECKS = [
    ("strat_ciprop_logit strat_ciprop_xlogit strat_ciprop_beta", "svyciprop", 1e-8),
    ("strat_ciprop_mean strat_ciprop_asin", "svyciprop", 1e-8),
    ("GT-8", "svyciprop, logit and beta, capped and not", 5e-8, "fixture A, apistrat"),
]
LEFT_OUT = {"strat_ciprop_likelihood": ("the profile-likelihood interval", "")}


def beta(p, se, df):
    return intervals.korn_graubard_interval(p, se, df, N)


@pytest.mark.parametrize(
    ("method", "function"),
    [
        ("logit", intervals.logit_interval),
        ("xlogit", intervals.logit_interval),
        ("beta", beta),
        ("mean", intervals.t_interval),
        ("asin", intervals.arcsine_interval),
    ],
)
def test_svyciprop(method, function):
    wanted = REFERENCE[f"strat_ciprop_{method}"]
    exact = REFERENCE["strat_ciprop_beta"]
    low, high = function(exact["estimate"]["value"], exact["se"]["value"], DF)
    assert (float(low), float(high)) == pytest.approx(tuple(wanted["ci"]), rel=1e-8)


# GT-8 of the method notes, Fixture A: p and SE in full precision from its counts.
P = (180 * 36 / 45 + 140 * 66 / 74) / 320
SE = (
    sum(
        (size / 320) ** 2 * (1 - n / size) * (y / n) * (1 - y / n) / (n - 1)
        for size, n, y in ((180, 45, 36), (140, 74, 66))
    )
    ** 0.5
)


def test_gt8_fixture_a():
    assert intervals.logit_interval(P, SE, 117) == pytest.approx((0.7680750, 0.8930232), abs=6e-8)
    assert intervals.effective_n(P, SE, 117, 119) == pytest.approx(136.6835, abs=5e-5)
    uncapped = intervals.korn_graubard_interval(P, SE, 117, 119)
    assert tuple(map(float, uncapped)) == pytest.approx((0.7678199, 0.8972503), abs=5e-8)
    capped = intervals.korn_graubard_interval(P, SE, 117, 119, capped=True)
    assert tuple(map(float, capped)) == pytest.approx((0.7617955, 0.9009402), abs=5e-8)


def test_gt8_api():
    exact = REFERENCE["strat_ciprop_beta"]
    p, se = exact["estimate"]["value"], exact["se"]["value"]
    assert intervals.logit_interval(p, se, DF) == pytest.approx((0.7745397, 0.8708149), abs=5e-8)
    low, high = beta(p, se, DF)
    assert (float(low), float(high)) == pytest.approx((0.7741713, 0.8734316), abs=5e-8)
