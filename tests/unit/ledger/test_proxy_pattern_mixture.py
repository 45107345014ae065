"""Proxy pattern mixtures against brute force: a population whose response depends on (1 - φ)X* + φY."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from surveypipe.ledger.proxy_pattern_mixture import (
    adjusted_mean,
    biserial,
    cross_validated_rho,
    g,
    mean_range,
    probit_proxy,
    share_range,
    silent_share,
    smab,
    smub,
)

WEAK = {"weak_below": 0.3}


def silent_moments(phi, rho, tilt, bend, cut=-9.0):
    """Integrate a bivariate normal (X, Y) on a grid, tilted by exp(tilt W - bend W²), W = (1 - φ)X + φY.

    The tilt makes response depend on W alone, as the method assumes, and is not used by its formulas.
    Returns mean and variance of X, mean of Y and P(Y > cut) among the silent.
    """
    axis = np.linspace(-9, 9, 1801)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    w = (1 - phi) * x + phi * y
    density = np.exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * (1 - rho**2)) + tilt * w - bend * w**2)
    density /= density.sum()
    mean = (density * x).sum()
    over = (density * (y > cut)).sum() + 0.5 * (density * (np.abs(y - cut) < 1e-9)).sum()
    return mean, (density * (x - mean) ** 2).sum(), (density * y).sum(), over


@pytest.mark.parametrize("phi", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("rho", [0.3, 0.8])
def test_bias_of_a_mean_by_brute_force(phi, rho):
    x0, _, y0, _ = silent_moments(phi, rho, -0.6, 0.0)
    silent = 0.6
    # Respondents have mean 0 and variance 1 in both; the bias is ȳ_1 - Ȳ = -silent * y0.
    assert smub(phi, rho, 0.0, silent * x0, 1.0) == pytest.approx(-silent * y0, abs=1e-6)


@pytest.mark.parametrize("phi", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("bend", [0.0, 0.1, -0.05])
def test_share_of_the_silent_by_brute_force(phi, bend):
    rho, cut = 0.6, -0.5
    x0, variance, _, over = silent_moments(phi, rho, -0.5, bend, cut)
    assert silent_share(phi, rho, float(ndtr(-cut)), x0, variance) == pytest.approx(over, abs=2e-5)


def test_factor_at_its_ends():
    assert g(0, 0.4) == pytest.approx(0.4) and g(1, 0.4) == pytest.approx(2.5) and g(0.5, 0.4) == 1
    assert g(1, 0.0) == math.inf


def test_half_way_the_proxy_itself_shows_the_bias():
    assert smub(0.5, 0.123, 3.0, 2.5, 4.0) == pytest.approx(0.25)
    assert smab(0.0, 0.5, 3.0, 2.5, 4.0) == 0
    assert smab(0.5, 0.4, 3.0, 2.5, 4.0) == pytest.approx(0.25 - 0.4 * 0.25)


def test_at_zero_the_adjusted_mean_is_the_regression_estimate():
    rng = np.random.default_rng(1)
    x = rng.normal(size=80)
    y = 1 - 0.7 * x + rng.normal(size=80)
    slope, intercept = np.polyfit(x, y, 1)
    assert adjusted_mean(0.0, y, x, 0.3) == pytest.approx(intercept + slope * 0.3)


def test_sign_of_the_proxy_is_irrelevant():
    rng = np.random.default_rng(2)
    x, silent = rng.normal(size=90), rng.normal(-0.5, 1.1, 60)
    y = (0.9 * x + rng.normal(size=90) > -0.3).astype(float)
    one, two = share_range(y, x, silent, **WEAK), share_range(y, -x, -silent, **WEAK)
    assert one.estimate == pytest.approx(two.estimate, abs=1e-6)
    three, four = mean_range(y, x, 0.1, **WEAK), mean_range(y, 5 - 2 * x, 4.8, **WEAK)
    assert three.estimate == pytest.approx(four.estimate)


def test_biserial_finds_the_correlation_it_was_given():
    rng = np.random.default_rng(3)
    x = rng.normal(size=40_000)
    latent = 0.6 * x + 0.8 * rng.normal(size=40_000)
    assert biserial((latent > -0.4).astype(float), x) == pytest.approx(0.6, abs=0.02)


def test_cross_validation_is_not_taken_in_by_noise():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(100), rng.normal(size=(100, 15))])
    y = (rng.random(100) < 0.6).astype(float)
    fitted = biserial(y, probit_proxy(y, design, design))
    validated = cross_validated_rho(y, design, seed=5)
    assert fitted > 0.35 and validated < 0.2
    assert validated == cross_validated_rho(y, design, seed=5)


def test_proxy_of_a_saturated_model_repeats_the_shares():
    group = np.repeat([0.0, 1.0], [50, 70])
    y = np.concatenate([np.repeat([1.0, 0.0], [40, 10]), np.repeat([1.0, 0.0], [21, 49])])
    design = np.column_stack([np.ones(120), group])
    shares = ndtr(probit_proxy(y, design, np.array([[1.0, 0.0], [1.0, 1.0]])))
    assert shares == pytest.approx([0.8, 0.3], abs=1e-3)


def test_nothing_to_say_without_a_proxy_or_without_silence():
    y = np.array([1.0, 0.0, 1.0])
    flat = share_range(y, np.zeros(3), np.zeros(2), **WEAK)
    assert flat.weak and all(math.isnan(value) for value in flat.estimate)
    full = share_range(y, np.arange(3.0), np.array([]), **WEAK)
    assert full.estimate == pytest.approx([2 / 3] * 5)


def test_strong_proxy_may_be_a_headline_at_every_phi():
    rng = np.random.default_rng(6)
    x = rng.normal(size=300)
    y = (x + 0.4 * rng.normal(size=300) > 0).astype(float)
    found = share_range(y, x, rng.normal(-0.4, 1, 200), **WEAK)
    assert not found.weak
    assert found.headline() == pytest.approx((np.nanmin(found.estimate), np.nanmax(found.estimate)))
