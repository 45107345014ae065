"""An attack from outside: what do the public tables, with the documentation, say of few people?

Written from ``results/public/`` and the documentation alone; it shares no code with what decides what may be
released. The reader is given more than is published: how many people of each group, of each combination of
groups and of each base answered a question. Unknown is what they answered: a whole number for each answer in
each combination, and a sum for each number. Every published row is a statement about these, as exact as it is
printed, and an integer programme finds the least and the greatest count that agree with all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from outside_counts import Counts, code

FEWEST = 10
HALF = 0.005


@dataclass
class Outside:
    """The public tables of a study, and who is in what group and base.

    Parameters
    ----------
    public
        Folder of the released tables.
    people
        A row for each respondent with the answers, which only the check of what was found looks at, and the
        columns of the groups, which the reader is given.
    groups
        Names of the groupings.
    weights
        Scheme to the weight of each respondent, which follows from the list and the documentation.
    bases
        Base to the answers on which somebody belongs to it.
    asked_if
        Question to the answers on which it was asked.
    scales
        Scale to its items.
    numbers
        Questions answered with a number.
    strata, sizes
        Scheme to the stratum of each respondent and to the people in each stratum, as the table of weights
        tells; of schemes whose weights are the people of a stratum for each respondent of it.
    jackknife
        Whether errors are of replicates that leave a person out at a time.
    parts
        Whether combinations of all groups and weights are attacked too, and not groups alone.
    """

    public: Path
    people: pd.DataFrame
    groups: list[str]
    weights: Mapping[str, np.ndarray]
    bases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asked_if: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scales: Mapping[str, list[str]] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    strata: Mapping[str, np.ndarray] = field(default_factory=dict)
    sizes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    jackknife: bool = False
    parts: bool = False

    def __post_init__(self) -> None:
        self.rows = read(self.public / "estimates.csv")
        keys = [self.people[name].map(code).fillna("") for name in self.groups]
        keys += [pd.Series(w.round(9)) for w in self.weights.values()]
        self.cells = pd.concat(keys, axis=1).groupby(level=0).first()
        self.cell = self.cells.groupby(list(self.cells.columns), dropna=False).ngroup().to_numpy()

    def values(self) -> dict[str, list[str]]:
        """Codes of the answers of each question, in order."""
        about = json.loads((self.public / "variables.json").read_text(encoding="utf-8"))
        return {name: [code(c) for c in one.get("values") or {}] for name, one in about.items()}

    def inside(self, group: str, level: str) -> np.ndarray:
        """Who is in a group; everybody for an empty level."""
        if not level:
            return np.ones(len(self.people), bool)
        return (self.people[group].map(code) == level).to_numpy()

    def of_base(self, base: str) -> np.ndarray:
        """Who is in a base."""
        held = np.ones(len(self.people), bool)
        for name, wanted in self.bases.get(base, {}).items():
            codes = wanted if isinstance(wanted, list) else [wanted]
            held &= self.people[name].isin(codes).to_numpy()
        return held


def read(path: Path) -> pd.DataFrame:
    """Read a public table as text, so that digits are those that were printed."""
    if not path.exists():
        return pd.DataFrame(columns=["scheme", "cell", "weight", "status"])
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def parts(codes: list[str]) -> dict[str, list[str]]:
    """What each published level takes together."""
    half = len(codes) // 2
    merged = {"low": codes[:half], "middle": codes[half : len(codes) - half], "high": codes[-half:]}
    return {**{one: [one] for one in codes}, **(merged if len(codes) > 3 else {})}


def gathered(study: Outside) -> Counts:
    """Write down everything published about shares, means and totals of answers."""
    made, values = Counts(study), study.values()
    rows = study.rows[study.rows["status"] == "released"]
    # Who is in what group is known.
    asked = [v for v in dict.fromkeys(study.rows["variable"]) if values.get(v) and v in study.people]
    asked = [v for v in asked if v not in study.groups]
    for variable in asked:
        made.ask(variable, values[variable])
    # Of a base the reader is not told who is in it: its rows tell how many are, below.
    for row in rows[rows["variable"].isin(asked) & ~rows["base"].isin(list(study.bases))].to_dict("records"):
        _say(made, row, values[str(row["variable"])])
    for variable, conditions in study.asked_if.items():
        for before, wanted in conditions.items():
            if variable in asked and before in asked:
                _route(made, rows[rows["variable"] == variable], before, codes_of(wanted))
    for base, conditions in study.bases.items():
        for before, wanted in conditions.items():
            if before in asked:
                _route(made, rows[rows["base"] == base], before, codes_of(wanted))
    for scale, items in study.scales.items():
        for row in rows[(rows["variable"] == scale) & (rows["statistic"] == "mean")].to_dict("records"):
            _say_scale(made, row, items, values)
    return made


def _say(made: Counts, row: Mapping[str, Any], codes: list[str]) -> None:
    study, variable = made.study, str(row["variable"])
    grouped = row["group"] in ("overall", *study.groups) and row["statistic"] in (
        "proportion",
        "mean",
        "total",
    )
    if not grouped or row["scheme"] not in study.weights or row["n"] == "":
        return
    where, of = study.inside(row["group"], row["group_level"]), parts(codes)
    whole = {k: 1.0 for k in made.of(variable, codes, where)}
    made.add(whole, float(row["n"]), float(row["n"]))
    weight = dict(zip(study.cell, study.weights[row["scheme"]], strict=True))
    w = {made.index[variable, c, int(k)]: weight[k] for c in codes for k in np.unique(study.cell[where])}
    if row["statistic"] == "mean" and row["level"] == "":
        score = {
            made.index[variable, c, int(k)]: float(c) for c in codes for k in np.unique(study.cell[where])
        }
    elif row["level"] in of:
        mine = set(made.of(variable, of[row["level"]], where))
        score = {k: float(k in mine) for k in w}
    else:
        return
    told = float(row["estimate"])
    if row["statistic"] == "total":
        people = sum(study.weights[row["scheme"]][where])
        half = unit(people) / 2
        made.add({k: w[k] * score[k] for k in w}, told - half, told + half)
        made.check(row["estimate_id"])
        return
    for side in (1, -1):
        made.add({k: side * w[k] * (score[k] - told - side * HALF) for k in w}, -np.inf, 1e-6)
        made.check(row["estimate_id"])


def unit(people: float) -> float:
    """Give a hundredth of the people, taken up to 1, 2 or 5 times a power of ten."""
    ten = 10.0 ** np.floor(np.log10(people / 100))
    return float(next(step * ten for step in (1, 2, 5, 10) if step * ten >= people / 100 - 1e-12))


def codes_of(wanted: Any) -> list[str]:
    """Codes of a condition, of which there may be several."""
    return [code(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])]


def _route(made: Counts, rows: pd.DataFrame, before: str, wanted: list[str]) -> None:
    """Whoever answered a question had given an answer on which it is asked."""
    told = rows[rows["group"].isin(["overall", *made.study.groups]) & (rows["n"] != "")]
    told = told[told["statistic"].isin(["proportion", "mean", "median"])]
    for row in told.drop_duplicates(["group", "group_level", "n"]).to_dict("records"):
        where = made.study.inside(row["group"], row["group_level"])
        made.add({k: 1.0 for k in made.of(before, wanted, where)}, float(row["n"]), np.inf)
        made.check(row["estimate_id"])


def _say_scale(
    made: Counts, row: Mapping[str, Any], items: list[str], values: Mapping[str, list[str]]
) -> None:
    study = made.study
    if row["group"] not in ("overall", *study.groups) or row["scheme"] not in study.weights:
        return
    where = study.inside(row["group"], row["group_level"])
    weight = dict(zip(study.cell, study.weights[row["scheme"]], strict=True))
    total, whole = dict[int, float](), 0.0
    for item in items:
        for answer in values[item]:
            for cell in np.unique(study.cell[where]):
                total[made.index[item, answer, int(cell)]] = weight[cell] * float(answer) / len(items)
    whole = sum(study.weights[row["scheme"]][where])
    # All of them answered every item, which the study is made to have.
    for item in items:
        made.add({k: 1.0 for k in made.of(item, values[item], where)}, float(row["n"]), float(row["n"]))
    told = float(row["estimate"])
    made.add(total, whole * (told - HALF), whole * (told + HALF))
    made.check(str(row["estimate_id"]))


def answers(study: Outside, made: Counts) -> Iterator[str]:
    """Answers of groups of which nothing may be read that follow all the same.

    That all of a group answered alike; the count of an answer in a group, or in what two groups differ by, of
    fewer than the smallest base. What all but a few of everybody answered is known of anybody.
    """
    values = study.values()
    asked = dict.fromkeys(variable for variable, _, _ in made.index)
    for variable in asked:
        given = study.people[variable].map(code).where(study.people[variable].notna())
        for name, where in places(study):
            there = given[where].dropna()
            kinds = [c for c in parts(values[variable]).values() if there.isin(c).all()] if len(there) else []
            for alike in kinds[:1]:
                others = [c for c in values[variable] if c not in alike]
                if given.isin(others).sum() >= FEWEST and made.settled(made.of(variable, others, where)):
                    yield f"{variable}: all of {name} gave {alike}"
            if not 0 < len(there) < FEWEST:
                continue
            for answer in values[variable]:
                gave, rest = int((given == answer).sum()), int((given.dropna() != answer).sum())
                if min(gave, rest) >= FEWEST and made.settled(made.of(variable, [answer], where)):
                    yield f"{variable}: {(there == answer).sum()} of {len(there)} of {name} gave {answer}"


def places(study: Outside) -> Iterator[tuple[str, np.ndarray]]:
    """Groups, combinations of few of two, and combinations of all groups and weights."""
    levels = {name: sorted(study.people[name].map(code).dropna().unique()) for name in study.groups}
    inside = {(name, level): study.inside(name, level) for name in levels for level in levels[name]}
    yield from ((f"{name} {level}", where) for (name, level), where in inside.items())
    for (name, level), (other, theirs) in combinations(inside, 2):
        if name != other and 0 < (both := inside[name, level] & inside[other, theirs]).sum() < FEWEST:
            yield f"{name} {level} in {other} {theirs}", both
    for cell in range(study.cell.max() + 1) if study.parts else ():
        yield f"part {cell}", study.cell == cell
