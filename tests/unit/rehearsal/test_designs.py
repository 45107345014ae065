"""Samples that are still to be drawn: weights, numbers in the population, variances of replicates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import rehearsed
from surveypipe.design.replicated import replicate_coefs
from surveypipe.rehearsal.answers import rehearse
from surveypipe.rehearsal.asked import asked
from surveypipe.rehearsal.sampling import apportioned

ADMIN = {"role": "admin", "type": "numeric", "label": "x"}
DRAWN = {name: ADMIN for name in ("stratum", "town", "house", "w", "f1", "f2", *(f"r{k}" for k in range(8)))}


def records(folder: Path, design: dict[str, Any], **guess: Any) -> tuple[pd.DataFrame, Any]:
    rehearsal = {"respondents": 240, "missing": 0.0, "design": {"population": 24_000, **guess}}
    settings, codebook, _ = rehearsed.study(folder, rehearsal, design=design, variables=DRAWN)
    return rehearse(settings, codebook, asked(settings, codebook, folder), 1).records, settings


def test_weights_are_what_there_is_by_what_is_drawn(tmp_path: Path) -> None:
    design = {"weights": "w", "strata": "stratum", "clusters": ["town", "house"], "fpc": ["f1", "f2"]}
    made, _ = records(tmp_path, design, strata=3, units=[30, 4])
    assert made["stratum"].nunique() == 3 and made["town"].nunique() == 30
    towns = made.groupby("stratum")["town"].transform("nunique")
    houses = made.groupby("town")["house"].transform("nunique")
    assert made["w"].to_numpy() == pytest.approx((made["f1"] / towns * made["f2"] / houses).to_numpy())
    assert made["w"].sum() == pytest.approx(24_000, rel=0.05)


def test_an_allocation_that_is_not_the_populations_is_weighted_back(tmp_path: Path) -> None:
    design = {"weights": "w", "strata": "site", "fpc": ["f1"]}
    made, _ = records(tmp_path, design, allocation={"North": 0.75, "South": 0.25})
    assert made["site"].value_counts().to_dict() == {1.0: 180, 2.0: 60}
    assert made.groupby("site")["w"].sum().to_numpy() == pytest.approx([12_000, 12_000])


def test_replicates_give_back_the_variance_of_paired_units(tmp_path: Path) -> None:
    """Of two units a stratum, E over signs of Σ coef·(t_r − t)² is Σ_h (t_h1 − t_h2)², as BRR has it."""
    columns = [f"r{k}" for k in range(8)]
    design = {"weights": "w", "strata": "stratum", "clusters": ["town"],
              "replicates": {"columns": columns, "type": "BRR"}}  # fmt: skip
    made, settings = records(tmp_path, design, strata=6, units=[12])
    given = settings.design.replicates
    y = made["hours"].to_numpy()
    totals = made[columns].to_numpy().T @ y
    spread = replicate_coefs(given) @ (totals - made["w"].to_numpy() @ y) ** 2
    parts = (made["w"] * y).groupby([made["stratum"], made["town"]]).sum().to_numpy().reshape(-1, 2)
    paired = float(((parts[:, 0] - parts[:, 1]) ** 2).sum())
    assert set(np.unique((made[columns].T / made["w"]).round(9))) <= {0.0, 2.0}
    # One draw of eight signs: of the right size, since squares alone are exact and products average out.
    assert 0.2 * paired < spread < 4 * paired


def test_numbers_are_divided_whole() -> None:
    for n, sizes in ((10, [1, 1, 1]), (7, [5, 0.1, 0.1]), (200, [0.71, 0.16, 0.13])):
        found = apportioned(np.array(sizes), n, least=1)
        assert found.sum() == n and (found >= 1).all()
