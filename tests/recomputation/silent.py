"""What follows if the silent differ: Bayesian mixture, proxy pattern mixture, missing information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from recomputation.bias import Bias
from recomputation.ledger import Entry

# ln θ: normal (mean, SD), or half-normal (mode, scale): the three illustrative priors of the supplement.
PRIORS = {
    "Even": (0.0, 0.5, False),
    "Leaning": (np.log(1.5), 0.5, False),
    "Harmful": (0.0, np.log(3.0), True),
}
PHI = (0.0, 0.25, 0.5, 0.75, 1.0)
# A random figure is held to four of its Monte Carlo standard errors, fixed before any was compared.
ERRORS = 4.0


@dataclass
class Posterior:
    """Posterior of the share of yes among all staff."""

    mean: float
    low: float
    high: float
    above: float


def bayes(bias: Bias, entry: Entry, prior: tuple[float, float, bool]) -> Posterior:
    """p_h ~ Beta(y + ½, n − y + ½); yeses of the unheard ~ Bin(N − n, expit(logit p − ln θ)).

    Numerically: ln θ by 80 Gauss-Legendre points over 7 standard deviations, logit p by Simpson's rule.
    """
    centre, spread, half = prior
    x, weight = np.polynomial.legendre.leggauss(80)
    z = 3.5 * (x + 1) if half else 7 * x
    weight = weight * np.exp(-(z**2) / 2)
    cells = _cells(bias, entry)
    total = np.zeros(sum(size - n for size, n, _ in cells) + 1)
    for step, mass in zip(centre + spread * z, weight / weight.sum(), strict=True):
        here = np.ones(1)
        for size, n, y in cells:
            here = np.convolve(here, _yeses(size - n, n, y, step))
        total += mass * here
    share = (sum(y for _, _, y in cells) + np.arange(len(total))) / sum(size for size, _, _ in cells)
    cumulated = np.cumsum(total)
    return Posterior(
        float(share @ total),
        float(share[np.searchsorted(cumulated, 0.025)]),
        float(share[np.searchsorted(cumulated, 0.975)]),
        float(total[share > entry.claim["threshold"] + 1e-12].sum()),
    )


def _yeses(silent: int, n: int, y: int, step: float) -> np.ndarray:
    """Probability of 0, 1, … yeses among the silent of a cell at one θ."""
    a, b = y + 0.5, n - y + 0.5
    at = np.linspace(special.logit(a / (a + b)) - 9, special.logit(a / (a + b)) + 9, 721)
    density = np.exp(a * at - (a + b) * np.logaddexp(0, at))
    density[1:-1:2] *= 4
    density[2:-1:2] *= 2
    keep = density > density.max() * 1e-13
    eta, mass = at[keep] - step, density[keep] / density[keep].sum()
    k = np.arange(silent + 1)[:, None]
    choose = special.gammaln(silent + 1) - special.gammaln(k + 1) - special.gammaln(silent - k + 1)
    return np.exp(choose + k * eta - silent * np.logaddexp(0, eta)) @ mass


def _cells(bias: Bias, entry: Entry) -> list[tuple[int, int, int]]:
    scheme, y = bias.survey.primary, pd.Series(bias.answers(entry), index=bias.survey.study.cases.index)
    made = []
    for cell, rows in scheme.cell.groupby(scheme.cell).groups.items():
        known = y.loc[rows].dropna()
        group = bias.survey.study.cases.loc[rows[0], bias.survey.group]
        if entry.place in ("all", group):
            made.append((int(scheme.size[cell]), len(known), int(known.sum())))
    return made


# Proxy pattern mixture -----------------------------------------------------------------------------------


@dataclass
class Proxy:
    """ρ and the estimate at each φ, each with the slack that the random folds of ρ call for."""

    rho: float
    rho_slack: float
    values: list[float]
    slack: list[float]


def proxy(bias: Bias, entry: Entry, seed: int = 1) -> Proxy:
    staff = bias.staff if entry.place == "all" else bias.staff[bias.staff[bias.survey.group] == entry.place]
    answers = pd.Series(bias.answers(entry), index=bias.survey.study.cases.index).dropna()
    if entry.claim["base"] != "readers":
        column = bias.survey.study.cases[entry.claim["variable"]]
        answers = answers[column.loc[answers.index].notna()]
    columns = [np.ones(len(staff))]
    for variable in bias.auxiliaries:
        levels = sorted(staff[variable].unique())
        columns += [(staff[variable] == level).to_numpy(float) for level in levels[1:]]
    x = np.column_stack(columns)
    known = staff.index.isin(answers.index)
    y = answers.loc[staff.index[known]].to_numpy(float)
    return _mean_proxy(x, known, y) if entry.equivalence else _share_proxy(x, known, y, seed)


def _factor(phi: float, rho: float) -> float:
    below = phi * rho + 1 - phi
    return (phi + (1 - phi) * rho) / below if below > 0 else np.inf


def _mean_proxy(x: np.ndarray, known: np.ndarray, y: np.ndarray) -> Proxy:
    beta = np.linalg.lstsq(x[known], y, rcond=None)[0]
    fitted = x @ beta
    rho = np.corrcoef(y, fitted[known])[0, 1]
    scale = y.std(ddof=1) / fitted[known].std(ddof=1)
    values = [y.mean() + _factor(f, rho) * scale * (fitted.mean() - fitted[known].mean()) for f in PHI]
    return Proxy(float(rho), 0.0, [float(v) for v in values], [0.0] * len(PHI))


def _share_proxy(x: np.ndarray, known: np.ndarray, y: np.ndarray, seed: int) -> Proxy:
    fitted = x @ _probit(x[known], y)
    rng = np.random.default_rng(seed)
    each = np.array([_one_partition(x[known], y, rng) for _ in range(60)])
    error = ERRORS * each.std(ddof=1) * np.sqrt(1 / 10 + 1 / len(each))
    rho = float(each.mean())
    values = _over_phi(y, fitted, known, max(rho, 0.0))
    ends = [_over_phi(y, fitted, known, max(r, 0.0)) for r in np.linspace(rho - error, rho + error, 9)]
    slack = [
        float(np.nanmax(np.abs(np.array([e[k] for e in ends]) - values[k]), initial=0))
        for k in range(len(PHI))
    ]
    return Proxy(max(rho, 0.0), float(error), values, slack)


def _over_phi(y: np.ndarray, fitted: np.ndarray, known: np.ndarray, rho: float) -> list[float]:
    heard = known.mean()
    away = (fitted[~known].mean() - fitted[known].mean()) / fitted[known].std()
    ratio = fitted[~known].var() / fitted[known].var()
    values = []
    for phi in PHI:
        g = _factor(phi, rho)
        s = 1 + g**2 * (ratio - 1)
        if not np.isfinite(g) or s <= 0:
            values.append(np.nan)
            continue
        silent = stats.norm.cdf((stats.norm.ppf(y.mean()) + g * away) / np.sqrt(s))
        values.append(float(heard * y.mean() + (1 - heard) * silent))
    return values


def _one_partition(x: np.ndarray, y: np.ndarray, rng: np.random.Generator, folds: int = 5) -> float:
    fold = rng.permutation(len(y)) % folds
    guess = np.zeros(len(y))
    for number in range(folds):
        out = fold == number
        guess[out] = x[out] @ _probit(x[~out], y[~out])
    return _biserial(y, guess) if guess.std() > 0 else 0.0


def _probit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    sign = 2 * y - 1

    def loss(beta: np.ndarray) -> float:
        return -special.log_ndtr(sign * (x @ beta)).sum() + 0.5e-3 * beta @ beta

    def slope(beta: np.ndarray) -> np.ndarray:
        z = sign * (x @ beta)
        ratio = np.exp(-(z**2) / 2 - special.log_ndtr(z)) / np.sqrt(2 * np.pi)
        return -x.T @ (sign * ratio) + 1e-3 * beta

    return optimize.minimize(loss, np.zeros(x.shape[1]), jac=slope, method="BFGS", options={"gtol": 1e-7}).x


def _biserial(y: np.ndarray, guess: np.ndarray) -> float:
    z, cut, sign = (guess - guess.mean()) / guess.std(), stats.norm.ppf(y.mean()), 2 * y - 1

    def loss(rho: float) -> float:
        return -special.log_ndtr(sign * (cut + rho * z) / np.sqrt(1 - rho**2)).sum()

    return float(optimize.minimize_scalar(loss, bounds=(-0.99, 0.99), method="bounded").x)


# Missing information -------------------------------------------------------------------------------------


def missing_information(bias: Bias, entry: Entry, draws: int = 1000, seed: int = 1) -> tuple[float, float]:
    """FMI by the approximate Bayesian bootstrap within cells of the list, and its slack."""
    staff = bias.staff if entry.place == "all" else bias.staff[bias.staff[bias.survey.group] == entry.place]
    cases = bias.survey.study.cases.index
    y = pd.Series(bias.answers(entry), index=cases).reindex(staff.index).to_numpy()
    member = np.ones(len(staff))
    if entry.claim["base"] == "readers":
        member = bias.survey.reads.reindex(staff.index).to_numpy()
    settled = (member == 0) | ((member == 1) & ~np.isnan(y))
    above, below = np.where(settled & (member == 1), y, 0.0), np.where(settled, member, 0.0)
    cells = _donor_cells(staff, [v for v in bias.auxiliaries if staff[v].nunique() > 1], settled)
    rng = np.random.default_rng(seed)
    estimates, variances = [], []
    for _ in range(draws):
        top, bottom = above.copy(), below.copy()
        for cell in np.unique(cells):
            rows = np.flatnonzero(cells == cell)
            known, gaps = rows[settled[rows]], rows[~settled[rows]]
            drawn = rng.choice(rng.choice(known, len(known)), len(gaps))
            top[gaps], bottom[gaps] = above[drawn], below[drawn]
        ratio = top.sum() / bottom.sum()
        estimates.append(ratio)
        variances.append(((top - ratio * bottom) / bottom.mean()).var(ddof=1) / len(staff))
    value = fmi(np.array(estimates), float(np.mean(variances)), len(staff) - 1)
    error = value * (1 - value) * np.sqrt(2 / (bias.plan["imputations"] - 1) + 2 / (draws - 1))
    return value, float(ERRORS * error)


def _donor_cells(
    staff: pd.DataFrame, variables: list[str], settled: np.ndarray, fewest: int = 5
) -> np.ndarray:
    cells = np.zeros(len(staff), dtype=object)
    cells[:] = ""
    for variable in variables:
        finer = cells + "|" + staff[variable].to_numpy(object)
        donors = pd.Series(settled).groupby(finer).sum()
        for cell in np.unique(cells):
            inside = cells == cell
            if min(donors[part] for part in np.unique(finer[inside])) >= fewest:
                cells = np.where(inside, finer, cells)
    return cells


def fmi(estimates: np.ndarray, within: float, df_complete: float) -> float:
    """(r + 2/(ν + 3))/(r + 1) with the degrees of freedom of Barnard and Rubin (1999)."""
    m = len(estimates)
    r = (1 + 1 / m) * estimates.var(ddof=1) / within
    if r == 0:
        return 0.0
    share = r / (1 + r)
    seen = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    df = 1 / (share**2 / (m - 1) + 1 / seen)
    return float((r + 2 / (df + 3)) / (r + 1))
