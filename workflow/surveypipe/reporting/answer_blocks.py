"""The questions of a codebook in blocks, each of which is one table and one figure of the answers.

Every question stands in exactly one block, whatever its type and whether or not anything is estimated of it.
Blocks follow the sections of the questionnaire, and are cut where a page would not hold them. Nothing heavy
is imported: the workflow asks, while it plans, how many blocks there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Any

from surveypipe.study.codebook import Codebook
from surveypipe.study.item_types import ITEM_TYPES
from surveypipe.study.poles import MERGED_FROM

# What a page holds: ratings have a line each, other questions a line for each answer.
MOST_RATINGS = 20
MOST_LINES = 34
# Of a question with more answers the most frequent are drawn; its table holds them all.
MOST_DRAWN = 24
LETTERS_OF_A_LINE = 40
# A histogram with what stands below it takes the room of so many lines.
LINES_OF_NUMBERS = 5.0
# Fewer ratings in a row than this do not make a table of their own.
FEWEST_RATINGS = 2


@dataclass(frozen=True)
class Question:
    """What the plan of the tables has to know of a question.

    Parameters
    ----------
    name, label, section, kind
        Variable, its label, its section ('' for none), and its type.
    answers
        Labels of the answers, in order.
    set
        Key of the set of boxes that it is one of; '' for none.
    """

    name: str
    label: str
    section: str
    kind: str
    answers: tuple[str, ...]
    set: str = ""

    @property
    def rated(self) -> bool:
        """Whether it is a rating on at least four points."""
        return ITEM_TYPES[self.kind].ordered and len(self.answers) >= MERGED_FROM

    @property
    def lines(self) -> float:
        """Lines that it takes among questions of several kinds, in a table or a figure."""
        if self.set or len(self.answers) == 2:
            return _lines(self.label)
        if not self.answers:
            return 1.0 + (LINES_OF_NUMBERS if ITEM_TYPES[self.kind].summaries else 2.0)
        return 1.0 + sum(map(_lines, self.answers[:MOST_DRAWN]))


def _lines(label: str) -> float:
    """Lines of a label, of which those after the first take less room."""
    return 1.0 + 0.75 * ((len(label) - 1) // LETTERS_OF_A_LINE)


@dataclass(frozen=True)
class Block:
    """Questions that stand in one table.

    Parameters
    ----------
    number
        Of all blocks, from 1; the table is ``answers_<number>``, the figure ``answers-<number>``.
    section
        Key of the section of the questionnaire; '' where the codebook has none.
    ratings
        Whether all are ratings with the same answers, which then stand in columns.
    questions
        In the order of the questionnaire.
    """

    number: int
    section: str
    ratings: bool
    questions: tuple[Question, ...]

    @property
    def table(self) -> str:
        """Name of its table."""
        return f"answers_{self.number}"

    @property
    def figure(self) -> str:
        """Name of its figure."""
        return f"answers-{self.number}"


def of_codebook(book: Codebook) -> list[Question]:
    """List the questions of a codebook."""
    return [
        Question(one.name, one.label, one.section, one.type, tuple(one.values.values()), one.set)
        for one in book.analysed()
        if one.role == "question"
    ]


def of_variables(variables: Mapping[str, Mapping[str, Any]]) -> list[Question]:
    """List the same from the documentation of the variables (variables.json)."""
    return [
        Question(
            name,
            str(about.get("label") or ""),
            str(about.get("section") or ""),
            str(about["type"]),
            tuple(str(label) for label in about.get("values", {}).values()),
            str(about.get("set") or ""),
        )
        for name, about in variables.items()
        if about.get("role") == "question" and not about.get("derived")
    ]


def blocks(questions: Iterable[Question]) -> list[Block]:
    """Divide questions into blocks.

    Parameters
    ----------
    questions
        In the order of the questionnaire; a section is shown where its first question stands.
    """
    listed = list(questions)
    order = list(dict.fromkeys(question.section for question in listed))
    made: list[Block] = []
    for section in order:
        inside = [question for question in listed if question.section == section]
        for ratings, run in _runs(inside):
            for part in _cut(run, ratings):
                made.append(Block(len(made) + 1, section, ratings, tuple(part)))
    return made


def _runs(questions: Sequence[Question]) -> Iterator[tuple[bool, list[Question]]]:
    """Divide the questions of a section where ratings of the same answers begin and end."""
    rest: list[Question] = []
    for answers, run in groupby(questions, lambda one: one.answers if one.rated else None):
        found = list(run)
        if answers is None or len(found) < FEWEST_RATINGS:
            rest += found
            continue
        if rest:
            yield False, rest
        rest = []
        yield True, found
    if rest:
        yield False, rest


def _cut(run: Sequence[Question], ratings: bool) -> Iterator[list[Question]]:
    """Cut a run into parts of about the same length, none too long for a page; a set stays whole."""
    units = [list(unit) for _, unit in groupby(run, lambda one: one.set or one.name)]
    sizes = [_size(unit, ratings) for unit in units]
    most = MOST_RATINGS if ratings else MOST_LINES
    wanted, part, filled = sum(sizes) / max(1, ceil(sum(sizes) / most)), list[Question](), 0.0
    for unit, size in zip(units, sizes, strict=True):
        if part and filled + size / 2 > wanted:
            yield part
            part, filled = [], 0.0
        part += unit
        filled += size
    if part:
        yield part


def _size(unit: Sequence[Question], ratings: bool) -> float:
    if ratings:
        return sum(_lines(one.label) for one in unit)
    return sum(one.lines for one in unit) + bool(unit[0].set)
