"""Small made-up studies of which each holds a secret of a kind of its own, for an attack on what is released.

Answers are drawn with a fixed seed and mean nothing. Each study is a function that gives its answers and what
its configuration says beside the questions; :func:`run` makes its files and runs the stages up to disclosure
control.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from stages import run_stages

YES_NO = {1: "Yes", 2: "No"}
AGREE = dict(enumerate(("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"), start=1))
RANGE = [0, 300_000]


@dataclass
class Small:
    """What a study asked, what was answered, and its configuration."""

    answers: pd.DataFrame
    questions: dict[str, dict[str, Any]]
    config: dict[str, Any] = field(default_factory=dict)
    counts: pd.DataFrame | None = None
    sets: dict[str, str] = field(default_factory=dict)


def _yes_no(**more: Any) -> dict[str, Any]:
    return {"type": "binary", "values": YES_NO, "counts": 1, **more}


def _scale(**more: Any) -> dict[str, Any]:
    return {"type": "ordinal", "values": AGREE, **more}


def _one_of(many: int, word: str) -> dict[str, Any]:
    return {"type": "categorical", "values": {code: f"{word} {code}" for code in range(1, many + 1)}}


def _number(**more: Any) -> dict[str, Any]:
    return {"type": "numeric", "range": RANGE, **more}


def _claim(kind: str, **said: Any) -> dict[str, Any]:
    return {"label": f"A claim of {said['variable']} is made", "short": "A claim", "kind": kind, **said}


def _counts(**sizes: list[int]) -> pd.DataFrame:
    (name, numbers), = sizes.items()  # fmt: skip
    words = [f"{name.title()} {code}" for code in range(1, len(numbers) + 1)]
    return pd.DataFrame({name: words, "n": numbers})


def _people(seed: int, trades: list[int]) -> tuple[pd.DataFrame, np.random.Generator]:
    """Draw people of some trades with a yes or no, an opinion and an income."""
    draw = np.random.default_rng(seed)
    people = pd.DataFrame({"trade": np.repeat(np.arange(1, len(trades) + 1), trades)})
    n = len(people)
    people["yes"] = draw.choice([1, 2], n)
    people["opinion"] = draw.integers(1, 6, n)
    people["income"] = draw.gamma(4, 8000, n).round()
    return people, draw


ASKED = {"yes": _yes_no(), "opinion": _scale(), "income": _number()}


def group_of_three() -> Small:
    """Three of a third trade, who all said yes."""
    people, _ = _people(1, [30, 25, 3])
    people.loc[people["trade"] == 3, "yes"] = 1
    trades = {"trade": _one_of(3, "Trade"), **ASKED}
    return Small(people, trades, {"groups": {"trade": {}}}, _counts(trade=[70, 60, 12]))


def all_alike() -> Small:
    """A trade of which all say yes, all agree strongly with two items, and one less strongly with one."""
    people, draw = _people(2, [26, 24, 20])
    third = people["trade"] == 3
    people["clear"] = draw.integers(1, 6, len(people))
    people.loc[third, ["yes", "opinion", "clear"]] = [1, 5, 5]
    people.loc[people.index[third][0], "clear"] = 4
    asked = {"trade": _one_of(3, "Trade"), **ASKED, "clear": _scale()}
    scales = [{"variable": "view", "label": "View", "items": ["opinion", "clear"]}]
    config = {"groups": {"trade": {}}, "cleaning": {"scales": scales}}
    return Small(people, asked, config, _counts(trade=[70, 60, 50]))


def asked_on_yes() -> Small:
    """A trade that all said yes, and a question, and a base, for those who did."""
    people, draw = _people(3, [30, 20, 18])
    people.loc[people["trade"] == 2, "yes"] = 1
    people["helped"] = np.where(people["yes"] == 1, draw.choice([1, 2], len(people)), np.nan)
    asked = {"trade": _one_of(3, "Trade"), **ASKED, "helped": _yes_no(asked_if={"yes": 1})}
    claims = {"C": _claim("mean", variable="opinion", base="those", threshold=1, range=[1, 5], by="trade")}
    config = {"groups": {"trade": {}}, "bases": {"those": {"yes": 1}}, "claims": claims}
    return Small(people, asked, config, _counts(trade=[70, 50, 40]))


def nested() -> Small:
    """Wards within trades, one of nine: each trade less its other ward is a ward."""
    people, _ = _people(4, [24, 24, 12])
    people["ward"] = np.repeat([1, 2, 3, 4, 5], [9, 15, 12, 12, 12])
    people.loc[people["ward"] == 5, "yes"] = 2
    asked = {"trade": _one_of(3, "Trade"), "ward": _one_of(5, "Ward"), **ASKED}
    config = {
        "groups": {"trade": {}, "ward": {}},
        "analysis": {"totals": ["income", "yes"], "compare": ["ward"], "items": list(ASKED)},
    }
    return Small(people, asked, config, _counts(trade=[60, 50, 30]))


def crossing() -> Small:
    """Two groupings that cross: a ward is a trade and two people more, who both said yes."""
    people, _ = _people(5, [20, 22, 20])
    people["ward"] = [1] * 20 + [1] * 2 + [2] * 20 + [2] * 4 + [3] * 16
    people.loc[20:21, "yes"] = 1
    asked = {"trade": _one_of(3, "Trade"), "ward": _one_of(3, "Ward"), **ASKED}
    config = {"groups": {"trade": {}, "ward": {}}, "analysis": {"totals": ["income"], "items": list(ASKED)}}
    return Small(people, asked, config, _counts(trade=[50, 50, 45]))


def schemes() -> Small:
    """Three schemes of weights, among them one for each of six cells of which one holds three."""
    people, _ = _people(6, [24, 20, 16])
    people["rank"] = [1] * 14 + [2] * 10 + [1] * 12 + [2] * 8 + [1] * 13 + [2] * 3
    people.loc[people.index[-3:], "yes"] = 1
    asked = {"trade": _one_of(3, "Trade"), "rank": _one_of(2, "Rank"), **ASKED}
    cells = [(t, r, n) for (t, r), n in zip(
        [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)], [40, 30, 31, 29, 36, 14], strict=True)]  # fmt: skip
    counts = pd.DataFrame([{"trade": f"Trade {t}", "rank": f"Rank {r}", "n": n} for t, r, n in cells])
    config = {
        "groups": {"trade": {}, "rank": {}},
        "weighting": {
            "primary": "trade",
            "schemes": {
                "none": {"label": "Unweighted", "method": "none"},
                "trade": {"label": "By trade", "method": "poststratify", "by": ["trade"]},
                "both": {"label": "Both", "method": "rake", "margins": ["trade", "rank"]},
            },
        },
        "claims": {"C": _claim("share", variable="yes", level=1, threshold=0.2, by="trade")},
    }
    return Small(people, asked, config, counts)


def sums() -> Small:
    """One outside the base of a total, a trade of which one earns nearly all, and one of ten."""
    people, _ = _people(7, [28, 22, 10])
    people["read"] = 1
    people.loc[5, "read"] = 2
    people.loc[people["trade"] == 2, "income"] = 100
    people.loc[30, "income"] = 90_000
    asked = {"trade": _one_of(3, "Trade"), **ASKED, "read": _yes_no()}
    config = {
        "groups": {"trade": {}},
        "bases": {"readers": {"read": 1}},
        "claims": {"C": _claim("total", variable="income", base="readers", threshold=100, range=RANGE)},
        "analysis": {"totals": ["income"], "items": [*ASKED, "read"]},
    }
    return Small(people, asked, config, _counts(trade=[70, 50, 25]))


def quantiles() -> Small:
    """Groups of a dozen whose quartiles reach to the least and the greatest."""
    people, _ = _people(8, [20, 12, 11])
    asked = {"trade": _one_of(3, "Trade"), **ASKED}
    claims = {"C": _claim("median", variable="income", threshold=100_000, direction="below")}
    return Small(people, asked, {"groups": {"trade": {}}, "claims": claims}, _counts(trade=[50, 30, 30]))


def saturated() -> Small:
    """Models with a level of one, and with two predictors that differ in one person."""
    people, draw = _people(9, [30, 30])
    people["post"] = draw.choice([1, 2], len(people))
    people.loc[0, "post"] = 3
    people["first"], people["second"] = people["yes"], people["yes"]
    people.loc[7, "second"] = 3 - people.loc[7, "first"]
    asked = {"trade": _one_of(2, "Trade"), **ASKED, "post": _one_of(3, "Post"), "first": _yes_no()}
    asked["second"] = _yes_no()
    people["years"] = draw.integers(1, 40, len(people))
    asked["years"] = _number()
    models = [
        {"outcome": "income", "kind": "linear", "predictors": ["post"]},
        {"outcome": "years", "kind": "linear", "predictors": ["first", "second"]},
        {"outcome": "opinion", "kind": "ordinal", "predictors": ["post"]},
    ]
    config = {"groups": {"trade": {}}, "analysis": {"models": models}}
    return Small(people, asked, config, _counts(trade=[60, 70]))


def replicates() -> Small:
    """Replicate weights of a jackknife that leaves out a person at a time, and a trade that all agree."""
    people, _ = _people(10, [16, 14, 12])
    people.loc[people["trade"] == 2, "yes"] = 1
    n = len(people)
    people["weight"] = 3.0
    for k in range(n):
        people[f"rep{k + 1}"] = np.where(np.arange(n) == k, 0.0, 3.0 * n / (n - 1))
    asked = {"trade": _one_of(3, "Trade"), **ASKED}
    extra = ["weight", *[f"rep{k + 1}" for k in range(n)]]
    asked |= {name: {"type": "numeric", "role": "admin"} for name in extra}
    design = {"kind": "replicates", "weights": "weight", "replicates": {"columns": "rep*", "type": "JK1"}}
    return Small(people, asked, {"groups": {"trade": {}}, "design": design})


def waves() -> Small:
    """Returns on four days, of which the third brought eight, who all said yes."""
    people, draw = _people(11, [30, 30])
    day = draw.permutation(np.repeat([1, 2, 3, 4, 5], [12, 12, 8, 12, 16]))
    people["day"] = [f"2024-03-{number:02d}" for number in day]
    people["yes"] = people["yes"].astype(float)
    people.loc[day == 3, "yes"] = 1.0
    people.loc[day == 5, "yes"] = np.nan
    asked = {"trade": _one_of(2, "Trade"), **ASKED, "day": {"type": "date", "role": "admin"}}
    config = {
        "groups": {"trade": {}},
        "weighting": {"primary": "none", "schemes": {"none": {"label": "Unweighted", "method": "none"}}},
        "nonresponse": {"waves": {"variable": "day", "number": 4}},
        "claims": {"C": _claim("share", variable="yes", level=1, threshold=0.1)},
    }
    return Small(people, asked, config, _counts(trade=[100, 100]))


def boxes() -> Small:
    """Boxes to tick, of which one trade ticked one to the last person, and two people one."""
    people, draw = _people(12, [22, 20, 18])
    for name in ("post", "mail", "word"):
        people[name] = np.where(draw.random(len(people)) < 0.5, 1.0, np.nan)
    people.loc[people["trade"] == 3, "post"] = 1.0
    people["rare"] = np.nan
    people.loc[[1, 25], "rare"] = 1.0
    box = _yes_no(set="heard")
    asked = {"trade": _one_of(3, "Trade"), **ASKED, "post": box, "mail": box, "word": box, "rare": box}
    config = {"groups": {"trade": {}}}
    return Small(people, asked, config, _counts(trade=[60, 50, 40]), {"heard": "How it was heard of"})


def heavy() -> Small:
    """A trade that stands for most people and all said yes: the error of everybody's share is small by it."""
    people, draw = _people(13, [18, 16, 16])
    people.loc[people["trade"] == 2, "yes"] = 1
    people["clear"] = draw.integers(1, 6, len(people))
    asked = {"trade": _one_of(3, "Trade"), **ASKED, "clear": _scale()}
    return Small(people, asked, {"groups": {"trade": {}}}, _counts(trade=[25, 160, 20]))


def spread() -> Small:
    """A trade of a dozen of whom one earns three quarters: a sum and a sum of squares tell how much."""
    people, draw = _people(14, [26, 12, 20])
    people.loc[people["trade"] == 2, "income"] = draw.integers(5_000, 9_000, 12)
    people.loc[30, "income"] = 250_000
    asked = {"trade": _one_of(3, "Trade"), **ASKED}
    return Small(people, asked, {"groups": {"trade": {}}}, _counts(trade=[60, 40, 60]))


def _told_by_error(sizes: list[int], people: list[int], yes: list[int], **config: Any) -> Small:
    """Trades of some sizes, of whom so many said yes; how many people of each there are."""
    answers = pd.DataFrame({"trade": np.repeat([1, 2, 3], sizes)})
    answers["yes"] = [1 if k < y else 2 for n, y in zip(sizes, yes, strict=True) for k in range(n)]
    asked = {"trade": _one_of(3, "Trade"), "yes": _yes_no()}
    return Small(answers, asked, {"groups": {"trade": {}}} | config, _counts(trade=people))


def error() -> Small:
    """Shares leave open how many of the second trade said yes; the error of everybody's does not: all."""
    return _told_by_error([18, 15, 11], [110, 113, 128], [8, 15, 6])


def claimed_error() -> Small:
    """The same of a claim, which is told under two schemes: of the second trade nobody said yes."""
    claims = {"C": _claim("share", variable="yes", level=1, threshold=0.2, by="trade")}
    return _told_by_error([15, 18, 10], [41, 109, 71], [5, 0, 9], claims=claims)


def claimed_three() -> Small:
    """Three of a trade, of whom a claim's shares under two schemes tell how many said yes."""
    claims = {"C": _claim("share", variable="yes", level=1, threshold=0.2, by="trade")}
    return _told_by_error([3, 11, 12], [107, 130, 30], [2, 7, 5], claims=claims)


def crossed() -> Small:
    """Trades and ranks with raked weights: of the first trade no whole number but none fits all shares."""
    each, yes = [5, 8, 5, 11, 10, 7], [0, 0, 2, 6, 6, 5]
    cells = [(trade, rank) for trade in (1, 2, 3) for rank in (1, 2)]
    people = pd.DataFrame(np.repeat(cells, each, axis=0), columns=["trade", "rank"])
    people["yes"] = [1 if k < y else 2 for n, y in zip(each, yes, strict=True) for k in range(n)]
    asked = {"trade": _one_of(3, "Trade"), "rank": _one_of(2, "Rank"), "yes": _yes_no()}
    counts = [
        (f"Trade {t}", f"Rank {r}", n) for (t, r), n in zip(cells, [26, 34, 21, 56, 44, 27], strict=True)
    ]
    plain, both = {"label": "Unweighted", "method": "none"}, {"label": "Both", "method": "rake"}
    schemes = {"none": plain, "both": both | {"margins": ["trade", "rank"]}}
    config = {"groups": {"trade": {}, "rank": {}}, "weighting": {"primary": "both", "schemes": schemes}}
    return Small(people, asked, config, pd.DataFrame(counts, columns=["trade", "rank", "n"]))


def sampled_error() -> Small:
    """A sample drawn within trades: of the third all said no, which the error of everybody's share tells."""
    study = _told_by_error([17, 13, 16], [43, 76, 76], [4, 11, 0])
    drawn = study.answers["trade"].value_counts()
    study.answers["people"] = study.answers["trade"].map({1: 43, 2: 76, 3: 76})
    study.answers["weight"] = study.answers["people"] / study.answers["trade"].map(drawn)
    study.questions |= {name: {"type": "numeric", "role": "admin"} for name in ("people", "weight")}
    study.config["design"] = {"weights": "weight", "strata": "trade", "fpc": ["people"]}
    study.counts = None
    return study


STUDIES: dict[str, Callable[[], Small]] = {
    made.__name__: made
    for made in (
        group_of_three, all_alike, asked_on_yes, nested, crossing, schemes, sums, quantiles, saturated,
        replicates, waves, boxes, heavy, spread, error,
        claimed_error, claimed_three, sampled_error, crossed,
    )
}  # fmt: skip


def run(study: Small, folder: Path) -> Path:
    """Write the files of a study, run its stages, and give the folder of its results."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {"survey": study.answers} | ({} if study.counts is None else {"counts": study.counts})
    for name, table in named.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    about = {
        name: {"label": name.title(), "question": f"{name}?", **said}
        for name, said in study.questions.items()
    }
    book = {"variables": about} | ({"sets": study.sets} if study.sets else {})
    (folder / "codebook.yaml").write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    sums = [
        f"{hashlib.sha256((folder / f'{name}.csv').read_bytes()).hexdigest()}  {name}.csv\n" for name in named
    ]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    inputs = {name: str(folder / f"{name}.csv") for name in named}
    inputs |= {"codebook": str(folder / "codebook.yaml"), "checksums": str(folder / "SHA256SUMS")}
    said = {"id": "small", "title": "A small survey", "data": "real", "setting": "a town", "mode": "web"}
    return run_stages({"study": said, "inputs": inputs, **study.config}, folder / "results")
