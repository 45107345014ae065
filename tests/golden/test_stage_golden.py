"""R's answers held against what the pipeline's own stages publish, from a raw file and a configuration.

tests/golden/api_study.py makes surveys of R's school samples: `apipop` is the list of those who were asked, a
sample those who answered. Snakemake runs ingest, clean, response, weight, analyse and model; compared are the
rows of estimates.csv and further_estimates.csv (R's side: tests/golden/data/stage.R).
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).parent / "data"
_SPEC = importlib.util.spec_from_file_location("api_study", Path(__file__).with_name("api_study.py"))
assert _SPEC is not None and _SPEC.loader is not None
api_study = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(api_study)
STAGE = json.loads((DATA / "stage.json").read_text(encoding="utf-8"))["estimates"]
# What the table "Verification" is made from: see verification.py. All of it is read off published tables.
THROUGH = "the stages ingest to model, from a raw file"
CHECKS = [
    ("stage_srs_none_mean stage_srs_none_share stage_srs_none_weights", "estimates.csv, weights", 1e-9),
    ("stage_strat_cells_mean stage_strat_cells_share stage_strat_cells_weights", "estimates.csv", 1e-9),
    ("stage_strat_raked_mean stage_strat_raked_share stage_strat_raked_weights", "estimates.csv", 1e-9),
    ("stage_strat_linear_mean stage_strat_linear_share stage_strat_linear_weights", "estimates.csv", 1e-9),
    ("stage_strat_exponential_mean stage_strat_exponential_share", "estimates.csv", 1e-9),
    ("stage_strat_exponential_weights", "weights", 1e-9),
    ("stage_strat_linear_ttest stage_strat_linear_fpc_ttest", "estimates.csv: t_test", 1e-9),
    ("stage_strat_linear_chisq stage_strat_linear_fpc_chisq", "estimates.csv: rao_scott", 1e-9),
    ("stage_strat_linear_lm", "further_estimates.csv: coefficient", 1e-9),
    ("stage_propensity_mean stage_robust_mean", "estimates.csv", 1e-8),
    ("stage_robust_weights", "weights", 1e-8),
]
REL = 1e-9
RUNS = [
    ("apisrs", "none", "stage_srs_none"),
    *[
        ("apistrat", scheme, f"stage_strat_{scheme}")
        for scheme in ("cells", "raked", "linear", "exponential")
    ],
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, copied: Any, snakemake: Any) -> dict[str, Any]:
    """Tables that the stages wrote, by sample."""
    project = copied(tmp_path_factory.mktemp("stage") / "project")
    found = {}
    for sample in api_study.SCHEMES:
        config = api_study.make_study(project, sample).relative_to(project)
        results = project / f"results_{sample}"
        target = str((results / "private/further_estimates.csv").relative_to(project))
        done = snakemake(project, "--cores", "2", target, "--configfile", str(config))
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        rows = [
            pd.read_csv(results / f"private/{name}.csv", dtype={"level": str})
            for name in ("estimates", "further_estimates")
        ]
        found[sample] = pd.concat(rows), pd.read_parquet(results / "data/weights.parquet")
    return found


def row(table: pd.DataFrame, statistic: str, variable: str, **wanted: Any) -> pd.Series:
    """The one row of a statistic; of the whole and of the first answer unless said otherwise."""
    inside = (table["statistic"] == statistic) & (table["variable"] == variable)
    for column, value in ({"group": "overall"} | wanted).items():
        inside &= table[column].astype(str) == str(value)
    assert inside.sum() == 1, (statistic, variable, wanted, int(inside.sum()))
    return table[inside].iloc[0]


def means(table: pd.DataFrame, scheme: str) -> dict[str, pd.Series]:
    found = {"all": row(table, "mean", "API00", scheme=scheme)}
    for level in ("No", "Yes"):
        found[level] = row(table, "mean", "API00", scheme=scheme, group="comp", group_level=level)
    return found


@pytest.mark.parametrize(("sample", "scheme", "entry"), RUNS)
def test_means_of_all_and_of_domains(published: Any, sample: str, scheme: str, entry: str) -> None:
    wanted = STAGE[f"{entry}_mean"]
    for place, line in means(published[sample][0], scheme).items():
        for column in ("estimate", "se", "df", "ci_low", "ci_high"):
            assert line[column] == pytest.approx(wanted[column][place], rel=REL), (place, column)


@pytest.mark.parametrize(("sample", "scheme", "entry"), RUNS)
def test_shares_with_their_intervals(published: Any, sample: str, scheme: str, entry: str) -> None:
    line, wanted = (
        row(published[sample][0], "proportion", "COMP", scheme=scheme, level=1),
        STAGE[f"{entry}_share"],
    )
    for column in ("estimate", "se", "ci_low", "ci_high"):
        assert line[column] == pytest.approx(wanted[column]["Yes"], rel=REL), column


@pytest.mark.parametrize(("sample", "scheme", "entry"), RUNS)
def test_weights(published: Any, sample: str, scheme: str, entry: str) -> None:
    w, wanted = published[sample][1][f"w_{scheme}"], STAGE[f"{entry}_weights"]["estimate"]
    found = {"min": w.min(), "max": w.max(), "squares": (w**2).sum()}
    assert found == pytest.approx(wanted, rel=REL)


@pytest.mark.parametrize("scheme", ["propensity", "robust"])
def test_means_under_propensities_alone_and_then_calibrated(published: Any, scheme: str) -> None:
    wanted = STAGE[f"stage_{scheme}_mean"]
    for place, line in means(published["apistrat"][0], scheme).items():
        assert line["estimate"] == pytest.approx(wanted["estimate"][place], rel=1e-8)
        assert line["se"] == pytest.approx(wanted["se"][place], rel=1e-8)


def test_doubly_robust_weights(published: Any) -> None:
    w, wanted = published["apistrat"][1]["w_robust"], STAGE["stage_robust_weights"]["estimate"]
    found = {"min": w.min(), "max": w.max(), "squares": (w**2).sum()}
    assert found == pytest.approx(wanted, rel=1e-8)


@pytest.mark.parametrize(
    ("suffix", "entry"), [("", "stage_strat_linear"), ("_fpc", "stage_strat_linear_fpc")]
)
def test_tests_between_groups(published: Any, suffix: str, entry: str) -> None:
    table, options = published["apistrat"][0], {"scheme": "linear", "group": "comp"}
    t, wanted = row(table, f"t_test{suffix}", "API00", **options), STAGE[f"{entry}_ttest"]
    assert [t["estimate"], t["effect"]] == pytest.approx(list(wanted["estimate"].values()), rel=REL)
    assert [t["df"], t["p_value"]] == pytest.approx([wanted["df"]["t"], wanted["p"]["t"]], rel=REL)
    F, wanted = row(table, f"rao_scott{suffix}", "WIDE", **options), STAGE[f"{entry}_chisq"]
    assert F["estimate"] == pytest.approx(wanted["estimate"]["F"], rel=REL)
    assert [F["df"], F["df2"]] == pytest.approx(list(wanted["df"].values()), rel=REL)
    assert F["p_value"] == pytest.approx(wanted["p"]["F"], rel=1e-7)


def test_a_linear_model(published: Any) -> None:
    table, wanted = published["apistrat"][0], STAGE["stage_strat_linear_lm"]
    levels = {"intercept": "(Intercept)", "meals": "MEALS", "comp": "COMP=1"}
    for name, level in levels.items():
        line = row(table, "coefficient", "API00", scheme="linear", level=level)
        assert line["estimate"] == pytest.approx(wanted["estimate"][name], rel=REL)
        assert line["se"] == pytest.approx(wanted["se"][name], rel=REL)
        assert line["df"] == wanted["df"]["all"]
        assert np.log(line["p_value"]) == pytest.approx(np.log(wanted["p"][name]), rel=1e-6)


def test_a_median_lies_between_the_ends_of_its_interval(published: Any) -> None:
    table = published["apistrat"][0]
    for scheme in ("linear",):
        line = row(table, "median", "API00", scheme=scheme)
        assert line["ci_low"] < line["estimate"] < line["ci_high"]
        assert "regression residuals" in line["method"]
