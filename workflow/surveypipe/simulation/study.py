"""Does the interval keep its promise? Populations of known truth, surveyed again and again.

Staff lists and answers are drawn from the simulation's design; everybody then answers the survey or not,
independently, with a known chance. Each weighting scheme is set up anew in every draw, the merging of its
cells included, and each interval is held against the value of *that draw's own* finite population.

Under response at random within cells the chance depends on the group and the variables of the design's
response model and on nothing else. Under response not at random it depends on the reader question too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.design import intervals
from surveypipe.design.variance import response_cells, second_phase_means
from surveypipe.estimation.survey import answers, described, membership
from surveypipe.problems import SurveyError
from surveypipe.simulation.draws import Draws
from surveypipe.study.bases import conditions_of
from surveypipe.study.sections import Sections
from surveypipe.weighting import replicates
from surveypipe.weighting import schemes as weighting
from surveypipe.weighting.calibration import kish_deff

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SECOND_PHASE, JACKKNIFE = "second phase", "jackknife"
INTERVALS_COMPARED = ("logit", "korn_graubard_capped")


@dataclass(frozen=True)
class Target:
    """One quantity whose interval is put to the test: a claim's estimand over all staff or in a group."""

    claim: str
    short: str
    share: bool
    group: str
    level: str


def targets(config: Sections) -> list[Target]:
    """Lay out the estimand of each claim, over all staff and in each level of the group."""
    group = config.frame.group
    places = [("overall", ""), *((group, level) for level in config.groups[group].levels)]
    return [
        Target(key, claim.short, claim.binary, name, level)
        for key, claim in described(config.claims).items()
        for name, level in places
    ]


def claim_values(people: pd.DataFrame, config: Sections, key: str) -> Floats:
    """Outcome of a claim for each person, NaN where it is missing or the person is not in its base."""
    claim = config.claims[key]
    inside = membership(people, conditions_of(config.bases, claim.base)) == 1.0
    return np.where(inside, answers(people, claim), np.nan)


def outcomes(people: pd.DataFrame, staff: pd.DataFrame, config: Sections) -> Floats:
    """Outcomes of all targets, shape (rows, targets), NaN outside the base or the group."""
    values = {key: claim_values(people, config, key) for key in described(config.claims)}
    level = staff[config.frame.group].astype(str).to_numpy()
    columns = [
        values[one.claim] if not one.level else np.where(level == one.level, values[one.claim], np.nan)
        for one in targets(config)
    ]
    return np.column_stack(columns)


@dataclass(frozen=True)
class Estimates:
    """Estimates of all targets under one scheme in one draw, each of shape (targets,).

    ``se`` holds the standard errors of each variance method.
    """

    estimate: Floats
    se: Mapping[str, Floats]
    df: Floats
    n: Floats
    start: Floats


def estimate(Y: Floats, plan: weighting.Plan, start: Floats, *, jackknife: bool = True) -> Estimates:
    """Estimate all targets under a scheme, as the analysis stage does.

    Parameters
    ----------
    Y
        Outcomes of the respondents, shape (n, targets).
    plan
        The scheme.
    start
        Base weights of the respondents.
    jackknife
        Whether to re-run the scheme in delete-one replicates as well.
    """
    weights = plan.reweight(start)
    table = second_phase_means(
        Y, plan.labels, plan.n_pop, weights=weights, linearised=plan.linearise(start, weights)
    )
    errors = {SECOND_PHASE: table.se}
    if jackknife:
        made = replicates.jackknife(plan, start)
        spread = replicates.variance(replicates.means(Y, made.matrix), table.estimate, made.coefs)
        errors[JACKKNIFE] = np.sqrt(spread)
    deff = np.array([kish_deff(weights[inside]) for inside in (~np.isnan(Y)).T])
    return Estimates(table.estimate, errors, table.df, table.n, table.n / deff)


def limits(made: Estimates, variance: str, shares: Bools, method: str, level: float) -> tuple[Floats, Floats]:
    """Intervals of all targets: of shares by the method, of means by t."""
    se = made.se[variance]
    low, high = intervals.t_interval(made.estimate, se, made.df, level=level)
    p = np.where(shares, made.estimate, 0.5)
    share_low, share_high = intervals.proportion_interval(
        p, se, made.df, made.n, method=method, level=level, n_start=made.start
    )
    return np.where(shares, share_low, low), np.where(shares, share_high, high)


def schemes_of(
    staff: pd.DataFrame, config: Sections
) -> tuple[weighting.Population, dict[str, weighting.Plan]]:
    """Set up every scheme on one survey, cells merged anew; one that cannot be carried out is left out."""
    people = weighting.population(staff, group=config.frame.group)
    plans = {}
    for key, scheme in config.weighting.schemes.items():
        try:
            plans[key] = weighting.build(people, scheme, key)
            response_cells(plans[key].labels, plans[key].n_pop)
        except SurveyError:
            continue
    return people, plans


def run_draws(draws: Draws, config: Sections, methods: Sequence[str]) -> pd.DataFrame:
    """Put every interval of every draw to the test.

    Parameters
    ----------
    draws
        See :func:`draw_surveys`.
    config
        Sections claims, sensitivity, weighting, frame, groups, analysis.
    methods
        Interval methods of shares to compare.

    Returns
    -------
    pandas.DataFrame
        One row per draw, scheme, variance, interval and target (its place in :func:`targets`): estimate,
        se, covered, below, above (on which side of the interval the truth lies), length, truth, and the
        respondents of either answer.
    """
    Y_true, Y_given = (outcomes(table, draws.staff, config) for table in (draws.truth, draws.given))
    blocks: list[dict[str, Any]] = []
    for number, rows in enumerate(draws.rows()):
        people, plans = schemes_of(draws.staff.iloc[rows].reset_index(drop=True), config)
        Y = Y_given[rows][people.respondent]
        truth = np.nanmean(Y_true[rows], axis=0)
        for key, plan in plans.items():
            made = estimate(Y, plan, people.start)
            blocks += list(_tallies(made, Y, truth, config, methods, {"draw": number, "scheme": key}))
    size = len(targets(config))
    return pd.DataFrame(
        {name: np.concatenate([np.broadcast_to(block[name], size) for block in blocks]) for name in blocks[0]}
    )


def _tallies(
    made: Estimates,
    Y: Floats,
    truth: Floats,
    config: Sections,
    methods: Sequence[str],
    keys: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    wanted = targets(config)
    shares = np.array([one.share for one in wanted])
    yes = np.where(shares, (Y == 1).sum(axis=0), np.nan)
    for variance in made.se:
        for method in methods:
            low, high = limits(made, variance, shares, method, config.analysis.ci_level)
            yield {
                **keys,
                "variance": variance,
                "interval": method,
                "target": np.arange(len(wanted)),
                "estimate": made.estimate,
                "se": made.se[variance],
                "covered": (low <= truth) & (truth <= high),
                "below": truth < low,
                "above": truth > high,
                "length": high - low,
                "truth": truth,
                "yes": yes,
                "no": made.n - yes,
            }
