"""What a figure of answers shows: lines of shares, and of questions answered with a number, in panels."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from surveypipe import formatting
from surveypipe.reporting.answer_blocks import MOST_DRAWN, Block, Question
from surveypipe.reporting.figures import theme
from surveypipe.reporting.figures.lettering import fitted, lines_mm
from surveypipe.reporting.lookups import met_by_weights
from surveypipe.reporting.released import Released
from surveypipe.study.item_types import MEAN, type_of

if TYPE_CHECKING:
    import pandas as pd

ROW, AXIS, GAP = 5.0, 4.8, 2.6
HISTOGRAM_MM = 15.0
LABELS = 60.0
# Beside the labels or the bars: the value with its interval, and the count.
BESIDE = 38.0
# On a narrow page a label stands above its mark: what the mark takes below it.
BELOW = 5.0


def labels_mm() -> float:
    """Width of the labels, in millimetres: on a narrow page the value stands beside them, the mark below."""
    return theme.across() - BESIDE if theme.narrow() else LABELS


@dataclass
class Line:
    """One line of a figure: a heading, or an answer with its values for all and for each group.

    Parameters
    ----------
    label
        What stands at its left.
    values
        Group ('' for all) to row of the estimates; none for a heading.
    spoken
        What the alternative text calls it.
    quiet
        Whether it is a remark and no heading.
    bins
        Rows of a histogram, which then stands here; none for any other line.
    """

    label: str
    values: dict[str, pd.Series] = field(default_factory=dict)
    spoken: str = ""
    quiet: bool = False
    bins: list[pd.Series] = field(default_factory=list)

    @property
    def marked(self) -> bool:
        """Whether anything is drawn of it: a heading and a remark are words alone."""
        return bool(self.values or self.bins)

    @property
    def stacked(self) -> bool:
        """Whether its label stands above what is drawn, and not beside it."""
        return theme.narrow() and self.marked

    @property
    def height(self) -> float:
        """Height in millimetres."""
        label = lines_mm(self.label)
        if self.stacked:
            return label + (HISTOGRAM_MM if self.bins else BELOW) + 0.6
        return HISTOGRAM_MM if self.bins else max(ROW, label + 1.0)

    @property
    def middles(self) -> tuple[float, float]:
        """Where its label and what is drawn of it have their middles, in millimetres below its top."""
        if not self.stacked:
            return self.height / 2, self.height / 2
        label = lines_mm(self.label)
        return label / 2, label + (HISTOGRAM_MM if self.bins else BELOW) / 2


@dataclass
class Panel:
    """Lines on one axis: shares of answers, or the values of one question answered with a number."""

    numbers: bool
    lines: list[Line]
    question: str = ""

    @property
    def height(self) -> float:
        """Height of its lines in millimetres."""
        return sum(line.height for line in self.lines)

    @property
    def foot(self) -> float:
        """Height of its axis and of the room below it."""
        return (AXIS if self.numbers else 2 * AXIS) + GAP


def drawable(released: Released, block: Block) -> bool:
    """Whether anything of a block can be drawn."""
    return any(_estimated(released, question) for question in block.questions)


def _estimated(released: Released, question: Question) -> bool:
    if question.name in met_by_weights(released):
        return False
    statistic = "proportion" if type_of(released.variables[question.name]).listed else MEAN
    rows = released.estimates(question.name, statistic)
    return bool(rows["estimate"].notna().any())


def height_of(panels: Sequence[Panel]) -> float:
    """Height of panels with their axes, in millimetres."""
    return sum(panel.height + panel.foot for panel in panels)


def panels_of(released: Released, block: Block, groups: Sequence[str]) -> list[Panel]:
    """Divide the questions into panels: shares that follow one another share an axis.

    `groups` have lines of their own where a question is answered with a number.
    """
    shown = [question for question in block.questions if _estimated(released, question)]
    made: list[Panel] = []
    for numbers, run in groupby(shown, lambda one: not type_of(released.variables[one.name]).listed):
        if numbers:
            for question in run:
                made.append(Panel(True, list(_number_lines(released, question.name, groups)), question.name))
        else:
            made.append(Panel(False, list(_share_lines(released, list(run)))))
    return made


def _share_lines(released: Released, questions: Sequence[Question]) -> Iterator[Line]:
    # Below the answers of a question that has a heading, another without one would look like one of them.
    headed = any(one.set or len(released.answers_shown(one.name)) != 1 for one in questions)
    for key, run in groupby(questions, lambda one: one.set):
        members = list(run)
        if key:
            title = str(released.variables[members[0].name].get("set_label") or key)
            yield Line(fitted(title, theme.across() - 1.0, weight="bold"))
            lines = [line for one in members for line in _answer_lines(released, one, boxed=True)]
            yield from sorted(lines, key=_descending)
            continue
        for question in members:
            yield from _answer_lines(released, question, boxed=False, headed=headed)


def _answer_lines(
    released: Released, question: Question, *, boxed: bool, headed: bool = False
) -> Iterator[Line]:
    name, shown = question.name, released.answers_shown(question.name)
    label, values = released.short(name), released.values(name)
    if len(shown) == 1 and headed:
        yield Line(fitted(label, theme.across() - 1.0, weight="bold"))
        yield _line(released, name, shown[0], values[shown[0]], f"{label}, {values[shown[0]]}")
        return
    if len(shown) == 1:
        text = label if boxed else f"{label}: {values[shown[0]]}"
        yield _line(released, name, shown[0], text, text)
        return
    yield Line(fitted(label, theme.across() - 1.0, weight="bold"))
    lines = [_line(released, name, code, text, f"{label}, {text}") for code, text in values.items()]
    if not by_size(released, name):
        yield from lines
        return
    yield from sorted(lines, key=_descending)[:MOST_DRAWN]
    if len(lines) > MOST_DRAWN:
        what = "values" if released.settings.study.recorded else "answers"
        yield Line(f"and {formatting.count(len(lines) - MOST_DRAWN)} less frequent {what}", quiet=True)


def by_size(released: Released, name: str) -> bool:
    """Whether the answers to a question are drawn by their size: no scale orders them, and no numbers do."""
    kind, labels = type_of(released.variables[name]), list(released.values(name).values())
    if not kind.listed or kind.ordered or len(released.answers_shown(name)) == 1:
        return False
    return len(labels) > MOST_DRAWN or not ascending(labels)


def ascending(labels: Sequence[str]) -> bool:
    """Whether each label holds a number, and the first numbers rise: bands of age, years of school.

    Examples
    --------
    >>> ascending(["Up to 19 years", "20 to 39 years", "60 and over"]), ascending(["Bus 7", "On foot"])
    (True, False)
    """
    firsts = [re.search(r"\d+(?:\.\d+)?", label.replace(",", "")) for label in labels]
    numbers = [float(found[0]) for found in firsts if found]
    return len(numbers) == len(labels) and all(a < b for a, b in pairwise(numbers))


def _line(released: Released, name: str, code: str, text: str, spoken: str) -> Line:
    found = {level: released.share(name, code, group_level=level) for level in ("", *released.levels)}
    values = {level: row for level, row in found.items() if row is not None}
    return Line(fitted(text, labels_mm() - 4.0), values, spoken)


def _descending(line: Line) -> float:
    row = line.values.get("")
    value = math.nan if row is None else float(row["estimate"])
    return -value if math.isfinite(value) else math.inf


def _number_lines(released: Released, name: str, groups: Sequence[str]) -> Iterator[Line]:
    yield Line(fitted(released.label(name), theme.across() - 1.0, weight="bold"))
    if bins := released.bins(name):
        yield Line("Per cent in each bin", quiet=True, bins=bins, spoken=released.short(name))
    for level, label in {"": "All", **{level: released.levels[level] for level in groups}}.items():
        row = released.summary(name, MEAN, group_level=level)
        values = {} if row is None else {level: row}
        yield Line(fitted(label, labels_mm() - 4.0), values, f"{released.short(name)}, {label}")
