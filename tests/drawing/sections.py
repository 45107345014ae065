"""Sections of the configuration that make variables, groups and weights, or their absence."""

from __future__ import annotations

from typing import Any

import numpy as np

from drawing.study import RandomStudy


def clean(study: RandomStudy) -> None:
    """Scales, recodes, turned items and rules of cleaning."""
    cleaning: dict[str, Any] = {}
    scales, recodes = _scales(study), list[dict[str, Any]]()
    for scale in scales:
        name = scale["variable"]
        if study.some():
            recodes.append({"variable": f"{name}_high", "label": f"High {name}", "type": "above",
                            "from": name, "cut": study.one([2, 3, 3.5])})  # fmt: skip
        if study.some(0.2):
            recodes.append({"variable": f"{name}_upper", "label": f"Upper {name}", "type": "items_high",
                            "from": name})  # fmt: skip
    if (numbers := study.named("numeric")) and study.some(0.5):
        cuts = sorted({float(cut) for cut in study.draw.choice([1, 3, 8, 35, 45, 9000], 2)})
        labels = [f"Band {k}" for k in range(len(cuts) + 1)]
        recodes.append({"variable": "band", "label": "Band", "type": "bands", "from": study.one(numbers),
                        "cuts": cuts, "labels": labels})  # fmt: skip
    recodes += _differences(study, [scale["variable"] for scale in scales])
    recodes += _routed(study)
    study.derived = {scale["variable"]: "scale" for scale in scales}
    study.derived |= {made["variable"]: made["type"] for made in recodes}
    items = [item for scale in scales for item in scale["items"]]
    cleaning |= {"scales": scales} if scales else {}
    cleaning |= {"recodes": recodes} if recodes else {}
    if items and study.some(0.2):
        cleaning["reverse"] = study.several(items, 2) or items[:1]
    if study.some(0.2):
        cleaning["rules"] = _rules(study)
    if cleaning:
        study.config["cleaning"] = cleaning


def _scales(study: RandomStudy) -> list[dict[str, Any]]:
    made = []
    for name in study.batteries:
        items = [item for item, about in study.codebook.items() if about.get("battery") == name]
        if len(items) > 1 and study.some(0.7):
            made.append(
                {"variable": f"{name}_scale", "label": f"Scale {name}", "items": items}
                | study.perhaps(0.2, min_share=study.one([0.25, 1.0]))
            )
    return made


def _differences(study: RandomStudy, scales: list[str]) -> list[dict[str, Any]]:
    about = {"variable": "gap", "label": "Gap", "type": "difference"}
    if len(scales) == 2 and study.some(0.5):
        return [about | {"minuend": scales[0], "subtrahend": scales[1]}]
    items = study.named("ordinal")
    if len(items) > 1 and study.some(0.2):
        return [about | {"minuend": items[0], "subtrahend": items[1]}]
    return []


def _routed(study: RandomStudy) -> list[dict[str, Any]]:
    found = [(name, next(iter(about["asked_if"]))) for name, about in study.codebook.items()
             if about.get("asked_if") and about["type"] == "binary"]  # fmt: skip
    return [
        {"variable": f"{name}_of_all", "label": f"{name} of all", "type": "routed_no", "from": name,
         "filter": first}
        for name, first in found
        if study.some(0.7)
    ]  # fmt: skip


def _rules(study: RandomStudy) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = [
        {"type": "blank"},
        {"type": "duplicate", "keep": study.one(["most_complete", "first", "last"])},
        {"type": "range", "action": "set_missing"},
        {"type": "skip", "action": study.one(["set_missing", "flag"])},
    ]
    if study.population != "none":
        rules.insert(0, {"type": "not_on_frame"})
    if study.population == "list":
        pairs = {"unit": "unit_listed"}
        rules.append({"type": "frame_mismatch", "pairs": pairs})
    if study.batteries:
        rules.append({"type": "straight_lining", "batteries": list(study.batteries), "min_items": 2,
                      "action": study.one(["flag", "drop"])})  # fmt: skip
    if days := study.named("date"):
        rules.append({"type": "late", "variable": days[0], "after": "2024-03-25",
                      "action": study.one(["flag", "drop"])})  # fmt: skip
    return [rule | study.perhaps(0.2, id=f"{rule['type']}_first") for rule in rules]


def group(study: RandomStudy) -> None:
    """None, one or several: of the list or the headcounts, of the questionnaire, derived."""
    config, groups = study.config, dict(study.config.get("groups", {}))
    if study.population == "list":
        for name, column in (("unit_listed", "Unit"), ("rank_listed", "Rank")):
            if study.some(0.6):
                levels = sorted(set(study.staff[column]))
                groups[name] = {"label": column, "levels": {level: level for level in levels}}
        if "recodes" in config["frame"] and study.some():
            levels = sorted(set(config["frame"]["recodes"][0]["map"].values()))
            groups["side"] = {"label": "Side", "levels": {level: level for level in levels}}
    counted = study.tables.get("counts")
    if counted is not None and study.some(0.8):
        groups |= {name: {} for name in study.several(list(counted.columns[:-1]), 2)}
    if counted is None or groups:
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
    return list(study.margins or study.tables["counts"].columns[:-1])


def weight(study: RandomStudy) -> None:
    """Schemes of every method that what is known allows, or none."""
    design = study.config.get("design", {})
    drawn = set(design) - {"kind"}
    final = design.get("final", not study.margins and study.population in ("none", "size")) and drawn
    if study.population in ("none", "size") or final or study.some(0.3):
        return
    possible = _schemes(study)
    if drawn:
        possible["drawn"] = {"method": "design"}
    schemes: dict[str, Any] = {study.one(["none", "raw"]): {"label": "Unweighted", "method": "none"}}
    for key in study.several(list(possible), 4):
        schemes[key] = {"label": key.capitalize(), **possible[key]}
    primary = study.one(list(schemes))
    weighting: dict[str, Any] = {"schemes": schemes} | study.perhaps(0.9, primary=primary)
    collapsed = schemes[primary].get("collapse")
    if collapsed and study.some(0.3):
        collapsed["floor"] = study.one([3, 20])
        weighting["fallback"] = study.one(list(schemes))
    if study.some(0.25):
        weighting["replicates"] = {"method": study.one(["jackknife", "bootstrap"])}
        weighting["replicates"] |= study.perhaps(0.7, draws=50) | study.perhaps(0.2, max_n=100)
    if study.population == "list" and not study.config["frame"]["verified"] and study.some(0.2):
        weighting["unknown_eligibility"] = {"by": ["unit_listed"]}
    schemes |= _of_response_models(study)
    study.config["weighting"] = weighting


def _collapse(study: RandomStudy, known: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"min_n": study.one([2, 5, 10])}
    made |= study.perhaps(0.3, max_factor=study.one([2.0, 4.0]), penalty=2.0, inside="equal")
    made |= study.perhaps(0.15, within=known[0], similarity={known[-1]: 1.0, "response_rate": 0.5})
    if study.some(0.15) and study.population == "list":
        levels = sorted(set(study.staff["Unit"]))
        made["prefer"] = [levels[:2]]
    return made


def _schemes(study: RandomStudy) -> dict[str, dict[str, Any]]:
    """Every scheme that what is known of the population allows."""
    known, listed = _known(study), study.population == "list"
    made: dict[str, dict[str, Any]] = {
        "cells": {"method": "poststratify", "by": known, "collapse": _collapse(study, known)},
        "one": {"method": "poststratify", "by": known[:1], "collapse": _collapse(study, known[:1])},
        "raked": {"method": "rake", "margins": known},
        "calibrated": {"method": "calibrate", "margins": known[:1], **_distance(study)},
        "soft": {"method": "ridge", "margins": known, **study.perhaps(0.5, penalty=2.0)},
        "propensity": {"method": "propensity", "predictors": known},
        "classes": {"method": "propensity", "predictors": known, "classes": 3},
        "both": {"method": "compose", "steps": _steps(study, known)},
    }  # fmt: skip
    if totals := study.config.get("frame", {}).get("totals"):
        made["calibrated"] |= {"numeric": list(totals)}
    if listed:
        made["calibrated"] |= {"numeric": ["years"]}
        made["propensity"]["predictors"] = [*known, *study.several(["years"], 1)]
    if len(known) < 2:
        del made["soft"]
    if study.margins or (study.drawn and not listed):
        # Nobody knows who among the silent is in them, nor of totals how they meet in a person.
        kept = ("one", "raked", "calibrated", "soft", *([] if study.margins else ["cells"]))
        made = {key: made[key] for key in kept if key in made}
    for key in ("raked", "soft", "propensity"):
        if key in made and study.some(0.3):
            made[key]["trim"] = study.one([{"cap": 2.0}, {"iqr": 3.0}, {"deff": 1.5}, {"potter": 0.01}])
    return made


def _of_response_models(study: RandomStudy) -> dict[str, dict[str, Any]]:
    """Schemes that go on from a response model, by a chance of their own: all else is drawn as without.

    The lists are short, so that predicting out of fold is refused: it is drawn now and then.
    """
    known = _known(study)
    draw = np.random.default_rng([study.people, len(study.codebook), len(study.staff)])
    made: dict[str, dict[str, Any]] = {}
    if study.margins or (study.drawn and study.population != "list"):
        return made
    if draw.random() < 0.1:
        made["robust"] = {"label": "Robust", "method": "doubly_robust", "predictors": known}
    if draw.random() < 0.02:
        folded: dict[str, Any] = {"method": "cross_fitted", "predictors": known, "folds": 3, "products": True}
        made["crossed"] = {"label": "Crossed", **folded}
    return made


def _steps(study: RandomStudy, known: list[str]) -> list[dict[str, Any]]:
    first = [
        {"method": "propensity", "predictors": known[:1], "classes": 2},
        {"method": "poststratify", "by": known, "collapse": _collapse(study, known)},
    ]
    last = [
        {"method": "rake", "margins": known, "trim": study.one([{"cap": 3.0}, {"iqr": 3.0}])},
        {"method": "calibrate", "margins": known[:1], **_distance(study)},
    ]
    last += [{"method": "ridge", "margins": known, "penalty": 2.0}] if len(known) > 1 else []
    return [study.one(first), study.one(last)]


def _distance(study: RandomStudy) -> dict[str, Any]:
    distance = study.one(["linear", "raking", "logit"])
    return {"distance": distance} | ({"bounds": [0.1, 8.0]} if distance == "logit" else {})
