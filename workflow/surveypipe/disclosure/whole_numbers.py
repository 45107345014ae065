"""Whether other whole numbers than the true ones agree with what is published of a question.

An interval between two ends found by linear programmes may hold no whole number but the true one. Here people
are moved from one answer to another within the cells of the published counts, and what still agrees with
every statement is kept and moved on from: a walk over the solutions that starts from the true one. A count
that the walk never sees changed is taken for known: it may miss a possibility, and so hides too much rather
than too little. Where a step is one of too many to be tried, an integer programme looks once more
(:meth:`surveypipe.disclosure.linear.System.whole`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.linear import LEAST_TOLERANCE, Statement

Cell = tuple[str, int]
Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
# Who gave no answer may have given one.
NO_ANSWER = ""
# At most so many change their answer in one cell at a step; points from which each round goes on, rounds, and
# points kept of each.
MOST_MOVED, POINTS, ROUNDS, MOST_KEPT = 3, 24, 4, 300
# Steps in two cells at once that are tried; of more, so many are drawn.
MOST_STEPS = 10_000
# Statements that every step is held against: most steps fail one of them.
FIRST = 12


class Walk:
    """Whole numbers that agree with what is said of a question, as far as a walk from the truth finds them.

    Parameters
    ----------
    known
        Answer and atom to the true count; what is not named is nought.
    answers
        Answers, the finest.
    sizes
        Number of people in each atom.
    statements
        All that may be said; each search then takes some of them.
    """

    def __init__(
        self,
        known: Mapping[Cell, float],
        answers: Sequence[str],
        sizes: Sequence[float],
        statements: Iterable[Statement],
    ) -> None:
        states, self._parts = [*answers, NO_ANSWER], len(sizes)
        cells = [(answer, atom) for atom in range(len(sizes)) for answer in states]
        self._index: dict[Hashable, int] = {cell: number for number, cell in enumerate(cells)}
        self._truth = np.array([float(known.get(cell, 0.0)) for cell in cells])
        for atom, size in enumerate(sizes):
            given = sum(known.get((answer, atom), 0.0) for answer in answers)
            self._truth[self._index[NO_ANSWER, atom]] = size - given
        self._where, self._by = _steps(len(states), len(sizes))
        # Whether steps are left untried, so that a possibility is easily missed.
        self.sampled = _double_steps(len(states), len(sizes)) > MOST_STEPS
        self._row: dict[Hashable, int] = {}
        rows: list[Floats] = []
        limits: list[float] = []
        for statement in statements:
            for side in statement.sides:
                self._row[statement.place, side] = len(rows)
                row, limit = self._as_row(statement, side)
                rows.append(row)
                limits.append(limit)
        self._rows, self._limits = np.array(rows).reshape(-1, len(cells)), np.array(limits)
        self._told = np.empty((len(rows), len(self._by)))
        for number, row in enumerate(self._rows):
            self._told[number] = (row[self._where] * self._by).sum(axis=1)

    def _as_row(self, statement: Statement, side: int) -> tuple[Floats, float]:
        row = np.zeros(len(self._truth))
        for cell, coefficient in statement.coefficients.items():
            if cell in self._index:
                row[self._index[cell]] += side * coefficient
        return row, side * statement.value + max(statement.tolerance, LEAST_TOLERANCE)

    def solutions(self, statements: Iterable[Statement], enough: Callable[[Floats], bool]) -> Floats:
        """Find combinations that agree with some of the statements, the true one first; shape (k, counts).

        Parameters
        ----------
        statements
            Some of those that the walk was made with.
        enough
            Whether what was found suffices, asked after each round.
        """
        keys = [(statement.place, side) for statement in statements for side in statement.sides]
        numbers = np.array([self._row[key] for key in keys], dtype=np.intp)
        # A solution may be reached over what is no solution: a step may be wrong by one person.
        slack = np.abs(self._rows[numbers]).max(axis=1) * (1 + LEAST_TOLERANCE)
        room = self._limits[numbers] + slack - self._rows[numbers] @ self._truth
        # Where there is least room most steps fail.
        numbers = numbers[np.argsort(room, kind="stable")]
        rows, limits, told = self._rows[numbers], self._limits[numbers], self._told[numbers]
        room = limits + np.abs(rows).max(axis=1) * (1 + LEAST_TOLERANCE)
        found, points, draws = self._truth[None], self._truth[None], np.random.default_rng(0)
        for _ in range(ROUNDS):
            new = [self._from(point, told, room - rows @ point, draws) for point in points]
            found = _distinct(np.concatenate([found, *new]))
            good = found[(found @ rows.T <= limits).all(axis=1)]
            if enough(good):
                break
            half = [part[draws.permutation(len(part))[: POINTS // 2]] for part in (found, good)]
            points = np.concatenate(half)
        return good

    def _from(self, point: Floats, told: Floats, left: Floats, draws: np.random.Generator) -> Floats:
        """Step from a point to others that agree with the statements, as far as there is room left."""
        possible = (point[self._where] + self._by >= 0).all(axis=1)
        possible &= (told[:FIRST] <= left[:FIRST, None]).all(axis=0)
        fits = np.flatnonzero(possible)
        fits = fits[(told[FIRST:, fits] <= left[FIRST:, None]).all(axis=0)]
        fits = fits[draws.permutation(len(fits))[:MOST_KEPT]]
        moved = np.repeat(point[None], len(fits), axis=0)
        np.add.at(moved, (np.arange(len(fits))[:, None], self._where[fits]), self._by[fits])
        return moved

    def possible(self, target: Iterable[Hashable], solutions: Floats) -> int:
        """How many values of a sum of counts there are among some solutions."""
        return int(np.count_nonzero(np.bincount(np.rint(self.sums(target, solutions)).astype(np.int64))))

    def examples(
        self, targets: Iterable[Iterable[Hashable]], solutions: Floats, many: int
    ) -> Iterator[dict[Hashable, float]]:
        """Choose solutions in which some sums of counts take so many values each."""
        firsts = (np.unique(self.sums(target, solutions), return_index=True)[1] for target in targets)
        for number in sorted({int(first) for rows in firsts for first in np.sort(rows)[:many]}):
            yield dict(zip(self._index, solutions[number].tolist(), strict=True))

    def sums(self, target: Iterable[Hashable], solutions: Floats) -> Floats:
        """Add up some counts in each of some solutions; shape (k,)."""
        columns = [self._index[cell] for cell in target if cell in self._index]
        return np.asarray(solutions[:, columns].sum(axis=1))

    def by_part(self, answer: str, solutions: Floats) -> Floats:
        """Give the counts of an answer in each part, of each of some solutions; shape (k, parts)."""
        parts = range(self._parts)
        return np.stack([self.sums([(answer, part)], solutions) for part in parts], axis=1)


def _double_steps(states: int, atoms: int) -> int:
    """How many steps there are in two cells at once."""
    return math.comb(states, 2) * math.comb(atoms, 2) * (2 * MOST_MOVED) ** 2


def _steps(states: int, atoms: int) -> tuple[Numbers, Floats]:
    """So many from one answer to another in one cell, and so many there or back in a second.

    Returns
    -------
    where, by
        Counts that a step changes, in order, and by how much; both of shape (steps, 4). A step in one cell
        has two entries that change nothing. Steps stand in the order of the vectors that they add.
    """
    span = np.arange(-MOST_MOVED, MOST_MOVED + 1)
    pairs = np.array(list(combinations(range(states), 2)), dtype=np.intp).reshape(-1, 2)
    single = np.array([(p, i, i, a, 0) for p in range(len(pairs)) for i in range(atoms) for a in span if a])
    twice = np.array(list(combinations(range(atoms), 2)), dtype=np.intp).reshape(-1, 2)
    sizes = (len(pairs), len(twice), len(span) - 1, len(span) - 1)
    number = _double_steps(states, atoms)
    drawn = np.arange(number)
    if number > MOST_STEPS:
        drawn = np.sort(np.random.default_rng(2).choice(number, MOST_STEPS, replace=False))
    p, ij, a, b = np.unravel_index(drawn, sizes)
    some = span[span != 0]
    double = np.column_stack([p, twice[ij], some[a], some[b]]).reshape(-1, 5)
    chosen = np.concatenate([single.reshape(-1, 5), double]).astype(np.intp)
    first, second = pairs[chosen[:, 0]].T
    here, there = chosen[:, 1] * states, chosen[:, 2] * states
    where = np.column_stack([here + first, here + second, there + first, there + second])
    by = np.column_stack([-chosen[:, 3], chosen[:, 3], -chosen[:, 4], chosen[:, 4]]).astype(np.float64)
    sort = np.argsort(np.where(by == 0, atoms * states, where), axis=1, kind="stable")
    where, by = np.take_along_axis(where, sort, axis=1), np.take_along_axis(by, sort, axis=1)
    order = _as_vectors(where, by, atoms * states)
    return where[order], by[order]


def _as_vectors(where: Numbers, by: Floats, length: int) -> Numbers:
    """Order sparse vectors as their full forms would be: by the first number in which two differ."""
    width = 2 * MOST_MOVED + 1
    # A number below nought comes before nought, the earlier it stands the sooner; one above nought after it.
    earlier, later = where * width + by, (3 * length - where) * width + by
    rank = np.where(by < 0, earlier, np.where(by > 0, later, 1.5 * length * width))
    return np.lexsort(rank.T[::-1])


def _distinct(rows: Floats) -> Floats:
    """Leave each row of whole numbers once; by a number made of it, which is faster than by the row."""
    # Whole numbers below 2**53 are added up exactly, in whatever order.
    key = np.random.default_rng(1).integers(1, 2**32, rows.shape[1]).astype(np.float64)
    _, first = np.unique(rows @ key, return_index=True)
    return np.asarray(rows[np.sort(first)])
