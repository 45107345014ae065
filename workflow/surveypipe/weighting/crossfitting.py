"""Response propensities predicted out of fold: nobody has a part in the model that weights them.

The list is cut into K folds, and the logistic model is fitted K times, each time without one fold, whose
chances it then predicts (cross-fitting: Chernozhukov et al. 2018). A model of many terms can then not follow
the very people whom it weights. It needs a long list: each model must learn from ten respondents and ten
others for each of its coefficients (Peduzzi et al. 1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design.linearisation import Linearisation
from surveypipe.determinism import stream
from surveypipe.problems import SurveyError
from surveypipe.weighting import propensity
from surveypipe.weighting.plan import Plan, group_plan, scale_to
from surveypipe.weighting.population import Population

Floats = NDArray[np.float64]
# Convention: under so many on the list a fold of five holds fewer than a hundred.
FEWEST_LISTED = 500
FEWEST_TO_A_COEFFICIENT = 10
INDEPENDENT = 1e-9


@dataclass(frozen=True)
class CrossFit:
    """A response model fitted without each fold in turn.

    Attributes
    ----------
    people
        Whom to weight.
    X
        Design matrix over the frame, shape (N, p).
    folds
        Fold of each, 0 to K − 1, shape (N,).
    """

    people: Population
    X: Floats
    folds: NDArray[np.intp]

    @property
    def number(self) -> int:
        """How many folds there are."""
        return int(self.folds.max()) + 1

    def without(self, fold: int, counted: Floats) -> Floats:
        """Coefficients of the model fitted without a fold, shape (p,) or (p, R); see `propensity.fit`."""
        rest = self.folds != fold
        return propensity.fit(self.X[rest], counted[rest], self.people.base[rest]).beta

    def propensities(self, counted: Floats) -> Floats:
        """Chances of everybody on the frame, each from the model without their fold, shape (N,) or (N, R)."""
        p = np.empty(counted.shape)
        for fold in range(self.number):
            own = self.folds == fold
            p[own] = propensity.expit(self.X[own] @ self.without(fold, counted))
        return p

    def reweight(self, start: Floats) -> Floats:
        """Divide starting weights by the chances, scaled to the staff; shape (n,) or (n, R)."""
        p = self.propensities(self._counted(start))[self.people.respondent]
        W = np.asarray(start, float) / p
        return np.asarray(W * (self.people.staff / W.sum(axis=0)))

    def _counted(self, start: Floats) -> Floats:
        counted = np.zeros((len(self.X), *np.shape(start)[1:]))
        counted[self.people.respondent] = start
        return counted

    def linearise(self, start: Floats, final: Floats) -> Linearisation:
        """Linearise weights that are inverse to chances predicted out of fold.

        The weighted influence value s of respondent j becomes s − d x'B with B = Σ_k [Σ_U d p(1 − p)xx']⁻¹
        Σ_r x (1 − p)s over the folds k but j's own: the first sum is over whoever is not in k, with the
        chances of the model without k, the second over the respondents in k (Kim and Kim 2007, applied to
        each model). No residual has a part in its own slope, so that none has a leverage.
        """
        people, counted = self.people, self._counted(start)
        answered, x, own = people.respondent, self.X[people.respondent], self.folds[people.respondent]
        models = [propensity.expit(self.X @ self.without(fold, counted)) for fold in range(self.number)]
        p_own = np.choose(self.folds, models)[answered]
        ratio = final * p_own / start
        # A trimmed weight no longer depends on the chance.
        slope = np.where(ratio > ratio.max() * (1 - 1e-9), 1 - p_own, 0.0)[:, None] * x
        loadings, slopes, carried = [], [], []
        for fold, p in enumerate(models):
            rest = self.folds != fold
            information = (self.X * (people.base * p * (1 - p) * rest)[:, None]).T @ self.X
            inverse = np.linalg.pinv(information, hermitian=True)
            loadings.append((start * rest[answered])[:, None] * x @ inverse)
            slopes.append(slope * (own == fold)[:, None])
            carried.append((people.base * p * rest)[:, None] * self.X @ inverse)
        return Linearisation(
            np.hstack(loadings),
            np.hstack(slopes),
            p_own,
            np.hstack(carried) if people.sampled else None,
            spread=(1 - p_own) * final**2,
        )


def cross_fit(
    people: Population, predictors: Sequence[str], number: int, *, products: bool, scheme: str
) -> CrossFit:
    """Cut the list into folds, and say what the model is.

    Parameters
    ----------
    people
        Whom to weight. Its seed decides the folds, over which respondents and others are dealt evenly.
    predictors
        Variables of the frame; `products` adds the products of any two.
    number
        Folds.
    scheme
        Its key, for messages.

    Raises
    ------
    SurveyError
        If the list is too short for the model, or predictors repeat one another.
    """
    X, _ = propensity.design_matrix(people.frame, predictors)
    if products:
        X = _independent(np.column_stack([X, *_products(people.frame, predictors)]))
    shuffled = stream(people.seed, f"folds of {scheme}").permutation(len(X))
    dealt = shuffled[np.argsort(people.respondent[shuffled], kind="stable")]
    folds = np.empty(len(X), dtype=np.intp)
    folds[dealt] = np.arange(len(X)) % number
    _check_length(people, X, folds, scheme)
    return CrossFit(people, X, folds)


def _products(frame: pd.DataFrame, predictors: Sequence[str]) -> list[Floats]:
    own = [propensity.design_matrix(frame, [name])[0][:, 1:] for name in predictors]
    return [
        (one[:, :, None] * other[:, None, :]).reshape(len(frame), -1) for one, other in combinations(own, 2)
    ]


def _independent(X: Floats) -> Floats:
    """Leave out columns that those before them tell, such as that of a combination of which nobody is."""
    scaled = X / np.maximum(np.linalg.norm(X, axis=0), 1e-300)
    kept = [0]
    for column in range(1, X.shape[1]):
        basis, _ = np.linalg.qr(scaled[:, kept])
        left = scaled[:, column] - basis @ (basis.T @ scaled[:, column])
        if np.linalg.norm(left) > INDEPENDENT:
            kept.append(column)
    return X[:, kept]


def _check_length(people: Population, X: Floats, folds: NDArray[np.intp], scheme: str) -> None:
    needed = FEWEST_TO_A_COEFFICIENT * X.shape[1]
    fewest = min(
        int((people.respondent[folds != fold] == said).sum())
        for fold in range(int(folds.max()) + 1)
        for said in (True, False)
    )
    if len(X) >= FEWEST_LISTED and fewest >= needed:
        return
    raise SurveyError(
        f"weighting scheme '{scheme}': predicting out of fold needs a long list: at least {FEWEST_LISTED} "
        f"eligible people, and for {X.shape[1]} coefficients {needed} who answered and as many who did not "
        f"outside each fold. Here are {len(X)} eligible people, and {fewest} of the fewer kind. Take fewer "
        "predictors or no products of them, or the method propensity, rake or poststratify."
    )


def cross_fitted_plan(
    people: Population, predictors: Sequence[str], number: int, *, products: bool, scheme: str
) -> Plan:
    """Plan of weights inverse to chances predicted out of fold."""
    made = cross_fit(people, predictors, number, products=products, scheme=scheme)
    plan = group_plan(people, scheme)
    plan.reweight, plan.linearise = made.reweight, made.linearise
    plan.restore = scale_to(np.zeros(len(people.start), dtype=np.intp), np.array([people.staff]))
    more = " and the products of any two" if products else ""
    plan.steps = [
        (
            "cross_fitted",
            f"Logistic response model on {', '.join(predictors)}{more} ({made.X.shape[1]} coefficients), "
            f"fitted {made.number} times by maximum likelihood, each time without one of as many folds.",
        )
    ]
    return plan
