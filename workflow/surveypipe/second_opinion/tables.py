"""The files from which R computes: answers beside the design, a row a respondent; and known totals.

They hold the variables that an estimate is made of and no others: no identifiers, no texts, no days.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.design.selection import from_table
from surveypipe.estimation.survey import Survey
from surveypipe.second_opinion.designs import (
    BASE,
    CELL,
    EQUAL,
    MARGIN,
    NUMBER,
    REPLICATE,
    SIZE,
    START,
    STRATUM,
    UNIT,
    UNITS,
    WEIGHT,
    Weighed,
)
from surveypipe.second_opinion.in_r import column
from surveypipe.study.bases import conditions_of


def variables_of(survey: Survey, rows: pd.DataFrame) -> list[str]:
    """Variables of the data file: those that rows, bases, groups, claims and models name, in order."""
    settings = survey.settings
    named: list[str] = [*rows["variable"], *rows["group"]]
    named += [name for base in settings.bases for name in conditions_of(settings.bases, base)]
    for claim in settings.claims.values():
        named += [*claim.variables, *(name for part in claim.parts for name in part)]
    named += [name for model in settings.analysis.models for name in (model.outcome, *model.predictors)]
    if settings.sensitivity.scenario is not None:
        named.append(settings.sensitivity.scenario.variable)
    known = [name for name in dict.fromkeys(named) if name in survey.respondents and name in survey.variables]
    return [name for name in known if survey.item_type(name).estimated]


def respondents_table(survey: Survey, weighed: Weighed, variables: Iterable[str]) -> pd.DataFrame:
    """Answers and design of each respondent, in the order of the weights.

    Parameters
    ----------
    variables
        From :func:`variables_of`.

    Returns
    -------
    DataFrame
        Beside the variables: starting weights; of each scheme its cell, the people in it and the final
        weight; stages of selection; replicate weights; and the variables of known margins and totals.
    """
    people = weighed.people
    answers = {name: survey.respondents[name].to_numpy() for name in variables}
    scale = people.staff / people.base.sum() if not people.known else people.staff / people.start.sum()
    made: dict[str, Any] = {
        BASE: people.start,
        START: people.start * scale,
        EQUAL: np.full(len(people.start), people.staff / len(people.start)),
    }
    for scheme in weighed.schemes:
        cell = weighed.weights[f"cell_{scheme}"].astype(str)
        made[column(CELL, scheme)] = cell.to_numpy()
        made[column(SIZE, scheme)] = cell.map(weighed.sizes(scheme)).to_numpy(float)
        made[column(WEIGHT, scheme)] = weighed.weights[f"w_{scheme}"].to_numpy(float)
    for variable in _margins(weighed):
        made[column(MARGIN, variable)] = people.answered[variable].astype(str).to_numpy()
    for variable in _numbers(weighed):
        made[column(NUMBER, variable)] = people.answered[variable].to_numpy(float)
    return pd.DataFrame(answers | made | _stages(weighed) | _replicates(weighed))


def _stages(weighed: Weighed) -> dict[str, Any]:
    """Strata and units of each stage as numbers: what they are called is nobody's business here."""
    made: dict[str, Any] = {}
    drawn = from_table(weighed.selection, weighed.sampling, [])
    if weighed.sampling.replicates is not None or drawn is None:
        return made
    for number, stage in enumerate(drawn.stages, start=1):
        made[f"{STRATUM}{number}"] = pd.factorize(stage.stratum[drawn.answered])[0] + 1
        made[f"{UNIT}{number}"] = pd.factorize(stage.unit[drawn.answered])[0] + 1
        if stage.size is not None:
            made[f"{UNITS}{number}"] = stage.size[drawn.answered]
    return made


def _replicates(weighed: Weighed) -> dict[str, Any]:
    """Replicate weights as they came, as parts of the weights."""
    given = weighed.sampling.replicates
    if given is None:
        return {}
    matrix = weighed.people.answered[list(given.columns)].to_numpy(float)
    if given.combined:
        matrix = matrix / weighed.people.start[:, None]
    return {f"{REPLICATE}{number:04d}": column for number, column in enumerate(matrix.T, start=1)}


def _margins(weighed: Weighed) -> list[str]:
    return list(dict.fromkeys(name for one in weighed.schemes.values() for name in one.margins or ()))


def _numbers(weighed: Weighed) -> list[str]:
    return list(dict.fromkeys(name for one in weighed.schemes.values() for name in one.numeric or ()))


def totals_table(weighed: Weighed) -> pd.DataFrame:
    """Lay out ``scheme, variable, level, total`` as known of everybody: people, or the sum of a number."""
    rows: list[tuple[str, str, str, float]] = []
    for scheme, settings in weighed.schemes.items():
        rows += [
            (scheme, column(CELL, scheme), str(cell), total) for cell, total in weighed.sizes(scheme).items()
        ]
        for name in settings.margins or ():
            totals = weighed.people.totals(name).items()
            rows += [(scheme, column(MARGIN, name), level, total) for level, total in totals]
        rows += [
            (scheme, column(NUMBER, name), "", weighed.people.sum_of(name)) for name in settings.numeric or ()
        ]
        rows.append((scheme, "", "", weighed.people.staff))
    return pd.DataFrame(rows, columns=["scheme", "variable", "level", "total"])


def text_columns(table: pd.DataFrame) -> list[str]:
    """Columns that hold text, which R is not to take for numbers."""
    return [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]
