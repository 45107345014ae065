"""What docs/extending.md says is so: its examples are pasted into a copy of the project and run together."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import examples
from studies import copy_project

# Of the claim that the example adds to the study.
MARGIN = 0.1


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory, snakemake) -> Path:
    """A copy of the project with every example in it, run up to its tables, figures and texts."""
    project = copy_project(tmp_path_factory.mktemp("extended") / "project")
    for block in examples.blocks():
        examples.paste(block, project)
    made = [f"results/{folder}/index.json" for folder in ("figures", "tables")]
    done = snakemake(project, "--cores", "2", *made, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="module")
def people(extended) -> pd.DataFrame:
    """Respondents with their answers and their weights under the primary scheme."""
    return pd.read_parquet(extended / "results/data/analysis.parquet").merge(
        pd.read_parquet(extended / "results/data/weights.parquet"), on="id", suffixes=("", "_weights")
    )


def test_every_promised_change_has_an_example():
    assert {block.part for block in examples.blocks()} >= set(examples.CHANGES)


def test_a_claim_kind(extended, people):
    gain, weights = people["joint_minus_risk"].to_numpy(float), people["w_cells"].to_numpy(float)
    known = ~np.isnan(gain)
    estimate = float(weights[known] @ gain[known] / weights[known].sum())
    own = [row for row in rows(extended / "results/private/claims.csv") if row["claim"] == "C7"]
    overall = next(row for row in own if row["group"] == "overall")
    assert (overall["kind"], overall["statistic"]) == ("superiority", "mean")
    assert float(overall["estimate"]) == pytest.approx(estimate, rel=1e-9)
    low, high = float(overall["ci_low"]), float(overall["ci_high"])
    assert (overall["grade"] in ("1", "2", "3")) == (low > MARGIN)
    numbers = yaml.safe_load((extended / "results/numbers.yaml").read_text(encoding="utf-8"))["num"]
    place = "lies wholly above" if low > MARGIN else "lies wholly below" if high < MARGIN else "includes"
    said = f"The interval {place} the margin of {MARGIN} scale points."
    assert numbers["claim-c7__threshold-sentence"] == said
    ledger = (extended / "results/tables/ledger.md").read_text(encoding="utf-8").splitlines()
    line = next(line for line in ledger if line.startswith("| C7"))
    assert f"{estimate:.2f} (".replace("-", "−") in line and f"\\> {MARGIN} |" in line


def test_the_test_of_the_claim_kind_passes(extended):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit/study/test_superiority.py",
    ]
    environment = {**os.environ, "PYTHONPATH": str(extended / "workflow")}
    done = subprocess.run(command, cwd=extended, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_item_type(extended, people):
    known = people[people["caseload"].notna()].sort_values("caseload")
    share = known["w_cells"].cumsum() / known["w_cells"].sum()
    low, middle, high = (known["caseload"][share >= p].iloc[0] for p in (0.25, 0.5, 0.75))
    table = (extended / "results/tables/numbers.md").read_text(encoding="utf-8")
    line = next(line for line in table.splitlines() if "All |" in line)
    # No mean is given of a count, so that the table has no column of means.
    assert [cell.strip() for cell in line.split("|")][2:4] == [
        str(len(known)), f"{middle:g} ({low:g}–{high:g})",
    ]  # fmt: skip
    own = [row for row in rows(extended / "results/public/estimates.csv") if row["variable"] == "caseload"]
    statistics = {row["statistic"].removesuffix("_fpc") for row in own}
    assert statistics == {
        "histogram",
        "lower_quartile",
        "median",
        "upper_quartile",
        "rank_test",
        "no_answer",
    }
    assert "A count" in (extended / "results/tables/questionnaire.md").read_text(encoding="utf-8")
    tests = (extended / "results/tables/tests.md").read_text(encoding="utf-8")
    assert "**Medians**" in tests and "χ²" in tests


def test_a_figure(extended):
    index = json.loads((extended / "results/figures/index.json").read_text(encoding="utf-8"))
    assert (extended / "results/figures/no_answer.svg").is_file()
    table = pd.read_csv(extended / "results/public/estimates.csv")
    left = table[(table["statistic"] == "no_answer") & (table["variable"] == "received")]["estimate"].sum()
    assert f"Received {left:.0f};" in index["no_answer"]["alt"]


def test_a_sentence(extended):
    said = (extended / "results/tables/methods_software.md").read_text(encoding="utf-8")
    assert said.startswith("One workflow leads from the raw file to this text, in ")
    assert said.rstrip().endswith("No number in it was typed by hand.")


def test_a_weighting_method(extended):
    by_scheme: dict[str, dict[tuple[str, ...], str]] = {"agency": {}, "by_group": {}}
    for row in rows(extended / "results/private/estimates.csv"):
        if row["scheme"] in by_scheme and row["statistic"] in ("proportion", "mean"):
            place = tuple(row[name] for name in ("variable", "level", "group", "group_level", "statistic"))
            by_scheme[row["scheme"]][place] = row["estimate"] + row["se"] + row["se_jackknife"]
    assert len(by_scheme["by_group"]) > 300
    # The example weights to the groups' staff, as the scheme `agency` does in another way.
    assert by_scheme["by_group"] == by_scheme["agency"]


def test_a_named_test(extended):
    further = rows(extended / "results/private/further_estimates.csv")
    found = [row for row in further if row["statistic"] == "unweighted_exact"]
    assert len(found) == 1
    assert found[0]["variable_label"] == "Was trained on the protocols"
    assert found[0]["method"] == "Exact test of unweighted counts"
    assert 0 < float(found[0]["p_value"]) <= 1
