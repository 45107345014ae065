"""Reliability: second ways to the same number, and what is flagged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveypipe.measurement import factor as measurement_factor
from surveypipe.measurement import reliability
from surveypipe.measurement.polychoric import bivariate_normal_cdf, polychoric, polychoric_matrix
from surveypipe.problems import SurveyError


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    factor = rng.normal(size=300)
    latent = factor[:, None] * [0.8, 0.7, 0.75, 0.6] + rng.normal(size=(300, 4)) * 0.65
    return pd.DataFrame(np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]) + 1.0, columns=["q1", "q2", "q3", "q4"])


def test_alpha_is_the_intraclass_correlation_of_a_two_way_table(answers):
    # Hoyt 1941: alpha = 1 - MS(residual) / MS(persons).
    values = answers.to_numpy()
    n, k = values.shape
    persons = k * ((values.mean(1) - values.mean()) ** 2).sum() / (n - 1)
    residual = (values - values.mean(1, keepdims=True) - values.mean(0) + values.mean()) ** 2
    assert reliability.cronbach_alpha(answers).estimate == pytest.approx(
        1 - residual.sum() / ((n - 1) * (k - 1)) / persons
    )


def test_integer_weights_are_repeated_cases(answers):
    times = np.tile([1, 2, 3], 100)
    repeated = answers.loc[answers.index.repeat(times)]
    weighted = reliability.cronbach_alpha(answers, weights=times)
    assert weighted.estimate == pytest.approx(reliability.cronbach_alpha(repeated).estimate, rel=1e-12)
    np.testing.assert_allclose(
        polychoric_matrix(answers, weights=times),
        polychoric_matrix(repeated),
        atol=1e-10,
    )
    # Unequal weights carry less than 300 cases' information.
    assert weighted.ci_high - weighted.ci_low > 0.9 * (
        reliability.cronbach_alpha(answers).ci_high - reliability.cronbach_alpha(answers).ci_low
    )


def test_feldt_interval_covers():
    # Compound symmetric normal items, true alpha = 4 * .5 / (1 + 3 * .5) = .8.
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(600):
        values = rng.normal(size=(60, 1)) * np.sqrt(0.5) + rng.normal(size=(60, 4)) * np.sqrt(0.5)
        found = reliability.cronbach_alpha(pd.DataFrame(values))
        covered += found.ci_low < 0.8 < found.ci_high
    assert 0.95 - 3.3 * 0.0089 < covered / 600 < 0.95 + 3.3 * 0.0089


def test_bootstrap_interval_agrees_with_resampling_by_hand(answers):
    found = reliability.cronbach_alpha(answers, interval="bootstrap", seed=2, draws=800)
    rng = np.random.default_rng(9)
    by_hand = [
        reliability.cronbach_alpha(answers.iloc[rng.integers(0, 300, 300)]).estimate for _ in range(800)
    ]
    np.testing.assert_allclose(
        [found.ci_low, found.ci_high], np.quantile(by_hand, [0.025, 0.975]), atol=0.012
    )
    feldt = reliability.cronbach_alpha(answers)
    np.testing.assert_allclose([found.ci_low, found.ci_high], [feldt.ci_low, feldt.ci_high], atol=0.02)


def test_bivariate_normal_against_scipy():
    rng = np.random.default_rng(4)
    for rho in (-0.95, -0.4, 0.0, 0.6, 0.97, 0.999):
        h, k = rng.normal(size=(2, 12)) * 1.5
        law = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
        expected = [law.cdf([a, b]) for a, b in zip(h, k, strict=True)]
        np.testing.assert_allclose(bivariate_normal_cdf(h, k, rho), expected, atol=1e-10)
    assert bivariate_normal_cdf(np.array([np.inf]), np.array([0.3]), 0.5)[0] == pytest.approx(
        stats.norm.cdf(0.3)
    )


def test_polychoric_recovers_the_latent_correlation():
    rng = np.random.default_rng(8)
    latent = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 20000)
    codes = np.digitize(latent, [-0.8, 0.1, 1.1])
    table = np.zeros((4, 4))
    np.add.at(table, (codes[:, 0], codes[:, 1]), 1)
    assert polychoric(table) == pytest.approx(0.6, abs=0.025)


def test_polychoric_limits():
    assert np.isnan(polychoric(np.array([[3.0, 4.0]])))
    assert polychoric(np.diag([10.0, 10.0])) == 0.9999
    assert polychoric(np.diag([10.0, 10.0])[::-1]) == -0.9999


def test_omega_by_maximum_likelihood_agrees_with_statsmodels(answers):
    from statsmodels.multivariate.factor import Factor

    other = Factor(answers.to_numpy(), n_factor=1, method="ml").fit(maxiter=2000, tol=1e-12)
    loadings = np.abs(other.loadings[:, 0])
    found = measurement_factor.omega(answers.corr(), method="ml")
    np.testing.assert_allclose(found.loadings, loadings, atol=2e-5)
    assert measurement_factor.omega(answers.corr()).omega == pytest.approx(found.omega, abs=0.01)


def test_ordinal_coefficients_recover_the_latent_scale():
    rng = np.random.default_rng(21)
    latent = rng.normal(size=(4000, 1)) * 0.8 + rng.normal(size=(4000, 4)) * 0.6
    items = pd.DataFrame(np.digitize(latent, [-1.0, 0.2, 0.9]).astype(float), columns=list("abcd"))
    found = reliability.scale_reliability(items).coefficients.estimate
    truth = 16 * 0.64 / (16 * 0.64 + 4 * 0.36)
    assert found["ordinal_omega"] == pytest.approx(truth, abs=0.012)
    assert found["ordinal_alpha"] == pytest.approx(truth, abs=0.012)
    assert found["alpha"] < found["ordinal_alpha"]


def test_small_n_and_a_reversed_item_are_said(answers):
    turned = answers.head(119).assign(q4=lambda d: 6 - d.q4)
    found = reliability.scale_reliability(turned)
    assert found.items.hint["q4"].startswith("runs against")
    assert (found.items.hint[["q1", "q2", "q3"]] == "").all()
    assert any("below 200" in text for text in found.warnings)
    assert any(text.startswith("q4:") for text in found.warnings)
    assert reliability.scale_reliability(answers).warnings == ()


def test_missing_answers_leave_the_case_out(answers):
    holes = answers.copy()
    holes.iloc[:10, 0] = np.nan
    assert reliability.cronbach_alpha(holes) == reliability.cronbach_alpha(answers.iloc[10:])


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"a": [1.0, 2, 3]}), "at least two items"),
        (pd.DataFrame({"a": [1.0, 2, np.nan], "b": [1.0, np.nan, 2]}), "only 1 cases"),
        (pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 2, 2]}), "same answer to b"),
    ],
)
def test_mistakes_are_answered_in_survey_words(frame, words):
    with pytest.raises(SurveyError, match=words):
        reliability.cronbach_alpha(frame)


def test_tidy_rows(answers):
    rows, results = reliability.tidy({"guide": ["q1", "q2", "q3"], "pair": ["q1", "q2"]}, answers.head(119))
    assert rows.estimate_id.is_unique
    assert set(rows[rows.variable == "pair"].statistic) == {
        "alpha",
        "ordinal_alpha",
        "item_total",
        "alpha_if_dropped",
    }
    omega = rows[(rows.variable == "guide") & (rows.statistic == "omega")].iloc[0]
    assert omega.flag == "n under 200"
    assert results["guide"].n == 119
