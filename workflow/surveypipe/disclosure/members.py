"""Respondents by their parts, and the errors of answers that they may have given.

Of samples, and of weights that are estimated, no formula says what a standard error tells of counts. Whatever
counts are tried are given to respondents, and put through the design itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Respondents of whom more are not tried, and orders of them in which it is tried whether it matters who gave
# an answer.
MOST_PEOPLE, ORDERS = 2_000, 4
# Of answers, shape (n, K) and NaN for whoever gave none, with the correction or not: estimates and errors.
ErrorsOf = Callable[[Floats, bool], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Members:
    """Respondents by their parts, and what computes the errors of each scheme.

    Attributes
    ----------
    atom
        Part of each respondent, shape (n,).
    errors
        Of the schemes of whose errors it makes no difference who of a part gave an answer.
    rank
        Which of its part each respondent is, from nought.
    """

    atom: NDArray[np.intp]
    errors: Mapping[str, ErrorsOf]
    rank: NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", _ranks(self.atom, np.arange(len(self.atom))))
        alike = {scheme: one for scheme, one in self.errors.items() if self._no_matter_who(one)}
        object.__setattr__(self, "errors", alike if len(self.atom) <= MOST_PEOPLE else {})

    def _no_matter_who(self, errors: ErrorsOf) -> bool:
        """Whether half of each part give the same error whoever they are."""
        half = np.bincount(self.atom)[self.atom] / 2
        draws = np.random.default_rng(0)
        orders = [_ranks(self.atom, draws.permutation(len(self.atom))) for _ in range(ORDERS)]
        found = errors(np.stack([order < half for order in orders], axis=1).astype(float), False)
        return all(np.allclose(one, one[0], rtol=1e-6, atol=1e-9) for one in found)

    def answers(self, given: list[tuple[float, Floats]]) -> Floats:
        """Score of each respondent, from how many of each part gave what; shape (n, K), NaN for others."""
        made = np.full((len(self.atom), len(given[0][1])), np.nan)
        done = np.zeros(made.shape)
        for score, counts in given:
            upto = done + counts.T[self.atom]
            made[(self.rank[:, None] >= done) & (self.rank[:, None] < upto)] = score
            done = upto
        return made


def _ranks(atom: NDArray[np.intp], order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which of its part each is, taken in some order."""
    made = np.empty(len(atom), dtype=np.intp)
    for part in np.unique(atom):
        mine = order[atom[order] == part]
        made[mine] = np.arange(len(mine))
    return made
