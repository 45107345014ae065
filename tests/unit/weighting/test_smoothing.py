"""Soft totals inside merged cells, and which cells are merged."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.design import linearisation
from surveypipe.design.phases import second_phase
from surveypipe.problems import SurveyError
from surveypipe.study.weighting import Weighting
from surveypipe.weighting import replicates
from surveypipe.weighting import schemes as weighting
from surveypipe.weighting.trimming import potter_cut_off, trim

Y = np.array([1, 2, 4, 6, 5, 7, 9, 3, 3, 5, 4, 8.0])

# R 4.2.2, from the data of SMALL and Y: d = 20/7 in cell A and 4 in B, penalty 5 x 40/12.
#   t   <- optimize(function(t) { r <- w(t)/d
#          sum(d*(r*log(r)-r+1)) + sum((tapply(w(t),raw,sum)-N)^2)/2/pen }, c(.1,19.9), tol=1e-13)$minimum
#   fit <- lm(c(y-est,0,0,0) ~ 0 + rbind(X, cbind(0*diag(3)[,1:2],diag(3))), weights=c(d,pen,pen,pen))
#   se  <- sqrt(sum((1-1/w)*(w*residuals(fit)[1:12]/40)^2/(1-hatvalues(fit)[1:12])))
R = {
    "first": 9.85100041450711,
    "estimate": 4.58728537089817,
    "se": 0.52655552539293,
    "leverage": [0.213367609254, 0.182519280206, 0.2],
}


def people(cells: list[tuple[str, int, int]]) -> pd.DataFrame:
    rows = [(f"{name}-{i:03d}", name, name[0], i < n) for name, N, n in cells for i in range(N)]
    return pd.DataFrame(rows, columns=["id", "post", "group", "respondent"])


def weigh(frame: pd.DataFrame, **collapse: Any) -> weighting.WeightingResult:
    rules = {"within": "group", "min_n": 5} | collapse
    scheme = {"label": "S", "method": "poststratify", "by": ["post"], "collapse": rules}
    made = msgspec.convert({"primary": "s", "schemes": {"s": scheme}}, Weighting)
    return weighting.compute_schemes(frame, made, group="group")


SMALL = people([("A1", 12, 3), ("A2", 8, 4), ("B1", 20, 5)])


def design(result: weighting.WeightingResult) -> Any:
    columns = linearisation.as_columns("s", result.linearised["s"])
    plan = result.plans["s"]
    w = result.weights["w_s"]
    return second_phase(w, plan.labels, plan.n_pop, linearised=linearisation.from_columns("s", columns))


def test_weights_and_error_equal_those_of_r() -> None:
    """R 4.2: `optimize` of the penalised distance; `lm` and `hatvalues` with a row for each soft category."""
    result = weigh(SMALL)
    w = result.weights["w_s"].to_numpy()
    assert w[:3].sum() == pytest.approx(R["first"], rel=1e-6)
    assert w[:7].sum() == pytest.approx(20) and w[7:] == pytest.approx(4.0)
    table = design(result).means(Y[:, None])
    assert table.estimate[0] == pytest.approx(R["estimate"], rel=1e-6)
    assert table.se[0] == pytest.approx(R["se"], rel=1e-6)
    assert result.linearised["s"].leverage[[0, 3, 7]] == pytest.approx(R["leverage"], rel=1e-8)


def test_weights_inside_a_merged_cell_lie_between_equal_ones_and_those_of_the_categories() -> None:
    def first(**collapse: Any) -> float:
        return float(weigh(SMALL, **collapse).weights["w_s"][:3].sum())

    assert first(inside="equal") == pytest.approx(20 * 3 / 7)
    assert first(penalty=1e9) == pytest.approx(20 * 3 / 7)
    assert first(penalty=1e-9) == pytest.approx(12)
    assert 20 * 3 / 7 < first(penalty=20) < first(penalty=5) < first(penalty=1) < 12


def test_where_nothing_is_merged_nothing_is_smoothed() -> None:
    result = weigh(SMALL, min_n=2)
    assert result.linearised["s"] is None
    assert "smooth" not in set(result.log["step"])
    assert "smooth" in set(weigh(SMALL).log["step"])


def test_a_category_in_which_nobody_answered_changes_nothing() -> None:
    frame = people([("A1", 12, 3), ("A2", 8, 4), ("A3", 5, 0), ("B1", 20, 5)])
    w = weigh(frame).weights["w_s"]
    assert w.sum() == pytest.approx(45) and (w > 0).all()


def test_the_jackknife_that_smooths_anew_is_near_the_linearised_error() -> None:
    rng = np.random.default_rng(1)
    frame = people([("A1", 120, 30), ("A2", 80, 40), ("B1", 200, 90), ("B2", 30, 20)])
    result = weigh(frame, min_n=60)
    y = rng.normal(size=180) + np.repeat([0, 1, 0, 1], [30, 40, 90, 20])
    made = replicates.jackknife(result.plans["s"], result.people.start)
    table = design(result).means(y[:, None])
    again = replicates.variance(replicates.means(y[:, None], made.matrix), table.estimate, made.coefs)
    assert np.sqrt(again[0]) == pytest.approx(table.se[0], rel=0.03)
    # Fewer than n - H, because weights are unequal and the categories cost something.
    assert 80 < table.df[0] < 178


def test_cells_alike_in_other_variables_of_the_list_are_merged() -> None:
    """Response rates point to A3, the grade that the list holds points to A2."""
    frame = people([("A1", 10, 2), ("A2", 40, 25), ("A3", 40, 8)])
    frame["grade"] = np.where(frame["post"] == "A3", "junior", "senior")
    frame["age"] = np.where(frame["post"] == "A3", 30.0, 50.0)
    for similarity, partner in (
        ({}, "A3"),
        ({"response_rate": 1}, "A3"),
        ({"grade": 1}, "A2"),
        ({"age": 2, "response_rate": 1}, "A2"),
        ({"age": 0.1, "response_rate": 1}, "A3"),
    ):
        merged = weigh(frame, similarity=similarity).cells
        assert merged.loc[merged["merged"], "members"].tolist() == [f"A1; {partner}"]


def test_of_two_variables_that_make_the_cells_one_in_common_counts() -> None:
    """Where groups may be crossed, nurses join nurses rather than the profession of the same rate."""
    frame = people([("A1", 10, 4), ("B1", 40, 18), ("B2", 40, 16), ("A2", 40, 18)])
    frame["profession"] = frame["post"].str[1]
    scheme = {
        "label": "S",
        "method": "poststratify",
        "by": ["group", "profession"],
        "collapse": {"min_n": 5, "similarity": {"profession": 2, "group": 1, "response_rate": 1}},
    }
    made = msgspec.convert({"primary": "s", "schemes": {"s": scheme}}, Weighting)
    cells = weighting.compute_schemes(frame, made, group="group").cells
    assert cells.loc[cells["merged"], "members"].tolist() == ["A × 1; B × 1"]


def test_a_variable_of_the_distance_that_the_list_lacks_is_said() -> None:
    with pytest.raises(SurveyError, match="no variable grade"):
        weigh(SMALL, similarity={"grade": 1})


def scheme_of(**settings: Any) -> weighting.WeightingResult:
    made = msgspec.convert({"primary": "s", "schemes": {"s": {"label": "S"} | settings}}, Weighting)
    return weighting.compute_schemes(SMALL, made, group="group")


def test_ridge_calibration_equals_r() -> None:
    """The group exactly and the posts softly: the same problem as inside the merged cell."""
    result = scheme_of(method="ridge", margins=["group", "post"])
    assert result.weights["w_s"][:3].sum() == pytest.approx(R["first"], rel=1e-6)
    table = design(result).means(Y[:, None])
    assert table.se[0] == pytest.approx(R["se"], rel=1e-6)
    assert design(result).method == "second phase, on residuals of a penalised regression"


def test_ridge_runs_from_the_first_margin_alone_to_raking() -> None:
    raked = scheme_of(method="rake", margins=["group", "post"]).weights["w_s"].to_numpy()
    first = scheme_of(method="poststratify", by=["group"]).weights["w_s"].to_numpy()
    for penalty, expected in ((1e-9, raked), (1e9, first)):
        w = scheme_of(method="ridge", margins=["group", "post"], penalty=penalty).weights["w_s"]
        assert w.to_numpy() == pytest.approx(expected, rel=1e-6)
    with pytest.raises(SurveyError, match="name two or more"):
        scheme_of(method="ridge", margins=["group"])


def test_potters_cut_off_equals_r() -> None:
    """R 4.2.2: ``1/(n*qbeta(p, a, b))`` with a and b by moments, for the weights 1 to 9 and 30."""
    w = np.array([*range(1, 10), 30.0])
    assert potter_cut_off(w, 0.05) == pytest.approx(18.5288340436385, rel=1e-10)
    assert potter_cut_off(w, 0.01) == pytest.approx(35.3393932077616, rel=1e-10)
    assert potter_cut_off(np.full(9, 2.0), 0.01) == np.inf
    trimmed = trim(w, {"potter": 0.05}, lambda v: v * (w.sum() / v.sum(axis=0)))
    assert trimmed.max() == pytest.approx(18.5288340436385) and trimmed.sum() == pytest.approx(w.sum())
