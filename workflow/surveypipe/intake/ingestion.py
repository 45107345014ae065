"""Survey records and staff list checked against what the codebook and the configuration say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from surveypipe.intake.columns import case_word, codes_by_label, values_word
from surveypipe.intake.labels import FileLabels
from surveypipe.problems import Problems, shown
from surveypipe.study.codebook import Codebook, Variable, code_text, same_number


def match_columns(
    raw: pd.DataFrame, codebook: Codebook, problems: Problems, source: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Account for every column: each in the codebook, each of the codebook in the file.

    A column is found under its name, or under what ``in_file`` says. One that differs in capitals or in
    spaces at the ends only is taken for the same: the .por format writes all names in capitals.

    Returns
    -------
    DataFrame
        The columns in the codebook's order, under the codebook's names.
    dict
        New name: name in the file.
    """
    by_fold: dict[str, list[str]] = {}
    for column in raw.columns:
        by_fold.setdefault(str(column).strip().casefold(), []).append(column)
    names: dict[str, str] = {}
    for name, variable in codebook.variables.items():
        same = by_fold.get(variable.in_file.strip().casefold(), [])
        if variable.in_file in raw.columns:
            names[name] = variable.in_file
        elif len(same) == 1:
            names[name] = same[0]
    absent = [name for name in codebook.variables if name not in names]
    extra = [str(column) for column in raw.columns if column not in names.values()]
    for name in absent:
        column = codebook.variables[name].in_file
        where = "" if column == name else f" (`in_file: {column}`)"
        problems.add(
            f"{source}: the variable {name}{where} of the codebook is not in the file; "
            "add the column, or take the variable out of the codebook."
        )
    for name in extra:
        problems.add(
            f"{source}: the column {name} ({values_word(raw[name].notna().sum())}) is not in the codebook; "
            "describe it there, with `role: undocumented` if nobody knows what it holds."
        )
    return raw[[names[n] for n in names]].set_axis(list(names), axis=1), names


def same_answers(codebook: Codebook, source: str) -> list[str]:
    """Say which codes of a variable have the same answer: they are kept apart, and read alike in tables."""
    return [
        f"{source}: {variable.name} has the answer {variable.values[codes[0]]!r} under the codes "
        f"{shown(map(code_text, codes))}; they are counted apart and look alike in tables. Give each words "
        "of its own, or join them in the file."
        for variable in codebook.variables.values()
        for codes in codes_by_label(variable.values).values()
        if len(codes) > 1
    ]


def unknown_codes(responses: pd.DataFrame, codebook: Codebook, problems: Problems, source: str) -> list[str]:
    """Answer codes that the codebook does not know.

    Any such code stops where the variable is categorical, because no cleaning rule can say what a
    new category means. Elsewhere a few are keying errors and go on to cleaning, where the rule
    ``range`` logs each; more than the codebook's ``unknown_code_limit`` of the answers is a mistake
    in the codebook.

    Returns
    -------
    list of str
        One note per variable whose stray codes go on to cleaning.
    """
    notes = []
    limit = codebook.unknown_code_limit
    for variable in codebook.variables.values():
        if variable.name not in responses:
            continue
        column = responses[variable.name]
        unknown = variable.is_unknown(column)
        if not unknown.any():
            continue
        counts = column[unknown].value_counts().sort_index()
        listed = shown(f"{_value(code)} ({n} {case_word(n)})" for code, n in counts.items())
        share = unknown.sum() / column.notna().sum()
        found = f"{source}: {variable.name} holds {_kind(variable)} {listed}"
        if variable.kind.unknown_stops:
            problems.add(f"{found}; add the code to the codebook, under `values` or `missing`.")
        elif share > limit:
            problems.add(
                f"{found}: {100 * share:.0f} % of its answers, more than the {100 * limit:g} % "
                "of `unknown_code_limit`; add the codes to the codebook, or correct the file."
            )
        else:
            notes.append(f"{found}; left to the cleaning rule `range`.")
    return notes


def single_answers(responses: pd.DataFrame, codebook: Codebook, source: str) -> list[str]:
    """Tell of questions of two answers to which one alone was given, the others blank: perhaps tick boxes."""
    notes = []
    for variable in codebook.analysed():
        if not variable.kind.pair or variable.set or variable.name not in responses:
            continue
        column = responses[variable.name]
        given = column[column.isin(list(variable.values))]
        blank = int(column.isna().sum())
        if given.nunique() == 1 and blank:
            answer = variable.values[float(given.iloc[0])]
            notes.append(
                f"{source}: all {len(given)} answers to {variable.name} are '{answer}', and {blank} are "
                "blank. If it is a tick box, of which a blank is No, name its set in the codebook (`set:`, "
                f"and the set under `sets:`); as it stands '{answer}' is 100 % of those who answered."
            )
    return notes


def _kind(variable: Variable) -> str:
    return "codes that are not in the codebook:" if variable.values else "values out of its range:"


def _value(code: Any) -> str:
    return str(code.date()) if isinstance(code, pd.Timestamp) else code_text(float(code))


def label_conflicts(labels: FileLabels, names: Mapping[str, str], codebook: Codebook) -> list[str]:
    """Find where the file's own labels contradict the codebook.

    Two contradictions would turn results round without a sound: an answer that stands under another
    code, and a code that the file calls missing and the codebook an answer.
    """
    sentences = []
    for name, column in names.items():
        variable = codebook.variables[name]
        codes = codes_by_label(variable.values)
        for code, label in labels.values.get(column, {}).items():
            ours = codes.get(str(label).strip().casefold(), [])
            if ours and not isinstance(code, str) and float(code) not in ours:
                sentences.append(
                    f"{name}: the file gives {label!r} the code {code_text(float(code))}, "
                    f"the codebook the code {shown(map(code_text, ours))}; correct the codebook."
                )
        for low, high in labels.missing.get(column, []):
            clash = [c for c in variable.values if not isinstance(low, str) and low <= c <= high]
            if clash:
                sentences.append(
                    f"{name}: the file marks {shown(map(code_text, clash))} as missing, the codebook lists "
                    "it as an answer; put it under `missing` in the codebook."
                )
    return sentences


def check_identifiers(
    responses: pd.DataFrame, frame: pd.DataFrame, id_variable: str, problems: Problems, source: str
) -> None:
    """Stop where most of the questionnaires' numbers are unknown: a wrong column, or a wrong list."""
    if id_variable not in responses or frame.empty:
        return
    ids = responses[id_variable]
    known = {same_number(number) for number in frame["id"]}
    outside = ~ids.map(same_number).isin(known)
    if outside.mean() > 0.5:
        problems.add(
            f"{source}: {outside.sum()} of {len(ids)} values of {id_variable} are not on the staff list "
            f"(the file has {shown(ids.dropna().head(3))}; the list has {shown(frame['id'].head(3))}). "
            "Check that both files belong to the same survey, and frame.id and frame.survey_id in the "
            "configuration."
        )
