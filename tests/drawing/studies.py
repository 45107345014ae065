"""A study drawn at random from a seed: its files and a configuration that the schema allows.

A seed gives one study, always the same. Drawn are what is known of those who were asked, who was chosen,
groups, items of every type, claims of every kind, and each section of the configuration or its absence.
Numbers are made up and mean nothing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from drawing.analyses import analyse, look_at_the_silent, release, suspect
from drawing.claims import claim
from drawing.populations import POPULATIONS, know, tell_in_the_configuration
from drawing.questions import ask, blemish
from drawing.sections import clean, group, weight
from drawing.study import RandomStudy

SIZES = [30, 60, 120, 200]
WORDS = {
    "people": {"one": "pupil", "many": "pupils"},
    "respondents": {"one": "answerer", "many": "answerers", "article": "an"},
    "list": "roll",
}


def configured(seed: int) -> RandomStudy:
    """Draw a study, without its files."""
    draw = np.random.default_rng([20240912, seed])
    people = int(draw.choice(SIZES))
    population = str(draw.choice(POPULATIONS))
    study = RandomStudy(draw, people, population, pd.DataFrame(index=range(people)))
    ask(study)
    study.config = {
        "study": {"id": "drawn", "title": "A drawn survey", "setting": "a town"},
        "seed": seed,
    }
    study.config["study"]["data"] = study.one(["simulated", "real"])
    study.config["study"] |= _mode(study.one(["paper", "web", "mixed", "records"]), seed)
    for part in (know, clean, group, weight, analyse, claim, suspect, look_at_the_silent, release):
        part(study)
    study.config |= study.perhaps(0.1, vocabulary=dict(WORDS))
    blemish(study)
    tell_in_the_configuration(study)
    study.config["study"] |= study.perhaps(0.3, short_title="Drawn")
    return study


def drawn(seed: int, folder: Path) -> dict[str, Any]:
    """Draw a study, write its files into a folder, and give its configuration."""
    study = configured(seed)
    folder.mkdir(parents=True, exist_ok=True)
    if study.population == "list":
        study.tables["staff_list"] = study.staff
    inputs = {key: folder / f"{key}.csv" for key in ("survey", *study.tables)}
    for key, path in inputs.items():
        study.tables.get(key, study.answers).to_csv(path, index=False)
    codebook, checksums = folder / "codebook.yaml", folder / "SHA256SUMS"
    codebook.write_text(yaml.safe_dump(study.codebook_file, sort_keys=False, allow_unicode=True))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in inputs.values()]
    checksums.write_text("".join(sums))
    named = inputs | {"codebook": codebook, "checksums": checksums}
    return study.config | {"inputs": {key: str(path) for key, path in named.items()}}


def _mode(drawn: str, seed: int) -> dict[str, str]:
    """Put a mode that came later, or none, for some; by a chance of its own, so that a seed's study stays."""
    later = str(
        np.random.default_rng([20261127, seed]).choice([drawn, drawn, "telephone", "face_to_face", ""])
    )
    mode = later if drawn != "records" else drawn
    return {"mode": mode} if mode else {}
