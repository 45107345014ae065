"""An attack from outside on small studies of nasty kinds: nothing of few follows from what is released."""

from __future__ import annotations

import contextlib
import copy
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import outside_attack
import outside_counts
import outside_errors
import outside_finished
import outside_routes
import outside_sums
import small_secrets
from surveypipe.disclosure import tables

# By default those whose secrets an earlier release told; the others take longer and are among the long tests.
DEFAULT = (
    "all_alike",
    "asked_on_yes",
    "sums",
    "quantiles",
    "saturated",
    "spread",
    "error",
    "claimed_error",
    "sampled_error",
    "crossed",
)
FIRST = ("saturated", "asked_on_yes")
WITHOUT = (*FIRST, *(one for one in small_secrets.STUDIES if one not in FIRST))
UNAUDITED = [*FIRST, *(pytest.param(one, marks=pytest.mark.slow) for one in WITHOUT[2:])]
STUDIES = [
    name if name in DEFAULT else pytest.param(name, marks=pytest.mark.slow) for name in small_secrets.STUDIES
]
MANY = int(os.environ.get("DRAWN_ROUTES", "12"))
# A drawn study of which the number of those who were asked tells that a group had answered alike.
TOLD = 1


def is_number(about: dict) -> bool:
    """Whether a question is answered with a number."""
    return about["type"] == "numeric" and "role" not in about


def attack(study: outside_attack.Outside) -> list[str]:
    """Everything of few people that follows from what is released."""
    counts = outside_errors.refine(outside_attack.gathered(study))
    found = outside_attack.answers(study, counts)
    return [*found, *outside_sums.told_of_numbers(study), *outside_errors.told_by_errors(study)]


def outside(name: str, folder: Path, *, audited: bool = True) -> outside_attack.Outside:
    """Run a small study, and give what the reader is given."""
    study = small_secrets.STUDIES[name]()
    if not audited:
        study.config = study.config | {"disclosure": {"preset": "open"}}
    with contextlib.redirect_stdout(io.StringIO()):
        results = small_secrets.run(study, folder)
    people = study.answers.reset_index(drop=True)
    boxes = [name for name, about in study.questions.items() if about.get("set")]
    if boxes:
        any_box = people[boxes].notna().any(axis=1)
        people[boxes] = people[boxes].fillna(2.0).where(any_box)
    weights = pd.read_parquet(results / "data/weights.parquet")
    cells = pd.read_csv(results / "private/weight_cells.csv", dtype={"scheme": str, "cell": str})
    design = study.config.get("design", {})
    replicates = design.get("kind") == "replicates"
    strata, sizes = outside_finished.errors_of(design, people, weights, cells)
    if replicates:
        strata = {one: np.full(len(weights), "all") for one in ("none", "design") if f"w_{one}" in weights}
    return outside_attack.Outside(
        results / "public",
        people,
        list(study.config.get("groups", {})),
        {column[2:]: weights[column].to_numpy(float) for column in weights if column.startswith("w_")},
        study.config.get("bases", {}),
        {name: about["asked_if"] for name, about in study.questions.items() if "asked_if" in about},
        {one["variable"]: one["items"] for one in study.config.get("cleaning", {}).get("scales", [])},
        [
            name
            for name, about in study.questions.items()
            if about["type"] == "numeric" and "role" not in about
        ],
        strata,
        sizes,
        replicates,
    )


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_of_few_follows(name: str, tmp_path: Path):
    assert attack(outside(name, tmp_path)) == []


@pytest.mark.parametrize("name", UNAUDITED)
def test_without_disclosure_control_the_same_attack_finds_a_secret(name: str, tmp_path: Path):
    """The attack can succeed: what was estimated, and not released, tells a secret of each study."""
    assert attack(outside(name, tmp_path, audited=False))


def test_errors_and_intervals_narrow_what_estimates_leave_open(tmp_path: Path):
    """The formulae are those of the program, and each row says more than its estimate."""
    study = outside("schemes", tmp_path)
    plain = outside_attack.gathered(study)
    more = outside_errors.refine(copy.deepcopy(plain))
    assert len(more.left) > len(plain.left)
    where = study.inside("trade", "1")
    given = study.people["yes"].map(outside_counts.code).where(study.people["yes"].notna())
    cells = [k for k in np.unique(study.cell[where])]
    widths = []
    for made in (plain, more):
        ends = [made.ends([made.index["yes", "1", int(k)]]) for k in cells]
        true = [int((given[study.cell == k] == "1").sum()) for k in cells]
        assert all(low <= one <= high for (low, high), one in zip(ends, true, strict=True))
        widths.append(sum(high - low for low, high in ends))
    assert widths[1] < widths[0]


def attacked(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch, *, audited: bool = True) -> list[str]:
    """What follows of few in a drawn study with a question asked on several answers."""
    monkeypatch.setitem(small_secrets.STUDIES, "several", lambda: outside_routes.several(seed))
    return attack(outside("several", folder / str(seed), audited=audited))


def test_what_is_asked_on_several_answers_tells_nothing_of_few(tmp_path: Path, monkeypatch):
    assert attacked(TOLD, tmp_path, monkeypatch) == []


@pytest.mark.slow
def test_were_they_told_how_many_were_asked_would_give_a_group_away(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tables, "follow_filters", lambda *_: None)
    assert attacked(TOLD, tmp_path, monkeypatch)


@pytest.mark.slow
def test_many_questions_asked_on_several_answers_tell_nothing_of_few(tmp_path: Path, monkeypatch):
    found = {seed: attacked(seed, tmp_path, monkeypatch) for seed in range(MANY)}
    assert {seed: told for seed, told in found.items() if told} == {}


@pytest.mark.slow
def test_without_disclosure_control_several_answers_tell_a_secret(tmp_path: Path, monkeypatch):
    assert any(attacked(seed, tmp_path, monkeypatch, audited=False) for seed in range(3))
