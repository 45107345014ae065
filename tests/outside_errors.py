"""An attack from outside on standard errors and ends of intervals: which counts and numbers do they leave?

A share of a few people is told by its estimate to a hundredth; its standard error and its interval are more
equations of the same count. Every whole number of answers in each combination of groups is tried, and put
through the formulae of the methods (a stratified sample without replacement, logit intervals of shares, t
intervals of means). What is left narrows the integer programme of :mod:`outside_attack`. Of numbers, a mean
and its standard error are a sum and a sum of squares, and what other groups tell may be taken off them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtrit

from outside_attack import FEWEST, HALF, Outside, parts
from outside_counts import Counts, code

# Combinations of counts, and of answers within one group, that are tried at most.
MOST, MOST_WITHIN = 3_000_000, 60_000
# The greatest number is told where it is known to within this part of itself.
NEAR = 0.1
# An end of an interval may have been kept on its side of a limit.
END = 2 * HALF
Row = Mapping[str, Any]


def refine(made: Counts) -> Counts:
    """Add what errors and intervals say of shares and means of ordered answers."""
    study, values = made.study, made.study.values()
    rows = study.rows[(study.rows["status"] == "released") & ~study.rows["base"].isin(list(study.bases))]
    for variable in dict.fromkeys(variable for variable, _, _ in made.index):
        mine = rows[(rows["variable"] == variable) & rows["scheme"].isin(list(study.strata))]
        mine = mine[mine["group"].isin(["overall", *study.groups]) & (mine["se"] != "")]
        shares = mine[mine["statistic"] == "proportion"]
        for level, taken in parts(values[variable]).items():
            _shares(made, variable, taken, shares[shares["level"] == level])
        for row in mine[(mine["statistic"] == "mean") & (mine["level"] == "")].to_dict("records"):
            _mean(made, variable, values[variable], row)
    return made


def _answered(study: Outside, variable: str) -> np.ndarray:
    """How many of each cell answered."""
    given = study.people[variable].notna().to_numpy()
    return np.bincount(study.cell[given], minlength=study.cell.max() + 1)


def _shares(made: Counts, variable: str, taken: list[str], rows: pd.DataFrame) -> None:
    """Try every count of an answer; say between what they lie that fit every row.

    First within each group, then of those that are left together with those of the other groups.
    """
    told = rows.to_dict("records")
    if not told:
        return
    cells = Cells(made.study, _answered(made.study, variable))
    within = [row["group"] for row in told if row["group"] != "overall"]
    grouping = max(within, key=within.count) if within else ""
    together: np.ndarray | None = np.zeros((1, 0), int)
    order: list[int] = []
    for level in cells.levels(grouping):
        mine = np.flatnonzero(level)
        if np.prod(cells.n[mine] + 1.0) > MOST:
            return
        tried = np.indices(tuple(cells.n[mine] + 1)).reshape(len(mine), -1).T
        own = [
            row
            for row in told
            if not (cells.inside(row) & ~level).any() and (cells.inside(row) & level).any()
        ]
        for row in own:
            tried = tried[_fits_share(cells, row, tried, mine)]
        assert len(tried), f"{variable} {taken}: errors and intervals contradict each other"
        _bounds(made, variable, taken, cells, tried, mine)
        order += mine.tolist()
        together = together if together is None else _joined(together, tried)
    if together is None:
        return
    for row in [row for row in told if row["group"] != grouping]:
        together = together[_fits_share(cells, row, together, np.array(order))]
    assert len(together), f"{variable} {taken}: errors and intervals contradict each other"
    _bounds(made, variable, taken, cells, together, np.array(order))


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray | None:
    """Every combination of two lists of counts, where they are not too many."""
    if len(one) * len(other) > MOST:
        return None
    return np.hstack([np.repeat(one, len(other), axis=0), np.tile(other, (len(one), 1))])


def _bounds(
    made: Counts, variable: str, taken: list[str], cells: Cells, tried: np.ndarray, mine: np.ndarray
) -> None:
    """Say what the counts that are left say of each cell, and of all of them."""
    for chosen in [*np.eye(len(mine), dtype=bool), np.ones(len(mine), bool)]:
        sums = tried[:, chosen].sum(axis=1)
        there = np.flatnonzero(np.isin(cells.of, mine[chosen]))
        unknowns = {made.index[variable, one, int(k)]: 1.0 for one in taken for k in there}
        made.add(unknowns, float(sums.min()), float(sums.max()))
        made.check(f"{variable} {taken}")


class Cells:
    """Combinations of groups and of strata, of which errors tell, each made of some of the study's cells.

    Attributes
    ----------
    of
        Number of the combination of each of the study's cells.
    n, everybody
        How many of each answered the question, and how many there are.
    """

    def __init__(self, study: Outside, answered: np.ndarray) -> None:
        self.study = study
        keys = [study.people[name].map(code).fillna("") for name in study.groups]
        keys += [pd.Series(labels) for labels in study.strata.values()]
        keys += [pd.Series(study.weights[scheme].round(9)) for scheme in study.strata]
        number = pd.concat(keys, axis=1, ignore_index=True)
        number = number.groupby(list(number.columns), dropna=False).ngroup()
        self.people = number.to_numpy()
        self.of = _by_cell(study, self.people)
        size = self.people.max() + 1
        self.n = np.bincount(self.of, answered, minlength=size).astype(int)
        self.everybody = np.bincount(self.people, minlength=size)

    def inside(self, row: Row) -> np.ndarray:
        """Which of them a row is about."""
        return np.isin(
            np.arange(len(self.n)), self.people[self.study.inside(row["group"], row["group_level"])]
        )

    def levels(self, grouping: str) -> list[np.ndarray]:
        """Which of them are in each group of a grouping; all of them without one."""
        if not grouping:
            return [np.ones(len(self.n), bool)]
        held = self.first(self.study.people[grouping].map(code).fillna("").to_numpy())
        return [held == level for level in np.unique(held)]

    def first(self, of_people: np.ndarray) -> np.ndarray:
        """Give what is the same of everybody in each."""
        return np.asarray(pd.Series(of_people).groupby(self.people).first())


def _fits_share(cells: Cells, row: Row, tried: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """Which counts of some cells print what a row does; whoever is in none of them is not in its group."""
    study, n = cells.study, cells.n[mine]
    inside = cells.inside(row)[mine]
    weights = cells.first(study.weights[row["scheme"]])[mine]
    whole = (weights * n * inside).sum()
    p = (tried * (weights * inside)).sum(axis=1) / whole
    # Of whoever said yes and of whoever did not: what they add to the estimate's variance, in each cell.
    yes = weights * inside * (1 - p)[:, None] / whole
    no = -weights * inside * p[:, None] / whole
    if study.jackknife:
        left = (n * inside).sum()
        k = (tried * inside).sum(axis=1)
        moved = [k * ((k - 1) / (left - 1) - k / left) ** 2, (left - k) * (k / (left - 1) - k / left) ** 2]
        variance = sum(moved) * (cells.n.sum() - 1) / cells.n.sum()
    else:
        variance = _stratified(cells, row["scheme"], yes, no, tried, mine)
    se = np.sqrt(variance)
    fits = (np.abs(p - float(row["estimate"])) <= HALF + 1e-9) & (
        np.abs(se - float(row["se"])) <= HALF + 1e-9
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stdtrit(float(row["df"]), 0.975) * se / (p * (1 - p))
        ends = expit(logit(p) - half), expit(logit(p) + half)
    # Of a share of nought or one the interval is another.
    at_end = (p <= 0) | (p >= 1)
    for name, end in zip(("ci_low", "ci_high"), ends, strict=True):
        if row[name]:
            fits &= at_end | (np.abs(end - float(row[name])) <= END + 1e-9)
    return fits


def _stratified(
    cells: Cells, scheme: str, yes: np.ndarray, no: np.ndarray, tried: np.ndarray, mine: np.ndarray
) -> np.ndarray:
    """Variance of a total of scores of a sample drawn within strata without replacement."""
    study, variance = cells.study, np.zeros(len(tried))
    labels, n = cells.first(study.strata[scheme]), cells.n[mine]
    for stratum in np.unique(labels[mine]):
        here = labels[mine] == stratum
        m, N = cells.everybody[labels == stratum].sum(), study.sizes[scheme][str(stratum)]
        once = (tried * yes + (n - tried) * no)[:, here].sum(axis=1)
        twice = (tried * yes**2 + (n - tried) * no**2)[:, here].sum(axis=1)
        variance += max(0.0, 1 - m / N) * m / max(m - 1, 1) * np.maximum(twice - once**2 / m, 0.0)
    return variance


def _by_cell(study: Outside, of_people: np.ndarray) -> np.ndarray:
    """Give what is the same of everybody in a cell, for each cell."""
    return np.asarray(pd.Series(of_people).groupby(study.cell).first())


def _mean(made: Counts, variable: str, codes: list[str], row: Row) -> None:
    """Try every way in which one group of one stratum may have answered a scale."""
    study, n = made.study, _answered(made.study, variable)
    where = study.inside(row["group"], row["group_level"])
    cells = np.unique(study.cell[where])
    if len(cells) != 1 or study.jackknife:
        return
    size = int(n[cells[0]])
    if size != float(row["n"]) or _ways(size, len(codes)) > MOST_WITHIN:
        return
    answered = np.array([np.bincount(one, minlength=len(codes))
                         for one in combinations_with_replacement(range(len(codes)), size)])  # fmt: skip
    scores = np.array([float(code) for code in codes])
    mean = answered @ scores / size
    spread = answered @ scores**2 - size * mean**2
    se = np.sqrt(np.maximum(spread, 0.0)) * _per_spread(study, row["scheme"], where, size)
    half = stdtrit(float(row["df"]), 0.975) * se
    fits = np.abs(mean - float(row["estimate"])) <= HALF + 1e-9
    fits &= np.abs(se - float(row["se"])) <= HALF + 1e-9
    for name, end in (("ci_low", mean - half), ("ci_high", mean + half)):
        fits &= np.abs(end - float(row[name])) <= END + 1e-9 if row[name] else True
    assert fits.any(), f"{row['estimate_id']} is read wrongly"
    for place, one in enumerate(codes):
        low, high = answered[fits, place].min(), answered[fits, place].max()
        made.add({made.index[variable, one, int(cells[0])]: 1.0}, float(low), float(high))
        made.check(row["estimate_id"])


def _ways(people: int, codes: int) -> float:
    return float(np.prod([(people + k) / k for k in range(1, codes)]))


def _per_spread(study: Outside, scheme: str, where: np.ndarray, size: int) -> float:
    """How many times the root of a group's sum of squared deviations its mean's standard error is."""
    stratum = study.strata[scheme][where][0]
    m, N = (study.strata[scheme] == stratum).sum(), study.sizes[scheme][str(stratum)]
    return float(np.sqrt(max(0.0, 1 - m / N) * m / (m - 1)) / size)


def greatest(study: Outside) -> Iterator[str]:
    """Greatest numbers that follow from a mean and its standard error: a sum, and a sum of squares."""
    rows = study.rows[(study.rows["status"] == "released") & (study.rows["se"] != "")]
    for variable in study.numbers:
        own = rows[(rows["variable"] == variable) & (rows["statistic"] == "mean") & (rows["level"] == "")]
        own = own[own["group"].isin(["overall", *study.groups]) & own["scheme"].isin(list(study.strata))]
        for row in own.to_dict("records"):
            where = study.inside(row["group"], row["group_level"]) & study.of_base(row["base"])
            where &= study.people[variable].notna().to_numpy()
            numbers = study.people.loc[where, variable].to_numpy(float)
            alone = len(np.unique(study.strata[row["scheme"]][where])) == 1
            if (
                study.jackknife
                or not alone
                or numbers.min() < 0
                or np.ptp(study.weights[row["scheme"]][where])
            ):
                continue
            n, mean, se = len(numbers), float(row["estimate"]), float(row["se"])
            spread = (se / _per_spread(study, row["scheme"], where, n)) ** 2
            true = ((numbers - numbers.mean()) ** 2).sum()
            assert abs(spread - true) <= 1e-6 * true + 4 * HALF * spread / max(se, HALF), row["estimate_id"]
            least, most = _greatest_between(n, n * mean, spread + n * mean**2)
            if (
                max(most - numbers.max(), numbers.max() - least) < NEAR * numbers.max()
                and most > n * mean / 2
            ):
                yield f"{row['estimate_id']}: the greatest lies between {least:.0f} and {most:.0f}"


def _greatest_between(n: int, total: float, squares: float) -> tuple[float, float]:
    """Between what the greatest of so many numbers from 0 up lies, with their sum and sum of squares."""
    tried = np.linspace(total / n, np.sqrt(squares), 4001)
    rest, left = total - tried, squares - tried**2
    full = np.floor(rest / tried)
    widest = full * tried**2 + (rest - full * tried) ** 2
    fits = (rest >= 0) & (left >= rest**2 / (n - 1) - 1e-3 * squares) & (left <= widest + 1e-3 * squares)
    return float(tried[fits].min()), float(tried[fits].max())


def spreads(study: Outside) -> Iterator[str]:
    """Groups of few whose spread follows from the error of all less the errors of the other groups."""
    rows = study.rows[(study.rows["status"] == "released") & (study.rows["se"] != "")]
    rows = rows[(rows["statistic"] == "mean") & (rows["level"] == "") & rows["variable"].isin(study.numbers)]
    for (variable, scheme, base), told in rows.groupby(["variable", "scheme", "base"]):
        overall = told[told["group"] == "overall"]
        if overall.empty or scheme not in study.strata or study.jackknife or base in study.bases:
            continue
        given = study.people[variable].notna().to_numpy()
        strata = study.strata[scheme]
        for grouping in study.groups:
            levels = study.people[grouping].map(code).to_numpy()
            people = {level: given & (levels == level) for level in np.unique(levels)}
            apart = all(set(strata[who]).isdisjoint(strata[~who]) for who in people.values())
            shown = told[told["group"] == grouping].set_index("group_level")["se"].astype(float)
            left = [level for level in people if level not in shown.index]
            # Of one group that is left, in strata of its own.
            if len(left) != 1 or not apart or not 0 < people[left[0]].sum() < FEWEST:
                continue
            whole = study.weights[scheme][given].sum()
            part = {level: study.weights[scheme][who].sum() / whole for level, who in people.items()}
            known = sum((part[level] * shown[level]) ** 2 for level in people if level != left[0])
            rest = np.sqrt(max(float(overall["se"].iloc[0]) ** 2 - known, 0.0)) / part[left[0]]
            yield f"{variable}: the mean of {people[left[0]].sum()} of {left[0]} has the error {rest:.3g}"


def told_by_errors(study: Outside) -> list[str]:
    """Everything that follows of few people's numbers from errors."""
    return [*greatest(study), *spreads(study)]
