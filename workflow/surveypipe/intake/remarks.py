"""What a draft tells of itself: at most ten sentences, what to look at first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from surveypipe.intake.design_columns import design_columns, told_of
from surveypipe.intake.drafted import Column, Sign
from surveypipe.intake.filters import Filter
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import shown

MOST = 10
# Groups of more levels fill more than a page.
MOST_LEVELS = 12
# Sign of a guess, and what is told of the columns that have it.
TOLD = {
    Sign.ZERO_AND_ONE: "{n} {questions} of 0 and 1 without labels {are} read as No and Yes: {names}.",
    Sign.ENDS: "Of {n} {scales} only some points are labelled; the others are called by their "
    "number: {names}.",
    Sign.NO_WORDS: "{n} {questions} of whole numbers without labels {are} shown number by number: {names}. "
    "Give the answers words under `values`, or call an amount numeric.",
    Sign.STANDS_APART: "{n} {questions} {hold} a number far from all others that may stand for no answer "
    "(such as -9 or 99): {names}. If so, put it under `missing`; it is counted until then.",
    Sign.NO_LABEL: "{n} {questions} {hold} codes without a label, drafted as they are: {names}.",
    Sign.SET_ASIDE: "Answers such as 'refused' stand under `missing` in {n} {questions}: {names}.",
    Sign.LETTERED: "Lettered missing values have codes of their own in {n} {questions}: {names}.",
    Sign.AMBIGUOUS_DAY: "In {n} {questions} no day shows whether the day or the month comes first: {names}.",
    Sign.ONE_ANSWER: "{n} {questions} {hold} one answer only: {names}.",
    Sign.CLOCK: "{n} {questions} {hold} times of day or durations, kept as text: {names}.",
    Sign.EMPTY: "{n} {columns} {hold} nothing and {are} left out of the report: {names}.",
}
HEADER = """\
# Drafted from {source}: labels and data together. It runs as it is; what to look at first:
{findings}
# What a draft cannot know: the wording of questions (`question`), which items count for a complete
# questionnaire (`core: true`), who was asked what (`asked_if: {{filter: code}}`), possible values (`range`).
"""


def findings(
    columns: Sequence[Column],
    batteries: Mapping[str, str],
    sets: Mapping[str, str],
    filters: Sequence[Filter],
    labels: FileLabels,
    identifier: str | None,
) -> list[str]:
    """Say what was found, the most important first.

    Parameters
    ----------
    columns
        All columns of the draft.
    batteries, sets
        Key and name.
    filters
        Likely filters, which are told and not applied.
    labels
        Of the file.
    identifier
        Variable that identifies the person.
    """
    told = [_about_identifier(identifier)]
    if design := told_of(design_columns(columns)):
        told.append(design)
    kinds = _kinds(columns)
    if kinds:
        told.append(kinds)
    if groups := groupings(columns):
        told.append(_about_groups(groups))
    for key, label in list(batteries.items())[:1]:
        told.append(_about_batteries(batteries, key, label))
    if sets:
        names = shown(f"{key} ({sum(c.set == key for c in columns)} boxes)" for key in sets)
        told.append(f"Tick all that apply: {names}. A blank box is No where another box was ticked.")
    if filters:
        each = shown((_about_filter(found) for found in filters), 2)
        told.append(f"Likely filters, not applied (add `asked_if`): {each}.")
    told += [sentence for key in TOLD if (sentence := _about(key, columns))]
    several = [name for name, held in labels.sets.items() if held.counted is None]
    if several:
        told.append(
            f"Sets of first, second, third mention are drafted as questions of their own: {shown(several)}."
        )
    if labels.notes and len(told) < MOST:
        # The folder is that of who made the draft.
        told.append(labels.notes[0].replace(labels.folder, "", 1))
    return told[:MOST]


def _about_identifier(identifier: str | None) -> str:
    if identifier is None:
        return "No column identifies the person: the survey is taken as anonymous, each record as a person."
    return f"{identifier} identifies the person (`role: id`); it is read as text and never counted."


def _kinds(columns: Sequence[Column]) -> str:
    words = {
        "binary": "yes/no", "categorical": "categorical", "ordinal": "ordered", "numeric": "numeric",
        "date": "of a date", "string": "in words",
    }  # fmt: skip
    asked = [c for c in columns if c.role == "question"]
    counts = {
        text: sum(c.guess.type == kind and not c.set for c in asked) for kind, text in words.items()
    } | {"to tick": sum(bool(c.set) for c in asked)}
    listed = ", ".join(f"{n} {text}" for text, n in counts.items() if n)
    return f"{len(asked)} questions: {listed}." if listed else ""


def groupings(columns: Sequence[Column]) -> list[str]:
    """Name questions by which results could be shown; a draft compares nobody and tests nothing.

    Parameters
    ----------
    columns
        All columns of the draft.
    """
    design = design_columns(columns).every
    return [
        column.name
        for column in columns
        if column.role == "question" and not (column.battery or column.set) and column.name not in design
        if column.guess.kind.nominal and 2 <= len(column.guess.values) <= MOST_LEVELS
    ]


def _about_groups(names: Sequence[str]) -> str:
    return (
        f"Results could be shown by {shown(names, 4)}: name one or several under `groups` in config.yaml, "
        "and under `analysis.compare` those between which everything is to be tested; until then nothing is."
    )


def _about_batteries(batteries: Mapping[str, str], key: str, label: str) -> str:
    if len(batteries) == 1:
        return f"One likely battery of items with the same answers: {key} ({label})."
    return f"{len(batteries)} likely batteries of items with the same answers: {shown(batteries)}."


def _about_filter(found: Filter) -> str:
    first, last = found.leads_to[0], found.leads_to[-1]
    what = first if first == last else f"{first} to {last}"
    return f"{what} only with {found.question} = {' or '.join(found.answers)}"


def _about(sign: Sign, columns: Sequence[Column]) -> str:
    names = [column.name for column in columns if sign in column.guess.signs and column.role != "admin"]
    if not names:
        return ""
    one = len(names) == 1
    return TOLD[sign].format(
        n=len(names),
        names=shown(names),
        questions="question" if one else "questions",
        columns="column" if one else "columns",
        scales="scale" if one else "scales",
        are="is" if one else "are",
        hold="holds" if one else "hold",
    )


def header(told: Sequence[str], source: str) -> str:
    """Write the comment at the top of a drafted codebook."""
    lines = [
        textwrap.fill(" ".join(sentence.split()), 100, initial_indent="#   - ", subsequent_indent="#     ")
        for sentence in told
    ]
    return HEADER.format(source=source, findings="\n".join(lines))
