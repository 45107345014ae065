"""The exact posterior against integration by another rule, enumeration, and simulation."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from surveypipe.ledger.bayesian_mixture import PRIORS, Posterior, Prior, draws, posterior
from surveypipe.ledger.sensitivity import cells_from_counts, mixture

# Fixture A, METHODS 3
A = (np.array([180.0, 140]), np.array([45.0, 74]), np.array([36.0, 66]))


def chance_of_yes(k, silent, n, y, log_theta):
    """P(k yeses among the silent of a cell | θ) by adaptive quadrature over the quantiles of p."""

    def integrand(quantile):
        p = stats.beta.ppf(quantile, y + 0.5, n - y + 0.5)
        odds = p / (1 - p) / math.exp(log_theta)
        return stats.binom.pmf(k, silent, odds / (1 + odds))

    return integrate.quad(integrand, 0, 1, epsabs=1e-10, limit=200)[0]


@pytest.mark.parametrize("log_theta", [0.0, 0.7])
def test_two_small_cells_by_enumeration(log_theta):
    size, n, y = np.array([5.0, 4]), np.array([3.0, 2]), np.array([2.0, 1])
    found = posterior(size, n, y, Prior("fixed", log_theta, 0.0))
    expected = np.zeros(5)
    for a, b in itertools.product(range(3), range(3)):
        expected[a + b] += chance_of_yes(a, 2, 3, 2, log_theta) * chance_of_yes(b, 2, 2, 1, log_theta)
    assert found.probability == pytest.approx(expected, abs=1e-8)
    assert found.yes.tolist() == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("key", PRIORS)
def test_prior_is_integrated_over(key):
    prior = PRIORS[key]
    found = posterior(np.array([4.0]), np.array([3.0]), np.array([2.0]), prior)
    # Midpoint rules over the quantiles of p and of the normal behind ln θ.
    middle = (np.arange(2000) + 0.5) / 2000
    p = stats.beta.ppf(middle, 2.5, 1.5)[:, None]
    normal = stats.norm.ppf(middle)[None, :]
    step = prior.centre + prior.spread * (np.abs(normal) if prior.half else normal)
    odds = p / (1 - p) * np.exp(-step)
    assert found.probability[1] == pytest.approx((odds / (1 + odds)).mean(), abs=2e-5)


def test_at_random_the_mean_is_that_of_the_beta_posterior():
    found = posterior(*A, Prior("fixed", 0.0, 0.0))
    shares = (A[2] + 0.5) / (A[1] + 1)
    assert found.mean == pytest.approx((A[2] + (A[0] - A[1]) * shares).sum() / 320, abs=1e-12)


@pytest.mark.parametrize("key", PRIORS)
def test_draws_agree_with_the_exact_distribution(key):
    found = posterior(*A, PRIORS[key])
    sample = draws(*A, PRIORS[key], size=200_000, seed=11)
    assert sample.mean() == pytest.approx(found.mean, abs=6 * sample.std() / math.sqrt(200_000))
    low, high = found.interval()
    assert np.quantile(sample, [0.025, 0.975]) == pytest.approx([low, high], abs=0.005)
    assert np.mean(sample > 0.7) == pytest.approx(found.probability_above(0.7), abs=0.005)


def test_three_priors_are_ordered_by_their_harm():
    even, lean, harm = (posterior(*A, PRIORS[key]).mean for key in ("even", "lean", "harm"))
    assert even > lean > harm
    bound = 102 / 320, 303 / 320
    for key in PRIORS:
        low, high = posterior(*A, PRIORS[key]).interval()
        assert bound[0] <= low < high <= bound[1]


def test_large_survey_comes_near_the_mixture_at_a_fixed_theta():
    size, n, y = np.array([6000.0, 4000]), np.array([3000.0, 2500]), np.array([2000.0, 1500])
    found = posterior(size, n, y, Prior("fixed", math.log(2), 0.0))
    assert found.mean == pytest.approx(mixture(cells_from_counts(size, n, y), 2), abs=2e-4)


def test_everybody_answered():
    found = posterior(np.array([3.0]), np.array([3.0]), np.array([2.0]), PRIORS["lean"])
    assert found.mean == pytest.approx(2 / 3) and found.interval() == pytest.approx((2 / 3, 2 / 3))


def test_interval_and_probability_of_a_known_distribution():
    known = Posterior(np.array([0.0, 1, 2, 3]), np.array([0.02, 0.48, 0.48, 0.02]), 3.0)
    assert known.interval(0.9) == pytest.approx((1 / 3, 2 / 3))
    assert known.probability_above(1 / 3) == pytest.approx(0.5)


def test_too_many_silent_for_the_exact_distribution():
    with pytest.raises(ValueError, match="draws"):
        posterior(np.array([700_000.0]), np.array([10.0]), np.array([5.0]), PRIORS["lean"])
