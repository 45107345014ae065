"""The program that anybody may read, and the schemes that R does not have."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import any_study
from opinions import ask, needs_r, write_opinion
from stages import run_stages

TITLE = 'Leaflets "for all"\nstop("taken over")'
SCHEMES: dict[str, Any] = {
    "none": {"label": "Unweighted", "method": "none"},
    "cells": {"label": "By trade", "method": "poststratify", "by": ["trade"]},
    "trimmed": {"label": "Trimmed", "method": "poststratify", "by": ["trade"], "trim": {"cap": 2}},
    "chances": {"label": "Chances", "method": "propensity", "predictors": ["trade"]},
}


def study(folder: Path) -> dict[str, Any]:
    """A study of headcounts, under schemes that R has and schemes that it has not."""
    config = any_study.configuration(folder, any_study.COUNTED)
    config["study"]["title"] = TITLE
    return config | {"weighting": {"primary": "cells", "schemes": SCHEMES}}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Configuration and results of that study, run once."""
    folder = tmp_path_factory.mktemp("program")
    config = study(folder)
    return config, run_stages(config, folder / "results")


@pytest.fixture
def results(run: tuple[dict[str, Any], Path], tmp_path: Path) -> tuple[dict[str, Any], Path]:
    """The same with results of a test's own."""
    return run[0], Path(shutil.copytree(run[1], tmp_path / "results"))


def test_the_program_holds_nothing_of_the_answers(results: tuple[dict[str, Any], Path]) -> None:
    """Answers that change places between people leave it as it is."""
    config, folder = results
    before = write_opinion(config, folder)
    path = folder / "data/analysis.parquet"
    table, r = pd.read_parquet(path), np.random.default_rng(7)
    for name in [name for name in table if name not in ("id", "trade")]:
        table[name] = table[name].to_numpy()[r.permutation(len(table))]
    table.to_parquet(path)
    assert write_opinion(config, folder) == before


def test_the_data_hold_no_identifiers_and_no_texts(results: tuple[dict[str, Any], Path]) -> None:
    config, folder = results
    write_opinion(config, folder)
    table = pd.read_csv(folder / "private/second_opinion/respondents.csv")
    people = pd.read_parquet(folder / "data/analysis.parquet")
    texts = [name for name, (_, kind, *_) in any_study.QUESTIONS.items() if kind in ("string", "date")]
    assert texts and not {"id", *texts} & set(table)
    assert not set(people["id"].astype(str)) & {str(value) for name in table for value in table[name]}


@pytest.mark.slow
@needs_r
def test_of_weights_that_r_does_not_have_estimates_alone_are_computed(
    results: tuple[dict[str, Any], Path],
) -> None:
    config, folder = results
    assert not any(line.startswith("stop") for line in write_opinion(config, folder).splitlines())
    opinion = ask(folder)
    assert opinion.apart.empty
    compared = opinion.compared.groupby("scheme")["column"].unique().map(set)
    assert {"se", "ci_low", "df"} <= compared["cells"]
    assert compared["trimmed"] == compared["chances"] == {"estimate"}
    told = opinion.numbers[(opinion.numbers["scheme"] == "chances") & (opinion.numbers["column"] == "se")]
    assert told["not_computed"].str.contains("R's survey has no inverse response propensities").all()
    assert len(told)
