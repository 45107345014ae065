"""Of how many strata and units the respondents of R's school samples are, as R's ``degf`` counts them."""

from __future__ import annotations

from pathlib import Path

import pytest

import designs
from stages import run_stages, table

# apistrat has 3 types of school and apiclus1 15 districts: degf(dstrat) is 197, degf(dclus1) is 14.
HELD = {"strata_fpc": {"n_strata": 3}, "one_stage": {"n_units": 15}}


@pytest.mark.parametrize("name", HELD)
def test_strata_and_units_are_counted_where_there_are_any(name: str, tmp_path: Path) -> None:
    config = designs.make_study(tmp_path, name)
    result = run_stages(config, tmp_path / "results", last="analyse")
    diagnostics = table(result, "private/weight_diagnostics")
    own = diagnostics[[one for one in ("n_strata", "n_units") if one in diagnostics]]
    assert own.iloc[0].to_dict() == HELD[name]
    # Units less strata, or people where these were drawn, are the degrees of freedom behind every figure.
    held = {"n_strata": 1, "n_units": diagnostics["n"].max()} | HELD[name]
    rows = table(result, "private/estimates")
    assert rows.loc[rows["statistic"] == "mean", "df"].max() == held["n_units"] - held["n_strata"]
