"""The cleaned, labelled, weighted analysis file as a colleague opens it in another program."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from surveypipe.intake.cleaning import MissingReason
from surveypipe.study.codebook import Codebook
from surveypipe.study.item_types import Form, Measure, type_of

if TYPE_CHECKING:
    import pandas as pd

# Why an answer is missing that has no code of the questionnaire's own. A blank has none: it is a blank.
REASONS = {
    MissingReason.NOT_ASKED: "Not asked",
    MissingReason.SET_MISSING: "Set missing by a rule of cleaning",
}
OTHERS = {
    "id": "Identifier of the person",
    "share_answered": "Share of the core questions answered",
    "flags": "Flags set by the rules of cleaning",
}


@dataclass(frozen=True)
class Variable:
    """One column of the file.

    Attributes
    ----------
    name
        Its name in the study.
    label, question
        What it is, and the question as asked ('' where nothing was asked).
    form, measure
        How it is stored, and its level of measurement.
    values
        Answers by code; names of levels by level where it is text.
    missing
        Codes that stand for no answer, and why.
    weight
        Whether it is a weight.
    """

    name: str
    label: str
    question: str = ""
    form: Form = "number"
    measure: Measure = "scale"
    values: dict[Any, str] = field(default_factory=dict)
    missing: dict[float, str] = field(default_factory=dict)
    weight: bool = False


@dataclass(frozen=True)
class AnalysisFile:
    """The file: its columns, and its rows with codes in the place of what is missing.

    Attributes
    ----------
    title
        Of the study.
    label
        Says that the data are simulated; '' of real data.
    variables
        In the order of the columns.
    table
        One row for each person.
    primary
        Weight of the published estimates.
    """

    title: str
    label: str
    variables: tuple[Variable, ...]
    table: pd.DataFrame
    primary: str

    def variable(self, name: str) -> Variable:
        """One column by its name in the study."""
        return next(variable for variable in self.variables if variable.name == name)


def analysis_file(
    analysis: pd.DataFrame,
    missing: pd.DataFrame,
    weights: pd.DataFrame,
    about: Mapping[str, Mapping[str, Any]],
    codebook: Codebook,
    schemes: Mapping[str, str],
    *,
    primary: str,
    title: str,
    label: str,
) -> AnalysisFile:
    """Put the answers, the reasons for what is missing, and the weights together.

    Parameters
    ----------
    analysis, missing, weights
        Tables of the stages clean and weight.
    about
        Documentation of each variable (the file variables.json).
    codebook
        For the codes that stand for no answer.
    schemes
        Weighting scheme and its label.
    primary
        Scheme of the published estimates.
    label
        Says that the data are not real; '' of real data.
    """
    weighted = [f"w_{scheme}" for scheme in schemes if f"w_{scheme}" in weights]
    table = analysis[["id"]].merge(weights[["id", *weighted]], on="id", how="left", validate="one_to_one")
    table = table.join(analysis.drop(columns="id").reset_index(drop=True))
    gone = {name: rows for name, rows in missing.groupby("variable", sort=False)}
    rows_of = dict(zip(table["id"], table.index, strict=True))
    variables = []
    for name in table.columns:
        if name in weighted:
            scheme = name.removeprefix("w_")
            chief = " (of the published estimates)" if scheme == primary else ""
            variables.append(Variable(name, f"Weight: {schemes[scheme]}{chief}", weight=True))
            continue
        made = _described(name, table[name], about.get(name))
        if name in gone and made.form == "number":
            codes, filled = _coded(table[name], gone[name], rows_of, made, codebook)
            table[name] = filled
            made = Variable(**{**made.__dict__, "missing": codes})
        variables.append(made)
    return AnalysisFile(title, label, tuple(variables), table, f"w_{primary}")


def _described(name: str, column: pd.Series, about: Mapping[str, Any] | None) -> Variable:
    import pandas as pd

    number = pd.api.types.is_numeric_dtype(column)
    form: Form = "number" if number else "text"
    if pd.api.types.is_datetime64_any_dtype(column):
        form = "day"
    if about is None:
        label = OTHERS.get(name, name.replace("_", " ").capitalize())
        return Variable(name, label, form=form, measure="scale" if number else "nominal")
    values = {float(code) if number else code: str(text) for code, text in about["values"].items()}
    label = about["label"] + (" (turned round)" if about.get("reversed") else "")
    return Variable(name, label, about["question"], form, type_of(about).measure, values)


def _coded(
    column: pd.Series,
    rows: pd.DataFrame,
    rows_of: Mapping[str, int],
    made: Variable,
    codebook: Codebook,
) -> tuple[dict[float, str], pd.Series]:
    """Write the code of why it is missing in the place of each missing answer."""
    own = codebook.variables.get(made.name)
    user = rows[rows["reason"] == MissingReason.USER_MISSING]
    codes = {float(code): str(label) for code, label in zip(user["code"], user["label"], strict=True)}
    codes = dict(sorted(((own.missing_codes if own else {}) | codes).items()))
    valid = [*made.values, *(float(value) for value in column.dropna())]
    held = set(rows["reason"].map(MissingReason))
    reasons = [reason for reason in REASONS if reason in held]
    free = dict(zip(reasons, free_codes(valid, list(codes), len(reasons)), strict=True))
    filled = column.astype("float64").copy()
    for person, reason, code in zip(rows["id"], rows["reason"], rows["code"], strict=True):
        place = rows_of.get(person)
        if place is None or not math.isnan(filled[place]):
            continue
        if reason == MissingReason.USER_MISSING:
            filled[place] = float(code)
        elif reason in free:
            filled[place] = free[reason]
    return codes | {code: REASONS[reason] for reason, code in free.items()}, filled


def free_codes(valid: Iterable[float], taken: Sequence[float], count: int) -> list[float]:
    """Find codes for reasons that have none, beside the codes that stand for no answer.

    SPSS takes one range of missing values and one value beside it, so that they lie on the side of the valid
    answers where the questionnaire's own missing codes lie, else below all.

    Examples
    --------
    >>> free_codes([1, 2, 3], [98, 99], 2)
    [100.0, 101.0]
    >>> free_codes([1, 2, 3], [], 2)
    [-1.0, -2.0]
    """
    answers = list(valid)
    if taken and (not answers or max(taken) > max(answers)):
        start = math.floor(max([*taken, *answers]))
        return [float(start + step) for step in range(1, count + 1)]
    start = math.ceil(min([0.0, *taken, *answers]))
    return [float(start - step) for step in range(1, count + 1)]
