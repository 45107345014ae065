"""Weights for unit non-response, under every scheme of the configuration side by side.

The methods themselves stand in :mod:`surveypipe.weighting.methods`, what they build in
:mod:`surveypipe.weighting.plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design import linearisation
from surveypipe.design.linearisation import Linearisation
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.frame import JointCell
from surveypipe.study.weighting import Making, Scheme, Weighting
from surveypipe.weighting.calibration import kish_deff
from surveypipe.weighting.cells import merge_signatures
from surveypipe.weighting.methods import build
from surveypipe.weighting.plan import METHODS, Plan, method
from surveypipe.weighting.population import Population, population, resolve_unknown_eligibility

__all__ = [
    "METHODS",
    "Plan",
    "Population",
    "WeightingResult",
    "build",
    "compute_schemes",
    "kish_deff",
    "merge_signatures",
    "method",
    "population",
    "resolve_unknown_eligibility",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WeightingResult:
    """Weights under every scheme, with their diagnostics.

    Attributes
    ----------
    weights
        One row per respondent, sorted by id: id, then w_<scheme> and cell_<scheme> for each scheme, and the
        columns of :func:`surveypipe.design.linearisation.as_columns`.
    cells, diagnostics, margins, log
        Tables of the response cells, of ranges and design effects, of margins before and after
        weighting, and of every decision taken.
    plans
        Scheme to plan, from which replicates are made.
    primary
        The scheme to publish: the configured one, or the fallback where a cell stays under its floor.
    people, settings
        What the plans were made from.
    linearised
        Scheme to what the estimation of its weights adds to influence values.
    """

    weights: pd.DataFrame
    cells: pd.DataFrame
    diagnostics: pd.DataFrame
    margins: pd.DataFrame
    log: pd.DataFrame
    plans: dict[str, Plan]
    primary: str
    people: Population
    settings: Mapping[str, Scheme]
    linearised: Mapping[str, Linearisation | None]


def compute_schemes(
    eligible: pd.DataFrame,
    config: Weighting,
    *,
    group: str | None = None,
    base: str | None = None,
    second_phase: bool = True,
    drawn: bool = False,
    known: Mapping[str, Mapping[str, float]] | None = None,
    known_sums: Mapping[str, float] | None = None,
    cells: Sequence[JointCell] = (),
    seed: int = 0,
) -> WeightingResult:
    """Compute every scheme of the configuration side by side.

    Parameters
    ----------
    eligible
        One row per eligible person: id, respondent (bool) and the variables that the schemes name.
    config
        The section ``weighting`` of the configuration.
    group
        Variable in whose levels raked, calibrated and inverse-propensity weights are treated as a second
        phase (the agency). Left out: the first `within`, margin or `by` that the schemes name.
    base
        Column of base weights.
    second_phase
        Whether everybody was asked, and response within cells is all that is left to chance.
    drawn, known, known_sums, cells, seed
        See :class:`surveypipe.weighting.population.Population`.

    Returns
    -------
    WeightingResult

    Raises
    ------
    SurveyError
        With the problems of all schemes.
    """
    schemes = config.schemes
    named = _named_variables(schemes.values())
    chosen = group or (_first_group(schemes.values()) if second_phase else None)
    people = population(
        eligible,
        needed=named,
        group=chosen,
        base=base,
        known=known,
        known_sums=known_sums,
        cells=cells,
        drawn=drawn,
        seed=seed,
    )
    problems = Problems()
    plans: dict[str, Plan] = {}
    weights: dict[str, Floats] = {}
    for key, settings in schemes.items():
        try:
            plans[key] = build(people, settings, key)
            weights[key] = _checked(plans[key], plans[key].reweight(people.start), people, key)
        except SurveyError as error:
            # What is said of all schemes alike is true of this one.
            problems.extend(
                text.replace("weighting: ", f"weighting scheme '{key}': ", 1) for text in error.problems
            )
    problems.raise_if_any()
    primary = _primary(plans, config)
    log = [(key, step, detail) for key, plan in plans.items() for step, detail in plan.steps]
    margins = list(dict.fromkeys([*([chosen] if chosen else []), *named]))
    linearised = {key: plan.linearise(people.start, weights[key]) for key, plan in plans.items()}
    return WeightingResult(
        weights=_weights_table(people, plans, weights, linearised),
        cells=_cells_table(plans, weights),
        diagnostics=_diagnostics_table(people, schemes, plans, weights),
        margins=_margins_table(people, margins, weights),
        log=pd.DataFrame(log, columns=["scheme", "step", "detail"]),
        plans=plans,
        primary=primary,
        people=people,
        settings=schemes,
        linearised=linearised,
    )


def _named_variables(schemes: Iterable[Making]) -> list[str]:
    names: list[str] = []
    for settings in schemes:
        for key in ("by", "margins", "numeric", "predictors"):
            names += getattr(settings, key) or ()
        names += _named_variables(settings.parts()[1:])
        names += settings.collapse.variables if settings.collapse else []
    return list(dict.fromkeys(names))


def _first_group(schemes: Iterable[Making]) -> str | None:
    settings = [part for one in schemes for part in one.parts()]
    within = [one.collapse.within for one in settings if one.collapse and one.collapse.within]
    first = [one.margins[0] for one in settings if one.margins] + [one.by[0] for one in settings if one.by]
    return next(iter(within + first), None)


def _checked(plan: Plan, w: Floats, people: Population, scheme: str) -> Floats:
    """Refuse weights that cannot be used, and put those that are doubtful on the log."""
    if not np.isfinite(w).all() or (w < 0).any():
        raise SurveyError(
            f"weighting scheme '{scheme}': {int((~(w >= 0)).sum())} weights are negative; use the raking "
            "distance, or logit with bounds, or fewer auxiliaries."
        )
    due = sum(plan.n_pop.values())
    if abs(float(w.sum()) - due) > 1e-6 * due:
        raise SurveyError(
            f"weighting scheme '{scheme}': the weights sum to {w.sum():.6g}, not to the {due:g} "
            "eligible staff; calibrate to a margin or include the number of staff among the totals."
        )
    below = int((w < 1 - 1e-9).sum())
    # Weights of a sample may be of any scale.
    if below and not people.drawn:
        plan.steps.append(
            (
                "warning",
                f"{below} weights are below 1 (least {w.min():.3g}): these respondents stand for less "
                "than themselves.",
            )
        )
    return w


def _primary(plans: Mapping[str, Plan], config: Weighting) -> str:
    """Apply the rule, on n_h only, by which the fallback takes the place of the primary scheme."""
    primary, fallback = config.primary, config.fallback
    for key in (primary, fallback):
        if key is not None and key not in plans:
            raise SurveyError(
                f"weighting: scheme '{key}' is named and not defined; defined are {shown(plans)}."
            )
    collapse = config.schemes[primary].collapse
    floor = (collapse.floor if collapse else None) or 0
    small = [cell.label for cell in plans[primary].cells.cells if cell.n < floor]
    if small and fallback and fallback != primary:
        plans[primary].steps.append(
            (
                "fallback",
                f"{shown(small)} stay under the floor of {floor} respondents: '{fallback}' is published.",
            )
        )
        return fallback
    return primary


def _weights_table(
    people: Population,
    plans: Mapping[str, Plan],
    weights: Mapping[str, Floats],
    linearised: Mapping[str, Linearisation | None],
) -> pd.DataFrame:
    columns: dict[str, Any] = {"id": people.answered["id"].astype(str).to_numpy()}
    columns |= {f"w_{key}": w for key, w in weights.items()}
    columns |= {f"cell_{key}": plan.labels.astype(str) for key, plan in plans.items()}
    for key, made in linearised.items():
        columns |= linearisation.as_columns(key, made)
    return pd.DataFrame(columns)


def _cells_table(plans: Mapping[str, Plan], weights: Mapping[str, Floats]) -> pd.DataFrame:
    rows = []
    for key, plan in plans.items():
        mean = pd.Series(weights[key]).groupby(plan.labels.astype(str)).mean().to_dict()
        for cell in plan.cells.cells:
            rows.append(
                {
                    "scheme": key,
                    "cell": cell.label,
                    "within": cell.within,
                    "by": ":".join(plan.cells.by),
                    "members": "; ".join(cell.members),
                    "merged": len(cell.members) > 1,
                    "N": cell.N,
                    "n": int(cell.n),
                    # Weights vary inside the cells of raked, calibrated and propensity schemes.
                    "weight": float(mean[cell.label]),
                }
            )
    return pd.DataFrame(rows)


def _diagnostics_table(
    people: Population,
    schemes: Mapping[str, Scheme],
    plans: Mapping[str, Plan],
    weights: Mapping[str, Floats],
) -> pd.DataFrame:
    rows = []
    for key, w in weights.items():
        cells = plans[key].cells.cells
        deff = kish_deff(w)
        rows.append(
            {
                "scheme": key,
                "label": schemes[key].label,
                "method": schemes[key].method,
                "N": people.staff,
                "n": len(w),
                "sum_weights": float(w.sum()),
                "w_min": float(w.min()),
                "w_max": float(w.max()),
                "w_mean": float(w.mean()),
                "deff_kish": deff,
                "n_eff": len(w) / deff,
                "n_cells": len(cells),
                "n_merged": sum(len(cell.members) for cell in cells if len(cell.members) > 1),
            }
        )
    return pd.DataFrame(rows)


def _margins_table(
    people: Population, variables: Sequence[str], weights: Mapping[str, Floats]
) -> pd.DataFrame:
    rows = []
    for key, w in weights.items():
        for variable in variables:
            if pd.api.types.is_float_dtype(people.frame[variable]):
                continue
            values = people.answered[variable].astype(str).to_numpy()
            for level, total in people.totals(variable).items():
                inside = values == level
                rows.append(
                    {
                        "scheme": key,
                        "variable": variable,
                        "level": level,
                        "frame_n": total,
                        "frame_share": total / people.staff,
                        "unweighted_share": float(inside.mean()),
                        "weighted_share": float(w[inside].sum() / w.sum()),
                    }
                )
    columns = ["scheme", "variable", "level", "frame_n", "frame_share", "unweighted_share", "weighted_share"]
    return pd.DataFrame(rows, columns=columns)
