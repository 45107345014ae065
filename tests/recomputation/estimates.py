"""Estimates of the questions, differences between groups, tests, and equivalence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from recomputation.design import Estimate, Scheme, mean, schemes, t_interval, variance
from recomputation.raw import Study


@dataclass
class Difference:
    """Second group less first: estimate, intervals and tests with the correction and without it."""

    value: float
    low: float
    high: float
    n: int
    t: float
    df: float
    p: float
    p_fpc: float
    d: float
    f: float = np.nan
    f_df: tuple[float, float] = (np.nan, np.nan)
    f_p: float = np.nan
    f_p_fpc: float = np.nan
    v: float = np.nan
    low_off: float = np.nan
    high_off: float = np.nan


@dataclass
class Equivalence:
    """Two one-sided tests of a mean difference."""

    low90: float
    high90: float
    p: float
    power: float


class Survey:
    """The cases with every weighting scheme, and estimates of whatever is asked."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.config = study.config
        self.schemes = schemes(study)
        self.primary: Scheme = self.schemes[study.config["weighting"]["primary"]]
        self.level = float(study.config["analysis"]["ci_level"])
        self.group = study.config["frame"]["group"]
        self.levels = list(study.config["groups"][self.group]["levels"])
        entry = study.config["sensitivity"]["scenario"]
        self.reads = study.cases[entry["variable"]].astype(float)
        self.reads = (self.reads == entry["level"]).astype(float).where(self.reads.notna())

    @cached_property
    def answers(self) -> dict[str, pd.Series]:
        """Claims' variables: 1 or 0 for a share, the value for a mean; outside the base NaN."""
        return {key: self.answer_of(claim) for key, claim in self.config["claims"].items()}

    def answer_of(self, claim: dict[str, Any]) -> pd.Series:
        column = self.study.cases[claim["variable"]].astype(float)
        if claim["kind"] == "share":
            column = (column == claim["level"]).astype(float).where(column.notna())
        return column.where(self.reads == 1) if claim["base"] == "readers" else column

    def yes(self, name: str) -> pd.Series:
        """1 for the answer that is counted, 0 for another, in the base of the claim about it."""
        column = self.study.cases[name].astype(float)
        made = (column == self.study.counted(name)).astype(float).where(column.notna())
        based = [c["base"] for c in self.config["claims"].values() if c["variable"] == name]
        return made.where(self.reads == 1) if based and based[0] == "readers" else made

    def agrees(self, name: str) -> pd.Series:
        """1 for the two highest of five points."""
        column = self.study.cases[name].astype(float)
        return (column >= 4).astype(float).where(column.notna())

    def inside(self, place: str) -> pd.Series | None:
        return None if place == "all" else self.study.cases[self.group] == place

    def share(
        self, y: pd.Series, place: str = "all", scheme: str | None = None, fpc: bool = True
    ) -> Estimate:
        made = self.schemes[scheme] if scheme else self.primary
        return mean(made, y, self.inside(place), share=True, level=self.level, fpc=fpc)

    def mean(self, y: pd.Series, place: str = "all", scheme: str | None = None, fpc: bool = True) -> Estimate:
        made = self.schemes[scheme] if scheme else self.primary
        return mean(made, y, self.inside(place), level=self.level, fpc=fpc)

    def quantile(self, y: pd.Series, q: float, place: str = "all") -> float:
        """Least answer up to which at least the share q of the weight lies."""
        values = y.to_numpy(float)
        inside = ~np.isnan(values)
        if place != "all":
            inside &= (self.study.cases[self.group] == place).to_numpy()
        order = np.argsort(values[inside])
        w = self.primary.weight.to_numpy()[inside][order]
        reached = np.cumsum(w) / w.sum() >= q - 1e-12
        return float(values[inside][order][reached.argmax()])

    def difference(self, y: pd.Series, categories: pd.Series | None = None) -> Difference:
        """Second level of the group less the first, under the primary scheme."""
        first, second = (self.mean(y, level) for level in self.levels[:2])
        u = second.influence - first.influence
        n = first.n + second.n
        answered = y.notna().to_numpy()
        df = n - self.primary.cell[answered].nunique()
        se = np.sqrt(variance(self.primary, u))
        se_off = np.sqrt(variance(self.primary, u, fpc=False))
        value = second.value - first.value
        low, high = t_interval(value, se, df - 1, self.level)
        t = value / se_off
        made = Difference(
            value,
            low,
            high,
            n,
            t,
            df - 1,
            2 * stats.t.sf(abs(t), df - 1),
            2 * stats.t.sf(abs(value / se), df - 1),
            value / self._pooled(y),
        )
        made.low_off, made.high_off = t_interval(value, se_off, df - 1, self.level)
        if categories is not None:
            made.f, made.f_df, made.f_p = self.rao_scott(categories, self.study.cases[self.group], fpc=False)
            made.f_p_fpc = self.rao_scott(categories, self.study.cases[self.group], fpc=True)[2]
            made.v = self.cramers_v(categories, self.study.cases[self.group], self.primary.weight)
        return made

    def _pooled(self, y: pd.Series) -> float:
        squares = total = 0.0
        for level in self.levels[:2]:
            part = (self.study.cases[self.group] == level) & y.notna()
            w, values = self.primary.weight[part], y[part]
            squares += float((w * (values - (w * values).sum() / w.sum()) ** 2).sum())
            total += float(w.sum())
        return float(np.sqrt(squares / total))

    def rao_scott(
        self, rows: pd.Series, columns: pd.Series, fpc: bool
    ) -> tuple[float, tuple[float, float], float]:
        """Rao-Scott test of second order (Rao and Scott 1984), as R's svychisq(statistic="F")."""
        inside = (rows.notna() & columns.notna()).to_numpy()
        r, c = pd.Categorical(rows.where(inside)), pd.Categorical(columns.where(inside))
        R, C = len(r.categories), len(c.categories)
        w = self.primary.weight.to_numpy() * inside
        n = int(inside.sum())
        indicator = np.zeros((len(rows), R * C))
        indicator[inside, (r.codes * C + c.codes)[inside]] = 1.0
        p = w @ indicator / w.sum()
        u = w[:, None] * (indicator - p) / w.sum()
        u[~inside] = 0.0
        V = self._covariance(u, fpc)
        row, column = np.divmod(np.arange(R * C), C)
        main = np.column_stack(
            [np.ones(R * C)]
            + [(row == k).astype(float) for k in range(1, R)]
            + [(column == k).astype(float) for k in range(1, C)]
        )
        inter = np.column_stack(
            [((row == a) & (column == b)).astype(float) for a in range(1, R) for b in range(1, C)]
        )
        K = inter - main @ np.linalg.lstsq(main, inter, rcond=None)[0]
        inverse = np.diag(1 / p)
        delta = np.linalg.solve(K.T @ inverse @ K / n, K.T @ inverse @ V @ inverse @ K)
        table = p.reshape(R, C)
        expected = np.outer(table.sum(1), table.sum(0))
        x2 = n * ((table - expected) ** 2 / expected).sum()
        ndf = np.trace(delta) ** 2 / np.trace(delta @ delta)
        ddf = ndf * (n - self.primary.cell[inside].nunique())
        f = x2 / np.trace(delta)
        return float(f), (float(ndf), float(ddf)), float(stats.f.sf(f, ndf, ddf))

    def _covariance(self, u: np.ndarray, fpc: bool) -> np.ndarray:
        k = u.shape[1]
        single = [variance(self.primary, u[:, i], fpc) for i in range(k)]
        made = np.diag(single)
        for i in range(k):
            for j in range(i):
                both = variance(self.primary, u[:, i] + u[:, j], fpc)
                made[i, j] = made[j, i] = (both - single[i] - single[j]) / 2
        return made

    @staticmethod
    def cramers_v(rows: pd.Series, columns: pd.Series, weight: pd.Series) -> float:
        inside = rows.notna() & columns.notna()
        table = pd.crosstab(rows[inside], columns[inside], weight[inside], aggfunc="sum").fillna(0).to_numpy()
        table = table / table.sum()
        expected = np.outer(table.sum(1), table.sum(0))
        return float(np.sqrt(((table - expected) ** 2 / expected).sum() / (min(table.shape) - 1)))

    def equivalence(self, y: pd.Series, margin: float, place: str = "all") -> Equivalence:
        """Two one-sided tests (Schuirmann 1987); power at 0 with the standard error taken as known."""
        made = self.mean(y, place)
        low, high = t_interval(made.value, made.se, made.df, 0.90)
        p = max(
            stats.t.sf((made.value + margin) / made.se, made.df),
            stats.t.cdf((made.value - margin) / made.se, made.df),
        )
        power = 2 * stats.t.cdf(margin / made.se - stats.t.ppf(0.95, made.df), made.df) - 1
        return Equivalence(low, high, float(p), max(0.0, float(power)))
