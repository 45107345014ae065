"""Whether other whole numbers than the true ones agree with what is published of a question.

An interval between two ends found by linear programmes may hold no whole number but the true one. Here people
are moved from one answer to another within the cells of the published counts, and what still agrees with
every statement is kept and moved on from: a walk over the solutions that starts from the true one. A count
that the walk never sees changed is taken for known: it may miss a possibility, and so hides too much rather
than too little.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from surveypipe.disclosure.linear import LEAST_TOLERANCE, Statement

Cell = tuple[str, int]
Floats = NDArray[np.float64]
# Who gave no answer may have given one.
NO_ANSWER = ""
# At most so many change their answer in one cell at a step; points from which each round goes on, rounds, and
# points kept of each.
MOST_MOVED, POINTS, ROUNDS, MOST_KEPT = 3, 24, 4, 300


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
        states = [*answers, NO_ANSWER]
        cells = [(answer, atom) for atom in range(len(sizes)) for answer in states]
        self._index: dict[Hashable, int] = {cell: number for number, cell in enumerate(cells)}
        self._truth = np.array([float(known.get(cell, 0.0)) for cell in cells])
        for atom, size in enumerate(sizes):
            given = sum(known.get((answer, atom), 0.0) for answer in answers)
            self._truth[self._index[NO_ANSWER, atom]] = size - given
        self._moves = self._steps(states, len(sizes))
        self._rows: dict[Hashable, tuple[Floats, float]] = {}
        for statement in statements:
            for side in statement.sides:
                self._rows[statement.place, side] = self._row(statement, side)
        self._told = {key: self._moves @ row for key, (row, _) in self._rows.items()}

    def _row(self, statement: Statement, side: int) -> tuple[Floats, float]:
        row = np.zeros(len(self._truth))
        for cell, coefficient in statement.coefficients.items():
            if cell in self._index:
                row[self._index[cell]] += side * coefficient
        return row, side * statement.value + max(statement.tolerance, LEAST_TOLERANCE)

    def _steps(self, states: Sequence[str], atoms: int) -> Floats:
        """So many from one answer to another in one cell, and so many there or back in a second."""
        span = range(-MOST_MOVED, MOST_MOVED + 1)
        made = []
        for first, second in combinations(states, 2):
            for i, j in combinations(range(atoms), 2):
                for here, there in ((a, b) for a in span for b in span if a or b):
                    step = np.zeros(len(self._truth))
                    for atom, many in ((i, here), (j, there)):
                        step[self._index[first, atom]] -= many
                        step[self._index[second, atom]] += many
                    made.append(step)
        return np.unique(np.array(made).reshape(-1, len(self._truth)), axis=0)

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
        rows = np.array([self._rows[key][0] for key in keys])
        limits = np.array([self._rows[key][1] for key in keys])
        told = np.array([self._told[key] for key in keys])
        # A solution may be reached over what is no solution: a step may be wrong by one person.
        room = limits + np.abs(rows).max(axis=1) * (1 + LEAST_TOLERANCE)
        found, points, draws = self._truth[None], self._truth[None], np.random.default_rng(0)
        for _ in range(ROUNDS):
            new = [self._from(point, rows, room, told, draws) for point in points]
            found = _distinct(np.concatenate([found, *new]))
            good = found[(found @ rows.T <= limits).all(axis=1)]
            if enough(good):
                break
            half = [part[draws.permutation(len(part))[: POINTS // 2]] for part in (found, good)]
            points = np.concatenate(half)
        return good

    def _from(
        self, point: Floats, rows: Floats, room: Floats, told: Floats, draws: np.random.Generator
    ) -> Floats:
        fits = (told <= (room - rows @ point)[:, None]).all(axis=0)
        moved = point + self._moves[fits]
        moved = moved[(moved >= 0).all(axis=1)]
        return np.asarray(moved[draws.permutation(len(moved))[:MOST_KEPT]])

    def possible(self, target: Iterable[Hashable], solutions: Floats) -> int:
        """How many values of a sum of counts there are among some solutions."""
        columns = [self._index[cell] for cell in target if cell in self._index]
        sums = solutions[:, columns].sum(axis=1)
        return int(np.count_nonzero(np.bincount(np.rint(sums).astype(np.int64))))


def _distinct(rows: Floats) -> Floats:
    """Leave each row of whole numbers once; by a number made of it, which is faster than by the row."""
    key = np.random.default_rng(1).integers(1, 2**40, rows.shape[1])
    _, first = np.unique(np.rint(rows).astype(np.int64) @ key, return_index=True)
    return np.asarray(rows[np.sort(first)])
