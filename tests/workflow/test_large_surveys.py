"""A survey as the benchmark makes them, of a few hundred people: the whole way to the released tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from benchmark.survey import SERVICES, make_study
from stages import run_stages, table

PEOPLE, ITEMS = 400, 3


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_study(tmp_path_factory.mktemp("large"), PEOPLE, items=ITEMS)


@pytest.fixture(scope="module")
def results(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = yaml.safe_load((study / "config/config.yaml").read_text(encoding="utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(study)
        return run_stages(config, tmp_path_factory.mktemp("results"))


def test_what_is_conserved(study: Path, results: Path):
    answers = pd.read_parquet(results / "data/analysis.parquet")
    weights = pd.read_parquet(results / "data/weights.parquet")
    columns = [name for name in weights if name not in ("id", "scheme")]
    assert len(answers) == len(
        pd.read_spss(study / "data/raw/answers_SIMULATED.sav", convert_categoricals=False)
    )
    assert any(np.isclose(weights[name].sum(), PEOPLE) for name in columns if weights[name].dtype == float)
    estimates = table(results, "private/estimates")
    plain = estimates[(estimates["group"] == "overall") & (estimates["scheme"] == "none")]
    shares = plain[plain["statistic"].eq("proportion") & plain["level"].isin(list("12345"))]
    sums = shares.groupby("variable")["estimate"].sum()
    assert len(sums) == ITEMS
    assert sums.to_numpy() == pytest.approx(1.0)


def test_a_group_without_a_label_has_its_name_as_one(results: Path):
    """It had none, and the release of Table 1 failed where a small service was to be merged."""
    who = table(results, "private/table_1")
    assert set(who["variable_label"]) == {"Service"}
    assert set(SERVICES) <= set(who["level_label"])
