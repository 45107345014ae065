"""A whole run of the shipped study with a claim of another kind: a mean beyond a threshold, in scale points.

What the run says of it is held against a second computation from the cleaned answers.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from _shared import read_csv

pytestmark = pytest.mark.slow
VARIABLE, THRESHOLD, RANGE = "joint", 3.0, (1.0, 5.0)
CLAIM = {
    "label": "Staff report that the protocols helped the agencies to work together, on the whole",
    "short": "Joint working on the whole",
    "kind": "mean",
    "variable": VARIABLE,
    "threshold": THRESHOLD,
    "range": list(RANGE),
    "sensitivity_thresholds": [3.5],
    "by": "agency",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory, copied, snakemake) -> Path:
    folder = copied(tmp_path_factory.mktemp("mean") / "project")
    path = folder / "config/config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["claims"]["C7"] = CLAIM
    path.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
    done = snakemake(folder, "--cores", "2", timeout=1500)
    assert done.returncode == 0, done.stderr[-6000:]
    return folder / "results"


class Expected(NamedTuple):
    """What a second computation gives for all staff."""

    estimate: float
    ends: tuple[float, float]
    bounds: tuple[float, float]
    shift: float


@pytest.fixture(scope="module")
def expected(run) -> Expected:
    """Mean of a second phase within response cells, with finite-population correction, by hand."""
    people = pd.read_parquet(run / "data/analysis.parquet").merge(
        pd.read_parquet(run / "data/weights.parquet"), on="id", suffixes=("", "_weights")
    )
    staff = pd.read_parquet(run / "data/dispositions.parquet")
    N = int((staff["category"] != "IE").sum())
    y, w = people[VARIABLE].to_numpy(float), people["w_cells"].to_numpy(float)
    known = ~np.isnan(y)
    estimate = float(w[known] @ y[known] / w[known].sum())
    scores = np.where(known, w * (np.nan_to_num(y) - estimate), 0.0) / w[known].sum()
    variance, cells = 0.0, people["cell_cells"].to_numpy()
    for cell in np.unique(cells):
        own = scores[cells == cell]
        size = float(w[cells == cell].sum())
        variance += (1 - len(own) / size) * len(own) / (len(own) - 1) * ((own - own.mean()) ** 2).sum()
    df = known.sum() - len(np.unique(cells[known]))
    half = stats.t.ppf(0.975, df) * math.sqrt(variance)
    unknown = N - int(known.sum())
    total = float(y[known].sum())
    bounds = tuple((total + unknown * end) / N for end in RANGE)
    return Expected(
        estimate, (estimate - half, estimate + half), bounds, (THRESHOLD - estimate) / (unknown / N)
    )


@pytest.fixture(scope="module")
def row(run) -> pd.Series:
    table = read_csv(run / "private/claims.csv")
    return table[(table["claim"] == "C7") & (table["group"] == "overall")].iloc[0]


def test_the_ledger_has_what_a_second_computation_gives(row, expected):
    assert (row["kind"], row["statistic"]) == ("mean", "mean")
    assert row["estimate"] == pytest.approx(expected.estimate, rel=1e-9)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(expected.ends, rel=1e-9)
    assert (row["bound_low"], row["bound_high"]) == pytest.approx(expected.bounds, rel=1e-9)
    assert row["tipping_shift"] == pytest.approx(expected.shift, rel=1e-9)
    supported = expected.ends[0] > THRESHOLD
    assert (row["grade"] in (1, 2, 3)) == supported
    assert row["other_thresholds"] == f"3.5: {'' if expected.ends[0] > 3.5 else 'not '}supported"
    assert math.isnan(row["margin"]) and math.isnan(row["ci_tost_low"])


def test_its_test_agrees_with_its_interval(run, expected):
    table = read_csv(run / "private/further_estimates.csv")
    test = table[(table["claim"] == "C7") & (table["statistic"] == "claim_test")].iloc[0]
    assert test["effect"] == THRESHOLD
    assert (test["p_value"] < 0.05) == (expected.ends[0] > THRESHOLD)


def test_the_multiverse_takes_it_under_every_scheme(run, row):
    table = read_csv(run / "private/multiverse.csv")
    own = table[(table["claim"] == "C7") & (table["group"] == "overall")]
    specs = own[own["what"] == "specification"]
    assert set(specs["interval"]) == {"t"} and specs["scheme"].nunique() == 4
    primary = specs[specs["primary"].astype(bool)].iloc[0]
    assert primary["estimate"] == pytest.approx(row["estimate"], rel=1e-9)
    assert primary["grade"] == row["grade"]


def test_it_is_released_in_hundredths_of_a_point(run, expected):
    table = read_csv(run / "public/claims.csv")
    shown = table[(table["claim"] == "C7") & (table["group"] == "overall")].iloc[0]
    assert shown["estimate"] == round(expected.estimate, 2)
    assert (shown["ci_low"], shown["ci_high"]) == pytest.approx([round(x, 2) for x in expected.ends])


def test_tables_and_sentences_print_scale_points(run, expected):
    estimate, low, high = (f"{value:.2f}" for value in (expected.estimate, *expected.ends))
    ledger = (run / "tables/ledger.md").read_text(encoding="utf-8")
    line = next(line for line in ledger.splitlines() if line.startswith("| C7"))
    assert f"{estimate} ({low}–{high})" in line and "\\> 3.00" in line
    assert "for a mean the mean in scale points" in ledger
    numbers = yaml.safe_load((run / "numbers.yaml").read_text(encoding="utf-8"))["num"]
    own = {key.split("__")[1]: text for key, text in numbers.items() if key.startswith("claim-c7__")}
    assert own["est"] == estimate and own["ci"] == f"{low} to {high}" and "pct" not in own
    assert own["threshold-sentence"] == "The interval lies wholly above the threshold of 3.00."
    least, most = (f"{end:.2f}" for end in expected.bounds)
    assert own["bounds-sentence"] == f"Whatever the silent think, the mean lies between {least} and {most}."
    assert f"lay {abs(expected.shift):.2f} scale points below" in own["tipping-sentence"]
    assert "clear the threshold" in own["reader-sentence"] and "power-sentence" not in own
    assert "%" not in own["bounds-sentence"] + own["tipping-sentence"] + own["reader-sentence"]


def test_figures_draw_it_on_the_axis_of_its_scale(run):
    for name in ("ledger", "multiverse"):
        assert "Mean in scale points" in (run / f"figures/{name}.svg").read_text(encoding="utf-8")
    index = (run / "figures/index.json").read_text(encoding="utf-8")
    assert re.search(r"C7 \(Joint working on the whole\): 3\.\d\d, 95% interval", index)


def test_the_documents_word_it(run):
    text = re.sub(r"(?:<[^>]+>|\s)+", " ", (run / "report/manuscript.html").read_text(encoding="utf-8"))
    assert "the mean of all who were eligible; above 3.00 scale points" in text
