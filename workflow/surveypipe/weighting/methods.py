"""The methods by which weights are made; to add one, write one function here.

Each method builds a :class:`~surveypipe.weighting.plan.Plan`, whose ``reweight`` runs the whole method again
from given starting weights, for one set or for all replicates at once (shape (n,) or (n, R)). To add a
method, write a function of a :class:`~surveypipe.weighting.population.Population`, its settings and the
scheme's key that returns a plan, and register it with ``@method("name")``; a line of configuration then uses
it: ``my_scheme: {label: ..., method: name}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from msgspec import structs
from numpy.typing import NDArray

from surveypipe.design import linearisation
from surveypipe.design.linearisation import Linearisation
from surveypipe.problems import Problems, SurveyError, shown
from surveypipe.study.base import plain
from surveypipe.study.weighting import FOLDS, Collapse, Making
from surveypipe.weighting import calibration, collapsing, propensity
from surveypipe.weighting.calibration import kish_deff
from surveypipe.weighting.cells import raw_cells, similarity_of
from surveypipe.weighting.crossfitting import cross_fitted_plan
from surveypipe.weighting.in_a_row import in_a_row
from surveypipe.weighting.plan import (
    METHODS,
    Plan,
    calibrated,
    class_plan,
    group_plan,
    indicators,
    method,
    one_cell,
    scale_to,
    without_base,
)
from surveypipe.weighting.population import Population
from surveypipe.weighting.smoothing import ridge_weights, smooth_inside, soft_categories
from surveypipe.weighting.trimming import trim

Floats = NDArray[np.float64]
# Respondents in a class of propensities, where the scheme does not say.
FEWEST_IN_CLASS = 5


@method("none")
def unweighted(people: Population, settings: Making, scheme: str) -> Plan:
    """Weight everybody alike, N/n, however they were drawn."""
    plan = one_cell(people, people.staff)
    scale = plan.reweight
    plan.reweight = lambda start: scale(without_base(start, people.start))
    plan.linearise = lambda start, final: None
    return plan


@method("design")
def as_drawn(people: Population, settings: Making, scheme: str) -> Plan:
    """Take the weights of the sample as they are."""
    plan = one_cell(people, float(people.start.sum()))
    plan.reweight = lambda start: np.asarray(start, float)
    plan.linearise = lambda start, final: None
    return plan


@method("poststratify")
def poststratify(people: Population, settings: Making, scheme: str) -> Plan:
    """Weighting classes, merged by the rules of ``collapse``; in a census the same as post-strata."""
    rules = settings.collapse
    within = rules.within if rules else None
    by = list(settings.by or ())
    raw = raw_cells(people, by, within)
    if rules:
        cells = collapsing.collapse(raw, rules, scheme=scheme, alike=similarity_of(people, by, rules))
    else:
        empty = [f"{cell.label} ({cell.N:g} staff)" for cell in raw if cell.n == 0]
        if empty:
            raise SurveyError(
                f"weighting scheme '{scheme}': no respondent in {shown(empty)}, so nobody can stand for "
                "these staff. Let cells be merged (`collapse`), or merge categories by a recode."
            )
        cells = collapsing.CellMap(raw)
    cells.by = tuple(by)
    labels = collapsing.raw_labels(people.answered, by).map(cells.labels).to_numpy(dtype=object)
    plan = class_plan(cells, labels)
    coarse = within or people.group or by[0]
    margin = calibration.margin(coarse, people.answered[coarse], people.totals(coarse))
    plan.restore = scale_to(margin.codes, margin.totals)
    everybody = collapsing.raw_labels(people.frame, by).map(cells.labels)
    members = indicators(everybody, [cell.label for cell in cells.cells])
    if people.drawn:
        plan.linearise = calibrated(people, members)
    if rules and rules.inside == "smoothed" and not set(by) & set(people.known):
        smooth_inside(plan, people, by, members, rules.penalty)
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
def rake(people: Population, settings: Making, scheme: str) -> Plan:
    """Raking to the margins of the staff list."""
    margins = _margins(people, settings.margins or ())
    calibration.check_margins_agree({m.variable: dict(zip(m.levels, m.totals, strict=True)) for m in margins})
    plan = group_plan(people, scheme)
    _, iterations = calibration.rake(people.start, margins)
    names = ", ".join(settings.margins or ())
    plan.steps.append(("rake", f"Margins {names} met after {iterations} cycles."))
    plan.reweight = plan.restore = lambda start: calibration.rake(start, margins)[0]
    everybody = [indicators(people.frame[one.variable], one.levels) for one in margins]
    plan.linearise = calibrated(people, np.column_stack(everybody))
    return plan


@method("calibrate")
def calibrate(people: Population, settings: Making, scheme: str) -> Plan:
    """Calibration to margins and to totals of numeric variables (GREG when the distance is linear)."""
    margins = _margins(people, settings.margins or ())
    numeric = settings.numeric or ()
    # The first margin carries the intercept; a level less of each further one keeps the columns independent.
    blocks = [one.indicator[:, min(place, 1) :] for place, one in enumerate(margins)]
    totals = [one.totals[min(place, 1) :] for place, one in enumerate(margins)]
    if not margins:
        blocks, totals = [np.ones((int(people.respondent.sum()), 1))], [np.array([people.staff])]
    for name in numeric:
        values = people.frame[name].to_numpy(dtype=float)
        blocks.append(values[people.respondent][:, None])
        totals.append(np.array([people.sum_of(name)]))
    X, T = np.column_stack(blocks), np.concatenate(totals)
    everybody = np.column_stack(
        [
            *[indicators(people.frame[one.variable], one.levels) for one in margins],
            *[people.frame[name].to_numpy(dtype=float) for name in numeric],
            *([np.ones(len(people.frame))] if not margins else []),
        ]
    )
    kind, bounds = settings.distance, settings.bounds

    def run(start: Floats) -> tuple[Floats, int]:
        # Bounds are ratios to weights that already sum to the population.
        scaled = start * (people.staff / np.asarray(start).sum(axis=0))
        return calibration.calibrate(scaled, X, T, kind=kind, bounds=bounds)

    plan = group_plan(people, scheme)
    _, iterations = run(people.start)
    plan.steps.append(("calibrate", f"Totals met after {iterations} steps ({kind} distance)."))
    plan.reweight = plan.restore = lambda start: run(start)[0]
    plan.linearise = calibrated(people, everybody)
    return plan


@method("ridge")
def ridge(people: Population, settings: Making, scheme: str) -> Plan:
    """Ridge calibration: the first margin is met exactly, the others softly (Beaumont and Bocci 2008)."""
    first, *others = settings.margins or ()
    if not others:
        raise SurveyError(
            f"weighting scheme '{scheme}': ridge meets the first of its margins exactly and the others "
            "softly; name two or more under `margins`, or use poststratify."
        )
    exact = _margins(people, [first])[0]
    soft, totals = soft_categories(people, others)
    plan = METHODS["poststratify"](people, Making(by=(first,)), scheme)
    everybody = indicators(people.frame[first], exact.levels)
    plan.reweight, plan.linearise = ridge_weights(
        people, everybody, exact.totals, soft, totals, settings.penalty
    )
    plan.steps.append(
        (
            "ridge",
            f"{first} met exactly; {', '.join(others)} softly: a category of {settings.penalty:g} "
            "respondents is met half-way.",
        )
    )
    return plan


@method("propensity")
def inverse_propensity(people: Population, settings: Making, scheme: str) -> Plan:
    """Inverse estimated response propensities, or classes of them."""
    predictors = settings.predictors or ()
    X, _ = propensity.design_matrix(people.frame, predictors)
    counted = np.where(people.respondent, people.base, 0.0)
    fitted = propensity.fit(X, counted, people.base)
    note = "with Firth's penalty, because of separation" if fitted.firth else "by maximum likelihood"
    steps = [("propensity", f"Response model on {', '.join(predictors)} fitted {note}.")]
    if settings.classes:
        rules = settings.collapse or Collapse(min_n=FEWEST_IN_CLASS)
        plan = _propensity_classes(people, settings.classes, rules, fitted.p, scheme)
    else:
        plan = group_plan(people, scheme)
        plan.reweight = _reweight_propensity(people, X, fitted.firth)
        plan.restore = scale_to(np.zeros(len(people.start), dtype=np.intp), np.array([people.staff]))
        plan.fit = fitted
        plan.linearise = _linearised_propensity(people, fitted)
    plan.steps = steps + plan.steps
    return plan


@method("cross_fitted")
def cross_fitted(people: Population, settings: Making, scheme: str) -> Plan:
    """Inverse response propensities, each from a model that was fitted without the person's fold."""
    return cross_fitted_plan(
        people,
        settings.predictors or (),
        settings.folds or FOLDS,
        products=settings.products,
        scheme=scheme,
    )


@method("doubly_robust")
def doubly_robust(people: Population, settings: Making, scheme: str) -> Plan:
    """Inverse propensities, then calibration to the list's totals of what they are predicted from.

    What people would answer is estimated without bias where the response model is right, and where answers
    are linear in the predictors, whatever the response model (Kott 2006; Kang and Schafer 2007; Kim and
    Haziza 2014).
    """
    predictors = settings.predictors or ()
    numeric = tuple(name for name in predictors if propensity.is_number(people.frame[name]))
    first = structs.replace(settings, method="cross_fitted" if settings.folds else "propensity")
    then = structs.replace(
        settings,
        method="calibrate",
        margins=tuple(name for name in predictors if name not in numeric) or None,
        numeric=numeric,
    )
    parts = [build(people, structs.replace(step, trim=None), scheme) for step in (first, then)]
    return in_a_row(people, parts, scheme)


def _reweight_propensity(people: Population, X: Floats, firth: bool) -> Callable[[Floats], Floats]:
    def reweight(start: Floats) -> Floats:
        given = np.asarray(start, float).reshape(int(people.respondent.sum()), -1)
        counted = np.zeros((len(X), given.shape[1]))
        counted[people.respondent] = given
        p = propensity.fit(X, counted, people.base, firth=firth).p[people.respondent]
        W = given / p
        return (W * (people.staff / W.sum(axis=0))).reshape(np.shape(start))

    return reweight


def _linearised_propensity(
    people: Population, fitted: propensity.PropensityFit
) -> Callable[[Floats, Floats], Linearisation]:
    def linearise(start: Floats, final: Floats) -> Linearisation:
        counted = np.zeros(len(people.base))
        counted[people.respondent] = start
        p = propensity.fit(fitted.X, counted, people.base, firth=fitted.firth).p
        return linearisation.inverse_propensity(
            fitted.X, people.base, p, people.respondent, start=start, final=final, sampled=people.sampled
        )

    return linearise


def _propensity_classes(people: Population, number: int, rules: Collapse, p: Floats, scheme: str) -> Plan:
    classes = propensity.quantile_classes(p, number)
    frame = people.frame.assign(_class=[f"Class {code + 1}" for code in classes])
    answered = pd.Series(people.respondent, index=frame.index)
    raw = collapsing.count_cells(frame, ["_class"], answered, base=pd.Series(people.base, index=frame.index))
    cells = collapsing.collapse(raw, rules, scheme=scheme)
    labels = frame.loc[people.respondent, "_class"].map(cells.labels).to_numpy(dtype=object)
    plan = class_plan(cells, labels)
    if people.drawn:
        names = [cell.label for cell in cells.cells]
        plan.linearise = calibrated(people, indicators(frame["_class"].map(cells.labels), names))
    plan.restore = scale_to(np.zeros(len(labels), dtype=np.intp), np.array([people.staff]))
    return plan


@method("compose")
def compose(people: Population, settings: Making, scheme: str) -> Plan:
    """Several methods in a row, each starting from the weights of the one before."""
    return in_a_row(people, [build(people, step, scheme) for step in settings.parts()[1:]], scheme)


def build(people: Population, settings: Making, scheme: str) -> Plan:
    """Build a scheme's plan: its method, then its trimming.

    Raises
    ------
    SurveyError
        If the method is unknown, or cannot be carried out on these people.
    """
    name = settings.method
    if name not in METHODS:
        raise SurveyError(
            f"weighting scheme '{scheme}': unknown method '{name}'; "
            f"choose one of {shown(sorted(METHODS), 10)}."
        )
    plan = METHODS[name](people, settings, scheme)
    return _with_trim(plan, people, plain(settings.trim)) if settings.trim else plan


def _with_trim(plan: Plan, people: Population, rule: Mapping[str, float]) -> Plan:
    untrimmed, restore = plan.reweight, plan.restore
    if restore is None:
        raise SurveyError("weighting: equal weights cannot be trimmed; take `trim` out of this scheme.")

    def reweight(start: Floats) -> Floats:
        return trim(untrimmed(start), rule, restore)

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
