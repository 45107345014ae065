"""The selection model finds what it is made for, and is refused without an exclusion variable."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from surveypipe.ledger import heckman
from surveypipe.ledger.probit import probit


def drawn(seed: int, rho: float, N: int = 20_000):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=N), rng.normal(size=N)
    u = rng.normal(size=N)
    e = rho * u + np.sqrt(1 - rho**2) * rng.normal(size=N)
    y = 1 + 0.5 * x + e
    responds = -0.3 + 0.4 * x + 0.8 * z + u > 0
    return np.where(responds, y, np.nan), np.column_stack([np.ones(N), x]), z[:, None], y.mean()


def test_selection_on_the_answer_is_undone():
    y, X, z, truth = drawn(1, 0.7)
    estimate, naive, coefficient, strength = heckman.two_steps(y, X, z)
    assert estimate == pytest.approx(truth, abs=0.03)
    assert naive > truth + 0.2
    assert coefficient == pytest.approx(0.7, abs=0.06)
    assert strength > heckman.WEAK_Z


def test_without_selection_the_term_is_nought():
    y, X, z, truth = drawn(2, 0.0)
    estimate, naive, coefficient, _ = heckman.two_steps(y, X, z)
    assert coefficient == pytest.approx(0, abs=0.05)
    assert estimate == pytest.approx(naive, abs=0.04)
    assert estimate == pytest.approx(truth, abs=0.04)


def test_probit_is_the_maximum_of_the_likelihood():
    y, X, _, _ = drawn(3, 0.5, 400)
    r = (~np.isnan(y)).astype(float)

    def loss(beta):
        return -stats.norm.logcdf(np.where(r == 1, 1, -1) * (X @ beta)).sum()

    found = optimize.minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-9})
    assert probit(r, X, ridge=1e-6)[0] == pytest.approx(found.x, abs=1e-4)


def test_refused_without_exclusion_and_repeatable_with_one():
    y, X, z, _ = drawn(4, 0.5, 500)
    with pytest.raises(ValueError, match="exclusion"):
        heckman.selection(y, X, z[:, :0], seed=1)
    assert heckman.selection(y, X, z, seed=1, draws=20) == heckman.selection(y, X, z, seed=1, draws=20)
