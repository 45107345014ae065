"""Questions of every type, and what people answer to them or leave out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from drawing.study import MISSING, PLACES, RandomStudy, uneven

UNITS = ("North", "South", "East", "West", "Centre", "Hill", "River", "Ölberg")
RANKS = ("Junior", "Senior", "Chief", "Guest", "Other")
# A question without codes: a blank of it is an empty field.
WRITTEN = ("date", "string")


def ask(study: RandomStudy) -> None:
    """Draw the questionnaire, and the answers of everybody who took part."""
    _places(study)
    for kind, make in KINDS.items():
        for number in range(int(study.draw.integers(0, 3))):
            make(study, f"{kind}{number}")
    if len(study.named("binary", "ordinal", "categorical", "numeric")) < 4:
        _binary(study, "yes9")
        _ordinal(study, "order9")
    _described(study)
    _left_out(study)
    _routed(study)
    _counted(study)


def _places(study: RandomStudy) -> None:
    """Where people are: two questions that a list or headcounts may know too."""
    # Whoever draws many small places is mostly refused: Table 1 has to be read.
    for name, labels, size in zip(PLACES, (UNITS, RANKS), (25, 60), strict=True):
        number = int(study.draw.integers(2, min(len(labels), max(2, study.people // size)) + 1))
        share = uneven(study, number) if study.some(0.15) else np.full(number, 1 / number)
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
    if study.some(0.2):
        study.book.setdefault("value_sets", {})[f"of_{name}"] = study.codebook[name]["values"]
        study.codebook[name]["values"] = f"of_{name}"


def _ordinal(study: RandomStudy, name: str) -> None:
    points = int(study.draw.integers(2, 12))
    start = study.one([0, 1])
    study.codebook[name] = {
        "type": "ordinal", "values": {start + k: f"Point {k + 1}" for k in range(points)},
    }  # fmt: skip
    share = uneven(study, points)
    study.answers[name] = study.draw.choice(np.arange(start, start + points), study.people, p=share) * 1.0


def _categorical(study: RandomStudy, name: str) -> None:
    number = int(study.draw.integers(2, 9))
    study.codebook[name] = {
        "type": "categorical", "values": {k: f"Kind {k}" for k in range(1, number + 1)},
    }  # fmt: skip
    if study.some(0.4):
        study.codebook[name]["counts"] = int(study.draw.integers(1, number + 1))
    share = uneven(study, number)
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
    study.codebook[name] |= study.perhaps(0.3, unit="minutes")
    if study.some(0.4):
        study.codebook[name]["range"] = [0, 1_000_000]


def _date(study: RandomStudy, name: str) -> None:
    study.answers[name] = [f"2024-03-{day:02d}" for day in study.draw.integers(1, 29, study.people)]
    study.codebook[name] = {"type": "date"}
    if study.some(0.3):
        study.codebook[name]["range"] = ["2024-01-01", "2024-12-31"]


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
    ends = {"low": "dissatisfied", "high": "satisfied", "middle": "neither"}
    study.batteries[name] = {"label": f"Battery {name}", **ends} if study.some(0.3) else f"Battery {name}"
    points, mood = int(study.draw.integers(2, 12)), study.draw.normal(size=study.people)
    for number in range(1, int(study.draw.integers(2, 6)) + 1):
        item = f"{name}_{number}"
        raw = (points + 1) / 2 + (mood + study.draw.normal(size=study.people)) * points / 6
        study.answers[item] = np.clip(np.round(raw), 1, points)
        study.codebook[item] = {
            "type": "ordinal", "values": {k: f"Degree {k}" for k in range(1, points + 1)}, "battery": name,
        }  # fmt: skip


KINDS: dict[str, Callable[[RandomStudy, str], None]] = {
    "yes": _binary, "order": _ordinal, "kind": _categorical, "number": _numeric, "day": _date,
    "words": _string, "boxes": _boxes, "views": _battery,
}  # fmt: skip


def _described(study: RandomStudy) -> None:
    """Labels, and now and then a heading, a short name or the question as asked."""
    if study.some(0.3):
        study.book |= {"title": "A questionnaire", "sections": {"first": "The first part"}}
        study.book |= study.perhaps(0.3, unknown_code_limit=0.2)
    for name, about in study.codebook.items():
        about.setdefault("label", f"Question {name}")
        if "role" in about:
            continue
        about |= study.perhaps(0.1, short=f"Q {name}", question=f"What of {name}?")
        if study.book.get("sections"):
            about |= study.perhaps(0.3, section="first")


def _left_out(study: RandomStudy) -> None:
    """Leave answers out: blanks and user-missing codes."""
    for name, about in study.codebook.items():
        kept = study.population in ("counts", "totals") and name in PLACES
        if about.get("role") == "id" or about.get("set") or kept:
            continue
        blank = study.draw.random(study.people) < study.one([0.0, 0.03, 0.2])
        study.answers[name] = study.answers[name].mask(blank, "" if about["type"] in WRITTEN else np.nan)
        if about["type"] in ("binary", "ordinal", "categorical") and study.some(0.2):
            about["missing"] = study.one([{"codes": MISSING}, {"range": [98, 99]}, "no_answer"])
            coded = study.draw.random(study.people) < 0.05
            study.answers[name] = study.answers[name].mask(coded & ~blank, study.one([98.0, 99.0]))
    if any(about.get("missing") == "no_answer" for about in study.codebook.values()):
        study.book["missing_sets"] = {"no_answer": study.one([{"codes": MISSING}, {"range": [98, 99]}])}


def _routed(study: RandomStudy) -> None:
    filters, routed = study.named("binary"), study.named("ordinal", "numeric", "binary")
    filters = [name for name in filters if not study.codebook[name].get("set")]
    routed = [name for name in routed if not study.codebook[name].get("set")]
    if len(filters) and len(routed) > 1 and study.some(0.3):
        first = study.one(filters)
        then = study.one([name for name in routed if name != first])
        code = study.codebook[first]["counts"]
        study.codebook[then]["asked_if"] = {first: [code] if study.some(0.2) else code}
        study.answers[then] = study.answers[then].where(study.answers[first] == code)


def _counted(study: RandomStudy) -> None:
    if study.some(0.3):
        # What only some are asked says nothing of how much of the questionnaire was filled in.
        asked = [name for name in study.named("binary", "ordinal") if "asked_if" not in study.codebook[name]]
        for name in study.several(asked, 4):
            study.codebook[name]["core"] = True


def blemish(study: RandomStudy) -> None:
    """Add what real files hold: unknown codes, columns of the office, questionnaires that came twice."""
    for name in study.several(study.named("ordinal"), 1):
        row = int(study.draw.integers(study.people))
        study.answers.loc[row, name] = 77.0
    if study.some(0.1):
        study.answers["leftover"] = 1.0
        study.codebook["leftover"] = {"type": "numeric", "role": "undocumented", "label": "Unknown"}
    for name in study.several(study.named("numeric"), 1) if study.some(0.2) else []:
        study.answers = study.answers.rename(columns={name: f"{name} (in full)"})
        study.codebook[name]["in_file"] = f"{name} (in full)"
    if "person" in study.answers and study.some(0.2):
        twice = study.answers.iloc[: int(study.draw.integers(1, 4))]
        study.answers = pd.concat([study.answers, twice], ignore_index=True)
