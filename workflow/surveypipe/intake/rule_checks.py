"""Whether the configured cleaning, scales and recodes can be carried out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from surveypipe.problems import Problems, shown
from surveypipe.study.cleaning import (
    AnyRecode,
    AnyRule,
    Bands,
    Cleaning,
    FrameMismatch,
    Late,
    RoutedNo,
    StraightLining,
)
from surveypipe.study.codebook import Codebook


def check_cleaning(
    cleaning: Cleaning, codebook: Codebook, frame: pd.DataFrame, *, listed: bool = True
) -> Problems:
    """Find what is wrong with the declared rules, scales and recodes, before any of them runs.

    Parameters
    ----------
    listed
        Whether the frame is a list with columns of its own; one that is made of records or headcounts has
        columns of the questionnaire.

    Returns
    -------
    Problems
        One sentence per problem, naming the configuration key.
    """
    problems = Problems()
    known = {v.name for v in codebook.analysed()}
    if listed:
        _check_names(known, frame, problems)
    _check_rules(cleaning.rules, codebook, known, frame, problems)
    _check_scales(cleaning, codebook, known, problems)
    made = known | {scale.variable for scale in cleaning.scales}
    for number, recode in enumerate(cleaning.recodes, start=1):
        place = f"cleaning.recodes, entry {number} ({recode.variable})"
        _check_recode(place, recode, made, codebook, problems)
        made.add(recode.variable)
    return problems


def _check_names(known: set[str], frame: pd.DataFrame, problems: Problems) -> None:
    for name in sorted(known & set(frame.columns)):
        problems.add(
            f"The name {name} stands for a column of the survey and for one of the staff list; "
            "rename it under frame.columns."
        )


def _check_rules(
    rules: Sequence[AnyRule],
    codebook: Codebook,
    known: set[str],
    frame: pd.DataFrame,
    problems: Problems,
) -> None:
    names = [rule.name for rule in rules]
    for double in sorted({name for name in names if names.count(name) > 1}):
        problems.add(f"cleaning.rules: two rules are called {double}; the log must tell them apart.")
    for number, rule in enumerate(rules, start=1):
        where = f"cleaning.rules, entry {number} ({rule.name})"
        problems.extend(f"{where}: {text}" for text in _rule_faults(rule, codebook, known, frame))


def _rule_faults(rule: AnyRule, codebook: Codebook, known: set[str], frame: pd.DataFrame) -> list[str]:
    faults = []
    if isinstance(rule, FrameMismatch):
        unknown = [name for name in rule.pairs if name not in known]
        columns = [name for name in rule.pairs.values() if name not in frame.columns]
        faults += [f"{name} is not a variable of the codebook." for name in unknown]
        faults += [f"{name} is not a column under frame.columns." for name in columns]
    elif isinstance(rule, StraightLining):
        unknown = [name for name in rule.batteries if name not in codebook.batteries]
        faults += [
            f"{name} is not a battery of the codebook; it has {shown(codebook.batteries)}."
            for name in unknown
        ]
        n_items = len(codebook.battery_items(rule.batteries))
        if not unknown and n_items < rule.min_items:
            faults.append(f"min_items is {rule.min_items} but the batteries hold {n_items} items.")
    elif isinstance(rule, Late):
        if rule.variable not in known:
            faults.append(f"{rule.variable} is not a variable of the codebook.")
        elif codebook.variables[rule.variable].kind.form != "day":
            faults.append(f"{rule.variable} is not a date in the codebook.")
    return faults


def _check_scales(cleaning: Cleaning, codebook: Codebook, known: set[str], problems: Problems) -> None:
    for item in cleaning.reverse:
        if item not in known:
            problems.add(f"cleaning.reverse: {item} is not a variable of the codebook.")
        elif not codebook.variables[item].kind.ordered:
            problems.add(
                f"cleaning.reverse: {item} is {codebook.variables[item].type}; only ordinal items turn."
            )
    taken = set(known)
    for scale in cleaning.scales:
        where = f"cleaning.scales, {scale.variable}"
        unknown = [item for item in scale.items if item not in known]
        if unknown:
            problems.add(f"{where}: {shown(unknown)} not in the codebook.")
        if scale.variable in taken:
            problems.add(f"{where}: the name is already a variable of the codebook.")
        wrong = [i for i in scale.items if i in known and not codebook.variables[i].kind.mean]
        if wrong:
            problems.add(
                f"{where}: {shown(wrong)} cannot be averaged; a scale takes ordinal or numeric items."
            )
        ranges = {tuple(codebook.variables[i].values) for i in scale.items if i in known}
        if len(ranges) > 1:
            problems.add(f"{where}: its items do not share the same answer codes.")
        taken.add(scale.variable)


def _routed_faults(recode: RoutedNo, name: str, codebook: Codebook) -> list[str]:
    variable = codebook.variables.get(name)
    if variable is None:
        return [f"{name} is made in cleaning; a recode of type routed_no takes questions of the codebook."]
    source = codebook.variables.get(recode.from_)
    asked = name == recode.filter and source is not None and name in source.asked_if
    if asked or variable.counts is not None:
        return []
    return [f"which answer of {name} counts as yes is not said; give it `counts` in the codebook."]


def _check_recode(
    where: str, recode: AnyRecode, made: set[str], codebook: Codebook, problems: Problems
) -> None:
    for name in recode.sources:
        if name not in made:
            problems.add(f"{where}: {name} is no variable of the codebook and no scale or recode above it.")
        elif isinstance(recode, RoutedNo):
            problems.extend(f"{where}: {text}" for text in _routed_faults(recode, name, codebook))
    if recode.variable in made:
        problems.add(f"{where}: the name is already taken by another variable.")
    if not isinstance(recode, Bands):
        return
    if len(recode.labels) != len(recode.cuts) + 1:
        problems.add(
            f"{where}: {len(recode.cuts)} cuts make {len(recode.cuts) + 1} bands, "
            f"but {len(recode.labels)} labels are given."
        )
    if list(recode.cuts) != sorted(set(recode.cuts)):
        problems.add(f"{where}: the cuts must rise.")
