"""A second opinion on a study: its stages in this process, then the program in R that they wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import second_opinion
import write_second_opinion
from designs import r_is_here
from rules import rule_of
from stages import run_rule, run_stages, whole

needs_r = pytest.mark.skipif(not r_is_here(), reason="Rscript with its package survey is not here")


class Opinion(NamedTuple):
    """What R made of a study: its table of numbers, a line each, and what is told of it."""

    numbers: pd.DataFrame
    told: dict[str, Any]

    @property
    def compared(self) -> pd.DataFrame:
        """Numbers that both sides have."""
        return self.numbers[self.numbers["r"] != ""]

    @property
    def apart(self) -> pd.DataFrame:
        """Numbers further apart than they may be, in parts of R's."""
        return self.compared[self.compared["difference"].astype(float) > 1e-8]

    @property
    def reasons(self) -> dict[str, str]:
        """Reason by row that R does not compute."""
        left = self.numbers[self.numbers["r"] == ""]
        left = left[~left["estimate_id"].isin(self.compared["estimate_id"])]
        return dict(zip(left["estimate_id"], left["not_computed"], strict=True))


def opinion_on(config: Mapping[str, Any], folder: Path) -> Opinion:
    """Run a study's stages up to the disclosure, and ask R."""
    run_stages(config, folder)
    write_opinion(config, folder)
    return ask(folder)


def write_opinion(config: Mapping[str, Any], folder: Path) -> str:
    """Write the program of a study whose stages have run, and give its text."""
    (folder / "private/second_opinion").mkdir(exist_ok=True)
    run_rule(write_second_opinion.main, rule_of("write_second_opinion", whole(config), folder))
    return (folder / "public/second_opinion.R").read_text(encoding="utf-8")


def ask(folder: Path) -> Opinion:
    """Run the program as its stage does."""
    private = folder / "private/second_opinion"
    named = {name: private / f"{name}.csv" for name in ("respondents", "totals", "compared")}
    second_opinion.main(
        opinion=folder / "public/second_opinion.R",
        released=folder / "public/estimates.csv",
        told=folder / "public/second_opinion.json",
        **named,
    )
    numbers = pd.read_csv(named["compared"], dtype=str, keep_default_na=False)
    return Opinion(numbers, json.loads((folder / "public/second_opinion.json").read_text(encoding="utf-8")))
