"""Weights of every scheme, and the variance of respondents taken as a second phase within response cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recomputation.raw import Study


@dataclass
class Scheme:
    """A weighting scheme.

    Attributes
    ----------
    weight, cell
        Of each case; the cell is that within which response is taken as alike.
    size
        Eligible staff of each cell.
    members
        What each cell was joined from (post-stratified schemes).
    merges
        How many times cells were joined.
    regress
        Design matrix on which influences are regressed before their variance is taken, or None.
    """

    name: str
    weight: pd.Series
    cell: pd.Series
    size: dict[str, int]
    members: dict[str, list[str]]
    merges: int
    regress: np.ndarray | None = None

    @property
    def n_eff(self) -> float:
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    @property
    def deff(self) -> float:
        return len(self.weight) / self.n_eff


def schemes(study: Study) -> dict[str, Scheme]:
    """All schemes of the configuration."""
    made = {}
    for name, entry in study.config["weighting"]["schemes"].items():
        if entry["method"] == "none":
            made[name] = _cells(study, name, [], None)
        elif entry["method"] == "poststratify":
            made[name] = _cells(study, name, entry["by"], entry.get("collapse"))
        elif entry["method"] == "rake":
            made[name] = _raked(study, name, entry["margins"])
        else:
            raise NotImplementedError(entry["method"])
    return made


def _cells(study: Study, name: str, by: list[str], collapse: dict[str, Any] | None) -> Scheme:
    people = study.eligible
    raw = people[by].astype(str).agg(" × ".join, axis=1) if by else pd.Series("all", index=people.index)
    groups = [
        {"members": [label], "N": len(part), "n": int(part["answered"].sum()), "within": None}
        for label, part in people.groupby(raw)
    ]
    merges = 0
    if collapse:
        for group in groups:
            group["within"] = people.loc[raw == group["members"][0], collapse["within"]].iloc[0]
        groups, merges = _collapsed(groups, collapse)
    label_of = {m: " + ".join(sorted(g["members"])) for g in groups for m in g["members"]}
    cell = raw.map(label_of)
    size = cell.value_counts().to_dict()
    mine = cell.loc[study.cases.index]
    answered = mine.value_counts()
    weight = mine.map(lambda c: size[c] / answered[c]).astype(float)
    members = {" + ".join(sorted(g["members"])): sorted(g["members"]) for g in groups}
    return Scheme(name, weight, mine, size, members, merges)


def _collapsed(groups: list[dict[str, Any]], rules: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    mean = sum(g["N"] for g in groups) / sum(g["n"] for g in groups)
    merges = 0

    def name(group: dict[str, Any]) -> str:
        return " + ".join(sorted(group["members"]))

    while True:
        small = sorted(
            (
                g
                for g in groups
                if g["n"] < rules["min_n"] or g["N"] > rules["max_factor"] * mean * g["n"] * (1 + 1e-12)
            ),
            key=lambda g: (g["n"], name(g)),
        )
        pair = None
        for group in small:
            others = [o for o in groups if o is not group and o["within"] == group["within"]]
            if others:
                rate = group["n"] / group["N"]
                near = min(others, key=lambda o: (round(abs(o["n"] / o["N"] - rate), 12), name(o)))
                pair = (group, near)
                break
        if pair is None:
            return groups, merges
        one, other = pair
        joined = {
            "members": one["members"] + other["members"],
            "N": one["N"] + other["N"],
            "n": one["n"] + other["n"],
            "within": one["within"],
        }
        groups = [g for g in groups if g is not one and g is not other] + [joined]
        merges += 1


def _raked(study: Study, name: str, margins: list[str]) -> Scheme:
    people, cases = study.eligible, study.cases
    weight = np.ones(len(cases))
    columns = [cases[m].to_numpy() for m in margins]
    totals = [people[m].value_counts().to_dict() for m in margins]
    for _ in range(10_000):
        before = weight.copy()
        for column, total in zip(columns, totals, strict=True):
            for level, wanted in total.items():
                inside = column == level
                weight[inside] *= wanted / weight[inside].sum()
        if np.abs(weight - before).max() < 1e-13:
            break
    cell = cases[margins[0]]
    x = [np.ones(len(cases))]
    for column, total in zip(columns, totals, strict=True):
        x += [(column == level).astype(float) for level in sorted(total)[1:]]
    size = people[margins[0]].value_counts().to_dict()
    return Scheme(
        name, pd.Series(weight, index=cases.index), cell, size, {k: [k] for k in size}, 0, np.column_stack(x)
    )


@dataclass
class Estimate:
    """A mean or a share with its standard error and interval."""

    value: float
    se: float
    df: float
    low: float
    high: float
    n: int
    influence: np.ndarray | None = None


def variance(scheme: Scheme, influence: np.ndarray, fpc: bool = True) -> float:
    """v = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_h (u − ū_h)² of the weighted influence of each respondent.

    Särndal, Swensson and Wretman (1992, ch. 15): response as simple random selection within cells.
    """
    u = np.asarray(influence, float)
    if scheme.regress is not None:
        u = _residual(scheme, u)
    total = 0.0
    for cell, rows in scheme.cell.groupby(scheme.cell).indices.items():
        part = u[rows]
        n = len(rows)
        fraction = n / scheme.size[cell] if fpc else 0.0
        total += (1 - fraction) * n / (n - 1) * ((part - part.mean()) ** 2).sum()
    return total


def _residual(scheme: Scheme, u: np.ndarray) -> np.ndarray:
    """Weighted influences less their regression on the margins (starting weights of 1)."""
    w = scheme.weight.to_numpy()
    z = u / w
    x = scheme.regress
    beta = np.linalg.lstsq(x, z, rcond=None)[0]
    return w * (z - x @ beta)


def mean(
    scheme: Scheme,
    y: pd.Series,
    domain: pd.Series | None = None,
    *,
    fpc: bool = True,
    share: bool = False,
    level: float = 0.95,
) -> Estimate:
    """Weighted mean of the answered values in a domain, with its linearised standard error."""
    values = y.to_numpy(float)
    inside = ~np.isnan(values)
    if domain is not None:
        inside &= domain.to_numpy(bool)
    w = scheme.weight.to_numpy()
    total = w[inside].sum()
    value = float((w[inside] * values[inside]).sum() / total)
    u = np.where(inside, w * (np.nan_to_num(values) - value) / total, 0.0)
    se = float(np.sqrt(variance(scheme, u, fpc)))
    n = int(inside.sum())
    df = n - scheme.cell[inside].nunique()
    low, high = logit_interval(value, se, df, level) if share else t_interval(value, se, df, level)
    return Estimate(value, se, df, low, high, n, u)


def t_interval(value: float, se: float, df: float, level: float = 0.95) -> tuple[float, float]:
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return value - half, value + half


def logit_interval(p: float, se: float, df: float, level: float = 0.95) -> tuple[float, float]:
    """expit(logit p ± t·se/(p(1−p)))."""
    if not 0 < p < 1:
        return np.nan, np.nan
    half = stats.t.ppf(0.5 + level / 2, df) * se / (p * (1 - p))
    middle = np.log(p / (1 - p))
    return tuple(1 / (1 + np.exp(-(middle + sign * half))) for sign in (-1, 1))
