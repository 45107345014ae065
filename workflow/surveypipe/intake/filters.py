"""Likely filters: questions that only those answered who gave one answer to another. Told, never applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveypipe.intake.columns import as_text, blank_to_missing
from surveypipe.intake.drafted import Column

# How many questions back a filter is looked for.
BACK = 12
# Fewest that were passed over, and share of those asked that must have answered.
FEWEST, ANSWERED = 5, 0.7
# Share of those passed over who may have answered all the same.
STRAY = 0.05
# Most answers of a filter question.
MOST_ANSWERS = 7


@dataclass(frozen=True)
class Filter:
    """A question that seems to lead past others.

    Attributes
    ----------
    question
        Name of the filter question.
    answers
        Its answers with which the others were asked.
    leads_to
        Names of the questions, side by side.
    """

    question: str
    answers: tuple[str, ...]
    leads_to: tuple[str, ...]


def likely_filters(columns: Sequence[Column], raw: pd.DataFrame) -> list[Filter]:
    """Find questions that nobody answered who gave other answers to a question before them."""
    given = {column.name: blank_to_missing(raw[column.in_file]).notna().to_numpy() for column in columns}
    found: list[Filter] = []
    for place, column in enumerate(columns):
        share = given[column.name].mean()
        if column.role != "question" or column.set or not 0.02 <= share <= 0.95:
            continue
        for before in reversed(columns[max(0, place - BACK) : place]):
            answers = _leads(before, raw, given[column.name])
            if answers:
                _join(found, Filter(before.name, answers, (column.name,)), columns[place - 1].name)
                break
    return found


def _join(found: list[Filter], new: Filter, previous: str) -> None:
    last = found[-1] if found else None
    if (
        last
        and (last.question, last.answers) == (new.question, new.answers)
        and last.leads_to[-1] == previous
    ):
        found[-1] = Filter(last.question, last.answers, last.leads_to + new.leads_to)
    else:
        found.append(new)


def _leads(before: Column, raw: pd.DataFrame, answered: np.ndarray) -> tuple[str, ...]:
    """Answers of a question with which another was asked; none where it is no filter of it."""
    made = before.guess
    if not made.kind.nominal or not 2 <= len(made.values) <= MOST_ANSWERS or before.set:
        return ()
    said = as_text(blank_to_missing(raw[before.in_file])).str.casefold()
    with_it, passed = [], 0
    for code, text in made.values.items():
        own = (said == text.casefold()) | (pd.to_numeric(said, errors="coerce") == code)
        n = int(own.sum())
        share = float(answered[own.to_numpy()].mean()) if n else 0.0
        if share >= ANSWERED:
            with_it.append(text)
        elif share > STRAY:
            return ()
        else:
            passed += n
    return tuple(with_it) if with_it and passed >= FEWEST else ()
