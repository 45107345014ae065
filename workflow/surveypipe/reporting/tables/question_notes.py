"""Notes under the tables of answers: of whom they tell, and in what unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from surveypipe.disclosure.rules import rules_of
from surveypipe.identifiers import ANSWERED
from surveypipe.reporting.answer_blocks import Question
from surveypipe.reporting.lookups import bases_note
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import settled
from surveypipe.study.item_types import ItemType, type_of

if TYPE_CHECKING:
    import pandas as pd

COUNTED = "counted"


def counted_row(released: Released, name: str) -> pd.Series | None:
    """Give the row that counts who answered a question of which nothing is estimated; else None."""
    rows = released.estimates(name, ANSWERED, scheme=released.unweighted or "none")
    return None if rows.empty else rows.iloc[0]


def per_cent(released: Released) -> str:
    """Name the unit of shares."""
    return "Weighted per cent" if released.weighted else "Per cent"


def whose(released: Released) -> str:
    """Name those of whom shares are taken."""
    if released.settings.study.recorded:
        return f"the {released.vocabulary.questionnaire.many} that hold the variable"
    return "those who answered the question"


def unweighted(released: Released) -> str:
    """Say that numbers of people are unweighted where shares are not."""
    return "; *n* unweighted" if released.weighted else ""


def _kinds(released: Released, questions: Sequence[Question]) -> list[ItemType]:
    """Give the types of the questions of which more than a count is given."""
    estimated = (question for question in questions if counted_row(released, question.name) is None)
    return [type_of(released.variables[question.name]) for question in estimated]


def of_numbers(released: Released, questions: Sequence[Question]) -> bool:
    """Whether the answers of a question are described by their mean and median, which are no shares."""
    return any(not kind.listed and kind.summaries for kind in _kinds(released, questions))


def answers_notes(released: Released, questions: Sequence[Question], *, grouped: bool) -> Iterator[str]:
    """Say what a table of answers in rows gives; `grouped` where groups have columns."""
    if any(kind.listed for kind in _kinds(released, questions)):
        yield f"{per_cent(released)} of {whose(released)}{unweighted(released)}."
    if any(question.set for question in questions):
        yield (
            "Where several answers could be given, per cent of those who gave any; they need not add up to "
            "[100%]{.given}. Beside it, per cent of all answers that they gave."
        )
    if of_numbers(released, questions):
        yield "A mean has its interval in brackets, a median its quartiles."
    if any(settled(row) for question in questions for _, row in _over_all(released, question).iterrows()):
        yield "A share without an interval is that of the population, to which the weights bring it."
    merged = grouped and rules_of(released.settings.disclosure).audited
    if merged and any(question.rated for question in questions):
        yield "Within groups the answers to ratings are merged."
    yield bases_note(released, [question.name for question in questions])
    yield only_counted(released, questions)


def _over_all(released: Released, question: Question) -> pd.DataFrame:
    return released.estimates(question.name, "proportion")


def only_counted(released: Released, questions: Sequence[Question]) -> str:
    """Explain the mark of questions of which only a count is given; '' where there are none."""
    if not any(counted_row(released, question.name) is not None for question in questions):
        return ""
    if released.settings.study.recorded:
        held = f"{released.vocabulary.questionnaire.many} that hold it"
    else:
        held = "those who answered"
    return f"Of what is marked *{COUNTED}* only the number of {held} is given."
