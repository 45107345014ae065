"""What the estimation of weights adds to an influence value: the one door of second-phase variance.

Weights that are raked, calibrated or inverse to estimated propensities depend on who answered. To first order
that changes the weighted influence value of respondent i from s_i = w_i z_i to

    s − A (C's),

with one pair of matrices A, C of shape (n, q) for each step of weighting:

* *raking and calibration* with starting weights d and final weights w: s becomes w (z − XB) with
  B = (X'DX)⁻¹X'Dz, the residual of the regression weighted by d (Deville and Särndal 1992; as R's
  ``calibrate``, and as its ``rake`` where the starting weights are equal);
* *ridge calibration*, which meets some totals softly: the same with a ridge, B = (X'DX + Γ)⁻¹X'Dz
  (:func:`penalised`);
* *inverse propensities*, logistic in x: s becomes (s − d x'B)/√(1 − h) with B = [Σ_U d p(1 − p)xx']⁻¹ Σ_r x
  (1 − p)s (Kim and Kim 2007), and h the leverage in that regression (:func:`inverse_propensity`).

Steps in a row: the last step's formula is applied first, because its weights start from the others'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveypipe.grouping import group_sums

Floats = NDArray[np.float64]
NO_SPREAD = 1e-9
# A respondent whose residual is nothing tells nothing of its spread; beyond this no residual is raised.
MOST_LEVERAGE = 0.9
SINGLE = ("propensity", "leverage", "spread")


@dataclass(frozen=True)
class Linearisation:
    """Correction of weighted influence values for estimated weights.

    Attributes
    ----------
    loadings, slopes
        A and C, shape (n, q).
    propensity
        Estimated response propensities of the respondents, shape (n,), where response is taken as independent
        draws (Poisson) with them; None where it is taken as simple random sampling within cells.
    carried
        Where totals are estimated from a sample, of whom some did not answer: K of shape (m, q) over
        everybody drawn. The influence value of each gains K (C's), because each has a part in the totals.
    leverage
        Of each respondent in the regression that stands behind totals met softly, or behind a response model,
        shape (n,); None where residuals are taken as they are.
    spread
        Where totals are met softly, or chances predicted out of fold: what each adds to the variance of the
        total of residuals that are all alike, shape (n,).
    """

    loadings: Floats
    slopes: Floats
    propensity: Floats | None = None
    carried: Floats | None = None
    leverage: Floats | None = None
    spread: Floats | None = None

    def applied(self, scores: Floats) -> Floats:
        """Correct weighted influence values, shape (n, k)."""
        residuals = np.asarray(scores - self.loadings @ (self.slopes.T @ scores))
        return residuals if self.leverage is None else residuals / np.sqrt(1 - self.leverage)[:, None]

    def centred(self, scores: Floats, weights: Floats) -> Floats:
        """Take out of weighted influence values what scaling the weights to a known sum leaves of them.

        Inverse propensities are scaled to the number of people, which makes a total that number times a mean;
        influence values of means and models add up to 0 already.
        """
        if self.propensity is None:
            return scores
        return np.asarray(scores - weights[:, None] * (scores.sum(axis=0) / weights.sum()))

    def before(self, later: Linearisation) -> Linearisation:
        """Join this step with a later one whose weights start from its own."""
        slopes = self.slopes - later.slopes @ (later.loadings.T @ self.slopes)
        return Linearisation(
            np.hstack([later.loadings, self.loadings]),
            np.hstack([later.slopes, slopes]),
            self.propensity if later.propensity is None else later.propensity,
            self._carried_before(later),
            self.leverage if later.leverage is None else later.leverage,
            self.spread if later.spread is None else later.spread,
        )

    def _carried_before(self, later: Linearisation) -> Floats | None:
        if self.carried is None and later.carried is None:
            return None
        size = len(next(one.carried for one in (self, later) if one.carried is not None))
        blocks = [
            np.zeros((size, one.loadings.shape[1])) if one.carried is None else one.carried
            for one in (later, self)
        ]
        return np.hstack(blocks)

    def without_correction(self) -> Linearisation:
        """Return the same response, for influence values that are corrected already."""
        none = np.empty((len(self.loadings), 0))
        return Linearisation(none, none, self.propensity)

    def degrees_of_freedom(self, inside: NDArray[np.bool_]) -> Floats:
        """Respondents less what residuals are fitted to in each domain, shape (k,).

        That is the independent predictors of the response model, and the auxiliaries of a step on top of it.
        Where there is a `spread` c: Satterthwaite's, (Σc)²/Σc² less the sum of the leverages; with equal
        weights that is n less the parameters that a penalty leaves.

        Parameters
        ----------
        inside
            Membership, shape (n, k).
        """
        if self.spread is not None:
            members = inside.astype(float)
            squares = np.maximum(self.spread**2 @ members, 1e-300)
            total, n = self.spread @ members, members.sum(axis=0)
            # Where everybody answered no spread is left, and all count alike.
            equal = np.where(total < NO_SPREAD * n, n, total**2 / squares)
            left = equal if self.leverage is None else equal - self.leverage @ members
            return np.where(inside.any(axis=0), np.floor(np.maximum(left, 1.0) + 1e-9), 0.0)
        scaled = self.loadings / np.maximum(np.linalg.norm(self.loadings, axis=0), 1e-300)
        grams = np.einsum("ni,nk,nj->kij", scaled, inside.astype(float), scaled, optimize=True)
        size = np.sqrt(np.maximum(np.einsum("kii->ki", grams), 1e-300))
        correlations = grams / size[:, :, None] / size[:, None, :]
        ranks = np.linalg.matrix_rank(correlations, tol=1e-13, hermitian=True)
        return np.asarray(inside.sum(axis=0) - np.where(inside.any(axis=0), ranks, 0), dtype=np.float64)


def calibration(
    X: Floats, start: Floats, final: Floats, drawn: tuple[Floats, Floats] | None = None
) -> Linearisation:
    """Linearise weights that meet totals of auxiliaries.

    Parameters
    ----------
    X
        Auxiliaries, shape (n, p); may be linearly dependent.
    start, final
        Weights before and after, shape (n,). A respondent whose weight has become zero has no influence.
    drawn
        Where the totals are estimated: auxiliaries and base weights of everybody drawn, shapes (m, p) and
        (m,); left out where they are known.
    """
    root = np.sqrt(np.maximum(start, 0.0))
    # Columns of one size, so that a headcount beside a salary is not taken for dependence.
    scale = np.maximum(np.linalg.norm(X, axis=0), 1e-300)
    basis, sizes, rotation = np.linalg.svd(X / scale * root[:, None], full_matrices=False)
    kept = sizes > 1e-11 * sizes.max(initial=0.0)
    basis = basis[:, kept]
    inverse_root = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)
    inverse_final = np.divide(1.0, final, out=np.zeros_like(root), where=final > 0)
    carried = None
    if drawn is not None:
        carried = (drawn[0] / scale * drawn[1][:, None]) @ (rotation[kept].T / sizes[kept])
    return Linearisation(
        basis * (final * inverse_root)[:, None], basis * (root * inverse_final)[:, None], carried=carried
    )


def penalised(
    X: Floats,
    penalty: Floats,
    base: Floats,
    start: Floats,
    final: Floats,
    drawn: tuple[Floats, Floats] | None = None,
) -> Linearisation:
    """Linearise weights that meet some totals exactly and others softly (ridge calibration).

    The influence value becomes w (z − x'B)/√(1 − h) with B = (X'DX + Γ)⁻¹X'Dz and the leverage
    h = d x'(X'DX + Γ)⁻¹x, Γ the diagonal of penalties: the estimator is a mixed model's prediction (Guggemos
    and Tillé 2010), and its residuals are as much too small as their leverage is large (MacKinnon and White
    1985, HC2). Response is taken as independent draws with the chances that the weights tell.

    Parameters
    ----------
    X
        Auxiliaries, shape (n, p); may be linearly dependent.
    penalty
        Shape (p,), zero where a total is met exactly.
    base, start, final
        Base weights, those from which the penalised step starts, and those after it, shape (n,).
    drawn
        As for :func:`calibration`.
    """
    inverse = np.linalg.pinv((X * start[:, None]).T @ X + np.diag(penalty), hermitian=True)
    leverage = np.minimum(start * np.einsum("ni,ij,nj->n", X, inverse, X), MOST_LEVERAGE)
    inverse_final = np.divide(1.0, final, out=np.zeros_like(final), where=final > 0)
    chance = np.minimum(base * inverse_final, 1.0)
    carried = None if drawn is None else (drawn[0] * drawn[1][:, None]) @ inverse
    return Linearisation(
        (final[:, None] * X) @ inverse,
        X * (start * inverse_final)[:, None],
        chance,
        carried,
        leverage,
        (1 - chance) * final**2 / (1 - leverage),
    )


def inverse_propensity(
    X: Floats,
    size: Floats,
    propensity: Floats,
    answered: NDArray[np.bool_],
    *,
    start: Floats,
    final: Floats,
    sampled: bool = False,
) -> Linearisation:
    """Linearise weights inverse to the propensities of a logistic response model.

    The residuals s − d x'B of Kim and Kim (2007) are those of a regression of s on d x weighted by (1 − p)/d,
    whose slopes were fitted to the same respondents: they are too small by their leverage
    h = d (1 − p) x'[Σ_U d p(1 − p)xx']⁻¹x, and are divided by √(1 − h) (MacKinnon and White 1985, HC2). With
    a model that holds nothing but classes the variance is that of simple random sampling within them, as for
    weighting classes.

    Parameters
    ----------
    X
        Design matrix over all eligible, shape (N, p).
    size
        Base weights over all eligible, shape (N,).
    propensity
        Estimated propensities, shape (N,).
    answered
        Shape (N,).
    start, final
        Weights of the respondents before and after, shape (n,). Where the latter were trimmed, they no
        longer depend on the propensity.
    sampled
        Whether all eligible are a sample, each of whom has a part in the estimated model.
    """
    information = (X * (size * propensity * (1 - propensity))[:, None]).T @ X
    x, p = X[answered], propensity[answered]
    inverse = np.linalg.pinv(information, hermitian=True)
    loadings = (start[:, None] * x) @ inverse
    carried = ((size * propensity)[:, None] * X) @ inverse if sampled else None
    ratio = final * p / start
    free = ratio > ratio.max() * (1 - 1e-9)
    leverage = start * (1 - p) * np.einsum("ni,ij,nj->n", x, inverse, x)
    return Linearisation(
        loadings,
        x * np.where(free, 1 - p, 0.0)[:, None],
        p,
        carried,
        np.minimum(leverage, MOST_LEVERAGE),
    )


@dataclass(frozen=True)
class Cells:
    """Response cells as arrays: codes of shape (n,), staff and respondents of shape (H,)."""

    codes: NDArray[np.intp]
    names: tuple[str, ...]
    N: Floats
    n: Floats

    @property
    def f(self) -> Floats:
        """Response rates n_h / N_h."""
        return self.n / self.N


def deviations(
    scores: Floats, cells: Cells, linearised: Linearisation | None = None, *, fpc: bool = True
) -> Floats:
    r"""Deviations whose cross-product is the covariance of totals of weighted influence values.

    Parameters
    ----------
    scores
        Weighted influence values s, shape (n, k).
    cells
        Response cells.
    linearised
        What the estimation of the weights adds; None for weighting classes.
    fpc
        Whether the finite-population correction applies.

    Returns
    -------
    ndarray
        Shape (n, k). The covariance is :math:`\sum_h (1 - f_h) \frac{n_h}{n_h - 1} \sum_i (s_i - \bar
        s_h)(s_i - \bar s_h)'`, and for inverse propensities :math:`\sum_i (1 - p_i) s_i s_i'` (Kim and Kim
        2007); without the correction, 1 − f and 1 − p are 1.
    """
    values = scores if linearised is None else linearised.applied(scores)
    if linearised is not None and linearised.propensity is not None:
        return np.asarray(values * np.sqrt(1 - linearised.propensity)[:, None] if fpc else values)
    means = group_sums(values, cells.codes, len(cells.n)) / cells.n[:, None]
    # A cell in which everybody answered may hold one person: it adds nothing when the fpc is on.
    factor = np.where(cells.n > 1, cells.n / np.maximum(cells.n - 1, 1), 0.0)
    factor = factor * (1 - cells.f) if fpc else factor
    return np.asarray((values - means[cells.codes]) * np.sqrt(factor)[cells.codes, None])


def as_columns(scheme: str, made: Linearisation | None) -> Mapping[str, Floats]:
    """Columns of the table of weights that carry a scheme's linearisation from stage to stage."""
    if made is None:
        return {}
    columns = {f"loading_{scheme}_{k:03d}": column for k, column in enumerate(made.loadings.T)}
    columns |= {f"slope_{scheme}_{k:03d}": column for k, column in enumerate(made.slopes.T)}
    for kind in SINGLE:
        column = getattr(made, kind)
        if column is not None:
            columns[f"{kind}_{scheme}"] = column
    return columns


def from_columns(scheme: str, columns: Mapping[str, ArrayLike]) -> Linearisation | None:
    """Read back what :func:`as_columns` laid out; None where the scheme has weighting classes."""

    def block(kind: str) -> list[Floats]:
        found: list[Floats] = []
        while (name := f"{kind}_{scheme}_{len(found):03d}") in columns:
            found.append(np.asarray(columns[name], dtype=np.float64))
        return found

    loadings, slopes = block("loading"), block("slope")
    if not loadings:
        return None
    single = {
        kind: np.asarray(columns[f"{kind}_{scheme}"], dtype=np.float64)
        for kind in SINGLE
        if f"{kind}_{scheme}" in columns
    }
    return Linearisation(np.column_stack(loadings), np.column_stack(slopes), **single)
