"""Counts of a question that nobody may work out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveypipe.disclosure.atoms import Place, Question
from surveypipe.disclosure.release import SUPPRESSED
from surveypipe.disclosure.rules import Rules

if TYPE_CHECKING:
    import pandas as pd

# How many counts of an atom must fit the shares: one more than the truth, and another because intervals and
# tests rule some out. The second is wished for and not bought with the groups.
POSSIBLE, WISHED = 2, 3


@dataclass(frozen=True)
class Secret:
    """Counts that nobody may work out, and how many values have to remain possible.

    Without a place it is of an atom: ``alike`` asks for the greatest count, else for the number of counts.
    What is ``wished`` is below no threshold by itself, and is protected where that costs no group.
    """

    name: str
    cells: tuple[tuple[str, int], ...]
    width: float
    place: Place | None = None
    alike: bool = False
    wished: bool = False

    def many(self, possible: int) -> float:
        """How many counts have to fit: of an answer in a group no more than can."""
        return possible if self.place is None else min(possible, self.width)


def secrets(question: Question, rules: Rules) -> list[Secret]:
    """Suppressed answers of a question, and the dissenters of each atom that has none."""
    made = []
    for row in suppressed(question).itertuples():
        place = Place(str(row.level), str(row.group_level))
        cells = question.cells(question.parts[place.level], place.group)
        width = min(float(rules.min_cell), _most(question, place))
        made.append(Secret(place_name(question, place), tuple(cells), width, place))
    return made + _alike(question, rules)


def suppressed(question: Question) -> pd.DataFrame:
    """Keep one row of each suppressed answer of a group."""
    rows = question.rows
    shares = (rows["statistic"] == "proportion") & (rows["status"] == SUPPRESSED)
    return rows[shares].drop_duplicates(["level", "group_level"])


def of_hidden_group(question: Question, secret: Secret) -> bool:
    """Whether a secret is of a group that has rows of its own, hidden for what it is.

    Parts of a group are printed nowhere. A group of few, or of which all answered alike, is given away for
    nothing.
    """
    if secret.place is not None:
        return True
    groups = {question.atoms[number].group for _, number in secret.cells}
    alone = sum(atom.group in groups for atom in question.atoms) == 1
    hidden = {str(row.group_level) for row in suppressed(question).itertuples()}
    return alone and groups <= hidden and not secret.wished


def _most(question: Question, place: Place) -> float:
    """How wide an interval can be at all: nobody hides behind more people than gave the answer, or did not.

    What all, or nobody, answered is known of every group from the share of everybody.
    """
    size = _size(question, place.group)
    if not place.group:
        return size
    gave = question.private.get(Place(place.level, ""), size)
    return min(size, max(1.0, min(gave, _size(question, "") - gave)))


def _size(question: Question, group: str) -> float:
    """Respondents of a group (of all, without one) who answered."""
    counts = question.known.items()
    return float(sum(n for (_, number), n in counts if group in ("", question.atoms[number].group)))


def place_name(question: Question, place: Place) -> str:
    """Name an answer of a group as the log does."""
    return "|".join([question.variable, question.base, place.level, place.group])


def _alike(question: Question, rules: Rules) -> list[Secret]:
    """Dissenters of atoms without any, and counts of an answer in atoms that are too small to show."""
    made: list[Secret] = []
    every = question.answers()
    levels = {name: parts for name, parts in question.parts.items() if len(parts) > 1 or not question.scaled}
    for number, atom in enumerate(question.atoms if len(question.atoms) > 1 else ()):
        counts = {level: question.known.get((level, number), 0.0) for level in every}
        size = sum(counts.values())
        name = f"{question.variable}|{question.base}|a part of {atom.group}"
        told = {level: sum(counts[part] for part in parts) for level, parts in levels.items()}
        if size and size in (*told.values(), *counts.values()):
            kept = next((p for level, p in levels.items() if told[level] == size), ())
            other = tuple((level, number) for level in every if level not in kept)
            other = other if kept else tuple((level, number) for level in every if not counts[level])
            made.append(Secret(name, other, min(float(rules.min_cell), size), alike=True))
            continue
        for level, count in told.items():
            small = size < rules.min_base or 0 < count < rules.min_answers
            few = 0 < count < rules.min_cell or 0 < size - count < rules.min_cell
            if size and (small or few):
                cells = tuple((part, number) for part in levels[level])
                made.append(Secret(f"{name}: {level}", cells, float(POSSIBLE), wished=not small))
    return made
