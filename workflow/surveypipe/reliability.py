r"""Reliability of scales: alpha, omega, their ordinal versions, item statistics, polychoric correlations.

=================  =========================================================================================
coefficient        formula and source
=================  =========================================================================================
alpha              :math:`\frac{k}{k-1}\left(1 - \frac{\sum_j s_j^2}{s_T^2}\right)` (Cronbach 1951)
its interval       Feldt (1965): :math:`(1-\alpha)/(1-\hat\alpha) \sim F_{n-1,(n-1)(k-1)}`
omega              :math:`(\sum\lambda)^2 / [(\sum\lambda)^2 + \sum(1-\lambda^2)]`, one factor (McDonald 1999)
ordinal alpha      standardised alpha of the polychoric correlations (Zumbo, Gadermann & Zeisser 2007;
                   Gadermann, Guhn & Zumbo 2012)
ordinal omega      omega with loadings of the polychoric correlations
polychoric         maximum likelihood in rho, thresholds fixed at the margins (Olsson 1979, two-step);
                   no continuity correction
=================  =========================================================================================

Loadings are minres (least squares off the diagonal, unbounded, so that an improper solution shows) or
maximum likelihood. Where a loading reaches 1 (a Heywood case) omega is withheld and flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveypipe.estimate_rows import estimate_frame, estimate_row
from surveypipe.problems import SurveyError, shown

Array = np.ndarray
SMALL_SAMPLE = 200
AGAINST = "runs against the scale: check whether it should be reverse-coded"
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(64)


@dataclass(frozen=True)
class Interval:
    """A coefficient with its interval."""

    estimate: float
    ci_low: float
    ci_high: float
    n: int
    method: str


def _complete(items: pd.DataFrame, weights: Array | None) -> tuple[Array, Array]:
    """Cases that answered every item, and their weights."""
    if items.shape[1] < 2:
        raise SurveyError(f"a scale needs at least two items; {shown(items.columns)} is one.")
    rows = items.notna().all(axis=1).to_numpy()
    values = items.to_numpy(float)[rows]
    w = np.ones(len(values)) if weights is None else np.asarray(weights, float)[rows]
    if len(values) < 3:
        raise SurveyError(
            f"only {len(values)} cases answered all of {shown(items.columns)}; "
            "reliability needs three or more."
        )
    fixed = [
        str(name) for name, spread in zip(items.columns, np.ptp(values, axis=0), strict=True) if spread == 0
    ]
    if fixed:
        raise SurveyError(
            f"everyone gave the same answer to {shown(fixed)}; leave the item out of the scale."
        )
    return values, w


def _covariance(values: Array, w: Array) -> Array:
    """Weighted covariance; the divisor cancels in every coefficient here."""
    share = w / w.sum()
    centred = values - share @ values
    return centred.T @ (centred * share[:, None])


def _alpha(covariance: Array) -> float:
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def cronbach_alpha(
    items: pd.DataFrame,
    *,
    weights: Array | None = None,
    ci_level: float = 0.95,
    interval: Literal["feldt", "bootstrap"] = "feldt",
    seed: int = 1,
    draws: int = 1000,
) -> Interval:
    """Compute Cronbach's alpha from the cases that answered every item.

    Parameters
    ----------
    items
        Shape (n, k), reverse-coded where needed.
    weights
        Shape (n,); none for the unweighted coefficient.
    interval
        ``feldt`` (exact for normal compound symmetry; with weights, n is Kish's effective n) or
        ``bootstrap`` (percentiles over `draws` resamples of persons, one matrix product for all).
    seed, draws
        Of the bootstrap.

    Raises
    ------
    SurveyError
        If there are fewer than two items or three complete cases, or an item is constant.
    """
    values, w = _complete(items, weights)
    alpha = _alpha(_covariance(values, w))
    if interval == "bootstrap":
        low, high = _bootstrap_interval(values, w, ci_level, seed, draws)
        return Interval(alpha, low, high, len(values), "bootstrap percentiles")
    from scipy import stats

    n = w.sum() ** 2 / (w**2).sum()
    k = values.shape[1]
    tail = (1 - ci_level) / 2
    low = 1 - (1 - alpha) * stats.f.ppf(1 - tail, n - 1, (n - 1) * (k - 1))
    high = 1 - (1 - alpha) * stats.f.ppf(tail, n - 1, (n - 1) * (k - 1))
    return Interval(alpha, float(low), float(high), len(values), "Feldt")


def _bootstrap_interval(
    values: Array, w: Array, ci_level: float, seed: int, draws: int
) -> tuple[float, float]:
    n, k = values.shape
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws) * w
    share = counts / counts.sum(axis=1, keepdims=True)
    total = values.sum(axis=1)
    item_variance = (share @ values**2 - (share @ values) ** 2).sum(axis=1)
    total_variance = share @ total**2 - (share @ total) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        alphas = k / (k - 1) * (1 - item_variance / total_variance)
    low, high = np.nanquantile(alphas, [(1 - ci_level) / 2, (1 + ci_level) / 2])
    return float(low), float(high)


def item_statistics(items: pd.DataFrame, *, weights: Array | None = None) -> pd.DataFrame:
    """Describe each item: mean, SD, corrected item-total correlation, alpha without it, and a hint.

    Returns
    -------
    DataFrame
        Index the items; `mean`, `sd`, `item_total` (correlation with the sum of the others),
        `alpha_if_dropped` (missing for scales of two items), `hint`: text where the correlation is
        negative, as the item then runs against the scale.
    """
    values, w = _complete(items, weights)
    covariance = _covariance(values, w)
    k = len(covariance)
    rows = []
    for j in range(k):
        others = np.delete(np.arange(k), j)
        rest = covariance[np.ix_(others, others)]
        correlation = covariance[j, others].sum() / np.sqrt(covariance[j, j] * rest.sum())
        rows.append({
            "mean": float(w @ values[:, j] / w.sum()),
            "sd": float(np.sqrt(covariance[j, j] * len(values) / (len(values) - 1))),
            "item_total": float(correlation),
            "alpha_if_dropped": _alpha(rest) if k > 2 else np.nan,
            "hint": AGAINST if correlation < 0 else "",
        })  # fmt: skip
    return pd.DataFrame(rows, index=items.columns)


# --- polychoric correlations ------------------------------------------------------------------------


def bivariate_normal_cdf(h: Array, k: Array, rho: float) -> Array:
    r"""Compute P(X < h, Y < k) for standard normal X, Y with correlation rho.

    Sheppard's (Plackett's) identity in the angle, :math:`\rho=\sin\theta`, by 64-point Gauss-Legendre:
    :math:`\Phi(h)\Phi(k) + \frac{1}{2\pi}\int_0^{\arcsin\rho}
    \exp\{-(h^2+k^2-2hk\sin\theta)/(2\cos^2\theta)\}\,d\theta`.

    Parameters
    ----------
    h, k
        Arrays of one shape; infinite values allowed.
    rho
        Between -1 and 1, both excluded.
    """
    from scipy.special import ndtr

    h, k = np.broadcast_arrays(np.asarray(h, float), np.asarray(k, float))
    made = np.asarray(ndtr(h) * ndtr(k))
    finite = np.isfinite(h) & np.isfinite(k)
    if not finite.any():
        return made
    half = np.arcsin(rho) / 2
    angle = half * (_NODES + 1)
    a, b = h[finite][:, None], k[finite][:, None]
    exponent = -(a * a + b * b - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    made[finite] += half * (np.exp(exponent) @ _NODE_WEIGHTS) / (2 * np.pi)
    return made


def polychoric(table: Array) -> float:
    """Estimate the correlation of two latent normals from a table of ordered answers (2x2: tetrachoric).

    Two-step maximum likelihood (Olsson 1979): thresholds from the margins, then the root of the score in
    rho, with Plackett's derivative of a cell's probability. Empty cells are left as they are.

    Parameters
    ----------
    table
        Counts or weighted counts, shape (r, c); empty rows and columns are dropped.

    Returns
    -------
    float
        Missing where either variable takes one value; +-.9999 where the likelihood rises to the limit.

    References
    ----------
    R ``psych`` 2.2.9 (``polychoric(correct=0)``) stops 1.9e-5 above the maximum, as ``optimize`` has a
    tolerance of 1.2e-4; stopped in the same place, the two agree to all printed digits (golden test).
    """
    from scipy.optimize import brentq
    from scipy.special import ndtri

    counts = np.asarray(table, float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return np.nan
    total = counts.sum()
    rows = np.concatenate([[-np.inf], ndtri(np.cumsum(counts.sum(axis=1))[:-1] / total), [np.inf]])
    cols = np.concatenate([[-np.inf], ndtri(np.cumsum(counts.sum(axis=0))[:-1] / total), [np.inf]])
    h, k = np.meshgrid(rows, cols, indexing="ij")

    def score(rho: float) -> float:
        cell = np.diff(np.diff(bivariate_normal_cdf(h, k, rho), axis=0), axis=1)
        slope = np.diff(np.diff(_density(h, k, rho), axis=0), axis=1)
        filled = counts > 0
        return float((counts[filled] * slope[filled] / np.maximum(cell[filled], 1e-300)).sum())

    low, high = -0.9999, 0.9999
    if score(low) <= 0:
        return low
    if score(high) >= 0:
        return high
    return float(brentq(score, low, high, xtol=1e-14))


def _density(h: Array, k: Array, rho: float) -> Array:
    """Bivariate normal density, 0 at infinity."""
    made = np.zeros(h.shape)
    finite = np.isfinite(h) & np.isfinite(k)
    a, b, one = h[finite], k[finite], 1 - rho * rho
    made[finite] = np.exp(-(a * a + b * b - 2 * rho * a * b) / (2 * one)) / (2 * np.pi * np.sqrt(one))
    return made


def polychoric_matrix(items: pd.DataFrame, *, weights: Array | None = None) -> pd.DataFrame:
    """Compute the polychoric correlations of all pairs among the cases that answered every item.

    A matrix that is not positive definite is smoothed (negative eigenvalues raised, then rescaled to a
    unit diagonal); ``attrs["smoothed"]`` says whether it was.
    """
    values, w = _complete(items, weights)
    k = values.shape[1]
    codes = [np.unique(values[:, j], return_inverse=True)[1] for j in range(k)]
    R = np.eye(k)
    for i in range(k):
        for j in range(i):
            table = np.zeros((codes[i].max() + 1, codes[j].max() + 1))
            np.add.at(table, (codes[i], codes[j]), w)
            R[i, j] = R[j, i] = polychoric(table)
    made, smoothed = _smooth(R)
    frame = pd.DataFrame(made, index=items.columns, columns=items.columns)
    frame.attrs["smoothed"] = smoothed
    return frame


def _smooth(R: Array) -> tuple[Array, bool]:
    values, vectors = np.linalg.eigh(R)
    if values.min() > 1e-8:
        return R, False
    made = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    scale = np.sqrt(np.diag(made))
    return made / np.outer(scale, scale), True


# --- one factor -------------------------------------------------------------------------------------


def one_factor(R: Array, *, method: Literal["minres", "ml"] = "minres") -> Array:
    r"""Fit one factor; loadings of shape (k,), positive in sum.

    ``minres`` minimises :math:`\sum_{i<j}(r_{ij}-\lambda_i\lambda_j)^2` (Harman & Jones 1966) without
    bounds; ``ml`` the normal-theory discrepancy (Jöreskog 1967) with uniquenesses in [.005, 1].

    Raises
    ------
    SurveyError
        If there are fewer than three items, when one factor is not identified.
    """
    if len(R) < 3:
        raise SurveyError("omega needs three or more items; report alpha for a scale of two.")
    loadings = _minres(R) if method == "minres" else _maximum_likelihood(R)
    return loadings if loadings.sum() >= 0 else -loadings


def _minres(R: Array) -> Array:
    from scipy.optimize import least_squares

    upper = np.triu_indices(len(R), 1)
    values, vectors = np.linalg.eigh(R)
    start = vectors[:, -1] * np.sqrt(values[-1]) * 0.9

    def jacobian(loadings: Array) -> Array:
        made = np.zeros((len(upper[0]), len(R)))
        place = np.arange(len(upper[0]))
        made[place, upper[0]] = loadings[upper[1]]
        made[place, upper[1]] = loadings[upper[0]]
        return made

    def residuals(loadings: Array) -> Array:
        return loadings[upper[0]] * loadings[upper[1]] - R[upper]

    exact: dict[str, Any] = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14, "max_nfev": 5000}
    found = least_squares(residuals, start, jac=jacobian, method="lm", **exact)
    return np.asarray(found.x)


def _maximum_likelihood(R: Array) -> Array:
    from scipy.optimize import minimize

    def parts(psi: Array) -> tuple[Array, Array]:
        root = np.sqrt(psi)
        values, vectors = np.linalg.eigh(R / np.outer(root, root))
        return values, vectors

    def discrepancy(psi: Array) -> tuple[float, Array]:
        values, vectors = parts(psi)
        rest = np.maximum(values[:-1], 1e-300)
        # Derivative of sum(e - log e - 1) over the rejected eigenvalues (Lawley & Maxwell 1971).
        slope = ((1 - rest) * vectors[:, :-1] ** 2).sum(axis=1) / psi
        return float((rest - np.log(rest) - 1).sum()), slope

    start = np.clip(0.5 / np.diag(np.linalg.pinv(R)), 0.05, 0.95)
    found = minimize(discrepancy, start, jac=True, method="L-BFGS-B", bounds=[(0.005, 1.0)] * len(R),
                     options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000})  # fmt: skip
    values, vectors = parts(found.x)
    return np.sqrt(found.x) * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))


@dataclass(frozen=True)
class OneFactor:
    """Loadings, omega (missing where withheld) and whether the solution is improper."""

    loadings: pd.Series
    omega: float
    heywood: bool


def omega(R: pd.DataFrame, *, method: Literal["minres", "ml"] = "minres") -> OneFactor:
    """Compute omega from a correlation matrix by one factor; withheld in a Heywood case.

    Parameters
    ----------
    R
        Correlations of the items, Pearson or polychoric.
    """
    loadings = one_factor(R.to_numpy(float), method=method)
    # An ML uniqueness on its bound of .005 is the bounded form of a loading of 1 or more.
    heywood = bool((np.abs(loadings) >= (1.0 if method == "minres" else np.sqrt(0.9949))).any())
    common = loadings.sum() ** 2
    value = common / (common + (1 - loadings**2).sum())
    return OneFactor(pd.Series(loadings, index=R.index), np.nan if heywood else float(value), heywood)


# --- the whole of a scale ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ScaleReliability:
    """All coefficients of one scale.

    Attributes
    ----------
    coefficients
        Index `alpha`, `omega`, `ordinal_alpha`, `ordinal_omega`; `estimate`, `ci_low`, `ci_high`,
        `method`, `flag`.
    items
        As :func:`item_statistics`, with the loadings.
    warnings
        Sentences for the report.
    """

    n: int
    coefficients: pd.DataFrame
    items: pd.DataFrame
    warnings: tuple[str, ...]


def scale_reliability(
    items: pd.DataFrame,
    *,
    weights: Array | None = None,
    ci_level: float = 0.95,
    interval: Literal["feldt", "bootstrap"] = "feldt",
    seed: int = 1,
) -> ScaleReliability:
    """Compute alpha, omega, ordinal alpha and ordinal omega of a scale, with item statistics.

    Parameters
    ----------
    items
        Shape (n, k); cases that lack an item are left out.
    weights
        Shape (n,), or none.
    """
    alpha = cronbach_alpha(items, weights=weights, ci_level=ci_level, interval=interval, seed=seed)
    table = item_statistics(items, weights=weights)
    values, w = _complete(items, weights)
    covariance = _covariance(values, w)
    spread = np.sqrt(np.diag(covariance))
    pearson = pd.DataFrame(covariance / np.outer(spread, spread), index=items.columns, columns=items.columns)
    latent = polychoric_matrix(items, weights=weights)
    k = items.shape[1]
    flag = "smoothed" if latent.attrs["smoothed"] else ""
    rows: dict[str, dict[str, Any]] = {
        "alpha": {"estimate": alpha.estimate, "ci_low": alpha.ci_low, "ci_high": alpha.ci_high,
                  "method": f"Cronbach's alpha, {alpha.method} interval", "flag": ""},
        "ordinal_alpha": {"estimate": k / (k - 1) * (1 - k / latent.to_numpy().sum()),
                          "method": "alpha of polychoric correlations", "flag": flag},
    }  # fmt: skip
    if k >= 3:
        polychorics = "one factor, minres, of polychoric correlations"
        for name, R, text in (
            ("omega", pearson, "one factor, minres"),
            ("ordinal_omega", latent, polychorics),
        ):
            factor = omega(R)
            marks = [flag if name == "ordinal_omega" else "", "heywood" if factor.heywood else ""]
            rows[name] = {"estimate": factor.omega, "method": text, "flag": ";".join(filter(None, marks))}
            table["loading" if name == "omega" else "ordinal_loading"] = factor.loadings
    coefficients = pd.DataFrame.from_dict(rows, orient="index").reindex(
        columns=["estimate", "ci_low", "ci_high", "method", "flag"]
    )
    coefficients = coefficients.astype({name: float for name in ("estimate", "ci_low", "ci_high")})
    return ScaleReliability(alpha.n, coefficients, table, _warnings(alpha.n, coefficients, table))


def _warnings(n: int, coefficients: pd.DataFrame, items: pd.DataFrame) -> tuple[str, ...]:
    made = []
    if n < SMALL_SAMPLE:
        made.append(
            f"{n} complete cases: below {SMALL_SAMPLE}, polychoric correlations and omega are uncertain; "
            "read them beside alpha and its interval."
        )
    if coefficients["flag"].str.contains("heywood").any():
        made.append(
            "a loading reaches 1 (a Heywood case), so omega is not given; items may repeat one another."
        )
    if coefficients["flag"].str.contains("smoothed").any():
        made.append("the polychoric correlations were not positive definite and were smoothed.")
    against = [str(name) for name in items.index[items["hint"] != ""]]
    if against:
        made.append(f"{shown(against)}: negative item-total correlation; check whether to reverse-code.")
    return tuple(made)


def tidy(
    scales: Mapping[str, Sequence[str]],
    data: pd.DataFrame,
    *,
    weights: Array | None = None,
    scheme: str = "none",
    labels: Mapping[str, str] | None = None,
    ci_level: float = 0.95,
    interval: Literal["feldt", "bootstrap"] = "feldt",
    seed: int = 1,
    **cells: Any,
) -> tuple[pd.DataFrame, dict[str, ScaleReliability]]:
    """Make rows of the table of estimates for every scale, and the full results by scale.

    Parameters
    ----------
    scales
        Items by scale; `labels` holds display names of scales and items.
    data, weights
        One row a person.
    **cells
        Any further column, for example `group` and `group_level`.

    Returns
    -------
    rows : DataFrame
        Statistics `alpha`, `omega`, `ordinal_alpha`, `ordinal_omega` of the scale, and `item_total` and
        `alpha_if_dropped` with the item as `level`.
    results : dict of ScaleReliability
    """
    labels = labels or {}
    rows, results = [], {}
    for scale, names in scales.items():
        found = scale_reliability(
            data[list(names)], weights=weights, ci_level=ci_level, interval=interval, seed=seed
        )
        results[scale] = found
        small = "n under 200" if found.n < SMALL_SAMPLE else ""
        common: dict[str, Any] = {
            "scheme": scheme, "n": found.n, "variable_label": labels.get(scale, scale), "base": "answered",
            **cells,
        }  # fmt: skip
        for statistic, line in found.coefficients.iterrows():
            has_interval = bool(np.isfinite(line["ci_low"]))
            rows.append(estimate_row(
                scale, str(statistic), line["estimate"],
                **{**common, "ci_low": line["ci_low"], "ci_high": line["ci_high"], "method": line["method"],
                   "ci_level": ci_level if has_interval else None,
                   "flag": ";".join(filter(None, [line["flag"], small if statistic != "alpha" else ""]))},
            ))  # fmt: skip
        for item, line in found.items.iterrows():
            for statistic in ("item_total", "alpha_if_dropped"):
                rows.append(estimate_row(
                    scale, statistic, line[statistic],
                    **{**common, "level": str(item), "level_label": labels.get(str(item), str(item)),
                       "flag": "reverse-code?" if line["hint"] else ""},
                ))  # fmt: skip
    return estimate_frame(rows), results
