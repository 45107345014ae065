"""Weights against R 4.2.2 with `survey` 4.1.1 (tests/golden/data), and known answers (GT)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from surveypipe.study.weighting import Weighting
from surveypipe.weighting import calibration
from surveypipe.weighting import schemes as weighting
from surveypipe.weighting.trimming import spread_trimmed

DATA = Path(__file__).parent / "data"
API = json.loads((DATA / "api.json").read_text(encoding="utf-8"))["estimates"]
STYPE = {"E": 4421.0, "H": 755.0, "M": 1018.0}
SCH_WIDE = {"No": 1072.0, "Yes": 5122.0}
AWARDS = {"No": 2027.0, "Yes": 4167.0}
API99 = 3914069.0

# Fixture B, invented: agency, profession, staff, respondents, 'yes'.
FIXTURE_B = [
    ("AMH", "SW", 60, 20, 18),
    ("AMH", "Nurse", 80, 15, 11),
    ("AMH", "Other", 40, 10, 7),
    ("CSC", "SW", 110, 60, 55),
    ("CSC", "Other", 30, 14, 11),
]

# What the table "Verification" is made from: entries of api.json or known answers, R's function, tolerance
# (relative for api.json, else that of the printed digits), and the data where they are not api.json's.
CHECKS = [
    ("clus1_cal_linear_grange clus1_cal_raking_grange", "calibrate: weights", 1e-9),
    ("clus1_calb_linear_grange clus1_calb_logit_grange", "calibrate: weights", 1e-9),
    ("clus1_trim", "trimWeights", 1e-10),
    ("kish_deff", "rake: weights", 1e-10),
    ("GT-3", "postStratify and rake: weights, estimates, Kish's design effects", 5e-7, "fixture B"),
    ("GT-4", "postStratify, rake and calibrate: weights and estimates", 5e-6, "apisrs"),
]


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", na_values=["NA"], keep_default_na=False, dtype={"cds": str})


def fixture_b() -> pd.DataFrame:
    rows = [
        (f"{agency}-{role}-{i:03d}", agency, role, i < n, 1.0 if i < yes else 0.0 if i < n else np.nan)
        for agency, role, N, n, yes in FIXTURE_B
        for i in range(N)
    ]
    return pd.DataFrame(rows, columns=["id", "agency", "profession", "respondent", "y"])


def section(schemes: Mapping[str, Mapping[str, Any]], **more: Any) -> Weighting:
    """The section of the configuration with these schemes, the first of them primary."""
    labelled = {key: {"label": key, **scheme} for key, scheme in schemes.items()}
    return msgspec.convert({"primary": next(iter(schemes)), "schemes": labelled, **more}, Weighting)


def solve(settings: Mapping[str, Any]) -> tuple[weighting.WeightingResult, np.ndarray, np.ndarray]:
    frame = fixture_b()
    result = weighting.compute_schemes(frame, section({"s": settings}), group="agency")
    table = result.weights.merge(frame[["id", "y"]], on="id")
    return result, table["w_s"].to_numpy(), table["y"].to_numpy()


# GT-3: R survey, Fixture B: estimate, Kish deff.
@pytest.mark.parametrize(
    ("settings", "estimate", "deff"),
    [
        ({"method": "none"}, 0.8571429, 1.000),
        ({"method": "poststratify", "by": ["agency"]}, 0.8402027, 1.144521),
        ({"method": "poststratify", "by": ["agency", "profession"]}, 0.8283482, 1.200016),
        ({"method": "rake", "margins": ["agency", "profession"]}, 0.8286881, 1.198175),
    ],
)
def test_gt3_estimates_and_design_effects(settings: dict[str, Any], estimate: float, deff: float) -> None:
    _, w, y = solve(settings)
    assert w @ y / w.sum() == pytest.approx(estimate, abs=5e-8)
    assert weighting.kish_deff(w) == pytest.approx(deff, abs=5e-7)


def test_gt3_raked_weights_by_cell() -> None:
    result, w, _ = solve({"method": "rake", "margins": ["agency", "profession"]})
    cell = result.weights["id"].str[:-4]
    # GT-3, by cell of Fixture B in the order of the fixture.
    expected = dict(
        zip(
            [f"{a}-{p}" for a, p, *_ in FIXTURE_B],
            [3.0787532, 5.3333333, 3.8424936, 1.8070823, 2.2553617],
            strict=True,
        )
    )
    assert w == pytest.approx(cell.map(expected).to_numpy(), abs=5e-8)


def test_gt3_poststratified_weights_of_the_agencies() -> None:
    result, w, _ = solve({"method": "poststratify", "by": ["agency"]})
    assert dict(zip(result.weights["cell_s"], w.round(6), strict=True)) == {"AMH": 4.0, "CSC": 1.891892}


def test_kish_effective_sample_size() -> None:
    _, w, _ = solve({"method": "poststratify", "by": ["agency"]})
    # Known answers of Kish's formula: Fixture A, then the stratified school sample.
    assert weighting.kish_deff(w) == pytest.approx(1.1445207, abs=5e-8)
    assert len(w) / weighting.kish_deff(w) == pytest.approx(103.97366, abs=5e-6)
    pw = read("apistrat")["pw"].to_numpy()
    assert weighting.kish_deff(pw) == pytest.approx(1.186371, abs=5e-7)
    assert len(pw) / weighting.kish_deff(pw) == pytest.approx(168.58133, abs=5e-6)


def api_margins(table: pd.DataFrame, **totals: dict[str, float]) -> list[calibration.Margin]:
    return [calibration.margin(name, table[name], wanted) for name, wanted in totals.items()]


def test_gt4_poststratification_raking_calibration_of_the_simple_random_sample() -> None:
    srs = read("apisrs")
    y, start = srs["api00"].to_numpy(float), srs["pw"].to_numpy(float)
    post, _ = calibration.rake(start, api_margins(srs, stype=STYPE))
    assert post @ y / post.sum() == pytest.approx(656.78158, abs=5e-6)
    raked, _ = calibration.rake(start, api_margins(srs, stype=STYPE, **{"sch.wide": SCH_WIDE}))
    assert raked @ y / raked.sum() == pytest.approx(657.79155, abs=5e-6)
    elementary = (srs["stype"] == "E") & (srs["sch.wide"] == "Yes")
    high = (srs["stype"] == "H") & (srs["sch.wide"] == "No")
    assert raked[elementary] == pytest.approx(31.396366, abs=5e-7)
    assert raked[high] == pytest.approx(29.003103, abs=5e-7)
    X, totals = auxiliaries(srs)
    linear, _ = calibration.calibrate(start, X, totals)
    assert linear @ y / linear.sum() == pytest.approx(663.52443, abs=5e-6)
    assert (linear.min(), linear.max()) == pytest.approx((27.25352, 35.02783), abs=5e-6)
    exponential, _ = calibration.calibrate(start, X, totals, kind="raking")
    assert exponential @ y / exponential.sum() == pytest.approx(663.51969, abs=5e-6)


def auxiliaries(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    columns = [np.ones(len(table)), table["stype"] == "H", table["stype"] == "M", table["api99"]]
    return np.column_stack(columns).astype(float), np.array([6194, 755, 1018, API99])


CALIBRATED = {
    "cal_linear": ("linear", None),
    "cal_raking": ("raking", None),
    "calb_linear": ("linear", (0.6, 1.6)),
    "calb_logit": ("logit", (0.6, 1.6)),
}


@pytest.mark.parametrize("name", CALIBRATED)
def test_calibrated_weights_equal_r(name: str) -> None:
    clusters = read("apiclus1")
    kind, bounds = CALIBRATED[name]
    X, totals = auxiliaries(clusters)
    start = clusters["pw"].to_numpy(float)
    w, _ = calibration.calibrate(start, X, totals, kind=kind, bounds=bounds)
    assert w == pytest.approx(read(f"apiclus1_{name}_weights")["w"].to_numpy(), rel=1e-10)
    limits = API[f"clus1_{name}_grange"]["estimate"]
    assert (w / start).min() == pytest.approx(limits["v1"], rel=1e-9)
    assert (w / start).max() == pytest.approx(limits["v2"], rel=1e-9)
    mean = w @ clusters["api00"].to_numpy(float) / w.sum()
    assert mean == pytest.approx(API[f"clus1_{name}_mean"]["estimate"]["api00"], rel=1e-10)


@pytest.mark.parametrize(("kind", "theirs_kind"), [("linear", "truncated_linear"), ("logit", "logit")])
def test_bounded_calibration_equals_icarus(kind: str, theirs_kind: str) -> None:
    pycarus = pytest.importorskip("pycarus")
    clusters = read("apiclus1")
    X, totals = auxiliaries(clusters)
    start = clusters["pw"].to_numpy(float)
    mine, _ = calibration.calibrate(start, X, totals, kind=kind, bounds=(0.6, 1.6))
    names = ["one", "high", "middle", "api99"]
    table = pd.DataFrame(X, columns=names).assign(pw=start)
    theirs, _ = pycarus.calibrate(
        table,
        dict(zip(names, totals, strict=True)),
        method=theirs_kind,
        bounds=(0.6, 1.6),
        initial_weights_column="pw",
        tolerance=1e-10,
        verbose=False,
    )
    assert mine == pytest.approx(np.asarray(theirs, float), rel=1e-7)


@pytest.mark.parametrize(
    ("name", "totals"),
    [
        ("apiclus1", {"stype": STYPE, "sch.wide": SCH_WIDE}),
        ("apistrat", {"awards": AWARDS, "sch.wide": SCH_WIDE}),
    ],
)
def test_raked_weights_equal_r(name: str, totals: dict[str, dict[str, float]]) -> None:
    table = read(name)
    w, _ = calibration.rake(table["pw"].to_numpy(float), api_margins(table, **totals))
    assert w == pytest.approx(read(f"{name}_raked_weights")["w"].to_numpy(), rel=1e-8)


def test_trimming_and_kish_of_raked_clusters_equal_r() -> None:
    clusters = read("apiclus1")
    raked = read("apiclus1_raked_weights")["w"].to_numpy()
    trimmed = spread_trimmed(raked, 50, 10)
    low, high, mean = API["clus1_trim"]["estimate"].values()
    assert (trimmed.min(), trimmed.max()) == pytest.approx((low, high), rel=1e-10)
    assert trimmed @ clusters["api00"].to_numpy(float) / trimmed.sum() == pytest.approx(mean, rel=1e-10)
    kish = API["kish_deff"]["estimate"]
    assert weighting.kish_deff(raked) == pytest.approx(kish["deff"], rel=1e-10)
    assert len(raked) / weighting.kish_deff(raked) == pytest.approx(kish["neff"], rel=1e-10)


def test_firth_propensities_equal_firthmodels() -> None:
    firthmodels = pytest.importorskip("firthmodels")
    from surveypipe.weighting import propensity

    rng = np.random.default_rng(11)
    x = rng.normal(size=(60, 2))
    answered = (x[:, 0] > 0.4).astype(float)  # separated by the first predictor
    X = np.column_stack([np.ones(60), x])
    fit = propensity.fit(X, answered, np.ones(60))
    assert fit.firth
    theirs = firthmodels.FirthLogisticRegression(max_iter=1000, gtol=1e-7, xtol=1e-7).fit(x, answered)
    assert fit.beta == pytest.approx(np.concatenate([[theirs.intercept_], theirs.coef_]), rel=1e-6)


def test_logit_propensities_equal_statsmodels() -> None:
    import statsmodels.api as sm

    from surveypipe.weighting import propensity

    frame = fixture_b()
    X, names = propensity.design_matrix(frame, ["agency", "profession"])
    assert names == ["(Intercept)", "agency=CSC", "profession=Other", "profession=SW"]
    answered = frame["respondent"].to_numpy(float)
    fit = propensity.fit(X, answered, np.ones(len(frame)))
    theirs = sm.Logit(answered, X).fit(disp=0, tol=1e-13, method="newton")
    assert fit.beta == pytest.approx(theirs.params, rel=1e-9)
    assert not fit.firth
