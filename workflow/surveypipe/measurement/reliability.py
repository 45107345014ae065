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

from surveypipe.distributions import f_quantile
from surveypipe.estimation.flags import flags_of
from surveypipe.estimation.rows import estimate_frame, estimate_row
from surveypipe.measurement.factor import omega
from surveypipe.measurement.flags import ReliabilityFlag
from surveypipe.measurement.polychoric import complete, polychoric_matrix
from surveypipe.problems import shown

Array = np.ndarray
SMALL_SAMPLE = 200
AGAINST = "runs against the scale: check whether it should be reverse-coded"


@dataclass(frozen=True)
class Interval:
    """A coefficient with its interval."""

    estimate: float
    ci_low: float
    ci_high: float
    n: int
    method: str


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
    values, w = complete(items, weights)
    alpha = _alpha(_covariance(values, w))
    if interval == "bootstrap":
        low, high = _bootstrap_interval(values, w, ci_level, seed, draws)
        return Interval(alpha, low, high, len(values), "bootstrap percentiles")
    n = w.sum() ** 2 / (w**2).sum()
    k = values.shape[1]
    tail = (1 - ci_level) / 2
    low = 1 - (1 - alpha) * f_quantile(1 - tail, n - 1, (n - 1) * (k - 1))
    high = 1 - (1 - alpha) * f_quantile(tail, n - 1, (n - 1) * (k - 1))
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
    values, w = complete(items, weights)
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
    values, w = complete(items, weights)
    covariance = _covariance(values, w)
    spread = np.sqrt(np.diag(covariance))
    pearson = pd.DataFrame(covariance / np.outer(spread, spread), index=items.columns, columns=items.columns)
    latent = polychoric_matrix(items, weights=weights)
    k = items.shape[1]
    flag = ReliabilityFlag.SMOOTHED if latent.attrs["smoothed"] else ""
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
            marks = [
                flag if name == "ordinal_omega" else "",
                ReliabilityFlag.HEYWOOD if factor.heywood else "",
            ]
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
    flags = {flag for text in coefficients["flag"] for flag in flags_of(text)}
    if ReliabilityFlag.HEYWOOD in flags:
        made.append(
            "a loading reaches 1 (a Heywood case), so omega is not given; items may repeat one another."
        )
    if ReliabilityFlag.SMOOTHED in flags:
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
        small = ReliabilityFlag.SMALL_SAMPLE if found.n < SMALL_SAMPLE else ""
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
                       "flag": ReliabilityFlag.REVERSE_CODE if line["hint"] else ""},
                ))  # fmt: skip
    return estimate_frame(rows), results
