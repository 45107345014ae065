"""The tables of the article, cell by cell: (section, label) -> values of each column."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recomputation.bias import standardised
from recomputation.book import Value, constant, one, percent
from recomputation.ledger import Entry
from recomputation.whole import Whole

Row = Sequence[Sequence[Value] | None]
Rows = dict[tuple[str, str], Row]


def interval(entry: Entry) -> list[Value]:
    made = entry.estimate
    return [one(entry.scale * v) for v in (made.value, made.low, made.high)]


def ledger(whole: Whole) -> Rows:
    k = float(whole.config["sensitivity"]["scenario"]["k_grade"])
    rows: Rows = {}
    for entry in whole.ledger.entries:
        claim = entry.claim
        if entry.equivalence:
            limits = constant(claim["margin"])
        else:
            limits = constant(*[100 * claim[t] for t in ("threshold", "upper_threshold") if t in claim])
        rows["", whole.short(entry)] = [
            [one(entry.estimate.n)],
            interval(entry),
            limits,
            [one(entry.scale * b) for b in entry.bounds],
            [one(entry.theta), *([one(entry.shift)] if entry.equivalence else [])],
            [one(entry.scale * entry.scenario[k])],
            [],
        ]
    return rows


# Fewest respondents behind a percentage within a group.
FEW = 10


def table_1(whole: Whole) -> Rows:
    """n unweighted, per cent weighted of those who answered; staff; standardised difference."""
    rows: Rows = {}
    cases, staff = whole.study.cases, whole.staff
    for name in whole.config["analysis"]["characteristics"]:
        section = (
            whole.config["groups"][name]["label"] if name in whole.config["groups"] else _title(whole, name)
        )
        for label, levels in _categories(whole, name).items():
            cells: list[list[Value] | None] = []
            for place in ("all", *whole.levels):
                inside = (
                    pd.Series(True, cases.index) if place == "all" else cases[whole.survey.group] == place
                )
                if name == whole.survey.group and place != "all":
                    cells.append(None)
                    continue
                known, hit = inside & cases[name].notna(), inside & cases[name].isin(levels)
                weight = whole.survey.primary.weight
                share = percent(weight[hit].sum() / weight[known].sum())
                # Of few in a group the weights would tell who they are.
                few = place != "all" and name not in staff and hit.sum() < FEW
                cells.append([one(hit.sum())] if few else [one(hit.sum()), share])
            if name in staff:
                share = staff[name].isin(levels).mean()
                cells.append([one(staff[name].isin(levels).sum()), percent(share)])
                cells.append([one(standardised(cases[name].isin(levels).mean(), share))])
            else:
                cells += [None, None]
            rows[section, label] = cells
        lost = [one(cases[name].isna().sum())]
        places = [[one((cases[name].isna() & (cases[whole.survey.group] == p)).sum())] for p in whole.levels]
        rows[section, "Not answered"] = [lost, *places, None, None]
    return rows


def _title(whole: Whole, name: str) -> str:
    return whole.label(name)


def _categories(whole: Whole, name: str) -> dict[str, list[object]]:
    """Printed name -> codes, the names of neighbours that disclosure control may have joined among them."""
    cases = whole.study.cases
    if name in whole.config["groups"]:
        return {label: [level] for level, label in whole.config["groups"][name]["levels"].items()}
    bands = [r for r in whole.config["cleaning"]["recodes"] if r["variable"] == name and r["type"] == "bands"]
    if not bands:
        return {level: [level] for level in sorted(whole.staff[name].unique())}
    labels = bands[0]["labels"]
    made: dict[str, list[object]] = {}
    for first in range(len(labels)):
        for last in range(first, len(labels)):
            made[" or ".join(labels[first : last + 1])] = [float(n + 1) for n in range(first, last + 1)]
    assert set(cases[name].dropna()) <= {float(n + 1) for n in range(len(labels))}
    return made
