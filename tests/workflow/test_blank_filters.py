"""The shipped rows drawn again to other sizes, with filter questions left blank: each survey is released.

A respondent who leaves the filter blank and answers the question behind it once contradicted the audit, which
took the number who answered for the number of readers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from stages import run_stages, table
from studies import ROOT
from surveypipe.intake.files import add_checksums

FILTERS, BLANK = ("read", "received", "access_used"), 0.06
SAV, STAFF = ROOT / "data/raw/southwark_SIMULATED.sav", ROOT / "data/raw/staff_list_SIMULATED.csv"


def drawn_again(folder: Path, people: int, seed: int) -> dict[str, Any]:
    """Draw so many people with replacement, with what they answered; give the configuration of the study."""
    folder.mkdir()
    draw = np.random.default_rng(seed)
    answers, about = pyreadstat.read_sav(SAV)
    staff = pd.read_csv(STAFF, dtype=str)
    listed = staff.iloc[draw.integers(0, len(staff), people)].reset_index(drop=True)
    old = listed["staff_id"].copy()
    listed["staff_id"] = [f"R{number:05d}" for number in range(people)]
    rows = answers.merge(pd.DataFrame({"case_id": old, "new": listed["staff_id"]}), on="case_id")
    rows["case_id"] = rows.pop("new")
    for name in FILTERS:
        rows[name] = rows[name].where(draw.random(len(rows)) > BLANK)
    listed.to_csv(folder / "staff.csv", index=False)
    pyreadstat.write_sav(
        rows, str(folder / "survey.sav"), column_labels=about.column_names_to_labels,
        variable_value_labels=about.variable_value_labels,
    )  # fmt: skip
    add_checksums(folder / "SUMS", [folder / "survey.sav", folder / "staff.csv"])
    config: dict[str, Any] = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    config["inputs"] = {
        "survey": str(folder / "survey.sav"), "staff_list": str(folder / "staff.csv"),
        "checksums": str(folder / "SUMS"), "codebook": str(ROOT / "config/codebook.yaml"),
    }  # fmt: skip
    return config


def released(folder: Path, people: int, seed: int) -> None:
    """Run the stages to the release; hold what is conserved."""
    config = drawn_again(folder / "study", people, seed)
    results = run_stages(config, folder / "results")
    answers = pd.read_parquet(results / "data/analysis.parquet")
    behind = answers["read"].isna() & answers[["guid_1", "guid_2", "guid_3", "guid_4"]].notna().any(axis=1)
    assert behind.any(), "nobody answered behind a blank filter, so nothing was tried"
    flow = table(results, "private/flow")
    stages = flow[flow["group_level"].fillna("") == ""].set_index("stage")["n"]
    assert stages["on_list"] == people and stages["analysed"] == len(answers)
    assert len(table(results, "public/claims"))


@pytest.mark.slow
def test_a_survey_with_blank_filters_is_released(tmp_path: Path):
    released(tmp_path, 320, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("people", [320, 1000, 4000])
def test_surveys_of_any_size_with_blank_filters_are_released(people: int, seed: int, tmp_path: Path):
    released(tmp_path, people, seed)
