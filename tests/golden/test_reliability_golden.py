"""Reliability against R ``psych`` 2.2.9 (METHODS GT-18) and exact identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from surveypipe.measurement import reliability
from surveypipe.measurement.factor import omega
from surveypipe.measurement.polychoric import bivariate_normal_cdf, polychoric

CHECKS = [("GT-18", "psych::alpha, fa, tetrachoric, polychoric", 5.1e-8, "10 by 4 answers; tables")]

ROWS = ["4544", "2232", "5554", "3333", "1212", "4455", "2322", "5455", "3433", "4445"]
ITEMS = pd.DataFrame([[float(answer) for answer in row] for row in ROWS], columns=list("abcd"))


def test_gt18_alpha_and_item_drop():
    assert reliability.cronbach_alpha(ITEMS).estimate == pytest.approx(0.9554789, abs=5e-8)
    dropped = reliability.item_statistics(ITEMS).alpha_if_dropped
    np.testing.assert_allclose(dropped, [0.9163534, 0.9651779, 0.9326568, 0.9458763], atol=5.1e-8)


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_gt18_loading_above_one_is_flagged_and_omega_withheld(method):
    factor = omega(ITEMS.corr(), method=method)
    assert factor.heywood
    assert np.isnan(factor.omega)
    if method == "minres":
        assert factor.loadings["a"] > 1


def _log_likelihood(counts, rho):
    cut_r = np.r_[-np.inf, stats.norm.ppf(np.cumsum(counts.sum(1))[:-1] / counts.sum()), np.inf]
    cut_c = np.r_[-np.inf, stats.norm.ppf(np.cumsum(counts.sum(0))[:-1] / counts.sum()), np.inf]
    below = bivariate_normal_cdf(*np.meshgrid(cut_r, cut_c, indexing="ij"), rho)
    return (counts * np.log(np.maximum(np.diff(np.diff(below, axis=0), axis=1), 1e-300))).sum()


@pytest.mark.parametrize(
    ("table", "psych"),
    [
        ([[40, 10], [20, 30]], 0.6070921),
        ([[30, 10, 5], [8, 25, 12], [2, 11, 27]], 0.7108261),
    ],
)
def test_gt18_polychoric(table, psych):
    # psych searches with R's optimize(), which is Brent's fmin with tol = .Machine$double.eps^.25 = 1.2e-4.
    counts = np.array(table, float)
    stopped = optimize.fminbound(
        lambda rho: -_log_likelihood(counts, rho), -1, 1, xtol=np.finfo(float).eps ** 0.25
    )
    assert stopped == pytest.approx(psych, abs=5.1e-8)
    # The maximum itself lies 1.9e-5 below where that search stops, and is higher.
    rho = polychoric(counts)
    assert rho == pytest.approx(psych, abs=2e-5)
    assert _log_likelihood(counts, rho) > _log_likelihood(counts, psych)


@pytest.mark.parametrize("table", [[[40, 10], [20, 30]], [[30, 10, 5], [8, 25, 12], [2, 11, 27]]])
def test_polychoric_is_the_maximum_by_brute_force(table):
    counts = np.array(table, float)
    cut_r = np.r_[-8.5, stats.norm.ppf(np.cumsum(counts.sum(1))[:-1] / counts.sum()), 8.5]
    cut_c = np.r_[-8.5, stats.norm.ppf(np.cumsum(counts.sum(0))[:-1] / counts.sum()), 8.5]

    def likelihood(rho):
        law = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
        below = np.array([[law.cdf([h, k]) for k in cut_c] for h in cut_r])
        return (counts * np.log(np.diff(np.diff(below, axis=0), axis=1))).sum()

    rho = polychoric(counts)
    assert likelihood(rho) > max(likelihood(rho - 2e-5), likelihood(rho + 2e-5))


def test_median_split_tetrachoric_is_the_sine_of_the_phi_angle():
    # Sheppard 1899: with both cuts at the median, P(both above) = 1/4 + arcsin(rho) / (2 pi).
    table = np.array([[35.0, 15.0], [15.0, 35.0]])
    assert polychoric(table) == pytest.approx(np.sin(2 * np.pi * (0.35 - 0.25)), abs=1e-12)


def test_exact_one_factor_matrix_gives_its_loadings_back():
    loadings = np.array([0.9, 0.7, 0.6, 0.5])
    R = np.outer(loadings, loadings)
    np.fill_diagonal(R, 1.0)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    for method, tolerance in (("minres", 1e-10), ("ml", 1e-6)):
        found = omega(pd.DataFrame(R), method=method)
        np.testing.assert_allclose(found.loadings, loadings, atol=tolerance)
        assert found.omega == pytest.approx(expected, abs=tolerance)
