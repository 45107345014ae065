"""Respondents by their parts, and the errors of answers that they may have given.

Of samples, and of weights that are estimated, no formula says what a standard error tells of counts. Whatever
counts are tried are given to respondents, and put through the design itself. Where it matters who of a part
gave an answer, as with clusters, those who answer otherwise than they did are drawn, several times over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
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
        By scheme; none of many people.
    apart
        Schemes in whose errors it matters who of a part gave an answer.
    rank
        Which of its part each respondent is, from nought.
    """

    atom: Numbers
    errors: Mapping[str, ErrorsOf]
    apart: frozenset[str] = field(init=False)
    rank: Numbers = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", _ranks(self.atom, np.arange(len(self.atom))))
        tried = self.errors if len(self.atom) <= MOST_PEOPLE else {}
        object.__setattr__(self, "errors", tried)
        apart = {scheme for scheme, one in tried.items() if not self._no_matter_who(one)}
        object.__setattr__(self, "apart", frozenset(apart))

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

    def drawn(self, given: Numbers, counts: Floats) -> Numbers:
        """Give answers of which so many of each part gave each, and as few as can be differ from the true.

        Parameters
        ----------
        given
            Number of the answer that each gave, shape (n,).
        counts
            How many of each part gave each answer, shape (answers, K, parts).

        Returns
        -------
        ndarray
            Shape (n, K); who changes is drawn anew for each of the K.
        """
        made = np.repeat(given[:, None], counts.shape[1], axis=1)
        keys = np.random.default_rng(0).random(made.shape)
        for part in np.unique(self.atom):
            mine = np.flatnonzero(self.atom == part)
            order = np.argsort(keys[mine], axis=0)
            made[mine[order], np.arange(made.shape[1])] = _moved(given[mine][order], counts[:, :, part])
        return made


def _moved(given: Numbers, counts: Floats) -> Numbers:
    """Change the last of those who gave an answer that too many gave; shape (people, K)."""
    surplus = np.zeros(given.shape, dtype=bool)
    for answer, count in enumerate(counts):
        same = given == answer
        surplus |= same & (np.cumsum(same, axis=0) > count)
    made, number, done = given.copy(), np.cumsum(surplus, axis=0), np.zeros(given.shape[1])
    for answer, count in enumerate(counts):
        upto = done + np.maximum(count - (given == answer).sum(axis=0), 0)
        made[surplus & (number > done) & (number <= upto)] = answer
        done = upto
    return made


def _ranks(atom: Numbers, order: Numbers) -> Numbers:
    """Which of its part each is, taken in some order."""
    made = np.empty(len(atom), dtype=np.intp)
    for part in np.unique(atom):
        mine = order[atom[order] == part]
        made[mine] = np.arange(len(mine))
    return made
