"""The studies that whole runs are tried on, set up in a copy of a checkout."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
# What tests of parts read, so that editing the shipped study breaks none of them.
FIXED = ROOT / "tests/fixtures/study"
PARTS = [
    "Snakefile",
    "SOURCE_DATE_EPOCH",
    "workflow",
    "profiles",
    "config",
    "data",
    "report",
    "environment.yml",
    "requirements.lock",
    # What an archive is rebuilt with.
    "Makefile",
    "pyproject.toml",
    "hatch_build.py",
    "LICENSE",
    "tests/fixtures",
]
# What Snakemake knows of a run; its locks are of one place.
KEPT = (".snakemake/metadata", ".snakemake/code", ".snakemake/jobs", ".snakemake/sections")
# Made by targets of their own, of which a run tells where they are.
OF_OTHER_TARGETS = shutil.ignore_patterns(
    "archive", "benchmarks", "compared.csv", "export", "followup", "registration", "second_opinion.json",
    "simulation", "submission", "wave_*.csv", "*.log"
)  # fmt: skip
FALSE_CLAIMS, FALSE_RESULTS = "tests/fixtures/false_claims", "results_false"
BEDSIDE, OFFICE = [[f"{name}{number}" for number in range(1, 5)] for name in ("BED", "OFF")]
AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
YES_NO = {1: "Yes", 2: "No", 8: "Don't know", 9: "Refused"}


class Study(NamedTuple):
    """What a run needs to know of a study, both relative to the folder it runs in."""

    configfile: str
    results: str


def copy_project(target: Path, root: Path = ROOT) -> Path:
    """Copy what a run needs of a checkout, without its results and its history.

    What Python has compiled goes along: it holds as long as a module and its copy are the same.
    """
    for part in PARTS:
        source, copy = root / part, target / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy2(source, copy)
    return target


def with_results(target: Path, root: Path = ROOT) -> Path:
    """Put the results that a checkout has beside a copy of it, and what Snakemake knows of them."""
    for part in ("results", *KEPT):
        if (root / part).is_dir():
            shutil.copytree(root / part, target / part, symlinks=True, ignore=OF_OTHER_TARGETS)
    return target


def shipped(folder: Path) -> Study:
    """The study that the repository ships."""
    path = "config/config.yaml"
    return Study(path, yaml.safe_load((folder / path).read_text(encoding="utf-8")).get("results", "results"))


def false_claims(folder: Path) -> Study:
    """The shipped questionnaire on a second simulated population, in which every claim is false."""
    config = yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))
    config["study"]["id"] = "false"
    config["results"] = FALSE_RESULTS
    config["inputs"] |= {
        "survey": f"{FALSE_CLAIMS}/southwark_SIMULATED.sav",
        "staff_list": f"{FALSE_CLAIMS}/staff_list_SIMULATED.csv",
        "checksums": f"{FALSE_CLAIMS}/SHA256SUMS",
    }
    for optional in {"codes", "follow_up"} & set(config["inputs"]):
        config["inputs"][optional] = None
    write_yaml(config, folder / "false.yaml")
    return Study("false.yaml", FALSE_RESULTS)


SMALL = """\
study: {id: small, title: A small study, data: simulated, setting: one place, mode: web}
inputs: {survey: data/raw/answers.csv}
groups:
  site: {}
report:
  documents: {brief: [authors, blinded]}
"""
SMALL_CODEBOOK = """\
variables:
  person: {role: id, type: string, label: Person}
  site: {type: categorical, label: Site, values: {1: North, 2: South}}
  uses: {type: binary, label: Uses it, counts: 1, values: {1: "Yes", 2: "No"}}
  pleased: {type: ordinal, label: Pleased with it, values: {1: Not at all, 2: A little, 3: Fairly, 4: Very}}
  hours: {type: numeric, label: Hours a week, range: [0, 60]}
"""
SMALL_TEXT = """\
---
title: "{{< meta num.title >}}"
---

# Method {#sec-method}

{{< include tables/methods_response.md >}}
"""


def small_study(folder: Path) -> Path:
    """A study of a few lines, in a folder of its own: sixty people at two sites, of whom there is no list."""
    import random

    draw = random.Random(3)
    files = {
        "config/config.yaml": SMALL,
        "config/codebook.yaml": SMALL_CODEBOOK,
        "report/brief.qmd": SMALL_TEXT,
    }
    rows = [
        f"{n},{draw.choice('12')},{draw.choice('12')},{draw.choice('1234')},{draw.randint(0, 40)}"
        for n in range(1, 61)
    ]
    answers = "\n".join(["person,site,uses,pleased,hours", *rows]) + "\n"
    files["data/raw/answers.csv"] = answers
    files["data/raw/SHA256SUMS"] = f"{hashlib.sha256(answers.encode()).hexdigest()}  answers.csv\n"
    files["config/authors.yaml"] = (ROOT / "config/authors.yaml").read_text(encoding="utf-8")
    files["report/references.bib"] = (ROOT / "report/references.bib").read_text(encoding="utf-8")
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


class Page(NamedTuple):
    """Files and commands that docs/your_own_study.md shows."""

    commands: list[str]
    config: str
    item: str
    text: str


def read_page(root: Path = ROOT) -> Page:
    """Take the blocks of the page on a study of one's own that a reader would copy."""
    told = (root / "docs/your_own_study.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(\w*)\n(.*?)```\n", told, re.DOTALL)
    config = next(t for kind, t in blocks if kind == "yaml" and t.startswith("# config/config.yaml"))
    item = next(t for kind, t in blocks if kind == "yaml" and "FREQ:" in t and t is not config)
    text = next(t for kind, t in blocks if kind == "markdown")
    commands = next(t for kind, t in blocks if t.startswith("surveypipe new"))
    return Page(commands.splitlines(), config, item, text)


def typed(line: str, folder: Path, tool: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a page in a folder, with the tool of a checkout."""
    # The programs of the environment, of which the installed one would run another library.
    python = f"{shlex.quote(sys.executable)} -m"
    line = re.sub(r"^surveypipe\b", f"{python} surveypipe.commands.run", line)
    line = re.sub(r"^snakemake\b", f"{python} snakemake", line)
    environment = {**os.environ, "PYTHONPATH": str(tool / "workflow")}
    return subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def drafted_study(folder: Path, page: Page) -> Path:
    """The folder of a made-up study, made in a copy of a checkout by the first command of the page."""
    make_files(folder)
    done = typed(page.commands[0], folder, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / page.commands[1].removeprefix("cd ")


def three_hospitals(folder: Path, page: Page) -> Path:
    """The same with all that its page adds to it; the study's folder."""
    study = drafted_study(folder, page)
    complete(study / "config/codebook.yaml", page.item)
    (study / "config/config.yaml").write_text(page.config, encoding="utf-8")
    (study / "report/handover.qmd").write_text(page.text, encoding="utf-8")
    return study


def make_files(folder: Path) -> None:
    """A survey of 260 ward staff of three hospitals, and their list."""
    import numpy as np
    import pandas as pd
    import pyreadstat

    draw = np.random.default_rng(7)
    site = np.repeat(["NORTH", "RIVER", "HILL"], [110, 90, 60])
    grade = draw.choice(["RN", "HCA", "Sister"], 260, p=[0.62, 0.3, 0.08])
    number = [f"{n:05d}" for n in range(101, 361)]
    back = draw.random(260) < np.select([site == "NORTH", site == "RIVER"], [0.55, 0.48], 0.6)
    outcomes = ["Nothing heard", "Declined", "Long-term sick", "Gone before start"]
    silent = draw.choice(outcomes, 260, p=[0.75, 0.12, 0.1, 0.03])
    staff = pd.DataFrame({"PersonNo": number, "Hospital": site, "Grade": grade, "Ward": "W1"})
    staff["Posted"], staff["Result"] = "2024-09-03", np.where(back, "Questionnaire back", silent)
    staff.to_csv(folder / "nurses_staff.csv", index=False)
    n = int(back.sum())
    mood = draw.normal(size=n)
    survey = pd.DataFrame({"PNO": np.array(number)[back]})
    survey["DRET"] = [dt.date(2024, 9, 5) + dt.timedelta(int(day)) for day in draw.integers(0, 40, n)]
    survey["HOSP"] = pd.Series(site[back]).map({"NORTH": 1.0, "RIVER": 2.0, "HILL": 3.0})
    survey["USES"] = np.where(draw.random(n) < 0.66, 1.0, 2.0)
    survey["FREQ"] = np.where(survey["USES"] == 1, draw.integers(1, 5, n), np.nan)
    for item in BEDSIDE + OFFICE:
        survey[item] = np.clip(np.round(3.3 + 0.9 * mood + 0.8 * draw.normal(size=n)), 1, 5)
    survey["BED2"] = 6 - survey["BED2"]
    survey["LOST"] = np.where(draw.random(n) < 0.2, 1.0, 2.0)
    labels: dict[str, dict[int, str]] = {
        "HOSP": {1: "North General", 2: "Riverside Hospital", 3: "Hill Infirmary"},
        "USES": YES_NO,
        "FREQ": {1: "Rarely", 2: "Some shifts", 3: "Most shifts", 4: "Every shift"},
        "LOST": YES_NO,
        **dict.fromkeys(BEDSIDE + OFFICE, AGREE),
    }
    pyreadstat.write_sav(
        survey,
        str(folder / "nurses.sav"),
        variable_value_labels=labels,
        column_labels={name: f"Question {name}" for name in survey},
        missing_ranges={name: [{"lo": 8, "hi": 9}] for name in ("USES", "LOST")},
    )


def complete(path: Path, item: str) -> None:
    """What a person does to the draft of a codebook, by the list of the page."""
    draft = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = draft["variables"]
    found |= yaml.safe_load(item)
    found["HOSP"]["type"] = "categorical"
    for battery, items in (("bedside", BEDSIDE), ("office", OFFICE)):
        for name in items:
            found[name] |= {"battery": battery, "core": True}
    found["LOST"]["core"] = found["USES"]["core"] = True
    draft["batteries"] = {"bedside": "Bedside handover", "office": "Office handover"}
    write_yaml(draft, path)


def write_yaml(content: Any, path: Path) -> None:
    """Write a configuration, keys in the order given."""
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
