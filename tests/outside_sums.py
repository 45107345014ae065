"""An attack from outside on numbers: means of few that follow, ends that somebody gave, waves of few.

The second half of :mod:`outside_attack`, of which it shares what the reader is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from outside_attack import FEWEST, HALF, Outside, places, read, unit
from outside_counts import code

FEW_CELL = 5
# A mean is known that is told to within this part of its range.
CLOSE = 0.25
RANKED = ("median", "lower_quartile", "upper_quartile", "claimed_median")


def sums(study: Outside) -> Iterator[str]:
    """Sums of few people's numbers that follow from means, totals, differences and models."""
    rows = study.rows[study.rows["status"] == "released"]
    for variable in study.numbers:
        told = rows[rows["variable"] == variable]
        bases = [base for base in dict.fromkeys(told["base"]) if base in study.bases]
        given = study.people[variable].notna().to_numpy()
        own = study.people[variable].to_numpy(float)
        apart = pd.DataFrame({"cell": study.cell} | {base: study.of_base(base) for base in bases})
        apart["predictor"] = _predictors(study, told)
        part = apart.groupby(list(apart.columns)).ngroup().to_numpy()
        said = list(_statements(study, told, given, part))
        low, high = own[given].min(), own[given].max()
        targets = [*places(study)]
        targets += [
            (f"outside {base} in {name}", where & ~study.of_base(base))
            for base in bases
            for name, where in [("all", given), *places(study)]
        ]
        targets += [(f"part {k}", part == k) for k in range(part.max() + 1)]
        for name, where in targets:
            here = where & given
            if not 0 < here.sum() < FEWEST:
                continue
            width = _room(part, given, here, said, low, high)
            if width < CLOSE * (high - low):
                yield f"{variable}: the mean of {here.sum()} of {name} is known to {width:.3g}"


def _predictors(study: Outside, told: pd.DataFrame) -> pd.Series:
    """People by everything that a model of theirs has as an indicator."""
    named = {level.partition("=")[0] for level in told["level"] if "=" in level} & set(study.people)
    made = pd.Series("", index=study.people.index)
    for name in sorted(named):
        made = made + "|" + study.people[name].map(code)
    return made.reset_index(drop=True)


def _statements(
    study: Outside, told: pd.DataFrame, given: np.ndarray, part: np.ndarray
) -> Iterator[tuple[np.ndarray, float, float]]:
    """Coefficients of the sums of the parts, what they add up to, and by how much that may be wrong."""
    size = part.max() + 1
    own = told[told["level"] == ""]
    for row in own[own["statistic"].isin(["mean", "total"])].to_dict("records"):
        if row["group"] not in ("overall", *study.groups) or row["scheme"] not in study.weights:
            continue
        where = study.inside(row["group"], row["group_level"]) & given & study.of_base(row["base"])
        w, c = study.weights[row["scheme"]], np.zeros(size)
        np.maximum.at(c, part[where], w[where])
        total = row["statistic"] == "total"
        everybody = w[study.inside(row["group"], row["group_level"])].sum()
        scale = 1.0 if total else w[where].sum()
        half = unit(everybody) / 2 if total else HALF * scale
        yield c, float(row["estimate"]) * scale, half
    by_place = {
        (r["scheme"], r["group"], r["group_level"]): float(r["estimate"])
        for r in own[own["statistic"] == "mean"].to_dict("records")
    }
    for row in own[own["statistic"] == "difference"].to_dict("records"):
        one, _, other = row["group_level"].partition("-")
        for known, sought, sign in ((one, other, -1), (other, one, 1)):
            base = by_place.get((row["scheme"], row["group"], known))
            where = study.inside(row["group"], sought) & given & study.of_base(row["base"])
            if base is not None and where.any() and np.ptp(study.weights[row["scheme"]][where]) < 1e-6:
                c = np.zeros(size)
                c[np.unique(part[where])] = 1.0
                yield c, (base + sign * float(row["estimate"])) * where.sum(), 2 * HALF * where.sum()
    yield from _models(study, told, given, part)


def _models(
    study: Outside, told: pd.DataFrame, given: np.ndarray, part: np.ndarray
) -> Iterator[tuple[np.ndarray, float, float]]:
    """Fitted values of an unweighted linear model with indicators: those of each level add up to its sum."""
    rows = told[(told["statistic"] == "coefficient") & (told["scheme"] == "none")]
    line = {r["level"]: float(r["estimate"]) for r in rows.to_dict("records")}
    numbers = [level for level in line if level != "(Intercept)" and "=" not in level]
    if "(Intercept)" not in line or numbers:
        return
    fitted, slips = np.full(len(part), line["(Intercept)"]), np.full(len(part), HALF)
    for level, value in line.items():
        name, _, which = level.partition("=")
        if which and name in study.people:
            there = (study.people[name].map(code) == which).to_numpy()
            fitted, slips = fitted + value * there, slips + HALF * there
    for level in line:
        name, _, which = level.partition("=")
        if not which or name not in study.people:
            continue
        for held in study.people.loc[given, name].map(code).unique():
            where = (study.people[name].map(code) == held).to_numpy() & given
            c = np.zeros(part.max() + 1)
            c[np.unique(part[where])] = 1.0
            yield c, float(fitted[where].sum()), float(slips[where].sum())


def _room(
    part: np.ndarray, given: np.ndarray, here: np.ndarray,
    said: list[tuple[np.ndarray, float, float]], low: float, high: float,
) -> float:  # fmt: skip
    """How far the mean of few people may lie from where it lies."""
    counts = np.bincount(part[given], minlength=part.max() + 1)
    cost = np.zeros(len(counts))
    cost[np.unique(part[here])] = 1.0
    if cost @ counts != here.sum():
        return np.inf
    left = [side * c for c, _, _ in said for side in (1, -1)]
    right = [side * total + half + 1e-6 * abs(total) for _, total, half in said for side in (1, -1)]
    bounds = list(zip(low * counts, high * counts, strict=True))
    ends = [linprog(s * cost, A_ub=np.array(left) if left else None, b_ub=right or None, bounds=bounds)
            for s in (1, -1)]  # fmt: skip
    assert all(end.status == 0 for end in ends), "the true sums do not fit what is printed"
    return (-ends[1].fun - ends[0].fun) / here.sum()


def ends_of_scales(study: Outside) -> Iterator[str]:
    """Least and greatest numbers of anybody in a group, as they stand in some public table."""
    for variable in study.numbers:
        rows = study.rows[(study.rows["variable"] == variable) & (study.rows["status"] == "released")]
        ranked = rows[rows["statistic"].isin(RANKED)]
        for row in ranked.to_dict("records"):
            where = study.inside(row["group"], row["group_level"]) & study.of_base(row["base"])
            own = study.people.loc[where, variable].dropna()
            for end in (own.min(), own.max()):
                shown = [n for n in ("estimate", "ci_low", "ci_high") if row[n] and float(row[n]) == end]
                if shown and (own == end).sum() < FEW_CELL:
                    yield f"{row['estimate_id']} shows {end:g}, the end of {row['group_level'] or 'all'}"


def waves(study: Outside, number: int = 4) -> Iterator[str]:
    """Waves of few whose count of an answer follows from the others, without weights."""
    table = read(study.public / "nonresponse.csv")
    table = table[(table["step"] == "waves") & (table["status"] == "released")]
    # Of a wave of few the analysis itself tells no number.
    table = table[(table["level"] != "") & (table["n"] != "") & (table["estimate"] != "")]
    for claim, rows in table.groupby("claim"):
        told = {(r["measure"], int(r["level"])): (float(r["n"]), float(r["estimate"]))
                for r in rows.to_dict("records")}  # fmt: skip
        sums = {k: (n, n * p, n * HALF) for (kind, k), (n, p) in told.items() if kind == "cumulative"}
        single = {k: (n, n * p, n * HALF) for (kind, k), (n, p) in told.items() if kind == "wave"}
        overall = study.rows[(study.rows["claim"] == claim) & (study.rows["group_level"] == "")]
        overall = overall[(overall["statistic"] == "proportion") & (overall["level"] == "1")]
        overall = overall[(overall["scheme"] == "none") & (overall["status"] == "released")]
        for row in overall.to_dict("records"):
            n = float(row["n"])
            sums[number] = (n, n * float(row["estimate"]), n * HALF)
        sums[0] = (0.0, 0.0, 0.0)
        for first, last in combinations(sorted(sums), 2):
            left = [k for k in range(first + 1, last + 1) if k not in single]
            taken = [single[k] for k in range(first + 1, last + 1) if k in single]
            n = sums[last][0] - sums[first][0] - sum(one[0] for one in taken)
            middle = sums[last][1] - sums[first][1] - sum(one[1] for one in taken)
            slip = sums[last][2] + sums[first][2] + sum(one[2] for one in taken)
            possible = [k for k in range(int(n) + 1) if abs(k - middle) <= slip + 1e-9]
            if left and 0 < n < FEWEST and len(possible) == 1:
                yield f"{claim}: {possible[0]} of {n:g} of waves {left}"


def told_of_numbers(study: Outside) -> list[str]:
    """Everything that follows of few people's numbers."""
    return [*sums(study), *ends_of_scales(study), *waves(study)]
