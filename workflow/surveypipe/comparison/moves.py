"""Which released numbers moved between two results, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from surveypipe.comparison.tables import KEYS, NOT_RESULTS, Place, Row, Table, number

# Shares, told in percentage points.
_SHARES = {"proportion", "response_rate", "level_share", "proportion_complete_cases", "proportion_imputed"}
_IN_POINTS = ("estimate", "se", "ci_low", "ci_high")
# What a claim's kind tells of its column.
_SHARE_KINDS = {"share"}
_FIRST = ("claims", "estimates")
# Numbers equal to as many digits are the same: the last digits of a sum depend on the machine.
SAME = 1e-9
# What is less apart is rounding about nought.
NOUGHT = 1e-15


@dataclass(frozen=True)
class Move:
    """A number that is not what it was.

    Parameters
    ----------
    table, place, column
        Where it stands.
    row
        Its row, in the new results or, where it vanished, in the old ones.
    old, new
        What it was and is; None where it was not there or is not there.
    se
        Standard error of its row in the old results.
    cause
        What it comes from, as far as is known.
    """

    table: str
    place: Place
    column: str
    row: Row
    old: float | None
    new: float | None
    se: float | None = None
    cause: str = ""

    @property
    def absolute(self) -> float | None:
        """New less old."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def relative(self) -> float | None:
        """The move over the size of what it was."""
        return self.absolute / abs(self.old) if self.absolute is not None and self.old else None

    @property
    def in_se(self) -> float | None:
        """The move of an estimate in old standard errors."""
        if self.absolute is None or self.column != "estimate" or not self.se:
            return None
        return self.absolute / self.se

    @property
    def is_share(self) -> bool:
        """Whether it is told in percentage points."""
        share = self.row.get("kind") in _SHARE_KINDS or self.row.get("statistic") in _SHARES
        return share and self.column in _IN_POINTS

    @property
    def happened(self) -> str:
        """One of ``moved``, ``appeared``, ``vanished``."""
        return "appeared" if self.old is None else "vanished" if self.new is None else "moved"


@dataclass(frozen=True)
class GradeChange:
    """A claim whose grade changed; '' where the claim was not there or is not there."""

    claim: str
    group_level: str
    old: str
    new: str
    cause: str = ""

    @property
    def name(self) -> str:
        """The claim, with its group where it is of one."""
        grouped = self.group_level not in ("", "overall")
        return f"{self.claim} ({self.group_level})" if grouped else self.claim


@dataclass
class Moves:
    """All that moved.

    Parameters
    ----------
    numbers
        In the order of the tables.
    grades
        Claims whose grade changed.
    compared
        Numbers in either of the results.
    words
        Table to how many of its cells hold other words.
    """

    numbers: list[Move] = field(default_factory=list)
    grades: list[GradeChange] = field(default_factory=list)
    compared: int = 0
    words: dict[str, int] = field(default_factory=dict)

    def of(self, happened: str) -> list[Move]:
        """Numbers of which the same happened."""
        return [move for move in self.numbers if move.happened == happened]

    def worst_first(self, happened: str) -> list[Move]:
        """Sort them: of claims, then of estimates, then all others, and of each the largest move first."""
        return sorted(self.of(happened), key=lambda move: (_rank(move), -abs(move.in_se or 0)))

    def largest(self) -> Move | None:
        """Give the estimate that moved most: a claim's before another's, in standard errors."""
        moved = [move for move in self.numbers if move.in_se is not None]
        of_claims = [move for move in moved if move.table == "claims"] or moved
        return max(of_claims, key=lambda move: abs(move.in_se or 0), default=None)


def moves(old: Mapping[str, Table], new: Mapping[str, Table]) -> Moves:
    """Find every number that moved, appeared or vanished, and every claim whose grade changed.

    Parameters
    ----------
    old, new
        Released tables by name.
    """
    found = Moves()
    names = [name for name in dict.fromkeys([*old, *new]) if name not in NOT_RESULTS]
    for name in sorted(names, key=lambda name: list(KEYS).index(name) if name in KEYS else len(KEYS)):
        empty = Table(name, {}, ())
        was, now = old.get(name, empty), new.get(name, empty)
        for place in dict.fromkeys([*was.rows, *now.rows]):
            _compare(found, was, now, place)
    return found


def _compare(found: Moves, was: Table, now: Table, place: Place) -> None:
    before = dict(was.numbers(place)) if place in was.rows else {}
    after = dict(now.numbers(place)) if place in now.rows else {}
    row = now.rows.get(place) or was.rows[place]
    se = number(was.rows.get(place, {}).get("se"))
    for column in dict.fromkeys([*before, *after]):
        if now.name == "claims" and column == "grade":
            continue
        found.compared += 1
        first, second = before.get(column), after.get(column)
        if not same(first, second):
            found.numbers.append(Move(now.name, place, column, row, first, second, se))
    if place in was.rows and place in now.rows:
        other = sum(1 for _ in _changed_words(was.rows[place], now.rows[place]))
        found.words[now.name] = found.words.get(now.name, 0) + other
    if now.name == "claims":
        grades = [table.rows.get(place, {}).get("grade_label", "") for table in (was, now)]
        if grades[0] != grades[1]:
            found.grades.append(GradeChange(row["claim"], row.get("group_level", ""), *grades))


def _changed_words(old: Row, new: Row) -> Iterator[str]:
    for column in old:
        words = column in new and number(old[column]) is None and number(new[column]) is None
        if words and old[column] != new[column]:
            yield column


def same(first: float | None, second: float | None) -> bool:
    """Whether two numbers are equal but for the last digits, or both are missing."""
    if first is None or second is None:
        return first is second
    return abs(first - second) <= max(SAME * max(abs(first), abs(second)), NOUGHT)


def _rank(move: Move) -> int:
    """Place of a table among those that are told first."""
    return _FIRST.index(move.table) if move.table in _FIRST else len(_FIRST)
