"""Bayesian pattern mixture for a finite population: an interval that includes what response may hide.

In cell h the share of yes among those who answer is Beta(y_h + 1/2, n_h - y_h + 1/2); the unheard say yes
with odds smaller by a factor θ, and ln θ has a prior; their number of yeses is binomial. The population's
share is then a count over N, whose distribution is computed exactly by quadrature, without simulation.

The priors are illustrative. They were not elicited from anybody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

THETA_NODES = 81
# Beyond it a convolution costs more than it tells; the caller is told to draw instead.
EXACT_LIMIT = 20_000
# Densities smaller than the greatest by a factor exp(this) add nothing to a sum in double precision.
LOG_NEGLIGIBLE = 40.0


@dataclass(frozen=True)
class Prior:
    """Prior of ln θ.

    Attributes
    ----------
    label
        Name in tables.
    centre, spread
        Mean and standard deviation of a normal; for a half-normal, its mode and scale.
    half
        Whether only harm is thought possible: ln θ = centre + |normal(0, spread)|.
    """

    label: str
    centre: float
    spread: float
    half: bool = False


PRIORS: dict[str, Prior] = {
    "even": Prior("as likely one way as the other", 0.0, 0.5),
    "lean": Prior("yes-sayers rather more likely to answer", math.log(1.5), 0.5),
    "harm": Prior("yes-sayers more likely to answer, perhaps much", 0.0, math.log(3.0), half=True),
}


@dataclass(frozen=True)
class Posterior:
    """Distribution of the number of yeses in the population.

    Attributes
    ----------
    yes
        Possible numbers.
    probability
        Of each.
    population
        Number of persons.
    """

    yes: Vector
    probability: Vector
    population: float

    @property
    def mean(self) -> float:
        """Posterior mean of the share."""
        return float(self.yes @ self.probability) / self.population

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Equal-tailed credible interval of the share."""
        total = np.cumsum(self.probability)
        last = len(total) - 1
        ends = [min(int(np.searchsorted(total, tail)), last) for tail in ((1 - level) / 2, (1 + level) / 2)]
        low, high = (float(self.yes[end]) / self.population for end in ends)
        return low, high

    def probability_above(self, share: float) -> float:
        """Posterior probability that the share exceeds a threshold."""
        return float(self.probability[self.yes > share * self.population + 1e-9].sum())


def posterior(population: Vector, answered: Vector, yes: Vector, prior: Prior) -> Posterior:
    """Exact posterior of the population's share of yes.

    Parameters
    ----------
    population, answered, yes
        Persons, respondents who answered and yeses, by cell, as whole numbers; item non-respondents count
        among the unheard.
    prior
        Of ln θ, common to all cells.

    Raises
    ------
    ValueError
        If more than :data:`EXACT_LIMIT` persons are unheard.
    """
    unheard = np.asarray(population - answered).round().astype(int)
    if unheard.sum() > EXACT_LIMIT:
        raise ValueError(f"{unheard.sum()} unheard: too many for the exact distribution; use draws()")
    log_theta, weight = _prior_nodes(prior)
    total = np.zeros(int(unheard.sum()) + 1)
    for step, mass in zip(log_theta, weight, strict=True):
        here = np.ones(1)
        for silent, n, y in zip(unheard, answered, yes, strict=True):
            here = np.convolve(here, _unheard_yeses(int(silent), float(n), float(y), float(step)))
        total += mass * here
    counts = float(np.sum(yes)) + np.arange(len(total), dtype=np.float64)
    return Posterior(np.asarray(counts), total / total.sum(), float(np.sum(population)))


def _prior_nodes(prior: Prior) -> tuple[Vector, Vector]:
    """Nodes and weights of a rule that integrates over ln θ."""
    if prior.spread == 0:
        return np.array([prior.centre]), np.array([1.0])
    if prior.half:
        # Gauss-Legendre on the half line cut at 9 standard deviations: the half-normal has a corner at 0.
        x, w = np.polynomial.legendre.leggauss(THETA_NODES)
        z = 4.5 * (x + 1)
        weight = w * np.exp(-(z**2) / 2)
    else:
        z, weight = np.polynomial.hermite_e.hermegauss(THETA_NODES)
    return prior.centre + prior.spread * z, weight / weight.sum()


def _unheard_yeses(silent: int, answered: float, yes: float, log_theta: float) -> Vector:
    """Probability of 0, 1, ... yeses among the silent of one cell, at one θ, over the posterior of p_1h."""
    from scipy.special import expit, gammaln, xlog1py, xlogy

    if silent == 0:
        return np.ones(1)
    nodes, weight = _logit_nodes(yes + 0.5, answered - yes + 0.5, silent)
    p = expit(nodes - log_theta)
    k = np.arange(silent + 1)[:, None]
    choose = gammaln(silent + 1) - gammaln(k + 1) - gammaln(silent - k + 1)
    pmf = np.exp(choose + xlogy(k, p) + xlog1py(silent - k, -p)) @ weight
    return np.asarray(pmf, dtype=float)


def _logit_nodes(a: float, b: float, silent: int) -> tuple[Vector, Vector]:
    """Nodes and weights that integrate over logit p for p ~ Beta(a, b), times a binomial of size `silent`.

    The density of logit p is smooth and falls off exponentially, so the trapezoidal rule is exact to
    rounding once its step is under the standard deviation of the product. (Gauss-Jacobi nodes in p fail for
    large a or b.)
    """
    from scipy.optimize import brentq

    def drop(at: float) -> float:
        return float(a * (np.logaddexp(0, -at)) + b * np.logaddexp(0, at))

    top = math.log(a / b)
    least = drop(top) + LOG_NEGLIGIBLE
    reach = 2 * LOG_NEGLIGIBLE / min(a, b) + 10
    low, high = (float(brentq(lambda at: drop(at) - least, top, top + side * reach)) for side in (-1, 1))
    step = 1.5 / math.sqrt(a + b + silent)
    nodes = np.arange(low, high + step, step)
    weight = np.exp(drop(top) - a * np.logaddexp(0, -nodes) - b * np.logaddexp(0, nodes))
    return nodes, weight / weight.sum()


def draws(population: Vector, answered: Vector, yes: Vector, prior: Prior, *, size: int, seed: int) -> Vector:
    """Draws from the same posterior of the share, for populations too large for :func:`posterior`.

    Returns
    -------
    numpy.ndarray
        Shape (size,).
    """
    from scipy.special import expit, logit

    generator = np.random.default_rng(seed)
    normal = generator.standard_normal(size)
    log_theta = prior.centre + prior.spread * (np.abs(normal) if prior.half else normal)
    p1 = generator.beta(yes + 0.5, answered - yes + 0.5, size=(size, len(yes)))
    p0 = expit(logit(p1) - log_theta[:, None])
    unheard = generator.binomial(np.asarray(population - answered).round().astype(int), p0)
    return np.asarray((np.sum(yes) + unheard.sum(axis=1)) / np.sum(population), dtype=float)
