"""What part of all answers each box is, held against R's ``svyratio`` on its school samples.

R's side: tests/golden/data/several_answers.R. Boxes are made of three yes-or-no variables of the schools, and
run through the stages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stages import run_stages, table
from surveypipe.estimation.several_answers import influence, ratios

DATA = Path(__file__).parent / "data"
BOXES = {"a": "comp.imp", "b": "sch.wide", "c": "yr.rnd"}
SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "strata": ("apistrat", {"weights": "pw", "strata": "stype", "fpc": ["fpc"]}),
    "clusters": ("apiclus1", {"weights": "pw", "clusters": ["dnum"], "fpc": ["fpc"]}),
}


def study(folder: Path, sample: str) -> dict[str, Any]:
    """Write a sample with its boxes, blank where R has No, and give the configuration of its study."""
    source, design = SAMPLES[sample]
    schools = pd.read_csv(DATA / f"{source}.csv")
    made = schools[["api00", "pw", "fpc"]].assign(**{
        name: schools[name].astype(str) for name in (*[design.get("strata")] * ("strata" in design),
                                                     *design.get("clusters", ()))
    })  # fmt: skip
    columns: dict[str, Any] = {"api00": {"type": "numeric", "label": "Index"}}
    for name in ("pw", "fpc"):
        columns[name] = {"type": "numeric", "label": name, "role": "admin"}
    for name in set(made) - set(columns):
        columns[name] = {"type": "string", "label": name, "role": "admin"}
    for box, column in BOXES.items():
        made[box] = (schools[column] == "Yes").map({True: 1.0, False: np.nan})
        columns[box] = {"type": "binary", "label": f"Box {box}", "values": {0: "No", 1: "Yes"},
                        "counts": 1, "set": "ticked"}  # fmt: skip
    made.to_csv(folder / "survey.csv", index=False)
    book = {"sets": {"ticked": "Ticked"}, "variables": columns}
    (folder / "codebook.yaml").write_text(yaml.safe_dump(book, sort_keys=False))
    digest = hashlib.sha256((folder / "survey.csv").read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  survey.csv\n")
    inputs = {"survey": "survey.csv", "codebook": "codebook.yaml", "checksums": "SHA256SUMS"}
    about = {"id": "boxes", "title": "Boxes", "data": "real", "setting": "California", "mode": "paper"}
    return {
        "study": about,
        "inputs": {key: str(folder / name) for key, name in inputs.items()},
        "design": design,
    }


@pytest.fixture(scope="module", params=list(SAMPLES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    return request.param, run_stages(study(folder, request.param), folder / "results")


def test_shares_of_answers_are_those_of_r(made: tuple[str, Path]):
    design, results = made
    rows = table(results, "private/estimates")
    rows = rows[rows["statistic"] == "share_of_answers"].set_index("variable")
    theirs = pd.read_csv(DATA / "several_answers.csv", index_col="box")
    theirs = theirs[theirs["design"] == design]
    assert list(rows.index) == list(theirs.index)
    for column in ("estimate", "se", "df"):
        np.testing.assert_allclose(rows[column].astype(float), theirs[column], rtol=1e-8)
    assert rows["estimate"].sum() == pytest.approx(1.0, rel=1e-12)


def test_shares_of_answers_are_released_only_beside_every_share(made: tuple[str, Path]):
    _, results = made
    rows = table(results, "public/estimates")
    rows = rows[rows["variable"].isin(list(BOXES)) & (rows["group"] == "overall")]
    shares = rows[rows["statistic"] == "proportion"]
    answers = rows[rows["statistic"] == "share_of_answers"]
    assert len(answers) == len(BOXES)
    hidden = (shares["status"] == "suppressed").any()
    assert set(answers["status"]) == ({"suppressed"} if hidden else {"released"})


def test_the_variance_is_that_of_a_jackknife_of_many_people():
    draw = np.random.default_rng(4)
    ticked = (draw.random((400, 3)) < [0.2, 0.5, 0.7]).astype(float)
    weights = draw.uniform(0.5, 3.0, 400)
    scores = influence(ticked, weights)
    left_out = np.where(np.eye(400, dtype=bool), 0.0, weights[:, None])
    spread = ratios(ticked, left_out) - ratios(ticked, weights[:, None])
    np.testing.assert_allclose((spread**2).sum(axis=0), (scores**2).sum(axis=0), rtol=0.02)
