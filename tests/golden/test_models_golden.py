"""Survey models against R 4.2.2 ``survey`` 4.1.1 on the api data, and against exact identities.

`tests/golden/data/api.json` names each call. `CHECKS` is what the table "Verification" is made from.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import r_optim
from surveypipe.design import linearisation
from surveypipe.design.sampling import SurveyDesign
from surveypipe.regression import fitting
from surveypipe.regression.irls import R_GLM, fit_glm
from surveypipe.regression.model import ModelFit
from surveypipe.regression.proportional_odds import ordinal_log_likelihood, ordinal_scores

HERE = Path(__file__).parent
API = json.loads((HERE / "data" / "api.json").read_text(encoding="utf-8"))["estimates"]

# (entry of api.json or GT number, what, tolerance relative)
CHECKS = [
    ("strat_lm", "svyglm, linear", 1e-8),
    ("strat_logit", "svyglm, logistic", 1e-8),
    ("strat_poisson", "svyglm, Poisson", 1e-8),
    ("clus1_ps_lm", "svyglm on a post-stratified cluster sample", 1e-8),
    ("clus1_olr", "svyolr", 1e-8),
    ("GT-17", "svyttest as a linear model, fpc off and on", 5e-7, "fixture A"),
]


@pytest.fixture(scope="module")
def strat() -> pd.DataFrame:
    data = pd.read_csv(HERE / "data" / "apistrat.csv")
    return data.assign(wide=(data["sch.wide"] == "Yes").astype(float))


@pytest.fixture(scope="module")
def strat_design(strat: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(strat.pw.to_numpy(), strata=strat.stype.to_numpy(), fpc=strat.fpc.to_numpy())


@pytest.fixture(scope="module")
def clus() -> pd.DataFrame:
    data = pd.read_csv(HERE / "data" / "apiclus1.csv")
    return data.assign(mealcat=pd.cut(data.meals, [0, 25, 50, 75, 100], labels=[1, 2, 3, 4]).astype(float))


@pytest.fixture(scope="module")
def clus_design(clus: pd.DataFrame) -> SurveyDesign:
    return SurveyDesign(clus.pw.to_numpy(), psu=clus.dnum.to_numpy(), fpc=clus.fpc.to_numpy())


def _against(fitted: ModelFit, key: str, rtol: float = 1e-8) -> None:
    table, reference = fitted.table(), API[key]
    table.index = table.index.str.replace("=", "")
    names = list(reference["estimate"])
    np.testing.assert_allclose(table.loc[names, "estimate"], list(reference["estimate"].values()), rtol=rtol)
    np.testing.assert_allclose(table.loc[names, "se"], list(reference["se"].values()), rtol=rtol)
    if "df" in reference:
        assert fitted.df == reference["df"]
        p_values = [reference["extra"]["p"][name] for name in names]
        np.testing.assert_allclose(table.loc[names, "p_value"], p_values, rtol=rtol)


@pytest.mark.parametrize("convergence", ["full", "r"])
def test_linear(strat, strat_design, convergence):
    _against(
        fitting.fit(strat, "api00", ["ell", "meals", "mobility"], kind="linear", design=strat_design,
                   convergence=convergence), "strat_lm")  # fmt: skip


def test_logistic_where_r_stops(strat, strat_design):
    fitted = fitting.fit(
        strat, "wide", ["ell", "meals", "mobility"], kind="logistic", design=strat_design, convergence="r"
    )
    _against(fitted, "strat_logit")


def test_logistic_fully_converged_is_closer_to_the_maximum_than_r(strat, strat_design):
    fitted = fitting.fit(strat, "wide", ["ell", "meals", "mobility"], kind="logistic", design=strat_design)
    # The docstring of `models` says why R's standard errors stand 3e-5 away from the converged ones.
    np.testing.assert_allclose(fitted.coefficients, list(API["strat_logit"]["estimate"].values()), rtol=1e-9)
    np.testing.assert_allclose(fitted.standard_errors(), list(API["strat_logit"]["se"].values()), rtol=3e-5)
    X = np.column_stack([np.ones(len(strat)), strat[["ell", "meals", "mobility"]]])

    def score(beta):
        return np.abs(X.T @ (strat.pw * (strat.wide - 1 / (1 + np.exp(-X @ beta))))).max()

    theirs = np.array(list(API["strat_logit"]["estimate"].values()))
    assert score(fitted.coefficients.to_numpy()) < 1e-3 * score(theirs)


def test_poisson_where_r_stops(strat, strat_design):
    fitted = fitting.fit(
        strat, "api.stu", ["enroll", "stype"], kind="poisson", design=strat_design, convergence="r"
    )
    _against(fitted, "strat_poisson")


def test_linear_on_post_stratified_clusters(clus, clus_design):
    # R: postStratify(dclus1, ~stype, c(E=4421, H=755, M=1018)), then svyglm(api00 ~ stype)
    totals = {"E": 4421, "H": 755, "M": 1018}
    weights = clus.pw * clus.stype.map(totals) / clus.groupby("stype").pw.transform("sum")
    classes = pd.get_dummies(clus.stype).to_numpy(float)
    start = clus_design.weights
    met = linearisation.calibration(classes, start, weights.to_numpy())
    design = replace(clus_design, weights=weights.to_numpy(), linearised=met)
    _against(fitting.fit(clus, "api00", ["stype"], kind="linear", design=design), "clus1_ps_lm")


def _r_svyolr(fitted: ModelFit) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and standard errors as ``svyolr`` comes by them: its start, BFGS, numerical Hessian."""
    X, y, w, design = fitted.X.to_numpy(), fitted.y, fitted.weights, fitted.design
    p, K = X.shape[1], len(fitted.levels) - 1

    def thresholds(b):
        return np.concatenate([b[:p], np.cumsum(np.concatenate([[b[p]], np.exp(b[p + 1 :])]))])

    def jacobian(b):
        made = np.eye(p + K)
        made[p:, p] = 1.0
        for j in range(1, K):
            made[p + j :, p + j] = np.exp(b[p + j])
        return made

    def loss(b):
        if np.max(np.abs(b)) > 50:  # R meets -Inf here
            return np.inf
        return -ordinal_log_likelihood(thresholds(b), X, y, w)

    def scores(b):
        return -ordinal_scores(thresholds(b), X, y, w) @ jacobian(b)

    q1 = (K + 1) // 2
    binary = fit_glm(replace(fitted, kind="logistic", y=(y > q1 - 1).astype(float)), R_GLM)
    start = binary.coefficients.to_numpy()
    quantile = np.arange(1, K + 1) / (K + 1)
    spacing = np.log(quantile / (1 - quantile)) / 1.7
    gamma = -start[0] + spacing - spacing[q1 - 1]
    start = np.concatenate([start[1:], gamma[:1], np.log(np.diff(gamma))])
    found = r_optim.bfgs(start, loss, lambda b: scores(b).sum(axis=0))
    inverse = np.linalg.inv(r_optim.hessian(found, lambda b: scores(b).sum(axis=0)))
    influence = np.zeros((design.size, p + K))
    influence[fitted.rows] = scores(found) @ inverse @ jacobian(found).T
    return thresholds(found), np.sqrt(np.diag(design.covariance(influence)))


def test_proportional_odds_where_r_stops(clus, clus_design):
    fitted = fitting.fit(clus, "mealcat", ["avg.ed", "mobility", "stype"], kind="ordinal", design=clus_design)
    estimate, se = _r_svyolr(fitted)
    names = [name.replace("=", "") for name in fitted.coefficients.index]
    np.testing.assert_allclose(estimate, [API["clus1_olr"]["estimate"][name] for name in names], rtol=1e-8)
    np.testing.assert_allclose(se, [API["clus1_olr"]["se"][name] for name in names], rtol=1e-8)


def test_proportional_odds_fully_converged_beats_r_s_likelihood(clus, clus_design):
    fitted = fitting.fit(clus, "mealcat", ["avg.ed", "mobility", "stype"], kind="ordinal", design=clus_design)
    _against(fitted, "clus1_olr", rtol=2e-4)
    theirs = np.array(
        [API["clus1_olr"]["estimate"][name.replace("=", "")] for name in fitted.coefficients.index]
    )
    X, w = fitted.X.to_numpy(), fitted.weights
    ours = fitted.coefficients.to_numpy()
    gain = ordinal_log_likelihood(ours, X, fitted.y, w) - ordinal_log_likelihood(theirs, X, fitted.y, w)
    assert 0 < gain < 1.5e-8 * abs(ordinal_log_likelihood(ours, X, fitted.y, w))


def test_proportional_odds_stratified(strat, strat_design):
    # METHODS 4.4: svyolr(mealcat ~ avg.ed + mobility + stype) on dstrat, printed to seven digits.
    data = strat.assign(mealcat=pd.cut(strat.meals, [0, 25, 50, 75, 100], labels=[1, 2, 3, 4]).astype(float))
    fitted = fitting.fit(
        data, "mealcat", ["avg.ed", "mobility", "stype"], kind="ordinal", design=strat_design
    )
    estimate, se = _r_svyolr(fitted)
    np.testing.assert_allclose(estimate[:4], [-4.240000, 0.0118059, -2.0543539, -0.6360798], atol=6e-7)
    np.testing.assert_allclose(se[:4], [0.502644, 0.0117146, 0.4471598, 0.3613265], atol=6e-7)
    np.testing.assert_allclose(fitted.coefficients[:4], estimate[:4], rtol=2e-4)


def test_quasibinomial_printed_value(strat, strat_design):
    # METHODS 4.4: quasibinomial sch.wide ~ ell + meals on dstrat.
    fitted = fitting.fit(
        strat, "wide", ["ell", "meals"], kind="logistic", design=strat_design, convergence="r"
    )
    np.testing.assert_allclose(fitted.coefficients, [1.5604084, -0.0068311, 0.0035248], atol=6e-8)
    np.testing.assert_allclose(fitted.standard_errors(), [0.3155304, 0.0131471, 0.0086501], atol=6e-8)


@pytest.mark.parametrize(
    ("fpc", "t", "p", "low", "high"),
    [
        (False, 1.3051462, 0.1944260, -0.0475587, 0.2313425),
        (True, 1.5876618, 0.115085, -0.0227443, 0.2065281),
    ],
)
def test_gt17_difference_between_agencies(fpc, t, p, low, high):
    # METHODS GT-17, Fixture A: AMH N=180 n=45 y=36; CSC N=140 n=74 y=66.
    agency = np.repeat(["AMH", "CSC"], [45, 74])
    answer = np.concatenate([np.ones(36), np.zeros(9), np.ones(66), np.zeros(8)])
    data = pd.DataFrame({"agency": agency, "answer": answer})
    population = np.where(agency == "AMH", 180.0, 140.0)
    weights = population / np.where(agency == "AMH", 45.0, 74.0)
    design = SurveyDesign(weights, strata=agency, fpc=population if fpc else None)
    line = fitting.fit(data, "answer", ["agency"], kind="linear", design=design).table().loc["agency=CSC"]
    assert line["df"] == 116
    np.testing.assert_allclose(
        line[["t", "p_value", "estimate", "ci_low", "ci_high"]].astype(float),
        [t, p, 0.0918919, low, high],
        atol=5.1e-7 if fpc else 6e-8,
    )


def test_firth_saturated_adds_a_half_to_each_cell():
    # Firth 1993, section 3: in a saturated logit the penalty is half an observation in each cell.
    data = pd.DataFrame(
        {"x": np.repeat([0.0, 1.0], [12, 9]), "y": np.r_[np.ones(5), np.zeros(7), np.ones(9)]}
    )
    fitted = fitting.fit(data, "y", ["x"], kind="logistic", design=SurveyDesign(np.ones(21)))
    assert "firth" in fitted.flags
    expected = [np.log(5.5 / 7.5), np.log(9.5 / 0.5) - np.log(5.5 / 7.5)]
    np.testing.assert_allclose(fitted.coefficients, expected, rtol=1e-8)


def test_firth_profile_interval_by_brute_force():
    rng = np.random.default_rng(7)
    x = rng.normal(size=40)
    data = pd.DataFrame({"x": x, "g": np.repeat([0.0, 1.0], 20), "y": (x > 0).astype(float)})
    fitted = fitting.fit(data, "y", ["x", "g"], kind="logistic", design=SurveyDesign(np.ones(40)))
    X = np.column_stack([np.ones(40), data.x, data.g])

    def penalised(beta):
        eta = X @ beta
        mu = 1 / (1 + np.exp(-eta))
        information = X.T @ (X * (mu * (1 - mu))[:, None])
        return (data.y * eta - np.logaddexp(0, eta)).sum() + 0.5 * np.linalg.slogdet(information)[1]

    def profile(value):
        found = optimize.minimize(
            lambda rest: -penalised(np.array([rest[0], value, rest[1]])), [0.0, 0.0], method="BFGS", tol=1e-12
        )
        return -found.fun

    best = optimize.minimize(lambda beta: -penalised(beta), np.zeros(3), method="BFGS", tol=1e-12)
    np.testing.assert_allclose(fitted.coefficients, best.x, rtol=1e-5)
    assert fitted.interval is not None
    for limit in fitted.interval.loc["x"]:
        assert 2 * (-best.fun - profile(limit)) == pytest.approx(3.841458820694124, abs=2e-4)
