"""The questionnaire as a table: every question in its own words, its answers, and to whom it was put."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveypipe import formatting as fmt
from surveypipe.reporting.cells import code_text
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables.layout import Column, Table
from surveypipe.study.item_types import type_of


def questionnaire(released: Released) -> Table:
    """Lay out the questions in the order of the form.

    Returns
    -------
    Table
        Columns: number, question, answers, to whom the question was put.
    """
    questions, given = asked(released), worded(released)
    columns = [
        Column("No.", 5),
        Column("Question" if given else "Variable", 44, "l"),
        Column("Answers" if given else "Values", 31, "l"),
        Column("Applies to" if released.settings.study.recorded else "Put to", 20, "l"),
    ]
    table = Table("questionnaire", f"The {released.vocabulary.questionnaire.one}", columns)
    for number, entry in enumerate(questions, start=1):
        table.rows.append(
            [
                str(number),
                fmt.escape(str(entry["question"] or (f"({entry['label']})" if given else entry["label"]))),
                answers_to(entry, released),
                put_to(entry, released),
            ]
        )
    if not given:
        # Of records there is no wording to be missed.
        asked_in_words = not released.settings.study.recorded
        table.notes = ["The codebook gives names, and no wording of questions."] if asked_in_words else []
        return table
    table.notes = ["Wording as on the form."]
    if any(entry.get("reversed") for entry in questions):
        table.notes = [
            "Wording as on the form; statements that are reversed for scoring are shown as they were put."
        ]
    if len(given) < len(questions):
        table.notes.append("In brackets the name of a question whose wording the codebook does not give.")
    return table


def asked(released: Released) -> list[Mapping[str, Any]]:
    """List the questions in the order of the form."""
    found = [entry for entry in released.variables.values() if entry.get("role") == "question"]
    return [entry for entry in found if not entry.get("derived")]


def worded(released: Released) -> list[Mapping[str, Any]]:
    """List the questions of which the codebook gives the wording."""
    return [entry for entry in asked(released) if entry["question"]]


def answers_to(entry: Mapping[str, Any], released: Released) -> str:
    """Tell the answers that a question offers, or what kind of answer it takes, as Markdown."""
    labels = [fmt.escape(str(label)) for label in entry.get("values", {}).values()]
    if not labels:
        return type_of(entry).answered
    if type_of(entry).ordered and len(labels) > 4:
        points = fmt.numeral(len(labels), "point").capitalize()
        return f"{points}, from {released.in_text(labels[0])} to {released.in_text(labels[-1])}"
    return ", ".join(labels)


def put_to(entry: Mapping[str, Any], released: Released) -> str:
    """Tell to whom a question is put, as Markdown."""
    conditions = []
    for name, said in (entry.get("asked_if") or {}).items():
        values = {code_text(code): released.in_text(label) for code, label in released.values(name).items()}
        codes = said if isinstance(said, list) else [said]
        answers = [f"'{fmt.escape(values.get(code_text(code), str(code)))}'" for code in codes]
        question = fmt.escape(released.in_text(released.label(name)))
        conditions.append(f"{fmt.sentence_list(answers, 'or')} to '{question}'")
    held = "with" if released.settings.study.recorded else "who answered"
    return f"Those {held} {fmt.sentence_list(conditions)}" if conditions else "All"
