"""How the primary weights are made, for every template that speaks of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveypipe.reporting.lookups import cell_label, first_of, number_of, within_label
from surveypipe.reporting.planned import is_planned
from surveypipe.study.weighting import FOLDS, Making, Scheme

if TYPE_CHECKING:
    import pandas as pd

    from surveypipe.reporting.released import Released

Facts = dict[str, Any]
# What weights of a method rest on, which standard errors and the reading of a grade follow. Post-stratified
# weights and classes of propensities rest on cells, where nothing is smoothed.
RESTS_ON = {
    "rake": "margins",
    "calibrate": "margins",
    "ridge": "penalised margins",
    "propensity": "chances",
    "cross_fitted": "chances out of fold",
    "doubly_robust": "chances",
    "compose": "steps",
}


def under(released: Released, scheme: str) -> Released:
    """Put other weights in the place of the primary ones, to tell how they were made."""
    claims = released.tables["claims"].assign(scheme_primary=scheme)
    return replace(released, tables={**released.tables, "claims": claims})


def scheme_of(released: Released) -> Scheme:
    """Give the settings of the primary scheme."""
    return released.settings.weighting.schemes[released.primary]


def rests_on(released: Released) -> str:
    """Say what the primary weights rest on; ``nothing`` of weights that were not adjusted.

    Returns
    -------
    str
        ``nothing``, ``cells``, ``smoothed cells``, ``classes``, ``steps``, ``another method``, or what
        :data:`RESTS_ON` says.
    """
    scheme = scheme_of(released)
    if scheme.method in ("none", "design"):
        return "nothing"
    if scheme.method == "poststratify":
        return "smoothed cells" if _smoothed(released, scheme) else "cells"
    if scheme.method == "propensity" and scheme.classes:
        return "classes"
    if scheme.method == "doubly_robust" and scheme.folds:
        return "chances out of fold"
    return RESTS_ON.get(scheme.method, "another method")


def _smoothed(released: Released, scheme: Scheme) -> bool:
    """Whether weights differ inside merged cells; numbers that are told from outside are met as they are."""
    if scheme.collapse is None or scheme.collapse.inside != "smoothed":
        return False
    told = set(scheme.by or ()) & set(released.settings.frame.margins)
    return bool(merged_rows(released)) and not told


def merged_rows(released: Released) -> list[pd.Series]:
    """Rows of the cells of the primary scheme that hold several categories."""
    cells = _cells(released)
    return [row for _, row in cells.iterrows() if str(row["merged"]).lower() == "true"]


def _cells(released: Released) -> pd.DataFrame:
    cells = released.table("weight_cells")
    return cells[cells["scheme"] == released.primary]


def several_cells(released: Released) -> bool:
    """Whether response is taken as alike within several cells, or groups, and not among all."""
    number = number_of(first_of(released.table("weight_diagnostics"), scheme=released.primary), "n_cells")
    if math.isfinite(number):
        return number > 1
    return in_cells(released) or (bool(released.levels) and released.population != "none")


def cell_word(released: Released) -> str:
    """Call in the text what response is taken as alike within: a cell, a group, or '' where it is all."""
    if not several_cells(released):
        return ""
    return "cell" if in_cells(released) else "group"


def jackknifed(released: Released) -> bool:
    """Whether a delete-one jackknife was made beside, or is planned."""
    plan = released.settings.weighting.replicates
    if plan is None or plan.method != "jackknife" or released.settings.design.replicates is not None:
        return False
    return is_planned(released) or released.base_size() <= plan.max_n


def shift_paired(released: Released) -> bool:
    """Whether the shift that weighting makes is tested on jackknife replicates, and not by linearisation."""
    return jackknifed(released) and released.settings.design.kind == "census"


def shift_tested(released: Released) -> str:
    """Say for a note how the shift is tested."""
    if shift_paired(released):
        return "on replicates paired with each other"
    return "by the linearised variance of the difference"


def made_of(making: Making) -> tuple[str, ...]:
    """Name the variables by which a scheme, or a step of one, weights."""
    if making.method in ("propensity", "cross_fitted", "doubly_robust"):
        return making.predictors or ()
    if making.method in ("rake", "ridge", "calibrate"):
        return (*(making.margins or ()), *(making.numeric or ()))
    return making.by or ()


def in_cells(released: Released) -> bool:
    """Whether the primary weights are made in response cells."""
    return rests_on(released) in ("cells", "smoothed cells", "classes")


def weights_vary(released: Released) -> bool:
    """Whether weights differ inside a cell: smoothed, trimmed, or started from unequal ones."""
    settings, scheme = released.settings, scheme_of(released)
    unequal = settings.design.drawn or settings.weighting.unknown_eligibility is not None
    return rests_on(released) == "smoothed cells" or scheme.trim is not None or unequal


def alike(released: Released) -> Facts:
    """Say within what response is taken to be at random: cells, or what the weights are made of."""
    return {"in_cells": in_cells(released), "alike_in": known_by(released)}


def known_by(released: Released) -> list[str]:
    """Name in the text what the primary weights are made of, over all steps, each once."""
    names = dict.fromkeys(name for part in scheme_of(released).parts() for name in made_of(part))
    return _labels(released, tuple(names))


def _labels(released: Released, names: tuple[str, ...]) -> list[str]:
    return [released.in_text(released.label(name)) for name in names]


def facts(released: Released) -> Facts:
    """Tell how the primary weights were made, and what cells were merged."""
    scheme = scheme_of(released)
    trims = filter(None, map(_trim, scheme.parts()))
    unknown = released.settings.weighting.unknown_eligibility
    return {
        "method": scheme.method,
        "rests_on": rests_on(released),
        "scheme": released.in_text(scheme.label),
        "folds": _folds(scheme),
        "products": scheme.products,
        "classes": scheme.classes,
        "variables": _labels(released, made_of(scheme)),
        "steps": [_step(released, step) for step in scheme.steps or ()],
        "collapse": _collapse(released, scheme) if in_cells(released) else None,
        "trim": next(trims, None),
        "unknown_by": _labels(released, unknown.by) if unknown else [],
        "cells": math.nan if is_planned(released) else len(_cells(released)),
        "merged": [
            {
                "members": released.in_text(cell_label(released, row)),
                "within": released.in_text(within_label(released, str(row["within"]))),
            }
            for row in merged_rows(released)
        ],
    }


def _step(released: Released, step: Making) -> Facts:
    return {"method": step.method, "variables": _labels(released, made_of(step))}


def _folds(scheme: Scheme) -> int:
    """Count the folds of a scheme that predicts out of fold; 0 for any other."""
    if scheme.method == "cross_fitted":
        return scheme.folds or FOLDS
    return (scheme.folds or 0) if scheme.method == "doubly_robust" else 0


def _collapse(released: Released, scheme: Scheme) -> Facts | None:
    rule = scheme.collapse
    if not rule:
        return None
    return {
        "min_n": rule.min_n,
        "max_factor": rule.max_factor,
        "within": released.in_text(released.label(rule.within)) if rule.within else "",
        "smoothed": rule.inside == "smoothed",
        "penalty": rule.penalty,
    }


def _trim(making: Making) -> Facts | None:
    """Give the one rule by which weights are trimmed, and its number; None where none are."""
    # In the order in which the weighting asks for them.
    for rule in ("deff", "cap", "potter", "iqr"):
        number = getattr(making.trim, rule, None)
        if number is not None:
            return {"rule": rule, "number": number}
    return None
