"""A sample beside joint headcounts of its population: a file and a design say all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stages import run_stages, table, whole
from surveypipe.problems import SurveyError

PEOPLE = 150
ANSWERS: dict[str, dict[int, str]] = {
    "region": {1: "North", 2: "South"}, "sex": {1: "Women", 2: "Men"}, "uses": {0: "No", 1: "Yes"},
}  # fmt: skip
HEADCOUNTS = [("North", "Women", 900), ("North", "Men", 700), ("South", "Women", 1400), ("South", "Men", 500)]
CELLS = [{"levels": {"region": region, "sex": sex}, "n": n} for region, sex, n in HEADCOUNTS]


def records() -> pd.DataFrame:
    r = np.random.default_rng(20240603)
    made = pd.DataFrame({name: r.choice(list(codes), PEOPLE) for name, codes in ANSWERS.items()})
    made["w"] = r.uniform(5, 40, PEOPLE).round(3)
    made["town"] = [f"T{k}" for k in r.integers(1, 21, PEOPLE)]
    return made.astype({name: float for name in ANSWERS})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("joint")
    records().to_csv(folder / "survey.csv", index=False)
    columns: dict[str, Any] = {
        name: {"type": "binary", "label": name, "values": codes, "counts": 1}
        for name, codes in ANSWERS.items()
    }
    for name, kind in (("w", "numeric"), ("town", "string")):
        columns[name] = {"type": kind, "label": name, "role": "admin"}
    (folder / "codebook.yaml").write_text(yaml.safe_dump({"variables": columns}))
    return folder


def configuration(files: Path, counts: str | None = None, **more: Any) -> dict[str, Any]:
    inputs = {"survey": f"{files}/survey.csv", "checksums": f"{files}/SHA256SUMS",
              "codebook": f"{files}/codebook.yaml"}  # fmt: skip
    if counts is not None:
        (files / "counts.csv").write_text(counts)
        inputs["counts"] = f"{files}/counts.csv"
    named = [Path(inputs[key]) for key in ("survey", "counts") if key in inputs]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in named]
    (files / "SHA256SUMS").write_text("".join(sums))
    study = {"id": "joint", "title": "A survey", "data": "real", "setting": "a country", "mode": "paper"}
    return {"study": study, "inputs": inputs, "design": {"weights": "w", "clusters": ["town"]}} | more


COUNTS = "region,sex,n\n" + "".join(f"{region},{sex},{n}\n" for region, sex, n in HEADCOUNTS)


def test_a_sample_is_post_stratified_to_the_headcounts_of_its_population(files: Path, tmp_path: Path):
    made = whole(configuration(files, COUNTS))
    assert made.weighting.primary == "cells"
    assert made.weighting.schemes["cells"].by == ("region", "sex")
    assert not made.design.final
    folder = run_stages(configuration(files, COUNTS), tmp_path)
    weights = pd.read_parquet(folder / "data/weights.parquet")["w_cells"].to_numpy()
    people = records()
    expected, se = _by_hand(people, (people["uses"] == 1).to_numpy(float))
    assert weights.sum() == pytest.approx(3500)
    rows = table(folder, "public/estimates")
    row = rows[(rows["variable"] == "uses") & (rows["level"] == "1") & (rows["scheme"] == "cells")]
    row = row[row["statistic"] == "proportion"].iloc[0]
    private = table(folder, "private/estimates").set_index("estimate_id").loc[row["estimate_id"]]
    assert private["estimate"] == pytest.approx(expected, rel=1e-12)
    assert private["se"] == pytest.approx(se, rel=1e-9)


def _by_hand(people: pd.DataFrame, y: np.ndarray) -> tuple[float, float]:
    """Post-stratified share, and its standard error from residuals of the cells summed by town."""
    N = {(1 + (region == "South"), 1 + (sex == "Men")): n for region, sex, n in HEADCOUNTS}
    cell = pd.Series(list(zip(people["region"].astype(int), people["sex"].astype(int), strict=True)))
    size = people["w"].groupby(cell).transform("sum")
    w = people["w"] / size * cell.map(N)
    mean = (w * y).groupby(cell).transform("sum") / w.groupby(cell).transform("sum")
    totals = (w * (y - mean)).groupby(people["town"]).sum()
    m = len(totals)
    return float((w * y).sum() / 3500), float(np.sqrt(m / (m - 1) * (totals**2).sum()) / 3500)


def test_cells_of_the_configuration_are_those_of_the_file(files: Path):
    told, read = whole(configuration(files, frame={"cells": CELLS})), whole(configuration(files, COUNTS))
    assert told.frame.cells == read.frame.cells
    assert told.weighting == read.weighting
    assert told.population == read.population == "counts"
    assert told.frame.margins == {"region": {"1": 1600, "2": 1900}, "sex": {"1": 2300, "2": 1200}}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"design": {}}, "cells of a population belong to a sample"),
        ({"frame": {"cells": [{"levels": {"regoin": "North"}, "n": 3}]}}, "'regoin' is no question"),
        ({"frame": {"cells": [*CELLS, {"levels": {"sex": "Men"}, "n": 2}]}},
         "1 of 5 cells tell other questions"),
        ({"frame": {"cells": [*CELLS, CELLS[0]]}}, "stands there twice; keep one of them"),
        ({"frame": {"cells": [*CELLS[1:], {"levels": {"region": "East", "sex": "Men"}, "n": 2}]}},
         "East is no answer of the question"),
        ({"frame": {"cells": CELLS, "margins": {"sex": {"Women": 2000, "Men": 1500}}}},
         "the cells hold 2300 people of sex 1, and frame.margins tells 2000"),
        ({"frame": {"cells": CELLS, "size": 4000}}, "adds up to 3500, and frame.size to 4000"),
        ({"frame": {"margins": {"sex": {"Women": 20, "Men": 15}, "region": {"North": 30, "South": 5}}},
          "weighting": {"schemes": {"none": {"label": "Unweighted", "method": "none"},
                                    "x": {"label": "X", "method": "poststratify", "by": ["sex", "region"]}}}},
         "by sex and region together is not known"),
    ],
)  # fmt: skip
def test_headcounts_that_fit_nothing_are_told(files: Path, more: dict[str, Any], words: str):
    with pytest.raises(SurveyError) as stopped:
        whole(configuration(files, **{"frame": {"cells": CELLS}} | more))
    assert any(words in text for text in stopped.value.problems), stopped.value.problems


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (COUNTS.replace("South,Men,500\n", ""), "add a row for each"),
        (COUNTS.replace("500", "5"), "answered, and the headcount is 5"),
        (COUNTS.replace("500", "many"), "many is no headcount"),
        (COUNTS.replace("Men", "Mne"), "Mne is no answer of the question"),
    ],
)
def test_a_file_of_headcounts_that_does_not_fit_is_told(files: Path, tmp_path: Path, counts: str, words: str):
    with pytest.raises(SurveyError) as stopped:
        run_stages(configuration(files, counts), tmp_path, last="ingest")
    assert any("counts" in text and words in text for text in stopped.value.problems), stopped.value.problems
