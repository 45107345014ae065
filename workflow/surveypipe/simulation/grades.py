"""Are the grades right? Surveys of populations whose truth is known, graded as the ledger grades a survey.

A grade that supports a claim is *wrong* where the truth of that survey's own population lies on the wrong
side of a limit of the claim. Grade (1) has no condition and must never be wrong. Grades (2) and (3) name
one, and may be wrong where it is false:

* (2) *unless the silent differ strongly*: the response odds ratio of this survey's respondents against its
  silent, within the raw cells of the primary scheme (Mantel and Haenszel 1959; for a mean, the exponential
  of the standardised difference), stays under the configured θ on the harmful side;
* (3) *if response is at random within cells*: the mechanism says so.

Where its condition is true, a grade may still be wrong because an interval errs: a claim that is false lies
beyond the limit of a 95 % interval in 2.5 % of surveys on one side, and of a 90 % interval in 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe.estimation.survey import described
from surveypipe.ledger.cases import Case, Setting, cases, setting
from surveypipe.ledger.rows import ledger_row
from surveypipe.simulation.draws import Draws, Mechanism, draw_surveys, purpose_seed
from surveypipe.simulation.response_odds import differs_strongly, response_odds_ratio
from surveypipe.simulation.study import SECOND_PHASE, estimate, limits, outcomes, schemes_of, targets
from surveypipe.study.codebook import Codebook
from surveypipe.study.grades import Evidence, Grade
from surveypipe.study.sections import Sections
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.weighting import collapsing, schemes

Floats = NDArray[np.float64]
# Here the silent are known, so that no claim rests on their likeness alone.
GRADES = tuple(grade for grade in Grade if grade is not Grade.IF_LIKE_THE_REST)
SUPPORTING = tuple(grade.number for grade in GRADES if grade.supported)


@dataclass(frozen=True)
class Kind:
    """A kind of population whose surveys are graded.

    Attributes
    ----------
    label
        Name in text.
    places
        Where its designs lie between the design (0) and its scenario of false claims (1).
    answering
        Share of the eligible who answer on average; as in the design if left out.
    """

    label: str
    places: tuple[float, ...]
    answering: float | None = None


BETWEEN = tuple((step + 0.5) / 10 for step in range(10))
# A truth far from every threshold catches no wrong grade, and grade 1 is seldom given unless most answer.
POPULATIONS = {
    "design": Kind("As the design has it", (0.0,)),
    "false": Kind("Every claim false", (1.0,)),
    "between": Kind("Between the two", BETWEEN),
    "most_answer": Kind("Between the two, four in five answering", BETWEEN, 0.8),
}
STRONG, AT_RANDOM = Grade.UNLESS_STRONGLY_DIFFERENT.number, Grade.IF_AT_RANDOM.number


def blended(first: Mapping[str, Any], second: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Lay a design between two others: every number that differs is (1 − share)·first + share·second.

    Raises
    ------
    ValueError
        If the two differ in anything but numbers.
    """
    made: dict[str, Any] = {}
    for key, value in first.items():
        other = second[key]
        if isinstance(value, Mapping):
            made[key] = blended(value, other, share)
        elif value == other:
            made[key] = value
        elif isinstance(value, (int, float)) and isinstance(other, (int, float)):
            made[key] = (1 - share) * value + share * other
        else:
            raise ValueError(f"the designs differ in '{key}', which is not a number")
    return made


def judge(
    design: Mapping[str, Any],
    false: Mapping[str, Any],
    config: Sections,
    codebook: Codebook,
    mechanism: Mechanism,
    *,
    count: int,
    seed: int,
) -> pd.DataFrame:
    """Grade surveys of every kind of population (:data:`POPULATIONS`) under one mechanism.

    Respondents leave answers out at the design's rates.

    Parameters
    ----------
    design, false
        Two designs: of the simulation, and of its scenario in which every claim is false.
    config, codebook, mechanism, seed
        See :func:`surveypipe.simulation.draws.draw_surveys`.
    count
        Surveys of each kind, spread evenly over its designs.
    """
    parts = []
    for population, kind in POPULATIONS.items():
        for number, share in enumerate(kind.places):
            some = count // len(kind.places) + (number < count % len(kind.places))
            if not some:
                continue
            draws = draw_surveys(
                _answered(blended(design, false, share), kind.answering), config, codebook, mechanism,
                count=some, seed=purpose_seed(seed, "grades", population, str(number)), leave_out=True,
            )  # fmt: skip
            found = grade_surveys(draws, config, mechanism)
            parts.append(found.assign(population=population, mechanism=mechanism.key, place=share))
    return pd.concat(parts, ignore_index=True)


def _answered(design: Mapping[str, Any], share: float | None) -> dict[str, Any]:
    """Set the expected number of respondents of each group to a share of its eligible staff."""
    if share is None:
        return dict(design)
    gone = design["ineligible"]["staff"]
    eligible = {group: sum(staff.values()) - gone.get(group, 0) for group, staff in design["staff"].items()}
    return {**design, "respondents": {group: share * n for group, n in eligible.items()}}


def grade_surveys(draws: Draws, config: Sections, mechanism: Mechanism) -> pd.DataFrame:
    """Grade every claim in every survey, and set it against the truth.

    Parameters
    ----------
    draws
        See :func:`surveypipe.simulation.draws.draw_surveys`.
    config
        Sections claims, sensitivity, weighting, frame, groups, analysis, cleaning.
    mechanism
        How response came about.

    Returns
    -------
    pandas.DataFrame
        One row per survey and claim (by group where the claim asks for it): claim, group, group_level,
        grade, truth, ``holds`` (whether the claim is true), ``theta`` (response odds ratio of this survey),
        ``theta_mechanism`` (of its chances of responding), and ``weak``, ``weak_mechanism`` (whether these
        stay under the configured θ on the harmful side), ``at_random``.
    """
    config = _only_grade(config)
    Y_true, Y_given = (outcomes(table, draws.staff, config) for table in (draws.truth, draws.given))
    rows = []
    for number, place in enumerate(draws.rows()):
        staff = draws.staff.iloc[place].reset_index(drop=True)
        made, gathered = _gather(staff, draws.given.iloc[place], Y_given[place], config)
        cells = collapsing.raw_labels(staff, config.weighting.schemes[made.primary].by or ()).to_numpy()
        for case in gathered:
            y = Y_true[place][:, _target(config, case)]
            rows.append({"survey": number, **_judged(case, made, y, staff, cells, mechanism)})
    return pd.DataFrame(rows)


def _only_grade(config: Sections) -> Sections:
    """Leave out what the ledger shows and no grade rests on: it would take most of the time."""
    chosen, plan = config.given["sensitivity"], config.sensitivity.scenario
    if plan is None:
        return config
    only = {**chosen["scenario"], "k": [plan.k_grade]}
    return Sections({**config.given, "sensitivity": {**chosen, "scenario": only}})


def _target(config: Sections, case: Case) -> int:
    return next(
        place for place, one in enumerate(targets(config))
        if (one.claim, one.level) == (case.key, case.group_level)
    )  # fmt: skip


def _gather(
    staff: pd.DataFrame, given: pd.DataFrame, Y: Floats, config: Sections
) -> tuple[Setting, list[Case]]:
    """Weight one survey, estimate the claims under every scheme, and lay them out for the ledger."""
    people, plans = schemes_of(staff, config)
    # The ledger asks for every scheme; one that cannot be carried out stops a survey, and so this.
    sizes = [{"scheme": key, "n": cell.n} for key, plan in plans.items() for cell in plan.cells.cells]
    made = setting(config, pd.DataFrame(sizes))
    made = replace(made, claims=described(made.claims))
    respondents = given[people.respondent].reset_index(drop=True)
    respondents[made.group] = people.answered[made.group].to_numpy()
    for key, plan in plans.items():
        respondents[f"w_{key}"] = plan.reweight(people.start)
        respondents[f"cell_{key}"] = plan.labels.astype(str)
    dispositions = pd.DataFrame({made.group: staff[made.group], "category": "I"})
    table = pd.DataFrame(_estimate_rows(plans, people.start, Y[people.respondent], config))
    return made, cases(made, table, respondents, dispositions)


def _estimate_rows(
    plans: Mapping[str, schemes.Plan], start: Floats, Y: Floats, config: Sections
) -> Iterator[dict[str, Any]]:
    wanted, claims = targets(config), config.claims
    shares = np.array([one.share for one in wanted])
    analysis = config.analysis
    level = analysis.ci_level
    for scheme, plan in plans.items():
        found = estimate(Y, plan, start, jackknife=False)
        low, high = limits(found, SECOND_PHASE, shares, analysis.proportion_interval, level)
        for k, one in enumerate(wanted):
            claim = claims[one.claim]
            yield {
                "variable": claim.variable,
                "statistic": claim.statistic,
                "level": "" if claim.counted is None else str(claim.counted),
                "group": one.group,
                "group_level": one.level,
                "scheme": scheme,
                "n": found.n[k],
                "estimate": found.estimate[k],
                "se": found.se[SECOND_PHASE][k],
                "df": found.df[k],
                "ci_low": low[k],
                "ci_high": high[k],
                "ci_level": level,
            }


def _judged(
    case: Case, made: Setting, y: Floats, staff: pd.DataFrame, cells: NDArray[Any], mechanism: Mechanism
) -> dict[str, Any]:
    truth = float(np.nanmean(y))
    strong = made.sensitivity.theta_strong
    theta = response_odds_ratio(y, staff["respondent"].to_numpy(float), cells, binary=case.claim.binary)
    expected = response_odds_ratio(y, staff["propensity"].to_numpy(float), cells, binary=case.claim.binary)
    return {
        "claim": case.key,
        "group": case.group,
        "group_level": case.group_level,
        "grade": grade_of(case, made),
        "truth": truth,
        "holds": case.claim.supported(truth, truth),
        "theta": theta,
        "theta_mechanism": expected,
        "weak": not differs_strongly(theta, case.claim, strong),
        "weak_mechanism": not differs_strongly(expected, case.claim, strong),
        "at_random": mechanism.selection == 0,
    }


def grade_of(case: Case, made: Setting) -> int:
    """Grade of a claim in one survey, from the ledger itself where more than the interval decides."""
    if case.supported(made.primary):
        return int(ledger_row(case, made)["grade"])
    unweighted = case.supported(made.unweighted)
    strong = made.sensitivity.theta_strong
    return Grade.earned(Evidence(False, unweighted, False, False, math.nan, False, strong)).number


def grade_table(judged: pd.DataFrame, words: Vocabulary) -> pd.DataFrame:
    """Count wrong grades by claim, population and mechanism.

    Parameters
    ----------
    judged
        Rows of :func:`grade_surveys` with columns ``population`` and ``mechanism``.
    words
        What the people of the study are called in the names of grades.

    Returns
    -------
    pandas.DataFrame
        For each grade from 0 to 4: ``n_surveys`` that earned it, of ``n_all``; in how many of these the
        claim is false (``n_wrong``, for the supporting grades 1 to 3); in how many the grade's own condition
        was true (``n_condition``), and of these the wrong ones (``n_wrong_condition``). For grade 2 the
        condition is that of this survey's silent; ``n_wrong_mechanism`` counts by the mechanism's odds
        ratio instead. ``n_false`` is the number of all surveys in which the claim is false and the grade's
        condition true: an interval alone errs in 2.5 % of them on one side.
    """
    keys = ["population", "mechanism", "claim", "group", "group_level"]
    rows = []
    for values, part in judged.groupby(keys, sort=False):
        place = dict(zip(keys, values, strict=True))
        for grade in GRADES:
            named = {"grade": grade.number, "grade_label": grade.label(words)}
            rows.append(place | named | _counts(part, grade.number))
    return pd.DataFrame(rows)


def _counts(part: pd.DataFrame, number: int) -> dict[str, Any]:
    everything = pd.Series(True, index=part.index)
    condition = {STRONG: part["weak"], AT_RANDOM: part["at_random"]}.get(number, everything)
    mechanism = {STRONG: part["weak_mechanism"]}.get(number, condition)
    earned = part["grade"] == number
    wrong = earned & ~part["holds"] & (number in SUPPORTING)
    return {
        "n_all": len(part),
        "n_surveys": int(earned.sum()),
        "n_true": int((earned & part["holds"]).sum()),
        "n_wrong": int(wrong.sum()),
        "n_condition": int((earned & condition).sum()),
        "n_wrong_condition": int((wrong & condition).sum()),
        "n_wrong_mechanism": int((wrong & mechanism).sum()),
        "n_false": int((~part["holds"] & condition).sum()),
    }
