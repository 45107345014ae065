"""Small studies of which little is known, with a question of every type, run in this process."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
import yaml

from _shared import read_csv
from conftest import once
from made_up_questions import AGREE, ELEVEN, OFTEN, QUESTIONS, SECTIONS, YES_NO
from stages import run_stages, whole
from studies import write_yaml
from surveypipe.reporting.names import RELEASED
from surveypipe.reporting.released import Released
from surveypipe.study.base import plain

PEOPLE = 150
HEADCOUNTS = {"1": 120, "2": 90, "3": 60, "4": 40, "5": 30, "6": 20}
ROOT = Path(__file__).resolve().parents[1]
CLAIMED = ("claims of a sample", "claims of whoever came")
COUNTED = "claims of headcounts"
# Of whom too few answered some of what is claimed.
WITHHELD = "claims of headcounts, some withheld"
# What costs most to run is left to the long tests: COUNTED is of headcounts too.
STUDIES = (
    "a file alone", "groups that are asked", *CLAIMED, COUNTED,
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("headcounts", WITHHELD)),
)  # fmt: skip


def records() -> pd.DataFrame:
    """Answers with some left out."""
    r = np.random.default_rng(20240607)
    made = {}
    for name, (_, kind, values, _, boxes) in QUESTIONS.items():
        if values:
            share = np.arange(len(values), 0, -1) / np.arange(len(values), 0, -1).sum()
            answers = r.choice([float(code) for code in values], PEOPLE, p=share)
            made[name] = np.where(answers == 1, 1.0, np.nan) if boxes else answers
        elif kind == "numeric":
            made[name] = r.gamma(4, 8000 if name == "income" else 2, PEOPLE).round()
        elif kind == "date":
            made[name] = [f"2024-03-{day:02d}" for day in r.integers(1, 29, PEOPLE)]
        else:
            made[name] = r.choice(["", "It is too long", "None"], PEOPLE)
    table = pd.DataFrame(made)
    for name in ("years", "clear", "often", "read"):
        table.loc[r.choice(PEOPLE, 12, replace=False), name] = np.nan
    return table


def codebook() -> dict[str, Any]:
    """The codebook of that survey."""
    columns: dict[str, Any] = {}
    for name, (label, kind, values, section, boxes) in QUESTIONS.items():
        about: dict[str, Any] = {"type": kind, "label": label, "question": f"{label}?"}
        about |= {"section": section} if section else {}
        if values:
            about["values"] = {int(code): text for code, text in values.items()}
        about |= {"counts": 1} if values == YES_NO else {}
        about |= {"set": boxes} if boxes else {}
        about |= (
            {"battery": "views"} if values == AGREE else {"battery": "content"} if values == ELEVEN else {}
        )
        columns[name] = about
    assert OFTEN
    return {
        "sections": SECTIONS, "batteries": {"views": "Views", "content": "Contentment"},
        "sets": {"heard": "How staff heard of it"}, "variables": columns,
    }  # fmt: skip


def _claim(kind: str, **said: Any) -> dict[str, Any]:
    return {"label": f"A claim of a {kind} is made", "short": f"A {kind}", "kind": kind, **said}


# A claim of each kind.
CLAIMS: dict[str, dict[str, Any]] = {
    "SHARE": _claim("share", variable="read", level=1, threshold=0.2),
    "NOT_WORSE": _claim("difference", variable="gap", threshold=-2.0, range=[-10, 10]),
    "MEAN": _claim("mean", variable="clear", base="readers", threshold=2.0, range=[1, 5]),
}

TWO = {"variable": "trade", "of": 1, "minus": 2}
CLAIMS |= {
    "APART": _claim("difference", variable="read", level=1, threshold=-0.5, groups=TWO),
    "LONGER": _claim(
        "difference", variable="years", range=[0, 80], threshold=-5, sensitivity_thresholds=[0], groups=TWO
    ),
    "SAME": _claim("equivalence", variable="read", level=1, margin=0.4, groups=TWO),
    "AS_CLEAR": _claim("equivalence", variable="clear", range=[1, 5], margin=0.6, base="readers", groups=TWO),
}


CLAIMS |= {
    "A_YEAR": _claim(
        "ratio", variable="income", over="years", threshold=1000, range=[0, 200_000], range_over=[0, 60],
        sensitivity_thresholds=[2000], unit="pounds a year",
    ),
    "FEWER": _claim(
        "ratio", variable="years", over="income", base="readers", threshold=0.1, direction="below"
    ),
    "HALF": _claim("median", variable="years", threshold=4, range=[0, 60], unit="years"),
    "HALF_LESS": _claim("median", variable="income", base="readers", threshold=90_000, direction="below"),
}  # fmt: skip

# One question stands for another that was asked before.
CLAIMS |= {
    "ROSE": _claim("change", variable="useful", before="short", range=[1, 5], threshold=-1.0, by="trade"),
    "MORE": _claim(
        "change", variable="clear", before="useful", level=4, threshold=-0.5, base="readers"
    ),
    "ROSE_MORE": _claim(
        "change", variable="health", before="work", range=[0, 10], threshold=-3, groups=TWO,
        sensitivity_thresholds=[0],
    ),
    "ODDS": _claim("association", variable="read", model="logistic", term="trade", level=2, threshold=0.1),
    "A_STEP": _claim(
        "association", variable="useful", model="ordinal", term="years", threshold=1.5, direction="below"
    ),
    "POUNDS": _claim(
        "association", variable="income", model="linear", term="years", threshold=-5000, base="readers",
        sensitivity_thresholds=[0], unit="pounds",
    ),
}  # fmt: skip
MODELS = [
    {"outcome": "read", "kind": "logistic", "predictors": ["trade", "years"], "reference": {"trade": 1}},
    {"outcome": "useful", "kind": "ordinal", "predictors": ["years"]},
    {"outcome": "income", "kind": "linear", "predictors": ["years", "trade"]},
]

# Of whom it is known how many they are, or how many they stand for.
TOTALS = {
    "ALL_YEARS": _claim("total", variable="years", threshold=1000, range=[0, 60], unit="years"),
    "READ_IT": _claim("total", variable="read", level=1, threshold=150, sensitivity_thresholds=[200]),
    "PAID": _claim("total", variable="income", base="readers", threshold=1_000_000),
}


def configuration(folder: Path, name: str) -> dict[str, Any]:
    """Write the files of a study, and give its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    answers = records()
    if name in (*CLAIMED, COUNTED, WITHHELD):
        # Groups large enough for each to be published.
        answers["trade"] = answers["trade"].clip(upper=3)
    answers.to_csv(folder / "survey.csv", index=False)
    (folder / "codebook.yaml").write_text(yaml.safe_dump(codebook(), sort_keys=False, allow_unicode=True))
    inputs = {"survey": f"{folder}/survey.csv", "codebook": f"{folder}/codebook.yaml"}
    inputs["checksums"] = f"{folder}/SHA256SUMS"
    more: dict[str, Any] = {}
    if name in ("headcounts", COUNTED, WITHHELD):
        known = {"1": 120, "2": 90, "3": 150} if name != "headcounts" else HEADCOUNTS
        trades = [QUESTIONS["trade"][2][code] for code in known]
        counts = pd.DataFrame({"trade": trades, "n": list(known.values())})
        counts.to_csv(folder / "counts.csv", index=False)
        inputs["counts"], more["groups"] = f"{folder}/counts.csv", {"trade": {}}
    if name == "groups that are asked":
        more["groups"] = {"read": {}}
    named = [Path(inputs[key]) for key in ("survey", "counts") if key in inputs]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in named]
    (folder / "SHA256SUMS").write_text("".join(sums))
    if name in (*CLAIMED, COUNTED, WITHHELD):
        levels = {code: text for code, text in QUESTIONS["trade"][2].items() if int(code) <= 3}
        more["groups"] = {"trade": {"label": "Trade", "levels": levels}}
        claimed = CLAIMS | (TOTALS if name in (COUNTED, WITHHELD) else {})
        family = {"label": "claims", "method": "holm", "statistics": ["claim_test"]}
        more["analysis"] = {"models": MODELS, "multiplicity": {"families": [family]}}
        more |= {"claims": claimed, "bases": {"readers": {"read": 1}}}
        gap = {"variable": "gap", "label": "Health less work", "type": "difference"}
        more["cleaning"] = {"recodes": [gap | {"minuend": "health", "subtrahend": "work"}]}
    if name == WITHHELD:
        # More than answered the questions that some left out.
        more["disclosure"] = {"min_base": PEOPLE - 5}
    if name == "claims of a sample":
        more["design"] = {"kind": "sample", "fpc": [0.1]}
    study = {
        "id": "any",
        "title": "A survey of leaflets",
        "data": "real",
        "setting": "one town",
        "mode": "web",
    }
    return {"study": study, "inputs": inputs, **more}


class Run(NamedTuple):
    """A study that was run to its release: its configuration, and the folder of its results."""

    config: dict[str, Any]
    results: Path


def run(tmp_path_factory: pytest.TempPathFactory, name: str) -> Run:
    """Run the stages of a study, once for all tests: they read what it left, and change nothing."""

    def make(folder: Path) -> None:
        config = configuration(folder, name)
        write_yaml(config, folder / "config.yaml")
        run_stages(config, folder / "results")

    folder = once(tmp_path_factory, re.sub(r"\W+", "_", f"any study: {name}"), make)
    return Run(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8")), folder / "results")


def released(tmp_path_factory: pytest.TempPathFactory, name: str) -> Released:
    """Gather what a study releases."""
    return released_of(*run(tmp_path_factory, name))


def private_ledger(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give the ledger of the census by headcounts, before it is released."""
    return read_csv(run(tmp_path_factory, COUNTED).results / "private/claims.csv").set_index("claim")


def released_of(config: dict[str, Any], results: Path) -> Released:
    """Gather what the stages of a study released."""
    public = results / "public"
    tables = {table: read_csv(public / f"{table}.csv") for table in RELEASED}
    tables["verification"] = read_csv(ROOT / "tests/report/context_SIMULATED/verification.csv")
    variables = json.loads((public / "variables.json").read_text(encoding="utf-8"))
    return Released(plain(whole(config)), variables, tables)
