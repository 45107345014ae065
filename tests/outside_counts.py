"""Whole numbers of people by question, answer and cell, and what may be said of them.

What an attacker wants to know of a sum of them is whether another number fits everything that is published.
That is asked of the questions alone that statements tie together, and first of solutions known already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from outside_attack import Outside

# Nodes of a search after which it counts as having found nothing.
NODES = 500
SLIP = 1e-6


def code(value: Any) -> str:
    """Write a code as the tables do."""
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return str(value)


class Counts:
    """Unknown counts, and statements about them.

    Attributes
    ----------
    searches, cut_short
        How many integer programmes were solved, and how many of them came to no end.
    """

    def __init__(self, study: Outside) -> None:
        self.study, self.index = study, dict[tuple[str, str, int], int]()
        self.left: list[dict[int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.searches = self.cut_short = 0
        self._true: np.ndarray = np.zeros(0)
        self._known: list[np.ndarray] = []
        self._blocks: tuple[int, np.ndarray, csr_array] | None = None

    def add(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """Take down a statement."""
        self.left.append(dict(coefficients))
        self.low.append(low)
        self.high.append(high)

    def true(self) -> np.ndarray:
        """Give the counts as they are, of which the reader knows nothing."""
        if len(self._true) != len(self.index):
            self._true = np.zeros(len(self.index))
            size = self.study.cell.max() + 1
            for variable in dict.fromkeys(variable for variable, _, _ in self.index):
                given = self.study.people[variable].map(code).where(self.study.people[variable].notna())
                for answer in given.dropna().unique():
                    counted = np.bincount(self.study.cell[(given == answer).to_numpy()], minlength=size)
                    for cell in np.flatnonzero(counted):
                        self._true[self.index[variable, answer, int(cell)]] = counted[cell]
        return self._true

    def check(self, name: str) -> None:
        """Make sure that the truth agrees with the last statement: the attack has read the row rightly."""
        true = self.true()
        found = sum(true[place] * value for place, value in self.left[-1].items())
        assert self.low[-1] - SLIP <= found <= self.high[-1] + SLIP, f"{name} is read wrongly"

    def ask(self, variable: str, codes: list[str]) -> None:
        """Take a question in: of each cell so many at most answered it."""
        for cell in range(self.study.cell.max() + 1):
            mine = {}
            for answer in codes:
                self.index[variable, answer, cell] = len(self.index)
                mine[self.index[variable, answer, cell]] = 1.0
            self.add(mine, 0.0, float((self.study.cell == cell).sum()))

    def of(self, variable: str, answers: list[str], where: np.ndarray) -> list[int]:
        """Unknowns of some answers of the people somewhere."""
        cells = np.unique(self.study.cell[where])
        return [self.index[variable, answer, int(cell)] for answer in answers for cell in cells]

    def settled(self, unknowns: list[int]) -> bool:
        """Whether the sum of some unknowns can be no other than it is.

        A search that was cut short leaves it open.
        """
        true = self.true()[unknowns].sum()
        if any(abs(one[unknowns].sum() - true) > 0.5 for one in self._known):
            return False
        for low, high in ((true + 1, np.inf), (-np.inf, true - 1)):
            # Of nobody fewer than none gave an answer.
            if high < 0:
                continue
            columns, done = self._search(unknowns, low=low, high=high)
            if done.status != 2:
                if done.x is not None:
                    other = self.true().copy()
                    other[columns] = np.round(done.x)
                    self._known.append(other)
                return False
        return True

    def ends(self, unknowns: list[int]) -> tuple[float, float]:
        """Least and greatest sum of some unknowns that agree with everything."""
        found = []
        for sign in (1.0, -1.0):
            _, done = self._search(unknowns, cost=sign)
            assert done.status != 2, f"what is published contradicts itself: {done.message}"
            # Of a search that was cut short what is proven counts, which leaves more open.
            proven = done.fun if done.status == 0 else done.mip_dual_bound
            bound = (0.0 if sign > 0 else -np.inf) if proven is None else proven
            found.append(sign * bound)
        return round(found[0], 6), round(found[1], 6)

    def _search(
        self, unknowns: list[int], *, cost: float = 0.0, low: float = -np.inf, high: float = np.inf
    ) -> tuple[np.ndarray, Any]:
        """Look for counts that agree with everything said where statements tie something to the unknowns."""
        block, A = self._tied()
        columns = np.flatnonzero(np.isin(block, block[unknowns]))
        mine = A[:, columns]
        rows = np.flatnonzero(np.diff(mine.indptr))
        target = np.isin(columns, unknowns).astype(float)
        said = [
            LinearConstraint(mine[rows], np.array(self.low)[rows] - SLIP, np.array(self.high)[rows] + SLIP),
            LinearConstraint(target[None, :], low - SLIP, high + SLIP),
        ]
        done = milp(
            cost * target, constraints=said, integrality=np.ones(len(columns)), bounds=Bounds(0, np.inf),
            options={"node_limit": NODES},
        )  # fmt: skip
        self.searches += 1
        self.cut_short += done.status not in (0, 2)
        return columns, done

    def _tied(self) -> tuple[np.ndarray, csr_array]:
        """To which block each unknown belongs, and the coefficients of all statements."""
        if self._blocks is None or self._blocks[0] != len(self.left):
            A = _matrix(self.left, len(self.index))
            block = connected_components(A.T @ A, directed=False)[1]
            self._blocks = len(self.left), block, A
            self._known = []
        return self._blocks[1], self._blocks[2]


def _matrix(left: Iterable[Mapping[int, float]], size: int) -> csr_array:
    rows, columns, values = [], [], []
    for row, coefficients in enumerate(left):
        rows += [row] * len(coefficients)
        columns += list(coefficients)
        values += list(coefficients.values())
    return csr_array((values, (rows, columns)), shape=(row + 1, size))
