"""Questions of which several answers may be ticked: what part of all answers each one is.

The share of respondents who ticked a box is an estimate like any other; those of all boxes may add up to more
than 1. The share of answers is a ratio of two totals, the boxes ticked of one kind over all boxes ticked,
and adds up to 1 over the set.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.estimation.estimates import complete
from surveypipe.estimation.rows import estimate_row
from surveypipe.estimation.survey import Survey, analysed_variables, indicator
from surveypipe.identifiers import SHARE_OF_ANSWERS
from surveypipe.study.base import same_code

Floats = NDArray[np.float64]


def sets_of(survey: Survey) -> dict[str, list[str]]:
    """Boxes of each set of which something is estimated, in the order of the questionnaire."""
    found: dict[str, list[str]] = {}
    for name in analysed_variables(survey.settings):
        if key := str(survey.variables[name].get("set") or ""):
            found.setdefault(key, []).append(name)
    return {key: boxes for key, boxes in found.items() if len(boxes) > 1}


def share_of_answers_rows(survey: Survey) -> Iterator[dict[str, Any]]:
    """Share of each box in all boxes ticked, over all who ticked any, under the primary scheme."""
    for boxes in sets_of(survey).values():
        ticked = np.column_stack([_ticked(survey, name) for name in boxes])
        inside = np.asarray(np.nan_to_num(ticked).sum(axis=1) > 0)
        if inside.any():
            yield from _rows(survey, boxes, np.where(inside[:, None], np.nan_to_num(ticked), 0.0), inside)


def _ticked(survey: Survey, name: str) -> Floats:
    return indicator(survey.respondents[name], survey.counted(name))


def ratios(ticked: Floats, W: Floats) -> Floats:
    """Share of each box in all answers, Σ w y_b / Σ w Σ_c y_c, for weights of shape (n, R); shape (R, k)."""
    totals = W.T @ ticked
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(totals / totals.sum(axis=1, keepdims=True))


def influence(ticked: Floats, weights: Floats) -> Floats:
    """Weighted influence values of the ratios, w (y_b − R_b t) / Σ w t, where t counts a person's answers.

    Source: Särndal, Swensson and Wretman (1992), section 5.6; R's ``svyratio``.

    Parameters
    ----------
    ticked
        1 where a person ticked a box, else 0; shape (n, k).
    weights
        Final weights, shape (n,).

    Returns
    -------
    array of shape (n, k)
    """
    answers = ticked.sum(axis=1)
    shares = ratios(ticked, weights[:, None])[0]
    return np.asarray(weights[:, None] * (ticked - answers[:, None] * shares) / (weights @ answers))


def _rows(
    survey: Survey, boxes: list[str], ticked: Floats, inside: NDArray[np.bool_]
) -> Iterator[dict[str, Any]]:
    design = survey.designs[survey.primary]
    weights = design.weights
    estimate = ratios(ticked, weights[:, None])[0]
    covariance = design.covariance(fpc=survey.fpc)(influence(ticked, weights), partial(ratios, ticked))
    df = float(design.degrees_of_freedom(inside))
    known = bool(complete(inside[:, None], design)[0]) and survey.fpc
    for number, name in enumerate(boxes):
        counted = survey.counted(name)
        values = survey.values(name)
        code = next((key for key in values if same_code(key, counted)), counted)
        variance = float(covariance[number, number])
        # All or none of the answers: nothing varies, and no standard error is known.
        se = np.sqrt(variance) if variance > 0 and 0 < estimate[number] < 1 else np.nan
        low, high = intervals.t_interval(estimate[number], se, df, level=survey.level)
        yield estimate_row(
            name, SHARE_OF_ANSWERS, float(estimate[number]),
            level=code, level_label=values.get(code, ""), scheme=survey.primary, n=int(inside.sum()),
            se=0.0 if known else se, df=df, ci_low=estimate[number] if known else float(low),
            ci_high=estimate[number] if known else float(high), ci_level=survey.level, fpc=survey.fpc,
            n_level=int(ticked[:, number].sum()), variable_label=survey.label(name),
            method=f"{survey.variance_of(design)}; ratio to all answers of the set; t interval",
        )  # fmt: skip
