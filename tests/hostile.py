"""A study in which every text that anybody can write is an attack, and every person has things to keep.

Texts of the configuration, codebook, authors' file, answers and list hold what would run in one of the
outputs: HTML, Markdown, Typst, LaTeX, shortcodes, Jinja, the shell, a spreadsheet. Names, addresses,
postcodes, numbers of people and what they wrote are planted, to be looked for afterwards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from studies import ROOT
from surveypipe.study.base import Settings
from surveypipe.study.schema import resolved, schema_of

# What would say on being run that it was: a file made, a window opened, a file read, a number computed.
HTML = '"><script>alert(7)</script><img src=x onerror=alert(7)>'
MARKUP = "![i](http://x.example/i.png) `b`{=html} $\\input{/etc/hosts}$"
TYPST = '#read("/etc/hosts") #import "x.typ"'
SHELL = "$(touch RUN) `touch RUN` ; touch RUN"
JINJA = "{{ 7 * 191 }} {% raw %} ]]>"
ATTACKS = (HTML, MARKUP, TYPST, SHELL, JINJA)
PEOPLE, ANSWERED = 300, 170
# Of each person: what must be in nothing that is told, and in no log.
SECRETS = ("Zname", "Zmail", "Zpost", "ZID", "Zwrote")
LIST = "st'af $(touch RUN) `touch RUN`; touch RUN #\".csv"
SURVEY = "answers & $(touch RUN).csv"


class Poison:
    """Makes texts attacks, each beginning as a formula and ending with a mark of its own."""

    def __init__(self) -> None:
        self.next, self.made = count(1), dict[str, str]()

    def __call__(self, text: str) -> str:
        number = next(self.next)
        return self.made.setdefault(text, f"=1+1 {text} {ATTACKS[number % len(ATTACKS)]} Zq{number}z")


def free_places(kind: type[Settings]) -> list[str]:
    """Places of a file that take any text: those without options and without a pattern."""
    whole = schema_of(kind)
    return list(dict.fromkeys(_free(whole, whole, ())))


def _free(about: dict[str, Any], whole: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    about = resolved(about, whole)
    for option in about.get("anyOf", []):
        yield from _free(option, whole, path)
    kinds = about.get("type", [])
    is_text = "string" in ([kinds] if isinstance(kinds, str) else kinds)
    if is_text and "enum" not in about and "pattern" not in about:
        yield ".".join(path)
    for key, value in about.get("properties", {}).items():
        yield from _free(value, whole, (*path, key))
    for place, step in (("additionalProperties", "*"), ("items", "[]")):
        below = about.get(place)
        for value in below if isinstance(below, list) else [below]:
            if isinstance(value, dict):
                yield from _free(value, whole, (*path, step))


def poisoned_places(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the marks of poisoned texts stand in a file."""
    if isinstance(value, str) and "Zq" in value:
        yield path
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from poisoned_places(entry, (*path, str(key)))
    elif isinstance(value, list):
        for entry in value:
            yield from poisoned_places(entry, (*path, "[]"))


def covers(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether a place of a file is one of those that a place of its schema stands for."""
    steps = pattern.split(".")
    return len(steps) == len(path) and all(
        one in ("*", other) for one, other in zip(steps, path, strict=True)
    )


def codebook(p: Poison) -> dict[str, Any]:
    """Every kind of question, every text an attack."""
    agree = {code: p(text) for code, text in enumerate(("Disagree", "Neither", "Agree"), start=1)}

    def asked(name: str, kind: str, **more: Any) -> dict[str, Any]:
        about = {"label": p(name), "short": p(f"{name} shortly"), "question": p(f"{name}?")}
        return {"type": kind, **about, "section": "one", **more}

    return {
        "title": p("Questionnaire"),
        "sections": {"one": p("Section")},
        "batteries": {
            "views": {"label": p("Views"), "low": p("against"), "high": p("for"), "middle": p("between")},
            "plain": p("Plain battery"),
        },
        "sets": {"heard": p("How it was heard of")},
        "value_sets": {"agreement": agree},
        "missing_sets": {"refused": {"codes": {9: p("Refused")}}},
        "variables": {
            "case": {"role": "id", "type": "string", "label": p("Number"), "in_file": "=case <b>"},
            "clear": asked("Clear", "ordinal", values="agreement", battery="views", missing="refused"),
            "useful": asked("Useful", "ordinal", values="agreement", battery="views"),
            "brief": asked("Brief", "ordinal", values="agreement", battery="plain"),
            "read": asked(
                "Read it", "binary", values={1: p("Yes"), 2: p("No")}, counts=1,
                missing={"codes": {8: p("Unknown")}},
            ),
            "trade": asked("Trade", "categorical", values={1: p("Nurse"), 2: p("Other trade")}),
            "years": asked("Years", "numeric", unit=p("years"), range=[0, 60]),
            "post": asked("By post", "binary", values={1: p("Yes"), 2: p("No")}, counts=1, set="heard"),
            "mouth": asked("By mouth", "binary", values={1: p("Yes"), 2: p("No")}, counts=1, set="heard"),
            "remark": asked("Remark", "string"),
        },
    }  # fmt: skip


def configuration(p: Poison, places: tuple[str, str]) -> dict[str, Any]:
    """Claims, weights, tests and models, every text an attack; the two services have the names given."""
    north, south = places
    share = {"kind": "share", "variable": "read", "level": 1, "threshold": 0.3}
    return {
        "study": {
            "id": "hostile", "title": p("A title"), "short_title": p("A short title"), "data": "real",
            "setting": p("one town"), "mode": "web", "names": [p("A name")],
        },
        "inputs": {"survey": f"data/raw/{SURVEY}", "staff_list": f"data/raw/{LIST}"},
        "frame": {
            "id": "number", "source": p("A register"),
            "columns": {"service": "=service <i>", "grade": "grade", "outcome": "outcome"},
            "recodes": [
                {"variable": "rank", "from": "grade", "map": {"a": p("High"), "b": p("High"), "c": p("Low")}}
            ],
        },
        "groups": {"service": {"label": p("Service"), "levels": {north: p("North"), south: p("South")}}},
        "cleaning": {
            "scales": [{"variable": "view", "label": p("View"), "items": ["clear", "useful"]}],
            "recodes": [
                {"variable": "favours", "label": p("Favours"), "type": "above", "from": "view", "cut": 2},
                {"variable": "band", "label": p("Band"), "type": "bands", "from": "years", "cuts": [10],
                 "labels": [p("Short"), p("Long")]},
            ],
        },
        "response": {"dispositions": {"@back": "2.12", "=none": "2.20"}},
        "weighting": {
            "primary": "by_service",
            "schemes": {
                "none": {"label": p("Unweighted"), "method": "none"},
                "by_service": {"label": p("By service"), "method": "poststratify", "by": ["service"]},
            },
        },
        "analysis": {
            "tests": [{"variable": "read", "between": "service"}],
            "models": [{"outcome": "read", "kind": "logistic", "predictors": ["service", "years"]}],
            "multiplicity": {
                "families": [{"label": p("claims"), "method": "holm", "statistics": ["claim_test"]}]
            },
        },
        "claims": {
            "C1": {**share, "label": p("Most read it"), "short": p("Read"), "secondary": ["favours"]},
            "C2": {
                "kind": "mean", "variable": "years", "range": [0, 60], "threshold": 1, "unit": p("years"),
                "label": p("They stay"), "short": p("Stay"),
            },
        },
        "nonresponse": {
            "benchmarks": [{"variable": "years", "value": 9.0, "source": p("A yearbook")}],
        },
        "report": {"documents": {"manuscript": ["authors", "blinded"], "supplement": ["authors"]}},
        "archive": {"keywords": [p("A keyword")]},
    }  # fmt: skip


def authors(p: Poison) -> dict[str, Any]:
    """The authors' file, every text an attack."""
    said = {
        key: p(f"Our {key}") for key in ("ethics", "funding", "interests", "acknowledgements", "repository")
    }
    return {
        "authors": [
            {"name": p("Ann Author"), "email": p("ann@x.example"), "affiliations": [1], "corresponding": True}
        ],
        "affiliations": [{"id": 1, "name": p("An institute")}],
        "place": p("Elsewhere"), **said,
        "identifying_words": [p("A word")],
    }  # fmt: skip


def references(p: Poison) -> str:
    """Works that take the place of those that the tool's own sentences cite, every field an attack."""
    shipped = (ROOT / "workflow/documents/references.bib").read_text(encoding="utf-8")
    works, text = [], "\\input{/etc/hosts}"
    for key in re.findall(r"^@\w+\{([^,]+),", shipped, re.MULTILINE):
        names = ("title", "journal", "publisher", "note", "edition", "pages")
        # A formula that cannot be set stops the run, in words.
        fields = {name: p(f"{name} of {key}").replace(f"${text}$", text) for name in names}
        fields |= {"author": f"{{{p(f'Author of {key}')}}} and {{{HTML}}}".replace(f"${text}$", text)}
        fields |= {"year": f"2020 {HTML}", "doi": f"10.1/{HTML}", "url": f"https://y.example/{HTML}"}
        works.append(f"@article{{{key}, " + ", ".join(f"{k} = {{{v}}}" for k, v in fields.items()) + "}")
    return "\n".join(works)


def make(folder: Path) -> tuple[Poison, dict[str, dict[str, Any]]]:
    """Write the study; give its poisoned texts, and what its files hold."""
    p = Poison()
    places = (p("North place"), p("South place"))
    files = {
        "config/config.yaml": configuration(p, places),
        "config/codebook.yaml": codebook(p),
        "config/authors.yaml": authors(p),
    }
    raw = folder / "data/raw"
    raw.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    (folder / "report").mkdir()
    (folder / "report/references.bib").write_text(references(p), encoding="utf-8")
    (folder / "Snakefile").write_text((ROOT / "workflow/templates/Snakefile").read_text("utf-8"), "utf-8")
    listed, answers = _people(places)
    listed.to_csv(raw / LIST, index=False)
    answers.to_csv(raw / SURVEY, index=False)
    sums = [f"{hashlib.sha256((raw / name).read_bytes()).hexdigest()}  {name}\n" for name in (LIST, SURVEY)]
    (raw / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    return p, files


def _people(places: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(11)
    who = np.arange(PEOPLE)
    number = [f"ZID{one:04d}" for one in who]
    back = np.sort(draw.choice(PEOPLE, ANSWERED, replace=False))
    listed = pd.DataFrame(
        {
            "number": number,
            "name": [f"Zname{one:04d}" for one in who],
            "mail": [f"Zmail{one:04d}@x.example" for one in who],
            "postcode": [f"Zpost{one:04d}" for one in who],
            "=service <i>": np.array(places)[who % 2],
            "grade": draw.choice(["a", "b", "c"], PEOPLE),
            "outcome": np.where(np.isin(who, back), "@back", "=none"),
        }
    )
    n = ANSWERED
    answers = pd.DataFrame({"=case <b>": [number[one] for one in back]})
    for name in ("clear", "useful", "brief"):
        answers[name] = draw.choice([1, 2, 3], n)
    answers.loc[:4, "clear"] = 9
    for name in ("read", "trade", "post", "mouth"):
        answers[name] = draw.choice([1, 2], n)
    answers["years"] = draw.integers(0, 40, n)
    answers.loc[0, "years"] = 75
    attacks = [ATTACKS[one % len(ATTACKS)] for one in range(n)]
    answers["remark"] = [f"=1+1 Zwrote{one:04d} {attack}" for one, attack in zip(back, attacks, strict=True)]
    return listed, answers
