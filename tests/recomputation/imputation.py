"""Unanswered items imputed by chained equations, and every claim under every specification."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recomputation.design import Scheme, mean
from recomputation.estimates import Survey
from recomputation.ledger import Entry, Ledger, expit, logit
from recomputation.raw import Questions, recoded
from recomputation.silent import ERRORS, fmi

DATA_SETS = 60
ITERATIONS, DONORS, RIDGE = 10, 3, 1e-3


@dataclass
class Pooled:
    """A claim from imputed items, with what its figures may differ by for chance alone."""

    value: float
    low: float
    high: float
    n: int
    fmi: float
    slack: float
    interval_slack: float
    fmi_slack: float


@dataclass
class Imputation:
    """Completed answers, and how many answers were open."""

    survey: Survey
    number: int = 0
    completed: list[pd.DataFrame] = field(default_factory=list)
    asked: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        plan = self.survey.config["analysis"]["imputation"]
        study = self.survey.study
        self.scales = {s["variable"]: s["items"] for s in self.survey.config["cleaning"]["scales"]}
        self.scales = {name: self.scales[name] for name in plan["scales"]}
        self.items = [*dict.fromkeys([i for own in self.scales.values() for i in own] + plan["single"])]
        given = study.cases[self.items].astype(float)
        self.open = study.unanswered[self.items] & given.isna()
        self.asked = given.notna() | self.open
        # At least 20 data sets, and at least the percentage of incomplete cases.
        self.number = max(20, int(np.ceil(100 * self.open.any(axis=1).mean() - 1e-9)))
        self._fill(given)

    def _fill(self, given: pd.DataFrame) -> None:
        rng = np.random.default_rng(20_240_501)
        cells = pd.get_dummies(self.survey.primary.cell).to_numpy(float)[:, 1:]
        others = [
            pd.get_dummies(self.survey.study.cases[name]).to_numpy(float)[:, 1:]
            for name in self.survey.config["analysis"]["imputation"]["auxiliaries"]
        ]
        fixed = np.hstack([cells, *others])
        known, asked = given.notna().to_numpy(), self.asked.to_numpy()
        order = [
            j for j in np.argsort(self.open.sum().to_numpy(), kind="stable") if self.open.iloc[:, j].any()
        ]
        for _ in range(DATA_SETS):
            values = given.to_numpy(copy=True)
            for j in order:
                gaps = asked[:, j] & ~known[:, j]
                values[gaps, j] = rng.choice(values[known[:, j], j], gaps.sum())
            for _ in range(ITERATIONS):
                for j in order:
                    self._redraw(values, j, known, asked, fixed, rng)
            self.completed.append(self._derived(pd.DataFrame(values, index=given.index, columns=self.items)))

    def _redraw(
        self,
        values: np.ndarray,
        j: int,
        known: np.ndarray,
        asked: np.ndarray,
        fixed: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Ridge regression and the answer of one of the three nearest donors of a bootstrap sample."""
        x = self._predictors(values, j, asked, fixed)
        source, gaps = np.flatnonzero(known[:, j]), np.flatnonzero(asked[:, j] & ~known[:, j])
        centre, spread = np.nanmean(x[source], 0), np.nanstd(x[source], 0)
        x = np.nan_to_num((x - centre) / np.where(spread > 1e-12, spread, np.inf))
        x = np.column_stack([np.ones(len(x)), x])
        y, n = values[source, j], len(source)
        penalty = RIDGE * n * np.diag([0.0] + [1.0] * (x.shape[1] - 1))
        plain = np.linalg.solve(x[source].T @ x[source] + penalty, x[source].T @ y)
        drawn = rng.integers(n, size=n)
        b = x[source[drawn]]
        moved = np.linalg.solve(b.T @ b + penalty, b.T @ y[drawn])
        pool = np.unique(drawn)
        distance = np.abs((x[gaps] @ moved)[:, None] - (x[source[pool]] @ plain)[None, :])
        distance = distance + 1e-9 * rng.random(distance.shape)
        near = np.argsort(distance, axis=1)[:, :DONORS]
        pick = near[np.arange(len(gaps)), rng.integers(DONORS, size=len(gaps))]
        values[gaps, j] = y[pool[pick]]

    def _predictors(self, values: np.ndarray, j: int, asked: np.ndarray, fixed: np.ndarray) -> np.ndarray:
        places = {name: [self.items.index(i) for i in own] for name, own in self.scales.items()}
        in_scales = {k for own in places.values() for k in own}
        own = [k for ks in places.values() if j in ks for k in ks if k != j]
        alone = [k for k in range(len(self.items)) if k not in in_scales and k != j]
        columns = [values[:, own + alone]]
        for ks in places.values():
            if j not in ks:
                count = asked[:, ks].sum(1)
                total = np.nansum(values[:, ks], axis=1)
                columns.append(np.where(count > 0, total / np.maximum(count, 1), np.nan)[:, None])
        return np.hstack([*columns, fixed])

    def _derived(self, items: pd.DataFrame) -> pd.DataFrame:
        made = self.survey.study.cases.copy()
        made[self.items] = items
        cleaning = self.survey.config["cleaning"]
        for scale in cleaning["scales"]:
            answers = made[scale["items"]].astype(float)
            made[scale["variable"]] = answers.mean(axis=1).where(
                answers.notna().mean(axis=1) >= scale["min_share"]
            )
        questions = Questions(self.survey.study.codebook)
        for recode in cleaning["recodes"]:
            if recode["type"] != "bands":
                made[recode["variable"]] = recoded(made, recode, questions, cleaning["scales"])
        return made

    def answers(self, entry: Entry, made: pd.DataFrame) -> pd.Series:
        claim, sensitivity = entry.claim, self.survey.config["sensitivity"]
        y = made[claim["variable"]].astype(float)
        if not entry.equivalence:
            y = (y == claim["level"]).astype(float).where(y.notna())
        if claim["base"] == "readers":
            y = y.where(made[sensitivity["scenario"]["variable"]] == sensitivity["scenario"]["level"])
        return y

    def otherwise(self, claim: dict[str, Any], name: str, scheme: Scheme) -> tuple[float, float]:
        """A claim counted by another rule, from imputed items: pooled estimate and its slack."""
        sensitivity = self.survey.config["sensitivity"]
        values = []
        for made in self.completed:
            y = made[name].astype(float)
            if claim["base"] == "readers":
                y = y.where(made[sensitivity["scenario"]["variable"]] == sensitivity["scenario"]["level"])
            values.append(mean(scheme, y).value)
        spread = float(np.std(values, ddof=1))
        return float(np.mean(values)), ERRORS * spread * float(np.sqrt(1 / self.number + 1 / DATA_SETS))

    def incomplete(self, entry: Entry) -> tuple[float, float, float]:
        """Share of the base whose answer was imputed; with any item open; and the slack of both."""
        given, parts = self.survey.answers[entry.key], []
        sources = self._sources(entry.claim["variable"])
        lacking = self.open[sources].any(axis=1)
        for made in self.completed:
            inside = self.answers(entry, made).notna()
            parts.append(
                ((inside & given.isna()).sum() / inside.sum(), (inside & lacking).sum() / inside.sum())
            )
        shares = np.array(parts)
        error = ERRORS * shares.std(axis=0, ddof=1).max() * np.sqrt(1 / self.number + 1 / DATA_SETS)
        return float(shares[:, 0].mean()), float(shares[:, 1].mean()), float(error)

    def _sources(self, variable: str) -> list[str]:
        if variable in self.items:
            return [variable]
        cleaning, found = self.survey.config["cleaning"], []
        for scale in cleaning["scales"]:
            if scale["variable"] == variable:
                found += scale["items"]
        for recode in cleaning["recodes"]:
            if recode["variable"] == variable:
                for key in ("from", "filter", "minuend", "subtrahend"):
                    found += self._sources(recode[key]) if key in recode else []
        return list(dict.fromkeys(found))

    def pooled(self, entry: Entry, scheme: Scheme) -> Pooled:
        """Rubin's rules; the within variance with the correction, the between variance without."""
        inside = None if entry.place == "all" else self.survey.study.cases[self.survey.group] == entry.place
        made = [mean(scheme, self.answers(entry, one), inside) for one in self.completed]
        q = np.array([e.value for e in made])
        within = float(np.mean([e.se**2 for e in made]))
        m, complete = self.number, float(np.mean([e.df for e in made]))
        between = float(q.var(ddof=1)) if np.ptp(q) > 1e-12 else 0.0
        total = within + (1 + 1 / m) * between
        share = (1 + 1 / m) * between / total
        seen = (complete + 1) / (complete + 3) * complete * (1 - share)
        df = 1 / (share**2 / (m - 1) + 1 / seen)
        value, se = float(q.mean()), float(np.sqrt(total))
        half = stats.t.ppf(0.5 + self.survey.level / 2, df) * se
        if entry.equivalence:
            low, high = value - half, value + half
        else:
            width = half / (value * (1 - value))
            low, high = expit(logit(value) - width), expit(logit(value) + width)
        information = 0.0 if between == 0 else self._information(q, within, complete)
        slack = ERRORS * np.sqrt(between * (1 / m + 1 / DATA_SETS))
        chance = np.sqrt(2 / (m - 1) + 2 / (DATA_SETS - 1))
        return Pooled(
            value, low, high, round(float(np.mean([e.n for e in made]))), information, float(slack),
            float(slack + ERRORS * half * share * chance / 2),
            float(ERRORS * information * (1 - information) * chance),
        )  # fmt: skip

    def _information(self, q: np.ndarray, within: float, complete: float) -> float:
        # r with the number of data sets of the run, not with ours.
        r = (1 + 1 / self.number) * q.var(ddof=1) / within
        share = r / (1 + r)
        seen = (complete + 1) / (complete + 3) * complete * (1 - share)
        df = 1 / (share**2 / (self.number - 1) + 1 / seen)
        return float((r + 2 / (df + 3)) / (r + 1))


@dataclass
class Points:
    """Distinct estimates of a claim over schemes and treatments of unanswered items."""

    values: list[tuple[str, bool, float, float]]

    @property
    def slack(self) -> float:
        return max(slack for _, _, _, slack in self.values)

    @property
    def least(self) -> tuple[float, float]:
        """Least value, and by how much a random one may lie below it."""
        value = min(v for _, _, v, _ in self.values)
        return value, value - min(v - slack for _, _, v, slack in self.values)

    @property
    def most(self) -> tuple[float, float]:
        """Greatest value, and by how much a random one may lie above it."""
        value = max(v for _, _, v, _ in self.values)
        return value, max(v + slack for _, _, v, slack in self.values) - value

    def shift(self, primary: float) -> tuple[float, float]:
        _, _, value, slack = max(self.values, key=lambda v: abs(v[2] - primary))
        return value - primary, slack

    def rivals(self, primary: float) -> tuple[float, ...]:
        """Other shifts that are as large as the largest, but for Monte Carlo error."""
        largest, slack = self.shift(primary)
        return tuple(
            value - primary
            for _, _, value, own in self.values
            if abs(value - primary) >= abs(largest) - max(slack, own) and value - primary != largest
        )

    @property
    def all_points(self) -> list[tuple[float, float]]:
        """Every estimate with its Monte Carlo slack: schemes may be withheld, so that not all are shown."""
        return [(value, slack) for _, _, value, slack in self.values]

    @property
    def distinct(self) -> int:
        return len({round(value, 9) for _, _, value, _ in self.values})


def points(survey: Survey, ledger: Ledger, imputed: Imputation, entry: Entry) -> Points:
    values = []
    for name, scheme in survey.schemes.items():
        values.append((name, False, ledger.estimate(entry.key, entry.place, name).value, 0.0))
        made = imputed.pooled(entry, scheme)
        values.append((name, True, made.value, made.slack))
    return Points(values)


def points_otherwise(survey: Survey, imputed: Imputation, claim: dict[str, Any], name: str) -> Points:
    """The same for a claim whose answer is counted by another rule."""
    y = survey.study.cases[name].astype(float)
    if claim["base"] == "readers":
        y = y.where(survey.reads == 1)
    values = []
    for key, scheme in survey.schemes.items():
        values.append((key, False, mean(scheme, y).value, 0.0))
        values.append((key, True, *imputed.otherwise(claim, name, scheme)))
    return Points(values)


__all__ = ["Imputation", "Points", "Pooled", "fmi", "points", "points_otherwise"]
