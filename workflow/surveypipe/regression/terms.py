"""Predictors as the columns of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveypipe.problems import Problems, shown


@dataclass(frozen=True)
class Term:
    """One predictor and the columns that stand for it."""

    variable: str
    columns: tuple[str, ...]
    levels: tuple[Any, ...] = ()
    reference: Any = None

    @property
    def categorical(self) -> bool:
        """Whether the columns are indicators of levels."""
        return self.reference is not None


def design_matrix(
    data: pd.DataFrame,
    predictors: Sequence[str],
    *,
    reference: Mapping[str, Any] | None = None,
    categorical: Sequence[str] = (),
) -> tuple[pd.DataFrame, list[Term]]:
    """Columns of a model without intercept: numbers as they are, categories as indicators.

    Parameters
    ----------
    data
        One row a person.
    predictors
        Variables; text, category and boolean ones, and those named in `categorical`, become indicators.
    reference
        Level left out, by variable; by default the first in sorted order.

    Returns
    -------
    matrix : DataFrame
        Shape (n, p), with NaN where a predictor is missing. Indicator columns are named
        ``variable=level``.
    terms : list of Term

    Raises
    ------
    SurveyError
        If a predictor is absent, constant, or lacks its reference level.
    """
    problems, columns, terms = Problems(), {}, []
    reference = reference or {}
    for name in predictors:
        if name not in data:
            problems.add(f"the predictor {name} is not a variable of the analysis file; correct its name.")
            continue
        values = data[name]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values) \
                and name not in categorical and name not in reference:  # fmt: skip
            columns[name] = values.astype(float)
            terms.append(Term(name, (name,)))
            continue
        levels = sorted(values.dropna().unique(), key=lambda level: (str(type(level)), level))
        if len(levels) < 2:
            problems.add(f"the predictor {name} takes one value among those analysed; leave it out.")
            continue
        base = reference.get(name, levels[0])
        if base not in levels:
            problems.add(
                f"the reference level {base} of {name} does not occur; choose one of {shown(levels)}."
            )
            continue
        others = tuple(level for level in levels if level != base)
        for level in others:
            columns[f"{name}={level_code(level)}"] = (values == level).astype(float).where(values.notna())
        terms.append(Term(name, tuple(f"{name}={level_code(level)}" for level in others), others, base))
    problems.raise_if_any()
    return pd.DataFrame(columns, index=data.index), terms


def level_code(level: object) -> str:
    """Write a level as text; whole numbers without a decimal point."""
    return f"{level:g}" if isinstance(level, float | np.floating) else str(level)
