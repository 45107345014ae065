"""R's school samples as a survey of this project: raw file, list of all who were asked, configuration."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

DATA = Path(__file__).parent / "data"
CALIBRATED = {"margins": ["stype", "awards"], "numeric": ["api99"]}
EXPONENTIAL = {"method": "calibrate", "distance": "raking"}
STRATA = {"method": "poststratify", "by": ["stype"]}
SCHEMES: dict[str, dict[str, dict[str, Any]]] = {
    # One cell in which 200 of 6194 answered.
    "apisrs": {"none": {"method": "none"}},
    "apistrat": {
        # The step before gives R's unequal starting weights.
        "raked": {"method": "rake", "margins": ["stype", "wide"]},
        "linear": {"method": "compose", "steps": [STRATA, {"method": "calibrate"} | CALIBRATED]},
        "exponential": {"method": "compose", "steps": [STRATA, EXPONENTIAL | CALIBRATED]},
        "cells": STRATA,
        "propensity": {"method": "propensity", "predictors": ["stype", "awards", "wide"]},
        "robust": {"method": "doubly_robust", "predictors": ["stype", "awards", "wide"]},
    },
}
YES_NO = {1: "Yes", 2: "No"}


def make_study(folder: Path, sample: str) -> Path:
    """Write a study's files into a folder of a copy of the project; give its configuration."""
    own = folder / sample
    own.mkdir()
    schools = pd.read_csv(DATA / f"{sample}.csv", dtype={"cds": str})
    survey = schools[["cds", "api00", "meals"]].rename(columns=str.upper)
    survey["COMP"], survey["WIDE"] = (schools[c].map({"Yes": 1, "No": 2}) for c in ("comp.imp", "sch.wide"))
    survey.to_csv(own / "survey.csv", index=False)
    people = pd.read_csv(DATA / "apipop.csv", dtype=str)
    people["result"] = people["cds"].isin(schools["cds"]).map({True: "returned", False: "no reply"})
    people.to_csv(own / "list.csv", index=False)
    sums = [f"{hashlib.sha256((own / n).read_bytes()).hexdigest()}  {n}" for n in ("survey.csv", "list.csv")]
    (own / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    (own / "codebook.yaml").write_text(yaml.safe_dump(codebook()))
    config = own / "config.yaml"
    config.write_text(yaml.safe_dump(configuration(sample), sort_keys=False))
    return config


def codebook() -> dict[str, Any]:
    """Return what the columns of the raw file mean."""
    number = {"type": "numeric", "section": "all", "range": [0, 1000], "core": True}
    answer = {"type": "binary", "section": "all", "values": YES_NO, "counts": 1, "core": True}
    return {
        "title": "Schools",
        "sections": {"all": "All"},
        "variables": {
            "CDS": {"role": "id", "type": "string", "label": "School", "section": "all"},
            "API00": number | {"label": "Index of 2000", "question": "Index of 2000?"},
            "MEALS": number | {"label": "Free meals", "question": "Free meals?"},
            "COMP": answer | {"label": "Met its target", "question": "Target met?"},
            "WIDE": answer | {"label": "Met the target for all", "question": "Target for all met?"},
        },
    }


def configuration(sample: str) -> dict[str, Any]:
    """Return the configuration: strata or the whole as second-phase cells, the schemes of :data:`SCHEMES`."""
    # Every study has a scheme without weights.
    made = SCHEMES[sample] if "none" in SCHEMES[sample] else {"none": {"method": "none"}} | SCHEMES[sample]
    schemes = {key: {"label": key} | one for key, one in made.items()}
    primary = "linear" if "linear" in schemes else next(iter(schemes))
    files = {"survey": "survey.csv", "staff_list": "list.csv", "checksums": "SHA256SUMS",
             "codebook": "codebook.yaml"}  # fmt: skip
    columns = {"stype": "stype", "awards": "awards", "wide": "sch.wide", "comp": "comp.imp",
               "api99": "api99", "outcome": "result"}  # fmt: skip
    return {
        "study": {"id": sample, "title": "Schools", "data": "real", "setting": "California", "mode": "paper"},
        "results": f"results_{sample}",
        "inputs": {key: f"{sample}/{name}" for key, name in files.items()}
        | {"authors": "config/authors.yaml"},
        "frame": {
            "id": "cds", "survey_id": "CDS", "group": "stype",
            "columns": columns, "numeric": ["api99"], "verified": True,
        },
        "groups": {
            "stype": {"label": "Kind", "levels": {"E": "Elementary", "H": "High", "M": "Middle"}},
            "comp": {"label": "Target", "levels": {"No": "Not met", "Yes": "Met"}},
        },
        "cleaning": {
            "rules": [{"id": "not_on_list", "type": "not_on_frame", "action": "drop"}], "scales": [],
            "recodes": [], "reverse": [],
        },
        "response": {
            "core": "questionnaire", "partial_from": 0.5, "complete_from": 0.8,
            "dispositions": {"returned": "2.12", "no reply": "2.20"},
        },
        "weighting": {
            "primary": primary, "fallback": primary, "schemes": schemes,
            "replicates": {"method": "jackknife", "max_n": 2000},
        },
        "analysis": {
            "ci_level": 0.95, "proportion_interval": "logit", "mean_interval": "t",
            "fpc": {"descriptive": True, "tests": False}, "characteristics": ["stype"],
            "items": ["API00", "COMP", "WIDE"],
            "tests": [{"variable": "API00", "between": "comp"}, {"variable": "WIDE", "between": "comp"}],
            "models": [{"outcome": "API00", "kind": "linear", "predictors": ["MEALS", "COMP"],
                        "reference": {"COMP": 2}}],
        },
        "claims": {
            "C1": {
                "label": "Most meet it", "short": "Met", "kind": "share", "variable": "COMP", "level": 1,
                "base": "all", "threshold": 0.5, "direction": "above",
            }
        },
        "sensitivity": {
            "theta_grid": [1, 2], "theta_strong": 3, "theta_shown": [2],
            "scenario": {"variable": "WIDE", "level": 1, "k": [0, 0.5, 1]},
        },
        "disclosure": {"preset": "research"},
        "report": {"renderer": "auto", "documents": {"manuscript": ["authors"]},
                   "csl": "harvard-cite-them-right", "language": "en-GB"},
        "seed": 1,
    }  # fmt: skip
