"""Small made-up studies drawn at random: files, codebook and a configuration that the schema allows.

A seed gives one study, always the same. What is drawn: what is known of those who were asked, groups, items
of every type, and each section of the configuration or its absence. Numbers are made up and mean nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

Draw = np.random.Generator
PRESETS = (*["research"] * 6, "strict", "ons_srs", "nhs_hes", "manitoba")
INTERVALS = ("logit", "korn_graubard", "korn_graubard_capped", "wilson", "arcsine", "t")
UNITS = ("North", "South", "East", "West", "Centre", "Hill", "River", "Ölberg")
RANKS = ("Junior", "Senior", "Chief", "Guest", "Other")
MISSING = {98: "Don't know", 99: "Refused"}


@dataclass
class RandomStudy:
    """What is drawn of one study, piece by piece."""

    draw: Draw
    people: int
    population: str
    answers: pd.DataFrame
    codebook: dict[str, Any] = field(default_factory=dict)
    staff: pd.DataFrame = field(default_factory=pd.DataFrame)
    counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    margins: dict[str, dict[str, float]] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    batteries: dict[str, str] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    derived: list[str] = field(default_factory=list)

    def some(self, chance: float = 0.5) -> bool:
        """Toss a coin."""
        return bool(self.draw.random() < chance)

    def one(self, options: Sequence[Any]) -> Any:
        """Draw one of several."""
        return options[int(self.draw.integers(len(options)))]

    def several(self, options: Sequence[Any], most: int) -> list[Any]:
        """Draw up to so many, in the order given."""
        number = min(len(options), int(self.draw.integers(0, most + 1)))
        chosen = set(self.draw.permutation(len(options))[:number])
        return [option for k, option in enumerate(options) if k in chosen]

    def named(self, *types: str) -> list[str]:
        """Questions of some types."""
        return [name for name, about in self.codebook.items()
                if about["type"] in types and "role" not in about]  # fmt: skip


def drawn(seed: int, folder: Path) -> dict[str, Any]:
    """Draw a study, write its files into a folder, and give its configuration."""
    draw = np.random.default_rng([20240912, seed])
    people = int(draw.choice([30, 60, 120, 200]))
    population = str(draw.choice(["list", "list", "counts", "totals", "none", "none"]))
    study = RandomStudy(draw, people, population, pd.DataFrame(index=range(people)))
    _places(study)
    _questions(study)
    _asked_of_some(study)
    study.config = {
        "study": {"id": "drawn", "title": "A drawn survey", "data": "simulated", "setting": "a town"},
        "seed": seed,
    }
    {"list": _list, "counts": _counts, "totals": _totals, "none": lambda one: None}[population](study)
    if population in ("totals", "none") and study.some(0.7):
        _sample(study)
    _cleaning(study)
    _groups(study)
    _weighting(study)
    _analysis(study)
    _claims(study)
    _sensitivity(study)
    _nonresponse(study)
    if study.some(0.7):
        study.config["disclosure"] = {"preset": study.one(PRESETS)}
        if study.some(0.3):
            study.config["disclosure"]["min_base"] = study.one([3, 5, 10, 15])
    _write(study, folder)
    return study.config


# --- people and what they answer -----------------------------------------------------------------------


def _uneven(study: RandomStudy, number: int) -> np.ndarray:
    return np.asarray(study.draw.dirichlet(np.full(number, study.one([0.8, 3.0, 20.0]))))


def _places(study: RandomStudy) -> None:
    """Where people are: two questions that a list or headcounts may know too."""
    # Whoever draws many small places is mostly refused: Table 1 has to be read.
    for name, labels, size in (("unit", UNITS, 25), ("rank", RANKS, 60)):
        number = int(study.draw.integers(2, min(len(labels), max(2, study.people // size)) + 1))
        share = _uneven(study, number) if study.some(0.15) else np.full(number, 1 / number)
        codes = study.draw.choice(np.arange(1.0, number + 1), study.people, p=share)
        study.answers[name] = codes
        values = dict(enumerate(labels[:number], start=1))
        study.codebook[name] = {"type": "categorical", "label": name.capitalize(), "values": values}
    if study.population == "list" or study.some(0.3):
        study.answers.insert(0, "person", [f"P{k:04d}" for k in range(study.people)])
        study.codebook = {"person": {"role": "id", "type": "string", "label": "Person"}, **study.codebook}


def _binary(study: RandomStudy, name: str) -> None:
    codes = study.one([(0, 1), (1, 2), (1, 5)])
    study.codebook[name] = {"type": "binary", "values": dict(zip(codes, ("No", "Yes"), strict=True))}
    study.codebook[name]["counts"] = study.one(codes)
    p = study.one([0.0, 0.02, 0.3, 0.5, 0.9, 1.0])
    study.answers[name] = np.where(study.draw.random(study.people) < p, float(codes[1]), float(codes[0]))


def _ordinal(study: RandomStudy, name: str) -> None:
    points = int(study.draw.integers(2, 12))
    start = study.one([0, 1])
    study.codebook[name] = {
        "type": "ordinal", "values": {start + k: f"Point {k + 1}" for k in range(points)},
    }  # fmt: skip
    share = _uneven(study, points)
    study.answers[name] = study.draw.choice(np.arange(start, start + points), study.people, p=share) * 1.0


def _categorical(study: RandomStudy, name: str) -> None:
    number = int(study.draw.integers(2, 9))
    study.codebook[name] = {
        "type": "categorical", "values": {k: f"Kind {k}" for k in range(1, number + 1)},
    }  # fmt: skip
    if study.some(0.4):
        study.codebook[name]["counts"] = int(study.draw.integers(1, number + 1))
    share = _uneven(study, number)
    study.answers[name] = study.draw.choice(np.arange(1.0, number + 1), study.people, p=share)


def _numeric(study: RandomStudy, name: str) -> None:
    made = [
        lambda: study.draw.normal(40, 9, study.people).round(),
        lambda: study.draw.poisson(1.2, study.people).astype(float),
        lambda: study.draw.lognormal(9, 1, study.people).round(2),
        lambda: np.full(study.people, 7.0),
    ]
    study.answers[name] = study.one(made)()
    study.codebook[name] = {"type": "numeric"}
    if study.some(0.4):
        study.codebook[name]["range"] = [0, 1_000_000]


def _date(study: RandomStudy, name: str) -> None:
    study.answers[name] = [f"2024-03-{day:02d}" for day in study.draw.integers(1, 29, study.people)]
    study.codebook[name] = {"type": "date"}


def _string(study: RandomStudy, name: str) -> None:
    study.answers[name] = study.draw.choice(["", "Nothing", "Too long; really"], study.people)
    study.codebook[name] = {"type": "string"}


def _boxes(study: RandomStudy, name: str) -> None:
    study.sets[name] = f"Set {name}"
    for number in range(1, int(study.draw.integers(2, 6)) + 1):
        box = f"{name}_{number}"
        ticked = study.draw.random(study.people) < study.draw.uniform(0.02, 0.7)
        study.answers[box] = np.where(ticked, 1.0, np.nan)
        study.codebook[box] = {
            "type": "binary", "label": f"Box {number} of {name}", "values": {0: "No", 1: "Yes"}, "counts": 1,
            "set": name,
        }  # fmt: skip


def _battery(study: RandomStudy, name: str) -> None:
    """Items of one battery, which hang together."""
    study.batteries[name] = f"Battery {name}"
    points, mood = int(study.draw.integers(3, 8)), study.draw.normal(size=study.people)
    for number in range(1, int(study.draw.integers(2, 6)) + 1):
        item = f"{name}_{number}"
        raw = (points + 1) / 2 + mood + study.draw.normal(size=study.people)
        study.answers[item] = np.clip(np.round(raw), 1, points)
        study.codebook[item] = {
            "type": "ordinal", "values": {k: f"Degree {k}" for k in range(1, points + 1)}, "battery": name,
        }  # fmt: skip


KINDS: dict[str, Callable[[RandomStudy, str], None]] = {
    "yes": _binary, "order": _ordinal, "kind": _categorical, "number": _numeric, "day": _date,
    "words": _string, "boxes": _boxes, "views": _battery,
}  # fmt: skip


def _questions(study: RandomStudy) -> None:
    for kind, make in KINDS.items():
        for number in range(int(study.draw.integers(0, 3))):
            make(study, f"{kind}{number}")
    if len(study.named("binary", "ordinal", "categorical", "numeric")) < 4:
        _binary(study, "yes9")
        _ordinal(study, "order9")


def _asked_of_some(study: RandomStudy) -> None:
    """Leave answers out: blanks, user-missing codes, questions that the routing passes by."""
    for name in [name for name, about in study.codebook.items() if about.get("role") != "id"]:
        about = study.codebook[name]
        about.setdefault("label", f"Question {name}")
        if about.get("set") or (study.population in ("counts", "totals") and name in ("unit", "rank")):
            continue
        blank = study.draw.random(study.people) < study.one([0.0, 0.03, 0.2])
        study.answers[name] = study.answers[name].mask(
            blank, "" if about["type"] in ("date", "string") else np.nan
        )
        if about["type"] in ("binary", "ordinal", "categorical") and study.some(0.2):
            about["missing"] = {"codes": MISSING}
            coded = study.draw.random(study.people) < 0.05
            study.answers[name] = study.answers[name].mask(coded & ~blank, study.one([98.0, 99.0]))
    filters, routed = study.named("binary"), study.named("ordinal", "numeric")
    filters = [name for name in filters if not study.codebook[name].get("set")]
    if filters and routed and study.some(0.3):
        first, then = study.one(filters), study.one(routed)
        code = study.codebook[first]["counts"]
        study.codebook[then]["asked_if"] = {first: code}
        study.answers[then] = study.answers[then].where(study.answers[first] == code)
    if study.some(0.3):
        # What only some are asked says nothing of how much of the questionnaire was filled in.
        asked = [name for name in study.named("binary", "ordinal") if "asked_if" not in study.codebook[name]]
        for name in study.several(asked, 4):
            study.codebook[name]["core"] = True


# --- what is known of those who were asked -------------------------------------------------------------


def _silent(study: RandomStudy) -> pd.DataFrame:
    """People who did not answer: places as of some who did, and a few more."""
    number = int(study.people * study.draw.uniform(0.05, 2.5))
    picked = study.draw.integers(0, study.people, number)
    return study.answers[["unit", "rank"]].iloc[picked].reset_index(drop=True)


def _labels(study: RandomStudy, codes: pd.Series, name: str) -> pd.Series:
    return codes.map({float(code): text for code, text in study.codebook[name]["values"].items()})


def _list(study: RandomStudy) -> None:
    known, rest = study.answers[["unit", "rank"]], _silent(study)
    # A list knows what a questionnaire leaves blank or codes as refused.
    filled = pd.concat([known, rest], ignore_index=True).replace({98.0: np.nan, 99.0: np.nan}).fillna(1.0)
    staff = pd.DataFrame({"No": [f"P{k:04d}" for k in range(len(filled))]})
    staff["Unit"] = _labels(study, filled["unit"], "unit")
    staff["Rank"] = _labels(study, filled["rank"], "rank")
    staff["Years"] = study.draw.gamma(2, 4, len(staff)).round()
    answered = np.arange(len(staff)) < study.people
    outcome = study.draw.choice(["nothing", "refused", "left"], len(staff), p=[0.8, 0.15, 0.05])
    staff["Result"] = np.where(answered, "back", outcome)
    study.staff = staff


def _counts(study: RandomStudy) -> None:
    columns = study.one([["unit"], ["unit", "rank"]])
    everybody = pd.concat([study.answers[["unit", "rank"]], _silent(study)], ignore_index=True)
    sizes = everybody.groupby(columns).size().rename("n").reset_index()
    for name in columns:
        sizes[name] = _labels(study, sizes[name], name)
    study.counts = sizes


def _totals(study: RandomStudy) -> None:
    """Margins without a list: numbers, or shares with or without the size of the population."""
    factor, shares = float(study.draw.uniform(1.1, 8.0)), study.some()
    size = int(study.people * factor)
    margins: dict[str, dict[str, float]] = {}
    for name in study.one([["unit"], ["unit", "rank"]]):
        known = study.answers[name].replace({98.0: np.nan, 99.0: np.nan}).dropna()
        parts = (_labels(study, known, name).value_counts(normalize=True) + 0.02).pipe(lambda s: s / s.sum())
        numbers = (parts * size).round().astype(int)
        numbers.iloc[0] += size - numbers.sum()
        told = (numbers / size).round(12) if shares else numbers
        margins[name] = {str(level): value for level, value in told.to_dict().items()}
    study.margins = margins
    study.config["frame"] = {"margins": margins}
    if shares and study.some(0.6):
        study.config["frame"]["size"] = size


def _sample(study: RandomStudy) -> None:
    """How people were drawn: weights, strata, units of one or two stages, sizes, or replicate weights."""

    def put(name: str, values: Any, kind: str = "numeric") -> str:
        study.answers[name] = values
        study.codebook[name] = {"type": kind, "label": name, "role": "admin"}
        return name

    many, draw = study.people, study.draw
    weights = draw.gamma(4, study.one([0.1, 1.0, 30.0]), many).round(4) + 0.01
    design: dict[str, Any] = {}
    if study.some(0.7):
        design["weights"] = put("pw", weights)
    if study.some(0.25):
        number = int(draw.integers(2, 12))
        factors = (
            draw.choice([0.0, 2.0], (many, number))
            if study.some()
            else draw.uniform(0.5, 1.5, (many, number))
        )
        combined = study.some()
        for k in range(number):
            put(f"rw{k + 1}", factors[:, k] * (weights if combined else 1.0))
        design["weights"] = design.get("weights") or put("pw", weights)
        kind = study.one(["BRR", "JK1", "bootstrap", "Fay", "other"])
        design["replicates"] = {"columns": "rw*", "type": kind, "combined": combined, "mse": study.some()}
        design["replicates"] |= {"Fay": {"rho": 0.3}, "other": {"scale": 0.5}}.get(kind, {})
    else:
        strata = draw.integers(1, int(draw.integers(2, 5)), many)
        if study.some():
            design["strata"] = put("stratum", [f"S{code}" for code in strata], "string")
        if study.some():
            first = draw.integers(1, 9, many)
            design["clusters"] = [
                put("psu", [f"{a}-{b}" for a, b in zip(strata, first, strict=True)], "string")
            ]
            if study.some(0.4):
                design["clusters"].append(put("ssu", [f"T{k // 3}" for k in range(many)], "string"))
        if study.some(0.3):
            design["fpc"] = [study.one([0.2, 0.05, 5000])]
        if study.some(0.6):
            design["single_unit"] = study.one(["adjust", "average", "certainty"])
    if study.margins and study.some(0.6):
        design["final"] = False
    if set(design) - {"final", "single_unit"}:
        study.config["design"] = design


# --- sections of the configuration ---------------------------------------------------------------------


def _cleaning(study: RandomStudy) -> None:
    scales, recodes = [], []
    for name in study.batteries:
        items = [item for item, about in study.codebook.items() if about.get("battery") == name]
        if study.some(0.7):
            scales.append({"variable": f"{name}_scale", "label": f"Scale {name}", "items": items})
            if study.some():
                recodes.append({"variable": f"{name}_high", "label": f"High {name}", "type": "above",
                                "from": f"{name}_scale", "cut": study.one([2, 3, 3.5])})  # fmt: skip
    if (numbers := study.named("numeric")) and study.some(0.5):
        cuts = sorted({float(cut) for cut in study.draw.choice([1, 3, 8, 35, 45, 9000], 2)})
        labels = [f"Band {k}" for k in range(len(cuts) + 1)]
        recodes.append({"variable": "band", "label": "Band", "type": "bands", "from": study.one(numbers),
                        "cuts": cuts, "labels": labels})  # fmt: skip
    if len(scales) == 2 and study.some(0.5):
        recodes.append({"variable": "gap", "label": "Gap", "type": "difference",
                        "minuend": scales[0]["variable"], "subtrahend": scales[1]["variable"]})  # fmt: skip
    study.derived = [made["variable"] for made in (*scales, *recodes)]
    if scales:
        study.config["cleaning"] = {"scales": scales}
    if recodes:
        study.config.setdefault("cleaning", {})["recodes"] = recodes


def _groups(study: RandomStudy) -> None:
    """None, one or several: of the list or the headcounts, of the questionnaire, derived."""
    config, groups = study.config, {}
    if study.population == "list":
        columns = {"unit_listed": "Unit", "rank_listed": "Rank", "years": "Years"}
        config["frame"] = {"id": "No", "columns": columns, "numeric": ["years"], "verified": study.some()}
        for name, column in (("unit_listed", "Unit"), ("rank_listed", "Rank")):
            if study.some(0.6):
                levels = sorted(set(study.staff[column]))
                groups[name] = {"label": column, "levels": {level: level for level in levels}}
        if study.some(0.6):
            config["frame"]["columns"]["outcome"] = "Result"
            config["response"] = {
                "dispositions": {"back": "2.27", "nothing": "3.19", "refused": "2.11", "left": "4.10"}
            }
    if study.population == "counts" and study.some(0.8):
        groups |= {name: {} for name in study.several(list(study.counts.columns[:-1]), 2)}
    if study.population != "counts" or groups:
        asked = [name for name in study.named("binary", "categorical") if name not in groups]
        if study.some(0.4):
            groups |= {name: {} for name in study.several(asked, 2)}
        bands = [made for made in config.get("cleaning", {}).get("recodes", []) if made["type"] == "bands"]
        if bands and study.some(0.4):
            levels = {str(k): text for k, text in enumerate(bands[0]["labels"], start=1)}
            groups["band"] = {"label": "Band", "levels": levels}
    if groups:
        config["groups"] = groups


def _known(study: RandomStudy) -> list[str]:
    """Variables known of everybody, by which weights may be made."""
    if study.population == "list":
        return ["unit_listed", "rank_listed"]
    return list(study.margins or study.counts.columns[:-1])


def _weighting(study: RandomStudy) -> None:
    design = study.config.get("design", {})
    final = design.get("final", not study.margins) if design else False
    if study.population == "none" or final or study.some(0.3):
        return
    known = _known(study)
    schemes: dict[str, Any] = {study.one(["none", "raw"]): {"label": "Unweighted", "method": "none"}}
    collapse = {"min_n": study.one([2, 5, 10])}
    if study.some(0.4):
        collapse["max_factor"] = study.one([2.0, 4.0])
    possible = {
        "cells": {"method": "poststratify", "by": known, "collapse": collapse},
        "one": {"method": "poststratify", "by": known[:1], "collapse": collapse},
        "raked": {"method": "rake", "margins": known},
        "calibrated": {"method": "calibrate", "margins": known[:1]},
        "propensity": {"method": "propensity", "predictors": known},
        "classes": {"method": "propensity", "predictors": known, "classes": 3},
    }
    if study.margins:
        # Of totals nobody knows how they meet in a person.
        possible = {key: possible[key] for key in ("one", "raked", "calibrated")}
    if design:
        possible["drawn"] = {"method": "design"}
    if study.population == "list":
        possible["calibrated"] |= {"numeric": ["years"], "distance": study.one(["linear", "raking"])}
    if study.some(0.3) and not design:
        possible["raked"]["trim"] = {"cap": study.one([2.0, 3.0])}
    for key in study.several(list(possible), 3):
        schemes[key] = {"label": key.capitalize(), **possible[key]}
    weighting: dict[str, Any] = {"schemes": schemes, "primary": study.one(list(schemes))}
    if study.some(0.25):
        weighting["replicates"] = {"method": study.one(["jackknife", "bootstrap"]), "draws": 50}
    study.config["weighting"] = weighting


def _grouping(study: RandomStudy) -> list[str]:
    return list(study.config.get("groups", {}))


def _analysis(study: RandomStudy) -> None:
    compared = study.named("binary", "ordinal", "categorical", "numeric") + study.derived
    analysis: dict[str, Any] = {}
    if study.some(0.3):
        analysis["ci_level"] = study.one([0.9, 0.95, 0.99])
    if study.some(0.3):
        analysis["proportion_interval"] = study.one(INTERVALS)
    if study.some(0.2):
        analysis["fpc"] = {"descriptive": study.some(), "tests": study.some()}
    if study.some(0.3):
        analysis["items"] = study.several(compared, 8) or compared[:1]
    if study.some(0.3):
        # A table of rare answers is refused: mostly what people are told apart by.
        listed = study.named("categorical", "ordinal") if study.some(0.15) else []
        analysis["characteristics"] = study.several([*listed, *_grouping(study)], 3)
    if groups := _grouping(study):
        pairs = [(name, group) for name in compared for group in groups if name != group]
        chosen = study.several(pairs, 5)
        analysis["tests"] = [{"variable": name, "between": group} for name, group in chosen]
        if chosen and study.some(0.1):
            name, group = chosen[0]
            analysis["further_tests"] = [{"variable": name, "between": group, "test": "adjusted_wald"}]
    if study.some(0.4):
        analysis["models"] = _models(study)
    scales = [one["variable"] for one in study.config.get("cleaning", {}).get("scales", [])]
    if scales and study.some(0.4):
        analysis["reliability"] = {"scales": scales}
    if scales and study.some(0.2):
        analysis["imputation"] = {"scales": scales[:1], "number": 3}
    if analysis.get("tests") and study.some(0.4):
        analysis["multiplicity"] = {
            "families": [{"label": "all", "method": study.one(["holm", "bh"]),
                          "statistics": ["rao_scott", "t_test", "rank_test"]}]
        }  # fmt: skip
    if analysis:
        study.config["analysis"] = analysis


def _models(study: RandomStudy) -> list[dict[str, Any]]:
    def varied(*types: str) -> list[str]:
        columns = study.answers[[name for name in study.named(*types)]]
        # A model of what hardly varies is refused.
        return [str(n) for n in columns if columns[n].value_counts(normalize=True).max() < 0.8]

    kinds = {"logistic": varied("binary"), "ordinal": varied("ordinal"),
             "linear": varied("numeric") + varied("ordinal")}  # fmt: skip
    made = []
    for kind, outcomes in kinds.items():
        if outcomes and study.some(0.4):
            outcome = study.one(outcomes)
            others = [name for name in varied("binary", "ordinal", "numeric") if name != outcome]
            predictors = study.several(others, 2) or others[:1]
            if predictors:
                made.append({"outcome": outcome, "kind": kind, "predictors": predictors})
    return made


def _mixed(study: RandomStudy, name: str) -> bool:
    """Whether neither answer is rare; a headline of few people is refused, which is tried now and then."""
    share = (study.answers[name] == study.codebook[name]["counts"]).mean()
    return 0.2 < share < 0.8 or study.some(0.1)


def _claims(study: RandomStudy) -> None:
    if study.some(0.35):
        return
    claims: dict[str, Any] = {}
    group = study.one(["", *_grouping(study)])
    by = {"by": group} if group else {}
    binary = [name for name in study.named("binary") if name != group and _mixed(study, name)]
    ordinal = [name for name in study.named("ordinal") if name != group]
    if binary:
        name = study.one(binary)
        claims["share"] = {"kind": "share", "variable": name, "level": study.codebook[name]["counts"],
                           "threshold": study.one([0.1, 0.5, 0.67]), **by}  # fmt: skip
        if study.some(0.3):
            claims["share"]["upper_threshold"] = 0.8
        elif study.some(0.3):
            claims["share"]["direction"] = "below"
    if ordinal and study.some(0.6):
        name = study.one(ordinal)
        codes = list(study.codebook[name]["values"])
        claims["mean"] = {"kind": "mean", "variable": name, "threshold": (codes[0] + codes[-1]) / 2,
                          "range": [codes[0], codes[-1]], **by}  # fmt: skip
    if "gap" in study.derived:
        claims["equal"] = {"kind": "equivalence", "variable": "gap", "margin": 0.5, "range": [-6, 6], **by}
    filters = [
        name for name in study.named("binary") if name not in (group, claims.get("share", {}).get("variable"))
    ]
    if filters and "share" in claims and study.some(0.3):
        name = study.one(filters)
        study.config["bases"] = {"some": {name: study.codebook[name]["counts"]}}
        claims["share"]["base"] = "some"
    study.config["claims"] = {
        key: {"label": f"Claim {key}", "short": key, **claim} for key, claim in claims.items()
    }


def _sensitivity(study: RandomStudy) -> None:
    binary = [name for name in study.named("binary") if not study.codebook[name].get("asked_if")]
    if study.config.get("claims") and binary and study.some(0.5):
        name = study.one(binary)
        plan = {"variable": name, "level": study.codebook[name]["counts"]}
        study.config["sensitivity"] = {"scenario": plan}


def _nonresponse(study: RandomStudy) -> None:
    settings: dict[str, Any] = {"imputations": 20}
    if (days := study.named("date")) and study.some(0.5):
        settings["waves"] = {"variable": days[0], "number": study.one([2, 4])}
    if (numbers := study.named("numeric")) and study.some(0.3):
        settings["benchmarks"] = [{"variable": numbers[0], "value": 30.0, "se": 1.0, "source": "Elsewhere"}]
    study.config["nonresponse"] = settings


# --- files ---------------------------------------------------------------------------------------------


def _write(study: RandomStudy, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    study.answers.to_csv(folder / "survey.csv", index=False)
    inputs = {"survey": folder / "survey.csv", "codebook": folder / "codebook.yaml"}
    if study.population == "list":
        inputs["staff_list"] = folder / "staff.csv"
        study.staff.to_csv(inputs["staff_list"], index=False)
    if study.population == "counts":
        inputs["counts"] = folder / "counts.csv"
        study.counts.to_csv(inputs["counts"], index=False)
    book = {"sets": study.sets, "batteries": study.batteries, "variables": study.codebook}
    (folder / "codebook.yaml").write_text(
        yaml.safe_dump({key: part for key, part in book.items() if part}, sort_keys=False, allow_unicode=True)
    )
    named = [path for key, path in inputs.items() if key != "codebook"]
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in named]
    (folder / "SHA256SUMS").write_text("".join(sums))
    study.config["inputs"] = {key: str(path) for key, path in inputs.items()} | {
        "checksums": str(folder / "SHA256SUMS")
    }
    study.config["study"]["mode"] = "web"
