"""The data file and what is estimated of it, as programs with strict names want it: SPSS and Stata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveypipe.estimation.survey import Survey
from surveypipe.regression.terms import level_code
from surveypipe.second_opinion.designs import InR
from surveypipe.study.analysis import Model
from surveypipe.study.bases import conditions_of
from surveypipe.study.item_types import type_of

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,25}\Z")
# Words that SPSS or Stata keep for themselves.
_RESERVED = frozenset(
    "all and by eq ge gt le lt ne not or to with byte int long float double str strl if in using _n _pred "
    "_rc _skip _b _coef _cons".split()
)


@dataclass(frozen=True)
class Column:
    """A column of the data file.

    Attributes
    ----------
    name
        What it is called in the program.
    file
        What it is called in the file.
    words
        Whether it holds text.
    """

    name: str
    file: str
    words: bool


@dataclass(frozen=True)
class Item:
    """A variable of which something is estimated.

    Attributes
    ----------
    name, label
        Its name in the program, and in words.
    codes
        Codes whose shares are estimated; none of a number.
    mean
        Whether its mean is.
    words
        Whether its codes are text.
    base
        Of whom: name in the program of each variable, its codes, and whether they are text; empty for
        whoever answered.
    """

    name: str
    label: str
    codes: tuple[str, ...]
    mean: bool
    words: bool
    base: tuple[tuple[str, tuple[str, ...], bool], ...] = ()


@dataclass(frozen=True)
class Groups:
    """A grouping of tests: its name in the program, and the items that are compared by it."""

    name: str
    label: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Fitted:
    """A model in the names of the program.

    Attributes
    ----------
    kind, outcome, code
        As the configuration has them; code, the outcome's answer that a logistic model is of.
    factors
        What enters as indicators, each with the number of its level of reference in the program.
    numbers
        What enters as a number.
    """

    kind: str
    outcome: str
    code: str
    factors: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]


def columns_of(table: pd.DataFrame) -> list[Column]:
    """Name the columns of the data file so that both programs take them, each once whatever the case."""
    made: list[Column] = []
    taken: set[str] = set()
    for number, file in enumerate(map(str, table.columns), start=1):
        plain = re.sub(r"[^A-Za-z0-9_]", "_", file.lstrip("."))
        plain = f"d_{plain}" if file.startswith(".") else plain
        fits = _NAME.match(plain) and plain.lower() not in _RESERVED | taken
        name = plain if fits else f"v_{number}"
        taken.add(name.lower())
        words = not pd.api.types.is_numeric_dtype(table[file])
        made.append(Column(name, file, words))
    return made


def items_of(survey: Survey, columns: Sequence[Column], rows: pd.DataFrame) -> list[Item]:
    """List what is estimated: the items and characteristics of the analysis, and what claims are about."""
    named = {column.file: column for column in columns}
    analysis = survey.settings.analysis
    claimed = [claim.variable for claim in survey.described.values()]
    wanted = dict.fromkeys([*analysis.items, *analysis.characteristics, *claimed])
    told = rows[rows["statistic"].isin(("proportion", "mean")) & ~rows["group_level"].notna()]
    bases = dict(zip(told["variable"], told["base"].fillna(""), strict=True))
    return [_item(survey, named, name, str(bases.get(name, ""))) for name in wanted if name in named]


def _item(survey: Survey, named: dict[str, Column], name: str, base: str) -> Item:
    kind, column = type_of(survey.variables[name]), named[name]
    conditions = conditions_of(survey.settings.bases, base) if base in survey.settings.bases else {}
    within = tuple(
        (named[variable].name, tuple(map(str, codes)), named[variable].words)
        for variable, codes in conditions.items()
        if variable in named
    )
    codes = tuple(survey.values(name)) if kind.listed else ()
    return Item(column.name, str(survey.variables[name]["label"]), codes, kind.mean, column.words, within)


def groups_of(survey: Survey, columns: Sequence[Column]) -> list[Groups]:
    """List the comparisons between groups, a grouping at a time."""
    named = {column.file: column.name for column in columns}
    made: dict[str, list[str]] = {}
    for test in survey.settings.analysis.tests:
        if {test.variable, test.between} <= set(named):
            made.setdefault(test.between, []).append(named[test.variable])
    return [
        Groups(named[between], str(survey.variables[between]["label"]), tuple(dict.fromkeys(items)))
        for between, items in made.items()
    ]


def models_of(survey: Survey, columns: Sequence[Column]) -> list[Fitted]:
    """List the models whose variables are all in the file."""
    named = {column.file: column for column in columns}
    models = survey.settings.analysis.models
    return [_fitted(survey, named, one) for one in models if {one.outcome, *one.predictors} <= set(named)]


def _fitted(survey: Survey, named: dict[str, Column], model: Model) -> Fitted:
    factors = [
        name for name in model.predictors if survey.values(name) and not survey.item_type(name).ordered
    ]
    code = survey.variables[model.outcome].get("counts") if model.level is None else model.level
    return Fitted(
        model.kind,
        named[model.outcome].name,
        level_code(code) if model.kind == "logistic" and code is not None else "",
        tuple((named[name].name, _reference(survey, named[name], model)) for name in factors),
        tuple(named[name].name for name in model.predictors if name not in factors),
    )


def _reference(survey: Survey, column: Column, model: Model) -> str:
    """Give the level of reference: what the model says, else of two the one not counted, else the first."""
    levels = list(survey.values(column.file))
    counted = survey.counted(column.file)
    others = [level for level in levels if level != counted] if len(levels) == 2 and counted else levels
    said = model.reference.get(column.file)
    level = others[0] if said is None else level_code(said)
    # Texts are numbered in alphabetical order.
    there = sorted(levels) if column.words else []
    return str(there.index(level) + 1) if level in there else level


def renamed(columns: Iterable[Column], name: str) -> str:
    """Name in the program of a column of the file."""
    return next(column.name for column in columns if column.file == name)


def facts(
    survey: Survey, columns: Sequence[Column], designs: Sequence[InR], rows: pd.DataFrame
) -> dict[str, Any]:
    """Give what both programs tell alike; `rows` are the estimates, each with the base that it is of."""
    return {
        "columns": columns,
        "items": items_of(survey, columns, rows),
        "groups": groups_of(survey, columns),
        "models": models_of(survey, columns),
        "level": round(100 * survey.level, 4),
        "primary": survey.primary,
        "labels": {design.scheme: design.label for design in designs},
    }
