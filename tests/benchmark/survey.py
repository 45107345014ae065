"""A made-up survey of any number of people: items of five points, three columns of a list, 40 % response.

The answers follow a factor that differs by service, and response differs by service and profession, so that
weighting has something to do. Drawn with a fixed seed for each size.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import yaml

from surveypipe.intake.files import add_checksums

ITEMS = 30
SERVICES = [f"Service {letter}" for letter in "ABCDEFGH"]
PROFESSIONS = ["Nurse", "Doctor", "Therapist", "Assistant", "Manager"]
ROOT = Path(__file__).resolve().parents[2]
BANDS = ["Up to 2 years", "3 to 9 years", "10 years or more"]
ANSWERS = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
RESPONSE, MISSING = 0.4, 0.03
CUTS = np.array([-1.2, -0.4, 0.3, 1.1])


def make_study(folder: Path, people: int, *, items: int = ITEMS) -> Path:
    """Write the study of so many people into a folder; give the folder."""
    names = [f"q{number:02d}" for number in range(1, items + 1)]
    raw = folder / "data/raw"
    raw.mkdir(parents=True)
    (folder / "config").mkdir()
    listed, answers = drawn(people, names)
    listed.to_csv(raw / "list_SIMULATED.csv", index=False)
    labels = {item: f"Statement {int(item[1:])} of the questionnaire" for item in names}
    pyreadstat.write_sav(
        answers,
        str(raw / "answers_SIMULATED.sav"),
        column_labels={"id": "Number of the person", **labels},
        variable_value_labels=dict.fromkeys(names, ANSWERS),
    )
    write(folder / "config/config.yaml", configuration())
    write(folder / "config/codebook.yaml", codebook(labels))
    # Placeholders, as the shipped study has.
    shutil.copyfile(ROOT / "config/authors.yaml", folder / "config/authors.yaml")
    add_checksums(raw / "SHA256SUMS", sorted(raw.iterdir()))
    return folder


def write(path: Path, content: dict[str, object]) -> None:
    """Write a file of YAML, its keys in the order given."""
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def drawn(people: int, names: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the list, a row for each person, and the answers of those who respond."""
    draw = np.random.default_rng(people)
    shares = np.linspace(2, 1, len(SERVICES))
    service = draw.choice(len(SERVICES), people, p=shares / shares.sum())
    profession = draw.choice(len(PROFESSIONS), people, p=[0.4, 0.15, 0.15, 0.2, 0.1])
    band = draw.choice(len(BANDS), people, p=[0.3, 0.4, 0.3])
    propensity = -0.4 + 0.08 * (service - 3.5) - 0.25 * (profession - 1.6) + 0.2 * (band - 1)
    propensity += np.log(RESPONSE / (1 - RESPONSE)) + 0.4
    responds = draw.random(people) < 1 / (1 + np.exp(-propensity))
    number = np.arange(1, people + 1)
    listed = pd.DataFrame(
        {
            "id": number,
            "service": np.array(SERVICES)[service],
            "profession": np.array(PROFESSIONS)[profession],
            "experience": np.array(BANDS)[band],
            "outcome": np.where(responds, "returned", "not returned"),
        }
    )
    size = int(responds.sum())
    factor = draw.standard_normal(size) + 0.1 * (service[responds] - 3.5)
    answers = pd.DataFrame({"id": number[responds].astype(float)})
    for item in names:
        latent = 0.7 * factor + 0.7 * draw.standard_normal(size)
        answers[item] = np.searchsorted(CUTS, latent) + 1.0
        answers.loc[draw.random(size) < MISSING, item] = np.nan
    return listed, answers


def codebook(labels: dict[str, str]) -> dict[str, object]:
    """The codebook: all items in one battery."""
    item = {"type": "ordinal", "battery": "statements", "values": "agreement"}
    return {
        "title": "A large survey (SIMULATED)",
        "batteries": {"statements": "Statements"},
        "value_sets": {"agreement": ANSWERS},
        "variables": {
            "id": {"role": "id", "type": "numeric", "label": "Number of the person"},
            **{name: {**item, "label": label} for name, label in labels.items()},
        },
    }


def configuration() -> dict[str, object]:
    """The configuration: groups, two claims, a test and a model; the rest as the tool completes it."""
    share = {"kind": "share", "level": 4, "threshold": 0.25}
    return {
        "study": {
            "id": "large",
            "title": "A large survey",
            "data": "simulated",
            "setting": "one health service",
            "mode": "web",
        },
        "inputs": {
            "survey": "data/raw/answers_SIMULATED.sav",
            "staff_list": "data/raw/list_SIMULATED.csv",
        },
        "frame": {
            "id": "id",
            "columns": {
                "service": "service",
                "profession": "profession",
                "experience": "experience",
                "outcome": "outcome",
            },
        },
        "response": {"dispositions": {"not returned": "2.20", "returned": "2.12"}},
        "groups": {"service": {"levels": {name: name for name in SERVICES}}},
        "analysis": {
            "tests": [{"variable": "q01", "between": "service"}],
            "models": [{"outcome": "q02", "kind": "linear", "predictors": ["service", "q01"]}],
        },
        "claims": {
            "first": {
                **share,
                "label": "More than a quarter agree with the first statement",
                "short": "First",
                "variable": "q01",
            },
            "second": {
                **share,
                "label": "More than a quarter agree with the second statement",
                "short": "Second",
                "variable": "q02",
            },
        },
    }
