"""Outcomes of a follow-up study: their distributions, and how two people or two times hang together.

A person's outcome is cut from a standard normal variable

    z_ijt = √ρ u_jt + √(1 − ρ) v_ijt,   corr(u_j0, u_j1) = π,   corr(v_ij0, v_ij1) = τ,

for person i of team j at time t, so that any number of ordered values (two answers, five, counts) is the
number of cutting points below z. The correlations that a user states are those of the outcome itself (Hooper,
Teerenstra, de Hoop and Eldridge 2016, Statistics in Medicine 35: intracluster correlation, cluster and
individual autocorrelation); those of z that give them are solved for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.problems import SurveyError

Floats = NDArray[np.float64]
_MOST_LATENT = 0.9999
_TAIL = 1e-10


@dataclass(frozen=True)
class Distribution:
    """Distribution of an outcome at one time in one arm.

    Attributes
    ----------
    cuts
        Cutting points of the standard normal variable, ascending, shape (K,): the outcome is `lowest` plus
        the number of them below z. Empty for a normal outcome.
    lowest
        Lowest value; the mean of a normal outcome.
    sd
        Standard deviation of a normal outcome; 0 otherwise.
    """

    cuts: Floats
    lowest: float = 0.0
    sd: float = 0.0

    def values(self, z: Floats) -> Floats:
        """Outcomes for standard normal z, same shape."""
        if self.sd:
            return self.lowest + self.sd * z
        if len(self.cuts) == 1:
            return self.lowest + (z > self.cuts[0])
        return self.lowest + np.searchsorted(self.cuts, z).astype(float)

    @property
    def mean(self) -> float:
        """Expected outcome."""
        from scipy.special import ndtr

        return self.lowest + float(ndtr(-self.cuts).sum())

    @property
    def variance(self) -> float:
        """Variance of the outcome."""
        from scipy.special import ndtr

        if self.sd:
            return self.sd**2
        above = ndtr(-self.cuts)
        joint = np.minimum.outer(above, above)
        return float((joint - np.outer(above, above)).sum())


def covariance(first: Distribution, second: Distribution, r: float) -> float:
    """Covariance of two outcomes whose normal variables correlate at r.

    By Hoeffding's formula it is the sum over pairs of cutting points of P(z₁ > a, z₂ > b) − P(z₁ > a)
    P(z₂ > b). By Plackett's identity each term is the integral of exp(−(a² + b² − 2ab sin θ)/(2 cos² θ)) / 2π
    over θ from 0 to arcsin(r).
    """
    if first.sd or second.sd:
        return r * first.sd * second.sd
    if r == 0:
        return 0.0
    nodes, weights = np.polynomial.legendre.leggauss(48)
    top = np.arcsin(r)
    theta = (nodes + 1) / 2 * top
    a, b = first.cuts[:, None, None], second.cuts[None, :, None]
    density = np.exp(-(a**2 + b**2 - 2 * a * b * np.sin(theta)) / (2 * np.cos(theta) ** 2))
    return float((density @ weights).sum() * top / 2 / (2 * np.pi))


def binary(share: float) -> Distribution:
    """Yes or no, with the share of yes."""
    from scipy.special import ndtri

    return Distribution(np.array([-ndtri(share)]))


def ordinal(shares: Floats, shift: float = 0.0) -> Distribution:
    """Answers 1 to K with the given shares, all people moved up by `shift` standard deviations."""
    from scipy.special import ndtri

    return Distribution(ndtri(np.cumsum(shares)[:-1]) - shift, lowest=1.0)


def count(mean: float, overdispersion: float) -> Distribution:
    """Count of Poisson, or negative binomial where the variance is `overdispersion` times the mean."""
    from scipy import stats
    from scipy.special import ndtri

    law: Any = stats.poisson(mean)
    if overdispersion > 1:
        law = stats.nbinom(mean / (overdispersion - 1), 1 / overdispersion)
    steps = np.arange(int(law.isf(_TAIL)) + 1)
    # The upper tail keeps digits where the distribution function is 1 to the last.
    return Distribution(-ndtri(law.sf(steps)))


@dataclass(frozen=True)
class Correlations:
    """Correlations on the scale of the normal variable: ρ, π and τ of the module's formula."""

    team: float
    team_over_time: float
    person_over_time: float


def latent_correlations(
    before: Distribution, icc: float, cluster_autocorrelation: float, individual_autocorrelation: float
) -> Correlations:
    """Correlations of the normal variable that give the outcome the stated ones before the intervention.

    Raises
    ------
    SurveyError
        If no such correlations exist.
    """
    same_time = icc
    over_time = icc * cluster_autocorrelation
    same_person = over_time + (1 - icc) * individual_autocorrelation
    a, b, c = (_latent(before, wanted) for wanted in (same_time, over_time, same_person))
    person = (c - b) / (1 - a)
    if not 0 <= person <= 1:
        raise SurveyError(
            f"an individual autocorrelation of {individual_autocorrelation:g} together with an ICC of "
            f"{icc:g} and this distribution cannot be; lower the autocorrelation."
        )
    return Correlations(a, b / a if a else 0.0, person)


def _latent(law: Distribution, wanted: float) -> float:
    from scipy.optimize import brentq

    if law.sd or wanted == 0:
        return wanted
    target = wanted * law.variance
    most = covariance(law, law, _MOST_LATENT)
    if target > most:
        raise SurveyError(
            f"a correlation of {wanted:g} cannot be had with this distribution (at most "
            f"{most / law.variance:.2f}); lower the ICC or the autocorrelations."
        )
    return float(brentq(lambda r: covariance(law, law, r) - target, 0.0, _MOST_LATENT, xtol=1e-10))
