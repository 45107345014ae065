"""Response cells: cross-classify the staff, and merge cells too small to carry a weight.

Weighting classes (response homogeneity groups) follow Oh and Scheuren (1983). Cells are merged only
inside a group (the agency), with the neighbour that is most alike in what the list knows of its people: the
variables that make the cells, others of the list, and the response rate, because a weighting class assumes
that its members are alike in how likely they were to answer and in what they would have said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from surveypipe.problems import SurveyError, shown
from surveypipe.study.weighting import Collapse
from surveypipe.weighting.similarity import Similarity

JOINT = " × "


@dataclass(frozen=True)
class Cell:
    """A response cell: the raw cells that it holds, its staff and its respondents.

    Attributes
    ----------
    within
        Level of the group that no merge crosses; empty where cells are not grouped.
    members
        Labels of the raw cells, sorted.
    N, n
        Eligible staff (or their summed base weight) and respondents.
    """

    within: str
    members: tuple[str, ...]
    N: float
    n: float

    @property
    def rate(self) -> float:
        """Response rate n/N."""
        return self.n / self.N

    @property
    def label(self) -> str:
        """Name of the cell; a merged one lists what it holds."""
        if len(self.members) == 1:
            return self.members[0]
        prefix = f"{self.within}{JOINT}"
        if self.within and all(member.startswith(prefix) for member in self.members):
            return prefix + "(" + " + ".join(m[len(prefix) :] for m in self.members) + ")"
        return " + ".join(self.members)

    def merge(self, other: Cell) -> Cell:
        """Join two cells of the same group."""
        members = tuple(sorted(self.members + other.members))
        return Cell(self.within, members, self.N + other.N, self.n + other.n)


@dataclass
class CellMap:
    """The cells in use, and how each raw cell reaches its own.

    Attributes
    ----------
    cells
        Final cells, sorted by group and label.
    merges, warnings
        What was merged and what remains doubtful, one sentence each, in the order it happened.
    by
        Variables whose categories the members of the cells are; empty where the cells are of no variable,
        as those of everybody and those of estimated propensities.
    """

    cells: list[Cell]
    merges: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.cells = sorted(self.cells, key=lambda cell: (cell.within, cell.label))

    @property
    def labels(self) -> dict[str, str]:
        """Raw label to final label."""
        return {member: cell.label for cell in self.cells for member in cell.members}


def raw_labels(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """Label each row by its combination of levels, in the order of `by`."""
    parts = [frame[variable].astype(str) for variable in by]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + JOINT + part
    return joined.rename("cell")


def count_cells(
    frame: pd.DataFrame,
    by: Sequence[str],
    respondent: pd.Series,
    *,
    within: str | None = None,
    base: pd.Series | None = None,
) -> list[Cell]:
    """Count staff and respondents in each raw cell.

    Parameters
    ----------
    frame
        One row per eligible person.
    by
        Variables whose cross-classification makes the cells; a combination without staff (a structural
        zero) does not occur among them.
    respondent
        Whether each person answered.
    within
        Variable across which no cell may be merged; must be one of `by` or constant within each cell.
    base
        Base weights of a sample; left out for a census.

    Raises
    ------
    SurveyError
        If a raw cell lies in more than one level of `within`.
    """
    label = raw_labels(frame, by)
    level = frame[within].astype(str) if within else pd.Series("", index=frame.index)
    size = base if base is not None else pd.Series(1.0, index=frame.index)
    table = pd.DataFrame({"cell": label, "within": level, "N": size, "n": respondent.astype(float)})
    counts = table.groupby(["within", "cell"], sort=True).sum().reset_index()
    twice = counts.loc[counts["cell"].duplicated(), "cell"]
    if len(twice):
        raise SurveyError(
            f"weighting: the cells {shown(twice)} hold staff of more than one {within}; "
            f"add {within} to the variables of `by`."
        )
    counts = counts[counts["N"] > 0]
    rows = zip(counts["within"], counts["cell"], counts["N"], counts["n"], strict=True)
    return [Cell(str(group), (str(name),), float(N), float(n)) for group, name, N, n in rows]


def _complaint(cell: Cell, min_n: float, cap: float) -> str:
    if cell.n == 0:
        return "no respondents"
    if cell.n < min_n:
        return f"fewer than {min_n:g} respondents"
    if cell.N / cell.n > cap * (1 + 1e-12):
        return f"weight {cell.N / cell.n:.3g} above {cap:.3g}"
    return ""


def _describe(cell: Cell) -> str:
    return f"{cell.label} ({cell.n:g} of {cell.N:g} answered)"


def collapse(
    cells: Sequence[Cell], rules: Collapse, *, scheme: str = "", alike: Similarity | None = None
) -> CellMap:
    """Merge cells until each keeps the rules, or its whole group is one cell.

    The cell with the fewest respondents goes first; it joins the neighbour in its own group that is most
    alike; ties go to the first in the alphabet.

    Parameters
    ----------
    cells
        Raw cells with staff.
    rules
        ``min_n`` (fewest respondents), ``max_factor`` (greatest weight as a multiple of the mean weight),
        ``floor`` (under which a cell that cannot be merged is reported as too small), ``prefer`` (lists of
        levels that belong together: a neighbour of the same list goes before one that is more alike).
    scheme
        Key of the scheme, for messages.
    alike
        Distance between cells; left out: the difference of their response rates.

    Raises
    ------
    SurveyError
        If a whole group has staff and no respondent.
    """
    _require_respondents(cells, scheme)
    min_n = float(rules.min_n)
    total_n = sum(cell.n for cell in cells)
    factor = math.inf if rules.max_factor is None else rules.max_factor
    cap = factor * sum(cell.N for cell in cells) / total_n
    current = sorted(cells, key=lambda cell: cell.label)
    merges: list[str] = []
    while True:
        found = _next_merge(current, min_n, cap, rules.prefer, alike)
        if found is None:
            break
        small, neighbour, why = found
        merges.append(f"{_describe(small)} merged with {_describe(neighbour)}: {why}.")
        current = [c for c in current if c is not small and c is not neighbour]
        current = sorted([*current, small.merge(neighbour)], key=lambda cell: cell.label)
    return CellMap(current, merges, _doubts(current, rules, min_n, cap))


def _next_merge(
    cells: list[Cell],
    min_n: float,
    cap: float,
    prefer: Sequence[Sequence[str]],
    alike: Similarity | None,
) -> tuple[Cell, Cell, str] | None:
    for small in sorted(cells, key=lambda cell: (cell.n, cell.label)):
        why = _complaint(small, min_n, cap)
        neighbours = [c for c in cells if c is not small and c.within == small.within]
        if why and neighbours:
            apart = _distances(small, neighbours, alike)
            ranked = [
                (not _akin(small, cell, prefer), round(far, 12), cell.label, place)
                for place, (cell, far) in enumerate(zip(neighbours, apart, strict=True))
            ]
            return small, neighbours[min(ranked)[-1]], why
    return None


def _distances(small: Cell, neighbours: Sequence[Cell], alike: Similarity | None) -> list[float]:
    rates = [cell.rate for cell in neighbours]
    if alike is None:
        return [abs(rate - small.rate) for rate in rates]
    members = [cell.members for cell in neighbours]
    return [float(far) for far in alike.distances(small.members, members, small.rate, rates)]


def _akin(one: Cell, other: Cell, prefer: Sequence[Sequence[str]]) -> bool:
    levels = [{level for member in cell.members for level in member.split(JOINT)} for cell in (one, other)]
    return any(levels[0] & set(family) and levels[1] & set(family) for family in prefer)


def _require_respondents(cells: Sequence[Cell], scheme: str) -> None:
    groups: dict[str, list[float]] = {}
    for cell in cells:
        staff = groups.setdefault(cell.within, [0.0, 0.0])
        staff[0] += cell.N
        staff[1] += cell.n
    empty = [f"{name or 'all staff'} ({N:g} staff)" for name, (N, n) in sorted(groups.items()) if n == 0]
    if empty:
        raise SurveyError(
            f"weighting scheme '{scheme}': no respondent in {shown(empty)}, so nobody can stand for these "
            "staff. Check the survey's ids against the staff list, or take them out of the population."
        )


def _doubts(cells: Sequence[Cell], rules: Collapse, min_n: float, cap: float) -> list[str]:
    floor = float(rules.floor or 0)
    sentences = []
    for cell in cells:
        why = _complaint(cell, min_n, cap)
        if cell.n < floor:
            why = f"under the floor of {floor:g} respondents"
        if why:
            sentences.append(f"{_describe(cell)} cannot be merged further: {why}.")
    return sentences
