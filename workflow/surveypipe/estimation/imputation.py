r"""Multiple imputation of unanswered items, and Rubin's rules for a finite workforce.

*Drawing.* Chained equations. For each item in turn, and for all m imputations at once: a ridge regression on
the items of its own scale, the means of the other scales, the other single items and the auxiliaries
(weighting cells, agency, readership); coefficients for the unanswered come from a bootstrap of those who
answered (approximate Bayesian bootstrap, Rubin & Schenker 1986); the value is that of one of the nearest
donors in that bootstrap sample by predicted mean (Little 1988; Siddique & Belin 2008; type-1 matching, van
Buuren 2018, 3.4). Only answers that occur are drawn, so the order and bounds of a rating scale hold. Only
items that the person was routed to are filled in.

Chosen by simulation (n = 119, three five-point items, 29 % missing at random given another item, 600 draws,
error of a coverage .009): complete cases bias -.196, coverage .66; 5 donors from all who answered -.024,
.932; 3 donors from all -.018, .935; 3 donors from the bootstrap sample, as here, -.021, .952 (its
intervals are a little long: mean fraction of missing information .38).

*Pooling.* With estimates :math:`Q_l` and variances :math:`U_l`:
:math:`T = \bar U + (1 + 1/m)B`. :math:`\bar U` is the second-phase variance with the estimate's own finite
population correction; B has none, because an unanswered item is unknown however large the share of staff that
replied. Degrees of freedom of Barnard & Rubin (1999) with :math:`\nu_c = n - H`:
:math:`\lambda = (1 + 1/m)B/T`, :math:`\nu_{old} = (m-1)/\lambda^2`,
:math:`\nu_{obs} = \frac{\nu_c + 1}{\nu_c + 3}\nu_c(1 - \lambda)`,
:math:`\nu = (1/\nu_{old} + 1/\nu_{obs})^{-1}`;
fraction of missing information :math:`(r + 2/(\nu + 3))/(r + 1)`, :math:`r = (1 + 1/m)B/\bar U`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from surveypipe.estimation import donor_pool
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.cleaning import MissingReason

Array = np.ndarray
PRIMARY_FROM = 0.05
FEWEST = 20
# Rows of all completed data sets together: beyond them no more data sets are made than the fewest.
MOST_ROWS = 4_000_000


# --- what is missing --------------------------------------------------------------------------------


def routed_items(
    missing: pd.DataFrame, ids: Sequence[str], items: Sequence[str],
    *, reasons: Sequence[str] = ("blank", "set_missing"),
) -> pd.DataFrame:  # fmt: skip
    """Tell to which items each person was routed, so that an unanswered one may be imputed.

    Parameters
    ----------
    missing
        Long table of missing values: `id`, `variable`, `reason`.
    ids, items
        Rows and columns wanted.
    reasons
        Reasons that count as item non-response. By default a user-missing code is not one: "not
        applicable" and "don't know" are answers, shown apart and outside the base.

    Returns
    -------
    DataFrame of bool
        Shape (n, k), False where the item does not apply to the person.
    """
    made = pd.DataFrame(True, index=pd.Index(ids, name="id"), columns=list(items))
    barred = missing[missing["variable"].isin(items) & missing["id"].isin(made.index)]
    barred = barred[~barred["reason"].map(MissingReason).isin(reasons)]
    asked = made.to_numpy(copy=True)
    asked[
        made.index.get_indexer(pd.Index(barred["id"])), made.columns.get_indexer(pd.Index(barred["variable"]))
    ] = False
    return pd.DataFrame(asked, index=made.index, columns=made.columns)


def share_incomplete(data: pd.DataFrame, routed: pd.DataFrame) -> float:
    """Compute the share of persons who left at least one item unanswered that they were routed to."""
    lacking = data[routed.columns].isna().to_numpy() & routed.to_numpy()
    return float(lacking.any(axis=1).mean())


def number_of_imputations(share: float, people: int = 0) -> int:
    """Give m: at least 20, and at least the percentage of incomplete cases (White, Royston & Wood 2011).

    Of so many people that this would fill the memory, as many data sets as make ``MOST_ROWS`` rows, and never
    fewer than 20.
    """
    wanted = max(FEWEST, math.ceil(100 * share - 1e-9))
    return max(FEWEST, min(wanted, MOST_ROWS // max(1, people)))


def primary_analysis(share: float) -> Literal["complete cases", "multiple imputation"]:
    """Name the primary analysis: complete cases while fewer than 5 % are incomplete."""
    return "complete cases" if share < PRIMARY_FROM else "multiple imputation"


# --- drawing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imputations:
    """Completed items.

    Attributes
    ----------
    values
        Shape (m, n, k); NaN where the person was not routed to the item.
    """

    values: Array
    items: tuple[str, ...]
    index: pd.Index
    routed: Array

    @property
    def m(self) -> int:
        """Number of imputations."""
        return len(self.values)

    def item(self, name: str) -> Array:
        """Return the answers to one item, shape (n, m)."""
        return self.values[:, :, self.items.index(name)].T

    def frame(self, number: int) -> pd.DataFrame:
        """Return one completed data set, counted from 0."""
        return pd.DataFrame(self.values[number], index=self.index, columns=list(self.items))


def impute(
    data: pd.DataFrame,
    *,
    scales: Mapping[str, Sequence[str]],
    single: Sequence[str] = (),
    auxiliaries: Sequence[str] = (),
    routed: pd.DataFrame | None = None,
    m: int | None = None,
    seed: int,
    iterations: int = 10,
    donors: int = 3,
    ridge: float = 1e-3,
) -> Imputations:
    """Fill in unanswered items m times.

    Parameters
    ----------
    data
        One row a person: items as ordered or 0/1 numbers, NaN where unanswered or not asked.
    scales
        Items by scale. An item's model holds the other items of its scale and the means of the others.
    single
        Items outside any scale (yes/no, ordered).
    auxiliaries
        Variables without missing values: weighting cells, agency, readership; text ones become
        indicators.
    routed
        Shape (n, k), see :func:`routed_items`; by default everyone was asked everything.
    m
        Number of imputations; by default :func:`number_of_imputations`.
    seed
        Of the random numbers; the same seed gives the same values.
    iterations
        Cycles through the items.
    donors
        Nearest answers from which one is drawn.
    ridge
        Added to the diagonal of the standardised cross-products, times the number of answers.

    Raises
    ------
    SurveyError
        If a variable is absent, an auxiliary has missing values, or an item has too few answers.
    """
    items = [*dict.fromkeys([name for names in scales.values() for name in names] + list(single))]
    if routed is None:
        routed = pd.DataFrame(True, index=data.index, columns=items)
    _check(data, items, auxiliaries, routed, donors)
    asked = routed[items].to_numpy(bool)
    observed = data[items].notna().to_numpy() & asked
    if m is None:
        m = number_of_imputations(share_incomplete(data, routed[items]), len(data))
    rng = np.random.default_rng(seed)
    values = _starting_values(data[items].to_numpy(float), observed, asked, m, rng)
    fixed = _auxiliary_columns(data, auxiliaries)
    groups = [[items.index(name) for name in names] for names in scales.values()]
    unanswered = (asked & ~observed).sum(axis=0)
    order = [j for j in np.argsort(unanswered, kind="stable") if unanswered[j]]
    for _ in range(iterations if len(order) > 1 else 1):
        for j in order:
            predictors = _predictors(values, asked, fixed, groups, int(j))
            target = np.flatnonzero(asked[:, j] & ~observed[:, j])
            source = np.flatnonzero(observed[:, j])
            values[:, target, j] = _draw(predictors, values[0, source, j], source, target, donors, ridge, rng)
    return Imputations(values, tuple(items), data.index, asked)


def _check(
    data: pd.DataFrame, items: Sequence[str], auxiliaries: Sequence[str], routed: pd.DataFrame, donors: int
) -> None:
    problems = Problems()
    absent = [name for name in [*items, *auxiliaries] if name not in data]
    if absent:
        raise SurveyError(
            f"imputation: {shown(absent)} are not variables of the analysis file; correct the names."
        )
    if len(routed) != len(data) or set(items) - set(routed.columns):
        raise SurveyError(
            "imputation: the routing must have the rows of the data and a column for each item."
        )
    for name in auxiliaries:
        lacking = int(data[name].isna().sum())
        if lacking:
            problems.add(
                f"imputation: the auxiliary {name} is missing for {lacking} cases; take one that is "
                "complete, or name it among the single items so that it is imputed too."
            )
    for name in items:
        answers = int((data[name].notna().to_numpy() & routed[name].to_numpy(bool)).sum())
        asked = int(routed[name].sum())
        if answers < asked and answers < max(10, 2 * donors):
            problems.add(
                f"imputation: {name} has {answers} answers among {asked} people asked, too few to impute "
                "from; leave it out and report complete cases."
            )
    problems.raise_if_any()


def _starting_values(data: Array, observed: Array, asked: Array, m: int, rng: np.random.Generator) -> Array:
    values = np.repeat(data[None], m, axis=0)
    values[:, ~asked] = np.nan
    for j in range(data.shape[1]):
        lacking = np.flatnonzero(asked[:, j] & ~observed[:, j])
        if len(lacking):
            values[:, lacking, j] = rng.choice(data[observed[:, j], j], size=(m, len(lacking)))
    return values


def _auxiliary_columns(data: pd.DataFrame, auxiliaries: Sequence[str]) -> Array:
    parts = [np.empty((len(data), 0))]
    for name in auxiliaries:
        column = data[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            parts.append(column.to_numpy(float)[:, None])
        else:
            parts.append(pd.get_dummies(column.astype(str)).to_numpy(float)[:, 1:])
    return np.hstack(parts)


def _predictors(values: Array, asked: Array, fixed: Array, groups: list[list[int]], j: int) -> Array:
    """Shape (m, n, p): own scale's items, other scales' means, single items, auxiliaries."""
    own = [k for group in groups if j in group for k in group if k != j]
    in_scales = {k for group in groups for k in group}
    alone = [k for k in range(values.shape[2]) if k not in in_scales and k != j]
    columns = [values[:, :, own + alone]]
    for group in groups:
        if j in group:
            continue
        count = asked[:, group].sum(axis=1)
        total = np.nansum(values[:, :, group], axis=2)
        columns.append(np.where(count > 0, total / np.maximum(count, 1), np.nan)[:, :, None])
    columns.append(np.broadcast_to(fixed, (len(values), *fixed.shape)))
    return np.concatenate(columns, axis=2)


def _draw(
    predictors: Array, answers: Array, source: Array, target: Array, donors: int, ridge: float,
    rng: np.random.Generator,
) -> Array:  # fmt: skip
    """Values for the unanswered, shape (m, targets)."""
    m, n = len(predictors), len(source)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=m).astype(float)
    means = [
        donor_pool.predicted(one, answers, source, target, count, ridge)
        for one, count in zip(predictors, counts, strict=True)
    ]
    # Only answers in the bootstrap sample may be given on.
    drawn = zip(means, counts, strict=True)
    if len(target) * n <= donor_pool.MOST_PAIRS:
        jitter = donor_pool.TIE * rng.random((m, len(target), n))
        found = [
            donor_pool.nearest(*mean, count, noise, donors)
            for (mean, count), noise in zip(drawn, jitter, strict=True)
        ]
    else:
        found = [donor_pool.nearest_in_order(*mean, count, donors, rng) for mean, count in drawn]
    nearest = np.stack(found)
    picked = rng.integers(0, donors, size=(m, len(target), 1))
    return answers[np.take_along_axis(nearest, picked, axis=2)[..., 0]]


# --- pooling ----------------------------------------------------------------------------------------


def barnard_rubin(m: int, share: float, df_complete: float) -> float:
    """Degrees of freedom of a pooled estimate for small samples (Barnard and Rubin 1999).

    Parameters
    ----------
    m
        Imputations.
    share
        λ, the share of the variance that comes from what is missing.
    df_complete
        Degrees of freedom that the complete data would have; infinite gives Rubin's (1987).
    """
    old = (m - 1) / share**2 if share > 0 else np.inf
    if np.isinf(df_complete):
        return float(old)
    seen = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    return float(seen if np.isinf(old) else old * seen / (old + seen)) if seen > 0 else 1.0
