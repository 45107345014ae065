"""The tables of the article, cell by cell: (section, label) -> values of each column."""

from __future__ import annotations

from collections.abc import Sequence

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
        two = "upper_threshold" in claim
        rows["", whole.short(entry)] = [
            [one(entry.estimate.n)],
            interval(entry),
            limits,
            [one(entry.scale * b) for b in entry.bounds],
            [
                one(entry.theta),
                *([limits[0], one(entry.theta_other), limits[1]] if two else []),
                *([one(entry.shift)] if entry.equivalence else []),
            ],
            [one(entry.scale * entry.scenario[k])],
            [],
        ]
    return rows


# Fewest respondents behind a percentage within a group.
FEW = 10


def table_1(whole: Whole) -> Rows:
    """Staff; respondents unweighted; per cent weighted; standardised differences; groups, weighted."""
    rows: Rows = {}
    cases = whole.study.cases
    for name in whole.config["analysis"]["characteristics"]:
        section = (
            whole.config["groups"][name]["label"] if name in whole.config["groups"] else _title(whole, name)
        )
        crossed = [] if name == whole.survey.group else list(whole.levels)
        for label, levels in _categories(whole, name).items():
            rows[section, label] = [
                *_over_all(whole, name, levels),
                *(_in_group(whole, name, levels, place) for place in crossed),
            ]
        lost = cases[name].isna()
        places = [[one((lost & (cases[whole.survey.group] == place)).sum())] for place in crossed]
        rows[section, "Not answered"] = [None, [one(lost.sum())], None, None, None, *places]
    return rows


def _over_all(whole: Whole, name: str, levels: list[object]) -> Row:
    cases, staff, weight = whole.study.cases, whole.staff, whole.survey.primary.weight
    known, hit = cases[name].notna(), cases[name].isin(levels)
    weighted = weight[hit].sum() / weight[known].sum()
    answered = [[one(hit.sum()), percent(hit.sum() / known.sum())], [percent(weighted)]]
    if name not in staff:
        return [None, *answered, None, None]
    share = staff[name].isin(levels).mean()
    # What is printed after weighting follows from the percentage as printed.
    shares = cases[name].isin(levels).mean(), round(weighted, 2)
    differences = [[one(standardised(p, share))] for p in shares]
    return [[one(staff[name].isin(levels).sum()), percent(share)], *answered, *differences]


def _in_group(whole: Whole, name: str, levels: list[object], place: str) -> Sequence[Value]:
    cases, weight = whole.study.cases, whole.survey.primary.weight
    inside = cases[whole.survey.group] == place
    known, hit = inside & cases[name].notna(), inside & cases[name].isin(levels)
    # Of few in a group the weights would tell who they are.
    if name not in whole.staff and hit.sum() < FEW:
        return [one(hit.sum())]
    return [one(hit.sum()), percent(weight[hit].sum() / weight[known].sum())]


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
            name_of = labels[first] if first == last else _band(bands[0]["cuts"], first, last)
            made[name_of] = [float(n + 1) for n in range(first, last + 1)]
    assert set(cases[name].dropna()) <= {float(n + 1) for n in range(len(labels))}
    return made


def _band(cuts: Sequence[int], first: int, last: int) -> str:
    """Name neighbouring bands of whole numbers as one, from where they are cut."""
    if first and last == len(cuts):
        return f"{cuts[first - 1]} or more"
    end = cuts[min(last, len(cuts) - 1)] - 1
    return f"{cuts[first - 1]} to {end}" if first else f"Up to {end}"
