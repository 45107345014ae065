"""Proxy pattern-mixture analysis: how far a frame variable lets response depend on the answer itself.

X is the best predictor of the answer Y from the frame, ρ its correlation with Y among respondents. Response
may depend on X and Y through (1 - φ)X* + φY (X* is X on the scale of Y): φ = 0 is response at random given
the frame, φ = 1 response that depends on the answer alone. φ cannot be estimated, so a range is shown.

Sources: Andridge & Little (2011); Little, West, Boonstra & Hu (2020) for SMUB; Andridge, West, Little,
Boonstra & Alvarado-Leiton (2019) for MUBP.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveypipe.ledger.probit import probit

Vector = npt.NDArray[np.float64]

PHI_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
RHO_LIMIT = 0.99
# A cell in which all agree keeps a finite predictor.
RIDGE = 1e-3


def g(phi: float, rho: float) -> float:
    """Regression factor (φ + (1 - φ)ρ)/(φρ + (1 - φ)); ρ at φ = 0, 1/ρ at φ = 1.

    Returns
    -------
    float
        ∞ where the proxy tells nothing (ρ = 0) and φ = 1.
    """
    below = phi * rho + (1 - phi)
    return (phi + (1 - phi) * rho) / below if below else math.inf


def smub(phi: float, rho: float, mean_respondents: float, mean_all: float, variance: float) -> float:
    """Standardised measure of unadjusted bias of a mean.

    Parameters
    ----------
    phi, rho
        See the module.
    mean_respondents, mean_all, variance
        Of the proxy: among respondents, among all staff, and its variance among respondents.

    Returns
    -------
    float
        (ȳ_1 - Ȳ)/√s_yy that the model implies: g(φ)(x̄_1 - X̄)/√s_xx.
    """
    return g(phi, rho) * (mean_respondents - mean_all) / math.sqrt(variance)


def smab(phi: float, rho: float, mean_respondents: float, mean_all: float, variance: float) -> float:
    """Bias that is left after adjustment for the proxy: SMUB(φ) - SMUB(0)."""
    return smub(phi, rho, mean_respondents, mean_all, variance) - smub(
        0.0, rho, mean_respondents, mean_all, variance
    )


def adjusted_mean(phi: float, y: Vector, proxy: Vector, proxy_mean_all: float) -> float:
    """Mean over all staff at φ: ȳ_1 + g(φ)√(s_yy/s_xx)(X̄ - x̄_1).

    Parameters
    ----------
    y, proxy
        Answers and proxy of the respondents.
    proxy_mean_all
        Mean of the proxy over all staff.
    """
    rho = float(np.corrcoef(y, proxy)[0, 1])
    scaled = smub(phi, abs(rho), float(proxy.mean()), proxy_mean_all, float(proxy.var(ddof=1)))
    return float(y.mean()) - math.copysign(1.0, rho) * scaled * float(y.std(ddof=1))


def biserial(y: Vector, proxy: Vector) -> float:
    """Two-step biserial correlation of a yes/no answer and a proxy.

    The latent answer's cut-point is fixed at Φ⁻¹(ȳ); ρ maximises the probit likelihood over (-.99, .99).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_ndtr, ndtri

    cut, z = float(ndtri(y.mean())), (proxy - proxy.mean()) / proxy.std()
    sign = np.where(y == 1, 1.0, -1.0)

    def loss(rho: float) -> float:
        return -float(log_ndtr(sign * (cut + rho * z) / math.sqrt(1 - rho * rho)).sum())

    found = minimize_scalar(loss, bounds=(-RHO_LIMIT, RHO_LIMIT), method="bounded", options={"xatol": 1e-12})
    return float(found.x)


@dataclass(frozen=True)
class ProxyRange:
    """Estimates over φ from one proxy.

    Attributes
    ----------
    rho
        Correlation of proxy and answer among respondents, not negative.
    phi, estimate
        Grid of φ, and the share or mean over all staff; NaN where the model breaks down at φ.
    weak
        Whether ρ is too small for anything beyond φ = .5 to be a headline.
    """

    rho: float
    phi: tuple[float, ...]
    estimate: tuple[float, ...]
    weak: bool

    def headline(self) -> tuple[float, float]:
        """Least and greatest estimate that may be named; φ above .5 is left out for a weak proxy.

        The estimate need not be monotone in φ, so the whole grid is scanned.
        """
        allowed = [
            value
            for phi, value in zip(self.phi, self.estimate, strict=True)
            if not math.isnan(value) and not (self.weak and phi > 0.5)
        ]
        return (min(allowed), max(allowed)) if allowed else (math.nan, math.nan)


def silent_share(phi: float, rho: float, share: float, away: float, variance_ratio: float) -> float:
    """Share of yes among the silent that the mixture implies at φ.

    Parameters
    ----------
    phi, rho
        See the module; ρ not negative.
    share
        Share of yes among respondents, strictly between 0 and 1.
    away
        Mean of the proxy among the silent less that among respondents, in standard deviations among
        respondents.
    variance_ratio
        Variance of the proxy among the silent over that among respondents.

    Returns
    -------
    float
        Φ(m/√s) with m = Φ⁻¹(share) + g(φ)·away and s = 1 + g(φ)²(variance_ratio - 1); NaN where s is not
        above 0.
    """
    from scipy.special import ndtr, ndtri

    factor = g(phi, rho)
    variance = 1 + factor**2 * (variance_ratio - 1)
    if math.isinf(factor) or variance <= 0:
        return math.nan
    return float(ndtr((float(ndtri(share)) + factor * away) / math.sqrt(variance)))


def share_range(
    y: Vector,
    proxy: Vector,
    proxy_silent: Vector,
    *,
    phi: Sequence[float] = PHI_GRID,
    rho: float | None = None,
    weak_below: float,
) -> ProxyRange:
    """Share over all staff at each φ (MUBP).

    Parameters
    ----------
    y, proxy
        Answers (0, 1) and proxy of the respondents.
    proxy_silent
        Proxy of those of whom no answer is known.
    phi
        Grid.
    rho
        Biserial correlation, for one by cross-validation; None to compute it from `y` and `proxy`.
    weak_below
        ρ under which the proxy is called weak.

    Returns
    -------
    ProxyRange
        P(φ) = f ȳ_1 + (1 - f) Φ(m/√s), with m = Φ⁻¹(ȳ_1) + g(φ)(x̄_0 - x̄_1)/√s_xx1 and
        s = 1 + g(φ)²(s_xx0 - s_xx1)/s_xx1 (moments with divisor n); NaN where s is not above 0.
    """
    mean = float(y.mean())
    if not 0 < mean < 1 or proxy.std() == 0 or not len(proxy_silent):
        known = mean if not len(proxy_silent) else math.nan
        return ProxyRange(math.nan, tuple(phi), tuple(known for _ in phi), True)
    found = biserial(y, proxy) if rho is None else rho
    heard, spread = len(y) / (len(y) + len(proxy_silent)), float(proxy.std())
    away = (float(proxy_silent.mean()) - float(proxy.mean())) / spread
    ratio = float(proxy_silent.var()) / spread**2
    values = [
        heard * mean + (1 - heard) * silent_share(one, abs(found), mean, away if found >= 0 else -away, ratio)
        for one in phi
    ]
    return ProxyRange(abs(found), tuple(phi), tuple(values), abs(found) < weak_below)


def mean_range(
    y: Vector,
    proxy: Vector,
    proxy_mean_all: float,
    *,
    phi: Sequence[float] = PHI_GRID,
    weak_below: float,
) -> ProxyRange:
    """Mean over all staff at each φ (the adjusted mean behind SMUB); see :func:`share_range`."""
    if proxy.std() == 0 or y.std() == 0:
        return ProxyRange(math.nan, tuple(phi), tuple(math.nan for _ in phi), True)
    rho = abs(float(np.corrcoef(y, proxy)[0, 1]))
    values = [adjusted_mean(one, y, proxy, proxy_mean_all) for one in phi]
    finite = [value if math.isfinite(value) else math.nan for value in values]
    return ProxyRange(rho, tuple(phi), tuple(finite), rho < weak_below)


def probit_proxy(y: Vector, design: Vector, everyone: Vector) -> Vector:
    """Linear predictor of a probit regression of the answer on the frame, for everyone.

    Parameters
    ----------
    y
        Answers (0, 1), shape (n,).
    design, everyone
        Frame variables with a column of ones, shapes (n, p) and (N, p).
    """
    return np.asarray(everyone @ probit(y, design, ridge=RIDGE)[0], dtype=float)


def cross_validated_rho(y: Vector, design: Vector, *, seed: int, folds: int = 5, repeats: int = 10) -> float:
    """Biserial correlation of the answer with a proxy predicted for people left out of its fit.

    A proxy judged on the people it was fitted to looks stronger than it is.

    Parameters
    ----------
    y, design
        Answers and frame variables (with a column of ones) of the respondents.
    seed
        Of the partition into folds.
    folds, repeats
        Mean over `repeats` partitions into `folds`.
    """
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        fold = generator.permutation(len(y)) % folds
        predicted = np.zeros(len(y))
        for number in range(folds):
            out = fold == number
            predicted[out] = design[out] @ probit(y[~out], design[~out], ridge=RIDGE)[0]
        found.append(biserial(y, predicted) if predicted.std() > 0 else 0.0)
    return float(np.mean(found))
