"""Weights for unit non-response: a scheme is one function here and one line of configuration.

Each method builds a :class:`Plan`, whose ``reweight`` runs the whole method again from given starting
weights, for one set or for all replicates at once (shape (n,) or (n, R)). To add a method, write a
function of a :class:`Population` and its settings that returns a plan, and register it with
``@method("name")``; the configuration then names it: ``my_scheme: {label: ..., method: name}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe import calibration, collapsing, propensity
from surveypipe.calibration import kish_deff
from surveypipe.problems import Problems, SurveyError, shown

__all__ = [
    "METHODS",
    "Plan",
    "Population",
    "WeightingResult",
    "compute_schemes",
    "kish_deff",
    "method",
    "population",
]

Floats = NDArray[np.float64]
ALL = "All"
# Literature asks for 20 to 30 respondents in a weighting class; fewer are used, and said.
COMFORTABLE = 20


@dataclass(frozen=True)
class Population:
    """Eligible people, those who answered, and the base weights.

    Attributes
    ----------
    frame
        One row per eligible person, sorted by id.
    respondent
        Shape (N,), whether each answered.
    base
        Shape (N,), base weights: ones for a census, 1/π for a sample.
    group
        Variable of the groups in which raked and calibrated weights are treated as a second phase.
    counted
        Shape (n,), how many respondents each one counts for when cells are merged; differs from 1 only
        in a bootstrap replicate.
    """

    frame: pd.DataFrame
    respondent: NDArray[np.bool_]
    base: Floats
    group: str | None = None
    counted: Floats | None = None

    @property
    def counts(self) -> Floats:
        """Respondents that each row of the frame counts for, shape (N,)."""
        counts = self.respondent.astype(float)
        if self.counted is not None:
            counts[self.respondent] = self.counted
        return counts

    @property
    def staff(self) -> float:
        """Eligible people, or their summed base weight."""
        return float(self.base.sum())

    @property
    def start(self) -> Floats:
        """Base weights of the respondents, shape (n,)."""
        return self.base[self.respondent]

    @property
    def answered(self) -> pd.DataFrame:
        """The respondents' rows of the frame."""
        return self.frame.loc[self.respondent]

    def totals(self, variable: str) -> dict[str, float]:
        """Staff in each level of a variable."""
        sums = pd.Series(self.base).groupby(self.frame[variable].astype(str).to_numpy()).sum()
        return {str(level): float(total) for level, total in sums.items()}


@dataclass
class Plan:
    """What a method decided, and how to run it again.

    Attributes
    ----------
    reweight
        Starting weights of shape (n,) or (n, R) to final weights of the same shape.
    cells
        Second-phase response cells.
    labels
        Cell of each respondent, shape (n,).
    aux
        Auxiliaries whose totals are met, shape (n, p); None for weighting classes.
    restore
        Brings trimmed weights back to the totals that must hold.
    steps
        Log: (step, detail).
    fit
        The response model, for inverse propensities.
    """

    reweight: Callable[[Floats], Floats]
    cells: collapsing.CellMap
    labels: NDArray[Any]
    aux: Floats | None = None
    restore: Callable[[Floats], Floats] | None = None
    steps: list[tuple[str, str]] = field(default_factory=list)
    fit: propensity.PropensityFit | None = None

    @property
    def n_pop(self) -> dict[str, float]:
        """Staff in each response cell."""
        return {cell.label: cell.N for cell in self.cells.cells}


@dataclass(frozen=True)
class WeightingResult:
    """Weights under every scheme, with their diagnostics.

    Attributes
    ----------
    weights
        One row per respondent, sorted by id: id, then w_<scheme> and cell_<scheme> for each scheme.
    cells, diagnostics, margins, log
        Tables of the response cells, of ranges and design effects, of margins before and after
        weighting, and of every decision taken.
    plans
        Scheme to plan, from which replicates are made.
    primary
        The scheme to publish: the configured one, or the fallback where a cell stays under its floor.
    people, settings
        What the plans were made from.
    """

    weights: pd.DataFrame
    cells: pd.DataFrame
    diagnostics: pd.DataFrame
    margins: pd.DataFrame
    log: pd.DataFrame
    plans: dict[str, Plan]
    primary: str
    people: Population
    settings: Mapping[str, Mapping[str, Any]]


Method = Callable[[Population, Mapping[str, Any], str], Plan]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a weighting method under the name that the configuration uses."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


def scale_to(indicator: Floats, totals: Floats) -> Callable[[Floats], Floats]:
    """Make a function that scales weights to totals within disjoint classes (n, K)."""

    def reweight(start: Floats) -> Floats:
        W = np.asarray(start, float).reshape(len(indicator), -1)
        sums = indicator.T @ W
        if (sums <= 0).any():
            raise SurveyError(
                "weighting: a response cell has staff and no respondent left; merge it with another "
                "(`collapse`), or raise min_n."
            )
        return (W * (indicator @ (totals[:, None] / sums))).reshape(np.shape(start))

    return reweight


def class_plan(cells: collapsing.CellMap, labels: NDArray[Any]) -> Plan:
    """Plan that gives each cell its N_h / n_h (on top of base weights)."""
    names = [cell.label for cell in cells.cells]
    indicator = np.column_stack([labels == name for name in names]).astype(float)
    steps = [("merge", text) for text in cells.merges] + [("warning", text) for text in cells.warnings]
    for cell in cells.cells:
        if cell.n < COMFORTABLE and len(names) > 1:
            steps.append(("note", f"{cell.label} rests on {cell.n:g} respondents, fewer than {COMFORTABLE}."))
    reweight = scale_to(indicator, np.array([cell.N for cell in cells.cells]))
    return Plan(reweight, cells, labels, steps=steps)


def group_plan(people: Population, scheme: str) -> Plan:
    """Second-phase cells for weights that vary within cells: the groups (agencies), or all staff."""
    if people.group is None:
        return METHODS["none"](people, {}, scheme)
    return METHODS["poststratify"](people, {"by": [people.group]}, scheme)


@method("none")
def unweighted(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Weight everybody alike, N/n (or in proportion to the base weights)."""
    labels = np.full(int(people.respondent.sum()), ALL)
    cell = collapsing.Cell("", (ALL,), people.staff, float(len(labels)))
    return class_plan(collapsing.CellMap([cell]), labels)


def _raw_cells(people: Population, by: Sequence[str], within: str | None) -> list[collapsing.Cell]:
    index = people.frame.index
    counts, base = pd.Series(people.counts, index=index), pd.Series(people.base, index=index)
    return collapsing.count_cells(people.frame, by, counts, within=within, base=base)


@method("poststratify")
def poststratify(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Weighting classes, merged by the rules of ``collapse``; in a census the same as post-strata."""
    rules = settings.get("collapse")
    within = rules.get("within") if rules else None
    by = list(settings["by"])
    raw = _raw_cells(people, by, within)
    if rules:
        cells = collapsing.collapse(raw, rules, scheme=scheme)
    else:
        empty = [f"{cell.label} ({cell.N:g} staff)" for cell in raw if cell.n == 0]
        if empty:
            raise SurveyError(
                f"weighting scheme '{scheme}': no respondent in {shown(empty)}, so nobody can stand for "
                "these staff. Let cells be merged (`collapse`), or merge categories by a recode."
            )
        cells = collapsing.CellMap(raw)
    labels = collapsing.raw_labels(people.answered, by).map(cells.labels).to_numpy(dtype=object)
    plan = class_plan(cells, labels)
    coarse = within or people.group or by[0]
    margin = calibration.margin(coarse, people.answered[coarse], people.totals(coarse))
    plan.restore = scale_to(margin.indicator, margin.totals)
    return plan


def _margins(people: Population, variables: Sequence[str]) -> list[calibration.Margin]:
    problems = Problems()
    made = []
    for variable in variables:
        try:
            made.append(calibration.margin(variable, people.answered[variable], people.totals(variable)))
        except SurveyError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    return made


@method("rake")
def rake(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Raking to the margins of the staff list."""
    margins = _margins(people, settings["margins"])
    calibration.check_margins_agree({m.variable: dict(zip(m.levels, m.totals, strict=True)) for m in margins})
    plan = group_plan(people, scheme)
    _, iterations = calibration.rake(people.start, margins)
    names = ", ".join(settings["margins"])
    plan.steps.append(("rake", f"Margins {names} met after {iterations} cycles."))
    plan.reweight = plan.restore = lambda start: calibration.rake(start, margins)[0]
    plan.aux = np.column_stack([one.indicator for one in margins])
    return plan


@method("calibrate")
def calibrate(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Calibration to margins and to totals of numeric variables (GREG when the distance is linear)."""
    margins = _margins(people, settings.get("margins", []))
    numeric = list(settings.get("numeric", []))
    # The first margin carries the intercept; a level less of each further one keeps the columns independent.
    blocks = [one.indicator[:, min(place, 1) :] for place, one in enumerate(margins)]
    totals = [one.totals[min(place, 1) :] for place, one in enumerate(margins)]
    if not margins:
        blocks, totals = [np.ones((int(people.respondent.sum()), 1))], [np.array([people.staff])]
    for name in numeric:
        values = people.frame[name].to_numpy(dtype=float)
        blocks.append(values[people.respondent][:, None])
        totals.append(np.array([float(people.base @ values)]))
    X, T = np.column_stack(blocks), np.concatenate(totals)
    kind = settings.get("distance", "linear")
    bounds = tuple(settings["bounds"]) if settings.get("bounds") else None

    def run(start: Floats) -> tuple[Floats, int]:
        # Bounds are ratios to weights that already sum to the population.
        scaled = start * (people.staff / np.asarray(start).sum(axis=0))
        return calibration.calibrate(scaled, X, T, kind=kind, bounds=bounds)

    plan = group_plan(people, scheme)
    _, iterations = run(people.start)
    plan.steps.append(("calibrate", f"Totals met after {iterations} steps ({kind} distance)."))
    plan.reweight = plan.restore = lambda start: run(start)[0]
    plan.aux = X
    return plan


@method("propensity")
def inverse_propensity(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Inverse estimated response propensities, or classes of them."""
    X, _ = propensity.design_matrix(people.frame, settings["predictors"])
    counted = np.where(people.respondent, people.base, 0.0)
    fitted = propensity.fit(X, counted, people.base)
    note = "with Firth's penalty, because of separation" if fitted.firth else "by maximum likelihood"
    steps = [("propensity", f"Response model on {', '.join(settings['predictors'])} fitted {note}.")]
    if settings.get("classes"):
        plan = _propensity_classes(people, settings, fitted.p, scheme)
    else:
        plan = group_plan(people, scheme)
        plan.reweight = _reweight_propensity(people, X, fitted.firth)
        plan.restore = scale_to(np.ones((int(people.respondent.sum()), 1)), np.array([people.staff]))
        plan.fit = fitted
    plan.steps = steps + plan.steps
    return plan


def _reweight_propensity(people: Population, X: Floats, firth: bool) -> Callable[[Floats], Floats]:
    def reweight(start: Floats) -> Floats:
        given = np.asarray(start, float).reshape(int(people.respondent.sum()), -1)
        counted = np.zeros((len(X), given.shape[1]))
        counted[people.respondent] = given
        p = propensity.fit(X, counted, people.base, firth=firth).p[people.respondent]
        W = given / p
        return (W * (people.staff / W.sum(axis=0))).reshape(np.shape(start))

    return reweight


def _propensity_classes(people: Population, settings: Mapping[str, Any], p: Floats, scheme: str) -> Plan:
    classes = propensity.quantile_classes(p, int(settings["classes"]))
    frame = people.frame.assign(_class=[f"Class {code + 1}" for code in classes])
    rules = {"min_n": 5} | dict(settings.get("collapse") or {})
    rules.pop("within", None)
    answered = pd.Series(people.respondent, index=frame.index)
    raw = collapsing.count_cells(frame, ["_class"], answered, base=pd.Series(people.base, index=frame.index))
    cells = collapsing.collapse(raw, rules, scheme=scheme)
    labels = frame.loc[people.respondent, "_class"].map(cells.labels).to_numpy(dtype=object)
    plan = class_plan(cells, labels)
    plan.restore = scale_to(np.ones((len(labels), 1)), np.array([people.staff]))
    return plan


@method("compose")
def compose(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Several methods in a row, each starting from the weights of the one before."""
    parts = [build(people, step, scheme) for step in settings["steps"]]
    plan = group_plan(people, scheme)

    def reweight(start: Floats) -> Floats:
        for part in parts:
            start = part.reweight(start)
        return start

    plan.reweight = reweight
    plan.restore = parts[-1].restore
    plan.aux = parts[-1].aux
    plan.steps = [step for part in parts for step in part.steps]
    return plan


def merge_signatures(
    people: Population, settings: Mapping[str, Any], counted: Floats, scheme: str
) -> NDArray[np.intp]:
    """Give a number to each way of merging cells, for each column of `counted` (n, R).

    Returns
    -------
    ndarray
        Shape (R,); equal numbers lead to the same cells; −1 throughout where the scheme merges nothing.
    """
    steps = [step for step in [settings, *settings.get("steps", [])] if step.get("method") == "poststratify"]
    steps = [step for step in steps if step.get("collapse")]
    if not steps:
        return np.full(counted.shape[1], -1, dtype=np.intp)
    found = np.zeros((counted.shape[1], len(steps)), dtype=np.intp)
    for place, step in enumerate(steps):
        found[:, place] = _merge_codes(people, step, counted, scheme)
    return np.unique(found, axis=0, return_inverse=True)[1].reshape(-1).astype(np.intp)


def _merge_codes(
    people: Population, step: Mapping[str, Any], counted: Floats, scheme: str
) -> NDArray[np.intp]:
    rules = step["collapse"]
    raw = _raw_cells(people, step["by"], rules.get("within"))
    labels = collapsing.raw_labels(people.answered, step["by"]).to_numpy()
    sums = np.stack([counted[labels == cell.label].sum(axis=0) for cell in raw], axis=1).round(9)
    distinct, inverse = np.unique(sums, axis=0, return_inverse=True)
    codes: dict[tuple[tuple[str, ...], ...], int] = {}
    numbers = []
    for row in distinct:
        cells = [replace(cell, n=float(n)) for cell, n in zip(raw, row, strict=True)]
        merged = tuple(cell.members for cell in collapsing.collapse(cells, rules, scheme=scheme).cells)
        numbers.append(codes.setdefault(merged, len(codes)))
    return np.array(numbers, dtype=np.intp)[inverse.reshape(-1)]


def build(people: Population, settings: Mapping[str, Any], scheme: str) -> Plan:
    """Build a scheme's plan: its method, then its trimming.

    Raises
    ------
    SurveyError
        If the method is unknown, or cannot be carried out on these people.
    """
    name = settings.get("method")
    if name not in METHODS:
        raise SurveyError(
            f"weighting scheme '{scheme}': unknown method '{name}'; "
            f"choose one of {shown(sorted(METHODS), 10)}."
        )
    plan = METHODS[name](people, settings, scheme)
    return _with_trim(plan, people, settings["trim"]) if settings.get("trim") else plan


def _with_trim(plan: Plan, people: Population, rule: Mapping[str, float]) -> Plan:
    untrimmed, restore = plan.reweight, plan.restore
    if restore is None:
        raise SurveyError("weighting: equal weights cannot be trimmed; take `trim` out of this scheme.")

    def reweight(start: Floats) -> Floats:
        return calibration.trim(untrimmed(start), rule, restore)

    before, after = untrimmed(people.start), reweight(people.start)
    cut = int((after < before * (1 - 1e-9)).sum())
    plan.steps.append(
        (
            "trim",
            f"{cut} weights lowered; greatest {before.max():.4g} before and {after.max():.4g} after; "
            f"design effect {kish_deff(before):.4f} before and {kish_deff(after):.4f} after.",
        )
    )
    plan.reweight = reweight
    return plan


def population(
    eligible: pd.DataFrame, *, needed: Sequence[str] = (), group: str | None = None, base: str | None = None
) -> Population:
    """Check a frame of eligible people and put it in order.

    Parameters
    ----------
    eligible
        Columns id, respondent (bool), and those of `needed`.
    needed
        Variables that the schemes use.
    group, base
        See :class:`Population`; `base` names a column of base weights.

    Raises
    ------
    SurveyError
        With every problem found: a column wanting, a missing value, an id twice, a base weight below 1,
        nobody who answered.
    """
    problems = Problems()
    names = list(dict.fromkeys([*needed, *([group] if group else []), *([base] if base else [])]))
    absent = [name for name in ("id", "respondent", *names) if name not in eligible.columns]
    if absent:
        has = shown(eligible.columns, 12)
        raise SurveyError(f"weighting: the staff list has no variable {shown(absent)}; it has {has}.")
    for name in ("id", "respondent", *names):
        missing = int(eligible[name].isna().sum())
        if missing:
            problems.add(
                f"weighting: {name} is missing for {missing} of {len(eligible)} eligible staff; "
                "complete the staff list."
            )
    twice = eligible.loc[eligible["id"].duplicated(), "id"]
    if len(twice):
        problems.add(f"weighting: id {shown(twice)} occurs more than once among the eligible staff.")
    if not eligible["respondent"].fillna(False).astype(bool).any():
        problems.add(
            "weighting: none of the eligible staff answered; check the survey's ids against the staff list."
        )
    if base is not None and (eligible[base] < 1).any():
        problems.add(
            f"weighting: {int((eligible[base] < 1).sum())} base weights ({base}) are below 1; a base weight "
            "is one over the chance of selection."
        )
    problems.raise_if_any()
    order = eligible["id"].astype(str).argsort(kind="stable")
    frame = eligible.iloc[order.to_numpy()].reset_index(drop=True)
    weights = frame[base].to_numpy(dtype=float) if base else np.ones(len(frame))
    return Population(frame, frame["respondent"].to_numpy(dtype=bool), weights, group)


def compute_schemes(
    eligible: pd.DataFrame, config: Mapping[str, Any], *, group: str | None = None
) -> WeightingResult:
    """Compute every scheme of the configuration side by side.

    Parameters
    ----------
    eligible
        One row per eligible person: id, respondent (bool) and the variables that the schemes name.
    config
        The section ``weighting``: ``schemes``, and optionally ``primary``, ``fallback``, ``base``
        (column of base weights).
    group
        Variable in whose levels raked, calibrated and inverse-propensity weights are treated as a second
        phase (the agency). Left out: the first `within`, margin or `by` that the schemes name.

    Returns
    -------
    WeightingResult

    Raises
    ------
    SurveyError
        With the problems of all schemes.
    """
    schemes: Mapping[str, Mapping[str, Any]] = config["schemes"]
    named = _named_variables(schemes.values())
    chosen = group or _first_group(schemes.values())
    people = population(eligible, needed=named, group=chosen, base=config.get("base"))
    problems = Problems()
    plans: dict[str, Plan] = {}
    weights: dict[str, Floats] = {}
    for key, settings in schemes.items():
        try:
            plans[key] = build(people, settings, key)
            weights[key] = _checked(plans[key], plans[key].reweight(people.start), people, key)
        except SurveyError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    primary = _primary(plans, config)
    log = [(key, step, detail) for key, plan in plans.items() for step, detail in plan.steps]
    margins = list(dict.fromkeys([*([chosen] if chosen else []), *named]))
    return WeightingResult(
        weights=_weights_table(people, plans, weights),
        cells=_cells_table(plans, weights),
        diagnostics=_diagnostics_table(people, schemes, plans, weights),
        margins=_margins_table(people, margins, weights),
        log=pd.DataFrame(log, columns=["scheme", "step", "detail"]),
        plans=plans,
        primary=primary,
        people=people,
        settings=schemes,
    )


def _named_variables(schemes: Any) -> list[str]:
    names: list[str] = []
    for settings in schemes:
        for key in ("by", "margins", "numeric", "predictors"):
            names += settings.get(key) or []
        names += _named_variables(settings.get("steps", []))
        within = (settings.get("collapse") or {}).get("within")
        names += [within] if within else []
    return list(dict.fromkeys(names))


def _first_group(schemes: Any) -> str | None:
    settings = list(schemes)
    within = [s["collapse"]["within"] for s in settings if (s.get("collapse") or {}).get("within")]
    first = [s[key][0] for key in ("margins", "by") for s in settings if s.get(key)]
    return next(iter(within + first), None)


def _checked(plan: Plan, w: Floats, people: Population, scheme: str) -> Floats:
    """Refuse weights that cannot be used, and put those that are doubtful on the log."""
    if not np.isfinite(w).all() or (w < 0).any():
        raise SurveyError(
            f"weighting scheme '{scheme}': {int((~(w >= 0)).sum())} weights are negative; use the raking "
            "distance, or logit with bounds, or fewer auxiliaries."
        )
    if abs(float(w.sum()) - people.staff) > 1e-6 * people.staff:
        raise SurveyError(
            f"weighting scheme '{scheme}': the weights sum to {w.sum():.6g}, not to the {people.staff:g} "
            "eligible staff; calibrate to a margin or include the number of staff among the totals."
        )
    below = int((w < 1 - 1e-9).sum())
    if below:
        plan.steps.append(
            (
                "warning",
                f"{below} weights are below 1 (least {w.min():.3g}): these respondents stand for less "
                "than themselves.",
            )
        )
    return w


def _primary(plans: Mapping[str, Plan], config: Mapping[str, Any]) -> str:
    """Apply the rule, on n_h only, by which the fallback takes the place of the primary scheme."""
    primary = str(config.get("primary", next(iter(plans))))
    fallback = config.get("fallback")
    for key in (primary, fallback):
        if key is not None and key not in plans:
            raise SurveyError(
                f"weighting: scheme '{key}' is named and not defined; defined are {shown(plans)}."
            )
    floor = ((config["schemes"][primary].get("collapse") or {}).get("floor")) or 0
    small = [cell.label for cell in plans[primary].cells.cells if cell.n < floor]
    if small and fallback and fallback != primary:
        plans[primary].steps.append(
            (
                "fallback",
                f"{shown(small)} stay under the floor of {floor} respondents: '{fallback}' is published.",
            )
        )
        return str(fallback)
    return primary


def _weights_table(
    people: Population, plans: Mapping[str, Plan], weights: Mapping[str, Floats]
) -> pd.DataFrame:
    columns: dict[str, Any] = {"id": people.answered["id"].astype(str).to_numpy()}
    columns |= {f"w_{key}": w for key, w in weights.items()}
    columns |= {f"cell_{key}": plan.labels.astype(str) for key, plan in plans.items()}
    return pd.DataFrame(columns)


def _cells_table(plans: Mapping[str, Plan], weights: Mapping[str, Floats]) -> pd.DataFrame:
    rows = []
    for key, plan in plans.items():
        for cell in plan.cells.cells:
            inside = plan.labels == cell.label
            rows.append(
                {
                    "scheme": key,
                    "cell": cell.label,
                    "within": cell.within,
                    "members": "; ".join(cell.members),
                    "merged": len(cell.members) > 1,
                    "N": cell.N,
                    "n": int(cell.n),
                    # Weights vary inside the cells of raked, calibrated and propensity schemes.
                    "weight": float(weights[key][inside].mean()),
                }
            )
    return pd.DataFrame(rows)


def _diagnostics_table(
    people: Population,
    schemes: Mapping[str, Mapping[str, Any]],
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
                "label": schemes[key].get("label", key),
                "method": schemes[key]["method"],
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
