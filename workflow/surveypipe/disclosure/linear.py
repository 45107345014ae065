"""What a reader can work out of a suppressed count from everything published about it.

Published numbers are linear statements about unknown counts: a total is a sum of cells, a percentage times
its base is a count, a weighted percentage weighs the counts of the cells whose weights are known. The
interval in which a suppressed count can lie, given all of them, is found by two small linear programmes,
one for each end (the audit of Fischetti and Salazar, 2001; HiGHS through scipy). Counts are whole numbers,
of which an interval may hold few or none that agree with everything: :mod:`whole_numbers` looks for them.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

# Numbers in a CSV have twelve digits; below this, two statements about counts cannot be told apart.
LEAST_TOLERANCE = 1e-6
# By how much the ends that linear programmes find may break a statement.
FEASIBLE = 1e-7
# At most so many branches of an integer programme: almost all are solved within a few.
MOST_NODES = 20
# Room for the tolerance of the linear programmes.
LEEWAY = 1e-3


@dataclass(frozen=True)
class Statement:
    """One published number, as a reader with a pencil would write it down.

    Parameters
    ----------
    place
        Which published number says it.
    coefficients
        Unknown count to its coefficient.
    value
        What the sum is.
    tolerance
        By how much the sum may differ from it because the number was rounded.
    sides
        Which side of the value the sum may not pass: 1 it is no greater, -1 no less; both by default.
    """

    place: Hashable
    coefficients: Mapping[Hashable, float]
    value: float
    tolerance: float = 0.0
    sides: tuple[int, ...] = (1, -1)


@dataclass
class Found:
    """What was found out of the same unknown counts, to be looked at before anything is solved.

    Parameters
    ----------
    points
        Counts that agreed with all that was said at some time, as rows of numbers under their names.
    failed
        Sums of whole numbers that were looked for in vain, and each time the places of all that was said:
        where as much or more is said, they are in vain again.
    """

    points: dict[tuple[Hashable, ...], list[np.ndarray]] = field(default_factory=dict)
    failed: dict[tuple[Hashable, ...], list[frozenset[Hashable]]] = field(default_factory=dict)


@dataclass
class System:
    """Unknown counts, none below nought, and what is published of them.

    Parameters
    ----------
    statements
        Everything published.
    found
        Counts that agreed with other statements about the same unknown ones; what is found here is added.
    """

    statements: Sequence[Statement]
    found: Found = field(default_factory=Found)
    _index: dict[Hashable, int] = field(init=False, default_factory=dict)
    _left: np.ndarray = field(init=False)
    _right: np.ndarray = field(init=False)
    _points: np.ndarray = field(init=False)
    _places: frozenset[Hashable] = field(init=False)

    def __post_init__(self) -> None:
        for statement in self.statements:
            for key in statement.coefficients:
                self._index.setdefault(key, len(self._index))
        # The number of those who answered is said beside each of their answers.
        once = {(said.place, said.value, said.sides): said for said in self.statements}
        self._places = frozenset(once)
        told = [(statement, side) for statement in once.values() for side in statement.sides]
        self._left = np.zeros((len(told), len(self._index)))
        self._right = np.zeros(len(told))
        for number, (statement, side) in enumerate(told):
            for key, coefficient in statement.coefficients.items():
                self._left[number, self._index[key]] += side * coefficient
            slack = max(statement.tolerance, LEAST_TOLERANCE)
            self._right[number] = side * statement.value + slack
        self._points = np.zeros((0, len(self._index)))
        for names, rows in self.found.points.items():
            columns = {name: number for number, name in enumerate(names)}
            # What was not spoken of then is nought.
            wider = np.column_stack([np.vstack(rows), np.zeros(len(rows))])
            self._look_at(wider[:, [columns.get(key, -1) for key in self._index]])

    def _look_at(self, points: np.ndarray) -> None:
        """Keep those of some points that agree with everything."""
        fits = (points @ self._left.T <= self._right + FEASIBLE).all(axis=1)
        self._points = np.concatenate([self._points, points[fits]])

    def keep(self, points: Iterable[Mapping[Hashable, float]]) -> None:
        """Take note of counts that were found elsewhere; those that are not named are nought."""
        for point in points:
            self._keep(np.array([float(point.get(key, 0.0)) for key in self._index]))

    def reached(self, target: Iterable[Hashable]) -> tuple[float, float]:
        """Least and greatest value of a sum of counts in what agrees with everything, as far as it is known.

        The interval of :meth:`interval` is no narrower. Without anything known, the least is above the
        greatest.
        """
        wanted = list(target)
        if any(key not in self._index for key in wanted):
            return 0.0, float("inf")
        if not len(self._points):
            return float("inf"), -float("inf")
        sums = self._points[:, [self._index[key] for key in wanted]].sum(axis=1)
        return float(sums.min()), float(sums.max())

    def interval(self, target: Iterable[Hashable]) -> tuple[float, float]:
        """Least and greatest value of a sum of unknown counts.

        Parameters
        ----------
        target
            The counts whose sum is asked for.

        Returns
        -------
        tuple of float
            Infinite at the top where nothing published bounds the sum.

        Raises
        ------
        ValueError
            If the statements contradict each other, which is a mistake in whoever wrote them down.
        """
        wanted = list(target)
        if any(key not in self._index for key in wanted):
            return 0.0, float("inf")
        cost = np.zeros(len(self._index))
        for key in wanted:
            cost[self._index[key]] += 1.0
        return self._end(cost, 1.0), self._end(cost, -1.0)

    def whole(self, target: Sequence[Hashable], value: float) -> bool:
        """Whether whole numbers of which some add up to a value agree with everything.

        Parameters
        ----------
        target
            The counts that are added up.
        value
            Their sum.

        Returns
        -------
        bool
            Known from what was found before, else found by an integer programme; false too where none was
            found within :data:`MOST_NODES`.
        """
        if value in self.values(target):
            return True
        failed = self.found.failed.setdefault((*target, value), [])
        if any(places <= self._places for places in failed):
            return False
        row = np.zeros(len(self._index))
        row[[self._index[key] for key in target]] = 1.0
        counts = self._solved(row, value)
        if counts is None:
            failed.append(self._places)
            return False
        self._keep(counts)
        return True

    def values(self, target: Iterable[Hashable]) -> set[float]:
        """Add up some counts in what is known of whole numbers that agree with everything."""
        near = np.rint(self._points)
        whole = near[(np.abs(near - self._points) <= FEASIBLE).all(axis=1)]
        return set(whole[:, [self._index[key] for key in target]].sum(axis=1).tolist())

    def _solved(self, row: np.ndarray, value: float) -> np.ndarray | None:
        """Look for whole numbers with a sum, by branch and bound (HiGHS through scipy)."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        told = [LinearConstraint(self._left, ub=self._right), LinearConstraint(row, value, value)]
        found = milp(
            np.zeros_like(row),
            constraints=told,
            integrality=np.ones(row.shape, dtype=np.int64),
            bounds=Bounds(0, np.inf),
            options={"disp": False, "node_limit": MOST_NODES},
        )
        if found.x is None:
            return None
        counts = np.rint(found.x)
        agrees = (self._left @ counts <= self._right + FEASIBLE).all() and row @ counts == value
        return counts if agrees else None

    def _keep(self, point: np.ndarray) -> None:
        self.found.points.setdefault(tuple(self._index), []).append(point)
        self._look_at(point[None])

    def _end(self, cost: np.ndarray, sign: float) -> float:
        from scipy.optimize import linprog

        found = linprog(sign * cost, A_ub=self._left, b_ub=self._right, bounds=(0, None), method="highs")
        if found.status == 3:
            return float("inf")
        if found.status == 0:
            self._keep(np.asarray(found.x, dtype=np.float64))
        else:
            raise ValueError(f"the published numbers contradict each other: {found.message}")
        return max(0.0, sign * float(found.fun or 0.0))

    def width(self, target: Iterable[Hashable]) -> float:
        """Width of the interval of :meth:`interval`."""
        low, high = self.interval(target)
        return high - low


def whole_numbers(low: float, high: float) -> float:
    """How many counts lie in an interval."""
    return math.inf if math.isinf(high) else math.floor(high + LEEWAY) - math.ceil(low - LEEWAY) + 1.0
