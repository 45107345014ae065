"""Properties that weights and standard errors must have on any staff list (hypothesis)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveypipe.design import variance
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import replicates
from surveypipe.weighting import schemes as weighting

SURVEY = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)

POST = {"method": "poststratify", "by": ["agency", "role"]}
COLLAPSED = POST | {"collapse": {"within": "agency", "min_n": 6, "floor": 3, "max_factor": 3.0}}
RAKED = {"method": "rake", "margins": ["agency", "role"]}
LINEAR = {"method": "calibrate", "margins": ["agency", "role"]}
PROPENSITY = {"method": "propensity", "predictors": ["agency", "role"]}
SCHEMES = {
    "none": {"method": "none"},
    "agency": {"method": "poststratify", "by": ["agency"]},
    "cells": POST,
    "collapsed": COLLAPSED,
    "raked": RAKED,
    "propensity": PROPENSITY,
}


@st.composite
def staff(draw: st.DrawFn, least: int = 2) -> pd.DataFrame:
    """Two agencies by two or three professions; every cell has `least` respondents or more."""
    rows: list[tuple[str, str, str, bool]] = []
    roles = "xyz"[: draw(st.integers(2, 3))]
    for agency in "AB":
        for role in roles:
            n = draw(st.integers(least, 12))
            silent = draw(st.integers(1, 25))
            rows += [(f"{agency}{role}{i:03d}", agency, role, i < n) for i in range(n + silent)]
    table = pd.DataFrame(rows, columns=["id", "agency", "role", "respondent"])
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    return table.assign(y=rng.integers(0, 2, len(table)).astype(float), z=rng.normal(size=len(table)))


def section(schemes: dict[str, dict[str, Any]], **more: Any) -> Weighting:
    """The section of the configuration with these schemes, the first of them primary."""
    labelled = {key: {"label": key, **scheme} for key, scheme in schemes.items()}
    return msgspec.convert({"primary": next(iter(schemes)), "schemes": labelled, **more}, Weighting)


def weigh(people: pd.DataFrame, schemes: dict[str, Any]) -> weighting.WeightingResult:
    return weighting.compute_schemes(people, section(schemes), group="agency")


def adjusted(result: weighting.WeightingResult, plan: weighting.Plan, w: Any) -> Any:
    return plan.linearise(result.people.start, np.asarray(w, float))


def outcome(result: weighting.WeightingResult, people: pd.DataFrame, name: str = "z") -> np.ndarray:
    return result.weights.merge(people[["id", name]], on="id")[name].to_numpy()


@SURVEY
@given(staff())
def test_weights_sum_to_the_staff_and_margins_are_exact(people: pd.DataFrame) -> None:
    result = weigh(people, SCHEMES)
    for key in SCHEMES:
        assert abs(result.weights[f"w_{key}"].sum() - len(people)) < 1e-8 * len(people)
    gap = (result.margins["weighted_share"] - result.margins["frame_share"]).abs()
    exact = result.margins["scheme"].isin(["cells", "raked"]) | (
        result.margins["scheme"].isin(["agency", "collapsed"]) & (result.margins["variable"] == "agency")
    )
    assert gap[exact].max() < 1e-8


@SURVEY
@given(staff(), st.integers(2, 4))
def test_equal_response_rates_give_equal_weights(people: pd.DataFrame, factor: int) -> None:
    answered = people[people["respondent"]]
    silent = [answered.assign(id=answered["id"] + f"s{k}", respondent=False) for k in range(factor - 1)]
    even = pd.concat([answered, *silent], ignore_index=True)
    result = weigh(even, SCHEMES | {"linear": LINEAR})
    for key in [*SCHEMES, "linear"]:
        assert np.allclose(result.weights[f"w_{key}"], factor, rtol=1e-9)


@SURVEY
@given(staff())
def test_merging_all_cells_is_the_unweighted_scheme(people: pd.DataFrame) -> None:
    rules = {"min_n": 10**6}
    everywhere = people.assign(all="one")
    scheme = POST | {
        "by": ["agency", "role", "all"],
        "collapse": {"within": "all", "inside": "equal"} | rules,
    }
    result = weigh(everywhere, {"merged": scheme, "none": {"method": "none"}})
    assert np.allclose(result.weights["w_merged"], result.weights["w_none"], rtol=1e-12)


@SURVEY
@given(staff())
def test_full_response_has_no_error_with_the_correction(people: pd.DataFrame) -> None:
    full = people.assign(respondent=True)
    result = weigh(full, {key: SCHEMES[key] for key in ("none", "agency", "cells", "collapsed", "raked")})
    y = outcome(result, full)
    for key, plan in result.plans.items():
        w = result.weights[f"w_{key}"]
        assert np.allclose(w, 1.0)
        found = variance.second_phase_mean(
            y, plan.labels, plan.n_pop, weights=w, linearised=adjusted(result, plan, w)
        )
        assert found.se == 0.0
        reps = replicates.jackknife(plan, result.people.start)
        assert replicates.variance(replicates.means(y, reps.matrix)[0], found.estimate, reps.coefs) == 0.0


@SURVEY
@given(staff(), st.randoms(use_true_random=False))
def test_row_order_and_labels_do_not_matter(people: pd.DataFrame, random: Any) -> None:
    order = list(range(len(people)))
    random.shuffle(order)
    first = weigh(people, SCHEMES)
    shuffled = weigh(people.iloc[order], SCHEMES)
    pd.testing.assert_frame_equal(first.weights, shuffled.weights)
    # Other names of the same categories, in the same alphabetical order as ties are broken by it.
    renamed = people.replace({"agency": {"A": "Left", "B": "Right"}, "role": {"x": "1", "y": "2", "z": "3"}})
    second = weigh(renamed, SCHEMES)
    for key in SCHEMES:
        assert np.allclose(first.weights[f"w_{key}"], second.weights[f"w_{key}"], rtol=1e-9)


@SURVEY
@given(staff())
def test_doubling_the_silent_staff_list_doubles_the_weights(people: pd.DataFrame) -> None:
    twin = people.assign(id=people["id"] + "-twin", respondent=False)
    double = pd.concat([people, twin], ignore_index=True)
    keys = ("none", "agency", "cells", "collapsed", "raked")
    one = weigh(people, {key: SCHEMES[key] for key in keys})
    two = weigh(double, {key: SCHEMES[key] for key in keys})
    for key in keys:
        assert np.allclose(2 * one.weights[f"w_{key}"], two.weights[f"w_{key}"], rtol=1e-8)


@SURVEY
@given(staff())
def test_full_cross_raking_calibration_and_saturated_model_are_the_cells(people: pd.DataFrame) -> None:
    joined = people.assign(cell=people["agency"] + people["role"])
    schemes = {
        "cells": POST,
        "rake": {"method": "rake", "margins": ["cell"]},
        "linear": {"method": "calibrate", "margins": ["cell"]},
        "model": {"method": "propensity", "predictors": ["cell"]},
    }
    result = weigh(joined, schemes)
    for key in ("rake", "linear", "model"):
        assert np.allclose(result.weights[f"w_{key}"], result.weights["w_cells"], rtol=1e-7)


@SURVEY
@given(staff())
def test_the_jackknife_of_weighting_classes_equals_the_formula(people: pd.DataFrame) -> None:
    result = weigh(people, {"cells": POST, "agency": SCHEMES["agency"], "none": SCHEMES["none"]})
    y = outcome(result, people)
    for key, plan in result.plans.items():
        w = result.weights[f"w_{key}"]
        for fpc in (True, False):
            found = variance.second_phase_mean(y, plan.labels, plan.n_pop, weights=w, fpc=fpc)
            reps = replicates.jackknife(plan, result.people.start, fpc=fpc)
            v = replicates.variance(replicates.means(y, reps.matrix)[0], found.estimate, reps.coefs)
            assert np.isclose(np.sqrt(v), found.se, rtol=1e-9)


@SURVEY
@given(staff(least=3))
def test_replicates_meet_the_margins_of_their_scheme(people: pd.DataFrame) -> None:
    result = weigh(people, {"raked": RAKED, "collapsed": COLLAPSED})
    for plan in result.plans.values():
        reps = replicates.jackknife(plan, result.people.start)
        assert np.allclose(reps.matrix.sum(axis=0), len(people), rtol=1e-8)
        assert (np.diag(reps.matrix) == 0).all()
    raked = replicates.jackknife(result.plans["raked"], result.people.start)
    roles = result.people.answered["role"].to_numpy()
    for role, total in people["role"].value_counts().items():
        assert np.allclose(raked.matrix[roles == role].sum(axis=0), total, rtol=1e-8)


@SURVEY
@given(staff())
def test_many_outcomes_at_once_equal_one_at_a_time(people: pd.DataFrame) -> None:
    result = weigh(people, {"raked": RAKED})
    plan, w = result.plans["raked"], result.weights["w_raked"]
    Y = np.column_stack([outcome(result, people, "y"), outcome(result, people, "z")])
    Y[0, 0] = np.nan
    domain = result.people.answered["role"].eq("x").to_numpy()
    together = variance.second_phase_means(
        Y, plan.labels, plan.n_pop, weights=w, linearised=adjusted(result, plan, w), domain=domain
    )
    for column in range(2):
        alone = variance.second_phase_mean(
            Y[:, column],
            plan.labels,
            plan.n_pop,
            weights=w,
            linearised=adjusted(result, plan, w),
            domain=domain,
        )
        both = together[column]
        assert np.allclose([alone.estimate, alone.se, alone.df], [both.estimate, both.se, both.df])


@SURVEY
@given(staff())
def test_auxiliaries_that_are_met_have_no_error(people: pd.DataFrame) -> None:
    result = weigh(people, {"raked": RAKED})
    plan, w = result.plans["raked"], result.weights["w_raked"]
    known = result.people.answered["role"].eq("x").to_numpy(float)
    found = variance.second_phase_mean(
        known, plan.labels, plan.n_pop, weights=w, linearised=adjusted(result, plan, w)
    )
    assert np.isclose(found.estimate, people["role"].eq("x").mean(), rtol=1e-8)
    assert found.se < 1e-8


@SURVEY
@given(staff())
def test_the_correction_never_raises_a_standard_error_and_y_scales(people: pd.DataFrame) -> None:
    result = weigh(people, {"cells": POST})
    plan, w = result.plans["cells"], result.weights["w_cells"]
    y = outcome(result, people)
    on = variance.second_phase_mean(y, plan.labels, plan.n_pop, weights=w)
    off = variance.second_phase_mean(y, plan.labels, plan.n_pop, weights=w, fpc=False)
    moved = variance.second_phase_mean(3 * y + 7, plan.labels, plan.n_pop, weights=w)
    assert on.se <= off.se
    assert np.isclose(moved.se, 3 * on.se, rtol=1e-8)
    assert np.isclose(moved.estimate, 3 * on.estimate + 7, rtol=1e-9, atol=1e-9)


@SURVEY
@given(staff(), st.floats(0.1, 10))
def test_kish_design_effect_is_one_or_more_and_free_of_scale(people: pd.DataFrame, scale: float) -> None:
    w = weigh(people, {"cells": POST}).weights["w_cells"].to_numpy()
    assert weighting.kish_deff(w) >= 1 - 1e-12
    assert np.isclose(weighting.kish_deff(w), weighting.kish_deff(scale * w), rtol=1e-10)
