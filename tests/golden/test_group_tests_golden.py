"""Tests between groups against R (api.json; GT-17 of the method notes).

Left out: ``strat_chisq_lincom`` and ``strat_chisq_saddlepoint`` (p of a weighted sum of χ²: not offered; the
second-order test is). All other entries on tests between groups are here at 1e-8 relative.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveypipe.design import engine
from surveypipe.design.intervals import t_interval
from surveypipe.design.stages import Stage, design_covariance
from surveypipe.estimation import contingency, group_tests

DATA = Path(__file__).parent / "data"
REFERENCE = json.loads((DATA / "api.json").read_text())["estimates"]
REL = 1e-8

# What the table "Verification" is made from: entries of api.json or known answers, R's function, tolerance
# (relative for api.json, else that of the printed digits), and the data where they are not api.json's.
CHECKS = [
    ("strat_chisq_F strat_chisq2_F clus1_chisq_F", "svychisq", 1e-8),
    ("strat_chisq_Chisq strat_chisq_Wald strat_chisq_adjWald", "svychisq", 1e-8),
    ("strat_ttest", "svyttest", 1e-8),
    ("strat_ranktest", "svyranktest", 1e-8),
    ("GT-10", "fisher.test", 5e-11, "fixture A"),
    ("GT-17", "svychisq and svyttest, fpc off and on; svyranktest", 5e-8, "fixture A, apistrat"),
]
LEFT_OUT = {
    "strat_chisq_lincom": ("p from a weighted sum of chi-squares", "the second-order test is"),
    "strat_chisq_saddlepoint": ("p by the saddlepoint method", "the second-order test is"),
}


def read(name):
    return pd.read_csv(DATA / f"{name}.csv", keep_default_na=False, na_values=["", "NA"])


@pytest.fixture(scope="module")
def strat():
    frame = read("apistrat")
    stages = [Stage(np.arange(len(frame)), frame["stype"].to_numpy(), frame["fpc"].to_numpy(float))]
    made = engine.sample(frame, weight="pw", stratum="stype", pop_size="fpc")
    return frame, made, lambda scores, again=None: design_covariance(scores, stages), 197


@pytest.fixture(scope="module")
def clus1():
    frame = read("apiclus1")
    unit, stratum = frame["dnum"].to_numpy(), np.zeros(len(frame))
    stages = [Stage(unit, stratum, frame["fpc"].to_numpy(float))]
    made = engine.sample(frame, weight="pw", psu="dnum", pop_size="fpc")
    return frame, made, lambda scores, again=None: design_covariance(scores, stages), 14


CHISQ = [
    ("strat", "stype", "strat_chisq_F"),
    ("strat", "awards", "strat_chisq2_F"),
    ("clus1", "stype", "clus1_chisq_F"),
]


@pytest.mark.parametrize(("data", "columns", "entry"), CHISQ)
def test_rao_scott_second_order(data, columns, entry, request):
    frame, made, covariance, df = request.getfixturevalue(data)
    wanted = REFERENCE[entry]
    own = contingency.rao_scott_test(frame["sch.wide"], frame[columns], frame["pw"], covariance, df)
    for test in (engine.rao_scott(made, "sch.wide", columns), own.second_order):
        assert pytest.approx(wanted["estimate"]["stat"], rel=REL) == test.F
        assert test.ndf == pytest.approx(wanted["extra"]["parameter"]["ndf"], rel=REL)
        assert test.ddf == pytest.approx(wanted["extra"]["parameter"]["ddf"], rel=REL)
        assert test.p == pytest.approx(wanted["extra"]["p"], rel=1e-7)


def test_rao_scott_first_order(strat):
    frame, _, covariance, df = strat
    wanted = REFERENCE["strat_chisq_Chisq"]
    test = contingency.rao_scott_test(frame["sch.wide"], frame["stype"], frame["pw"], covariance, df)
    assert test.x2 == pytest.approx(wanted["estimate"]["stat"], rel=REL)
    assert test.first_order_p == pytest.approx(wanted["extra"]["p"], rel=REL)


def test_wald(strat):
    frame, _, covariance, df = strat
    found = contingency.wald_test(frame["sch.wide"], frame["stype"], frame["pw"], covariance, df)
    for test, entry in zip(found, ("strat_chisq_Wald", "strat_chisq_adjWald"), strict=True):
        wanted = REFERENCE[entry]
        assert pytest.approx(wanted["estimate"]["stat"], rel=REL) == test.F
        assert (test.ndf, test.ddf) == tuple(wanted["extra"]["parameter"].values())
        assert test.p == pytest.approx(wanted["extra"]["p"], rel=1e-7)


def test_t(strat):
    frame, made, covariance, df = strat
    wanted = REFERENCE["strat_ttest"]
    yes = (frame["sch.wide"] == "Yes").astype(float)
    own = group_tests.compare_means(frame["api00"], yes, frame["pw"], covariance, df - 1).difference
    for test in (engine.t_test(made, "api00", "sch.wide"), own):
        assert test.estimate == pytest.approx(wanted["estimate"]["value"], rel=REL)
        assert test.t == pytest.approx(wanted["extra"]["t"], rel=REL)
        assert test.df == wanted["extra"]["df"]
        assert test.p == pytest.approx(wanted["extra"]["p"], rel=REL)
        # GT-17: the interval of the difference.
        low, high = t_interval(test.estimate, test.se, test.df)
        assert (low, high) == pytest.approx((40.579655, 124.987516), abs=5e-7)


def test_rank_two_groups(strat):
    frame, _, covariance, df = strat
    wanted = REFERENCE["strat_ranktest"]
    yes = (frame["sch.wide"] == "Yes").astype(float)
    test = group_tests.rank_test(frame["api00"], yes, frame["pw"], covariance, df, as_r=True)
    assert test.estimate == pytest.approx(wanted["estimate"]["value"], rel=REL)
    assert test.statistic == pytest.approx(wanted["extra"]["t"], rel=REL)
    assert test.ddf == wanted["extra"]["df"]
    assert test.p == pytest.approx(wanted["extra"]["p"], rel=REL)


def test_svy_rank_test_still_ignores_the_fpc(strat):
    # The reason for our own: when this fails, svy has learnt it.
    _, made, _, _ = strat
    names = made.names
    found = made.made.categorical.ranktest(names["api00"], group=names["sch.wide"]).stats
    assert found.value == pytest.approx(3.608, abs=5e-4)


# GT-17 of the method notes: R's svyranktest(api00 ~ stype, test = "KruskalWallis").
def test_gt17_kruskal_wallis(strat):
    frame, _, covariance, df = strat
    codes = frame["stype"].map({"E": 0, "H": 1, "M": 2})
    test = group_tests.rank_test(frame["api00"], codes, frame["pw"], covariance, df, as_r=True)
    assert test.statistic == pytest.approx(6.7104061, abs=5e-8)
    assert test.ndf == 2
    assert test.p == pytest.approx(0.0369288, abs=5e-8)


# GT-17 of the method notes, Fixture A.
GT17 = [
    (False, 1.8966734, 0.1710803, 1.3051462, 0.1944260, (-0.0475587, 0.2313425)),
    (True, 3.1057288, 0.0806288, 1.5876618, 0.115085, (-0.0227443, 0.2065281)),
]


@pytest.mark.parametrize(("fpc", "F", "p", "t", "p_t", "ends"), GT17)
def test_gt17_fixture_a(fixture_a, fpc, F, p, t, p_t, ends):
    y, design, csc = fixture_a
    covariance = design.covariance(fpc=fpc)
    frame = pd.DataFrame({"y": y, "group": csc})
    made = design.sample(frame, fpc=fpc)
    by_hand = contingency.rao_scott_test(y, csc, design.weights, covariance, 117).second_order
    for test in (engine.rao_scott(made, "y", "group"), by_hand):
        assert pytest.approx(F, abs=5e-8) == test.F
        assert (test.ndf, test.ddf) == pytest.approx((1, 117), rel=1e-12)
        assert test.p == pytest.approx(p, abs=5e-8)
    own = group_tests.compare_means(y, csc, design.weights, covariance, 116).difference
    for difference in (engine.t_test(made, "y", "group"), own):
        assert difference.estimate == pytest.approx(0.0918919, abs=5e-8)
        assert difference.t == pytest.approx(t, abs=5e-8)
        assert difference.df == 116
        assert difference.p == pytest.approx(p_t, abs=5e-7)
        low, high = t_interval(difference.estimate, difference.se, difference.df)
        assert (low, high) == pytest.approx(ends, abs=5e-8)


# GT-10 of the method notes: response by agency (Fisher).
def test_gt10_fisher():
    answered = np.repeat([1, 0, 1, 0], [45, 135, 74, 66])
    agency = np.repeat([0, 1], [180, 140])
    assert contingency.exact_test(answered, agency) == pytest.approx(4.365e-7, abs=5e-11)
