"""Collapsing, schemes, trimming, and what the weight stage says about mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.design import variance
from surveypipe.design.stages import Stage, design_covariance, design_df
from surveypipe.problems import SurveyError
from surveypipe.study.base import plain
from surveypipe.study.weighting import Collapse, Scheme, Weighting
from surveypipe.weighting import calibration, collapsing, propensity, replicates
from surveypipe.weighting import schemes as weighting
from surveypipe.weighting.collapsing import Cell

ROOT = Path(__file__).parents[3]


def frame(cells: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    rows = [
        (f"{agency}-{role}-{i:04d}", agency, role, i < n) for agency, role, N, n in cells for i in range(N)
    ]
    return pd.DataFrame(rows, columns=["id", "agency", "profession", "respondent"])


SMALL = [
    ("AMH", "Nurse", 80, 15),
    ("AMH", "Psychiatrist", 20, 4),
    ("AMH", "Psychologist", 10, 0),
    ("AMH", "Social worker", 60, 20),
    ("CSC", "Other", 30, 14),
    ("CSC", "Social worker", 110, 60),
]
RULES = {"within": "agency", "min_n": 10, "floor": 5, "max_factor": 3.0, "inside": "equal"}
CENSUS = {"kind": "census"}
FRAME = {"id": "id", "survey_id": "id", "group": "agency", "columns": {"agency": "agency"}}
CELLS = {"method": "poststratify", "by": ["agency", "profession"], "collapse": RULES}


def section(schemes: dict[str, dict[str, Any]], **more: Any) -> Weighting:
    """The section of the configuration with these schemes, the first of them primary."""
    labelled = {key: {"label": key, **scheme} for key, scheme in schemes.items()}
    return msgspec.convert({"primary": next(iter(schemes)), "schemes": labelled, **more}, Weighting)


def scheme(settings: dict[str, Any]) -> Scheme:
    return msgspec.convert({"label": "S", **settings}, Scheme)


def one(people: pd.DataFrame, settings: dict[str, Any], base: str | None = None) -> weighting.WeightingResult:
    drawn = base == "design"
    return weighting.compute_schemes(people, section({"s": settings}), group="agency", base=base, drawn=drawn)


def test_small_cells_merge_with_the_nearest_response_rate_inside_the_agency() -> None:
    result = one(frame(SMALL), CELLS)
    # Psychologists (0 %) go to nurses (19 %), psychiatrists (20 %) being further; then psychiatrists follow.
    assert result.cells["members"].tolist() == [
        "AMH × Nurse; AMH × Psychiatrist; AMH × Psychologist",
        "AMH × Social worker",
        "CSC × Other",
        "CSC × Social worker",
    ]
    merges = result.log.loc[result.log["step"] == "merge", "detail"].tolist()
    assert merges == [
        "AMH × Psychologist (0 of 10 answered) merged with AMH × Nurse (15 of 80 answered): no respondents.",
        "AMH × Psychiatrist (4 of 20 answered) merged with AMH × (Nurse + Psychologist) (15 of 90 answered): "
        "fewer than 10 respondents.",
    ]
    assert result.cells.loc[0, "weight"] == pytest.approx(110 / 19)
    assert result.diagnostics.loc[0, "n_merged"] == 3


def test_ties_are_broken_by_the_alphabet() -> None:
    cells = [Cell("A", (name,), 20, 10) for name in ("b", "c")] + [Cell("A", ("z",), 4, 2)]
    merged = collapsing.collapse(cells, Collapse(min_n=5))
    assert [cell.members for cell in merged.cells] == [("b", "z"), ("c",)]


def test_a_weight_over_the_greatest_factor_is_merged_away() -> None:
    cells = [Cell("A", ("low",), 120, 12), Cell("A", ("high",), 60, 50)]
    assert len(collapsing.collapse(cells, Collapse(min_n=10)).cells) == 2
    assert len(collapsing.collapse(cells, Collapse(min_n=10, max_factor=3.0)).cells) == 1


def test_merging_stops_at_the_agency_and_says_so() -> None:
    cells = [Cell("A", ("a",), 30, 3), Cell("A", ("b",), 10, 1), Cell("B", ("c",), 60, 50)]
    merged = collapsing.collapse(cells, msgspec.convert(RULES, Collapse))
    assert [cell.members for cell in merged.cells] == [("a", "b"), ("c",)]
    assert merged.warnings == [
        "a + b (4 of 40 answered) cannot be merged further: under the floor of 5 respondents."
    ]


def test_an_agency_without_respondents_is_an_error_in_words() -> None:
    people = frame([("AMH", "Nurse", 8, 0), ("CSC", "Nurse", 9, 5)])
    with pytest.raises(SurveyError) as caught:
        one(people, CELLS)
    assert "no respondent in AMH (8 staff)" in caught.value.problems[0]
    for settings in (
        {"method": "poststratify", "by": ["agency"]},
        {"method": "rake", "margins": ["agency", "profession"]},
    ):
        with pytest.raises(SurveyError, match=r"AMH.*8 staff"):
            one(people, settings)


def test_all_schemes_report_their_problems_at_once() -> None:
    people = frame([("AMH", "Nurse", 8, 0), ("CSC", "Nurse", 9, 5)])
    schemes = {"a": {"method": "poststratify", "by": ["agency"]}, "b": {"method": "magic"}}
    with pytest.raises(SurveyError) as caught:
        weighting.compute_schemes(people, section(schemes), group="agency")
    assert len(caught.value.problems) == 2
    assert "unknown method 'magic'" in caught.value.problems[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.drop(columns="profession"), "no variable profession"),
        (lambda f: f.assign(profession=f["profession"].where(f.index > 2)), "profession is missing for 3 of"),
        (lambda f: pd.concat([f, f.head(1)]), "occurs more than once"),
        (lambda f: f.assign(respondent=False), "none of the eligible staff answered"),
    ],
)
def test_preflight(change: Any, said: str) -> None:
    with pytest.raises(SurveyError, match=said):
        one(change(frame(SMALL)), CELLS)


def test_base_weights_of_any_scale_above_nought_are_used() -> None:
    people = frame(SMALL).assign(design=2.0)
    result = one(people, {"method": "poststratify", "by": ["agency"]}, base="design")
    assert result.weights["w_s"].sum() == pytest.approx(2 * len(people))
    small = one(people.assign(design=0.5), {"method": "design"}, base="design")
    assert small.weights["w_s"].sum() == pytest.approx(people["respondent"].sum() / 2)
    with pytest.raises(SurveyError, match="not above 0"):
        one(people.assign(design=0.0), {"method": "none"}, base="design")


def test_unequal_base_weights_stay_in_proportion_inside_a_cell() -> None:
    people = frame([("A", "x", 10, 4)]).assign(design=np.arange(1.0, 11.0))
    w = one(people, {"method": "poststratify", "by": ["agency"]}, base="design").weights["w_s"]
    assert w.to_numpy() == pytest.approx(np.arange(1, 5) * 55 / 10)


def test_the_fallback_takes_over_by_a_rule_on_respondents_only() -> None:
    few = [("AMH", "Nurse", 30, 2), ("AMH", "Other", 20, 2), ("CSC", "Other", 50, 40)]
    schemes = {"cells": CELLS, "agency": {"method": "poststratify", "by": ["agency"]}}
    config = section(schemes, fallback="agency")
    assert weighting.compute_schemes(frame(few), config, group="agency").primary == "agency"
    assert weighting.compute_schemes(frame(SMALL), config, group="agency").primary == "cells"
    with pytest.raises(SurveyError, match="'raked' is named and not defined"):
        weighting.compute_schemes(frame(SMALL), section(schemes, primary="raked"), group="agency")


def test_raked_weights_have_the_agencies_as_response_cells() -> None:
    result = one(
        frame([("A", "x", 40, 20), ("A", "y", 40, 10), ("B", "x", 30, 20), ("B", "y", 20, 12)]),
        {"method": "rake", "margins": ["agency", "profession"]},
    )
    assert set(result.weights["cell_s"]) == {"A", "B"}
    assert (result.margins["weighted_share"] - result.margins["frame_share"]).abs().max() < 1e-10


def test_margins_that_disagree_and_categories_that_do_not_match() -> None:
    with pytest.raises(SurveyError, match="margins disagree"):
        calibration.check_margins_agree({"agency": {"A": 10, "B": 5}, "role": {"x": 14}})
    with pytest.raises(SurveyError) as caught:
        calibration.margin("agency", pd.Series(["AMH", "Amh"]), {"AMH": 5, "CSC": 4})
    assert "'Amh'" in caught.value.problems[0]
    assert "'CSC' has 4 staff and no respondent" in caught.value.problems[1]


def test_raking_that_cannot_converge_is_an_error() -> None:
    # Only the diagonal answered, so role and agency say the same thing with different numbers.
    people = frame([("A", "x", 40, 10), ("A", "y", 20, 0), ("B", "x", 5, 0), ("B", "y", 30, 10)])
    with pytest.raises(SurveyError, match="had not converged"):
        one(people, {"method": "rake", "margins": ["agency", "profession"]})


def test_negative_calibrated_weights_are_refused_and_small_ones_logged() -> None:
    people = frame([("A", "x", 30, 20)]).assign(years=[*np.linspace(0, 10, 20), *np.full(10, 60.0)])
    with pytest.raises(SurveyError, match="negative"):
        one(people, {"method": "calibrate", "numeric": ["years"]})
    people = people.assign(years=[*np.linspace(0, 10, 20), *np.full(10, 9.0)])
    log = one(people, {"method": "calibrate", "numeric": ["years"]}).log
    assert log["detail"].str.contains("below 1").any()


def test_bounds_that_cannot_be_met_are_an_error() -> None:
    people = frame([("A", "x", 30, 20)]).assign(years=[*np.linspace(0, 10, 20), *np.full(10, 60.0)])
    settings = {"method": "calibrate", "numeric": ["years"], "distance": "logit", "bounds": [0.9, 1.1]}
    with pytest.raises(SurveyError, match="Widen the bounds"):
        one(people, settings)
    with pytest.raises(SurveyError, match="must satisfy"):
        calibration.distance("logit", (1.1, 2.0))
    with pytest.raises(SurveyError, match="choose linear"):
        calibration.distance("logit")


BALANCED = [
    ("A", "x", 90, 15),
    ("A", "y", 40, 30),
    ("A", "z", 30, 10),
    ("B", "x", 60, 20),
    ("B", "y", 40, 30),
    ("B", "z", 30, 20),
]
RAKED = {"method": "rake", "margins": ["agency", "profession"]}


@pytest.mark.parametrize(
    ("rule", "greatest"), [({"cap": 2.0}, 2.0 * 2.32), ({"iqr": 2.0}, 5.0742607), ({"deff": 1.37}, 5.5)]
)
def test_trimming_keeps_its_rule_and_the_margins(rule: dict[str, float], greatest: float) -> None:
    people = frame(BALANCED)
    plain = one(people, RAKED).weights["w_s"].to_numpy()
    result = one(people, RAKED | {"trim": rule})
    w = result.weights["w_s"].to_numpy()
    assert w.max() < plain.max()
    assert w.max() <= greatest * (1 + 1e-7)
    assert weighting.kish_deff(w) <= rule.get("deff", weighting.kish_deff(plain)) + 1e-12
    assert (result.margins["weighted_share"] - result.margins["frame_share"]).abs().max() < 1e-9
    assert result.log["step"].eq("trim").sum() == 1


def test_a_deff_target_is_met_closely_not_overshot() -> None:
    w = one(frame(BALANCED), RAKED | {"trim": {"deff": 1.37}}).weights["w_s"].to_numpy()
    assert weighting.kish_deff(w) == pytest.approx(1.37, abs=1e-5)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"cap": 1.5}, r"scheme 's': trimming \(cap: 1.5\) and the margins cannot both be met"),
        ({"deff": 1.2}, "no cap brings"),
    ],
)
def test_trimming_that_contradicts_the_margins_is_an_error(rule: dict[str, float], said: str) -> None:
    with pytest.raises(SurveyError, match=said):
        one(frame(BALANCED), RAKED | {"trim": rule})


def test_trimmed_classes_hold_the_agency_totals_and_a_request_is_never_ignored() -> None:
    people = frame(BALANCED)
    settings = {"method": "poststratify", "by": ["agency", "profession"], "trim": {"cap": 1.6}}
    result = one(people, settings)
    assert result.weights["w_s"].max() <= 1.6 * result.weights["w_s"].mean() * (1 + 1e-8)
    by_agency = result.margins[result.margins["variable"] == "agency"]
    assert by_agency["weighted_share"].to_numpy() == pytest.approx(by_agency["frame_share"].to_numpy())
    assert "15 weights lowered" in result.log.set_index("step").loc["trim", "detail"]
    with pytest.raises(SurveyError, match="cannot be trimmed"):
        one(people, {"method": "none", "trim": {"cap": 2}})


def test_composition_ends_on_the_last_steps_margins() -> None:
    people = frame(BALANCED)
    steps = [{"method": "propensity", "predictors": ["profession"]}, RAKED]
    result = one(people, {"method": "compose", "steps": steps})
    assert (result.margins["weighted_share"] - result.margins["frame_share"]).abs().max() < 1e-9
    assert result.log["step"].tolist() == ["propensity", "rake"]


def test_answers_are_exchangeable_in_the_classes_of_the_first_step() -> None:
    people, first = frame(BALANCED), {"method": "poststratify", "by": ["agency"]}
    steps = {"s": {"method": "compose", "steps": [first, RAKED]}}
    made = weighting.compute_schemes(people, section(steps))
    assert set(made.cells["cell"]) == set(people["agency"])


def test_a_saturated_response_model_gives_the_weighting_classes() -> None:
    people = frame([("A", "x", 40, 20), ("B", "x", 40, 10)])
    classes = one(people, {"method": "poststratify", "by": ["agency"]}).weights["w_s"]
    model = one(people, {"method": "propensity", "predictors": ["agency"]}).weights["w_s"]
    assert model.to_numpy() == pytest.approx(classes.to_numpy(), rel=1e-9)


def test_propensity_classes_and_separation() -> None:
    people = frame(BALANCED)
    result = one(people, {"method": "propensity", "predictors": ["agency", "profession"], "classes": 4})
    assert result.weights["w_s"].sum() == pytest.approx(len(people))
    assert len(result.cells) == 4
    everybody = frame([("A", "x", 30, 10), ("B", "x", 12, 12)])
    log = one(everybody, {"method": "propensity", "predictors": ["agency"]}).log
    assert "Firth" in log.loc[0, "detail"]
    assert propensity.quantile_classes(np.array([0.2, 0.2, 0.2, 0.5]), 3).tolist() == [0, 0, 0, 1]


def test_predictors_that_repeat_one_another() -> None:
    people = frame(BALANCED).assign(copy=lambda f: f["agency"].str.lower())
    with pytest.raises(SurveyError, match="cannot hold copy beside agency"):
        one(people, {"method": "propensity", "predictors": ["agency", "copy"]})
    assert propensity.told_apart(people, ["agency", "copy"]) == ["agency"]


def test_a_new_method_is_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weighting.METHODS, "doubled", lambda p, s, k: weighting.METHODS["none"](p, s, k))
    assert one(frame(SMALL), {"method": "doubled"}).weights["w_s"].nunique() == 1


def test_weight_of_unknown_eligibility_goes_to_those_whose_eligibility_is_known() -> None:
    people = frame([("A", "x", 10, 4), ("B", "x", 10, 5)])
    # A: 4 answered, 2 silent, 2 ineligible, 2 unknown. B: 5 answered, 5 silent.
    category = ["I"] * 4 + ["NC"] * 2 + ["IE"] * 2 + ["UH"] * 2 + ["I"] * 5 + ["NC"] * 5
    resolved = weighting.resolve_unknown_eligibility(people.assign(category=category), ["agency"])
    # Of 8 known in A 6 are eligible: 6 x 10/8 = 7.5 eligible staff.
    result = one(resolved, {"method": "poststratify", "by": ["agency"]}, base="base_weight")
    assert dict(zip(result.cells["cell"], result.cells["N"], strict=True)) == {"A": 7.5, "B": 10.0}
    lost = people.assign(category=["I"] * 4 + ["NC"] * 6 + ["UO"] * 10)
    with pytest.raises(SurveyError, match="agency B: nobody's eligibility is known"):
        weighting.resolve_unknown_eligibility(lost, ["agency"])


def test_whoever_is_not_weighted_counts_alike_whatever_weight_unknown_eligibility_moved_to_him() -> None:
    people = frame([("A", "x", 10, 4), ("B", "x", 10, 5)])
    category = ["I"] * 4 + ["NC"] * 4 + ["UH"] * 2 + ["I"] * 5 + ["NC"] * 5
    resolved = weighting.resolve_unknown_eligibility(people.assign(category=category), ["agency"])
    result = one(resolved, {"method": "none"}, base="base_weight")
    assert result.weights["w_s"].to_numpy() == pytest.approx(np.full(9, 20 / 9))
    halves = np.where(np.arange(9) % 2, 0.0, 1.0)[:, None] * result.people.start[:, None]
    assert result.plans["s"].reweight(halves)[:, 0] == pytest.approx(np.where(np.arange(9) % 2, 0.0, 4.0))


def test_a_preferred_family_goes_before_the_nearest_response_rate() -> None:
    prefer = [["Psychiatrist", "Psychologist"]]
    rules = RULES | {"min_n": 3, "prefer": prefer}
    result = one(frame(SMALL), CELLS | {"collapse": rules | {"max_factor": 9.0}})
    assert "AMH × Psychiatrist; AMH × Psychologist" in result.cells["members"].tolist()


def test_variance_guards() -> None:
    y, cells, w = [1.0, 0.0, 1.0], ["a", "a", "b"], [2.0, 2.0, 3.0]
    with pytest.raises(SurveyError, match=r"'b' has a single respondent"):
        variance.second_phase_mean(y, cells, {"a": 4, "b": 3}, weights=w)
    with pytest.raises(SurveyError, match=r"looks like a response rate"):
        variance.second_phase_mean(y[:2], cells[:2], {"a": 0.5}, weights=w[:2])
    with pytest.raises(SurveyError, match=r"2 respondents of 1.5 staff"):
        variance.second_phase_mean(y[:2], cells[:2], {"a": 1.5}, weights=w[:2])
    with pytest.raises(SurveyError, match=r"no number of staff"):
        variance.second_phase_mean(y[:2], cells[:2], {"z": 9}, weights=w[:2])
    stage = Stage(np.arange(2), np.zeros(2), np.array([0.1, 0.1]))
    with pytest.raises(SurveyError, match="looks like a fraction"):
        design_covariance(np.ones((2, 1)), [stage])
    lonely = Stage(np.zeros(2), np.zeros(2), np.array([5.0, 5.0]))
    with pytest.raises(SurveyError, match="a single unit was drawn"):
        design_covariance(np.ones((2, 1)), [lonely])


def test_domain_mean_by_hand() -> None:
    # Two cells of 4 and 6 staff, 3 and 3 respondents; the domain holds two of each.
    y = np.array([1.0, 3.0, 9.0, 2.0, 4.0, 9.0])
    w = np.array([4 / 3] * 3 + [2.0] * 3)
    domain = np.array([True, True, False] * 2)
    found = variance.second_phase_mean(y, list("aaabbb"), {"a": 4, "b": 6}, weights=w, domain=domain)
    size = 2 * 4 / 3 + 2 * 2.0
    mean = ((1 + 3) * 4 / 3 + (2 + 4) * 2) / size
    z = np.where(domain, (y - mean) / size, 0.0)
    expected = 16 * (1 - 3 / 4) * z[:3].var(ddof=1) / 3 + 36 * (1 - 3 / 6) * z[3:].var(ddof=1) / 3
    assert found.estimate == pytest.approx(mean)
    assert found.se == pytest.approx(np.sqrt(expected))
    assert found.df == 2
    blank = np.where(domain, y, np.nan)
    again = variance.second_phase_mean(blank, list("aaabbb"), {"a": 4, "b": 6}, weights=w)
    assert again == found


def test_two_stage_variance_by_hand() -> None:
    # Two of four clusters, then two of three persons in each.
    u = np.array([1.0, 3.0, 6.0, 10.0])
    clusters = np.array([0, 0, 1, 1])
    stages = [
        Stage(clusters, np.zeros(4), np.full(4, 4.0)),
        Stage(np.arange(4), np.zeros(4), np.full(4, 3.0)),
    ]
    first = (1 - 2 / 4) * 2 * np.array([4.0, 16.0]).var(ddof=1)
    second = (2 / 4) * (1 - 2 / 3) * 2 * (u[:2].var(ddof=1) + u[2:].var(ddof=1))
    assert design_covariance(u[:, None], stages)[0, 0] == pytest.approx(first + second)
    assert design_df(stages) == 1


def test_jackknife_of_a_delete_that_empties_a_margin_is_an_error() -> None:
    people = frame([("A", "x", 30, 10), ("A", "y", 5, 1), ("B", "x", 30, 10)])
    result = one(people, RAKED)
    with pytest.raises(SurveyError, match="a replicate leaves none"):
        replicates.jackknife(result.plans["s"], result.people.start)


def test_bootstrap_decides_the_merging_again_and_repeats_itself() -> None:
    people = weighting.population(frame(SMALL), needed=["agency", "profession"], group="agency")
    made = replicates.bootstrap(people, scheme(CELLS), "s", draws=200, seed=3)
    again = replicates.bootstrap(people, scheme(CELLS), "s", draws=200, seed=3)
    assert np.array_equal(made.matrix, again.matrix)
    assert made.matrix.sum(axis=0) == pytest.approx(len(people.frame))
    drawn = np.random.default_rng(3)
    counted = drawn.integers(0, 3, size=(int(people.respondent.sum()), 50)).astype(float)
    assert len(np.unique(weighting.merge_signatures(people, scheme(CELLS), counted, "s"))) > 1


def test_replicates_never_loop_over_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    result = one(frame(BALANCED), RAKED)
    calls = []
    plan = result.plans["s"]
    inner = plan.reweight
    plan.reweight = lambda start: calls.append(start.shape) or inner(start)
    made = replicates.jackknife(plan, result.people.start)
    assert calls == [(125, 125)]
    assert made.matrix.sum(axis=0) == pytest.approx(290)


OUTPUTS = (
    "weights", "selection", "cells", "diagnostics", "margins", "decisions", "replicate-weights",
    "replicate-coefs",
)  # fmt: skip


def run_script(
    folder: Path, people: pd.DataFrame, config: dict[str, Any]
) -> subprocess.CompletedProcess[str]:
    people.to_parquet(folder / "dispositions.parquet")
    command = [sys.executable, str(ROOT / "workflow/scripts/weight.py"), "--config", json.dumps(config)]
    command += ["--dispositions", str(folder / "dispositions.parquet")]
    for name in OUTPUTS:
        command += [f"--{name}", str(folder / name)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_script_writes_every_table_and_leaves_out_the_ineligible(tmp_path: Path) -> None:
    people = frame(SMALL).assign(category="I")
    gone = people.head(2).assign(id=["gone-1", "gone-2"], category="IE", respondent=False)
    config = {
        "weighting": {
            "primary": "s",
            "schemes": {"s": {"label": "S", **CELLS}, "none": {"label": "None", "method": "none"}},
            "replicates": {"method": "jackknife", "max_n": 500},
        },
        "frame": FRAME,
        "design": CENSUS,
        "population": "list",
        "seed": 1,
    }
    done = run_script(tmp_path, pd.concat([people, gone]), config)
    assert done.returncode == 0, done.stderr
    weights = pd.read_parquet(tmp_path / "weights")
    assert list(weights) == ["id", "w_s", "w_none", "cell_s", "cell_none"]
    assert weights["w_s"].sum() == pytest.approx(len(people))
    reps = pd.read_parquet(tmp_path / "replicate-weights")
    assert reps.shape == (2 * 113, 2 + 113)
    assert pd.read_parquet(tmp_path / "replicate-coefs").columns.tolist() == ["scheme", "replicate", "coef"]
    assert pd.read_csv(tmp_path / "diagnostics")["N"].tolist() == [310, 310]
    config["weighting"]["replicates"]["max_n"] = 50
    assert run_script(tmp_path, people, config).returncode == 0
    assert len(pd.read_parquet(tmp_path / "replicate-weights")) == 0


def test_script_answers_a_mistake_without_a_traceback(tmp_path: Path) -> None:
    people = frame([("AMH", "Nurse", 8, 0), ("CSC", "Nurse", 9, 5)]).assign(category="I")
    config = {
        "weighting": plain(section({"s": CELLS})),
        "frame": FRAME,
        "design": CENSUS,
        "population": "list",
        "seed": 1,
    }
    done = run_script(tmp_path, people, config)
    assert done.returncode == 1
    assert "no respondent in AMH (8 staff)" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "weights").exists()
