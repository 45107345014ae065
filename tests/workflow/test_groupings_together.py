"""What two groupings together give away: wards within hospitals, one of which has few respondents."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stages import run_stages, table
from surveypipe.disclosure import tables

# Ward: hospital, respondents, those who said yes.
WARDS = {1: (1, 8, 5), 2: (2, 15, 7), 3: (2, 16, 9), 4: (3, 12, 4), 5: (3, 48, 25)}
FEWEST = 5


def configuration(folder: Path) -> dict[str, Any]:
    """Write a survey of wards and hospitals, and give its configuration."""
    rows = [
        {"hospital": hospital, "ward": ward, "uses": float(k < yes)}
        for ward, (hospital, n, yes) in WARDS.items()
        for k in range(n)
    ]
    pd.DataFrame(rows).to_csv(folder / "survey.csv", index=False)
    columns: dict[str, Any] = {
        "hospital": {"type": "categorical", "label": "Hospital", "values": {k: f"H{k}" for k in (1, 2, 3)}},
        "ward": {"type": "categorical", "label": "Ward", "values": {k: f"W{k}" for k in WARDS}},
        "uses": {"type": "binary", "label": "Uses it", "values": {0: "No", 1: "Yes"}, "counts": 1},
    }
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"variables": columns}, sort_keys=False))
    digest = hashlib.sha256((folder / "survey.csv").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  survey.csv\n")
    files = {"survey": "survey.csv", "codebook": "codebook.yaml", "checksums": "SHA256SUMS"}
    return {
        "study": {"id": "two", "title": "Two groupings", "data": "simulated", "setting": "a town",
                  "mode": "web"},
        "inputs": {key: str(folder / name) for key, name in files.items()},
        "groups": {"hospital": {}, "ward": {}},
        "analysis": {"items": ["uses"]},
    }  # fmt: skip


def possible(results: Path) -> set[int]:
    """Numbers of yes in the first ward that fit every published share, all combinations tried."""
    rows = table(results, "public/estimates")
    rows = rows[(rows["variable"] == "uses") & (rows["statistic"] == "proportion") & (rows["level"] == "1")]
    rows = rows[rows["status"] == "released"]
    counts = np.array(list(itertools.product(*(range(n + 1) for _, n, _ in WARDS.values()))))
    sizes = np.array([n for _, n, _ in WARDS.values()])
    keep = np.ones(len(counts), dtype=bool)
    for row in rows.to_dict("records"):
        inside = [
            row["group"] == "overall"
            or (row["group"] == "ward" and str(row["group_level"]) == str(ward))
            or (row["group"] == "hospital" and str(row["group_level"]) == str(hospital))
            for ward, (hospital, _, _) in WARDS.items()
        ]
        share = counts[:, inside].sum(axis=1) / sizes[inside].sum()
        keep &= np.abs(share - row["estimate"]) <= 0.005 + 1e-9
    return set(counts[keep, 0].tolist())


def test_a_hospital_cannot_be_worked_out_from_wards(tmp_path: Path):
    results = run_stages(configuration(tmp_path), tmp_path / "results")
    fits = possible(results)
    assert WARDS[1][2] in fits and len(fits) >= FEWEST, fits
    log = table(results, "public/disclosure_log")
    assert log["reason"].str.contains("another grouping").any()


def test_without_looking_at_both_it_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "audit_groupings", lambda *given: None)
    fits = possible(run_stages(configuration(tmp_path), tmp_path / "results"))
    assert WARDS[1][2] in fits and len(fits) < FEWEST, fits
