"""Samples: everybody drawn, those who answered, and what was adjusted on top."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.design.doubts import doubts
from surveypipe.design.from_weights import designs_of
from surveypipe.design.protocol import Design
from surveypipe.design.selection import as_table, base_weights, selection_of
from surveypipe.design.stages import Stage, design_covariance
from surveypipe.problems import SurveyError
from surveypipe.study.design import GivenReplicates, Sampling
from surveypipe.study.weighting import Replicates, Weighting
from surveypipe.weighting import replicates, schemes

BY_JOB = {"label": "Job", "method": "poststratify", "by": ["job"]}
RAKED = {"label": "Raked", "method": "rake", "margins": ["job", "sex"]}
PROPENSITY = {"label": "Propensity", "method": "propensity", "predictors": ["job"]}


def people(size: int = 300, seed: int = 4) -> pd.DataFrame:
    """A population in clusters, with jobs that answer more or less readily."""
    rng = np.random.default_rng(seed)
    job = rng.choice(["a", "b", "c"], size, p=[0.5, 0.3, 0.2])
    cluster = np.arange(size) // 10
    effect = rng.normal(0, 1, size // 10)[cluster]
    made = pd.DataFrame(
        {
            "id": [f"p{k:04d}" for k in range(size)],
            "job": job,
            "sex": rng.choice(["f", "m"], size),
            "unit": cluster.astype(str),
            "y": (rng.normal(0, 1, size) + effect + (job == "a") > 0).astype(float),
        }
    )
    return made.assign(respondent=rng.random(size) < np.where(job == "a", 0.7, 0.45))


def designed(drawn: pd.DataFrame, sampling: Sampling, scheme: dict[str, Any]) -> tuple[Design, np.ndarray]:
    """Weight a sample on the road of the stage, and give its design with the answers."""
    base = base_weights(drawn, sampling)
    wanted = msgspec.convert({"primary": "s", "schemes": {"s": scheme}}, Weighting)
    drawn = drawn.assign(base_weight=base)
    made = schemes.compute_schemes(drawn, wanted, base="base_weight", second_phase=False, drawn=True)
    selection = selection_of(made.people.frame, sampling, made.people.base)
    table = as_table(made.people.frame, selection, made.linearised)
    respondents = made.weights.merge(drawn[["id", "y"]], on="id", how="left")
    found = designs_of(["s"], respondents, made.cells, table, sampling)["s"]
    return found, respondents["y"].to_numpy()


def census(drawn: pd.DataFrame, scheme: dict[str, Any]) -> tuple[Design, np.ndarray]:
    wanted = msgspec.convert({"primary": "s", "schemes": {"s": scheme}}, Weighting)
    made = schemes.compute_schemes(drawn, wanted, second_phase=False)
    respondents = made.weights.merge(drawn[["id", "y"]], on="id", how="left")
    sampling = Sampling(kind="census")
    found = designs_of(["s"], respondents, made.cells, as_table(drawn, None, {}), sampling)["s"]
    return found, respondents["y"].to_numpy()


@pytest.mark.parametrize("scheme", [BY_JOB, RAKED, PROPENSITY], ids=["cells", "raked", "propensity"])
def test_where_everybody_was_drawn_a_sample_is_a_census(scheme):
    """Selection then adds nothing, and response as a second phase is all that is left to chance."""
    everybody = people()
    sampling = Sampling(kind="sample", fpc=(float(len(everybody)),))
    made, y = designed(everybody, sampling, scheme)
    expected, _ = census(everybody, scheme)
    assert made.means(y)[0].estimate == pytest.approx(expected.means(y)[0].estimate, rel=1e-12)
    assert made.means(y)[0].se == pytest.approx(expected.means(y)[0].se, rel=1e-10)


def test_weights_that_were_not_adjusted_carry_the_chance_of_response_too():
    """Drawn with certainty, a random part answers: the variance is that of a random sample of them."""
    everybody = people().assign(respondent=np.arange(300) % 3 == 0)
    made, y = designed(everybody, Sampling(kind="sample", fpc=(300.0,)), {"label": "D", "method": "design"})
    assert made.means(y)[0].se == pytest.approx(np.sqrt((1 - 1 / 3) * y.var(ddof=1) / len(y)), rel=1e-10)


def test_where_everybody_answered_response_adds_nothing():
    drawn = people().iloc[::3].assign(respondent=True)
    sampling = Sampling(kind="sample", fpc=(300.0,))
    made, y = designed(drawn, sampling, {"label": "As drawn", "method": "design"})
    assert made.means(y)[0].se == pytest.approx(np.sqrt((1 - 1 / 3) * y.var(ddof=1) / len(y)), rel=1e-12)
    assert made.means(y, fpc=False)[0].se == pytest.approx(np.sqrt(y.var(ddof=1) / len(y)), rel=1e-12)
    assert made.means(y)[0].df == len(y) - 1


@pytest.mark.parametrize("scheme", [BY_JOB, RAKED, PROPENSITY], ids=["cells", "raked", "propensity"])
@pytest.mark.slow
@pytest.mark.parametrize("by_cluster", [True, False], ids=["clusters", "persons"])
def test_standard_errors_of_samples_with_silent_people_are_as_large_as_estimates_vary(scheme, by_cluster):
    """Drawing and answering repeated: the mean of the variances is the variance of the estimates."""
    everybody, rng = people(900, seed=11), np.random.default_rng(3)
    ready = np.where(everybody["job"] == "a", 0.7, 0.45)
    keys = {"clusters": ("unit",), "fpc": (90.0,)} if by_cluster else {"fpc": (900.0,)}
    sampling = Sampling(kind="sample", **keys)
    estimates, variances = [], []
    for _ in range(150):
        if by_cluster:
            rows = np.isin(everybody["unit"], rng.choice(90, 45, replace=False).astype(str))
        else:
            rows = np.isin(np.arange(900), rng.choice(900, 450, replace=False))
        drawn = everybody.assign(respondent=rng.random(900) < ready)[rows]
        made, y = designed(drawn, sampling, scheme)
        found = made.means(y)[0]
        estimates.append(found.estimate)
        variances.append(found.se**2)
    # The standard deviation of 150 estimates is itself known to 6 %, at one standard error.
    assert np.sqrt(np.mean(variances)) == pytest.approx(np.std(estimates, ddof=1), rel=0.18)
    assert abs(np.mean(estimates) - everybody["y"].mean()) < 3 * np.std(estimates, ddof=1) / np.sqrt(150)


# --- strata of one unit -------------------------------------------------------------------------------

STRATA = np.array(["a", "a", "a", "b", "b", "c"])
SCORES = np.array([1.0, -2.0, 0.5, 3.0, -1.5, 0.75])[:, None]


def of_pairs() -> float:
    """Variance of the strata that have several units, by its definition."""
    total = 0.0
    for name in ("a", "b"):
        t = SCORES[STRATA == name, 0]
        total += len(t) * t.var(ddof=1)
    return total


def test_a_stratum_of_one_unit_stops_unless_something_stands_for_it():
    stage = [Stage(np.arange(6).astype(str), STRATA)]
    with pytest.raises(SurveyError, match=r"1 of 3 strata \(c\) a single unit was drawn"):
        design_covariance(SCORES, stage)
    certain = design_covariance(SCORES, stage, single_unit="certainty")[0, 0]
    assert certain == pytest.approx(of_pairs())
    assert design_covariance(SCORES, stage, single_unit="average")[0, 0] == pytest.approx(1.5 * certain)
    adjusted = design_covariance(SCORES, stage, single_unit="adjust")[0, 0]
    assert adjusted == pytest.approx(certain + 0.75**2)


# --- weights and sizes --------------------------------------------------------------------------------


def test_sizes_may_be_numbers_or_shares():
    drawn = people().iloc[::3]
    numbers, y = designed(drawn.assign(respondent=True), Sampling(kind="sample", fpc=(300.0,)), BY_JOB)
    shares, _ = designed(drawn.assign(respondent=True), Sampling(kind="sample", fpc=(1 / 3,)), BY_JOB)
    assert shares.means(y)[0].se == pytest.approx(numbers.means(y)[0].se, rel=1e-12)
    assert shares.weights.sum() == pytest.approx(300)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"fpc": (40.0,)}, "40 is below the units that were drawn there"),
        ({"fpc": ("size",), "strata": "job"}, "has more than one value in"),
        ({"weights": "size"}, "have a weight of 'size' that is missing or not above 0"),
        ({"probabilities": "chance"}, "have no chance of selection between 0 and 1"),
    ],
    ids=["few", "several", "weights", "chances"],
)
def test_what_cannot_be_a_design_is_told(keys, words):
    drawn = people().assign(size=np.arange(300.0), chance=np.linspace(0, 1.5, 300))
    with pytest.raises(SurveyError, match=words):
        sampling = Sampling(kind="sample", **keys)
        selection_of(drawn, sampling, base_weights(drawn, sampling))


# --- replicates ---------------------------------------------------------------------------------------


def test_replicates_of_a_jackknife_give_its_variance_and_any_scale_of_weights_the_same():
    """JK1 of a mean is the textbook variance; it does not depend on what the weights add up to."""
    y = people()["y"].to_numpy()[:40]
    n = len(y)
    matrix = np.where(np.eye(n) > 0, 0.0, n / (n - 1))
    names = tuple(f"r{k}" for k in range(n))
    sampling = Sampling(kind="replicates", replicates=GivenReplicates(columns=names, type="JK1"))
    cells = pd.DataFrame({"scheme": ["s"], "cell": ["All"], "N": [float(n)]})
    found = []
    for scale in (1.0, 0.02):
        respondents = pd.DataFrame({"id": names, "w_s": scale, "cell_s": "All"})
        table = pd.DataFrame({f"replicate_s_{k:03d}": scale * column for k, column in enumerate(matrix.T)})
        design = designs_of(["s"], respondents, cells, table.assign(id=names), sampling)["s"]
        found.append(design.means(y)[0])
    assert found[0].se == pytest.approx(np.sqrt(y.var(ddof=1) / n), rel=1e-12)
    assert found[1].se == pytest.approx(found[0].se, rel=1e-12)
    assert found[0].df == n - 1


# --- designs that fit badly ---------------------------------------------------------------------------


def told(drawn: pd.DataFrame, **keys: Any) -> str:
    sampling = Sampling(kind="sample", **keys)
    base = base_weights(drawn, sampling)
    assert base is not None
    return " ".join(doubts(selection_of(drawn.assign(respondent=True), sampling, base), sampling))


def test_a_design_that_fits_badly_is_told():
    drawn = people(60).assign(one="1", own=[str(k) for k in range(60)], w=2.0)
    assert told(drawn, clusters=("unit",)) == (
        "design: 6 first-stage units leave 5 degrees of freedom; intervals are wide, and tests of several "
        "answers at once are weak."
    )
    assert "every own holds one respondent" in told(drawn, clusters=("own",))
    assert "'w' is the same for everybody" in told(drawn, weights="w")
    by_unit = drawn.assign(w=drawn["unit"].astype(float) + 1)
    assert "the same for all respondents of one unit" in told(by_unit, weights="w", clusters=("unit",))
    far = drawn.assign(w=np.where(np.arange(60) == 7, 90.0, 1.0))
    assert "1 respondent has a weight of more than 10 times the mean" in told(far, weights="w")
    alone = drawn.assign(stratum=np.where(np.arange(60) == 7, "b", "a"))
    assert "1 of 2 strata of stratum hold one unit (b)" in told(
        alone, strata="stratum", single_unit="average"
    )
    with pytest.raises(SurveyError, match=r"all 60 respondents are of one sampling unit \(one\)"):
        told(drawn, clusters=("one",))


# --- replicates of ours -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["jackknife", "bootstrap"])
def test_replicates_leave_out_whole_units(method):
    """Beside linearisation: the jackknife of a linear statistic is it, the bootstrap comes near."""
    drawn = people(600).assign(respondent=True)[lambda t: t["unit"].astype(int) % 2 == 0]
    sampling = Sampling(kind="sample", clusters=("unit",), fpc=(60.0,))
    made, y = designed(drawn, sampling, {"label": "D", "method": "design"})
    base = base_weights(drawn, sampling)
    assert base is not None
    settings = {"primary": "s", "schemes": {"s": {"label": "D", "method": "design"}}}
    result = schemes.compute_schemes(
        drawn.assign(b=base), msgspec.convert(settings, Weighting), base="b", second_phase=False, drawn=True
    )
    wanted = Replicates(method=method, draws=2000)
    selection = selection_of(result.people.frame, sampling, base)
    found = replicates.make(result, "s", wanted, seed=1, selection=selection)
    again = replicates.means(y, found.matrix)[0]
    se = float(np.sqrt(replicates.variance(again, made.means(y)[0].estimate, found.coefs)))
    assert se == pytest.approx(made.means(y)[0].se, rel=1e-9 if method == "jackknife" else 0.06)
