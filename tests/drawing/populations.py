"""What is known of those who were asked, and how they were drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from drawing.study import PLACES, RandomStudy, in_words, known_answers

OUTCOMES = {"back": "2.27", "nothing": "3.19", "refused": "2.11", "left": "4.10"}
POPULATIONS = ("list", "list", "list", "counts", "totals", "totals", "size", "none", "none")


def know(study: RandomStudy) -> None:
    """Draw what is known of those who were asked."""
    known: dict[str, Callable[[RandomStudy], None]] = {
        "list": _list, "counts": _counts, "totals": _totals, "size": _size,
    }  # fmt: skip
    if study.population in known:
        known[study.population](study)
    if study.population in ("totals", "size", "none") and study.some(0.7):
        study.config["design"] = _sample(study, _of_the_survey(study))
    elif study.population == "none" and study.some(0.3):
        study.config["design"] = {"kind": "convenience"}
    elif study.population == "counts":
        if study.some(0.4):
            # The headcounts are those of a population, of which the respondents are a sample.
            study.config["design"] = _sample(study, _of_the_survey(study))
        elif study.some(0.3):
            study.config["design"] = {"kind": "census"}
    if study.some(0.1):
        study.config["population"] = {"list": "list", "none": "none"}.get(study.population, "counts")
        shares = study.population == "totals" and "size" not in study.config["frame"]
        if shares and max(max(levels.values()) for levels in study.margins.values()) <= 1:
            del study.config["population"]


def _silent(study: RandomStudy) -> pd.DataFrame:
    """People who did not answer: places as of some who did, and a few more."""
    number = int(study.people * study.draw.uniform(0.05, 2.5))
    picked = study.draw.integers(0, study.people, number)
    return study.answers[list(PLACES)].iloc[picked].reset_index(drop=True)


def _list(study: RandomStudy) -> None:
    known, rest = study.answers[list(PLACES)], _silent(study)
    # A list knows what a questionnaire leaves blank or codes as refused.
    filled = pd.concat([known, rest], ignore_index=True).replace({98.0: np.nan, 99.0: np.nan}).fillna(1.0)
    staff = pd.DataFrame({"No": [f"P{k:04d}" for k in range(len(filled))]})
    staff["Unit"] = in_words(study, filled["unit"], "unit")
    staff["Rank"] = in_words(study, filled["rank"], "rank")
    staff["Years"] = study.draw.gamma(2, 4, len(staff)).round()
    staff["Ward"] = 1 + np.arange(len(staff)) % 3
    answered = np.arange(len(staff)) < study.people
    outcome = study.draw.choice(["nothing", "refused", "left"], len(staff), p=[0.8, 0.15, 0.05])
    staff["Result"] = np.where(answered, "back", outcome)
    study.staff = staff
    columns = {"unit_listed": "Unit", "rank_listed": "Rank", "years": "Years"}
    frame: dict[str, Any] = {"id": "No", "columns": columns, "numeric": ["years"], "verified": study.some()}
    if study.some(0.3):
        frame["columns"] |= {"ward": "Ward"}
        frame["categorical"] = ["ward"]
    if study.some(0.2):
        levels = sorted(set(staff["Unit"]))
        frame["recodes"] = [
            {"variable": "side", "from": "unit_listed",
             "map": {level: "One side" if k % 2 else "The other" for k, level in enumerate(levels)}}
        ]  # fmt: skip
    frame |= study.perhaps(0.1, survey_id="person", group="unit_listed")
    if frame.get("group"):
        study.config["groups"] = {"unit_listed": {"label": "Unit", "levels": _as_they_are(staff["Unit"])}}
    study.config["frame"] = frame
    if study.some(0.1):
        study.config["response"] = {"partial_from": 0.2, "complete_from": 0.9}
    if study.some(0.6):
        frame["columns"]["outcome"] = "Result"
        study.config.setdefault("response", {})["dispositions"] = dict(OUTCOMES)
        study.config["response"] |= study.perhaps(0.2, eligibility_rate=0.8)
    if study.some(0.2):
        sizes = staff["Unit"].value_counts()
        study.tables["headcounts"] = pd.DataFrame(
            {"variable": "unit_listed", "level": sizes.index, "n": sizes.to_numpy()}
        )
    if study.some(0.3):
        study.config["design"] = _sample(study, _of_the_list(study))


def _as_they_are(levels: pd.Series) -> dict[str, str]:
    return {level: level for level in sorted(set(levels))}


def _counts(study: RandomStudy) -> None:
    columns = study.one([["unit"], ["unit", "rank"]])
    everybody = pd.concat([study.answers[list(PLACES)], _silent(study)], ignore_index=True)
    sizes = everybody.groupby(columns).size().rename("n").reset_index()
    for name in columns:
        sizes[name] = in_words(study, sizes[name], name)
    study.tables["counts"] = sizes


def tell_in_the_configuration(study: RandomStudy) -> None:
    """Now and then, say the headcounts beside a sample without a file."""
    if "counts" not in study.tables or not study.drawn or study.some(0.7):
        return
    table = study.tables.pop("counts")
    names = [name for name in table if name != "n"]
    study.config["frame"] = {
        "cells": [
            {"levels": {name: str(row[name]) for name in names}, "n": int(row["n"])}
            for row in table.to_dict("records")
        ]
    }


def _totals(study: RandomStudy) -> None:
    """Margins without a list: numbers, or shares with or without the size of the population."""
    factor, shares = float(study.draw.uniform(1.1, 8.0)), study.some()
    size = int(study.people * factor)
    margins: dict[str, dict[str, float]] = {}
    for name in study.one([["unit"], ["unit", "rank"]]):
        known = known_answers(study, name).dropna()
        parts = (in_words(study, known, name).value_counts(normalize=True) + 0.02).pipe(lambda s: s / s.sum())
        numbers = (parts * size).round().astype(int)
        numbers.iloc[0] += size - numbers.sum()
        told = (numbers / size).round(12) if shares else numbers
        margins[name] = {str(level): value for level, value in told.to_dict().items()}
    study.margins = margins
    study.config["frame"] = {}
    if study.some(0.3):
        rows = [(name, level, n) for name, levels in margins.items() for level, n in levels.items()]
        value = "share" if shares else "n"
        study.tables["margins"] = pd.DataFrame(rows, columns=["variable", "level", value])
    else:
        study.config["frame"] = {"margins": margins, "source": "a register"}
    if shares and study.some(0.6):
        study.config["frame"]["size"] = size
    told = [
        name
        for name in study.named("numeric")
        if study.answers[name].notna().all() and study.answers[name].nunique() > 2
    ]
    if told and not shares:
        study.config["frame"]["totals"] = {told[0]: float(study.answers[told[0]].mean() * size * 1.02)}


def _size(study: RandomStudy) -> None:
    study.config["frame"] = {"size": int(study.people * study.draw.uniform(1.0, 8.0)) + 1}


# --- how they were drawn -------------------------------------------------------------------------------

Put = Callable[[str, Any, str], str]


def _of_the_survey(study: RandomStudy) -> Put:
    """Write what is known of the drawing into the survey file."""

    def put(name: str, values: Any, kind: str = "numeric") -> str:
        study.answers[name] = values
        study.codebook[name] = {"type": kind, "label": name, "role": "admin"}
        return name

    return put


def _of_the_list(study: RandomStudy) -> Put:
    """Write what is known of the drawing into the list of those drawn."""

    def put(name: str, values: Any, kind: str = "numeric") -> str:
        study.staff[name.upper()] = values
        study.config["frame"]["columns"][name] = name.upper()
        return name

    return put


def _sample(study: RandomStudy, put: Put) -> dict[str, Any]:
    """How people were drawn: weights or chances, strata, units of some stages, sizes, or replicates."""
    many, draw = len(study.staff) or study.people, study.draw
    weights = draw.gamma(4, study.one([0.1, 1.0, 30.0]), many).round(4) + 0.01
    design: dict[str, Any] = {}
    if study.some(0.15):
        design["probabilities"] = put("chance", draw.uniform(0.02, 1.0, many).round(4), "numeric")
    elif study.some(0.7):
        design["weights"] = put("pw", weights, "numeric")
    if not len(study.staff) and study.some(0.3):
        design |= _replicates(study, put, weights, bool(design.get("probabilities")))
        if "probabilities" not in design:
            design["weights"] = put("pw", weights, "numeric")
    else:
        design |= _stages(study, put, many)
    if not set(design) - {"single_unit"}:
        design["fpc"] = [0.2]
    if (study.margins or len(study.staff)) and study.some(0.6):
        design["final"] = False
    return design | study.perhaps(0.2, kind="replicates" if "replicates" in design else "sample")


def _replicates(study: RandomStudy, put: Put, weights: np.ndarray, alone: bool) -> dict[str, Any]:
    draw, number = study.draw, int(study.draw.integers(2, 12))
    size = (study.people, number)
    factors = draw.choice([0.0, 2.0], size) if study.some() else draw.uniform(0.5, 1.5, size)
    # Factors have to be multiplied by weights that are in the file.
    combined = alone or study.some()
    for k in range(number):
        put(f"rw{k + 1}", factors[:, k] * (weights if combined else 1.0), "numeric")
    kind = study.one(["BRR", "JK1", "JKn", "bootstrap", "Fay", "other"])
    columns = study.one(["rw*", [f"rw{k + 1}" for k in range(number)]])
    given = {"columns": columns, "type": kind, "combined": combined, "mse": study.some()}
    more = {"Fay": {"rho": 0.3}, "other": {"scale": 0.5}, "JKn": {"rscales": [0.5] * number}}
    return {"replicates": given | more.get(kind, {})}


def _stages(study: RandomStudy, put: Put, many: int) -> dict[str, Any]:
    draw, design = study.draw, dict[str, Any]()
    strata = draw.integers(1, int(draw.integers(2, 5)), many)
    if study.some():
        design["strata"] = put("stratum", [f"S{code}" for code in strata], "string")
    else:
        strata = np.ones(many, int)
    sizes, told = [study.one([0.2, 0.05, 5000])], study.some(0.4)
    if study.some():
        first = draw.integers(1, 9, many)
        units = [f"{a}-{b}" for a, b in zip(strata, first, strict=True)]
        design["clusters"] = [put("psu", units, "string")]
        if study.some(0.4):
            second = [f"{unit}-{k % 4}" for k, unit in enumerate(units)]
            design["clusters"].append(put("ssu", second, "string"))
            sizes.append(study.one([0.5, 9, "units"]))
        if study.some(0.3):
            sizes[0] = "population"
    if told:
        design["fpc"] = sizes if study.some(0.7) else sizes[:1]
        # A number on the list that nothing names is refused.
        columns = {"population": 20.0 + strata, "units": np.full(many, 12.0)}
        for name in [name for name in columns if name in design["fpc"]]:
            put(name, columns[name], "numeric")
    return design | study.perhaps(0.6, single_unit=study.one(["error", "adjust", "average", "certainty"]))
