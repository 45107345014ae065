"""A first draft of a codebook, from the labels and the data of a survey file.

What the draft writes passes the codebook's own check and stops no later stage: nothing has to be edited
before a first report. Where it had to guess, it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from surveypipe.identifiers import variable_slug
from surveypipe.intake.blocks import draft_batteries, draft_sets, settle_bare_codes
from surveypipe.intake.design_columns import set_aside
from surveypipe.intake.drafted import Column, Guess, InFile, Sign
from surveypipe.intake.filters import likely_filters
from surveypipe.intake.guessing import guess
from surveypipe.intake.identifying import identifier
from surveypipe.intake.labels import FileLabels
from surveypipe.intake.naming import name_for, plain_label, short_label
from surveypipe.intake.remarks import findings, header
from surveypipe.study.codebook_parsing import parse_codebook


@dataclass(frozen=True)
class Draft:
    """A codebook drafted from a file.

    Attributes
    ----------
    codebook
        As it goes into ``config/codebook.yaml``.
    findings
        At most ten sentences on what was found, what to look at first.
    identifier
        Variable that identifies the person; None where there is none.
    """

    codebook: dict[str, Any]
    findings: list[str]
    identifier: str | None = None
    columns: list[Column] = field(default_factory=list)


def draft(
    raw: pd.DataFrame,
    labels: FileLabels,
    id_variable: str | None = None,
    names: Mapping[str, str] | None = None,
) -> Draft:
    """Draft a codebook.

    Parameters
    ----------
    raw
        The records as read, user-missing codes still in.
    labels
        Labels and missing values of the file.
    id_variable
        Column that identifies the person; left out: the one that looks like it, if any does.
    names
        Column: the name that it must have, such as that of a column of the headcounts.

    Raises
    ------
    SurveyError
        If `id_variable` is no column of the file.
    """
    chosen = identifier(raw, labels, id_variable)
    given = dict(names or {})
    taken = {variable_slug(name) for name in given.values()}
    columns = [
        _column(str(name), raw[name], labels, taken, chosen, given.get(str(name))) for name in raw.columns
    ]
    set_aside(columns)
    sets = draft_sets(columns, labels, raw)
    batteries = draft_batteries(columns)
    settle_bare_codes(columns)
    variables = {column.name: _entry(column) for column in columns}
    blocks = {"batteries": batteries, "sets": sets}
    book: dict[str, Any] = {"unknown_code_limit": 0.05} | {key: held for key, held in blocks.items() if held}
    book["variables"] = variables
    parse_codebook(book, "draft")
    named = next((column.name for column in columns if column.role == "id"), None)
    told = findings(columns, batteries, sets, likely_filters(columns, raw), labels, named)
    return Draft(book, told, named, columns)


def _column(
    name: str,
    data: pd.Series,
    labels: FileLabels,
    taken: set[str],
    identifier_column: str | None,
    given: str | None,
) -> Column:
    said = InFile(labels.values.get(name, {}), labels.missing.get(name, []), labels.measures.get(name, ""))
    identifies = name == identifier_column
    own = given or name_for(name, taken, identifies=identifies)
    told = plain_label(labels.variables.get(name) or "")
    # The head of a column that needed another name is the question itself.
    label = told or (plain_label(name) if own != name else name)
    made = Guess("string") if identifies else guess(data, said)
    question = label if told or own != name else ""
    column = Column(own, name, label, question, made, short_label(label))
    if identifies:
        column.role = "id"
    elif Sign.EMPTY in made.signs:
        column.role = "undocumented"
    return column


def _type(column: Column) -> str:
    """Type of a column; one of the office has no list of answers."""
    if column.role != "admin" or not column.guess.kind.listed:
        return column.guess.type
    return "string" if Sign.WORDS in column.guess.signs else "numeric"


def _entry(column: Column) -> dict[str, Any]:
    """Write one column as it stands in the codebook."""
    made = column.guess
    entry: dict[str, Any] = {} if column.role == "question" else {"role": column.role}
    entry |= {"type": _type(column), "label": column.label or column.name}
    if column.short:
        entry["short"] = column.short
    if column.question and column.role == "question" and made.kind.form != "day":
        entry["question"] = column.question
    if column.in_file != column.name:
        entry["in_file"] = column.in_file
    if column.role != "question":
        return entry
    if column.battery:
        entry["battery"] = column.battery
    if column.set:
        entry["set"] = column.set
    if made.counts is not None:
        entry["counts"] = _code(made.counts)
    if made.values:
        entry["values"] = {_code(code): text for code, text in made.values.items()}
    found: dict[str, Any] = {}
    if made.missing and made.kind.number:
        found["codes"] = {_code(code): text for code, text in made.missing.items()}
    if made.missing_range and made.kind.number:
        found["range"] = [_code(limit) for limit in made.missing_range]
    if found:
        entry["missing"] = found
    return entry


def _code(code: float) -> int | float:
    return int(code) if float(code).is_integer() else float(code)


def draft_text(made: Draft, source: str) -> str:
    """Write the draft as YAML, with what to look at first at its top."""
    import yaml

    body = yaml.safe_dump(made.codebook, sort_keys=False, allow_unicode=True, width=100)
    return header(made.findings, source) + body
