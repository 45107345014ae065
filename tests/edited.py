"""A small drafted study in a folder, and edits of its files as a slip of the hand makes them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from stages import run_stages
from surveypipe.intake.drafting import draft
from surveypipe.intake.files import add_checksums, read_survey
from surveypipe.study.base import plain
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration

FILES = ("survey.csv", "list.csv", "codebook.yaml", "config.yaml")
INVITED, ANSWERED = 60, 40
JUNK = [
    "",
    "abc",
    "-1",
    "99999",
    "12,5",
    "1e400",
    "NA",
    "#NULL!",
    "ja;nein",
    "2024-13-45",
    "é字🙂",
    "\u00a0",
    "'",
    '"',
]
WORDS = [True, None, [], {}, [1, "a"], {"a": {"b": 1}}, "", "nonsense", -1, 1e9, "1", 0.5, {1: "Yes", "x": 2}]


def make(folder: Path) -> Path:
    """Write survey, staff list, drafted codebook, configuration and checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(11)
    numbers = [f"{number:04d}" for number in range(1, INVITED + 1)]
    people = pd.DataFrame(
        {
            "Person": numbers,
            "Hospital": draw.choice(["NORTH", "SOUTH"], INVITED),
            "Grade": draw.choice(["Nurse", "Sister", "Helper"], INVITED),
            "Years": draw.integers(0, 30, INVITED),
            "Result": "no_reply",
        }
    )
    came = sorted(draw.choice(INVITED, ANSWERED, replace=False))
    people.loc[came, "Result"] = "returned"
    answers = pd.DataFrame(
        {
            "PNO": [numbers[place] for place in came],
            "Day": [f"2024-10-{day:02d}" for day in draw.integers(1, 29, ANSWERED)],
            "Uses the sheet": draw.choice(["Yes", "No"], ANSWERED, p=[0.6, 0.4]),
            "clear": draw.choice(["Disagree", "Neither", "Agree"], ANSWERED),
            "useful": draw.choice(["Disagree", "Neither", "Agree"], ANSWERED),
            "age": draw.integers(20, 65, ANSWERED),
            "remark": draw.choice(["", "too long", "fine", "no time for it"], ANSWERED),
        }
    )
    people.to_csv(folder / "list.csv", index=False)
    answers.to_csv(folder / "survey.csv", index=False)
    raw, labels = read_survey(folder / "survey.csv")
    book = draft(raw, labels, "PNO").codebook
    (folder / "codebook.yaml").write_text(yaml.safe_dump(book, sort_keys=False, allow_unicode=True), "utf-8")
    config = {
        "study": {"id": "handover", "title": "Handover", "data": "real", "setting": "two hospitals",
                  "mode": "paper"},
        "inputs": {name: f"{folder}/{file}" for name, file in
                   {"survey": "survey.csv", "staff_list": "list.csv", "checksums": "SHA256SUMS",
                    "codebook": "codebook.yaml"}.items()},
        "frame": {"id": "Person", "survey_id": "PNO", "group": "hospital", "verified": True,
                  "columns": {"hospital": "Hospital", "grade": "Grade", "outcome": "Result"}},
        "groups": {"hospital": {"label": "Hospital", "levels": {"NORTH": "North", "SOUTH": "South"}}},
        "response": {"dispositions": {"returned": "2.12", "no_reply": "2.20"}},
    }  # fmt: skip
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return folder


def run(folder: Path, *, last: str = "clean") -> Path:
    """Read the files and run the stages as the workflow does, checksums taken anew."""
    sums = folder / "SHA256SUMS"
    sums.unlink(missing_ok=True)
    add_checksums(sums, [folder / "survey.csv", folder / "list.csv"])
    config = plain(read(folder / "config.yaml", Configuration))
    return run_stages(config, folder / "results", last=last)


# --- edits: each changes one file in one place and says what it did -----------------------------------


def _cell(chance: random.Random, path: Path) -> str:
    rows = [line.split(",") for line in path.read_text("utf-8").splitlines()]
    row = chance.randrange(1, len(rows))
    column = chance.randrange(len(rows[row]))
    told, rows[row][column] = rows[row][column], chance.choice(JUNK)
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    return f"row {row}, column {column}: {told!r} -> {rows[row][column]!r}"


def _column(chance: random.Random, path: Path) -> str:
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    name = chance.choice(list(table.columns))
    how = chance.choice(["left out", "emptied", "renamed", "twice", "junk"])
    if how == "left out":
        table = table.drop(columns=name)
    elif how == "renamed":
        table = table.rename(columns={name: chance.choice([f" {name} ", name.upper(), f"{name}é", "1"])})
    elif how == "twice":
        table = pd.concat([table, table[[name]]], axis=1)
    else:
        table[name] = "" if how == "emptied" else [chance.choice(JUNK) for _ in range(len(table))]
    table.to_csv(path, index=False)
    return f"column {name} {how}"


def _line(chance: random.Random, path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    place = chance.randrange(len(lines))
    how = chance.choice(["left out", "twice", "cut", "indented", "one sign changed"])
    if how == "left out":
        del lines[place]
    elif how == "twice":
        lines.insert(place, lines[place])
    elif how == "cut":
        lines[place] = lines[place][: len(lines[place]) // 2]
    elif how == "indented":
        lines[place] = chance.choice([" ", "\t", "  "]) + lines[place]
    elif lines[place]:
        sign = chance.randrange(len(lines[place]))
        lines[place] = lines[place][:sign] + chance.choice("x:-'\"{[#1") + lines[place][sign + 1 :]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"line {place + 1} {how}"


def _key(chance: random.Random, path: Path) -> str:
    document = yaml.safe_load(path.read_text("utf-8"))
    places = list(_places(document))
    block, key = chance.choice(places)
    how = chance.choice(["left out", "misspelt", "another value", "another value"])
    if how == "another value":
        block[key] = chance.choice(WORDS)
        how = f"is {block[key]!r}"
    elif how == "misspelt" and isinstance(block, dict):
        block[f"{key}s"] = block.pop(key)
    else:
        del block[key]
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return f"{key} {how}"


def _places(block: Any):
    pairs = block.items() if isinstance(block, dict) else enumerate(block)
    for key, value in list(pairs):
        yield block, key
        if isinstance(value, dict | list):
            yield from _places(value)


EDITS: dict[str, list[Callable[[random.Random, Path], str]]] = {
    "survey.csv": [_cell, _cell, _column, _line],
    "list.csv": [_cell, _cell, _column, _line],
    "codebook.yaml": [_key, _key, _line],
    "config.yaml": [_key, _key, _line],
}


def edit(folder: Path, seed: int) -> str:
    """Change one file in one place, or rarely in three; say what was done."""
    chance = random.Random(seed)
    told = []
    for _ in range(3 if chance.random() < 0.15 else 1):
        name = chance.choice(FILES)
        try:
            told.append(f"{name}: {chance.choice(EDITS[name])(chance, folder / name)}")
        except (yaml.YAMLError, ValueError, IndexError, AttributeError):
            told.append(f"{name}: left as it is, an earlier edit broke it")
    return "; ".join(told)


def named(sentence: str, folder: Path) -> bool:
    """Whether a sentence says where to look: a file, or a variable or key of one."""
    words = "|".join([*FILES, "configuration", "codebook", "SHA256SUMS", "staff list"])
    # The name that a slip gave a file is itself what is wrong.
    given = [word for word in WORDS if isinstance(word, str) and word]
    if "there is no such file" in sentence or any(sentence.startswith(f"{word}: ") for word in given):
        return True
    return bool(re.search(words, sentence.replace(str(folder), ""))) or any(
        name in sentence
        for name in ("PNO", "Day", "Uses", "clear", "useful", "age", "remark", "hospital", "grade")
    )
