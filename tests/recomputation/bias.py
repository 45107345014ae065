"""Who did not answer: rates, response model, representativity, waves, range of bias, missing information."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from recomputation.design import mean
from recomputation.estimates import Survey
from recomputation.ledger import Entry, Ledger

MULTIPLES = (0.5, 0.75, 0.9, 1.1, 1.25)


@dataclass
class Logit:
    """A logistic regression by Newton's method: names, coefficients, covariance, fitted shares."""

    names: list[tuple[str, str]]
    beta: np.ndarray
    covariance: np.ndarray
    p: np.ndarray
    x: np.ndarray


def fit_logit(x: np.ndarray, y: np.ndarray, names: list[tuple[str, str]]) -> Logit:
    beta = np.zeros(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x * (p * (1 - p))[:, None]).T @ x
        step = np.linalg.solve(information, x.T @ (y - p))
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    p = 1 / (1 + np.exp(-x @ beta))
    return Logit(names, beta, np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x), p, x)


class Bias:
    """The analysis of non-response."""

    def __init__(self, survey: Survey, ledger: Ledger) -> None:
        self.survey, self.ledger = survey, ledger
        self.staff = survey.study.eligible
        self.r = self.staff["answered"].to_numpy(float)
        self.plan = survey.config["nonresponse"]
        self.auxiliaries = self.plan["auxiliaries"]

    def levels(self, variable: str) -> list[str]:
        return sorted(self.staff[variable].unique())

    # Rates and the staff list ----------------------------------------------------------------------------

    def size(self, variable: str, level: str) -> tuple[int, int]:
        """Eligible staff and respondents of a category."""
        inside = (self.staff[variable] == level).to_numpy()
        return int(inside.sum()), int(self.r[inside].sum())

    def against_staff(self, variable: str, level: str) -> tuple[float, float, float, float]:
        """Shares of staff and of respondents, p of their difference, standardised difference."""
        x = (self.staff[variable] == level).to_numpy(float)
        n, size = self.r.sum(), len(x)
        share, staff = x[self.r == 1].mean(), x.mean()
        se = np.sqrt((1 - n / size) * x.var(ddof=1) / n)
        p = 2 * stats.norm.sf(abs(share - staff) / se)
        return staff, share, float(p), standardised(share, staff)

    def chi_square(self, variable: str) -> tuple[float, int, float, float]:
        table = pd.crosstab(self.staff[variable], self.r).to_numpy()
        expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
        x2 = ((table - expected) ** 2 / expected).sum()
        df = len(table) - 1
        fisher = stats.fisher_exact(table)[1] if len(table) == 2 else np.nan
        return float(x2), df, float(stats.chi2.sf(x2, df)), float(fisher)

    @cached_property
    def model(self) -> Logit:
        columns, names = [np.ones(len(self.staff))], [("", "")]
        for variable in self.auxiliaries:
            for level in self.levels(variable)[1:]:
                columns.append((self.staff[variable] == level).to_numpy(float))
                names.append((variable, level))
        return fit_logit(np.column_stack(columns), self.r, names)

    def odds(self, variable: str, level: str) -> tuple[float, float, float, float]:
        at = self.model.names.index((variable, level))
        beta, se = self.model.beta[at], np.sqrt(self.model.covariance[at, at])
        z = stats.norm.ppf(0.5 + self.survey.level / 2)
        low, high = np.exp(beta - z * se), np.exp(beta + z * se)
        return float(np.exp(beta)), float(low), float(high), float(2 * stats.norm.sf(abs(beta / se)))

    def wald(self, variable: str) -> tuple[float, int, float]:
        at = [i for i, (name, _) in enumerate(self.model.names) if name == variable]
        beta, V = self.model.beta[at], self.model.covariance[np.ix_(at, at)]
        x2 = float(beta @ np.linalg.solve(V, beta))
        return x2, len(at), float(stats.chi2.sf(x2, len(at)))

    @cached_property
    def auc(self) -> float:
        score = np.round(self.model.p, 12)
        first, second = score[self.r == 1], score[self.r == 0]
        gap = first[:, None] - second[None, :]
        return float((gap > 0).mean() + 0.5 * (gap == 0).mean())

    # Representativity ------------------------------------------------------------------------------------

    @cached_property
    def indicators(self) -> dict[str, tuple[float, float]]:
        """R, its adjustment, CV, its adjustment (each with SE), imbalance and BI1."""
        p, x, V = self.model.p, self.model.x, self.model.covariance
        size = len(p)
        z = x * (p * (1 - p))[:, None]
        bias = np.trace(z @ V @ z.T) / size
        s2, adjusted = p.var(ddof=1), max(0.0, p.var(ddof=1) - bias)
        centred = z - z.mean(0)
        A, B = centred.T @ (p - p.mean()) / size, centred.T @ centred / size
        se = np.sqrt((4 * A @ V @ A + 2 * np.trace(B @ V @ B @ V)) / p.var())
        cv, cv_adjusted = np.sqrt(s2) / p.mean(), np.sqrt(adjusted) / p.mean()
        cv_se = np.sqrt(0.25 * se**2 / p.mean() ** 2 + cv_adjusted**4 / size)
        xs, rate = x[:, 1:], self.r.mean()
        gap = xs[self.r == 1].mean(0) - xs.mean(0)
        imbalance = rate**2 * gap @ np.linalg.solve(np.cov(xs.T, bias=True), gap)
        return {
            "R": (1 - 2 * np.sqrt(s2), se),
            "R_adjusted": (1 - 2 * np.sqrt(adjusted), se),
            "cv": (cv, cv_se),
            "cv_adjusted": (cv_adjusted, cv_se),
            "imbalance": (imbalance, np.nan),
            "balance": (1 - np.sqrt(imbalance / (rate * (1 - rate))), np.nan),
        }

    def partial(self, variable: str, level: str | None) -> tuple[float, float]:
        """Unconditional and conditional partial R-indicator of a variable or of one of its categories."""
        p, size = self.model.p, len(self.r)
        others = [v for v in self.auxiliaries if v != variable]
        cell = self.staff[others].astype(str).agg("|".join, axis=1)
        centre = pd.Series(p, index=self.staff.index).groupby(cell).transform("mean").to_numpy()
        inside = np.ones(size, bool) if level is None else (self.staff[variable] == level).to_numpy()
        conditional = np.sqrt(((p - centre)[inside] ** 2).sum() / size)
        if level is not None:
            return float(np.sqrt(inside.mean()) * (p[inside].mean() - p.mean())), float(conditional)
        squares = sum(self.partial(variable, each)[0] ** 2 for each in self.levels(variable))
        return float(np.sqrt(squares)), float(conditional)

    # Answers ---------------------------------------------------------------------------------------------

    def answers(self, entry: Entry) -> np.ndarray:
        y = self.survey.answers[entry.key]
        if entry.place != "all":
            y = y.where(self.survey.study.cases[self.survey.group] == entry.place)
        return y.to_numpy(float)

    def association(
        self, variable: str, y: np.ndarray, categories: np.ndarray, share: bool
    ) -> tuple[float, float]:
        """Cramér's V (mean: correlation ratio) of a category with a value, and p."""
        known = ~np.isnan(y)
        values = pd.Series(y[known])
        groups = values.groupby(categories[known])
        between = (groups.size() * (groups.mean() - values.mean()) ** 2).sum()
        ratio = between / ((values - values.mean()) ** 2).sum()
        n, k = len(values), groups.ngroups
        if share:
            return float(np.sqrt(ratio)), float(stats.chi2.sf(n * ratio, k - 1))
        f = ratio / (k - 1) / ((1 - ratio) / (n - k))
        return float(np.sqrt(ratio)), float(stats.f.sf(f, k - 1, n - k))

    def with_response(self, variable: str) -> tuple[float, float]:
        return self.association(variable, self.r, self.staff[variable].to_numpy(), True)

    def with_answer(self, variable: str, entry: Entry) -> tuple[float, float]:
        categories = self.survey.study.cases[variable].to_numpy()
        return self.association(variable, self.answers(entry), categories, not entry.equivalence)

    def shift(self, entry: Entry) -> tuple[float, float, float]:
        """Unweighted, weighted, and p of their difference by a delete-one jackknife within cells."""
        y, scheme = self.answers(entry), self.survey.primary
        known = ~np.isnan(y)
        filled, w = np.where(known, y, 0.0), scheme.weight.to_numpy()
        before = filled.sum() / known.sum()
        after = (w * filled).sum() / (w * known).sum()
        total = 0.0
        for cell, rows in scheme.cell.groupby(scheme.cell).indices.items():
            n, size = len(rows), scheme.size[cell]
            moved = []
            for out in rows:
                up, plain = w.copy(), np.ones(len(w))
                up[rows], plain[rows] = size / (n - 1), n / (n - 1)
                up[out] = plain[out] = 0.0
                moved.append(
                    (up * filled).sum() / (up * known).sum() - (plain * filled).sum() / (plain * known).sum()
                )
            total += (1 - n / size) * (n - 1) / n * ((np.array(moved) - (after - before)) ** 2).sum()
        df = known.sum() - scheme.cell[known].nunique()
        p = 2 * stats.t.sf(abs(after - before) / np.sqrt(total), df) if total > 0 else np.nan
        return float(before), float(after), float(p)

    # Waves -----------------------------------------------------------------------------------------------

    @cached_property
    def days(self) -> np.ndarray:
        cases, plan = self.survey.study.cases, self.plan["waves"]
        back, sent = pd.to_datetime(cases[plan["variable"]]), pd.to_datetime(cases[plan["since"]])
        return (back - sent).dt.days.to_numpy(float)

    def waves(self, entry: Entry) -> dict[str, object]:
        y, w = self.answers(entry), self.survey.primary.weight.to_numpy()
        known = ~np.isnan(y) & ~np.isnan(self.days)
        place = stats.rankdata(self.days[known]) / known.sum()
        wave = np.ceil(place * self.plan["waves"]["number"])
        values, weights = y[known], w[known]
        means = [np.average(values[wave == k], weights=weights[wave == k]) for k in np.unique(wave)]
        sizes = np.array([(wave == k).sum() for k in np.unique(wave)])
        rate = self.r.mean()
        middle = (np.cumsum(sizes) - sizes / 2) / sizes.sum() * rate
        x = np.column_stack([np.ones(len(means)), middle])
        beta = np.linalg.solve((x * sizes[:, None]).T @ x, (x * sizes[:, None]).T @ np.array(means))
        least, most = entry.claim.get("range", (0, 1))
        line = float(np.clip(beta @ [1, (rate + 1) / 2], least, most))
        now = float(np.average(values, weights=weights))
        return {
            "waves": means,
            "sizes": sizes.tolist(),
            "last": means[-1],
            "line": line,
            "all": now,
            "staff_last": rate * now + (1 - rate) * means[-1],
            "staff_line": rate * now + (1 - rate) * line,
        }

    def late(self, entry: Entry) -> tuple[float, float, bool]:
        """Late less early and p, within a group or over the groups by their staff; whether estimable."""
        if entry.place != "all":
            gap, _, p = self.late_within(entry, entry.place)
            return gap, p, not np.isnan(gap)
        parts = [(self.late_within(entry, g), self.size(self.survey.group, g)[0]) for g in self.survey.levels]
        parts = [(part, size) for part, size in parts if not np.isnan(part[0])]
        if not parts:
            return np.nan, np.nan, False
        share = np.array([size for _, size in parts]) / sum(size for _, size in parts)
        gap = float(share @ [part[0] for part, _ in parts])
        se = float(np.sqrt(share**2 @ np.square([part[1] for part, _ in parts])))
        return gap, float(2 * stats.norm.sf(abs(gap / se))), True

    def late_within(self, entry: Entry, group: str) -> tuple[float, float, float]:
        y = self.survey.answers[entry.key].to_numpy(float)
        inside = (self.survey.study.cases[self.survey.group] == group).to_numpy() & ~np.isnan(self.days)
        late = self.days > np.median(self.days[inside])
        first = y[inside & ~late & ~np.isnan(y)]
        second = y[inside & late & ~np.isnan(y)]
        if min(len(first), len(second)) < self.plan["fewest"]:
            return np.nan, np.nan, np.nan
        se = np.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
        return (
            float(second.mean() - first.mean()),
            float(se),
            float(stats.ttest_ind(second, first, equal_var=False)[1]),
        )

    # Range of bias, missing information ------------------------------------------------------------------

    def range_of_bias(self, entry: Entry) -> list[float]:
        y = self.answers(entry)
        known = ~np.isnan(y)
        size = len(self.staff) if entry.place == "all" else self.size(self.survey.group, entry.place)[0]
        share = y[known].mean()
        return [(1 - known.sum() / size) * (share - min(1.0, m * share)) for m in MULTIPLES]

    def unknown(self, entry: Entry) -> float:
        """Share of the staff of whom nothing settles the answer."""
        size = len(self.staff) if entry.place == "all" else self.size(self.survey.group, entry.place)[0]
        y = pd.Series(self.answers(entry), index=self.survey.study.cases.index)
        settled = y.notna()
        if entry.claim["base"] == "readers":
            settled |= self.survey.reads == 0
        return 1 - float(settled.sum()) / size


def standardised(p: float, q: float) -> float:
    """(p − q)/√((p(1 − p) + q(1 − q))/2)."""
    return float((p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2))


__all__ = ["MULTIPLES", "Bias", "mean", "standardised"]
