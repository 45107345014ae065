"""Quantiles and tails are those of scipy.stats, bit for bit; which modules import all of it is named."""

from __future__ import annotations

import re

import numpy as np
from scipy import stats

from studies import ROOT
from surveypipe.distributions import f_above, f_quantile, normal_quantile, t_above, t_quantile

# What has no short way: exact tests, Welch's, and what only targets of their own compute.
ASKS_STATS = {
    "estimation/contingency.py",
    "nonresponse/indicators.py",
    "nonresponse/late_answers.py",
    "panel/design.py",
    "panel/outcomes.py",
    "panel/power.py",
    "rehearsal/answers.py",
    "rehearsal/marginals.py",
    "rehearsal/plan.py",
    "simulation/report.py",
}


def test_values_are_those_of_scipy_stats():
    draw = np.random.default_rng(5)
    df, chance = draw.uniform(0.5, 3000, 5000), draw.uniform(1e-7, 1 - 1e-7, 5000)
    value, few = draw.normal(0, 5, 5000), draw.integers(1, 40, 5000).astype(float)
    df[:3] = np.inf, np.nan, 1.0
    value[5:8] = np.inf, -np.inf, np.nan
    same = np.testing.assert_array_equal
    same(t_quantile(chance, df), stats.t.ppf(chance, df))
    same(t_above(value, df), stats.t.sf(value, df))
    same(normal_quantile(chance), stats.norm.ppf(chance))
    whole = draw.uniform(1, 500, 5000)
    same(f_quantile(chance, few, whole), stats.f.ppf(chance, few, whole))
    same(f_above(value, few, whole), stats.f.sf(value, few, whole))


WHOLE = re.compile(r"^\s*(from scipy import stats|from scipy\.stats\b|import scipy\.stats)", re.M)


def test_nothing_imports_scipy_stats_for_a_quantile():
    library = ROOT / "workflow/surveypipe"
    files = library.rglob("*.py")
    asks = {
        str(path.relative_to(library)) for path in files if WHOLE.search(path.read_text(encoding="utf-8"))
    }
    assert asks == ASKS_STATS
