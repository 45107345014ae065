"""A finished run as the explorer's tests ask it: rows as released and exact, claims under every scheme."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pandas as pd

from surveypipe.ledger.cases import Case, Setting, cases, setting
from surveypipe.study.sections import Sections


def _attack() -> ModuleType:
    path = Path(__file__).with_name("workflow") / "joint_attack.py"
    spec = importlib.util.spec_from_file_location("explored_joint_attack", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


joint_attack = _attack()


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes
    ----------
    results
        Its folder.
    table, exact
        What the explorer is made from, as released and before.
    made
        What the claims share.
    cases
        Scheme -> claim -> the claim over everybody, as the stage gathers it.
    """

    results: Path
    table: pd.DataFrame
    exact: pd.DataFrame
    made: Setting
    cases: dict[str, dict[str, Case]]

    def rows(self, assumption: str) -> Iterator[pd.Series]:
        for _, row in self.table[self.table["assumption"] == assumption].iterrows():
            yield row

    def case(self, row: pd.Series) -> Case:
        return self.cases[row["scheme"]][row["claim"]]


def run_of(results: Path) -> Run:
    survey = joint_attack.survey_of(results)
    made = setting(Sections(survey.made.settings.given), survey.weight_cells)
    estimates = pd.read_csv(results / "private/estimates.csv")
    gathered = {
        scheme: {
            case.key: case
            for case in cases(
                replace(made, primary=scheme), estimates, survey.made.respondents, survey.dispositions
            )
            if case.group == "overall"
        }
        for scheme in made.schemes
    }
    tables = [pd.read_csv(results / folder / "explorer.csv") for folder in ("public", "private")]
    return Run(results, *tables, made, gathered)
