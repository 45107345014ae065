"""Drawn studies in whose errors it matters who of a group gave an answer, and of weights that are predicted.

Samples of wards, in one stage and in two, replicates that halve, drop or draw wards, and a census whose
weights come from a model of who answered. The reader knows the ward of everybody who answered, as colleagues
do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import hadamard

from outside_program import _drawn, _study, _weighted, raked
from small_secrets import Small, _one_of

Asked = dict[str, dict[str, Any]]
# Of a questionnaire: numbers that no respondent was asked.
NUMBER: Mapping[str, Any] = {"type": "numeric", "role": "admin"}


def _in_wards(
    seed: int, *, wards: tuple[int, ...] = (2, 3)
) -> tuple[np.random.Generator, pd.DataFrame, Asked]:
    """Draw people of three trades, each of so many wards of its own."""
    draw, people, asked = _drawn(seed)
    many = {trade: int(draw.choice(wards)) for trade in (1, 2, 3)}
    place = people.groupby("trade").cumcount() % people["trade"].map(many)
    people["ward"] = people["trade"].map({1: 1, 2: 1 + many[1], 3: 1 + many[1] + many[2]}) + place
    asked["ward"] = _one_of(sum(many.values()), "Ward")
    _weighted(people, asked)
    return draw, people, asked


def wards(seed: int) -> Small:
    """Wards drawn within trades."""
    _, people, asked = _in_wards(seed)
    return _study(people, asked, {"design": {"weights": "weight", "strata": "trade", "clusters": ["ward"]}})


def across(seed: int) -> Small:
    """Wards that hold people of every trade."""
    draw, people, asked = _drawn(seed)
    _weighted(people, asked)
    people["ward"] = draw.permutation(np.arange(len(people)) % 4) + 1
    asked["ward"] = _one_of(4, "Ward")
    return _study(people, asked, {"design": {"weights": "weight", "clusters": ["ward"]}})


def two_stages(seed: int) -> Small:
    """Wards drawn within trades, and people within wards, of as many as there are."""
    draw, people, asked = _in_wards(seed)
    people["person"] = np.arange(len(people)) + 1
    people["wards"] = people.groupby("trade")["ward"].transform("nunique") + people["trade"]
    people["people"] = people.groupby("ward")["ward"].transform("size") * int(draw.integers(2, 5))
    asked |= {name: dict(NUMBER) for name in ("person", "wards", "people")}
    design = {"weights": "weight", "strata": "trade", "clusters": ["ward", "person"]}
    design |= {"fpc": ["wards", "people"], "single_unit": "certainty"}
    return _study(people, asked, {"design": design})


def whole_groups(seed: int) -> Small:
    """Trades that are the units drawn."""
    _, people, asked = _drawn(seed)
    _weighted(people, asked)
    return _study(people, asked, {"design": {"weights": "weight", "clusters": ["trade"]}})


def _replicated(people: pd.DataFrame, asked: Asked, factors: np.ndarray, **said: Any) -> Small:
    """A study with replicate weights, the weights times some factors of shape (n, R)."""
    made = {f"rep{k + 1}": people["weight"] * column for k, column in enumerate(factors.T)}
    asked |= {name: dict(NUMBER) for name in made}
    design = {"kind": "replicates", "weights": "weight", "replicates": {"columns": list(made), **said}}
    return _study(pd.concat([people, pd.DataFrame(made)], axis=1), asked, {"design": design})


def _halves(people: pd.DataFrame) -> np.ndarray:
    """Of two wards to a trade, one or the other: 1 or -1 in each of four replicates, shape (n, 4)."""
    side = np.where(people.groupby("trade")["ward"].transform("min") == people["ward"], 1, -1)
    return hadamard(4)[people["trade"].to_numpy()] * side[:, None]


def balanced(seed: int) -> Small:
    """Replicates of half of the wards each (BRR)."""
    _, people, asked = _in_wards(seed, wards=(2,))
    return _replicated(people, asked, 1.0 + _halves(people), type="BRR")


def fay(seed: int) -> Small:
    """The same, of which the other half is kept in part."""
    _, people, asked = _in_wards(seed, wards=(2,))
    return _replicated(people, asked, 1.0 + 0.5 * _halves(people), type="Fay", rho=0.5)


def one_ward_less(seed: int) -> Small:
    """Replicates that leave out a ward at a time (JKn)."""
    _, people, asked = _in_wards(seed)
    many = people.groupby("trade")["ward"].transform("nunique").to_numpy()
    trade, ward = people["trade"].to_numpy(), people["ward"].to_numpy()
    factors, scales = [], []
    for left in np.unique(ward):
        mine = trade == trade[ward == left][0]
        others = np.where(mine, many / (many - 1), 1.0)
        factors.append(np.where(ward == left, 0.0, others))
        scales.append(float(1 - 1 / many[ward == left][0]))
    return _replicated(people, asked, np.array(factors).T, type="JKn", rscales=scales)


def bootstrap(seed: int) -> Small:
    """Replicates of wards drawn anew with replacement, one fewer to a trade than there are."""
    draw, people, asked = _in_wards(seed)
    factors = np.zeros((len(people), 40))
    for _, rows in people.groupby("trade"):
        names = rows["ward"].unique()
        taken = draw.choice(names, (40, len(names) - 1))
        times = {name: (taken == name).sum(axis=1) for name in names}
        factors[rows.index] = np.array([times[name] for name in rows["ward"]]) * len(names) / (len(names) - 1)
    return _replicated(people, asked, factors, type="bootstrap")


def _modelled(seed: int, **made: Any) -> Small:
    study = raked(seed)
    plain, model = {"label": "Unweighted", "method": "none"}, {"label": "Modelled", **made}
    study.config |= {"weighting": {"primary": "model", "schemes": {"none": plain, "model": model}}}
    return study


def ridge(seed: int) -> Small:
    """A census weighted to trades exactly and to ranks softly."""
    return _modelled(seed, method="ridge", margins=["trade", "rank"])


def propensity(seed: int) -> Small:
    """A census weighted by the inverse of modelled chances to answer."""
    return _modelled(seed, method="propensity", predictors=["trade", "rank"])


def doubly_robust(seed: int) -> Small:
    """The same, made to meet the totals of trades and ranks."""
    return _modelled(seed, method="doubly_robust", predictors=["trade", "rank"])


# What tells the parts of each apart, beside the weights.
APART = {
    **dict.fromkeys(
        ("wards", "across", "two_stages", "balanced", "fay", "one_ward_less", "bootstrap"), ("trade", "ward")
    ),
    "whole_groups": ("trade",),
}
UNITS: dict[str, Callable[[int], Small]] = {
    made.__name__: made
    for made in (
        wards, across, two_stages, whole_groups, balanced, fay, one_ward_less, bootstrap, ridge, propensity,
        doubly_robust,
    )
}  # fmt: skip
