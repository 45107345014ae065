"""Propensities predicted out of fold, and weights that are right for either of two reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import tried_weights
from surveypipe.design.phases import second_phase
from surveypipe.design.totals import domain_totals
from surveypipe.problems import SurveyError
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import replicates, schemes
from surveypipe.weighting.crossfitting import cross_fit
from surveypipe.weighting.methods import build
from surveypipe.weighting.population import Population, population

PREDICTORS = ["site", "post", "age"]
CROSSED: dict[str, Any] = {"method": "cross_fitted", "predictors": PREDICTORS, "folds": 4}
ROBUST: dict[str, Any] = {"method": "doubly_robust", "predictors": PREDICTORS}
BOTH: dict[str, Any] = {**ROBUST, "folds": 4, "products": True}
ALL = {
    "propensity": {"method": "propensity", "predictors": PREDICTORS},
    "crossed": CROSSED,
    "robust": ROBUST,
    "both": BOTH,
}


def listed(size: int = 800, seed: int = 12) -> pd.DataFrame:
    people = tried_weights.population(size, seed)
    return people.assign(respondent=np.random.default_rng(5).random(size) < people["chance"])


def made(settings: dict[str, Any], people: pd.DataFrame | None = None, seed: int = 7) -> tuple[Any, Any]:
    """Plan and people of a scheme, built as the stage builds it."""
    known = population(listed() if people is None else people, needed=PREDICTORS, seed=seed)
    wanted = msgspec.convert({"primary": "s", "schemes": {"s": {"label": "S", **settings}}}, Weighting)
    return build(known, wanted.schemes["s"], "s"), known


def chances_one_by_one(people: Population, folds: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    """Fit each fold's model by a general-purpose optimiser's own road: statsmodels, from its formula."""
    import statsmodels.api as sm

    text = pd.get_dummies(frame[["site", "post"]], drop_first=True).astype(float)
    X = sm.add_constant(text.assign(age=frame["age"])).to_numpy(float)
    chance = np.empty(len(frame))
    for fold in np.unique(folds):
        rest = folds != fold
        fitted = sm.GLM(people.respondent[rest].astype(float), X[rest], sm.families.Binomial()).fit(tol=1e-14)
        chance[~rest] = fitted.predict(X[~rest])
    return chance


def test_chances_are_those_of_models_fitted_without_the_fold():
    plan, people = made(CROSSED)
    folds = cross_fit(people, PREDICTORS, 4, products=False, scheme="s").folds
    w = 1 / chances_one_by_one(people, folds, people.frame)[people.respondent]
    assert plan.reweight(people.start) == pytest.approx(w * len(people.frame) / w.sum(), rel=1e-7)


def test_products_of_predictors_add_what_is_not_told_already():
    _, people = made(CROSSED)
    plain = cross_fit(people, PREDICTORS, 4, products=False, scheme="s").X
    whole = cross_fit(people, PREDICTORS, 4, products=True, scheme="s").X
    # Two of site, three of post, one age: 2·3 + 2 + 3 products.
    assert (plain.shape[1], whole.shape[1]) == (7, 18)
    empty = people.frame[~((people.frame["site"] == "B") & (people.frame["post"] == "x"))]
    _, fewer = made(CROSSED, empty)
    assert cross_fit(fewer, PREDICTORS, 4, products=True, scheme="s").X.shape[1] == 17


def test_folds_follow_from_the_seed_and_hold_respondents_and_others_alike():
    _, people = made(CROSSED)
    one, again = (cross_fit(people, PREDICTORS, 4, products=False, scheme="s").folds for _ in range(2))
    other = cross_fit(replace(people, seed=8), PREDICTORS, 4, products=False, scheme="s").folds
    assert (one == again).all() and (one != other).any()
    for answered in (people.respondent, ~people.respondent):
        counts = np.bincount(one[answered])
        assert counts.max() - counts.min() <= 1
    assert (made(CROSSED)[0].reweight(people.start) == made(CROSSED)[0].reweight(people.start)).all()


@pytest.mark.parametrize("settings", [ROBUST, BOTH], ids=["robust", "both"])
def test_doubly_robust_weights_meet_the_totals_of_the_predictors(settings):
    plan, people = made(settings)
    w, own = plan.reweight(people.start), people.answered
    for name in ("site", "post"):
        for level, total in people.totals(name).items():
            assert w[(own[name] == level).to_numpy()].sum() == pytest.approx(total, rel=1e-9)
    assert w @ own["age"].to_numpy() == pytest.approx(people.frame["age"].sum(), abs=1e-7)


def test_an_answer_linear_in_the_predictors_is_known_whatever_the_response_model():
    plan, people = made(BOTH)
    frame = people.frame
    exact = (3 + 2 * frame["age"] - (frame["site"] == "B") + 4 * (frame["post"] == "x")).to_numpy()
    w = plan.reweight(people.start)
    assert w @ exact[people.respondent] / w.sum() == pytest.approx(exact.mean(), rel=1e-9)
    design = second_phase(w, plan.labels, plan.n_pop, linearised=plan.linearise(people.start, w))
    assert design.means(exact[people.respondent])[0].se == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("settings", ALL.values(), ids=ALL)
def test_influence_values_are_the_derivatives_of_the_estimate(settings):
    """Each respondent's starting weight moved a little, all steps run again: the brute force of it."""
    plan, people = made(settings)
    answers = people.answered[["linear", "curved"]].to_numpy()
    w = plan.reweight(people.start)
    mean = w @ answers / w.sum()
    found = plan.linearise(people.start, w)
    scores = replace(found, leverage=None).applied(w[:, None] * (answers - mean) / w.sum())
    moved, h = np.flatnonzero(people.respondent.cumsum()[people.respondent] % 25 == 1), 1e-4
    starts = np.repeat(people.start[:, None], 2 * len(moved), axis=1)
    starts[moved, np.arange(len(moved))] += h
    starts[moved, len(moved) + np.arange(len(moved))] -= h
    W = plan.reweight(starts)
    again = (W.T @ answers) / W.sum(axis=0)[:, None]
    slopes = (again[: len(moved)] - again[len(moved) :]) / (2 * h)
    assert slopes == pytest.approx(scores[moved], rel=1e-4, abs=1e-4 * float(np.abs(scores).mean()))


@pytest.mark.parametrize("settings", ALL.values(), ids=ALL)
def test_the_jackknife_that_fits_all_models_again_agrees(settings):
    plan, people = made(settings)
    Y, w = people.answered[["linear", "curved"]].to_numpy(), plan.reweight(people.start)
    design = second_phase(w, plan.labels, plan.n_pop, linearised=plan.linearise(people.start, w))
    found, again = design.means(Y), replicates.jackknife(plan, people.start)
    spread = replicates.variance(replicates.means(Y, again.matrix), found.estimate, again.coefs)
    # The jackknife has the correction of one rate for all, the linearisation that of each person's chance.
    assert found.se / np.sqrt(spread) == pytest.approx(1, abs=0.1)
    assert (found.df > 50).all() and (found.df < len(w)).all()
    totals = domain_totals(Y, design, fpc=True)
    spread = replicates.variance((again.matrix.T @ Y).T, totals.estimate, again.coefs)
    assert totals.se / np.sqrt(spread) == pytest.approx(1, abs=0.1)


def test_a_short_list_is_refused_in_words():
    people = listed(400)
    with pytest.raises(SurveyError, match=r"at least 500 eligible people.*Here are 400 eligible"):
        made(CROSSED, people)
    with pytest.raises(SurveyError, match="for 18 coefficients 180 who answered"):
        made({**CROSSED, "products": True}, listed(520))
    weights = made(ROBUST, people)[0].reweight
    assert weights(people[people["respondent"]]["age"].to_numpy() * 0 + 1).sum() == pytest.approx(400)


def test_weights_predicted_out_of_fold_can_be_trimmed_and_stand_in_a_row():
    plan, people = made({**CROSSED, "trim": {"cap": 2.0}})
    w = plan.reweight(people.start)
    assert w.max() <= 2.0 * w.mean() * (1 + 1e-9) and w.sum() == pytest.approx(len(people.frame))
    steps = [{"method": "cross_fitted", "predictors": PREDICTORS, "folds": 4},
             {"method": "calibrate", "margins": ["site", "post"], "numeric": ["age"]}]  # fmt: skip
    row, _ = made({"method": "compose", "steps": steps})
    robust, _ = made({**ROBUST, "folds": 4})
    assert row.reweight(people.start) == pytest.approx(robust.reweight(people.start), rel=1e-12)


def test_of_a_sample_everybody_drawn_has_a_part_in_the_models():
    """Where everybody was drawn the variance is that of a census."""
    from surveypipe.design.from_weights import designs_of
    from surveypipe.design.selection import as_table, selection_of
    from surveypipe.study.design import Sampling

    people = listed(600)
    wanted = msgspec.convert({"primary": "s", "schemes": {"s": {"label": "S", **CROSSED}}}, Weighting)
    errors = []
    for sampling in (Sampling(kind="census"), Sampling(kind="sample", fpc=(600.0,))):
        drawn = people.assign(base_weight=1.0)
        result = schemes.compute_schemes(
            drawn, wanted, base="base_weight", second_phase=False, drawn=sampling.drawn, seed=7
        )
        selection = (
            selection_of(result.people.frame, sampling, result.people.base) if sampling.drawn else None
        )
        table = as_table(result.people.frame, selection, result.linearised)
        respondents = result.weights.merge(people[["id", "linear"]], on="id", how="left")
        design = designs_of(["s"], respondents, result.cells, table, sampling)["s"]
        y = respondents["linear"].to_numpy()
        errors.append([design.means(y)[0].se, domain_totals(y, design, fpc=True)[0].se])
    assert errors[0] == pytest.approx(errors[1], rel=1e-10)


@pytest.mark.slow
def test_the_page_holds_what_repeated_surveys_give():
    held = tried_weights.tried()
    assert tried_weights.table(held) in tried_weights.PAGE.read_text(encoding="utf-8")
    either = (held["scheme"] == "robust") & (held["answer"] != "curved")
    fair = held[either | (held["scheme"] == "both")]
    coverage = fair.groupby(["scheme", "answer"])["covers"].mean()
    # 200 surveys: simulation error .0154; three of them.
    assert coverage.between(0.95 - 0.046, 0.95 + 0.046).all(), coverage
